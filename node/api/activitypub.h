/*
 * The wire of ActivityPub as routes: inboxes, and documents at their ids, over federation/.
 *
 * Documents are read by peers on the allow list who sign. The one exception is an actor: unsigned requests get its
 * bare document, which they need for checking signatures. The instance actor is open, and its answer never waits for
 * anything, so that two nodes which learn each other's keys at once do not wait for each other.
 */
#ifndef NODE_API_ACTIVITYPUB_H
#define NODE_API_ACTIVITYPUB_H

#include "node/call.h"

/* POST /inbox, /actor/inbox, /u/:id/inbox. 202 for what is taken in and for duplicates. */
int api_inbox_check(struct call *call, struct view *view);
int api_inbox_work(struct call *call);
int api_inbox_write(struct call *call, struct txn *txn);
int api_inbox_show(struct call *call, struct view *view);

/* GET /actor and its collections, which are empty. */
int api_instance_actor(struct call *call, struct view *view);
int api_instance_actor_collection(struct call *call, struct view *view);

/* GET /u/:id: in full when the signature verifies, else bare; browsers go to the profile page. */
int api_actor_check(struct call *call, struct view *view);
int api_actor_work(struct call *call);
int api_actor_show(struct call *call, struct view *view);

/* All other documents: the signature first, then the show stage of each. */
int api_fetch_check(struct call *call, struct view *view);
int api_fetch_work(struct call *call);
/* What another node may read of an inbox (ActivityPub section 5.2, filtered by who asks): nothing. */
int api_inbox_collection_show(struct call *call, struct view *view);
int api_outbox_show(struct call *call, struct view *view);
int api_followers_show(struct call *call, struct view *view);
int api_followers_synchronization_show(struct call *call, struct view *view);
int api_following_show(struct call *call, struct view *view);
/* Addresses of the pinned posts that the signer may see. */
int api_featured_show(struct call *call, struct view *view);
/* GET /p/:id: browsers go to the page of the post, by way of the sign-in. */
int api_object_check(struct call *call, struct view *view);
int api_object_show(struct call *call, struct view *view);
int api_activity_show(struct call *call, struct view *view);

/* GET /@:name and /@:name/:id: pages to browsers that are signed in; peers, who may have been given such an address,
 * are led to the document's own. */
int api_page_check(struct call *call, struct view *view);
int api_profile_page_show(struct call *call, struct view *view);
/* Who opens a thread has what it lacks fetched, as with a client (api_status_context_check()). */
int api_post_page_check(struct call *call, struct view *view);
int api_post_page_work(struct call *call);
int api_post_page_show(struct call *call, struct view *view);

#endif
