/*
 * A request without a socket: reading what came in, saying what goes out, and which stage is due.
 *
 * Knows no HTTP library, no thread and no handler; looking up a token is node/accounts/viewer.c. A call is used by
 * one thread at a time.
 */
#include "node/call.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "storage/base/json.h"

/* What an error code is on the wire. The sentences are those that clients know; that of "not found" never depends
 * on whether the thing is missing or hidden. */
static const struct outcome {
	int err, status;
	const char *sentence;
} outcomes[] = {
	{ ERR_NOT_FOUND, 404, "Record not found" },
	{ ERR_EXISTS, 422, "Validation failed: it exists already" },
	{ ERR_DENIED, 403, "This action is not allowed" },
	{ ERR_INVALID, 400, "The request cannot be understood" },
	{ ERR_LIMIT, 413, "The request exceeds a limit" },
	{ ERR_GONE, 410, "Record is gone" },
	{ ERR_BUSY, 503, "The server is busy, try again later" },
	{ ERR_NETWORK, 502, "Remote data could not be fetched" },
	{ ERR_CORRUPT, 500, "Something went wrong on our side" },
	{ ERR_FULL, 507, "The server's storage is full, nothing was changed" },
	{ ERR_IO, 503, "The server's storage has failed" },
	{ ERR_UNAUTHORIZED, 401, "The access token is invalid" },
};
enum { OUTCOME_COUNT = sizeof(outcomes) / sizeof(outcomes[0]) };

static const struct outcome *outcome_of(int err)
{
	static const struct outcome unknown = { ERR_CORRUPT, 500, "Something went wrong on our side" };

	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		if (outcomes[i].err == err)
			return &outcomes[i];
	return &unknown;
}

int call_status_of(int err)
{
	return err >= OK ? 200 : outcome_of(err)->status;
}

struct str call_param(const struct call *call, const char *name)
{
	struct str wanted = str_of(name);

	for (size_t i = 0; i < call->request.param_count; i++)
		if (str_eq(call->request.params[i].name, wanted))
			return call->request.params[i].value;
	return STR_NONE;
}

/* name, name[] or name[12]; not name[0][member]. */
static bool names_element(struct str name, struct str list)
{
	struct str rest;

	if (!str_starts(name, list))
		return false;
	rest = str_sub(name, list.n, SIZE_MAX);
	if (!rest.n)
		return true;
	if (rest.n < 2 || rest.p[0] != '[' || rest.p[rest.n - 1] != ']')
		return false;
	for (size_t i = 1; i < rest.n - 1; i++)
		if (rest.p[i] < '0' || rest.p[i] > '9')
			return false;
	return true;
}

size_t call_param_list(struct call *call, const char *name, struct str **ret_values)
{
	const struct request *request = &call->request;
	struct str wanted = str_of(name);
	size_t count = 0;
	struct str *values;

	for (size_t i = 0; i < request->param_count; i++)
		count += names_element(request->params[i].name, wanted);
	values = ARENA_ARRAY(call->arena, struct str, count);
	count = 0;
	for (size_t i = 0; i < request->param_count; i++)
		if (names_element(request->params[i].name, wanted))
			values[count++] = request->params[i].value;
	*ret_values = values;
	return count;
}

bool param_member(struct str name, const char *list, struct str *ret_element, struct str *ret_member)
{
	struct str rest;
	size_t end;

	if (!str_starts(name, str_of(list)))
		return false;
	rest = str_sub(name, strlen(list), SIZE_MAX);
	end = str_find(rest, STR("]["));
	if (!str_starts(rest, STR("[")) || end == SIZE_MAX || !str_ends(rest, STR("]")))
		return false;
	*ret_element = str_sub(rest, 1, end - 1);
	*ret_member = str_sub(rest, end + 2, rest.n - end - 3);
	return true;
}

bool call_param_bool(const struct call *call, const char *name, bool fallback)
{
	static const struct {
		struct str text;
		bool value;
	} words[] = {
		{ STR("true"), true }, { STR("false"), false }, { STR("1"), true }, { STR("0"), false },
		{ STR("on"), true }, { STR("off"), false }, { STR("t"), true }, { STR("f"), false },
	};
	struct str value = call_param(call, name);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq_nocase(value, words[i].text))
			return words[i].value;
	return fallback;
}

uint64_t call_param_u64(const struct call *call, const char *name, uint64_t fallback, uint64_t low, uint64_t high)
{
	uint64_t value;

	if (!str_to_u64(call_param(call, name), &value))
		return fallback;
	return value < low ? low : value > high ? high : value;
}

struct str call_path_param(const struct call *call, const char *name)
{
	struct str wanted = str_of(name);

	for (size_t i = 0; i < call->request.path_param_count; i++)
		if (str_eq(call->request.path_params[i].name, wanted))
			return call->request.path_params[i].value;
	return STR_NONE;
}

uint64_t call_param_id(const struct call *call, const char *name)
{
	/* The path decides which record is meant; a parameter of the same name must not. */
	struct str text = call_path_param(call, name);
	uint64_t id;

	if (!text.p)
		text = call_param(call, name);
	return str_to_u64(text, &id) ? id : 0;
}

struct str call_request_header(const struct call *call, const char *name)
{
	struct str wanted = str_of(name);

	for (size_t i = 0; i < call->request.header_count; i++)
		if (str_eq_nocase(call->request.headers[i].name, wanted))
			return call->request.headers[i].value;
	return STR_NONE;
}

size_t call_request_header_count(const struct call *call, const char *name)
{
	struct str wanted = str_of(name);
	size_t count = 0;

	for (size_t i = 0; i < call->request.header_count; i++)
		count += str_eq_nocase(call->request.headers[i].name, wanted);
	return count;
}

static void fail(struct call *call, int err, int status, const char *code, struct str sentence)
{
	call->err = err;
	call->error = sentence;
	call->error_code = code ? arena_str(call->arena, str_of(code)) : STR_NONE;
	call->error_status = status;
}

int call_fail(struct call *call, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(call, err, 0, NULL, arena_vprintf(call->arena, format, args));
	va_end(args);
	return err;
}

int call_fail_status(struct call *call, int err, int status, const char *code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fail(call, err, status, code, arena_vprintf(call->arena, format, args));
	va_end(args);
	return err;
}

/* Header values are one line: whatever a stranger put into one must not begin another. */
static struct str one_line(struct arena *arena, struct str value)
{
	char *line = arena_alloc(arena, value.n + 1);

	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		line[i] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
	}
	return (struct str){ line, value.n };
}

void call_header(struct call *call, const char *name, struct str value)
{
	struct reply *reply = &call->reply;

	if (reply->header_count == reply->header_capacity) {
		size_t capacity = reply->header_capacity ? 2 * reply->header_capacity : 8;
		struct header *headers = ARENA_ARRAY(call->arena, struct header, capacity);

		for (size_t i = 0; i < reply->header_count; i++)
			headers[i] = reply->headers[i];
		reply->headers = headers;
		reply->header_capacity = capacity;
	}
	reply->headers[reply->header_count++] =
		(struct header){ arena_str(call->arena, str_of(name)), one_line(call->arena, value) };
}

int call_reply_json(struct call *call, struct str body)
{
	call->reply.body = body;
	return OK;
}

int call_reply(struct call *call, int status, const char *content_type, struct str body)
{
	call->reply.status = status;
	call->reply.content_type = arena_str(call->arena, str_of(content_type));
	call->reply.body = body;
	return OK;
}

int call_reply_file(struct call *call, int status, struct str content_type, int fd, uint64_t from, uint64_t bytes)
{
	call->reply.status = status;
	call->reply.content_type = arena_str(call->arena, content_type);
	call->reply.file = fd + 1;
	call->reply.file_from = from;
	call->reply.file_bytes = bytes;
	return OK;
}

int call_redirect(struct call *call, int status, struct str location)
{
	call_header(call, "Location", location);
	return call_reply(call, status, "text/plain; charset=utf-8", STR(""));
}

static int refuse_token(struct call *call)
{
	call_header(call, "WWW-Authenticate", STR("Bearer"));
	return call_fail(call, ERR_UNAUTHORIZED, "The access token is invalid");
}

int call_send_to_sign_in(struct call *call)
{
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	buf_add(&buf, STR("/sign-in?return="));
	buf_add_percent(&buf, call->request.target);
	call_redirect(call, 303, buf_str(&buf));
	return CALL_DONE;
}

int call_may(struct call *call, enum staff_action action)
{
	if (roles_may(call->viewer.roles, action))
		return OK;
	return call_fail(call, ERR_DENIED, "This action is not allowed: it takes one of the roles %.*s",
	                 STR_ARG(roles_render(call->arena, action_roles(action))));
}

int call_admit(struct call *call)
{
	const struct route *route = call->route;
	const struct viewer *viewer = &call->viewer;

	if (route->access == ACCESS_OPEN || route->access == ACCESS_SIGNED)
		return OK;
	if (route->access == ACCESS_SESSION && !viewer->token_id)
		return viewer->account_id ? OK : call_send_to_sign_in(call);
	if (!viewer->account_id && !viewer->app_id && !viewer->token_id)
		return refuse_token(call);
	if (route->access != ACCESS_TOKEN && !viewer->account_id)
		return call_fail(call, ERR_DENIED, "This method requires an authenticated user");
	if (route->scopes && !(viewer->scopes & route->scopes))
		return call_fail(call, ERR_DENIED, "This action is outside the authorized scopes");
	return call_may(call, route->action);
}

int call_enter(struct call *call, struct view *view)
{
	bool needs_nobody = call->route->access == ACCESS_OPEN || call->route->access == ACCESS_SIGNED;
	int err;

	if (call->authenticated)
		return OK;
	call->authenticated = true;
	err = call_authenticate(call, view);
	if (err == ERR_UNAUTHORIZED) {
		call->viewer = (struct viewer){ 0 };
		return needs_nobody ? OK : refuse_token(call);
	}
	return err < OK ? err : call_admit(call);
}

static bool has_stage(const struct route *route, int stage)
{
	switch (stage) {
	case CALL_DUE_CHECK: return route->check != NULL;
	case CALL_DUE_WORK: return route->work != NULL;
	case CALL_DUE_WRITE: return route->write != NULL;
	case CALL_DUE_SHOW: return route->show != NULL;
	}
	return true;
}

enum call_due call_next(struct call *call)
{
	if (call->err < OK)
		call->stage = CALL_DUE_REPLY;
	while (!has_stage(call->route, call->stage))
		call->stage++;
	return (enum call_due)call->stage;
}

/* Forgets a failure that did not stand: a stage that failed softly, a write body that was run again. */
static void forget_failure(struct call *call)
{
	call->err = OK;
	call->error = call->error_code = STR_NONE;
	call->error_status = 0;
}

void call_stage_done(struct call *call, int err)
{
	assert(call->stage < CALL_DUE_REPLY);
	if (call->stage == CALL_DUE_WRITE && call->write_ran) {
		if (err == OK)
			err = call->write_result;
		else if (err < OK && call->write_result >= OK)
			call->reply = call->reply_before_write;  /* the body was content, the commit failed */
	}
	if (err < OK) {
		if (call->err != err) {
			forget_failure(call);
			call->err = err;
		}
		call->stage = CALL_DUE_REPLY;
		return;
	}
	forget_failure(call);
	if (err == CALL_DONE)
		call->stage = CALL_DUE_REPLY;
	else if (err == CALL_SKIP_WORK && call->stage == CALL_DUE_CHECK)
		call->stage = CALL_DUE_WRITE;
	else
		call->stage++;
}

/* What somebody does by one of their roles is in the journal: as its write says, or as the row does. */
static int write_audited(struct call *call, struct txn *txn)
{
	uint64_t before = call->route->action ? audit_count(txn_view(txn)) : 0;
	int err = call->route->write(call, txn), noted;
	struct audit_entry entry = call->audited;

	if (err < OK || !call->route->action || audit_count(txn_view(txn)) != before)
		return err;
	entry.actor_id = call->viewer.account_id;
	if (!entry.action)
		entry.action = call->route->act ? call->route->act : action_name(call->route->action);
	if (!entry.subject_id && call_path_param(call, "id").p)
		entry.subject_id = call_param_id(call, "id");
	noted = audit_append(txn, &entry);
	return noted == OK ? err : noted;
}

int call_write_body(struct txn *txn, void *arg)
{
	struct call *call = arg;
	int err;

	if (call->write_ran)
		call->reply = call->reply_before_write;
	else
		call->reply_before_write = call->reply;
	call->write_ran = true;
	forget_failure(call);
	err = write_audited(call, txn);
	call->write_result = err;
	return err > OK ? OK : err;
}

static struct str error_body(struct call *call, struct str sentence)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, call->arena, 0);
	json_writer_init(&w, &buf);
	json_w_object(&w);
	json_w_member_str(&w, "error", call->error_code.n ? call->error_code : sentence);
	if (call->error_code.n)
		json_w_member_str(&w, "error_description", sentence);
	json_w_object_end(&w);
	return buf_str(&buf);
}

/* Statuses whose replies have no body (RFC 9110 sections 15.3.5 and 15.4.5). */
static bool no_body(int status)
{
	return status == 204 || status == 304;
}

void call_finish(struct call *call)
{
	struct reply *reply = &call->reply;
	const struct outcome *outcome;

	if (call->err >= OK) {
		if (!reply->status)
			reply->status = 200;
		if (!reply->body.p)
			reply->body = reply->content_type.n || no_body(reply->status) ? STR("") : STR("{}");
	} else if (reply->status < 400 || !reply->body.p) {
		/* Also when a body of a good outcome is there already: what it promised did not happen. */
		outcome = outcome_of(call->err);
		reply->status = call->error_status ? call->error_status : outcome->status;
		reply->content_type = STR_NONE;
		reply->body = error_body(call, call->error.n ? call->error : str_of(outcome->sentence));
	}
	if (call->err == ERR_BUSY)
		call_header(call, "Retry-After", STR("1"));
	if (!reply->content_type.n)
		reply->content_type = STR("application/json; charset=utf-8");
}

static int run_in_view(struct call *call, struct store *store, call_stage *stage)
{
	struct view *view;
	int err = view_begin(store, &view);

	if (err != OK)
		return err;
	err = call_enter(call, view);
	if (err == OK && stage)
		err = stage(call, view);
	view_end(view);
	return err;
}

void call_run(struct call *call, struct store *store)
{
	enum call_due due = call_next(call);
	int err = OK;

	/* A row that begins with work or write: who asks is looked up all the same. */
	if (due == CALL_DUE_WORK || due == CALL_DUE_WRITE)
		err = run_in_view(call, store, NULL);
	for (; due != CALL_DUE_REPLY; due = call_next(call)) {
		if (err == OK) {
			switch (due) {
			case CALL_DUE_CHECK: err = run_in_view(call, store, call->route->check); break;
			case CALL_DUE_WORK: err = call->route->work(call); break;
			case CALL_DUE_WRITE: err = store_write(store, call_write_body, call, NULL, NULL); break;
			case CALL_DUE_SHOW: err = run_in_view(call, store, call->route->show); break;
			case CALL_DUE_REPLY: break;
			}
		}
		call_stage_done(call, err);
		err = OK;
	}
	call_finish(call);
}
