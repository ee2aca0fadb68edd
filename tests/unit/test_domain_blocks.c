/* Domains that a person shuts out: the list, what it hides, and the follows it ends. */
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/maintain.h"
#include "storage/named.h"
#include "storage/shuns.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define PATH "/api/v1/domain_blocks"

static struct rig *rig;

static struct rig_answer get(const char *target)
{
	return rig_call(rig, "GET", target, &rig->alice, NULL);
}

static struct rig_answer post(const char *target, const char *form)
{
	return rig_call(rig, "POST", target, &rig->alice, form);
}

static const char *carols(const char *more)
{
	return rig_line(rig, "/api/v1/accounts/%llu%s", (unsigned long long)rig->carol.id, more);
}

static size_t count_of(const char *target)
{
	struct rig_answer answer = get(target);

	return answer.status == 200 ? rig_count(&answer, "") : 999;
}

static void note(const char *id)
{
	rig_apply(rig, rig_text(rig, "{'@context':'https://www.w3.org/ns/activitystreams','id':'https://b.example/a/%s',"
	                             "'type':'Create','actor':'https://b.example/users/carol','object':{"
	                             "'id':'https://b.example/n/%s','type':'Note','attributedTo':'https://b.example/users/carol',"
	                             "'to':['https://www.w3.org/ns/activitystreams#Public'],'cc':['%.*s'],'tag':[{"
	                             "'type':'Mention','href':'%.*s'}],'content':'x'}}", id, id, STR_ARG(rig->alice.uri),
	                        STR_ARG(rig->alice.uri)));
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

static void check_list(void)
{
	struct rig_answer answer;

	rig = rig_new();
	is_int(post(PATH, "domain=One.example").status, 200, "a domain is shut out");
	clock_advance_for_test(SECOND_MS);
	post(PATH, "domain=two.example:8443");
	is_int(post(PATH, "domain=two.example:8443").status, 200, "twice is no error");
	answer = get(PATH);
	ok(str_eq(answer.body, STR("[\"two.example:8443\",\"one.example\"]")), "the list has the last one first");
	answer = get(PATH "?limit=1");
	ok(rig_count(&answer, "") == 1 && str_find(rig_header(&answer, "Link"), STR("max_id=")) != SIZE_MAX,
	   "and comes in pages");
	is_int(rig_call(rig, "DELETE", PATH, &rig->alice, "domain=one.EXAMPLE").status, 200, "it can be taken back");
	is_int(count_of(PATH), 1, "one by one");
	is_int(rig_call(rig, "DELETE", PATH, &rig->alice, "domain=one.example").status, 200, "also when it was not there");
	answer = post(PATH, "domain=no+domain");
	ok(answer.status == 422 && rig_holds(&answer, "domain"), "what is no domain is refused");
	is_int(post(PATH, "domain=a.example").status, 422, "so is one's own node");
	is_int(post(PATH, "").status, 422, "and nothing at all");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_hidden(void)
{
	struct rig_answer answer;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_follows(rig, &rig->bob, &rig->carol);
	note("1");
	ok(count_of("/api/v1/timelines/home") == 1 && rig_notices(rig, &rig->alice, NOTICE_MENTION) == 1,
	   "before, one reads and is told");
	post(PATH, "domain=b.example");
	answer = get(rig_line(rig, "/api/v1/accounts/relationships?id[]=%llu", (unsigned long long)rig->carol.id));
	is_int(rig_number(&answer, "0.domain_blocking"), 1, "a relationship says so");
	ok(!rig_number(&answer, "0.following") && !rig_number(&answer, "0.followed_by"), "the follows of both sides end");
	ok(graph_follows(world_read(rig->world), rig->bob.id, rig->carol.id), "those of others do not");
	rig_jobs(rig);
	answer.body = rig_outgoing(rig);
	ok(rig_holds(&answer, "\"type\":\"Undo\"") && rig_holds(&answer, "\"type\":\"Reject\""), "which the other side is told");
	note("2");
	ok(count_of("/api/v1/timelines/public") == 0 && count_of("/api/v1/timelines/home") == 0, "no timeline has theirs");
	is_int(rig_notices(rig, &rig->alice, 0), 0, "nor is one told of what they do or did");
	is_int(count_of(carols("/statuses")), 2, "a profile that one looks up has it");
	is_int(post(carols("/follow"), "").status, 403, "nobody there can be followed");
	is_int(rig_apply(rig, rig_text(rig, "{'@context':'https://www.w3.org/ns/activitystreams','type':'Follow',"
	                                    "'id':'https://b.example/a/f','actor':'https://b.example/users/carol','object':'%.*s'}",
	                               STR_ARG(rig->alice.uri))), ERR_DENIED, "nor can they follow");
	rig_call(rig, "DELETE", PATH, &rig->alice, "domain=b.example");
	is_int(count_of("/api/v1/timelines/public"), 2, "taken back, all is there again");
	is_int(rig_notices(rig, &rig->alice, NOTICE_MENTION), 1, "but what was not told");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

/* More follows than one write looks at. */
static int follow_many(struct rig *world, struct txn *txn, void *arg)
{
	(void)arg;
	for (int i = 0; i < 150; i++) {
		struct account other = {
			.kind = ACCOUNT_PERSON, .username = str_of(rig_line(world, "f%d", i)), .host = STR("b.example"),
			.uri = str_of(rig_line(world, "https://b.example/users/f%d", i)),
			.inbox = str_of(rig_line(world, "https://b.example/users/f%d/inbox", i)),
			.url = str_of(rig_line(world, "https://b.example/@f%d", i)),
		};
		struct follow follow = { .follower_id = world->alice.id, .state = FOLLOW_ACCEPTED };
		int r = accounts_put(txn, &other);

		follow.followee_id = other.id;
		if (r == OK)
			r = graph_follow_put(txn, &follow);
		follow.follower_id = other.id;
		follow.followee_id = world->alice.id;
		if (r == OK)
			r = graph_follow_put(txn, &follow);
		if (r != OK)
			return r;
	}
	return OK;
}

static void check_many(void)
{
	struct id_list left = { NULL, 0 };

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->bob);
	is_int(rig_write(rig, follow_many, NULL), OK, "with hundreds of follows");
	post(PATH, "domain=b.example");
	is_int(rig_jobs_waiting(rig, "parting"), 1, "the rest is left to a job");
	rig_jobs(rig);
	graph_outgoing(rig->arena, world_read(rig->world), rig->alice.id, 0, 10, &left);
	ok(left.count == 1 && left.ids[0] == rig->bob.id, "which ends those to the domain");
	graph_incoming(rig->arena, world_read(rig->world), rig->alice.id, 0, 10, &left);
	is_int(left.count, 0, "and those from it");
	rig_free(rig);
}

int main(void)
{
	check_list();
	check_hidden();
	check_many();
	return done();
}
