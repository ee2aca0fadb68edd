/*
 * One event, one line, one write(2): lines of several threads never mix, on a pipe neither (PIPE_BUF). A longer
 * line is cut. Any thread; the level is set before threads start.
 */
#include "storage/base/log.h"

#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "storage/base/str.h"

enum {
	SLOTS = 8,         /* values that one call may make by log_u64() and log_text() */
	SLOT_BYTES = 256,
};

struct line {
	char p[PIPE_BUF];  /* what POSIX writes to a pipe in one piece */
	size_t n;
};

static enum log_level log_highest = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
	log_highest = level;
}

/* Adds the whole text or, when the line is full, nothing; the last byte is kept for the line's end. */
static void line_add(struct line *line, const char *p, size_t n)
{
	if (n > sizeof(line->p) - 1 - line->n)
		return;
	memcpy(line->p + line->n, p, n);
	line->n += n;
}

/* The bytes p[0 … n), each as \xNN. */
static void line_add_hex(struct line *line, const char *p, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		line_add(line, (const char[]){ '\\', 'x', hex[c >> 4], hex[c & 15] }, 4);
	}
}

static bool is_control(uint32_t code_point)
{
	return code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0) ||
	       code_point == 0x2028 || code_point == 0x2029;
}

/* Controls (C1 and line separators too: terminals obey them) and bytes that are not UTF-8 are escaped. */
static void line_add_escaped(struct line *line, struct str text, bool quoted)
{
	size_t at = 0;

	while (at < text.n) {
		size_t from = at;
		uint32_t code_point = utf8_next(text, &at);

		if (code_point == '\n')
			line_add(line, "\\n", 2);
		else if (code_point == '\r')
			line_add(line, "\\r", 2);
		else if (is_control(code_point) || (code_point == 0xFFFD && at - from == 1))
			line_add_hex(line, text.p + from, at - from);
		else if (quoted && (code_point == '"' || code_point == '\\'))
			line_add(line, (const char[]){ '\\', (char)code_point }, 2);
		else
			line_add(line, text.p + from, at - from);
	}
}

static bool needs_quotes(struct str text)
{
	if (text.n == 0)
		return true;
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7F)
			return true;
	}
	return false;
}

static void line_add_value(struct line *line, const char *value)
{
	struct str text = str_of(value ? value : "-");
	bool quoted = needs_quotes(text);

	if (quoted)
		line_add(line, "\"", 1);
	line_add_escaped(line, text, quoted);
	if (quoted)
		line_add(line, "\"", 1);
}

void log_event(enum log_level level, const char *event, ...)
{
	struct line line = { .n = 0 };
	const char *key;
	va_list args;

	if (level > log_highest)
		return;
	line_add(&line, (const char[]){ '<', (char)('0' + level), '>' }, 3);
	line_add_escaped(&line, str_of(event), false);
	va_start(args, event);
	while ((key = va_arg(args, const char *))) {
		line_add(&line, " ", 1);
		line_add_escaped(&line, str_of(key), false);
		line_add(&line, "=", 1);
		line_add_value(&line, va_arg(args, const char *));
	}
	va_end(args);
	line.p[line.n++] = '\n';
	/* Nobody is left to tell when standard error is gone. */
	if (write(STDERR_FILENO, line.p, line.n) < 0)
		return;
}

/* The next of this thread's slots. */
static char *next_slot(void)
{
	static _Thread_local char slots[SLOTS][SLOT_BYTES];
	static _Thread_local unsigned next;

	return slots[next++ % SLOTS];
}

const char *log_u64(unsigned long long value)
{
	char *slot = next_slot();

	snprintf(slot, SLOT_BYTES, "%llu", value);
	return slot;
}

const char *log_text(const char *p, unsigned long n)
{
	char *slot = next_slot();

	if (n > SLOT_BYTES - 1)
		n = SLOT_BYTES - 1;
	if (n)
		memcpy(slot, p, n);
	slot[n] = '\0';
	return slot;
}
