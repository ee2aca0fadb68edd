/*
 * Reactions to posts with an emoji (FEP-c0e0): one record for each actor, post and emoji.
 *
 * Whether one may react, and what an emoji is, is not asked here. Reads: any thread; puts: the writer.
 */
#ifndef STORAGE_EMOJI_REACTIONS_H
#define STORAGE_EMOJI_REACTIONS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum {
	EMOJI_REACTIONS_KINDS_MAX = 20,  /* of one account at one post */
	EMOJI_REACTIONS_SHOWN_MAX = 500,  /* of one post are counted and listed, the first ones */
};

/* ERR_EXISTS: there is that one, or its uri made something else. ERR_LIMIT: too many of that account at that post.
 * ERR_NOT_FOUND: no such post, or a boost. reaction->id is made when 0. */
int emoji_reactions_add(struct txn *txn, struct emoji_reaction *reaction);
/* ERR_NOT_FOUND. */
int emoji_reactions_remove(struct txn *txn, uint64_t post_id, uint64_t id);
int emoji_reactions_get(struct arena *arena, struct view *view, uint64_t post_id, uint64_t id,
                        struct emoji_reaction *ret_reaction);
/* Which one an account gave a post with this emoji. ERR_NOT_FOUND. */
int emoji_reactions_find(struct view *view, uint64_t post_id, uint64_t account_id, struct str emoji, uint64_t *ret_id);
/* The first that an account gave a post. ERR_NOT_FOUND: none. */
int emoji_reactions_first(struct arena *arena, struct view *view, uint64_t post_id, uint64_t account_id,
                          struct emoji_reaction *ret_reaction);
/* Those of a post, oldest first, at most `max`. */
int emoji_reactions_list(struct arena *arena, struct view *view, uint64_t post_id, size_t max,
                         struct emoji_reaction **ret_reactions, size_t *ret_count);
/* Some of those that an account gave, whatever the post; only their ids are filled in. */
int emoji_reactions_of(struct arena *arena, struct view *view, uint64_t account_id, size_t max,
                       struct emoji_reaction **ret_reactions, size_t *ret_count);

/* Where the picture of a custom one is read, of those of ours by what holds now. */
void emoji_reactions_picture(struct arena *arena, struct view *view, const struct emoji_reaction *reaction,
                             struct str *ret_url, struct str *ret_static_url);
/* What was kept before emojis that differ in how they are drawn alone were one (emoji_same()). */
int emoji_reactions_migrate(struct txn *txn);

/* Reactions of a post by emoji, in the order in which each was first given. */
struct emoji_count {
	struct str emoji;           /* as the first one gave it */
	struct str url, static_url; /* the picture of a custom one, as it may be read; empty: it has none, or none any more */
	size_t count;
	bool me;                    /* the viewer is among who gave it */
};
int emoji_reactions_count(struct arena *arena, struct view *view, uint64_t post_id, uint64_t viewer_id,
                          struct emoji_count **ret_counts, size_t *ret_count);

#endif
