/*
 * The search alone, over a store in LMDB: how fast 100,000 posts are indexed, and how long queries take whose hits are cut by
 * what the reader may see.
 *
 *     bench_search [POSTS]        default 100,000
 *
 * A post has 30 words of a vocabulary of 20,000, the common ones often, as in texts; every tenth is for followers alone, and
 * the reader follows nobody.
 */
#include <stdio.h>
#include <stdlib.h>

#include "node/search/find.h"
#include "node/search/indexer.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/engine/store.h"
#include "storage/instance.h"
#include "storage/keys.h"
#include "storage/posts.h"
#include "tests/bench/measure.h"
#include "tests/rig/folder.h"

enum { VOCABULARY = 20000, WORDS_EACH = 30, BATCH = 1000, AUTHORS = 50, QUERIES = 2000, PAGE = 20 };

struct scene {
	struct arena *arena;
	struct store *store;
	struct instance instance;
	struct account authors[AUTHORS], reader;
};

static void must(int r, const char *what)
{
	if (r != OK)
		give_up("%s: %s", what, err_name(r));
}

/* The same numbers in every run. */
static uint32_t next_random(void)
{
	static uint64_t state = 88172645463325252;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32);
}

/* Word n is about as frequent as 1/n. */
static unsigned random_word(void)
{
	unsigned bits = next_random() % 15;

	return ((1u << bits) + next_random() % (1u << bits)) % VOCABULARY;
}

/* Letters that say the number: six of them, so that most words are some slips apart. */
static struct str word_text(struct arena *arena, unsigned number)
{
	char letters[6];
	uint32_t mixed = number * 2654435761u;

	for (size_t i = 0; i < sizeof(letters); i++, mixed /= 21)
		letters[i] = "bcdfghjklmnpqrstvwxzy"[mixed % 21];
	return arena_str(arena, (struct str){ letters, sizeof(letters) });
}

static struct str post_text(struct arena *arena)
{
	struct buf text;

	buf_init(&text, arena, 0);
	buf_add(&text, STR("<p>the"));
	for (int i = 0; i < WORDS_EACH; i++)
		buf_printf(&text, " %.*s", STR_ARG(word_text(arena, random_word())));
	buf_add(&text, STR("</p>"));
	return buf_str(&text);
}

static struct account add_account(struct scene *scene, struct txn *txn, struct str name)
{
	struct account account = {
		.kind = ACCOUNT_PERSON, .username = name, .indexable = true,
		.uri = arena_printf(scene->arena, "https://a.example/users/%.*s", STR_ARG(name)),
	};

	must(accounts_put(txn, &account), "an account");
	return account;
}

static void add_people(struct scene *scene)
{
	struct event_list events;
	struct txn *txn;

	must(txn_begin(scene->store, &txn), "a transaction");
	for (int i = 0; i < AUTHORS; i++)
		scene->authors[i] = add_account(scene, txn, arena_printf(scene->arena, "author%d", i));
	scene->reader = add_account(scene, txn, STR("reader"));
	must(txn_commit(txn, &events), "a commit");
}

static void add_posts(struct scene *scene, size_t count)
{
	struct arena *scratch = arena_new();
	struct event_list events;
	struct txn *txn;

	for (size_t i = 0; i < count; i += BATCH) {
		must(txn_begin(scene->store, &txn), "a transaction");
		for (size_t j = i; j < i + BATCH && j < count; j++) {
			struct post post = {
				.id = txn_new_id(txn), .account_id = scene->authors[j % AUTHORS].id, .language = STR("en"),
				.visibility = j % 10 ? VISIBILITY_PUBLIC : VISIBILITY_FOLLOWERS, .content = post_text(scratch),
				.created_ms = txn_now_ms(txn), .object_type = STR("Note"),
			};

			post.uri = arena_printf(scratch, "https://a.example/p/%llu", (unsigned long long)post.id);
			must(posts_add(txn, &post), "a post");
		}
		must(txn_commit(txn, &events), "a commit");
		arena_reset(scratch);
	}
	arena_free(scratch);
}

/* Queries of two common words, of a rare one, and so on. */
static void measure_queries(struct scene *scene, struct indexer *indexer, const char *name, int words, unsigned from,
                            unsigned to, bool slip)
{
	struct arena *scratch = arena_new();
	struct waits waits = { 0 };
	size_t found = 0, queries = slip ? QUERIES / 10 : QUERIES;

	for (size_t i = 0; i < queries; i++) {
		struct find find = { .viewer_id = scene->reader.id, .limit = PAGE };
		struct id_list ids;
		struct view *view;
		struct buf text;
		int64_t began;

		arena_reset(scratch);
		buf_init(&text, scratch, 0);
		for (int j = 0; j < words; j++) {
			struct str word = word_text(scratch, from + next_random() % (to - from));

			buf_printf(&text, "%s%.*s", j ? " " : "", STR_ARG(slip ? str_sub(word, 1, SIZE_MAX) : word));
		}
		find.text = buf_str(&text);
		began = now_us();
		must(view_begin(scene->store, &view), "a view");
		must(find_posts(indexer_index(indexer), scratch, view, &find, &ids), "a search");
		view_end(view);
		waits_add(&waits, now_us() - began);
		found += ids.count;
	}
	printf("  %-42s p50 %6.2f ms, p99 %6.2f ms, %4.1f found\n", name, waits_ms(&waits, 0.5), waits_ms(&waits, 0.99),
	       (double)found / (double)queries);
	waits_clear(&waits);
	arena_free(scratch);
}

static void run(struct scene *scene, struct str folder, size_t count)
{
	struct indexer *indexer;
	int64_t began;
	double seconds;

	add_people(scene);
	add_posts(scene, count);
	must(indexer_new(scene->store, NULL, folder, &indexer), "the index");
	began = now_us();
	must(indexer_run_whole(indexer), "indexing");
	seconds = (double)(now_us() - began) / 1e6;
	printf("%zu posts of %d words\n  indexed in %.1f s: %.0f posts/s\n", count, WORDS_EACH, seconds, (double)count / seconds);
	measure_queries(scene, indexer, "one common word, newest 20", 1, 1, 100, false);
	measure_queries(scene, indexer, "two common words", 2, 1, 100, false);
	measure_queries(scene, indexer, "one rare word", 1, 5000, VOCABULARY, false);
	measure_queries(scene, indexer, "a slip in one word", 1, 100, 5000, true);
	indexer_free(indexer);
}

int main(int argc, char **argv)
{
	struct scene scene = {
		.arena = arena_new(),
		.instance = { .domain = STR("a.example"), .url = STR("https://a.example"), .title = STR("A") },
	};
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	char *folder = folder_new();
	struct engine *engine;

	must(lmdb_open(folder, space_names, SPACE_COUNT, (uint64_t)8 << 30, &engine), "the engine");
	must(store_open(engine, &scene.store), "the store");
	instance_set(scene.store, &scene.instance);
	run(&scene, str_of(folder), count);
	store_close(scene.store);
	folder_remove(folder);
	arena_free(scene.arena);
	return 0;
}
