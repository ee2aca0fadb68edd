/* Timelines, notifications and conversations through the client API: their pages, and who may read. */
#include "node/api/timelines.h"

#include "node/api/paging.h"
#include "storage/base/clock.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define HOME "/api/v1/timelines/home"

enum { POSTS = 6 };

static struct rig *rig;
static uint64_t ids[POSTS];

static struct rig_answer get(const struct account *who, const char *target)
{
	return rig_call(rig, "GET", target, who, NULL);
}

static void write_posts(void)
{
	for (int i = 0; i < POSTS; i++) {
		clock_advance_for_test(SECOND_MS);
		rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "number #tag", 0, &ids[i]);
	}
}

/* Does a page hold these posts, newest first? `wanted` is a text of their numbers: "54". */
static void shows(const char *target, const char *wanted, const char *name)
{
	struct rig_answer answer = get(&rig->alice, target);
	size_t count = strlen(wanted);
	bool same = answer.status == 200 && rig_count(&answer, "") == count;

	for (size_t i = 0; same && i < count; i++) {
		uint64_t id;

		same = str_to_u64(rig_str(&answer, rig_line(rig, "%zu.id", i)), &id) && id == ids[wanted[i] - '0'];
	}
	ok(same, "%s", name);
}

static const char *query(const char *path, const char *cursor, int number)
{
	return rig_line(rig, "%s?limit=2&%s=%llu", path, cursor, (unsigned long long)ids[number]);
}

static void check_pages(const char *path)
{
	shows(path, "543210", "all is shown newest first");
	shows(rig_line(rig, "%s?limit=2", path), "54", "limit bounds a page");
	shows(query(path, "max_id", 4), "32", "max_id goes on below");
	shows(query(path, "since_id", 1), "54", "since_id gives the newest");
	shows(query(path, "min_id", 1), "32", "min_id gives the ones just above");
	shows(query(path, "max_id", 0), "", "below the oldest is nothing");
	shows(query(path, "since_id", 5), "", "above the newest neither");
	shows(rig_line(rig, "%s?limit=0&max_id=abc&since_id=99999999999999999999999", path), "5",
	      "nonsense is clamped or left out");
}

static const char *link_to(const struct rig_answer *answer, const char *relation)
{
	struct str link = rig_header(answer, "Link"), target;

	while (link.p) {
		struct str one = str_trim(str_cut(&link, ','));

		if (str_find(one, str_of(rig_line(rig, "rel=\"%s\"", relation))) == SIZE_MAX)
			continue;
		target = str_sub(one, strlen("<https://a.example"), SIZE_MAX);
		return arena_cstr(rig->arena, str_sub(target, 0, str_find_char(target, '>')));
	}
	return NULL;
}

static void check_links(void)
{
	struct rig_answer answer = get(&rig->alice, HOME "?local=true&x=%22%3C%2C&limit=4");
	const char *next = link_to(&answer, "next"), *back = link_to(&answer, "prev");
	uint64_t id;

	ok(next && back, "a page links on and back");
	ok(next && strstr(next, "local=true") && strstr(next, "limit=4"), "with its other parameters");
	shows(next, "10", "the next page is what was left");
	answer = get(&rig->alice, next);
	ok(!link_to(&answer, "next"), "the last page leads no further");
	shows(back, "", "above the newest is nothing yet");
	answer = get(&rig->alice, back);
	ok(!rig_header(&answer, "Link").n, "and an empty page has no links");
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "new", 0, &id);
	answer = get(&rig->alice, back);
	is_int(rig_count(&answer, ""), 1, "until there is something new");
	answer = get(&rig->alice, HOME "?a=<>%22,;&limit=1");
	ok(str_find(rig_header(&answer, "Link"), STR("a=%3C%3E%22%2C%3B&")) != SIZE_MAX,
	   "what would break out of a link is escaped");
}

static void check_timelines(void)
{
	struct rig_answer answer;

	rig = rig_new();
	write_posts();
	check_pages(HOME);
	check_pages(rig_line(rig, "/api/v1/accounts/%llu/statuses", (unsigned long long)rig->alice.id));
	check_pages("/api/v1/timelines/public");
	check_pages("/api/v1/timelines/tag/TAG");
	check_links();
	answer = get(&rig->bob, HOME);
	is_int(rig_count(&answer, ""), 0, "home has nothing of those one does not follow");
	rig_follows(rig, &rig->bob, &rig->alice);
	answer = get(&rig->bob, HOME);
	is_int(rig_count(&answer, ""), POSTS + 1, "and all of those one follows");
	rig_apply(rig, "{'@context':'https://www.w3.org/ns/activitystreams','id':'https://b.example/a/1','type':'Create',"
	               "'actor':'https://b.example/users/carol','object':{'id':'https://b.example/n/1','type':'Note',"
	               "'attributedTo':'https://b.example/users/carol','content':'<p>there</p>',"
	               "'to':['https://www.w3.org/ns/activitystreams#Public']}}");
	answer = get(&rig->bob, "/api/v1/timelines/public?remote=true");
	is_int(rig_count(&answer, ""), 1, "remote leaves out what was written here");
	is_str(rig_str(&answer, "0.account.acct"), STR("carol@b.example"), "and shows what came");
	answer = get(&rig->bob, "/api/v1/timelines/public?local=true");
	is_int(rig_count(&answer, ""), POSTS + 1, "local leaves out what came");
	answer = get(&rig->bob, "/api/v1/timelines/public");
	is_int(rig_count(&answer, ""), POSTS + 2, "both are everything");
	rig_free(rig);
}

static void check_closed(void)
{
	static const char *const paths[] = { HOME, "/api/v1/timelines/public", "/api/v1/timelines/tag/x",
	                                     "/api/v1/notifications", "/api/v1/conversations", "/api/v2/search?q=a" };
	struct header headers[1];
	struct str token;

	rig = rig_new();
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		ok(get(NULL, paths[i]).status == 401, "%s without a token is 401", paths[i]);
	token = rig_token(rig, &rig->alice, SCOPE(WRITE_STATUSES));
	headers[0] = (struct header){ STR("Authorization"), arena_printf(rig->arena, "Bearer %.*s", STR_ARG(token)) };
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		ok(rig_request(rig, "GET", paths[i], headers, 1, STR_NONE).status == 403, "%s with another scope is 403", paths[i]);
	is_int(get(&rig->alice, "/api/v1/nothing").status, 404, "a path that is none is 404");
	rig_free(rig);
}

static void check_notifications(void)
{
	struct rig_answer answer, mention;
	const char *at;
	uint64_t id;

	rig = rig_new();
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "mine", 0, &id);
	rig_call(rig, "POST", rig_line(rig, "/api/v1/accounts/%llu/follow", (unsigned long long)rig->alice.id), &rig->bob, "");
	rig_call(rig, "POST", rig_line(rig, "/api/v1/statuses/%llu/favourite", (unsigned long long)id), &rig->bob, "");
	mention = rig_call(rig, "POST", "/api/v1/statuses", &rig->bob, "status=%40alice+hello");
	rig_jobs(rig);
	answer = get(&rig->alice, "/api/v1/notifications");
	is_int(rig_count(&answer, ""), 3, "one is told of each");
	is_str(rig_str(&answer, "0.type"), STR("mention"), "newest first");
	is_str(rig_str(&answer, "1.status.id"), arena_printf(rig->arena, "%llu", (unsigned long long)id),
	       "with the status it is about");
	ok(!rig_at(&answer, "2.status"), "if it is about one");
	at = rig_line(rig, "/api/v1/notifications/%.*s", STR_ARG(rig_str(&answer, "0.id")));
	is_int(get(&rig->alice, at).status, 200, "one notification can be asked for");
	is_int(get(&rig->bob, at).status, 404, "by the one it tells");
	answer = get(&rig->alice, "/api/v1/notifications?types[]=follow&types[]=nonsense");
	is_int(rig_count(&answer, ""), 1, "types choose");
	answer = get(&rig->alice, "/api/v1/notifications?exclude_types[]=follow");
	is_int(rig_count(&answer, ""), 2, "and leave out");
	answer = get(&rig->alice, "/api/v1/notifications?types[]=nonsense");
	is_int(rig_count(&answer, ""), 0, "of an unknown type there are none");
	answer = get(&rig->alice, "/api/v1/notifications?limit=2");
	answer = get(&rig->alice, link_to(&answer, "next"));
	is_int(rig_count(&answer, ""), 1, "pages lead on");
	ok(!link_to(&answer, "next"), "to the last");
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&mention, "id"))), &rig->bob, NULL);
	answer = get(&rig->alice, "/api/v1/notifications");
	is_int(rig_count(&answer, ""), 2, "what was deleted tells nothing");
	rig_free(rig);
}

static void check_conversations(void)
{
	struct rig_answer answer;
	const char *at;

	rig = rig_new();
	rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=%40bob+one&visibility=direct");
	rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=%40bob+two&visibility=direct");
	answer = get(&rig->bob, "/api/v1/conversations?limit=1");
	is_int(rig_count(&answer, ""), 1, "conversations come in pages");
	is_int(rig_number(&answer, "0.unread"), 1, "a new one is unread");
	is_str(rig_str(&answer, "0.accounts.0.acct"), STR("alice"), "it names the others");
	at = rig_line(rig, "/api/v1/conversations/%.*s", STR_ARG(rig_str(&answer, "0.id")));
	answer = get(&rig->bob, link_to(&answer, "next"));
	is_int(rig_count(&answer, ""), 1, "that lead on");
	ok(!link_to(&answer, "next"), "to the last");
	answer = rig_call(rig, "POST", rig_line(rig, "%s/read", at), &rig->bob, "");
	is_int(rig_number(&answer, "unread"), 0, "one can be marked read");
	is_int(rig_call(rig, "POST", rig_line(rig, "%s/read", at), &rig->alice, "").status, 404, "by its owner");
	is_int(rig_call(rig, "DELETE", at, &rig->bob, NULL).status, 200, "and removed from the list");
	answer = get(&rig->bob, "/api/v1/conversations");
	is_int(rig_count(&answer, ""), 1, "where it then is no more");
	rig_free(rig);
}

int main(void)
{
	check_timelines();
	check_closed();
	check_notifications();
	check_conversations();
	return done();
}
