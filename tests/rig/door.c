/*
 * The HTTP server alone, for tests. What it is asked for traces the stages that ran.
 */
#include "tests/rig/door.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "node/http/limit.h"
#include "storage/base/pool.h"
#include "tests/rig/folder.h"

enum { SPACE = 1 };

struct door door;
atomic_bool door_gate_closed;

void door_wait_ms(int ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L }, NULL);
}

static void wait_at_gate(void)
{
	while (atomic_load(&door_gate_closed))
		door_wait_ms(1);
}

/* Stands in for node/accounts/viewer.c. */
int call_authenticate(struct call *call, struct view *view)
{
	struct str token = call_request_header(call, "Authorization");

	(void)view;
	if (!token.n)
		return OK;
	if (!str_eq(token, STR("Bearer person")))
		return ERR_UNAUTHORIZED;
	call->viewer = (struct viewer){ .account_id = 7, .token_id = 8, .scopes = SCOPE(READ_LISTS) };
	return OK;
}

static int trace(struct call *call, const char *stage)
{
	struct str before = call->state ? *(struct str *)call->state : STR("");
	struct str *now = ARENA_NEW(call->arena, struct str);

	*now = arena_printf(call->arena, "%.*s%s ", STR_ARG(before), stage);
	call->state = now;
	return OK;
}

static int trace_check(struct call *call, struct view *view)
{
	return view ? trace(call, "check") : ERR_CORRUPT;
}

static int skip_check(struct call *call, struct view *view)
{
	trace_check(call, view);
	return CALL_SKIP_WORK;
}

static int done_check(struct call *call, struct view *view)
{
	(void)view;
	call_redirect(call, 302, STR("https://elsewhere.example/"));
	return CALL_DONE;
}

static int trace_work(struct call *call)
{
	return trace(call, "work");
}

static int wait_work(struct call *call)
{
	wait_at_gate();
	return trace(call, "work");
}

static int put_write(struct call *call, struct txn *txn)
{
	struct str key = call_param(call, "key");

	if (!key.n)
		return call_fail_status(call, ERR_INVALID, 422, NULL, "A key is needed");
	trace(call, "write");
	return txn_put(txn, SPACE, key, call_param(call, "value"));
}

static int poison_write(struct call *call, struct txn *txn)
{
	txn_put(txn, SPACE, STR("poison"), STR("x"));
	return call_fail_status(call, ERR_INVALID, 422, NULL, "Refused after a put");
}

static int wait_write(struct call *call, struct txn *txn)
{
	wait_at_gate();
	return put_write(call, txn);
}

static int get_show(struct call *call, struct view *view)
{
	struct str key = call_param(call, "key"), value;
	struct str before = call->state ? *(struct str *)call->state : STR("");

	if (!key.n)
		return call_reply_json(call, arena_printf(call->arena, "\"%.*sshow\"", STR_ARG(before)));
	if (view_get(view, SPACE, key, &value) != OK)
		return ERR_NOT_FOUND;
	return call_reply_json(call, arena_printf(call->arena, "\"%.*sshow %.*s\"", STR_ARG(before), STR_ARG(value)));
}

static int echo_show(struct call *call, struct view *view)
{
	struct buf buf;

	(void)view;
	buf_init(&buf, call->arena, 0);
	buf_printf(&buf, "%.*s target=%.*s path=%.*s peer=%.*s", STR_ARG(call->request.method),
	           STR_ARG(call->request.target), STR_ARG(call->request.path), STR_ARG(call->request.peer_address));
	buf_printf(&buf, " notes=%zu", call_request_header_count(call, "X-Note"));
	for (size_t i = 0; i < call->request.param_count; i++)
		buf_printf(&buf, " %.*s=%.*s", STR_ARG(call->request.params[i].name), STR_ARG(call->request.params[i].value));
	return call_reply(call, 200, "text/plain; charset=utf-8", buf_str(&buf));
}

static int size_show(struct call *call, struct view *view)
{
	(void)view;
	call_header(call, "Content-Security-Policy", STR("default-src 'self'"));
	return call_reply_json(call, arena_printf(call->arena, "%zu", call->request.body.n));
}

static int broken_show(struct call *call, struct view *view)
{
	(void)call, (void)view;
	return ERR_CORRUPT;
}

#define OPEN .access = ACCESS_OPEN, .cross_origin = true

static const struct route routes[] = {
	{ .method = "GET", .path = "/api/show", .show = get_show, OPEN },
	{ .method = "GET", .path = "/api/nothing", OPEN },
	{ .method = "GET", .path = "/api/check-show", .check = trace_check, .show = get_show, OPEN },
	{ .method = "POST", .path = "/api/write", .write = put_write, OPEN },
	{ .method = "POST", .path = "/api/write-show", .write = put_write, .show = get_show, OPEN },
	{ .method = "POST", .path = "/api/work-show", .work = trace_work, .show = get_show, OPEN },
	{ .method = "POST", .path = "/api/all", .check = trace_check, .work = trace_work, .write = put_write,
	  .show = get_show, OPEN },
	{ .method = "POST", .path = "/api/skip", .check = skip_check, .work = trace_work, .write = put_write,
	  .show = get_show, OPEN },
	{ .method = "POST", .path = "/api/done", .check = done_check, .write = poison_write, OPEN },
	{ .method = "POST", .path = "/api/poison", .write = poison_write, OPEN },
	{ .method = "POST", .path = "/api/wait-work", .work = wait_work, .show = get_show, OPEN },
	{ .method = "POST", .path = "/api/wait-write", .write = wait_write, .show = get_show, OPEN },
	{ .method = "GET", .path = "/api/lists", .scopes = SCOPE(READ_LISTS), .show = get_show, .cross_origin = true },
	{ .method = "POST", .path = "/api/closed-write", .write = put_write, .cross_origin = true },
	{ .method = "GET", .path = "/api/echo", .show = echo_show, OPEN },
	{ .method = "POST", .path = "/api/echo", .show = echo_show, OPEN },
	{ .method = "POST", .path = "/api/size", .show = size_show, OPEN },
	{ .method = "GET", .path = "/api/broken", .show = broken_show, OPEN },
	{ .method = "GET", .path = "/api/limited", .show = get_show, .quota = QUOTA_SIGN_IN, OPEN },
	{ .method = "POST", .path = "/page-write", .write = put_write, .access = ACCESS_SESSION },
	{ .method = "GET", .path = "/page", .show = get_show, .access = ACCESS_OPEN },
};

void door_build(void)
{
	struct engine_space spaces[] = { { "meta" }, { "test" } };
	struct engine *engine = NULL;

	door.arena = arena_new();
	door.folder = folder_new();
	if (lmdb_open(door.folder, spaces, 2, 64 << 20, &engine) != OK || store_open(engine, &door.store) != OK)
		abort();
}

void door_remove(void)
{
	store_close(door.store);
	folder_remove(door.folder);
	arena_free(door.arena);
}

int door_start(size_t pool_queue, size_t writer_queue)
{
	static const struct str proxies[] = { STR("127.0.0.1"), STR("10.0.0.1") };
	struct writer_options writer_options = { .queue_max = writer_queue };
	struct server_options options = {
		.store = door.store, .routes = routes, .route_count = sizeof(routes) / sizeof(routes[0]),
		.listen = STR("127.0.0.1:0"), .body_max = DOOR_BODY_MAX, .connections_max = 256, .threads = 2,
		.proxies = proxies, .proxy_count = 2, .timeout_seconds = 1,
	};
	int r;

	writer_start(door.store, &writer_options, &door.writer);
	pool_start(2, pool_queue, &door.pool);
	door.limiter = limiter_new();
	options.writer = door.writer;
	options.pool = door.pool;
	options.limiter = door.limiter;
	r = server_start(&options, &door.server);
	if (r == OK)
		door.port = server_port(door.server);
	return r;
}

void door_stop(void)
{
	server_stop(door.server);
	writer_stop(door.writer);
	pool_stop(door.pool);
	limiter_free(door.limiter);
}

/* --- clients ----------------------------------------------------------------------------------------------------- */

int door_dial(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)door.port),
	                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct timeval limit = { .tv_sec = 20 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

void door_say(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = send(fd, text.p, text.n, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text = str_sub(text, (size_t)n, SIZE_MAX);
	}
}

struct door_reply door_hear(int fd, bool head_only)
{
	struct door_reply reply = { .text = calloc(1, 65536) };
	size_t wanted = SIZE_MAX;

	while (reply.bytes < wanted && reply.bytes < 65535 && recv(fd, reply.text + reply.bytes, 1, 0) == 1) {
		char *length;

		reply.bytes++;
		if (reply.body || reply.bytes < 4 || strcmp(reply.text + reply.bytes - 4, "\r\n\r\n") != 0)
			continue;
		reply.body = reply.text + reply.bytes;
		length = strcasestr(reply.text, "\r\nContent-Length:");
		wanted = reply.bytes + (length && !head_only ? strtoul(length + 17, NULL, 10) : 0);
	}
	if (reply.body)
		reply.status = atoi(reply.text + 9);
	else
		reply.body = "";
	return reply;
}

struct door_reply door_ask(struct str request)
{
	struct door_reply reply;
	int fd = door_dial();

	door_say(fd, request);
	reply = door_hear(fd, str_starts(request, STR("HEAD")));
	close(fd);
	return reply;
}

struct str door_post(const char *path, const char *type, struct str body)
{
	return arena_printf(door.arena, HEAD("POST %s") "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%.*s", path, type,
	                    body.n, STR_ARG(body));
}

struct str door_post_form(const char *path, const char *body)
{
	return door_post(path, "application/x-www-form-urlencoded", str_of(body));
}

bool door_answers(struct str request, int status, const char *body)
{
	struct door_reply reply = door_ask(request);
	bool good = reply.status == status && strcmp(reply.body, body) == 0;

	if (!good)
		printf("#      got: %d %s\n#   wanted: %d %s\n", reply.status, reply.body, status, body);
	free(reply.text);
	return good;
}

bool door_has_line(struct door_reply reply, const char *line)
{
	const char *at = strcasestr(reply.text, line);

	return at && at < reply.body && at[-1] == '\n';
}

struct str door_many(const char *piece, size_t times)
{
	struct buf buf;

	buf_init(&buf, door.arena, 0);
	for (size_t i = 0; i < times; i++)
		buf_add(&buf, str_of(piece));
	return buf_str(&buf);
}

uint64_t door_parked(void)
{
	struct server_counters counters;

	server_counters_get(door.server, &counters);
	return counters.parked;
}

bool door_wait_parked(uint64_t before, uint64_t count)
{
	for (int i = 0; i < 10000 && door_parked() < before + count; i++)
		door_wait_ms(1);
	return door_parked() >= before + count;
}

int door_hear_all(int *fds, int count, int status)
{
	int right = 0;

	for (int i = 0; i < count; i++) {
		struct door_reply reply = door_hear(fds[i], false);

		right += reply.status == status;
		free(reply.text);
		close(fds[i]);
	}
	return right;
}
