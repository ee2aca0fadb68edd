/*
 * The entities of the client API in the notation of shapes.h: data.
 */
#ifndef NODE_API_DESCRIPTION_ENTITY_SHAPES_H
#define NODE_API_DESCRIPTION_ENTITY_SHAPES_H

#include <stddef.h>

struct entity_shape {
	const char *name, *fields;  /* or the words that it is one of: "(a|b)" */
};

extern const struct entity_shape entity_shapes[];
extern const size_t entity_shape_count;

#endif
