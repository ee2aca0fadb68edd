/*
 * Posts and boosts: records, threads, edits, tombstones, and all their indexes and finished client JSON.
 */
#ifndef STORAGE_POSTS_H
#define STORAGE_POSTS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* The flags byte that stands in by_author, public and tagged, so that most refusals need no record. */
enum post_flag {
	POST_FLAG_REPLY = 1, POST_FLAG_BOOST = 2, POST_FLAG_REMOTE = 4, POST_FLAG_MEDIA = 8,
	POST_FLAG_VISIBILITY_SHIFT = 4,  /* two bits: enum visibility - 1 */
	POST_FLAG_REPLY_TO_SELF = 64,    /* a thread of one's own counts as no reply */
};
uint8_t post_flags(const struct post *post);
uint8_t post_flags_visibility(uint8_t flags);

int posts_get(struct arena *arena, struct view *view, uint64_t id, struct post *ret_post);
/* ERR_GONE: a tombstone. Local ones are found by our own address too. */
int posts_by_uri(struct arena *arena, struct view *view, struct str uri, struct post *ret_post);
int posts_id_by_uri(struct view *view, struct str uri, uint64_t *ret_id);
/* ERR_NOT_FOUND, or OK when `uri` was deleted; *ret_actor (may be NULL) is who deleted it. */
int posts_tombstone_get(struct arena *arena, struct view *view, struct str uri, int64_t *ret_deleted_ms,
                        struct str *ret_actor);
/* A tombstone without a post: a Delete that came before its Create. */
int posts_tombstone_put(struct txn *txn, struct str uri, struct str actor_uri);

/* Adds a new post: id must be set (txn_new_id, or txn_id_at for backfill: posts_id_for()). Writes every index
 * (by_author, public, tags, replies, audience for mentions of followers-only and direct posts, boosts, author's and
 * parent's counts), sets root_id, adopts replies that waited for its URI, emits EVENT_POST. ERR_EXISTS: the URI is
 * known, or this account boosted the post already. ERR_GONE: a tombstone. */
int posts_add(struct txn *txn, struct post *post);
/* The id for a post that its node dates `published_ms`: arrival time, or for one older than a day the first free
 * id from that millisecond on. */
uint64_t posts_id_for(struct txn *txn, int64_t published_ms);
/* Replaces the text of a post (content, source, spoiler, sensitive, language, tags, mentions, attachments,
 * edited_ms), keeping the former one as a post_edit when the text changed; emits EVENT_POST_EDITED. */
int posts_update(struct txn *txn, struct post *post);
/* Removes a post with its boosts, favourites, notices and index entries, leaves a tombstone; replies stay. Boosts and
 * favourites beyond 400 are left for a job the caller adds when *ret_more. Emits EVENT_POST_DELETED. */
int posts_delete(struct txn *txn, uint64_t id, bool *ret_more);

int posts_stats_get(struct view *view, uint64_t id, struct post_stats *ret_stats);
/* The boost by `account_id` of `post_id`. */
int posts_boost_get(struct view *view, uint64_t post_id, uint64_t account_id, uint64_t *ret_boost_id);
/* Accounts that boosted, by account id after `after`. */
int posts_boosters(struct arena *arena, struct view *view, uint64_t post_id, uint64_t after, size_t max,
                   struct id_list *ret_ids);
/* In the audience of a limited post? */
bool posts_addressed(struct view *view, uint64_t post_id, uint64_t account_id);

/* Thread: ids of the ancestors, oldest first (at most `max`), and of the descendants, parents before children,
 * depth first, siblings by id (at most `max`). The caller applies storage/access.h. */
int posts_ancestors(struct arena *arena, struct view *view, const struct post *post, size_t max,
                    struct id_list *ret_ids);
int posts_descendants(struct arena *arena, struct view *view, uint64_t post_id, size_t max, struct id_list *ret_ids);
/* Earlier texts, oldest first. */
int posts_edits(struct arena *arena, struct view *view, uint64_t post_id, struct post_edit **ret_edits,
                size_t *ret_count);
int posts_count_local(struct view *view, uint64_t *ret_count);

#endif
