/* Quotes of foreign posts: what proves them, and how they are shown. */
#include "federation/quote.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
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
	is_str(rig_str(&answer, "quote.state"), STR("unauthorized"), "when ours is gone, so is what it shows");
	ok(json_is_null(rig_at(&answer, "quote.quoted_status")), "in the quote");
	rig_free(rig);
}

int main(void)
{
	check_stamps();
	check_foreign();
	check_ours();
	return done();
}
