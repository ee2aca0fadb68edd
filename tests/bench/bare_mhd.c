/*
 * Bare servers over libmicrohttpd.
 */
#include "tests/bench/bare_mhd.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "federation/pkey.h"
#include "federation/signature.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/engine/writer.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"
#include "tests/rig/folder.h"

enum { ANSWERS_MAX = 64, HEADERS_MAX = 32 };

static const struct engine_space spaces[] = { { "meta" }, { "bodies" } };
enum { BODIES = 1, SPACES = 2 };

/* What a child inherits. */
struct plan {
	uint16_t port;
	const struct bare_answer *answers;
	size_t answer_count;
	struct MHD_Response *responses[ANSWERS_MAX];
	struct MHD_Response *nothing;
	/* the inbox */
	struct str host;
	const struct bare_key *keys;
	size_t key_count;
	struct pkey **pkeys;
	struct writer *writer;
};

/* One delivery on its way through the bare inbox. */
struct delivery {
	struct arena *arena;
	struct plan *plan;
	struct MHD_Connection *connection;
	struct buf body;
	struct header headers[HEADERS_MAX];
	size_t header_count;
	struct write write;
	bool is_written;
};

static void serve(struct plan *plan, MHD_AccessHandlerCallback on_request, MHD_RequestCompletedCallback on_end)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(plan->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	struct MHD_OptionItem pool[] = {
		{ cores > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, cores, NULL }, { MHD_OPTION_END, 0, NULL },
	};
	sigset_t ends;
	int signal_number;

	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	plan->nothing = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	if (!MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, plan->port, NULL, NULL,
	                      on_request, plan, MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)&address,
	                      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32 * 1024, MHD_OPTION_CONNECTION_TIMEOUT, 60u,
	                      MHD_OPTION_NOTIFY_COMPLETED, on_end, plan, MHD_OPTION_ARRAY, pool, MHD_OPTION_END))
		give_up("the bare server does not start");
	sigwait(&ends, &signal_number);
	_exit(0);  /* there is nothing to keep */
}

/* fixed answers */

static enum MHD_Result answer(struct plan *plan, struct MHD_Connection *connection, const char *path)
{
	const char *resource = MHD_lookup_connection_value(connection, MHD_GET_ARGUMENT_KIND, "resource");

	for (size_t i = 0; i < plan->answer_count; i++) {
		const struct bare_answer *candidate = &plan->answers[i];

		if (candidate->path && strcmp(candidate->path, path) != 0)
			continue;
		if (candidate->resource && (!resource || strcmp(candidate->resource, resource) != 0))
			continue;
		return MHD_queue_response(connection, 200, plan->responses[i]);
	}
	return MHD_queue_response(connection, 404, plan->nothing);
}

static enum MHD_Result on_fixed(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                const char *version, const char *piece, size_t *piece_bytes, void **request)
{
	static int seen;

	(void)version, (void)piece;
	if (!*request) {
		*request = &seen;
		return MHD_YES;
	}
	if (*piece_bytes) {
		*piece_bytes = 0;
		return MHD_YES;
	}
	if (strcmp(method, "GET") == 0)
		return answer(cls, connection, url);
	return MHD_queue_response(connection, 202, ((struct plan *)cls)->nothing);
}

static void serve_fixed(void *arg)
{
	struct plan *plan = arg;

	for (size_t i = 0; i < plan->answer_count; i++) {
		const struct bare_answer *fixed = &plan->answers[i];

		plan->responses[i] = MHD_create_response_from_buffer(fixed->body.n, (void *)(uintptr_t)fixed->body.p,
		                                                     MHD_RESPMEM_PERSISTENT);
		MHD_add_response_header(plan->responses[i], "Content-Type", fixed->type);
	}
	serve(plan, on_fixed, NULL);
}

void bare_serve(struct bare *bare, uint16_t port, const struct bare_answer *answers, size_t count)
{
	struct plan plan = { .port = port, .answers = answers, .answer_count = count };

	if (count > ANSWERS_MAX)
		give_up("too many answers for the bare server");
	bare->port = port;
	bare->pid = process_fork(serve_fixed, &plan);
	port_await(port);
}

/* the inbox */

static enum MHD_Result add_header(void *cls, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct delivery *delivery = cls;

	(void)kind;
	if (delivery->header_count < HEADERS_MAX)
		delivery->headers[delivery->header_count++] = (struct header){ str_of(name), str_of(value) };
	return MHD_YES;
}

static const struct pkey *find_key(const struct plan *plan, struct str key_id)
{
	for (size_t i = 0; i < plan->key_count; i++)
		if (str_eq(plan->keys[i].key_id, key_id))
			return plan->pkeys[i];
	return NULL;
}

static bool is_good(struct delivery *delivery, const char *target)
{
	const struct signature_policy policy = {
		.hosts = &delivery->plan->host, .host_count = 1, .now_ms = clock_now_ms(),
		.tolerance_ms = SIGNATURE_TOLERANCE_MS,
	};
	struct signature_request request = {
		.method = STR("POST"), .target = str_of(target), .headers = delivery->headers, .body = buf_str(&delivery->body),
	};
	struct signature signature;
	const struct pkey *key;
	const char *reason;
	json_t *document;

	MHD_get_connection_values(delivery->connection, MHD_HEADER_KIND, add_header, delivery);
	request.header_count = delivery->header_count;
	if (signature_parse(delivery->arena, &request, &signature, &reason) != OK ||
	    signature_check_request(delivery->arena, &request, &signature, &policy, NULL, &reason) != OK)
		return false;
	key = find_key(delivery->plan, signature.key_id);
	return key && signature_verify(delivery->arena, &request, &signature, key, &reason) == OK &&
	       json_parse(delivery->arena, request.body, &document) == OK;
}

static int put_body(struct txn *txn, void *arg)
{
	const struct delivery *delivery = arg;
	uint64_t id = txn_new_id(txn);
	char key[8];

	for (int i = 0; i < 8; i++)
		key[i] = (char)(id >> (56 - 8 * i));
	return txn_put(txn, BODIES, (struct str){ key, 8 }, buf_str(&delivery->body));
}

static void on_written(void *arg)
{
	struct delivery *delivery = arg;

	delivery->is_written = true;
	MHD_resume_connection(delivery->connection);
}

static struct delivery *delivery_new(struct plan *plan, struct MHD_Connection *connection)
{
	struct arena *arena = arena_new();
	struct delivery *delivery = ARENA_NEW(arena, struct delivery);

	delivery->arena = arena;
	delivery->plan = plan;
	delivery->connection = connection;
	delivery->write = (struct write){ .body = put_body, .done = on_written, .arg = delivery };
	buf_init(&delivery->body, arena, 0);
	return delivery;
}

static enum MHD_Result on_delivery(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                   const char *version, const char *piece, size_t *piece_bytes, void **request)
{
	struct plan *plan = cls;
	struct delivery *delivery = *request;

	(void)method, (void)version;
	if (!delivery) {
		*request = delivery_new(plan, connection);
		return MHD_YES;
	}
	if (*piece_bytes) {
		buf_add(&delivery->body, (struct str){ piece, *piece_bytes });
		*piece_bytes = 0;
		return MHD_YES;
	}
	if (delivery->is_written)
		return MHD_queue_response(connection, delivery->write.err == OK ? 202 : 500, plan->nothing);
	if (!is_good(delivery, url))
		return MHD_queue_response(connection, 401, plan->nothing);
	MHD_suspend_connection(connection);
	if (writer_submit(plan->writer, &delivery->write) != OK)
		give_up("the bare inbox is flooded");
	return MHD_YES;
}

static void on_delivered(void *cls, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode how)
{
	struct delivery *delivery = *request;

	(void)cls, (void)connection, (void)how;
	if (delivery)
		arena_free(delivery->arena);
	*request = NULL;
}

static void serve_inbox(void *arg)
{
	const struct writer_options options = { 0 };
	struct plan *plan = arg;
	struct arena *arena = arena_new();
	struct engine *engine;
	struct store *store;

	plan->pkeys = ARENA_ARRAY(arena, struct pkey *, plan->key_count);
	for (size_t i = 0; i < plan->key_count; i++)
		if (pkey_parse_public(arena, plan->keys[i].pem, &plan->pkeys[i]) != OK)
			give_up("the bare inbox cannot read a key");
	if (lmdb_open(folder_new(), spaces, SPACES, (uint64_t)64 << 30, &engine) != OK ||
	    store_open(engine, &store) != OK || writer_start(store, &options, &plan->writer) != OK)
		give_up("the bare inbox has no store");
	serve(plan, on_delivery, on_delivered);
}

void bare_inbox(struct bare *bare, uint16_t port, struct str host, const struct bare_key *keys, size_t count)
{
	struct plan plan = { .port = port, .host = host, .keys = keys, .key_count = count };

	bare->port = port;
	bare->pid = process_fork(serve_inbox, &plan);
	port_await(port);
}

void bare_stop(struct bare *bare)
{
	process_stop(bare->pid);
	bare->pid = 0;
}
