/* The one door itself: its table, profiles and the ends of accounts, and a disk that fails on the way. */
#include "federation/apply.h"

#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/story.h"
#include "tests/unit/tap.h"

/* A disk that fails at the n-th put, or at the commit: all of an act or nothing of it. */
static void check_failures(void)
{
	bool whole = true;
	uint64_t puts, id;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	puts = engine_mem_puts(rig->world->engine);
	rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "Dear @bob, dear @carol@b.example", 0, &id);
	puts = engine_mem_puts(rig->world->engine) - puts;
	rig_free(rig);
	for (uint64_t n = 1; n <= puts + 1; n++) {
		struct post_draft draft = { .text = STR("Dear @bob"), .visibility = VISIBILITY_DIRECT };
		struct mention_target bob;
		struct post post;
		int r;

		rig = rig_new();
		rig_follows(rig, &rig->carol, &rig->alice);
		bob = (struct mention_target){ STR("bob"), rig->bob.id, rig->bob.url, rig->bob.username };
		draft.mentions = &bob;
		draft.mention_count = 1;
		if (n <= puts)
			engine_mem_fail_put(rig->world->engine, n, ERR_FULL);
		else
			engine_mem_fail_commit(rig->world->engine, 1, ERR_FULL);
		world_write(rig->world);
		r = act_create_post(rig->arena, rig->world->txn, rig->alice.id, &draft, &id);
		/* What the act says and what the commit says never disagree. */
		if (world_commit(rig->world) == OK)
			whole &= r == OK;
		whole &= rig_notices(rig, &rig->bob, 0) ==
		         (r == OK && posts_get(rig->arena, rig->world->view, id, &post) == OK);
		rig_free(rig);
	}
	ok(whole, "an act is kept whole or not at all, whichever of its %llu puts fails", (unsigned long long)puts);
}

static void check_profiles(void)
{
	struct account account;

	rig = rig_new();
	is_int(rig_apply(rig, by(CAROL, "p1", "Update",
	                         rig_serve_actor(rig, CAROL, "Person", "Caroline"))),
	       OK, "a peer's person changes her profile");
	account = stored(rig->carol.id);
	is_str(account.display_name, STR("Caroline"), "the name is new");
	is_str(account.username, STR("carol"), "the handle is not");
	rig_follows(rig, &rig->carol, &rig->alice);
	world_write(rig->world);
	is_int(act_update_actor(rig->arena, rig->world->txn, rig->alice.id), OK, "one of us changed hers");
	world_commit(rig->world);
	rig_jobs(rig);
	ok(sends("\"type\":\"Update\"") && sends("publicKeyPem"), "followers hear of it");
	rig_free(rig);
}

static void print_finding(void *context, const char *sentence)
{
	(void)context;
	printf("# %s\n", sentence);
}

static uint64_t findings(void)
{
	uint64_t count = 0;

	maintain_check(world_read(rig->world), print_finding, NULL, &count);
	return count;
}

/* Carol's document, with what her node says of a suspension. */
static const char *carol_suspended(const char *suspended)
{
	return rig_text(rig, "{'suspended':%s,%s", suspended, rig_serve_actor(rig, CAROL, "Person", "carol") + 1);
}

/* What the node of a follower makes of an Update that says suspended, and of the one that takes it back. */
static void check_suspended_there(void)
{
	rig = rig_new();
	rig_apply(rig, create("1", "'" PUBLIC "'", "", ""));
	is_int(rig_apply(rig, by(CAROL, "s1", "Update", carol_suspended("true"))), OK, "a peer suspends its person");
	ok(stored(rig->carol.id).withheld && !access_lives(world_read(rig->world), rig->carol.id),
	   "who is shown to nobody here");
	is_int(findings(), 0, "which is how the store has it");
	is_int(rig_apply(rig, create("2", "'" PUBLIC "'", "", "")), ERR_DENIED, "and says nothing");
	is_int(rig_apply(rig, by(CAROL, "f1", "Follow", uri_of(rig->alice.uri))), ERR_DENIED, "nor follows anybody unseen");
	is_int(follow_state(&rig->carol, &rig->alice), 0, "as is kept");
	is_int(rig_apply(rig, by(CAROL, "s2", "Update", carol_suspended("false"))), OK, "the peer lets her in again");
	ok(!stored(rig->carol.id).withheld && access_lives(world_read(rig->world), rig->carol.id), "and she is shown");
	ok(rig_find_post(rig, NOTE_1).id != 0, "with what she had said");
	is_int(rig_apply(rig, create("3", "'" PUBLIC "'", "", "")), OK, "and speaks");
	rig_apply(rig, by(CAROL, "s3", "Update", carol_suspended("true")));
	is_int(rig_apply(rig, by(CAROL, "end", "Delete", "'" CAROL "'")), OK, "who is suspended can be erased");
	ok(stored(rig->carol.id).deleted, "and is");
	rig_free(rig);
}

static void check_ends(void)
{
	uint64_t id;
	struct str uri, pem;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_apply(rig, create("1", "'" PUBLIC "'", "", ""));
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Liked", 0, &id);
	rig_apply(rig, by(CAROL, "f1", "Like", uri_of(uri)));
	is_int(rig_apply(rig, by(CAROL, "end", "Delete", "'" CAROL "'")), OK, "a peer's account ends");
	ok(stored(rig->carol.id).deleted, "it is a tombstone");
	is_int(rig_apply(rig, create("2", "'" PUBLIC "'", "", "")), ERR_GONE, "that says nothing any more");
	rig_jobs(rig);
	is_int(rig_find_post(rig, NOTE_1).id, 0, "its posts are removed");
	is_int(follow_state(&rig->alice, &rig->carol), 0, "and its follows");
	ok(!favourites_has(world_read(rig->world), id, rig->carol.id), "and what it favoured is favoured no more");
	is_int(findings(), 0, "and the store is sound");
	rig_free(rig);

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Bye", 0, &id);
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	world_write(rig->world);
	is_int(act_delete_actor(rig->arena, rig->world->txn, rig->alice.id), OK, "an account of ours ends");
	world_commit(rig->world);
	ok(stored(rig->alice.id).deleted, "at once");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "its followers' node is told");
	ok(sends("\"type\":\"Delete\""), "by its Delete");
	is_int(rig_find_post(rig, rig_text(rig, "%.*s", STR_ARG(uri))).id, 0, "its posts go");
	is_int(follow_state(&rig->carol, &rig->alice), 0, "and the follows");
	is_int(accounts_private_key_get(rig->arena, world_read(rig->world), rig->alice.id, &pem), OK,
	       "its key stays for what is still to be signed");
	clock_advance_for_test((int64_t)31 * DAY_MS);
	rig_jobs(rig);
	is_int(accounts_private_key_get(rig->arena, world_read(rig->world), rig->alice.id, &pem), ERR_NOT_FOUND,
	       "for a month");
	rig_free(rig);
}

static void check_bells(void)
{
	uint64_t id;

	rig = rig_new();
	world_write(rig->world);
	act_follow(rig->arena, rig->world->txn, rig->bob.id, rig->alice.id, true, true, NULL);
	world_commit(rig->world);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "News", 0, &id);
	rig_jobs(rig);
	is_int(rig_notices(rig, &rig->bob, NOTICE_STATUS), 1, "who asked to hear of each post hears of it");
	rig_free(rig);
}

static void check_table(void)
{
	const char *const *lines;
	size_t count = activity_rows(&lines);
	bool found = false;

	for (size_t i = 0; i < count; i++)
		found |= str_eq(str_of(lines[i]), STR("Undo of Follow: a follow ended by the follower"));
	ok(found, "the table can be printed");
	rig = rig_new();
	is_int(rig_apply(rig, by(CAROL, "z1", "Travel", "'https://b.example/x'")), ERR_INVALID,
	       "no row takes what we do not know");
	is_int(rig_apply(rig, by(CAROL, "z2", "Announce",
	                         "{'id':'https://b.example/a/z3','type':'Like','actor':'" CAROL "','object':'x'}")),
	       ERR_INVALID, "nor an activity inside an Announce");
	rig_free(rig);
}

int main(void)
{
	check_failures();
	check_profiles();
	check_suspended_there();
	check_ends();
	check_bells();
	check_table();
	return done();
}
