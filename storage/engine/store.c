/*
 * Views that read, transactions that write, over an opened engine.
 *
 * Keeps what every transaction shares: ended views for reuse, the source of ids with its stored high-water mark,
 * the sticky error, the events of a transaction until it is committed. Knows nothing of records. Views: any thread;
 * all of txn_: the writer's.
 */
#include "storage/engine/store.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

/* Our own records: storage/keys.h calls this space SPACE_META and leaves these keys alone. */
enum { SPACE_OWN = 0 };
#define KEY_ID_HIGH STR("id_high")  /* 8 bytes, big-endian: no id above it was ever stored */
#define KEY_NODE STR("node")        /* 8 bytes, big-endian: the node bits of ids, 0 … 1023 */
enum { NODES_MAX = 1024, ID_NEIGHBOURS = 64 };

struct view {
	struct store *store;
	struct engine_txn *txn;
	struct view *next;  /* in the store's free list */
};

struct txn {
	struct view view;
	bool open;
	bool touched;    /* by the body that runs */
	bool took_ids;
	int err;         /* the first error; sticky */
	int64_t now_ms;
	struct arena *arena;  /* of the events */
	struct event *events;
	size_t event_count, event_room;
};

struct store {
	struct engine *engine;
	const void *context;    /* the opener's; constant once threads run */
	pthread_mutex_t lock;   /* of the two below */
	struct view *free_views;
	size_t views_out;
	struct id_source ids;
	struct txn txn;  /* there is one at a time */
};

static void be64_write(uint64_t value, char out[8])
{
	for (int i = 0; i < 8; i++)
		out[i] = (char)(value >> (56 - 8 * i));
}

static uint64_t be64_read(const char *in)
{
	uint64_t value = 0;

	for (int i = 0; i < 8; i++)
		value = value << 8 | (uint8_t)in[i];
	return value;
}

static int number_get(struct view *view, struct str key, uint64_t *ret_value)
{
	struct str stored;
	int r = view_get(view, SPACE_OWN, key, &stored);

	if (r != OK)
		return r;
	if (stored.n != 8)
		return ERR_CORRUPT;
	*ret_value = be64_read(stored.p);
	return OK;
}

static int number_put(struct txn *txn, struct str key, uint64_t value)
{
	char bytes[8];

	be64_write(value, bytes);
	return txn_put(txn, SPACE_OWN, key, (struct str){ bytes, sizeof(bytes) });
}

/* Reads the high-water mark and the node number into store->ids; a new store gets them. */
static int ids_load(struct txn *txn, void *arg)
{
	struct id_source *ids = arg;
	uint64_t node;
	int r = number_get(txn_view(txn), KEY_NODE, &node);

	if (r == OK) {
		ids->node = (uint16_t)(node % NODES_MAX);
		return number_get(txn_view(txn), KEY_ID_HIGH, &ids->last);
	}
	if (r != ERR_NOT_FOUND)
		return r;
	hash_random(&ids->node, sizeof(ids->node));
	ids->node %= NODES_MAX;
	number_put(txn, KEY_NODE, ids->node);
	return number_put(txn, KEY_ID_HIGH, ids->last);
}

static void store_free(struct store *store)
{
	arena_free(store->txn.arena);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

int store_open(struct engine *engine, struct store **ret_store)
{
	struct store *store = calloc(1, sizeof(*store));
	struct event_list none;
	struct txn *txn;
	int r;

	if (!store)
		abort();
	store->engine = engine;
	pthread_mutex_init(&store->lock, NULL);
	store->txn.view.store = store;
	store->txn.arena = arena_new();
	r = txn_begin(store, &txn);
	if (r == OK) {
		r = ids_load(txn, &store->ids);
		txn_fail(txn, r);
		r = txn_commit(txn, &none);
	}
	if (r != OK) {
		store_free(store);
		return r;
	}
	*ret_store = store;
	return OK;
}

void store_close(struct store *store)
{
	struct view *view, *next;

	assert(store->views_out == 0 && !store->txn.open);
	for (view = store->free_views; view; view = next) {
		next = view->next;
		store->engine->ops->read_end(view->txn);
		free(view);
	}
	store->engine->ops->close(store->engine);
	store_free(store);
}

struct engine *store_engine(struct store *store)
{
	return store->engine;
}

void store_set_context(struct store *store, const void *context)
{
	store->context = context;
}

const void *store_context(const struct store *store)
{
	return store->context;
}

/* `ended` NULL: there was none in the end. */
static void view_put_back(struct store *store, struct view *ended)
{
	pthread_mutex_lock(&store->lock);
	store->views_out--;
	if (ended) {
		ended->next = store->free_views;
		store->free_views = ended;
	}
	pthread_mutex_unlock(&store->lock);
}

static struct view *view_take_free(struct store *store)
{
	struct view *view;

	pthread_mutex_lock(&store->lock);
	store->views_out++;
	view = store->free_views;
	if (view)
		store->free_views = view->next;
	pthread_mutex_unlock(&store->lock);
	return view;
}

static int view_new(struct store *store, struct view **ret_view)
{
	struct engine_txn *begun;
	struct view *view;
	int r = store->engine->ops->read_begin(store->engine, &begun);

	if (r != OK)
		return r;
	view = malloc(sizeof(*view));
	if (!view)
		abort();
	*view = (struct view){ .store = store, .txn = begun };
	*ret_view = view;
	return OK;
}

int view_begin(struct store *store, struct view **ret_view)
{
	struct view *view = view_take_free(store);
	int r;

	if (!view) {
		r = view_new(store, ret_view);
		if (r != OK)
			view_put_back(store, NULL);
		return r;
	}
	r = store->engine->ops->read_renew(view->txn);
	if (r != OK) {
		view_put_back(store, view);
		return r;
	}
	*ret_view = view;
	return OK;
}

void view_end(struct view *view)
{
	assert(view != &view->store->txn.view);
	view->store->engine->ops->read_reset(view->txn);
	view_put_back(view->store, view);
}

int view_get(struct view *view, unsigned space, struct str key, struct str *ret_value)
{
	return view->store->engine->ops->get(view->txn, space, key, ret_value);
}

int view_get_many(struct view *view, unsigned space, const struct str *keys, size_t count, struct str *ret_values)
{
	return view->store->engine->ops->get_many(view->txn, space, keys, count, ret_values);
}

int view_scan(struct view *view, unsigned space, const struct engine_range *range, struct engine_item *items,
              size_t max, size_t *ret_count)
{
	return view->store->engine->ops->scan(view->txn, space, range, items, max, ret_count);
}

int view_count(struct view *view, unsigned space, uint64_t *ret_count)
{
	return view->store->engine->ops->count(view->txn, space, ret_count);
}

bool view_has(struct view *view, unsigned space, struct str key)
{
	struct str value;

	return view_get(view, space, key, &value) == OK;
}

struct store *view_store(struct view *view)
{
	return view->store;
}

void prefix_walk_init(struct prefix_walk *walk, struct view *view, unsigned space, struct str prefix, bool reverse)
{
	assert(prefix.n <= ENGINE_KEY_MAX);
	walk->view = view;
	walk->space = space;
	walk->prefix_bytes = walk->after_bytes = prefix.n;
	walk->reverse = reverse;
	walk->started = false;
	if (prefix.n > 0)
		memcpy(walk->after, prefix.p, prefix.n);
}

/* The least key above all keys with `prefix`, made in `out`; empty when there is none. */
static struct str prefix_end(struct str prefix, char out[ENGINE_KEY_MAX])
{
	size_t n = prefix.n;

	while (n > 0 && (uint8_t)prefix.p[n - 1] == 0xff)
		n--;
	if (n == 0)
		return STR_NONE;
	memcpy(out, prefix.p, n);
	out[n - 1] = (char)((uint8_t)out[n - 1] + 1);
	return (struct str){ out, n };
}

/* What is left to walk: behind the last item, or the whole prefix at first. */
static struct engine_range walk_rest(struct prefix_walk *walk, char end[ENGINE_KEY_MAX])
{
	struct str prefix = { walk->after, walk->prefix_bytes };
	struct str after = { walk->after, walk->after_bytes };

	if (walk->reverse)
		return (struct engine_range){ prefix, walk->started ? after : prefix_end(prefix, end), true };
	if (walk->started) {
		walk->after[after.n++] = 0;  /* the next possible key */
		return (struct engine_range){ after, prefix_end(prefix, end), false };
	}
	return (struct engine_range){ prefix, prefix_end(prefix, end), false };
}

int prefix_next(struct prefix_walk *walk, struct engine_item *ret_item)
{
	char end[ENGINE_KEY_MAX];
	struct engine_range rest = walk_rest(walk, end);
	size_t n;
	int r = view_scan(walk->view, walk->space, &rest, ret_item, 1, &n);

	if (r != OK)
		return r;
	if (n == 0)
		return ERR_NOT_FOUND;
	memcpy(walk->after, ret_item->key.p, ret_item->key.n);
	walk->after_bytes = ret_item->key.n;
	walk->started = true;
	return OK;
}

int txn_begin(struct store *store, struct txn **ret_txn)
{
	struct txn *txn = &store->txn;
	struct engine_txn *begun;
	int r = store->engine->ops->write_begin(store->engine, &begun);

	if (r != OK)
		return r;
	assert(!txn->open);
	arena_reset(txn->arena);
	*txn = (struct txn){
		.view = { .store = store, .txn = begun },
		.open = true,
		.now_ms = clock_now_ms(),
		.arena = txn->arena,
	};
	*ret_txn = txn;
	return OK;
}

int txn_commit(struct txn *txn, struct event_list *ret_events)
{
	int r;

	if (txn->took_ids)
		number_put(txn, KEY_ID_HIGH, txn->view.store->ids.last);
	if (txn->err != OK) {
		r = txn->err;
		txn_abort(txn);
		return r;
	}
	txn->open = false;
	r = txn->view.store->engine->ops->write_commit(txn->view.txn);
	if (r == OK)
		*ret_events = (struct event_list){ txn->events, txn->event_count };
	return r;
}

void txn_abort(struct txn *txn)
{
	/* ids that were handed out stay used */
	txn->open = false;
	txn->view.store->engine->ops->write_abort(txn->view.txn);
}

struct view *txn_view(struct txn *txn)
{
	return &txn->view;
}

int txn_put(struct txn *txn, unsigned space, struct str key, struct str value)
{
	txn->touched = true;
	if (txn->err == OK)
		txn->err = txn->view.store->engine->ops->put(txn->view.txn, space, key, value);
	return txn->err;
}

int txn_del(struct txn *txn, unsigned space, struct str key)
{
	txn->touched = true;
	if (txn->err == OK)
		txn->err = txn->view.store->engine->ops->del(txn->view.txn, space, key);
	return txn->err;
}

int txn_fail(struct txn *txn, int err)
{
	if (txn->err == OK && err < 0)
		txn->err = err;
	return txn->err;
}

int txn_err(const struct txn *txn)
{
	return txn->err;
}

bool txn_touched(const struct txn *txn)
{
	return txn->touched;
}

uint64_t txn_new_id(struct txn *txn)
{
	txn->took_ids = true;
	return id_next(&txn->view.store->ids, txn->now_ms);
}

uint64_t txn_id_at(struct txn *txn, int64_t ms, bool (*taken)(struct view *view, uint64_t id, void *arg), void *arg)
{
	struct id_source *ids = &txn->view.store->ids;
	uint64_t first, id, step;

	if (ms >= txn->now_ms)
		return txn_new_id(txn);
	first = id = ms > 0 ? id_of_ms(ms) : 1;  /* 0 is no id */
	/* the next one; where many have one time, anywhere in its second, lest each look past all others */
	for (unsigned tries = 1; taken(&txn->view, id, arg); tries++) {
		hash_random(&step, sizeof(step));
		id = first + (tries < ID_NEIGHBOURS ? tries : step % id_of_ms(SECOND_MS));
	}
	if (id > ids->last) {  /* then a clock that steps back could make it again */
		ids->last = id;
		txn->took_ids = true;
	}
	return id;
}

int64_t txn_now_ms(const struct txn *txn)
{
	return txn->now_ms;
}

void txn_emit(struct txn *txn, enum event_kind kind, uint64_t id, uint64_t actor)
{
	txn_emit_flags(txn, kind, id, actor, 0);
}

void txn_emit_flags(struct txn *txn, enum event_kind kind, uint64_t id, uint64_t actor, uint8_t flags)
{
	if (txn->event_count == txn->event_room) {
		size_t room = txn->event_room ? 2 * txn->event_room : 16;
		struct event *events = ARENA_ARRAY(txn->arena, struct event, room);

		if (txn->event_count > 0)
			memcpy(events, txn->events, txn->event_count * sizeof(*events));
		txn->events = events;
		txn->event_room = room;
	}
	txn->events[txn->event_count++] = (struct event){ kind, id, actor, flags, STR_NONE };
}

void txn_emit_text(struct txn *txn, enum event_kind kind, uint64_t id, uint64_t actor, struct str text)
{
	txn_emit(txn, kind, id, actor);
	txn->events[txn->event_count - 1].text = arena_str(txn->arena, text);
}

int txn_run(struct txn *txn, int (*body)(struct txn *txn, void *arg), void *arg, bool *ret_poisoned)
{
	size_t events_before = txn->event_count;
	bool ids_before = txn->took_ids;
	int r;

	txn->touched = false;
	r = body(txn, arg);
	if (r >= 0 && txn->err != OK)
		r = txn->err;
	*ret_poisoned = r < 0 && txn->touched;
	if (*ret_poisoned)
		txn_fail(txn, r);
	if (r < 0 && !txn->touched) {
		txn->err = OK;
		txn->event_count = events_before;
		txn->took_ids = ids_before;
	}
	return r;
}
