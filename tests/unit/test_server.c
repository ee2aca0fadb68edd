/* The HTTP server over real sockets on loopback: every stage combination, framing, headers, quotas, connections. */
#include "node/http/server.h"

#include <stdlib.h>
#include <unistd.h>

#include "tests/rig/door.h"
#include "tests/unit/tap.h"

#define is_reply(request, status, body, name) ok(door_answers(request, status, body), "%s", name)

static void test_start(void)
{
	struct server_options options = { .store = door.store };
	struct server *server = NULL;

	options.listen = arena_printf(door.arena, "127.0.0.1:%u", door.port);
	is_int(server_start(&options, &server), ERR_BUSY, "an address that is taken is told");
	options.listen = STR("127.0.0.1");
	is_int(server_start(&options, &server), ERR_INVALID, "an address without port is refused");
	options.listen = STR("127.0.0.1:99999");
	is_int(server_start(&options, &server), ERR_INVALID, "a port beyond the last is refused");
	options.listen = STR("::1:80");
	is_int(server_start(&options, &server), ERR_INVALID, "IPv6 wants brackets");
}

static void test_stages(void)
{
	is_reply(GET("/api/show"), 200, "\"show\"", "show alone");
	is_reply(GET("/api/nothing"), 200, "{}", "no stage at all is an empty object");
	is_reply(GET("/api/check-show"), 200, "\"check show\"", "check and show");
	is_reply(door_post_form("/api/write", "key=a&value=1"), 200, "{}", "write alone");
	is_reply(GET("/api/show?key=a"), 200, "\"show 1\"", "what was written is there");
	is_reply(door_post_form("/api/write-show", "key=b&value=2"), 200, "\"write show 2\"", "write and show: show sees it");
	is_reply(door_post_form("/api/work-show", "x=1"), 200, "\"work show\"", "work and show");
	is_reply(door_post_form("/api/all", "key=c&value=3"), 200, "\"check work write show 3\"", "all four");
	is_reply(door_post_form("/api/skip", "key=d&value=4"), 200, "\"check write show 4\"", "check skips work");
	is_reply(door_post_form("/api/done", ""), 302, "", "check may answer for good");
	is_reply(door_post_form("/api/write", "value=1"), 422, "{\"error\":\"A key is needed\"}", "a body that refuses");
	is_reply(door_post_form("/api/poison", ""), 422, "{\"error\":\"Refused after a put\"}", "a body that refuses late");
	is_reply(GET("/api/show?key=poison"), 404, "{\"error\":\"Record not found\"}", "and left nothing");
	is_reply(GET("/api/broken"), 500, "{\"error\":\"Something went wrong on our side\"}", "our fault is 500");
}

static void test_admission(void)
{
	is_reply(GET("/api/lists"), 401, "{\"error\":\"The access token is invalid\"}", "a closed row without a token");
	is_reply(door_post("/api/closed-write", "application/json", STR("{")), 401,
	         "{\"error\":\"The access token is invalid\"}", "what a stranger sends there is not even read");
	is_reply(door_post_form("/api/closed-write", "key=e&value=5"), 401, "{\"error\":\"The access token is invalid\"}",
	         "a closed row with nothing but a write");
	is_reply(door_post_form("/page-write", "key=e&value=5"), 303, "", "a page that wants a session sends nobody away");
	is_reply(GET("/api/show?key=e"), 404, "{\"error\":\"Record not found\"}", "writes nothing");
}

static void test_errors(void)
{
	struct door_reply reply = door_ask(STR(HEAD("DELETE /api/echo") "\r\n"));

	is_int(reply.status, 405, "a method that the path lacks");
	ok(door_has_line(reply, "Allow: GET, POST\r\n"), "its methods are told");
	free(reply.text);
	is_reply(GET("/api/unknown"), 404, "{\"error\":\"Record not found\"}", "an unknown path");
	is_reply(GET("/"), 404, "{\"error\":\"Record not found\"}", "the root is as unknown as any");
	is_reply(GET("/api//show"), 400, "{\"error\":\"The request cannot be understood\"}", "an empty segment");
	is_reply(GET("/api/show?a=%zz"), 400, "{\"error\":\"The request cannot be understood\"}", "a broken query");
	is_reply(door_post("/api/echo", "application/json", STR("{")), 400, "{\"error\":\"The request cannot be understood\"}",
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
	reply = door_ask(STR("GET /api/show HTTP/1.1\r\n\r\n"));
	is_int(reply.status, 400, "no host");
	free(reply.text);
	reply = door_ask(STR("complete nonsense\r\n\r\n"));
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
		is_reply(arena_printf(door.arena, HEAD("POST /api/size") "%s\r\nabc", rows[i].header), 400,
		         "{\"error\":\"A header cannot be read\"}", rows[i].name);
	is_reply(STR(HEAD("GET /api/echo") "X-Note:\ta\tb \r\n\r\n"), 200,
	         "GET target=/api/echo path=/api/echo peer=127.0.0.1 notes=1", "a tab within a value is good");
}

static void test_bodies(void)
{
	struct str large = door_many("x", DOOR_BODY_MAX + 1), lines = door_many("X-A: b\r\n", 200);
	struct door_reply reply;
	char expected[64];
	int fd;

	is_reply(door_post("/api/size", "x/y", str_sub(large, 0, DOOR_BODY_MAX)), 200, "4096", "a body of just the bound");
	snprintf(expected, sizeof(expected), "{\"error\":\"The body is larger than %d bytes\"}", DOOR_BODY_MAX);
	is_reply(door_post("/api/size", "x/y", large), 413, expected, "a longer one is refused when it has come: it can be read then");
	is_reply(STR(HEAD("POST /api/size") "Content-Length: 99999999\r\n\r\n"), 413, expected,
	         "one that is far too long before it comes");
	is_reply(STR(HEAD("POST /api/size") "Expect: 100-continue\r\nContent-Length: 4097\r\n\r\n"), 413, expected,
	         "and is not asked for");
	is_reply(arena_printf(door.arena, HEAD("POST /api/size") "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%.*s\r\n0\r\n\r\n",
	                      large.n, STR_ARG(large)), 413, expected, "one in chunks is refused at its end");
	is_reply(STR(HEAD("POST /api/size") "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"), 200, "5",
	         "chunks are one body");
	reply = door_ask(arena_printf(door.arena, HEAD("GET /api/show") "%.*s\r\n", STR_ARG(lines)));
	is_int(reply.status, 431, "too many headers");
	free(reply.text);
	is_reply(door_post("/api/echo", "application/json", STR("{\"a\":[1,true],\"b\":{\"c\":\"x\"}}")), 200,
	         "POST target=/api/echo path=/api/echo peer=127.0.0.1 notes=0 a[]=1 a[]=true b[c]=x", "JSON parameters");
	is_reply(STR(HEAD("GET /api/echo") "Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}"), 200,
	         "GET target=/api/echo path=/api/echo peer=127.0.0.1 notes=0 a=1", "a GET may have a body");
	is_reply(STR(HEAD("GET /api/%65cho/?q=a%20b&id[]=%31") "X-Note: 1\r\nx-note: 2\r\n\r\n"), 200,
	         "GET target=/api/%65cho/?q=a%20b&id[]=%31 path=/api/echo peer=127.0.0.1 notes=2 q=a b id[]=1",
	         "the raw target, the path, repeated headers");
	fd = door_dial();
	door_say(fd, STR(HEAD("POST /api/size") "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n"));
	reply = door_hear(fd, false);
	is_int(reply.status, 100, "a body that will be read is asked for");
	free(reply.text);
	door_say(fd, STR("ab"));
	reply = door_hear(fd, false);
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
	struct door_reply reply = door_ask(GET("/api/show")), other;

	ok(door_has_line(reply, "Content-Type: application/json; charset=utf-8\r\n"), "JSON says so");
	ok(door_has_line(reply, "X-Content-Type-Options: nosniff\r\n"), "types are not guessed");
	ok(door_has_line(reply, "Content-Security-Policy: default-src 'none'"), "nothing is loaded from a reply");
	ok(door_has_line(reply, "Referrer-Policy: no-referrer\r\n"), "no referrer");
	ok(door_has_line(reply, "Cache-Control: private, no-store\r\n"), "nothing is cached");
	ok(door_has_line(reply, "X-Request-Id: "), "a request has an id");
	ok(door_has_line(reply, "Date: "), "a reply has a date");
	ok(door_has_line(reply, "Access-Control-Allow-Origin: *\r\n"), "the API is for any origin");
	ok(door_has_line(reply, "Access-Control-Expose-Headers: Link, X-RateLimit-Limit"), "with its headers");
	free(reply.text);
	reply = door_ask(STR(HEAD("HEAD /api/show") "\r\n"));
	is_int(reply.status, 200, "HEAD is answered as GET");
	ok(door_has_line(reply, "Content-Length: 6\r\n"), "with the length of the body");
	free(reply.text);
	reply = door_ask(GET("/page"));
	ok(!door_has_line(reply, "Access-Control-Allow-Origin"), "a page is not for any origin");
	free(reply.text);
	reply = door_ask(door_post("/api/size", "x/y", STR("")));
	ok(door_has_line(reply, "Content-Security-Policy: default-src 'self'\r\n"), "a handler may say otherwise");
	ok(!strstr(reply.text, "default-src 'none'"), "and then it is said once");
	free(reply.text);
	reply = door_ask(GET("/api/unknown"));
	ok(door_has_line(reply, "Access-Control-Allow-Origin: *\r\n"), "an unknown path of the API can be read from any origin");
	other = door_ask(GET("/unknown"));
	ok(!door_has_line(other, "Access-Control-Allow-Origin"), "another unknown path cannot");
	free(other.text);
	free(reply.text);
}

static void test_options(void)
{
	struct door_reply reply = door_ask(STR(HEAD("OPTIONS /api/lists") "Origin: https://b.example\r\n"
	                                  "Access-Control-Request-Method: GET\r\n\r\n"));

	is_int(reply.status, 204, "a preflight passes without a token");
	ok(door_has_line(reply, "Access-Control-Allow-Origin: *\r\n"), "for any origin");
	ok(door_has_line(reply, "Access-Control-Allow-Headers: Authorization, Content-Type, Idempotency-Key\r\n"),
	   "with the headers of clients");
	ok(door_has_line(reply, "Access-Control-Allow-Methods: GET, POST"), "and their methods");
	free(reply.text);
	reply = door_ask(STR(HEAD("OPTIONS /api/v9/new") "Access-Control-Request-Method: GET\r\n\r\n"));
	is_int(reply.status, 204, "a preflight of an unknown path of the API passes, so that its 404 can be read");
	free(reply.text);
	reply = door_ask(STR(HEAD("OPTIONS /page") "Access-Control-Request-Method: GET\r\n\r\n"));
	ok(!door_has_line(reply, "Access-Control-Allow-Origin"), "a page grants nothing");
	free(reply.text);
	reply = door_ask(STR(HEAD("OPTIONS /api/echo") "\r\n"));
	is_int(reply.status, 204, "OPTIONS alone is answered");
	ok(door_has_line(reply, "Allow: GET, POST\r\n"), "with the methods");
	free(reply.text);
	is_reply(STR(HEAD("OPTIONS /nowhere") "\r\n"), 404, "{\"error\":\"Record not found\"}", "OPTIONS of nothing");
}

static void test_quota(void)
{
	struct door_reply reply = door_ask(GET("/api/limited"));
	int refused = 0;

	ok(door_has_line(reply, "X-RateLimit-Limit: 30\r\n"), "the quota is told");
	ok(door_has_line(reply, "X-RateLimit-Remaining: 29\r\n"), "and what remains");
	ok(door_has_line(reply, "X-RateLimit-Reset: 20"), "and until when");
	free(reply.text);
	for (int i = 0; i < 29; i++) {
		reply = door_ask(GET("/api/limited"));
		refused += reply.status != 200;
		free(reply.text);
	}
	is_int(refused, 0, "30 are let through");
	reply = door_ask(GET("/api/limited"));
	is_int(reply.status, 429, "then it is enough");
	is_str(str_of(reply.body), STR("{\"error\":\"Too many requests\"}"), "in JSON");
	ok(door_has_line(reply, "Retry-After: "), "with a time to come again");
	ok(door_has_line(reply, "X-RateLimit-Remaining: 0\r\n"), "and nothing remains");
	free(reply.text);
}

static void test_connections(void)
{
	struct door_reply reply;
	int fd = door_dial(), right = 0;

	for (int i = 0; i < 20; i++) {
		door_say(fd, i % 2 ? GET("/api/show") : door_post_form("/api/write-show", "key=k&value=v"));
		reply = door_hear(fd, false);
		right += reply.status == 200 && strcmp(reply.body, i % 2 ? "\"show\"" : "\"write show v\"") == 0;
		free(reply.text);
	}
	is_int(right, 20, "a connection is used again, parked or not");
	door_say(fd, STR(HEAD("GET /api/show") "\r\n" HEAD("POST /api/work-show") "Content-Length: 0\r\n\r\n"
	            HEAD("GET /api/unknown") "\r\n" HEAD("GET /api/show") "\r\n"));
	reply = door_hear(fd, false);
	is_str(str_of(reply.body), STR("\"show\""), "pipelined: the first");
	free(reply.text);
	reply = door_hear(fd, false);
	is_str(str_of(reply.body), STR("\"work show\""), "the second was parked in between");
	free(reply.text);
	reply = door_hear(fd, false);
	is_int(reply.status, 404, "the third");
	free(reply.text);
	reply = door_hear(fd, false);
	is_str(str_of(reply.body), STR("\"show\""), "the fourth");
	free(reply.text);
	close(fd);
}

int main(void)
{
	door_build();
	is_int(door_start(100, 1000), OK, "a server starts");
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
	door_stop();
	door_remove();
	return done();
}
