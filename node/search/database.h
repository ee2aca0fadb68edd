/*
 * The search file as SQLite has it: connections, statements, the names of tables and the numbers of rows. For the rooms of the
 * file, index (who writes) and reader, alone.
 */
#ifndef NODE_SEARCH_DATABASE_H
#define NODE_SEARCH_DATABASE_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

#include "node/search/index.h"

/* An id of up to 58 bits (storage/base/clock.h: until the year 2109) and the version fill a row's number. */
enum { VERSION_BITS = 5, VERSIONS = 1 << VERSION_BITS, ID_BITS = 63 - VERSION_BITS };

extern const char *const database_tables[TEXT_KIND_COUNT][LANGUAGE_COUNT];

/* Codes of SQLite as ours. Out of memory aborts. */
int database_err(int code);
/* Read and write; makes the file. *ret_db is NULL after an error. */
int database_open(const char *path, sqlite3 **ret_db);
int database_run(sqlite3 *db, const char *sql);
/* Into an empty slot; one that is filled stays. */
int database_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **slot);
/* One number of the first row; ERR_NOT_FOUND without one. Both leave the statement ready for its next use. */
int database_step_number(sqlite3_stmt *statement, int64_t *ret_number);
int database_step_done(sqlite3_stmt *statement);
/* Empties the slots. */
void database_finalize(sqlite3_stmt **statements, size_t count);

#endif
