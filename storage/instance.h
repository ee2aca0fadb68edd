/*
 * What this node is called: the values that records and documents need to make absolute addresses.
 *
 * Loaded from the settings when the store is opened, constant while the process runs, reachable from every view.
 */
#ifndef STORAGE_INSTANCE_H
#define STORAGE_INSTANCE_H

#include "storage/engine/store.h"

struct arena;

struct instance {
	struct str domain;       /* HOST[:PORT]: the host part of handles */
	struct str url;          /* origin of all ids: "https://a.example", no slash at the end */
	struct str title;
	struct str description;
	bool development;        /* the URL is http:// on loopback; loopback peers may then be reached by http */
	uint64_t actor_id;       /* account id of the instance actor */
	struct str media_key;    /* 32 bytes that make addresses of foreign files ours (storage/media.h); empty: they stay */
};

/* Names the instance of a store for all its views. `instance` must outlive the store. Before threads start. */
void instance_set(struct store *store, const struct instance *instance);
/* Never NULL: without instance_set() an empty instance. */
const struct instance *instance_of(struct view *view);

/* Addresses of our own things, in arena memory. */
struct str instance_account_uri(struct arena *arena, const struct instance *instance, uint64_t account_id);  /* …/u/7 */
struct str instance_account_url(struct arena *arena, const struct instance *instance, struct str username);  /* …/@ana */
struct str instance_post_uri(struct arena *arena, const struct instance *instance, uint64_t post_id);        /* …/p/9 */
struct str instance_post_url(struct arena *arena, const struct instance *instance, struct str username, uint64_t post_id);
struct str instance_activity_uri(struct arena *arena, const struct instance *instance, uint64_t activity_id);/* …/a/9 */
struct str instance_tag_url(struct arena *arena, const struct instance *instance, struct str tag);           /* …/tags/x */
/* true when `uri` is below our origin: then it is resolved here and never fetched. */
bool instance_owns(const struct instance *instance, struct str uri);
/* The number in one of our own addresses "…/<segment>/<number>"; 0 when it is none. */
uint64_t instance_parse_id(const struct instance *instance, const char *segment, struct str uri);

#endif
