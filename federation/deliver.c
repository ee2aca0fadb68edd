/*
 * The delivery thread. It owns the lanes, the lines and libcurl; everything else comes to it through one locked inbox
 * of wakes and finished requests:
 *
 *   line_pick → prepare (pool: body, key, signature) → curl multi → verdict (writer) → line_done or line_again
 */
#include "federation/deliver.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "federation/lane.h"
#include "federation/net.h"
#include "federation/pkey.h"
#include "federation/signature.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/base/log.h"
#include "storage/base/pool.h"
#include "storage/peers.h"

enum {
	PER_PEER_DEFAULT = 4,
	TIMEOUT_DEFAULT_MS = 15 * SECOND_MS,
	BUSY_WAIT_MS = 20,                   /* pool or writer queue full: again after this */
	POLL_MAX_MS = 60 * SECOND_MS,
	RETRY_AFTER_MAX_MS = HOUR_MS,        /* of what a peer may ask for */
	LOAD_PAGE = 64,
	SUCCESS_NOTE_MS = MINUTE_MS,         /* a lane that is up notes its last success this often */
	CONNECTIONS_KEPT = 1024,
	STOP_POLL_MS = 50,
};

static const struct str content_type = { "application/activity+json", sizeof("application/activity+json") - 1 };

struct lane_state {
	struct peer peer;          /* texts in `arena` */
	struct lane lane;          /* as in the store, but last_error */
	struct arena *arena;
	struct line line;
	bool listed;               /* found in the last reading of the peers */
	bool forgive;              /* resumed: deliveries that wait for their time are loaded as due */
};

enum request_kind { REQUEST_DELIVERY, REQUEST_HELLO };

/* One HTTP request, from the pick to the verdict. */
struct request {
	struct deliverer *deliverer;
	struct arena *arena;
	enum request_kind kind;
	uint64_t peer_id;
	struct delivery delivery;
	struct str url_text, body;
	struct url url;
	struct net_guard guard;    /* where libcurl may connect for it */
	struct curl_slist *headers;
	CURL *easy;
	int prepared;              /* the outcome of the pool's part */
	int status;                /* of the answer; 0: none */
	int64_t retry_after_ms;
	enum verdict verdict;
	struct lane lane;          /* to be stored with the verdict, when put_lane */
	bool put_lane;
	struct pool_item item;
	struct write write;
	struct request *next;      /* in one of the lists below */
	struct request *newer, **older;  /* in `sending` */
};

struct request_list {
	struct request *first, **last;
};

struct wake {
	uint64_t peer_id;
	bool resume;
};

enum { WAKES_MAX = 64 };

struct deliverer {
	struct deliver_options options;
	pthread_t thread;
	CURLM *multi;
	struct lane_state **lanes;
	size_t lane_count;

	pthread_mutex_t mutex;     /* guards the inbox: the next five */
	struct request_list prepared, judged;
	struct wake wakes[WAKES_MAX];
	size_t wake_count;
	bool wake_all;             /* more wakes than there is room for, or one for any peer */
	atomic_bool stopping;

	struct request_list unsubmitted;   /* verdicts that the writer had no room for */
	struct request *sending;           /* what libcurl has */
	size_t on_pool, on_writer;
	bool pool_busy;
	_Atomic uint64_t sent, failed, dropped, in_flight;
	_Atomic size_t troubled;           /* lanes that have failures: only they can be resumed */
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

static void inbox_add(struct deliverer *d, struct request_list *list, struct request *request)
{
	pthread_mutex_lock(&d->mutex);
	list_add(list, request);
	pthread_mutex_unlock(&d->mutex);
	curl_multi_wakeup(d->multi);
}

void deliver_wake(struct deliverer *d, uint64_t peer_id, bool resume)
{
	bool known = false;

	/* Each signed request of a peer ends here: it must cost nothing while all is well. */
	if (resume && peer_id && !atomic_load(&d->troubled))
		return;
	pthread_mutex_lock(&d->mutex);
	for (size_t i = 0; i < d->wake_count && !known; i++)
		if (d->wakes[i].peer_id == peer_id) {
			d->wakes[i].resume |= resume;
			known = true;
		}
	if (!known && peer_id && d->wake_count < WAKES_MAX)
		d->wakes[d->wake_count++] = (struct wake){ peer_id, resume };
	else if (!known)
		d->wake_all = true;
	pthread_mutex_unlock(&d->mutex);
	curl_multi_wakeup(d->multi);
}

/* --- lanes ------------------------------------------------------------------------------------------------------ */

static struct lane_state *lane_find(struct deliverer *d, uint64_t peer_id)
{
	for (size_t i = 0; i < d->lane_count; i++)
		if (d->lanes[i]->peer.id == peer_id)
			return d->lanes[i];
	return NULL;
}

static struct lane_state *lane_add(struct deliverer *d)
{
	struct lane_state *state = calloc(1, sizeof(*state));

	d->lanes = realloc(d->lanes, (d->lane_count + 1) * sizeof(struct lane_state *));
	if (!state || !d->lanes)
		abort();
	line_init(&state->line);
	d->lanes[d->lane_count++] = state;
	return state;
}

/* Takes over what the store says of a peer; its line goes on. */
static void lane_set(struct lane_state *state, const struct peer *peer, const struct lane *lane)
{
	struct arena *arena = arena_new();

	state->peer = *peer;
	state->peer.domain = arena_str(arena, peer->domain);
	state->peer.url = arena_str(arena, peer->url);
	state->peer.actor_uri = arena_str(arena, peer->actor_uri);
	state->peer.inbox = state->peer.key_id = state->peer.key_pem = STR_NONE;
	/* What is under way knows better, unless an operator cleared the lane (`peer resume`). */
	if (!state->line.in_flight || !lane->down_since_ms)
		state->lane = *lane;
	state->lane.last_error = STR_NONE;
	state->lane.peer_id = peer->id;
	state->listed = true;
	arena_free(state->arena);
	state->arena = arena;
}

static void lane_free(struct lane_state *state)
{
	line_clear(&state->line);
	arena_free(state->arena);
	free(state);
}

/* A peer that left the list goes as soon as nothing of it is under way. */
static void lanes_drop_unlisted(struct deliverer *d)
{
	for (size_t i = d->lane_count; i > 0; i--) {
		struct lane_state *state = d->lanes[i - 1];

		if (state->listed || state->line.in_flight)
			continue;
		d->lanes[i - 1] = d->lanes[--d->lane_count];
		lane_free(state);
	}
}

static int lanes_read_from(struct deliverer *d, struct arena *arena, struct view *view)
{
	struct peer *peers;
	size_t count;
	int err = peers_each(arena, view, &peers, &count);

	if (err != OK)
		return err;
	for (size_t i = 0; i < d->lane_count; i++)
		d->lanes[i]->listed = false;
	for (size_t i = 0; i < count; i++) {
		struct lane_state *state = lane_find(d, peers[i].id);
		struct lane lane;

		if (lanes_get(arena, view, peers[i].id, &lane) != OK)
			continue;
		lane_set(state ? state : lane_add(d), &peers[i], &lane);
	}
	return OK;
}

static void lanes_read(struct deliverer *d)
{
	struct arena *arena = arena_new();
	struct view *view;

	if (view_begin(d->options.store, &view) == OK) {
		if (lanes_read_from(d, arena, view) == OK)
			lanes_drop_unlisted(d);
		view_end(view);
	}
	arena_free(arena);
}

static void lane_load(struct deliverer *d, struct lane_state *state)
{
	struct arena *arena;
	struct view *view;
	struct delivery *page;
	size_t count = 0, room = line_room(&state->line), max = room < LOAD_PAGE ? room : LOAD_PAGE;

	if (state->line.exhausted || !max || view_begin(d->options.store, &view) != OK)
		return;
	arena = arena_new();
	if (deliveries_page(arena, view, state->peer.id, state->line.after, max, &page, &count) == OK) {
		for (size_t i = 0; i < count && state->forgive; i++)
			page[i].not_before_ms = 0;
		line_load(&state->line, page, count);
		state->line.exhausted = count < max;
		state->forgive = state->forgive && !state->line.exhausted;
	}
	view_end(view);
	arena_free(arena);
}

/* --- a request's part on the pool ------------------------------------------------------------------------------- */

static void headers_add(struct request *request, struct str name, struct str value)
{
	struct str line = arena_printf(request->arena, "%.*s: %.*s", STR_ARG(name), STR_ARG(value));
	struct curl_slist *list = curl_slist_append(request->headers, line.p);

	if (!list)
		abort();
	request->headers = list;
}

static int request_sign(struct request *request, struct view *view, uint64_t actor_id)
{
	struct deliverer *d = request->deliverer;
	struct signature_order order = { .target = request->url.target, .now_ms = clock_now_ms() };
	struct header made[SIGNATURE_MADE_HEADERS];
	struct account actor;
	struct pkey *key;
	struct str pem;
	int err = accounts_get(request->arena, view, actor_id, &actor);

	if (err == OK)
		err = accounts_private_key_get(request->arena, view, actor_id, &pem);
	if (err == OK)
		err = key_cache_private(d->options.federation->keys, request->arena, actor.key_id, pem, &key);
	if (err != OK)
		return err;
	order.method = request->kind == REQUEST_HELLO ? STR("GET") : STR("POST");
	order.host = url_host_port(request->arena, &request->url);
	order.content_type = request->kind == REQUEST_HELLO ? STR_NONE : content_type;
	order.body = request->body;
	order.key_id = actor.key_id;
	order.key = key;
	err = signature_make(request->arena, &order, made);
	for (size_t i = 0; err == OK && i < SIGNATURE_MADE_HEADERS; i++)
		headers_add(request, made[i].name, made[i].value);
	return err;
}

static int request_prepare_in(struct request *request, struct view *view)
{
	struct deliverer *d = request->deliverer;
	struct activity_record record;
	int err = url_parse(request->arena, request->url_text, &request->url);

	if (err != OK || request->kind == REQUEST_HELLO)
		return err == OK ? request_sign(request, view, d->options.federation->instance->actor_id) : err;
	err = activities_get(request->arena, view, request->delivery.activity_id, &record);
	if (err != OK)
		return err;
	request->body = record.body;
	headers_add(request, STR("Content-Type"), content_type);
	return request_sign(request, view, request->delivery.actor_id);
}

static void request_prepare(void *arg)
{
	struct request *request = arg;
	struct view *view;

	request->prepared = view_begin(request->deliverer->options.store, &view);
	if (request->prepared == OK) {
		request->prepared = request_prepare_in(request, view);
		view_end(view);
	}
	inbox_add(request->deliverer, &request->deliverer->prepared, request);
}

/* --- beginning and ending requests ------------------------------------------------------------------------------ */

static struct request *request_new(struct deliverer *d, enum request_kind kind, const struct lane_state *state)
{
	struct arena *arena = arena_new();
	struct request *request = ARENA_NEW(arena, struct request);

	request->deliverer = d;
	request->arena = arena;
	request->kind = kind;
	request->peer_id = state->peer.id;
	return request;
}

static void request_free(struct request *request)
{
	curl_slist_free_all(request->headers);
	arena_free(request->arena);
}

/* false: the pool has no room now. */
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

static bool delivery_begin(struct deliverer *d, struct lane_state *state, struct line_item *item)
{
	struct request *request = request_new(d, REQUEST_DELIVERY, state);

	request->delivery = item->delivery;
	request->delivery.inbox = arena_str(request->arena, item->delivery.inbox);
	request->url_text = request->delivery.inbox;
	if (!request_submit(d, request))
		return false;
	line_started(&state->line, item);
	atomic_fetch_add(&d->in_flight, 1);
	return true;
}

/* Tells a peer that we are back. Its answer is of no interest: what counts is that it sees our signature. */
static void hello_begin(struct deliverer *d, struct lane_state *state)
{
	struct request *request = request_new(d, REQUEST_HELLO, state);

	request->url_text = state->peer.actor_uri.n ? arena_str(request->arena, state->peer.actor_uri)
	                                            : arena_printf(request->arena, "%.*s/actor", STR_ARG(state->peer.url));
	request_submit(d, request);
}

static void sending_add(struct deliverer *d, struct request *request)
{
	request->newer = d->sending;
	request->older = &d->sending;
	if (d->sending)
		d->sending->older = &request->newer;
	d->sending = request;
}

static void sending_remove(struct request *request)
{
	*request->older = request->newer;
	if (request->newer)
		request->newer->older = request->older;
}

static size_t discard(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

static int request_send(struct deliverer *d, struct request *request)
{
	CURL *easy = curl_easy_init();
	int err;

	if (!easy)
		abort();
	err = net_prepare_handle(d->options.federation->net, request->arena, easy, &request->url, &request->guard);
	if (err != OK) {
		curl_easy_cleanup(easy);
		return err;
	}
	if (request->kind == REQUEST_DELIVERY) {
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.p);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.n);
	} else {
		headers_add(request, STR("Accept"), content_type);
	}
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, request->headers);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)d->options.total_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
	request->easy = easy;
	if (curl_multi_add_handle(d->multi, easy) != CURLM_OK)
		abort();
	sending_add(d, request);
	return OK;
}

static void request_read_answer(struct request *request, CURLcode code)
{
	long status = 0;
	curl_off_t retry_after = 0;

	if (code == CURLE_OK) {
		curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(request->easy, CURLINFO_RETRY_AFTER, &retry_after);
	}
	request->status = (int)status;
	if (retry_after > 0)
		request->retry_after_ms = retry_after < RETRY_AFTER_MAX_MS / SECOND_MS ? retry_after * SECOND_MS
		                                                                       : RETRY_AFTER_MAX_MS;
}

static void request_leave_curl(struct deliverer *d, struct request *request)
{
	curl_multi_remove_handle(d->multi, request->easy);
	curl_easy_cleanup(request->easy);
	request->easy = NULL;
	sending_remove(request);
}

/* --- verdicts --------------------------------------------------------------------------------------------------- */

static int verdict_write(struct txn *txn, void *arg)
{
	struct request *request = arg;
	struct peer peer;
	int err = OK;

	/* The peer may have been taken off the list, with its lane and deliveries, while this was under way. */
	if (peers_get(request->arena, txn_view(txn), request->peer_id, &peer) != OK)
		return OK;
	if (request->verdict == VERDICT_RETRY)
		err = deliveries_put(txn, &request->delivery);
	else if (request->verdict != VERDICT_DOWN)
		err = deliveries_delete(txn, request->peer_id, request->delivery.sequence);
	if (err == OK && request->put_lane)
		err = lanes_put(txn, &request->lane);
	return err;
}

static void verdict_done(void *arg)
{
	struct request *request = arg;

	inbox_add(request->deliverer, &request->deliverer->judged, request);
}

static void verdict_submit(struct deliverer *d, struct request *request)
{
	request->write = (struct write){ .body = verdict_write, .done = verdict_done, .arg = request };
	if (writer_submit(d->options.writer, &request->write) == OK)
		d->on_writer++;
	else
		list_add(&d->unsubmitted, request);
}

static void verdicts_resubmit(struct deliverer *d)
{
	struct request *request = list_take_all(&d->unsubmitted);

	while (request) {
		struct request *next = request->next;

		verdict_submit(d, request);
		request = next;
	}
}

static void lane_up(struct lane_state *state, int64_t now_ms, bool *ret_put)
{
	*ret_put = state->lane.down_since_ms || state->lane.failures || now_ms - state->lane.success_ms >= SUCCESS_NOTE_MS;
	if (state->lane.down_since_ms)
		log_event(LOG_LEVEL_INFO, "peer is up", "peer", state->peer.domain.p, NULL);
	state->lane.failures = 0;
	state->lane.down_since_ms = state->lane.next_try_ms = 0;
	if (*ret_put)
		state->lane.success_ms = now_ms;
}

static void lane_down(struct lane_state *state, int64_t now_ms, int64_t retry_after_ms)
{
	uint8_t dice;
	int64_t wait_ms;

	hash_random(&dice, 1);
	if (!state->lane.down_since_ms)
		state->lane.down_since_ms = now_ms;
	wait_ms = lane_backoff_ms(now_ms - state->lane.down_since_ms, state->lane.failures, dice);
	state->lane.next_try_ms = now_ms + (retry_after_ms > wait_ms ? retry_after_ms : wait_ms);
}

/* A failure is written when it changes what a restart should know: the first ones and every tenth. */
static bool failure_is_news(uint64_t failures)
{
	return failures <= LANE_FAILURES_TO_DOWN || failures % 10 == 0;
}

static void lane_failed(struct lane_state *state, struct request *request, int64_t now_ms)
{
	const char *reason = request->status ? log_u64((unsigned)request->status) : "no answer";

	state->lane.failures++;
	if (request->verdict == VERDICT_DOWN || state->lane.failures >= LANE_FAILURES_TO_DOWN)
		lane_down(state, now_ms, request->retry_after_ms);
	request->put_lane = failure_is_news(state->lane.failures);
	if (request->put_lane)
		log_event(LOG_LEVEL_WARNING, "delivery failed", "peer", state->peer.domain.p, "status", reason, "failures",
		          log_u64(state->lane.failures), "tries", log_u64(request->delivery.tries), NULL);
	request->lane = state->lane;
	request->lane.last_error = arena_printf(request->arena, "%s", reason);
}

/* What becomes of the delivery itself. */
static void delivery_failed(struct deliverer *d, struct request *request, int64_t now_ms)
{
	struct delivery *delivery = &request->delivery;

	atomic_fetch_add(&d->failed, 1);
	if (request->verdict == VERDICT_RETRY) {
		delivery->tries++;
		delivery->not_before_ms = now_ms + delivery_backoff_ms(delivery->tries);
	}
	if (delivery->tries >= LANE_TRIES_MAX || (delivery->expires_ms && delivery->expires_ms <= now_ms))
		request->verdict = VERDICT_DROP;
}

static void request_judge(struct deliverer *d, struct request *request)
{
	struct lane_state *state = lane_find(d, request->peer_id);
	int64_t now_ms = clock_now_ms();

	request->verdict = request->prepared == OK ? lane_verdict(request->status) : VERDICT_DROP;
	if (request->verdict == VERDICT_RETRY || request->verdict == VERDICT_DOWN) {
		if (state)
			lane_failed(state, request, now_ms);
		delivery_failed(d, request, now_ms);
	} else if (state && request->prepared == OK) {
		lane_up(state, now_ms, &request->put_lane);
		request->lane = state->lane;
	}
	if (request->verdict == VERDICT_DONE)
		atomic_fetch_add(&d->sent, 1);
	else if (request->verdict == VERDICT_DROP || request->verdict == VERDICT_GONE) {
		atomic_fetch_add(&d->dropped, 1);
		log_event(LOG_LEVEL_WARNING, "delivery dropped", "peer", state ? state->peer.domain.p : "-", "status",
		          log_u64((unsigned)request->status), "activity", log_u64(request->delivery.activity_id), NULL);
	}
	verdict_submit(d, request);
}

/* The verdict is on disk (or the disk is dead): the line goes on. */
static void request_judged(struct deliverer *d, struct request *request)
{
	struct lane_state *state = lane_find(d, request->peer_id);

	d->on_writer--;
	atomic_fetch_sub(&d->in_flight, 1);
	if (state) {
		/* A disk that is full must not make us send the same thing again and again. */
		if (request->write.err != OK)
			lane_down(state, clock_now_ms(), 0);
		if (request->verdict == VERDICT_RETRY || request->verdict == VERDICT_DOWN || request->write.err != OK)
			line_again(&state->line, &request->delivery);
		else
			line_done(&state->line, request->delivery.sequence);
	}
	request_free(request);
}

/* --- the loop --------------------------------------------------------------------------------------------------- */

static void prepared_arrived(struct deliverer *d, struct request *request)
{
	bool stopping = atomic_load(&d->stopping);

	d->on_pool--;
	if (request->prepared == OK && !stopping)
		request->prepared = request_send(d, request);
	if (request->prepared == OK && !stopping)
		return;
	if (request->kind == REQUEST_HELLO || stopping)
		request_free(request);
	else
		request_judge(d, request);
}

static void requests_arrive(struct deliverer *d)
{
	struct request *prepared, *judged;

	pthread_mutex_lock(&d->mutex);
	prepared = list_take_all(&d->prepared);
	judged = list_take_all(&d->judged);
	pthread_mutex_unlock(&d->mutex);
	while (prepared) {
		struct request *next = prepared->next;

		prepared_arrived(d, prepared);
		prepared = next;
	}
	while (judged) {
		struct request *next = judged->next;

		request_judged(d, judged);
		judged = next;
	}
}

static void lane_resume(struct lane_state *state)
{
	if (!state->lane.down_since_ms && !state->lane.failures)
		return;
	state->lane.next_try_ms = 0;
	state->forgive = true;
	line_rewind(&state->line);
}

static void wakes_arrive(struct deliverer *d)
{
	struct wake wakes[WAKES_MAX];
	size_t count;
	bool all;

	pthread_mutex_lock(&d->mutex);
	count = d->wake_count;
	memcpy(wakes, d->wakes, count * sizeof(wakes[0]));
	all = d->wake_all;
	d->wake_count = 0;
	d->wake_all = false;
	pthread_mutex_unlock(&d->mutex);
	for (size_t i = 0; i < count; i++)
		all |= lane_find(d, wakes[i].peer_id) == NULL;
	if (all)
		lanes_read(d);
	for (size_t i = 0; i < d->lane_count && all; i++)
		d->lanes[i]->line.exhausted = false;
	for (size_t i = 0; i < count; i++) {
		struct lane_state *state = lane_find(d, wakes[i].peer_id);

		if (state)
			state->line.exhausted = false;
		if (state && wakes[i].resume)
			lane_resume(state);
	}
}

/* How many requests this peer may have under way: one probe while it is down. */
static size_t lane_limit(const struct deliverer *d, const struct lane_state *state, int64_t now_ms)
{
	if (!state->listed || state->peer.paused)
		return 0;
	if (!state->lane.down_since_ms)
		return d->options.per_peer_max;
	return now_ms >= state->lane.next_try_ms ? 1 : 0;
}

static void lane_pump(struct deliverer *d, struct lane_state *state, int64_t now_ms)
{
	size_t limit = lane_limit(d, state, now_ms);

	while (state->line.in_flight < limit) {
		struct line_item *item = line_pick(&state->line, now_ms);

		if (!item) {
			lane_load(d, state);
			item = line_pick(&state->line, now_ms);
		}
		if (!item)
			return;
		if (!delivery_begin(d, state, item)) {
			d->pool_busy = true;
			return;
		}
	}
}

static int64_t lane_next_ms(const struct lane_state *state, int64_t now_ms)
{
	if (!state->listed || state->peer.paused || state->line.in_flight)
		return INT64_MAX;
	if (state->lane.down_since_ms && state->lane.next_try_ms > now_ms)
		return state->line.count || !state->line.exhausted ? state->lane.next_try_ms : INT64_MAX;
	return line_next_ms(&state->line, now_ms);
}

/* Begins what may begin; milliseconds until something may again. */
static int lanes_pump(struct deliverer *d)
{
	int64_t now_ms = clock_now_ms(), next_ms = now_ms + POLL_MAX_MS;
	size_t troubled = 0;

	d->pool_busy = false;
	for (size_t i = 0; i < d->lane_count; i++) {
		struct lane_state *state = d->lanes[i];
		int64_t lane_ms;

		lane_pump(d, state, now_ms);
		lane_ms = lane_next_ms(state, now_ms);
		if (lane_ms < next_ms)
			next_ms = lane_ms;
		troubled += state->lane.failures || state->lane.down_since_ms;
	}
	atomic_store(&d->troubled, troubled);
	if (d->pool_busy || d->unsubmitted.first)
		return BUSY_WAIT_MS;
	return next_ms > now_ms ? (int)(next_ms - now_ms) : 0;
}

static void answers_arrive(struct deliverer *d)
{
	CURLMsg *message;
	int running, waiting;

	curl_multi_perform(d->multi, &running);
	while ((message = curl_multi_info_read(d->multi, &waiting))) {
		struct request *request;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
		request_read_answer(request, code);
		request_leave_curl(d, request);
		if (request->kind == REQUEST_HELLO)
			request_free(request);
		else
			request_judge(d, request);
	}
}

/* What libcurl has is broken off without a verdict; what the pool and the writer have comes back by itself. */
static void requests_abandon(struct deliverer *d)
{
	struct request *request = list_take_all(&d->unsubmitted);

	while (request) {
		struct request *next = request->next;

		request_free(request);
		request = next;
	}
	while (d->sending) {
		request = d->sending;
		request_leave_curl(d, request);
		request_free(request);
	}
	while (d->on_pool || d->on_writer) {
		curl_multi_poll(d->multi, NULL, 0, STOP_POLL_MS, NULL);
		requests_arrive(d);
	}
}

static void *deliver_loop(void *arg)
{
	struct deliverer *d = arg;

	lanes_read(d);
	for (size_t i = 0; i < d->lane_count; i++)
		if (!d->lanes[i]->peer.paused)
			hello_begin(d, d->lanes[i]);
	while (!atomic_load(&d->stopping)) {
		int wait_ms;

		wakes_arrive(d);
		requests_arrive(d);
		verdicts_resubmit(d);
		wait_ms = lanes_pump(d);
		answers_arrive(d);
		curl_multi_poll(d->multi, NULL, 0, wait_ms, NULL);
	}
	requests_abandon(d);
	return NULL;
}

/* --- start and stop --------------------------------------------------------------------------------------------- */

int deliver_start(const struct deliver_options *options, struct deliverer **ret_deliverer)
{
	struct deliverer *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->options = *options;
	if (!d->options.per_peer_max)
		d->options.per_peer_max = PER_PEER_DEFAULT;
	if (!d->options.total_timeout_ms)
		d->options.total_timeout_ms = TIMEOUT_DEFAULT_MS;
	list_init(&d->prepared);
	list_init(&d->judged);
	list_init(&d->unsubmitted);
	pthread_mutex_init(&d->mutex, NULL);
	d->multi = curl_multi_init();
	if (!d->multi)
		abort();
	curl_multi_setopt(d->multi, CURLMOPT_MAXCONNECTS, (long)CONNECTIONS_KEPT);
	if (pthread_create(&d->thread, NULL, deliver_loop, d) != 0)
		abort();
	*ret_deliverer = d;
	return OK;
}

void deliver_stop(struct deliverer *d)
{
	if (!d)
		return;
	atomic_store(&d->stopping, true);
	curl_multi_wakeup(d->multi);
	pthread_join(d->thread, NULL);
	curl_multi_cleanup(d->multi);
	for (size_t i = 0; i < d->lane_count; i++)
		lane_free(d->lanes[i]);
	free(d->lanes);
	pthread_mutex_destroy(&d->mutex);
	free(d);
}

void deliver_counters_get(struct deliverer *d, struct deliver_counters *ret_counters)
{
	ret_counters->sent = atomic_load(&d->sent);
	ret_counters->failed = atomic_load(&d->failed);
	ret_counters->dropped = atomic_load(&d->dropped);
	ret_counters->in_flight = atomic_load(&d->in_flight);
}
