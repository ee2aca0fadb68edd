/* The indexer and the searching: what is found after which change, by whom; kills, lost and broken files. */
#include "node/search/indexer.h"

#include <stdlib.h>
#include <unistd.h>

#include "node/search/find.h"
#include "node/search/index.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/changes.h"
#include "storage/engine/writer.h"
#include "storage/graph.h"
#include "storage/media.h"
#include "storage/posts.h"
#include "tests/rig/folder.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;
static struct indexer *indexer;
static char *folder;
static struct account *ana, *bob, *cleo;

static void must(int r)
{
	if (r != OK)
		abort();
}

static struct account *add_person(const char *name, bool found)
{
	struct account *account = world_account(world, name, "");

	account->discoverable = account->indexable = found;
	must(accounts_put(world->txn, account));
	return account;
}

static void begin(void)
{
	world = world_new();
	folder = folder_new();
	world_write(world);
	ana = add_person("ana", true);
	bob = add_person("bob", true);
	cleo = add_person("cleo", false);
	must(world_commit(world));
	must(indexer_new(world->store, NULL, str_of(folder), &indexer));
}

static void end(void)
{
	indexer_free(indexer);
	world_free(world);
	folder_remove(folder);
}

static void step_all(void)
{
	bool more = true;

	while (more)
		must(indexer_step(indexer, &more));
}

static uint64_t say(const struct account *author, uint8_t visibility, const char *html)
{
	struct post *post;
	uint64_t id;

	world_write(world);
	post = world_draft(world, author, visibility);
	post->content = str_of(html);
	id = world_add(world, post);
	must(world_commit(world));
	return id;
}

static struct id_list found_by(const struct find *find)
{
	struct id_list ids;

	must(find_posts(indexer_index(indexer), world->arena, world_read(world), find, &ids));
	return ids;
}

static size_t finds(const struct account *viewer, const char *text)
{
	struct find find = { .text = str_of(text), .viewer_id = viewer->id, .limit = 20 };

	return found_by(&find).count;
}

static bool finds_person(const struct account *viewer, const char *text, const struct account *person)
{
	struct find find = { .text = str_of(text), .viewer_id = viewer->id, .limit = 20 };
	struct id_list ids;

	must(find_people(indexer_index(indexer), world->arena, world_read(world), &find, &ids));
	return ids.count == 1 && ids.ids[0] == person->id;
}

static void edit(uint64_t id, const char *html)
{
	struct post post;

	world_write(world);
	must(posts_get(world->arena, txn_view(world->txn), id, &post));
	post.content = str_of(html);
	post.edited_ms = txn_now_ms(world->txn);
	must(posts_update(world->txn, &post));
	must(world_commit(world));
}

static void erase(uint64_t id)
{
	bool more;

	world_write(world);
	must(posts_delete(world->txn, id, &more));
	must(world_commit(world));
}

static uint64_t say_with_document(const struct account *author, uint8_t visibility, const char *html, const char *text)
{
	struct media_record media = {
		.account_id = author->id, .use = MEDIA_USE_POST, .state = MEDIA_STATE_READY, .kind = MEDIA_OTHER,
		.type = STR("application/pdf"), .blob = STR("01234567890123456789012345678901"), .text = str_of(text),
		.text_bytes = strlen(text),
	};
	struct post *post;
	uint64_t id;

	world_write(world);
	must(media_add(world->arena, world->txn, &media));
	post = world_draft(world, author, visibility);
	post->content = str_of(html);
	post->media_ids = world_ids(world, 1, &media.id);
	id = world_add(world, post);
	must(world_commit(world));
	return id;
}

static void check_documents(void)
{
	uint64_t id;

	begin();
	id = say_with_document(ana, VISIBILITY_PUBLIC, "<p>Le compte rendu</p>", "La soudure des chaudi\u00e8res \xff\xfe a \u00e9t\u00e9 pr\u00e9vue");
	say_with_document(ana, VISIBILITY_FOLLOWERS, "<p>Pour peu</p>", "Un stratag\u00e8me");
	step_all();
	is_int(finds(bob, "soudures chaudiere"), 1, "a post is found by the words of its document, in stems and without accents");
	is_int(finds(bob, "compte soudure"), 1, "and by some of each");
	is_int(finds(bob, "\"chaudi\u00e8res a \u00e9t\u00e9\""), 1, "bytes that are no text part words");
	is_int(finds(bob, "soudure chocolat"), 0, "all words must be there");
	is_int(finds(ana, "stratagemes"), 1, "of a post for few, its author finds the document");
	is_int(finds(bob, "stratageme"), 0, "and who may not see it does not");
	edit(id, "<p>Le rapport</p>");
	step_all();
	is_int(finds(bob, "rapport soudure"), 1, "after an edit the document is found as before");
	must(indexer_run_whole(indexer));
	is_int(finds(bob, "rapport soudure"), 1, "an index that is built anew has it");
	erase(id);
	is_int(finds(bob, "soudure"), 0, "with the post the document is found no more");
	end();
}

static void check_words(void)
{
	uint64_t id;

	begin();
	id = say(ana, VISIBILITY_PUBLIC, "<p>La r\u00e9union du budget est report\u00e9e &amp; d\u00e9cal\u00e9e</p>");
	is_int(finds(bob, "budget"), 0, "a post is not found before it is indexed");
	step_all();
	is_int(finds(bob, "budget"), 1, "and afterwards it is");
	is_int(finds(bob, "Reunions BUDGETS"), 1, "by stems, without accents and in capitals");
	is_int(finds(bob, "budget chocolat"), 0, "all words must be there");
	is_int(finds(bob, "\"r\u00e9union du budget\""), 1, "a phrase is found");
	is_int(finds(bob, "\"budget du r\u00e9union\""), 0, "but not in another order");
	is_int(finds(bob, "\"budget"), 1, "a quote that does not end is nothing");
	is_int(finds(bob, "budjet"), 1, "one slip is forgiven");
	is_int(finds(bob, "reunoin budegt"), 1, "in each word");
	is_int(finds(bob, "bugdjet"), 0, "but not two");
	is_int(finds(bob, "budget from:@ana"), 1, "of one author");
	is_int(finds(bob, "budget from:me"), 0, "not of another");
	is_int(finds(bob, "from:ana"), 1, "the author is enough");
	is_int(finds(bob, "from:nobody budget"), 0, "nobody has no posts");
	is_int(finds(bob, "budget has:media"), 0, "without media it is not among those with");
	is_int(finds(bob, "budget AND OR NOT NEAR( * ^ : - + {} \"\" ()"), 0, "syntax of the index is no syntax");
	is_int(finds(bob, "' \" \\ ; -- \" '"), 0, "nor are signs");
	is_int(finds(bob, ""), 0, "nothing finds nothing");
	edit(id, "<p>Le chocolat est pr\u00eat</p>");
	is_int(finds(bob, "budget"), 0, "an edit takes the old words away at once");
	step_all();
	is_int(finds(bob, "chocolat"), 1, "and brings its own");
	is_int(finds(bob, "budget"), 0, "without the old ones coming back");
	erase(id);
	is_int(finds(bob, "chocolat"), 0, "what was deleted is not found");
	step_all();
	is_int(finds(bob, "chocolat"), 0, "before or after the indexer saw it");
	end();
}

static void check_audience(void)
{
	begin();
	world_write(world);
	world_follow(world, bob->id, ana->id, FOLLOW_ACCEPTED);
	must(world_commit(world));
	say(ana, VISIBILITY_FOLLOWERS, "<p>xylophone</p>");
	say(ana, VISIBILITY_DIRECT, "<p>saxophone</p>");
	say(cleo, VISIBILITY_PUBLIC, "<p>trombone</p>");
	say(ana, VISIBILITY_PUBLIC, "<p>xylophage</p>");
	step_all();
	is_int(finds(bob, "xylophone"), 1, "a follower finds what is for followers");
	is_int(finds(ana, "saxophone"), 1, "the author what is for nobody else");
	is_int(finds(bob, "saxophone"), 0, "which others do not find");
	is_int(finds(cleo, "xylophone"), 0, "who does not follow finds nothing");
	is_int(finds(bob, "trombone"), 0, "who does not want to be found is not");
	is_int(finds(cleo, "trombone"), 1, "but by oneself");
	is_int(finds(cleo, "xylophane"), 1, "a slip leads to what one may see");
	is_int(finds(cleo, "xylophonne"), 0, "and nobody to what others may see");
	is_int(finds(bob, "saxophome"), 0, "not even near");
	world_write(world);
	must(graph_follow_delete(world->txn, bob->id, ana->id));
	must(world_commit(world));
	is_int(finds(bob, "xylophone"), 0, "who follows no more finds no more, at once");
	end();
}

static void check_pages(void)
{
	uint64_t ids[5];
	struct find find = { .text = STR("kiwi"), .limit = 2 };
	struct id_list page;

	begin();
	find.viewer_id = bob->id;
	for (int i = 0; i < 5; i++)
		ids[i] = say(i % 2 ? ana : bob, VISIBILITY_PUBLIC, i % 2 ? "<p>the kiwi is in the box</p>" : "<p>le kiwi est dans la bo\u00eete</p>");
	step_all();
	page = found_by(&find);
	ok(page.count == 2 && page.ids[0] == ids[4] && page.ids[1] == ids[3], "the newest come first, of all languages");
	find.max_id = ids[3];
	page = found_by(&find);
	ok(page.count == 2 && page.ids[0] == ids[2] && page.ids[1] == ids[1], "then those below");
	find.max_id = 0;
	find.min_id = ids[0];
	page = found_by(&find);
	ok(page.count == 2 && page.ids[0] == ids[2] && page.ids[1] == ids[1], "or those just above, newest first all the same");
	find.min_id = 0;
	find.offset = 3;
	page = found_by(&find);
	ok(page.count == 2 && page.ids[0] == ids[1] && page.ids[1] == ids[0], "or from an offset on");
	find.offset = 0;
	find.account_id = ana->id;
	find.limit = 20;
	is_int(found_by(&find).count, 2, "or of one account");
	find.account_id = 0;
	find.max_id = UINT64_MAX;
	is_int(found_by(&find).count, 5, "a bound beyond all is none");
	find.max_id = 0;
	find.min_id = UINT64_MAX;
	is_int(found_by(&find).count, 0, "nothing is above the end");
	end();
}

static void profile(struct account *account, const char *note)
{
	world_write(world);
	account->note = str_of(note);
	must(accounts_put(world->txn, account));
	must(world_commit(world));
}

/* Long posts take as long to look at as many short ones. */
static void check_long_posts(void)
{
	enum { POSTS = 24, WORDS = 16000 };
	struct find find = { .text = STR("datte"), .offset = 3, .limit = 20 };
	struct buf html;

	begin();
	buf_init(&html, world->arena, 0);
	for (size_t i = 0; i < WORDS; i++)
		buf_add(&html, STR("noyaux "));
	buf_add(&html, STR("datte"));
	buf_add_char(&html, '\0');
	for (size_t i = 0; i < POSTS; i++)
		say(ana, VISIBILITY_PUBLIC, html.p);
	step_all();
	find.viewer_id = ana->id;
	ok(found_by(&find).count > 0, "a page of long posts is found");
	find.offset = POSTS - 1;
	is_int(found_by(&find).count, 0, "a search ends after 2 MiB of text, however few posts that are");
	end();
}

static void check_people(void)
{
	begin();
	profile(ana, "<p>Soudage inox 316, TIG</p>");
	profile(cleo, "<p>poterie</p>");
	step_all();
	ok(finds_person(bob, "soudage inox", ana), "a person is found by the profile");
	ok(finds_person(bob, "inox soud", ana), "the last word may be a beginning");
	ok(finds_person(bob, "inox soudgae", ana), "a slip is forgiven");
	ok(!finds_person(bob, "poterie", cleo), "who does not want to be found is not");
	ok(finds_person(cleo, "poterie", cleo), "but by oneself");
	profile(ana, "<p>Comptable</p>");
	ok(!finds_person(bob, "soudage", ana), "what a profile no longer says finds nobody, at once");
	step_all();
	ok(finds_person(bob, "comptables", ana), "what it says does");
	end();
}

/* A kill is a file of before some commit: the process ends without a word, what was not committed is not there. */
static void reopen(void)
{
	indexer_free(indexer);
	must(indexer_new(world->store, NULL, str_of(folder), &indexer));
}

static size_t waiting_changes(void)
{
	struct change changes[100];
	size_t count;

	must(changes_page(world_read(world), 0, changes, 100, &count));
	return count;
}

static void check_ends(void)
{

	uint64_t id;


	begin();
	say(ana, VISIBILITY_PUBLIC, "<p>avant</p>");
	step_all();
	ok(waiting_changes() > 0, "a change is kept until what came of it is durable");
	must(indexer_settle(indexer));
	is_int(waiting_changes(), 0, "and then forgotten");
	id = say(ana, VISIBILITY_PUBLIC, "<p>pendant</p>");
	reopen();
	step_all();
	is_int(finds(bob, "pendant"), 1, "what was posted while nobody indexed is found");
	reopen();
	step_all();
	is_int(finds(bob, "avant"), 1, "what was indexed stays");
	edit(id, "<p>apr\u00e8s</p>");
	step_all();
	reopen();
	is_int(finds(bob, "apres"), 1, "also an edit");
	must(text_index_remake(indexer_index(indexer)));
	is_int(finds(bob, "avant"), 0, "a new file is empty");
	step_all();
	is_int(finds(bob, "avant") + finds(bob, "apr\u00e8s"), 2, "and fills itself from the store");
	must(indexer_run_whole(indexer));
	is_int(finds(bob, "avant") + finds(bob, "apr\u00e8s"), 2, "reindex gives the same");
	end();
}

static void spoil(const char *name, const char *bytes)
{
	struct str path = arena_printf(world->arena, "%s/%s", folder, name);
	FILE *file = fopen(path.p, "w");

	if (!file)
		abort();
	fputs(bytes, file);
	fclose(file);
}

static void check_broken(void)
{
	begin();
	say(ana, VISIBILITY_PUBLIC, "<p>cerise</p>");
	step_all();
	must(indexer_settle(indexer));
	indexer_free(indexer);
	spoil("search.sqlite", "this is no database at all, and it is long enough to be looked at as the header of one, which it is not");
	must(indexer_new(world->store, NULL, str_of(folder), &indexer));
	step_all();
	is_int(finds(bob, "cerise"), 1, "a broken file is made anew");
	ok(!text_index_is_lost(indexer_index(indexer)), "it is there");
	unlink(arena_printf(world->arena, "%s/search.sqlite", folder).p);
	ok(text_index_is_lost(indexer_index(indexer)), "that it is gone is seen");
	end();
}

/* As of a copy of the file that was put back: the queue went on without it. */
static void check_behind(void)
{
	bool more = true;

	begin();
	step_all();
	say(ana, VISIBILITY_PUBLIC, "<p>mandarine</p>");
	indexer_free(indexer);
	world_write(world);
	while (more)
		must(changes_forget(world->txn, UINT64_MAX, &more));
	must(world_commit(world));
	must(indexer_new(world->store, NULL, str_of(folder), &indexer));
	step_all();
	is_int(finds(bob, "mandarine"), 1, "a file that missed changes is built anew");
	end();
}

static int touch(struct txn *txn, void *arg)
{
	struct account account = *(struct account *)arg;
	struct arena *arena = arena_new();
	int r;

	account.note = arena_printf(arena, "<p>version of %lld</p>", (long long)txn_new_id(txn));
	r = accounts_put(txn, &account);
	arena_free(arena);
	return r;
}

static void check_thread(void)
{
	struct writer_options options = { 0 };
	struct writer *writer;
	size_t found = 0;

	begin();
	indexer_free(indexer);
	must(writer_start(world->store, &options, &writer));
	must(indexer_new(world->store, writer, str_of(folder), &indexer));
	must(indexer_start(indexer));
	for (int i = 0; i < 30; i++) {
		must(writer_run(writer, touch, ana));
		indexer_wake(indexer);
		for (int j = 0; j < 5; j++)
			found += finds_person(bob, "nothing", ana);
		usleep(2000);
	}
	indexer_ask_rebuild(indexer);
	for (int i = 0; i < 500 && !finds_person(bob, "version", ana); i++)
		usleep(10000);
	ok(finds_person(bob, "version", ana), "the thread finds out by itself");
	is_int(found, 0, "searching while it works does no harm");
	indexer_stop(indexer);
	indexer_free(indexer);
	indexer = NULL;
	writer_stop(writer);
	end();
}

int main(void)
{
	check_words();
	check_documents();
	check_audience();
	check_pages();
	check_long_posts();
	check_people();
	check_ends();
	check_broken();
	check_behind();
	check_thread();
	return done();
}
