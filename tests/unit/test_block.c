/* Blocks: through the one door from either side, in any order and from the wrong hands; what they hide; the client API. */
#include "federation/purge.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/graph.h"
#include "storage/maintain.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"

static struct rig *rig;

static const char *of(const struct account *account, const char *more)
{
	return rig_line(rig, "/api/v1/accounts/%llu%s", (unsigned long long)account->id, more);
}

static struct rig_answer get(const struct account *who, const char *target)
{
	return rig_call(rig, "GET", target, who, NULL);
}

static struct rig_answer post(const struct account *who, const char *target)
{
	return rig_call(rig, "POST", target, who, "");
}

static bool sent(const char *needle)
{
	return str_find(rig_outgoing(rig), str_of(needle)) != SIZE_MAX;
}

static bool blocks(const struct account *blocker, const struct account *blocked)
{
	return blocks_has(world_read(rig->world), blocker->id, blocked->id);
}

static bool follows(const struct account *follower, const struct account *followee)
{
	return graph_follows(world_read(rig->world), follower->id, followee->id);
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

/* A Block of carol's against one of ours. */
static const char *block(const char *number, struct str whom)
{
	return rig_text(rig, "{" AS "'id':'https://b.example/a/%s','type':'Block','actor':'" CAROL "','object':'%.*s'}",
	                number, STR_ARG(whom));
}

static const char *undo(const char *number, const char *actor, const char *object)
{
	return rig_text(rig, "{" AS "'id':'https://b.example/a/%s','type':'Undo','actor':'%s','object':%s}", number, actor,
	                object);
}

static const char *embedded(const char *number, struct str whom)
{
	return rig_text(rig, "{'id':'https://b.example/a/%s','type':'Block','actor':'" CAROL "','object':'%.*s'}", number,
	                STR_ARG(whom));
}

static void check_ours(void)
{
	struct rig_answer answer;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_follows(rig, &rig->carol, &rig->alice);
	answer = post(&rig->alice, of(&rig->carol, "/block"));
	is_int(rig_number(&answer, "blocking"), 1, "one of ours shuts a peer's person out");
	ok(!follows(&rig->alice, &rig->carol) && !follows(&rig->carol, &rig->alice), "which ends the follows of both");
	rig_jobs(rig);
	ok(sent(CAROL "/inbox {") && sent("\"type\":\"Block\"") && sent("\"object\":\"" CAROL "\""),
	   "the Block goes to the own inbox of the blocked");
	ok(sent("\"type\":\"Undo\"") && sent("\"type\":\"Reject\""), "with an Undo and a Reject for those who know no Block");
	rig_outgoing_clear(rig);
	is_int(post(&rig->alice, of(&rig->carol, "/block")).status, 200, "blocking twice is no error");
	is_int(rig_jobs(rig), 0, "and is said once");
	answer = get(&rig->alice, "/api/v1/blocks");
	is_str(rig_str(&answer, "0.acct"), STR("carol@b.example"), "the list of blocks names them");
	is_int(post(&rig->alice, of(&rig->carol, "/follow")).status, 403, "whom one blocks one cannot follow");
	answer = post(&rig->alice, of(&rig->carol, "/unblock"));
	is_int(rig_number(&answer, "blocking"), 0, "a block can be ended");
	rig_jobs(rig);
	ok(sent("\"type\":\"Undo\"") && sent("\"type\":\"Block\""), "by an Undo that embeds the Block");
	is_int(post(&rig->alice, of(&rig->carol, "/unblock")).status, 200, "ending it twice is no error");
	is_int(post(&rig->alice, of(&rig->alice, "/block")).status, 403, "nobody blocks themselves");
	is_int(post(&rig->alice, "/api/v1/accounts/4/block").status, 404, "nor nobody");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_among_us(void)
{
	struct rig_answer answer;

	rig = rig_new();
	rig_follow(rig, &rig->alice, &rig->bob);
	rig_follow(rig, &rig->bob, &rig->alice);
	post(&rig->alice, of(&rig->bob, "/block"));
	answer = get(&rig->bob, rig_line(rig, "/api/v1/accounts/relationships?id[]=%llu", (unsigned long long)rig->alice.id));
	is_int(rig_number(&answer, "0.blocked_by"), 1, "the blocked one is told when he asks");
	ok(!rig_number(&answer, "0.following") && !rig_number(&answer, "0.followed_by"), "and follows no more");
	is_int(post(&rig->bob, of(&rig->alice, "/follow")).status, 403, "nor again");
	is_int(rig_jobs(rig), 0, "nothing leaves the house");
	is_int(rig_notices(rig, &rig->bob, 0), 0, "nobody is told of it");
	rig_free(rig);
}

static void check_hidden(void)
{
	struct rig_answer mine, his, answer;
	const char *mine_path;

	rig = rig_new();
	mine = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=mine");
	his = rig_call(rig, "POST", "/api/v1/statuses", &rig->bob, "status=his+%40alice");
	mine_path = rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&mine, "id")));
	is_int(rig_notices(rig, &rig->alice, 0), 1, "before the block a mention is told");
	post(&rig->alice, of(&rig->bob, "/block"));
	is_int(get(&rig->bob, mine_path).status, 404, "the blocked one does not see what the blocker wrote");
	answer = get(&rig->bob, of(&rig->alice, "/statuses"));
	is_int(rig_count(&answer, ""), 0, "not on the profile either");
	is_int(post(&rig->bob, rig_line(rig, "%s/favourite", mine_path)).status, 404, "and cannot favour it");
	is_int(post(&rig->bob, rig_line(rig, "%s/reblog", mine_path)).status, 404, "nor boost it");
	answer = get(&rig->alice, "/api/v1/timelines/public");
	is_int(rig_count(&answer, ""), 1, "the blocker does not meet the blocked in a timeline");
	answer = get(&rig->alice, of(&rig->bob, "/statuses"));
	is_int(rig_count(&answer, ""), 1, "but may look at the profile");
	is_int(rig_notices(rig, &rig->alice, 0), 0, "what one was told of them is hidden");
	rig_call(rig, "POST", "/api/v1/statuses", &rig->bob, "status=%40alice+again");
	rig_call(rig, "POST", "/api/v1/statuses", &rig->bob, "status=%40alice+psst&visibility=direct");
	is_int(rig_notices(rig, &rig->alice, 0), 0, "and nothing new is told");
	answer = get(&rig->alice, "/api/v1/conversations");
	is_int(rig_count(&answer, ""), 0, "in no conversation either");
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/n1','type':'Announce','actor':'" CAROL "',"
	                             "'to':['https://www.w3.org/ns/activitystreams#Public'],'object':'%.*s'}",
	                        STR_ARG(rig_str(&his, "uri"))));
	answer = get(&rig->alice, "/api/v1/timelines/home");
	is_int(rig_count(&answer, ""), 1, "nor does one meet them in somebody's boost");
	post(&rig->alice, of(&rig->bob, "/unblock"));
	is_int(get(&rig->bob, mine_path).status, 200, "after the block all is as before");
	answer = get(&rig->alice, "/api/v1/timelines/home");
	is_int(rig_count(&answer, ""), 2, "boosts too");
	rig_free(rig);
}

/* Around a post: answers, who favoured, boosted and reacted. */
static void check_hidden_around_a_post(void)
{
	static const char *const lists[] = { "/favourited_by", "/reblogged_by" };
	struct rig_answer mine, answer;
	const char *path, *reactions;
	struct str id;

	rig = rig_new();
	mine = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=mine");
	id = rig_str(&mine, "id");
	path = rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(id));
	reactions = rig_line(rig, "/api/v1/pleroma/statuses/%.*s/reactions", STR_ARG(id));
	rig_call(rig, "POST", "/api/v1/statuses", &rig->bob, rig_line(rig, "status=his&in_reply_to_id=%.*s", STR_ARG(id)));
	post(&rig->bob, rig_line(rig, "%s/favourite", path));
	post(&rig->bob, rig_line(rig, "%s/reblog", path));
	rig_call(rig, "PUT", rig_line(rig, "%s/%%F0%%9F%%8E%%89", reactions), &rig->bob, "");
	for (int blocked = 0; blocked < 3; blocked++) {
		if (blocked)
			post(&rig->alice, of(&rig->bob, blocked == 1 ? "/block" : "/unblock"));
		answer = get(&rig->alice, rig_line(rig, "%s/context", path));
		is_int(rig_count(&answer, "descendants"), blocked != 1, "answers of the blocked are not in the thread");
		for (size_t i = 0; i < 2; i++) {
			answer = get(&rig->alice, rig_line(rig, "%s%s", path, lists[i]));
			ok(rig_count(&answer, "") == (blocked != 1), "nor are they in %s", lists[i]);
		}
		answer = get(&rig->alice, reactions);
		is_int(rig_count(&answer, "0.accounts"), blocked != 1, "nor among who reacted");
	}
	rig_free(rig);
}

static void check_hidden_from_a_peer(void)
{
	struct rig_answer open, answer, missing;
	struct str key;
	const char *path;

	rig = rig_new();
	key = STR(CAROL "#main-key");
	open = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=open");
	path = arena_cstr(rig->arena, str_sub(rig_str(&open, "uri"), strlen("https://a.example"), SIZE_MAX));
	is_int(rig_fetch(rig, path, key).status, 200, "a peer's person fetches a post");
	post(&rig->alice, of(&rig->carol, "/block"));
	missing = rig_fetch(rig, "/p/4", key);
	answer = rig_fetch(rig, path, key);
	ok(answer.status == 404 && str_eq(answer.body, missing.body), "once blocked, it is as if it were not there");
	is_int(rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/l1','type':'Like','actor':'" CAROL "',"
	                                    "'object':'%.*s'}", STR_ARG(rig_str(&open, "uri")))), ERR_NOT_FOUND,
	       "a Like of it is one of nothing");
	is_int(rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/f1','type':'Follow','actor':'" CAROL "',"
	                                    "'object':'%.*s'}", STR_ARG(rig->alice.uri))), ERR_DENIED,
	       "a Follow has no effect");
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=about+%40carol%40b.example");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "what names the blocked one is not sent to them");
	rig_free(rig);
}

static void check_of_a_peer(void)
{
	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_follows(rig, &rig->carol, &rig->alice);
	is_int(rig_apply(rig, block("b1", rig->alice.uri)), OK, "a peer's person shuts one of ours out");
	ok(blocks(&rig->carol, &rig->alice), "which is kept");
	ok(!follows(&rig->alice, &rig->carol) && !follows(&rig->carol, &rig->alice), "and ends the follows of both");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "with nothing said in return");
	is_int(rig_apply(rig, block("b1", rig->alice.uri)), ERR_EXISTS, "the same Block has its effect once");
	is_int(rig_follow(rig, &rig->alice, &rig->carol), ERR_DENIED, "who was shut out cannot follow");
	is_int(rig_apply(rig, block("b2", rig->alice.uri)), OK, "it may be said again under another id");
	is_int(rig_apply(rig, undo("u1", "https://b.example/users/dave", embedded("b2", rig->alice.uri))), NEED,
	       "who is not known yet is fetched before anything else");
	ok(blocks(&rig->carol, &rig->alice), "and ends no block of another's");
	is_int(rig_apply(rig, undo("u2", CAROL, "'https://b.example/a/b2'")), OK, "an Undo may name the id alone");
	ok(!blocks(&rig->carol, &rig->alice), "and ends the block");
	rig_apply(rig, block("b3", rig->alice.uri));
	is_int(rig_apply(rig, undo("u3", CAROL, embedded("b99", rig->alice.uri))), OK, "or another id, and the pair");
	ok(!blocks(&rig->carol, &rig->alice), "which is found");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_order(void)
{
	rig = rig_new();
	is_int(rig_apply(rig, undo("u1", CAROL, embedded("b1", rig->alice.uri))), OK, "an Undo may come before its Block");
	is_int(rig_apply(rig, block("b1", rig->alice.uri)), ERR_EXISTS, "which is void then");
	ok(!blocks(&rig->carol, &rig->alice), "and has no effect");
	is_int(rig_apply(rig, block("b2", rig->alice.uri)), OK, "a later one has");
	rig_free(rig);
}

static const char *with_id(const char *member)
{
	return rig_text(rig, "{" AS "%s'type':'Block','actor':'" CAROL "','object':'%.*s'}", member,
	                STR_ARG(rig->alice.uri));
}

static void check_wrong_hands(void)
{
	rig = rig_new();
	is_int(rig_apply(rig, with_id("")), ERR_INVALID, "a Block without an id is none");
	is_int(rig_apply(rig, with_id("'id':'https://evil.example/a/1',")), ERR_INVALID,
	       "nor is one with an id of another origin");
	is_int(rig_apply(rig, block("x1", STR(CAROL))), ERR_DENIED, "nobody is blocked here but ours");
	is_int(rig_apply(rig, block("x2", STR("https://a.example/u/999"))), ERR_NOT_FOUND, "who are there");
	is_int(rig_apply(rig, block("x3", STR("https://a.example/actor"))), ERR_DENIED, "not the node itself");
	ok(!blocks(&rig->carol, &rig->alice), "none of these left anything");
	rig_apply(rig, block("b1", rig->alice.uri));
	rig_follows(rig, &rig->bob, &rig->carol);
	is_int(rig_apply(rig, undo("u1", CAROL, "{'type':'Block','actor':'https://b.example/users/dave','object':'x'}")),
	       ERR_DENIED, "nobody takes back another's Block");
	ok(blocks(&rig->carol, &rig->alice), "so it stands");
	rig_free(rig);
}

static int purge(struct rig *world, struct txn *txn, void *arg)
{
	struct job job = { .kind = STR("purge_account"), .subject = *(uint64_t *)arg };
	bool more = true;
	int r = OK;

	while (more && !r)
		r = purge_account_write(world->arena, txn, &job, &more);
	return r;
}

static void check_end_of_account(void)
{
	rig = rig_new();
	rig_apply(rig, block("b1", rig->alice.uri));
	post(&rig->bob, of(&rig->carol, "/block"));
	is_int(rig_write(rig, purge, &rig->carol.id), OK, "an account that ends");
	ok(!blocks(&rig->carol, &rig->alice) && !blocks(&rig->bob, &rig->carol), "takes its blocks along, of both sides");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

int main(void)
{
	check_ours();
	check_among_us();
	check_hidden();
	check_hidden_around_a_post();
	check_hidden_from_a_peer();
	check_of_a_peer();
	check_order();
	check_wrong_hands();
	check_end_of_account();
	return done();
}
