/*
 * What this node says of itself, to clients and crawlers: instance documents, NodeInfo, health, preferences.
 */
#ifndef NODE_API_INSTANCE_H
#define NODE_API_INSTANCE_H

#include "node/call.h"

int api_instance_v1(struct call *call, struct view *view);
int api_instance_v2(struct call *call, struct view *view);
/* Domains of the peers on the allow list: for people of this node. */
int api_instance_peers(struct call *call, struct view *view);
int api_preferences(struct call *call, struct view *view);
/* "OK" as text, the word that Mastodon.py waits for; reads the store, so that it fails when that fails. */
int api_health(struct call *call, struct view *view);

/* NodeInfo, https://nodeinfo.diaspora.software/protocol */
int api_nodeinfo_links(struct call *call, struct view *view);
int api_nodeinfo_20(struct call *call, struct view *view);
int api_nodeinfo_21(struct call *call, struct view *view);

#endif
