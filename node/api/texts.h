/*
 * What those who run the node say of it: about, privacy, terms (storage/texts.h), as HTML. 404 for what they did not say.
 */
#ifndef NODE_API_TEXTS_H
#define NODE_API_TEXTS_H

#include "node/call.h"

/* Without a text of its own, the description of the node. */
int api_extended_description(struct call *call, struct view *view);
int api_privacy_policy(struct call *call, struct view *view);
/* Those that hold, or else the next ones to come. */
int api_terms(struct call *call, struct view *view);
/* Those of the day ":date" (2026-12-31). */
int api_terms_of_day(struct call *call, struct view *view);

#endif
