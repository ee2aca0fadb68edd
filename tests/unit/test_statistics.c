/* The node in figures: what is counted, on which day, of whom; through the storage that counts. */
#include "storage/statistics.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/dimensions.h"
#include "storage/posts.h"
#include "storage/reports.h"
#include "storage/users.h"
#include "tests/rig/rig.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

enum { DAYS = 3 };

static struct rig *rig;

/* The rig's day and the two after. */
static struct span three_days(void)
{
	return (struct span){ .from_ms = RIG_NOW_MS / DAY_MS * DAY_MS, .days = DAYS };
}

static struct measured measure(enum measure what, const char *subject)
{
	struct span span = three_days();
	struct measured measured = { 0 };

	is_int(statistics_measure(rig->arena, world_read(rig->world), what, str_of(subject), &span, &measured), OK, "it is counted");
	ok(!measured.partial, "wholly");
	return measured;
}

static void has(enum measure what, const char *subject, uint64_t total, uint64_t first, uint64_t second, uint64_t third,
                const char *why)
{
	struct measured measured = measure(what, subject);

	ok(measured.total == total && measured.days[0] == first && measured.days[1] == second && measured.days[2] == third,
	   "%s: %llu (%llu %llu %llu)", why, (unsigned long long)measured.total, (unsigned long long)measured.days[0],
	   (unsigned long long)measured.days[1], (unsigned long long)measured.days[2]);
}

static uint64_t say(const struct account *who, const char *form)
{
	struct rig_answer answer;
	uint64_t id = 0;

	clock_advance_for_test(SECOND_MS);
	answer = rig_call(rig, "POST", "/api/v1/statuses", who, form);
	str_to_u64(rig_str(&answer, "id"), &id);
	return id;
}

static void act(const struct account *who, uint64_t post_id, const char *verb)
{
	rig_call(rig, "POST", rig_line(rig, "/api/v1/statuses/%llu/%s", (unsigned long long)post_id, verb), who, "");
}

static void carol_says(const char *id, const char *tag)
{
	clock_advance_for_test(SECOND_MS);
	rig_apply(rig, rig_line(rig, "{'@context':'https://www.w3.org/ns/activitystreams','type':'Create','id':'https://b.example/a/%s','actor':'%.*s',"
	                        "'to':['https://www.w3.org/ns/activitystreams#Public'],"
	                        "'object':{'type':'Note','id':'https://b.example/p/%s','attributedTo':'%.*s','content':'<p>x</p>',"
	                        "'to':['https://www.w3.org/ns/activitystreams#Public'],'contentMap':{'fr':'<p>x</p>'},"
	                        "'tag':[{'type':'Hashtag','name':'#%s'}]}}",
	                        id, STR_ARG(rig->carol.uri), id, STR_ARG(rig->carol.uri), tag));
}

/* Alice posts on the first two days, bob on the second; the third is still to come. */
static void fill(void)
{
	uint64_t first, second;

	rig = rig_new();
	first = say(&rig->alice, "status=%23soup&language=fr");
	clock_advance_for_test(DAY_MS);
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_follows(rig, &rig->carol, &rig->bob);
	rig_follows(rig, &rig->carol, &rig->alice);
	second = say(&rig->alice, "status=%23soup+again&language=fr");
	say(&rig->bob, "status=%23soup+too&language=en");
	act(&rig->bob, first, "favourite");
	act(&rig->bob, second, "favourite");
	act(&rig->bob, second, "reblog");
	say(&rig->bob, rig_line(rig, "status=yes&in_reply_to_id=%llu", (unsigned long long)second));
	carol_says("1", "soup");
	carol_says("2", "bread");
}

static void check_measures(void)
{
	fill();
	has(MEASURE_ACTIVE_USERS, "", 2, 1, 2, 0, "people are active on the days on which they act, and count once in the total");
	has(MEASURE_INTERACTIONS, "", 4, 0, 4, 0, "favourites, boosts and answers are interactions");
	has(MEASURE_LOCAL_STATUSES, "", 5, 1, 4, 0, "posts and boosts of people of ours");
	has(MEASURE_TAG_USES, "soup", 4, 1, 3, 0, "a tag is used by posts");
	has(MEASURE_TAG_ACCOUNTS, "soup", 3, 1, 3, 0, "by accounts");
	has(MEASURE_TAG_SERVERS, "soup", 1, 0, 1, 0, "on other nodes");
	has(MEASURE_TAG_USES, "nothing", 0, 0, 0, 0, "or it is not");
	has(MEASURE_INSTANCE_ACCOUNTS, "b.example", 1, 1, 0, 0, "a domain has accounts");
	has(MEASURE_INSTANCE_STATUSES, "b.example", 2, 0, 2, 0, "with posts");
	has(MEASURE_INSTANCE_FOLLOWS, "b.example", 1, 0, 1, 0, "whom people of ours follow");
	has(MEASURE_INSTANCE_FOLLOWERS, "b.example", 2, 0, 2, 0, "and who follow people of ours");
	has(MEASURE_INSTANCE_STATUSES, "c.example", 0, 0, 0, 0, "another domain has none");
	rig_free(rig);
}

static void check_reports(void)
{
	struct report report = { .category = STR("spam") };

	rig = rig_new();
	report.reporter_id = rig->alice.id;
	report.target_id = rig->carol.id;
	reports_add(world_write(rig->world), &report);
	world_commit(rig->world);
	report = (struct report){ .reporter_id = rig->bob.id, .target_id = rig->alice.id, .category = STR("other") };
	reports_add(world_write(rig->world), &report);
	world_commit(rig->world);
	clock_advance_for_test(DAY_MS);
	reports_close(rig->arena, world_write(rig->world), report.id, rig->alice.id);
	world_commit(rig->world);
	has(MEASURE_OPENED_REPORTS, "", 2, 2, 0, 0, "reports are opened");
	has(MEASURE_RESOLVED_REPORTS, "", 1, 0, 1, 0, "and closed on another day");
	has(MEASURE_INSTANCE_REPORTS, "b.example", 1, 1, 0, 0, "and are about somebody of a domain");
	rig_free(rig);
}

static void parts(enum dimension what, const char *subject, const char *expected, const char *why)
{
	struct span span = three_days();
	struct dimension_parts found = { 0 };
	struct buf text;

	buf_init(&text, rig->arena, 0);
	is_int(dimensions_count(rig->arena, world_read(rig->world), what, str_of(subject), &span, 10, &found), OK, "it is counted");
	for (size_t i = 0; i < found.count; i++)
		buf_printf(&text, "%.*s=%llu ", STR_ARG(found.parts[i].key), (unsigned long long)found.parts[i].value);
	is_str(str_trim(buf_str(&text)), str_of(expected), why);
}

static void check_dimensions(void)
{
	struct span span = three_days();
	struct dimension_parts found;

	fill();
	parts(DIMENSION_SERVERS, "", "=5 b.example=2", "nodes by their posts, ours first when it has most");
	parts(DIMENSION_TAG_SERVERS, "soup", "=3 b.example=1", "nodes by their posts with a tag");
	parts(DIMENSION_TAG_LANGUAGES, "soup", "fr=3 en=1", "the languages of a tag");
	parts(DIMENSION_INSTANCE_ACCOUNTS, "b.example", "carol=1", "accounts of a domain by their followers here");
	parts(DIMENSION_INSTANCE_LANGUAGES, "b.example", "fr=2", "the languages of a domain");
	dimensions_count(rig->arena, world_read(rig->world), DIMENSION_LANGUAGES, STR_NONE, &span, 1, &found);
	ok(found.count == 1 && str_eq(found.parts[0].key, STR("fr")), "as many as are asked for, the most used first");
	dimensions_count(rig->arena, world_read(rig->world), DIMENSION_SOURCES, STR_NONE, &span, 9, &found);
	ok(found.count == 1 && found.parts[0].value == 4, "apps by the posts that were made with them");
	rig_free(rig);
}

static void check_retention(void)
{
	int64_t starts_ms[DAYS];
	uint64_t kept[DAYS * DAYS];
	struct span span = three_days();
	struct user user;

	fill();
	for (int i = 0; i < DAYS; i++)
		starts_ms[i] = span.from_ms + i * (int64_t)DAY_MS;
	users_get(rig->arena, world_read(rig->world), rig->alice.id, &user);
	user.created_ms = starts_ms[0];
	users_put(world_write(rig->world), &user);
	world_commit(rig->world);
	users_get(rig->arena, world_read(rig->world), rig->bob.id, &user);
	user.created_ms = starts_ms[0] + HOUR_MS;
	user.last_sign_in_ms = starts_ms[2];
	users_put(world_write(rig->world), &user);
	world_commit(rig->world);
	is_int(statistics_retention(rig->arena, world_read(rig->world), starts_ms, DAYS, starts_ms[2] + DAY_MS, kept), OK,
	       "who stayed is counted");
	ok(kept[0] == 2 && kept[1] == 2 && kept[2] == 1, "of two who came on a day, both were seen the next day, one the day after");
	ok(kept[DAYS + 1] == 0 && kept[2 * DAYS + 2] == 0, "nobody came later");
	rig_free(rig);
}

int main(void)
{
	check_measures();
	check_reports();
	check_dimensions();
	check_retention();
	return done();
}
