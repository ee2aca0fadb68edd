/*
 * Web addresses as we accept them from strangers, and their origins.
 *
 * Narrower than RFC 3986 on purpose: what two parsers could read in two ways is refused, and whoever sends a
 * request builds the address anew from the parts below, so that no second parser ever sees the stranger's text.
 * Pure; any thread.
 */
#ifndef FEDERATION_URL_H
#define FEDERATION_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/str.h"

struct arena;

enum { URL_BYTES_MAX = 2048 };

struct url {
	bool secure;          /* https; otherwise http */
	struct str host;      /* lower case, ASCII (UTS 46); an IPv6 address in brackets, canonical */
	uint16_t port;        /* never 0: the default of the scheme if the text names none */
	struct str target;    /* path and query as they go on the request line; begins with '/' */
	struct str fragment;  /* without '#'; may be empty */
};

/*
 * An absolute http or https address; its parts are in arena memory. Bytes outside ASCII are percent-encoded in
 * target and fragment; nothing else is normalised there. ERR_INVALID: another scheme, user info, control or blank
 * bytes, backslash, a percent-encoded or otherwise malformed host (empty label, trailing dot, bidi control,
 * underscore), an IPv4 address in any form but four decimal numbers, a bad port, or more than URL_BYTES_MAX bytes.
 */
int url_parse(struct arena *arena, struct str text, struct url *ret_url);

/* `reference` (RFC 3986 section 4.1, as in a Location header) seen from `base`. Errors as url_parse(). */
int url_resolve(struct arena *arena, const struct url *base, struct str reference, struct url *ret_url);

/* The address in full, in arena memory. */
struct str url_render(struct arena *arena, const struct url *url);
/* "https://host[:port]", the port only if it is not the scheme's own (RFC 6454 section 6.2). */
struct str url_origin(struct arena *arena, const struct url *url);
/* "host[:port]" likewise: the value of the Host header, and the host part of a handle. */
struct str url_host_port(struct arena *arena, const struct url *url);

/* true when both are addresses we accept and scheme, host and port agree. `arena` holds the working memory. */
bool url_same_origin(struct arena *arena, struct str a, struct str b);

/* "host[:port]" as people write it in a handle, in the form of url_host_port() for https. ERR_INVALID as above. */
int url_host_parse(struct arena *arena, struct str text, struct str *ret_host_port);

#endif
