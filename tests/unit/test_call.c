/* A request without a socket: parameters, refusals, stages, replies. */
#include "node/call.h"

#include "tests/rig/engine_mem.h"
#include "tests/unit/tap.h"

static struct arena *arena;
static int authenticate_result;
static struct viewer known_viewer;

/* Stands in for node/accounts/viewer.c. */
int call_authenticate(struct call *call, struct view *view)
{
	(void)view;
	call->viewer = known_viewer;
	return authenticate_result;
}

static struct call new_call(const struct route *route)
{
	return (struct call){ .arena = arena, .route = route };
}

static struct call call_with(const struct param *params, size_t count)
{
	struct call call = new_call(NULL);

	call.request.params = params;
	call.request.param_count = count;
	return call;
}

static void test_params(void)
{
	static const struct param params[] = {
		{ .name = STR("q"), .value = STR("first") },
		{ .name = STR("q"), .value = STR("second") },
		{ .name = STR("empty"), .value = STR("") },
		{ .name = STR("id[]"), .value = STR("1") },
		{ .name = STR("id[7]"), .value = STR("2") },
		{ .name = STR("id"), .value = STR("3") },
		{ .name = STR("id[0][x]"), .value = STR("no") },
		{ .name = STR("identity"), .value = STR("no") },
		{ .name = STR("limit"), .value = STR("500") },
		{ .name = STR("word"), .value = STR("12x") },
		{ .name = STR("max_id"), .value = STR("99") },
		{ .name = STR("status_id"), .value = STR("5") },
	};
	struct call call = call_with(params, sizeof(params) / sizeof(params[0]));
	struct str *values = NULL;
	struct str element, member;

	call.request.path_params[0] = (struct param){ .name = STR("status_id"), .value = STR("42") };
	call.request.path_param_count = 1;
	is_str(call_param(&call, "q"), STR("first"), "the first of a name counts");
	ok(!call_param(&call, "absent").p, "an absent parameter has no pointer");
	ok(call_param(&call, "empty").p && !call_param(&call, "empty").n, "an empty parameter is there");
	is_int(call_param_list(&call, "id", &values), 3, "name[], name[N] and name are one list");
	is_str(values[0], STR("1"), "in order: first");
	is_str(values[1], STR("2"), "second");
	is_str(values[2], STR("3"), "third");
	ok(param_member(STR("field[3][name]"), "field", &element, &member) && str_eq(element, STR("3")) &&
	   str_eq(member, STR("name")), "the member of an element is found");
	ok(!param_member(STR("fields[3][name]"), "field", &element, &member) &&
	   !param_member(STR("field[3]"), "field", &element, &member) &&
	   !param_member(STR("field[3][name"), "field", &element, &member) &&
	   !param_member(STR("field]["), "field", &element, &member), "what only looks like one is none");
	is_int(call_param_list(&call, "absent", &values), 0, "an absent list is empty");
	is_int(call_param_u64(&call, "limit", 20, 1, 40), 40, "a number is clamped");
	is_int(call_param_u64(&call, "word", 20, 1, 40), 20, "unreadable text gives the fallback");
	is_int(call_param_u64(&call, "absent", 20, 1, 40), 20, "an absent number gives the fallback");
	is_int(call_param_id(&call, "max_id"), 99, "an id is decimal");
	is_int(call_param_id(&call, "status_id"), 42, "the path decides over a parameter of its name");
	is_int(call_param_id(&call, "word"), 0, "an id that is no number is 0");
	is_str(call_path_param(&call, "status_id"), STR("42"), "captures are found by name");
	ok(!call_path_param(&call, "other").p, "an absent capture has no pointer");
}

static void test_bools(void)
{
	static const char *const yes[] = { "true", "1", "True", "on", "t", "TRUE" };
	static const char *const no[] = { "false", "0", "False", "off", "f" };
	struct param param = { .name = STR("b") };
	struct call call = call_with(&param, 1);
	int right = 0;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		param.value = str_of(yes[i]);
		right += call_param_bool(&call, "b", false);
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		param.value = str_of(no[i]);
		right += !call_param_bool(&call, "b", true);
	}
	is_int(right, 11, "all spellings of yes and no are read");
	param.value = STR("");
	ok(call_param_bool(&call, "b", true), "empty gives the fallback");
	param.value = STR("perhaps");
	ok(!call_param_bool(&call, "b", false), "unreadable gives the fallback");
	ok(call_param_bool(&call, "absent", true), "absent gives the fallback");
}

static void test_headers(void)
{
	static const struct header headers[] = {
		{ STR("Host"), STR("a.example") }, { STR("X-Note"), STR("one") }, { STR("x-note"), STR("two") },
	};
	struct call call = new_call(NULL);

	call.request.headers = headers;
	call.request.header_count = 3;
	is_str(call_request_header(&call, "host"), STR("a.example"), "header names have no case");
	is_str(call_request_header(&call, "x-NOTE"), STR("one"), "the first of repeated headers");
	is_int(call_request_header_count(&call, "X-Note"), 2, "repeated headers are counted");
	for (int i = 0; i < 20; i++)
		call_header(&call, "X-Many", STR("v"));
	is_int(call.reply.header_count, 20, "a reply may have many headers");
	call_header(&call, "Location", STR("/a\r\nSet-Cookie: x=1"));
	is_str(call.reply.headers[20].value, STR("/a  Set-Cookie: x=1"), "a header value stays on one line");
}

static void test_errors(void)
{
	struct call call = new_call(NULL);

	is_int(call_status_of(ERR_FULL), 507, "a full disk is 507");
	is_int(call_status_of(OK), 200, "OK is 200");
	is_int(call_status_of(-99), 500, "an unknown code is 500");
	call.err = ERR_NOT_FOUND;
	call_finish(&call);
	is_int(call.reply.status, 404, "not found is 404");
	is_str(call.reply.body, STR("{\"error\":\"Record not found\"}"), "the sentence of 404");
	is_str(call.reply.content_type, STR("application/json; charset=utf-8"), "errors are JSON");

	call = new_call(NULL);
	is_int(call_fail(&call, ERR_INVALID, "Bad %s", "\"thing\""), ERR_INVALID, "call_fail returns its code");
	call_finish(&call);
	is_int(call.reply.status, 400, "invalid is 400");
	is_str(call.reply.body, STR("{\"error\":\"Bad \\\"thing\\\"\"}"), "the sentence is escaped");

	call = new_call(NULL);
	call_fail_status(&call, ERR_INVALID, 401, "invalid_client", "Who are you");
	call_finish(&call);
	is_int(call.reply.status, 401, "an error may have a status of its own");
	is_str(call.reply.body, STR("{\"error\":\"invalid_client\",\"error_description\":\"Who are you\"}"),
	       "OAuth errors have a code and a description");

	call = new_call(NULL);
	call_reply_json(&call, STR("{\"id\":\"1\"}"));
	call.err = ERR_FULL;
	call_finish(&call);
	is_int(call.reply.status, 507, "a good body does not hide a failure");
	ok(str_find(call.reply.body, STR("error")) != SIZE_MAX, "and is replaced");

	call = new_call(NULL);
	call_reply(&call, 422, "text/html", STR("<p>no</p>"));
	call.err = ERR_INVALID;
	call_finish(&call);
	is_str(call.reply.body, STR("<p>no</p>"), "an error page of the handler stays");

	call = new_call(NULL);
	call.err = ERR_BUSY;
	call_finish(&call);
	is_str(call.reply.headers[0].name, STR("Retry-After"), "busy says when to come again");

	call = new_call(NULL);
	call_finish(&call);
	is_int(call.reply.status, 200, "nothing said is 200");
	is_str(call.reply.body, STR("{}"), "an empty answer is an empty object");

	call = new_call(NULL);
	call_redirect(&call, 302, STR("https://a.example/"));
	call_finish(&call);
	is_int(call.reply.status, 302, "a redirect keeps its status");
	is_str(call.reply.body, STR(""), "and has no body");
}

static int check_ok(struct call *call, struct view *view)
{
	(void)call, (void)view;
	return OK;
}

static int work_ok(struct call *call)
{
	(void)call;
	return OK;
}

static int write_ok(struct call *call, struct txn *txn)
{
	(void)txn;
	call_header(call, "X-Written", STR("yes"));
	call_fail_status(call, ERR_INVALID, 422, NULL, "only in the run that did not count");
	return OK;
}

static void test_stages(void)
{
	static const struct route all = { .check = check_ok, .work = work_ok, .write = write_ok, .show = check_ok };
	static const struct route some = { .check = check_ok, .show = check_ok };
	struct call call = new_call(&all);

	is_int(call_next(&call), CALL_DUE_CHECK, "check is first");
	call_stage_done(&call, OK);
	is_int(call_next(&call), CALL_DUE_WORK, "then work");
	call_stage_done(&call, OK);
	is_int(call_next(&call), CALL_DUE_WRITE, "then write");
	call_stage_done(&call, OK);
	is_int(call_next(&call), CALL_DUE_SHOW, "then show");
	call_stage_done(&call, OK);
	is_int(call_next(&call), CALL_DUE_REPLY, "then the reply");

	call = new_call(&all);
	call_next(&call);
	call_stage_done(&call, CALL_SKIP_WORK);
	is_int(call_next(&call), CALL_DUE_WRITE, "check may skip work");

	call = new_call(&some);
	call_next(&call);
	call_stage_done(&call, CALL_SKIP_WORK);
	is_int(call_next(&call), CALL_DUE_SHOW, "stages that a route lacks are passed over");

	call = new_call(&all);
	call_next(&call);
	call_stage_done(&call, CALL_DONE);
	is_int(call_next(&call), CALL_DUE_REPLY, "a stage may end the call with its reply");

	call = new_call(&all);
	call_next(&call);
	call_stage_done(&call, ERR_DENIED);
	is_int(call_next(&call), CALL_DUE_REPLY, "a failure ends the call");
	is_int(call.err, ERR_DENIED, "with its code");
}

static void test_write_again(void)
{
	static const struct route route = { .write = write_ok };
	struct call call = new_call(&route);

	call_next(&call);
	call_write_body(NULL, &call);
	call_write_body(NULL, &call);
	call_stage_done(&call, OK);
	call_next(&call);
	call_finish(&call);
	is_int(call.reply.header_count, 1, "a body that ran twice leaves its headers once");
	is_int(call.reply.status, 200, "and no failure of the run that did not count");

	call = new_call(&route);
	call_next(&call);
	call_write_body(NULL, &call);
	call_stage_done(&call, ERR_FULL);
	call_next(&call);
	call_finish(&call);
	is_int(call.reply.header_count, 0, "a commit that failed takes back what the body answered");
	is_int(call.reply.status, 507, "and says so");
}

static int admit(const struct route *route, struct viewer viewer, struct str *ret_body)
{
	struct call call = new_call(route);

	call.viewer = viewer;
	call.err = call_admit(&call);
	call_finish(&call);
	*ret_body = call.reply.body;
	return call.reply.status;
}

static void test_admission(void)
{
	static const struct route person = { .scopes = SCOPE(READ_LISTS) };
	static const struct route token = { .access = ACCESS_TOKEN };
	static const struct route open = { .access = ACCESS_OPEN };
	static const struct route signed_row = { .access = ACCESS_SIGNED };
	static const struct viewer nobody = { 0 };
	static const struct viewer app = { .app_id = 1, .token_id = 2, .scopes = SCOPE(READ_LISTS) };
	static const struct viewer alice = { .account_id = 3, .token_id = 4, .scopes = SCOPE(READ_LISTS) };
	static const struct viewer narrow = { .account_id = 3, .token_id = 4, .scopes = SCOPE(PUSH) };
	struct str body;

	is_int(admit(&person, nobody, &body), 401, "a route that says nothing is closed to nobody");
	is_str(body, STR("{\"error\":\"The access token is invalid\"}"), "in the words clients know");
	is_int(admit(&person, app, &body), 403, "an app is no person");
	is_int(admit(&person, narrow, &body), 403, "a token without the scope is refused");
	is_str(body, STR("{\"error\":\"This action is outside the authorized scopes\"}"), "in the words clients know");
	is_int(admit(&person, alice, &body), 200, "a person with the scope may");
	is_int(admit(&token, nobody, &body), 401, "a token route wants a token");
	is_int(admit(&token, app, &body), 200, "an app's token is one");
	is_int(admit(&open, nobody, &body), 200, "an open route takes anybody");
	is_int(admit(&signed_row, nobody, &body), 200, "a signed route leaves it to its check");
}

static void test_enter(void)
{
	static const struct route person = { .scopes = SCOPE(READ_LISTS) };
	static const struct route open = { .access = ACCESS_OPEN };
	struct call call = new_call(&person);

	known_viewer = (struct viewer){ .account_id = 3, .token_id = 4, .scopes = SCOPE(READ_LISTS) };
	authenticate_result = OK;
	is_int(call_enter(&call, NULL), OK, "a known token enters");
	is_int(call.viewer.account_id, 3, "as its owner");
	authenticate_result = ERR_UNAUTHORIZED;
	is_int(call_enter(&call, NULL), OK, "who has entered is not asked again");
	call = new_call(&person);
	is_int(call_enter(&call, NULL), ERR_UNAUTHORIZED, "an invalid token does not enter");
	is_int(call.viewer.account_id, 0, "and is nobody");
	call = new_call(&open);
	is_int(call_enter(&call, NULL), OK, "an open route takes it as nobody's");
}

static int note_check(struct call *call, struct view *view)
{
	call->state = arena_alloc(call->arena, 16);
	strcat(call->state, view ? "check" : "no view");
	return OK;
}

static int note_work(struct call *call)
{
	strcat(call->state, " work");
	return OK;
}

static int put_write(struct call *call, struct txn *txn)
{
	(void)call;
	return txn_put(txn, 1, STR("key"), STR("value"));
}

static int get_show(struct call *call, struct view *view)
{
	struct str value = STR("nothing");

	if (view_get(view, 1, STR("key"), &value) == ERR_NOT_FOUND)
		return ERR_NOT_FOUND;
	return call_reply_json(call, arena_printf(call->arena, "\"%.*s after %s\"", STR_ARG(value),
	                                          call->state ? (char *)call->state : "nothing"));
}

static void test_run(void)
{
	static const struct route read = { .access = ACCESS_OPEN, .show = get_show };
	static const struct route all = { .access = ACCESS_OPEN, .check = note_check, .work = note_work,
	                                  .write = put_write, .show = get_show };
	static const struct route closed = { .write = put_write };
	static const struct route page = { .access = ACCESS_SESSION, .write = put_write };
	struct store *store = NULL;
	struct call call = new_call(&closed);

	is_int(store_open(engine_mem_new(), &store), OK, "a store opens");
	known_viewer = (struct viewer){ 0 };
	authenticate_result = OK;
	call_run(&call, store);
	is_int(call.reply.status, 401, "a row with nothing but a write refuses nobody all the same");
	is_int(call.reply.header_count, 1, "and says what it wants");
	call = new_call(&page);
	call.request.target = STR("/settings?a=b");
	call_run(&call, store);
	is_int(call.reply.status, 303, "a page that wants a session sends nobody to sign in");
	is_str(call.reply.headers[0].value, STR("/sign-in?return=%2Fsettings%3Fa%3Db"), "and back");
	call = new_call(&read);
	call_run(&call, store);
	is_int(call.reply.status, 404, "and has written nothing");
	call = new_call(&all);
	call_run(&call, store);
	is_str(call.reply.body, STR("\"value after check work\""), "all stages run in a row");
	call = new_call(&read);
	call_run(&call, store);
	is_str(call.reply.body, STR("\"value after nothing\""), "what was written stays");
	store_close(store);
}

int main(void)
{
	arena = arena_new();
	test_params();
	test_bools();
	test_headers();
	test_errors();
	test_stages();
	test_write_again();
	test_admission();
	test_enter();
	test_run();
	arena_free(arena);
	return done();
}
