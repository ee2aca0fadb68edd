/* Rows by path and method, and parameters of every kind, from friends and from others. */
#include "node/http/route.h"

#include "node/http/params.h"
#include "tests/unit/tap.h"

static struct arena *arena;

/* Stands in for node/accounts/viewer.c. */
int call_authenticate(struct call *call, struct view *view)
{
	(void)call, (void)view;
	return OK;
}

static const struct route routes[] = {
	{ .method = "GET", .path = "/", .summary = "root" },
	{ .method = "GET", .path = "/api/v1/accounts/:id", .summary = "account", .cross_origin = true },
	{ .method = "GET", .path = "/api/v1/accounts/lookup", .summary = "lookup", .cross_origin = true },
	{ .method = "POST", .path = "/api/v1/accounts/:id", .summary = "post account", .cross_origin = true },
	{ .method = "GET", .path = "/api/v1/accounts/:id/statuses", .summary = "statuses", .cross_origin = true },
	{ .method = "GET", .path = "/api/v1/lists/:list/accounts/:account", .summary = "two", .cross_origin = true },
	{ .method = "GET", .path = "/@:name", .summary = "profile" },
	{ .method = "GET", .path = "/@:name/:id", .summary = "post" },
	{ .method = "GET", .path = "/files/*", .summary = "rest" },
	{ .method = "GET", .path = "/files/list", .summary = "list" },
	{ .method = "POST", .path = "/inbox", .access = ACCESS_SIGNED, .summary = "inbox" },
};
enum { ROUTE_COUNT = sizeof(routes) / sizeof(routes[0]) };

static struct call call_for(const char *method, const char *target)
{
	return (struct call){ .arena = arena,
	                      .request = { .method = str_of(method), .target = str_of(target) } };
}

/* The summary of the row, or the error's name. */
static const char *row_of(const char *method, const char *target, struct call *ret_call, struct str *ret_allow)
{
	int err;

	*ret_call = call_for(method, target);
	err = route_read_path(ret_call);
	if (err == OK)
		err = route_match(routes, ROUTE_COUNT, ret_call, ret_allow);
	return err == OK ? ret_call->route->summary : err_name(err);
}

static void test_match(void)
{
	static const struct {
		const char *method, *target, *row, *name;
	} cases[] = {
		{ "GET", "/", "root", "the root" },
		{ "GET", "/?x=1", "root", "a query does not matter" },
		{ "GET", "http://a.example", "invalid", "an absolute target without a path is refused" },
		{ "GET", "http://a.example/files/list", "list", "an absolute target is read" },
		{ "GET", "http://a.example?x=1", "root", "with a query instead of a path, too" },
		{ "GET", "/api/v1/accounts/42", "account", "a capture" },
		{ "GET", "/api/v1/accounts/42/", "account", "a trailing slash" },
		{ "GET", "/api/v1/accounts/lookup", "lookup", "an exact segment wins" },
		{ "POST", "/api/v1/accounts/lookup", "post account", "but not where it lacks the method" },
		{ "GET", "/api/v1/accounts/lookup/statuses", "statuses", "the search goes back to captures" },
		{ "GET", "/api/v1/accounts", "not found", "a part of a path is no path" },
		{ "GET", "/api/v1/accounts/1/statuses/2", "not found", "more than a path is no path" },
		{ "GET", "/@ana", "profile", "a capture behind a prefix" },
		{ "GET", "/%40ana", "profile", "the prefix may be encoded" },
		{ "GET", "/@ana/7", "post", "and more may follow" },
		{ "GET", "/@", "not found", "a prefix alone is no path" },
		{ "GET", "/ana", "not found", "nor is one without it" },
		{ "GET", "/files/a/b/c", "rest", "a star takes the rest" },
		{ "GET", "/files/list", "list", "an exact segment wins over the star" },
		{ "GET", "/files", "not found", "a star is at least one segment" },
		{ "GET", "/files/%61", "rest", "escapes are decoded" },
		{ "GET", "/%66iles/list", "list", "in any segment" },
		{ "GET", "/files%2Flist", "invalid", "an encoded slash is refused" },
		{ "GET", "//files/list", "invalid", "an empty segment is refused" },
		{ "GET", "/files//list", "invalid", "also in the middle" },
		{ "GET", "/files/%zz", "invalid", "a broken escape is refused" },
		{ "GET", "/files/%00", "invalid", "NUL is refused" },
		{ "GET", "/files/%ff", "invalid", "text that is not UTF-8 is refused" },
		{ "GET", "/:id", "not found", "a colon in a target is a colon" },
		{ "GET", "", "invalid", "an empty target is refused" },
		{ "GET", "files", "invalid", "a target without slash is refused" },
		{ "OPTIONS", "*", "invalid", "a star target is refused" },
		{ "DELETE", "/api/v1/accounts/42", "invalid", "another method is known as such" },
	};
	struct str allow;
	struct call call;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(str_of(row_of(cases[i].method, cases[i].target, &call, &allow)), str_of(cases[i].row), cases[i].name);

	row_of("DELETE", "/api/v1/accounts/42", &call, &allow);
	is_str(allow, STR("GET, POST"), "the methods of a path are listed");
	row_of("DELETE", "/api/v1/accounts/lookup", &call, &allow);
	is_str(allow, STR("GET, POST"), "each once");
	row_of("GET", "/api/v1/lists/7/accounts/b%20c", &call, &allow);
	is_int(call.request.path_param_count, 2, "two captures");
	is_str(call_path_param(&call, "list"), STR("7"), "the first by its name");
	is_str(call_path_param(&call, "account"), STR("b c"), "the second, decoded");
	row_of("GET", "/@ana/7", &call, &allow);
	is_str(call_path_param(&call, "name"), STR("ana"), "a capture comes without its prefix");
	is_str(call_path_param(&call, "id"), STR("7"), "with its neighbour");
	row_of("GET", "/files/a/b", &call, &allow);
	is_str(call_path_param(&call, "*"), STR("a/b"), "the rest is called *");
	row_of("GET", "/api/v1/accounts/lookup/statuses", &call, &allow);
	is_str(call_path_param(&call, "id"), STR("lookup"), "a capture found on the way back");
}

static void test_cross_origin(void)
{
	struct route_index *index = route_index_build(arena, routes, ROUTE_COUNT);
	struct call call = call_for("GET", "/api/v2/unknown");
	struct route_found found;

	route_read_path(&call);
	is_int(route_index_match(index, &call, &found), ERR_NOT_FOUND, "an unknown path is not found");
	ok(found.cross_origin, "under a first segment that has cross-origin rows it is cross-origin");
	call = call_for("GET", "/files");
	route_read_path(&call);
	route_index_match(index, &call, &found);
	ok(!found.cross_origin, "elsewhere it is not");
}

/* All parameters as text: a=1|b[]=2 … or the error's name. */
static struct str read_as_text(const struct route *route, const char *target, const char *content_type,
                               struct str body)
{
	struct header header = { STR("content-type"), str_of(content_type) };
	struct call call = call_for("POST", target);
	struct buf text;
	int err;

	call.route = route;
	call.request.body = body;
	call.request.headers = &header;
	call.request.header_count = content_type ? 1 : 0;
	err = route_read_request(&call);
	if (err != OK)
		return str_of(err_name(err));
	buf_init(&text, arena, 0);
	for (size_t i = 0; i < call.request.param_count; i++) {
		const struct param *param = &call.request.params[i];

		buf_printf(&text, "%s%.*s=%.*s", i ? "|" : "", STR_ARG(param->name), STR_ARG(param->value));
		if (param->file_name.p)
			buf_printf(&text, "(%.*s;%.*s)", STR_ARG(param->file_name), STR_ARG(param->content_type));
	}
	return text.n ? buf_str(&text) : STR("");
}

struct body_case {
	const char *body, *wanted, *name;
};

static void test_bodies(const char *content_type, const struct body_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		is_str(read_as_text(NULL, "/x", content_type, str_of(cases[i].body)), str_of(cases[i].wanted), cases[i].name);
}

static void test_forms(void)
{
	static const struct body_case cases[] = {
		{ "a=1&b=2", "a=1|b=2", "a form" },
		{ "a=x+y%26z", "a=x y&z", "plus and escapes are decoded" },
		{ "id%5B%5D=1&id[]=2", "id[]=1|id[]=2", "keys are decoded too" },
		{ "a&b=&=c&&", "a=|b=|=c", "missing parts are empty" },
		{ "m[][id]=1&m[][d]=x&m[][id]=2&m[][d]=y", "m[0][id]=1|m[0][d]=x|m[1][id]=2|m[1][d]=y",
		  "a repeated member starts a new element" },
		{ "m[][k]=1&n[][k]=2&m[][k]=3", "m[0][k]=1|n[0][k]=2|m[1][k]=3", "each list counts for itself" },
		{ "m[][k][]=1&m[][k][]=2&m[][z]=3", "m[0][k][]=1|m[0][k][]=2|m[0][z]=3", "a list in an element is no repetition" },
		{ "poll[options][]=a&poll[options][]=b", "poll[options][]=a|poll[options][]=b", "nested lists stay" },
		{ "a=%", "invalid", "a broken escape is refused" },
		{ "a=%4", "invalid", "half an escape is refused" },
		{ "a=%00", "invalid", "NUL is refused" },
		{ "a=%ff", "invalid", "a value that is not UTF-8 is refused" },
		{ "%ff=a", "invalid", "a name that is not UTF-8 is refused" },
	};

	test_bodies("application/x-www-form-urlencoded; charset=UTF-8", cases, sizeof(cases) / sizeof(cases[0]));
	is_str(read_as_text(NULL, "/x?a=1&b=2", "application/x-www-form-urlencoded", STR("a=3")), STR("a=1|b=2|a=3"),
	       "the query stands before the body");
	is_str(read_as_text(NULL, "/x?a=1", NULL, STR("a=3")), STR("a=1"), "a body without a type is left alone");
	is_str(read_as_text(NULL, "/x?a=%4", NULL, STR("")), STR("invalid"), "a broken query is refused");
}

static void test_json(void)
{
	static const struct body_case cases[] = {
		{ "{\"a\":\"x\",\"b\":true,\"c\":false,\"d\":12,\"e\":null,\"f\":1.5}", "a=x|b=true|c=false|d=12|f=1.5",
		  "scalars; null is absent" },
		{ "{\"a\":[\"x\",null,2],\"b\":[],\"c\":{}}", "a[]=x|a[]=2", "lists; empty ones are absent" },
		{ "{\"p\":{\"o\":[\"x\"],\"q\":{\"r\":1}}}", "p[o][]=x|p[q][r]=1", "nested objects" },
		{ "{\"m\":[{\"id\":\"1\",\"d\":\"x\"},{\"id\":\"2\"}]}", "m[0][id]=1|m[0][d]=x|m[1][id]=2", "lists of objects" },
		{ "{\"m\":[[1,2],[3]]}", "m[0][]=1|m[0][]=2|m[1][]=3", "lists of lists" },
		{ "{\"a\":\"\"}", "a=", "an empty text is there" },
		{ "[1,2]", "", "a list has no names" },
		{ "\"text\"", "", "a text has no names" },
		{ "{\"a\":1", "invalid", "half a document is refused" },
		{ "{\"a\":1} x", "invalid", "more than a document is refused" },
		{ "{\"a\":1,\"a\":2}", "invalid", "a name twice is refused" },
		{ "{\"a\":\"\\u0000\"}", "invalid", "NUL is refused" },
		{ "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}", "a[a][a][a][a][a][a][a]=1", "8 levels" },
		{ "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}", "limit exceeded", "9 levels are refused" },
	};

	test_bodies("application/json", cases, sizeof(cases) / sizeof(cases[0]));
	is_str(read_as_text(NULL, "/x", "APPLICATION/JSON;charset=utf-8", STR("{\"a\":1}")), STR("a=1"),
	       "media types have no case");
	is_str(read_as_text(NULL, "/x", "application/activity+json", STR("{\"a\":1}")), STR(""),
	       "activities are left alone");
	is_str(read_as_text(&routes[ROUTE_COUNT - 1], "/x", "application/json", STR("{broken")), STR(""),
	       "so is all that comes to an inbox");
}

#define PART(headers, content) "--b\r\n" headers "\r\n\r\n" content "\r\n"
#define FIELD(name, content) PART("Content-Disposition: form-data; name=\"" name "\"", content)

static void test_multipart(void)
{
	static const struct body_case cases[] = {
		{ FIELD("a", "1") FIELD("b[]", "2") "--b--\r\n", "a=1|b[]=2", "fields" },
		{ FIELD("a", "") "--b--", "a=", "an empty field is there" },
		{ FIELD("a", "x\r\ny--b") "--b--", "a=x\r\ny--b", "a value may have lines and dashes" },
		{ "preamble\r\n" FIELD("a", "1") "--b--\r\nepilogue", "a=1", "preamble and epilogue are nothing" },
		{ PART("content-disposition: form-data; name=a", "1") "--b--", "a=1", "names need no quotes" },
		{ PART("Content-Disposition: form-data; name=\"a\\\"b;c\"", "1") "--b--", "a\"b;c=1", "names with quotes" },
		{ PART("Content-Disposition: form-data; filename=\"x;y.png\"; name=\"f\"\r\nContent-Type: image/png", "\xff")
		  "--b--", "f=\xff(x;y.png;image/png)", "a file may be any bytes" },
		{ PART("Content-Disposition: form-data; name=\"f\"; filename=\"C:\\x.png\"", "z") "--b--", "f=z(C:\\x.png;)",
		  "a file without a type" },
		{ PART("Content-Disposition: form-data; name=\"f\"; filename*=utf-8''x", "z") "--b--", "f=z(file;)",
		  "the forbidden form of a file name is a file" },
		{ PART("Content-Disposition: form-data; name=\"f\"; filename=\"\"", "") "--b--", "", "no file was chosen" },
		{ FIELD("m[][k]", "1") FIELD("m[][k]", "2") "--b--", "m[0][k]=1|m[1][k]=2", "elements are numbered" },
		{ "--b--", "", "no parts" },
		{ FIELD("a", "1"), "invalid", "no end is refused" },
		{ "--b\r\n\r\nx\r\n--b--", "invalid", "a part without a name is refused" },
		{ "--b\r\nx\r\n--b--", "invalid", "a part without headers is refused" },
		{ "--b\r\n--b\r\n--b--", "invalid", "an empty part is refused" },
		{ "--b", "invalid", "a lone delimiter is refused" },
		{ "nothing", "invalid", "no delimiter is refused" },
		{ FIELD("a", "\xff") "--b--", "invalid", "a field that is not UTF-8 is refused" },
		{ PART("Content-Disposition: form-data; name=\"", "1") "--b--", "=1", "an open quote ends with its line" },
		{ PART("Content-Disposition: form-data; name=", "1") "--b--", "=1", "a name may be empty" },
		{ PART("Content-Disposition: form-data; x; name=\"a\" ; y", "1") "--b--", "a=1", "other attributes do not matter" },
	};

	test_bodies("multipart/form-data; boundary=b", cases, sizeof(cases) / sizeof(cases[0]));
	is_str(read_as_text(NULL, "/x", "multipart/form-data; charset=x; boundary=\"b\"", STR(FIELD("a", "1") "--b--")),
	       STR("a=1"), "a boundary may be quoted");
	is_str(read_as_text(NULL, "/x", "multipart/form-data", STR("x")), STR("invalid"), "no boundary is refused");
	is_str(read_as_text(NULL, "/x", "multipart/form-data; boundary=", STR("x")), STR("invalid"),
	       "an empty boundary is refused");
}

static struct str repeated(const char *before, const char *piece, size_t times, const char *after)
{
	struct buf text;

	buf_init(&text, arena, 0);
	buf_add(&text, str_of(before));
	for (size_t i = 0; i < times; i++)
		buf_add(&text, str_of(piece));
	buf_add(&text, str_of(after));
	return buf_str(&text);
}

static void test_bounds(void)
{
	struct params params;

	params_init(&params, arena);
	params_add_form(&params, repeated("", "a=1&", 1000, ""));
	is_int(params.err, OK, "1000 parameters are read");
	is_int(params.count, 1000, "all of them");
	params_add_form(&params, STR("b=1"));
	is_int(params.err, ERR_LIMIT, "one more is refused");
	params_init(&params, arena);
	params_add_json(&params, repeated("{\"a\":[0", ",null", 100000, "]}"));
	is_int(params.err, ERR_LIMIT, "a long list of nothing is refused");
	params_init(&params, arena);
	params_add_json(&params, repeated("{\"a\":", "[", 5000, ""));
	ok(params.err != OK, "depth without end is refused");
	params_init(&params, arena);
	params_add_form(&params, repeated("b=1&", "name", 100, "=2"));
	is_int(params.count, 1, "a name that is too long is left out");
	params_init(&params, arena);
	params_add_json(&params, repeated("{\"b\":1,\"", "name", 100, "\":[1,2,3]}"));
	is_int(params.count, 1, "from JSON too");
	params_init(&params, arena);
	params_add_form(&params, repeated("", "a[][b]=1&", 1000, ""));
	is_str(params.items[999].name, STR("a[999][b]"), "1000 elements are numbered");
}

int main(void)
{
	arena = arena_new();
	test_match();
	test_cross_origin();
	test_forms();
	test_json();
	test_multipart();
	test_bounds();
	arena_free(arena);
	return done();
}
