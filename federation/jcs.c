/*
 * RFC 8785 over Jansson trees: the order of members and the form of numbers. Strings are json_w_str()'s, which
 * escapes exactly what section 3.2.2.2 asks for.
 *
 * Digits come from printf() and go back through strtod(), whose correct rounding the C library owes us; no text with
 * a decimal point is ever read back, so a locale that writes another one does no harm.
 */
#include "federation/jcs.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"

/* Up to 2^53 integers are doubles of the same value. */
static const json_int_t exact_max = (json_int_t)1 << DBL_MANT_DIG;

/* numbers */

/* 0.DIGITS times ten to the power of `point`. */
struct decimal {
	char digits[DBL_DECIMAL_DIG];
	int count;
	int point;
};

/* `value` > 0, rounded to `count` digits. */
static struct decimal round_to(double value, int count)
{
	struct decimal decimal = { .count = count };
	char text[DBL_DECIMAL_DIG + 32];  /* the point, which may be several bytes long, and the exponent */
	const char *p = text;

	snprintf(text, sizeof(text), "%.*e", count - 1, value);
	for (int i = 0; i < count; p++)
		if (*p >= '0' && *p <= '9')
			decimal.digits[i++] = *p;
	decimal.point = 1 + (int)strtol(strchr(p, 'e') + 1, NULL, 10);
	return decimal;
}

static bool reads_as(const struct decimal *decimal, double value)
{
	char text[DBL_DECIMAL_DIG + 16];

	snprintf(text, sizeof(text), "%.*se%d", decimal->count, decimal->digits, decimal->point - decimal->count);
	return strtod(text, NULL) == value;
}

static void step_up(struct decimal *decimal)
{
	int i = decimal->count - 1;

	while (i >= 0 && decimal->digits[i] == '9')
		decimal->digits[i--] = '0';
	if (i >= 0) {
		decimal->digits[i]++;
		return;
	}
	decimal->digits[0] = '1';
	decimal->point++;
}

/* A decimal of `count` digits that reads as `value`, the nearest one if there are several. Below a power of two the
 * doubles stand closer than above it: there the nearest may belong to a neighbour, and the next one up to `value`. */
static bool express(double value, int count, struct decimal *ret_decimal)
{
	*ret_decimal = round_to(value, count);
	if (reads_as(ret_decimal, value))
		return true;
	step_up(ret_decimal);
	return reads_as(ret_decimal, value);
}

/* What can be said with n digits can be said with n + 1, so the least number of digits is found by halving. */
static struct decimal shortest(double value)
{
	int low = 1, high = DBL_DECIMAL_DIG;
	struct decimal best = round_to(value, high), tried;

	while (low < high) {
		int middle = (low + high) / 2;

		if (express(value, middle, &tried)) {
			best = tried;
			high = middle;
		} else {
			low = middle + 1;
		}
	}
	return best;
}

static void add_zeros(struct buf *buf, int count)
{
	for (int i = 0; i < count; i++)
		buf_add_char(buf, '0');
}

static void add_exponential(struct buf *buf, const struct decimal *decimal)
{
	struct str digits = { decimal->digits, (size_t)decimal->count };

	buf_add_char(buf, digits.p[0]);
	if (digits.n > 1)
		buf_add_char(buf, '.');
	buf_add(buf, str_sub(digits, 1, SIZE_MAX));
	buf_printf(buf, "e%+d", decimal->point - 1);
}

/* ECMA-262, Number::toString, from its step 6 on. */
static void add_decimal(struct buf *buf, const struct decimal *decimal)
{
	struct str digits = { decimal->digits, (size_t)decimal->count };

	if (decimal->point > 21 || decimal->point <= -6) {
		add_exponential(buf, decimal);
	} else if (decimal->point <= 0) {
		buf_add(buf, STR("0."));
		add_zeros(buf, -decimal->point);
		buf_add(buf, digits);
	} else if (decimal->count > decimal->point) {
		buf_add(buf, str_sub(digits, 0, (size_t)decimal->point));
		buf_add_char(buf, '.');
		buf_add(buf, str_sub(digits, (size_t)decimal->point, SIZE_MAX));
	} else {
		buf_add(buf, digits);
		add_zeros(buf, decimal->point - decimal->count);
	}
}

/* Jansson holds no infinite numbers and none that are not numbers. */
static void w_double(struct json_writer *w, double value)
{
	struct decimal decimal;

	json_w_raw(w, value < 0 ? STR("-") : STR_NONE);
	if (value == 0) {
		buf_add_char(w->buf, '0');
		return;
	}
	decimal = shortest(fabs(value));
	add_decimal(w->buf, &decimal);
}

static void w_integer(struct json_writer *w, json_int_t value)
{
	if (value >= -exact_max && value <= exact_max)
		json_w_i64(w, value);
	else
		w_double(w, (double)value);
}

/* objects */

struct member {
	const char *key;
	const json_t *value;
};

/*
 * Bytes of UTF-8 stand in the order of code points, and so do the units of UTF-16 but for one thing: what takes two
 * units begins with D800 to DBFF and goes before E000 to FFFF. In UTF-8 the latter begin with the bytes EE and EF.
 */
static int weight(unsigned char byte)
{
	return byte == 0xEE || byte == 0xEF ? byte + 0x10 : byte;
}

static int compare_members(const void *a, const void *b)
{
	const unsigned char *x = (const unsigned char *)((const struct member *)a)->key;
	const unsigned char *y = (const unsigned char *)((const struct member *)b)->key;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	return weight(*x) - weight(*y);
}

static void w_value(struct arena *arena, struct json_writer *w, const json_t *value);

static void w_object(struct arena *arena, struct json_writer *w, const json_t *object)
{
	struct member *members = ARENA_ARRAY(arena, struct member, json_object_size(object));
	json_t *tree = (json_t *)object, *value;  /* the iterator wants it writable, and writes nothing */
	const char *key;
	size_t count = 0;

	json_object_foreach(tree, key, value)
		members[count++] = (struct member){ key, value };
	if (count > 1)
		qsort(members, count, sizeof(*members), compare_members);
	json_w_object(w);
	for (size_t i = 0; i < count; i++) {
		json_w_key(w, members[i].key);
		w_value(arena, w, members[i].value);
	}
	json_w_object_end(w);
}

static void w_array(struct arena *arena, struct json_writer *w, const json_t *array)
{
	json_w_array(w);
	for (size_t i = 0; i < json_array_size(array); i++)
		w_value(arena, w, json_array_get(array, i));
	json_w_array_end(w);
}

static void w_value(struct arena *arena, struct json_writer *w, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		w_object(arena, w, value);
		return;
	case JSON_ARRAY:
		w_array(arena, w, value);
		return;
	case JSON_STRING:
		json_w_str(w, json_str_of(value));
		return;
	case JSON_INTEGER:
		w_integer(w, json_integer_value(value));
		return;
	case JSON_REAL:
		w_double(w, json_real_value(value));
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

int jcs_render(struct arena *arena, const json_t *value, struct str *ret_text)
{
	struct json_writer writer;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&writer, &buf);
	w_value(arena, &writer, value);
	if (buf.err)
		return buf.err;
	*ret_text = buf_str(&buf);
	return OK;
}
