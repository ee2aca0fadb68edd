/*
 * CSV: one pass over the text, a field at a time.
 */
#include "storage/base/csv.h"

#include <string.h>

#include "storage/base/arena.h"

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

void csv_begin(struct csv_reader *reader, struct arena *arena, struct str text)
{
	static const struct str mark = STR("\xef\xbb\xbf");

	*reader = (struct csv_reader){ .arena = arena, .text = text, .separator = ',' };
	if (str_starts(text, mark))
		reader->at = mark.n;
}

void csv_begin_sheet(struct csv_reader *reader, struct arena *arena, struct str text)
{
	static const char separators[] = { ',', ';', '\t' };
	size_t counts[sizeof(separators)] = { 0 }, best = 0;
	bool in_quotes = false;

	csv_begin(reader, arena, text);
	for (size_t i = reader->at; i < text.n && (in_quotes || !is_line_end(text.p[i])); i++) {
		in_quotes ^= text.p[i] == '"';
		for (size_t k = 0; !in_quotes && k < sizeof(separators); k++)
			counts[k] += text.p[i] == separators[k];
	}
	for (size_t k = 1; k < sizeof(separators); k++)
		if (counts[k] > counts[best])
			best = k;
	reader->separator = separators[best];
}

/* CR, LF and CRLF end one line each. */
static void count_lines(struct csv_reader *reader, size_t until)
{
	struct str text = reader->text;

	if (reader->line == 0)
		reader->line = 1;
	for (; reader->counted < until; reader->counted++)
		reader->line += text.p[reader->counted] == '\n' ||
		                (text.p[reader->counted] == '\r' &&
		                 (reader->counted + 1 == text.n || text.p[reader->counted + 1] != '\n'));
}

/* White space that separates no fields. */
static bool is_blank(const struct csv_reader *reader, char c)
{
	return c == ' ' || (c == '\t' && reader->separator != '\t');
}

/* Behind the opening quote; leaves *at behind the closing one. */
static struct str quoted(struct csv_reader *reader, size_t *at)
{
	struct str text = reader->text, rest = str_sub(text, *at, SIZE_MAX);
	size_t end = str_find_char(rest, '"');
	struct buf buf;

	/* Mostly no quote stands inside, and the field is where it is. */
	if (end != SIZE_MAX && (end + 1 == rest.n || rest.p[end + 1] != '"')) {
		*at += end + 1;
		return str_sub(rest, 0, end);
	}
	buf_init(&buf, reader->arena, text.n + 1);
	while (*at < text.n) {
		size_t begin = *at;

		while (*at < text.n && text.p[*at] != '"')
			(*at)++;
		buf_add(&buf, str_sub(text, begin, *at - begin));
		if (*at == text.n || ++*at == text.n || text.p[*at] != '"')
			break;
		buf_add_char(&buf, '"');
		(*at)++;
	}
	return buf_str(&buf);
}

/* One field from *at; leaves *at at the comma or line end behind it. */
static struct str field_at(struct csv_reader *reader, size_t *at)
{
	struct str text = reader->text, field;
	size_t begin;

	while (*at < text.n && is_blank(reader, text.p[*at]))
		(*at)++;
	begin = *at;
	if (*at < text.n && text.p[*at] == '"') {
		(*at)++;
		field = quoted(reader, at);
		begin = *at;
	} else {
		field = STR_NONE;
	}
	while (*at < text.n && text.p[*at] != reader->separator && !is_line_end(text.p[*at]))
		(*at)++;
	/* What stands behind a closing quote is nobody's. */
	return str_trim(field.p ? field : str_sub(text, begin, *at - begin));
}

bool csv_next(struct csv_reader *reader, struct str *fields, size_t max, size_t *ret_count)
{
	struct str text = reader->text;
	size_t at = reader->at, count = 0;

	while (at < text.n && (is_line_end(text.p[at]) || is_blank(reader, text.p[at])))
		at++;
	count_lines(reader, at);
	if (at >= text.n) {
		reader->at = text.n;
		return false;
	}
	for (;;) {
		struct str field = field_at(reader, &at);

		if (count < max)
			fields[count++] = field;
		if (at >= text.n || text.p[at] != reader->separator)
			break;
		at++;
	}
	reader->at = at;
	*ret_count = count;
	return true;
}

static bool needs_quotes(struct str field)
{
	for (size_t i = 0; i < field.n; i++)
		if (field.p[i] == ',' || field.p[i] == '"' || is_line_end(field.p[i]))
			return true;
	return field.n && (field.p[0] == ' ' || field.p[field.n - 1] == ' ');
}

void csv_add(struct buf *buf, struct str field, bool first)
{
	if (!first)
		buf_add_char(buf, ',');
	if (!needs_quotes(field)) {
		buf_add(buf, field);
		return;
	}
	buf_add_char(buf, '"');
	for (size_t i = 0; i < field.n; i++) {
		if (field.p[i] == '"')
			buf_add_char(buf, '"');
		buf_add_char(buf, field.p[i]);
	}
	buf_add_char(buf, '"');
}

void csv_add_text(struct buf *buf, struct str field, bool first)
{
	bool formula = field.n && memchr("=+-@\t\r", field.p[0], 6);
	struct buf guarded;

	if (formula) {
		buf_init(&guarded, buf->arena, 0);
		buf_add_char(&guarded, '\'');
		buf_add(&guarded, field);
		field = buf_str(&guarded);
	}
	csv_add(buf, field, first);
}

void csv_end_row(struct buf *buf)
{
	buf_add_char(buf, '\n');
}
