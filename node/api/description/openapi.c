/*
 * The route table as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0). It holds nothing of people, and
 * nothing that is not the same for everybody, so it is as open as the instance documents. HTTP threads.
 */
#include "node/api/description/openapi.h"

#include <string.h>

#include "node/api/answer.h"
#include "node/api/description/shapes.h"
#include "node/api/routes.h"
#include "node/node.h"
#include "node/version.h"

static const char *const body_types[] = {
	"application/json", "application/x-www-form-urlencoded", "multipart/form-data",
};

/* The end of the parameter's name that begins at `at`. */
static size_t name_end(struct str path, size_t at)
{
	while (at < path.n && path.p[at] != '/')
		at++;
	return at;
}

/* "/a/:id" as "/a/{id}". */
static struct str template_of(struct arena *arena, const char *route_path)
{
	struct str path = str_of(route_path);
	struct buf out;

	buf_init(&out, arena, path.n + 16);
	for (size_t i = 0; i < path.n;) {
		size_t end = name_end(path, i);

		if (path.p[i] != ':') {
			buf_add_char(&out, path.p[i++]);
			continue;
		}
		buf_printf(&out, "{%.*s}", STR_ARG(str_sub(path, i + 1, end - i - 1)));
		i = end;
	}
	return buf_str(&out);
}

static void write_path_parameters(struct json_writer *w, const char *route_path)
{
	struct str path = str_of(route_path);

	for (size_t i = 0; i < path.n; i++) {
		if (path.p[i] != ':')
			continue;
		json_w_object(w);
		json_w_member_str(w, "name", str_sub(path, i + 1, name_end(path, i) - i - 1));
		json_w_member_cstr(w, "in", "path");
		json_w_member_bool(w, "required", true);
		json_w_member_raw(w, "schema", STR("{\"type\":\"string\"}"));
		json_w_object_end(w);
	}
}

static bool has_body(const struct route *route)
{
	return strcmp(route->method, "GET") != 0;
}

static void write_parameters(struct json_writer *w, const struct route *route, const struct route_shape *shape)
{
	json_w_key(w, "parameters");
	json_w_array(w);
	write_path_parameters(w, route->path);
	if (shape && !has_body(route))
		shapes_w_query(w, shape);
	json_w_array_end(w);
}

/* The same parameters in each form; a file only fits into one of them. */
static void write_body(struct json_writer *w, const struct route_shape *shape)
{
	bool file = shape && shapes_has_file(shape);

	json_w_key(w, "requestBody");
	json_w_object(w);
	json_w_key(w, "content");
	json_w_object(w);
	for (size_t i = 0; i < sizeof(body_types) / sizeof(body_types[0]); i++) {
		if (file && strcmp(body_types[i], "multipart/form-data") != 0)
			continue;
		json_w_key(w, body_types[i]);
		json_w_object(w);
		json_w_key(w, "schema");
		if (shape)
			shapes_w_body(w, shape);
		else
			json_w_raw(w, STR("{\"type\":\"object\"}"));
		json_w_object_end(w);
	}
	json_w_object_end(w);
	json_w_object_end(w);
}

/* One of the row's scopes is enough, so each is an alternative of its own. */
static void write_security(struct json_writer *w, struct arena *arena, const struct route *route)
{
	json_w_key(w, "security");
	json_w_array(w);
	if (route->access != ACCESS_OPEN && !route->scopes)
		json_w_raw(w, STR("{\"oauth\":[]}"));
	for (unsigned i = 0; route->access != ACCESS_OPEN && i < SCOPE_COUNT; i++) {
		if (!(route->scopes & (scope_set)1 << i))
			continue;
		json_w_raw(w, arena_printf(arena, "{\"oauth\":[\"%.*s\"]}", STR_ARG(scope_render(arena, (scope_set)1 << i))));
	}
	json_w_array_end(w);
}

/* How a route refuses. What the table does not say stands under 4XX. */
static void write_refusals(struct json_writer *w, const struct route *route, const struct route_shape *shape)
{
	const struct { const char *status, *name; bool may; } refusals[] = {
		{ "401", "NotSignedIn", route->access != ACCESS_OPEN },
		{ "403", "OutOfScope", route->access != ACCESS_OPEN && route->scopes },
		{ "404", "NotFound", strchr(route->path, ':') != NULL },
		{ "422", "NotTaken", shape && shape->params[0] },
		{ "429", "TooMany", route->quota != QUOTA_NONE },
		{ "4XX", "Error", true },
	};

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].may)
			json_w_member_raw(w, refusals[i].status, arena_printf(w->buf->arena,
			                  "{\"$ref\":\"#/components/responses/%s\"}", refusals[i].name));
}

static void write_responses(struct json_writer *w, const struct route *route, const struct route_shape *shape)
{
	bool socket = route->token_in_query && !route->answers;

	json_w_key(w, "responses");
	json_w_object(w);
	json_w_key(w, socket ? "101" : "2XX");
	json_w_object(w);
	json_w_member_cstr(w, "description", socket ? "the connection becomes a WebSocket" : route->summary);
	if (!socket) {
		json_w_key(w, "content");
		json_w_object(w);
		json_w_key(w, route->answers ? route->answers : "application/json");
		json_w_object(w);
		if (shape && shape->answer) {
			json_w_key(w, "schema");
			shapes_w_answer(w, shape);
		}
		json_w_object_end(w);
		json_w_object_end(w);
	}
	json_w_object_end(w);
	write_refusals(w, route, shape);
	json_w_object_end(w);
}

static void write_operation(struct json_writer *w, struct arena *arena, const struct route *route)
{
	const struct route_shape *shape = shapes_find(route->method, route->path);
	struct str method = str_lower(arena, str_of(route->method));
	struct buf id;

	buf_init(&id, arena, 64);
	buf_add(&id, method);
	for (const char *p = route->path; *p; p++)
		if (*p != ':')
			buf_add_char(&id, strchr("/.-@", *p) ? '_' : *p);
	json_w_key(w, method.p);
	json_w_object(w);
	json_w_member_str(w, "operationId", buf_str(&id));
	json_w_member_cstr(w, "summary", route->summary);
	write_parameters(w, route, shape);
	if (has_body(route))
		write_body(w, shape);
	write_security(w, arena, route);
	write_responses(w, route, shape);
	json_w_object_end(w);
}

/* The next row from `from` on that is described and has this path; route_count when there is none. */
static size_t find_row(const char *path, size_t from)
{
	while (from < route_count && !(routes[from].cross_origin && strcmp(routes[from].path, path) == 0))
		from++;
	return from;
}

static void write_paths(struct json_writer *w, struct arena *arena)
{
	json_w_key(w, "paths");
	json_w_object(w);
	for (size_t i = 0; i < route_count; i++) {
		if (find_row(routes[i].path, 0) != i)
			continue;
		json_w_key(w, template_of(arena, routes[i].path).p);
		json_w_object(w);
		for (size_t row = i; row < route_count; row = find_row(routes[i].path, row + 1))
			write_operation(w, arena, &routes[row]);
		json_w_object_end(w);
	}
	json_w_object_end(w);
}

static void write_errors(struct json_writer *w)
{
	static const struct { const char *name, *description; } errors[] = {
		{ "Error", "what is wrong" },
		{ "NotSignedIn", "no token, or one that holds no longer" },
		{ "OutOfScope", "the token may not do that, or the person may not" },
		{ "NotFound", "there is none, or not for who asks" },
		{ "NotTaken", "a parameter is missing, or is not what it must be" },
		{ "TooMany", "asked too often; X-RateLimit-Reset says until when" },
	};

	json_w_key(w, "responses");
	json_w_object(w);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		json_w_key(w, errors[i].name);
		json_w_object(w);
		json_w_member_cstr(w, "description", errors[i].description);
		json_w_member_raw(w, "content", STR("{\"application/json\":{\"schema\":"
		                                    "{\"$ref\":\"#/components/schemas/Error\"}}}"));
		json_w_object_end(w);
	}
	json_w_object_end(w);
}

static void write_components(struct json_writer *w, struct arena *arena, struct str url)
{
	json_w_key(w, "components");
	json_w_object(w);
	json_w_key(w, "schemas");
	json_w_object(w);
	shapes_w_entities(w);
	json_w_object_end(w);
	write_errors(w);
	json_w_key(w, "securitySchemes");
	json_w_object(w);
	json_w_key(w, "oauth");
	json_w_object(w);
	json_w_member_cstr(w, "type", "oauth2");
	json_w_key(w, "flows");
	json_w_object(w);
	json_w_key(w, "authorizationCode");
	json_w_object(w);
	json_w_member_str(w, "authorizationUrl", arena_printf(arena, "%.*s/oauth/authorize", STR_ARG(url)));
	json_w_member_str(w, "tokenUrl", arena_printf(arena, "%.*s/oauth/token", STR_ARG(url)));
	json_w_key(w, "scopes");
	json_w_object(w);
	for (unsigned i = 0; i < SCOPE_COUNT; i++)
		json_w_member_cstr(w, scope_render(arena, (scope_set)1 << i).p, "");
	json_w_object_end(w);
	json_w_object_end(w);
	json_w_object_end(w);
	json_w_object_end(w);
	json_w_object_end(w);
	json_w_object_end(w);
}

int api_openapi(struct call *call, struct view *view)
{
	struct str url = call->node->instance.url;
	struct answer answer;
	struct json_writer *w = &answer.w;

	(void)view;
	answer_begin(&answer, call);
	json_w_object(w);
	json_w_member_cstr(w, "openapi", "3.1.0");
	json_w_key(w, "info");
	json_w_object(w);
	json_w_member_cstr(w, "title", SOFTWARE_NAME " client API");
	json_w_member_cstr(w, "version", SOFTWARE_VERSION);
	json_w_object_end(w);
	json_w_key(w, "servers");
	json_w_array(w);
	json_w_object(w);
	json_w_member_str(w, "url", url);
	json_w_object_end(w);
	json_w_array_end(w);
	write_paths(w, call->arena);
	write_components(w, call->arena, url);
	json_w_object_end(w);
	return answer_end(&answer, call, OK);
}
