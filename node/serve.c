/*
 * The life of a serving node: what is made, in which order it starts, and how it stops in reverse.
 *
 *   store → writer → search → files, pools → net → deliverer → jobs → hub → server → control        stop: the other way round
 *
 * The main thread then sleeps on signals, on a change of configuration and on the death of the disk. Nothing else
 * happens here: what a request does begins in http/exchange.c, what a job does in jobs.c.
 */
#include "node/serve.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "federation/budget.h"
#include "federation/deliver.h"
#include "federation/net.h"
#include "federation/pkey.h"
#include "federation/policy.h"
#include "federation/replay.h"
#include "node/api/routes.h"
#include "node/cli/control.h"
#include "node/folder.h"
#include "node/http/limit.h"
#include "node/http/server.h"
#include "node/jobs.h"
#include "node/mail/smtp.h"
#include "node/media/decoder.h"
#include "node/node.h"
#include "node/push.h"
#include "node/search/indexer.h"
#include "node/stream/hub.h"
#include "node/version.h"
#include "node/web/pages.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/base/pool.h"
#include "storage/blobs.h"
#include "storage/engine/writer.h"
#include "storage/networks.h"

enum { MMAP_THRESHOLD_BYTES = 1024 * 1024, TRIM_THRESHOLD_BYTES = 4 * 1024 * 1024 };
enum {
	KEYS_KEPT = 4096,
	REPLAYS_KEPT = 65536,
	POOL_QUEUE_MAX = 1024,
	FILE_THREADS = 8,      /* most of them wait */
	LOCK_WAIT_MS = 5000,   /* for a command that has the store open */
	LOCK_STEP_MS = 50,
	UPKEEP_MS = 2000,
};

struct life {
	struct node node;
	struct folder *folder;
	struct control *control;
	/* Whom the writer thread wakes. Main starts and stops them meanwhile, so it takes them away under the lock, and
	 * then nobody is in the middle of waking them. */
	pthread_mutex_t wake_lock;
	struct jobs *jobs;
	struct deliverer *deliverer;
	struct hub *hub;
	struct indexer *indexer;
	atomic_bool config_changed;
	atomic_int dead;          /* the error the disk died of */
	int alarm;                /* eventfd: one of the two above */
	int signals;              /* signalfd */
};

/* --- what a commit sets going ----------------------------------------------------------------------------------- */

static void life_alarm(struct life *life)
{
	uint64_t one = 1;

	if (write(life->alarm, &one, sizeof(one)) < 0 && errno != EAGAIN)
		abort();
}

static void wake_for(struct life *life, const struct event *event)
{
	if ((event->kind == EVENT_POST || event->kind == EVENT_POST_EDITED) && life->indexer)
		indexer_wake(life->indexer);
	else if (event->kind == EVENT_DELIVERY && life->deliverer)
		deliver_wake(life->deliverer, event->actor, false);
	else if (event->kind == EVENT_PEER && life->deliverer)
		deliver_wake(life->deliverer, 0, false);
	else if (event->kind == EVENT_CONFIG) {
		atomic_store(&life->config_changed, true);
		life_alarm(life);
	}
}

/* Writer thread, after each commit with events. */
static void on_commit(void *context, const struct event_list *events)
{
	struct life *life = context;
	bool job = false;

	pthread_mutex_lock(&life->wake_lock);
	for (size_t i = 0; i < events->count; i++) {
		job |= events->events[i].kind == EVENT_JOBS;
		wake_for(life, &events->events[i]);
	}
	if (job && life->jobs)
		jobs_wake(life->jobs);
	if (life->hub)
		hub_publish(life->hub, events);
	pthread_mutex_unlock(&life->wake_lock);
}

static void wake_whom(struct life *life, struct jobs *jobs, struct deliverer *deliverer)
{
	pthread_mutex_lock(&life->wake_lock);
	life->jobs = jobs;
	life->deliverer = deliverer;
	pthread_mutex_unlock(&life->wake_lock);
}

static void wake_indexer(struct life *life, struct indexer *indexer)
{
	pthread_mutex_lock(&life->wake_lock);
	life->indexer = indexer;
	pthread_mutex_unlock(&life->wake_lock);
}

static void on_dead(void *context, int err)
{
	struct life *life = context;

	atomic_store(&life->dead, err);
	life_alarm(life);
}

/* --- configuration that is live --------------------------------------------------------------------------------- */

static const struct { const char *name; enum log_level level; } log_levels[] = {
	{ "error", LOG_LEVEL_ERROR }, { "warning", LOG_LEVEL_WARNING }, { "info", LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG },
};

static void apply_live(struct life *life, const struct config *config)
{
	for (size_t i = 0; i < sizeof(log_levels) / sizeof(log_levels[0]); i++)
		if (str_eq(config->log_level, str_of(log_levels[i].name)))
			log_set_level(log_levels[i].level);
	limiter_enable(life->node.limiter, config->limits_rate);
}

/* A new snapshot replaces the old one; the old stays readable for calls under way (folder's arena). */
static void reload(struct life *life)
{
	struct config *config = ARENA_NEW(life->folder->arena, struct config);
	struct str error = STR_NONE;
	int err = folder_reload_config(life->folder, config, &error);

	if (err != OK) {
		log_event(LOG_LEVEL_WARNING, "configuration not reloaded", "error",
		          error.n ? arena_cstr(life->folder->arena, error) : err_name(err), NULL);
		return;
	}
	life->node.config = config;
	apply_live(life, config);
	log_event(LOG_LEVEL_INFO, "configuration reloaded", NULL);
}

/* --- start ------------------------------------------------------------------------------------------------------ */

static void life_wire(struct life *life)
{
	const struct config *config = &life->folder->config;
	struct node *node = &life->node;

	node->store = life->folder->store;
	node->config = config;
	node->config_file = life->folder->config_file;
	node->instance = life->folder->instance;
	node->started_ms = clock_now_ms();
	node->limiter = limiter_new();
	node->federation = (struct federation){
		.instance = &life->folder->instance,
		.keys = key_cache_new(KEYS_KEPT),
		.replays = replay_cache_new(REPLAYS_KEPT),
		.budget = budget_new(),
		.signature_window_ms = (int64_t)config->federation_clock_seconds * SECOND_MS,
		.peer_rate = config->federation_peer_rate,
	};
	apply_live(life, config);
}

/* May a stranger's address make us connect to a private place? Only where it is a peer's. */
static bool origin_listed(void *context, struct str origin)
{
	struct node *node = context;
	struct arena *arena = arena_new();
	struct peer peer;
	struct view *view;
	bool listed = false;

	if (view_begin(node->store, &view) == OK) {
		listed = policy_peer_by_url(arena, view, origin, &peer) == OK;
		view_end(view);
	}
	arena_free(arena);
	return listed;
}

static int start_net(struct life *life)
{
	const struct config *config = life->node.config;
	struct net_options options = {
		.development = life->node.instance.development,
		.body_max = config->federation_fetch_bytes,
		.total_timeout_ms = (int64_t)config->federation_fetch_seconds * SECOND_MS,
		.origin_allowed = origin_listed,
		.context = &life->node,
		.user_agent = arena_printf(life->folder->arena, "%s/%s (+%.*s)", SOFTWARE_NAME, SOFTWARE_VERSION,
		                           STR_ARG(life->node.instance.url)),
	};

	life->node.federation.net = net_new(&options);
	life->node.smtp = smtp_new();
	return OK;
}

static int start_writer(struct life *life)
{
	struct writer_options options = {
		.queue_max = life->node.config->limits_write_queue,
		.on_commit = on_commit, .on_dead = on_dead, .context = life,
	};

	return writer_start(life->node.store, &options, &life->node.writer);
}

/* The search is derived: a node without it serves all the same. */
static int start_indexer(struct life *life)
{
	struct node *node = &life->node;
	int err = indexer_new(node->store, node->writer, life->folder->path, &node->indexer);

	if (err == OK)
		err = indexer_start(node->indexer);
	if (err != OK) {
		log_event(LOG_LEVEL_ERROR, "cannot start the search", "error", err_name(err), NULL);
		indexer_free(node->indexer);
		node->indexer = NULL;
	}
	wake_indexer(life, node->indexer);
	return OK;
}

static int start_pool(struct life *life)
{
	return pool_start((unsigned)life->node.config->threads_pool, POOL_QUEUE_MAX, &life->node.pool);
}

static int start_fetchers(struct life *life)
{
	return pool_start((unsigned)life->node.config->threads_pool, POOL_QUEUE_MAX, &life->node.fetchers);
}

static int start_seal(struct life *life)
{
	struct node *node = &life->node;
	int err = seal_load(arena_cstr(life->folder->arena, life->folder->path), &node->seal);

	return err == OK ? push_seal_all(node->store, &node->seal) : err;
}

static int start_media(struct life *life)
{
	int err = blobs_open(arena_cstr(life->folder->arena, life->folder->path), true, &life->node.blobs);

	if (err == OK)
		err = pool_start(FILE_THREADS, POOL_QUEUE_MAX, &life->node.file_handlers);
	if (err == OK)
		err = pool_start(FILE_THREADS, POOL_QUEUE_MAX, &life->node.copiers);
	if (err == OK)
		life->node.decoder = decoder_new(life->node.config->media_worker);
	else
		blobs_close(life->node.blobs);
	return err;
}

static int start_deliverer(struct life *life)
{
	const struct config *config = life->node.config;
	struct deliver_options options = {
		.federation = &life->node.federation, .store = life->node.store, .writer = life->node.writer,
		.pool = life->node.pool,
		.per_peer_max = (unsigned)config->federation_per_peer,
		.total_timeout_ms = (int64_t)config->federation_fetch_seconds * SECOND_MS,
	};
	int err = deliver_start(&options, &life->node.deliverer);

	wake_whom(life, NULL, life->node.deliverer);
	return err;
}

static int start_jobs(struct life *life)
{
	int err = jobs_start(&life->node, &life->node.jobs);

	wake_whom(life, life->node.jobs, life->node.deliverer);
	return err;
}

static void publish_to(struct life *life, struct hub *hub)
{
	pthread_mutex_lock(&life->wake_lock);
	life->hub = hub;
	pthread_mutex_unlock(&life->wake_lock);
}

static int start_hub(struct life *life)
{
	const struct config *config = life->node.config;
	struct hub_options options = {
		.store = life->node.store,
		.streams_max = config->limits_streams,
		.streams_per_account_max = config->limits_streams_per_account,
	};
	int err = hub_start(&options, &life->node.hub);

	if (err == OK)
		publish_to(life, life->node.hub);
	return err;
}

/* By a rule that a moderator or the operator made. */
static bool keeps_out(struct view *view, struct str address)
{
	return networks_severities(view, address, clock_now_ms()) & 1U << NETWORK_NO_ACCESS;
}

static int start_server(struct life *life)
{
	const struct config *config = life->node.config;
	struct server_options options = {
		.node = &life->node, .store = life->node.store, .writer = life->node.writer, .pool = life->node.pool,
		.fetchers = life->node.fetchers, .files = life->node.file_handlers,
		.copies = life->node.copiers,
		.limiter = life->node.limiter, .keeps_out = keeps_out, .routes = routes, .route_count = route_count,
		.listen = config->listen, .proxies = config->proxies.items, .proxy_count = config->proxies.count,
		.threads = (unsigned)config->threads_http, .body_max = config->limits_body_bytes,
		/* streams keep their places apart from those who only ask */
		.connections_max = (unsigned)(config->limits_connections + config->limits_streams),
		.upload_max = config->limits_media_bytes,
		.timeout_seconds = (unsigned)config->limits_idle_seconds,
		.dress_error = page_dress_error,
	};

	return server_start(&options, &life->node.server);
}

static int start_control(struct life *life)
{
	return control_start(&life->node, life->folder->path, &life->control);
}

static void stop_seal(struct life *life)
{
	explicit_bzero(&life->node.seal, sizeof(life->node.seal));
}

static void stop_net(struct life *life)
{
	smtp_free(life->node.smtp);
	net_free(life->node.federation.net);
}

static void stop_writer(struct life *life)
{
	writer_stop(life->node.writer);
}

static void stop_indexer(struct life *life)
{
	wake_indexer(life, NULL);
	indexer_stop(life->node.indexer);
	indexer_free(life->node.indexer);
}

static void stop_pool(struct life *life)
{
	pool_stop(life->node.pool);
}

static void stop_fetchers(struct life *life)
{
	pool_stop(life->node.fetchers);
}

static void stop_media(struct life *life)
{
	pool_stop(life->node.file_handlers);
	pool_stop(life->node.copiers);
	decoder_free(life->node.decoder);
	blobs_close(life->node.blobs);
}

static void stop_deliverer(struct life *life)
{
	wake_whom(life, NULL, NULL);
	deliver_stop(life->node.deliverer);
}

static void stop_jobs(struct life *life)
{
	wake_whom(life, NULL, life->node.deliverer);
	jobs_stop(life->node.jobs);
}

static void stop_hub(struct life *life)
{
	publish_to(life, NULL);
	hub_stop(life->node.hub);
}

static void stop_server(struct life *life)
{
	/* Nobody is in the middle of a stream when the server looks who is still being answered. */
	hub_end(life->node.hub);
	server_stop(life->node.server);
}

static void stop_control(struct life *life)
{
	control_stop(life->control);
}

/* The rooms in their order. One that cannot start ends those before it, in reverse. */
static const struct room {
	const char *name;
	int (*start)(struct life *life);
	void (*stop)(struct life *life);
} rooms[] = {
	{ "key beside the store", start_seal, stop_seal },
	{ "outbound client", start_net, stop_net },
	{ "writer", start_writer, stop_writer },
	{ "search", start_indexer, stop_indexer },
	{ "files", start_media, stop_media },
	{ "pool", start_pool, stop_pool },
	{ "pool of fetches", start_fetchers, stop_fetchers },
	{ "delivery", start_deliverer, stop_deliverer },
	{ "jobs", start_jobs, stop_jobs },
	{ "streams", start_hub, stop_hub },
	{ "HTTP server", start_server, stop_server },
	{ "control socket", start_control, stop_control },
};

enum { ROOM_COUNT = sizeof(rooms) / sizeof(rooms[0]) };

static void life_stop(struct life *life, size_t started)
{
	if (life->node.server)
		server_quiesce(life->node.server);
	/* Nobody waits for a fetch any more: without this, each may hold its thread for its whole time limit. */
	if (life->node.federation.net)
		net_cancel(life->node.federation.net);
	if (life->node.smtp)
		smtp_cancel(life->node.smtp);
	while (started)
		rooms[--started].stop(life);
}

static int life_start(struct life *life, struct arena *arena, struct str *ret_error)
{
	for (size_t i = 0; i < ROOM_COUNT; i++) {
		int err = rooms[i].start(life);

		if (err == OK)
			continue;
		*ret_error = err == ERR_BUSY && rooms[i].start == start_server
			? arena_printf(arena, "%.*s is taken by another program; the setting listen names another address",
			               STR_ARG(life->node.config->listen))
			: arena_printf(arena, "cannot start the %s: %s", rooms[i].name, err_name(err));
		life_stop(life, i);
		return err;
	}
	return OK;
}

/* --- waiting ---------------------------------------------------------------------------------------------------- */

/* Blocks the signals for all threads to come and makes the two descriptors that main sleeps on. */
static void life_listen(struct life *life)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	life->signals = signalfd(-1, &set, SFD_CLOEXEC);
	life->alarm = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (life->signals < 0 || life->alarm < 0)
		abort();
}

/* Until a signal (OK) or the death of the disk (its error). */
static int life_wait(struct life *life)
{
	struct pollfd polls[2] = { { life->signals, POLLIN, 0 }, { life->alarm, POLLIN, 0 } };

	for (;;) {
		uint64_t ignored;

		if (poll(polls, 2, UPKEEP_MS) < 0 && errno != EINTR)
			abort();
		if (polls[0].revents)
			return OK;
		server_upkeep(life->node.server);
		if (!polls[1].revents)
			continue;
		if (read(life->alarm, &ignored, sizeof(ignored)) < 0 && errno != EAGAIN)
			abort();
		if (atomic_load(&life->dead))
			return atomic_load(&life->dead);
		if (atomic_exchange(&life->config_changed, false))
			reload(life);
	}
}

static void life_close(struct life *life)
{
	limiter_free(life->node.limiter);
	key_cache_free(life->node.federation.keys);
	replay_cache_free(life->node.federation.replays);
	budget_free(life->node.federation.budget);
	folder_close(life->folder);
	close(life->signals);
	close(life->alarm);
	pthread_mutex_destroy(&life->wake_lock);
}

/* A command may have the store just now; one that serves has it for long. */
static int open_folder(struct arena *arena, struct str data, struct folder **ret_folder, struct str *ret_error)
{
	const struct timespec step = { 0, LOCK_STEP_MS * 1000000L };
	int err = folder_open(arena, data, ret_folder, ret_error);

	for (int waited = 0; err == ERR_BUSY && waited < LOCK_WAIT_MS; waited += LOCK_STEP_MS) {
		nanosleep(&step, NULL);
		err = folder_open(arena, data, ret_folder, ret_error);
	}
	return err;
}

/* A page of a timeline is some 40 KB, and by default glibc gives such blocks back to the kernel after each request: the
 * page faults were a fifth of the time of a home timeline. */
static void life_keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES);
	mallopt(M_TRIM_THRESHOLD, TRIM_THRESHOLD_BYTES);
}

int node_serve(struct arena *arena, struct str data, struct str *ret_error)
{
	struct life *life = ARENA_NEW(arena, struct life);
	int err = open_folder(arena, data, &life->folder, ret_error);

	if (err != OK)
		return err;
	life_keep_memory();
	life_listen(life);
	life_wire(life);
	err = life_start(life, arena, ret_error);
	if (err == OK) {
		log_event(LOG_LEVEL_INFO, "serving", "domain", arena_cstr(arena, life->node.instance.domain), "listen",
		          arena_cstr(arena, life->node.config->listen), NULL);
		err = life_wait(life);
		if (err != OK)
			*ret_error = arena_printf(arena, "the disk failed (%s): stopped so that nothing untrue is answered",
			                          err_name(err));
		log_event(LOG_LEVEL_INFO, "stopping", NULL);
		life_stop(life, ROOM_COUNT);
	}
	life_close(life);
	return err;
}

void node_status(struct node *node, struct buf *out)
{
	struct server_counters server;
	struct writer_counters writer;
	struct deliver_counters deliver;
	struct hub_counters hub;

	server_counters_get(node->server, &server);
	writer_counters_get(node->writer, &writer);
	deliver_counters_get(node->deliverer, &deliver);
	hub_counters_get(node->hub, &hub);
	buf_printf(out, "requests: %llu (%llu refused, %llu failed), %llu connections\n",
	           (unsigned long long)server.requests, (unsigned long long)server.replies_4xx,
	           (unsigned long long)server.replies_5xx, (unsigned long long)server.connections);
	buf_printf(out, "changes: %llu in %llu commits, %llu refused while busy\n", (unsigned long long)writer.bodies,
	           (unsigned long long)writer.batches, (unsigned long long)writer.refused_busy);
	buf_printf(out, "deliveries: %llu sent, %llu failed, %llu dropped, %llu under way\n",
	           (unsigned long long)deliver.sent, (unsigned long long)deliver.failed,
	           (unsigned long long)deliver.dropped, (unsigned long long)deliver.in_flight);
	buf_printf(out, "streams: %llu open, %llu of them WebSockets; %llu told, %llu clients dropped, %llu events lost\n",
	           (unsigned long long)hub.streams, (unsigned long long)hub.sockets, (unsigned long long)hub.sent,
	           (unsigned long long)hub.dropped, (unsigned long long)hub.lost);
}
