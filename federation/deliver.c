/*
 * The delivery thread. It owns the lanes and the wire; what other threads have for it comes through one locked inbox:
 *
 *   lane_pick → federation/outgoing.h (pool) → wire → verdict (writer) → line_done or line_again
 *
 * A peer that refuses a signature is knocked at once more, in the other form (federation/knock.h): back to prepare. What a
 * verdict is, and leaves in the store, is said in deliver_request.c.
 */
#include "federation/deliver.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "federation/deliver_request.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/log.h"

enum {
	PER_PEER_DEFAULT = 4,
	TIMEOUT_DEFAULT_MS = 15 * SECOND_MS,
	ON_POOL_MAX = 64,               /* keeps all cores signing and leaves the pool's queue to the others */
	BUSY_WAIT_MS = 20,              /* pool or writer queue full: again after this */
	DISK_WAIT_MS = SECOND_MS,       /* a verdict could not be written: again after this */
	IDLE_MAX_MS = 60 * SECOND_MS,
	STOP_WAIT_MS = 50,
};

struct request_list {
	struct request *first, **last;
};

struct wake {
	uint64_t peer_id;               /* 0: whoever, and the list of peers changed */
	bool resume;
};

struct deliverer {
	struct deliver_options options;
	pthread_t thread;
	struct wire *wire;
	struct lanes lanes;
	size_t turn;                    /* the lane that may begin first: none waits for ever behind busy ones */

	pthread_mutex_t mutex;          /* guards the inbox: the next five */
	struct request_list prepared, judged;
	struct wake *wakes;             /* each peer once */
	size_t wake_count, wake_room;
	bool alarmed;                   /* the thread was told to look */

	struct request_list unwritten;  /* verdicts that the writer or the disk did not take */
	int64_t write_again_ms;
	size_t on_pool, on_writer;
	atomic_bool stopping;
	_Atomic uint64_t sent, failed, dropped, in_flight;
	_Atomic size_t down;            /* lanes that are: only they can be resumed */
};

/* --- the inbox -------------------------------------------------------------------------------------------------- */

static void list_init(struct request_list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void list_add(struct request_list *list, struct request *request)
{
	request->next = NULL;
	*list->last = request;
	list->last = &request->next;
}

static struct request *list_take_all(struct request_list *list)
{
	struct request *first = list->first;

	list_init(list);
	return first;
}

/* With the mutex held. */
static void alarm_locked(struct deliverer *d)
{
	if (!d->alarmed)
		wire_wake(d->wire);
	d->alarmed = true;
}

static void inbox_add(struct deliverer *d, struct request_list *list, struct request *request)
{
	pthread_mutex_lock(&d->mutex);
	list_add(list, request);
	alarm_locked(d);
	pthread_mutex_unlock(&d->mutex);
}

static struct wake *wake_locked(struct deliverer *d, uint64_t peer_id)
{
	for (size_t i = 0; i < d->wake_count; i++)
		if (d->wakes[i].peer_id == peer_id)
			return &d->wakes[i];
	if (d->wake_count == d->wake_room) {
		d->wake_room = d->wake_room ? d->wake_room * 2 : 16;
		d->wakes = realloc(d->wakes, d->wake_room * sizeof(*d->wakes));
		if (!d->wakes)
			abort();
	}
	d->wakes[d->wake_count] = (struct wake){ .peer_id = peer_id };
	return &d->wakes[d->wake_count++];
}

void deliver_wake(struct deliverer *d, uint64_t peer_id, bool resume)
{
	/* Each signed request of a peer ends here: it must cost nothing while all is well. */
	if (resume && !atomic_load(&d->down))
		return;
	pthread_mutex_lock(&d->mutex);
	wake_locked(d, peer_id)->resume |= resume;
	alarm_locked(d);
	pthread_mutex_unlock(&d->mutex);
}

/* --- beginning -------------------------------------------------------------------------------------------------- */

/* On the pool. */
static void request_prepare(void *arg)
{
	struct request *request = arg;
	const struct deliver_options *options = &request->deliverer->options;

	request->err = outgoing_prepare(&request->outgoing, options->federation, options->store);
	inbox_add(request->deliverer, &request->deliverer->prepared, request);
}

static struct request *request_new(struct deliverer *d)
{
	struct arena *arena = arena_new();
	struct request *request = ARENA_NEW(arena, struct request);

	request->deliverer = d;
	request->arena = request->outgoing.arena = arena;
	return request;
}

static void request_free(struct request *request)
{
	arena_free(request->arena);
}

/* false: the pool has no room now, and the request is gone. */
static bool request_submit(struct deliverer *d, struct request *request)
{
	request->item = (struct pool_item){ .run = request_prepare, .arg = request };
	if (pool_submit(d->options.pool, &request->item) != OK) {
		request_free(request);
		return false;
	}
	d->on_pool++;
	return true;
}

/* Tells a peer that we are back. Its answer is of no interest: what counts is that it sees our signature. */
static bool hello_begin(struct deliverer *d, struct peer_lane *lane)
{
	struct request *request = request_new(d);
	const struct peer *peer = &lane->peer;

	request->outgoing.hello = true;
	request->outgoing.delivery.peer_id = peer->id;
	request->outgoing.address = peer->actor_uri.n ? arena_str(request->arena, peer->actor_uri)
	                                              : arena_printf(request->arena, "%.*s/actor", STR_ARG(peer->url));
	if (!request_submit(d, request))
		return false;
	lane->hello = false;
	return true;
}

static void request_end(struct deliverer *d, struct request *request);
static void verdict_submit(struct deliverer *d, struct request *request);

static bool delivery_begin(struct deliverer *d, struct peer_lane *lane, struct line_item *item, int64_t now_ms)
{
	struct request *request = request_new(d);
	bool expired = item->delivery.expires_ms && item->delivery.expires_ms <= now_ms;

	request->lane = lane;
	request->outgoing.delivery = item->delivery;
	request->outgoing.address = arena_str(request->arena, item->delivery.inbox);
	request->outgoing.delivery.inbox = request->outgoing.address;
	if (!expired && !request_submit(d, request))
		return false;
	line_started(&lane->line, item);
	atomic_fetch_add(&d->in_flight, 1);
	if (expired) {
		request->expired = true;
		request->verdict = VERDICT_DROP;
		atomic_fetch_add(&d->dropped, 1);
		verdict_submit(d, request);
	}
	return true;
}

static void transfer_done(struct transfer *transfer)
{
	struct request *request = (struct request *)(void *)((char *)transfer - offsetof(struct request, transfer));

	request_end(request->deliverer, request);
}

static void request_prepared(struct deliverer *d, struct request *request)
{
	const struct outgoing *outgoing = &request->outgoing;

	d->on_pool--;
	request->transfer.url = &outgoing->url;
	request->transfer.headers = outgoing->headers;
	request->transfer.header_count = outgoing->header_count;
	request->transfer.post = !outgoing->hello;
	request->transfer.body = outgoing->body;
	request->transfer.done = transfer_done;
	/* Asked once: what the wire has must not end here, however soon after we are told to stop. */
	if (atomic_load(&d->stopping)) {
		request_end(d, request);
		return;
	}
	if (request->err == OK)
		request->err = wire_send(d->wire, request->arena, &request->transfer);
	if (request->err != OK)
		request_end(d, request);
}

/* --- the second knock -------------------------------------------------------------------------------------------- */

/* Sends a request that was refused for its signature once more, in the other form. */
static bool knocks_again(struct deliverer *d, struct request *request)
{
	const struct knock knock = { .vain_ms = request->lane->knock_vain_ms };
	struct outgoing *outgoing = &request->outgoing;
	const struct signature_wish *wish;

	if (outgoing->second || request->err != OK)
		return false;
	wish = outgoing_take_wish(outgoing, request->transfer.accept_signature) ? &outgoing->wish : NULL;
	if (!knock_again(&knock, outgoing->way, request->transfer.status, wish, clock_now_ms(), &outgoing->way))
		return false;
	outgoing->second = true;
	/* No room: all of it waits, for a 400 would have it dropped. */
	if (pool_submit(d->options.pool, &request->item) != OK) {
		request->err = ERR_BUSY;
		return false;
	}
	d->on_pool++;
	return true;
}

/* --- verdicts --------------------------------------------------------------------------------------------------- */

static void verdict_done(void *arg)
{
	struct request *request = arg;

	inbox_add(request->deliverer, &request->deliverer->judged, request);
}

static void verdict_keep(struct deliverer *d, struct request *request, int64_t wait_ms)
{
	if (!d->unwritten.first)
		d->write_again_ms = clock_monotonic_ms() + wait_ms;
	list_add(&d->unwritten, request);
}

static void verdict_submit(struct deliverer *d, struct request *request)
{
	request->write = (struct write){ .body = request_write, .done = verdict_done, .arg = request };
	if (writer_submit(d->options.writer, &request->write) == OK)
		d->on_writer++;
	else
		verdict_keep(d, request, BUSY_WAIT_MS);
}

static void verdicts_resubmit(struct deliverer *d)
{
	struct request *request;

	if (!d->unwritten.first || clock_monotonic_ms() < d->write_again_ms)
		return;
	request = list_take_all(&d->unwritten);
	while (request) {
		struct request *next = request->next;

		verdict_submit(d, request);
		request = next;
	}
}

/* Not what the peer or the delivery did: we had no room. */
static bool is_our_trouble(int err)
{
	return err == ERR_BUSY || err == ERR_FULL || err == ERR_IO;
}

/* It failed: what becomes of its peer and of itself. */
static void delivery_failed(struct deliverer *d, struct request *request, int64_t now_ms)
{
	struct delivery *delivery = &request->outgoing.delivery;
	struct peer_lane *lane = request->lane;
	bool news = lane_failed(lane, request->verdict, request->transfer.retry_after_ms, now_ms);
	const char *reason = request_reason(request);

	atomic_fetch_add(&d->failed, 1);
	if (news) {
		log_event(LOG_LEVEL_WARNING, "delivery failed", "peer", lane->peer.domain.p, "reason", reason, "failures",
		          log_u64(lane->lane.failures), "tries", log_u64(delivery->tries + 1), NULL);
		request_note(request, reason);
	}
	if (request->verdict != VERDICT_RETRY)
		return;
	/* A sign of life sent it before its time: that try does not count, or a talkative peer would use them all up. */
	if (delivery->not_before_ms > now_ms) {
		request->verdict = VERDICT_DOWN;
		return;
	}
	delivery->tries++;
	delivery->not_before_ms = now_ms + delivery_backoff_ms(delivery->tries);
	if (delivery->tries >= LANE_TRIES_MAX)
		request->verdict = VERDICT_DROP;
}

static void delivery_dropped(struct deliverer *d, struct request *request)
{
	atomic_fetch_add(&d->dropped, 1);
	log_event(LOG_LEVEL_WARNING, "delivery dropped", "peer", request->lane->peer.domain.p, "reason", request_reason(request),
	          "activity", log_u64(request->outgoing.delivery.activity_id), NULL);
}

/* Its place in the line is free again, or it is back in it. */
static void delivery_end(struct deliverer *d, struct request *request)
{
	struct peer_lane *lane = request->lane;

	if (request->verdict == VERDICT_RETRY || request->verdict == VERDICT_DOWN)
		line_again(&lane->line, &request->outgoing.delivery);
	else
		line_done(&lane->line, request->outgoing.delivery.sequence);
	lane->next_ms = 0;
	atomic_fetch_sub(&d->in_flight, 1);
	request_free(request);
	if (!lane->listed && !lane->line.in_flight)
		lanes_sweep(&d->lanes);
}

static void request_judge(struct deliverer *d, struct request *request)
{
	struct peer_lane *lane = request->lane;
	int64_t now_ms = clock_now_ms();
	bool was_down = lane->lane.down_since_ms != 0;
	enum knock_event event;

	request->verdict = request_verdict(request);
	if (knock_event_of(request->transfer.status, request->outgoing.second, &event))
		lane->knock_vain_ms = event == KNOCK_REFUSED ? now_ms : 0;
	if (request->verdict == VERDICT_RETRY || request->verdict == VERDICT_DOWN)
		delivery_failed(d, request, now_ms);
	else if (request->err == OK && lane_succeeded(lane, now_ms))
		request_note(request, "");
	if (was_down && !lane->lane.down_since_ms)
		log_event(LOG_LEVEL_INFO, "peer is up", "peer", lane->peer.domain.p, NULL);
	if (request->verdict == VERDICT_DONE)
		atomic_fetch_add(&d->sent, 1);
	else if (request_is_dropped(request))
		delivery_dropped(d, request);
	if (request->verdict == VERDICT_DOWN && !request->put_health)
		delivery_end(d, request);
	else
		verdict_submit(d, request);
}

/* The wire, or what came before it, is done with it. */
static void request_end(struct deliverer *d, struct request *request)
{
	if (!request->lane || atomic_load(&d->stopping)) {
		request_free(request);
	} else if (knocks_again(d, request)) {
		return;
	} else if (is_our_trouble(request->err)) {
		request->verdict = VERDICT_DOWN;
		request->outgoing.delivery.not_before_ms = clock_now_ms() + DISK_WAIT_MS;
		delivery_end(d, request);
	} else {
		request_judge(d, request);
	}
}

/* The verdict is on disk, or has to wait for the disk: sending again what has arrived would be worse. */
static void request_judged(struct deliverer *d, struct request *request)
{
	d->on_writer--;
	if (request->write.err == OK) {
		delivery_end(d, request);
		return;
	}
	if (!d->unwritten.first)
		log_event(LOG_LEVEL_ERROR, "delivery verdict not stored", "error", err_name(request->write.err), NULL);
	verdict_keep(d, request, DISK_WAIT_MS);
}

/* --- the loop --------------------------------------------------------------------------------------------------- */

static void wakes_handle(struct deliverer *d, const struct wake *wakes, size_t count)
{
	int64_t now_ms = clock_now_ms();
	bool read = false;

	for (size_t i = 0; i < count; i++)
		read |= !lanes_find(&d->lanes, wakes[i].peer_id);
	if (read)
		lanes_read(&d->lanes, now_ms);
	for (size_t i = 0; i < d->lanes.count && read; i++)
		lane_filled(d->lanes.items[i]);
	for (size_t i = 0; i < count; i++) {
		struct peer_lane *lane = lanes_find(&d->lanes, wakes[i].peer_id);

		if (!lane)
			continue;
		lane_filled(lane);
		if (wakes[i].resume)
			lane_resume(lane, now_ms);
	}
}

static void inbox_handle(struct deliverer *d)
{
	struct request *prepared, *judged;
	struct wake *wakes;
	size_t wake_count;

	pthread_mutex_lock(&d->mutex);
	prepared = list_take_all(&d->prepared);
	judged = list_take_all(&d->judged);
	wakes = d->wakes;
	wake_count = d->wake_count;
	d->wakes = NULL;
	d->wake_count = d->wake_room = 0;
	d->alarmed = false;
	pthread_mutex_unlock(&d->mutex);

	for (struct request *next; prepared; prepared = next) {
		next = prepared->next;
		request_prepared(d, prepared);
	}
	for (struct request *next; judged; judged = next) {
		next = judged->next;
		request_judged(d, judged);
	}
	wakes_handle(d, wakes, wake_count);
	free(wakes);
}

/* Begins what may begin at this peer; false when the pool takes no more. */
static bool lane_pump(struct deliverer *d, struct peer_lane *lane, int64_t now_ms)
{
	struct line_item *item;

	if (lane->hello && (d->on_pool >= ON_POOL_MAX || !hello_begin(d, lane)))
		return false;
	while ((item = lane_pick(&d->lanes, lane, now_ms)))
		if (d->on_pool >= ON_POOL_MAX || !delivery_begin(d, lane, item, now_ms))
			return false;
	return true;
}

/* Begins what may begin; milliseconds until something may again by time alone. */
static int64_t lanes_pump(struct deliverer *d)
{
	int64_t now_ms = clock_now_ms(), wait_ms = IDLE_MAX_MS;
	size_t count = d->lanes.count, down = 0;
	bool room = true;

	for (size_t i = 0; i < count; i++) {
		size_t at = (d->turn + i) % count;
		struct peer_lane *lane = d->lanes.items[at];

		if (room && lane->next_ms <= now_ms && !lane_pump(d, lane, now_ms)) {
			room = false;
			d->turn = at;
		}
		if (lane->next_ms > now_ms && lane->next_ms - now_ms < wait_ms)
			wait_ms = lane->next_ms - now_ms;
		down += lane->lane.down_since_ms != 0;
	}
	atomic_store(&d->down, down);
	/* Each one that comes back from the pool makes us look again; only when it is full of others' work nothing does. */
	return !room && !d->on_pool ? BUSY_WAIT_MS : wait_ms;
}

static int64_t until_write_again(const struct deliverer *d, int64_t wait_ms)
{
	int64_t write_ms = d->write_again_ms - clock_monotonic_ms();

	return d->unwritten.first && write_ms < wait_ms ? write_ms : wait_ms;
}

/* What is on the wire is broken off without a verdict; what the pool and the writer have comes back by itself. */
static void requests_abandon(struct deliverer *d)
{
	struct request *request = list_take_all(&d->unwritten);

	for (struct request *next; request; request = next) {
		next = request->next;
		request_free(request);
	}
	wire_break_off(d->wire);
	while (d->on_pool || d->on_writer) {
		wire_run(d->wire, STOP_WAIT_MS);
		inbox_handle(d);
	}
	for (request = list_take_all(&d->unwritten); request;) {
		struct request *next = request->next;

		request_free(request);
		request = next;
	}
}

static void *deliver_loop(void *arg)
{
	struct deliverer *d = arg;

	lanes_read(&d->lanes, clock_now_ms());
	for (size_t i = 0; i < d->lanes.count; i++)
		d->lanes.items[i]->hello = !d->lanes.items[i]->peer.paused;
	while (!atomic_load(&d->stopping)) {
		int64_t wait_ms;

		inbox_handle(d);
		verdicts_resubmit(d);
		wait_ms = lanes_pump(d);
		wire_run(d->wire, until_write_again(d, wait_ms));
	}
	requests_abandon(d);
	return NULL;
}

/* --- start and stop --------------------------------------------------------------------------------------------- */

int deliver_start(const struct deliver_options *options, struct deliverer **ret_deliverer)
{
	struct deliverer *d = calloc(1, sizeof(*d));
	sigset_t all, before;
	int rc;

	if (!d)
		abort();
	d->options = *options;
	if (!d->options.total_timeout_ms)
		d->options.total_timeout_ms = TIMEOUT_DEFAULT_MS;
	d->lanes.store = options->store;
	d->lanes.per_peer_max = options->per_peer_max ? options->per_peer_max : PER_PEER_DEFAULT;
	list_init(&d->prepared);
	list_init(&d->judged);
	list_init(&d->unwritten);
	pthread_mutex_init(&d->mutex, NULL);
	d->wire = wire_new(options->federation->net, d->options.total_timeout_ms);
	sigfillset(&all);   /* signals are the main thread's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&d->thread, NULL, deliver_loop, d);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc != 0)
		abort();
	*ret_deliverer = d;
	return OK;
}

void deliver_stop(struct deliverer *d)
{
	if (!d)
		return;
	atomic_store(&d->stopping, true);
	wire_wake(d->wire);
	pthread_join(d->thread, NULL);
	wire_free(d->wire);
	lanes_clear(&d->lanes);
	pthread_mutex_destroy(&d->mutex);
	free(d->wakes);
	free(d);
}

void deliver_counters_get(struct deliverer *d, struct deliver_counters *ret_counters)
{
	ret_counters->sent = atomic_load(&d->sent);
	ret_counters->failed = atomic_load(&d->failed);
	ret_counters->dropped = atomic_load(&d->dropped);
	ret_counters->in_flight = atomic_load(&d->in_flight);
}
