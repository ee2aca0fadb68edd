/* Every range of the special-purpose registries, at its first and last address, and what lies just outside. */
#include "federation/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/un.h>

#include "storage/base/arena.h"
#include "tests/unit/tap.h"

struct line {
	const char *range, *first, *last;
	enum address_kind kind;
};

static const struct line lines[] = {
	{ "0.0.0.0/8", "0.0.0.0", "0.255.255.255", ADDRESS_FORBIDDEN },
	{ "10/8", "10.0.0.0", "10.255.255.255", ADDRESS_PRIVATE },
	{ "100.64/10", "100.64.0.0", "100.127.255.255", ADDRESS_PRIVATE },
	{ "127/8", "127.0.0.0", "127.255.255.255", ADDRESS_LOOPBACK },
	{ "169.254/16", "169.254.0.0", "169.254.255.255", ADDRESS_FORBIDDEN },
	{ "172.16/12", "172.16.0.0", "172.31.255.255", ADDRESS_PRIVATE },
	{ "192.0.0/24", "192.0.0.0", "192.0.0.255", ADDRESS_FORBIDDEN },
	{ "192.0.2/24", "192.0.2.0", "192.0.2.255", ADDRESS_FORBIDDEN },
	{ "192.88.99/24", "192.88.99.0", "192.88.99.255", ADDRESS_FORBIDDEN },
	{ "192.168/16", "192.168.0.0", "192.168.255.255", ADDRESS_PRIVATE },
	{ "198.18/15", "198.18.0.0", "198.19.255.255", ADDRESS_FORBIDDEN },
	{ "198.51.100/24", "198.51.100.0", "198.51.100.255", ADDRESS_FORBIDDEN },
	{ "203.0.113/24", "203.0.113.0", "203.0.113.255", ADDRESS_FORBIDDEN },
	{ "224/4", "224.0.0.0", "239.255.255.255", ADDRESS_FORBIDDEN },
	{ "240/4", "240.0.0.0", "255.255.255.255", ADDRESS_FORBIDDEN },
	{ "::/128", "::", "::", ADDRESS_FORBIDDEN },
	{ "::1", "::1", "::1", ADDRESS_LOOPBACK },
	{ "::ffff:0:0/96", "::ffff:0.0.0.0", "::ffff:255.255.255.255", ADDRESS_FORBIDDEN },
	{ "::ffff:0:0/96, loopback inside", "::ffff:127.0.0.1", "::ffff:8.8.8.8", ADDRESS_FORBIDDEN },
	{ "::/96 (IPv4-compatible)", "::127.0.0.1", "::255.255.255.255", ADDRESS_FORBIDDEN },
	{ "64:ff9b::/96", "64:ff9b::", "64:ff9b::255.255.255.255", ADDRESS_FORBIDDEN },
	{ "64:ff9b:1::/48", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "100::/64", "100::", "100::ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "2001::/32", "2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "2001:2::/48", "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "2001:10::/28", "2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "2001:20::/28", "2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "2001:db8::/32", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "2002::/16", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "3fff::/20", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "fc00::/7", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ADDRESS_PRIVATE },
	{ "fe80::/10", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "fec0::/10 (site-local)", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "ff00::/8", "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ADDRESS_FORBIDDEN },
	{ "4000::/2 (unassigned)", "4000::", "7fff::", ADDRESS_FORBIDDEN },
	{ "the public half of IPv4", "1.0.0.0", "223.255.255.255", ADDRESS_PUBLIC },
	{ "the neighbours of 10/8", "9.255.255.255", "11.0.0.0", ADDRESS_PUBLIC },
	{ "the neighbours of 100.64/10", "100.63.255.255", "100.128.0.0", ADDRESS_PUBLIC },
	{ "the neighbours of 127/8", "126.255.255.255", "128.0.0.0", ADDRESS_PUBLIC },
	{ "the neighbours of 169.254/16", "169.253.255.255", "169.255.0.0", ADDRESS_PUBLIC },
	{ "the neighbours of 172.16/12", "172.15.255.255", "172.32.0.0", ADDRESS_PUBLIC },
	{ "the neighbours of 192.168/16", "192.167.255.255", "192.169.0.0", ADDRESS_PUBLIC },
	{ "the neighbours of 198.18/15", "198.17.255.255", "198.20.0.0", ADDRESS_PUBLIC },
	{ "the public part of IPv6", "2000::", "2606:4700::1111", ADDRESS_PUBLIC },
	{ "the neighbours of 2002::/16", "2001:db9::", "2003::", ADDRESS_PUBLIC },
	{ "the neighbours of 3fff::/20", "3ffe:ffff::", "3fff:1000::", ADDRESS_PUBLIC },
};

static enum address_kind kind_of(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(443) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(443) };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return address_kind((const struct sockaddr *)&v4);
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
		abort();
	return address_kind((const struct sockaddr *)&v6);
}

static void test_hosts(void)
{
	static const char *const here[] = { "localhost", "127.0.0.1", "127.9.9.9", "[::1]" };
	static const char *const elsewhere[] = { "", "[", "[]", "::1", "localhost.example", "127.0.0.1.example", "0x7f.1",
	                                         "127.1", "192.0.2.1", "[::2]", "[::ffff:127.0.0.1]", "node.example" };
	struct arena *arena = arena_new();

	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++)
		ok(host_is_loopback(arena, str_of(here[i])), "the host %s is this machine", here[i]);
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		ok(!host_is_loopback(arena, str_of(elsewhere[i])), "the host \"%s\" is not", elsewhere[i]);
	arena_free(arena);
}

int main(void)
{
	static const char *const names[] = { "public", "private", "loopback", "forbidden" };
	const struct sockaddr_un local = { .sun_family = AF_UNIX };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const struct line *line = &lines[i];

		ok(kind_of(line->first) == line->kind, "%s is %s from %s", line->range, names[line->kind], line->first);
		ok(kind_of(line->last) == line->kind, "%s is %s up to %s", line->range, names[line->kind], line->last);
	}
	is_int(address_kind((const struct sockaddr *)&local), ADDRESS_FORBIDDEN, "another family is forbidden");
	test_hosts();
	return done();
}
