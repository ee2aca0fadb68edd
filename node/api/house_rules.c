/*
 * The rules of the house.
 */
#include "node/api/house_rules.h"

#include "node/api/answer.h"
#include "node/api/reports.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/house_rules.h"

static void w_words(struct json_writer *w, struct str text, struct str hint)
{
	json_w_member_str(w, "text", text);
	json_w_member_str(w, "hint", hint);
}

static void w_rule(struct json_writer *w, struct arena *arena, const struct house_rule *rule)
{
	const struct str_list *words = &rule->translations;

	json_w_object(w);
	json_w_member_id(w, "id", rule->id);
	w_words(w, rule->text, rule->hint);
	json_w_key(w, "translations");
	json_w_object(w);
	for (size_t i = 0; i + 2 < words->count; i += 3) {
		json_w_key(w, arena_cstr(arena, words->items[i]));
		json_w_object(w);
		w_words(w, words->items[i + 1], words->items[i + 2]);
		json_w_object_end(w);
	}
	json_w_object_end(w);
	json_w_object_end(w);
}

int house_rules_w(struct json_writer *w, struct arena *arena, struct view *view)
{
	struct house_rule *rules;
	size_t count = 0;
	int r = house_rules_list(arena, view, &rules, &count);

	json_w_array(w);
	for (size_t i = 0; i < count; i++)
		w_rule(w, arena, &rules[i]);
	json_w_array_end(w);
	return r;
}

int house_rules_w_cited(struct json_writer *w, struct arena *arena, struct view *view, const struct report *report)
{
	struct house_rule rule;
	int r = OK;

	json_w_array(w);
	for (size_t i = 0; r == OK && i < report->rule_ids.count; i++) {
		r = house_rules_get(arena, view, report->rule_ids.ids[i], &rule);
		if (r == OK)
			w_rule(w, arena, &rule);
		else if (r == ERR_NOT_FOUND)
			r = OK;
	}
	json_w_array_end(w);
	return r;
}

int api_house_rules(struct call *call, struct view *view)
{
	struct answer answer;
	int r;

	answer_begin(&answer, call);
	r = house_rules_w(&answer.w, call->arena, view);
	return answer_end(&answer, call, r);
}

static bool is_among(const struct id_list *ids, uint64_t id)
{
	for (size_t i = 0; i < ids->count; i++)
		if (ids->ids[i] == id)
			return true;
	return false;
}

int house_rules_read_cited(struct call *call, struct view *view, struct report *report)
{
	struct str *texts;
	size_t count = call_param_list(call, "rule_ids", &texts);
	struct id_list cited = { NULL, 0 };
	struct house_rule rule;
	uint64_t id;

	if (!count)
		return OK;
	if (count > 2 * HOUSE_RULES_MAX)
		return answer_refuse(call, "Validation failed: rule_ids: too many rules");
	cited.ids = ARENA_ARRAY(call->arena, uint64_t, count);
	for (size_t i = 0; i < count; i++) {
		if (!texts[i].n)
			continue;  /* how a form says that there is none */
		if (!str_to_u64(texts[i], &id) || house_rules_get(call->arena, view, id, &rule) != OK ||
		    !(rule.place || is_among(&report->rule_ids, id)))
			return answer_refuse(call, "Validation failed: rule_ids: this server has no such rule");
		if (!is_among(&cited, id))
			cited.ids[cited.count++] = id;
	}
	report->rule_ids = cited;
	if (cited.count)
		report->category = report_category(STR("violation"));
	return OK;
}
