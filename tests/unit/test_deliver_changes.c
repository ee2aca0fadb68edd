/* The delivery thread when it is stopped and started, when the list of peers changes, and when the disk, the pool or what waits
 * are at fault. */
#include "federation/deliver.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/base/pool.h"
#include "storage/engine/writer.h"
#include "storage/peers.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/office.h"
#include "tests/unit/tap.h"

enum { STOPS = 25 };

/* --- stopping, starting ----------------------------------------------------------------------------------------- */

static void the_queue_survives_stops(void)
{
	struct office *office = office_of(2, 4);
	bool seen[2][41] = { { false } }, all = true;
	size_t repeats = 0;

	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 3 });
	for (int i = 1; i <= 40; i++)
		for (size_t peer = 0; peer < 2; peer++)
			office_post(office, peer, (size_t)i % 4, 0, arena_printf(office->arena, "%d", i).p);
	for (int i = 0; i < STOPS; i++) {
		office_start(office);
		office_sleep_ms(i % 10);
		office_stop(office);
	}
	office_start(office);
	ok(office_drained(office, 10000), "the queue survives stops in the middle");
	for (size_t peer = 0; peer < 2; peer++)
		for (size_t i = 0; i < stub_count(office->stubs, peer, "POST"); i++) {
			struct stub_request got = stub_request_at(office->stubs, peer, "POST", i);
			uint64_t n = 0;

			str_to_u64(office_text_of(&got), &n);
			repeats += seen[peer][n];
			seen[peer][n] = true;
		}
	for (int i = 1; i <= 40; i++)
		all = all && seen[0][i] && seen[1][i];
	ok(all, "nothing is lost");
	ok(repeats <= (size_t)STOPS * 8, "and no more repeated than was under way (%zu)", repeats);
	office_free(office);
}

static void a_restart_does_not_wait_for_old_delays(void)
{
	struct office *office = office_of(1, 1);

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 503, .retry_after_s = 3000, .times = 1 });
	office_start(office);
	office_post_numbers(office, 0, 0, 1, 3);
	stub_wait(office->stubs, 0, "POST", 1, 5000);
	office_sleep_ms(200);
	office_stop(office);
	ok(office_lane(office, 0).next_try_ms > clock_now_ms() + MINUTE_MS, "a long delay is stored");
	office_start(office);
	ok(office_drained(office, 5000), "and forgotten by a restart");
	office_free(office);
}

static void stopping_is_quick(void)
{
	struct office_options options = { .peers = 20, .actors = 4, .total_timeout_ms = 60000 };
	struct office *office = office_new(&options);
	int64_t start_ms;

	for (size_t i = 0; i < 20; i++)
		stub_say(office->stubs, i, (struct stub_answer){ .manner = STUB_HANG });
	office_start(office);
	office_post_many(office, 4);
	stub_wait(office->stubs, SIZE_MAX, "POST", 80, 10000);
	start_ms = clock_monotonic_ms();
	office_stop(office);
	ok(clock_monotonic_ms() - start_ms < 1000, "stopping does not wait for hanging requests");
	is_int(office_waiting(office, 0), 4, "which go again at the next start");
	office_free(office);
}

/* --- the list changes ------------------------------------------------------------------------------------------- */

static void a_paused_peer_gets_nothing(void)
{
	struct office *office = office_of(1, 1);

	office_pause(office, 0, true);
	office_start(office);
	office_post_numbers(office, 0, 0, 1, 5);
	deliver_wake(office->deliverer, office->peers[0], true);
	office_sleep_ms(300);
	is_int(stub_count(office->stubs, 0, "POST") + stub_count(office->stubs, 0, "GET"), 0, "a paused peer gets nothing");
	office_pause(office, 0, false);
	ok(office_drained(office, 5000), "and loses nothing");
	is_str(office_texts_at(office, 0, false), office_numbers(office, 1, 5), "in order");
	office_free(office);
}

static void a_pause_in_the_middle(void)
{
	struct office *office = office_of(1, 1);
	size_t before;

	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 20 });
	office_start(office);
	office_post_numbers(office, 0, 0, 1, 20);
	stub_wait(office->stubs, 0, "POST", 3, 5000);
	office_pause(office, 0, true);
	office_sleep_ms(100);
	before = stub_count(office->stubs, 0, "POST");
	office_sleep_ms(200);
	is_int(stub_count(office->stubs, 0, "POST") - before, 0, "a pause holds from then on");
	office_pause(office, 0, false);
	ok(office_drained(office, 5000), "and its end lets the rest go");
	is_str(office_texts_at(office, 0, false), office_numbers(office, 1, 20), "in order, nothing twice");
	office_free(office);
}

static void a_peer_is_removed_while_in_flight(void)
{
	struct office *office = office_of(2, 4);

	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 300 });
	stub_say(office->stubs, 1, (struct stub_answer){ .delay_ms = 300, .status = 500 });
	office_start(office);
	office_post_many(office, 8);
	stub_wait(office->stubs, SIZE_MAX, "POST", 8, 5000);
	office_remove(office, 0);
	office_remove(office, 1);
	office_sleep_ms(700);
	is_int(stub_count(office->stubs, SIZE_MAX, "POST"), 8, "a removed peer gets no more than was under way");
	is_int(office_waiting(office, 0) + office_waiting(office, 1), 0, "and a verdict brings nothing back");
	ok(office_lane(office, 1).failures == 0, "not even its lane");
	office_free(office);
}

static int add_peer_write(struct txn *txn, void *arg)
{
	struct office *office = arg;
	struct peer peer = { .domain = stub_domain(office->stubs, 0), .url = stub_origin(office->stubs, 0) };
	int err = peers_put(txn, &peer);

	office->peers[0] = peer.id;
	return err;
}

static void a_peer_is_added_while_running(void)
{
	struct office *office = office_of(1, 1);

	office_start(office);
	office_remove(office, 0);
	office_write(office, add_peer_write, office);
	office_post_numbers(office, 0, 0, 1, 3);
	ok(office_drained(office, 5000), "a peer that is added while we run gets what is for it");
	office_free(office);
}

/* --- our own troubles ------------------------------------------------------------------------------------------- */

/* Plans the failure between two commits: on the writer's thread, the commit of this write being the first. */
static int fill_disk_write(struct txn *txn, void *arg)
{
	struct office *office = arg;

	(void)txn;
	engine_mem_fail_commit(office->engine, 2, ERR_FULL);
	return OK;
}

static void a_full_disk_does_not_spin(void)
{
	struct office *office = office_of(1, 1);
	struct writer_counters before, after;

	office_start(office);
	stub_say(office->stubs, 0, (struct stub_answer){ .delay_ms = 200 });
	office_post(office, 0, 0, 0, "1");
	stub_wait(office->stubs, 0, "POST", 1, 5000);
	office_write(office, fill_disk_write, office);
	writer_counters_get(office->writer, &before);
	office_sleep_ms(600);
	writer_counters_get(office->writer, &after);
	is_int(after.failed_commits - before.failed_commits, 1, "the disk was full when the verdict came");
	is_int(after.batches - before.batches, 1, "nobody tries without a pause");
	ok(office_drained(office, 5000), "then it is stored");
	is_int(stub_count(office->stubs, 0, "POST"), 1, "and nothing was sent twice for it");
	office_free(office);
}

static atomic_bool release_pool;

static void occupy(void *arg)
{
	(void)arg;
	while (!atomic_load(&release_pool))
		office_sleep_ms(1);
}

/* Until release_pool; the caller frees it when the office is gone. */
static struct pool_item *fill_pool(struct office *office)
{
	struct pool_item *items = calloc(2000, sizeof(*items));

	atomic_store(&release_pool, false);
	/* Twice in vain: its threads have taken theirs from the queue by then. */
	for (size_t taken = 0, vain = 0; taken < 2000 && vain < 2;) {
		items[taken].run = occupy;
		if (pool_submit(office->pool, &items[taken]) == OK) {
			taken++;
			continue;
		}
		vain++;
		office_sleep_ms(20);
	}
	return items;
}

static void a_full_pool_only_delays(void)
{
	struct office *office = office_of(1, 1);
	struct pool_item *items = fill_pool(office);

	office_post_numbers(office, 0, 0, 1, 3);
	office_start(office);
	office_sleep_ms(300);
	is_int(stub_count(office->stubs, 0, "POST"), 0, "while the pool is full nothing goes");
	atomic_store(&release_pool, true);
	ok(office_drained(office, 5000), "then all does");
	ok(stub_wait(office->stubs, 0, "GET", 1, 1000), "the hello, too");
	office_free(office);
	free(items);
}

/* A 400 means the end of a delivery, unless a second knock is still to come. */
static void a_second_knock_waits_for_the_pool(void)
{
	struct office *office = office_of(1, 1);
	struct pool_item *items;
	struct stub_request got;

	stub_say(office->stubs, 0, (struct stub_answer){ .status = 400, .lacking = "Signature-Input:", .delay_ms = 700 });
	office_start(office);
	office_post(office, 0, 0, 0, "1");
	ok(stub_wait(office->stubs, 0, "POST", 1, 5000), "while a peer thinks about the first knock");
	items = fill_pool(office);
	office_sleep_ms(1000);
	ok(stub_count(office->stubs, 0, "POST") == 1 && office_waiting(office, 0) == 1,
	   "the pool fills up: there is no second, and the delivery stays");
	atomic_store(&release_pool, true);
	ok(office_drained(office, 5000), "when there is room it goes on");
	is_int(stub_count(office->stubs, 0, "POST"), 3, "with both knocks");
	got = stub_request_at(office->stubs, 0, "POST", 2);
	ok(stub_header(&got, "Signature-Input").n > 0, "to its end");
	office_free(office);
	free(items);
}

static int expire_write(struct txn *txn, void *arg)
{
	struct office *office = arg;
	struct delivery *page;
	size_t count;
	int err = deliveries_page(office->arena, txn_view(txn), office->peers[0], 0, 3, &page, &count);

	for (size_t i = 0; i + 1 < count && err == OK; i++) {
		page[i].expires_ms = txn_now_ms(txn) - 1;
		err = deliveries_put(txn, &page[i]);
	}
	return err;
}

static void what_expired_is_not_sent(void)
{
	struct office *office = office_of(1, 1);

	office_post_numbers(office, 0, 0, 1, 3);
	office_write(office, expire_write, office);
	office_start(office);
	ok(office_drained(office, 5000), "what expired goes away");
	is_str(office_texts_at(office, 0, false), STR("3"), "and is not sent");
	office_free(office);
}

static int orphan_write(struct txn *txn, void *arg)
{
	struct office *office = arg;
	struct delivery delivery = { .peer_id = office->peers[0], .activity_id = 1, .actor_id = office->actors[0],
		                     .inbox = STR("http://127.0.0.1:1/inbox") };

	return deliveries_put(txn, &delivery);
}

static void what_cannot_be_made_is_dropped(void)
{
	struct office *office = office_of(1, 1);

	office_write(office, orphan_write, office);
	office_post(office, 0, 0, 0, "1");
	office_start(office);
	ok(office_drained(office, 5000), "a delivery without an activity goes away and holds nobody back");
	is_str(office_texts_at(office, 0, false), STR("1"), "nothing was sent for it");
	office_free(office);
}

int main(void)
{
	log_set_level(LOG_LEVEL_ERROR);
	the_queue_survives_stops();
	a_restart_does_not_wait_for_old_delays();
	stopping_is_quick();
	a_paused_peer_gets_nothing();
	a_pause_in_the_middle();
	a_peer_is_removed_while_in_flight();
	a_peer_is_added_while_running();
	a_full_disk_does_not_spin();
	a_full_pool_only_delays();
	a_second_knock_waits_for_the_pool();
	what_expired_is_not_sent();
	what_cannot_be_made_is_dropped();
	return done();
}
