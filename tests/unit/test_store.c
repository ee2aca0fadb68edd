/*
 * Views and transactions of storage/engine/store.h, over the memory engine; what must last, over LMDB.
 */
#include "storage/engine/store.h"

#include <stdlib.h>

#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/folder.h"
#include "tests/unit/tap.h"

/* Space 0 is the store's own. */
static const struct engine_space spaces[] = { { "meta" }, { "things" } };
enum { META, THINGS, SPACES };

static const uint64_t MAP_BYTES = 64 * 1024 * 1024;
static const int64_t NOON_MS = 1795521600000;

static struct store *store_over(struct engine *engine)
{
	struct store *store;

	if (store_open(engine, &store) != OK)
		abort();
	return store;
}

static struct store *store_on(const char *path)
{
	struct engine *engine;

	if (lmdb_open(path, spaces, SPACES, MAP_BYTES, &engine) != OK)
		abort();
	return store_over(engine);
}

static struct txn *begin(struct store *store)
{
	struct txn *txn;

	if (txn_begin(store, &txn) != OK)
		abort();
	return txn;
}

static void commit(struct txn *txn)
{
	struct event_list events;

	if (txn_commit(txn, &events) != OK)
		abort();
}

/* Commits a thing per word of `words`, with itself as value. */
static void put_words(struct store *store, const char *words)
{
	struct txn *txn = begin(store);
	struct str rest = str_of(words);

	while (rest.p) {
		struct str word = str_cut(&rest, ' ');

		txn_put(txn, THINGS, word, word);
	}
	commit(txn);
}

static bool has(struct store *store, const char *key)
{
	struct view *view;
	bool there;

	if (view_begin(store, &view) != OK)
		abort();
	there = view_has(view, THINGS, str_of(key));
	view_end(view);
	return there;
}

static void the_first_error_sticks(void)
{
	struct store *store = store_over(engine_mem_new());
	struct event_list events = { NULL, 77 };
	struct txn *txn = begin(store);

	engine_mem_fail_put(store_engine(store), 2, ERR_FULL);
	is_int(txn_put(txn, THINGS, STR("a"), STR("1")), OK, "a put succeeds");
	is_int(txn_put(txn, THINGS, STR("b"), STR("2")), ERR_FULL, "a put that fails says so");
	is_int(txn_put(txn, THINGS, STR("c"), STR("3")), ERR_FULL, "a later put gives the same error");
	is_int(txn_del(txn, THINGS, STR("a")), ERR_FULL, "and a later del");
	is_int(txn_fail(txn, ERR_DENIED), ERR_FULL, "a second error does not displace the first");
	is_int(txn_err(txn), ERR_FULL, "the txn remembers it");
	is_int(txn_commit(txn, &events), ERR_FULL, "and the commit gives it");
	is_int(events.count, 77, "events are not handed out then");
	ok(!has(store, "a") && !has(store, "b") && !has(store, "c"), "nothing of it was kept");

	txn = begin(store);
	is_int(txn_err(txn), OK, "the next txn begins without an error");
	txn_put(txn, THINGS, STR("a"), STR("1"));
	txn_fail(txn, ERR_INVALID);
	is_int(txn_commit(txn, &events), ERR_INVALID, "txn_fail makes the commit fail");
	ok(!has(store, "a"), "and undoes the puts");
	txn = begin(store);
	is_int(txn_put(txn, THINGS, STR_NONE, STR("x")), ERR_INVALID, "a key out of bounds sticks too");
	is_int(txn_commit(txn, &events), ERR_INVALID, "so that a run of puts is checked once");
	store_close(store);
}

static void touched_tells_of_puts(void)
{
	struct store *store = store_over(engine_mem_new());
	struct txn *txn = begin(store);

	ok(!txn_touched(txn), "a txn begins untouched");
	view_has(txn_view(txn), THINGS, STR("a"));
	txn_new_id(txn);
	txn_emit(txn, EVENT_JOBS, 0, 0);
	ok(!txn_touched(txn), "reads, ids and events do not touch it");
	txn_del(txn, THINGS, STR("a"));
	ok(txn_touched(txn), "a del does");
	txn_abort(txn);
	store_close(store);
}

static void events_follow_the_commit(void)
{
	struct store *store = store_over(engine_mem_new());
	struct event_list events = { NULL, 77 };
	struct txn *txn = begin(store);
	bool in_order = true;

	for (uint64_t i = 0; i < 100; i++)
		txn_emit(txn, EVENT_POST, i, 1000 + i);
	is_int(txn_commit(txn, &events), OK, "a txn with events is committed");
	for (uint64_t i = 0; i < events.count; i++)
		in_order = in_order && events.events[i].kind == EVENT_POST && events.events[i].id == i &&
		           events.events[i].actor == 1000 + i;
	ok(events.count == 100 && in_order, "the commit hands out the events in their order");

	txn = begin(store);
	txn_emit(txn, EVENT_NOTICE, 1, 2);
	txn_abort(txn);
	txn = begin(store);
	is_int(txn_commit(txn, &events), OK, "the next txn is committed");
	is_int(events.count, 0, "events of an aborted txn are forgotten");

	txn = begin(store);
	txn_emit(txn, EVENT_NOTICE, 1, 2);
	engine_mem_fail_commit(store_engine(store), 1, ERR_FULL);
	events.count = 77;
	is_int(txn_commit(txn, &events), ERR_FULL, "a commit fails");
	is_int(events.count, 77, "events of a failed commit are not handed out");
	store_close(store);
}

static void views_read_snapshots(void)
{
	struct store *store = store_over(engine_mem_new());
	struct view *first = NULL, *second = NULL, *again = NULL;
	struct txn *txn;
	uint64_t n = 0;

	put_words(store, "a b");
	ok(view_begin(store, &first) == OK && view_begin(store, &second) == OK && first != second,
	   "two views may be open at once");
	txn = begin(store);
	txn_put(txn, THINGS, STR("c"), STR("c"));
	ok(view_has(txn_view(txn), THINGS, STR("c")), "the view of a txn sees its puts");
	commit(txn);
	ok(!view_has(first, THINGS, STR("c")), "a view does not see what is committed after it began");
	ok(view_store(first) == store && view_store(txn_view(txn)) == store, "a view knows its store");
	view_end(first);
	ok(view_begin(store, &again) == OK && again == first, "an ended view is taken up again");
	ok(view_has(again, THINGS, STR("c")) && view_count(again, THINGS, &n) == OK && n == 3,
	   "and sees what was committed meanwhile");
	ok(!view_has(second, THINGS, STR("c")), "the other one still does not");
	view_end(again);
	view_end(second);
	store_close(store);
}

/* The keys of a walk, joined by spaces, as text of at most 63 bytes. */
static const char *walked(struct view *view, const char *prefix, bool reverse)
{
	static char text[64];
	struct prefix_walk walk;
	struct engine_item item;
	size_t n = 0;
	int r;

	prefix_walk_init(&walk, view, THINGS, str_of(prefix), reverse);
	while ((r = prefix_next(&walk, &item)) == OK && n + item.key.n + 2 < sizeof(text)) {
		if (n > 0)
			text[n++] = ' ';
		memcpy(text + n, item.key.p, item.key.n);
		n += item.key.n;
	}
	text[n] = 0;
	return r == ERR_NOT_FOUND ? text : "did not end";
}

static void walks_cover_a_prefix(void)
{
	struct store *store = store_over(engine_mem_new());
	struct view *view;

	put_words(store, "a b b1 b11 b2 c \xff \xff\xff z");
	view_begin(store, &view);
	is_str(str_of(walked(view, "b", false)), STR("b b1 b11 b2"), "a walk gives the keys with the prefix, ascending");
	is_str(str_of(walked(view, "b", true)), STR("b2 b11 b1 b"), "or descending");
	is_str(str_of(walked(view, "b1", false)), STR("b1 b11"), "a longer prefix gives fewer");
	is_str(str_of(walked(view, "x", false)), STR(""), "a prefix without keys gives none");
	is_str(str_of(walked(view, "x", true)), STR(""), "in either direction");
	is_str(str_of(walked(view, "\xff", false)), STR("\xff \xff\xff"), "a prefix may be the last byte there is");
	is_str(str_of(walked(view, "\xff", true)), STR("\xff\xff \xff"), "in either direction");
	is_str(str_of(walked(view, "", true)), STR("\xff\xff \xff z c b2 b11 b1 b a"), "an empty prefix gives all");
	view_end(view);
	store_close(store);
}

static void walks_survive_changes(bool reverse)
{
	struct store *store = store_over(engine_mem_new());
	struct engine_item item;
	struct prefix_walk walk;
	struct txn *txn;
	int steps = 0;

	put_words(store, "a k1 k2 k3 k4 k5 l");
	txn = begin(store);
	prefix_walk_init(&walk, txn_view(txn), THINGS, STR("k"), reverse);
	while (prefix_next(&walk, &item) == OK) {
		char key[] = { item.key.p[0], item.key.p[1] };

		steps++;
		txn_del(txn, THINGS, item.key);
		txn_put(txn, THINGS, reverse ? STR("k9") : STR("k0"), STR("behind the walk"));
		if (key[1] == '3')
			txn_del(txn, THINGS, reverse ? STR("k2") : STR("k4"));
	}
	is_int(steps, 4, reverse ? "a reverse walk goes on over what it deletes, and misses what was deleted ahead"
	                         : "a walk goes on over what it deletes, and misses what was deleted ahead");
	commit(txn);
	ok(has(store, "a") && has(store, "l") && !has(store, "k1") && !has(store, "k3") && !has(store, "k5"),
	   "and deleted exactly what it walked");
	store_close(store);
}

static void walks_of_longest_keys(void)
{
	struct store *store = store_over(engine_mem_new());
	char *bytes = malloc(ENGINE_KEY_MAX);
	struct prefix_walk walk;
	struct engine_item item;
	struct txn *txn = begin(store);

	memset(bytes, 0xff, ENGINE_KEY_MAX);
	txn_put(txn, THINGS, (struct str){ bytes, ENGINE_KEY_MAX - 1 }, STR("1"));
	txn_put(txn, THINGS, (struct str){ bytes, ENGINE_KEY_MAX }, STR("2"));
	for (int reverse = 0; reverse <= 1; reverse++) {
		prefix_walk_init(&walk, txn_view(txn), THINGS, (struct str){ bytes, ENGINE_KEY_MAX - 1 }, reverse);
		ok(prefix_next(&walk, &item) == OK && prefix_next(&walk, &item) == OK &&
		           prefix_next(&walk, &item) == ERR_NOT_FOUND && prefix_next(&walk, &item) == ERR_NOT_FOUND,
		   "a walk reaches keys of the greatest length and then stays at its end%s", reverse ? ", backwards" : "");
	}
	txn_abort(txn);
	free(bytes);
	store_close(store);
}

/* Takes `count` ids in one committed txn; true when each is above *last, which it moves. */
static bool ids_grow(struct store *store, int count, uint64_t *last)
{
	struct txn *txn = begin(store);
	bool grow = true;

	for (int i = 0; i < count; i++) {
		uint64_t id = txn_new_id(txn);

		grow = grow && id > *last;
		*last = id;
	}
	commit(txn);
	return grow;
}

static void ids_grow_for_ever(void)
{
	char *path = folder_new();
	struct store *store;
	struct txn *txn;
	uint64_t last = 0, node_bits;

	clock_set_for_test(NOON_MS);
	store = store_on(path);
	ok(ids_grow(store, 1000, &last), "ids grow within one millisecond");
	node_bits = last & 0xffc0;
	ok(id_to_ms(last) >= NOON_MS, "an id tells its time");
	clock_advance_for_test(-HOUR_MS);
	ok(ids_grow(store, 10, &last), "ids grow when the clock steps back");
	store_close(store);

	store = store_on(path);
	ok(ids_grow(store, 10, &last), "ids grow over a restart whose clock is behind");
	txn = begin(store);
	last = txn_new_id(txn);
	txn_abort(txn);
	ok(ids_grow(store, 1, &last), "an id of an aborted txn is not given again");
	clock_advance_for_test(2 * HOUR_MS);
	ok(ids_grow(store, 1, &last) && id_to_ms(last) == NOON_MS + HOUR_MS, "ids follow the clock again when it is ahead");
	is_int(last & 0xffc0, node_bits, "the node number stays");
	store_close(store);
	clock_set_for_test(0);
	folder_remove(path);
}

static bool taken_by_thing(struct view *view, uint64_t id, void *arg)
{
	(*(int *)arg)++;
	return view_has(view, THINGS, (struct str){ (const char *)&id, sizeof(id) });
}

/* A store whose node number is 0, so that its ids have no bits of their own. */
static struct store *store_of_node_0(void)
{
	struct store *any = store_over(engine_mem_new()), *store;
	struct txn *txn = begin(any);

	txn_put(txn, META, STR("node"), (struct str){ (char[8]){ 0 }, 8 });
	commit(txn);
	store = store_over(engine_mem_copy(store_engine(any)));
	store_close(any);
	return store;
}

static void ids_of_the_past(void)
{
	struct store *store = store_of_node_0();
	uint64_t first, second, newest, at;
	struct txn *txn;
	int asked = 0;

	clock_set_for_test(NOON_MS);
	txn = begin(store);
	newest = txn_new_id(txn);
	first = txn_id_at(txn, NOON_MS - DAY_MS, taken_by_thing, &asked);
	is_int(first, id_of_ms(NOON_MS - DAY_MS), "a backfilled id is the first of its millisecond");
	txn_put(txn, THINGS, (struct str){ (const char *)&first, sizeof(first) }, STR("post"));
	second = txn_id_at(txn, NOON_MS - DAY_MS, taken_by_thing, &asked);
	ok(second == first + 1 && asked == 3, "or the next that is free");
	asked = 0;
	for (int i = 0; i < 1000; i++) {
		second = txn_id_at(txn, NOON_MS - DAY_MS, taken_by_thing, &asked);
		txn_put(txn, THINGS, (struct str){ (const char *)&second, sizeof(second) }, STR("post"));
	}
	ok(asked < 100 * 1000 && id_to_ms(second) < NOON_MS - DAY_MS + SECOND_MS,
	   "a thousand of one time are near each other and found soon");
	ok(txn_id_at(txn, 0, taken_by_thing, &asked) > 0 && txn_id_at(txn, -5, taken_by_thing, &asked) > 0,
	   "a time before time gives an id that is not 0");
	at = txn_id_at(txn, NOON_MS + 900 * (int64_t)DAY_MS, taken_by_thing, &asked);
	ok(at > newest && id_to_ms(at) <= NOON_MS + 1, "a time that is not past counts as now");
	commit(txn);

	clock_advance_for_test(HOUR_MS);
	txn = begin(store);
	at = txn_id_at(txn, NOON_MS + HOUR_MS - 1, taken_by_thing, &asked);
	commit(txn);
	clock_advance_for_test(-1);
	txn = begin(store);
	ok(txn_new_id(txn) > at, "a clock that steps back does not make a backfilled id again");
	txn_abort(txn);
	store_close(store);
	clock_set_for_test(0);
}

static void a_txn_has_one_time(void)
{
	struct store *store = store_over(engine_mem_new());
	struct txn *txn;

	clock_set_for_test(NOON_MS);
	txn = begin(store);
	clock_advance_for_test(SECOND_MS);
	ok(txn_now_ms(txn) == NOON_MS, "the time of a txn stands still");
	txn_abort(txn);
	clock_set_for_test(0);
	store_close(store);
}

static int body_denied(struct txn *txn, void *arg)
{
	(void)arg;
	txn_emit(txn, EVENT_POST, 1, 1);
	txn_new_id(txn);
	return txn_fail(txn, ERR_DENIED);
}

static int body_puts_then(struct txn *txn, void *arg)
{
	txn_emit(txn, EVENT_POST, 2, 2);
	txn_put(txn, THINGS, STR("put"), STR("1"));
	return *(int *)arg;
}

static void bodies_leave_no_trace_when_refused(void)
{
	struct store *store = store_over(engine_mem_new());
	struct txn *txn = begin(store);
	struct event_list events;
	bool poisoned = true;
	int result = OK;

	is_int(txn_run(txn, body_denied, NULL, &poisoned), ERR_DENIED, "a body gives its error");
	ok(!poisoned && txn_err(txn) == OK, "a body that fails before its first put does not spoil the txn");
	ok(txn_run(txn, body_puts_then, &result, &poisoned) == OK && !poisoned, "the next one succeeds");
	is_int(txn_run(txn, body_denied, NULL, &poisoned), ERR_DENIED, "touching is counted for each body alone");
	ok(!poisoned, "so that a refused body after a put of another does not poison");
	ok(txn_commit(txn, &events) == OK && events.count == 1 && events.events[0].id == 2,
	   "events of refused bodies are forgotten");

	txn = begin(store);
	result = ERR_EXISTS;
	is_int(txn_run(txn, body_puts_then, &result, &poisoned), ERR_EXISTS, "a body fails after a put");
	ok(poisoned && txn_err(txn) == ERR_EXISTS, "and poisons the txn");
	txn_abort(txn);

	txn = begin(store);
	result = NEED;
	is_int(txn_run(txn, body_puts_then, &result, &poisoned), NEED, "NEED is handed through");
	ok(!poisoned, "and is no failure");
	txn_abort(txn);

	engine_mem_fail_put(store_engine(store), 1, ERR_FULL);
	txn = begin(store);
	result = OK;
	is_int(txn_run(txn, body_puts_then, &result, &poisoned), ERR_FULL, "a failed put outranks a body that did not look");
	txn_abort(txn);
	store_close(store);
}

/* Moves a word: five changes that belong together. */
static int body_story(struct txn *txn, void *arg)
{
	(void)arg;
	txn_put(txn, THINGS, STR("b"), STR("b"));
	txn_del(txn, THINGS, STR("a"));
	txn_put(txn, THINGS, STR("c"), STR("c"));
	txn_put(txn, THINGS, STR("d"), (struct str){ (const char *)&(uint64_t){ txn_new_id(txn) }, 8 });
	txn_emit(txn, EVENT_POST, 1, 1);
	return OK;
}

static void count_events(void *context, const struct event_list *events)
{
	*(size_t *)context += events->count;
}

static void failures_keep_all_or_nothing(void)
{
	struct store *world = store_over(engine_mem_new());
	bool all_or_nothing = true;
	size_t events = 0;
	int failed = 0;

	put_words(world, "a");
	for (uint64_t nth = 1; nth <= 7; nth++) {
		struct store *store = store_over(engine_mem_copy(store_engine(world)));
		int r;

		if (nth < 7)
			engine_mem_fail_put(store_engine(store), nth, ERR_FULL);
		else
			engine_mem_fail_commit(store_engine(store), 1, ERR_FULL);
		events = 0;
		r = store_write(store, body_story, NULL, count_events, &events);
		failed += r != OK;
		all_or_nothing = all_or_nothing && has(store, "a") == (r != OK) && has(store, "b") == (r == OK) &&
		                 has(store, "d") == (r == OK) && events == (r == OK);
		store_close(store);
	}
	is_int(failed, 6, "each of four changes, the id mark and the commit can fail");
	ok(all_or_nothing, "and then nothing is kept and no event told, otherwise all");
	store_close(world);
}

static void a_broken_store_is_refused(void)
{
	struct engine *engine = engine_mem_new();
	struct store *store = store_over(engine_mem_copy(engine)), *none = NULL;
	struct txn *txn = begin(store);
	struct engine *broken;

	txn_put(txn, META, STR("id_high"), STR("short"));
	commit(txn);
	broken = engine_mem_copy(store_engine(store));
	is_int(store_open(broken, &none), ERR_CORRUPT, "a high-water mark that does not decode is refused");
	ok(!none, "and no store is made");
	broken->ops->close(broken);
	store_close(store);

	engine_mem_fail_commit(engine, 1, ERR_IO);
	is_int(store_open(engine, &none), ERR_IO, "a disk that fails at opening is reported");
	engine->ops->close(engine);
}

int main(void)
{
	the_first_error_sticks();
	touched_tells_of_puts();
	events_follow_the_commit();
	views_read_snapshots();
	walks_cover_a_prefix();
	walks_survive_changes(false);
	walks_survive_changes(true);
	walks_of_longest_keys();
	ids_grow_for_ever();
	ids_of_the_past();
	a_txn_has_one_time();
	bodies_leave_no_trace_when_refused();
	failures_keep_all_or_nothing();
	a_broken_store_is_refused();
	return done();
}
