/*
 * The rows of a CSV file that is imported: columns by their names, or in Mastodon's order where no header names them. Any
 * thread.
 */
#include "node/import.h"

#include "storage/base/arena.h"
#include "storage/base/csv.h"

enum { FIELDS_MAX = 12 };

static const char *const column_names[][IMPORT_COLUMNS] = {
	[IMPORT_FOLLOWS] = { "Account address", "Show boosts", "Notify on new posts", "Languages" },
	[IMPORT_BLOCKS] = { "Account address" },
	[IMPORT_MUTES] = { "Account address", "Hide notifications" },
	[IMPORT_LISTS] = { "List name", "Account address" },
	[IMPORT_DOMAIN_BLOCKS] = { "#domain" },
	[IMPORT_BOOKMARKS] = { "#uri" },
};

/* Finds the columns by their names; false: the row is no header. */
static bool read_header(uint8_t kind, const struct str *fields, size_t count, size_t ret_columns[IMPORT_COLUMNS])
{
	size_t found = 0;

	for (size_t c = 0; c < IMPORT_COLUMNS; c++) {
		const char *name = column_names[kind][c];
		size_t at = 0;

		while (name && at < count && !str_eq_nocase(fields[at], str_of(name)))
			at++;
		ret_columns[c] = name && at < count ? at : FIELDS_MAX;
		found += name && at < count;
	}
	return found > 0;
}

void import_begin(struct csv_reader *reader, struct arena *arena, uint8_t kind, struct str text,
                  size_t ret_columns[IMPORT_COLUMNS])
{
	struct str fields[FIELDS_MAX];
	size_t count, first;

	csv_begin(reader, arena, text);
	first = reader->at;
	if (csv_next(reader, fields, FIELDS_MAX, &count) && read_header(kind, fields, count, ret_columns))
		return;
	reader->at = first;
	for (size_t c = 0; c < IMPORT_COLUMNS; c++)
		ret_columns[c] = c;
}

bool import_next(struct csv_reader *reader, const size_t columns[IMPORT_COLUMNS], struct import_row *ret_row)
{
	struct str fields[FIELDS_MAX];
	size_t count;

	if (!csv_next(reader, fields, FIELDS_MAX, &count))
		return false;
	for (size_t c = 0; c < IMPORT_COLUMNS; c++)
		ret_row->fields[c] = columns[c] < count ? fields[columns[c]] : STR_NONE;
	return true;
}

size_t import_rows(uint8_t kind, struct str text)
{
	struct arena *scratch = arena_new();
	size_t columns[IMPORT_COLUMNS], rows = 0;
	struct csv_reader reader;
	struct import_row row;

	import_begin(&reader, scratch, kind, text, columns);
	while (import_next(&reader, columns, &row)) {
		rows++;
		arena_reset(scratch);
	}
	arena_free(scratch);
	return rows;
}
