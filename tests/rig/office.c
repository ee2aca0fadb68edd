/*
 * The delivering half of a node, for tests and benchmarks. Failures of the rig itself abort.
 */
#include "tests/rig/office.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "federation/budget.h"
#include "federation/net.h"
#include "federation/pkey.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/pool.h"
#include "storage/engine/writer.h"
#include "storage/keys.h"
#include "storage/peers.h"
#include "tests/rig/engine_mem.h"

enum { POST_PAGE = 100, LOOK_MS = 5 };

static const uint64_t MAP_BYTES = (uint64_t)4 << 30;

static void must(int err)
{
	if (err != OK) {
		fprintf(stderr, "office: %s\n", err_name(err));
		abort();
	}
}

static void on_commit(void *context, const struct event_list *events)
{
	struct office *office = context;
	struct deliverer *deliverer = office->deliverer;

	for (size_t i = 0; i < events->count && deliverer; i++) {
		if (events->events[i].kind == EVENT_DELIVERY)
			deliver_wake(deliverer, events->events[i].actor, false);
		else if (events->events[i].kind == EVENT_PEER)
			deliver_wake(deliverer, 0, false);
	}
}

static bool origin_listed(void *context, struct str origin)
{
	struct office *office = context;
	struct arena *arena = arena_new();
	struct peer peer;
	struct view *view;
	bool listed;

	must(view_begin(office->store, &view));
	listed = peers_by_url(arena, view, origin, &peer) == OK;
	view_end(view);
	arena_free(arena);
	return listed;
}

static uint64_t add_actor(struct office *office, struct txn *txn, size_t n)
{
	struct account account = {
		.id = txn_new_id(txn), .kind = n ? ACCOUNT_PERSON : ACCOUNT_APPLICATION,
		.username = arena_printf(office->arena, "actor%zu", n), .key_pem = office->public_pem,
		.uri = arena_printf(office->arena, "http://a.example/u/%zu", n),
		.key_id = arena_printf(office->arena, "http://a.example/u/%zu#main-key", n),
	};

	must(accounts_put(txn, &account));
	must(accounts_private_key_put(txn, account.id, office->private_pem));
	return account.id;
}

static int furnish_write(struct txn *txn, void *arg)
{
	struct office *office = arg;

	office->instance.actor_id = add_actor(office, txn, 0);
	for (size_t i = 0; i < office->options.actors; i++)
		office->actors[i] = add_actor(office, txn, i + 1);
	for (size_t i = 0; i < office->options.peers; i++) {
		struct peer peer = { .domain = stub_domain(office->stubs, i), .url = stub_origin(office->stubs, i) };

		must(peers_put(txn, &peer));
		office->peers[i] = peer.id;
	}
	return OK;
}

struct office *office_new(const struct office_options *options)
{
	struct arena *arena = arena_new();
	struct office *office = ARENA_NEW(arena, struct office);
	struct writer_options writer = { .on_commit = on_commit, .context = office };
	struct net_options net = { .development = true, .origin_allowed = origin_listed, .context = office,
		                   .user_agent = STR("office/1") };

	signal(SIGPIPE, SIG_IGN);
	office->options = *options;
	office->arena = arena;
	office->peers = ARENA_ARRAY(arena, uint64_t, options->peers);
	office->actors = ARENA_ARRAY(arena, uint64_t, options->actors + 1);
	office->instance = (struct instance){ .domain = STR("a.example"), .url = STR("http://a.example"), .development = true };
	must(pkey_generate_rsa2048(arena, &office->private_pem, &office->public_pem));
	office->federation.net = net_new(&net);
	office->federation.keys = key_cache_new(1024);
	office->federation.budget = budget_new();
	office->federation.instance = &office->instance;
	office->stubs = stub_new(options->peers, !options->forget);
	if (options->folder)
		must(lmdb_open(options->folder, space_names, SPACE_COUNT, MAP_BYTES, &office->engine));
	else
		office->engine = engine_mem_new();
	must(store_open(office->engine, &office->store));
	instance_set(office->store, &office->instance);
	must(writer_start(office->store, &writer, &office->writer));
	must(pool_start(options->pool_threads ? options->pool_threads : 2, 1024, &office->pool));
	office_write(office, furnish_write, office);
	return office;
}

struct office *office_of(size_t peers, size_t actors)
{
	struct office_options options = { .peers = peers, .actors = actors };

	return office_new(&options);
}

void office_free(struct office *office)
{
	office_stop(office);
	pool_stop(office->pool);
	writer_stop(office->writer);
	store_close(office->store);
	stub_free(office->stubs);
	key_cache_free(office->federation.keys);
	budget_free(office->federation.budget);
	net_free(office->federation.net);
	arena_free(office->arena);
}

void office_start(struct office *office)
{
	struct deliver_options options = {
		.federation = &office->federation, .store = office->store, .writer = office->writer, .pool = office->pool,
		.total_timeout_ms = office->options.total_timeout_ms ? office->options.total_timeout_ms : 1500,
	};
	struct deliverer *deliverer;

	must(deliver_start(&options, &deliverer));
	office->deliverer = deliverer;
}

void office_stop(struct office *office)
{
	struct deliverer *deliverer = office->deliverer;

	office->deliverer = NULL;
	deliver_stop(deliverer);
}

void office_write(struct office *office, int (*body)(struct txn *txn, void *arg), void *arg)
{
	must(writer_run(office->writer, body, arg));
}

struct posting {
	struct office *office;
	size_t peer, actor, count, from;
	uint64_t object;
	const char *text;
	uint64_t sequence;
};

static uint64_t put_delivery(struct txn *txn, const struct posting *posting, uint64_t activity_id, size_t peer)
{
	const struct office *office = posting->office;
	struct arena *arena = arena_new();
	struct delivery delivery = {
		.peer_id = office->peers[peer], .activity_id = activity_id, .actor_id = office->actors[posting->actor],
		.object_key = posting->object ? posting->object : activity_id,
		.inbox = arena_printf(arena, "%.*s/inbox", STR_ARG(stub_origin(office->stubs, peer))),
		.expires_ms = txn_now_ms(txn) + DAY_MS,
	};

	must(deliveries_put(txn, &delivery));
	arena_free(arena);
	return delivery.sequence;
}

static uint64_t put_activity(struct txn *txn, const struct posting *posting, const char *text)
{
	struct arena *arena = arena_new();
	struct activity_record record = {
		.id = txn_new_id(txn), .type = STR("Create"), .account_id = posting->office->actors[posting->actor],
		.body = arena_printf(arena, "{\"type\":\"Create\",\"text\":\"%s\"}", text),
	};

	must(activities_put(txn, &record));
	arena_free(arena);
	return record.id;
}

static int post_write(struct txn *txn, void *arg)
{
	struct posting *posting = arg;

	posting->sequence = put_delivery(txn, posting, put_activity(txn, posting, posting->text), posting->peer);
	return OK;
}

uint64_t office_post(struct office *office, size_t peer, size_t actor, uint64_t object, const char *text)
{
	struct posting posting = { .office = office, .peer = peer, .actor = actor, .object = object, .text = text };

	office_write(office, post_write, &posting);
	return posting.sequence;
}

/* One activity for a page of peers. */
static int post_many_write(struct txn *txn, void *arg)
{
	struct posting *posting = arg;
	struct arena *arena = arena_new();
	uint64_t id = put_activity(txn, posting, arena_printf(arena, "%zu", posting->count + 1).p);

	for (size_t i = posting->from; i < posting->office->options.peers && i < posting->from + POST_PAGE; i++)
		put_delivery(txn, posting, id, i);
	arena_free(arena);
	return OK;
}

void office_post_many(struct office *office, size_t count)
{
	struct posting posting = { .office = office };

	for (size_t n = 0; n < count; n++)
		for (size_t from = 0; from < office->options.peers; from += POST_PAGE) {
			posting.count = n;
			posting.from = from;
			posting.actor = n % office->options.actors;
			office_write(office, post_many_write, &posting);
		}
}

uint64_t office_waiting(struct office *office, size_t peer)
{
	struct view *view;
	uint64_t count;

	must(view_begin(office->store, &view));
	must(deliveries_count(view, office->peers[peer], &count));
	view_end(view);
	return count;
}

bool office_drained(struct office *office, int64_t ms)
{
	int64_t end_ms = clock_monotonic_ms() + ms;
	const struct timespec look = { 0, LOOK_MS * 1000000L };

	for (size_t i = 0; i < office->options.peers; i++)
		while (office_waiting(office, i)) {
			if (clock_monotonic_ms() >= end_ms)
				return false;
			nanosleep(&look, NULL);
		}
	return true;
}

struct lane office_lane(struct office *office, size_t peer)
{
	struct view *view;
	struct lane lane;

	must(view_begin(office->store, &view));
	must(lanes_get(office->arena, view, office->peers[peer], &lane));
	view_end(view);
	return lane;
}

static int pause_write(struct txn *txn, void *arg)
{
	struct posting *posting = arg;
	struct arena *arena = arena_new();
	struct peer peer;

	must(peers_get(arena, txn_view(txn), posting->office->peers[posting->peer], &peer));
	peer.paused = posting->count;
	must(peers_put(txn, &peer));
	arena_free(arena);
	return OK;
}

void office_pause(struct office *office, size_t peer, bool paused)
{
	struct posting posting = { .office = office, .peer = peer, .count = paused };

	office_write(office, pause_write, &posting);
}

static int remove_write(struct txn *txn, void *arg)
{
	struct posting *posting = arg;
	bool more;

	must(peers_delete(txn, posting->office->peers[posting->peer], &more));
	return more ? ERR_LIMIT : OK;
}

void office_remove(struct office *office, size_t peer)
{
	struct posting posting = { .office = office, .peer = peer };

	office_write(office, remove_write, &posting);
}

/* --- numbered activities ---------------------------------------------------------------------------------------- */

struct str office_text_of(const struct stub_request *request)
{
	struct str body = request->body;
	size_t at = str_find(body, STR("\"text\":\""));

	body = at == SIZE_MAX ? STR_NONE : str_sub(body, at + 8, SIZE_MAX);
	return str_cut(&body, '"');
}

struct str office_texts_at(struct office *office, size_t peer, bool taken)
{
	size_t count = stub_count(office->stubs, peer, "POST");
	struct buf texts;

	buf_init(&texts, office->arena, 0);
	for (size_t i = 0; i < count; i++) {
		struct stub_request request = stub_request_at(office->stubs, peer, "POST", i);

		if (taken && request.status / 100 != 2)
			continue;
		if (texts.n)
			buf_add_char(&texts, ' ');
		buf_add(&texts, office_text_of(&request));
	}
	return buf_str(&texts);
}

struct str office_numbers(struct office *office, int from, int to)
{
	struct buf texts;

	buf_init(&texts, office->arena, 0);
	for (int i = from; i <= to; i++)
		buf_printf(&texts, i > from ? " %d" : "%d", i);
	return buf_str(&texts);
}

void office_post_numbers(struct office *office, size_t peer, size_t actor, int from, int to)
{
	for (int i = from; i <= to; i++)
		office_post(office, peer, actor, 0, arena_printf(office->arena, "%d", i).p);
}

void office_sleep_ms(int64_t ms)
{
	struct timespec wait = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&wait, NULL);
}
