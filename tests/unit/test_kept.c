/* What people keep to themselves: bookmarks, markers, mutes, notes, hushed threads; what these hide; what ends them. */
#include "federation/purge.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/bookmarks.h"
#include "storage/hushes.h"
#include "storage/maintain.h"
#include "storage/posts.h"
#include "storage/ties.h"
#include "storage/timelines.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;

static struct rig_answer get(const struct account *who, const char *target)
{
	return rig_call(rig, "GET", target, who, NULL);
}

static struct rig_answer post(const struct account *who, const char *target, const char *form)
{
	return rig_call(rig, "POST", target, who, form);
}

static const char *status(uint64_t id, const char *more)
{
	return rig_line(rig, "/api/v1/statuses/%llu%s", (unsigned long long)id, more);
}

static const char *of(const struct account *account, const char *more)
{
	return rig_line(rig, "/api/v1/accounts/%llu%s", (unsigned long long)account->id, more);
}

/* A public post; `text` is as in a form. */
static uint64_t say(const struct account *who, const char *text, uint64_t parent)
{
	const char *form = parent ? rig_line(rig, "status=%s&in_reply_to_id=%llu", text, (unsigned long long)parent)
	                          : rig_line(rig, "status=%s", text);
	struct rig_answer answer;
	uint64_t id = 0;

	clock_advance_for_test(SECOND_MS);
	answer = post(who, "/api/v1/statuses", form);
	str_to_u64(rig_str(&answer, "id"), &id);
	return id;
}

/* The path behind the first address in a Link header. */
static const char *next_page(const struct rig_answer *answer)
{
	struct str rest = rig_header(answer, "Link"), link = str_cut(&rest, '>');

	return arena_cstr(rig->arena, str_sub(link, str_find(link, STR("/api/")), SIZE_MAX));
}

static bool first_is(const struct rig_answer *answer, uint64_t id)
{
	return str_eq(rig_str(answer, "0.id"), str_of(rig_line(rig, "%llu", (unsigned long long)id)));
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

static int delete_post(struct rig *world, struct txn *txn, void *arg)
{
	bool more = false;

	(void)world;
	return posts_delete(txn, *(uint64_t *)arg, &more);
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

static void check_bookmarks(void)
{
	struct rig_answer answer;
	uint64_t ids[4];

	rig = rig_new();
	for (int i = 0; i < 4; i++)
		ids[i] = say(&rig->bob, "worth keeping", 0);
	answer = post(&rig->alice, status(ids[2], "/bookmark"), "");
	is_int(rig_number(&answer, "bookmarked"), 1, "a bookmark shows in the status");
	post(&rig->alice, status(ids[0], "/bookmark"), "");
	post(&rig->alice, status(ids[1], "/bookmark"), "");
	is_int(post(&rig->alice, status(ids[1], "/bookmark"), "").status, 200, "a second one is no error");
	answer = get(&rig->bob, status(ids[2], ""));
	is_int(rig_number(&answer, "bookmarked"), 0, "to nobody else");
	answer = get(&rig->alice, "/api/v1/bookmarks");
	ok(rig_count(&answer, "") == 3 && first_is(&answer, ids[1]), "the list has the last bookmark first");
	answer = get(&rig->alice, "/api/v1/bookmarks?limit=2");
	ok(str_find(rig_header(&answer, "Link"), STR("max_id=")) != SIZE_MAX, "and comes in pages");
	answer = get(&rig->alice, next_page(&answer));
	ok(answer.status == 200 && first_is(&answer, ids[2]) && rig_count(&answer, "") == 1, "that lead on to the first");
	answer = post(&rig->alice, status(ids[1], "/unbookmark"), "");
	is_int(rig_number(&answer, "bookmarked"), 0, "a bookmark can be taken back");
	is_int(post(&rig->alice, status(ids[1], "/unbookmark"), "").status, 200, "also when there is none");
	is_int(post(&rig->alice, status(4, "/bookmark"), "").status, 404, "what is not there cannot be kept");
	is_int(rig_write(rig, delete_post, &ids[0]), OK, "a post that goes");
	answer = get(&rig->alice, "/api/v1/bookmarks");
	is_int(rig_count(&answer, ""), 1, "takes its bookmarks along");
	is_int(findings(), 0, "and every index is true");
	post(&rig->alice, status(ids[3], "/favourite"), "");
	post(&rig->alice, status(ids[2], "/favourite"), "");
	answer = get(&rig->alice, "/api/v1/favourites");
	ok(rig_count(&answer, "") == 2 && first_is(&answer, ids[2]), "favourites are listed likewise");
	rig_free(rig);
}

static void check_hidden_bookmark(void)
{
	struct rig_answer answer;
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->bob);
	rig_post(rig, &rig->bob, VISIBILITY_FOLLOWERS, "for followers", 0, &id);
	post(&rig->alice, status(id, "/bookmark"), "");
	post(&rig->alice, of(&rig->bob, "/unfollow"), "");
	answer = get(&rig->alice, "/api/v1/bookmarks");
	is_int(rig_count(&answer, ""), 0, "a bookmark shows nothing that one may not see any more");
	rig_free(rig);
}

static void check_markers(void)
{
	struct rig_answer answer;

	rig = rig_new();
	answer = get(&rig->alice, "/api/v1/markers?timeline[]=home&timeline[]=notifications");
	is_str(answer.body, STR("{}"), "a marker that was never set is left out");
	answer = post(&rig->alice, "/api/v1/markers", "home[last_read_id]=103194548672408537");
	is_str(rig_str(&answer, "home.last_read_id"), STR("103194548672408537"), "a marker is set");
	is_int(rig_number(&answer, "home.version"), 1, "as its first version");
	post(&rig->alice, "/api/v1/markers", "home[last_read_id]=7&notifications[last_read_id]=8");
	answer = get(&rig->alice, "/api/v1/markers?timeline=home");
	ok(str_eq(rig_str(&answer, "home.last_read_id"), STR("7")) && rig_number(&answer, "home.version") == 2 &&
	   !rig_at(&answer, "notifications"), "and read again, alone");
	answer = get(&rig->alice, "/api/v1/markers?timeline[]=notifications");
	is_str(rig_str(&answer, "notifications.last_read_id"), STR("8"), "so is the other one");
	answer = post(&rig->alice, "/api/v1/markers", "home[last_read_id]=9&home[version]=1");
	is_int(answer.status, 409, "who wants to write over an older version is told");
	ok(str_find(answer.body, STR("\"error\"")) != SIZE_MAX, "in words");
	answer = post(&rig->alice, "/api/v1/markers", "home[last_read_id]=9&home[version]=2");
	is_int(rig_number(&answer, "home.version"), 3, "over the present one he may");
	is_int(post(&rig->alice, "/api/v1/markers", "home[last_read_id]=x").status, 422, "what is no id is refused");
	answer = get(&rig->bob, "/api/v1/markers?timeline[]=home");
	is_str(answer.body, STR("{}"), "everybody has their own");
	rig_free(rig);
}

static size_t home_of(const struct account *who)
{
	struct rig_answer answer = get(who, "/api/v1/timelines/home");

	return rig_count(&answer, "");
}

static void check_mute(void)
{
	struct rig_answer answer;
	struct post admitted;
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->bob);
	rig_follows(rig, &rig->alice, &rig->carol);
	id = say(&rig->bob, "@alice hello", 0);
	is_int(rig_notices(rig, &rig->alice, NOTICE_MENTION), 1, "before a mute all is told");
	answer = post(&rig->alice, of(&rig->bob, "/mute"), "");
	ok(rig_number(&answer, "muting") == 1 && rig_number(&answer, "muting_notifications") == 1, "somebody is muted");
	ok(json_is_null(rig_at(&answer, "muting_expires_at")) && rig_number(&answer, "following") == 1,
	   "for good, and followed all the same");
	is_int(home_of(&rig->alice), 0, "the home of who mutes has none of theirs");
	answer = get(&rig->alice, "/api/v1/timelines/public");
	is_int(rig_count(&answer, ""), 0, "nor has the public timeline");
	answer = get(&rig->alice, of(&rig->bob, "/statuses"));
	is_int(rig_count(&answer, ""), 1, "the profile has it");
	is_int(rig_notices(rig, &rig->alice, 0), 0, "what one was told of them is hidden");
	say(&rig->bob, "@alice again", 0);
	say(&rig->alice, "mine", 0);
	is_int(home_of(&rig->alice), 1, "one's own stay");
	posts_get(rig->arena, world_read(rig->world), id, &admitted);
	ok(!timeline_admits(world_read(rig->world), rig->alice.id, &admitted), "streams leave them out too");
	answer = get(&rig->alice, "/api/v1/mutes");
	ok(rig_count(&answer, "") == 1 && rig_at(&answer, "0.mute_expires_at") && rig_at(&answer, "0.acct"),
	   "the list of mutes has an account and when it ends");
	answer = get(&rig->bob, rig_line(rig, "/api/v1/accounts/relationships?id[]=%llu",
	                                 (unsigned long long)rig->alice.id));
	ok(rig_number(&answer, "0.muting") == 0 && !rig_holds(&answer, "muted_by"), "who is muted is not told");
	answer = post(&rig->alice, of(&rig->bob, "/unmute"), "");
	is_int(rig_number(&answer, "muting"), 0, "a mute can be ended");
	is_int(home_of(&rig->alice), 3, "then all is there again");
	is_int(rig_notices(rig, &rig->alice, NOTICE_MENTION), 1, "but what was not told is not told later");
	is_int(post(&rig->alice, of(&rig->bob, "/unmute"), "").status, 200, "ending it twice is no error");
	is_int(post(&rig->alice, of(&rig->alice, "/mute"), "").status, 403, "nobody mutes themselves");
	is_int(post(&rig->alice, of(&rig->bob, "/mute"), "duration=soon").status, 422, "a duration is a number");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_mute_of_a_while(void)
{
	struct rig_answer answer;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->bob);
	answer = post(&rig->alice, of(&rig->bob, "/mute"), "duration=3600&notifications=false");
	ok(rig_number(&answer, "muting") == 1 && rig_number(&answer, "muting_notifications") == 0,
	   "a mute may leave notifications alone");
	ok(rig_str(&answer, "muting_expires_at").n == 24, "and end by itself");
	say(&rig->bob, "@alice hello", 0);
	ok(home_of(&rig->alice) == 0 && rig_notices(rig, &rig->alice, NOTICE_MENTION) == 1,
	   "then a mention is told and not shown at home");
	clock_advance_for_test(2 * 3600 * SECOND_MS);
	is_int(home_of(&rig->alice), 1, "when its time has come, it has ended");
	answer = get(&rig->alice, "/api/v1/mutes");
	is_int(rig_count(&answer, ""), 0, "in the list too");
	rig_free(rig);
}

static void check_mute_by_mention(void)
{
	struct rig_answer answer;
	uint64_t mine;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->bob);
	say(&rig->bob, "I met @carol@b.example", 0);
	is_int(home_of(&rig->alice), 1, "one reads at home what others say of somebody");
	post(&rig->alice, of(&rig->carol, "/mute"), "");
	is_int(home_of(&rig->alice), 0, "but not of whom one mutes");
	mine = say(&rig->alice, "a question", 0);
	say(&rig->bob, "an answer", mine);
	post(&rig->alice, of(&rig->bob, "/mute"), "");
	answer = get(&rig->alice, status(mine, "/context"));
	is_int(rig_count(&answer, "descendants"), 0, "nor does one meet them in threads");
	rig_free(rig);
}

static void check_notes(void)
{
	struct rig_answer answer;
	char long_note[8 + 2002];

	rig = rig_new();
	answer = post(&rig->alice, of(&rig->bob, "/note"), "comment=+sits+next+door+");
	is_str(rig_str(&answer, "note"), STR("sits next door"), "a note about somebody is kept");
	answer = get(&rig->bob, rig_line(rig, "/api/v1/accounts/relationships?id[]=%llu",
	                                 (unsigned long long)rig->alice.id));
	is_str(rig_str(&answer, "0.note"), STR(""), "for oneself");
	post(&rig->alice, of(&rig->bob, "/mute"), "");
	answer = post(&rig->alice, of(&rig->bob, "/unmute"), "");
	is_str(rig_str(&answer, "note"), STR("sits next door"), "and outlives a mute");
	memcpy(long_note, "comment=", 8);
	memset(long_note + 8, 'x', 2001);
	long_note[8 + 2001] = '\0';
	is_int(post(&rig->alice, of(&rig->bob, "/note"), long_note).status, 422, "a long one is refused");
	answer = post(&rig->alice, of(&rig->bob, "/note"), "comment=");
	is_str(rig_str(&answer, "note"), STR(""), "an empty one removes it");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_hushes(void)
{
	struct rig_answer answer;
	uint64_t root, reply, other;

	rig = rig_new();
	root = say(&rig->alice, "a thread", 0);
	reply = say(&rig->bob, "@alice one", root);
	is_int(rig_notices(rig, &rig->alice, NOTICE_MENTION), 1, "an answer is told");
	answer = post(&rig->alice, status(reply, "/mute"), "");
	is_int(rig_number(&answer, "muted"), 1, "a thread is hushed by any of its posts");
	answer = get(&rig->alice, status(root, ""));
	is_int(rig_number(&answer, "muted"), 1, "which shows in all of them");
	answer = get(&rig->bob, status(root, ""));
	is_int(rig_number(&answer, "muted"), 0, "to oneself");
	say(&rig->bob, "@alice two", reply);
	post(&rig->bob, status(root, "/favourite"), "");
	is_int(rig_notices(rig, &rig->alice, 0), 1, "nothing new in it is told");
	other = say(&rig->bob, "@alice elsewhere", 0);
	is_int(rig_notices(rig, &rig->alice, NOTICE_MENTION), 2, "but what is in other threads");
	answer = post(&rig->alice, status(root, "/unmute"), "");
	is_int(rig_number(&answer, "muted"), 0, "it can be taken back");
	say(&rig->bob, "@alice three", reply);
	is_int(rig_notices(rig, &rig->alice, NOTICE_MENTION), 3, "and is told of again");
	is_int(post(&rig->alice, status(other, "/unmute"), "").status, 200, "what was not hushed can be unhushed");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void note(const char *id, const char *parent)
{
	rig_apply(rig, rig_text(rig, "{'@context':'https://www.w3.org/ns/activitystreams','id':'https://b.example/a/%s',"
	                             "'type':'Create','actor':'https://b.example/users/carol','object':{"
	                             "'id':'https://b.example/n/%s','type':'Note','attributedTo':'https://b.example/users/carol',"
	                             "'to':['https://www.w3.org/ns/activitystreams#Public'],'content':'x'%s}}", id, id, parent));
}

static void check_hushed_thread_grows(void)
{
	struct rig_answer answer;
	struct post reply;

	rig = rig_new();
	note("reply", ",'inReplyTo':'https://b.example/n/root'");
	reply = rig_find_post(rig, "https://b.example/n/reply");
	post(&rig->alice, status(reply.id, "/mute"), "");
	note("root", "");
	answer = get(&rig->alice, status(rig_find_post(rig, "https://b.example/n/root").id, ""));
	is_int(rig_number(&answer, "muted"), 1, "a hushed thread stays so when its beginning comes later");
	answer = get(&rig->alice, status(reply.id, ""));
	is_int(rig_number(&answer, "muted"), 1, "all of it");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

static void check_end_of_account(void)
{
	struct view *view;
	uint64_t id;

	rig = rig_new();
	id = say(&rig->alice, "mine", 0);
	post(&rig->bob, status(id, "/bookmark"), "");
	post(&rig->bob, status(id, "/mute"), "");
	post(&rig->bob, of(&rig->alice, "/note"), "comment=nice");
	post(&rig->alice, of(&rig->bob, "/mute"), "");
	is_int(rig_write(rig, purge, &rig->bob.id), OK, "an account that ends");
	view = world_read(rig->world);
	ok(!bookmarks_has(view, id, rig->bob.id) && !hushes_has(view, id, rig->bob.id), "takes along what it kept of posts");
	ok(!ties_mute(view, rig->alice.id, rig->bob.id), "and what others kept about it");
	is_int(findings(), 0, "and every index is true");
	rig_free(rig);
}

int main(void)
{
	check_bookmarks();
	check_hidden_bookmark();
	check_markers();
	check_mute();
	check_mute_of_a_while();
	check_mute_by_mention();
	check_notes();
	check_hushes();
	check_hushed_thread_grows();
	check_end_of_account();
	return done();
}
