/*
 * Many small HTTP servers on 127.0.0.1, one port each, on one thread: they note what arrives and answer as told.
 */
#ifndef TESTS_RIG_STUB_PEER_H
#define TESTS_RIG_STUB_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/header.h"

struct stub_peers;

/* What arrived, in the order of arrival at any of them. Lives as long as the stubs. */
struct stub_request {
	size_t peer;
	int64_t at_ms;          /* monotonic */
	struct str method, target, body;
	struct header headers[32];
	size_t header_count;
	int status;             /* what it was answered with; 0: nothing */
};

enum stub_manner { STUB_ANSWER, STUB_HANG, STUB_CLOSE };

struct stub_answer {
	enum stub_manner manner;
	int status;             /* 0: 202 */
	int retry_after_s;      /* 0: no such header */
	int delay_ms;
	size_t times;           /* then it is forgotten; 0: for ever */
	const char *lacking;    /* only when the head lacks this text; NULL: always. Likewise */
	const char *bearing;    /* only when the head holds it */
	const char *says;       /* a header line of the answer, without its end; NULL: none. Likewise */
	const char *match;      /* only when the body holds this text; NULL: always. A C string that lives on */
};

/* `keep`: note requests; otherwise they are only counted (benchmarks). */
struct stub_peers *stub_new(size_t count, bool keep);
void stub_free(struct stub_peers *stubs);
/* "http://127.0.0.1:PORT". */
struct str stub_origin(const struct stub_peers *stubs, size_t peer);
/* "127.0.0.1:PORT". */
struct str stub_domain(const struct stub_peers *stubs, size_t peer);

/* Adds an answer: of those that match, the one told last is given. */
void stub_say(struct stub_peers *stubs, size_t peer, struct stub_answer answer);
/* Back to 202 at once. What hangs goes on hanging. */
void stub_forget(struct stub_peers *stubs, size_t peer);
/* Away: connections are closed and new ones refused; and back on the same port. */
void stub_down(struct stub_peers *stubs, size_t peer);
void stub_up(struct stub_peers *stubs, size_t peer);

/* Requests that came to a peer with this method (POST: deliveries) so far. SIZE_MAX: to any. */
size_t stub_count(struct stub_peers *stubs, size_t peer, const char *method);
/* The n-th of them. */
struct stub_request stub_request_at(struct stub_peers *stubs, size_t peer, const char *method, size_t n);
/* The first header of that name; STR_NONE: none. */
struct str stub_header(const struct stub_request *request, const char *name);
/* Waits until there are that many; false after `ms`. */
bool stub_wait(struct stub_peers *stubs, size_t peer, const char *method, size_t count, int64_t ms);
/* The most deliveries that were under way at once at this peer. */
size_t stub_side_by_side(struct stub_peers *stubs, size_t peer);
/* Processor time that the stubs have used, in milliseconds. */
int64_t stub_cpu_ms(const struct stub_peers *stubs);

#endif
