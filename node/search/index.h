/*
 * The search file: which words stand in which posts and profiles. SQLite's FTS5 in contentless tables, one per language and
 * kind. All of it is derived from the store: a file that is lost or broken is made anew, empty, and filled again by
 * node/search/indexer.h.
 *
 * Rows are never deleted, for that would need the exact words of before. A row's number is the id of what it stands for and
 * a count of its versions; whoever finds one looks whether its words are still those of the record. Numbers grow with time
 * as ids do, so newest first is the order of the file.
 *
 * One thread writes; who reads (node/search/reader.h) does not wait for it.
 */
#ifndef NODE_SEARCH_INDEX_H
#define NODE_SEARCH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/search/tokeniser.h"

struct text_index;
struct text_readers;

enum text_table { TEXT_POST, TEXT_PERSON, TEXT_KIND_COUNT };

/* What the writer remembers between its steps, in the same transactions as its rows. */
enum text_state {
	STATE_SEQUENCE,        /* the last change that was taken in */
	STATE_POSTS_BELOW,     /* a build that goes on: ids from here on are done; 0: it ended */
	STATE_ACCOUNTS_BELOW,
	STATE_ROWS, STATE_STALE,   /* kept by this room: how many rows there are, and how many are of no use */
	STATE_COUNT,
};

/* Opens or makes the file; one that is no index of this build or is broken is made anew. ERR_IO, ERR_FULL. */
int text_index_open(struct str path, struct text_index **ret_index);
void text_index_close(struct text_index *index);

/* They live as long as the index. */
struct text_readers *text_index_readers(struct text_index *index);

/* --- the writer --- */
int text_index_begin(struct text_index *index);
/* A transaction that is not ended by a commit is undone by the next begin. Survives a kill of the process at once, and a
 * loss of power from text_index_sync() on. ERR_CORRUPT: text_index_remake() is due. */
int text_index_commit(struct text_index *index);
/* Words apart by spaces. What is there already in these words stays as it is. A record has 32 versions; later ones are found
 * after the next building anew. */
int text_index_put(struct text_index *index, enum text_table kind, enum language language, uint64_t id, struct str words);
int text_index_remove(struct text_index *index, enum text_table kind, uint64_t id);
uint64_t text_index_state(struct text_index *index, enum text_state state);
int text_index_set_state(struct text_index *index, enum text_state state, uint64_t value);
/* Makes durable what was committed. ERR_BUSY: a reader is in the way, try later. */
int text_index_sync(struct text_index *index);
/* An empty index, its build to be begun. In a transaction of its own. */
int text_index_empty(struct text_index *index);
/* The same with a new file. */
int text_index_remake(struct text_index *index);
/* Somebody took the file away. */
bool text_index_is_lost(struct text_index *index);

#endif
