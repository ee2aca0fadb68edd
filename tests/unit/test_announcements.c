/* Announcements: who sees them, who read them, reactions and their bounds, what ends with an account. */
#include "storage/announcements.h"

#include "federation/purge.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;
static struct announcement announcement;

static int add_body(struct rig *world, struct txn *txn, void *arg)
{
	(void)world;
	announcement = *(struct announcement *)arg;
	announcement.published_ms = txn_now_ms(txn);
	return announcements_add(txn, &announcement);
}

static int add(const char *text, int64_t ends_ms)
{
	struct announcement made = { .text = str_of(text), .content = str_of(text), .ends_ms = ends_ms };

	return rig_write(rig, add_body, &made);
}

static int remove_body(struct rig *world, struct txn *txn, void *arg)
{
	(void)world;
	return announcements_remove(txn, *(uint64_t *)arg);
}

static struct rig_answer list(const struct account *who, const char *more)
{
	return rig_call(rig, "GET", rig_line(rig, "/api/v1/announcements%s", more), who, NULL);
}

static size_t count_of(const struct account *who, const char *more)
{
	struct rig_answer answer = list(who, more);

	return answer.status == 200 ? rig_count(&answer, "") : 999;
}

static int react(const struct account *who, const char *method, const char *emoji)
{
	return rig_call(rig, method, rig_line(rig, "/api/v1/announcements/%llu/reactions/%s",
	                                      (unsigned long long)announcement.id, emoji), who, NULL).status;
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

static void check_reading(void)
{
	struct rig_answer answer;

	rig = rig_new();
	is_int(count_of(&rig->alice, ""), 0, "there is none at first");
	add("for a while", clock_now_ms() + HOUR_MS);
	clock_advance_for_test(SECOND_MS);
	add("for good", 0);
	answer = list(&rig->alice, "");
	ok(rig_count(&answer, "") == 2 && str_eq(rig_str(&answer, "0.content"), STR("<p>for good</p>")) &&
	   rig_number(&answer, "0.read") == 0, "all are shown, the newest first");
	is_int(list(NULL, "").status, 401, "to people");
	is_int(rig_call(rig, "POST", rig_line(rig, "/api/v1/announcements/%llu/dismiss", (unsigned long long)announcement.id),
	                &rig->alice, "").status, 200, "one is dismissed");
	is_int(count_of(&rig->alice, "?with_dismissed=false"), 1, "and not shown to who wants the others");
	answer = list(&rig->alice, "");
	ok(rig_count(&answer, "") == 2 && rig_number(&answer, "0.read") == 1, "otherwise shown as read");
	is_int(count_of(&rig->bob, "?with_dismissed=false"), 2, "to who did it");
	is_int(rig_call(rig, "POST", "/api/v1/announcements/4/dismiss", &rig->alice, "").status, 404, "none that is not there");
	clock_advance_for_test(2 * HOUR_MS);
	is_int(count_of(&rig->bob, "?with_dismissed=true"), 1, "what is over is not shown");
	is_int(rig_write(rig, remove_body, &announcement.id), OK, "one is taken away");
	is_int(count_of(&rig->bob, ""), 0, "from all");
	is_int(rig_write(rig, remove_body, &announcement.id), ERR_NOT_FOUND, "once");
	is_int(findings(), 0, "and the store is clean");
	for (int i = 1; i < ANNOUNCEMENTS_MAX; i++)
		add("more", 0);
	is_int(add("more", 0), ERR_LIMIT, "there is a most of them");
	rig_free(rig);
}

static void check_reactions(void)
{
	static const char *const pictures[] = {
		"%F0%9F%90%B1", "%F0%9F%90%B2", "%F0%9F%90%B3", "%F0%9F%90%B4", "%F0%9F%90%B5", "%F0%9F%90%B6", "%F0%9F%90%B7",
		"%F0%9F%90%B8", "%F0%9F%90%B9",
	};
	struct rig_answer answer;

	rig = rig_new();
	add("news", 0);
	is_int(react(&rig->alice, "PUT", pictures[0]), 200, "one reacts with an emoji");
	is_int(react(&rig->alice, "PUT", pictures[0]), 200, "twice is once");
	is_int(react(&rig->bob, "PUT", pictures[0]), 200, "and so does another");
	answer = list(&rig->alice, "");
	ok(rig_count(&answer, "0.reactions") == 1 && rig_number(&answer, "0.reactions.0.count") == 2 &&
	   rig_number(&answer, "0.reactions.0.me") == 1, "they are counted by kinds");
	is_int(react(&rig->alice, "PUT", "hello"), 422, "a word is no emoji");
	is_int(react(&rig->alice, "DELETE", pictures[0]), 200, "it is taken back");
	answer = list(&rig->alice, "");
	ok(rig_number(&answer, "0.reactions.0.count") == 1 && rig_number(&answer, "0.reactions.0.me") == 0, "by who gave it");
	for (int i = 1; i < ANNOUNCEMENT_EMOJIS_MAX; i++)
		react(&rig->alice, "PUT", pictures[i]);
	is_int(react(&rig->alice, "PUT", pictures[ANNOUNCEMENT_EMOJIS_MAX]), 422, "there is a most of kinds");
	is_int(react(&rig->bob, "PUT", pictures[1]), 200, "those that are there may be given");
	is_int(findings(), 0, "and the store is clean");
	rig_free(rig);
}

static int purge(struct rig *world, struct txn *txn, void *arg)
{
	struct job job = { .subject = *(uint64_t *)arg };
	bool more = true;
	int r = OK;

	while (more && !r)
		r = purge_account_write(world->arena, txn, &job, &more);
	return r;
}

static void check_end_of_account(void)
{
	struct rig_answer answer;

	rig = rig_new();
	add("news", 0);
	react(&rig->alice, "PUT", "%F0%9F%90%B1");
	react(&rig->bob, "PUT", "%F0%9F%90%B1");
	is_int(rig_write(rig, purge, &rig->alice.id), OK, "an account that ends");
	answer = list(&rig->bob, "");
	is_int(rig_number(&answer, "0.reactions.0.count"), 1, "takes its reactions along");
	rig_free(rig);
}

int main(void)
{
	check_reading();
	check_reactions();
	check_end_of_account();
	return done();
}
