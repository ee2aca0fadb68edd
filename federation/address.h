/*
 * Where an outbound connection may go: the table of address ranges that are not the public Internet.
 *
 * It is asked about the address actually connected to, never about a name. Pure; any thread.
 */
#ifndef FEDERATION_ADDRESS_H
#define FEDERATION_ADDRESS_H

struct sockaddr;

enum address_kind {
	ADDRESS_PUBLIC,    /* globally routable: anybody may make us connect there */
	ADDRESS_PRIVATE,   /* a company's own network: for origins the operator listed */
	ADDRESS_LOOPBACK,  /* this machine: for listed origins, in development */
	ADDRESS_FORBIDDEN, /* reserved, multicast, link-local, or IPv4 in the clothes of IPv6: never */
};

/* The kind of an IPv4 or IPv6 socket address; the port does not matter. Other families are forbidden. */
enum address_kind address_kind(const struct sockaddr *address);

#endif
