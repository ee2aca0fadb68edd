/*
 * The indexer: reads the queue of changes (storage/changes.h) and brings the search file up to it, in a thread of its own.
 * No post waits for it; what was posted is found a moment later. A file that is new, lost or broken it fills from the whole
 * store, the newest posts first, while the queue goes on.
 *
 * Rows and how far the queue was read are one transaction of the file, so that a kill at any moment leaves a state from which
 * it goes on. The queue forgets only what the file holds durably.
 */
#ifndef NODE_SEARCH_INDEXER_H
#define NODE_SEARCH_INDEXER_H

#include "storage/base/str.h"
#include "storage/engine/store.h"

struct indexer;
struct text_index;
struct writer;

/* Opens the file in the folder `data`. `writer` NULL: the caller is the only thread that writes the store. */
int indexer_new(struct store *store, struct writer *writer, struct str data, struct indexer **ret_indexer);
void indexer_free(struct indexer *indexer);
/* Changes and records in one transaction; *ret_more: there is more to do at once. For the thread, tests and
 * indexer_run_whole(); nobody else steps meanwhile. */
int indexer_step(struct indexer *indexer, bool *ret_more);
/* Makes durable what was indexed and forgets the changes it came from. */
int indexer_settle(struct indexer *indexer);
/* Without the thread: begins anew and goes on until all is indexed. */
int indexer_run_whole(struct indexer *indexer);

/* The thread. */
int indexer_start(struct indexer *indexer);
void indexer_stop(struct indexer *indexer);
/* Something was committed. Any thread; does not block. */
void indexer_wake(struct indexer *indexer);
/* The thread is to begin anew. Any thread. */
void indexer_ask_rebuild(struct indexer *indexer);

/* For who searches. */
struct text_index *indexer_index(struct indexer *indexer);

#endif
