/*
 * Bounded JSON reading over Jansson, and writing without a tree.
 *
 * Jansson counts neither values nor memory and nests 2048 deep; a scan over the bytes therefore comes first and
 * refuses what is too deep or too much before anything is allocated. Any thread.
 */
#include "storage/base/json.h"

#include <stdio.h>
#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"

/*
 * Depth and number of values, from brackets and commas outside of strings. Whether the text is JSON at all is for
 * the parser to say: on any text that it accepts, the counts here are exact or higher. NUL is refused here, because Jansson
 * takes it for the end of the text.
 */
static int check_bounds(struct str text)
{
	size_t depth = 0, values = 1;
	bool in_string = false;

	if (str_find_char(text, '\0') != SIZE_MAX)
		return ERR_INVALID;
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
			continue;
		}
		if (c == '"') {
			in_string = true;
		} else if (c == '[' || c == '{') {
			if (++depth > JSON_DEPTH_MAX)
				return ERR_LIMIT;
			values++;
		} else if (c == ']' || c == '}') {
			depth -= depth > 0;
		} else if (c == ',') {
			values++;
		}
		if (values > JSON_VALUES_MAX)
			return ERR_LIMIT;
	}
	return OK;
}

static void release_tree(void *tree)
{
	json_decref(tree);
}

int json_parse(struct arena *arena, struct str text, json_t **ret_value)
{
	json_error_t error;
	json_t *tree;
	int err;

	if (text.n > JSON_BYTES_MAX)
		return ERR_LIMIT;
	err = check_bounds(text);
	if (err)
		return err;
	tree = json_loadb(text.n ? text.p : "", text.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (!tree && json_error_code(&error) == json_error_out_of_memory) {
		fputs("out of memory\n", stderr);
		abort();
	}
	if (!tree)
		return ERR_INVALID;
	arena_defer(arena, release_tree, tree);
	*ret_value = tree;
	return OK;
}

json_t *json_member(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

struct str json_str_of(const json_t *value)
{
	return json_is_string(value) ? (struct str){ json_string_value(value), json_string_length(value) } : STR_NONE;
}

struct str json_member_str(const json_t *object, const char *key)
{
	return json_str_of(json_member(object, key));
}

bool json_member_bool(const json_t *object, const char *key, bool fallback)
{
	const json_t *value = json_member(object, key);

	return value ? json_is_true(value) : fallback;
}

uint64_t json_member_u64(const json_t *object, const char *key, uint64_t fallback)
{
	const json_t *value = json_member(object, key);
	uint64_t number;

	if (json_is_integer(value) && json_integer_value(value) >= 0)
		return (uint64_t)json_integer_value(value);
	return str_to_u64(json_str_of(value), &number) ? number : fallback;
}

size_t json_count(const json_t *value)
{
	if (!value || json_is_null(value))
		return 0;
	return json_is_array(value) ? json_array_size(value) : 1;
}

json_t *json_at(const json_t *value, size_t i)
{
	if (json_is_array(value))
		return json_array_get(value, i);
	/* Jansson's readers take const trees and give out plain ones; so do we. */
	return i < json_count(value) ? (json_t *)value : NULL;
}

static void render_value(struct json_writer *w, const json_t *value);

static void render_object(struct json_writer *w, const json_t *object)
{
	json_t *tree = (json_t *)object, *value;  /* the iterator wants it writable, and writes nothing */
	const char *key;

	json_w_object(w);
	json_object_foreach(tree, key, value) {
		json_w_key(w, key);
		render_value(w, value);
	}
	json_w_object_end(w);
}

static void render_array(struct json_writer *w, const json_t *array)
{
	json_w_array(w);
	for (size_t i = 0; i < json_array_size(array); i++)
		render_value(w, json_array_get(array, i));
	json_w_array_end(w);
}

static bool reads_as(struct str text, double wanted)
{
	json_t *value = json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL);
	bool same = json_is_real(value) && json_real_value(value) == wanted;

	json_decref(value);
	return same;
}

/* The fewest digits that read back as the same double; Jansson writes it, because printf() asks the locale. */
static void render_real(struct json_writer *w, const json_t *real)
{
	char text[32];  /* 17 digits, sign, point, exponent */
	size_t n = 0;

	for (size_t digits = 15; digits <= 17; digits++) {
		n = json_dumpb(real, text, sizeof(text), JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));
		if (n > 0 && n <= sizeof(text) && reads_as((struct str){ text, n }, json_real_value(real)))
			break;
	}
	json_w_raw(w, (struct str){ text, n });
}

/* A tree without a value renders as null. Foreign trees nest JSON_DEPTH_MAX deep at most. */
static void render_value(struct json_writer *w, const json_t *value)
{
	if (!value) {
		json_w_null(w);
		return;
	}
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		render_object(w, value);
		return;
	case JSON_ARRAY:
		render_array(w, value);
		return;
	case JSON_STRING:
		json_w_str(w, json_str_of(value));
		return;
	case JSON_INTEGER:
		json_w_i64(w, json_integer_value(value));
		return;
	case JSON_REAL:
		render_real(w, value);
		return;
	case JSON_TRUE:
	case JSON_FALSE:
		json_w_bool(w, json_is_true(value));
		return;
	case JSON_NULL:
		json_w_null(w);
		return;
	}
}

struct str json_render(struct arena *arena, const json_t *value)
{
	struct json_writer writer;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&writer, &buf);
	render_value(&writer, value);
	return buf.err ? STR_NONE : buf_str(&buf);
}

void json_writer_init(struct json_writer *writer, struct buf *buf)
{
	*writer = (struct json_writer){ .buf = buf };
}

/* Every value passes here: the comma before it, and the need of one before the next. */
static void start_value(struct json_writer *w)
{
	if (w->comma)
		buf_add_char(w->buf, ',');
	w->comma = true;
}

static void open_level(struct json_writer *w, char bracket)
{
	start_value(w);
	buf_add_char(w->buf, bracket);
	w->comma = false;
}

static void close_level(struct json_writer *w, char bracket)
{
	buf_add_char(w->buf, bracket);
	w->comma = true;
}

void json_w_object(struct json_writer *w)
{
	open_level(w, '{');
}

void json_w_object_end(struct json_writer *w)
{
	close_level(w, '}');
}

void json_w_array(struct json_writer *w)
{
	open_level(w, '[');
}

void json_w_array_end(struct json_writer *w)
{
	close_level(w, ']');
}

/* The escape of an ASCII character that may not stand for itself; NUL is no character that json_parse() takes. */
static void add_escape(struct buf *buf, char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char shorts[128] = {
		['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};
	unsigned char code = (unsigned char)c;

	if (code == 0)
		buf_add_utf8(buf, 0xFFFD);
	else if (shorts[code])
		buf_add(buf, (struct str){ (const char[]){ '\\', shorts[code] }, 2 });
	else
		buf_add(buf, (struct str){ (const char[]){ '\\', 'u', '0', '0', hex[code >> 4], hex[code & 15] }, 6 });
}

/* ASCII that stands for itself in a string. */
static bool is_plain(char c)
{
	return (unsigned char)c >= 0x20 && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/*
 * Eight bytes at once: the high bit of a byte is set when it is no ASCII, or when it borrows, which a control
 * character does when 0x20 is taken from it, and a character that became 0 by XOR when 1 is. A borrow may reach the
 * next byte; then the answer is no already.
 */
static bool is_plain_word(const char *p)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return ((word | (word - 0x20 * ones) | ((word ^ '"' * ones) - ones) | ((word ^ '\\' * ones) - ones)) & high) == 0;
}

/* Where the first byte from `at` stands that is not plain, or the end. */
static size_t skip_plain(struct str text, size_t at)
{
	while (text.n - at >= sizeof(uint64_t) && is_plain_word(text.p + at))
		at += sizeof(uint64_t);
	while (at < text.n && is_plain(text.p[at]))
		at++;
	return at;
}

/* Runs of what may stand for itself are added in one piece; `at` is the end of the first plain one. */
static void add_with_escapes(struct buf *buf, struct str text, size_t at)
{
	bool valid = utf8_valid(text);
	size_t run = 0;

	buf_add_char(buf, '"');
	for (; at < text.n; at = skip_plain(text, at)) {
		size_t from = at;

		if ((unsigned char)text.p[at] < 0x80) {
			at++;
			buf_add(buf, str_sub(text, run, from - run));
			add_escape(buf, text.p[from]);
		} else if (valid) {
			at++;
			continue;
		} else if (utf8_next(text, &at) != 0xFFFD) {
			continue;
		} else {
			buf_add(buf, str_sub(text, run, from - run));
			buf_add_utf8(buf, 0xFFFD);
		}
		run = at;
	}
	buf_add(buf, str_sub(text, run, text.n - run));
	buf_add_char(buf, '"');
}

/* Keys and most texts need no escape: one copy. */
static void add_quoted(struct buf *buf, struct str text)
{
	size_t plain = skip_plain(text, 0);
	char *p;

	if (plain < text.n) {
		add_with_escapes(buf, text, plain);
		return;
	}
	p = buf_reserve(buf, text.n + 2);
	if (!p)
		return;
	p[0] = '"';
	if (text.n)
		memcpy(p + 1, text.p, text.n);
	p[text.n + 1] = '"';
	buf->n += text.n + 2;
}

void json_w_key(struct json_writer *w, const char *key)
{
	json_w_cstr(w, key);
	buf_add_char(w->buf, ':');
	w->comma = false;
}

void json_w_str(struct json_writer *w, struct str value)
{
	start_value(w);
	add_quoted(w->buf, value);
}

void json_w_cstr(struct json_writer *w, const char *value)
{
	json_w_str(w, str_of(value));
}

void json_w_u64(struct json_writer *w, uint64_t value)
{
	start_value(w);
	buf_add_u64(w->buf, value);
}

void json_w_i64(struct json_writer *w, int64_t value)
{
	start_value(w);
	if (value < 0)
		buf_add_char(w->buf, '-');
	buf_add_u64(w->buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void json_w_id(struct json_writer *w, uint64_t id)
{
	start_value(w);
	buf_add_char(w->buf, '"');
	buf_add_u64(w->buf, id);
	buf_add_char(w->buf, '"');
}

void json_w_bool(struct json_writer *w, bool value)
{
	json_w_raw(w, value ? STR("true") : STR("false"));
}

void json_w_null(struct json_writer *w)
{
	json_w_raw(w, STR("null"));
}

void json_w_date(struct json_writer *w, int64_t ms)
{
	char text[DATE_ISO_BYTES];

	if (ms == 0) {
		json_w_null(w);
		return;
	}
	date_iso(ms, text);
	json_w_cstr(w, text);
}

void json_w_raw(struct json_writer *w, struct str json)
{
	start_value(w);
	buf_add(w->buf, json);
}

void json_w_member_str(struct json_writer *w, const char *key, struct str value)
{
	json_w_key(w, key);
	json_w_str(w, value);
}

void json_w_member_cstr(struct json_writer *w, const char *key, const char *value)
{
	json_w_key(w, key);
	json_w_cstr(w, value);
}

void json_w_member_u64(struct json_writer *w, const char *key, uint64_t value)
{
	json_w_key(w, key);
	json_w_u64(w, value);
}

void json_w_member_id(struct json_writer *w, const char *key, uint64_t id)
{
	json_w_key(w, key);
	json_w_id(w, id);
}

void json_w_member_id_or_null(struct json_writer *w, const char *key, uint64_t id)
{
	json_w_key(w, key);
	if (id)
		json_w_id(w, id);
	else
		json_w_null(w);
}

void json_w_member_bool(struct json_writer *w, const char *key, bool value)
{
	json_w_key(w, key);
	json_w_bool(w, value);
}

void json_w_member_null(struct json_writer *w, const char *key)
{
	json_w_key(w, key);
	json_w_null(w);
}

void json_w_member_date(struct json_writer *w, const char *key, int64_t ms)
{
	json_w_key(w, key);
	json_w_date(w, ms);
}

void json_w_member_str_or_null(struct json_writer *w, const char *key, struct str value)
{
	json_w_key(w, key);
	if (value.n)
		json_w_str(w, value);
	else
		json_w_null(w);
}

void json_w_member_raw(struct json_writer *w, const char *key, struct str json)
{
	json_w_key(w, key);
	json_w_raw(w, json);
}
