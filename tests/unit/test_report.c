/* Reports: from the client API, forwarded as a Flag, and what a Flag from a peer leaves here. */
#include "storage/reports.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/maintain.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define NODE "https://b.example/actor"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define NOTE_1 "https://b.example/notes/1"

static struct rig *rig;

static size_t reports(bool closed, struct report *ret_newest)
{
	struct report *found;
	size_t count = 0;

	reports_list(rig->arena, world_read(rig->world), closed, 100, &found, &count);
	if (count && ret_newest)
		*ret_newest = found[0];
	return count;
}

static bool sent(const char *needle)
{
	return str_find(rig_outgoing(rig), str_of(needle)) != SIZE_MAX;
}

static struct str write_post(const char *form, struct str *ret_id)
{
	struct rig_answer answer = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, form);

	*ret_id = rig_str(&answer, "id");
	return rig_str(&answer, "uri");
}

static struct rig_answer report_to_us(const struct account *who, const char *form)
{
	return rig_call(rig, "POST", "/api/v1/reports", who, form);
}

static const char *line(const struct account *target, const char *more)
{
	return rig_line(rig, "account_id=%llu%s", (unsigned long long)target->id, more);
}

/* `id` and `objects` as JSON. */
static const char *flag(const char *actor, const char *id, const char *objects)
{
	return rig_text(rig, "{" AS "'id':%s,'type':'Flag','actor':'%s','object':%s,'content':'rude'}", id, actor, objects);
}

static const char *one(struct str uri)
{
	return rig_text(rig, "'%.*s'", STR_ARG(uri));
}

static uint64_t findings(void)
{
	uint64_t count = 0;

	maintain_check(world_read(rig->world), NULL, NULL, &count);
	return count;
}

static int close_body(struct rig *world, struct txn *txn, void *arg)
{
	return reports_close(world->arena, txn, *(uint64_t *)arg, 7);
}

static void check_ours(void)
{
	struct report kept = { 0 };
	struct rig_answer answer;
	struct str id;

	rig = rig_new();
	write_post("status=x", &id);
	answer = report_to_us(&rig->bob, line(&rig->alice, rig_line(rig, "&status_ids[]=%.*s&comment=rude&category=spam"
	                                                                 "&forward=true", STR_ARG(id))));
	is_int(answer.status, 200, "one reports somebody");
	is_str(rig_str(&answer, "category"), STR("spam"), "for a reason");
	is_str(rig_str(&answer, "status_ids.0"), id, "with posts");
	is_str(rig_str(&answer, "target_account.acct"), STR("alice"), "of theirs");
	is_int(rig_number(&answer, "forwarded"), 0, "one of ours is reported to nobody else");
	is_int(rig_jobs(rig), 0, "so nothing leaves the house");
	is_int(reports(false, &kept), 1, "it is kept");
	ok(kept.reporter_id == rig->bob.id && kept.target_id == rig->alice.id && kept.post_ids.count == 1, "as it was said");
	is_int(rig_write(rig, close_body, &kept.id), OK, "it can be closed");
	is_int(reports(false, NULL), 0, "and waits no more");
	is_int(reports(true, &kept), 1, "but stays");
	ok(kept.closed_by_id == 7 && kept.changed_ms == kept.closed_ms, "with who closed it");
	is_int(report_to_us(&rig->bob, "account_id=4").status, 404, "nobody cannot be reported");
	is_int(report_to_us(&rig->bob, "").status, 404, "nor no name");
	is_int(report_to_us(&rig->alice, line(&rig->bob, rig_line(rig, "&status_ids[]=%.*s", STR_ARG(id)))).status, 404,
	       "nor somebody with another's post");
	write_post("status=x&visibility=direct", &id);
	is_int(report_to_us(&rig->bob, line(&rig->alice, rig_line(rig, "&status_ids[]=%.*s", STR_ARG(id)))).status, 404,
	       "nor with one that the reporter may not see");
	is_int(report_to_us(&rig->bob, line(&rig->alice, rig_line(rig, "&comment=%05001d", 0))).status, 422,
	       "a comment has a limit");
	is_int(findings(), 0, "and every record is true");
	rig_free(rig);
}

static void check_forward(void)
{
	struct rig_answer answer;
	struct post note;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/n1','type':'Create','actor':'" CAROL "',"
	                             "'to':['" PUBLIC "'],'object':{'id':'" NOTE_1 "','type':'Note',"
	                             "'attributedTo':'" CAROL "','published':'2026-11-24T07:59:00Z',"
	                             "'content':'Hi','to':['" PUBLIC "']}}"));
	note = rig_find_post(rig, NOTE_1);
	rig_jobs(rig);
	report_to_us(&rig->bob, line(&rig->carol, "&comment=rude"));
	is_int(rig_jobs(rig), 0, "unasked, a report stays here");
	answer = report_to_us(&rig->bob, line(&rig->carol, rig_line(rig, "&comment=rude&forward=true&status_ids[]=%llu",
	                                                            (unsigned long long)note.id)));
	is_int(rig_number(&answer, "forwarded"), 1, "asked, it goes to the other node");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "in one delivery");
	ok(sent("\"type\":\"Flag\"") && sent("\"object\":[\"" CAROL "\",\"" NOTE_1 "\"]") && sent("\"content\":\"rude\""),
	   "that says whom, what and why");
	ok(str_find(rig_outgoing(rig), rig->bob.uri) == SIZE_MAX && !sent("bob"), "and not who");
	ok(str_find(rig_outgoing(rig), rig->carol.shared_inbox) != SIZE_MAX, "to the shared inbox");
	rig_free(rig);
}

static void check_of_a_peer(void)
{
	struct report kept = { 0 };
	struct str open, quiet, id;

	rig = rig_new();
	open = write_post("status=x", &id);
	quiet = write_post("status=x&visibility=private", &id);
	is_int(rig_apply(rig, flag(CAROL, "'https://b.example/a/1'", one(rig->alice.uri))), OK,
	       "a Flag may name an account alone");
	is_int(reports(false, &kept), 1, "and is kept");
	is_str(kept.comment, STR("rude"), "with its words");
	is_int(rig_apply(rig, flag(CAROL, "'https://b.example/a/1'", one(rig->alice.uri))), ERR_EXISTS, "once");
	is_int(rig_apply(rig, flag(CAROL, "'https://b.example/a/2'",
	                           rig_text(rig, "['%.*s','%.*s','%.*s','https://b.example/x']", STR_ARG(open),
	                                    STR_ARG(quiet), STR_ARG(rig->alice.uri)))), OK,
	       "or posts and an account, in any order");
	reports(false, &kept);
	is_int(kept.post_ids.count, 1, "of which those count that the sender may see");
	is_int(rig_apply(rig, flag(CAROL, "'https://b.example/a/3'", one(open))), OK, "or a post alone");
	reports(false, &kept);
	ok(kept.target_id == rig->alice.id, "whose author is meant");
	is_int(rig_apply(rig, flag(CAROL, "'https://b.example/a/4'", one(quiet))), ERR_NOT_FOUND,
	       "a post that is not seen is not there");
	is_int(rig_apply(rig, flag(CAROL, "'https://b.example/a/5'", "'" CAROL "'")), ERR_NOT_FOUND,
	       "what is not ours is not our business");
	is_int(rig_apply(rig, flag(CAROL, "'https://b.example/a/6'", "'https://a.example/actor'")), ERR_NOT_FOUND,
	       "nor is the node itself reported");
	is_int(rig_apply(rig, flag(CAROL, "'https://b.example/a/7'", "[]")), ERR_INVALID, "or nothing");
	is_int(rig_apply(rig, flag(CAROL, "null", one(open))), ERR_INVALID, "without an id it is none");
	is_int(rig_apply(rig, flag(CAROL, "'https://evil.example/a/8'", one(open))), ERR_INVALID,
	       "nor with one of another origin");
	is_int(reports(true, NULL), 3, "none of these left anything");
	rig_free(rig);
}

static void check_instance_actor(void)
{
	struct account node;
	struct report kept = { 0 };
	struct str open, quiet, id, long_text;

	rig = rig_new();
	node = rig->carol;
	node.id = 0;
	node.kind = ACCOUNT_APPLICATION;
	node.username = STR("b.example");
	node.uri = STR(NODE);
	node.key_id = STR(NODE "#main-key");
	accounts_put(world_write(rig->world), &node);
	world_commit(rig->world);
	open = write_post("status=x", &id);
	long_text = arena_printf(rig->arena, "%06000d", 0);
	is_int(rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/1','type':'Flag','actor':'" NODE "',"
	                                    "'object':['%.*s'],'summary':'%.*s'}", STR_ARG(open), STR_ARG(long_text))), OK,
	       "a node reports for its people");
	is_int(reports(false, &kept), 1, "which is kept");
	ok(kept.reporter_id == node.id && kept.post_ids.count == 1, "in its name");
	is_int(kept.comment.n, REPORT_COMMENT_CHARACTERS, "a long reason is cut");
	quiet = write_post("status=x&visibility=private", &id);
	is_int(rig_apply(rig, flag(NODE, "'https://b.example/a/2'", one(quiet))), ERR_NOT_FOUND,
	       "of a post for followers it knows nothing when it has none");
	rig_follows(rig, &rig->carol, &rig->alice);
	quiet = write_post("status=x&visibility=private", &id);
	rig_jobs(rig);
	is_int(rig_apply(rig, flag(NODE, "'https://b.example/a/3'", one(quiet))), OK,
	       "but what a follower there was sent it may report");
	reports(false, &kept);
	is_int(kept.post_ids.count, 1, "and it is kept with the report");
	quiet = write_post("status=@carol@b.example&visibility=direct", &id);
	is_int(rig_apply(rig, flag(NODE, "'https://b.example/a/4'", one(quiet))), OK, "as is what was for one of them");
	quiet = write_post("status=@bob&visibility=direct", &id);
	is_int(rig_apply(rig, flag(NODE, "'https://b.example/a/5'", one(quiet))), ERR_NOT_FOUND, "and nothing else");
	rig_free(rig);
}

static void check_forgetting(void)
{
	struct report report = { .target_id = 7, .comment = STR("x"), .category = STR("other") }, *found;
	uint64_t ids[6];
	size_t count;
	bool more;

	rig = rig_new();
	for (size_t i = 0; i < 6; i++) {
		reports_add(world_write(rig->world), &report);
		world_commit(rig->world);
		ids[i] = report.id;
		clock_advance_for_test(1000);
	}
	for (size_t i = 1; i < 5; i++) {
		reports_close(rig->arena, world_write(rig->world), ids[i], 0);
		world_commit(rig->world);
	}
	clock_advance_for_test(REPORT_CLOSED_DAYS * (int64_t)DAY_MS);
	reports_close(rig->arena, world_write(rig->world), ids[5], 0);
	world_commit(rig->world);
	is_int(reports_forget(world_write(rig->world), 10, &more), OK, "to the day");
	ok(world_commit(rig->world) == OK && !more && reports(true, NULL) == 6, "a closed report stays for its days");
	clock_advance_for_test(1);
	is_int(reports_forget(world_write(rig->world), 3, &more), OK, "a moment later");
	ok(world_commit(rig->world) == OK && more && reports(true, NULL) == 3, "it goes, so many at a time");
	is_int(reports_forget(world_write(rig->world), 3, &more), OK, "called again");
	ok(world_commit(rig->world) == OK && !more, "all are gone");
	reports_list(rig->arena, world_read(rig->world), true, 10, &found, &count);
	ok(count == 2 && found[0].id == ids[5] && found[1].id == ids[0],
	   "but the open one, however old, and one that was closed of late");
	is_int(reports_reopen(rig->arena, world_write(rig->world), ids[5]), OK, "that is opened again");
	world_commit(rig->world);
	clock_advance_for_test(2 * REPORT_CLOSED_DAYS * (int64_t)DAY_MS);
	reports_forget(world_write(rig->world), 10, &more);
	ok(world_commit(rig->world) == OK && reports(false, NULL) == 2, "and stays, as what is open does");
	is_int(reports_reopen(rig->arena, world_write(rig->world), ids[1]), ERR_NOT_FOUND, "what is gone is not opened");
	world_commit(rig->world);
	rig_free(rig);
}

static void check_shares(void)
{
	struct report report = { .reporter_id = 5, .target_id = 7, .comment = STR("x"), .category = STR("other") };
	struct txn *txn;
	int r = OK;

	rig = rig_new();
	txn = world_write(rig->world);
	for (size_t i = 0; r == OK && i < REPORTS_CROWD; i++)
		r = reports_add(txn, &report);
	is_int(r, OK, "one person may report much");
	is_int(reports_add(txn, &report), ERR_LIMIT, "but leaves room");
	report.reporter_id = 6;
	for (size_t i = 0; r == OK && i < REPORTS_SHARE; i++)
		r = reports_add(txn, &report);
	is_int(r, OK, "for others");
	is_int(reports_add(txn, &report), ERR_LIMIT, "who have a share each");
	world_commit(rig->world);
	rig_free(rig);
}

int main(void)
{
	check_forgetting();
	check_shares();
	check_ours();
	check_forward();
	check_of_a_peer();
	check_instance_actor();
	return done();
}
