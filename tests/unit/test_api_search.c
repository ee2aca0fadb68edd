/* Search through the client API: people, tags, addresses; and what is fetched, from whom. */
#include "node/api/search.h"

#include "storage/accounts.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define SEARCH "/api/v2/search"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define NOTE "https://b.example/notes/7"

static struct rig *rig;

static struct rig_answer search(const char *query)
{
	return rig_call(rig, "GET", rig_line(rig, SEARCH "?%s", query), &rig->alice, NULL);
}

static void check_people(void)
{
	static const char *const queries[] = { "q=bob", "q=@bob", "q=bo", "q=BOB", "q=bob@a.example", "q=@bob@a.example",
	                                       "q=https://a.example/@bob" };
	struct rig_answer answer;

	rig = rig_new();
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		answer = search(queries[i]);
		ok(str_eq(rig_str(&answer, "accounts.0.acct"), STR("bob")), "%s finds bob", queries[i]);
	}
	answer = search("q=carol@b.example");
	is_str(rig_str(&answer, "accounts.0.acct"), STR("carol@b.example"), "somebody known is found by handle");
	answer = search("q=bob&type=statuses");
	is_int(rig_count(&answer, "accounts"), 0, "only the asked kind is searched");
	answer = search("q=b&following=true");
	is_int(rig_count(&answer, "accounts"), 0, "following leaves out whom one does not follow");
	answer = search("q=nobody-of-that-name");
	is_int(answer.status, 200, "nothing found is no error");
	is_int(rig_count(&answer, "accounts") + rig_count(&answer, "statuses") + rig_count(&answer, "hashtags"), 0,
	       "and three empty lists");
	is_int(search("q=").status, 400, "a query is needed");
	is_int(search("").status, 400, "even an absent one");
	is_int(search("q=a.example").status, 200, "the instance actor is nobody to find");
	answer = rig_call(rig, "GET", "/api/v1/accounts/search?q=bob", &rig->alice, NULL);
	is_str(rig_str(&answer, "0.acct"), STR("bob"), "the account search finds the same");
	is_int(rig->asked, 0, "and nobody elsewhere was asked for any of this");
	rig_free(rig);
}

static void check_tags(void)
{
	struct rig_answer answer;
	uint64_t id;

	rig = rig_new();
	rig_post(rig, &rig->bob, VISIBILITY_PUBLIC, "#Welcome #wednesday", 0, &id);
	answer = search("q=%23we");
	is_int(rig_count(&answer, "hashtags"), 2, "tags are found by their beginning");
	is_int(rig_count(&answer, "hashtags.0.history"), 7, "with the days that clients read");
	is_int(rig_count(&answer, "accounts"), 0, "a # asks for tags alone");
	answer = search("q=WELCOME&type=hashtags");
	is_str(rig_str(&answer, "hashtags.0.name"), STR("welcome"), "case does not matter");
	rig_free(rig);
}

static void check_addresses(void)
{
	struct rig_answer answer, secret;
	struct str uri;
	uint64_t id;

	rig = rig_new();
	uri = rig_post(rig, &rig->bob, VISIBILITY_PUBLIC, "here", 0, &id);
	answer = search(rig_line(rig, "q=%.*s", STR_ARG(uri)));
	is_int(rig_count(&answer, "statuses"), 1, "a post is found by its id");
	answer = search(rig_line(rig, "q=https://a.example/@bob/%llu", (unsigned long long)id));
	is_int(rig_count(&answer, "statuses"), 1, "and by its page");
	answer = search(rig_line(rig, "q=https://a.example/@alice/%llu", (unsigned long long)id));
	is_int(rig_count(&answer, "statuses"), 0, "not by a page of somebody else");
	secret = rig_call(rig, "POST", "/api/v1/statuses", &rig->bob, "status=psst&visibility=direct");
	answer = search(rig_line(rig, "q=%.*s&resolve=true", STR_ARG(rig_str(&secret, "uri"))));
	is_int(rig_count(&answer, "statuses"), 0, "what one may not see is not found");
	answer = search(rig_line(rig, "q=%.*s&resolve=true", STR_ARG(rig_str(&secret, "url"))));
	is_int(rig_count(&answer, "statuses"), 0, "by any of its addresses");
	answer = search("q=https://a.example/p/4&resolve=true");
	is_int(answer.status, 200, "an address of ours that is none is nothing");
	is_int(rig->asked, 0, "and is not fetched from ourselves");
	rig_free(rig);
}

static void serve_note(void)
{
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_serve(rig, NOTE, 200, NULL,
	          "{'@context':'https://www.w3.org/ns/activitystreams','id':'" NOTE "','type':'Note','attributedTo':'" DAVE "',"
	          "'content':'<p>over there</p>','to':['" PUBLIC "'],'published':'2026-11-24T07:00:00Z'}");
}

static void check_resolving(void)
{
	struct rig_answer answer;
	size_t asked;

	rig = rig_new();
	serve_note();
	answer = search("q=" NOTE);
	is_int(rig_count(&answer, "statuses"), 0, "an unknown address is nothing");
	is_int(rig->asked, 0, "and is not fetched unasked");
	answer = search("q=" NOTE "&resolve=true");
	is_int(rig_count(&answer, "statuses"), 1, "with resolve it is fetched");
	is_str(rig_str(&answer, "statuses.0.account.acct"), STR("dave@b.example"), "with its author");
	is_int(rig_count(&answer, "accounts"), 0, "as one hit");
	asked = rig->asked;
	answer = search("q=" NOTE "&resolve=true");
	is_int(rig_count(&answer, "statuses"), 1, "once it is known");
	is_int(rig->asked - asked, 0, "nobody is asked again");
	rig_free(rig);
	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	answer = search("q=@dave@b.example&resolve=true&type=accounts");
	is_str(rig_str(&answer, "accounts.0.acct"), STR("dave@b.example"), "a handle is asked for at its node");
	rig_free(rig);
}

/* carol as she was read by a node that hers did not list yet. */
static void make_stub(struct account *carol)
{
	world_write(rig->world);
	carol->display_name = STR_NONE;
	carol->url = carol->uri;
	accounts_put(rig->world->txn, carol);
	world_commit(rig->world);
}

static void check_asking_again(void)
{
	const char *delivery;
	struct rig_answer answer;
	size_t asked;

	rig = rig_new();
	make_stub(&rig->carol);
	answer = search("q=@carol@b.example&resolve=true");
	is_str(rig_str(&answer, "accounts.0.acct"), STR("carol@b.example"), "who cannot be asked for again stays known");
	rig_serve_actor(rig, CAROL, "Person", "carol");
	answer = search("q=@carol@b.example&resolve=true");
	is_str(rig_str(&answer, "accounts.0.display_name"), STR("carol"), "who is known by keys alone is asked for again");
	asked = rig->asked;
	search("q=@carol@b.example&resolve=true");
	is_int(rig->asked - asked, 0, "once");
	rig_free(rig);

	rig = rig_new();
	make_stub(&rig->carol);
	rig_serve_actor(rig, CAROL, "Person", "carol");
	delivery = rig_text(rig, "{'@context':'https://www.w3.org/ns/activitystreams','id':'https://b.example/a/1',"
	                    "'type':'Follow','actor':'" CAROL "','object':'%.*s'}", STR_ARG(rig->alice.uri));
	clock_advance_for_test(2 * MINUTE_MS);
	is_int(rig_deliver(rig, delivery, STR(CAROL "#main-key")), OK, "what a stub does counts");
	is_int(rig_jobs_waiting(rig, "resolve"), 1, "one who signs to us is asked for again, too");
	rig_resolve(rig);
	answer = search("q=@carol@b.example");
	is_str(rig_str(&answer, "accounts.0.display_name"), STR("carol"), "and shown in full");
	rig_free(rig);
}

static void check_moved(void)
{
	struct rig_answer answer;

	rig = rig_new();
	world_write(rig->world);
	rig->carol.moved_to = rig->bob.uri;
	rig->carol.moved_id = rig->bob.id;
	accounts_put(rig->world->txn, &rig->carol);
	world_commit(rig->world);
	rig_serve_actor(rig, CAROL, "Person", "carol");
	answer = search("q=@carol@b.example&resolve=true");
	ok(!rig_at(&answer, "accounts.0.moved"), "a move that was taken back is found out by a search");
	rig_free(rig);
}

static void check_refusals(void)
{
	static const char *const queries[] = { "q=@eve@evil.example", "q=https://evil.example/notes/1", "q=http://127.0.0.1/",
	                                       "q=http://[::1]/x", "q=file:///etc/passwd", "q=https://", "q=@", "q=@@", "q=a@" };
	struct rig_answer answer;

	rig = rig_new();
	rig_serve_actor(rig, "https://evil.example/u/1", "Person", "eve");
	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		answer = search(rig_line(rig, "%s&resolve=true", queries[i]));
		ok(answer.status == 200 && rig_count(&answer, "accounts") + rig_count(&answer, "statuses") == 0,
		   "%s leads to nothing", queries[i]);
	}
	is_int(rig->asked, 0, "who is not on the list is not even asked");
	answer = search("q=@nobody@b.example&resolve=true");
	is_int(answer.status, 200, "what a peer does not know is no error");
	rig_free(rig);
}

int main(void)
{
	check_people();
	check_tags();
	check_addresses();
	check_resolving();
	check_asking_again();
	check_moved();
	check_refusals();
	return done();
}
