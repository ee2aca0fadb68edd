/*
 * What most handlers share: making a JSON body, who asks, which record is meant.
 */
#include "node/api/answer.h"

#include "storage/base/arena.h"

void answer_begin(struct answer *answer, struct call *call)
{
	buf_init(&answer->buf, call->arena, 0);
	json_writer_init(&answer->w, &answer->buf);
}

int answer_end(struct answer *answer, struct call *call, int err)
{
	if (err == OK)
		err = answer->buf.err;
	return err == OK ? call_reply_json(call, buf_str(&answer->buf)) : err;
}

int api_show_nothing(struct call *call, struct view *view)
{
	(void)view;
	return call_reply_json(call, STR("{}"));
}

int api_show_empty_list(struct call *call, struct view *view)
{
	(void)view;
	return call_reply_json(call, STR("[]"));
}

struct beholder answer_beholder(const struct call *call)
{
	uint64_t id = call->viewer.account_id;

	return (struct beholder){ id ? BEHOLDER_LOCAL : BEHOLDER_NOBODY, id };
}

int answer_path_id(struct call *call, uint64_t *ret_id)
{
	uint64_t id;

	if (!str_to_u64(call_path_param(call, "id"), &id) || id == 0)
		return ERR_NOT_FOUND;
	*ret_id = id;
	return OK;
}

int answer_param_ids(struct call *call, size_t max, struct id_list *ret_ids)
{
	struct str *texts;
	size_t count = call_param_list(call, "id", &texts);

	if (count > max)
		return answer_refuse(call, arena_printf(call->arena, "Validation failed: id: too many (at most %zu)", max).p);
	*ret_ids = (struct id_list){ ARENA_ARRAY(call->arena, uint64_t, count), 0 };
	for (size_t i = 0; i < count; i++)
		ret_ids->count += str_to_u64(texts[i], &ret_ids->ids[ret_ids->count]);
	return OK;
}

int answer_each_account(struct call *call, struct view *view, size_t max,
                        int (*w_one)(struct json_writer *w, struct call *call, struct view *view, uint64_t account_id))
{
	struct id_list ids;
	struct answer answer;
	int r = answer_param_ids(call, max, &ids);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < ids.count; i++)
		if (access_lives(view, ids.ids[i]))
			r = w_one(&answer.w, call, view, ids.ids[i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

int answer_refuse(struct call *call, const char *sentence)
{
	return call_fail_status(call, ERR_INVALID, 422, NULL, "%s", sentence);
}
