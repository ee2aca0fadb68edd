/* The one way out, against a small server on loopback: limits, redirects, signatures per hop, forbidden places. */
#include "federation/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

/* 100,000 times 'a'. */
static const char bomb[] =
	"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xac\xeb\x5f\xc2\x1a\x1e\x40"
	"\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xaf\x06\x87\xfa\xe2\x1b\xa0"
	"\x86\x01\x00";

static struct arena *arena;
static int listener;
static unsigned port;
static atomic_uint accepted, signs;
static const char *allowed_host = "127.0.0.1";

static void say(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n <= 0)
			return;
		text = str_sub(text, (size_t)n, SIZE_MAX);
	}
}

static void answer(int fd, struct arena *scratch, const char *status, const char *headers, struct str body)
{
	say(fd, arena_printf(scratch, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n", status, body.n, headers));
	say(fd, body);
}

static void redirect_to(int fd, struct arena *scratch, struct str location)
{
	answer(fd, scratch, "302 Found", arena_printf(scratch, "Location: %.*s\r\n", STR_ARG(location)).p, STR("gone"));
}

static void drip(int fd)
{
	say(fd, STR("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
	for (int i = 0; i < 30; i++) {
		say(fd, STR("x"));
		usleep(50000);
	}
}

/* "/echo" answers with the request; the rest misbehaves as its name says. */
static void serve(int fd, struct arena *scratch, struct str request)
{
	struct str rest = request, target;

	str_cut(&rest, ' ');
	target = str_cut(&rest, ' ');
	if (str_starts(target, STR("/echo")))
		answer(fd, scratch, "200 OK", "Content-Type: application/activity+json\r\n", request);
	else if (str_eq(target, STR("/once")))
		redirect_to(fd, scratch, STR("/echo?x"));
	else if (str_eq(target, STR("/chain4")))
		redirect_to(fd, scratch, STR("/chain3"));
	else if (str_eq(target, STR("/chain3")))
		redirect_to(fd, scratch, STR("/chain2"));
	else if (str_eq(target, STR("/chain2")))
		redirect_to(fd, scratch, STR("chain1"));
	else if (str_eq(target, STR("/chain1")))
		redirect_to(fd, scratch, STR("/echo"));
	else if (str_eq(target, STR("/loop")))
		redirect_to(fd, scratch, STR("/loop#x"));
	else if (str_eq(target, STR("/elsewhere")))
		redirect_to(fd, scratch, arena_printf(scratch, "http://localhost:%u/echo", port));
	else if (str_eq(target, STR("/inside")))
		redirect_to(fd, scratch, STR("https://169.254.169.254/latest"));
	else if (str_eq(target, STR("/public")))
		redirect_to(fd, scratch, STR("https://public.invalid/"));
	else if (str_eq(target, STR("/nowhere")))
		redirect_to(fd, scratch, STR("file:///etc/passwd"));
	else if (str_eq(target, STR("/lost")))
		answer(fd, scratch, "301 Moved", "", STR(""));
	else if (str_eq(target, STR("/busy")))
		answer(fd, scratch, "503 Busy", "Retry-After: 120\r\n", STR("busy"));
	else if (str_eq(target, STR("/bomb")))
		answer(fd, scratch, "200 OK", "Content-Encoding: gzip\r\n", (struct str){ bomb, sizeof(bomb) - 1 });
	else if (str_eq(target, STR("/big")))
		answer(fd, scratch, "200 OK", "", (struct str){ arena_alloc(scratch, 200000), 200000 });
	else if (str_eq(target, STR("/endless")))
		say(fd, (struct str){ memset(arena_alloc(scratch, 200000), 'x', 200000), 200000 });
	else if (str_eq(target, STR("/headers")))
		answer(fd, scratch, "200 OK", arena_printf(scratch, "X: %.*s\r\n", 90000,
		       (char *)memset(arena_alloc(scratch, 90001), 'x', 90000)).p, STR("x"));
	else if (str_eq(target, STR("/silent")))
		sleep(3);
	else if (str_eq(target, STR("/drip")))
		drip(fd);
	else
		answer(fd, scratch, "404 Not Found", "", STR("?"));
}

static void *server(void *context)
{
	struct arena *scratch = arena_new();
	int fd;

	(void)context;
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		struct buf request;
		char piece[4096];
		ssize_t n;

		atomic_fetch_add(&accepted, 1);
		buf_init(&request, scratch, 0);
		while (str_find(buf_str(&request), STR("\r\n\r\n")) == SIZE_MAX && (n = read(fd, piece, sizeof(piece))) > 0)
			buf_add(&request, (struct str){ piece, (size_t)n });
		serve(fd, scratch, buf_str(&request));
		shutdown(fd, SHUT_WR);
		close(fd);
		arena_reset(scratch);
	}
	arena_free(scratch);
	return NULL;
}

static void listen_on_loopback(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(address);

	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 16) ||
	    getsockname(listener, (struct sockaddr *)&address, &n))
		abort();
	port = ntohs(address.sin_port);
}

static bool allow(void *context, struct str origin)
{
	(void)context;
	return str_find(origin, str_of(allowed_host)) != SIZE_MAX || str_eq(origin, STR("http://192.0.2.1"));
}

static int sign(void *context, struct arena *scratch, const struct url *url, const struct header **ret_headers,
                size_t *ret_count)
{
	struct header *header = ARENA_NEW(scratch, struct header);

	(void)context;
	atomic_fetch_add(&signs, 1);
	*header = (struct header){ STR("Signature"), arena_printf(scratch, "for %.*s", STR_ARG(url->target)) };
	*ret_headers = header;
	*ret_count = 1;
	return OK;
}

static struct str at(const char *path)
{
	return arena_printf(arena, "http://127.0.0.1:%u%s", port, path);
}

static int get(struct net *net, struct str url, struct net_response *response)
{
	struct net_request request = { .url = url, .accept = STR("application/activity+json"), .sign = sign, .body_max = 50000 };

	return net_get(net, arena, &request, response);
}

static bool body_has(const struct net_response *response, struct str text)
{
	return str_find(response->body, text) != SIZE_MAX;
}

static void test_answers(struct net *net)
{
	struct net_response response;

	is_int(get(net, at("/echo#f"), &response), OK, "a listed origin on loopback answers");
	is_int(response.status, 200, "with its status");
	is_str(response.content_type, STR("application/activity+json"), "its content type");
	is_str(response.final_url, at("/echo"), "its address without the fragment");
	ok(str_starts(response.body, STR("GET /echo HTTP/1.1\r\n")), "and its body");
	ok(body_has(&response, STR("\r\nAccept: application/activity+json\r\n")), "Accept is sent");
	ok(body_has(&response, STR("\r\nUser-Agent: test/1\r\n")), "User-Agent is sent");
	ok(body_has(&response, STR("\r\nSignature: for /echo\r\n")), "what the signer says is sent");
	ok(body_has(&response, arena_printf(arena, "\r\nHost: 127.0.0.1:%u\r\n", port)), "Host is what gets signed");
	is_int(get(net, at("/echo/../a%2Fb?c=%20"), &response), OK, "a path is not tidied up");
	ok(str_starts(response.body, STR("GET /echo/../a%2Fb?c=%20 ")), "it is sent as it stands");
	is_int(get(net, at("/none"), &response), OK, "an error status is an answer");
	is_int(response.status, 404, "with that status");
	is_int(get(net, at("/busy"), &response), OK, "an overloaded server answers");
	is_int(response.retry_after_ms, 120000, "and says when to come back");
}

static void test_redirects(struct net *net)
{
	struct net_response response;
	unsigned before;

	is_int(get(net, at("/once"), &response), OK, "a redirect is followed");
	is_str(response.final_url, at("/echo?x"), "its end is known");
	ok(body_has(&response, STR("Signature: for /echo?x")), "and signed for anew");
	is_int(get(net, at("/chain3"), &response), OK, "three redirects are followed");
	is_int(get(net, at("/chain4"), &response), ERR_LIMIT, "four are not");
	is_int(get(net, at("/loop"), &response), ERR_DENIED, "nor a circle");
	is_int(get(net, at("/inside"), &response), ERR_DENIED, "nor one to a forbidden address");
	is_int(get(net, at("/nowhere"), &response), ERR_INVALID, "nor one to another scheme");
	is_int(get(net, at("/lost"), &response), ERR_INVALID, "nor one without a place");
	is_int(get(net, at("/elsewhere"), &response), ERR_DENIED, "nor one to an origin that is not listed");
	is_int(get(net, at("/public"), &response), ERR_DENIED, "though it be in a public place");
	allowed_host = ":";
	before = atomic_load(&signs);
	is_int(get(net, at("/elsewhere"), &response), OK, "one to another listed origin is followed");
	is_int(atomic_load(&signs) - before, 1, "but only the first hop is signed");
	ok(!body_has(&response, STR("Signature")), "the other origin sees no signature");
	allowed_host = "127.0.0.1";
}

static void test_limits(struct net *net)
{
	struct net_response response;
	int64_t start = clock_monotonic_ms();

	is_int(get(net, at("/big"), &response), ERR_LIMIT, "too long an answer is refused");
	is_int(get(net, at("/bomb"), &response), ERR_LIMIT, "also when it gets too long by decompression");
	is_int(get(net, at("/headers"), &response), ERR_LIMIT, "also when it is all headers");
	is_int(get(net, at("/endless"), &response), ERR_NETWORK, "what is no HTTP is refused");
	is_int(get(net, at("/drip"), &response), ERR_NETWORK, "a slow answer is not waited for");
	ok(clock_monotonic_ms() - start < 5000, "longer than the time-out");
	is_int(get(net, at("/x\r\nHost: y"), &response), ERR_INVALID, "a line break is refused");
	is_int(get(net, STR("http://user@127.0.0.1/"), &response), ERR_INVALID, "user info is refused");
}

static void test_forbidden(struct net *net, struct net *strict)
{
	static const char *const places[] = { "https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://10.0.0.1/",
		                              "https://[::ffff:127.0.0.1]/", "https://169.254.169.254/", "https://0.0.0.0/",
		                              "http://8.8.8.8/", "https://8.8.8.8:8080/", "https://[64:ff9b::7f00:1]/" };
	unsigned before = atomic_load(&accepted);
	struct net_response response;

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		ok(get(strict, str_of(places[i]), &response) == ERR_DENIED, "not listed: %s is forbidden", places[i]);
	is_int(get(strict, at("/echo"), &response), ERR_DENIED, "http is forbidden");
	is_int(get(net, STR("http://192.0.2.1/"), &response), ERR_DENIED, "http leads to loopback only, listed or not");
	is_int(atomic_load(&accepted) - before, 0, "no connection was made");
}

static struct sockaddr_in v4(const char *text)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	inet_pton(AF_INET, text, &address.sin_addr);
	return address;
}

static void test_guard(void)
{
	static const struct {
		struct net_guard guard;
		bool open, private, loopback;
	} rows[] = {
		{ { .secure = true }, true, false, false },
		{ { .secure = true, .development = true }, true, false, false },
		{ { .secure = true, .listed = true }, true, true, false },
		{ { .secure = true, .listed = true, .development = true }, true, true, true },
		{ { .listed = true, .development = true }, false, false, true },
	};
	struct sockaddr_in open = v4("9.9.9.9"), private = v4("192.168.1.1"), loopback = v4("127.0.0.1"), link = v4("169.254.1.1");

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct net_guard *guard = &rows[i].guard;
		const char *kind = arena_printf(arena, "%s%s%s", guard->secure ? "https" : "http", guard->listed ? ", listed" : "",
		                                guard->development ? ", development" : "").p;

		ok(net_guard_admits(guard, (struct sockaddr *)&open) == rows[i].open, "%s and public addresses", kind);
		ok(net_guard_admits(guard, (struct sockaddr *)&private) == rows[i].private, "%s and private addresses", kind);
		ok(net_guard_admits(guard, (struct sockaddr *)&loopback) == rows[i].loopback, "%s and loopback", kind);
		ok(!net_guard_admits(guard, (struct sockaddr *)&link), "%s and link-local addresses", kind);
	}
}

static void *cancel_soon(void *net)
{
	usleep(200000);
	net_cancel(net);
	return NULL;
}

static void test_judge(const struct net *strict)
{
	static const struct { const char *url; int err, trusted_err; } rows[] = {
		{ "https://push.example/x", OK, OK },
		{ "https://push.example:8443/x", ERR_DENIED, OK },
		{ "http://push.example/x", ERR_DENIED, ERR_DENIED },
		{ "https://10.0.0.1/", ERR_DENIED, OK },
		{ "https://[fd00::1]/", ERR_DENIED, OK },
		{ "https://127.0.0.1/", ERR_DENIED, ERR_DENIED },
		{ "https://169.254.169.254/", ERR_DENIED, ERR_DENIED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct url url;

		is_int(url_parse(arena, str_of(rows[i].url), &url), OK, "an address");
		ok(net_judge(strict, arena, &url, false) == rows[i].err, "%s", rows[i].url);
		ok(net_judge(strict, arena, &url, true) == rows[i].trusted_err, "%s, which the operator listed", rows[i].url);
	}
}

static void test_cancel(void)
{
	struct net_options options = { .development = true, .origin_allowed = allow, .total_timeout_ms = 20000 };
	struct net *net = net_new(&options);
	int64_t start = clock_monotonic_ms();
	struct net_response response;
	pthread_t thread;

	pthread_create(&thread, NULL, cancel_soon, net);
	is_int(get(net, at("/silent"), &response), ERR_BUSY, "a fetch that is cancelled ends");
	ok(clock_monotonic_ms() - start < 2500, "soon");
	is_int(get(net, at("/echo"), &response), ERR_BUSY, "and nothing begins afterwards");
	pthread_join(thread, NULL);
	net_free(net);
}

int main(void)
{
	struct net_options options = { .development = true, .origin_allowed = allow, .user_agent = STR("test/1"),
		                       .total_timeout_ms = 700 };
	struct net_options closed = { .user_agent = STR("test/1"), .total_timeout_ms = 2000 };
	struct net *net, *strict;
	pthread_t thread;

	signal(SIGPIPE, SIG_IGN);
	arena = arena_new();
	listen_on_loopback();
	net = net_new(&options);
	strict = net_new(&closed);
	pthread_create(&thread, NULL, server, NULL);
	test_answers(net);
	test_redirects(net);
	test_limits(net);
	test_forbidden(net, strict);
	test_guard();
	test_judge(strict);
	test_cancel();
	net_free(net);
	net_free(strict);
	shutdown(listener, SHUT_RDWR);
	close(listener);
	pthread_join(thread, NULL);
	arena_free(arena);
	return done();
}
