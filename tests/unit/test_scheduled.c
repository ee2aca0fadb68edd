/* Posts of later: asked for, put off, taken back, published once, kept when they cannot be. */
#include "storage/scheduled.h"

#include <stdlib.h>

#include "federation/publish.h"
#include "federation/purge.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/maintain.h"
#include "storage/media.h"
#include "storage/users.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;

static struct rig_answer get(const char *target)
{
	return rig_call(rig, "GET", target, &rig->alice, NULL);
}

/* So many minutes from now. */
static const char *at(int minutes)
{
	char text[DATE_ISO_BYTES];

	date_iso(clock_now_ms() + minutes * (int64_t)MINUTE_MS, text);
	return rig_line(rig, "scheduled_at=%s", text);
}

static struct rig_answer ask(const char *form, int minutes)
{
	return rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, rig_line(rig, "%s&%s", form, at(minutes)));
}

static const char *path_of(const struct rig_answer *answer)
{
	return rig_line(rig, "/api/v1/scheduled_statuses/%.*s", STR_ARG(rig_str(answer, "id")));
}

/* All jobs of the kind that are due, each in a transaction of its own. */
static int publish_body(struct rig *world, struct txn *txn, void *arg)
{
	struct job *jobs;
	size_t count = 0;
	bool more;
	int r = jobs_page(world->arena, txn_view(txn), 100, &jobs, &count);

	(void)arg;
	for (size_t i = 0; r == OK && i < count; i++) {
		if (!str_eq(jobs[i].kind, STR("publish")) || jobs[i].due_ms > txn_now_ms(txn))
			continue;
		r = publish_write(world->arena, txn, &jobs[i], &more);
		if (r == OK)
			r = jobs_finish(txn, &jobs[i]);
	}
	return r;
}

static void wait_minutes(int minutes)
{
	clock_advance_for_test(minutes * (int64_t)MINUTE_MS);
	if (rig_write(rig, publish_body, NULL) != OK)
		abort();
}

static size_t count_of(const char *target)
{
	struct rig_answer answer = get(target);

	return answer.status == 200 ? rig_count(&answer, "") : 999;
}

static int upload_body(struct rig *world, struct txn *txn, void *arg)
{
	struct media_record media = {
		.account_id = world->alice.id, .use = MEDIA_USE_POST, .state = MEDIA_STATE_READY, .kind = MEDIA_IMAGE,
		.type = STR("image/png"), .blob = STR("0123456789abcdef0123456789abcdef"),
	};
	int r = media_add(world->arena, txn, &media);

	*(uint64_t *)arg = media.id;
	return r;
}

static unsigned long long upload(void)
{
	uint64_t id = 0;

	rig_write(rig, upload_body, &id);
	return id;
}

static struct media_record file(unsigned long long id)
{
	struct media_record media = { 0 };

	media_get(rig->arena, world_read(rig->world), id, &media);
	return media;
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

static void check_asking(void)
{
	struct rig_answer answer, missing;
	const char *path;

	rig = rig_new();
	answer = ask("status=later&spoiler_text=psst&visibility=unlisted&language=en", 10);
	path = path_of(&answer);
	ok(answer.status == 200 && str_eq(rig_str(&answer, "params.text"), STR("later")) &&
	   str_eq(rig_str(&answer, "params.visibility"), STR("unlisted")) && !rig_at(&answer, "content"),
	   "a post for later is kept as it was asked for");
	is_int(count_of("/api/v1/timelines/home"), 0, "and is not there yet");
	is_int(count_of("/api/v1/scheduled_statuses"), 1, "but on the list");
	ask("status=another", 20);
	answer = get("/api/v1/scheduled_statuses?limit=1");
	ok(rig_count(&answer, "") == 1 && rig_header(&answer, "Link").n, "that has pages");
	missing = rig_call(rig, "GET", "/api/v1/scheduled_statuses/4", &rig->bob, NULL);
	answer = rig_call(rig, "GET", path, &rig->bob, NULL);
	ok(answer.status == 404 && str_eq(answer.body, missing.body), "another's is as if it were not there");
	is_int(ask("status=soon", 4).status, 422, "four minutes are too soon");
	is_int(rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=x&scheduled_at=tomorrow").status, 422, "a time is a time");
	is_int(ask("status=x&media_ids[]=1", 10).status, 422, "nor can files that are not there wait");
	is_int(ask("status=", 10).status, 422, "what could not be posted now cannot be posted later");
	is_int(ask("status=x&in_reply_to_id=99", 10).status, 404, "nor answer what is not there");
	is_int(rig_call(rig, "DELETE", path, &rig->alice, NULL).status, 200, "it can be taken back");
	is_int(get(path).status, 404, "and is gone");
	wait_minutes(15);
	is_int(count_of("/api/v1/timelines/home"), 0, "and never appears");
	for (int i = 1; i < SCHEDULED_MAX; i++)
		ask("status=more", 30);
	is_int(ask("status=more", 30).status, 422, "there is a most of them");
	rig_free(rig);
}

static void check_publishing(void)
{
	struct rig_answer answer;
	const char *path;

	rig = rig_new();
	ask("status=@bob hello&poll[options][]=yes&poll[options][]=no&poll[expires_in]=600&visibility=public", 10);
	wait_minutes(9);
	is_int(count_of("/api/v1/timelines/home"), 0, "before its time it is not there");
	wait_minutes(2);
	answer = get("/api/v1/timelines/home");
	ok(rig_count(&answer, "") == 1 && rig_count(&answer, "0.mentions") == 1 && rig_count(&answer, "0.poll.options") == 2,
	   "then it is, with its mentions and its poll");
	is_int(count_of("/api/v1/scheduled_statuses"), 0, "and off the list");
	wait_minutes(60);
	is_int(count_of("/api/v1/timelines/home"), 1, "once");
	answer = ask("status=moved", 10);
	path = path_of(&answer);
	answer = rig_call(rig, "PUT", path, &rig->alice, at(30));
	ok(answer.status == 200 && str_eq(rig_str(&answer, "params.text"), STR("moved")), "it can be put off");
	is_int(rig_call(rig, "PUT", path, &rig->alice, at(1)).status, 422, "not to a moment from now");
	wait_minutes(15);
	is_int(count_of("/api/v1/timelines/home"), 1, "then its first time means nothing");
	wait_minutes(20);
	is_int(count_of("/api/v1/timelines/home"), 2, "and its second one does");
	is_int(rig_call(rig, "PUT", path, &rig->alice, at(30)).status, 404, "what has appeared is not scheduled any more");
	is_int(findings(), 0, "and the store is clean");
	rig_free(rig);
}

static int disable_body(struct rig *world, struct txn *txn, void *arg)
{
	struct user user;
	int r = users_get(world->arena, txn_view(txn), world->alice.id, &user);

	(void)arg;
	user.disabled = true;
	return r == OK ? users_put(txn, &user) : r;
}

static size_t kept(void)
{
	struct page page = { .limit = 10 };
	struct scheduled *list;
	size_t count = 99;

	scheduled_page(rig->arena, world_read(rig->world), rig->alice.id, &page, &list, &count);
	return count;
}

static void check_hindrances(void)
{
	struct rig_answer parent;

	rig = rig_new();
	parent = rig_call(rig, "POST", "/api/v1/statuses", &rig->bob, "status=parent");
	ask(rig_line(rig, "status=answer&in_reply_to_id=%.*s", STR_ARG(rig_str(&parent, "id"))), 10);
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&parent, "id"))), &rig->bob, NULL);
	wait_minutes(11);
	ok(count_of("/api/v1/timelines/home") == 0 && kept() == 1, "an answer to what is gone stays on the list");
	ask("status=mine", 10);
	rig_write(rig, disable_body, NULL);
	wait_minutes(11);
	is_int(kept(), 2, "and so does what a disabled account wanted to say");
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
	rig = rig_new();
	ask("status=later", 10);
	is_int(rig_write(rig, purge, &rig->alice.id), OK, "an account that ends");
	is_int(kept(), 0, "takes along what it wanted to say");
	is_int(rig_write(rig, publish_body, NULL), OK, "and its jobs find nothing");
	rig_free(rig);
}

/* Files wait with their post, and are loose again when it is taken back. */
static void check_files_wait(void)
{
	struct rig_answer made, other, answer;
	unsigned long long first, second;
	struct str secret;

	rig = rig_new();
	first = upload();
	second = upload();
	made = ask(rig_line(rig, "status=seen&media_ids[]=%llu&media_attributes[][id]=%llu&media_attributes[][description]=A+cup",
	                    first, first), 10);
	ok(made.status == 200 && rig_count(&made, "media_attachments") == 1 && rig_count(&made, "params.media_ids") == 1,
	   "files wait with a post");
	other = ask(rig_line(rig, "status=other&media_ids[]=%llu", second), 10);
	is_int(ask(rig_line(rig, "status=again&media_ids[]=%llu", first), 10).status, 422, "with one");
	answer = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, rig_line(rig, "status=now&media_ids[]=%llu", first));
	is_int(answer.status, 422, "nor does another show them meanwhile");
	answer = rig_call(rig, "DELETE", rig_line(rig, "/api/v1/media/%llu", first), &rig->alice, NULL);
	is_int(answer.status, 422, "or are they taken away");
	ok(!file(first).loose_ms && findings() == 0, "they are not collected");
	secret = file(second).secret;
	is_int(rig_call(rig, "DELETE", path_of(&other), &rig->alice, NULL).status, 200, "one is taken back");
	ok(file(second).loose_ms && !file(second).scheduled_id && !str_eq(file(second).secret, secret),
	   "and its file is loose, under another address");
	rig_call(rig, "PUT", path_of(&made), &rig->alice, at(20));
	wait_minutes(25);
	answer = get("/api/v1/timelines/home");
	ok(rig_count(&answer, "") == 1 && rig_count(&answer, "0.media_attachments") == 1, "its time comes, with its file");
	ok(file(first).post_id && !file(first).scheduled_id, "which the post shows from then on");
	is_int(count_of("/api/v1/scheduled_statuses"), 0, "nothing waits any more");
	wait_minutes(25);
	is_int(count_of("/api/v1/timelines/home"), 1, "and it appears once");
	is_int(findings(), 0, "the store is true");
	rig_free(rig);
}

int main(void)
{
	check_asking();
	check_publishing();
	check_hindrances();
	check_end_of_account();
	check_files_wait();
	return done();
}
