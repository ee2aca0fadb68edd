/*
 * CSV: one pass over the text, a field at a time.
 */
#include "storage/base/csv.h"

#include "storage/base/arena.h"

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

void csv_begin(struct csv_reader *reader, struct arena *arena, struct str text)
{
	static const struct str mark = STR("\xef\xbb\xbf");

	*reader = (struct csv_reader){ .arena = arena, .text = text };
	if (str_starts(text, mark))
		reader->at = mark.n;
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

	while (*at < text.n && (text.p[*at] == ' ' || text.p[*at] == '\t'))
		(*at)++;
	begin = *at;
	if (*at < text.n && text.p[*at] == '"') {
		(*at)++;
		field = quoted(reader, at);
		begin = *at;
	} else {
		field = STR_NONE;
	}
	while (*at < text.n && text.p[*at] != ',' && !is_line_end(text.p[*at]))
		(*at)++;
	/* What stands behind a closing quote is nobody's. */
	return str_trim(field.p ? field : str_sub(text, begin, *at - begin));
}

bool csv_next(struct csv_reader *reader, struct str *fields, size_t max, size_t *ret_count)
{
	struct str text = reader->text;
	size_t at = reader->at, count = 0;

	while (at < text.n && (is_line_end(text.p[at]) || text.p[at] == ' ' || text.p[at] == '\t'))
		at++;
	if (at >= text.n) {
		reader->at = text.n;
		return false;
	}
	for (;;) {
		struct str field = field_at(reader, &at);

		if (count < max)
			fields[count++] = field;
		if (at >= text.n || text.p[at] != ',')
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

void csv_end_row(struct buf *buf)
{
	buf_add_char(buf, '\n');
}
