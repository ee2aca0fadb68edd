/*
 * The IANA special-purpose registries (RFC 6890 and its successors), as one table.
 *
 * The IPv6 forms that carry an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo) are forbidden whole: a
 * translator on the way would turn them into any address of the IPv4 half of the table.
 */
#include "federation/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "storage/base/arena.h"

struct range {
	enum address_kind kind;
	uint8_t bits;
	uint8_t prefix[16];
};

static const struct range ranges_v4[] = {
	{ ADDRESS_FORBIDDEN, 8, { 0 } },                /* "this network"; Linux connects 0.0.0.0 to itself */
	{ ADDRESS_PRIVATE, 8, { 10 } },
	{ ADDRESS_PRIVATE, 10, { 100, 64 } },           /* carrier-grade NAT */
	{ ADDRESS_LOOPBACK, 8, { 127 } },
	{ ADDRESS_FORBIDDEN, 16, { 169, 254 } },        /* link-local; cloud metadata services */
	{ ADDRESS_PRIVATE, 12, { 172, 16 } },
	{ ADDRESS_FORBIDDEN, 24, { 192, 0, 0 } },       /* protocol assignments */
	{ ADDRESS_FORBIDDEN, 24, { 192, 0, 2 } },       /* documentation */
	{ ADDRESS_FORBIDDEN, 24, { 192, 88, 99 } },     /* 6to4 relays */
	{ ADDRESS_PRIVATE, 16, { 192, 168 } },
	{ ADDRESS_FORBIDDEN, 15, { 198, 18 } },         /* benchmarks */
	{ ADDRESS_FORBIDDEN, 24, { 198, 51, 100 } },    /* documentation */
	{ ADDRESS_FORBIDDEN, 24, { 203, 0, 113 } },     /* documentation */
	{ ADDRESS_FORBIDDEN, 4, { 224 } },              /* multicast */
	{ ADDRESS_FORBIDDEN, 4, { 240 } },              /* reserved, and broadcast */
};

static const struct range ranges_v6[] = {
	{ ADDRESS_LOOPBACK, 128, { [15] = 1 } },
	{ ADDRESS_FORBIDDEN, 96, { 0 } },                               /* unspecified, IPv4-compatible */
	{ ADDRESS_FORBIDDEN, 96, { [10] = 0xff, [11] = 0xff } },        /* IPv4-mapped */
	{ ADDRESS_FORBIDDEN, 96, { 0x00, 0x64, 0xff, 0x9b } },          /* NAT64 */
	{ ADDRESS_FORBIDDEN, 48, { 0x00, 0x64, 0xff, 0x9b, 0x00, 0x01 } }, /* NAT64, local */
	{ ADDRESS_FORBIDDEN, 64, { 0x01 } },                            /* discard only */
	{ ADDRESS_FORBIDDEN, 32, { 0x20, 0x01 } },                      /* Teredo */
	{ ADDRESS_FORBIDDEN, 48, { 0x20, 0x01, 0x00, 0x02 } },          /* benchmarks */
	{ ADDRESS_FORBIDDEN, 28, { 0x20, 0x01, 0x00, 0x10 } },          /* ORCHID */
	{ ADDRESS_FORBIDDEN, 28, { 0x20, 0x01, 0x00, 0x20 } },          /* ORCHID version 2 */
	{ ADDRESS_FORBIDDEN, 32, { 0x20, 0x01, 0x0d, 0xb8 } },          /* documentation */
	{ ADDRESS_FORBIDDEN, 16, { 0x20, 0x02 } },                      /* 6to4 */
	{ ADDRESS_FORBIDDEN, 20, { 0x3f, 0xff } },                      /* documentation */
	{ ADDRESS_PRIVATE, 7, { 0xfc } },                               /* unique local */
	{ ADDRESS_FORBIDDEN, 10, { 0xfe, 0x80 } },                      /* link-local */
	{ ADDRESS_FORBIDDEN, 8, { 0xff } },                             /* multicast */
	{ ADDRESS_PUBLIC, 3, { 0x20 } },                                /* global unicast */
	{ ADDRESS_FORBIDDEN, 0, { 0 } },                                /* all that is not assigned yet */
};

static bool range_holds(const struct range *range, const uint8_t *address)
{
	size_t whole = range->bits / 8;
	unsigned rest = range->bits % 8;

	if (memcmp(address, range->prefix, whole))
		return false;
	return rest == 0 || (address[whole] ^ range->prefix[whole]) >> (8 - rest) == 0;
}

/* The first range that holds the address decides. */
static enum address_kind kind_in(const struct range *ranges, size_t n, const uint8_t *address)
{
	for (size_t i = 0; i < n; i++)
		if (range_holds(&ranges[i], address))
			return ranges[i].kind;
	return ADDRESS_PUBLIC;
}

enum address_kind address_kind(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	switch (address->sa_family) {
	case AF_INET:
		memcpy(&v4, address, sizeof(v4));
		return kind_in(ranges_v4, sizeof(ranges_v4) / sizeof(ranges_v4[0]), (const uint8_t *)&v4.sin_addr);
	case AF_INET6:
		memcpy(&v6, address, sizeof(v6));
		return kind_in(ranges_v6, sizeof(ranges_v6) / sizeof(ranges_v6[0]), v6.sin6_addr.s6_addr);
	default:
		return ADDRESS_FORBIDDEN;
	}
}

bool host_address(struct arena *arena, struct str host, struct sockaddr_storage *ret_address)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	*ret_address = (struct sockaddr_storage){ 0 };
	if (inet_pton(AF_INET, arena_cstr(arena, host), &in.sin_addr) == 1)
		memcpy(ret_address, &in, sizeof(in));
	else if (host.n > 2 && inet_pton(AF_INET6, arena_cstr(arena, str_sub(host, 1, host.n - 2)), &in6.sin6_addr) == 1)
		memcpy(ret_address, &in6, sizeof(in6));
	else
		return false;
	return true;
}

bool host_is_loopback(struct arena *arena, struct str host)
{
	struct sockaddr_storage address;

	return str_eq(host, STR("localhost")) ||
	       (host_address(arena, host, &address) && address_kind((struct sockaddr *)&address) == ADDRESS_LOOPBACK);
}
