/* Posting, reading, threads, editing, deleting, favouring and boosting through the client API. */
#include "node/api/statuses.h"

#include "storage/base/clock.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define STATUSES "/api/v1/statuses"

static struct rig *rig;

static struct rig_answer say(const struct account *who, const char *form)
{
	return rig_call(rig, "POST", STATUSES, who, form);
}

/* A path below a status that was answered. */
static const char *below(const struct rig_answer *status, const char *more)
{
	struct str id = rig_str(status, "id");

	return rig_line(rig, STATUSES "/%.*s%s", STR_ARG(id), more);
}

static void check_posting(void)
{
	struct rig_answer answer;

	rig = rig_new();
	answer = say(&rig->alice, "status=Hello+%3Cb%3E+%26+%23World&spoiler_text=oh&language=fr&visibility=unlisted");
	is_int(answer.status, 200, "a post is answered");
	is_str(rig_str(&answer, "visibility"), STR("unlisted"), "with its visibility");
	is_str(rig_str(&answer, "spoiler_text"), STR("oh"), "its warning");
	is_int(rig_number(&answer, "sensitive"), 1, "which makes it sensitive");
	is_str(rig_str(&answer, "language"), STR("fr"), "its language");
	is_str(rig_str(&answer, "application.name"), STR("Test"), "and the app that wrote it");
	ok(rig_holds(&answer, "&lt;b&gt; &amp;"), "what looks like HTML is text");
	is_int(say(&rig->alice, "status=").status, 422, "an empty post is refused");
	is_int(say(&rig->alice, "status=+%0A+").status, 422, "so is one of white space");
	is_int(say(&rig->alice, "status=x&visibility=secret").status, 422, "and one of an unknown visibility");
	answer = say(&rig->alice, "spoiler_text=Only+a+warning");
	ok(rig_holds(&answer, "Only a warning</p>"), "a warning alone is the text");
	is_int(say(&rig->alice, "status=x&media_ids[]=1").status, 422, "pictures are refused, not dropped");
	is_int(say(&rig->alice, "status=x&poll[options][]=a").status, 422, "a poll of one option is refused");
	is_int(say(&rig->alice, "status=x&local_only=true").status, 422, "who wants a post to stay here is not let down");
	is_int(say(&rig->alice, "status=x&federated=false").status, 422, "in the other spelling neither");
	is_int(say(&rig->alice, "status=x&local_only=false&federated=true").status, 200, "unless they do not");
	is_int(say(&rig->alice, "status=x&scheduled_at=2020-01-01T00:00:00Z").status, 422, "and posts for a time that is past");
	is_int(say(&rig->alice, "status=x&media_ids[]=").status, 200, "an empty list of pictures is none");
	is_int(say(NULL, "status=x").status, 401, "nobody posts without a token");
	is_int(say(&rig->alice, "status=x&in_reply_to_id=1").status, 404, "an answer to nothing is refused");
	is_int(say(&rig->alice, "status=x&in_reply_to_id=abc").status, 404, "and so is one to nonsense");
	is_int(say(&rig->alice, "status=x&unknown=1&foo=bar").status, 200, "unknown parameters are ignored");
	rig_free(rig);
}

static void check_length(void)
{
	char *form;

	rig = rig_new();
	form = arena_cstr(rig->arena, arena_printf(rig->arena, "status=%05000d", 0));
	is_int(say(&rig->alice, form).status, 200, "the longest post is taken");
	is_int(say(&rig->alice, rig_line(rig, "%s0", form)).status, 422, "one character more is not");
	is_int(say(&rig->alice, rig_line(rig, "%s&spoiler_text=x", form)).status, 422, "the warning counts");
	rig_free(rig);
}

static struct rig_answer say_once(const struct account *who, const char *text, const char *key)
{
	scope_set scopes = SCOPE(WRITE_STATUSES);
	struct header *headers = ARENA_ARRAY(rig->arena, struct header, 3);

	headers[0] = (struct header){ STR("Authorization"),
	                              arena_printf(rig->arena, "Bearer %.*s", STR_ARG(rig_token(rig, who, scopes))) };
	headers[1] = (struct header){ STR("Content-Type"), STR("application/json") };
	headers[2] = (struct header){ STR("Idempotency-Key"), str_of(key) };
	return rig_request(rig, "POST", STATUSES, headers, 3, rig_json(rig, rig_line(rig, "{'status':'%s'}", text)));
}

static void check_idempotency(void)
{
	struct rig_answer one, two;

	rig = rig_new();
	one = say_once(&rig->alice, "once", "key");
	two = say_once(&rig->alice, "once", "key");
	is_int(one.status, 200, "a JSON body posts, with the one scope that it takes");
	is_str(rig_str(&two, "id"), rig_str(&one, "id"), "the same key again is the same post");
	two = say_once(&rig->alice, "once", "other");
	ok(!str_eq(rig_str(&two, "id"), rig_str(&one, "id")), "another key is another post");
	two = say_once(&rig->bob, "once", "key");
	ok(!str_eq(rig_str(&two, "id"), rig_str(&one, "id")), "and so is another person");
	clock_advance_for_test(HOUR_MS + SECOND_MS);
	two = say_once(&rig->alice, "once", "key");
	ok(!str_eq(rig_str(&two, "id"), rig_str(&one, "id")), "after an hour the key is new");
	rig_free(rig);
}

/* What happens at a post that one may not see is what happens at one that is not there, to the byte. */
static void check_hidden(void)
{
	static const char *const paths[] = { "", "/context", "/history", "/source", "/favourited_by", "/reblogged_by" };
	static const char *const acts[] = { "/favourite", "/unfavourite", "/reblog", "/unreblog" };
	struct rig_answer secret, hidden, missing;
	const char *absent;

	rig = rig_new();
	secret = say(&rig->alice, "status=psst&visibility=direct");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		absent = rig_line(rig, STATUSES "/4%s", paths[i]);
		hidden = rig_call(rig, "GET", below(&secret, paths[i]), &rig->bob, NULL);
		missing = rig_call(rig, "GET", absent, &rig->bob, NULL);
		ok(hidden.status == 404 && missing.status == 404 && str_eq(hidden.body, missing.body),
		   "GET …%s of a hidden post is as of a missing one", paths[i]);
	}
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		hidden = rig_call(rig, "POST", below(&secret, acts[i]), &rig->bob, "");
		missing = rig_call(rig, "POST", rig_line(rig, STATUSES "/4%s", acts[i]), &rig->bob, "");
		ok(hidden.status == 404 && str_eq(hidden.body, missing.body), "POST …%s too", acts[i]);
	}
	hidden = rig_call(rig, "DELETE", below(&secret, ""), &rig->bob, NULL);
	ok(hidden.status == 404 && str_eq(hidden.body, missing.body), "and DELETE");
	hidden = say(&rig->bob, rig_line(rig, "status=x&in_reply_to_id=%.*s", STR_ARG(rig_str(&secret, "id"))));
	ok(hidden.status == 404 && str_eq(hidden.body, missing.body), "and answering it");
	ok(rig_call(rig, "GET", below(&secret, ""), &rig->alice, NULL).status == 200, "its author sees it");
	rig_free(rig);
}

static void check_threads(void)
{
	struct rig_answer root, one, two, under, context;

	rig = rig_new();
	root = say(&rig->alice, "status=root");
	one = say(&rig->bob, rig_line(rig, "status=one&in_reply_to_id=%.*s", STR_ARG(rig_str(&root, "id"))));
	two = say(&rig->alice, rig_line(rig, "status=two&in_reply_to_id=%.*s", STR_ARG(rig_str(&root, "id"))));
	under = say(&rig->alice, rig_line(rig, "status=under&in_reply_to_id=%.*s", STR_ARG(rig_str(&one, "id"))));
	say(&rig->alice, rig_line(rig, "status=quiet&visibility=direct&in_reply_to_id=%.*s", STR_ARG(rig_str(&two, "id"))));
	is_str(rig_str(&one, "in_reply_to_id"), rig_str(&root, "id"), "an answer names its parent");
	context = rig_call(rig, "GET", below(&root, "/context"), &rig->bob, NULL);
	is_int(rig_count(&context, "ancestors"), 0, "nothing stands above the root");
	is_int(rig_count(&context, "descendants"), 3, "below it what one may see");
	is_str(rig_str(&context, "descendants.1.id"), rig_str(&under, "id"), "parents before children, depth first");
	context = rig_call(rig, "GET", below(&root, "/context"), &rig->alice, NULL);
	is_int(rig_count(&context, "descendants"), 4, "the author of the quiet one sees it too");
	context = rig_call(rig, "GET", below(&under, "/context"), &rig->bob, NULL);
	is_str(rig_str(&context, "ancestors.0.id"), rig_str(&root, "id"), "above an answer the oldest comes first");
	is_str(rig_str(&context, "ancestors.1.id"), rig_str(&one, "id"), "and the parent last");
	rig_free(rig);
}

static void check_editing(void)
{
	struct rig_answer status, answer;

	rig = rig_new();
	status = say(&rig->alice, "status=first+%40bob");
	clock_advance_for_test(MINUTE_MS);
	answer = rig_call(rig, "PUT", below(&status, ""), &rig->alice, "status=second&spoiler_text=careful");
	is_int(answer.status, 200, "one's own post can be edited");
	is_str(rig_str(&answer, "id"), rig_str(&status, "id"), "it stays the same post");
	is_str(rig_str(&answer, "created_at"), rig_str(&status, "created_at"), "as old as it was");
	ok(rig_str(&answer, "edited_at").n, "and says that it was edited");
	is_str(rig_str(&answer, "spoiler_text"), STR("careful"), "with the new warning");
	is_int(rig_count(&answer, "mentions"), 0, "who is not named any more is not mentioned");
	answer = rig_call(rig, "GET", below(&status, "/source"), &rig->alice, NULL);
	is_str(rig_str(&answer, "text"), STR("second"), "its source is what was typed");
	answer = rig_call(rig, "GET", below(&status, "/history"), &rig->bob, NULL);
	is_int(rig_count(&answer, ""), 2, "its history has both texts");
	ok(str_find(rig_str(&answer, "0.content"), STR("first")) != SIZE_MAX, "the original first");
	is_str(rig_str(&answer, "0.account.acct"), STR("alice"), "with its author");
	is_int(rig_call(rig, "PUT", below(&status, ""), &rig->bob, "status=mine").status, 404, "others edit nothing");
	is_int(rig_call(rig, "PUT", below(&status, ""), &rig->alice, "status=").status, 422, "nor does it become empty");
	answer = rig_call(rig, "GET", below(&status, ""), &rig->bob, NULL);
	ok(rig_holds(&answer, "second"), "after all that the text stands");
	rig_free(rig);
}

static void check_deleting(void)
{
	struct rig_answer status, boost, answer;

	rig = rig_new();
	status = say(&rig->alice, "status=gone+*soon*");
	boost = rig_call(rig, "POST", below(&status, "/reblog"), &rig->bob, "");
	is_int(rig_call(rig, "DELETE", below(&status, ""), &rig->bob, NULL).status, 404, "others delete nothing");
	answer = rig_call(rig, "DELETE", below(&status, ""), &rig->alice, NULL);
	is_int(answer.status, 200, "one's own post can be deleted");
	is_str(rig_str(&answer, "text"), STR("gone *soon*"), "and gives its text back");
	is_str(rig_str(&answer, "id"), rig_str(&status, "id"), "as the status it was");
	is_int(rig_call(rig, "GET", below(&status, ""), &rig->alice, NULL).status, 404, "then it is gone");
	is_int(rig_call(rig, "GET", below(&boost, ""), &rig->bob, NULL).status, 404, "and its boost with it");
	is_int(rig_call(rig, "DELETE", below(&status, ""), &rig->alice, NULL).status, 404, "once");
	rig_free(rig);
}

static void check_reactions(void)
{
	struct rig_answer status, boost, answer;

	rig = rig_new();
	status = say(&rig->alice, "status=like+me");
	rig_call(rig, "POST", below(&status, "/favourite"), &rig->bob, "");
	answer = rig_call(rig, "POST", below(&status, "/favourite"), &rig->bob, "");
	is_int(answer.status, 200, "favouring twice is no error");
	is_int(rig_number(&answer, "favourites_count"), 1, "and counts once");
	is_int(rig_number(&answer, "favourited"), 1, "who did it sees it");
	answer = rig_call(rig, "GET", below(&status, ""), &rig->alice, NULL);
	is_int(rig_number(&answer, "favourited"), 0, "others do not");
	answer = rig_call(rig, "GET", below(&status, "/favourited_by"), &rig->alice, NULL);
	is_str(rig_str(&answer, "0.acct"), STR("bob"), "the list names who");
	boost = rig_call(rig, "POST", below(&status, "/reblog"), &rig->bob, "");
	answer = rig_call(rig, "POST", below(&status, "/reblog"), &rig->bob, "");
	is_str(rig_str(&answer, "id"), rig_str(&boost, "id"), "a second boost is the first");
	answer = rig_call(rig, "POST", below(&boost, "/favourite"), &rig->alice, "");
	is_str(rig_str(&answer, "id"), rig_str(&status, "id"), "what is done to a boost is done to the post");
	answer = rig_call(rig, "GET", below(&status, "/reblogged_by"), &rig->alice, NULL);
	is_int(rig_count(&answer, ""), 1, "who boosted is listed");
	answer = rig_call(rig, "POST", below(&status, "/unreblog"), &rig->bob, "");
	is_int(rig_number(&answer, "reblogged"), 0, "a boost can be taken back");
	is_int(rig_number(&answer, "reblogs_count"), 0, "and counts no more");
	is_int(rig_call(rig, "POST", below(&status, "/unreblog"), &rig->bob, "").status, 200, "twice is no error");
	is_int(rig_call(rig, "POST", below(&status, "/unfavourite"), &rig->bob, "").status, 200, "a favourite too");
	status = say(&rig->alice, "status=quiet+%40bob&visibility=private");
	is_int(rig_call(rig, "POST", below(&status, "/reblog"), &rig->bob, "").status, 403,
	       "a followers-only post is nobody else's to boost");
	rig_free(rig);
}

/* A mention of somebody nobody knows yet is fetched before the post is written. */
#define SOUP "%F0%9F%8D%B2"

/* A path below a status in Pleroma's corner of the API. */
static const char *pleroma(const struct rig_answer *status, const char *more)
{
	struct str id = rig_str(status, "id");

	return rig_line(rig, "/api/v1/pleroma/statuses/%.*s/reactions%s", STR_ARG(id), more);
}

static void check_emoji_reactions(void)
{
	struct rig_answer post, answer;

	rig = rig_new();
	post = say(&rig->alice, "status=soup");
	is_int(rig_count(&post, "pleroma.emoji_reactions"), 0, "a new post has no reactions");
	answer = rig_call(rig, "PUT", pleroma(&post, "/" SOUP), &rig->bob, "");
	is_int(answer.status, 200, "a reaction is answered");
	is_str(rig_str(&answer, "id"), rig_str(&post, "id"), "with the status");
	is_str(rig_str(&answer, "pleroma.emoji_reactions.0.name"), STR("\xf0\x9f\x8d\xb2"), "that has it");
	is_int(rig_number(&answer, "pleroma.emoji_reactions.0.count"), 1, "once");
	is_int(rig_number(&answer, "emoji_reactions.0.count"), 1, "where clients of Mastodon's kind look for it too");
	is_int(rig_number(&answer, "pleroma.emoji_reactions.0.me"), 1, "from the one who asks");
	is_int(rig_call(rig, "PUT", pleroma(&post, "/" SOUP), &rig->bob, "").status, 200, "it may be repeated");
	answer = rig_call(rig, "GET", below(&post, ""), &rig->alice, NULL);
	is_int(rig_number(&answer, "pleroma.emoji_reactions.0.count"), 1, "without counting twice");
	is_int(rig_number(&answer, "pleroma.emoji_reactions.0.me"), 0, "and is not the author's");
	answer = rig_call(rig, "GET", "/api/v1/notifications", &rig->alice, NULL);
	is_str(rig_str(&answer, "0.type"), STR("pleroma:emoji_reaction"), "who is told");
	is_str(rig_str(&answer, "0.emoji"), STR("\xf0\x9f\x8d\xb2"), "with which emoji");
	rig_call(rig, "PUT", pleroma(&post, "/%E2%98%95"), &rig->alice, "");
	answer = rig_call(rig, "GET", pleroma(&post, ""), &rig->alice, NULL);
	is_int(rig_count(&answer, ""), 2, "reactions are listed");
	is_str(rig_str(&answer, "0.accounts.0.acct"), STR("bob"), "with who gave them");
	answer = rig_call(rig, "GET", pleroma(&post, "/%E2%98%95"), &rig->alice, NULL);
	ok(rig_count(&answer, "") == 1 && str_eq(rig_str(&answer, "0.accounts.0.acct"), STR("alice")), "or those of one kind");
	answer = rig_call(rig, "DELETE", pleroma(&post, "/" SOUP), &rig->bob, NULL);
	is_int(answer.status, 200, "one is taken back");
	is_int(rig_count(&answer, "pleroma.emoji_reactions"), 1, "and is gone");
	is_int(rig_call(rig, "PUT", pleroma(&post, "/abc"), &rig->bob, "").status, 422, "letters are no reaction");
	post = say(&rig->alice, "status=psst&visibility=direct");
	is_int(rig_call(rig, "PUT", pleroma(&post, "/" SOUP), &rig->bob, "").status, 404, "a hidden post is as a missing one");
	is_int(rig_call(rig, "GET", pleroma(&post, ""), &rig->bob, NULL).status, 404, "to whoever asks");
	rig_free(rig);
}

static void check_unknown_mention(void)
{
	struct rig_answer answer;

	rig = rig_new();
	rig_serve_actor(rig, "https://b.example/users/dave", "Person", "dave");
	answer = say(&rig->alice, "status=hello+%40dave%40b.example+and+%40eve%40evil.example");
	is_int(answer.status, 200, "a post with unknown mentions is taken");
	is_int(rig_count(&answer, "mentions"), 1, "who lives at a peer was found");
	is_str(rig_str(&answer, "mentions.0.acct"), STR("dave@b.example"), "by handle");
	rig_free(rig);
	rig = rig_new();
	answer = say(&rig->alice, "status=hello+%40nobody%40b.example+%40eve%40evil.example");
	is_int(rig_count(&answer, "mentions"), 0, "who cannot be found stays plain text");
	rig_free(rig);
}

int main(void)
{
	check_posting();
	check_length();
	check_idempotency();
	check_hidden();
	check_threads();
	check_editing();
	check_deleting();
	check_reactions();
	check_emoji_reactions();
	check_unknown_mention();
	return done();
}
