/*
 * What the figures of the node are made of: the languages, apps, nodes and accounts with the most posts or followers in a
 * span of days. Bounds and threads as in storage/statistics.h.
 */
#ifndef STORAGE_DIMENSIONS_H
#define STORAGE_DIMENSIONS_H

#include "storage/statistics.h"

enum dimension {
	DIMENSION_LANGUAGES,          /* of posts of people of ours */
	DIMENSION_SOURCES,            /* the apps they used; an empty key: no app */
	DIMENSION_SERVERS,            /* nodes with most posts; an empty key: this one */
	DIMENSION_TAG_SERVERS, DIMENSION_TAG_LANGUAGES,
	DIMENSION_INSTANCE_ACCOUNTS,  /* of a domain, by how many people of ours follow them now */
	DIMENSION_INSTANCE_LANGUAGES,
};

struct dimension_part {
	struct str key;
	uint64_t value;
};

struct dimension_parts {
	struct dimension_part *parts; /* the most first */
	size_t count;
	bool partial;
};

/* The first `limit`. `subject` as in statistics_measure(). */
int dimensions_count(struct arena *arena, struct view *view, enum dimension dimension, struct str subject,
                     const struct span *span, size_t limit, struct dimension_parts *ret_parts);

#endif
