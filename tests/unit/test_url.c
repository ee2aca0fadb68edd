/* Addresses from strangers: one reading or none. */
#include "federation/url.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

static const char *const refused[] = {
	"", "https://", "https:///path", "ftp://a.example/", "javascript:alert(1)", "//a.example/", "a.example",
	"https:/a.example/", "https:a.example", " https://a.example/", "https://a.example/ x", "https://a.example/\t",
	"https://a.example/\r\nHost: b", "https://a.example/\n", "https://a\t.example/", "https://a.example/\x7f",
	"https://user@a.example/", "https://user:pw@a.example/", "https://a.example@b.example/",
	"https://@a.example/", "https://a.example\\@b.example/", "https:\\\\a.example/", "https://a.example/\\x",
	"https://a%2eexample/", "https://a.example%00/", "https://a.example./", "https://a.example../",
	"https://.a.example/", "https://a..example/", "https://-a.example/", "https://a-.example/",
	"https://a_b.example/", "https://a.example:/", "https://a.example:0/", "https://a.example:65536/",
	"https://a.example:80x/", "https://a.example:-1/", "https://a.example:+80/", "https://a.example: 80/",
	"https://2130706433/", "https://0x7f000001/", "https://0x7f.1/", "https://127.1/", "https://0177.0.0.1/",
	"https://127.0.0.01/", "https://1.2.3.4.5/", "https://256.1.1.1/", "https://1.2.3/", "https://a.0x10/",
	"https://[::1/", "https://::1/", "https://[::1]x/", "https://[fe80::1%25eth0]/", "https://[1.2.3.4]/", "https://[]/",
	"https://\xe2\x80\xae" "a.example/", "https://a\xe2\x80\x8b\xd7\x90.example/", "https://xn--a.example/",
	"https://a\xc3.example/", "https://a.example/\xff", "https://a.example/<b>", "https://a.example/\"x\"",
	"https://a.example\xef\xbc\x8f@b.example/", "https://\xef\xbc\x8e/", "https://a,b/", "https://*.a.example/",
};

static const struct {
	const char *text, *host, *target, *rendered;
	int port;
} accepted[] = {
	{ "https://a.example", "a.example", "/", "https://a.example/", 443 },
	{ "HTTPS://A.Example:443/Path?Q=%2F", "a.example", "/Path?Q=%2F", "https://a.example/Path?Q=%2F", 443 },
	{ "http://a.example:8080/x#y", "a.example", "/x", "http://a.example:8080/x#y", 8080 },
	{ "http://localhost:0080/", "localhost", "/", "http://localhost/", 80 },
	{ "https://a.example?x=1@2", "a.example", "/?x=1@2", "https://a.example/?x=1@2", 443 },
	{ "https://a.example#f/g?h", "a.example", "/", "https://a.example/#f/g?h", 443 },
	{ "https://192.0.2.7/", "192.0.2.7", "/", "https://192.0.2.7/", 443 },
	{ "https://[2001:DB8:0::1]:8443/", "[2001:db8::1]", "/", "https://[2001:db8::1]:8443/", 8443 },
	{ "https://b\xc3\xbc" "cher.example/\xc3\xa9#\xc3\xa9", "xn--bcher-kva.example", "/%C3%A9",
	  "https://xn--bcher-kva.example/%C3%A9#%C3%A9", 443 },
	{ "https://B\xc3\x9c" "CHER\xe3\x80\x82" "example/", "xn--bcher-kva.example", "/", "https://xn--bcher-kva.example/",
	  443 },
	{ "https://xn--bcher-kva.example/", "xn--bcher-kva.example", "/", "https://xn--bcher-kva.example/", 443 },
	{ "https://3com.example/@ana", "3com.example", "/@ana", "https://3com.example/@ana", 443 },
	{ "https://r3---x.example/", "r3---x.example", "/", "https://r3---x.example/", 443 },
};

static const struct {
	const char *reference, *result;
} resolved[] = {
	{ "https://b.example/z", "https://b.example/z" }, { "//b.example:99/z", "https://b.example:99/z" },
	{ "/z?k", "https://a.example:8443/z?k" },         { "z", "https://a.example:8443/x/z" },
	{ "?k=2", "https://a.example:8443/x/y?k=2" },     { "#f", "https://a.example:8443/x/y?q=/1#f" },
	{ "z:1/", NULL },                                 { "javascript:x", NULL },
	{ "/a b", NULL },                                 { "//u@b.example/", NULL },
	{ "\\\\b.example/", NULL },                       { "", "https://a.example:8443/x/y?q=/1" },
};

static void test_parse(struct arena *arena)
{
	struct url url;
	struct buf long_url;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		is_int(url_parse(arena, str_of(refused[i]), &url), ERR_INVALID, "an ambiguous or foreign address is refused");
	ok(url_parse(arena, (struct str){ "https://a.example/\0x", 20 }, &url) == ERR_INVALID, "NUL is refused");
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
		if (!ok(url_parse(arena, str_of(accepted[i].text), &url) == OK, "%s is accepted", accepted[i].rendered))
			continue;
		is_str(url.host, str_of(accepted[i].host), "its host is in canonical form");
		is_str(url.target, str_of(accepted[i].target), "its target is kept");
		is_int(url.port, accepted[i].port, "its port is known");
		is_str(url_render(arena, &url), str_of(accepted[i].rendered), "it is rendered in full");
	}
	buf_init(&long_url, arena, 0);
	buf_add(&long_url, STR("https://a.example/"));
	while (long_url.n < URL_BYTES_MAX)
		buf_add_char(&long_url, 'x');
	is_int(url_parse(arena, buf_str(&long_url), &url), OK, "the longest address is accepted");
	buf_add_char(&long_url, 'x');
	is_int(url_parse(arena, buf_str(&long_url), &url), ERR_INVALID, "a longer one is not");
	buf_init(&long_url, arena, 0);
	buf_add(&long_url, STR("https://a.example/"));
	while (long_url.n < URL_BYTES_MAX / 2)
		buf_add(&long_url, STR("\xc3\xa9"));
	is_int(url_parse(arena, buf_str(&long_url), &url), ERR_INVALID, "nor one that is longer once it is encoded");
}

static void test_resolve(struct arena *arena)
{
	struct url base, url;

	url_parse(arena, STR("https://a.example:8443/x/y?q=/1#old"), &base);
	for (size_t i = 0; i < sizeof(resolved) / sizeof(resolved[0]); i++) {
		int err = url_resolve(arena, &base, str_of(resolved[i].reference), &url);

		if (resolved[i].result)
			is_str(err ? STR("an error") : url_render(arena, &url), str_of(resolved[i].result),
			       "a reference is resolved");
		else
			is_int(err, ERR_INVALID, "a bad reference is refused");
	}
}

static void test_origin(struct arena *arena)
{
	struct str host;
	struct url url;

	url_parse(arena, STR("https://A.example:8443/x"), &url);
	is_str(url_origin(arena, &url), STR("https://a.example:8443"), "an origin has no path");
	is_str(url_host_port(arena, &url), STR("a.example:8443"), "another port belongs to the host header");
	ok(url_same_origin(arena, STR("https://a.example/1"), STR("HTTPS://A.EXAMPLE:443/2")), "case and default port agree");
	ok(!url_same_origin(arena, STR("https://a.example/"), STR("http://a.example/")), "schemes are told apart");
	ok(!url_same_origin(arena, STR("https://a.example/"), STR("https://a.example:444/")), "ports are told apart");
	ok(!url_same_origin(arena, STR("https://a.example/"), STR("https://a.example.b.example/")), "hosts are told apart");
	ok(!url_same_origin(arena, STR("x"), STR("x")), "what is no address has no origin");
	is_int(url_host_parse(arena, STR("B\xc3\xbc" "cher.Example"), &host), OK, "a handle's host may be written in Unicode");
	is_str(host, STR("xn--bcher-kva.example"), "and is kept in ASCII");
	is_int(url_host_parse(arena, STR("127.0.0.1:4001"), &host), OK, "a handle's host may have a port");
	is_str(host, STR("127.0.0.1:4001"), "which is kept");
	is_int(url_host_parse(arena, STR("a.example/x"), &host), ERR_INVALID, "a handle's host has no path");
	is_int(url_host_parse(arena, STR("b@a.example"), &host), ERR_INVALID, "a handle's host has no user");
}

int main(void)
{
	struct arena *arena = arena_new();

	test_parse(arena);
	test_resolve(arena);
	test_origin(arena);
	arena_free(arena);
	return done();
}
