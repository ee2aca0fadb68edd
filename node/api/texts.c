/*
 * The node's texts through the client API.
 */
#include "node/api/texts.h"

#include "node/api/answer.h"
#include "node/config.h"
#include "node/node.h"
#include "node/texts.h"
#include "storage/base/clock.h"

enum { DAY_CHARACTERS = 10 };

static int show(struct call *call, const struct node_text *text)
{
	struct answer answer;

	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_member_date(&answer.w, "updated_at", text->changed_ms);
	json_w_member_str(&answer.w, "content", texts_html(call->arena, &call->node->instance, text->content));
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_extended_description(struct call *call, struct view *view)
{
	struct node_text text;
	int r = texts_get(call->arena, view, STR("about"), 0, &text);

	if (r == ERR_NOT_FOUND && call->node->config->description.n) {
		text = (struct node_text){ .content = call->node->config->description, .changed_ms = call->node->started_ms };
		r = OK;
	}
	return r == OK ? show(call, &text) : r;
}

int api_privacy_policy(struct call *call, struct view *view)
{
	struct node_text text;
	int r = texts_get(call->arena, view, STR("privacy"), 0, &text);

	return r == OK ? show(call, &text) : r;
}

static void w_day(struct json_writer *w, const char *key, int64_t ms)
{
	char date[DATE_ISO_BYTES];

	date_iso(ms, date);
	json_w_member_str(w, key, (struct str){ date, DAY_CHARACTERS });
}

static int show_terms(struct call *call, const struct node_text *terms, size_t i)
{
	struct answer answer;
	struct json_writer *w = &answer.w;

	answer_begin(&answer, call);
	json_w_object(w);
	w_day(w, "effective_date", terms[i].day_ms);
	json_w_member_bool(w, "effective", terms[i].day_ms <= clock_now_ms());
	json_w_member_str(w, "content", texts_html(call->arena, &call->node->instance, terms[i].content));
	if (i > 0)
		w_day(w, "succeeded_by", terms[i - 1].day_ms);
	else
		json_w_member_null(w, "succeeded_by");
	json_w_object_end(w);
	return answer_end(&answer, call, OK);
}

int api_terms(struct call *call, struct view *view)
{
	struct node_text *terms;
	size_t count = 0, i;
	int r = texts_terms(call->arena, view, &terms, &count);

	if (r != OK)
		return r;
	i = texts_terms_at(terms, count, clock_now_ms());
	return i < count ? show_terms(call, terms, i) : ERR_NOT_FOUND;
}

int api_terms_of_day(struct call *call, struct view *view)
{
	struct node_text *terms;
	size_t count = 0;
	int64_t day_ms;
	int r = texts_terms(call->arena, view, &terms, &count);

	if (r != OK)
		return r;
	if (!date_parse_iso(call_path_param(call, "date"), &day_ms))
		return ERR_NOT_FOUND;
	for (size_t i = 0; i < count; i++)
		if (terms[i].day_ms == day_ms)
			return show_terms(call, terms, i);
	return ERR_NOT_FOUND;
}
