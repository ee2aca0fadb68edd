/*
 * A request as signatures see it, and how they look its headers up. Pure; any thread.
 */
#ifndef FEDERATION_SIGNATURE_REQUEST_H
#define FEDERATION_SIGNATURE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "storage/base/header.h"
#include "storage/base/str.h"

/* A request as it came in, or as it will go out. */
struct signature_request {
	struct str method;             /* "POST" */
	struct str target;             /* path and query exactly as on the request line */
	const struct header *headers;
	size_t header_count;
	struct str body;
	/* Our own origin as peers know it, "https://a.example[:port]" (url_origin()). RFC 9421 signs it; it comes from
	 * the configuration and never from the request. Empty: no RFC 9421 signature can be checked. */
	struct str origin;
};

/* How many headers bear this name. */
size_t signature_request_count(const struct signature_request *request, struct str name);
/* The first one's value, or STR_NONE. */
struct str signature_request_header(const struct signature_request *request, struct str name);
/* Appends all its values, joined by ", " (RFC 9110 section 5.2). false: there is none. */
bool signature_request_join(const struct signature_request *request, struct str name, struct buf *buf);
/* GET and HEAD: nothing but their request line and headers says what they want. */
bool signature_request_reads(const struct signature_request *request);
/* Is Host one of `hosts`, in any case? */
bool signature_request_is_for(const struct signature_request *request, const struct str *hosts, size_t host_count);

#endif
