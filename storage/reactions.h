/*
 * Favourites and their counts, and which follow, favourite or boost an activity made (so that an Undo that names
 * only an id finds it).
 */
#ifndef STORAGE_REACTIONS_H
#define STORAGE_REACTIONS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* ERR_EXISTS: one per account and post, or the uri made something else. ERR_NOT_FOUND: no such post.
 * favourite->id is made when 0. */
int favourites_add(struct txn *txn, struct favourite *favourite);
/* ERR_NOT_FOUND when there is none. */
int favourites_remove(struct txn *txn, uint64_t post_id, uint64_t account_id);
int favourites_get(struct arena *arena, struct view *view, uint64_t post_id, uint64_t account_id,
                   struct favourite *ret_favourite);
bool favourites_has(struct view *view, uint64_t post_id, uint64_t account_id);
/* Posts that an account favoured, its oldest favourites first. */
int favourites_of(struct arena *arena, struct view *view, uint64_t account_id, size_t max,
                  struct id_list *ret_post_ids);
/* Accounts that favoured, by account id after `after`. */
int favourites_accounts(struct arena *arena, struct view *view, uint64_t post_id, uint64_t after, size_t max,
                        struct id_list *ret_ids);

enum made_kind { MADE_FOLLOW = 1, MADE_FAVOURITE, MADE_BOOST, MADE_EMOJI_REACTION = 6, MADE_BLOCK = 7 };
/* What the activity `uri` made: follow (follower, followee), favourite (account, post), boost (account, boost id),
 * emoji reaction (post, reaction id), block (blocker, blocked). */
int made_put(struct txn *txn, struct str uri, uint8_t kind, uint64_t a, uint64_t b);
int made_get(struct view *view, struct str uri, uint8_t *ret_kind, uint64_t *ret_a, uint64_t *ret_b);
int made_delete(struct txn *txn, struct str uri);
/* Did `uri` make something, and not this? An empty uri made nothing. */
bool made_by_other(struct view *view, struct str uri, uint8_t kind, uint64_t a, uint64_t b);
/* The stored value, in the caller's memory (storage/index.c). */
struct made_value {
	uint8_t bytes[17];
};
struct str made_value(struct made_value *value, uint8_t kind, uint64_t a, uint64_t b);

#endif
