/*
 * The notation of shapes.h, read and written as JSON Schema (draft 2020-12, as OpenAPI 3.1 has it).
 */
#include "node/api/description/shapes.h"

#include <string.h>

#include "node/api/description/entity_shapes.h"
#include "storage/base/arena.h"

struct field {
	struct str name, kind;
	struct str bounds;  /* between < and > */
	bool nullable, optional, required;
};

static const struct { const char *kind, *schema; } leaves[] = {
	{ "s", "\"type\":\"string\"" },
	{ "i", "\"type\":\"integer\"" },
	{ "n", "\"type\":\"number\"" },
	{ "b", "\"type\":\"boolean\"" },
	{ "o", "\"type\":\"object\"" },
	{ "d", "\"type\":\"string\",\"format\":\"date-time\"" },
	{ "D", "\"type\":\"string\",\"format\":\"date\"" },
	{ "u", "\"type\":\"string\",\"format\":\"uri\"" },
	{ "id", "\"type\":\"string\",\"pattern\":\"^[0-9]+$\"" },
	{ "file", "\"type\":\"string\",\"contentMediaType\":\"application/octet-stream\"" },
};

/* "name:kind" with its marks, in any order. */
static struct field read_field(struct str word)
{
	size_t colon = str_find_char(word, '=') != SIZE_MAX ? str_find_char(word, '=') : str_find_char(word, ':');
	struct field field = { .name = str_sub(word, 0, colon), .kind = str_sub(word, colon + 1, SIZE_MAX) };

	while (field.kind.n && strchr("?~!*>", field.kind.p[field.kind.n - 1])) {
		char mark = field.kind.p[--field.kind.n];

		field.nullable |= mark == '?';
		field.optional |= mark == '~' || mark == '!';
		field.required |= mark == '*';
		if (mark == '>') {
			size_t open = str_find_char(field.kind, '<');

			field.bounds = str_sub(field.kind, open + 1, SIZE_MAX);
			field.kind = str_sub(field.kind, 0, open);
		}
	}
	return field;
}

static void w_bounds(struct json_writer *w, const struct field *field)
{
	size_t dots = str_find(field->bounds, STR(".."));

	if (dots != SIZE_MAX) {
		json_w_member_raw(w, "minimum", str_sub(field->bounds, 0, dots));
		json_w_member_raw(w, "maximum", str_sub(field->bounds, dots + 2, SIZE_MAX));
	} else if (field->bounds.n) {
		json_w_member_raw(w, str_starts(field->kind, STR("[")) ? "maxItems" : "maxLength", field->bounds);
	}
}

static void w_words(struct json_writer *w, struct str words)
{
	json_w_member_cstr(w, "type", "string");
	json_w_key(w, "enum");
	json_w_array(w);
	while (words.p)
		json_w_str(w, str_cut(&words, '|'));
	json_w_array_end(w);
}

static void w_kind(struct json_writer *w, const struct field *field);

static void w_inner(struct json_writer *w, const char *key, struct str kind)
{
	struct field inner = { .kind = str_sub(kind, 1, kind.n - 2) };

	json_w_key(w, key);
	w_kind(w, &inner);
}

static void w_leaf(struct json_writer *w, struct str kind)
{
	for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++) {
		if (!str_eq(kind, str_of(leaves[i].kind)))
			continue;
		buf_add(w->buf, str_of(leaves[i].schema));
		w->comma = true;
		return;
	}
	json_w_member_str(w, "$ref", arena_printf(w->buf->arena, "#/components/schemas/%.*s", STR_ARG(kind)));
}

/* The schema of a kind, an object. */
static void w_kind(struct json_writer *w, const struct field *field)
{
	json_w_object(w);
	if (str_starts(field->kind, STR("["))) {
		json_w_member_cstr(w, "type", "array");
		w_inner(w, "items", field->kind);
	} else if (str_starts(field->kind, STR("{"))) {
		json_w_member_cstr(w, "type", "object");
		w_inner(w, "additionalProperties", field->kind);
	} else if (str_starts(field->kind, STR("("))) {
		w_words(w, str_sub(field->kind, 1, field->kind.n - 2));
	} else {
		w_leaf(w, field->kind);
	}
	w_bounds(w, field);
	json_w_object_end(w);
}

static void w_property(struct json_writer *w, const struct field *field)
{
	json_w_key(w, arena_cstr(w->buf->arena, field->name));
	if (!field->nullable) {
		w_kind(w, field);
		return;
	}
	json_w_object(w);
	json_w_key(w, "anyOf");
	json_w_array(w);
	w_kind(w, field);
	json_w_raw(w, STR("{\"type\":\"null\"}"));
	json_w_array_end(w);
	json_w_object_end(w);
}

/* "properties" and "required" of an entity's fields; "+X" stands in allOf, which whoever calls has written. */
static void w_fields(struct json_writer *w, struct str fields)
{
	struct str rest = fields;

	json_w_member_cstr(w, "type", "object");
	json_w_key(w, "properties");
	json_w_object(w);
	while (rest.p) {
		struct str word = str_cut(&rest, ' ');
		struct field field = read_field(word);

		if (word.n && word.p[0] != '+')
			w_property(w, &field);
	}
	json_w_object_end(w);
	json_w_key(w, "required");
	json_w_array(w);
	for (rest = fields; rest.p;) {
		struct str word = str_cut(&rest, ' ');
		struct field field = read_field(word);

		if (word.n && word.p[0] != '+' && !field.optional)
			json_w_str(w, field.name);
	}
	json_w_array_end(w);
}

static void w_entity(struct json_writer *w, struct str fields)
{
	struct str rest = fields;

	json_w_object(w);
	if (str_starts(fields, STR("("))) {
		w_words(w, str_sub(fields, 1, fields.n - 2));
	} else {
		if (str_starts(fields, STR("+"))) {
			json_w_key(w, "allOf");
			json_w_array(w);
			json_w_object(w);
			w_leaf(w, str_sub(str_cut(&rest, ' '), 1, SIZE_MAX));
			json_w_object_end(w);
			json_w_array_end(w);
		}
		w_fields(w, fields);
	}
	json_w_object_end(w);
}

void shapes_w_entities(struct json_writer *w)
{
	for (size_t i = 0; i < entity_shape_count; i++) {
		json_w_key(w, entity_shapes[i].name);
		w_entity(w, str_of(entity_shapes[i].fields));
	}
}

void shapes_w_answer(struct json_writer *w, const struct route_shape *shape)
{
	struct str kinds = str_of(shape->answer);
	struct field field = { .kind = kinds };

	if (str_find_char(kinds, ' ') == SIZE_MAX) {
		w_kind(w, &field);
		return;
	}
	json_w_object(w);
	json_w_key(w, "anyOf");
	json_w_array(w);
	while (kinds.p) {
		field.kind = str_cut(&kinds, ' ');
		w_kind(w, &field);
	}
	json_w_array_end(w);
	json_w_object_end(w);
}

/* --- parameters ------------------------------------------------------------------------------------------------- */

/* A page's parameters for "@20/40". */
static struct str unfold(struct arena *arena, const char *params)
{
	struct str text = str_of(params), size;
	size_t at = str_find_char(text, '@');

	if (at == SIZE_MAX)
		return text;
	size = str_sub(text, at + 1, SIZE_MAX);
	str_cut(&size, '/');
	return arena_printf(arena, "%.*smax_id:id since_id:id min_id:id limit:i<1..%.*s>", (int)at, text.p, STR_ARG(size));
}

void shapes_w_query(struct json_writer *w, const struct route_shape *shape)
{
	struct str rest = unfold(w->buf->arena, shape->params);

	while (rest.p) {
		struct field field = read_field(str_cut(&rest, ' '));
		bool list = str_starts(field.kind, STR("["));

		if (!field.name.n)
			continue;
		json_w_object(w);
		json_w_member_str(w, "name", arena_printf(w->buf->arena, "%.*s%s", STR_ARG(field.name), list ? "[]" : ""));
		json_w_member_cstr(w, "in", "query");
		json_w_member_bool(w, "required", field.required);
		json_w_key(w, "schema");
		w_kind(w, &field);
		json_w_object_end(w);
	}
}

/* Those of `params` that begin with `prefix`; those deeper inside once each. */
static void w_body_object(struct json_writer *w, struct str params, struct str prefix)
{
	struct str rest = params, group = STR_NONE;

	json_w_object(w);
	json_w_member_cstr(w, "type", "object");
	json_w_key(w, "properties");
	json_w_object(w);
	while (rest.p) {
		struct field field = read_field(str_cut(&rest, ' '));
		size_t dot;

		if (!str_starts(field.name, prefix) || !field.name.n)
			continue;
		field.name = str_sub(field.name, prefix.n, SIZE_MAX);
		dot = str_find_char(field.name, '.');
		if (dot == SIZE_MAX) {
			w_property(w, &field);
		} else if (!str_eq(group, str_sub(field.name, 0, dot))) {
			group = str_sub(field.name, 0, dot);
			json_w_key(w, arena_cstr(w->buf->arena, group));
			w_body_object(w, params, arena_printf(w->buf->arena, "%.*s%.*s.", STR_ARG(prefix), STR_ARG(group)));
		}
	}
	json_w_object_end(w);
	json_w_key(w, "required");
	json_w_array(w);
	for (rest = params; rest.p;) {
		struct field field = read_field(str_cut(&rest, ' '));
		struct str name = str_sub(field.name, prefix.n, SIZE_MAX);

		if (field.required && str_starts(field.name, prefix) && str_find_char(name, '.') == SIZE_MAX)
			json_w_str(w, name);
	}
	json_w_array_end(w);
	json_w_object_end(w);
}

void shapes_w_body(struct json_writer *w, const struct route_shape *shape)
{
	w_body_object(w, unfold(w->buf->arena, shape->params), STR(""));
}

bool shapes_has_file(const struct route_shape *shape)
{
	return strstr(shape->params, ":file") != NULL;
}

const struct route_shape *shapes_find(const char *method, const char *path)
{
	for (size_t i = 0; i < route_shape_count; i++)
		if (strcmp(route_shapes[i].method, method) == 0 && strcmp(route_shapes[i].path, path) == 0)
			return &route_shapes[i];
	return NULL;
}
