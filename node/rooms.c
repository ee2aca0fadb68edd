/*
 * Starts and stops rooms. What they do is their own business.
 */
#include "node/rooms.h"

#include "federation/deliver.h"
#include "federation/net.h"
#include "federation/policy.h"
#include "node/api/routes.h"
#include "node/cli/control.h"
#include "node/folder.h"
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

enum {
	POOL_QUEUE_MAX = 1024,
	FILE_THREADS = 8,      /* most of them wait */
};

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

static int start_net(struct rooms *rooms)
{
	const struct config *config = rooms->node->config;
	struct net_options options = {
		.development = rooms->node->instance.development,
		.body_max = config->federation_fetch_bytes,
		.total_timeout_ms = (int64_t)config->federation_fetch_seconds * SECOND_MS,
		.origin_allowed = origin_listed,
		.context = rooms->node,
		.user_agent = arena_printf(rooms->folder->arena, "%s/%s (+%.*s)", SOFTWARE_NAME, SOFTWARE_VERSION,
		                           STR_ARG(rooms->node->instance.url)),
	};

	rooms->node->federation.net = net_new(&options);
	rooms->node->smtp = smtp_new();
	return OK;
}

static void on_commit(void *context, const struct event_list *events)
{
	struct rooms *rooms = context;

	wake_for(&rooms->wake, events);
}

static void on_dead(void *context, int err)
{
	const struct rooms *rooms = context;

	rooms->on_dead(rooms->context, err);
}

static int start_writer(struct rooms *rooms)
{
	struct writer_options options = {
		.queue_max = rooms->node->config->limits_write_queue,
		.on_commit = on_commit, .on_dead = on_dead, .context = rooms,
	};

	return writer_start(rooms->node->store, &options, &rooms->node->writer);
}

/* The search is derived: a node without it serves all the same. */
static int start_indexer(struct rooms *rooms)
{
	struct node *node = rooms->node;
	int err = indexer_new(node->store, node->writer, rooms->folder->path, &node->indexer);

	if (err == OK)
		err = indexer_start(node->indexer);
	if (err != OK) {
		log_event(LOG_LEVEL_ERROR, "cannot start the search", "error", err_name(err), NULL);
		indexer_free(node->indexer);
		node->indexer = NULL;
	}
	wake_set_indexer(&rooms->wake, node->indexer);
	return OK;
}

static int start_pool(struct rooms *rooms)
{
	return pool_start((unsigned)rooms->node->config->threads_pool, POOL_QUEUE_MAX, &rooms->node->pool);
}

static int start_fetchers(struct rooms *rooms)
{
	return pool_start((unsigned)rooms->node->config->threads_pool, POOL_QUEUE_MAX, &rooms->node->fetchers);
}

static int start_seal(struct rooms *rooms)
{
	struct node *node = rooms->node;
	int err = seal_load(arena_cstr(rooms->folder->arena, rooms->folder->path), &node->seal);

	return err == OK ? push_seal_all(node->store, &node->seal) : err;
}

static int start_media(struct rooms *rooms)
{
	int err = blobs_open(arena_cstr(rooms->folder->arena, rooms->folder->path), true, &rooms->node->blobs);

	if (err == OK)
		err = pool_start(FILE_THREADS, POOL_QUEUE_MAX, &rooms->node->file_handlers);
	if (err == OK)
		err = pool_start(FILE_THREADS, POOL_QUEUE_MAX, &rooms->node->copiers);
	if (err == OK)
		rooms->node->decoder = decoder_new(rooms->node->config->media_worker);
	else
		blobs_close(rooms->node->blobs);
	return err;
}

static int start_deliverer(struct rooms *rooms)
{
	const struct config *config = rooms->node->config;
	struct deliver_options options = {
		.federation = &rooms->node->federation, .store = rooms->node->store, .writer = rooms->node->writer,
		.pool = rooms->node->pool,
		.per_peer_max = (unsigned)config->federation_per_peer,
		.total_timeout_ms = (int64_t)config->federation_fetch_seconds * SECOND_MS,
	};
	int err = deliver_start(&options, &rooms->node->deliverer);

	wake_set_deliverer(&rooms->wake, rooms->node->deliverer);
	return err;
}

static int start_jobs(struct rooms *rooms)
{
	int err = jobs_start(rooms->node, &rooms->node->jobs);

	wake_set_jobs(&rooms->wake, rooms->node->jobs);
	return err;
}

static int start_hub(struct rooms *rooms)
{
	const struct config *config = rooms->node->config;
	struct hub_options options = {
		.store = rooms->node->store,
		.streams_max = config->limits_streams,
		.streams_per_account_max = config->limits_streams_per_account,
	};
	int err = hub_start(&options, &rooms->node->hub);

	if (err == OK)
		wake_set_hub(&rooms->wake, rooms->node->hub);
	return err;
}

/* By a rule that a moderator or the operator made. */
static bool keeps_out(struct view *view, struct str address)
{
	return networks_severities(view, address, clock_now_ms()) & 1U << NETWORK_NO_ACCESS;
}

static int start_server(struct rooms *rooms)
{
	const struct config *config = rooms->node->config;
	struct server_options options = {
		.node = rooms->node, .store = rooms->node->store, .writer = rooms->node->writer, .pool = rooms->node->pool,
		.fetchers = rooms->node->fetchers, .files = rooms->node->file_handlers,
		.copies = rooms->node->copiers,
		.limiter = rooms->node->limiter, .keeps_out = keeps_out, .routes = routes, .route_count = route_count,
		.listen = config->listen, .proxies = config->proxies.items, .proxy_count = config->proxies.count,
		.threads = (unsigned)config->threads_http, .body_max = config->limits_body_bytes,
		/* streams keep their places apart from those who only ask */
		.connections_max = (unsigned)(config->limits_connections + config->limits_streams),
		.upload_max = config->limits_media_bytes,
		.timeout_seconds = (unsigned)config->limits_idle_seconds,
		.dress_error = page_dress_error,
	};

	return server_start(&options, &rooms->node->server);
}

static int start_control(struct rooms *rooms)
{
	return control_start(rooms->node, rooms->folder->path, &rooms->control);
}

static void stop_seal(struct rooms *rooms)
{
	explicit_bzero(&rooms->node->seal, sizeof(rooms->node->seal));
}

static void stop_net(struct rooms *rooms)
{
	smtp_free(rooms->node->smtp);
	net_free(rooms->node->federation.net);
}

static void stop_writer(struct rooms *rooms)
{
	writer_stop(rooms->node->writer);
}

static void stop_indexer(struct rooms *rooms)
{
	wake_set_indexer(&rooms->wake, NULL);
	indexer_stop(rooms->node->indexer);
	indexer_free(rooms->node->indexer);
}

static void stop_pool(struct rooms *rooms)
{
	pool_stop(rooms->node->pool);
}

static void stop_fetchers(struct rooms *rooms)
{
	pool_stop(rooms->node->fetchers);
}

static void stop_media(struct rooms *rooms)
{
	pool_stop(rooms->node->file_handlers);
	pool_stop(rooms->node->copiers);
	decoder_free(rooms->node->decoder);
	blobs_close(rooms->node->blobs);
}

static void stop_deliverer(struct rooms *rooms)
{
	wake_set_deliverer(&rooms->wake, NULL);
	deliver_stop(rooms->node->deliverer);
}

static void stop_jobs(struct rooms *rooms)
{
	wake_set_jobs(&rooms->wake, NULL);
	jobs_stop(rooms->node->jobs);
}

static void stop_hub(struct rooms *rooms)
{
	wake_set_hub(&rooms->wake, NULL);
	hub_stop(rooms->node->hub);
}

static void stop_server(struct rooms *rooms)
{
	/* Nobody is in the middle of a stream when the server looks who is still being answered. */
	hub_end(rooms->node->hub);
	server_stop(rooms->node->server);
}

static void stop_control(struct rooms *rooms)
{
	control_stop(rooms->control);
}

/* The rooms in their order. One that cannot start ends those before it, in reverse. */
static const struct room {
	const char *name;
	int (*start)(struct rooms *rooms);
	void (*stop)(struct rooms *rooms);
} order[] = {
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

enum { ROOM_COUNT = sizeof(order) / sizeof(order[0]) };

static void stop(struct rooms *rooms, size_t started)
{
	if (rooms->node->server)
		server_quiesce(rooms->node->server);
	/* Nobody waits for a fetch any more: without this, each may hold its thread for its whole time limit. */
	if (rooms->node->federation.net)
		net_cancel(rooms->node->federation.net);
	if (rooms->node->smtp)
		smtp_cancel(rooms->node->smtp);
	/* Nor for a file: what people were promised is a job of the next start. */
	if (rooms->node->decoder)
		decoder_cancel(rooms->node->decoder);
	while (started)
		order[--started].stop(rooms);
	wake_destroy(&rooms->wake);
}

int rooms_start(struct rooms *rooms, struct arena *arena, struct str *ret_error)
{
	wake_init(&rooms->wake, rooms->on_config, rooms->context);
	for (size_t i = 0; i < ROOM_COUNT; i++) {
		int err = order[i].start(rooms);

		if (err == OK)
			continue;
		*ret_error = err == ERR_BUSY && order[i].start == start_server
			? arena_printf(arena, "%.*s is taken by another program; the setting listen names another address",
			               STR_ARG(rooms->node->config->listen))
			: arena_printf(arena, "cannot start the %s: %s", order[i].name, err_name(err));
		stop(rooms, i);
		return err;
	}
	return OK;
}

void rooms_stop(struct rooms *rooms)
{
	stop(rooms, ROOM_COUNT);
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
