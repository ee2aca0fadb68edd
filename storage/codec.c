/*
 * Struct to tagged bytes and back, driven by the field tables of model.c.
 *
 * The wire kind stands beside each tag, so a reader that does not know the tag can step over it. Stored bytes
 * are read as if a stranger had written them: every length is checked against what is left. Pure; any thread.
 */
#include "storage/codec.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"

enum { FORMAT = 1, WIRE_BITS = 2, WIRE_MASK = (1 << WIRE_BITS) - 1, VARINT_BYTES_MAX = 10 };
enum wire { WIRE_NUMBER, WIRE_TEXT, WIRE_NUMBERS, WIRE_TEXTS };

static const uint8_t wire_of_kind[] = {
	[FIELD_U8] = WIRE_NUMBER, [FIELD_BOOL] = WIRE_NUMBER,
	[FIELD_U64] = WIRE_NUMBER, [FIELD_I64] = WIRE_NUMBER,
	[FIELD_STR] = WIRE_TEXT, [FIELD_ID_LIST] = WIRE_NUMBERS, [FIELD_STR_LIST] = WIRE_TEXTS,
};

/* Signed numbers alternate around zero, so that small negative ones stay short. */
static uint64_t zigzag(int64_t value)
{
	return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

static int64_t unzigzag(uint64_t value)
{
	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static void put_varint(struct buf *buf, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		buf_add_char(buf, (char)(value | 0x80));
	buf_add_char(buf, (char)value);
}

static void put_text(struct buf *buf, struct str text)
{
	put_varint(buf, text.n);
	buf_add(buf, text);
}

static void put_head(struct buf *buf, const struct field *field)
{
	put_varint(buf, (uint64_t)field->tag << WIRE_BITS | wire_of_kind[field->kind]);
}

static uint64_t number_of(const struct field *field, const void *member)
{
	switch (field->kind) {
	case FIELD_U8:
		return *(const uint8_t *)member;
	case FIELD_BOOL:
		return *(const bool *)member;
	case FIELD_U64:
		return *(const uint64_t *)member;
	default:
		return zigzag(*(const int64_t *)member);
	}
}

static void put_number(struct buf *buf, const struct field *field, const void *member)
{
	uint64_t value = number_of(field, member);

	if (value == 0)
		return;
	put_head(buf, field);
	put_varint(buf, value);
}

static void put_str(struct buf *buf, const struct field *field, const void *member)
{
	const struct str *text = member;

	if (text->n == 0)
		return;
	put_head(buf, field);
	put_text(buf, *text);
}

static void put_id_list(struct buf *buf, const struct field *field, const void *member)
{
	const struct id_list *list = member;

	if (list->count == 0)
		return;
	put_head(buf, field);
	put_varint(buf, list->count);
	for (size_t i = 0; i < list->count; i++)
		put_varint(buf, list->ids[i]);
}

static void put_str_list(struct buf *buf, const struct field *field, const void *member)
{
	const struct str_list *list = member;

	if (list->count == 0)
		return;
	put_head(buf, field);
	put_varint(buf, list->count);
	for (size_t i = 0; i < list->count; i++)
		put_text(buf, list->items[i]);
}

struct str codec_encode(struct arena *arena, const struct record_type *type, const void *record)
{
	static void (*const put[])(struct buf *, const struct field *, const void *) = {
		[WIRE_NUMBER] = put_number, [WIRE_TEXT] = put_str,
		[WIRE_NUMBERS] = put_id_list, [WIRE_TEXTS] = put_str_list,
	};
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add_char(&buf, FORMAT);
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];

		put[wire_of_kind[field->kind]](&buf, field, (const char *)record + field->offset);
	}
	return buf_str(&buf);
}

/* Reads on from `at`. Texts are handed out of one copy of all bytes, made when the first is met: a record
 * without texts or lists needs no arena. */
struct reader {
	struct arena *arena;
	struct str bytes, copy;
	size_t at;
};

static bool read_varint(struct reader *reader, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < VARINT_BYTES_MAX && reader->at < reader->bytes.n; i++) {
		uint64_t byte = (uint8_t)reader->bytes.p[reader->at++];

		if (i == VARINT_BYTES_MAX - 1 && byte > 1)
			return false;
		value |= (byte & 0x7F) << (7 * i);
		if (byte < 0x80) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

/* A length or a count of items of at least one byte each: never more than what is left. */
static bool read_length(struct reader *reader, size_t *ret_n)
{
	uint64_t n;

	if (!read_varint(reader, &n) || n > reader->bytes.n - reader->at)
		return false;
	*ret_n = (size_t)n;
	return true;
}

static bool read_text(struct reader *reader, struct str *ret_text)
{
	size_t n;

	if (!read_length(reader, &n))
		return false;
	if (n > 0) {
		if (!reader->copy.p)
			reader->copy = arena_str(reader->arena, reader->bytes);
		*ret_text = str_sub(reader->copy, reader->at, n);
		reader->at += n;
	}
	return true;
}

static bool read_number(struct reader *reader, const struct field *field, void *member)
{
	uint64_t value;

	if (!read_varint(reader, &value))
		return false;
	switch (field->kind) {
	case FIELD_U8:
		*(uint8_t *)member = (uint8_t)value;
		return value <= UINT8_MAX;
	case FIELD_BOOL:
		*(bool *)member = value != 0;
		return value <= 1;
	case FIELD_U64:
		*(uint64_t *)member = value;
		return true;
	default:
		*(int64_t *)member = unzigzag(value);
		return true;
	}
}

static bool read_str(struct reader *reader, const struct field *field, void *member)
{
	(void)field;
	return read_text(reader, member);
}

static bool read_id_list(struct reader *reader, const struct field *field, void *member)
{
	struct id_list list;

	(void)field;
	if (!read_length(reader, &list.count))
		return false;
	list.ids = ARENA_ARRAY(reader->arena, uint64_t, list.count);
	for (size_t i = 0; i < list.count; i++)
		if (!read_varint(reader, &list.ids[i]))
			return false;
	*(struct id_list *)member = list;
	return true;
}

static bool read_str_list(struct reader *reader, const struct field *field, void *member)
{
	struct str_list list;

	(void)field;
	if (!read_length(reader, &list.count))
		return false;
	list.items = ARENA_ARRAY(reader->arena, struct str, list.count);
	for (size_t i = 0; i < list.count; i++)
		if (!read_text(reader, &list.items[i]))
			return false;
	*(struct str_list *)member = list;
	return true;
}

/* Steps over a value whose tag is not known (any more, or yet). */
static bool skip_value(struct reader *reader, enum wire wire)
{
	uint64_t number;
	size_t n, count = 1;

	if ((wire == WIRE_NUMBERS || wire == WIRE_TEXTS) && !read_length(reader, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (wire == WIRE_NUMBER || wire == WIRE_NUMBERS) {
			if (!read_varint(reader, &number))
				return false;
			continue;
		}
		if (!read_length(reader, &n))
			return false;
		reader->at += n;
	}
	return true;
}

/* Members are written in the order of their table, so the search goes on where the last one ended. */
static const struct field *find_field(const struct record_type *type, uint64_t tag, size_t *next)
{
	for (size_t i = 0; i < type->field_count; i++) {
		size_t at = (*next + i) % type->field_count;

		if (type->fields[at].tag == tag) {
			*next = at + 1;
			return &type->fields[at];
		}
	}
	return NULL;
}

int codec_decode(struct arena *arena, const struct record_type *type, struct str bytes, void *record)
{
	static bool (*const read[])(struct reader *, const struct field *, void *) = {
		[WIRE_NUMBER] = read_number, [WIRE_TEXT] = read_str,
		[WIRE_NUMBERS] = read_id_list, [WIRE_TEXTS] = read_str_list,
	};
	struct reader reader = { .arena = arena, .bytes = bytes, .at = 1 };
	size_t next = 0;

	memset(record, 0, type->size);
	if (bytes.n == 0 || bytes.p[0] != FORMAT)
		return ERR_CORRUPT;
	while (reader.at < bytes.n) {
		const struct field *field;
		enum wire wire;
		uint64_t head;

		if (!read_varint(&reader, &head))
			return ERR_CORRUPT;
		wire = head & WIRE_MASK;
		field = find_field(type, head >> WIRE_BITS, &next);
		if (!field) {
			if (!skip_value(&reader, wire))
				return ERR_CORRUPT;
			continue;
		}
		if (wire != wire_of_kind[field->kind] ||
		    !read[wire](&reader, field, (char *)record + field->offset))
			return ERR_CORRUPT;
	}
	return OK;
}
