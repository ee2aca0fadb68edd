/*
 * The client API described for programs: an OpenAPI 3.1 document, made from the route table.
 */
#ifndef NODE_API_DESCRIPTION_OPENAPI_H
#define NODE_API_DESCRIPTION_OPENAPI_H

#include "node/call.h"

/* Every row that clients of any origin may call, with its path parameters, its scopes and what it answers with. What
 * the table does not know, it does not say: the parameters of queries and bodies, the members of entities. */
int api_openapi(struct call *call, struct view *view);

#endif
