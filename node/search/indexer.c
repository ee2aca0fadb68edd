/*
 * The indexer. Its thread is the only one that writes the search file; it writes nothing to the store but through the writer.
 */
#include "node/search/indexer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "node/search/index.h"
#include "node/search/subject.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/changes.h"
#include "storage/codec.h"
#include "storage/engine/writer.h"
#include "storage/keys.h"
#include "storage/posts.h"

enum {
	CHANGES_MAX = 500,        /* of one step */
	RECORDS_MAX = 500,        /* of a build, in one step */
	SETTLE_AFTER = 2000,      /* changes, or … */
	SETTLE_MS = 5000,
	GATHER_MS = 20,
	IDLE_MS = 500,            /* people are looked at then; posts wake us */
	TROUBLE_MS = 10000,
	STALE_ROWS_MIN = 1000,
	NICE = 10,
};

struct indexer {
	struct store *store;
	struct writer *writer;
	struct text_index *index;
	struct tokeniser *tokeniser;
	uint64_t unsettled;       /* changes taken in since the last settling */
	int64_t settled_ms;       /* monotonic */
	bool building;            /* said in the log */
	pthread_t thread;
	bool running;
	pthread_mutex_t lock;     /* of what others ask of the thread */
	pthread_cond_t asked;
	bool stop, wake;
	atomic_bool rebuild;
};

/* --- one record ------------------------------------------------------------------------------------------------- */

static int take_post(struct indexer *indexer, struct arena *arena, struct view *view, const struct post *post)
{
	struct str text, words;
	enum language language;

	if (post->reblog_of_id)
		return OK;
	text = subject_post_text(arena, view, post);
	language = tokeniser_language(indexer->tokeniser, arena, text, post->language);
	words = subject_post_words(indexer->tokeniser, arena, language, text, post);
	return text_index_put(indexer->index, TEXT_POST, language, post->id, words);
}

static int take_account(struct indexer *indexer, struct arena *arena, const struct account *account)
{
	struct str text = subject_person_text(arena, account);
	enum language language = tokeniser_language(indexer->tokeniser, arena, text, STR_NONE);
	struct str words = subject_person_words(indexer->tokeniser, arena, language, text);

	return text_index_put(indexer->index, TEXT_PERSON, language, account->id, words);
}

static int take_change(struct indexer *indexer, struct arena *arena, struct view *view, const struct change *change)
{
	struct account account;
	struct post post;
	int r;

	if (change->kind == CHANGE_POST) {
		r = posts_get(arena, view, change->id, &post);
		if (r == OK)
			return take_post(indexer, arena, view, &post);
		return r == ERR_NOT_FOUND ? text_index_remove(indexer->index, TEXT_POST, change->id) : r;
	}
	r = accounts_get(arena, view, change->id, &account);
	return r == OK ? take_account(indexer, arena, &account) : r == ERR_NOT_FOUND ? OK : r;
}

/* --- the queue -------------------------------------------------------------------------------------------------- */

static int by_id(const void *a, const void *b)
{
	uint64_t x = ((const struct change *)a)->id, y = ((const struct change *)b)->id;

	return (x > y) - (x < y);
}

/* In the order of their rows, which spares the index a segment each. */
static int take_changes(struct indexer *indexer, struct view *view, size_t *ret_count)
{
	struct arena *arena = arena_new();
	struct change changes[CHANGES_MAX];
	uint64_t last;
	int r = changes_page(view, text_index_state(indexer->index, STATE_SEQUENCE), changes, CHANGES_MAX, ret_count);

	if (r != OK || !*ret_count)
		goto out;
	last = changes[*ret_count - 1].sequence;
	qsort(changes, *ret_count, sizeof(changes[0]), by_id);
	for (size_t i = 0; r == OK && i < *ret_count; i++) {
		arena_reset(arena);
		if (!i || changes[i].id != changes[i - 1].id)
			r = take_change(indexer, arena, view, &changes[i]);
	}
	if (r == OK)
		r = text_index_set_state(indexer->index, STATE_SEQUENCE, last);
	indexer->unsettled += *ret_count;
out:
	arena_free(arena);
	return r;
}

/* --- building from the whole store ------------------------------------------------------------------------------ */

static const struct build {
	enum text_state below;
	unsigned space;
} builds[] = { { STATE_ACCOUNTS_BELOW, SPACE_ACCOUNT }, { STATE_POSTS_BELOW, SPACE_POST } };

static int take_record(struct indexer *indexer, struct arena *arena, struct view *view, unsigned space, struct str value)
{
	struct account account;
	struct post post;
	int r;

	if (space == SPACE_POST) {
		r = codec_decode(arena, &post_type, value, &post);
		return r == OK ? take_post(indexer, arena, view, &post) : OK;
	}
	r = codec_decode(arena, &account_type, value, &account);
	return r == OK ? take_account(indexer, arena, &account) : OK;  /* a broken record is found by `check` */
}

/* The newest records below the mark, in the order of their ids. */
static int build_some(struct indexer *indexer, struct view *view, const struct build *build, bool *ret_more)
{
	struct arena *arena = arena_new();
	struct engine_item items[RECORDS_MAX];
	struct key to;
	struct engine_range range = {
		.to = key_u64(&to, text_index_state(indexer->index, build->below)), .reverse = true,
	};
	size_t count;
	int r = view_scan(view, build->space, &range, items, RECORDS_MAX, &count);

	for (size_t i = count; r == OK && i-- > 0;) {
		arena_reset(arena);
		r = take_record(indexer, arena, view, build->space, items[i].value);
	}
	*ret_more = count == RECORDS_MAX;
	if (r == OK)
		r = text_index_set_state(indexer->index, build->below,
		                         *ret_more ? key_read_u64(items[count - 1].key, 0) : 0);
	arena_free(arena);
	return r;
}

static int build_next(struct indexer *indexer, struct view *view, bool *ret_more)
{
	*ret_more = false;
	for (size_t i = 0; i < sizeof(builds) / sizeof(builds[0]); i++)
		if (text_index_state(indexer->index, builds[i].below)) {
			int r = build_some(indexer, view, &builds[i], ret_more);

			*ret_more = true;
			return r;
		}
	return OK;
}

/* --- steps ------------------------------------------------------------------------------------------------------ */

/* A file from before what the queue has forgotten has missed changes; one with many rows of no use is slow. */
static int begin_anew_if_due(struct indexer *indexer, struct view *view)
{
	uint64_t rows = text_index_state(indexer->index, STATE_ROWS), stale = text_index_state(indexer->index, STATE_STALE);
	uint64_t forgotten;
	bool missed, empty = text_index_state(indexer->index, STATE_ACCOUNTS_BELOW) == INT64_MAX;
	int r = changes_forgotten(view, &forgotten);

	missed = r == OK && !empty && forgotten > text_index_state(indexer->index, STATE_SEQUENCE);
	if (r == OK && (atomic_exchange(&indexer->rebuild, false) || missed || (rows > STALE_ROWS_MIN && stale > rows / 5)))
		r = text_index_empty(indexer->index);
	return r;
}

/* A build has read all that the queue forgot before it began. */
static int catch_up(struct indexer *indexer, struct view *view)
{
	uint64_t forgotten;
	int r = changes_forgotten(view, &forgotten);

	if (r == OK && forgotten > text_index_state(indexer->index, STATE_SEQUENCE))
		r = text_index_set_state(indexer->index, STATE_SEQUENCE, forgotten);
	return r;
}

int indexer_step(struct indexer *indexer, bool *ret_more)
{
	bool building = false;
	struct view *view;
	size_t changed = 0;
	int r = view_begin(indexer->store, &view);

	*ret_more = false;
	if (r != OK)
		return r;
	r = begin_anew_if_due(indexer, view);
	if (r == OK)
		r = text_index_begin(indexer->index);
	if (r == OK)
		r = take_changes(indexer, view, &changed);
	if (r == OK)
		r = build_next(indexer, view, &building);
	if (r == OK)
		r = catch_up(indexer, view);
	if (r == OK)
		r = text_index_commit(indexer->index);
	view_end(view);
	*ret_more = building || changed == CHANGES_MAX;
	if (r == OK && building != indexer->building)
		log_event(LOG_LEVEL_INFO, building ? "search index is being built" : "search index is built", NULL);
	if (r == OK)
		indexer->building = building;
	if (r == ERR_CORRUPT) {
		log_event(LOG_LEVEL_WARNING, "search file was broken and is made anew", NULL);
		*ret_more = true;
		r = text_index_remake(indexer->index);
	}
	return r;
}

struct forgetting {
	uint64_t sequence;
	bool more;
};

static int forget_body(struct txn *txn, void *arg)
{
	struct forgetting *forgetting = arg;

	return changes_forget(txn, forgetting->sequence, &forgetting->more);
}

int indexer_settle(struct indexer *indexer)
{
	struct forgetting forgetting = { text_index_state(indexer->index, STATE_SEQUENCE), true };
	int r = text_index_sync(indexer->index);

	while (r == OK && forgetting.more)
		r = indexer->writer ? writer_run(indexer->writer, forget_body, &forgetting)
		                    : store_write(indexer->store, forget_body, &forgetting, NULL, NULL);
	if (r == OK)
		indexer->unsettled = 0;
	indexer->settled_ms = clock_monotonic_ms();
	return r;
}

int indexer_run_whole(struct indexer *indexer)
{
	bool more = true;
	int r = OK;

	atomic_store(&indexer->rebuild, true);
	while (r == OK && more)
		r = indexer_step(indexer, &more);
	return r == OK ? indexer_settle(indexer) : r;
}

/* --- the thread ------------------------------------------------------------------------------------------------- */

/* false: to stop. `deaf`: whoever wakes us must wait. */
static bool wait_for_work(struct indexer *indexer, int64_t ms, bool deaf)
{
	struct timespec until;
	bool goes_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / SECOND_MS + (until.tv_nsec + ms % SECOND_MS * 1000000) / 1000000000;
	until.tv_nsec = (until.tv_nsec + ms % SECOND_MS * 1000000) % 1000000000;
	pthread_mutex_lock(&indexer->lock);
	while (!indexer->stop && (deaf || !indexer->wake))
		if (pthread_cond_timedwait(&indexer->asked, &indexer->lock, &until) != 0)
			break;
	indexer->wake = false;
	goes_on = !indexer->stop;
	pthread_mutex_unlock(&indexer->lock);
	return goes_on;
}

static bool is_settling_due(const struct indexer *indexer)
{
	return indexer->unsettled >= SETTLE_AFTER ||
	       (indexer->unsettled && clock_monotonic_ms() - indexer->settled_ms >= SETTLE_MS);
}

static int work_once(struct indexer *indexer, bool *ret_more)
{
	int r = OK;

	*ret_more = false;
	if (text_index_is_lost(indexer->index)) {
		log_event(LOG_LEVEL_WARNING, "search file is gone and is made anew", NULL);
		r = text_index_remake(indexer->index);
	}
	if (r == OK)
		r = indexer_step(indexer, ret_more);
	/* a writer that is busy and a reader in the way are no trouble: there is a next time */
	if (r == OK && is_settling_due(indexer))
		indexer_settle(indexer);
	return r;
}

static void *indexer_loop(void *arg)
{
	struct indexer *indexer = arg;
	int64_t ms = 0;
	bool troubled = false;

	/* of this thread alone: posts go first */
	setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	/* after a post, a moment for those that come with it */
	while (wait_for_work(indexer, ms, troubled) && (!ms || wait_for_work(indexer, GATHER_MS, true))) {
		bool more;
		int r = work_once(indexer, &more);

		if (r != OK && r != ERR_BUSY)
			log_event(LOG_LEVEL_ERROR, "search index does not go on", "error", err_name(r), NULL);
		troubled = r != OK;
		ms = r != OK ? TROUBLE_MS : more ? 0 : IDLE_MS;
	}
	return NULL;
}

int indexer_new(struct store *store, struct writer *writer, struct str data, struct indexer **ret_indexer)
{
	struct arena *arena = arena_new();
	struct indexer *indexer = calloc(1, sizeof(*indexer));
	pthread_condattr_t attributes;
	int r;

	if (!indexer)
		abort();
	indexer->store = store;
	indexer->writer = writer;
	indexer->unsettled = 1;  /* what a former process took in and did not settle */
	indexer->tokeniser = tokeniser_new();
	pthread_mutex_init(&indexer->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&indexer->asked, &attributes);
	pthread_condattr_destroy(&attributes);
	r = text_index_open(arena_printf(arena, "%.*s/search.sqlite", STR_ARG(data)), &indexer->index);
	arena_free(arena);
	if (r != OK) {
		indexer_free(indexer);
		return r;
	}
	*ret_indexer = indexer;
	return OK;
}

void indexer_free(struct indexer *indexer)
{
	if (!indexer)
		return;
	text_index_close(indexer->index);
	tokeniser_free(indexer->tokeniser);
	pthread_mutex_destroy(&indexer->lock);
	pthread_cond_destroy(&indexer->asked);
	free(indexer);
}

int indexer_start(struct indexer *indexer)
{
	if (pthread_create(&indexer->thread, NULL, indexer_loop, indexer) != 0)
		return ERR_FULL;
	indexer->running = true;
	return OK;
}

static void ask(struct indexer *indexer, bool stop)
{
	pthread_mutex_lock(&indexer->lock);
	indexer->stop |= stop;
	indexer->wake = true;
	pthread_cond_signal(&indexer->asked);
	pthread_mutex_unlock(&indexer->lock);
}

void indexer_stop(struct indexer *indexer)
{
	if (!indexer || !indexer->running)
		return;
	ask(indexer, true);
	pthread_join(indexer->thread, NULL);
	indexer->running = false;
}

void indexer_wake(struct indexer *indexer)
{
	ask(indexer, false);
}

void indexer_ask_rebuild(struct indexer *indexer)
{
	atomic_store(&indexer->rebuild, true);
	ask(indexer, false);
}

struct text_index *indexer_index(struct indexer *indexer)
{
	return indexer->index;
}
