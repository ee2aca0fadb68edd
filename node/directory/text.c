/*
 * Texts of LDAP.
 */
#include "node/directory/text.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum { GUID_BYTES = 16, ID_BYTES_MAX = 100, FILTER_DEPTH_MAX = 50 };

void directory_add_escaped(struct buf *buf, struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c == '*' || c == '(' || c == ')' || c == '\\' || c < 0x20 || c == 0x7f)
			buf_printf(buf, "\\%02x", c);
		else
			buf_add_char(buf, (char)c);
	}
}

struct str directory_name_filter(struct arena *arena, struct str filter, struct str login, struct str mail, struct str name)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_printf(&buf, "(&%.*s(|(%.*s=", STR_ARG(filter), STR_ARG(login));
	directory_add_escaped(&buf, name);
	buf_printf(&buf, ")(%.*s=", STR_ARG(mail));
	directory_add_escaped(&buf, name);
	buf_add(&buf, STR(")))"));
	return buf_str(&buf);
}

bool directory_is_filter(struct str filter)
{
	size_t depth = 0;

	if (!str_starts(filter, STR("(")) || !utf8_valid(filter))
		return false;
	for (size_t i = 0; i < filter.n; i++) {
		if (filter.p[i] == '(' && ++depth > FILTER_DEPTH_MAX)
			return false;
		if (filter.p[i] == ')' && depth-- == 1)
			return i + 1 == filter.n;
	}
	return false;
}

bool directory_is_attribute(struct str name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'))
			return false;
	}
	return name.n > 0;
}

static bool is_plain(struct str value)
{
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < 0x20 || value.p[i] == 0x7f)
			return false;
	return utf8_valid(value);
}

struct str directory_id_text(struct arena *arena, struct str value, bool guid)
{
	const unsigned char *b = (const unsigned char *)value.p;

	if (!value.n || value.n > ID_BYTES_MAX)
		return STR_NONE;
	if (guid && value.n == GUID_BYTES)
		return arena_printf(arena, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[3], b[2], b[1],
		                    b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
	return is_plain(value) ? str_lower(arena, value) : hex_encode(arena, value);
}

struct str directory_line(struct arena *arena, struct str value, size_t max)
{
	char *line = arena_cstr(arena, value);

	if (!utf8_valid(value))
		return STR_NONE;
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = ' ';
	return utf8_prefix(str_trim((struct str){ line, value.n }), max);
}
