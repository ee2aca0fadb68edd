/* Documents at their ids and deliveries to inboxes, as a peer meets them. */
#include "node/api/activitypub.h"

#include "storage/refusals.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"

static const struct str carols_key = { CAROL "#main-key", sizeof(CAROL "#main-key") - 1 };
static const struct str daves_key = { DAVE "#main-key", sizeof(DAVE "#main-key") - 1 };
static const struct str evil_key = { "https://evil.example/u/1#main-key", 33 };

static struct rig *rig;

static const char *path_of(struct str uri)
{
	return arena_cstr(rig->arena, str_sub(uri, strlen("https://a.example"), SIZE_MAX));
}

/* Without a signature, by software (true) or a browser. */
static struct rig_answer ask(const char *path, bool software)
{
	struct header *accept = ARENA_NEW(rig->arena, struct header);

	*accept = (struct header){ STR("Accept"),
	                           software ? STR("application/ld+json; profile=\"x\", text/html;q=0.1") : STR("text/html") };
	return rig_request(rig, "GET", path, accept, 1, STR_NONE);
}

static void check_actors(void)
{
	struct rig_answer answer;

	rig = rig_new();
	answer = ask(path_of(rig->alice.uri), true);
	is_int(answer.status, 200, "an actor is there for the unsigned");
	is_str(answer.type, STR("application/activity+json"), "as exactly the type that peers want");
	is_str(rig_header(&answer, "Vary"), STR("Accept, Signature, Signature-Input"), "caches learn what it depends on");
	is_str(rig_str(&answer, "id"), rig->alice.uri, "at its id");
	ok(rig_str(&answer, "publicKey.publicKeyPem").n && rig_str(&answer, "inbox").n, "with key and inbox");
	ok(!rig_at(&answer, "name") && !rig_at(&answer, "summary") && !rig_at(&answer, "url"), "but nothing personal");
	answer = rig_fetch(rig, path_of(rig->alice.uri), carols_key);
	is_str(rig_str(&answer, "name"), STR("alice"), "a listed peer that signs gets it in full");
	answer = rig_fetch(rig, path_of(rig->alice.uri), evil_key);
	ok(answer.status == 200 && !rig_at(&answer, "name"), "one that is not listed does not");
	answer = ask(path_of(rig->alice.uri), false);
	is_int(answer.status, 303, "a browser is sent to the page");
	is_str(rig_header(&answer, "Location"), STR("https://a.example/@alice"), "of the profile");
	answer = ask("/actor", false);
	is_str(rig_str(&answer, "type"), STR("Application"), "the instance actor is open to all");
	is_str(rig_str(&answer, "id"), STR("https://a.example/actor"), "at its id");
	is_int(ask(rig_line(rig, "/u/%llu", (unsigned long long)rig->world->instance.actor_id), true).status, 404,
	       "and nowhere else");
	is_int(ask(rig_line(rig, "/u/%llu", (unsigned long long)rig->carol.id), true).status, 404,
	       "somebody of a peer has no document here");
	answer = ask("/actor/followers", true);
	is_int(rig_number(&answer, "totalItems"), 0, "its collections are empty");
	answer = rig_fetch(rig, "/actor/outbox", carols_key);
	is_int(rig_number(&answer, "totalItems"), 0, "the outbox, too,");
	is_int(ask("/actor/outbox", true).status, 401, "but that is for peers alone,");
	is_int(rig_fetch(rig, "/actor/outbox", evil_key).status, 403, "and tells others that they are none");
	is_int(rig->asked, 0, "nothing was fetched for any of this");
	rig_free(rig);
}

static void check_new_keys(void)
{
	struct rig_answer answer;
	size_t asked;

	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	answer = rig_fetch(rig, path_of(rig->alice.uri), daves_key);
	is_str(rig_str(&answer, "name"), STR("alice"), "an unknown key of a peer is fetched");
	asked = rig->asked;
	answer = rig_fetch(rig, path_of(rig->alice.uri), daves_key);
	is_str(rig_str(&answer, "name"), STR("alice"), "and then known");
	is_int(rig->asked - asked, 0, "so that it is not fetched again");
	rig_free(rig);
	rig = rig_new();
	answer = rig_fetch(rig, path_of(rig->alice.uri), daves_key);
	ok(answer.status == 200 && !rig_at(&answer, "name"), "where the key cannot be had the document is bare");
	rig_free(rig);
}

static void remove_post(const struct rig_answer *post)
{
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(post, "id"))), &rig->alice, NULL);
}

/* Every address of ours that a Note names is there for the peer that reads it. */
static void check_addresses(void)
{
	static const char *const members[] = { "id", "attributedTo", "replies", "likes", "shares", "context" };
	struct rig_answer post, note;

	rig = rig_new();
	post = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=open");
	note = rig_fetch(rig, path_of(rig_str(&post, "uri")), carols_key);
	for (size_t i = 0; i < sizeof(members) / sizeof *members; i++) {
		struct str uri = rig_str(&note, members[i]);

		ok(!uri.n || rig_fetch(rig, path_of(uri), carols_key).status == 200,
		   "the %s of a post is served or not named", members[i]);
	}
	rig_free(rig);
}

static void check_posts(void)
{
	struct rig_answer open, quiet, direct, answer, missing;

	rig = rig_new();
	open = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=open");
	quiet = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=quiet&visibility=private");
	direct = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=%40carol%40b.example+psst&visibility=direct");
	is_int(ask(path_of(rig_str(&open, "uri")), true).status, 401, "a post is not for the unsigned");
	is_int(rig_fetch(rig, path_of(rig_str(&open, "uri")), evil_key).status, 403, "nor for those who are not listed");
	answer = rig_fetch(rig, path_of(rig_str(&open, "uri")), carols_key);
	is_str(rig_str(&answer, "id"), rig_str(&open, "uri"), "a peer gets it at its id");
	is_str(rig_str(&answer, "attributedTo"), rig->alice.uri, "with its author");
	missing = rig_fetch(rig, "/p/4", carols_key);
	answer = rig_fetch(rig, path_of(rig_str(&quiet, "uri")), carols_key);
	ok(answer.status == 404 && str_eq(answer.body, missing.body), "what is not for it is as if it were not there");
	answer = rig_fetch(rig, path_of(rig_str(&direct, "uri")), carols_key);
	is_int(answer.status, 200, "a direct post is for the one it names");
	answer = ask(path_of(rig_str(&open, "uri")), false);
	ok(answer.status == 303 && str_starts(rig_header(&answer, "Location"), STR("/sign-in?return=")),
	   "a browser is sent to sign in");
	missing = ask("/p/4", false);
	is_int(missing.status, 303, "whether the post exists or not");
	remove_post(&open);
	answer = rig_fetch(rig, path_of(rig_str(&open, "uri")), carols_key);
	is_int(answer.status, 410, "a deleted post is gone");
	is_str(rig_str(&answer, "type"), STR("Tombstone"), "and says so");
	is_int(ask(path_of(rig_str(&open, "uri")), true).status, 401, "to peers only");
	missing = rig_fetch(rig, "/p/4", carols_key);
	remove_post(&quiet);
	remove_post(&direct);
	answer = rig_fetch(rig, path_of(rig_str(&quiet, "uri")), carols_key);
	ok(answer.status == 404 && str_eq(answer.body, missing.body), "one that was not for all was never there");
	answer = rig_fetch(rig, path_of(rig_str(&direct, "uri")), carols_key);
	ok(answer.status == 404 && str_eq(answer.body, missing.body), "not for whom it named either");
	rig_free(rig);
}

static void check_collections(void)
{
	struct rig_answer answer, page;

	rig = rig_new();
	rig_follows(rig, &rig->bob, &rig->alice);
	for (int i = 0; i < 25; i++)
		rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=hello");
	rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=quiet&visibility=private");
	is_int(ask(path_of(rig->alice.outbox), true).status, 401, "an outbox is not for the unsigned");
	answer = rig_fetch(rig, path_of(rig->alice.outbox), carols_key);
	is_str(rig_str(&answer, "type"), STR("OrderedCollection"), "a peer gets the collection");
	page = rig_fetch(rig, path_of(rig_str(&answer, "first")), carols_key);
	is_str(rig_str(&page, "type"), STR("OrderedCollectionPage"), "and its first page");
	is_str(rig_str(&page, "id"), rig_str(&answer, "first"), "at its id");
	is_str(rig_str(&page, "partOf"), rig->alice.outbox, "of the outbox");
	is_int(rig_count(&page, "orderedItems"), 19, "without what is not for it");
	is_str(rig_str(&page, "orderedItems.0.type"), STR("Create"), "as activities");
	ok(!rig_holds(&page, "quiet"), "of which none gives anything away");
	page = rig_fetch(rig, path_of(rig_str(&page, "next")), carols_key);
	is_int(rig_count(&page, "orderedItems"), 6, "the next page has the rest");
	ok(!rig_at(&page, "next"), "and is the last");
	page = rig_fetch(rig, rig_line(rig, "%s?page=true", path_of(rig->alice.followers_uri)), carols_key);
	is_str(json_str_of(rig_at(&page, "orderedItems.0")), rig->bob.uri, "followers are listed by id");
	rig_call(rig, "PATCH", "/api/v1/accounts/update_credentials", &rig->alice, "hide_collections=true");
	page = rig_fetch(rig, rig_line(rig, "%s?page=true", path_of(rig->alice.followers_uri)), carols_key);
	ok(rig_number(&page, "totalItems") == 1 && rig_count(&page, "orderedItems") == 0, "unless their owner hides them");
	rig_free(rig);
}

static void check_activities(void)
{
	struct rig_answer page, answer, post;

	rig = rig_new();
	post = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=hello");
	page = rig_fetch(rig, rig_line(rig, "%s?page=true", path_of(rig->alice.outbox)), carols_key);
	answer = rig_fetch(rig, path_of(rig_str(&page, "orderedItems.0.id")), carols_key);
	is_str(rig_str(&answer, "id"), rig_str(&page, "orderedItems.0.id"), "an activity is there at its id");
	is_int(ask(path_of(rig_str(&page, "orderedItems.0.id")), true).status, 401, "for those who sign");
	is_int(rig_fetch(rig, "/a/4", carols_key).status, 404, "what is none is not");
	rig_call(rig, "PUT", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(rig_str(&post, "id"))), &rig->alice, "status=better");
	page = rig_fetch(rig, rig_line(rig, "%s?page=true", path_of(rig->alice.outbox)), carols_key);
	ok(rig_holds(&page, "better") && !rig_holds(&page, "hello"), "after an edit the Create says what the post says");
	rig_free(rig);
}

static void check_inboxes(void)
{
	static const char *const note =
		"{" AS "'id':'https://b.example/a/1','type':'Create','actor':'" CAROL "','object':{"
		"'id':'https://b.example/notes/1','type':'Note','attributedTo':'" CAROL "','content':'Hi','to':['" PUBLIC "']}}";
	struct header text = { STR("Content-Type"), STR("text/plain") };
	struct refusal *lines;
	size_t count;

	rig = rig_new();
	is_int(rig_send(rig, "/inbox", note, carols_key).status, 202, "a delivery is taken in");
	ok(rig_find_post(rig, "https://b.example/notes/1").id, "and has its effect");
	clock_advance_for_test(SECOND_MS);
	is_int(rig_send(rig, "/inbox", note, carols_key).status, 202, "once more is no error");
	clock_advance_for_test(SECOND_MS);
	is_int(rig_send(rig, path_of(rig->alice.inbox), note, carols_key).status, 202, "a personal inbox takes it too");
	is_int(rig_send(rig, "/actor/inbox", note, carols_key).status, 202, "and that of the instance actor");
	is_int(rig_send(rig, "/u/4/inbox", note, carols_key).status, 404, "that of nobody does not");
	is_int(rig_request(rig, "POST", "/inbox", &text, 1, STR("x")).status, 415, "other types are refused");
	is_int(rig_send(rig, "/inbox", "nonsense", carols_key).status, 400, "and nonsense");
	is_int(rig_send(rig, "/inbox", note, evil_key).status, 403, "and who is not listed");
	is_int(rig_send(rig, "/inbox", note, daves_key).status, 401, "and who cannot show a key");
	refusals_page(rig->arena, world_read(rig->world), STR_NONE, 100, &lines, &count);
	ok(count >= 3, "the journal says whom and why");
	for (int i = 0; i < 100; i++)
		rig_send(rig, "/inbox", note, evil_key);
	refusals_page(rig->arena, world_read(rig->world), STR_NONE, 1000, &lines, &count);
	ok(count < 50, "but a stranger does not fill it");
	rig_free(rig);
}

int main(void)
{
	check_actors();
	check_new_keys();
	check_posts();
	check_addresses();
	check_collections();
	check_activities();
	check_inboxes();
	return done();
}
