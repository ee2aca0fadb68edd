/* People through the client API: reading, following, requests, one's own profile. */
#include "node/api/accounts.h"

#include "node/api/profile.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define ACCOUNTS "/api/v1/accounts"

static struct rig *rig;

static const char *of(const struct account *account, const char *more)
{
	return rig_line(rig, ACCOUNTS "/%llu%s", (unsigned long long)account->id, more);
}

static struct rig_answer get(const struct account *who, const char *target)
{
	return rig_call(rig, "GET", target, who, NULL);
}

static struct rig_answer post(const struct account *who, const char *target)
{
	return rig_call(rig, "POST", target, who, "");
}

static void check_reading(void)
{
	static const char *const names[] = { "alice", "@alice", "ALICE", "alice@a.example", "carol@b.example" };
	static const char *const nobody[] = { "0", "4", "99999999999999999999", "abc", "-1" };
	struct rig_answer answer;

	rig = rig_new();
	answer = get(&rig->bob, of(&rig->carol, ""));
	is_str(rig_str(&answer, "acct"), STR("carol@b.example"), "somebody of a peer has their handle");
	for (size_t i = 0; i < 5; i++) {
		answer = get(&rig->bob, rig_line(rig, ACCOUNTS "/lookup?acct=%s", names[i]));
		ok(answer.status == 200, "%s is found", names[i]);
	}
	is_int(get(&rig->bob, ACCOUNTS "/lookup?acct=nobody").status, 404, "nobody is not");
	is_int(get(&rig->bob, ACCOUNTS "/lookup").status, 404, "nor is no name");
	for (size_t i = 0; i < 5; i++) {
		ok(get(&rig->bob, rig_line(rig, ACCOUNTS "/%s", nobody[i])).status == 404, "%s is no account", nobody[i]);
		ok(get(&rig->bob, rig_line(rig, ACCOUNTS "/%s/statuses", nobody[i])).status == 404, "%s has no posts", nobody[i]);
	}
	is_int(get(NULL, of(&rig->alice, "")).status, 401, "without a token there is no profile");
	rig_free(rig);
}

static void check_following(void)
{
	struct rig_answer answer;
	const char *both;

	rig = rig_new();
	answer = post(&rig->alice, of(&rig->bob, "/follow"));
	is_int(rig_number(&answer, "following"), 1, "who is not locked is followed at once");
	answer = post(&rig->alice, of(&rig->bob, "/follow"));
	is_int(answer.status, 200, "following twice is no error");
	answer = rig_call(rig, "POST", of(&rig->bob, "/follow"), &rig->alice, "reblogs=false&notify=true");
	is_int(rig_number(&answer, "showing_reblogs"), 0, "what one wants to see can be changed");
	answer = post(&rig->alice, of(&rig->bob, "/follow"));
	is_int(rig_number(&answer, "notifying"), 1, "and what is not said stays");
	answer = get(&rig->alice, of(&rig->bob, ""));
	is_int(rig_number(&answer, "followers_count"), 1, "the follow counts once");
	answer = get(&rig->bob, of(&rig->bob, "/followers"));
	is_str(rig_str(&answer, "0.acct"), STR("alice"), "and is in the list of followers");
	answer = get(&rig->bob, of(&rig->alice, "/following"));
	is_str(rig_str(&answer, "0.acct"), STR("bob"), "and of the followed");
	both = rig_line(rig, ACCOUNTS "/relationships?id[]=%llu&id[]=999&id[]=%llu", (unsigned long long)rig->alice.id,
	                (unsigned long long)rig->carol.id);
	answer = get(&rig->bob, both);
	is_int(rig_count(&answer, ""), 2, "every account that was asked for and exists answers");
	is_int(rig_number(&answer, "0.followed_by"), 1, "in the order asked");
	answer = post(&rig->alice, of(&rig->bob, "/unfollow"));
	is_int(rig_number(&answer, "following"), 0, "a follow can be ended");
	is_int(post(&rig->alice, of(&rig->bob, "/unfollow")).status, 200, "twice");
	is_int(post(&rig->alice, of(&rig->alice, "/follow")).status, 403, "nobody follows themselves");
	answer = post(&rig->alice, of(&rig->carol, "/follow"));
	is_int(rig_number(&answer, "requested"), 1, "somebody elsewhere is asked");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "by a delivery");
	rig_free(rig);
}

static void check_requests(void)
{
	struct rig_answer answer;
	const char *accept, *reject;

	rig = rig_new();
	rig_call(rig, "PATCH", ACCOUNTS "/update_credentials", &rig->bob, "locked=true");
	accept = rig_line(rig, "/api/v1/follow_requests/%llu/authorize", (unsigned long long)rig->alice.id);
	reject = rig_line(rig, "/api/v1/follow_requests/%llu/reject", (unsigned long long)rig->alice.id);
	answer = post(&rig->alice, of(&rig->bob, "/follow"));
	is_int(rig_number(&answer, "requested"), 1, "who is locked is asked");
	answer = get(&rig->bob, "/api/v1/follow_requests");
	is_str(rig_str(&answer, "0.acct"), STR("alice"), "sees who asks");
	answer = get(&rig->bob, ACCOUNTS "/verify_credentials");
	is_int(rig_number(&answer, "source.follow_requests_count"), 1, "and how many");
	answer = post(&rig->bob, reject);
	is_int(rig_number(&answer, "requested_by"), 0, "can refuse");
	is_int(post(&rig->bob, reject).status, 404, "once");
	post(&rig->alice, of(&rig->bob, "/follow"));
	answer = post(&rig->bob, accept);
	is_int(rig_number(&answer, "followed_by"), 1, "or accept");
	is_int(post(&rig->bob, accept).status, 404, "once");
	is_int(post(&rig->bob, reject).status, 404, "and what was accepted is not refused any more");
	answer = post(&rig->bob, of(&rig->alice, "/remove_from_followers"));
	is_int(rig_number(&answer, "followed_by"), 0, "but a follower can be removed");
	rig_free(rig);
}

static void check_circles(void)
{
	struct rig_answer answer, next;
	struct str link;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->bob);
	rig_follows(rig, &rig->carol, &rig->bob);
	answer = get(&rig->alice, of(&rig->bob, "/followers?limit=1"));
	is_int(rig_count(&answer, ""), 1, "followers come in pages");
	link = rig_header(&answer, "Link");
	ok(str_starts(link, STR("<https://a.example/api/v1/accounts/")) && str_find(link, STR("rel=\"next\"")) != SIZE_MAX,
	   "that lead on by an absolute link");
	link = str_sub(link, strlen("<https://a.example"), str_find_char(link, '>') - strlen("<https://a.example"));
	next = get(&rig->alice, arena_cstr(rig->arena, link));
	is_int(rig_count(&next, ""), 1, "to the next page");
	ok(!str_eq(rig_str(&next, "0.id"), rig_str(&answer, "0.id")), "of others");
	ok(!rig_header(&next, "Link").n, "which is the last");
	rig_call(rig, "PATCH", ACCOUNTS "/update_credentials", &rig->bob, "hide_collections=true");
	answer = get(&rig->alice, of(&rig->bob, "/followers"));
	is_int(rig_count(&answer, ""), 0, "who hides their circle shows it to nobody");
	answer = get(&rig->bob, of(&rig->bob, "/followers"));
	is_int(rig_count(&answer, ""), 2, "but themselves");
	rig_free(rig);
}

static struct rig_answer change(const struct account *who, const char *form)
{
	return rig_call(rig, "PATCH", ACCOUNTS "/update_credentials", who, form);
}

static void check_profile(void)
{
	struct rig_answer answer;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	answer = change(&rig->alice, "display_name=+%C3%89l%C3%A9onore+%3Cb%3E+&note=One%0Atwo+%3Cscript%3E&bot=true"
	                             "&fields_attributes[0][name]=Dept&fields_attributes[0][value]=R%26D"
	                             "&fields_attributes[1][name]=Site&fields_attributes[1][value]=https://x.example/"
	                             "&fields_attributes[2][name]=&fields_attributes[2][value]="
	                             "&source[privacy]=unlisted&source[language]=fr&source[sensitive]=1");
	is_int(answer.status, 200, "a profile can be changed");
	is_str(rig_str(&answer, "display_name"), STR("Éléonore <b>"), "names are text");
	is_str(rig_str(&answer, "source.note"), STR("One\ntwo <script>"), "the note is kept as typed");
	ok(str_find(rig_str(&answer, "note"), STR("<script")) == SIZE_MAX, "and shown as HTML of ours");
	is_int(rig_number(&answer, "bot"), 1, "switches switch");
	is_int(rig_count(&answer, "fields"), 2, "empty fields fall out");
	is_str(rig_str(&answer, "source.fields.0.value"), STR("R&D"), "values are kept as typed");
	is_str(rig_str(&answer, "fields.0.value"), STR("R&amp;D"), "and shown as HTML");
	ok(str_find(rig_str(&answer, "fields.1.value"), STR("href=\"https://x.example/\"")) != SIZE_MAX,
	   "with links");
	is_str(rig_str(&answer, "source.privacy"), STR("unlisted"), "defaults are kept too");
	rig_jobs(rig);
	ok(str_find(rig_outgoing(rig), STR("Éléonore")) != SIZE_MAX, "followers elsewhere are told");
	answer = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=x");
	is_str(rig_str(&answer, "visibility"), STR("unlisted"), "posts follow the defaults");
	is_str(rig_str(&answer, "language"), STR("fr"), "of language");
	is_int(rig_number(&answer, "sensitive"), 1, "and of sensitivity");
	answer = change(&rig->alice, "locked=1");
	is_int(rig_number(&answer, "bot"), 1, "what is not named stays");
	is_int(rig_count(&answer, "fields"), 2, "fields too");
	answer = change(&rig->alice, "display_name=&note=");
	is_str(rig_str(&answer, "display_name"), STR(""), "an empty text clears");
	answer = get(&rig->alice, "/api/v1/preferences");
	is_str(rig_str(&answer, "posting:default:visibility"), STR("unlisted"), "preferences tell the defaults");
	rig_free(rig);
}

static void check_profile_limits(void)
{
	const char *fields = "", *more;

	rig = rig_new();
	more = arena_cstr(rig->arena, arena_printf(rig->arena, "%02001d", 0));
	is_int(change(&rig->alice, rig_line(rig, "note=%s", more)).status, 422, "a note has a limit");
	is_int(change(&rig->alice, rig_line(rig, "display_name=%.101s", more)).status, 422, "so has a name");
	for (int i = 0; i < 9; i++)
		fields = rig_line(rig, "%s&fields_attributes[%d][name]=a&fields_attributes[%d][value]=b", fields, i, i);
	is_int(change(&rig->alice, fields).status, 422, "and the number of fields");
	is_int(change(&rig->alice, "source[privacy]=direct").status, 422, "direct is no default");
	is_int(change(&rig->alice, "avatar=data").status, 503, "where no files are kept, pictures are refused and not dropped");
	is_int(change(&rig->alice, "").status, 200, "to change nothing is allowed");
	rig_free(rig);
}

int main(void)
{
	check_reading();
	check_following();
	check_requests();
	check_circles();
	check_profile();
	check_profile_limits();
	return done();
}
