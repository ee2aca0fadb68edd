/*
 * The least of an HTTP/1.1 client: requests as bytes, replies with a Content-Length, one connection on loopback.
 *
 * What the load generator and the preparations share. Knows no redirects, no chunks, no TLS.
 */
#ifndef TESTS_BENCH_HTTP_H
#define TESTS_BENCH_HTTP_H

#include <stdint.h>

#include "storage/base/header.h"
#include "storage/base/str.h"

struct http_request {
	const char *method, *target;
	uint16_t port;                 /* of the Host header, with 127.0.0.1 */
	struct str token;              /* bearer; STR_NONE: none */
	const char *type, *accept;     /* NULL: none */
	const struct header *headers;  /* more of them */
	size_t header_count;
	struct str body;
};

/* Adds the bytes of a request. */
void http_write(struct buf *buf, const struct http_request *request);

struct http_reply {
	int status;
	size_t bytes;     /* of the whole reply */
	struct str body;  /* points into what was read */
};

/* OK, NEED when it is not whole yet, or ERR_INVALID. */
int http_read(struct str bytes, struct http_reply *ret_reply);

/* A blocking connection to 127.0.0.1, or -1. */
int http_connect(uint16_t port);

/* One request on a connection, its reply in arena memory. Gives up when the connection breaks. */
struct http_reply http_ask(struct arena *arena, int fd, const struct http_request *request);
/* Likewise, and gives up unless the status is `status`. */
struct str http_must(struct arena *arena, int fd, const struct http_request *request, int status);

#endif
