/*
 * Parameters from query, form, multipart and JSON bodies, flattened into one list (node/call.h struct param).
 *
 * Everything here reads what strangers sent: it is bounded in number, depth and length, and refuses what is broken.
 * Pure; any thread.
 */
#ifndef NODE_HTTP_PARAMS_H
#define NODE_HTTP_PARAMS_H

#include "node/call.h"

enum {
	PARAMS_MAX = 1000,        /* parameters of one request */
	PARAM_NAME_MAX = 256,     /* bytes; a longer name is one that nobody knows, and is left out */
	PARAMS_JSON_DEPTH = 8,    /* nesting of a JSON body */
	PARAMS_PART_HEADERS_MAX = 8192,  /* bytes of the headers of one multipart part */
};

/* A list in the making. `err` sticks: OK, ERR_INVALID or ERR_LIMIT; later additions then do nothing. */
struct params {
	struct arena *arena;
	struct param *items;
	size_t count, capacity;
	size_t json_values;  /* met so far, those that make no parameter too */
	int err;
	struct params_series *series;  /* where "name[][member]" stands */
};

void params_init(struct params *params, struct arena *arena);

/* "a=1&b%5B%5D=2": a query, or the body of a form. A repeated "x[][y]" starts a new element of x, and arrives as
 * x[0][y], x[1][y] … */
void params_add_form(struct params *params, struct str text);
/* A multipart/form-data body (RFC 7578) with the boundary that `content_type` names. Values point into `body`. An
 * empty file without a name (a form's unused field) is left out. */
void params_add_multipart(struct params *params, struct str content_type, struct str body);
/* A JSON object; another JSON value adds nothing. Values may point into a tree that lives as long as the arena. */
void params_add_json(struct params *params, struct str body);
/* The body by its content type; one of an unknown type adds nothing. */
void params_add_body(struct params *params, struct str content_type, struct str body);

#endif
