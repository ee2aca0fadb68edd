/*
 * What people bring as CSV from elsewhere: the text, how far it was read, and what came of its rows. The job "import"
 * (node/import.h) does the work; what it has done is kept with each row, so that it goes on after any stop.
 */
#ifndef STORAGE_IMPORTS_H
#define STORAGE_IMPORTS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum {
	IMPORT_BYTES_MAX = 1000 * 1000,  /* of the text */
	IMPORT_ROWS_MAX = 20000,
	IMPORTS_KEPT = 10,               /* of a person, the last ones */
	IMPORT_FAILURES_MAX = 100,       /* that are named; the others are only counted */
	IMPORT_DAYS = 7,                 /* one that is not done by then was given up, and hinders no other */
};

/* Adds one with its job; makes import->id and created_ms. The oldest beyond IMPORTS_KEPT goes. ERR_EXISTS: the person's last
 * one is not done yet. ERR_LIMIT: the text is too long. */
int imports_add(struct arena *arena, struct txn *txn, struct import *import, struct str text);
/* ERR_NOT_FOUND. */
int imports_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct import *ret_import);
/* ERR_NOT_FOUND: it is done. */
int imports_text(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct str *ret_text);
/* Replaces; one with an end loses its text. ERR_NOT_FOUND. */
int imports_put(struct txn *txn, const struct import *import);
/* Another job for one that goes on. */
int imports_go_on(struct txn *txn, const struct import *import);
/* A person's, the last first. */
int imports_of(struct arena *arena, struct view *view, uint64_t account_id, struct import **ret_imports, size_t *ret_count);
/* Removes up to `max` of an account that ends; *ret_more: there may be others. */
int imports_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more);

#endif
