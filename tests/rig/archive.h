/*
 * ZIP archives for tests: parts in any order and by any name, packed or as they are.
 */
#ifndef TESTS_RIG_ARCHIVE_H
#define TESTS_RIG_ARCHIVE_H

#include "storage/base/str.h"

struct arena;

enum { ARCHIVE_END_BYTES = 22, ARCHIVE_ROW_BYTES = 46, ARCHIVE_FLAGS_AT = 8, ARCHIVE_CRC_AT = 16 };  /* in a row */

struct archive {
	struct arena *arena;
	struct buf out, rows;
	size_t count;
};

void archive_begin(struct archive *archive, struct arena *arena);
void archive_add(struct archive *archive, struct str name, struct str content, bool packed);
/* The archive's bytes, in its arena. */
struct str archive_end(struct archive *archive);

#endif
