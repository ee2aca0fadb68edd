/*
 * Reading the search file. A reader belongs to whoever took it; the list of idle ones is behind a lock.
 */
#include "node/search/reader.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "node/search/database.h"
#include "storage/base/err.h"

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

struct text_readers {
	char *path;
	pthread_mutex_t lock;         /* of the two below */
	struct text_reader *idle;
	uint64_t generation;          /* of the file */
};

static void reader_free(struct text_reader *reader)
{
	database_finalize(reader->statements, R_COUNT);
	sqlite3_close(reader->db);
	tokeniser_free(reader->tokeniser);
	free(reader);
}

void text_readers_renew(struct text_readers *readers)
{
	struct text_reader *reader;

	pthread_mutex_lock(&readers->lock);
	reader = readers->idle;
	readers->idle = NULL;
	readers->generation++;
	pthread_mutex_unlock(&readers->lock);
	while (reader) {
		struct text_reader *next = reader->next;

		reader_free(reader);
		reader = next;
	}
}

struct text_readers *text_readers_new(const char *path)
{
	struct text_readers *readers = calloc(1, sizeof(*readers));

	if (!readers)
		abort();
	readers->path = strdup(path);
	if (!readers->path)
		abort();
	pthread_mutex_init(&readers->lock, NULL);
	return readers;
}

void text_readers_free(struct text_readers *readers)
{
	text_readers_renew(readers);
	pthread_mutex_destroy(&readers->lock);
	free(readers->path);
	free(readers);
}

int text_reader_take(struct text_readers *readers, struct text_reader **ret_reader)
{
	struct text_reader *reader;
	uint64_t generation;
	int r;

	pthread_mutex_lock(&readers->lock);
	reader = readers->idle;
	generation = readers->generation;
	if (reader)
		readers->idle = reader->next;
	pthread_mutex_unlock(&readers->lock);
	if (!reader) {
		reader = calloc(1, sizeof(*reader));
		if (!reader)
			abort();
		r = database_open(readers->path, &reader->db);
		if (r == OK)
			r = database_run(reader->db, "PRAGMA query_only = 1; PRAGMA cache_size = -4000");
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

void text_reader_give(struct text_readers *readers, struct text_reader *reader)
{
	walk_end(reader);
	pthread_mutex_lock(&readers->lock);
	if (reader->generation == readers->generation) {
		reader->next = readers->idle;
		readers->idle = reader;
		reader = NULL;
	}
	pthread_mutex_unlock(&readers->lock);
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
	r = database_prepare(reader->db, text, &reader->statements[slot]);
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
	return database_err(code);
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
			database_tables[TEXT_POST][i], NULL);
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
	                        database_tables[TEXT_PERSON][LANGUAGE_FR], database_tables[TEXT_PERSON][LANGUAGE_EN]);

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
	int r = prepare_reading(reader, slot, "SELECT doc FROM %s_vocabulary WHERE term = ?1", database_tables[kind][language], NULL);

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
	return database_step_number(statement, ret_count);
}
