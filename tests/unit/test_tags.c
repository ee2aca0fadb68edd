/* Tags: followed, shown on a profile, counted; what is talked about; through the client API. */
#include "storage/trends.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "storage/posts.h"
#include "storage/timelines.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;

static struct rig_answer get(const char *target)
{
	return rig_call(rig, "GET", target, &rig->alice, NULL);
}

static struct rig_answer post_as(const struct account *who, const char *target, const char *form)
{
	return rig_call(rig, "POST", target, who, form);
}

static struct rig_answer post(const char *target, const char *form)
{
	return post_as(&rig->alice, target, form);
}

/* `text` is as in a form. */
static uint64_t say(const struct account *who, const char *text)
{
	struct rig_answer answer;
	uint64_t id = 0;

	clock_advance_for_test(SECOND_MS);
	answer = post_as(who, "/api/v1/statuses", rig_line(rig, "status=%s", text));
	str_to_u64(rig_str(&answer, "id"), &id);
	return id;
}

static size_t count_of(const char *target)
{
	struct rig_answer answer = get(target);

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

static void check_follow(void)
{
	struct rig_answer answer;
	struct post tagged;
	uint64_t id;

	rig = rig_new();
	id = say(&rig->bob, "about %23Soup");
	say(&rig->bob, "about nothing");
	is_int(count_of("/api/v1/timelines/home"), 0, "before, the home has nothing of a stranger's");
	answer = post("/api/v1/tags/SOUP/follow", "");
	ok(rig_number(&answer, "following") == 1 && str_eq(rig_str(&answer, "name"), STR("soup")), "a tag is followed");
	answer = get("/api/v1/timelines/home");
	ok(rig_count(&answer, "") == 1 && rig_holds(&answer, "Soup"), "its posts are at home, whoever wrote them");
	posts_get(rig->arena, world_read(rig->world), id, &tagged);
	ok(timeline_admits(world_read(rig->world), rig->alice.id, &tagged), "and in streams");
	rig_follows(rig, &rig->alice, &rig->bob);
	is_int(count_of("/api/v1/timelines/home"), 2, "once each, also when their author is followed");
	post(rig_line(rig, "/api/v1/accounts/%llu/mute", (unsigned long long)rig->bob.id), "");
	is_int(count_of("/api/v1/timelines/home"), 0, "not of whom one mutes");
	ok(!timeline_admits(world_read(rig->world), rig->alice.id, &tagged), "in streams neither");
	clock_advance_for_test(SECOND_MS);
	post("/api/v1/tags/bread/follow", "");
	answer = get("/api/v1/followed_tags");
	ok(rig_count(&answer, "") == 2 && str_eq(rig_str(&answer, "0.name"), STR("bread")) &&
	   rig_count(&answer, "0.history") == 7 && rig_number(&answer, "0.following") == 1, "what is followed is listed");
	answer = get("/api/v1/followed_tags?limit=1");
	ok(rig_count(&answer, "") == 1 && str_find(rig_header(&answer, "Link"), STR("max_id=")) != SIZE_MAX, "in pages");
	answer = post("/api/v1/tags/soup/unfollow", "");
	is_int(rig_number(&answer, "following"), 0, "and no more when one does not want it");
	is_int(post("/api/v1/tags/soup/unfollow", "").status, 200, "twice is no error");
	is_int(get("/api/v1/tags/no%20tag").status, 404, "what is no tag is not there");
	is_int(post("/api/v1/tags/12/follow", "").status, 404, "nor can it be followed");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_feature(void)
{
	struct rig_answer answer;
	const char *profile;

	rig = rig_new();
	profile = rig_line(rig, "/api/v1/accounts/%llu/featured_tags", (unsigned long long)rig->alice.id);
	say(&rig->alice, "%23soup");
	say(&rig->alice, "%23soup and %23bread");
	say(&rig->bob, "%23soup");
	answer = get("/api/v1/featured_tags/suggestions");
	ok(rig_count(&answer, "") == 2 && str_eq(rig_str(&answer, "0.name"), STR("soup")), "what one uses is suggested");
	answer = post("/api/v1/featured_tags", "name=%23Soup");
	ok(str_eq(rig_str(&answer, "name"), STR("soup")) && str_eq(rig_str(&answer, "statuses_count"), STR("2")) &&
	   str_eq(rig_str(&answer, "last_status_at"), STR("2026-11-24")), "a tag is shown with how often one used it");
	answer = rig_call(rig, "GET", profile, &rig->bob, NULL);
	ok(rig_count(&answer, "") == 1 && str_eq(rig_str(&answer, "0.statuses_count"), STR("2")), "to all who look");
	is_int(count_of("/api/v1/featured_tags/suggestions"), 1, "and is suggested no more");
	answer = get("/api/v1/tags/soup");
	is_int(rig_number(&answer, "featuring"), 1, "the tag says so");
	answer = get("/api/v1/featured_tags");
	is_int(rig_call(rig, "DELETE", rig_line(rig, "/api/v1/featured_tags/%.*s", STR_ARG(rig_str(&answer, "0.id"))),
	                &rig->alice, "").status, 200, "it can be taken off");
	is_int(count_of(profile), 0, "the profile");
	is_int(rig_call(rig, "DELETE", "/api/v1/featured_tags/4", &rig->alice, "").status, 404, "once");
	post("/api/v1/tags/bread/feature", "");
	is_int(count_of(profile), 1, "by its name as well");
	post("/api/v1/tags/bread/unfeature", "");
	is_int(count_of(profile), 0, "both ways");
	answer = post("/api/v1/featured_tags", "name=no+tag");
	ok(answer.status == 422 && rig_holds(&answer, "name"), "what is no tag is refused");
	for (int i = 0; i < 10; i++)
		post("/api/v1/featured_tags", rig_line(rig, "name=tag%c", 'a' + i));
	is_int(post("/api/v1/featured_tags", "name=more").status, 422, "there is a most of them");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_counts(void)
{
	struct rig_answer answer;

	rig = rig_new();
	say(&rig->bob, "%23old");
	clock_advance_for_test(10 * DAY_MS);
	say(&rig->alice, "%23soup");
	clock_advance_for_test(2 * DAY_MS);
	say(&rig->bob, "%23soup %23bread");
	say(&rig->bob, "%23soup");
	say(&rig->alice, "%23bread");
	say(&rig->bob, "%23soup");
	answer = get("/api/v1/tags/soup");
	ok(str_eq(rig_str(&answer, "history.0.uses"), STR("3")) && str_eq(rig_str(&answer, "history.0.accounts"), STR("1")),
	   "a tag says how often it was used today, and by how many");
	ok(str_eq(rig_str(&answer, "history.2.uses"), STR("1")) && str_eq(rig_str(&answer, "history.1.uses"), STR("0")),
	   "and on the days before");
	answer = get("/api/v1/trends/tags");
	ok(rig_count(&answer, "") == 2 && str_eq(rig_str(&answer, "0.name"), STR("soup")) &&
	   str_eq(rig_str(&answer, "1.name"), STR("bread")), "what is talked about is what most used, and not last week's");
	answer = get("/api/v1/trends/tags?offset=1&limit=1");
	ok(rig_count(&answer, "") == 1 && str_eq(rig_str(&answer, "0.name"), STR("bread")), "in pages");
	rig_free(rig);
}

static void check_statuses(void)
{
	struct rig_answer answer;
	uint64_t liked, boosted;

	rig = rig_new();
	say(&rig->bob, "nobody cares");
	boosted = say(&rig->bob, "boosted");
	liked = say(&rig->bob, "liked");
	post(rig_line(rig, "/api/v1/statuses/%llu/favourite", (unsigned long long)liked), "");
	post(rig_line(rig, "/api/v1/statuses/%llu/reblog", (unsigned long long)boosted), "");
	answer = get("/api/v1/trends/statuses");
	ok(rig_count(&answer, "") == 2 && rig_holds(&answer, "boosted") && !rig_holds(&answer, "nobody"),
	   "posts that moved somebody are talked about");
	is_str(rig_str(&answer, "1.id"), str_of(rig_line(rig, "%llu", (unsigned long long)liked)), "the most first");
	is_int(count_of("/api/v1/trends/statuses?offset=1"), 1, "in pages");
	post(rig_line(rig, "/api/v1/accounts/%llu/block", (unsigned long long)rig->bob.id), "");
	is_int(count_of("/api/v1/trends/statuses"), 0, "not those of whom one shuns");
	is_int(count_of("/api/v1/trends/links"), 0, "links are not counted");
	rig_free(rig);
}

int main(void)
{
	check_follow();
	check_feature();
	check_counts();
	check_statuses();
	return done();
}
