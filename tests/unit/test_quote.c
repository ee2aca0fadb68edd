/* Quotes of foreign posts: what proves them, and how they are shown. */
#include "federation/quote.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/maintain.h"
#include "storage/posts.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define STAMP "https://b.example/stamps/1"

static struct rig *rig;

/* A post of Carol's that quotes `quoted`; its id once it is here. */
static uint64_t quotes(const char *number, const char *quoted, const char *more)
{
	rig_apply(rig, rig_text(rig,
	                        "{" AS "'id':'https://b.example/a/%s','type':'Create','actor':'" CAROL "','object':{"
	                        "'id':'https://b.example/notes/%s','type':'Note','attributedTo':'" CAROL "','content':'q',"
	                        "'to':['" PUBLIC "'],'quote':'%s'%s}}",
	                        number, number, quoted, more));
	return rig_find_post(rig, rig_text(rig, "https://b.example/notes/%s", number)).id;
}

/* What the post quotes after the job that looks. */
static uint64_t proved(uint64_t post_id)
{
	struct job job = { .kind = STR("quote"), .subject = post_id };
	struct post post = { .id = 0 };

	if (quote_job(&rig->federation, rig->arena, rig->world->store, NULL, &job))
		return UINT64_MAX;
	posts_get(rig->arena, world_read(rig->world), post_id, &post);
	return post.quote_id;
}

static const char *stamp(const char *author, const char *quoting, const char *quoted)
{
	return rig_text(rig,
	                "{" AS "'id':'" STAMP "','type':'QuoteAuthorization','attributedTo':'%s','interactingObject':'%s',"
	                "'interactionTarget':'%s'}",
	                author, quoting, quoted);
}

static bool is_stamped(const char *json)
{
	json_t *document;

	return json_parse(rig->arena, rig_json(rig, json), &document) == OK &&
	       quote_is_stamped(rig->arena, document, STR(STAMP), STR(DAVE), STR("https://c.example/q"),
	                        STR("https://b.example/notes/d"));
}

static void check_stamps(void)
{
	rig = rig_new();
	ok(is_stamped(stamp(DAVE, "https://c.example/q", "https://b.example/notes/d")), "a stamp with the right names holds");
	ok(!is_stamped(stamp(CAROL, "https://c.example/q", "https://b.example/notes/d")), "one of another author does not");
	ok(!is_stamped(stamp(DAVE, "https://c.example/x", "https://b.example/notes/d")), "nor one for another quote");
	ok(!is_stamped(stamp(DAVE, "https://c.example/q", "https://b.example/notes/x")), "nor one for another post");
	ok(!is_stamped("{'id':'" STAMP "','type':'Note'}"), "a note is none");
	rig_free(rig);
}

static void check_foreign(void)
{
	uint64_t id, daves;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_serve(rig, "https://b.example/notes/d", 200, NULL,
	          "{" AS "'id':'https://b.example/notes/d','type':'Note','attributedTo':'" DAVE "','content':'said',"
	          "'to':['" PUBLIC "']}");
	id = quotes("1", "https://b.example/notes/d", "");
	is_int(proved(id), 0, "what nobody allowed is not shown as a quote");
	daves = rig_find_post(rig, "https://b.example/notes/d").id;
	ok(daves != 0, "though the post is fetched");
	rig_serve(rig, STAMP, 200, NULL, stamp(DAVE, "https://b.example/notes/x", "https://b.example/notes/d"));
	id = quotes("2", "https://b.example/notes/d", ",'quoteAuthorization':'" STAMP "'");
	is_int(proved(id), 0, "nor what was allowed to another post");
	rig_serve(rig, STAMP, 200, NULL, stamp(DAVE, "https://b.example/notes/3", "https://b.example/notes/d"));
	id = quotes("3", "https://b.example/notes/d", ",'quoteAuthorization':'" STAMP "'");
	is_int(proved(id), daves, "what its author stamped is");
	is_int(proved(quotes("4", "https://b.example/notes/1", "")), rig_find_post(rig, "https://b.example/notes/1").id,
	       "one's own posts need no stamp");
	is_int(proved(quotes("5", "https://evil.example/n", "")), 0, "what is on no listed origin is not fetched");
	rig_apply(rig, "{" AS "'id':'https://b.example/a/u','type':'Update','actor':'" CAROL "','object':{"
	               "'id':'https://b.example/notes/3','type':'Note','attributedTo':'" CAROL "','content':'q',"
	               "'to':['" PUBLIC "'],'quote':'https://b.example/notes/d'}}");
	is_int(proved(id), 0, "when the stamp is taken back the quote ends");
	rig_free(rig);
}

static void check_ours(void)
{
	struct rig_answer answer;
	struct str uri, result;
	uint64_t ours, id;
	size_t at;

	rig = rig_new();
	rig_follows(rig, &rig->bob, &rig->carol);
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Ours", 0, &ours);
	rig_apply(rig, rig_text(rig,
	                        "{" AS "'id':'https://b.example/a/r','type':'QuoteRequest','actor':'" CAROL "','object':'%.*s',"
	                        "'instrument':'https://b.example/notes/1'}",
	                        STR_ARG(uri)));
	rig_jobs(rig);
	result = rig_outgoing(rig);
	at = str_find(result, STR("\"result\":\""));
	ok(at != SIZE_MAX, "who asks for a post of ours gets a stamp");
	result = str_sub(result, at + 10, SIZE_MAX);
	result = str_sub(result, 0, str_find_char(result, '"'));
	is_int(proved(quotes("2", rig_text(rig, "%.*s", STR_ARG(uri)),
	                     rig_text(rig, ",'quoteAuthorization':'%.*s'", STR_ARG(result)))),
	       0, "another post cannot use it");
	id = quotes("1", rig_text(rig, "%.*s", STR_ARG(uri)),
	            rig_text(rig, ",'quoteAuthorization':'%.*s'", STR_ARG(result)));
	is_int(proved(id), ours, "with it the post quotes ours");
	answer = rig_call(rig, "GET", rig_line(rig, "/api/v1/statuses/%llu", (unsigned long long)id), &rig->bob, NULL);
	is_str(rig_str(&answer, "quote.state"), STR("accepted"), "the client is shown that");
	ok(rig_holds(&answer, "Ours") && rig_str(&answer, "quote.quoted_status.id").n, "with the quoted status inside");
	ok(json_is_null(rig_at(&answer, "quote.quoted_status.quote")), "which quotes nothing");
	answer = rig_call(rig, "POST", rig_line(rig, "/api/v1/statuses/%llu/reblog", (unsigned long long)id), &rig->bob, "");
	is_str(rig_str(&answer, "quote.quoted_status.id"), rig_str(&answer, "reblog.quote.quoted_status.id"),
	       "a boost shows it, too");
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%llu", (unsigned long long)ours), &rig->alice, NULL);
	answer = rig_call(rig, "GET", rig_line(rig, "/api/v1/statuses/%llu", (unsigned long long)id), &rig->bob, NULL);
	is_str(rig_str(&answer, "quote.state"), STR("deleted"), "when ours is gone, so is what it shows");
	ok(json_is_null(rig_at(&answer, "quote.quoted_status")), "in the quote");
	rig_free(rig);
}

/* quotes of our own */

static struct rig_answer say(const struct account *who, const char *form)
{
	return rig_call(rig, "POST", "/api/v1/statuses", who, form);
}

static struct rig_answer show(const struct account *who, struct str id, const char *below)
{
	return rig_call(rig, "GET", rig_line(rig, "/api/v1/statuses/%.*s%s", STR_ARG(id), below), who, NULL);
}

static struct rig_answer quoting(const struct account *who, const char *text, struct str quoted_id)
{
	return say(who, rig_line(rig, "status=%s&quoted_status_id=%.*s", text, STR_ARG(quoted_id)));
}

static bool sends(const char *text)
{
	return str_find(rig_outgoing(rig), str_of(text)) != SIZE_MAX;
}

static void print_finding(void *context, const char *sentence)
{
	(void)context;
	printf("# %s\n", sentence);
}

static uint64_t findings(void)
{
	uint64_t count = 0;

	return maintain_check(world_read(rig->world), print_finding, NULL, &count) ? UINT64_MAX : count;
}

/* Runs the jobs "quote" that wait. */
static size_t run_quote_jobs(void)
{
	struct job *jobs = NULL;
	size_t count = 0, ran = 0;

	jobs_page(rig->arena, world_read(rig->world), 100, &jobs, &count);
	for (size_t i = 0; i < count; i++) {
		if (!str_eq(jobs[i].kind, STR("quote")))
			continue;
		jobs_finish(world_write(rig->world), &jobs[i]);
		world_commit(rig->world);
		quote_job(&rig->federation, rig->arena, rig->world->store, NULL, &jobs[i]);
		ran++;
	}
	return ran;
}

static int64_t quote_job_due_ms(void)
{
	struct job *jobs = NULL;
	size_t count = 0;

	jobs_page(rig->arena, world_read(rig->world), 100, &jobs, &count);
	for (size_t i = 0; i < count; i++)
		if (str_eq(jobs[i].kind, STR("quote")))
			return jobs[i].due_ms;
	return 0;
}

static void check_among_us(void)
{
	struct rig_answer first, second, own, answer;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->bob);
	first = say(&rig->alice, "status=Said");
	is_str(rig_str(&first, "quote_approval.automatic.0"), STR("public"), "what is public everybody may quote");
	second = quoting(&rig->bob, "Look", rig_str(&first, "id"));
	is_int(second.status, 200, "so another does");
	is_str(rig_str(&second, "quote.state"), STR("accepted"), "which stands at once");
	is_str(rig_str(&second, "quote.quoted_status.id"), rig_str(&first, "id"), "with the quoted status");
	ok(rig_holds(&second, "quote-inline") && rig_holds(&second, "RE: "), "and a link for those who know no quotes");
	answer = show(&rig->alice, rig_str(&first, "id"), "");
	is_int(rig_number(&answer, "quotes_count"), 1, "it is counted");
	answer = show(&rig->alice, rig_str(&first, "id"), "/quotes");
	is_str(rig_str(&answer, "0.id"), rig_str(&second, "id"), "and listed");
	is_int((long long)rig_notices(rig, &rig->alice, NOTICE_QUOTE), 1, "who is quoted is told");
	rig_jobs(rig);
	ok(sends("\"quoteAuthorization\":\"") && sends("\"_misskey_quote\"") && sends("\"quoteUri\"") && sends("\"quote\":"),
	   "to peers it goes under all names, with its stamp");
	own = quoting(&rig->alice, "Again", rig_str(&first, "id"));
	is_str(rig_str(&own, "quote.state"), STR("accepted"), "one quotes oneself");
	is_int((long long)rig_notices(rig, &rig->alice, NOTICE_QUOTE), 1, "without being told");
	is_int((long long)findings(), 0, "every index is true");
	rig_call(rig, "POST", rig_line(rig, "/api/v1/accounts/%llu/block", (unsigned long long)rig->alice.id), &rig->bob, "");
	answer = show(&rig->bob, rig_str(&second, "id"), "");
	is_str(rig_str(&answer, "quote.state"), STR("blocked_account"), "whom one blocks one does not read in a quote either");
	rig_call(rig, "POST", rig_line(rig, "/api/v1/accounts/%llu/unblock", (unsigned long long)rig->alice.id), &rig->bob, "");
	answer = rig_call(rig, "PUT", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&second, "id"))), &rig->bob,
	                  "status=Listen");
	ok(rig_holds(&answer, "quote-inline") && str_eq(rig_str(&answer, "quote.state"), STR("accepted")),
	   "an edit leaves the quote as it is");
	answer = rig_call(rig, "PUT", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&second, "id"))), &rig->bob,
	                  "status=Listen&quoted_status_id=77");
	is_int(answer.status, 422, "and cannot change what is quoted");
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&second, "id"))), &rig->bob, NULL);
	answer = show(&rig->alice, rig_str(&first, "id"), "");
	is_int(rig_number(&answer, "quotes_count"), 1, "a quote that is gone counts no more");
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&first, "id"))), &rig->alice, NULL);
	is_int((long long)findings(), 0, "nor does one of what is gone");
	rig_free(rig);
}

static void check_refused(void)
{
	struct rig_answer limited, direct, policy, answer;

	rig = rig_new();
	rig_follows(rig, &rig->bob, &rig->alice);
	limited = say(&rig->alice, "status=Limited&visibility=private");
	direct = say(&rig->alice, "status=Direct+%40bob&visibility=direct");
	answer = quoting(&rig->bob, "x", rig_str(&limited, "id"));
	is_int(answer.status, 422, "what is for followers nobody else quotes");
	is_str(rig_str(&answer, "error"), STR("quote_denied"), "which has a code");
	is_int(quoting(&rig->bob, "x", rig_str(&direct, "id")).status, 422, "nor what is direct");
	answer = say(&rig->alice, rig_line(rig, "status=x&visibility=public&quoted_status_id=%.*s",
	                                   STR_ARG(rig_str(&limited, "id"))));
	is_str(rig_str(&answer, "visibility"), STR("private"), "their author does, and shows it to nobody new");
	answer = say(&rig->alice, rig_line(rig, "status=x&quoted_status_id=%.*s", STR_ARG(rig_str(&direct, "id"))));
	is_str(rig_str(&answer, "visibility"), STR("direct"), "of both kinds");
	is_int(say(&rig->bob, "status=x&quoted_status_id=4").status, 404, "what is not there is not quoted");
	policy = say(&rig->alice, "status=Mine&quote_approval_policy=nobody");
	is_int(quoting(&rig->bob, "x", rig_str(&policy, "id")).status, 422, "an author may keep a post to himself");
	answer = show(&rig->bob, rig_str(&policy, "id"), "");
	is_str(rig_str(&answer, "quote_approval.current_user"), STR("denied"), "as it says");
	answer = rig_call(rig, "PUT", rig_line(rig, "/api/v1/statuses/%.*s/interaction_policy", STR_ARG(rig_str(&policy, "id"))),
	                  &rig->alice, "quote_approval_policy=followers");
	is_str(rig_str(&answer, "quote_approval.automatic.0"), STR("followers"), "or open it later, to followers");
	is_int(quoting(&rig->bob, "x", rig_str(&policy, "id")).status, 200, "who then quote it");
	is_int(say(&rig->bob, "status=x&quote_approval_policy=some").status, 422, "other policies there are none");
	is_int((long long)findings(), 0, "every index is true");
	rig_free(rig);
}

/* A post of Carol's that alice follows, and alice's quote of it. */
static struct rig_answer quote_carol(const char *policy, struct str *ret_carols_id)
{
	struct post carols;

	rig_follows(rig, &rig->alice, &rig->carol);
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_apply(rig, rig_text(rig,
	                        "{" AS "'id':'https://b.example/a/c','type':'Create','actor':'" CAROL "','object':{"
	                        "'id':'https://b.example/notes/c','type':'Note','attributedTo':'" CAROL "','content':'said',"
	                        "'to':['" PUBLIC "']%s}}", policy));
	carols = rig_find_post(rig, "https://b.example/notes/c");
	*ret_carols_id = arena_printf(rig->arena, "%llu", (unsigned long long)carols.id);
	return quoting(&rig->alice, "Look", *ret_carols_id);
}

static const char *answer_to(struct str ours, const char *number, const char *type, const char *result)
{
	return rig_text(rig,
	                "{" AS "'id':'https://b.example/a/%s','type':'%s','actor':'" CAROL "','object':{'type':'QuoteRequest',"
	                "'id':'https://a.example/a/1','actor':'%.*s','object':'https://b.example/notes/c',"
	                "'instrument':'%.*s'}%s}",
	                number, type, STR_ARG(rig->alice.uri), STR_ARG(ours), result);
}

static struct str state_of(const struct rig_answer *status)
{
	struct rig_answer now = show(&rig->alice, rig_str(status, "id"), "");

	return rig_str(&now, "quote.state");
}

static void check_elsewhere(void)
{
	struct rig_answer ours, answer;
	struct str uri, carols;

	rig = rig_new();
	ours = quote_carol("", &carols);
	uri = rig_str(&ours, "uri");
	is_str(rig_str(&ours, "quote.state"), STR("pending"), "a quote of a foreign post waits");
	ok(json_is_null(rig_at(&ours, "quote.quoted_status")), "without showing it");
	run_quote_jobs();
	rig_jobs(rig);
	ok(sends("\"type\":\"QuoteRequest\"") && sends("\"object\":\"https://b.example/notes/c\"") &&
	           sends("\"instrument\":{"), "its author is asked, with the post that quotes");
	ok(!sends("\"quoteAuthorization\":\""), "which has no stamp yet");
	rig_outgoing_clear(rig);
	is_int(rig_apply(rig, answer_to(uri, "x1", "Accept", ",'result':'https://evil.example/s'")), OK, "a stamp of another");
	is_int((long long)run_quote_jobs(), 0, "origin is none");
	rig_serve(rig, STAMP, 200, NULL, stamp(CAROL, "https://a.example/p/1", "https://b.example/notes/c"));
	is_int(rig_apply(rig, answer_to(uri, "x2", "Accept", ",'result':'" STAMP "'")), OK, "nor is one");
	run_quote_jobs();
	is_str(state_of(&ours), STR("pending"), "for another post");
	rig_serve(rig, "https://b.example/stamps/2", 200, NULL,
	          rig_text(rig,
	                   "{" AS "'id':'https://b.example/stamps/2','type':'QuoteAuthorization','attributedTo':'" CAROL "',"
	                   "'interactingObject':'%.*s','interactionTarget':'https://b.example/notes/c'}", STR_ARG(uri)));
	is_int(rig_apply(rig, answer_to(uri, "x3", "Accept", ",'result':'https://b.example/stamps/2'")), OK, "with the right one");
	run_quote_jobs();
	is_str(state_of(&ours), STR("accepted"), "it stands");
	rig_jobs(rig);
	ok(sends("\"type\":\"Update\"") && sends("\"quoteAuthorization\":\"https://b.example/stamps/2\""), "and peers are told");
	ok(!sends("\"updated\":null"), "as of no edit");
	answer = show(&rig->alice, rig_str(&ours, "id"), "");
	ok(json_is_null(rig_at(&answer, "edited_at")), "which it is not");
	is_str(rig_str(&answer, "quote.quoted_status.id"), carols, "the quoted post is shown");
	is_int((long long)findings(), 0, "every index is true");
	rig_outgoing_clear(rig);
	is_int(rig_apply(rig, "{" AS "'id':'https://b.example/a/d0','type':'Delete','actor':'https://b.example/users/x',"
	                      "'object':'https://b.example/stamps/2'}"), NEED, "a stranger");
	is_str(state_of(&ours), STR("accepted"), "takes no stamp back");
	is_int(rig_apply(rig, "{" AS "'id':'https://b.example/a/d1','type':'Delete','actor':'" CAROL "',"
	                      "'object':'https://b.example/stamps/2'}"), OK, "its author does");
	is_str(state_of(&ours), STR("revoked"), "and the quote ends");
	rig_jobs(rig);
	ok(sends("\"type\":\"Update\"") && !sends("\"quoteAuthorization\":\""), "which peers are told, too");
	is_int(rig_apply(rig, answer_to(uri, "x4", "Accept", ",'result':'https://b.example/stamps/2'")), OK, "for good");
	is_str(state_of(&ours), STR("revoked"), "it does not come back by the same stamp");
	is_int((long long)findings(), 0, "every index is true");
	rig_free(rig);
}

/* A post that is held back asks nobody before it goes out, and nobody when it never does. */
static void check_held(void)
{
	struct rig_answer held;
	struct str carols;

	rig = rig_new();
	quote_carol("", &carols);
	run_quote_jobs();
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	held = say(&rig->alice, rig_line(rig, "status=x&hold_seconds=30&quoted_status_id=%.*s", STR_ARG(carols)));
	is_str(rig_str(&held, "quote.state"), STR("pending"), "a post that is held back may quote");
	is_int(quote_job_due_ms() - RIG_NOW_MS, 30 * SECOND_MS, "and asks nobody before it goes out");
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&held, "id"))), &rig->alice, NULL);
	run_quote_jobs();
	rig_jobs(rig);
	ok(!sends("QuoteRequest\",\"actor"), "nor when it was deleted before");
	rig_free(rig);
}

static void check_rejected(void)
{
	struct rig_answer ours;
	struct str carols, sent;
	size_t at;

	rig = rig_new();
	ours = quote_carol(",'interactionPolicy':{'canQuote':{'automaticApproval':['" CAROL "']}}", &carols);
	is_int(ours.status, 422, "whose author wants no quotes is not quoted");
	rig_free(rig);
	rig = rig_new();
	ours = quote_carol(",'interactionPolicy':{'canQuote':{'manualApproval':'as:Public'}}", &carols);
	is_str(rig_str(&ours, "quote.state"), STR("pending"), "whose author wants to be asked is asked");
	run_quote_jobs();
	rig_jobs(rig);
	sent = rig_outgoing(rig);
	at = str_find(sent, STR("\"type\":\"QuoteRequest\""));
	ok(at != SIZE_MAX, "with a request");
	is_int(rig_apply(rig, answer_to(rig_str(&ours, "uri"), "r1", "Reject", "")), OK, "who says no");
	is_str(state_of(&ours), STR("rejected"), "is heard");
	is_int((long long)findings(), 0, "every index is true");
	rig_free(rig);
}

/* The stamp that went out in the answer to a request. */
static struct str stamp_sent(void)
{
	struct str sent = rig_outgoing(rig);
	size_t at = str_find(sent, STR("\"result\":\""));

	sent = str_sub(sent, at == SIZE_MAX ? sent.n : at + 10, SIZE_MAX);
	return arena_str(rig->arena, str_sub(sent, 0, str_find_char(sent, '"')));
}

static int fetched(struct str uri)
{
	return rig_fetch(rig, rig_line(rig, "%.*s", STR_ARG(str_sub(uri, sizeof("https://a.example") - 1, SIZE_MAX))),
	                 STR(CAROL "#main-key")).status;
}

static void check_revoking(void)
{
	struct rig_answer ours, answer;
	struct str stamp_uri, other;
	uint64_t theirs;
	const char *path;

	rig = rig_new();
	rig_follows(rig, &rig->bob, &rig->carol);
	ours = say(&rig->alice, "status=Ours");
	rig_apply(rig, rig_text(rig,
	                        "{" AS "'id':'https://b.example/a/r0','type':'QuoteRequest','actor':'" CAROL "','object':'%.*s',"
	                        "'instrument':'https://b.example/notes/1'}", STR_ARG(rig_str(&ours, "uri"))));
	rig_jobs(rig);
	other = stamp_sent();
	rig_outgoing_clear(rig);
	rig_apply(rig, rig_text(rig,
	                        "{" AS "'id':'https://b.example/a/r','type':'QuoteRequest','actor':'" CAROL "','object':'%.*s',"
	                        "'instrument':'https://b.example/notes/1'}", STR_ARG(rig_str(&ours, "uri"))));
	rig_jobs(rig);
	stamp_uri = stamp_sent();
	theirs = quotes("1", arena_cstr(rig->arena, rig_str(&ours, "uri")),
	                rig_text(rig, ",'quoteAuthorization':'%.*s'", STR_ARG(stamp_uri)));
	ok(proved(theirs) != 0, "a foreign post quotes ours");
	is_int((long long)rig_notices(rig, &rig->alice, NOTICE_QUOTE), 1, "whose author is told");
	rig_outgoing_clear(rig);
	rig_apply(rig, rig_text(rig,
	                        "{" AS "'id':'https://b.example/a/r1','type':'QuoteRequest','actor':'" CAROL "','object':'%.*s',"
	                        "'instrument':'https://b.example/notes/1'}", STR_ARG(rig_str(&ours, "uri"))));
	rig_jobs(rig);
	ok(sends(rig_text(rig, "\"result\":\"%.*s\"", STR_ARG(stamp_uri))), "who asks again gets the same stamp");
	rig_outgoing_clear(rig);
	path = rig_line(rig, "/api/v1/statuses/%.*s/quotes/%llu/revoke", STR_ARG(rig_str(&ours, "id")),
	                (unsigned long long)theirs);
	is_int(rig_call(rig, "POST", path, &rig->bob, "").status, 404, "nobody else takes the stamp back");
	is_int(fetched(other), 200, "who asked before the post came has another stamp");
	answer = rig_call(rig, "POST", path, &rig->alice, "");
	is_int(answer.status, 200, "she does");
	is_str(rig_str(&answer, "quote.state"), STR("revoked"), "and the quote ends");
	is_int(fetched(stamp_uri), 404, "the stamp is gone");
	is_int(fetched(other), 404, "and the other one worth nothing");
	is_int(rig_call(rig, "POST", path, &rig->alice, "").status, 200, "twice is no error");
	rig_jobs(rig);
	ok(sends("\"type\":\"Delete\"") && sends(rig_text(rig, "\"object\":\"%.*s\"", STR_ARG(stamp_uri))), "its author hears");
	answer = show(&rig->alice, rig_str(&ours, "id"), "");
	is_int(rig_number(&answer, "quotes_count"), 0, "it is not counted");
	rig_outgoing_clear(rig);
	rig_apply(rig, rig_text(rig,
	                        "{" AS "'id':'https://b.example/a/r2','type':'QuoteRequest','actor':'" CAROL "','object':'%.*s',"
	                        "'instrument':'https://b.example/notes/1'}", STR_ARG(rig_str(&ours, "uri"))));
	rig_jobs(rig);
	ok(sends("\"type\":\"Reject\""), "who asks again is refused");
	rig_outgoing_clear(rig);
	rig_apply(rig, rig_text(rig,
	                        "{" AS "'id':'https://b.example/a/r3','type':'Update','actor':'" CAROL "','object':{"
	                        "'id':'https://b.example/notes/1','type':'Note','attributedTo':'" CAROL "','content':'q',"
	                        "'to':['" PUBLIC "'],'quote':'%.*s','quoteAuthorization':'https://a.example/a/7'}}",
	                        STR_ARG(rig_str(&ours, "uri"))));
	rig_apply(rig, rig_text(rig,
	                        "{" AS "'id':'https://b.example/a/r4','type':'QuoteRequest','actor':'" CAROL "','object':'%.*s',"
	                        "'instrument':'https://b.example/notes/1'}", STR_ARG(rig_str(&ours, "uri"))));
	rig_jobs(rig);
	ok(sends("\"type\":\"Reject\"") && !sends("\"type\":\"Accept\""), "an edit between does not help him");
	is_int((long long)findings(), 0, "every index is true");
	rig_free(rig);
}

/* A stamp that was taken back before it was read; what a post says of the quote of one that is not ours. */
static void check_late(void)
{
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_serve(rig, "https://b.example/notes/d", 200, NULL,
	          "{" AS "'id':'https://b.example/notes/d','type':'Note','attributedTo':'" DAVE "','content':'said',"
	          "'to':['" PUBLIC "']}");
	rig_serve(rig, STAMP, 200, NULL, stamp(DAVE, "https://b.example/notes/3", "https://b.example/notes/d"));
	id = quotes("1", "https://b.example/notes/d", "");
	proved(id);
	id = quotes("3", "https://b.example/notes/d", ",'quoteAuthorization':'" STAMP "'");
	rig_apply(rig, "{" AS "'id':'https://b.example/a/dd','type':'Delete','actor':'" DAVE "','object':{"
	               "'type':'QuoteAuthorization','id':'" STAMP "'}}");
	is_int((long long)proved(id), 0, "a stamp that was taken back before it was read proves nothing");
	is_int((long long)findings(), 0, "every index is true");
	rig_free(rig);
}

/* The end of a stamp is not that of the post: who was sent that hears of its end, later. */
static void check_end_after_stamp(void)
{
	struct rig_answer ours, theirs;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	ours = say(&rig->alice, "status=Ours");
	rig_jobs(rig);
	theirs = quoting(&rig->bob, "Look", rig_str(&ours, "id"));
	rig_call(rig, "POST", rig_line(rig, "/api/v1/statuses/%.*s/quotes/%.*s/revoke", STR_ARG(rig_str(&ours, "id")),
	                               STR_ARG(rig_str(&theirs, "id"))), &rig->alice, "");
	rig_jobs(rig);
	graph_follow_delete(world_write(rig->world), rig->carol.id, rig->alice.id);
	world_commit(rig->world);
	rig_outgoing_clear(rig);
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&ours, "id"))), &rig->alice, NULL);
	rig_jobs(rig);
	ok(sends("\"type\":\"Delete\""), "whoever was sent a post hears of its end, though a quote of it ended before");
	rig_free(rig);
}

/* Anybody may name any address as his stamp: that of a stranger's post, or one that was given to another post. */
static void check_false_stamps(void)
{
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_serve(rig, "https://b.example/notes/d", 200, NULL,
	          "{" AS "'id':'https://b.example/notes/d','type':'Note','attributedTo':'" DAVE "','content':'said',"
	          "'to':['" PUBLIC "']}");
	proved(quotes("1", "https://b.example/notes/d", ",'quoteAuthorization':'https://b.example/notes/d'"));
	proved(quotes("2", "https://b.example/notes/1", ",'quoteAuthorization':'https://b.example/notes/d'"));
	ok(rig_find_post(rig, "https://b.example/notes/d").id != 0, "a post that others name as their stamp");
	rig_apply(rig, "{" AS "'id':'https://b.example/a/d','type':'Delete','actor':'" DAVE "','object':{'type':'Tombstone',"
	               "'id':'https://b.example/notes/d'}}");
	is_int(rig_find_post(rig, "https://b.example/notes/d").id, 0, "is deleted by its author all the same");
	is_int((long long)findings(), 0, "every index is true");
	rig_free(rig);

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_serve(rig, "https://b.example/notes/d", 200, NULL,
	          "{" AS "'id':'https://b.example/notes/d','type':'Note','attributedTo':'" DAVE "','content':'said',"
	          "'to':['" PUBLIC "']}");
	rig_serve(rig, STAMP, 200, NULL, stamp(DAVE, "https://b.example/notes/99", "https://b.example/notes/d"));
	for (int i = 1; i <= 25; i++)
		proved(quotes(rig_text(rig, "%d", i), i < 20 ? "https://b.example/notes/d" : "https://b.example/notes/1",
		              ",'quoteAuthorization':'" STAMP "'"));
	id = quotes("99", "https://b.example/notes/d", ",'quoteAuthorization':'" STAMP "'");
	ok(proved(id) != 0 && proved(id) != UINT64_MAX, "a stamp that many posts name holds for one");
	rig_apply(rig, "{" AS "'id':'https://b.example/a/dd','type':'Delete','actor':'" DAVE "','object':'" STAMP "'}");
	is_int((long long)proved(id), 0, "from which it is taken back, however many name it");
	is_int((long long)findings(), 0, "every index is true");
	rig_free(rig);
}

int main(void)
{
	check_among_us();
	check_refused();
	check_elsewhere();
	check_held();
	check_rejected();
	check_revoking();
	check_late();
	check_false_stamps();
	check_end_after_stamp();
	check_stamps();
	check_foreign();
	check_ours();
	return done();
}
