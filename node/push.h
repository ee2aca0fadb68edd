/*
 * Telling clients of notices by Web Push: the node's key, the text of a message, and the job that sends one.
 */
#ifndef NODE_PUSH_H
#define NODE_PUSH_H

#include "node/node.h"

struct arena;
struct job;
struct push;
struct seal;
struct url;
struct view;

/* Makes the node's pair when the store has none. Before threads start. */
int push_make_key(struct store *store);
/* The public half as clients get it: base64url; empty: there is none. */
struct str push_public_key(struct arena *arena, struct view *view);

/* The token's secret into the subscription, so that the store alone does not give it away; replaces what was there. */
void push_seal(struct arena *arena, const struct seal *seal, struct push *push, struct str secret);
/* The same for the subscriptions of an older store, which hold it openly. Those that this key does not open end: their
 * messages would not say whose they are. Before threads start. */
int push_seal_all(struct store *store, const struct seal *seal);

/* Did the operator list this service (push.services)? Then it may be inside the company. Any thread. */
bool push_service_listed(const struct node *node, struct arena *arena, const struct url *service);

/* The job "push" (storage/pushes.h). A service that says 404 or 410 ends the subscription; one that is busy or away is
 * left alone for a while. Blocks. */
int push_job(struct node *node, struct arena *arena, struct job *job);

#endif
