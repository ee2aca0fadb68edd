/*
 * Which conversation a post belongs to on the wire (FEP-7888), and where the collections of a post are.
 *
 * A thread that began here has its root's context, whatever those who answer say. It follows from the root, so that
 * posts older than contexts have one as well. Other threads have the context that their posts brought along.
 */
#ifndef FEDERATION_CONTEXT_H
#define FEDERATION_CONTEXT_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* A post of ours that answers nothing, and is no boost: the first of its thread. */
bool context_begins(const struct post *post);
/* The context that a post says it belongs to, and an answer to it copies; empty: none. In arena memory or the post's. */
struct str context_of_post(struct arena *arena, struct view *view, const struct post *post);
/* "…/p/9/replies" and the like, of a post of ours. */
struct str context_collection(struct arena *arena, struct str post_uri, const char *name);

#endif
