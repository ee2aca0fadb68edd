/*
 * The measures of bench_node, in the order in which they run: each adds its figures, with their limits, to the report.
 */
#ifndef TESTS_BENCH_MEASURES_H
#define TESTS_BENCH_MEASURES_H

#include "tests/bench/node_process.h"
#include "tests/bench/report.h"

enum { POSTERS = 8 };

/* Two nodes and their people. Node a serves between the measures; b only for the crossing. */
struct scene {
	struct arena *arena;
	struct report *report;
	struct node_process a, b;
	struct person posters[POSTERS];
	struct str text;    /* of each post: 500 characters that need no escape */
	size_t posts;       /* on node a, by its own people */
};

/* An empty node: start-up and memory. Leaves a serving, with its posters. */
void measure_empty_node(struct scene *scene);
/* POST /api/v1/statuses, durable, at 1, 8 and 64 connections, beside raw puts. */
void measure_posting(struct scene *scene);
/* From a post's answer on a to its place in a follower's home timeline on b. */
void measure_crossing(struct scene *scene);
/* A node with 10,000 posts: start-up and memory. */
void measure_filled_node(struct scene *scene);
/* The home timeline of somebody who follows 50 people. */
void measure_home(struct scene *scene);
/* The bare actor and WebFinger. */
void measure_discovery(struct scene *scene);
/* Signed deliveries of many remote actors, beside a bare inbox and raw verifications. */
void measure_inbox(struct scene *scene);

/* 5,000 idle streams: memory, and how long a post takes to all of them. */
void measure_streams(struct scene *scene);

#endif
