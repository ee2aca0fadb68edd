/*
 * Where an outbound connection may go: the table of address ranges that are not the public Internet.
 *
 * It is asked about the address actually connected to, never about a name. Pure; any thread.
 */
#ifndef FEDERATION_ADDRESS_H
#define FEDERATION_ADDRESS_H

#include <stdbool.h>

#include "storage/base/str.h"

struct arena;
struct sockaddr;
struct sockaddr_storage;

enum address_kind {
	ADDRESS_PUBLIC,    /* globally routable: anybody may make us connect there */
	ADDRESS_PRIVATE,   /* a company's own network: for origins the operator listed */
	ADDRESS_LOOPBACK,  /* this machine: for listed origins, in development */
	ADDRESS_FORBIDDEN, /* reserved, multicast, link-local, or IPv4 in the clothes of IPv6: never */
};

/* The kind of an IPv4 or IPv6 socket address; the port does not matter. Other families are forbidden. */
enum address_kind address_kind(const struct sockaddr *address);

/* The address that the host of a URL is ("127.0.0.1", "[::1]"); false: it is a name. */
bool host_address(struct arena *arena, struct str host, struct sockaddr_storage *ret_address);

/* Does the host of a URL ("127.0.0.1", "[::1]", "localhost") say that it is this machine? Other names could mean
 * anything tomorrow and are not looked up. */
bool host_is_loopback(struct arena *arena, struct str host);

#endif
