/* Lists: through the client API, what their timelines show by each policy, what ends a membership. */
#include "storage/lists.h"

#include <stdlib.h>

#include "federation/purge.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "storage/posts.h"
#include "storage/timelines.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;
static const char *list;  /* the path of the list of a test */

static struct rig_answer get(const struct account *who, const char *target)
{
	return rig_call(rig, "GET", target, who, NULL);
}

static struct rig_answer post(const struct account *who, const char *target, const char *form)
{
	return rig_call(rig, "POST", target, who, form);
}

static const char *in_list(const char *more)
{
	return rig_line(rig, "%s%s", list, more);
}

static const char *ids(const struct account *account)
{
	return rig_line(rig, "account_ids[]=%llu", (unsigned long long)account->id);
}

static const char *timeline(const char *more)
{
	return rig_line(rig, "/api/v1/timelines/list/%s%s", strrchr(list, '/') + 1, more);
}

static uint64_t say(const struct account *who, const char *text, uint64_t parent)
{
	uint64_t id = 0;

	clock_advance_for_test(SECOND_MS);
	rig_post(rig, who, VISIBILITY_PUBLIC, text, parent, &id);
	return id;
}

static size_t count_of(const struct account *who, const char *target)
{
	struct rig_answer answer = get(who, target);

	return answer.status == 200 ? rig_count(&answer, "") : 999;
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

/* alice follows bob and carol, and has a list with this form. */
static void start(const char *form)
{
	struct rig_answer answer;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->bob);
	rig_follows(rig, &rig->alice, &rig->carol);
	answer = post(&rig->alice, "/api/v1/lists", form);
	list = rig_line(rig, "/api/v1/lists/%.*s", STR_ARG(rig_str(&answer, "id")));
}

static void check_lists(void)
{
	struct rig_answer answer, missing;

	start("title=Team");
	answer = get(&rig->alice, list);
	ok(str_eq(rig_str(&answer, "title"), STR("Team")) && str_eq(rig_str(&answer, "replies_policy"), STR("list")) &&
	   rig_number(&answer, "exclusive") == 0, "a list has a title, and answers among its members unless said otherwise");
	answer = rig_call(rig, "PUT", list, &rig->alice, "replies_policy=none&exclusive=true");
	ok(str_eq(rig_str(&answer, "title"), STR("Team")) && str_eq(rig_str(&answer, "replies_policy"), STR("none")) &&
	   rig_number(&answer, "exclusive") == 1, "what is not said when it is changed stays");
	post(&rig->alice, "/api/v1/lists", "title=Second");
	answer = get(&rig->alice, "/api/v1/lists");
	ok(rig_count(&answer, "") == 2 && str_eq(rig_str(&answer, "1.title"), STR("Second")), "all of them are listed");
	is_int(count_of(&rig->bob, "/api/v1/lists"), 0, "one's own only");
	missing = get(&rig->bob, "/api/v1/lists/4");
	answer = get(&rig->bob, list);
	ok(answer.status == 404 && str_eq(answer.body, missing.body), "another's is as if it were not there");
	is_int(rig_call(rig, "PUT", list, &rig->bob, "title=Mine").status, 404, "nor can it be changed");
	is_int(rig_call(rig, "DELETE", list, &rig->bob, "").status, 404, "or deleted");
	is_int(get(&rig->bob, timeline("")).status, 404, "or read");
	is_int(post(&rig->alice, "/api/v1/lists", "title=+").status, 422, "a list needs a title");
	answer = post(&rig->alice, "/api/v1/lists", "title=x&replies_policy=some");
	ok(answer.status == 422 && rig_holds(&answer, "replies_policy"), "a policy is one of three");
	is_int(rig_call(rig, "DELETE", list, &rig->alice, "").status, 200, "it can be deleted");
	is_int(get(&rig->alice, list).status, 404, "and is gone");
	for (int i = 1; i < LISTS_MAX; i++)
		post(&rig->alice, "/api/v1/lists", "title=more");
	is_int(post(&rig->alice, "/api/v1/lists", "title=more").status, 422, "there is a most of lists");
	is_int(count_of(&rig->alice, "/api/v1/lists"), LISTS_MAX, "that can be had");
	rig_free(rig);
}

static void check_members(void)
{
	struct rig_answer answer;

	start("title=Team");
	is_int(post(&rig->alice, in_list("/accounts"), ids(&rig->bob)).status, 200, "who is followed can be put in");
	is_int(post(&rig->alice, in_list("/accounts"), ids(&rig->bob)).status, 200, "twice is no error");
	post(&rig->alice, in_list("/accounts"), ids(&rig->carol));
	answer = get(&rig->alice, in_list("/accounts?limit=1"));
	ok(rig_count(&answer, "") == 1 && str_find(rig_header(&answer, "Link"), STR("max_id=")) != SIZE_MAX,
	   "members come in pages");
	is_int(count_of(&rig->alice, in_list("/accounts?limit=0")), 2, "or all at once");
	answer = get(&rig->alice, rig_line(rig, "/api/v1/accounts/%llu/lists", (unsigned long long)rig->bob.id));
	is_str(rig_str(&answer, "0.title"), STR("Team"), "the lists of somebody are those one put him in");
	is_int(count_of(&rig->bob, rig_line(rig, "/api/v1/accounts/%llu/lists", (unsigned long long)rig->carol.id)), 0,
	       "oneself");
	answer = post(&rig->bob, "/api/v1/lists", "title=His");
	answer = post(&rig->bob, rig_line(rig, "/api/v1/lists/%.*s/accounts", STR_ARG(rig_str(&answer, "id"))),
	              ids(&rig->carol));
	ok(answer.status == 422 && rig_holds(&answer, "account_ids"), "who is not followed cannot be put in");
	is_int(post(&rig->alice, in_list("/accounts"), "account_ids[]=4").status, 404, "nor who is not there");
	is_int(post(&rig->bob, in_list("/accounts"), ids(&rig->carol)).status, 404, "nor into another's list");
	is_int(post(&rig->alice, in_list("/accounts"), ids(&rig->alice)).status, 200, "oneself can");
	is_int(rig_call(rig, "DELETE", in_list("/accounts"), &rig->alice, ids(&rig->bob)).status, 200,
	       "members are taken out");
	is_int(count_of(&rig->alice, in_list("/accounts")), 2, "one by one");
	is_int(findings(), 0, "and every index is true");
	post(&rig->alice, rig_line(rig, "/api/v1/accounts/%llu/unfollow", (unsigned long long)rig->carol.id), "");
	is_int(count_of(&rig->alice, in_list("/accounts")), 1, "who is followed no more leaves the lists");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_timeline(void)
{
	struct rig_answer answer;
	uint64_t last = 0;

	start("title=Team");
	post(&rig->alice, in_list("/accounts"), ids(&rig->bob));
	for (int i = 0; i < 5; i++) {
		last = say(&rig->bob, "of the team", 0);
		say(&rig->alice, "of nobody's team", 0);
	}
	is_int(count_of(&rig->alice, timeline("")), 5, "a list shows what its members post");
	answer = get(&rig->alice, timeline("?limit=2"));
	ok(rig_count(&answer, "") == 2 && str_eq(rig_str(&answer, "0.id"),
	   str_of(rig_line(rig, "%llu", (unsigned long long)last))), "the newest first");
	is_int(count_of(&rig->alice, timeline(rig_line(rig, "?limit=40&max_id=%.*s", STR_ARG(rig_str(&answer, "1.id"))))), 3,
	       "in pages");
	is_int(count_of(&rig->alice, timeline(rig_line(rig, "?min_id=%.*s", STR_ARG(rig_str(&answer, "1.id"))))), 1,
	       "both ways");
	is_int(count_of(&rig->alice, "/api/v1/timelines/home"), 10, "and the home has them as well");
	rig_call(rig, "PUT", list, &rig->alice, "exclusive=true");
	is_int(count_of(&rig->alice, "/api/v1/timelines/home"), 5, "unless the list is exclusive");
	is_int(count_of(&rig->alice, timeline("")), 5, "which shows them still");
	post(&rig->alice, rig_line(rig, "/api/v1/accounts/%llu/mute", (unsigned long long)rig->bob.id), "");
	is_int(count_of(&rig->alice, timeline("")), 0, "whom one mutes one does not meet in a list");
	rig_free(rig);
}

/* How many of four posts of bob's a list of that policy shows: one of its own, one to himself, one to carol, whom alice
 * follows but did not list, and one to alice. */
static size_t shown_by(const char *policy, bool carol_too)
{
	uint64_t his, hers, mine, replied;
	struct view *view;
	struct list record;
	struct rig_answer answer;
	struct post reply;
	size_t count;

	start("title=Team");
	rig_call(rig, "PUT", list, &rig->alice, rig_line(rig, "replies_policy=%s", policy));
	post(&rig->alice, in_list("/accounts"), ids(&rig->bob));
	his = say(&rig->bob, "one", 0);
	hers = say(&rig->carol, "one", 0);
	mine = say(&rig->alice, "one", 0);
	say(&rig->bob, "to myself", his);
	replied = say(&rig->bob, "to carol", hers);
	say(&rig->bob, "to alice", mine);
	if (carol_too)
		post(&rig->alice, in_list("/accounts"), ids(&rig->carol));
	answer = get(&rig->alice, timeline(""));
	count = rig_count(&answer, "");
	view = world_read(rig->world);
	posts_get(rig->arena, view, replied, &reply);
	lists_get(rig->arena, view, rig->alice.id, strtoull(strrchr(list, '/') + 1, NULL, 10), &record);
	is_int(timeline_list_admits(view, &record, &reply),
	       rig_holds(&answer, rig_line(rig, "{\"id\":\"%llu\"", (unsigned long long)replied)), "a stream of the list takes the same answers");
	rig_free(rig);
	return count;
}

static void check_policies(void)
{
	is_int(shown_by("followed", false), 4, "a list may show answers to all whom one follows");
	is_int(shown_by("list", false), 3, "or to members");
	is_int(shown_by("list", true), 5, "of whom there may be more");
	is_int(shown_by("none", false), 3, "or to nobody but oneself and themselves");
	is_int(shown_by("none", true), 4, "whoever is in it");
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
	start("title=Team");
	post(&rig->alice, in_list("/accounts"), ids(&rig->bob));
	post(&rig->alice, in_list("/accounts"), ids(&rig->carol));
	is_int(rig_write(rig, purge, &rig->bob.id), OK, "an account that ends");
	is_int(count_of(&rig->alice, in_list("/accounts")), 1, "leaves all lists");
	is_int(rig_write(rig, purge, &rig->alice.id), OK, "one that had lists");
	is_int(get(&rig->alice, list).status, 404, "takes them along");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

int main(void)
{
	check_lists();
	check_members();
	check_timeline();
	check_policies();
	check_end_of_account();
	return done();
}
