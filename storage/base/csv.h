/*
 * CSV (RFC 4180) as the fediverse exchanges lists of addresses in it.
 *
 * Reading takes what people's tables become on their way: CRLF, LF or CR, a byte order mark, quotes inside of fields, rows of
 * different lengths, blank lines. It cannot fail: every text is some table. Pure; any thread.
 */
#ifndef STORAGE_BASE_CSV_H
#define STORAGE_BASE_CSV_H

#include "storage/base/str.h"

struct csv_reader {
	struct arena *arena;
	struct str text;
	size_t at;           /* where the next row begins; may be set to where one began */
	char separator;      /* between fields */
	size_t line;         /* of the text, from 1, where the row that was read last begins; not after `at` was set */
	size_t counted;      /* up to where its lines were counted */
};

/* The text stays the caller's; unquoted fields point into it. */
void csv_begin(struct csv_reader *reader, struct arena *arena, struct str text);
/* The same for what a spreadsheet wrote: semicolons or tabs separate if the first row has more of them than commas. */
void csv_begin_sheet(struct csv_reader *reader, struct arena *arena, struct str text);
/* The next row that is not blank: its first `max` fields, without white space around them. What is quoted may hold commas and
 * line ends; a quote that is never closed is closed by the end of the text. false at the end. */
bool csv_next(struct csv_reader *reader, struct str *fields, size_t max, size_t *ret_count);

/* One more field of a row: a comma before it unless it is the `first`, quotes around it where it needs them. */
void csv_add(struct buf *buf, struct str field, bool first);
/* The same for who opens it in a spreadsheet: what that would take for a formula has an apostrophe before it. */
void csv_add_text(struct buf *buf, struct str field, bool first);
void csv_end_row(struct buf *buf);

#endif
