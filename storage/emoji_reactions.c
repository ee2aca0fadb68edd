/*
 * Reactions with an emoji. A post has few kinds of them, so that counting is done by reading, and there is no number
 * that could go wrong. Reads: any thread; puts: the writer.
 */
#include "storage/emoji_reactions.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/emojis.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/media.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "storage/record.h"

static struct str reaction_key(struct key *key, uint64_t post_id, uint64_t id)
{
	return key_u64_u64(key, post_id, id);
}

int emoji_reactions_get(struct arena *arena, struct view *view, uint64_t post_id, uint64_t id,
                        struct emoji_reaction *ret_reaction)
{
	struct key key;

	return record_get(arena, view, SPACE_EMOJI_REACTION, reaction_key(&key, post_id, id), &emoji_reaction_type,
	                  ret_reaction);
}

int emoji_reactions_find(struct view *view, uint64_t post_id, uint64_t account_id, struct str emoji, uint64_t *ret_id)
{
	struct key key;

	return record_id(view, SPACE_EMOJI_REACTION_OF, key_u64_u64_emoji(&key, post_id, account_id, emoji), ret_id);
}

/* How many an account gave a post; *ret_first is the oldest of them. */
static size_t count_own(struct view *view, uint64_t post_id, uint64_t account_id, uint64_t *ret_first)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t count = 0;

	*ret_first = 0;
	prefix_walk_init(&walk, view, SPACE_EMOJI_REACTION_OF, key_u64_u64(&key, post_id, account_id), false);
	for (; count < EMOJI_REACTIONS_KINDS_MAX && prefix_next(&walk, &item) == OK; count++) {
		uint64_t id = key_read_u64(item.value, 0);

		if (!*ret_first || id < *ret_first)
			*ret_first = id;
	}
	return count;
}

int emoji_reactions_first(struct arena *arena, struct view *view, uint64_t post_id, uint64_t account_id,
                          struct emoji_reaction *ret_reaction)
{
	uint64_t id;

	if (!count_own(view, post_id, account_id, &id))
		return ERR_NOT_FOUND;
	return emoji_reactions_get(arena, view, post_id, id, ret_reaction);
}

int emoji_reactions_add(struct txn *txn, struct emoji_reaction *reaction)
{
	struct view *view = txn_view(txn);
	struct post post;
	struct key key;
	struct str at;
	uint64_t id;
	int r = posts_brief(view, reaction->post_id, &post);

	if (r != OK || post.reblog_of_id)
		return r != OK ? r : ERR_NOT_FOUND;
	if (emoji_reactions_find(view, reaction->post_id, reaction->account_id, reaction->emoji, &id) == OK ||
	    made_by_other(view, reaction->uri, MADE_EMOJI_REACTION, reaction->post_id, reaction->id))
		return ERR_EXISTS;
	if (count_own(view, reaction->post_id, reaction->account_id, &id) == EMOJI_REACTIONS_KINDS_MAX)
		return ERR_LIMIT;
	if (reaction->id == 0)
		reaction->id = txn_new_id(txn);
	at = reaction_key(&key, reaction->post_id, reaction->id);
	record_put(txn, SPACE_EMOJI_REACTION, at, &emoji_reaction_type, reaction);
	index_put(txn, SPACE_EMOJI_REACTION, at, reaction);
	return txn_err(txn);
}

int emoji_reactions_remove(struct txn *txn, uint64_t post_id, uint64_t id)
{
	struct key key;

	return record_del_indexed(txn, SPACE_EMOJI_REACTION, reaction_key(&key, post_id, id), &emoji_reaction_type);
}

int emoji_reactions_list(struct arena *arena, struct view *view, uint64_t post_id, size_t max,
                         struct emoji_reaction **ret_reactions, size_t *ret_count)
{
	struct emoji_reaction *reactions = NULL;
	size_t count = 0, room = 0;
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_EMOJI_REACTION, key_u64(&key, post_id), false);
	while (count < max && (r = prefix_next(&walk, &item)) == OK) {
		if (count == room) {
			size_t wider = room ? 2 * room : 8;

			reactions = arena_grow(arena, reactions, room * sizeof(*reactions), wider * sizeof(*reactions));
			room = wider;
		}
		r = codec_decode(arena, &emoji_reaction_type, item.value, &reactions[count++]);
		if (r != OK)
			return r;
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	*ret_reactions = reactions;
	*ret_count = count;
	return OK;
}

int emoji_reactions_of(struct arena *arena, struct view *view, uint64_t account_id, size_t max,
                       struct emoji_reaction **ret_reactions, size_t *ret_count)
{
	struct emoji_reaction *reactions = ARENA_ARRAY(arena, struct emoji_reaction, max);
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t count = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_EMOJI_REACTION_BY, key_u64(&key, account_id), false);
	for (; count < max && (r = prefix_next(&walk, &item)) == OK; count++)
		reactions[count] = (struct emoji_reaction){
			.id = key_read_u64(item.key, 8), .account_id = account_id, .post_id = key_read_u64(item.value, 0),
		};
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	*ret_reactions = reactions;
	*ret_count = count;
	return OK;
}

void emoji_reactions_picture(struct arena *arena, struct view *view, const struct emoji_reaction *reaction,
                             struct str *ret_url, struct str *ret_static_url)
{
	struct str url = reaction->emoji_url;
	struct emoji_shown shown;

	*ret_url = *ret_static_url = STR_NONE;
	if (!url.n)
		return;
	if (!instance_owns(instance_of(view), url)) {
		*ret_url = media_proxy_url(arena, instance_of(view), reaction->post_id, url);
		*ret_static_url = media_proxy_still(arena, url, *ret_url);
	} else if (emojis_show(arena, view, reaction->emoji, &shown) == OK) {
		*ret_url = shown.url;
		*ret_static_url = shown.static_url;
	}
}

static struct emoji_count *count_of(struct emoji_count *counts, size_t count, struct str emoji)
{
	size_t i = 0;

	while (i < count && !emoji_same(counts[i].emoji, emoji))
		i++;
	return &counts[i];
}

int emoji_reactions_count(struct arena *arena, struct view *view, uint64_t post_id, uint64_t viewer_id,
                          struct emoji_count **ret_counts, size_t *ret_count)
{
	struct emoji_reaction *reactions = NULL;
	struct emoji_count *counts;
	size_t n = 0, count = 0;
	int r = emoji_reactions_list(arena, view, post_id, EMOJI_REACTIONS_SHOWN_MAX, &reactions, &n);

	*ret_counts = NULL;
	*ret_count = 0;
	if (r != OK || n == 0)
		return r;
	counts = ARENA_ARRAY(arena, struct emoji_count, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct emoji_count *kind = count_of(counts, count, reactions[i].emoji);

		if (kind == &counts[count]) {
			*kind = (struct emoji_count){ .emoji = reactions[i].emoji };
			emoji_reactions_picture(arena, view, &reactions[i], &kind->url, &kind->static_url);
			count++;
		}
		kind->count++;
		kind->me |= viewer_id && reactions[i].account_id == viewer_id;
	}
	*ret_counts = counts;
	*ret_count = count;
	return OK;
}

/* One entry under its new key. Where an account gave both forms, the one that is there stays. */
static void migrate(struct txn *txn, const struct emoji_reaction *reaction, struct str at)
{
	struct key key;
	uint64_t other;
	bool twice = emoji_reactions_find(txn_view(txn), reaction->post_id, reaction->account_id, reaction->emoji, &other) == OK &&
	             other != reaction->id;

	txn_del(txn, SPACE_EMOJI_REACTION_OF,
	        key_u64_u64_hash(&key, reaction->post_id, reaction->account_id, reaction->emoji));
	if (!twice) {
		index_put(txn, SPACE_EMOJI_REACTION, at, reaction);
		return;
	}
	index_del(txn, SPACE_EMOJI_REACTION, at, reaction);
	txn_del(txn, SPACE_EMOJI_REACTION, at);
	record_put_id(txn, SPACE_EMOJI_REACTION_OF,
	              key_u64_u64_emoji(&key, reaction->post_id, reaction->account_id, reaction->emoji), other);
}

int emoji_reactions_migrate(struct txn *txn)
{
	struct arena *scratch = arena_new();
	struct emoji_reaction reaction;
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	uint64_t id;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_EMOJI_REACTION, STR_NONE, false);
	while (r == OK && txn_err(txn) == OK && prefix_next(&walk, &item) == OK) {
		arena_reset(scratch);
		r = codec_decode(scratch, &emoji_reaction_type, item.value, &reaction);
		if (r == OK && (emoji_reactions_find(txn_view(txn), reaction.post_id, reaction.account_id, reaction.emoji, &id) != OK ||
		                id != reaction.id))
			migrate(txn, &reaction, reaction_key(&key, reaction.post_id, reaction.id));
	}
	arena_free(scratch);
	return r == OK ? txn_err(txn) : r;
}
