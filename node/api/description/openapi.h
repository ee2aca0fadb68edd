/*
 * The client API described for programs: an OpenAPI 3.1 document, made from the route table.
 */
#ifndef NODE_API_DESCRIPTION_OPENAPI_H
#define NODE_API_DESCRIPTION_OPENAPI_H

#include "node/call.h"

/* Every row that clients of any origin may call, with its scopes, and by shapes.h its parameters and the entities that
 * it answers with. A row without a shape takes some object and answers with something. */
int api_openapi(struct call *call, struct view *view);

#endif
