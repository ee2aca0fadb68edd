/*
 * The job that imports: keeping count, stopping in time. Rows are read by import_csv.c; what one means is import_row.c's, what
 * goes before it is import_clear.c's. Pool threads.
 */
#include "node/import.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/csv.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "storage/imports.h"

enum { RUN_MS = 20 * 1000 };

struct run {
	struct node *node;
	struct arena *arena;         /* of the run */
	struct import import;
	struct import_away away;
};

/* --- keeping count ---------------------------------------------------------------------------------------------- */

struct row_body {
	struct arena *arena;
	struct import import;            /* before the row */
	const struct import_wish *wish;  /* NULL: it failed already */
	int err;
	struct str row;                  /* for the list of failures */
	struct import after;
};

static const char *reason_of(int err)
{
	switch (err) {
	case ERR_NOT_FOUND: return "not found";
	case ERR_GONE:      return "gone";
	case ERR_NETWORK:   return "its node does not answer";
	case ERR_DENIED:    return "not allowed";
	case ERR_LIMIT:     return "there are too many";
	default:            return "not understood";
	}
}

/* Does failing so say something of the row, and not of this node? */
static bool is_of_row(int err)
{
	return err != ERR_BUSY && err != ERR_FULL && err != ERR_IO && err != ERR_CORRUPT;
}

static void note_failure(struct row_body *body, struct import *import, int err)
{
	struct str_list *list = &import->failures;
	struct str *items;

	import->failed++;
	if (list->count >= 2 * IMPORT_FAILURES_MAX)
		return;
	items = ARENA_ARRAY(body->arena, struct str, list->count + 2);
	if (list->count)
		memcpy(items, list->items, list->count * sizeof(*items));
	items[list->count] = utf8_prefix(body->row, 300);
	items[list->count + 1] = str_of(reason_of(err));
	*list = (struct str_list){ items, list->count + 2 };
}

static int row_write(struct txn *txn, void *arg)
{
	struct row_body *body = arg;
	struct import import = body->import;
	int err = body->wish ? import_apply(body->arena, txn, body->wish) : body->err;

	if (err != OK && (!is_of_row(err) || txn_touched(txn)))
		return err;
	if (err == OK)
		import.done++;
	else
		note_failure(body, &import, err);
	body->after = import;
	return imports_put(txn, &import);
}

/* One row: found, done, counted. *import moves on. */
static int do_row(struct run *run, const struct import_row *row, uint64_t offset)
{
	struct arena *scratch = arena_new();
	struct import_wish wish = { 0 };
	struct row_body body = { .arena = run->arena, .import = run->import };
	int err = import_find(run->node, scratch, run->import.account_id, run->import.kind, row, &run->away, run->arena, &wish);

	if (err == OK)
		body.wish = &wish;
	else if (!is_of_row(err))
		goto out;
	body.err = err;
	body.row = arena_str(run->arena, row->fields[run->import.kind == IMPORT_LISTS && row->fields[1].n ? 1 : 0]);
	body.import.offset = offset;
	err = writer_run(run->node->writer, row_write, &body);
	if (err == OK)
		run->import = body.after;
out:
	arena_free(scratch);
	return err;
}

/* --- the job ---------------------------------------------------------------------------------------------------- */

static int end_write(struct txn *txn, void *arg)
{
	struct import import = *(const struct import *)arg;

	import.ended_ms = txn_now_ms(txn);
	return imports_put(txn, &import);
}

static int go_on_write(struct txn *txn, void *arg)
{
	return imports_go_on(txn, arg);
}

static int cleared_write(struct txn *txn, void *arg)
{
	return imports_put(txn, arg);
}

static int clear_first(struct run *run, struct str text)
{
	int err;

	if (!run->import.overwrite || run->import.cleared)
		return OK;
	err = import_clear(run->node, run->arena, &run->import, text);
	if (err != OK)
		return err;
	run->import.cleared = true;
	return writer_run(run->node->writer, cleared_write, &run->import);
}

static int do_rows(struct run *run, struct str text)
{
	int64_t until_ms = clock_monotonic_ms() + RUN_MS;
	size_t columns[IMPORT_COLUMNS];
	struct csv_reader reader;
	struct import_row row;
	int err = clear_first(run, text);

	import_begin(&reader, run->arena, run->import.kind, text, columns);
	if (run->import.offset)
		reader.at = (size_t)run->import.offset;
	while (err == OK) {
		if (clock_monotonic_ms() > until_ms)
			return writer_run(run->node->writer, go_on_write, &run->import);
		if (!import_next(&reader, columns, &row))
			return writer_run(run->node->writer, end_write, &run->import);
		err = do_row(run, &row, reader.at);
	}
	return err;
}

int import_job(struct node *node, struct arena *arena, struct job *job)
{
	struct run run = { .node = node, .arena = arena };
	struct str text;
	struct view *view;
	int err = view_begin(node->store, &view);

	if (err != OK)
		return err;
	err = imports_get(arena, view, job->cursor, job->subject, &run.import);
	if (err == OK)
		err = imports_text(arena, view, job->cursor, job->subject, &text);
	view_end(view);
	if (err == OK)
		err = do_rows(&run, text);
	return err == ERR_NOT_FOUND ? OK : err;   /* done, or gone with its owner */
}
