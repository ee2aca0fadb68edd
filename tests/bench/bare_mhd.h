/*
 * Limits of the HTTP paths: libmicrohttpd with next to nothing behind it, in a process of its own, with as many threads
 * as the node has. The first form is also the stub of a remote peer.
 */
#ifndef TESTS_BENCH_BARE_MHD_H
#define TESTS_BENCH_BARE_MHD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "storage/base/str.h"

struct bare {
	uint16_t port;
	pid_t pid;
};

struct bare_answer {
	const char *path;      /* NULL: every other path */
	const char *resource;  /* what the query's `resource` must be; NULL: anything */
	const char *type;
	struct str body;
};

/* GET gives the first answer that fits, else 404; a POST is read, forgotten and answered with 202. */
void bare_serve(struct bare *bare, uint16_t port, const struct bare_answer *answers, size_t count);

struct bare_key {
	struct str key_id, pem;
};

/* The least that an inbox may do: read and verify the signature (host is what it must be made for), parse the body,
 * put it durably by group commit, answer 202. No account, post, index or timeline. */
void bare_inbox(struct bare *bare, uint16_t port, struct str host, const struct bare_key *keys, size_t count);

void bare_stop(struct bare *bare);

#endif
