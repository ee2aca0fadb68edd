/*
 * Documents of ActivityPub as answers.
 */
#include "node/api/document.h"

#include "federation/activity.h"

int document_reply(struct call *call, int status, struct str body)
{
	call_header(call, "Vary", STR("Accept, Signature, Signature-Input"));
	call_header(call, "Cache-Control", STR("private, no-cache"));
	return call_reply(call, status, "application/activity+json", body);
}

void document_w_begin(struct json_writer *w, struct str id, const char *type)
{
	json_w_object(w);
	activity_w_context(w);
	json_w_member_str(w, "id", id);
	json_w_member_cstr(w, "type", type);
}

int document_collection(struct call *call, struct str id, uint64_t total, bool with_pages)
{
	struct answer answer;

	answer_begin(&answer, call);
	document_w_begin(&answer.w, id, "OrderedCollection");
	json_w_member_u64(&answer.w, "totalItems", total);
	if (with_pages)
		json_w_member_str(&answer.w, "first", document_page_id(call, id, 0));
	else
		json_w_member_raw(&answer.w, "orderedItems", STR("[]"));
	json_w_object_end(&answer.w);
	return document_reply(call, 200, buf_str(&answer.buf));
}

struct str document_page_id(struct call *call, struct str id, uint64_t cursor)
{
	if (!cursor)
		return arena_printf(call->arena, "%.*s?page=true", STR_ARG(id));
	return arena_printf(call->arena, "%.*s?page=true&cursor=%llu", STR_ARG(id), (unsigned long long)cursor);
}

void document_page_begin(struct answer *answer, struct call *call, struct str id, uint64_t cursor, uint64_t next)
{
	struct json_writer *w = &answer->w;

	answer_begin(answer, call);
	document_w_begin(w, document_page_id(call, id, cursor), "OrderedCollectionPage");
	json_w_member_str(w, "partOf", id);
	if (next)
		json_w_member_str(w, "next", document_page_id(call, id, next));
	json_w_key(w, "orderedItems");
	json_w_array(w);
}

int document_page_reply(struct answer *answer, struct call *call)
{
	json_w_array_end(&answer->w);
	json_w_object_end(&answer->w);
	return answer->buf.err ? answer->buf.err : document_reply(call, 200, buf_str(&answer->buf));
}
