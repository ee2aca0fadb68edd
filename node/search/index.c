/*
 * The search file and who writes it: one thread has the connection.
 */
#include "node/search/index.h"

#include <sys/stat.h>
#include <unistd.h>

#include "node/search/database.h"
#include "node/search/reader.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

enum { FORMAT = 1 };

/* "ascii" takes every byte above 127 for part of a word: the words come ready from the tokeniser. */
static const char schema[] =
	"CREATE VIRTUAL TABLE post_fr USING fts5(words, content='', columnsize=0, tokenize='ascii');"
	"CREATE VIRTUAL TABLE post_en USING fts5(words, content='', columnsize=0, tokenize='ascii');"
	"CREATE VIRTUAL TABLE person_fr USING fts5(words, content='', tokenize='ascii');"
	"CREATE VIRTUAL TABLE person_en USING fts5(words, content='', tokenize='ascii');"
	"CREATE VIRTUAL TABLE post_fr_vocabulary USING fts5vocab(post_fr, 'row');"
	"CREATE VIRTUAL TABLE post_en_vocabulary USING fts5vocab(post_en, 'row');"
	"CREATE VIRTUAL TABLE person_fr_vocabulary USING fts5vocab(person_fr, 'row');"
	"CREATE VIRTUAL TABLE person_en_vocabulary USING fts5vocab(person_en, 'row');"
	/* digest 0: nothing is to be found of it any more */
	"CREATE TABLE version (kind INTEGER, id INTEGER, version INTEGER, digest INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID;"
	"CREATE TABLE state (state INTEGER PRIMARY KEY, value INTEGER);";

static const char emptying[] =
	"INSERT INTO post_fr(post_fr) VALUES ('delete-all'); INSERT INTO post_en(post_en) VALUES ('delete-all');"
	"INSERT INTO person_fr(person_fr) VALUES ('delete-all'); INSERT INTO person_en(person_en) VALUES ('delete-all');"
	"DELETE FROM version; DELETE FROM state;";

enum write_statement {
	W_VERSION, W_SET_VERSION, W_STATE, W_SET_STATE,
	W_ADD,  /* and one for each table */
	W_COUNT = W_ADD + TEXT_KIND_COUNT * LANGUAGE_COUNT,
};

struct text_index {
	struct arena *arena;
	const char *path;
	sqlite3 *db;
	sqlite3_stmt *statements[W_COUNT];
	ino_t inode;
	struct text_readers *readers;
};

/* --- opening ---------------------------------------------------------------------------------------------------- */

static int prepare_writing(struct text_index *index)
{
	static const char *const sql[W_ADD] = {
		[W_VERSION] = "SELECT version, digest FROM version WHERE kind = ?1 AND id = ?2",
		[W_SET_VERSION] = "INSERT OR REPLACE INTO version VALUES (?1, ?2, ?3, ?4)",
		[W_STATE] = "SELECT value FROM state WHERE state = ?1",
		[W_SET_STATE] = "INSERT OR REPLACE INTO state VALUES (?1, ?2)",
	};
	int r = OK;

	for (size_t i = 0; r == OK && i < W_COUNT; i++) {
		const char *name = i < W_ADD ? NULL : database_tables[(i - W_ADD) / LANGUAGE_COUNT][(i - W_ADD) % LANGUAGE_COUNT];
		char *text = name ? sqlite3_mprintf("INSERT INTO %s(rowid, words) VALUES (?1, ?2)", name) : NULL;

		r = database_prepare(index->db, name ? text : sql[i], &index->statements[i]);
		sqlite3_free(text);
	}
	return r;
}

static int begin_building(struct text_index *index)
{
	int r = text_index_set_state(index, STATE_POSTS_BELOW, INT64_MAX);

	return r == OK ? text_index_set_state(index, STATE_ACCOUNTS_BELOW, INT64_MAX) : r;
}

static int make_schema(struct text_index *index)
{
	int r = database_run(index->db, "BEGIN IMMEDIATE");

	if (r == OK)
		r = database_run(index->db, schema);
	if (r == OK)
		r = database_run(index->db, "PRAGMA user_version = 1");
	if (r == OK)
		r = prepare_writing(index);
	if (r == OK)
		r = begin_building(index);
	if (r == OK)
		r = database_run(index->db, "COMMIT");
	return r;
}

/* With this synchronous a commit is not synced, a checkpoint is: a loss of power takes the last commits with it, whole. */
static int open_file(struct text_index *index)
{
	sqlite3_stmt *asked = NULL;
	struct stat stat_of;
	int64_t version = -1;
	int r = database_open(index->path, &index->db);

	if (r == OK)
		r = database_run(index->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000");
	if (r == OK)
		r = database_prepare(index->db, "PRAGMA user_version", &asked);
	if (r == OK)
		r = database_step_number(asked, &version);
	sqlite3_finalize(asked);
	if (r == OK && version != 0 && version != FORMAT)
		r = ERR_CORRUPT;
	if (r == OK)
		r = version == 0 ? make_schema(index) : prepare_writing(index);
	if (r == OK && stat(index->path, &stat_of) == 0)
		index->inode = stat_of.st_ino;
	return r;
}

static void close_file(struct text_index *index)
{
	database_finalize(index->statements, W_COUNT);
	sqlite3_close(index->db);
	index->db = NULL;
}

/* The former file is without a name and goes when the last of its readers is done. */
int text_index_remake(struct text_index *index)
{
	static const char *const endings[] = { "", "-wal", "-shm" };

	close_file(index);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		unlink(arena_printf(index->arena, "%s%s", index->path, endings[i]).p);
	text_readers_renew(index->readers);
	return open_file(index);
}

int text_index_open(struct str path, struct text_index **ret_index)
{
	struct arena *arena = arena_new();
	struct text_index *index = ARENA_NEW(arena, struct text_index);
	int r;

	index->arena = arena;
	index->path = arena_cstr(arena, path);
	index->readers = text_readers_new(index->path);
	r = open_file(index);
	if (r == ERR_CORRUPT)
		r = text_index_remake(index);
	if (r != OK) {
		text_index_close(index);
		return r;
	}
	*ret_index = index;
	return OK;
}

void text_index_close(struct text_index *index)
{
	if (!index)
		return;
	text_readers_free(index->readers);
	close_file(index);
	arena_free(index->arena);
}

struct text_readers *text_index_readers(struct text_index *index)
{
	return index->readers;
}

bool text_index_is_lost(struct text_index *index)
{
	struct stat stat_of;

	return stat(index->path, &stat_of) != 0 || stat_of.st_ino != index->inode;
}

/* --- the writer ------------------------------------------------------------------------------------------------- */

int text_index_begin(struct text_index *index)
{
	if (!sqlite3_get_autocommit(index->db))
		database_run(index->db, "ROLLBACK");
	return database_run(index->db, "BEGIN IMMEDIATE");
}

int text_index_commit(struct text_index *index)
{
	return database_run(index->db, "COMMIT");
}

uint64_t text_index_state(struct text_index *index, enum text_state state)
{
	sqlite3_stmt *statement = index->statements[W_STATE];
	int64_t value = 0;

	sqlite3_bind_int(statement, 1, state);
	return database_step_number(statement, &value) == OK ? (uint64_t)value : 0;
}

int text_index_set_state(struct text_index *index, enum text_state state, uint64_t value)
{
	sqlite3_stmt *statement = index->statements[W_SET_STATE];

	sqlite3_bind_int(statement, 1, state);
	sqlite3_bind_int64(statement, 2, (int64_t)value);
	return database_step_done(statement);
}

static int count_up(struct text_index *index, enum text_state state)
{
	return text_index_set_state(index, state, text_index_state(index, state) + 1);
}

/* FNV-1a; never 0. */
static int64_t digest_of(struct str words, enum language language)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)language;

	for (size_t i = 0; i < words.n; i++)
		digest = (digest ^ (uint8_t)words.p[i]) * UINT64_C(0x100000001b3);
	return digest ? (int64_t)digest : 1;
}

static int version_get(struct text_index *index, enum text_table kind, uint64_t id, int *ret_version, int64_t *ret_digest)
{
	sqlite3_stmt *statement = index->statements[W_VERSION];
	int code, r;

	sqlite3_bind_int(statement, 1, kind);
	sqlite3_bind_int64(statement, 2, (int64_t)id);
	code = sqlite3_step(statement);
	r = database_err(code);
	*ret_version = -1;
	*ret_digest = 0;
	if (code == SQLITE_ROW) {
		*ret_version = sqlite3_column_int(statement, 0);
		*ret_digest = sqlite3_column_int64(statement, 1);
	}
	sqlite3_reset(statement);
	return r;
}

static int version_set(struct text_index *index, enum text_table kind, uint64_t id, int version, int64_t digest)
{
	sqlite3_stmt *statement = index->statements[W_SET_VERSION];

	sqlite3_bind_int(statement, 1, kind);
	sqlite3_bind_int64(statement, 2, (int64_t)id);
	sqlite3_bind_int(statement, 3, version);
	sqlite3_bind_int64(statement, 4, digest);
	return database_step_done(statement);
}

static int add_row(struct text_index *index, enum text_table kind, enum language language, int64_t number, struct str words)
{
	sqlite3_stmt *statement = index->statements[W_ADD + (int)kind * LANGUAGE_COUNT + (int)language];
	int r;

	sqlite3_bind_int64(statement, 1, number);
	sqlite3_bind_text(statement, 2, words.p, (int)words.n, SQLITE_STATIC);
	r = database_step_done(statement);
	sqlite3_clear_bindings(statement);
	return r == OK ? count_up(index, STATE_ROWS) : r;
}

int text_index_put(struct text_index *index, enum text_table kind, enum language language, uint64_t id, struct str words)
{
	int64_t former, digest = digest_of(words, language);
	int version, r;

	if (id >> ID_BITS || !words.n)
		return text_index_remove(index, kind, id);
	r = version_get(index, kind, id, &version, &former);
	if (r != OK || former == digest || version == VERSIONS - 1)
		return r;
	if (former)
		r = count_up(index, STATE_STALE);
	if (r == OK)
		r = add_row(index, kind, language, (int64_t)(id << VERSION_BITS) + version + 1, words);
	return r == OK ? version_set(index, kind, id, version + 1, digest) : r;
}

int text_index_remove(struct text_index *index, enum text_table kind, uint64_t id)
{
	int64_t former;
	int version, r = version_get(index, kind, id, &version, &former);

	if (r != OK || !former)
		return r;
	r = count_up(index, STATE_STALE);
	return r == OK ? version_set(index, kind, id, version, 0) : r;
}

int text_index_sync(struct text_index *index)
{
	return database_err(sqlite3_wal_checkpoint_v2(index->db, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL));
}

int text_index_empty(struct text_index *index)
{
	int r = text_index_begin(index);

	if (r == OK)
		r = database_run(index->db, emptying);
	if (r == OK)
		r = begin_building(index);
	return r == OK ? text_index_commit(index) : r;
}
