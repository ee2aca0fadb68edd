/*
 * Struct to tagged bytes and back, driven by the field tables of model.c.
 *
 * A record is: format byte 1, then per non-empty member a varint of 4 × tag + wire kind (0 number, 1 text, 2
 * list of numbers, 3 list of texts) and the value. Numbers are varints (int64_t zigzag), texts length and
 * bytes, lists a count and their items. Empty members are not written. Decoding copies every text into the
 * arena, so a record outlives its transaction; it is the only place where stored values are copied out. Pure;
 * any thread.
 */
#ifndef STORAGE_CODEC_H
#define STORAGE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "storage/model.h"

struct arena;

enum field_kind { FIELD_U8, FIELD_BOOL, FIELD_U64, FIELD_I64, FIELD_STR, FIELD_ID_LIST, FIELD_STR_LIST };

struct field {
	uint16_t tag;
	uint8_t kind;     /* enum field_kind */
	size_t offset;
	const char *name;
};

/* One line of a field table; a member of another type does not compile. */
#define FIELD(tag, type, member) { (tag), _Generic(((struct type *)0)->member, \
	uint8_t: FIELD_U8, bool: FIELD_BOOL, uint64_t: FIELD_U64, int64_t: FIELD_I64, \
	struct str: FIELD_STR, struct id_list: FIELD_ID_LIST, struct str_list: FIELD_STR_LIST), \
	offsetof(struct type, member), #member }

/* The bytes of `record`, in arena memory. */
struct str codec_encode(struct arena *arena, const struct record_type *type, const void *record);
/* Fills `record` (type->size bytes, zeroed first). `arena` may be NULL for a type without texts and lists.
 * ERR_CORRUPT: the bytes do not decode; `record` is then half filled. */
int codec_decode(struct arena *arena, const struct record_type *type, struct str bytes, void *record);

#endif
