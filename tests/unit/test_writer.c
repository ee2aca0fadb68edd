/*
 * The writer thread of storage/engine/writer.h: batches, the poisoned one, the failing commit, the full queue.
 *
 * A gate holds the writer inside a body, so that a test decides what the next batch holds.
 */
#include "storage/engine/writer.h"

#include <pthread.h>
#include <stdlib.h>

#include "storage/base/err.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/folder.h"
#include "tests/unit/tap.h"

static const struct engine_space spaces[] = { { "meta" }, { "things" } };
enum { THINGS = 1, SPACES = 2, MANY = 64 };

struct world {
	struct engine *engine;
	struct store *store;
	struct writer *writer;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool gate_shut, at_gate;
	int done;             /* bodies answered */
	int commits, events;  /* told by on_commit */
	int done_at_commit;   /* bodies answered before the last on_commit */
	int deaths, death_err;
};

/* A body that puts its key and then returns `result`. */
struct thing {
	struct write write;
	struct world *world;
	char key[4];
	int result;
	bool put_first;  /* false: a failure before the first put */
	bool seen;       /* its key was there already when it ran */
	int runs;
	int answered;    /* done() calls */
};

static void world_commit(void *context, const struct event_list *events)
{
	struct world *w = context;

	pthread_mutex_lock(&w->lock);
	w->commits++;
	w->events += (int)events->count;
	w->done_at_commit = w->done;
	pthread_mutex_unlock(&w->lock);
}

static void world_dead(void *context, int err)
{
	struct world *w = context;

	pthread_mutex_lock(&w->lock);
	w->deaths++;
	w->death_err = err;
	pthread_mutex_unlock(&w->lock);
}

static void world_open(struct world *w, struct engine *engine, size_t batch_max, size_t queue_max)
{
	struct writer_options options = { batch_max, queue_max, world_commit, world_dead, w };

	*w = (struct world){ .engine = engine };
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	if (store_open(engine, &w->store) != OK || writer_start(w->store, &options, &w->writer) != OK)
		abort();
}

static void world_close(struct world *w)
{
	if (w->writer)
		writer_stop(w->writer);
	store_close(w->store);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
}

static int gate_body(struct txn *txn, void *arg)
{
	struct world *w = ((struct thing *)arg)->world;

	(void)txn;
	pthread_mutex_lock(&w->lock);
	w->at_gate = true;
	pthread_cond_broadcast(&w->changed);
	while (w->gate_shut)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
	return OK;
}

static int thing_body(struct txn *txn, void *arg)
{
	struct thing *thing = arg;
	struct str key = str_of(thing->key);

	thing->runs++;
	thing->seen = view_has(txn_view(txn), THINGS, key);
	txn_emit(txn, EVENT_POST, 1, 1);
	if (thing->put_first)
		txn_put(txn, THINGS, key, key);
	return thing->result;
}

static void thing_done(void *arg)
{
	struct thing *thing = arg;

	pthread_mutex_lock(&thing->world->lock);
	thing->answered++;
	thing->world->done++;
	pthread_cond_broadcast(&thing->world->changed);
	pthread_mutex_unlock(&thing->world->lock);
}

static void thing_init(struct thing *thing, struct world *w, char letter, int number, int result, bool put_first)
{
	*thing = (struct thing){
		.write = { .body = thing_body, .done = thing_done, .arg = thing },
		.world = w,
		.key = { letter, (char)('0' + number / 10), (char)('0' + number % 10) },
		.result = result,
		.put_first = put_first,
	};
}

static void submit(struct thing *thing)
{
	if (writer_submit(thing->world->writer, &thing->write) != OK)
		abort();
}

static void gate_shut(struct world *w, struct thing *gate)
{
	thing_init(gate, w, 'g', 0, OK, false);
	gate->write.body = gate_body;
	pthread_mutex_lock(&w->lock);
	w->gate_shut = true;
	w->at_gate = false;
	pthread_mutex_unlock(&w->lock);
	submit(gate);
	pthread_mutex_lock(&w->lock);
	while (!w->at_gate)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

static void gate_open(struct world *w)
{
	pthread_mutex_lock(&w->lock);
	w->gate_shut = false;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

static void wait_done(struct world *w, int count)
{
	pthread_mutex_lock(&w->lock);
	while (w->done < count)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

static bool stored(struct world *w, const struct thing *thing)
{
	struct view *view;
	bool there;

	if (view_begin(w->store, &view) != OK)
		abort();
	there = view_has(view, THINGS, str_of(thing->key));
	view_end(view);
	return there;
}

static void one_body_alone(void)
{
	struct world w;
	struct thing thing;

	world_open(&w, engine_mem_new(), 0, 0);
	thing_init(&thing, &w, 't', 1, OK, true);
	submit(&thing);
	wait_done(&w, 1);
	ok(thing.write.err == OK && thing.answered == 1 && stored(&w, &thing), "a body is run, committed and answered");
	ok(w.commits == 1 && w.events == 1, "its event is told");
	is_int(w.done_at_commit, 0, "before the answer");
	thing_init(&thing, &w, 't', 2, OK, true);
	ok(writer_run(w.writer, thing_body, &thing) == OK && stored(&w, &thing), "writer_run waits until it is stored");
	thing_init(&thing, &w, 't', 3, ERR_DENIED, false);
	is_int(writer_run(w.writer, thing_body, &thing), ERR_DENIED, "writer_run gives the body's error");
	world_close(&w);
}

static void a_batch_is_one_commit(void)
{
	struct thing gate, things[MANY];
	struct writer_counters counters;
	struct world w;
	bool all = true;

	world_open(&w, engine_mem_new(), MANY, 0);
	gate_shut(&w, &gate);
	for (int i = 0; i < MANY; i++) {
		thing_init(&things[i], &w, 'b', i, OK, true);
		submit(&things[i]);
	}
	gate_open(&w);
	wait_done(&w, MANY + 1);
	for (int i = 0; i < MANY; i++)
		all = all && things[i].write.err == OK && things[i].runs == 1 && things[i].answered == 1 &&
		      stored(&w, &things[i]);
	ok(all, "all that waited is stored and answered once");
	ok(w.commits == 1 && w.events == MANY, "with one commit");
	writer_counters_get(w.writer, &counters);
	ok(counters.bodies == MANY + 1 && counters.batches == 2 && counters.poisoned == 0 && counters.failed_commits == 0,
	   "counters tell the size of batches");
	world_close(&w);
}

/* After a batch of several the writer waits for as many again: for a moment, and whoever comes. */
static void nobody_waits_for_those_who_stay_away(void)
{
	struct thing gate, things[5];
	struct writer_counters counters;
	struct world w;

	world_open(&w, engine_mem_new(), 0, 0);
	gate_shut(&w, &gate);
	for (int i = 0; i < 5; i++)
		thing_init(&things[i], &w, 'n', i, OK, true);
	for (int i = 0; i < 3; i++)
		submit(&things[i]);
	gate_open(&w);
	wait_done(&w, 4);
	submit(&things[3]);
	wait_done(&w, 5);
	submit(&things[4]);
	wait_done(&w, 6);
	writer_counters_get(w.writer, &counters);
	ok(things[3].write.err == OK && things[4].write.err == OK && counters.batches == 4,
	   "one body after a batch of three is answered alone, and so is the next");
	world_close(&w);
}

static void a_batch_has_a_greatest_size(void)
{
	struct thing gate, things[10];
	struct writer_counters counters;
	struct world w;

	world_open(&w, engine_mem_new(), 4, 0);
	gate_shut(&w, &gate);
	for (int i = 0; i < 10; i++) {
		thing_init(&things[i], &w, 'b', i, OK, true);
		submit(&things[i]);
	}
	gate_open(&w);
	wait_done(&w, 11);
	writer_counters_get(w.writer, &counters);
	ok(w.commits == 3 && counters.batches == 4, "ten bodies in batches of at most four are three commits");
	world_close(&w);
}

static void a_refused_body_costs_nothing(void)
{
	struct thing gate, things[3];
	struct world w;

	world_open(&w, engine_mem_new(), 0, 0);
	gate_shut(&w, &gate);
	for (int i = 0; i < 3; i++) {
		thing_init(&things[i], &w, 'r', i, i == 1 ? ERR_NOT_FOUND : OK, i != 1);
		submit(&things[i]);
	}
	gate_open(&w);
	wait_done(&w, 4);
	ok(things[1].write.err == ERR_NOT_FOUND && things[0].write.err == OK && things[2].write.err == OK,
	   "a body that fails before its first put gets its error, its neighbours succeed");
	ok(things[0].runs == 1 && things[2].runs == 1 && w.commits == 1, "and nobody runs again");
	is_int(w.events, 2, "its events are not told");
	world_close(&w);
}

static void a_poisoned_batch(void)
{
	struct thing gate, things[5];
	struct writer_counters counters;
	struct world w;
	bool neighbours = true;

	world_open(&w, engine_mem_new(), 0, 0);
	gate_shut(&w, &gate);
	for (int i = 0; i < 5; i++) {
		thing_init(&things[i], &w, 'p', i, i == 2 ? ERR_EXISTS : OK, true);
		submit(&things[i]);
	}
	gate_open(&w);
	wait_done(&w, 6);
	for (int i = 0; i < 5; i++)
		if (i != 2)
			neighbours = neighbours && things[i].write.err == OK && stored(&w, &things[i]) && !things[i].seen &&
			             things[i].answered == 1;
	ok(things[2].write.err == ERR_EXISTS && !stored(&w, &things[2]), "a body that fails after a put is undone");
	ok(neighbours, "its neighbours are stored as if it had not been");
	ok(things[0].runs == 2 && things[2].runs == 2 && things[4].runs == 1, "they run again, and it after them");
	is_int(w.commits, 1, "with one sync for all of them");
	is_int(w.events, 4, "events are told once for each that was stored");
	writer_counters_get(w.writer, &counters);
	is_int(counters.poisoned, 1, "poisoned batches are counted");
	world_close(&w);
}

/* Bodies that poison one after the other must not make the rest run over and over. */
static void a_batch_of_poison(void)
{
	struct thing gate, things[40];
	struct world w;
	int runs = 0, right = 0;

	world_open(&w, engine_mem_new(), 0, 0);
	gate_shut(&w, &gate);
	for (int i = 0; i < 40; i++) {
		thing_init(&things[i], &w, 'q', i, i % 2 ? ERR_EXISTS : OK, true);
		submit(&things[i]);
	}
	gate_open(&w);
	wait_done(&w, 41);
	for (int i = 0; i < 40; i++) {
		runs += things[i].runs;
		right += things[i].answered == 1 && things[i].write.err == things[i].result &&
		         stored(&w, &things[i]) == (i % 2 == 0);
	}
	is_int(right, 40, "a batch half of poison: each gets its own answer");
	ok(runs < 3 * 40, "and none runs more than a few times (%d runs of 40)", runs);
	world_close(&w);
}

static void a_failing_commit(void)
{
	struct thing gate, things[4];
	struct writer_counters counters;
	struct world w;
	bool everybody = true;

	world_open(&w, engine_mem_new(), 0, 0);
	gate_shut(&w, &gate);
	for (int i = 0; i < 4; i++) {
		thing_init(&things[i], &w, 'f', i, i == 1 ? ERR_DENIED : OK, i != 1);
		submit(&things[i]);
	}
	engine_mem_fail_commit(w.engine, 2, ERR_FULL);  /* the gate's is the first */
	gate_open(&w);
	wait_done(&w, 5);
	for (int i = 0; i < 4; i++)
		everybody = everybody && things[i].write.err == ERR_FULL && !stored(&w, &things[i]);
	ok(everybody, "a commit that fails gives everybody the error and keeps nothing");
	is_int(w.events, 0, "no event is told");
	is_int(w.deaths, 0, "a full disk is not the end");
	is_int(writer_run(w.writer, thing_body, &things[0]), OK, "the next batch is stored again");
	writer_counters_get(w.writer, &counters);
	is_int(counters.failed_commits, 1, "failed commits are counted");
	world_close(&w);
}

static void a_full_disk_in_a_put(void)
{
	struct thing gate, things[3];
	struct world w;

	world_open(&w, engine_mem_new(), 0, 0);
	gate_shut(&w, &gate);
	for (int i = 0; i < 3; i++) {
		thing_init(&things[i], &w, 'd', i, OK, true);
		submit(&things[i]);
	}
	engine_mem_fail_put(w.engine, 3, ERR_FULL);
	gate_open(&w);
	wait_done(&w, 4);
	ok(things[0].write.err == OK && things[1].write.err == OK && things[2].write.err == OK && things[2].runs == 2,
	   "a put that fails makes its batch run again, and what fits then is stored");
	world_close(&w);
}

static void a_dead_disk(void)
{
	struct thing things[3];
	struct world w;

	world_open(&w, engine_mem_new(), 0, 0);
	engine_mem_fail_commit(w.engine, 1, ERR_IO);
	for (int i = 0; i < 3; i++) {
		thing_init(&things[i], &w, 'x', i, OK, true);
		is_int(writer_run(w.writer, thing_body, &things[i]), ERR_IO,
		       i == 0 ? "a disk that fails at the commit is reported" : "and to all that comes later");
	}
	ok(things[1].runs == 0, "whose bodies are not run any more");
	writer_stop(w.writer);
	w.writer = NULL;
	ok(w.deaths == 1 && w.death_err == ERR_IO, "on_dead is called once");
	world_close(&w);
}

static void a_dead_disk_in_a_put(void)
{
	struct thing thing;
	struct world w;

	world_open(&w, engine_mem_new(), 0, 0);
	engine_mem_fail_put(w.engine, 1, ERR_IO);
	thing_init(&thing, &w, 'x', 0, OK, true);
	is_int(writer_run(w.writer, thing_body, &thing), ERR_IO, "a disk that fails at a put is reported");
	writer_stop(w.writer);
	w.writer = NULL;
	is_int(w.deaths, 1, "on_dead is called at once");
	world_close(&w);
}

static void a_full_queue(void)
{
	struct thing gate, things[5];
	struct writer_counters counters;
	struct world w;

	world_open(&w, engine_mem_new(), 0, 4);
	gate_shut(&w, &gate);
	for (int i = 0; i < 5; i++)
		thing_init(&things[i], &w, 'q', i, OK, true);
	for (int i = 0; i < 4; i++)
		submit(&things[i]);
	is_int(writer_submit(w.writer, &things[4].write), ERR_BUSY, "a queue that is full refuses");
	is_int(writer_run(w.writer, thing_body, &things[4]), ERR_BUSY, "writer_run does not wait for room");
	gate_open(&w);
	wait_done(&w, 5);
	is_int(things[4].answered + things[4].runs, 0, "what was refused is neither run nor answered");
	submit(&things[4]);
	wait_done(&w, 6);
	ok(things[4].write.err == OK && stored(&w, &things[4]), "when there is room again it is taken");
	writer_counters_get(w.writer, &counters);
	is_int(counters.refused_busy, 2, "refusals are counted");
	world_close(&w);
}

static void stopping_drains(void)
{
	struct thing gate, things[10];
	struct world w;
	bool all = true;

	world_open(&w, engine_mem_new(), 3, 0);
	gate_shut(&w, &gate);
	for (int i = 0; i < 10; i++) {
		thing_init(&things[i], &w, 's', i, OK, true);
		submit(&things[i]);
	}
	gate_open(&w);
	writer_stop(w.writer);
	w.writer = NULL;
	for (int i = 0; i < 10; i++)
		all = all && things[i].answered == 1 && things[i].write.err == OK && stored(&w, &things[i]);
	ok(all, "stopping runs and answers all that is queued");
	world_close(&w);
}

struct crowd {
	struct world *world;
	int number;
	bool all_read_back;
};

/* Writes 25 things and reads each back in a view of its own. */
static void *crowd_run(void *arg)
{
	struct crowd *one = arg;
	struct thing thing;

	one->all_read_back = true;
	for (int i = 0; i < 25; i++) {
		bool refused = i % 5 == 4, undone = i % 5 == 3;
		int result = refused ? ERR_DENIED : undone ? ERR_EXISTS : OK;

		thing_init(&thing, one->world, (char)('A' + one->number), i, result, !refused);
		one->all_read_back = writer_run(one->world->writer, thing_body, &thing) == result &&
		                     stored(one->world, &thing) == (result == OK) && one->all_read_back;
	}
	return NULL;
}

static void many_threads(struct engine *engine, const char *sentence)
{
	pthread_t threads[8];
	struct crowd crowd[8];
	struct world w;
	bool all = true;

	world_open(&w, engine, 0, 0);
	for (int i = 0; i < 8; i++) {
		crowd[i] = (struct crowd){ &w, i, false };
		pthread_create(&threads[i], NULL, crowd_run, &crowd[i]);
	}
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], NULL);
		all = all && crowd[i].all_read_back;
	}
	ok(all, "%s", sentence);
	is_int(w.events, 8 * 15, "each stored body's event was told once");
	world_close(&w);
}

int main(void)
{
	char *path = folder_new();
	struct engine *lmdb;

	one_body_alone();
	a_batch_is_one_commit();
	nobody_waits_for_those_who_stay_away();
	a_batch_has_a_greatest_size();
	a_refused_body_costs_nothing();
	a_poisoned_batch();
	a_batch_of_poison();
	a_failing_commit();
	a_full_disk_in_a_put();
	a_dead_disk();
	a_dead_disk_in_a_put();
	a_full_queue();
	stopping_drains();
	many_threads(engine_mem_new(), "eight threads read back what they were told, in memory");
	if (lmdb_open(path, spaces, SPACES, 256 * 1024 * 1024, &lmdb) != OK)
		return 1;
	many_threads(lmdb, "eight threads read back what they were told, on disk");
	folder_remove(path);
	return done();
}
