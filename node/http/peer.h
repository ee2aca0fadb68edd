/*
 * Who the client is: the address of the connection, or what trusted proxies say in X-Forwarded-For.
 * Pure; any thread.
 */
#ifndef NODE_HTTP_PEER_H
#define NODE_HTTP_PEER_H

#include "node/call.h"

struct sockaddr;

/* The text of a socket address without port: "203.0.113.5", "2001:db8::1"; IPv4 in IPv6 clothes as IPv4. "" for
 * other families. */
struct str peer_of_socket(struct arena *arena, const struct sockaddr *address);

/* The client behind `direct`, the peer of the connection: when that is one of `proxies`, the rightmost address in
 * the X-Forwarded-For headers that is none of them. What stands left of an unreadable entry is not believed. */
struct str peer_of_request(struct arena *arena, struct str direct, const struct header *headers, size_t header_count,
                           const struct str *proxies, size_t proxy_count);

#endif
