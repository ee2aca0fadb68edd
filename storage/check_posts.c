/*
 * The check of posts, of what hangs on them, and of those who hear of them. Reads only.
 */
#include "storage/check.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/ids.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/model.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "storage/record.h"

/* A removal in steps (storage/erasure.c) leaves boosts, favourites and notices of a post behind, and its
 * counts as the mark of it: until the last step they are all right. */
static bool is_being_removed(struct check *check, uint64_t post_id)
{
	return check_has(check, SPACE_POST_STATS, post_id);
}

static void check_post_or_removal(struct check *check, uint64_t post_id)
{
	if (post_id && !check_has(check, SPACE_POST, post_id) && !is_being_removed(check, post_id))
		check_find(check, "post %llu is not there", (unsigned long long)post_id);
}

static bool is_counted_reply(struct check *check, const struct engine_item *item)
{
	struct post reply;

	return posts_brief(check->view, key_read_u64(item->key, 8), &reply) == OK && posts_counts_as_reply(&reply);
}

static bool is_counted_quote(struct check *check, const struct engine_item *item)
{
	struct post quoting;

	return posts_brief(check->view, key_read_u64(item->key, 8), &quoting) == OK && posts_counts_as_quote(&quoting);
}

static void check_tags(struct check *check, const struct post *post)
{
	struct key key;

	if (post->visibility != VISIBILITY_PUBLIC || post->reblog_of_id)
		return;
	for (size_t i = 0; i < post->tags.count; i++)
		if (post->tags.items[i].n &&
		    !view_has(check->view, SPACE_TAG, key_text(&key, post->tags.items[i])))
			check_find(check, "its tag %.*s is not listed", STR_ARG(post->tags.items[i]));
}

void check_post(struct check *check)
{
	const struct post *post = check->record;
	struct post_stats stats;

	if (!check_has(check, SPACE_ACCOUNT, post->account_id))
		check_find(check, "its author %llu is not there", (unsigned long long)post->account_id);
	if (!check_has(check, SPACE_POST_JSON, post->id))
		check_find(check, "it has no finished JSON");
	check_post_or_removal(check, post->reblog_of_id);
	check_tags(check, post);
	for (size_t i = 0; i < post->media_ids.count; i++)
		if (!check_has(check, SPACE_MEDIA, post->media_ids.ids[i]))
			check_find(check, "its media %llu is not there", (unsigned long long)post->media_ids.ids[i]);
	if (posts_stats_get(check->view, post->id, &stats) != OK)
		return;
	check_compare_count(check, "replies", stats.replies,
	              check_count_below(check, SPACE_REPLIES, post->id, is_counted_reply));
	check_compare_count(check, "boosts", stats.reblogs, check_count_below(check, SPACE_BOOSTS, post->id, NULL));
	check_compare_count(check, "favourites", stats.favourites,
	              check_count_below(check, SPACE_FAVOURITE, post->id, NULL));
	check_compare_count(check, "quotes", stats.quotes, check_count_below(check, SPACE_QUOTES, post->id, is_counted_quote));
}

void check_post_stats(struct check *check)
{
	uint64_t id = key_read_u64(check->key, 0);

	if (!check_has(check, SPACE_POST, id) && check_count_below(check, SPACE_BOOSTS, id, NULL) == 0 &&
	    check_count_below(check, SPACE_FAVOURITE, id, NULL) == 0 &&
	    check_count_below(check, SPACE_EMOJI_REACTION, id, NULL) == 0 &&
	    check_count_below(check, SPACE_VOTE, id, NULL) == 0 &&
	    check_count_below(check, SPACE_BOOKMARK, id, NULL) == 0 &&
	    check_count_below(check, SPACE_NOTICE_ABOUT, id, NULL) == 0)
		check_find(check, "post %llu is not there", (unsigned long long)id);
}

void check_favourite(struct check *check)
{
	check_post_or_removal(check, ((const struct favourite *)check->record)->post_id);
}

void check_bookmark(struct check *check)
{
	check_post_or_removal(check, key_read_u64(check->key, 0));
}

void check_emoji_reaction(struct check *check)
{
	check_post_or_removal(check, ((const struct emoji_reaction *)check->record)->post_id);
}

/* Those of another node's poll are counted there. */
void check_poll(struct check *check)
{
	const struct poll *poll = check->record;
	struct post post;

	if (poll->counts.count != poll->options.count)
		check_find(check, "it has %zu counts for %zu options", poll->counts.count, poll->options.count);
	if (posts_brief(check->view, poll->post_id, &post) == OK && !post.remote)
		check_compare_count(check, "voters", poll->voters, check_count_below(check, SPACE_VOTE, poll->post_id, NULL));
}

void check_vote(struct check *check)
{
	const struct vote *vote = check->record;

	if (!check_has(check, SPACE_POLL, vote->post_id) &&
	    (check_has(check, SPACE_POST, vote->post_id) || !is_being_removed(check, vote->post_id)))
		check_find(check, "poll %llu is not there", (unsigned long long)vote->post_id);
}

void check_notice(struct check *check)
{
	check_post_or_removal(check, ((const struct notice *)check->record)->post_id);
}

void check_tag(struct check *check)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	struct str hash = key_hash(&key, check->key);

	/* a longer tag is cut in the key, which then has another hash */
	if (check->key.n < ENGINE_KEY_MAX && !str_eq(check->value, hash))
		check_find(check, "it has the hash of another tag");
	prefix_walk_init(&walk, check->view, SPACE_TAGGED, check->value, false);
	if (check->value.n && prefix_next(&walk, &item) != OK)
		check_find(check, "no post has it");
}

/* What an activity made: the spaces of the kinds, and where their keys stand in the value (0: nowhere). */
static const struct {
	uint8_t kind, space, first, second;
	const struct record_type *type;
} made[] = {
	{ MADE_FOLLOW, SPACE_FOLLOW, 1, 9, &follow_type },
	{ MADE_FAVOURITE, SPACE_FAVOURITE, 9, 1, &favourite_type },
	{ MADE_BOOST, SPACE_POST, 9, 0, &post_type },
	{ MADE_EMOJI_REACTION, SPACE_EMOJI_REACTION, 1, 9, &emoji_reaction_type },
	{ MADE_BLOCK, SPACE_BLOCK, 1, 9, &block_type },
};

void check_made(struct check *check)
{
	uint64_t first, second;
	struct key key;
	struct str at;
	void *record;
	size_t i = 0;

	while (i < sizeof(made) / sizeof(made[0]) && made[i].kind != (uint8_t)check->value.p[0])
		i++;
	if (i == sizeof(made) / sizeof(made[0])) {
		check_find(check, "it is of the unknown kind %u", (uint8_t)check->value.p[0]);
		return;
	}
	first = key_read_u64(check->value, made[i].first);
	second = key_read_u64(check->value, made[i].second);
	at = made[i].second ? key_u64_u64(&key, first, second) : key_u64(&key, first);
	record = arena_alloc(check->arena, made[i].type->size);
	if (record_get(check->arena, check->view, made[i].space, at, made[i].type, record) != OK ||
	    !index_has(instance_of(check->view), made[i].space, at, record, check->space, check->key,
	               check->value))
		check_find(check, "what it made is not there");
}

void check_conversation(struct check *check)
{
	const struct conversation *conversation = check->record;
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;

	prefix_walk_init(&walk, check->view, SPACE_CONVERSATION_POST,
	                 key_u64_u64(&key, conversation->account_id, conversation->root_id), true);
	if (prefix_next(&walk, &item) != OK || key_read_u64(item.key, 16) != conversation->last_post_id)
		check_find(check, "post %llu is not its newest", (unsigned long long)conversation->last_post_id);
}

void check_conversation_post(struct check *check)
{
	uint64_t account_id = key_read_u64(check->key, 0), root_id = key_read_u64(check->key, 8);
	struct key key;
	struct post post;

	if (!view_has(check->view, SPACE_CONVERSATION_ROOT, key_u64_u64(&key, account_id, root_id)))
		check_find(check, "there is no such conversation");
	if (posts_get(check->arena, check->view, key_read_u64(check->key, 16), &post) != OK)
		check_find(check, "there is no such post");
	else if (post.visibility != VISIBILITY_DIRECT || (post.root_id ? post.root_id : post.id) != root_id ||
	         (post.account_id != account_id && !ids_have(&post.mention_ids, account_id)))
		check_find(check, "the post does not belong there");
}
