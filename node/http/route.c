/*
 * The route table as a tree of path segments, and the raw target as a path. Parameters are params.c's. Pure; any
 * thread.
 */
#include "node/http/route.h"

#include <assert.h>

#include "node/http/params.h"

enum { CAPTURES_MAX = sizeof(((struct request *)0)->path_params) / sizeof(struct param) };

/* One place in the tree: what may follow, and the rows whose path ends here. */
struct place {
	struct str segment;
	struct place *children, *next;  /* exact segments: a list */
	struct place *prefixed;         /* what "@:name" leads to: a list; `segment` is the prefix */
	struct place *capture;          /* what ":name" leads to; its name is the row's business */
	struct route_row *rows;         /* with this very path */
	struct route_row *rest;         /* with "*" as the last segment */
	bool cross_origin;              /* a row here or below is */
};

struct route_row {
	const struct route *route;
	struct route_row *next;
};

struct route_index {
	struct place root;
};

/* Where the name of a capture begins in a segment of a row; SIZE_MAX in an exact one. */
static size_t capture_at(struct str segment)
{
	return str_find_char(segment, ':');
}

static struct place *in_list(struct place *list, struct str segment)
{
	while (list && !str_eq(list->segment, segment))
		list = list->next;
	return list;
}

static struct place *child_of(const struct place *place, struct str segment)
{
	return in_list(place->children, segment);
}

static struct place *grow_in_list(struct arena *arena, struct place **list, struct str segment)
{
	struct place *place = in_list(*list, segment);

	if (!place) {
		place = ARENA_NEW(arena, struct place);
		place->segment = segment;
		place->next = *list;
		*list = place;
	}
	return place;
}

static struct place *grow_child(struct arena *arena, struct place *place, struct str segment)
{
	size_t at = capture_at(segment);

	if (at == SIZE_MAX)
		return grow_in_list(arena, &place->children, segment);
	if (at > 0)
		return grow_in_list(arena, &place->prefixed, str_sub(segment, 0, at));
	if (!place->capture)
		place->capture = ARENA_NEW(arena, struct place);
	return place->capture;
}

/* Rows keep the order of the table, so that Allow lists methods as the table does. */
static void add_row(struct arena *arena, struct route_row **at, const struct route *route)
{
	while (*at)
		at = &(*at)->next;
	*at = ARENA_NEW(arena, struct route_row);
	(*at)->route = route;
}

static void grow(struct arena *arena, struct place *root, const struct route *route)
{
	struct str rest = str_of(route->path), segment;
	struct place *place = root;
	size_t captures = 0;

	assert(rest.n && rest.p[0] == '/');
	rest = str_sub(rest, 1, SIZE_MAX);
	while (rest.n) {
		segment = str_cut(&rest, '/');
		place->cross_origin |= route->cross_origin;
		captures += capture_at(segment) != SIZE_MAX || segment.p[0] == '*';
		assert(captures <= CAPTURES_MAX);
		if (str_eq(segment, STR("*"))) {
			add_row(arena, &place->rest, route);
			return;
		}
		place = grow_child(arena, place, segment);
	}
	place->cross_origin |= route->cross_origin;
	add_row(arena, &place->rows, route);
}

struct route_index *route_index_build(struct arena *arena, const struct route *routes, size_t count)
{
	struct route_index *index = ARENA_NEW(arena, struct route_index);

	for (size_t i = 0; i < count; i++)
		grow(arena, &index->root, &routes[i]);
	return index;
}

/* One search: the method that is wanted, the captures on the way, and the rows that had other methods. */
struct search {
	struct arena *arena;
	struct str method;
	struct str captures[CAPTURES_MAX];
	size_t capture_count;
	struct buf allow;
};

static const struct route *row_with_method(struct search *search, const struct route_row *row)
{
	for (; row; row = row->next) {
		struct str method = str_of(row->route->method);

		if (str_eq(method, search->method))
			return row->route;
		if (search->allow.n && str_find(buf_str(&search->allow), method) != SIZE_MAX)
			continue;
		if (search->allow.n)
			buf_add(&search->allow, STR(", "));
		buf_add(&search->allow, method);
	}
	return NULL;
}

static const struct route *find(struct search *search, const struct place *place, struct str rest);

static const struct route *find_captured(struct search *search, const struct place *place, struct str captured,
                                         struct str rest)
{
	const struct route *route;

	if (search->capture_count == CAPTURES_MAX)
		return NULL;
	search->captures[search->capture_count++] = captured;
	route = find(search, place, rest);
	if (!route)
		search->capture_count--;
	return route;
}

/* The row for what is left of the path (without its leading slash; p == NULL at its end), or NULL. Exact segments
 * are tried before captures and these before "*"; the tree's depth bounds the recursion. */
static const struct route *find(struct search *search, const struct place *place, struct str rest)
{
	const struct route *route = NULL;
	struct str left = rest, segment;
	const struct place *child;

	if (!rest.p)
		return row_with_method(search, place->rows);
	segment = str_cut(&left, '/');
	child = child_of(place, segment);
	if (child)
		route = find(search, child, left);
	for (child = place->prefixed; child && !route; child = child->next)
		if (str_starts(segment, child->segment) && segment.n > child->segment.n)
			route = find_captured(search, child, str_sub(segment, child->segment.n, SIZE_MAX), left);
	if (!route && place->capture)
		route = find_captured(search, place->capture, segment, left);
	if (!route && place->rest && search->capture_count < CAPTURES_MAX) {
		route = row_with_method(search, place->rest);
		if (route)
			search->captures[search->capture_count++] = rest;
	}
	return route;
}

static void name_captures(struct call *call, const struct search *search)
{
	struct str rest = str_of(call->route->path);
	size_t count = 0;

	while (rest.p && count < search->capture_count) {
		struct str segment = str_cut(&rest, '/');

		if (!segment.n || (capture_at(segment) == SIZE_MAX && segment.p[0] != '*'))
			continue;
		call->request.path_params[count] = (struct param){
			.name = segment.p[0] == '*' ? segment : str_sub(segment, capture_at(segment) + 1, SIZE_MAX),
			.value = search->captures[count],
		};
		count++;
	}
	call->request.path_param_count = count;
}

int route_index_match(const struct route_index *index, struct call *call, struct route_found *ret_found)
{
	struct str rest = str_sub(call->request.path, 1, SIZE_MAX), first = rest;
	struct search search = { .arena = call->arena, .method = call->request.method };
	const struct place *place;

	buf_init(&search.allow, call->arena, 0);
	*ret_found = (struct route_found){ 0 };
	call->route = find(&search, &index->root, rest.n ? rest : STR_NONE);
	if (call->route) {
		name_captures(call, &search);
		ret_found->cross_origin = call->route->cross_origin;
		return OK;
	}
	/* Clients try paths to learn what a server can do; a browser lets them see "no" only with CORS headers. */
	place = child_of(&index->root, str_cut(&first, '/'));
	ret_found->cross_origin = place && place->cross_origin;
	if (!search.allow.n)
		return ERR_NOT_FOUND;
	ret_found->allow = buf_str(&search.allow);
	return ERR_INVALID;
}

int route_match(const struct route *routes, size_t count, struct call *call, struct str *ret_allow)
{
	struct route_found found;
	int err = route_index_match(route_index_build(call->arena, routes, count), call, &found);

	*ret_allow = found.allow;
	return err;
}

/* The part of a target that is path and query: a target may be absolute (RFC 9112 section 3.2.2). */
static struct str without_origin(struct str target)
{
	size_t at;

	if (!str_starts(target, STR("http://")) && !str_starts(target, STR("https://")))
		return target;
	at = str_find(target, STR("://")) + 3;
	while (at < target.n && target.p[at] != '/' && target.p[at] != '?')
		at++;
	return str_sub(target, at, SIZE_MAX);
}

static bool has_encoded_slash(struct str path)
{
	return str_find(path, STR("%2F")) != SIZE_MAX || str_find(path, STR("%2f")) != SIZE_MAX;
}

int route_read_path(struct call *call)
{
	struct str query = without_origin(call->request.target), path = str_cut(&query, '?');

	if (!path.n && query.p)
		path = STR("/");
	if (!path.n || path.p[0] != '/' || str_find(path, STR("//")) != SIZE_MAX || has_encoded_slash(path))
		return ERR_INVALID;
	if (path.n > 1 && path.p[path.n - 1] == '/')
		path.n--;
	if (percent_decode(call->arena, path, false, &path) != OK || !utf8_valid(path))
		return ERR_INVALID;
	call->request.path = path;
	return OK;
}

int route_read_request(struct call *call)
{
	struct request *request = &call->request;
	struct str query = without_origin(request->target);
	struct params params;
	int err = route_read_path(call);

	if (err != OK)
		return err;
	params_init(&params, call->arena);
	str_cut(&query, '?');
	params_add_form(&params, query);
	if (!call->route || call->route->access != ACCESS_SIGNED)
		params_add_body(&params, call_request_header(call, "Content-Type"), request->body);
	if (params.err != OK)
		return params.err;
	request->params = params.items;
	request->param_count = params.count;
	return OK;
}
