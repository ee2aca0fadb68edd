/* Polls through the one door: questions, votes and totals, from either side and from the wrong hands. */
#include "federation/on_poll.h"

#include "federation/object.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "storage/polls.h"
#include "storage/posts.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define QUESTION "https://b.example/notes/1"

static struct rig *rig;

static bool sends(const char *needle)
{
	return str_find(rig_outgoing(rig), str_of(needle)) != SIZE_MAX;
}

static struct poll poll_of(uint64_t post_id)
{
	struct poll poll = { 0 };

	polls_get(rig->arena, world_read(rig->world), post_id, &poll);
	return poll;
}

/* What Carol says of her question. */
static const char *question(const char *id, const char *type, const char *more, const char *tea, const char *coffee)
{
	return rig_text(rig, "{" AS "'id':'https://b.example/a/%s','type':'%s','actor':'" CAROL "','to':['" PUBLIC "'],"
	                "'object':{'id':'" QUESTION "','type':'Question','attributedTo':'" CAROL "','content':'<p>Hi</p>',"
	                "'published':'2026-11-24T07:59:00Z','to':['" PUBLIC "'],'endTime':'2026-11-25T08:00:00Z',"
	                "'votersCount':'7',%s"
	                "'oneOf':[{'type':'Note','name':'tea','replies':{'type':'Collection','totalItems':%s}},"
	                "{'type':'Note','name':'coffee','replies':{'totalItems':%s}}]}}", id, type, more, tea, coffee);
}

static void check_foreign_poll(void)
{
	struct str tea = STR("tea");
	struct id_list choice = { (uint64_t[]){ 1 }, 1 };
	struct poll poll;
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->bob, &rig->carol);
	is_int(rig_apply(rig, question("1", "Create", "", "3", "'4'")), OK, "a question comes");
	id = rig_find_post(rig, QUESTION).id;
	poll = poll_of(id);
	ok(poll.options.count == 2 && str_eq(poll.options.items[0], tea) && !poll.multiple, "with its options");
	ok(poll.counts.ids[0] == 3 && poll.counts.ids[1] == 4 && poll.voters == 7, "and counts, as numbers or texts");
	is_int(rig_apply(rig, question("2", "Update", "'name':'x',", "5", "4")), OK, "an Update that tells of no edit");
	poll = poll_of(id);
	ok(poll.counts.ids[0] == 5 && !rig_find_post(rig, QUESTION).edited_ms, "refreshes the totals");
	world_write(rig->world);
	is_int(act_vote(rig->arena, rig->world->txn, rig->alice.id, id, &choice), OK, "one of us votes");
	is_int(act_vote(rig->arena, rig->world->txn, rig->alice.id, id, &choice), ERR_EXISTS, "once");
	world_commit(rig->world);
	poll = poll_of(id);
	ok(poll.counts.ids[1] == 5 && poll.voters == 8, "it is counted at once");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "its author is told");
	ok(sends("\"name\":\"coffee\"") && sends("\"inReplyTo\":\"" QUESTION "\"") && sends(CAROL "/inbox {") &&
	   !sends("\"content\""), "by a Note with a name only");
	is_int(rig_jobs_waiting(rig, "poll_end"), 1, "the end will be told");
	clock_set_for_test(RIG_NOW_MS + DAY_MS + SECOND_MS);
	rig_jobs(rig);
	is_int(rig_notices(rig, &rig->alice, NOTICE_POLL), 1, "to who voted");
	is_int(rig_notices(rig, &rig->bob, NOTICE_POLL), 0, "not to who did not");
	clock_set_for_test(RIG_NOW_MS);
	rig_free(rig);
}

static uint64_t ask(uint8_t visibility, bool multiple, struct str *ret_uri)
{
	static struct str options[] = { STR("tea"), STR("coffee") };
	static uint64_t counts[2];
	const struct poll poll = { .options = { options, 2 }, .counts = { counts, 2 }, .multiple = multiple };
	const struct post_draft draft = { .text = STR("Which?"), .visibility = visibility, .poll = &poll, .poll_ms = HOUR_MS };
	struct post post = { 0 };
	uint64_t id = 0;

	counts[0] = counts[1] = 0;
	world_write(rig->world);
	act_create_post(rig->arena, rig->world->txn, rig->alice.id, &draft, &id);
	world_commit(rig->world);
	posts_get(rig->arena, world_read(rig->world), id, &post);
	*ret_uri = post.uri;
	return id;
}

/* A vote of Carol's as an object. */
static const char *note(const char *id, struct str question_uri, const char *name)
{
	return rig_text(rig, "{'id':'https://b.example/v/%s','type':'Note','attributedTo':'" CAROL "','name':'%s',"
	                "'inReplyTo':'%.*s','to':['https://a.example/users/alice']}", id, name, STR_ARG(question_uri));
}

static int vote(const char *id, const char *objects)
{
	return rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/%s','type':'Create','actor':'" CAROL "',"
	                               "'object':%s}", id, objects));
}

static void check_our_poll(void)
{
	struct id_list first = { (uint64_t[]){ 0 }, 1 };
	struct str uri, secret;
	struct poll poll;
	uint64_t id, hidden;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	id = ask(VISIBILITY_PUBLIC, false, &uri);
	rig_jobs(rig);
	ok(sends("\"type\":\"Question\"") && sends("\"oneOf\":[{\"type\":\"Note\",\"name\":\"tea\"") && sends("\"endTime\""),
	   "one of us asks");
	rig_outgoing_clear(rig);
	is_int(vote("v1", note("1", uri, "tea")), OK, "a vote comes");
	is_int(rig_find_post(rig, "https://b.example/v/1").id, 0, "it is no post");
	is_int(vote("v2", note("2", uri, "coffee")), OK, "a second vote is taken");
	is_int(vote("v3", note("3", uri, "milk")), OK, "one for what is not offered too");
	poll = poll_of(id);
	ok(poll.counts.ids[0] == 1 && poll.counts.ids[1] == 0 && poll.voters == 1, "without effect");
	is_int(rig_jobs_waiting(rig, "poll_update"), 1, "many votes are told of at once");
	hidden = ask(VISIBILITY_DIRECT, false, &secret);
	vote("v4", note("4", secret, "tea"));
	is_int(poll_of(hidden).voters, 0, "who may not see a poll does not vote");
	world_write(rig->world);
	is_int(act_vote(rig->arena, rig->world->txn, rig->alice.id, id, &first), ERR_DENIED, "nobody votes in an own poll");
	is_int(act_vote(rig->arena, rig->world->txn, rig->bob.id, id, &first), OK, "others of us do");
	world_commit(rig->world);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "nothing is told at once");
	clock_set_for_test(RIG_NOW_MS + 3 * MINUTE_MS);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "after some minutes it is");
	ok(sends("\"type\":\"Update\"") && sends("\"totalItems\":2") && sends("\"votersCount\":2"), "with the totals");
	clock_set_for_test(RIG_NOW_MS + HOUR_MS + SECOND_MS);
	is_int(vote("v5", note("5", uri, "tea")), ERR_DENIED, "after the end nobody votes");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 2, "the end is told");
	ok(sends("\"closed\""), "as such");
	is_int(rig_notices(rig, &rig->alice, NOTICE_POLL) + rig_notices(rig, &rig->bob, NOTICE_POLL), 3,
	       "to the author of both and to who voted here");
	clock_set_for_test(RIG_NOW_MS);
	rig_free(rig);
}

static void report(void *context, const char *sentence)
{
	(void)context;
	printf("# %s\n", sentence);
}

static void check_many_choices(void)
{
	struct str uri;
	struct poll poll;
	uint64_t id, findings = 1;

	rig = rig_new();
	id = ask(VISIBILITY_PUBLIC, true, &uri);
	is_int(vote("w1", rig_text(rig, "[%s,%s]", note("1", uri, "tea"), note("2", uri, "coffee"))), OK,
	       "several choices come as an array");
	is_int(vote("w2", note("3", uri, "tea")), OK, "one of them again");
	poll = poll_of(id);
	ok(poll.counts.ids[0] == 1 && poll.counts.ids[1] == 1 && poll.voters == 1, "each is counted once");
	is_int(vote("w3", "[{'type':'Note'},7]"), ERR_INVALID, "other arrays are none");
	maintain_check(world_read(rig->world), report, NULL, &findings);
	is_int(findings, 0, "the store is whole");
	world_write(rig->world);
	is_int(act_delete_post(rig->arena, rig->world->txn, rig->alice.id, id), OK, "the poll is deleted");
	world_commit(rig->world);
	is_int(vote("w4", note("4", uri, "tea")), OK, "a late vote has no effect");
	maintain_check(world_read(rig->world), report, NULL, &findings);
	is_int(findings, 0, "and nothing stays behind");
	rig_free(rig);
}

int main(void)
{
	check_foreign_poll();
	check_our_poll();
	check_many_choices();
	return done();
}
