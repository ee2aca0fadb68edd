/*
 * Imports through the client API.
 */
#include "node/api/imports.h"

#include "node/api/answer.h"
#include "node/import.h"
#include "storage/imports.h"

struct import_call {
	struct import import;
	struct str text;
};

/* What a token must be allowed, by enum import_kind. */
static const scope_set scopes[] = {
	[IMPORT_FOLLOWS] = SCOPE(WRITE_FOLLOWS), [IMPORT_BLOCKS] = SCOPE(WRITE_BLOCKS), [IMPORT_MUTES] = SCOPE(WRITE_MUTES),
	[IMPORT_LISTS] = SCOPE(WRITE_LISTS) | SCOPE(WRITE_FOLLOWS), [IMPORT_DOMAIN_BLOCKS] = SCOPE(WRITE_BLOCKS),
	[IMPORT_BOOKMARKS] = SCOPE(WRITE_BOOKMARKS),
};

static int read_mode(struct call *call, bool *ret_overwrite)
{
	struct str mode = call_param(call, "mode");

	*ret_overwrite = str_eq(mode, STR("overwrite"));
	if (mode.n && !*ret_overwrite && !str_eq(mode, STR("merge")))
		return answer_refuse(call, "Validation failed: mode must be merge or overwrite");
	return OK;
}

int api_import_check(struct call *call, struct view *view)
{
	struct import_call *state = call->state = ARENA_NEW(call->arena, struct import_call);
	struct import *import = &state->import;
	int r = read_mode(call, &import->overwrite);

	(void)view;
	if (r != OK)
		return r;
	import->account_id = call->viewer.account_id;
	import->kind = import_kind_parse(call_param(call, "type"));
	if (!import->kind)
		return answer_refuse(call, "Validation failed: type must be follows, blocks, mutes, lists, domain_blocks or bookmarks");
	if ((call->viewer.scopes & scopes[import->kind]) != scopes[import->kind])
		return call_fail(call, ERR_DENIED, "This action is outside the authorized scopes");
	state->text = call_param(call, "data");
	if (state->text.n > IMPORT_BYTES_MAX || !utf8_valid(state->text))
		return answer_refuse(call, "Validation failed: data must be CSV in UTF-8, of at most 1,000,000 bytes");
	import->total = import_rows(import->kind, state->text);
	if (import->total == 0 || import->total > IMPORT_ROWS_MAX)
		return answer_refuse(call, "Validation failed: data must have 1 to 20,000 rows");
	return OK;
}

int api_import_write(struct call *call, struct txn *txn)
{
	struct import_call *state = call->state;
	struct import import = state->import;   /* may run again */
	int r = imports_add(call->arena, txn, &import, state->text);

	if (r == ERR_EXISTS)
		return answer_refuse(call, "Validation failed: another import is not done yet");
	state->import = import;
	state->import.id = r == OK ? import.id : 0;
	return r;
}

static void w_failures(struct json_writer *w, const struct str_list *failures)
{
	json_w_key(w, "failures");
	json_w_array(w);
	for (size_t i = 0; i + 1 < failures->count; i += 2) {
		json_w_object(w);
		json_w_member_str(w, "row", failures->items[i]);
		json_w_member_str(w, "reason", failures->items[i + 1]);
		json_w_object_end(w);
	}
	json_w_array_end(w);
}

static void w_import(struct json_writer *w, const struct import *import)
{
	json_w_object(w);
	json_w_member_id(w, "id", import->id);
	json_w_member_cstr(w, "type", import_kind_name(import->kind));
	json_w_member_cstr(w, "mode", import->overwrite ? "overwrite" : "merge");
	json_w_member_cstr(w, "state", import->ended_ms ? "done" : import->offset || import->cleared ? "running" : "waiting");
	json_w_member_u64(w, "total", import->total);
	json_w_member_u64(w, "done", import->done);
	json_w_member_u64(w, "failed", import->failed);
	json_w_member_date(w, "created_at", import->created_ms);
	json_w_member_date(w, "finished_at", import->ended_ms);
	w_failures(w, &import->failures);
	json_w_object_end(w);
}

static int show(struct call *call, struct view *view, uint64_t id)
{
	struct import import;
	struct answer answer;
	int r = imports_get(call->arena, view, call->viewer.account_id, id, &import);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	w_import(&answer.w, &import);
	return answer_end(&answer, call, OK);
}

int api_import_show(struct call *call, struct view *view)
{
	const struct import_call *state = call->state;
	int r = show(call, view, state->import.id);

	if (r == OK)
		call->reply.status = 202;
	return r;
}

int api_import(struct call *call, struct view *view)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? show(call, view, id) : r;
}

int api_imports(struct call *call, struct view *view)
{
	struct import *imports = NULL;
	struct answer answer;
	size_t count = 0;
	int r = imports_of(call->arena, view, call->viewer.account_id, &imports, &count);

	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		w_import(&answer.w, &imports[i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}
