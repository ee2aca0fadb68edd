/* A thread is filled when somebody opens it, and nobody can make that cost much. */
#include "federation/backfill.h"

#include "federation/budget.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/jobs.h"
#include "storage/peers.h"
#include "storage/posts.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define ROOT "https://b.example/notes/root"

static struct rig *rig;

/* A note of Carol's; `more` is further members with a comma in front. */
static const char *note(const char *id, const char *parent, const char *more)
{
	const char *answers = parent ? rig_line(rig, ",'inReplyTo':'%s'", parent) : "";

	return rig_line(rig, "{" AS "'id':'%s','type':'Note','attributedTo':'" CAROL "','content':'x','to':'" PUBLIC "'%s%s}", id,
	                answers, more);
}

static void serve_note(const char *id, const char *parent, const char *more)
{
	rig_serve(rig, id, 200, NULL, note(id, parent, more));
}

static void serve_collection(const char *id, const char *more)
{
	rig_serve(rig, id, 200, NULL, rig_line(rig, "{" AS "'id':'%s','type':'OrderedCollection'%s}", id, more));
}

/* Carol's note is delivered here; its id. */
static uint64_t deliver(const char *id, const char *parent, const char *more)
{
	is_int(rig_apply(rig, rig_line(rig, "{" AS "'id':'%s/create','type':'Create','actor':'" CAROL "','object':%s}", id,
	                               note(id, parent, more))), OK, "a post comes");
	return rig_find_post(rig, id).id;
}

static bool is_here(const char *uri)
{
	return rig_find_post(rig, uri).id != 0;
}

static void open_rig(void)
{
	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
}

/* Alice opens the thread around a post; how many wait to be filled. */
static size_t look(uint64_t id)
{
	is_int(rig_call(rig, "GET", rig_line(rig, "/api/v1/statuses/%llu/context", (unsigned long long)id), &rig->alice, NULL)
	       .status, 200, "a thread is opened");
	return rig_jobs_waiting(rig, "backfill");
}

static struct job last_job;

/* The job of a post runs; its requests. */
static size_t run(uint64_t id)
{
	struct job job = { .kind = STR("backfill"), .subject = id };
	struct arena *arena = arena_new();
	size_t before = rig->asked;

	is_int(backfill_job(&rig->federation, arena, rig->world->store, NULL, &job), OK, "the job runs");
	arena_free(arena);
	last_job = job;
	return rig->asked - before;
}

static void check_asking(void)
{
	uint64_t ours, root, answer, quiet;

	open_rig();
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "ours", 0, &ours);
	is_int(look(ours), 0, "where only our people speak there is nothing to ask for");
	root = deliver(ROOT, NULL, "");
	is_int(look(root), 1, "a thread of others is filled when it is opened");
	is_int(look(root), 1, "but not at once again");
	answer = deliver("https://b.example/notes/1", ROOT, "");
	is_int(look(answer), 1, "from whichever end one looks at it");
	clock_advance_for_test(BACKFILL_EVERY_MS - 1);
	is_int(look(answer), 1, "nor shortly after");
	clock_advance_for_test(1);
	is_int(look(answer), 2, "after a while it is");
	quiet = deliver("https://b.example/notes/quiet", NULL, ",'x':1");
	rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "quiet answer", quiet, &quiet);
	is_int(look(quiet), 2, "what is not for all is not asked about");
	rig_free(rig);
}

static void check_context(void)
{
	static const char context[] = "https://b.example/contexts/1";
	uint64_t root, ours, aside;

	open_rig();
	root = deliver(ROOT, NULL, rig_line(rig, ",'context':'%s','replies':'" ROOT "/replies'", context));
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "ours", root, &ours);
	serve_collection(context, rig_line(rig, ",'first':'%s?page=1'", context));
	rig_serve(rig, rig_line(rig, "%s?page=1", context), 200, NULL,
	          rig_line(rig, "{" AS "'id':'%s?page=1','type':'OrderedCollectionPage','partOf':'%s','next':'%s?page=2',"
	                   "'orderedItems':['" ROOT "','https://b.example/notes/1','https://b.example/notes/alien',"
	                   "'https://a.example/p/7','https://evil.example/notes/9','https://b.example/notes/gone']}", context,
	                   context, context));
	rig_serve(rig, rig_line(rig, "%s?page=2", context), 200, NULL,
	          rig_line(rig, "{" AS "'id':'%s?page=2','type':'OrderedCollectionPage','partOf':'%s','orderedItems':["
	                   "'https://b.example/notes/2','https://b.example/notes/3']}", context, context));
	serve_note("https://b.example/notes/1", ROOT, "");
	serve_note("https://b.example/notes/2", "https://b.example/notes/1", ",'quote':'https://b.example/notes/quoted'");
	serve_note("https://b.example/notes/3", "https://b.example/notes/elsewhere", rig_line(rig, ",'context':'%s'", context));
	serve_note("https://b.example/notes/alien", NULL, ",'context':'https://b.example/contexts/2'");
	serve_note("https://b.example/notes/aside", "https://b.example/notes/alien", "");
	is_int(run(root), 8, "three documents of the collection, five of posts");
	ok(is_here("https://b.example/notes/1"), "what the context names is taken in");
	ok(is_here("https://b.example/notes/2"), "page by page");
	ok(is_here("https://b.example/notes/3"), "also an answer to what is not here, if it says that it is of the context");
	ok(!is_here("https://b.example/notes/alien"), "what is of no thread is not");
	is_int(rig_find_post(rig, "https://b.example/notes/2").root_id, root, "it has its place in the thread");
	is_int(rig_jobs_waiting(rig, "quote") + rig_jobs_waiting(rig, "resolve"), 0, "and makes no further fetches");
	is_int(rig_notices(rig, &rig->alice, 0), 0, "nobody is told");
	is_int(run(root), 5, "what is here is not fetched again");
	aside = deliver("https://b.example/notes/4", ROOT, "");
	is_int(run(aside), 5, "whoever opens it from below finds the same");
	rig_free(rig);
}

static void check_replies(void)
{
	uint64_t root, ours;

	open_rig();
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "ours", 0, &ours);
	root = deliver("https://b.example/notes/1",
	               arena_cstr(rig->arena, instance_post_uri(rig->arena, rig->federation.instance, ours)),
	               ",'context':'https://b.example/contexts/1','replies':{'type':'Collection','id':"
	               "'https://b.example/notes/1/replies'}");
	serve_collection("https://b.example/notes/1/replies", ",'orderedItems':['https://b.example/notes/2',"
	                 "'https://b.example/notes/lie']");
	serve_note("https://b.example/notes/2", "https://b.example/notes/1", ",'replies':'https://b.example/notes/2/replies'");
	serve_note("https://b.example/notes/lie", "https://b.example/notes/other", "");
	serve_collection("https://b.example/notes/2/replies", ",'orderedItems':'https://b.example/notes/3'");
	serve_note("https://b.example/notes/3", "https://b.example/notes/2", ",'replies':'https://evil.example/x'");
	is_int(run(root), 5, "in a thread of ours the answers lead on");
	ok(is_here("https://b.example/notes/2") && is_here("https://b.example/notes/3"), "from one to the next");
	ok(!is_here("https://b.example/notes/lie"), "what answers something else is no answer");
	is_int(rig_find_post(rig, "https://b.example/notes/3").root_id, ours, "all of them hang below our post");
	rig_free(rig);
}

static void check_fallback(void)
{
	uint64_t root;

	open_rig();
	root = deliver(ROOT, NULL, ",'context':'https://b.example/contexts/1'");
	serve_note(ROOT, NULL, ",'replies':'" ROOT "/replies'");
	serve_collection(ROOT "/replies", ",'orderedItems':['https://b.example/notes/1']");
	serve_note("https://b.example/notes/1", ROOT, "");
	is_int(run(root), 4, "a context that is not to be had, and a post that came before its collection was kept");
	ok(is_here("https://b.example/notes/1"), "are no obstacle");
	rig_free(rig);
}

static void check_up(void)
{
	uint64_t answer, again;

	open_rig();
	answer = deliver("https://b.example/notes/5", "https://b.example/notes/4", "");
	for (int i = 4; i > 1; i--)
		serve_note(rig_line(rig, "https://b.example/notes/%d", i), rig_line(rig, "https://b.example/notes/%d", i - 1),
		           i == 3 ? ",'replies':'https://b.example/notes/3/replies'" : "");
	serve_note("https://b.example/notes/1", NULL, ",'replies':'https://b.example/notes/1/replies'");
	serve_collection("https://b.example/notes/1/replies", ",'orderedItems':['https://b.example/notes/2',"
	                 "'https://b.example/notes/side']");
	serve_note("https://b.example/notes/side", "https://b.example/notes/1", "");
	look(answer);
	is_int(run(answer), 7, "what stands above is fetched first");
	is_int(rig_find_post(rig, "https://b.example/notes/5").root_id, rig_find_post(rig, "https://b.example/notes/1").id,
	       "up to where the thread begins");
	ok(is_here("https://b.example/notes/side"), "and from there what else is below");
	again = rig_jobs_waiting(rig, "backfill");
	is_int(look(answer), again, "a thread that grew upwards is no new one");
	rig_free(rig);

	open_rig();
	answer = deliver("https://b.example/notes/a", "https://b.example/notes/b", "");
	serve_note("https://b.example/notes/b", "https://b.example/notes/a", "");
	is_int(run(answer), 2, "posts that answer each other lead nowhere");
	rig_free(rig);
	open_rig();
	answer = deliver("https://b.example/notes/a", "https://b.example/notes/a", "");
	ok(run(answer) <= 1, "nor does one that answers itself");
	rig_free(rig);
}

/* --- peers who would like us to go on for ever ------------------------------------------------------------------ */

/* The number at the end of an address. */
static unsigned long number_of(struct str url)
{
	unsigned long number = 0;
	size_t i = url.n;

	while (i && url.p[i - 1] >= '0' && url.p[i - 1] <= '9')
		i--;
	for (; i < url.n; i++)
		number = number * 10 + (unsigned long)(url.p[i] - '0');
	return number;
}

static struct str endless_pages(struct rig *world, struct str url)
{
	if (str_find(url, STR("/replies")) == SIZE_MAX)
		return STR_NONE;
	return rig_json(world, rig_line(world, "{" AS "'id':'%.*s','type':'OrderedCollectionPage','next':'" ROOT "/replies/%lu'}",
	                                STR_ARG(url), number_of(url) + 1));
}

static struct str endless_posts(struct rig *world, struct str url)
{
	unsigned long number = number_of(url);

	if (str_find(url, STR("/replies")) == SIZE_MAX)
		return rig_json(world, note(arena_cstr(world->arena, url), ROOT, rig_line(world, ",'replies':'%.*s/replies/%lu'",
		                                                                        STR_ARG(url), number)));
	return rig_json(world, rig_line(world, "{" AS "'id':'%.*s','type':'OrderedCollectionPage','next':'" ROOT "/replies/%lu',"
	                                "'items':['https://b.example/notes/%lu','https://b.example/notes/%lu']}", STR_ARG(url),
	                                number + 1, 2 * number, 2 * number + 1));
}

static struct str endless_chain(struct rig *world, struct str url)
{
	return rig_json(world, note(arena_cstr(world->arena, url),
	                            rig_line(world, "https://b.example/notes/%lu", number_of(url) + 1), ""));
}

static struct str ever_deeper(struct rig *world, struct str url)
{
	unsigned long number = number_of(url);

	if (str_find(url, STR("/replies")) == SIZE_MAX)
		return rig_json(world, note(arena_cstr(world->arena, url),
		                            number > 1 ? rig_line(world, "https://b.example/notes/%lu", number - 1) : ROOT,
		                            rig_line(world, ",'replies':'https://b.example/replies/%lu'", number)));
	return rig_json(world, rig_line(world, "{" AS "'id':'%.*s','type':'Collection','items':'https://b.example/notes/%lu'}",
	                                STR_ARG(url), number + 1));
}

/* Each post by somebody else, who must be proved. */
static struct str many_authors(struct rig *world, struct str url)
{
	if (str_find(url, STR("/replies")) != SIZE_MAX)
		return endless_posts(world, url);
	if (str_find(url, STR("/notes/")) == SIZE_MAX)
		return STR_NONE;
	return rig_json(world, rig_line(world, "{" AS "'id':'%.*s','type':'Note','attributedTo':'https://b.example/users/%lu',"
	                                "'to':'" PUBLIC "','inReplyTo':'" ROOT "'}", STR_ARG(url), number_of(url)));
}

static struct str crowd(struct rig *world, struct str url)
{
	struct buf buf;

	if (str_find(url, STR("/replies")) == SIZE_MAX)
		return STR_NONE;
	buf_init(&buf, world->arena, 0);
	buf_printf(&buf, "{" AS "'id':'%.*s','type':'Collection','items':['" ROOT "'", STR_ARG(url));
	for (int i = 0; i < 10000; i++)
		buf_printf(&buf, ",'https://host%d.example/notes/1','https://b.example/notes/%d'", i, i);
	buf_add(&buf, STR("]}"));
	return rig_json(world, arena_cstr(world->arena, buf_str(&buf)));
}

static struct str circle(struct rig *world, struct str url)
{
	if (str_find(url, STR("/replies")) == SIZE_MAX)
		return STR_NONE;
	return rig_json(world, rig_line(world, "{" AS "'id':'%.*s','type':'OrderedCollectionPage','next':'" ROOT "/replies/%lu',"
	                                "'items':['" ROOT "','%.*s']}", STR_ARG(url), (number_of(url) + 1) % 3, STR_ARG(url)));
}

static void check_hostile(void)
{
	static const struct {
		struct str (*improvise)(struct rig *rig, struct str url);
		size_t least, most;
		const char *what;
	} peers[] = {
		{ endless_pages, BACKFILL_PAGES_MAX, BACKFILL_PAGES_MAX, "pages without end" },
		{ endless_posts, BACKFILL_FETCHES, BACKFILL_FETCHES, "pages of posts without end" },
		{ ever_deeper, BACKFILL_FETCHES, BACKFILL_FETCHES, "answers to answers without end" },
		{ many_authors, BACKFILL_FETCHES, BACKFILL_FETCHES, "an author for each post" },
		{ crowd, 1, BACKFILL_FETCHES, "a crowd of addresses" },
		{ circle, 3, 4, "pages in a circle" },
	};

	for (size_t i = 0; i < sizeof(peers) / sizeof *peers; i++) {
		uint64_t root;
		size_t asked;

		open_rig();
		root = deliver(ROOT, NULL, ",'replies':'" ROOT "/replies/0'");
		rig->improvise = peers[i].improvise;
		asked = run(root);
		ok(asked >= peers[i].least && asked <= peers[i].most, "%s: %zu requests", peers[i].what, asked);
		rig_free(rig);
	}
	open_rig();
	rig->improvise = endless_chain;
	is_int(run(deliver("https://b.example/notes/0", "https://b.example/notes/1", "")), BACKFILL_FETCHES,
	       "a chain without end: as many requests as one opening may cost");
	is_int(last_job.cursor, BACKFILL_FETCHES, "which is noted");
	rig_free(rig);
}

static void check_deep_chain(void)
{
	uint64_t id;

	open_rig();
	rig->improvise = endless_chain;
	id = deliver("https://b.example/notes/0", "https://b.example/notes/1", "");
	for (int i = 0; i < 3; i++)
		run(id);
	ok(is_here(rig_line(rig, "https://b.example/notes/%d", BACKFILL_DEPTH_MAX)) &&
	   !is_here(rig_line(rig, "https://b.example/notes/%d", BACKFILL_DEPTH_MAX + 1)),
	   "nobody climbs higher, however often it is opened");
	rig_free(rig);
}

static void check_silence(void)
{
	struct job job = { .kind = STR("backfill") };

	open_rig();
	job.subject = deliver(ROOT, "https://b.example/notes/above", ",'replies':'" ROOT "/replies'");
	rig_serve(rig, "https://b.example/notes/above", 503, NULL, "");
	is_int(run(job.subject), 1, "who does not answer is left alone");
	is_int(budget_enter(rig->federation.budget, STR("https://b.example")), OK, "while something else is under way there");
	is_int(backfill_job(&rig->federation, rig->arena, rig->world->store, NULL, &job), ERR_BUSY, "it waits");
	budget_leave(rig->federation.budget, STR("https://b.example"));
	job.tries = BACKFILL_TRIES;
	job.cursor = BACKFILL_FETCHES - 1;
	serve_collection(ROOT "/replies", "");
	rig_serve(rig, "https://b.example/notes/above", 404, NULL, "");
	rig->asked = 0;
	is_int(backfill_job(&rig->federation, rig->arena, rig->world->store, NULL, &job), OK, "another try");
	is_int(rig->asked, 1, "has only what the first one left");
	rig_free(rig);
}

/* The checks of any other way in hold for this one. */
static void check_same_checks(void)
{
	uint64_t root;

	open_rig();
	root = deliver(ROOT, NULL, ",'replies':'" ROOT "/replies'");
	deliver("https://b.example/notes/deleted", ROOT, "");
	is_int(rig_apply(rig, "{" AS "'id':'https://b.example/d','type':'Delete','actor':'" CAROL "','object':"
	                 "'https://b.example/notes/deleted'}"), OK, "a post goes");
	serve_collection(ROOT "/replies", ",'orderedItems':['https://b.example/notes/deleted','https://b.example/notes/moved',"
	                 "'https://b.example/notes/forged','https://b.example/notes/upload']");
	serve_note("https://b.example/notes/deleted", ROOT, "");
	rig_serve(rig, "https://b.example/notes/moved", 200, NULL, note("https://c.example/notes/1", ROOT, ""));
	rig_serve(rig, "https://b.example/notes/forged", 200, NULL,
	          "{" AS "'id':'https://b.example/notes/forged','type':'Note','attributedTo':'https://c.example/u/1','to':'" PUBLIC
	          "','inReplyTo':'" ROOT "'}");
	rig_serve(rig, "https://b.example/notes/upload", 200, "application/json", note("https://b.example/notes/upload", ROOT, ""));
	run(root);
	ok(!is_here("https://b.example/notes/deleted"), "what was deleted does not come back");
	ok(!is_here("https://c.example/notes/1"), "nor does what has its id elsewhere come in");
	ok(!is_here("https://b.example/notes/forged"), "nor what is said to be another origin's");
	ok(!is_here("https://b.example/notes/upload"), "nor what is of no type of documents");
	rig_free(rig);
}

int main(void)
{
	check_asking();
	check_context();
	check_replies();
	check_fallback();
	check_up();
	check_hostile();
	check_deep_chain();
	check_silence();
	check_same_checks();
	return done();
}
