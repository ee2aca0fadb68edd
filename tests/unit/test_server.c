/* The HTTP server over real sockets on loopback: every stage combination, framing, parking, stopping. */
#include "node/http/server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "node/http/limit.h"
#include "storage/base/clock.h"
#include "storage/base/pool.h"
#include "tests/rig/folder.h"
#include "tests/unit/tap.h"

enum { BODY_MAX = 4096, SPACE = 1, CROWD = 64 };

static struct {
	struct arena *arena;
	char *folder;
	struct store *store;
	struct writer *writer;
	struct pool *pool;
	struct limiter *limiter;
	struct server *server;
	unsigned port;
} world;

/* Work and writes that are to be slow wait while it is closed. */
static atomic_bool gate_closed;

static void wait_ms(int ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L }, NULL);
}

static void wait_at_gate(void)
{
	while (atomic_load(&gate_closed))
		wait_ms(1);
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

struct reply_text {
	char *text;      /* head and body */
	size_t bytes;
	int status;
	const char *body;
};

static int dial(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)world.port),
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

static void say(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = send(fd, text.p, text.n, MSG_NOSIGNAL);

		if (n <= 0)
			return;
		text = str_sub(text, (size_t)n, SIZE_MAX);
	}
}

/* One reply, byte by byte so that what is pipelined behind it stays in the socket. Status 0: the connection ended. */
static struct reply_text hear(int fd, bool head_only)
{
	struct reply_text reply = { .text = calloc(1, 65536) };
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

/* One request on a connection of its own. */
static struct reply_text ask(struct str request)
{
	struct reply_text reply;
	int fd = dial();

	say(fd, request);
	reply = hear(fd, str_starts(request, STR("HEAD")));
	close(fd);
	return reply;
}

#define HEAD(line) line " HTTP/1.1\r\nHost: a.example\r\n"
#define GET(path) STR(HEAD("GET " path) "\r\n")

static struct str post(const char *path, const char *type, struct str body)
{
	return arena_printf(world.arena, HEAD("POST %s") "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n%.*s", path, type,
	                    body.n, STR_ARG(body));
}

static struct str post_form(const char *path, const char *body)
{
	return post(path, "application/x-www-form-urlencoded", str_of(body));
}

/* Checks status and body of one request. */
static void is_reply(struct str request, int status, const char *body, const char *name)
{
	struct reply_text reply = ask(request);

	if (!ok(reply.status == status && strcmp(reply.body, body) == 0, "%s", name))
		printf("#      got: %d %s\n#   wanted: %d %s\n", reply.status, reply.body, status, body);
	free(reply.text);
}

static bool has_line(struct reply_text reply, const char *line)
{
	const char *at = strcasestr(reply.text, line);

	return at && at < reply.body && at[-1] == '\n';
}

static void test_stages(void)
{
	is_reply(GET("/api/show"), 200, "\"show\"", "show alone");
	is_reply(GET("/api/nothing"), 200, "{}", "no stage at all is an empty object");
	is_reply(GET("/api/check-show"), 200, "\"check show\"", "check and show");
	is_reply(post_form("/api/write", "key=a&value=1"), 200, "{}", "write alone");
	is_reply(GET("/api/show?key=a"), 200, "\"show 1\"", "what was written is there");
	is_reply(post_form("/api/write-show", "key=b&value=2"), 200, "\"write show 2\"", "write and show: show sees it");
	is_reply(post_form("/api/work-show", "x=1"), 200, "\"work show\"", "work and show");
	is_reply(post_form("/api/all", "key=c&value=3"), 200, "\"check work write show 3\"", "all four");
	is_reply(post_form("/api/skip", "key=d&value=4"), 200, "\"check write show 4\"", "check skips work");
	is_reply(post_form("/api/done", ""), 302, "", "check may answer for good");
	is_reply(post_form("/api/write", "value=1"), 422, "{\"error\":\"A key is needed\"}", "a body that refuses");
	is_reply(post_form("/api/poison", ""), 422, "{\"error\":\"Refused after a put\"}", "a body that refuses late");
	is_reply(GET("/api/show?key=poison"), 404, "{\"error\":\"Record not found\"}", "and left nothing");
	is_reply(GET("/api/broken"), 500, "{\"error\":\"Something went wrong on our side\"}", "our fault is 500");
}

static void test_admission(void)
{
	is_reply(GET("/api/lists"), 401, "{\"error\":\"The access token is invalid\"}", "a closed row without a token");
	is_reply(post("/api/closed-write", "application/json", STR("{")), 401,
	         "{\"error\":\"The access token is invalid\"}", "what a stranger sends there is not even read");
	is_reply(post_form("/api/closed-write", "key=e&value=5"), 401, "{\"error\":\"The access token is invalid\"}",
	         "a closed row with nothing but a write");
	is_reply(post_form("/page-write", "key=e&value=5"), 303, "", "a page that wants a session sends nobody away");
	is_reply(GET("/api/show?key=e"), 404, "{\"error\":\"Record not found\"}", "writes nothing");
}

static void test_errors(void)
{
	struct reply_text reply = ask(STR(HEAD("DELETE /api/echo") "\r\n"));

	is_int(reply.status, 405, "a method that the path lacks");
	ok(has_line(reply, "Allow: GET, POST\r\n"), "its methods are told");
	free(reply.text);
	is_reply(GET("/api/unknown"), 404, "{\"error\":\"Record not found\"}", "an unknown path");
	is_reply(GET("/"), 404, "{\"error\":\"Record not found\"}", "the root is as unknown as any");
	is_reply(GET("/api//show"), 400, "{\"error\":\"The request cannot be understood\"}", "an empty segment");
	is_reply(GET("/api/show?a=%zz"), 400, "{\"error\":\"The request cannot be understood\"}", "a broken query");
	is_reply(post("/api/echo", "application/json", STR("{")), 400, "{\"error\":\"The request cannot be understood\"}",
	         "broken JSON");
	is_reply(STR("GET /api/show HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400,
	         "{\"error\":\"More than one Host header\"}", "two hosts");
	is_reply(STR(HEAD("POST /api/size") "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), 400,
	         "{\"error\":\"The length of the body is said more than once\"}", "two lengths");
	is_reply(STR(HEAD("POST /api/size") "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
	         "{\"error\":\"The length of the body is said more than once\"}", "a length and chunks");
	is_reply(STR(HEAD("POST /api/size") "Transfer-Encoding: gzip\r\n\r\nx"), 400,
	         "{\"error\":\"Unknown transfer encoding\"}", "an unknown encoding");
	is_reply(STR("POST /api/size HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400,
	         "{\"error\":\"Unknown transfer encoding\"}", "chunks of a client from before they were invented");
	reply = ask(STR("GET /api/show HTTP/1.1\r\n\r\n"));
	is_int(reply.status, 400, "no host");
	free(reply.text);
	reply = ask(STR("complete nonsense\r\n\r\n"));
	ok(reply.status == 400 || reply.status == 0 || reply.status == 505, "nonsense is no request");
	free(reply.text);
}

/* What a proxy in front of us may read as another header than we do. */
static void test_doubtful_headers(void)
{
	static const struct {
		const char *header, *name;
	} rows[] = {
		{ "Content-Length : 3\r\n", "a space before the colon" },
		{ "Transfer-Encoding\t: chunked\r\n", "a tab before the colon" },
		{ "Transfer-Encoding: \x0b" "chunked\r\n", "a vertical tab before the value" },
		{ "X-A: a\x01" "b\r\n", "a control character in a value" },
		{ "X(A): b\r\n", "a name that is no token" },
	};

	is_reply(STR("POST /api/size HTTP/1.1\r\n Content-Length: 3\r\nHost: a\r\n\r\nabc"), 400,
	         "{\"error\":\"A header cannot be read\"}", "a first header that is a continuation");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_reply(arena_printf(world.arena, HEAD("POST /api/size") "%s\r\nabc", rows[i].header), 400,
		         "{\"error\":\"A header cannot be read\"}", rows[i].name);
	is_reply(STR(HEAD("GET /api/echo") "X-Note:\ta\tb \r\n\r\n"), 200,
	         "GET target=/api/echo path=/api/echo peer=127.0.0.1 notes=1", "a tab within a value is good");
}

static struct str many(const char *piece, size_t times)
{
	struct buf buf;

	buf_init(&buf, world.arena, 0);
	for (size_t i = 0; i < times; i++)
		buf_add(&buf, str_of(piece));
	return buf_str(&buf);
}

static void test_bodies(void)
{
	struct str large = many("x", BODY_MAX + 1), lines = many("X-A: b\r\n", 200);
	struct reply_text reply;
	char expected[64];
	int fd;

	is_reply(post("/api/size", "x/y", str_sub(large, 0, BODY_MAX)), 200, "4096", "a body of just the bound");
	snprintf(expected, sizeof(expected), "{\"error\":\"The body is larger than %d bytes\"}", BODY_MAX);
	is_reply(STR(HEAD("POST /api/size") "Content-Length: 4097\r\n\r\n"), 413, expected,
	         "a longer one is refused before it comes");
	is_reply(STR(HEAD("POST /api/size") "Expect: 100-continue\r\nContent-Length: 4097\r\n\r\n"), 413, expected,
	         "and is not asked for");
	is_reply(arena_printf(world.arena, HEAD("POST /api/size") "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%.*s\r\n0\r\n\r\n",
	                      large.n, STR_ARG(large)), 413, expected, "one in chunks is refused at its end");
	is_reply(STR(HEAD("POST /api/size") "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), 200, "5",
	         "chunks are one body");
	reply = ask(arena_printf(world.arena, HEAD("GET /api/show") "%.*s\r\n", STR_ARG(lines)));
	is_int(reply.status, 431, "too many headers");
	free(reply.text);
	is_reply(post("/api/echo", "application/json", STR("{\"a\":[1,true],\"b\":{\"c\":\"x\"}}")), 200,
	         "POST target=/api/echo path=/api/echo peer=127.0.0.1 notes=0 a[]=1 a[]=true b[c]=x", "JSON parameters");
	is_reply(STR(HEAD("GET /api/echo") "Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}"), 200,
	         "GET target=/api/echo path=/api/echo peer=127.0.0.1 notes=0 a=1", "a GET may have a body");
	is_reply(STR(HEAD("GET /api/%65cho/?q=a%20b&id[]=%31") "X-Note: 1\r\nx-note: 2\r\n\r\n"), 200,
	         "GET target=/api/%65cho/?q=a%20b&id[]=%31 path=/api/echo peer=127.0.0.1 notes=2 q=a b id[]=1",
	         "the raw target, the path, repeated headers");
	fd = dial();
	say(fd, STR(HEAD("POST /api/size") "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
	reply = hear(fd, false);
	is_int(reply.status, 100, "a body that will be read is asked for");
	free(reply.text);
	say(fd, STR("ab"));
	reply = hear(fd, false);
	is_str(str_of(reply.body), STR("2"), "and read");
	free(reply.text);
	close(fd);
}

static void test_proxies(void)
{
	is_reply(STR(HEAD("GET /api/echo") "X-Forwarded-For: 6.6.6.6, 203.0.113.9\r\nX-Forwarded-For: 10.0.0.1\r\n\r\n"), 200,
	         "GET target=/api/echo path=/api/echo peer=203.0.113.9 notes=0", "the rightmost that is no proxy");
	is_reply(STR(HEAD("GET /api/echo") "X-Forwarded-For: 6.6.6.6, unknown\r\n\r\n"), 200,
	         "GET target=/api/echo path=/api/echo peer=127.0.0.1 notes=0", "nothing left of nonsense is believed");
	is_reply(STR(HEAD("GET /api/echo") "X-Forwarded-For: 2001:DB8:0::5\r\n\r\n"), 200,
	         "GET target=/api/echo path=/api/echo peer=2001:db8::5 notes=0", "IPv6 in its usual form");
}

static void test_headers(void)
{
	struct reply_text reply = ask(GET("/api/show")), other;

	ok(has_line(reply, "Content-Type: application/json; charset=utf-8\r\n"), "JSON says so");
	ok(has_line(reply, "X-Content-Type-Options: nosniff\r\n"), "types are not guessed");
	ok(has_line(reply, "Content-Security-Policy: default-src 'none'"), "nothing is loaded from a reply");
	ok(has_line(reply, "Referrer-Policy: no-referrer\r\n"), "no referrer");
	ok(has_line(reply, "Cache-Control: private, no-store\r\n"), "nothing is cached");
	ok(has_line(reply, "X-Request-Id: "), "a request has an id");
	ok(has_line(reply, "Date: "), "a reply has a date");
	ok(has_line(reply, "Access-Control-Allow-Origin: *\r\n"), "the API is for any origin");
	ok(has_line(reply, "Access-Control-Expose-Headers: Link, X-RateLimit-Limit"), "with its headers");
	free(reply.text);
	reply = ask(STR(HEAD("HEAD /api/show") "\r\n"));
	is_int(reply.status, 200, "HEAD is answered as GET");
	ok(has_line(reply, "Content-Length: 6\r\n"), "with the length of the body");
	free(reply.text);
	reply = ask(GET("/page"));
	ok(!has_line(reply, "Access-Control-Allow-Origin"), "a page is not for any origin");
	free(reply.text);
	reply = ask(post("/api/size", "x/y", STR("")));
	ok(has_line(reply, "Content-Security-Policy: default-src 'self'\r\n"), "a handler may say otherwise");
	ok(!strstr(reply.text, "default-src 'none'"), "and then it is said once");
	free(reply.text);
	reply = ask(GET("/api/unknown"));
	ok(has_line(reply, "Access-Control-Allow-Origin: *\r\n"), "an unknown path of the API can be read from any origin");
	other = ask(GET("/unknown"));
	ok(!has_line(other, "Access-Control-Allow-Origin"), "another unknown path cannot");
	free(other.text);
	free(reply.text);
}

static void test_options(void)
{
	struct reply_text reply = ask(STR(HEAD("OPTIONS /api/lists") "Origin: https://b.example\r\n"
	                                  "Access-Control-Request-Method: GET\r\n\r\n"));

	is_int(reply.status, 204, "a preflight passes without a token");
	ok(has_line(reply, "Access-Control-Allow-Origin: *\r\n"), "for any origin");
	ok(has_line(reply, "Access-Control-Allow-Headers: Authorization, Content-Type, Idempotency-Key\r\n"),
	   "with the headers of clients");
	ok(has_line(reply, "Access-Control-Allow-Methods: GET, POST"), "and their methods");
	free(reply.text);
	reply = ask(STR(HEAD("OPTIONS /api/v9/new") "Access-Control-Request-Method: GET\r\n\r\n"));
	is_int(reply.status, 204, "a preflight of an unknown path of the API passes, so that its 404 can be read");
	free(reply.text);
	reply = ask(STR(HEAD("OPTIONS /page") "Access-Control-Request-Method: GET\r\n\r\n"));
	ok(!has_line(reply, "Access-Control-Allow-Origin"), "a page grants nothing");
	free(reply.text);
	reply = ask(STR(HEAD("OPTIONS /api/echo") "\r\n"));
	is_int(reply.status, 204, "OPTIONS alone is answered");
	ok(has_line(reply, "Allow: GET, POST\r\n"), "with the methods");
	free(reply.text);
	is_reply(STR(HEAD("OPTIONS /nowhere") "\r\n"), 404, "{\"error\":\"Record not found\"}", "OPTIONS of nothing");
}

static void test_quota(void)
{
	struct reply_text reply = ask(GET("/api/limited"));
	int refused = 0;

	ok(has_line(reply, "X-RateLimit-Limit: 30\r\n"), "the quota is told");
	ok(has_line(reply, "X-RateLimit-Remaining: 29\r\n"), "and what remains");
	ok(has_line(reply, "X-RateLimit-Reset: 20"), "and until when");
	free(reply.text);
	for (int i = 0; i < 29; i++) {
		reply = ask(GET("/api/limited"));
		refused += reply.status != 200;
		free(reply.text);
	}
	is_int(refused, 0, "30 are let through");
	reply = ask(GET("/api/limited"));
	is_int(reply.status, 429, "then it is enough");
	is_str(str_of(reply.body), STR("{\"error\":\"Too many requests\"}"), "in JSON");
	ok(has_line(reply, "Retry-After: "), "with a time to come again");
	ok(has_line(reply, "X-RateLimit-Remaining: 0\r\n"), "and nothing remains");
	free(reply.text);
}

static void test_connections(void)
{
	struct reply_text reply;
	int fd = dial(), right = 0;

	for (int i = 0; i < 20; i++) {
		say(fd, i % 2 ? GET("/api/show") : post_form("/api/write-show", "key=k&value=v"));
		reply = hear(fd, false);
		right += reply.status == 200 && strcmp(reply.body, i % 2 ? "\"show\"" : "\"write show v\"") == 0;
		free(reply.text);
	}
	is_int(right, 20, "a connection is used again, parked or not");
	say(fd, STR(HEAD("GET /api/show") "\r\n" HEAD("POST /api/work-show") "Content-Length: 0\r\n\r\n"
	            HEAD("GET /api/unknown") "\r\n" HEAD("GET /api/show") "\r\n"));
	reply = hear(fd, false);
	is_str(str_of(reply.body), STR("\"show\""), "pipelined: the first");
	free(reply.text);
	reply = hear(fd, false);
	is_str(str_of(reply.body), STR("\"work show\""), "the second was parked in between");
	free(reply.text);
	reply = hear(fd, false);
	is_int(reply.status, 404, "the third");
	free(reply.text);
	reply = hear(fd, false);
	is_str(str_of(reply.body), STR("\"show\""), "the fourth");
	free(reply.text);
	close(fd);
}

static uint64_t parked(void)
{
	struct server_counters counters;

	server_counters_get(world.server, &counters);
	return counters.parked;
}

/* Until `count` more requests have been parked than `before`. */
static bool wait_parked(uint64_t before, uint64_t count)
{
	for (int i = 0; i < 10000 && parked() < before + count; i++)
		wait_ms(1);
	return parked() >= before + count;
}

static int hear_all(int *fds, int count, int status)
{
	int right = 0;

	for (int i = 0; i < count; i++) {
		struct reply_text reply = hear(fds[i], false);

		right += reply.status == status;
		free(reply.text);
		close(fds[i]);
	}
	return right;
}

static void test_crowd(void)
{
	uint64_t before = parked();
	int fds[CROWD];

	atomic_store(&gate_closed, true);
	for (int i = 0; i < CROWD; i++) {
		char body[64];

		snprintf(body, sizeof(body), "key=crowd%d&value=%d", i, i);
		fds[i] = dial();
		say(fds[i], post_form(i == 0 ? "/api/wait-write" : "/api/write-show", body));
	}
	ok(wait_parked(before, CROWD), "64 writes wait at once");
	is_reply(GET("/api/show"), 200, "\"show\"", "reads do not wait behind them");
	atomic_store(&gate_closed, false);
	is_int(hear_all(fds, CROWD, 200), CROWD, "all are answered when they are on disk");
}

static void test_leavers(void)
{
	uint64_t before = parked();
	int fds[8];

	atomic_store(&gate_closed, true);
	for (int i = 0; i < 8; i++) {
		fds[i] = dial();
		say(fds[i], post_form("/api/wait-work", "x=1"));
	}
	ok(wait_parked(before, 8), "8 calls are parked");
	for (int i = 0; i < 8; i++) {
		struct linger reset = { .l_onoff = 1 };

		setsockopt(fds[i], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(fds[i]);
	}
	atomic_store(&gate_closed, false);
	is_reply(GET("/api/show"), 200, "\"show\"", "clients that leave while they are parked harm nobody");
	for (int i = 0; i < 4; i++) {
		int fd = dial();

		say(fd, i % 2 ? STR("GET /api/sh") : STR(HEAD("POST /api/size") "Content-Length: 100\r\n\r\nhalf"));
		close(fd);
	}
	is_reply(GET("/api/show"), 200, "\"show\"", "nor do those that leave in the middle of a request");
}

static void start(size_t pool_queue, size_t writer_queue)
{
	static const struct str proxies[] = { STR("127.0.0.1"), STR("10.0.0.1") };
	struct writer_options writer_options = { .queue_max = writer_queue };
	struct server_options options = {
		.store = world.store, .routes = routes, .route_count = sizeof(routes) / sizeof(routes[0]),
		.listen = STR("127.0.0.1:0"), .body_max = BODY_MAX, .connections_max = 256, .threads = 2,
		.proxies = proxies, .proxy_count = 2, .timeout_seconds = 1,
	};

	writer_start(world.store, &writer_options, &world.writer);
	pool_start(2, pool_queue, &world.pool);
	world.limiter = limiter_new();
	options.writer = world.writer;
	options.pool = world.pool;
	options.limiter = world.limiter;
	is_int(server_start(&options, &world.server), OK, "a server starts");
	world.port = server_port(world.server);
}

static void stop(void)
{
	server_stop(world.server);
	writer_stop(world.writer);
	pool_stop(world.pool);
	limiter_free(world.limiter);
}

static void test_start(void)
{
	struct server_options options = { .store = world.store };
	struct server *server = NULL;

	options.listen = arena_printf(world.arena, "127.0.0.1:%u", world.port);
	is_int(server_start(&options, &server), ERR_BUSY, "an address that is taken is told");
	options.listen = STR("127.0.0.1");
	is_int(server_start(&options, &server), ERR_INVALID, "an address without port is refused");
	options.listen = STR("127.0.0.1:99999");
	is_int(server_start(&options, &server), ERR_INVALID, "a port beyond the last is refused");
	options.listen = STR("::1:80");
	is_int(server_start(&options, &server), ERR_INVALID, "IPv6 wants brackets");
}

static void test_busy(void)
{
	struct server_counters counters;
	struct reply_text reply;
	uint64_t before;
	int fds[5];

	start(1, 1);
	atomic_store(&gate_closed, true);
	for (int i = 0; i < 2; i++) {  /* one runs, one waits */
		fds[i] = dial();
		before = parked();
		say(fds[i], post_form("/api/wait-write", "key=busy&value=1"));
		wait_parked(before, 1);
		wait_ms(50);
	}
	reply = ask(post_form("/api/write", "key=refused&value=1"));
	is_int(reply.status, 503, "a full writer is told at once");
	ok(has_line(reply, "Retry-After: 1\r\n"), "with a time to come again");
	free(reply.text);
	for (int i = 2; i < 5; i++) {  /* two run, one waits */
		fds[i] = dial();
		before = parked();
		say(fds[i], post_form("/api/wait-work", "x=1"));
		wait_parked(before, 1);
		wait_ms(50);
	}
	reply = ask(post_form("/api/work-show", "x=1"));
	is_int(reply.status, 503, "a full pool is told at once");
	free(reply.text);
	server_counters_get(world.server, &counters);
	is_int(counters.refused_busy, 2, "both are counted");
	atomic_store(&gate_closed, false);
	is_int(hear_all(fds, 5, 200), 5, "those that were taken are answered");
	is_reply(GET("/api/show?key=refused"), 404, "{\"error\":\"Record not found\"}", "the refused one did nothing");
	stop();
}

/* Says `request` one byte at a time until the server hangs up. false: it had enough of it before `most_ms`. */
static bool trickles(struct str request, int64_t most_ms)
{
	int64_t until_ms = clock_monotonic_ms() + most_ms;
	int fd = dial();
	size_t at = 0;
	char byte;

	while (clock_monotonic_ms() < until_ms) {
		if (send(fd, request.p + at++ % request.n, 1, MSG_NOSIGNAL) < 0 || recv(fd, &byte, 1, MSG_DONTWAIT) == 0)
			break;
		server_upkeep(world.server);
		wait_ms(100);
	}
	close(fd);
	return clock_monotonic_ms() >= until_ms;
}

/* Bodies that are on their way share a bound: 64 whole ones. */
static void test_many_bodies(void)
{
	struct str most = arena_printf(world.arena, HEAD("POST /api/size") "Content-Length: 4096\r\n\r\n%.*s",
	                               STR_ARG(many("x", 4095)));
	struct reply_text reply;
	int fds[64];

	start(100, 100);
	for (int i = 0; i < 64; i++) {
		fds[i] = dial();
		say(fds[i], most);
	}
	wait_ms(300);
	reply = ask(post("/api/size", "x/y", many("x", 4096)));
	is_int(reply.status, 503, "one body more than there is memory for is refused");
	ok(has_line(reply, "Retry-After: 1\r\n"), "for now");
	free(reply.text);
	is_reply(post("/api/size", "x/y", STR("short")), 200, "5", "a short one has room all the same");
	for (int i = 0; i < 64; i++)
		close(fds[i]);
	wait_ms(300);
	is_reply(post("/api/size", "x/y", many("x", 4096)), 200, "4096", "when those are gone, so have long ones");
	stop();
}

/* How many of 20 connections, closed by their clients in the middle of the headers, are there a moment later: before
 * the library's own timeout of a second. */
static uint64_t left_behind(void)
{
	struct server_counters counters;

	for (int i = 0; i < 20; i++) {
		int fd = dial();

		say(fd, STR("GET /api/show HTTP/1.1\r\nHost: a\r\n"));
		close(fd);
	}
	for (int i = 0; i < 3; i++) {
		wait_ms(100);
		server_upkeep(world.server);
	}
	wait_ms(100);
	server_counters_get(world.server, &counters);
	return counters.connections;
}

static void test_slow(void)
{
	int idle;

	start(100, 100);
	ok(!trickles(STR("x"), 6000), "a request line that never ends is cut off");
	ok(!trickles(STR("GET / HTTP/1.1\r\nHost: a\r\nX-A: "), 6000), "so are headers that never end");
	is_int(left_behind(), 0, "who leaves in the middle of a request does not hold its place");
	idle = dial();
	atomic_store(&gate_closed, true);
	say(idle, post_form("/api/wait-work", "x=1"));
	shutdown(idle, SHUT_WR);
	wait_ms(2500);
	server_upkeep(world.server);
	atomic_store(&gate_closed, false);
	is_int(hear_all(&idle, 1, 200), 1, "who waits for us is not");
	stop();
}

static void *open_gate_later(void *arg)
{
	(void)arg;
	wait_ms(300);
	atomic_store(&gate_closed, false);
	return NULL;
}

static void test_stop(void)
{
	uint64_t before;
	pthread_t opener;
	int fds[8], idle, late;

	start(100, 100);
	before = parked();
	idle = dial();
	atomic_store(&gate_closed, true);
	for (int i = 0; i < 8; i++) {
		fds[i] = dial();
		say(fds[i], i % 2 ? post_form("/api/wait-work", "x=1") : post_form("/api/wait-write", "key=stop&value=1"));
	}
	ok(wait_parked(before, 8), "8 calls are parked");
	server_quiesce(world.server);
	late = dial();
	ok(late < 0, "a server that is quiet takes no new connections");
	pthread_create(&opener, NULL, open_gate_later, NULL);
	stop();
	pthread_join(opener, NULL);
	is_int(hear_all(fds, 8, 200), 8, "stopping answers those that were parked");
	close(idle);
}

int main(void)
{
	struct engine_space spaces[] = { { "meta" }, { "test" } };
	struct engine *engine = NULL;

	world.arena = arena_new();
	world.folder = folder_new();
	if (lmdb_open(world.folder, spaces, 2, 64 << 20, &engine) != OK || store_open(engine, &world.store) != OK)
		return 1;
	start(100, 1000);
	test_start();
	test_stages();
	test_admission();
	test_errors();
	test_doubtful_headers();
	test_bodies();
	test_proxies();
	test_headers();
	test_options();
	test_quota();
	test_connections();
	test_crowd();
	test_leavers();
	stop();
	test_busy();
	test_many_bodies();
	test_slow();
	test_stop();
	store_close(world.store);
	folder_remove(world.folder);
	arena_free(world.arena);
	return done();
}
