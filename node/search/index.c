/*
 * The search file. The only room with sqlite3.h. The writing connection belongs to one thread, each reading one to whoever
 * took it; the list of idle readers is behind a lock.
 */
#include "node/search/index.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"

/* An id of up to 58 bits (storage/base/clock.h: until the year 2109) and the version fill a row's number. */
enum { VERSION_BITS = 5, VERSIONS = 1 << VERSION_BITS, ID_BITS = 63 - VERSION_BITS };
enum { FORMAT = 1, BUSY_MS = 2000 };

static const char *const table_names[TEXT_KIND_COUNT][LANGUAGE_COUNT] = {
	[TEXT_POST] = { "post_fr", "post_en" }, [TEXT_PERSON] = { "person_fr", "person_en" },
};

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

enum read_statement {
	R_NEWEST, R_OLDEST = R_NEWEST + LANGUAGE_COUNT, R_PEOPLE = R_OLDEST + LANGUAGE_COUNT,
	R_VOCABULARY,
	R_COUNT = R_VOCABULARY + TEXT_KIND_COUNT * LANGUAGE_COUNT,
};

struct text_reader {
	sqlite3 *db;
	sqlite3_stmt *statements[R_COUNT];
	struct tokeniser *tokeniser;
	uint64_t generation;
	struct text_reader *next;
	/* the walk */
	sqlite3_stmt *walked[LANGUAGE_COUNT];
	bool ahead[LANGUAGE_COUNT];   /* stands at a row that was not given yet */
	bool oldest_first, people;
};

struct text_index {
	struct arena *arena;
	const char *path;
	sqlite3 *db;
	sqlite3_stmt *statements[W_COUNT];
	ino_t inode;
	pthread_mutex_t lock;         /* of the two below */
	struct text_reader *idle;
	uint64_t generation;          /* of the file */
};

static int err_of(int code)
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

static int run(sqlite3 *db, const char *sql)
{
	return err_of(sqlite3_exec(db, sql, NULL, NULL, NULL));
}

static int prepare(sqlite3 *db, const char *sql, sqlite3_stmt **slot)
{
	return *slot ? OK : err_of(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, slot, NULL));
}

/* One number of the first row; ERR_NOT_FOUND without one. Leaves the statement ready for its next use. */
static int step_number(sqlite3_stmt *statement, int64_t *ret_number)
{
	int code = sqlite3_step(statement);
	int r = code == SQLITE_DONE ? ERR_NOT_FOUND : err_of(code);

	if (r == OK)
		*ret_number = sqlite3_column_int64(statement, 0);
	sqlite3_reset(statement);
	return r;
}

static int step_done(sqlite3_stmt *statement)
{
	int r = err_of(sqlite3_step(statement));

	sqlite3_reset(statement);
	return r;
}

/* --- opening ---------------------------------------------------------------------------------------------------- */

static void finalize(sqlite3_stmt **statements, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		sqlite3_finalize(statements[i]);
		statements[i] = NULL;
	}
}

static int open_connection(const char *path, sqlite3 **ret_db)
{
	int r = err_of(sqlite3_open_v2(path, ret_db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL));

	if (r == OK)
		sqlite3_busy_timeout(*ret_db, BUSY_MS);
	if (r != OK) {
		sqlite3_close(*ret_db);
		*ret_db = NULL;
	}
	return r;
}

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
		const char *name = i < W_ADD ? NULL : table_names[(i - W_ADD) / LANGUAGE_COUNT][(i - W_ADD) % LANGUAGE_COUNT];
		char *text = name ? sqlite3_mprintf("INSERT INTO %s(rowid, words) VALUES (?1, ?2)", name) : NULL;

		r = prepare(index->db, name ? text : sql[i], &index->statements[i]);
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
	int r = run(index->db, "BEGIN IMMEDIATE");

	if (r == OK)
		r = run(index->db, schema);
	if (r == OK)
		r = run(index->db, "PRAGMA user_version = 1");
	if (r == OK)
		r = prepare_writing(index);
	if (r == OK)
		r = begin_building(index);
	if (r == OK)
		r = run(index->db, "COMMIT");
	return r;
}

/* With this synchronous a commit is not synced, a checkpoint is: a loss of power takes the last commits with it, whole. */
static int open_file(struct text_index *index)
{
	sqlite3_stmt *asked = NULL;
	struct stat stat_of;
	int64_t version = -1;
	int r = open_connection(index->path, &index->db);

	if (r == OK)
		r = run(index->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000");
	if (r == OK)
		r = prepare(index->db, "PRAGMA user_version", &asked);
	if (r == OK)
		r = step_number(asked, &version);
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
	finalize(index->statements, W_COUNT);
	sqlite3_close(index->db);
	index->db = NULL;
}

static void reader_free(struct text_reader *reader)
{
	finalize(reader->statements, R_COUNT);
	sqlite3_close(reader->db);
	tokeniser_free(reader->tokeniser);
	free(reader);
}

static void drop_readers(struct text_index *index)
{
	struct text_reader *reader;

	pthread_mutex_lock(&index->lock);
	reader = index->idle;
	index->idle = NULL;
	index->generation++;
	pthread_mutex_unlock(&index->lock);
	while (reader) {
		struct text_reader *next = reader->next;

		reader_free(reader);
		reader = next;
	}
}

/* Who still reads the former file goes on with it; it is without a name and goes when the last of them is done. */
int text_index_remake(struct text_index *index)
{
	static const char *const endings[] = { "", "-wal", "-shm" };

	close_file(index);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		unlink(arena_printf(index->arena, "%s%s", index->path, endings[i]).p);
	drop_readers(index);
	return open_file(index);
}

int text_index_open(struct str path, struct text_index **ret_index)
{
	struct arena *arena = arena_new();
	struct text_index *index = ARENA_NEW(arena, struct text_index);
	int r;

	index->arena = arena;
	index->path = arena_cstr(arena, path);
	pthread_mutex_init(&index->lock, NULL);
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
	drop_readers(index);
	close_file(index);
	pthread_mutex_destroy(&index->lock);
	arena_free(index->arena);
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
		run(index->db, "ROLLBACK");
	return run(index->db, "BEGIN IMMEDIATE");
}

int text_index_commit(struct text_index *index)
{
	return run(index->db, "COMMIT");
}

uint64_t text_index_state(struct text_index *index, enum text_state state)
{
	sqlite3_stmt *statement = index->statements[W_STATE];
	int64_t value = 0;

	sqlite3_bind_int(statement, 1, state);
	return step_number(statement, &value) == OK ? (uint64_t)value : 0;
}

int text_index_set_state(struct text_index *index, enum text_state state, uint64_t value)
{
	sqlite3_stmt *statement = index->statements[W_SET_STATE];

	sqlite3_bind_int(statement, 1, state);
	sqlite3_bind_int64(statement, 2, (int64_t)value);
	return step_done(statement);
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
	r = err_of(code);
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
	return step_done(statement);
}

static int add_row(struct text_index *index, enum text_table kind, enum language language, int64_t number, struct str words)
{
	sqlite3_stmt *statement = index->statements[W_ADD + (int)kind * LANGUAGE_COUNT + (int)language];
	int r;

	sqlite3_bind_int64(statement, 1, number);
	sqlite3_bind_text(statement, 2, words.p, (int)words.n, SQLITE_STATIC);
	r = step_done(statement);
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
	return err_of(sqlite3_wal_checkpoint_v2(index->db, NULL, SQLITE_CHECKPOINT_FULL, NULL, NULL));
}

int text_index_empty(struct text_index *index)
{
	int r = text_index_begin(index);

	if (r == OK)
		r = run(index->db, emptying);
	if (r == OK)
		r = begin_building(index);
	return r == OK ? text_index_commit(index) : r;
}

/* --- readers ---------------------------------------------------------------------------------------------------- */

int text_reader_take(struct text_index *index, struct text_reader **ret_reader)
{
	struct text_reader *reader;
	uint64_t generation;
	int r;

	pthread_mutex_lock(&index->lock);
	reader = index->idle;
	generation = index->generation;
	if (reader)
		index->idle = reader->next;
	pthread_mutex_unlock(&index->lock);
	if (!reader) {
		reader = calloc(1, sizeof(*reader));
		if (!reader)
			abort();
		r = open_connection(index->path, &reader->db);
		if (r == OK)
			r = run(reader->db, "PRAGMA query_only = 1; PRAGMA cache_size = -4000");
		if (r != OK) {
			reader_free(reader);
			return r;
		}
		reader->tokeniser = tokeniser_new();
		reader->generation = generation;
	}
	*ret_reader = reader;
	return OK;
}

static void walk_end(struct text_reader *reader)
{
	for (int i = 0; i < LANGUAGE_COUNT; i++)
		if (reader->walked[i]) {
			sqlite3_reset(reader->walked[i]);
			reader->walked[i] = NULL;
		}
}

void text_reader_give(struct text_index *index, struct text_reader *reader)
{
	walk_end(reader);
	pthread_mutex_lock(&index->lock);
	if (reader->generation == index->generation) {
		reader->next = index->idle;
		index->idle = reader;
		reader = NULL;
	}
	pthread_mutex_unlock(&index->lock);
	if (reader)
		reader_free(reader);
}

struct tokeniser *text_reader_tokeniser(struct text_reader *reader)
{
	return reader->tokeniser;
}

static int prepare_reading(struct text_reader *reader, int slot, const char *format, const char *name, const char *other)
{
	char *text;
	int r;

	if (reader->statements[slot])
		return OK;
	text = sqlite3_mprintf(format, name, name, other, other);
	r = prepare(reader->db, text, &reader->statements[slot]);
	sqlite3_free(text);
	return r;
}

static void bind_str(sqlite3_stmt *statement, int at, struct str text)
{
	sqlite3_bind_text(statement, at, text.p, (int)text.n, SQLITE_TRANSIENT);
}

static int walk_step(struct text_reader *reader, int language)
{
	int code = sqlite3_step(reader->walked[language]);

	reader->ahead[language] = code == SQLITE_ROW;
	return err_of(code);
}

int text_posts_begin(struct text_reader *reader, const struct str expressions[LANGUAGE_COUNT], uint64_t after, uint64_t before,
                     bool oldest_first)
{
	const uint64_t last_id = (UINT64_C(1) << ID_BITS) - 1;
	int r = OK;

	walk_end(reader);
	reader->people = false;
	reader->oldest_first = oldest_first;
	if (after > last_id)
		after = last_id;
	for (int i = 0; r == OK && i < LANGUAGE_COUNT; i++) {
		int slot = (oldest_first ? R_OLDEST : R_NEWEST) + i;

		r = prepare_reading(reader, slot, oldest_first
			? "SELECT rowid FROM %s WHERE %s MATCH ?1 AND rowid > ?2 AND rowid < ?3 ORDER BY rowid"
			: "SELECT rowid FROM %s WHERE %s MATCH ?1 AND rowid > ?2 AND rowid < ?3 ORDER BY rowid DESC",
			table_names[TEXT_POST][i], NULL);
		if (r != OK)
			break;
		reader->walked[i] = reader->statements[slot];
		bind_str(reader->walked[i], 1, expressions[i]);
		sqlite3_bind_int64(reader->walked[i], 2, (int64_t)(after << VERSION_BITS) + VERSIONS - 1);
		sqlite3_bind_int64(reader->walked[i], 3, before && before <= last_id ? (int64_t)(before << VERSION_BITS) : INT64_MAX);
		r = walk_step(reader, i);
	}
	return r;
}

int text_people_begin(struct text_reader *reader, const struct str expressions[LANGUAGE_COUNT])
{
	int r = prepare_reading(reader, R_PEOPLE,
	                        "SELECT rowid, rank, 0 FROM %s WHERE %s MATCH ?1 UNION ALL "
	                        "SELECT rowid, rank, 1 FROM %s WHERE %s MATCH ?2 ORDER BY 2",
	                        table_names[TEXT_PERSON][LANGUAGE_FR], table_names[TEXT_PERSON][LANGUAGE_EN]);

	walk_end(reader);
	if (r != OK)
		return r;
	reader->people = true;
	reader->walked[0] = reader->statements[R_PEOPLE];
	bind_str(reader->walked[0], 1, expressions[LANGUAGE_FR]);
	bind_str(reader->walked[0], 2, expressions[LANGUAGE_EN]);
	reader->ahead[1] = false;
	return walk_step(reader, 0);
}

static int64_t number_at(struct text_reader *reader, int language)
{
	return sqlite3_column_int64(reader->walked[language], 0);
}

/* Of which language the walk goes on; -1: it is over. */
static int walk_choose(struct text_reader *reader)
{
	bool second_first;

	if (!reader->ahead[0] || !reader->ahead[1])
		return reader->ahead[0] ? 0 : reader->ahead[1] ? 1 : -1;
	second_first = number_at(reader, 1) > number_at(reader, 0);
	return second_first != reader->oldest_first ? 1 : 0;
}

int text_next(struct text_reader *reader, struct text_hit *ret_hit)
{
	int from = walk_choose(reader);

	if (from < 0)
		return ERR_NOT_FOUND;
	ret_hit->id = (uint64_t)number_at(reader, from) >> VERSION_BITS;
	ret_hit->language = reader->people ? (enum language)sqlite3_column_int(reader->walked[0], 2) : (enum language)from;
	return walk_step(reader, from);
}

/* --- the vocabulary --------------------------------------------------------------------------------------------- */

static int prepare_vocabulary(struct text_reader *reader, enum text_table kind, enum language language,
                              sqlite3_stmt **ret_statement)
{
	int slot = R_VOCABULARY + (int)kind * LANGUAGE_COUNT + (int)language;
	int r = prepare_reading(reader, slot, "SELECT doc FROM %s_vocabulary WHERE term = ?1", table_names[kind][language], NULL);

	*ret_statement = reader->statements[slot];
	return r;
}

int text_word_count(struct text_reader *reader, enum text_table kind, enum language language, struct str word,
                    int64_t *ret_count)
{
	sqlite3_stmt *statement;
	int r = prepare_vocabulary(reader, kind, language, &statement);

	if (r != OK)
		return r;
	bind_str(statement, 1, word);
	return step_number(statement, ret_count);
}
