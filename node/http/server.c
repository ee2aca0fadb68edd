/*
 * libmicrohttpd: an event loop per core takes requests in and sends replies out; exchanges do what lies between.
 *
 * The only room with microhttpd.h, but for stream.c. Its callbacks run on the HTTP threads; server_wake() runs on whatever thread a
 * parked call was handed to.
 */
#include "node/http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "node/http/deadline.h"
#include "node/http/exchange.h"
#include "node/http/peer.h"
#include "node/http/stream.h"
#include "storage/base/clock.h"
#include "storage/base/hash.h"

enum {
	BODY_MAX = 1024 * 1024,
	CONNECTIONS_MAX = 4096,
	TIMEOUT_SECONDS = 30,
	CONNECTION_BYTES = 32 * 1024,  /* of a connection's request line, headers and buffers */
	FILES_BESIDE = 512,            /* descriptors for everything that is no connection of ours */
	BACKLOG = 1024,
	SENDING_MS = 5000,             /* how long stopping waits for slow readers of their replies */
	BODY_MS = 5 * MINUTE_MS,       /* how long a body may take to come … */
	REPLY_MS = 5 * MINUTE_MS,      /* … and a reply to be read */
};

struct server {
	struct server_options options;
	struct exchange_world world;
	struct arena *arena;        /* of the route index */
	struct MHD_Daemon *daemon;
	struct deadlines *deadlines;
	int listen_fd;              /* the library's, once it runs */
	int deaf_fd;                /* never ready */
	bool quiesced;              /* the stopping thread's */
	atomic_bool closing;        /* replies end their connections */
	atomic_size_t connections;
	/* How far requests are: `running` from their last byte to their queued reply, `sending` on to its last byte;
	 * `parked` while another thread may still touch the daemon to wake one. */
	atomic_size_t running, sending, parked;
};

/* A connection of the library, from its beginning to its end. */
struct link {
	struct deadline *deadline;
	struct exchange *exchange;  /* under way; NULL between two requests */
};

static struct link *link_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static void server_park(struct exchange *exchange)
{
	struct server *server = exchange->server;

	atomic_fetch_add(&server->parked, 1);
	MHD_suspend_connection(exchange->connection);
}

static void server_wake(struct exchange *exchange)
{
	struct server *server = exchange->server;

	MHD_resume_connection(exchange->connection);
	/* The exchange may be gone by now; the server waits for this. */
	atomic_fetch_sub(&server->parked, 1);
}

/* The library drops connections on which nothing moves. A byte now and then would keep one for ever, so each part of a
 * request has its time. It also does not see a client hang up behind half a request; `reading` has that looked for. */
static void allow_ms(struct MHD_Connection *connection, int64_t ms, bool reading)
{
	deadline_set(link_of(connection)->deadline, ms == INT64_MAX ? ms : clock_monotonic_ms() + ms, reading);
}

/* From the end of one request to the last header of the next: a pause, and the headers. */
static int64_t head_ms(const struct server *server)
{
	return 2 * (int64_t)server->options.timeout_seconds * SECOND_MS;
}

/* The request line is read; its target is here as it was sent, and nowhere else. The library is about to make a record of
 * each argument of the query, which nobody reads (params.c has the copy); where its memory for them ends it neither answers
 * nor hangs up. So it shall see an empty query: the line lies in a buffer of its connection, which may be written to. */
static void *on_target(void *cls, const char *target, struct MHD_Connection *connection)
{
	struct server *server = cls;
	struct exchange *exchange = exchange_new(&server->world, str_of(target));
	char *query = strchr((char *)(uintptr_t)target, '?');

	if (query && query[1])
		query[1] = '\0';
	exchange->server = server;
	link_of(connection)->exchange = exchange;
	return exchange;
}

/* Paths and queries are decoded by route.c and params.c, once. */
static size_t keep_escapes(void *cls, struct MHD_Connection *connection, char *text)
{
	(void)cls, (void)connection;
	return strlen(text);
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_bytes,
                                 const char *value, size_t value_bytes)
{
	(void)kind;
	exchange_add_header(cls, (struct str){ name, name_bytes }, (struct str){ value, value ? value_bytes : 0 });
	return MHD_YES;
}

static enum MHD_Result send_reply(struct server *server, struct exchange *exchange)
{
	struct reply *reply = &exchange->call.reply;
	struct MHD_Response *response;
	enum MHD_Result queued;

	/* The body lives as long as the exchange, which ends when the reply was sent. */
	if (reply->stream)
		response = stream_response(reply->stream);
	else if (reply->file)
		response = MHD_create_response_from_fd_at_offset64(reply->file_bytes, reply->file - 1, reply->file_from);
	else
		response = MHD_create_response_from_buffer(reply->body.n, (void *)(uintptr_t)reply->body.p,
		                                           MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	reply->file = 0;  /* the library's to close now */
	for (size_t i = 0; i < reply->header_count; i++)  /* names and values end in NUL: call_header() copies them */
		MHD_add_response_header(response, reply->headers[i].name.p, reply->headers[i].value.p);
	if (reply->status != MHD_HTTP_NO_CONTENT && reply->status != MHD_HTTP_NOT_MODIFIED &&
	    reply->status != MHD_HTTP_SWITCHING_PROTOCOLS)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE,
		                        arena_cstr(exchange->call.arena, reply->content_type));
	if (atomic_load(&server->closing) && !reply->stream)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	if (reply->stream)
		stream_begin(reply->stream, exchange->connection);
	queued = MHD_queue_response(exchange->connection, (unsigned)reply->status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result take_headers(struct server *server, struct exchange *exchange,
                                    struct MHD_Connection *connection, const char *method, const char *version)
{
	const union MHD_ConnectionInfo *peer = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct str direct = peer_of_socket(exchange->call.arena, peer ? peer->client_addr : NULL);

	exchange->connection = connection;
	exchange->old_version = strcmp(version, MHD_HTTP_VERSION_1_0) == 0;
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, on_header, exchange);
	allow_ms(connection, BODY_MS, true);
	if (!exchange_headers_done(exchange, str_of(method), direct))
		return MHD_YES;
	/* A reply before the body makes the library close the connection behind it. */
	return send_reply(server, exchange);
}

/* Called once when the headers are there, then for each piece of the body, then at the end of the request and after
 * each wake. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *piece, size_t *piece_bytes, void **request)
{
	struct server *server = cls;
	struct exchange *exchange = *request;
	enum MHD_Result queued;

	(void)url;
	if (!exchange->connection)
		return take_headers(server, exchange, connection, method, version);
	if (*piece_bytes) {
		struct str text = { piece, *piece_bytes };

		*piece_bytes = 0;
		return exchange_add_body(exchange, text) ? MHD_YES : MHD_NO;
	}
	if (!exchange->begun) {
		allow_ms(connection, INT64_MAX, false);
		/* Before the exchange asks whether we are stopping: who stops counts afterwards. */
		atomic_fetch_add(&server->sending, 1);
		atomic_fetch_add(&server->running, 1);
		exchange->running = true;
	}
	if (!exchange_step(exchange))
		return MHD_YES;
	allow_ms(connection, exchange->call.reply.stream ? INT64_MAX : REPLY_MS, false);
	queued = send_reply(server, exchange);
	exchange->running = false;
	atomic_fetch_sub(&server->running, 1);
	return queued;
}

/* The reply was sent, or the connection ended before. A parked request does not end, its connection is out of the
 * loop; but once awake it may end without being asked again. */
static void on_completed(void *cls, struct MHD_Connection *connection, void **request,
                         enum MHD_RequestTerminationCode code)
{
	struct server *server = cls;
	struct exchange *exchange = *request;

	(void)code;
	if (!exchange)
		return;
	allow_ms(connection, head_ms(server), true);
	*request = NULL;
	link_of(connection)->exchange = NULL;
	if (exchange->running)
		atomic_fetch_sub(&server->running, 1);
	if (exchange->begun)
		atomic_fetch_sub(&server->sending, 1);
	exchange_free(exchange);
}

static struct link *link_new(struct server *server, struct MHD_Connection *connection)
{
	int fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		abort();
	link->deadline = deadline_add(server->deadlines, fd, clock_monotonic_ms() + head_ms(server));
	return link;
}

/* Where the library has no memory for the headers, as for a thousand cookies, it hangs up without a word, and without
 * on_completed(): the request that on_target() began ends with its connection. */
static void link_free(struct server *server, struct link *link)
{
	exchange_free(link->exchange);
	deadline_remove(server->deadlines, link->deadline);
	free(link);
}

static void on_connection(void *cls, struct MHD_Connection *connection, void **socket_context,
                          enum MHD_ConnectionNotificationCode code)
{
	struct server *server = cls;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = link_new(server, connection);
		atomic_fetch_add(&server->connections, 1);
	} else {
		/* The library closes the socket after this. */
		link_free(server, *socket_context);
		atomic_fetch_sub(&server->connections, 1);
	}
}

/* "127.0.0.1:8080", "[::1]:8080" into host and port. */
static int split_listen(struct str listen_on, struct str *ret_host, struct str *ret_port)
{
	size_t colon = listen_on.n;
	struct str host;
	uint64_t port;

	while (colon > 0 && listen_on.p[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return ERR_INVALID;
	*ret_port = str_sub(listen_on, colon, SIZE_MAX);
	if (!str_to_u64(*ret_port, &port) || port > UINT16_MAX)
		return ERR_INVALID;
	host = str_sub(listen_on, 0, colon - 1);
	if (host.n >= 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = str_sub(host, 1, host.n - 2);
	else if (str_find_char(host, ':') != SIZE_MAX)
		return ERR_INVALID;
	*ret_host = host;
	return host.n ? OK : ERR_INVALID;
}

static int bind_and_listen(const struct addrinfo *address, int *ret_fd)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int on = 1, err;

	if (fd < 0)
		return ERR_FULL;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0) {
		*ret_fd = fd;
		return OK;
	}
	err = errno == EADDRINUSE ? ERR_BUSY : errno == EACCES ? ERR_DENIED : ERR_INVALID;
	close(fd);
	return err;
}

static int open_listener(struct arena *arena, struct str listen_on, int *ret_fd)
{
	struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM,
	                          .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *found;
	struct str host, port;
	int err = split_listen(listen_on, &host, &port);

	if (err != OK)
		return err;
	if (getaddrinfo(arena_cstr(arena, host), arena_cstr(arena, port), &hints, &found) != 0)
		return ERR_INVALID;
	err = bind_and_listen(found, ret_fd);
	freeaddrinfo(found);
	return err;
}

/* Room for `wanted` connections and all else; returns how many connections there is room for. */
static unsigned raise_file_limit(unsigned wanted)
{
	struct rlimit limit;
	rlim_t needed = (rlim_t)wanted + FILES_BESIDE;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return wanted;
	if (limit.rlim_cur < needed) {
		limit.rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
		getrlimit(RLIMIT_NOFILE, &limit);
	}
	if (limit.rlim_cur >= needed)
		return wanted;
	return limit.rlim_cur > 2 * FILES_BESIDE ? (unsigned)(limit.rlim_cur - FILES_BESIDE) : FILES_BESIDE;
}

static void fill_defaults(struct server_options *options)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (!options->threads)
		options->threads = cores > 1 ? (unsigned)cores : 1;
	if (!options->body_max)
		options->body_max = BODY_MAX;
	if (!options->connections_max)
		options->connections_max = CONNECTIONS_MAX;
	if (!options->timeout_seconds)
		options->timeout_seconds = TIMEOUT_SECONDS;
	options->connections_max = raise_file_limit(options->connections_max);
	if (options->connections_max < options->threads)
		options->connections_max = options->threads;
}

static int start_daemon(struct server *server)
{
	const struct server_options *options = &server->options;
	/* The library wants a pool to have at least two; one thread is no pool. */
	struct MHD_OptionItem pool[] = {
		{ options->threads > 1 ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, options->threads, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};
	sigset_t all, before;

	sigfillset(&all);  /* signals are the main thread's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE | MHD_USE_ITC, 0, NULL, NULL, on_request, server,
		MHD_OPTION_LISTEN_SOCKET, server->listen_fd,
		MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
		MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
		MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_CONNECTION_LIMIT, options->connections_max,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
		MHD_OPTION_CONNECTION_TIMEOUT, options->timeout_seconds,
		MHD_OPTION_ARRAY, pool, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return server->daemon ? OK : ERR_FULL;
}

static void server_free(struct server *server)
{
	if (server->deaf_fd >= 0)
		close(server->deaf_fd);
	deadlines_free(server->deadlines);
	arena_free(server->arena);
	free(server);
}

int server_start(const struct server_options *options, struct server **ret_server)
{
	struct server *server = calloc(1, sizeof(*server));
	uint64_t start;
	int err;

	if (!server)
		abort();
	server->options = *options;
	fill_defaults(&server->options);
	server->arena = arena_new();
	server->deadlines = deadlines_new();
	server->world.options = &server->options;
	server->world.index = route_index_build(server->arena, options->routes, options->route_count);
	server->world.park = server_park;
	server->world.wake = server_wake;
	hash_random(&start, sizeof(start));
	snprintf(server->world.request_id_prefix, sizeof(server->world.request_id_prefix), "%016llx",
	         (unsigned long long)start);
	server->deaf_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	err = server->deaf_fd < 0 ? ERR_FULL : open_listener(server->arena, options->listen, &server->listen_fd);
	if (err != OK) {
		server_free(server);
		return err;
	}
	err = start_daemon(server);
	if (err != OK) {
		close(server->listen_fd);
		server_free(server);
		return err;
	}
	*ret_server = server;
	return OK;
}

unsigned server_port(const struct server *server)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} address;
	socklen_t bytes = sizeof(address);

	memset(&address, 0, sizeof(address));
	if (getsockname(server->listen_fd, &address.any, &bytes) != 0)
		return 0;
	return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}

void server_upkeep(struct server *server)
{
	deadlines_sweep(server->deadlines, clock_monotonic_ms());
}

void server_quiesce(struct server *server)
{
	if (server->quiesced)
		return;
	server->quiesced = true;
	atomic_store(&server->closing, true);
	/* MHD_quiesce_daemon() and the event loops may both take the listening socket out of epoll, and the library aborts
	 * when the second finds it gone. So the socket is closed under its number, which refuses newcomers at once, and
	 * what has the number from here on is never ready. MHD_stop_daemon() closes it. */
	if (dup3(server->deaf_fd, server->listen_fd, O_CLOEXEC) < 0)
		shutdown(server->listen_fd, SHUT_RDWR);
}

/* Waits until `count` is 0, or `limit_ms` have passed (0: without limit). Looked at every millisecond, once in the
 * life of a server: no request pays for a signal. */
static void wait_for_zero(const atomic_size_t *count, int64_t limit_ms)
{
	const struct timespec pause = { .tv_nsec = 1000 * 1000 };

	for (int64_t waited_ms = 0; atomic_load(count) && (!limit_ms || waited_ms < limit_ms); waited_ms++)
		nanosleep(&pause, NULL);
}

void server_stop(struct server *server)
{
	server_quiesce(server);
	atomic_store(&server->world.stopping, true);
	wait_for_zero(&server->running, 0);
	wait_for_zero(&server->parked, 0);
	wait_for_zero(&server->sending, SENDING_MS);
	MHD_stop_daemon(server->daemon);
	server_free(server);
}

void server_counters_get(struct server *server, struct server_counters *ret_counters)
{
	*ret_counters = (struct server_counters){
		.requests = atomic_load(&server->world.requests),
		.replies_4xx = atomic_load(&server->world.replies_4xx),
		.replies_5xx = atomic_load(&server->world.replies_5xx),
		.parked = atomic_load(&server->world.parked),
		.refused_busy = atomic_load(&server->world.refused_busy),
		.connections = atomic_load(&server->connections),
	};
}
