/* storage/emoji_reactions over the memory engine. */
#include "storage/emoji_reactions.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/reactions.h"
#include "storage/record.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct account *ana, *bob;
static uint64_t post;

static int add(const struct account *account, uint64_t post_id, const char *emoji, const char *uri)
{
	struct emoji_reaction reaction = {
		.account_id = account->id, .post_id = post_id, .emoji = str_of(emoji), .uri = str_of(uri),
	};

	return emoji_reactions_add(world->txn, &reaction);
}

static uint64_t entries(enum space space)
{
	uint64_t count = 0;

	view_count(txn_view(world->txn), space, &count);
	return count;
}

static void check_one_each(void)
{
	struct emoji_reaction *list, found;
	struct emoji_count *counts;
	size_t count = 0;
	uint64_t id;

	is_int(add(ana, post, "a", "https://c.example/1"), OK, "a reaction is stored");
	is_int(add(ana, post, "a", "https://c.example/2"), ERR_EXISTS, "each kind once");
	is_int(add(bob, post, "b", "https://c.example/1"), ERR_EXISTS, "one activity makes one reaction");
	is_int(add(bob, post, "b", ""), OK, "another kind is another");
	is_int(add(bob, post, "a", ""), OK, "and so is another's");
	is_int(add(bob, 77, "a", ""), ERR_NOT_FOUND, "to what is not there nobody reacts");
	emoji_reactions_count(world->arena, txn_view(world->txn), post, bob->id, &counts, &count);
	is_int(count, 2, "they are counted by kind");
	ok(str_eq(counts[0].emoji, STR("a")) && counts[0].count == 2 && counts[0].me, "the first first");
	ok(str_eq(counts[1].emoji, STR("b")) && counts[1].count == 1 && counts[1].me, "with the viewer's");
	emoji_reactions_count(world->arena, txn_view(world->txn), post, ana->id, &counts, &count);
	ok(counts[0].me && !counts[1].me, "of each viewer");
	is_int(emoji_reactions_first(world->arena, txn_view(world->txn), post, bob->id, &found), OK, "one's own is found");
	is_str(found.emoji, STR("b"), "the first of them");
	emoji_reactions_of(world->arena, txn_view(world->txn), bob->id, 10, &list, &count);
	ok(count == 2 && list[0].post_id == post, "and all of one's own");
	emoji_reactions_find(txn_view(world->txn), post, ana->id, STR("a"), &id);
	is_int(emoji_reactions_remove(world->txn, post, id), OK, "one is taken back");
	is_int(emoji_reactions_remove(world->txn, post, id), ERR_NOT_FOUND, "once");
	is_int(entries(SPACE_ACTIVITY_OF), 0, "its activity made nothing");
	is_int(entries(SPACE_EMOJI_REACTION_OF) + entries(SPACE_EMOJI_REACTION_BY), 4, "the others stay");
}

static void check_limit(void)
{
	int r = OK;

	for (int i = 0; i < EMOJI_REACTIONS_KINDS_MAX && !r; i++)
		r = add(ana, post, arena_printf(world->arena, "e%d", i).p, "");
	is_int(r, OK, "one may react in many ways");
	is_int(add(ana, post, "more", ""), ERR_LIMIT, "but not in any number of them");
	is_int(add(bob, post, "more", ""), OK, "which hinders nobody else");
}

/* As versions before 4 of the store kept them: each form under its own key. */
static void check_migration(void)
{
	struct emoji_reaction reaction = { .account_id = ana->id, .post_id = post, .emoji = STR("\xe2\x9d\xa4\xef\xb8\x8f") };
	struct emoji_count *counts;
	struct key key;
	size_t count = 0;
	uint64_t id = 0;

	is_int(emoji_reactions_add(world->txn, &reaction), OK, "a red heart");
	is_int(add(ana, post, "\xe2\x9d\xa4", ""), ERR_EXISTS, "is the heart");
	emoji_reactions_find(txn_view(world->txn), post, ana->id, STR("\xe2\x9d\xa4"), &id);
	is_int((long long)id, (long long)reaction.id, "under either name");
	txn_del(world->txn, SPACE_EMOJI_REACTION_OF, key_u64_u64_emoji(&key, post, ana->id, reaction.emoji));
	is_int(add(ana, post, "\xe2\x9d\xa4", ""), OK, "a store from before has both");
	record_put_id(world->txn, SPACE_EMOJI_REACTION_OF, key_u64_u64_hash(&key, post, ana->id, reaction.emoji), reaction.id);
	is_int(emoji_reactions_migrate(world->txn), OK, "it is brought to today");
	emoji_reactions_count(world->arena, txn_view(world->txn), post, ana->id, &counts, &count);
	ok(count > 0 && emoji_same(counts[count - 1].emoji, STR("\xe2\x9d\xa4")) && counts[count - 1].count == 1,
	   "with one of them");
	ok(!view_has(txn_view(world->txn), SPACE_EMOJI_REACTION_OF, key_u64_u64_hash(&key, post, ana->id, reaction.emoji)),
	   "and nothing of the other");
	is_int(emoji_reactions_migrate(world->txn), OK, "once is enough");
	is_int(emoji_reactions_find(txn_view(world->txn), post, ana->id, reaction.emoji, &id), OK, "it is found");
	emoji_reactions_remove(world->txn, post, id);
}

int main(void)
{
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	bob = world_account(world, "bob", "c.example");
	post = world_post(world, ana, VISIBILITY_PUBLIC);
	check_one_each();
	check_migration();
	check_limit();
	is_int(world_commit(world), OK, "all that is committed");
	world_free(world);
	return done();
}
