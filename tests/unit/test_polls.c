/* storage/polls over the memory engine. */
#include "storage/polls.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/posts.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct account *ana, *bob;

static int ask(uint64_t post_id, bool multiple)
{
	static struct str options[] = { STR("tea"), STR("coffee"), STR("water") };
	uint64_t counts[3] = { 0 };
	struct poll poll = {
		.post_id = post_id, .options = { options, 3 }, .counts = { counts, 3 }, .multiple = multiple,
		.expires_ms = 1000,
	};

	return polls_put(world->txn, &poll);
}

static struct poll poll_of(uint64_t post_id)
{
	struct poll poll = { 0 };

	polls_get(world->arena, txn_view(world->txn), post_id, &poll);
	return poll;
}

static uint64_t entries(enum space space)
{
	uint64_t count = 0;

	view_count(txn_view(world->txn), space, &count);
	return count;
}

static void check_choice(void)
{
	uint64_t post = world_post(world, ana, VISIBILITY_PUBLIC);
	struct id_list ids;
	struct poll poll;
	struct vote vote;

	is_int(ask(post, false), OK, "a post asks");
	is_int(ask(12345, false), ERR_NOT_FOUND, "what is not there does not");
	is_int(polls_vote(world->txn, post, bob->id, 1), OK, "one chooses");
	is_int(polls_vote(world->txn, post, bob->id, 1), ERR_EXISTS, "once");
	is_int(polls_vote(world->txn, post, bob->id, 0), ERR_EXISTS, "and nothing else besides");
	is_int(polls_vote(world->txn, post, ana->id, 3), ERR_INVALID, "what is not offered is not chosen");
	is_int(polls_vote(world->txn, 12345, ana->id, 0), ERR_NOT_FOUND, "where nothing is asked nobody votes");
	poll = poll_of(post);
	ok(poll.counts.ids[0] == 0 && poll.counts.ids[1] == 1 && poll.voters == 1, "the vote is counted");
	polls_vote_get(world->arena, txn_view(world->txn), post, bob->id, &vote);
	ok(vote.choices.count == 1 && vote.choices.ids[0] == 1, "and remembered");
	polls_voters(world->arena, txn_view(world->txn), post, 0, 10, &ids);
	ok(ids.count == 1 && ids.ids[0] == bob->id, "with who gave it");
	polls_voted(world->arena, txn_view(world->txn), bob->id, 10, &ids);
	ok(ids.count == 1 && ids.ids[0] == post, "and where");
	is_int(polls_vote_remove(world->txn, post, bob->id), OK, "it is taken back");
	is_int(polls_vote_remove(world->txn, post, bob->id), ERR_NOT_FOUND, "once");
	poll = poll_of(post);
	ok(polls_sum(&poll) == 0 && poll.voters == 0, "and no longer counted");
	ok(!polls_over(&poll, 999) && polls_over(&poll, 1000), "a poll ends at its time");
}

static void check_choices(void)
{
	uint64_t post = world_post(world, ana, VISIBILITY_PUBLIC);
	struct poll poll;
	bool more;

	ask(post, true);
	is_int(polls_vote(world->txn, post, bob->id, 2), OK, "where many may be chosen");
	is_int(polls_vote(world->txn, post, bob->id, 0), OK, "many are");
	is_int(polls_vote(world->txn, post, bob->id, 2), ERR_EXISTS, "each once");
	poll = poll_of(post);
	ok(polls_sum(&poll) == 2 && poll.voters == 1, "by one voter");
	is_int(posts_delete(world->txn, post, &more), OK, "a post that goes");
	is_int(polls_get(world->arena, txn_view(world->txn), post, &poll), ERR_NOT_FOUND, "takes its poll along");
	is_int(entries(SPACE_VOTE) + entries(SPACE_VOTE_BY), 0, "and the votes");
}

static void check_bounds(void)
{
	uint64_t post = world_post(world, ana, VISIBILITY_PUBLIC), counts[POLL_OPTIONS_MAX + 1] = { 0 };
	struct str options[POLL_OPTIONS_MAX + 1] = { { 0 } };
	struct poll poll = {
		.post_id = post, .options = { options, POLL_OPTIONS_MAX + 1 }, .counts = { counts, POLL_OPTIONS_MAX + 1 },
	};

	is_int(polls_put(world->txn, &poll), ERR_LIMIT, "nobody offers any number of options");
	poll.options.count = 2;
	is_int(polls_put(world->txn, &poll), ERR_INVALID, "each option has its count");
	poll.options.count = poll.counts.count = 0;
	is_int(polls_put(world->txn, &poll), ERR_INVALID, "a poll offers something");
}

int main(void)
{
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	bob = world_account(world, "bob", "c.example");
	check_choice();
	check_choices();
	check_bounds();
	is_int(world_commit(world), OK, "all that is committed");
	world_free(world);
	return done();
}
