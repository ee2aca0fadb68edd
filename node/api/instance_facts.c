/*
 * Facts about the node for its people. What is counted is kept for an hour, since anybody of them may ask.
 */
#include "node/api/instance_facts.h"

#include <pthread.h>

#include "node/api/answer.h"
#include "node/config.h"
#include "node/node.h"
#include "storage/access.h"
#include "storage/base/clock.h"
#include "storage/base/hash.h"
#include "storage/rules.h"
#include "storage/statistics.h"

enum { WEEKS = 12, WEEK_DAYS = 7 };

/* --- how much it is used ---------------------------------------------------------------------------------------- */

struct week {
	int64_t begins_ms;
	uint64_t statuses, active, came;
};

struct weeks {
	const struct store *store;
	int64_t counted_ms;
	struct week weeks[WEEKS];   /* this one first */
};

static pthread_mutex_t weeks_lock = PTHREAD_MUTEX_INITIALIZER;
static struct weeks weeks_last;

/* The Monday of the week that holds `ms`; the epoch was a Thursday. */
static int64_t monday_of(int64_t ms)
{
	int64_t day = ms / DAY_MS;

	return (day - (day + 3) % WEEK_DAYS) * DAY_MS;
}

static int count_week(struct arena *arena, struct view *view, struct week *week)
{
	const struct span span = { .from_ms = week->begins_ms, .days = WEEK_DAYS };
	struct measured measured;
	int r = statistics_measure(arena, view, MEASURE_LOCAL_STATUSES, STR_NONE, &span, &measured);

	week->statuses = measured.total;
	if (r == OK)
		r = statistics_measure(arena, view, MEASURE_ACTIVE_USERS, STR_NONE, &span, &measured);
	week->active = measured.total;
	if (r == OK)
		r = statistics_measure(arena, view, MEASURE_NEW_USERS, STR_NONE, &span, &measured);
	week->came = measured.total;
	return r;
}

static int count_weeks(struct call *call, struct weeks *weeks)
{
	struct view *view;
	int r = view_begin(call->node->store, &view);

	for (int i = 0; r == OK && i < WEEKS; i++) {
		weeks->weeks[i].begins_ms = monday_of(weeks->counted_ms) - i * (int64_t)WEEK_DAYS * DAY_MS;
		r = count_week(call->arena, view, &weeks->weeks[i]);
	}
	if (r == OK)
		view_end(view);
	return r;
}

static int read_weeks(struct call *call, struct weeks *ret_weeks)
{
	const struct store *store = call->node->store;
	int64_t now_ms = clock_now_ms();
	int r = OK;

	pthread_mutex_lock(&weeks_lock);
	*ret_weeks = weeks_last;
	pthread_mutex_unlock(&weeks_lock);
	if (ret_weeks->store == store && now_ms - ret_weeks->counted_ms < HOUR_MS && now_ms >= ret_weeks->counted_ms)
		return OK;
	*ret_weeks = (struct weeks){ .store = store, .counted_ms = now_ms };
	r = count_weeks(call, ret_weeks);
	if (r != OK)
		return r;
	pthread_mutex_lock(&weeks_lock);
	weeks_last = *ret_weeks;
	pthread_mutex_unlock(&weeks_lock);
	return OK;
}

int api_instance_activity_work(struct call *call)
{
	struct weeks *weeks = ARENA_NEW(call->arena, struct weeks);
	struct answer answer;
	int r = read_weeks(call, weeks);

	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (int i = 0; i < WEEKS; i++) {
		json_w_object(&answer.w);
		json_w_member_id(&answer.w, "week", (uint64_t)(weeks->weeks[i].begins_ms / SECOND_MS));
		json_w_member_id(&answer.w, "statuses", weeks->weeks[i].statuses);
		json_w_member_id(&answer.w, "logins", weeks->weeks[i].active);
		json_w_member_id(&answer.w, "registrations", weeks->weeks[i].came);
		json_w_object_end(&answer.w);
	}
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

/* --- whom it keeps out ------------------------------------------------------------------------------------------ */

static void w_block(struct json_writer *w, struct arena *arena, const struct rule *rule)
{
	uint8_t digest[SHA256_BYTES];

	hash_sha256(rule->value, digest);
	json_w_object(w);
	json_w_member_str(w, "domain", rule->value);
	json_w_member_str(w, "digest", hex_encode(arena, (struct str){ (const char *)digest, sizeof(digest) }));
	json_w_member_cstr(w, "severity", rule->kind == RULE_DOMAIN ? "suspend" : "silence");
	json_w_member_null(w, "comment");
	json_w_object_end(w);
}

int api_instance_domain_blocks(struct call *call, struct view *view)
{
	struct rule *out = NULL, *silenced = NULL;
	size_t out_count = 0, silenced_count = 0;
	struct answer answer;
	int r;

	if (!call->node->config->instance_show_domain_blocks)
		return ERR_NOT_FOUND;
	r = rules_each(call->arena, view, RULE_DOMAIN, &out, &out_count);
	if (r == OK)
		r = rules_each(call->arena, view, RULE_SILENCE_DOMAIN, &silenced, &silenced_count);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < out_count; i++)
		w_block(&answer.w, call->arena, &out[i]);
	for (size_t i = 0; r == OK && i < silenced_count; i++)
		if (!rules_has(view, RULE_DOMAIN, silenced[i].value))
			w_block(&answer.w, call->arena, &silenced[i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

/* --- what there is not ------------------------------------------------------------------------------------------ */

int api_translation_languages(struct call *call, struct view *view)
{
	(void)view;
	return call_reply_json(call, STR("{}"));
}

int api_identity_proofs(struct call *call, struct view *view)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r != OK)
		return r;
	return access_lives(view, id) ? call_reply_json(call, STR("[]")) : ERR_NOT_FOUND;
}

int api_annual_reports(struct call *call, struct view *view)
{
	(void)view;
	return call_reply_json(call, STR("{\"annual_reports\":[],\"accounts\":[],\"statuses\":[]}"));
}

int api_annual_report_state(struct call *call, struct view *view)
{
	(void)view;
	return call_reply_json(call, STR("{\"state\":\"ineligible\"}"));
}
