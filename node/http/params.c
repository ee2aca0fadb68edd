/*
 * Foreign text to a flat list of parameters. Does not know which parameters a route has. Pure; any thread.
 */
#include "node/http/params.h"

#include "storage/base/json.h"

/* Where the series "name[][member]" stands: the element that members are added to now. */
struct params_series {
	struct str name;
	size_t element;
	struct params_series *next;
};

void params_init(struct params *params, struct arena *arena)
{
	*params = (struct params){ .arena = arena };
}

static void fail(struct params *params, int err)
{
	if (params->err == OK)
		params->err = err;
}

static void append(struct params *params, struct param param)
{
	if (params->err != OK)
		return;
	if (param.name.n > PARAM_NAME_MAX)
		return;
	if (params->count == PARAMS_MAX) {
		fail(params, ERR_LIMIT);
		return;
	}
	if (!utf8_valid(param.name) || (!param.file_name.p && !utf8_valid(param.value))) {
		fail(params, ERR_INVALID);
		return;
	}
	if (params->count == params->capacity) {
		size_t capacity = params->capacity ? 2 * params->capacity : 16;
		struct param *items = ARENA_ARRAY(params->arena, struct param, capacity);

		for (size_t i = 0; i < params->count; i++)
			items[i] = params->items[i];
		params->items = items;
		params->capacity = capacity;
	}
	params->items[params->count++] = param;
}

static bool has_name(const struct params *params, struct str name)
{
	for (size_t i = 0; i < params->count; i++)
		if (str_eq(params->items[i].name, name))
			return true;
	return false;
}

static struct params_series *series_of(struct params *params, struct str name)
{
	struct params_series *series = params->series;

	while (series && !str_eq(series->name, name))
		series = series->next;
	if (!series) {
		series = ARENA_NEW(params->arena, struct params_series);
		*series = (struct params_series){ .name = name, .next = params->series };
		params->series = series;
	}
	return series;
}

/* "x[][y]" becomes "x[N][y]"; a y that element N has already starts element N + 1, unless y is a list itself. */
static struct str number_element(struct params *params, struct str name)
{
	size_t at = str_find(name, STR("[]["));
	struct str member, numbered;
	struct params_series *series;

	if (at == SIZE_MAX || name.n > PARAM_NAME_MAX)
		return name;
	member = str_sub(name, at + 2, SIZE_MAX);
	name = str_sub(name, 0, at);
	series = series_of(params, name);
	numbered = arena_printf(params->arena, "%.*s[%zu]%.*s", STR_ARG(name), series->element, STR_ARG(member));
	if (str_ends(member, STR("[]")) || !has_name(params, numbered))
		return numbered;
	series->element++;
	return arena_printf(params->arena, "%.*s[%zu]%.*s", STR_ARG(name), series->element, STR_ARG(member));
}

void params_add_form(struct params *params, struct str text)
{
	while (text.p && params->err == OK) {
		struct str value = str_cut(&text, '&'), name;

		if (!value.n)
			continue;
		name = str_cut(&value, '=');
		if (!value.p)
			value = STR("");
		if (percent_decode(params->arena, name, true, &name) != OK ||
		    percent_decode(params->arena, value, true, &value) != OK) {
			fail(params, ERR_INVALID);
			return;
		}
		append(params, (struct param){ .name = number_element(params, name), .value = value });
	}
}

static struct str json_scalar(struct arena *arena, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING: return json_str_of(value);
	case JSON_TRUE: return STR("true");
	case JSON_FALSE: return STR("false");
	case JSON_INTEGER: return arena_printf(arena, "%lld", (long long)json_integer_value(value));
	case JSON_REAL: return arena_printf(arena, "%.17g", json_real_value(value));
	default: return STR_NONE;
	}
}

static void add_json_value(struct params *params, struct str name, json_t *value, unsigned depth);

static void add_json_array(struct params *params, struct str name, json_t *array, unsigned depth)
{
	size_t i;
	json_t *value;

	json_array_foreach(array, i, value) {
		if (json_is_object(value) || json_is_array(value))
			add_json_value(params, arena_printf(params->arena, "%.*s[%zu]", STR_ARG(name), i), value, depth + 1);
		else
			add_json_value(params, arena_printf(params->arena, "%.*s[]", STR_ARG(name)), value, depth + 1);
		if (params->err != OK)
			return;
	}
}

static void add_json_object(struct params *params, struct str name, json_t *object, unsigned depth)
{
	const char *key;
	size_t key_bytes;
	json_t *value;

	json_object_keylen_foreach(object, key, key_bytes, value) {
		struct str member = { key, key_bytes };

		/* Before it is copied: a long name times many values is a lot of memory. */
		if (name.n + member.n > PARAM_NAME_MAX)
			continue;
		if (name.n)
			member = arena_printf(params->arena, "%.*s[%.*s]", STR_ARG(name), STR_ARG(member));
		add_json_value(params, member, value, depth + 1);
		if (params->err != OK)
			return;
	}
}

static void add_json_value(struct params *params, struct str name, json_t *value, unsigned depth)
{
	/* Null and empty values make no parameter; they are bounded all the same. */
	if (depth > PARAMS_JSON_DEPTH || ++params->json_values > 4 * PARAMS_MAX)
		fail(params, ERR_LIMIT);
	else if (json_is_object(value))
		add_json_object(params, name, value, depth);
	else if (json_is_array(value))
		add_json_array(params, name, value, depth);
	else if (!json_is_null(value))
		append(params, (struct param){ .name = name, .value = json_scalar(params->arena, value) });
}

void params_add_json(struct params *params, struct str body)
{
	json_t *tree;
	int err = json_parse(params->arena, body, &tree);

	if (err != OK)
		fail(params, err);
	else if (json_is_object(tree))
		add_json_value(params, STR(""), tree, 0);
}

/* The text of a quoted attribute: a backslash makes the next quote or backslash literal; other backslashes stand
 * (Windows paths). */
static struct str unquote(struct arena *arena, struct str quoted)
{
	struct buf text;

	buf_init(&text, arena, 0);
	for (size_t i = 0; i < quoted.n; i++) {
		if (quoted.p[i] == '\\' && i + 1 < quoted.n && (quoted.p[i + 1] == '"' || quoted.p[i + 1] == '\\'))
			i++;
		buf_add_char(&text, quoted.p[i]);
	}
	return text.n ? buf_str(&text) : STR("");
}

/* Position of the quote that ends the quoted text which begins at `at`; the end of `header` if none does. */
static size_t quote_end(struct str header, size_t at)
{
	while (at < header.n && header.p[at] != '"')
		at += header.p[at] == '\\' && at + 1 < header.n ? 2 : 1;
	return at < header.n ? at : header.n;
}

/* One attribute of a header value such as: form-data; name="a"; filename="b.png". STR_NONE when absent. */
static struct str header_attribute(struct arena *arena, struct str header, struct str wanted)
{
	size_t at = str_find_char(header, ';');

	while (at < header.n) {
		struct str rest = str_sub(header, at + 1, SIZE_MAX), name = rest, value;
		size_t equals = 0, end;

		while (equals < rest.n && rest.p[equals] != '=' && rest.p[equals] != ';')
			equals++;
		name.n = equals;
		if (equals == rest.n || rest.p[equals] == ';') {
			at += 1 + equals;
			continue;
		}
		value = str_trim(str_sub(rest, equals + 1, SIZE_MAX));
		if (value.n && value.p[0] == '"') {
			end = quote_end(value, 1);
			if (str_eq_nocase(str_trim(name), wanted))
				return unquote(arena, str_sub(value, 1, end - 1));
		} else {
			end = str_find_char(value, ';');
			if (str_eq_nocase(str_trim(name), wanted))
				return arena_str(arena, str_trim(str_sub(value, 0, end)));
		}
		value = str_sub(value, end, SIZE_MAX);
		end = str_find_char(value, ';');
		at = end == SIZE_MAX ? header.n : (size_t)(value.p - header.p) + end;
	}
	return STR_NONE;
}

/* Reads the header lines of one part. false: no form-data with a name. */
static bool read_part_headers(struct arena *arena, struct str lines, struct param *ret_param)
{
	while (lines.p) {
		struct str value = str_trim(str_cut(&lines, '\n'));
		struct str name = str_trim(str_cut(&value, ':'));

		if (str_eq_nocase(name, STR("Content-Disposition"))) {
			ret_param->name = header_attribute(arena, value, STR("name"));
			ret_param->file_name = header_attribute(arena, value, STR("filename"));
			/* RFC 7578 section 4.2 forbids filename*, some send it all the same: a file, of no known name. */
			if (!ret_param->file_name.p && header_attribute(arena, value, STR("filename*")).p)
				ret_param->file_name = STR("file");
		} else if (str_eq_nocase(name, STR("Content-Type"))) {
			ret_param->content_type = arena_str(arena, str_trim(value));
		}
	}
	return ret_param->name.p != NULL;
}

/* One part: its headers, an empty line, its content. */
static void add_part(struct params *params, struct str part)
{
	struct param param = { 0 };
	size_t headers_end = str_find(str_sub(part, 0, PARAMS_PART_HEADERS_MAX), STR("\r\n\r\n"));

	if (headers_end == SIZE_MAX ||
	    !read_part_headers(params->arena, str_sub(part, 0, headers_end), &param)) {
		fail(params, ERR_INVALID);
		return;
	}
	param.value = str_sub(part, headers_end + 4, SIZE_MAX);
	if (param.file_name.p && !param.file_name.n && !param.value.n)
		return;
	if (!param.file_name.p)
		param.content_type = STR_NONE;
	else if (!utf8_valid(param.file_name))
		param.file_name = STR("file");
	param.name = number_element(params, param.name);
	append(params, param);
}

void params_add_multipart(struct params *params, struct str content_type, struct str body)
{
	struct str boundary = header_attribute(params->arena, content_type, STR("boundary")), delimiter;
	size_t at;

	if (!boundary.n || boundary.n > 70) {  /* RFC 2046 section 5.1.1 */
		fail(params, ERR_INVALID);
		return;
	}
	delimiter = arena_printf(params->arena, "\r\n--%.*s", STR_ARG(boundary));
	/* The first delimiter may stand at the very beginning, without its line break. */
	if (str_starts(body, str_sub(delimiter, 2, SIZE_MAX)))
		at = delimiter.n - 2;
	else if ((at = str_find(body, delimiter)) != SIZE_MAX)
		at += delimiter.n;
	while (at != SIZE_MAX && params->err == OK) {
		struct str rest = str_sub(body, at, SIZE_MAX);
		size_t line_end = str_find(rest, STR("\r\n")), part_end;

		if (str_starts(rest, STR("--")))
			return;
		part_end = line_end == SIZE_MAX ? SIZE_MAX : str_find(str_sub(rest, line_end, SIZE_MAX), delimiter);
		if (part_end == SIZE_MAX)
			break;
		/* A part begins behind the line of its delimiter; str_find looked from the end of that line on, because
		 * an empty part shares the line break. */
		add_part(params, str_sub(rest, line_end + 2, part_end >= 2 ? part_end - 2 : 0));
		at += line_end + part_end + delimiter.n;
	}
	fail(params, ERR_INVALID);
}

void params_add_body(struct params *params, struct str content_type, struct str body)
{
	struct str rest = content_type, type = str_trim(str_cut(&rest, ';'));

	if (!body.n)
		return;
	if (str_eq_nocase(type, STR("application/x-www-form-urlencoded")))
		params_add_form(params, body);
	else if (str_eq_nocase(type, STR("multipart/form-data")))
		params_add_multipart(params, content_type, body);
	else if (str_eq_nocase(type, STR("application/json")))
		params_add_json(params, body);
}
