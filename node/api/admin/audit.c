/*
 * The audit journal, for those who may read it: pages of it, and whether its chain is whole. Names are looked up when
 * they are shown, so that of somebody who was erased the act is left and no name.
 */
#include "node/api/admin/audit.h"

#include "node/api/answer.h"
#include "node/api/paging.h"
#include "node/node.h"
#include "storage/accounts.h"
#include "storage/audit.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum { AUDIT_PAGE = 100, AUDIT_PAGE_MAX = 200, AUDIT_LOOKED_AT = 20000 };

static struct str name_of(struct arena *arena, struct view *view, uint64_t id)
{
	struct account account;

	if (!id || accounts_get(arena, view, id, &account) != OK || account.deleted)
		return STR_NONE;
	return accounts_acct(arena, &account);
}

static void w_record(struct json_writer *w, struct arena *arena, struct view *view, const struct audit_record *record)
{
	struct str subject = record->subject.n ? record->subject : name_of(arena, view, record->subject_id);

	json_w_object(w);
	json_w_member_id(w, "id", record->sequence);
	json_w_member_date(w, "created_at", record->at_ms);
	json_w_member_id_or_null(w, "actor_id", record->actor_id);
	json_w_member_str_or_null(w, "actor", name_of(arena, view, record->actor_id));
	json_w_member_str(w, "action", record->action);
	json_w_member_id_or_null(w, "subject_id", record->subject_id);
	json_w_member_str_or_null(w, "subject", subject);
	json_w_member_str(w, "detail", record->detail.n ? record->detail : STR(""));
	json_w_member_str(w, "hash", hex_encode(arena, (struct str){ (const char *)record->hash, SHA256_BYTES }));
	json_w_object_end(w);
}

static int read_query(struct call *call, struct audit_query *ret_query)
{
	struct str since = call_param(call, "since");

	*ret_query = (struct audit_query){
		.account_id = call_param_id(call, "account_id"), .action = call_param(call, "action"),
		.looked_at_max = AUDIT_LOOKED_AT,
	};
	if (since.n && !date_parse_iso(since, &ret_query->since_ms))
		return answer_refuse(call, "Validation failed: since is a date or a time");
	if (call_param(call, "account_id").n && !ret_query->account_id)
		return answer_refuse(call, "Validation failed: account_id is no id");
	return OK;
}

int api_admin_audit(struct call *call, struct view *view)
{
	struct page page = paging_read(call, AUDIT_PAGE, AUDIT_PAGE_MAX);
	struct audit_record *records;
	struct audit_query query;
	struct answer answer;
	uint64_t next, newest;
	size_t count = 0;
	int r = read_query(call, &query);

	if (r == OK)
		r = audit_list(call->arena, view, &query, &page, &records, &count, &next);
	if (r != OK)
		return r;
	if (page_upward(&page))
		page_reverse(records, count, sizeof(*records));
	newest = count ? records[0].sequence : next;
	/* Few of very many may be wanted: then the page ends early, and the next begins where the search stood. */
	if (newest)
		paging_link(call, &page, newest, next && !page_upward(&page) ? next : count ? records[count - 1].sequence : newest,
		            next != 0);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		w_record(&answer.w, call->arena, view, &records[i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

/* --- verify ----------------------------------------------------------------------------------------------------- */

int api_admin_audit_verify_check(struct call *call, struct view *view)
{
	struct str *noted = ARENA_NEW(call->arena, struct str), hash = call_param(call, "hash");

	(void)view;
	if (hash.n && (hex_decode(call->arena, hash, noted) != OK || noted->n != SHA256_BYTES))
		return answer_refuse(call, "Validation failed: hash is no hash of an entry");
	call->state = noted;
	return OK;
}

/* Reads all of the journal: in the pool, in a view of its own. */
int api_admin_audit_verify_work(struct call *call)
{
	const struct str *noted = call->state;
	struct audit_verdict verdict;
	struct answer answer;
	struct view *view;
	int r = view_begin(call->node->store, &view);

	if (r != OK)
		return r;
	r = audit_verify(view, *noted, &verdict);
	view_end(view);
	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_member_bool(&answer.w, "whole", verdict.bad == 0);
	json_w_member_u64(&answer.w, "entries", verdict.count);
	json_w_member_str(&answer.w, "head", hex_encode(call->arena, (struct str){ (const char *)verdict.head, SHA256_BYTES }));
	json_w_member_id_or_null(&answer.w, "first_bad_id", verdict.bad);
	json_w_member_str_or_null(&answer.w, "fault", str_of(verdict.fault));
	json_w_member_id_or_null(&answer.w, "noted_id", verdict.noted);
	json_w_object_end(&answer.w);
	r = answer_end(&answer, call, OK);
	return r == OK ? CALL_DONE : r;
}
