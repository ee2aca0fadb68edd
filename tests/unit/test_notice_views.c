/* Notifications as clients handle them: groups, dismissal, the policy and requests for attention. */
#include <stdlib.h>

#include "node/jobs.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/maintain.h"
#include "storage/notice_groups.h"
#include "storage/notice_policy.h"
#include "storage/notice_requests.h"
#include "storage/notices.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;

static struct rig_answer get(const char *target)
{
	return rig_call(rig, "GET", target, &rig->alice, NULL);
}

static struct rig_answer post(const char *target)
{
	return rig_call(rig, "POST", target, &rig->alice, "");
}

static int policy(const char *form)
{
	return rig_call(rig, "PUT", "/api/v2/notifications/policy", &rig->alice, form).status;
}

static size_t count_of(const char *target)
{
	struct rig_answer answer = get(target);

	return answer.status == 200 ? rig_count(&answer, "") : 999;
}

static long long unread(const char *version)
{
	struct rig_answer answer = get(rig_line(rig, "/api/%s/notifications/unread_count", version));

	return rig_number(&answer, "count");
}

/* Through the client API, which knows whom a text mentions. */
static uint64_t answer_to(const struct account *who, uint8_t visibility, const char *text, uint64_t parent)
{
	struct rig_answer answer;
	struct buf form;
	uint64_t id = 0;

	buf_init(&form, rig->arena, 0);
	buf_printf(&form, "visibility=%s&in_reply_to_id=%.0llu&status=", visibility_name(visibility), (unsigned long long)parent);
	buf_add_percent(&form, str_of(text));
	clock_advance_for_test(SECOND_MS);
	answer = rig_call(rig, "POST", "/api/v1/statuses", who, arena_cstr(rig->arena, buf_str(&form)));
	if (!str_to_u64(rig_str(&answer, "id"), &id))
		abort();
	rig_jobs(rig);
	return id;
}

static uint64_t say(const struct account *who, uint8_t visibility, const char *text)
{
	return answer_to(who, visibility, text, 0);
}

static void like(const struct account *who, uint64_t id, const char *how)
{
	clock_advance_for_test(SECOND_MS);
	if (rig_call(rig, "POST", rig_line(rig, "/api/v1/statuses/%llu/%s", (unsigned long long)id, how), who, "").status != 200)
		abort();
}

/* The jobs of the table of that kind, to their end. */
static int run_body(struct rig *world, struct txn *txn, void *arg)
{
	struct job *jobs;
	size_t count = 0;
	bool more = true;
	int r = jobs_page(world->arena, txn_view(txn), 100, &jobs, &count);

	for (size_t row = 0; row < job_row_count; row++)
		for (size_t i = 0; r == OK && i < count; i++) {
			if (!str_eq(jobs[i].kind, str_of(arg)) || !str_eq(jobs[i].kind, str_of(job_rows[row].kind)))
				continue;
			for (more = true; r == OK && more;)
				r = job_rows[row].write(world->arena, txn, &jobs[i], &more);
			if (r == OK)
				r = jobs_finish(txn, &jobs[i]);
		}
	return r;
}

static void run(const char *kind)
{
	if (rig_write(rig, run_body, (void *)(uintptr_t)kind) != OK)
		abort();
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

/* --- keys ------------------------------------------------------------------------------------------------------- */

static struct str key_at(int64_t ms, uint8_t kind, uint64_t post_id, uint32_t grouped)
{
	struct notice notice = { .id = id_of_ms(ms), .kind = kind, .post_id = post_id };

	return notice_group_key(rig->arena, &notice, grouped);
}

static void check_keys(void)
{
	const int64_t half = 12 * (int64_t)HOUR_MS;
	static const char *const bad[] = {
		"", "favourite", "favourite-7", "favourite-0-3", "favourite-x-3", "mention-7-3", "ungrouped-", "ungrouped-0",
		"follow-", "follow-99999999999999999999", "follow-18446744073709551615", "favourite-7-3-4",
	};
	struct notice_group group;

	rig = rig_new();
	is_str(key_at(3 * half, NOTICE_FAVOURITE, 7, NOTICE_GROUPED_KINDS), STR("favourite-7-3"), "a key names kind, post and page");
	is_str(key_at(4 * half - 1, NOTICE_FAVOURITE, 7, NOTICE_GROUPED_KINDS), STR("favourite-7-3"), "a page has twelve hours");
	is_str(key_at(4 * half, NOTICE_FAVOURITE, 7, NOTICE_GROUPED_KINDS), STR("favourite-7-4"), "then another one begins");
	is_str(key_at(3 * half, NOTICE_FOLLOW, 0, NOTICE_GROUPED_KINDS), STR("follow-3"), "followers are about no post");
	ok(str_starts(key_at(3 * half, NOTICE_MENTION, 7, NOTICE_GROUPED_KINDS), STR("ungrouped-")), "each mention stands alone");
	ok(str_starts(key_at(3 * half, NOTICE_FOLLOW, 0, 1u << NOTICE_REBLOG), STR("ungrouped-")), "so does what is not to be grouped");
	ok(notice_group_parse(STR("reblog-7-3"), &group) == OK && group.kind == NOTICE_REBLOG && group.post_id == 7 &&
	   group.page == 3, "a key is read");
	ok(notice_group_parse(STR("ungrouped-9"), &group) == OK && group.alone_id == 9, "of what stands alone, too");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(notice_group_parse(str_of(bad[i]), &group), ERR_NOT_FOUND, rig_line(rig, "\"%s\" is no key", bad[i]));
	rig_free(rig);
}

/* --- groups ----------------------------------------------------------------------------------------------------- */

static void check_groups(void)
{
	struct rig_answer answer;
	uint64_t first, second;
	const char *group;

	rig = rig_new();
	first = say(&rig->alice, VISIBILITY_PUBLIC, "one");
	second = say(&rig->alice, VISIBILITY_PUBLIC, "two");
	rig_deliver(rig, rig_line(rig, "{'@context':'https://www.w3.org/ns/activitystreams','id':'https://b.example/l/1','type':'Like','actor':'https://b.example/users/carol',"
	                               "'object':'https://a.example/p/%llu'}", (unsigned long long)first), rig->carol.key_id);
	like(&rig->bob, first, "favourite");
	like(&rig->bob, first, "reblog");
	like(&rig->bob, second, "favourite");
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice hello");
	answer = get("/api/v2/notifications");
	is_int(rig_count(&answer, "notification_groups"), 4, "likes of one post are one group");
	ok(str_eq(rig_str(&answer, "notification_groups.0.type"), STR("mention")) &&
	   str_starts(rig_str(&answer, "notification_groups.0.group_key"), STR("ungrouped-")), "the newest first");
	ok(rig_number(&answer, "notification_groups.3.notifications_count") == 2 &&
	   rig_count(&answer, "notification_groups.3.sample_account_ids") == 2, "that counts and names who liked it");
	ok(rig_count(&answer, "accounts") == 2 && rig_count(&answer, "statuses") == 3, "accounts and posts are there once");
	group = rig_line(rig, "/api/v2/notifications/%.*s", STR_ARG(rig_str(&answer, "notification_groups.3.group_key")));
	answer = get("/api/v2/notifications?expand_accounts=partial_avatars");
	ok(rig_count(&answer, "accounts") == 1 && rig_count(&answer, "partial_accounts") == 1 &&
	   str_eq(rig_str(&answer, "partial_accounts.0.acct"), STR("carol@b.example")), "of the others a picture is enough");
	answer = get("/api/v2/notifications?grouped_types[]=reblog");
	is_int(rig_count(&answer, "notification_groups"), 5, "only what is to be grouped is");
	answer = get("/api/v2/notifications?limit=2");
	ok(rig_count(&answer, "notification_groups") == 2 && rig_header(&answer, "Link").n, "a page has so many groups");
	answer = get("/api/v2/notifications?types[]=favourite");
	is_int(rig_count(&answer, "notification_groups"), 2, "kinds are chosen");
	is_int(unread("v1"), 5, "each one is unread");
	is_int(unread("v2"), 4, "or each group");
	answer = get(group);
	ok(answer.status == 200 && rig_number(&answer, "notification_groups.0.notifications_count") == 2, "a group is asked for");
	answer = get(rig_line(rig, "%s/accounts", group));
	is_int(rig_count(&answer, ""), 2, "and who is in it");
	answer = rig_call(rig, "GET", group, &rig->bob, NULL);
	is_int(answer.status, 404, "another's is as if it were not there");
	is_int(post(rig_line(rig, "%s/dismiss", group)).status, 200, "it is dismissed");
	is_int(get(group).status, 404, "and gone");
	is_int(count_of("/api/v1/notifications"), 3, "with all that was in it");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_pages(void)
{
	struct rig_answer answer;
	uint64_t posts[5], newest;

	rig = rig_new();
	for (size_t i = 0; i < 5; i++)
		posts[i] = say(&rig->alice, VISIBILITY_PUBLIC, "post");
	for (size_t i = 0; i < 5; i++) {
		like(&rig->bob, posts[i], "favourite");
		like(&rig->bob, posts[i], "reblog");
	}
	answer = get("/api/v2/notifications?limit=4");
	newest = strtoull(arena_cstr(rig->arena, rig_str(&answer, "notification_groups.3.page_min_id")), NULL, 10);
	answer = get(rig_line(rig, "/api/v2/notifications?limit=4&max_id=%llu", (unsigned long long)newest));
	ok(rig_count(&answer, "notification_groups") == 4 &&
	   str_eq(rig_str(&answer, "notification_groups.0.type"), STR("reblog")), "the next page goes on below");
	answer = get(rig_line(rig, "/api/v2/notifications?limit=3&min_id=%llu", (unsigned long long)newest));
	ok(rig_count(&answer, "notification_groups") == 3 &&
	   str_eq(rig_str(&answer, "notification_groups.2.type"), STR("reblog")), "one above begins just above");
	answer = get(rig_line(rig, "/api/v2/notifications?since_id=%llu", (unsigned long long)newest));
	is_int(rig_count(&answer, "notification_groups"), 3, "what is newer is all there is above");
	rig_free(rig);
}

static void check_dismissal(void)
{
	struct rig_answer answer;
	const char *one;

	rig = rig_new();
	for (int i = 0; i < 3; i++)
		say(&rig->bob, VISIBILITY_PUBLIC, "@alice hello");
	answer = get("/api/v1/notifications");
	one = rig_line(rig, "/api/v1/notifications/%.*s", STR_ARG(rig_str(&answer, "1.id")));
	is_int(rig_call(rig, "POST", rig_line(rig, "%s/dismiss", one), &rig->bob, "").status, 404, "another's is not there");
	is_int(post(rig_line(rig, "%s/dismiss", one)).status, 200, "one is dismissed");
	is_int(get(one).status, 404, "and gone");
	is_int(rig_call(rig, "POST", "/api/v1/notifications/dismiss", &rig->alice,
	                rig_line(rig, "id=%.*s", STR_ARG(rig_str(&answer, "0.id")))).status, 200, "also as older clients do");
	is_int(count_of("/api/v1/notifications"), 1, "the others stay");
	for (int i = 0; i < 300; i++)
		say(&rig->bob, VISIBILITY_PUBLIC, "@alice again");
	is_int(unread("v1"), 100, "a count ends somewhere");
	is_int(post("/api/v1/notifications/clear").status, 200, "all can be cleared");
	run("notices_clear");
	is_int(count_of("/api/v1/notifications"), 0, "however many they were");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

/* --- policy ----------------------------------------------------------------------------------------------------- */

static void check_policy(void)
{
	struct rig_answer answer;

	rig = rig_new();
	answer = get("/api/v2/notifications/policy");
	ok(str_eq(rig_str(&answer, "for_not_following"), STR("accept")) &&
	   str_eq(rig_str(&answer, "for_private_mentions"), STR("accept")) &&
	   str_eq(rig_str(&answer, "for_limited_accounts"), STR("drop")), "all is wanted but what the operator limits");
	is_int(policy("for_not_following=maybe"), 422, "a verdict is one of three");
	is_int(policy("for_not_following=drop"), 200, "it can be changed");
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice dropped");
	is_int(count_of("/api/v1/notifications?include_filtered=true"), 0, "what is dropped never comes");
	rig_follows(rig, &rig->alice, &rig->bob);
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice followed");
	is_int(count_of("/api/v1/notifications"), 1, "who is followed is heard");
	policy("for_not_following=accept&for_not_followers=filter");
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice held back");
	is_int(count_of("/api/v1/notifications"), 1, "who does not follow can be held back");
	rig_follows(rig, &rig->bob, &rig->alice);
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice still held back");
	is_int(count_of("/api/v1/notifications"), 1, "also one who just began to");
	clock_advance_for_test(4 * (int64_t)DAY_MS);
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice heard");
	is_int(count_of("/api/v1/notifications"), 2, "but not for long");
	is_int(count_of("/api/v1/notifications?include_filtered=true"), 4, "all can be asked for");
	rig_free(rig);
}

static void check_private(void)
{
	uint64_t mine;

	rig = rig_new();
	policy("for_private_mentions=filter");
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice in public");
	is_int(count_of("/api/v1/notifications"), 1, "what all may read is heard");
	say(&rig->bob, VISIBILITY_DIRECT, "@alice in private");
	is_int(count_of("/api/v1/notifications"), 1, "a direct post of a stranger is held back");
	mine = say(&rig->alice, VISIBILITY_DIRECT, "@bob a question");
	answer_to(&rig->bob, VISIBILITY_DIRECT, "@alice an answer", mine);
	is_int(count_of("/api/v1/notifications"), 2, "an answer is not");
	rig_free(rig);
}

static void check_new_accounts(void)
{
	rig = rig_new();
	policy("for_new_accounts=filter");
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice I am new");
	is_int(count_of("/api/v1/notifications"), 0, "a new account is held back");
	clock_advance_for_test(31 * (int64_t)DAY_MS);
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice I am not new");
	is_int(count_of("/api/v1/notifications"), 1, "one of a month is not");
	rig_free(rig);
}

/* --- requests --------------------------------------------------------------------------------------------------- */

static void check_requests(void)
{
	struct rig_answer answer;
	const char *request;

	rig = rig_new();
	policy("for_not_following=filter");
	for (int i = 0; i < 3; i++)
		say(&rig->bob, VISIBILITY_PUBLIC, "@alice hello");
	answer = get("/api/v1/notifications/requests");
	ok(rig_count(&answer, "") >= 1 && str_eq(rig_str(&answer, "0.account.username"), STR("bob")), "a request names who wants attention");
	ok(str_eq(rig_str(&answer, "0.notifications_count"), STR("3")) && rig_str(&answer, "0.last_status.id").n,
	   "and how often, and the last post");
	request = rig_line(rig, "/api/v1/notifications/requests/%.*s", STR_ARG(rig_str(&answer, "0.id")));
	is_int(get(request).status, 200, "one can be asked for");
	answer = get("/api/v2/notifications/policy");
	ok(rig_number(&answer, "summary.pending_notifications_count") >= 3, "the policy says how much waits");
	is_int(rig_call(rig, "GET", request, &rig->bob, NULL).status, 404, "another's is not there");
	is_int(post("/api/v1/notifications/requests/4/accept").status, 404, "nor is one of nobody");
	is_int(world_events(rig->world, EVENT_NOTICE), 0, "nothing of it was handed on");
	is_int(post(rig_line(rig, "%s/accept", request)).status, 200, "it is accepted");
	answer = get("/api/v1/notifications");
	is_int(rig_count(&answer, ""), 3, "then all of it is in the list");
	is_int(get(request).status, 404, "and the request is gone");
	answer = get("/api/v1/notifications/requests/merged");
	is_int(rig_number(&answer, "merged"), 1, "all is merged");
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice hello again");
	is_int(count_of("/api/v1/notifications"), 4, "who was let through stays so");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_dismissed_requests(void)
{
	uint64_t id;

	rig = rig_new();
	policy("for_not_following=filter");
	for (int i = 0; i < 250; i++)
		id = say(&rig->bob, VISIBILITY_PUBLIC, "@alice hello");
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%llu", (unsigned long long)id), &rig->bob, NULL);
	is_int(findings(), 0, "a post that goes takes its notice out of the request");
	is_int(rig_call(rig, "POST", "/api/v1/notifications/requests/dismiss", &rig->alice,
	                rig_line(rig, "id[]=%llu", (unsigned long long)rig->bob.id)).status, 200, "requests are dismissed by their ids");
	run("notices_drop");
	is_int(count_of("/api/v1/notifications?include_filtered=true"), 0, "with all that they held");
	say(&rig->bob, VISIBILITY_PUBLIC, "@alice hello again");
	is_int(count_of("/api/v1/notifications/requests"), 1, "who goes on makes a new one");
	rig_free(rig);
}

int main(void)
{
	check_keys();
	check_groups();
	check_pages();
	check_dismissal();
	check_policy();
	check_private();
	check_new_accounts();
	check_requests();
	check_dismissed_requests();
	return done();
}
