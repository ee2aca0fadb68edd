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

enum {
	POST_BYTES_MAX = 128 * 1024,  /* all texts of a post together: its JSON then fits into a value */
	POST_NAMES_MAX = 500,         /* tags, mentions */
	POST_EDITS_MAX = 100,         /* earlier texts that are kept; then the oldest go */
	POST_DELETE_BATCH = 400,      /* boosts, favourites and notices that one posts_delete() removes */
	POST_ADOPT_MAX = 200,         /* waiting replies, and posts below them, that find their place in one write */
};

int posts_get(struct arena *arena, struct view *view, uint64_t id, struct post *ret_post);
/* The short look of model.h post_brief_type: no text, no allocation. */
int posts_brief(struct view *view, uint64_t id, struct post *ret_post);
/* ERR_GONE: a tombstone. Local ones are found by our own address too. */
int posts_by_uri(struct arena *arena, struct view *view, struct str uri, struct post *ret_post);
int posts_id_by_uri(struct view *view, struct str uri, uint64_t *ret_id);
/* What is left of a deleted post. */
struct tombstone {
	int64_t deleted_ms;
	struct str actor_uri;         /* its author */
	uint8_t visibility;           /* of the post: enum visibility; 0: not known */
};
/* ERR_NOT_FOUND, or OK when `uri` was deleted; ret_tombstone may be NULL, then the arena, too. */
int posts_tombstone_get(struct arena *arena, struct view *view, struct str uri, struct tombstone *ret_tombstone);

/* Adds a new post: id must be set (txn_new_id, or txn_id_at for backfill: posts_id_for()). Writes every index
 * (by_author, public, tags, replies, audience for mentions of followers-only and direct posts, boosts,
 * author's and parent's counts), sets root_id, adopts replies that waited for its URI, emits EVENT_POST.
 * ERR_EXISTS: the URI is known, or this account boosted the post already. ERR_GONE: a tombstone.
 * ERR_NOT_FOUND: no such author, no such post to boost, or in_reply_to_id alone names none. ERR_INVALID: no
 * id or visibility, or a boost of a boost. ERR_LIMIT: POST_BYTES_MAX, POST_NAMES_MAX. All of these leave the
 * txn untouched.
 *
 * in_reply_to_uri outranks in_reply_to_id, which is set from it; unknown, the post waits for its parent. The
 * author's count leaves out direct posts, a parent's leaves out limited replies: a count tells nobody of what
 * he may not see. Conversations of direct posts are the caller's to add
 * (storage/conversations.h). */
int posts_add(struct txn *txn, struct post *post);
/* Goes on giving a post the replies that waited for it: JOB "adopt", which posts_add() adds when there are more than
 * POST_ADOPT_MAX. ERR_NOT_FOUND. */
int posts_adopt(struct txn *txn, uint64_t id, bool *ret_more);
/* The id for a post that its node dates `published_ms`: arrival time, or for one older than a day a free
 * id of that time, to about a second. */
uint64_t posts_id_for(struct txn *txn, int64_t published_ms);
/* Replaces the text of a post (content, source, spoiler, title, sensitive, language, tags, mentions,
 * attachments, emojis, the standing of a quote, edited_ms), keeping the former one as a post_edit when what it says or
 * shows changed; emits EVENT_POST_EDITED. Who is no longer mentioned in a direct post loses its conversation. ERR_NOT_FOUND;
 * ERR_INVALID: a boost; ERR_LIMIT. */
int posts_update(struct txn *txn, struct post *post);
/* How a post stands to what it quotes. */
struct quote_standing {
	uint8_t state;            /* enum quote_state; 0: nothing is proved */
	uint64_t quote_id;        /* accepted: the quoted post; otherwise 0 */
	uint64_t account_id;      /* its author, if known */
	struct str stamp_uri;
};
/* Puts it, moves the quoted post's count and emits EVENT_POST_EDITED. ERR_NOT_FOUND. */
int posts_set_quote(struct txn *txn, uint64_t id, const struct quote_standing *standing);
/* Removes a post with its boosts, favourites, notices and index entries, leaves a tombstone (not for a
 * boost); replies stay and keep in_reply_to_id. Boosts, favourites and notices beyond POST_DELETE_BATCH are
 * left for a job the caller adds when *ret_more: it calls again with the same id. Emits EVENT_POST_DELETED,
 * for each boost too. */
int posts_delete(struct txn *txn, uint64_t id, bool *ret_more);

/* Nothing counted yet: all zero, OK. */
int posts_stats_get(struct view *view, uint64_t id, struct post_stats *ret_stats);
/* Adds to the counts of a post (negative subtracts, never below 0); a post that is not there has none. */
int posts_stats_add(struct txn *txn, uint64_t id, int replies, int reblogs, int favourites);
int posts_quotes_add(struct txn *txn, uint64_t id, int quotes);
/* Posts and boosts of an account, by id after `after`: to remove them with it. */
int posts_of_author(struct arena *arena, struct view *view, uint64_t account_id, uint64_t after, size_t max,
                    struct id_list *ret_ids);
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
int posts_descendants(struct arena *arena, struct view *view, uint64_t post_id, size_t max,
                      struct id_list *ret_ids);
/* What answers the post itself, newest first, with ids below `before` (0: from the newest), at most `max`. */
int posts_replies(struct arena *arena, struct view *view, uint64_t post_id, uint64_t before, size_t max,
                  struct id_list *ret_ids);
/* Earlier texts, oldest first. */
int posts_edits(struct arena *arena, struct view *view, uint64_t post_id, struct post_edit **ret_edits,
                size_t *ret_count);
/* What people of ours posted, without direct posts: the sum of their counts. */
int posts_count_local(struct view *view, uint64_t *ret_count);

/* For storage/threads.c and storage/erasure.c. Replaces the record, its index entries and its finished JSON. */
int posts_rewrite(struct arena *arena, struct txn *txn, const struct post *old, const struct post *post);
/* Is a quote like that counted where it quotes? The same. */
bool posts_counts_as_quote(const struct post *post);
/* Does it quote by the stamp that it names? Anybody may name any address as one. */
bool posts_quotes_by_stamp(const struct post *post);
/* Is a reply like that counted where it was given? Only what all may see is. */
bool posts_counts_as_reply(const struct post *post);
/* Adds (1) or takes back (-1) a post in the counts of its author and of what it answers or boosts. */
void posts_count(struct txn *txn, const struct post *post, int step);
/* Keeps the list of known tags after the tags of `old` or `post` (NULL: none) came or went. */
void posts_know_tags(struct txn *txn, const struct post *old, const struct post *post);

#endif
