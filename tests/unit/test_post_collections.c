/* What belongs to a post, as a peer reads it: answers, reactions, the thread. */
#include "node/api/post_collections.h"

#include "federation/context.h"
#include "storage/posts.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"

static const char *const parts[] = { "replies", "likes", "shares", "context" };
enum { PARTS = sizeof(parts) / sizeof *parts };

static const struct str carols_key = { CAROL "#main-key", sizeof(CAROL "#main-key") - 1 };
static const struct str daves_key = { DAVE "#main-key", sizeof(DAVE "#main-key") - 1 };

static struct rig *rig;

static struct rig_answer part_of(uint64_t post_id, const char *part, struct str key)
{
	return rig_fetch(rig, rig_line(rig, "/p/%llu/%s", (unsigned long long)post_id, part), key);
}

static struct rig_answer at(struct str uri, struct str key)
{
	return rig_fetch(rig, arena_cstr(rig->arena, str_sub(uri, strlen("https://a.example"), SIZE_MAX)), key);
}

/* Carol answers a post; her answer's address. */
static const char *carol_answers(struct str parent, const char *name, const char *to, const char *more)
{
	const char *uri = rig_line(rig, "https://b.example/notes/%s", name);

	is_int(rig_apply(rig, rig_line(rig, "{" AS "'id':'%s/a','type':'Create','actor':'" CAROL "','object':{'id':'%s',"
	                               "'type':'Note','attributedTo':'" CAROL "','content':'x','to':'%s',"
	                               "'inReplyTo':'%.*s'%s}}", uri, uri, to, STR_ARG(parent), more)), OK,
	       "an answer comes");
	return uri;
}

static void check_replies(void)
{
	uint64_t root, ids[25], hidden;
	struct rig_answer answer, page;
	struct str uri;
	const char *foreign;

	rig = rig_new();
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "root", 0, &root);
	for (size_t i = 0; i < 22; i++)
		rig_post(rig, &rig->bob, VISIBILITY_PUBLIC, "answer", root, &ids[i]);
	rig_post(rig, &rig->bob, VISIBILITY_PUBLIC, "below an answer", ids[0], &ids[22]);
	rig_post(rig, &rig->bob, VISIBILITY_FOLLOWERS, "hidden", root, &hidden);
	foreign = carol_answers(uri, "1", PUBLIC, "");
	answer = part_of(root, "replies", carols_key);
	is_int(answer.status, 200, "a peer reads the replies of a public post");
	is_str(answer.type, STR("application/activity+json"), "as a document");
	is_str(rig_header(&answer, "Vary"), STR("Accept, Signature, Signature-Input"), "that depends on who asks");
	is_int(rig_number(&answer, "totalItems"), 23, "it is told of those it may see only");
	page = at(rig_str(&answer, "first"), carols_key);
	is_str(rig_str(&page, "id"), rig_str(&answer, "first"), "a page is at its id");
	is_str(rig_str(&page, "partOf"), rig_str(&answer, "id"), "and part of the collection");
	is_int(rig_count(&page, "orderedItems"), 20, "and has a limit");
	ok(!rig_holds(&page, rig_line(rig, "/p/%llu", (unsigned long long)hidden)), "without what is hidden");
	is_str(rig_str(&page, "orderedItems.0"), str_of(foreign), "the newest stands first");
	page = at(rig_str(&page, "next"), carols_key);
	is_int(rig_count(&page, "orderedItems"), 3, "the next page has the rest");
	is_str(rig_str(&page, "orderedItems.2"),
	       str_of(rig_line(rig, "https://a.example/p/%llu", (unsigned long long)ids[0])), "down to the oldest");
	ok(!rig_at(&page, "next"), "and is the last");
	answer = part_of(ids[0], "replies", carols_key);
	is_int(rig_number(&answer, "totalItems"), 1, "what is below an answer is a reply to that one");
	page = rig_fetch(rig, rig_line(rig, "/p/%llu/replies?page=true&cursor=nonsense", (unsigned long long)root), carols_key);
	is_int(rig_count(&page, "orderedItems"), 20, "a cursor that is none is the beginning");
	rig_free(rig);
}

static void check_context(void)
{
	uint64_t root, second, third, hidden, alone;
	struct rig_answer answer, page, note;
	struct str uri;
	const char *foreign;

	rig = rig_new();
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "root", 0, &root);
	rig_post(rig, &rig->bob, VISIBILITY_PUBLIC, "second", root, &second);
	foreign = carol_answers(instance_post_uri(rig->arena, rig->federation.instance, second), "1", PUBLIC,
	                        ",'context':'https://b.example/elsewhere'");
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "third", rig_find_post(rig, foreign).id, &third);
	rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "hidden", third, &hidden);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "another thread", 0, &alone);
	answer = part_of(root, "context", carols_key);
	is_int(answer.status, 200, "the first post of a thread has its context");
	is_str(rig_str(&answer, "attributedTo"), rig->alice.uri, "which is its author's");
	is_int(rig_number(&answer, "totalItems"), 4, "with all the thread that a peer may see");
	page = at(rig_str(&answer, "first"), carols_key);
	ok(rig_count(&page, "orderedItems") == 4 && str_eq(rig_str(&page, "orderedItems.0"), uri) &&
	   str_eq(rig_str(&page, "orderedItems.2"), str_of(foreign)) && !rig_at(&page, "next"), "from the oldest on");
	is_str(rig_str(&page, "orderedItems.3"), instance_post_uri(rig->arena, rig->federation.instance, third),
	       "to the newest");
	note = rig_fetch(rig, rig_line(rig, "/p/%llu", (unsigned long long)root), carols_key);
	is_str(rig_str(&note, "context"), rig_str(&answer, "id"), "the post names it");
	note = rig_fetch(rig, rig_line(rig, "/p/%llu", (unsigned long long)third), carols_key);
	is_str(rig_str(&note, "context"), rig_str(&answer, "id"),
	       "an answer far below names it too, whatever the one it answers says");
	is_int(part_of(second, "context", carols_key).status, 404, "an answer has none of its own");
	rig_free(rig);
}

static void check_long_context(void)
{
	uint64_t root, ids[45];
	struct rig_answer page;
	size_t seen = 0;
	struct str next;

	rig = rig_new();
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "root", 0, &root);
	for (size_t i = 0; i < 45; i++)
		rig_post(rig, &rig->alice, i % 3 ? VISIBILITY_PUBLIC : VISIBILITY_DIRECT, "more",
		         i % 3 == 2 ? ids[i - 1] : root, &ids[i]);
	next = str_of(rig_line(rig, "https://a.example/p/%llu/context?page=true", (unsigned long long)root));
	for (int pages = 0; next.n && pages < 10; pages++) {
		page = at(next, carols_key);
		seen += rig_count(&page, "orderedItems");
		next = rig_str(&page, "next");
	}
	is_int(seen, 31, "page by page the whole thread is read, each post once");
	rig_free(rig);
}

static void check_foreign_context(void)
{
	struct rig_answer note;
	struct str uri;
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	is_int(rig_apply(rig, "{" AS "'id':'https://b.example/a/9','type':'Create','actor':'" CAROL "','object':{"
	                 "'id':'https://b.example/notes/9','type':'Note','attributedTo':'" CAROL "','content':'x','to':'"
	                 PUBLIC "','context':'https://b.example/contexts/9'}}"), OK, "a foreign thread comes");
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "answer", rig_find_post(rig, "https://b.example/notes/9").id, &id);
	note = at(uri, carols_key);
	is_str(rig_str(&note, "context"), STR("https://b.example/contexts/9"), "an answer copies its context");
	is_int(part_of(id, "context", carols_key).status, 404, "of which nothing is here");
	is_int(part_of(rig_find_post(rig, "https://b.example/notes/9").id, "replies", carols_key).status, 404,
	       "nor are there replies of others' posts");
	rig_free(rig);
}

static void check_reactions(void)
{
	struct rig_answer answer;
	uint64_t root;
	struct str uri;

	rig = rig_new();
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "root", 0, &root);
	rig_call(rig, "POST", rig_line(rig, "/api/v1/statuses/%llu/favourite", (unsigned long long)root), &rig->bob, "");
	is_int(rig_apply(rig, rig_line(rig, "{" AS "'id':'https://b.example/a/1','type':'Like','actor':'" CAROL "','object':"
	                               "'%.*s'}", STR_ARG(uri))), OK, "a Like comes");
	rig_call(rig, "POST", rig_line(rig, "/api/v1/statuses/%llu/reblog", (unsigned long long)root), &rig->bob, "");
	answer = part_of(root, "likes", carols_key);
	is_int(rig_number(&answer, "totalItems"), 2, "likes are counted");
	ok(rig_count(&answer, "orderedItems") == 0 && !rig_holds(&answer, "bob"), "and do not say whose they are");
	answer = part_of(root, "shares", carols_key);
	is_int(rig_number(&answer, "totalItems"), 1, "so are boosts");
	rig_free(rig);
}

static void check_hidden(void)
{
	struct rig_answer missing, answer;
	uint64_t quiet, gone;

	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_post(rig, &rig->alice, VISIBILITY_FOLLOWERS, "quiet", 0, &quiet);
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "gone", 0, &gone);
	rig_call(rig, "DELETE", rig_line(rig, "/api/v1/statuses/%llu", (unsigned long long)gone), &rig->alice, NULL);
	missing = rig_fetch(rig, "/p/4", daves_key);
	for (size_t i = 0; i < PARTS; i++) {
		ok(part_of(quiet, parts[i], carols_key).status == 200, "a follower reads %s of a post for followers", parts[i]);
		answer = part_of(quiet, parts[i], daves_key);
		ok(answer.status == 404 && str_eq(answer.body, missing.body),
		   "to another its %s are as if it were not there", parts[i]);
		answer = part_of(gone, parts[i], daves_key);
		ok(answer.status == 404 && str_eq(answer.body, missing.body), "and so are the %s of one that is gone", parts[i]);
		answer = rig_request(rig, "GET", rig_line(rig, "/p/%llu/%s", (unsigned long long)quiet, parts[i]), NULL, 0, STR_NONE);
		ok(answer.status == 401, "%s are not for the unsigned", parts[i]);
	}
	rig_free(rig);
}

int main(void)
{
	check_replies();
	check_context();
	check_long_context();
	check_foreign_context();
	check_reactions();
	check_hidden();
	return done();
}
