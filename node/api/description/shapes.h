/*
 * What the client API's entities and parameters look like, for the OpenAPI document: tables, and their notation written
 * as JSON Schema. It promises, it checks nothing: tests hold every answer against it. Any thread.
 *
 * A kind is s text, i integer, n number, b boolean, d instant, D day, u absolute URL, o any object, id decimal text,
 * file bytes; (a|b) one of these words; [K] list of K, {K} map of names to K; any other word is an entity. Behind a
 * name and a colon (= where names hold colons) it is a field; marks behind it: ? may be null, ~ may be absent,
 * ! absent for who is not signed in, and of parameters * must be there, <N> at most N characters or entries,
 * <L..H> integers from L to H. +X: all fields of entity X.
 */
#ifndef NODE_API_DESCRIPTION_SHAPES_H
#define NODE_API_DESCRIPTION_SHAPES_H

#include "storage/base/json.h"

struct route_shape {
	const char *method, *path;
	const char *params;   /* fields; a.b is a member of the object a. "@20/40": pages of 20, at most of 40 */
	const char *answer;   /* a kind, or several that are told apart by what was asked for; NULL: not JSON */
};

extern const struct route_shape route_shapes[];
extern const size_t route_shape_count;

/* NULL: the route is not described. */
const struct route_shape *shapes_find(const char *method, const char *path);
/* Members of components.schemas, one for each entity. */
void shapes_w_entities(struct json_writer *w);
/* The schema of an answer. */
void shapes_w_answer(struct json_writer *w, const struct route_shape *shape);
/* Parameter objects of a query, into an array that is open. */
void shapes_w_query(struct json_writer *w, const struct route_shape *shape);
/* The schema of a body: an object. */
void shapes_w_body(struct json_writer *w, const struct route_shape *shape);
/* Some parameter is a file, so the body is multipart. */
bool shapes_has_file(const struct route_shape *shape);

#endif
