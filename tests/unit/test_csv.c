/* CSV: what is written is read again, and no text, however broken, makes a reader stumble. */
#include "storage/base/csv.h"

#include <stdlib.h>

#include "storage/base/arena.h"
#include "tests/unit/tap.h"

enum { FIELDS = 6 };

static struct arena *arena;

/* All rows as "a|b/c": rows end with '/'. */
static struct str table(struct str text)
{
	struct str fields[FIELDS];
	struct csv_reader reader;
	struct buf out;
	size_t count;

	buf_init(&out, arena, 0);
	csv_begin(&reader, arena, text);
	while (csv_next(&reader, fields, FIELDS, &count)) {
		for (size_t i = 0; i < count; i++) {
			if (i)
				buf_add_char(&out, '|');
			buf_add(&out, fields[i]);
		}
		buf_add_char(&out, '/');
	}
	return buf_str(&out);
}

static void check_reading(void)
{
	static const struct { const char *text, *expected, *why; } cases[] = {
		{ "", "", "an empty text has no row" },
		{ "\n\r\n  \n", "", "nor has one of blank lines" },
		{ "a,b\nc", "a|b/c/", "the last line needs no end" },
		{ "a,b\r\nc,d\re,f\n", "a|b/c|d/e|f/", "a line ends in three ways" },
		{ "\xef\xbb\xbf" "a,b", "a|b/", "a byte order mark is no field" },
		{ "\"a,b\",c", "a,b|c/", "a comma may be quoted" },
		{ "\"say \"\"a\"\"\",b", "say \"a\"|b/", "and so may a quote" },
		{ "\"two\nlines\",b", "two\nlines|b/", "and a line end" },
		{ "a, \"b\" ,c ", "a|b|c/", "white space around fields is none of them" },
		{ "a\"b,c", "a\"b|c/", "a quote inside of a field is a letter" },
		{ "\"a\"b,c", "a|c/", "what stands behind a quoted field is dropped" },
		{ "\"never closed,b\nc", "never closed,b\nc/", "the end of the text closes a quote" },
		{ ",,\n,a", "||/|a/", "fields may be empty" },
		{ "1,2,3,4,5,6,7,8", "1|2|3|4|5|6/", "and too many are passed over" },
		{ "\"", "/", "a quote alone is an empty field" },
		{ "\"\",\"\"", "|/", "and so are two" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(table(str_of(cases[i].text)), str_of(cases[i].expected), cases[i].why);
}

/* What a spreadsheet writes, and what one reads. */
static void check_sheets(void)
{
	static const struct { const char *text; char separator; } cases[] = {
		{ "a,b;c,d", ',' }, { "a;b;c,d", ';' }, { "a\tb", '\t' }, { "\"a;b;c\",d", ',' }, { "", ',' }, { "a\nb;c", ',' },
	};
	static const struct { const char *field, *written; } cells[] = {
		{ "=1+1", "'=1+1" }, { "+33", "'+33" }, { "-x", "'-x" }, { "@x", "'@x" }, { "\tx", "'\tx" }, { "a=b", "a=b" },
		{ "=a,b", "\"'=a,b\"" }, { "", "" },
	};
	struct str fields[FIELDS];
	struct csv_reader reader;
	size_t count;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		csv_begin_sheet(&reader, arena, str_of(cases[i].text));
		ok(reader.separator == cases[i].separator, "the separator of sheet %zu is found", i);
	}
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		struct buf out;

		buf_init(&out, arena, 0);
		csv_add_text(&out, str_of(cells[i].field), true);
		ok(str_eq(buf_str(&out), str_of(cells[i].written)), "cell %zu is harmless", i);
	}
	csv_begin_sheet(&reader, arena, STR("a;b\r\n\r\n\"two\nlines\";x\r\n;y"));
	for (size_t i = 0; i < 3; i++) {
		static const size_t lines[] = { 1, 3, 5 };

		ok(csv_next(&reader, fields, FIELDS, &count) && reader.line == lines[i], "row %zu knows its line", i);
	}
}

/* A file of a megabyte may hold a quarter of a million of them. */
static void check_place(void)
{
	struct str text = STR("\"plain\",\"\"");
	struct str fields[FIELDS];
	struct csv_reader reader;
	size_t count;

	csv_begin(&reader, arena, text);
	ok(csv_next(&reader, fields, FIELDS, &count) && count == 2 && fields[0].p == text.p + 1,
	   "a quoted field without quotes in it is not copied");
}

/* Random fields of the characters that matter come back as they were written. */
static void check_round_trip(void)
{
	static const char letters[] = "ab,\"\n\r x;=";
	bool same = true;

	srand(7);
	for (int round = 0; round < 2000 && same; round++) {
		struct str fields[FIELDS], found[FIELDS];
		struct csv_reader reader;
		struct buf buf;
		size_t count;

		buf_init(&buf, arena, 0);
		for (int i = 0; i < FIELDS; i++) {
			size_t n = (size_t)rand() % 6;
			char *text = arena_alloc(arena, n + 2);

			for (size_t c = 0; c < n; c++)
				text[c] = letters[(size_t)rand() % (sizeof(letters) - 1)];
			text[n] = 'z';
			fields[i] = str_trim((struct str){ text, n + 1 });
			csv_add(&buf, fields[i], i == 0);
		}
		csv_end_row(&buf);
		csv_begin(&reader, arena, buf_str(&buf));
		same = csv_next(&reader, found, FIELDS, &count) && count == FIELDS;
		for (int i = 0; same && i < FIELDS; i++)
			same = str_eq(fields[i], found[i]);
		same = same && !csv_next(&reader, found, FIELDS, &count);
	}
	ok(same, "what was written is read again");
}

/* Random bytes: the reader ends, never goes back, and stays inside. */
static void check_anything(void)
{
	bool good = true;

	for (int round = 0; round < 3000 && good; round++) {
		size_t n = (size_t)rand() % 60, count, last = 0;
		char *text = malloc(n + 1);  /* of its own, so that a sanitizer sees a step too far */
		struct str fields[FIELDS];
		struct csv_reader reader;
		struct arena *scratch = arena_new();

		for (size_t i = 0; i < n; i++)
			text[i] = rand() % 2 ? (char)rand() : ",\"\r\n"[rand() % 4];
		csv_begin(&reader, scratch, (struct str){ text, n });
		while (good && csv_next(&reader, fields, FIELDS, &count)) {
			good = count > 0 && count <= FIELDS && reader.at > last && reader.at <= n;
			last = reader.at;
		}
		arena_free(scratch);
		free(text);
	}
	ok(good, "any bytes are some table");
}

int main(void)
{
	arena = arena_new();
	check_reading();
	check_place();
	check_sheets();
	check_round_trip();
	check_anything();
	arena_free(arena);
	return done();
}
