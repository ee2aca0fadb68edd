/*
 * Collections of other nodes, one document at a time: what is in it, and where it goes on. Pure; any thread.
 *
 * Nobody can make a collection lead elsewhere: pages are on its own origin, or there are none.
 */
#ifndef FEDERATION_COLLECTION_H
#define FEDERATION_COLLECTION_H

#include "storage/base/json.h"
#include "storage/model.h"

struct arena;

enum { COLLECTION_ITEMS_MAX = 200 };  /* of one document; the rest is not looked at */

struct collection_page {
	struct str_list items;    /* addresses; what came embedded counts by its id */
	struct str next;          /* of the next page; empty: this was the last */
};

/* Reads a collection or a page of it, with its first page if that is embedded; texts point into the document.
 * `collection_uri` is the collection's. ERR_INVALID: it is neither, or a page of a collection on another origin. */
int collection_parse(struct arena *arena, const json_t *document, struct str collection_uri,
                     struct collection_page *ret_page);

#endif
