/*
 * The job "import" (storage/imports.h): does row by row what a CSV file says, asking other nodes for whom is not known here.
 *
 * Each row's effect and the note that it was done are one transaction, so a row is never done twice and none is lost when the
 * node stops. A job works for a while and adds another one, so that many imports get on side by side. What a row cannot do is
 * counted, and for the first ones the reason is kept.
 */
#ifndef NODE_IMPORT_H
#define NODE_IMPORT_H

#include "node/node.h"
#include "storage/model.h"

struct arena;
struct job;

/* JOB "import": subject the import, cursor its owner. Pool thread; blocks. */
int import_job(struct node *node, struct arena *arena, struct job *job);
/* How many rows a text has, without its header. Pure. */
size_t import_rows(uint8_t kind, struct str text);

/* --- for node/import*.c alone ------------------------------------------------------------------------------------- */

/* A row, its columns in the order in which Mastodon writes them. */
enum { IMPORT_COLUMNS = 4 };
struct import_row {
	struct str fields[IMPORT_COLUMNS];  /* empty where there is none */
};

/* What a row asks for, once its names are looked up. */
struct import_wish {
	uint8_t kind;                /* enum import_kind */
	uint64_t owner_id, target_id, post_id;
	bool show_reblogs, notify, hide_notices;
	struct str_list languages;
	struct str name;             /* of a list or a domain */
};

/* Nodes that did not answer lately: they are not asked again for every row. */
struct import_away {
	struct str hosts[16];
	size_t count;
};

/* Looks up, and asks for, whom or what a row names. Texts are in `arena`. ERR_BUSY: the node stops. Blocks. */
int import_find(struct node *node, struct arena *arena, uint64_t owner_id, uint8_t kind, const struct import_row *row,
                struct import_away *away, struct arena *away_arena, struct import_wish *ret_wish);
/* Does it. Writer thread; fails before its first put unless the store fails. */
int import_apply(struct arena *arena, struct txn *txn, const struct import_wish *wish);

/* Takes away what the owner has and the text has not. OK: all is gone that had to. Blocks. */
int import_clear(struct node *node, struct arena *arena, const struct import *import, struct str text);

/* A reader behind the header, if there is one; *ret_columns: where each column is. */
struct csv_reader;
void import_begin(struct csv_reader *reader, struct arena *arena, uint8_t kind, struct str text,
                  size_t ret_columns[IMPORT_COLUMNS]);
bool import_next(struct csv_reader *reader, const size_t columns[IMPORT_COLUMNS], struct import_row *ret_row);
/* "@Ana@A.example" as "ana@a.example"; of ours with our domain. */
struct str import_handle(struct arena *arena, struct str domain, struct str typed);

#endif
