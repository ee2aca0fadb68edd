/*
 * SQLite's calls and codes. A connection, and what is prepared on it, belongs to one thread at a time.
 */
#include "node/search/database.h"

#include <stdlib.h>

#include "storage/base/err.h"

enum { BUSY_MS = 2000 };

const char *const database_tables[TEXT_KIND_COUNT][LANGUAGE_COUNT] = {
	[TEXT_POST] = { "post_fr", "post_en" }, [TEXT_PERSON] = { "person_fr", "person_en" },
};

int database_err(int code)
{
	switch (code & 0xff) {
	case SQLITE_OK: case SQLITE_ROW: case SQLITE_DONE:
		return OK;
	case SQLITE_CORRUPT: case SQLITE_NOTADB: case SQLITE_ERROR: case SQLITE_SCHEMA: case SQLITE_FORMAT:
		return ERR_CORRUPT;
	case SQLITE_FULL:
		return ERR_FULL;
	case SQLITE_BUSY: case SQLITE_LOCKED:
		return ERR_BUSY;
	case SQLITE_NOMEM:
		abort();
	default:
		return ERR_IO;
	}
}

int database_open(const char *path, sqlite3 **ret_db)
{
	int r = database_err(sqlite3_open_v2(path, ret_db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));

	if (r == OK)
		sqlite3_busy_timeout(*ret_db, BUSY_MS);
	if (r != OK) {
		sqlite3_close(*ret_db);
		*ret_db = NULL;
	}
	return r;
}

int database_run(sqlite3 *db, const char *sql)
{
	return database_err(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int database_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **slot)
{
	return *slot ? OK : database_err(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL));
}

int database_step_number(sqlite3_stmt *statement, int64_t *ret_number)
{
	int code = sqlite3_step(statement);
	int r = code == SQLITE_DONE ? ERR_NOT_FOUND : database_err(code);

	if (r == OK)
		*ret_number = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return r;
}

int database_step_done(sqlite3_stmt *statement)
{
	int r = database_err(sqlite3_step(statement));

	sqlite3_reset(statement);
	return r;
}

void database_finalize(sqlite3_stmt **statements, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sqlite3_finalize(statements[i]);
		statements[i] = NULL;
	}
}
