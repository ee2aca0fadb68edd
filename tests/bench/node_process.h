/*
 * A real node: the binary, a data folder of its own under $TMPDIR, a port on loopback.
 */
#ifndef TESTS_BENCH_NODE_PROCESS_H
#define TESTS_BENCH_NODE_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "storage/base/str.h"

struct arena;

struct node_process {
	struct arena *arena;  /* of what lives as long as the benchmark */
	const char *binary;
	char *folder;
	uint16_t port;
	pid_t pid;            /* 0: not serving */
};

/* `init`, with request quotas off and only warnings in the log. */
void node_make(struct node_process *node, struct arena *arena, const char *binary);
/* `serve`; milliseconds from the spawn to the first 200 of /health. */
double node_start(struct node_process *node);
/* Gives up when the node does not end well. */
void node_stop(struct node_process *node);

/* A command about this node, such as { "token", "create", …, NULL }: what it printed. */
struct str node_command(const struct node_process *node, const char *const *words);

struct person {
	const char *name;
	struct str id, token;
};

/* A new person with a token; the node serves. */
struct person node_person(const struct node_process *node, const char *name);

/* All keys and values of a stopped node's store. */
struct stored {
	uint64_t entries, bytes;
};
struct stored node_stored(const struct node_process *node);
/* Of the store on disk. */
uint64_t node_file_bytes(const struct node_process *node);

#endif
