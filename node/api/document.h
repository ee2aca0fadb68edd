/*
 * Documents of ActivityPub as answers, and the frame of collections and their pages. HTTP threads.
 *
 * Pages are by cursor: the id of the last item of the page before. What is in them is for the handlers.
 */
#ifndef NODE_API_DOCUMENT_H
#define NODE_API_DOCUMENT_H

#include "node/api/answer.h"

/* Replies with a document; caches of others must not keep it, for it depends on who asks. */
int document_reply(struct call *call, int status, struct str body);

/* Opens a document with its context, id and type. */
void document_w_begin(struct json_writer *w, struct str id, const char *type);
/* Replies with a collection of so many items: with pages, or else with none of them. */
int document_collection(struct call *call, struct str id, uint64_t total, bool with_pages);
/* The address of the page of the collection `id` that begins behind `cursor`; 0: of the first. */
struct str document_page_id(struct call *call, struct str id, uint64_t cursor);
/* Opens such a page up to its items; `next` is the cursor of the one after it, 0: there is none. */
void document_page_begin(struct answer *answer, struct call *call, struct str id, uint64_t cursor, uint64_t next);
/* Closes it and replies. */
int document_page_reply(struct answer *answer, struct call *call);

#endif
