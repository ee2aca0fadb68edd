/*
 * One cursor over the text, one function per production of RFC 8941 section 4.2; each leaves the cursor behind what it
 * read, or returns false.
 */
#include "federation/structured.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum { DECIMAL_WHOLE_MAX = 12, DECIMAL_FRACTION_MAX = 3 };

struct reader {
	struct arena *arena;
	const char *at, *end;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_alpha(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z');
}

/* The next byte, or NUL at the end; a NUL in the text is no production's beginning. */
static char peek(const struct reader *reader)
{
	return reader->at < reader->end ? *reader->at : '\0';
}

static bool take(struct reader *reader, char c)
{
	if (peek(reader) != c || reader->at == reader->end)
		return false;
	reader->at++;
	return true;
}

static struct str since(const struct reader *reader, const char *start)
{
	return (struct str){ start, (size_t)(reader->at - start) };
}

static void skip_spaces(struct reader *reader)
{
	while (take(reader, ' '))
		;
}

/* OWS of RFC 9110: around the commas of a dictionary tabs are allowed, too. */
static void skip_blanks(struct reader *reader)
{
	while (take(reader, ' ') || take(reader, '\t'))
		;
}

/* Section 4.2.3.3. */
static bool read_key(struct reader *reader, struct str *ret_key)
{
	const char *start = reader->at;
	char c = peek(reader);

	if (!is_lower(c) && c != '*')
		return false;
	while (is_lower(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == '*') {
		reader->at++;
		c = peek(reader);
	}
	*ret_key = since(reader, start);
	return true;
}

static size_t skip_digits(struct reader *reader)
{
	size_t n = 0;

	while (is_digit(peek(reader))) {
		reader->at++;
		n++;
	}
	return n;
}

/* Section 4.2.4. */
static bool read_number(struct reader *reader, struct structured_item *item)
{
	const char *start = reader->at;
	bool negative = take(reader, '-');
	const char *digits = reader->at;
	size_t whole = skip_digits(reader), fraction = 0;

	item->kind = STRUCTURED_INTEGER;
	if (whole && take(reader, '.')) {
		fraction = skip_digits(reader);
		item->kind = STRUCTURED_DECIMAL;
		if (fraction == 0)
			return false;
	}
	item->text = since(reader, start);
	if (item->kind == STRUCTURED_DECIMAL)
		return whole <= DECIMAL_WHOLE_MAX && fraction <= DECIMAL_FRACTION_MAX;
	if (whole == 0 || whole > STRUCTURED_INTEGER_MAX)
		return false;
	for (size_t i = 0; i < whole; i++)
		item->integer = item->integer * 10 + (digits[i] - '0');
	if (negative)
		item->integer = -item->integer;
	return true;
}

/* Section 4.2.5. Without escapes the text stays where it is. */
static bool read_string(struct reader *reader, struct structured_item *item)
{
	bool escaped = false;
	const char *start;
	struct buf buf;

	reader->at++;
	start = reader->at;
	while (peek(reader) != '"') {
		char c = peek(reader);

		if (c == '\\') {
			escaped = true;
			reader->at++;
			c = peek(reader);
			if (c != '"' && c != '\\')
				return false;
		} else if (c < ' ' || c > '~') {
			return false; /* the end, too */
		}
		reader->at++;
	}
	item->kind = STRUCTURED_STRING;
	item->text = since(reader, start);
	reader->at++;
	if (!escaped)
		return true;
	buf_init(&buf, reader->arena, 0);
	for (size_t i = 0; i < item->text.n; i++) {
		i += item->text.p[i] == '\\';
		buf_add_char(&buf, item->text.p[i]);
	}
	item->text = buf_str(&buf);
	return true;
}

/* Section 4.2.6. */
static bool read_token(struct reader *reader, struct structured_item *item)
{
	static const char others[] = "!#$%&'*+-.^_`|~:/";
	const char *start = reader->at;
	char c = peek(reader);

	while (is_alpha(c) || is_digit(c) || (c && strchr(others, c))) {
		reader->at++;
		c = peek(reader);
	}
	item->kind = STRUCTURED_TOKEN;
	item->text = since(reader, start);
	return true;
}

/* Section 4.2.7; base64 with padding and of the first alphabet, as two readers agree on nothing else. */
static bool read_bytes(struct reader *reader, struct structured_item *item)
{
	const char *start;
	struct str text;

	reader->at++;
	start = reader->at;
	while (is_alpha(peek(reader)) || is_digit(peek(reader)) || peek(reader) == '+' || peek(reader) == '/' ||
	       peek(reader) == '=')
		reader->at++;
	text = since(reader, start);
	item->kind = STRUCTURED_BYTES;
	return take(reader, ':') && text.n % 4 == 0 && base64_decode(reader->arena, text, &item->text) == OK;
}

/* Section 4.2.8. */
static bool read_boolean(struct reader *reader, struct structured_item *item)
{
	reader->at++;
	item->kind = STRUCTURED_BOOLEAN;
	item->integer = peek(reader) == '1';
	return take(reader, '1') || take(reader, '0');
}

/* Section 4.2.3.1. */
static bool read_bare_item(struct reader *reader, struct structured_item *item)
{
	char c = peek(reader);

	if (c == '-' || is_digit(c))
		return read_number(reader, item);
	if (c == '"')
		return read_string(reader, item);
	if (c == ':')
		return read_bytes(reader, item);
	if (c == '?')
		return read_boolean(reader, item);
	return (is_alpha(c) || c == '*') && read_token(reader, item);
}

/* Section 4.2.3.2. */
static bool read_params(struct reader *reader, struct structured_item *item)
{
	struct structured_param *params = NULL;

	while (take(reader, ';')) {
		struct structured_item value = { .kind = STRUCTURED_BOOLEAN, .integer = 1 };
		struct str key;

		skip_spaces(reader);
		if (item->param_count == STRUCTURED_PARAMS_MAX || !read_key(reader, &key) ||
		    structured_param(item, key))
			return false;
		if (take(reader, '=')) {
			value.integer = 0;
			if (!read_bare_item(reader, &value))
				return false;
		}
		if (!params)
			params = ARENA_ARRAY(reader->arena, struct structured_param, STRUCTURED_PARAMS_MAX);
		item->params = params;
		params[item->param_count++] = (struct structured_param){ key, value.kind, value.text, value.integer };
	}
	return true;
}

/* Section 4.2.1.2, without the parameters behind it. */
static bool read_list(struct reader *reader, struct structured_member *member)
{
	struct structured_item *items = ARENA_ARRAY(reader->arena, struct structured_item, STRUCTURED_ITEMS_MAX);

	reader->at++;
	member->value.kind = STRUCTURED_LIST;
	member->items = items;
	for (;;) {
		struct structured_item item = { 0 };

		skip_spaces(reader);
		if (take(reader, ')'))
			return true;
		if (member->item_count == STRUCTURED_ITEMS_MAX || !read_bare_item(reader, &item) ||
		    !read_params(reader, &item) || (peek(reader) != ' ' && peek(reader) != ')'))
			return false;
		items[member->item_count++] = item;
	}
}

static bool read_member(struct reader *reader, struct structured_member *member)
{
	const char *start;

	if (!read_key(reader, &member->key))
		return false;
	member->value = (struct structured_item){ .kind = STRUCTURED_BOOLEAN, .integer = 1 };
	start = reader->at;
	if (take(reader, '=')) {
		start = reader->at;
		member->value = (struct structured_item){ 0 };
		if (!(peek(reader) == '(' ? read_list(reader, member) : read_bare_item(reader, &member->value)))
			return false;
	}
	if (!read_params(reader, &member->value))
		return false;
	member->raw = since(reader, start);
	return true;
}

/* Section 4.2.2. */
static bool read_dictionary(struct reader *reader, struct structured_dictionary *dictionary)
{
	struct structured_member *members =
		ARENA_ARRAY(reader->arena, struct structured_member, STRUCTURED_MEMBERS_MAX);

	dictionary->members = members;
	skip_spaces(reader);
	if (reader->at == reader->end)
		return true;
	for (;;) {
		struct structured_member member = { 0 };

		if (dictionary->count == STRUCTURED_MEMBERS_MAX || !read_member(reader, &member) ||
		    structured_member(dictionary, member.key))
			return false;
		members[dictionary->count++] = member;
		skip_blanks(reader);
		if (reader->at == reader->end)
			return true;
		if (!take(reader, ','))
			return false;
		skip_blanks(reader);
	}
}

int structured_dictionary_parse(struct arena *arena, struct str text, struct structured_dictionary *ret_dictionary)
{
	struct structured_dictionary dictionary = { 0 };
	struct reader reader = { .arena = arena, .at = text.p, .end = text.p };

	if (text.n > STRUCTURED_BYTES_MAX)
		return ERR_INVALID;
	if (text.n)
		reader.end = text.p + text.n;
	if (!read_dictionary(&reader, &dictionary))
		return ERR_INVALID;
	*ret_dictionary = dictionary;
	return OK;
}

const struct structured_member *structured_member(const struct structured_dictionary *dictionary, struct str key)
{
	for (size_t i = 0; i < dictionary->count; i++)
		if (str_eq(dictionary->members[i].key, key))
			return &dictionary->members[i];
	return NULL;
}

const struct structured_param *structured_param(const struct structured_item *item, struct str key)
{
	for (size_t i = 0; i < item->param_count; i++)
		if (str_eq(item->params[i].key, key))
			return &item->params[i];
	return NULL;
}

struct str structured_param_text(const struct structured_item *item, const char *key, enum structured_kind kind)
{
	const struct structured_param *param = structured_param(item, str_of(key));

	return param && param->kind == kind ? param->text : STR_NONE;
}
