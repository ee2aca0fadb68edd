/* Moves: a peer's account to another, to one of ours, and ours to a peer's; in any order and from the wrong hands. */
#include "federation/actor.h"
#include "federation/on_move.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/codec.h"
#include "storage/graph.h"
#include "storage/maintain.h"
#include "storage/notices.h"
#include "storage/peers.h"
#include "storage/rules.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define ERIN "https://b.example/users/erin"
#define EVIL "https://evil.example/users/carol"

static struct rig *rig;

static const char *text_of(struct str text)
{
	return arena_cstr(rig->arena, text);
}

static struct account stored(const char *uri)
{
	struct account account = { 0 };

	accounts_by_uri(rig->arena, world_read(rig->world), str_of(uri), &account);
	return account;
}

static bool follows(const struct account *follower, const char *uri)
{
	struct account followee = stored(uri);
	struct follow follow;

	return followee.id &&
	       graph_follow_get(rig->arena, world_read(rig->world), follower->id, followee.id, &follow) == OK;
}

static bool sent(const char *needle)
{
	return str_find(rig_outgoing(rig), str_of(needle)) != SIZE_MAX;
}

/* How often it is among what waits for b.example. */
static size_t sent_times(const char *needle)
{
	struct str rest = rig_outgoing(rig);
	size_t n = 0, at;

	while ((at = str_find(rest, str_of(needle))) != SIZE_MAX) {
		rest = str_sub(rest, at + 1, SIZE_MAX);
		n++;
	}
	return n;
}

static void print_finding(void *context, const char *text)
{
	(void)context;
	printf("# %s\n", text);
}

static uint64_t findings(void)
{
	uint64_t count = 0;

	maintain_check(world_read(rig->world), print_finding, NULL, &count);
	return count;
}

/* An actor of b.example that can be fetched; `more` are members of its document, with a comma behind. */
static void serve(const char *uri, const char *name, const char *more)
{
	const char *document = rig_serve_actor(rig, uri, "Person", name);

	rig_serve(rig, uri, 200, NULL, rig_text(rig, "{%s%s", more, document + 1));
}

static const char *move_of(const char *id, const char *actor, const char *object, const char *target)
{
	return rig_text(rig, "{" AS "'id':'https://b.example/a/%s','type':'Move','actor':'%s','object':'%s','target':'%s'}",
	                id, actor, object, target);
}

static const char *update_of(const char *id, const char *uri, const char *name, const char *more)
{
	const char *document = rig_serve_actor(rig, uri, "Person", name);

	return rig_text(rig, "{" AS "'id':'https://b.example/a/%s','type':'Update','actor':'%s','object':{%s%s}", id, uri,
	                more, document + 1);
}

/* Comes in, signed, and what it needs is fetched. */
static int arrives(const char *json, const char *key_id)
{
	int r = rig_deliver(rig, json, str_of(key_id));

	rig_resolve(rig);
	return r;
}

static int carol_moves(const char *id, const char *target)
{
	return arrives(move_of(id, CAROL, CAROL, target), CAROL "#main-key");
}

static void begin(void)
{
	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
}

/* Nothing came of it: the follow stands, nothing is sent, carol did not move. */
static bool nothing_came(void)
{
	rig_jobs(rig);
	return follows(&rig->alice, CAROL) && !follows(&rig->alice, DAVE) && !rig_outgoing_count(rig) &&
	       !stored(CAROL).moved_id && !stored(CAROL).moved_ms;
}

static struct rig_answer get(const struct account *account)
{
	return rig_call(rig, "GET", rig_line(rig, "/api/v1/accounts/%llu", (unsigned long long)account->id), &rig->bob, NULL);
}

static struct rig_answer follow(const struct account *account)
{
	return rig_call(rig, "POST", rig_line(rig, "/api/v1/accounts/%llu/follow", (unsigned long long)account->id),
	                &rig->bob, "");
}

static void check_in(void)
{
	struct rig_answer answer;
	struct follow kept;
	struct txn *txn;

	rig = rig_new();
	txn = world_write(rig->world);
	act_follow(rig->arena, txn, rig->alice.id, rig->carol.id, false, true, NULL);
	world_commit(rig->world);
	rig_apply(rig, rig_text(rig, "{" AS "'type':'Accept','actor':'" CAROL "','object':{'type':'Follow','actor':'%.*s',"
	                             "'object':'" CAROL "'}}", STR_ARG(rig->alice.uri)));
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	serve(DAVE, "dave", "'alsoKnownAs':['https://elsewhere.example/x','" CAROL "'],");
	is_int(carol_moves("m1", DAVE), OK, "a Move of an account to one that names it is taken");
	is_int(rig_jobs_waiting(rig, "move"), 1, "its followers here are moved by a job");
	rig_jobs(rig);
	ok(follows(&rig->alice, DAVE) && !follows(&rig->alice, CAROL), "who followed the old account follows the new one");
	graph_follow_get(rig->arena, world_read(rig->world), rig->alice.id, stored(DAVE).id, &kept);
	ok(!kept.show_reblogs && kept.notify, "with the same wishes");
	is_int(sent_times("\"type\":\"Follow\",\"actor\""), 2, "one Follow goes to the new one, and one in an Undo to the old");
	ok(sent(DAVE "/inbox {") && sent(CAROL "/inbox {") && sent_times("\"type\":\"Undo\"") == 1, "each to whom it is for");
	is_int(rig_deliver(rig, move_of("m1", CAROL, CAROL, DAVE), STR(CAROL "#main-key")), OK, "the same Move again");
	is_int(carol_moves("m2", DAVE), OK, "or under another id");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 2, "changes nothing");
	answer = get(&rig->carol);
	is_str(rig_str(&answer, "moved.acct"), STR("dave@b.example"), "the client API shows where the account went");
	ok(!rig_at(&answer, "moved.moved"), "one step far");
	is_int(follow(&rig->carol).status, 403, "what has moved cannot be followed any more");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_to_ours(void)
{
	struct txn *txn;

	begin();
	rig_follows(rig, &rig->bob, &rig->carol);
	is_int(carol_moves("m1", text_of(rig->bob.uri)), OK, "a Move to one of ours who does not name the old account");
	ok(nothing_came(), "has no effect");
	txn = world_write(rig->world);
	is_int(act_alias(rig->arena, txn, rig->bob.id, STR(CAROL), true), OK, "once it is an alias");
	world_commit(rig->world);
	is_int(carol_moves("m2", text_of(rig->bob.uri)), OK, "the account may move to it");
	rig_jobs(rig);
	ok(graph_follows(world_read(rig->world), rig->alice.id, rig->bob.id), "and its followers follow ours");
	ok(!follows(&rig->alice, CAROL) && sent_times("\"type\":\"Undo\"") == 1, "after an Undo to the old one");
	ok(follows(&rig->bob, CAROL), "but nobody follows himself");
	is_int(rig_notices(rig, &rig->bob, NOTICE_FOLLOW), 1, "who is told of them");
	is_int(rig->asked, 0, "and nobody is asked what we know");
	rig_free(rig);
}

/* Update and Move in either order come to the same. */
static void check_order(void)
{
	for (int first = 0; first < 2; first++) {
		const char *update;

		begin();
		serve(DAVE, "dave", "'alsoKnownAs':'" CAROL "',");
		update = update_of("u1", CAROL, "carol", "'movedTo':'" DAVE "',");
		if (!first)
			arrives(update, CAROL "#main-key");
		carol_moves("m1", DAVE);
		if (first)
			arrives(update, CAROL "#main-key");
		rig_jobs(rig);
		ok(follows(&rig->alice, DAVE) && !follows(&rig->alice, CAROL) && stored(CAROL).moved_id == stored(DAVE).id,
		   first ? "the Update may come after the Move" : "the Update may come before the Move");
		is_str(stored(CAROL).moved_to, STR(DAVE), "and says the same");
		rig_free(rig);
	}
	begin();
	serve(DAVE, "dave", "");
	carol_moves("m1", DAVE);
	ok(nothing_came(), "before the new account names the old one a Move has no effect");
	serve(DAVE, "dave", "'alsoKnownAs':'" CAROL "',");
	carol_moves("m2", DAVE);
	rig_jobs(rig);
	ok(follows(&rig->alice, DAVE), "what the new one says is asked for each time");
	arrives(update_of("u1", CAROL, "carol", ""), CAROL "#main-key");
	ok(!stored(CAROL).moved_id && stored(CAROL).moved_ms, "a move can be taken back, and is remembered");
	is_int(follow(&rig->carol).status, 200, "then the account can be followed again");
	rig_free(rig);
}

static void check_document(void)
{
	begin();
	arrives(update_of("u1", CAROL, "carol", "'movedTo':'" DAVE "',"), CAROL "#main-key");
	ok(stored(CAROL).moved_to.n && !stored(CAROL).moved_id, "what a document alone says is not shown");
	serve(DAVE, "dave", "'alsoKnownAs':'" CAROL "',");
	arrives(rig_text(rig, "{" AS "'id':'https://b.example/a/f1','type':'Follow','actor':'" DAVE "','object':'%.*s'}",
	                 STR_ARG(rig->bob.uri)), DAVE "#main-key");
	arrives(update_of("u2", CAROL, "carol", "'movedTo':'" DAVE "',"), CAROL "#main-key");
	is_int((long long)stored(CAROL).moved_id, (long long)stored(DAVE).id, "unless the other one says so too");
	rig_jobs(rig);
	ok(follows(&rig->alice, CAROL) && !follows(&rig->alice, DAVE), "but only a Move moves followers");
	rig_free(rig);
}

static void check_wrong_hands(void)
{
	begin();
	serve(DAVE, "dave", "'alsoKnownAs':['" ERIN "','" CAROL "/','https://b.example/users/Carol'],");
	carol_moves("x1", DAVE);
	ok(nothing_came(), "an account that does not name the old one is none to move to");
	serve(DAVE, "dave", "'alsoKnownAs':'" CAROL "',");
	arrives(move_of("x2", DAVE, CAROL, DAVE), DAVE "#main-key");
	ok(nothing_came(), "nobody moves another's account, not even to his own");
	is_int(rig_deliver(rig, move_of("x3", CAROL, CAROL, DAVE), STR(DAVE "#main-key")), ERR_DENIED,
	       "nor signs for it");
	ok(nothing_came(), "with no effect");
	carol_moves("x4", CAROL);
	ok(nothing_came(), "nor does an account move to itself");
	arrives(rig_text(rig, "{" AS "'id':'https://b.example/a/x5','type':'Move','actor':'" CAROL "','object':'" CAROL "'}"),
	        CAROL "#main-key");
	ok(nothing_came(), "nor to nowhere");
	rig_serve(rig, EVIL, 200, NULL, rig_text(rig, "{'alsoKnownAs':'" CAROL "',%s", rig_serve_actor(rig, EVIL, "Person", "carol") + 1));
	rig->asked = 0;
	carol_moves("x6", EVIL);
	ok(nothing_came() && !rig->asked, "nor to a node that is not listed, which is not even asked");
	serve(DAVE, "dave", "'alsoKnownAs':'" CAROL "','movedTo':'" ERIN "',");
	carol_moves("x7", DAVE);
	ok(nothing_came(), "nor to an account that has itself moved");
	rig_serve(rig, DAVE, 410, NULL, "{}");
	carol_moves("x8", DAVE);
	ok(nothing_came(), "nor to one that is gone");
	carol_moves("x9", "https://a.example/u/999");
	ok(nothing_came(), "nor to one of ours that is not there");
	carol_moves("x10", "https://a.example/actor");
	ok(nothing_came(), "nor to the node itself");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_blocks(void)
{
	struct block block;
	struct account dave;

	begin();
	rig_follows(rig, &rig->bob, &rig->carol);
	serve(DAVE, "dave", "'alsoKnownAs':'" CAROL "',");
	arrives(rig_text(rig, "{" AS "'id':'https://b.example/a/f1','type':'Follow','actor':'" DAVE "','object':'%.*s'}",
	                 STR_ARG(rig->bob.uri)), DAVE "#main-key");
	dave = stored(DAVE);
	block = (struct block){ .blocker_id = rig->alice.id, .blocked_id = dave.id, .created_ms = 1 };
	world_write(rig->world);
	blocks_put(rig->world->txn, &block);
	world_commit(rig->world);
	carol_moves("m1", DAVE);
	rig_jobs(rig);
	ok(!follows(&rig->alice, DAVE) && follows(&rig->alice, CAROL), "who blocks the new account is not moved to it");
	ok(follows(&rig->bob, DAVE) && !follows(&rig->bob, CAROL), "others are");
	rig_free(rig);
}

static void check_rule(void)
{
	struct rule rule = { .kind = RULE_ACCOUNT, .value = STR(DAVE), .created_ms = 1 };

	begin();
	serve(DAVE, "dave", "'alsoKnownAs':'" CAROL "',");
	world_write(rig->world);
	rules_put(rig->world->txn, &rule);
	world_commit(rig->world);
	carol_moves("m1", DAVE);
	ok(nothing_came(), "an account that the operator keeps out is none to move to");
	rig_free(rig);
}

static void check_rest(void)
{
	begin();
	serve(DAVE, "dave", "'alsoKnownAs':'" CAROL "',");
	serve(ERIN, "erin", "'alsoKnownAs':'" CAROL "',");
	carol_moves("m1", DAVE);
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	clock_advance_for_test(6 * (int64_t)DAY_MS);
	carol_moves("m2", ERIN);
	rig_jobs(rig);
	ok(str_eq(stored(CAROL).moved_to, STR(DAVE)), "within seven days an account does not move again");
	rig_follows(rig, &rig->bob, &rig->carol);
	clock_advance_for_test(2 * (int64_t)DAY_MS);
	carol_moves("m3", ERIN);
	rig_jobs(rig);
	ok(follows(&rig->bob, ERIN) && !follows(&rig->bob, CAROL), "later it may");
	ok(follows(&rig->alice, DAVE) && !follows(&rig->alice, ERIN), "and takes only those who followed it");
	rig_free(rig);
}

static void check_pages(void)
{
	enum { PEOPLE = 120 };
	struct account people[PEOPLE];
	struct account dave;
	size_t moved = 0, left = 0;

	begin();
	world_write(rig->world);
	for (size_t i = 0; i < PEOPLE; i++) {
		people[i] = *world_account(rig->world, rig_line(rig, "p%zu", i), "");
		world_follow(rig->world, people[i].id, rig->carol.id, FOLLOW_ACCEPTED);
	}
	world_commit(rig->world);
	serve(DAVE, "dave", "'alsoKnownAs':'" CAROL "',");
	carol_moves("m1", DAVE);
	ok(rig_jobs(rig) > 3, "many followers are moved page by page");
	dave = stored(DAVE);
	for (size_t i = 0; i < PEOPLE; i++) {
		moved += graph_requested(world_read(rig->world), people[i].id, dave.id);
		left += graph_follows(rig->world->view, people[i].id, rig->carol.id);
	}
	is_int((long long)moved, PEOPLE, "all of them");
	is_int((long long)left, 0, "and none is left behind");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static int out(uint64_t target_id)
{
	struct txn *txn = world_write(rig->world);
	int r = act_move(rig->arena, txn, rig->alice.id, target_id);

	if (r)
		world_abort(rig->world);
	else
		world_commit(rig->world);
	return r;
}

static int alias(const char *uri, bool add)
{
	struct txn *txn = world_write(rig->world);
	int r = act_alias(rig->arena, txn, rig->alice.id, str_of(uri), add);

	world_commit(rig->world);
	return r;
}

static void check_aliases(void)
{
	struct rig_answer answer;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	is_int(alias(CAROL, true), OK, "one of ours takes an alias");
	rig_jobs(rig);
	ok(sent("\"type\":\"Update\"") && sent("\"alsoKnownAs\":[\"" CAROL "\"]"), "its followers are told");
	answer = rig_fetch(rig, text_of(rig->alice.uri) + strlen("https://a.example"), STR(CAROL "#main-key"));
	ok(rig_holds(&answer, "\"alsoKnownAs\":[\"" CAROL "\"]"), "and its document says so");
	is_int(alias(CAROL, true), ERR_EXISTS, "an alias is had once");
	is_int(alias("nonsense", true), ERR_INVALID, "and is an address");
	is_int(alias(text_of(rig->alice.uri), true), ERR_INVALID, "but not the own one");
	is_int(alias(CAROL, false), OK, "it can be given up");
	is_int(alias(CAROL, false), ERR_NOT_FOUND, "once");
	for (int i = 0; i < ACTOR_ALIASES_MAX; i++)
		alias(rig_line(rig, "https://b.example/users/%d", i), true);
	is_int(alias(CAROL, true), ERR_LIMIT, "there are no more than peers read");
	rig_free(rig);
}

static void check_out(void)
{
	struct rig_answer answer;
	struct account *carol;
	const char *followed;

	rig = rig_new();
	carol = &rig->carol;
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_follows(rig, &rig->bob, &rig->alice);
	is_int(out(carol->id), ERR_DENIED, "ours does not move to an account that does not name it");
	is_int(out(rig->alice.id), ERR_INVALID, "nor to itself");
	carol->also_known_as = (struct str_list){ &rig->alice.uri, 1 };
	world_write(rig->world);
	accounts_put(rig->world->txn, carol);
	world_commit(rig->world);
	is_int(out(carol->id), OK, "it moves to one that does");
	rig_jobs(rig);
	ok(sent("\"movedTo\":\"" CAROL "\""), "its followers elsewhere get the changed document");
	ok(sent(rig_line(rig, "\"type\":\"Move\",\"actor\":\"%.*s\"", STR_ARG(rig->alice.uri))) &&
	   sent(rig_line(rig, "\"object\":\"%.*s\",\"target\":\"" CAROL "\"", STR_ARG(rig->alice.uri))), "and a Move");
	ok(str_find(rig_outgoing(rig), STR("\"type\":\"Update\"")) < str_find(rig_outgoing(rig), STR("\"type\":\"Move\"")),
	   "in this order");
	ok(follows(&rig->bob, CAROL) && !graph_follows(world_read(rig->world), rig->bob.id, rig->alice.id),
	   "its followers here follow the new one");
	answer = get(&rig->alice);
	is_str(rig_str(&answer, "moved.acct"), STR("carol@b.example"), "clients see where it went");
	answer = rig_call(rig, "GET", "/api/v1/accounts/verify_credentials", &rig->alice, NULL);
	is_str(rig_str(&answer, "moved.acct"), STR("carol@b.example"), "its own too");
	is_int(follow(&rig->alice).status, 403, "nobody here can follow it any more");
	followed = rig_text(rig, "{" AS "'id':'https://b.example/a/f1','type':'Follow','actor':'" DAVE "','object':'%.*s'}",
	                STR_ARG(rig->alice.uri));
	serve(DAVE, "dave", "");
	rig_outgoing_clear(rig);
	is_int(arrives(followed, DAVE "#main-key"), OK, "who follows it from elsewhere");
	rig_jobs(rig);
	ok(sent("\"type\":\"Reject\"") && !sent("\"type\":\"Accept\"") && sent("https://b.example/a/f1"), "is turned away");
	is_int(rig_notices(rig, &rig->alice, 0), 0, "and it is told of nobody");
	is_int(out(carol->id), ERR_EXISTS, "moving there again is no news");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_unmove(void)
{
	struct rig_answer answer;
	struct txn *txn;

	rig = rig_new();
	world_write(rig->world);
	rig->carol.also_known_as = rig->bob.also_known_as = (struct str_list){ &rig->alice.uri, 1 };
	accounts_put(rig->world->txn, &rig->carol);
	accounts_put(rig->world->txn, &rig->bob);
	rig->peer.shared_inbox = STR("https://b.example/inbox");
	peers_put(rig->world->txn, &rig->peer);
	world_commit(rig->world);
	out(rig->carol.id);
	rig_jobs(rig);
	ok(sent("\"movedTo\":\"" CAROL "\""), "peers hear that ours moved though nobody there follows it");
	rig_outgoing_clear(rig);
	is_int(out(rig->bob.id), ERR_DENIED, "ours moves once in seven days");
	txn = world_write(rig->world);
	is_int(act_unmove(rig->arena, txn, rig->alice.id), OK, "a move can be taken back");
	is_int(act_unmove(rig->arena, txn, rig->alice.id), ERR_NOT_FOUND, "once");
	world_commit(rig->world);
	rig_jobs(rig);
	ok(sent("\"type\":\"Update\"") && !sent("movedTo\":\""), "which peers hear, too");
	answer = get(&rig->alice);
	ok(!rig_at(&answer, "moved"), "clients see nothing of it then");
	is_int(follow(&rig->alice).status, 200, "and the account can be followed");
	is_int(out(rig->bob.id), ERR_DENIED, "but the seven days go on");
	clock_advance_for_test(8 * (int64_t)DAY_MS);
	is_int(out(rig->bob.id), OK, "and end");
	rig_jobs(rig);
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

/* A record of a build that knew no moves. */
static void check_older_record(void)
{
	struct arena *arena = arena_new();
	struct account account = { .id = 7, .username = STR("ana"), .uri = STR("https://a.example/u/7") }, read;
	struct str bytes = codec_encode(arena, &account_type, &account);

	is_int(codec_decode(arena, &account_type, bytes, &read), OK, "an account that never moved is read");
	ok(!read.moved_id && !read.moved_ms, "as one that may move");
	arena_free(arena);
}

int main(void)
{
	check_in();
	check_to_ours();
	check_order();
	check_document();
	check_wrong_hands();
	check_blocks();
	check_rule();
	check_rest();
	check_pages();
	check_aliases();
	check_out();
	check_unmove();
	check_older_record();
	return done();
}
