/*
 * Measures, dimensions and cohorts through the client API: which are asked for, and their entities. What they count is
 * storage/statistics.h's and storage/dimensions.h's.
 */
#include "node/api/admin/statistics.h"

#include <time.h>

#include "federation/text.h"
#include "node/api/admin/accounts.h"
#include "node/api/answer.h"
#include "node/node.h"
#include "node/version.h"
#include "storage/base/clock.h"
#include "storage/base/json.h"
#include "storage/dimensions.h"
#include "storage/statistics.h"

enum {
	DAYS_MAX = 366, KEYS_MAX = 30,
	COHORT_DAYS_MAX = 92, COHORT_MONTHS_MAX = 36,
	PARTS_DEFAULT = 10, PARTS_MAX = 100,
	DOMAIN_BYTES_MAX = 260, TAG_BYTES_MAX = 500,
};

/* --- what is asked for ------------------------------------------------------------------------------------------ */

/* What a key is a figure of, besides the node. */
enum subject { OF_NODE, OF_TAG, OF_DOMAIN };

struct figure {
	const char *key;
	enum subject of;
	int which;       /* enum measure or enum dimension */
	bool bytes;
};

struct wanted {
	const struct figure *figures[KEYS_MAX];
	struct str subjects[KEYS_MAX];
	size_t count;
	struct span span;
};

static const struct figure measures[] = {
	{ "active_users", OF_NODE, MEASURE_ACTIVE_USERS, false },
	{ "new_users", OF_NODE, MEASURE_NEW_USERS, false },
	{ "interactions", OF_NODE, MEASURE_INTERACTIONS, false },
	{ "opened_reports", OF_NODE, MEASURE_OPENED_REPORTS, false },
	{ "resolved_reports", OF_NODE, MEASURE_RESOLVED_REPORTS, false },
	{ "tag_accounts", OF_TAG, MEASURE_TAG_ACCOUNTS, false },
	{ "tag_uses", OF_TAG, MEASURE_TAG_USES, false },
	{ "tag_servers", OF_TAG, MEASURE_TAG_SERVERS, false },
	{ "instance_accounts", OF_DOMAIN, MEASURE_INSTANCE_ACCOUNTS, false },
	{ "instance_media_attachments", OF_DOMAIN, MEASURE_INSTANCE_MEDIA, true },
	{ "instance_reports", OF_DOMAIN, MEASURE_INSTANCE_REPORTS, false },
	{ "instance_statuses", OF_DOMAIN, MEASURE_INSTANCE_STATUSES, false },
	{ "instance_follows", OF_DOMAIN, MEASURE_INSTANCE_FOLLOWS, false },
	{ "instance_followers", OF_DOMAIN, MEASURE_INSTANCE_FOLLOWERS, false },
};

/* Of those that storage does not count. */
enum { SPACE_USAGE = -1, SOFTWARE_VERSIONS = -2 };

static const struct figure dimensions[] = {
	{ "languages", OF_NODE, DIMENSION_LANGUAGES, false },
	{ "sources", OF_NODE, DIMENSION_SOURCES, false },
	{ "servers", OF_NODE, DIMENSION_SERVERS, false },
	{ "space_usage", OF_NODE, SPACE_USAGE, true },
	{ "software_versions", OF_NODE, SOFTWARE_VERSIONS, false },
	{ "tag_servers", OF_TAG, DIMENSION_TAG_SERVERS, false },
	{ "tag_languages", OF_TAG, DIMENSION_TAG_LANGUAGES, false },
	{ "instance_accounts", OF_DOMAIN, DIMENSION_INSTANCE_ACCOUNTS, false },
	{ "instance_languages", OF_DOMAIN, DIMENSION_INSTANCE_LANGUAGES, false },
};

/* The midnight before a date, or a date and time, in parameter `name`. */
static int read_midnight(struct call *call, const char *name, int64_t *ret_ms)
{
	int64_t ms;

	/* the month of the epoch begins at what stands for no date */
	if (!date_parse_iso(call_param(call, name), &ms) || ms < 31 * (int64_t)DAY_MS)
		return call_fail_status(call, ERR_INVALID, 422, NULL, "Validation failed: %s must be a date", name);
	*ret_ms = ms / DAY_MS * DAY_MS;
	return OK;
}

static int read_range(struct call *call, size_t days_max, int64_t *ret_from_ms, int64_t *ret_to_ms)
{
	int r = read_midnight(call, "start_at", ret_from_ms);

	if (r == OK)
		r = read_midnight(call, "end_at", ret_to_ms);
	if (r != OK)
		return r;
	if (*ret_to_ms < *ret_from_ms)
		return answer_refuse(call, "Validation failed: end_at must not be before start_at");
	if ((*ret_to_ms - *ret_from_ms) / DAY_MS >= (int64_t)days_max)
		return call_fail_status(call, ERR_INVALID, 422, NULL,
		                        "Validation failed: end_at must be less than %zu days after start_at", days_max);
	return OK;
}

/* A domain or a tag, in the form in which it is compared. */
static int read_subject(struct call *call, const struct figure *figure, struct str *ret_subject)
{
	const char *member = figure->of == OF_TAG ? "id" : "domain";
	struct str name = arena_printf(call->arena, "%s[%s]", figure->key, member);
	struct str value = str_trim(call_param(call, name.p));

	if (!value.n || !utf8_valid(value) || value.n > (figure->of == OF_TAG ? TAG_BYTES_MAX : DOMAIN_BYTES_MAX))
		return call_fail_status(call, ERR_INVALID, 422, NULL, "Validation failed: %s must be a %s", name.p,
		                        figure->of == OF_TAG ? "tag" : "domain");
	*ret_subject = figure->of == OF_TAG ? text_fold_hashtag(call->arena, value) : str_lower(call->arena, value);
	return OK;
}

/* Keys that nobody knows are passed over, as other servers do. */
static int read_keys(struct call *call, struct wanted *wanted, const struct figure *figures, size_t figure_count)
{
	struct str *keys;
	size_t count = call_param_list(call, "keys", &keys);
	int r = OK;

	if (count == 0 || count > KEYS_MAX)
		return answer_refuse(call, "Validation failed: keys must name what to count");
	for (size_t i = 0; r == OK && i < count; i++) {
		const struct figure *found = NULL;

		for (size_t f = 0; f < figure_count; f++)
			if (str_eq(keys[i], str_of(figures[f].key)))
				found = &figures[f];
		if (!found)
			continue;
		if (found->of != OF_NODE)
			r = read_subject(call, found, &wanted->subjects[wanted->count]);
		wanted->figures[wanted->count++] = found;
	}
	return r;
}

static int read_wanted(struct call *call, struct view *view, const struct figure *figures, size_t figure_count)
{
	struct wanted *wanted = call->state = ARENA_NEW(call->arena, struct wanted);
	int64_t to_ms = 0;
	int r = read_range(call, DAYS_MAX, &wanted->span.from_ms, &to_ms);

	(void)view;
	if (r != OK)
		return r;
	wanted->span.days = (size_t)((to_ms - wanted->span.from_ms) / DAY_MS) + 1;
	return read_keys(call, wanted, figures, figure_count);
}

int api_admin_measures_check(struct call *call, struct view *view)
{
	return read_wanted(call, view, measures, sizeof(measures) / sizeof(measures[0]));
}

int api_admin_dimensions_check(struct call *call, struct view *view)
{
	return read_wanted(call, view, dimensions, sizeof(dimensions) / sizeof(dimensions[0]));
}

/* Writes the `i`-th of what is wanted. */
typedef int figure_writer(struct json_writer *w, struct call *call, struct view *view, const struct wanted *wanted, size_t i);

static int show_wanted(struct call *call, figure_writer *w_figure)
{
	const struct wanted *wanted = call->state;
	struct answer answer;
	struct view *view;
	int r = view_begin(call->node->store, &view);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < wanted->count; i++)
		r = w_figure(&answer.w, call, view, wanted, i);
	json_w_array_end(&answer.w);
	view_end(view);
	return answer_end(&answer, call, r);
}

/* --- measures --------------------------------------------------------------------------------------------------- */

static struct str human_bytes(struct arena *arena, uint64_t bytes)
{
	static const char *const units[] = { "Bytes", "KB", "MB", "GB", "TB", "PB" };
	uint64_t whole = bytes, tenths = 0;
	size_t unit = 0;

	while (whole >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		tenths = whole % 1024 * 10 / 1024;
		whole /= 1024;
		unit++;
	}
	return tenths ? arena_printf(arena, "%llu.%llu %s", (unsigned long long)whole, (unsigned long long)tenths, units[unit])
	              : arena_printf(arena, "%llu %s", (unsigned long long)whole, units[unit]);
}

static int w_measure(struct json_writer *w, struct call *call, struct view *view, const struct wanted *wanted, size_t i)
{
	const struct figure *figure = wanted->figures[i];
	bool of_all_time = measure_is_of_all_time((enum measure)figure->which);
	struct span before = wanted->span;
	struct measured now, previous = { 0 };
	int r = statistics_measure(call->arena, view, (enum measure)figure->which, wanted->subjects[i], &wanted->span, &now);

	before.from_ms -= (int64_t)before.days * DAY_MS;
	if (r == OK && !of_all_time)
		r = statistics_measure(call->arena, view, (enum measure)figure->which, wanted->subjects[i], &before, &previous);
	json_w_object(w);
	json_w_member_cstr(w, "key", figure->key);
	json_w_member_str_or_null(w, "unit", figure->bytes ? STR("bytes") : STR_NONE);
	json_w_member_id(w, "total", now.total);
	if (figure->bytes)
		json_w_member_str(w, "human_value", human_bytes(call->arena, now.total));
	if (!of_all_time)
		json_w_member_id(w, "previous_total", previous.total);
	json_w_key(w, "data");
	json_w_array(w);
	for (size_t day = 0; day < wanted->span.days; day++) {
		json_w_object(w);
		json_w_member_date(w, "date", wanted->span.from_ms + (int64_t)day * DAY_MS);
		json_w_member_id(w, "value", now.days[day]);
		json_w_object_end(w);
	}
	json_w_array_end(w);
	if (now.partial || previous.partial)
		json_w_member_bool(w, "partial", true);
	json_w_object_end(w);
	return r;
}

int api_admin_measures_work(struct call *call)
{
	return show_wanted(call, w_measure);
}

/* --- dimensions ------------------------------------------------------------------------------------------------- */

static void w_part(struct json_writer *w, struct arena *arena, const char *key, const char *human_key, uint64_t bytes)
{
	json_w_object(w);
	json_w_member_cstr(w, "key", key);
	json_w_member_cstr(w, "human_key", human_key);
	json_w_member_id(w, "value", bytes);
	json_w_member_cstr(w, "unit", "bytes");
	json_w_member_str(w, "human_value", human_bytes(arena, bytes));
	json_w_object_end(w);
}

static int w_space(struct json_writer *w, struct arena *arena, struct view *view)
{
	struct engine *engine = store_engine(view_store(view));
	struct measured files;
	const struct span none = { .days = 1 };
	struct engine_usage usage = { 0 };
	int r = engine->ops->usage(engine, &usage);

	if (r == OK)
		r = statistics_measure(arena, view, MEASURE_MEDIA, STR_NONE, &none, &files);
	if (r != OK)
		return r;
	w_part(w, arena, "lmdb", "LMDB", usage.bytes_used);
	w_part(w, arena, "media", "Media", files.total);
	return OK;
}

static void w_version(struct json_writer *w, const char *key, const char *version)
{
	json_w_object(w);
	json_w_member_cstr(w, "key", key);
	json_w_member_cstr(w, "human_key", key);
	json_w_member_cstr(w, "value", version);
	json_w_member_cstr(w, "human_value", version);
	json_w_object_end(w);
}

/* What has no name is the node itself, or no app. */
static struct str part_name(const struct call *call, enum dimension dimension, struct str key)
{
	if (key.n)
		return key;
	return dimension == DIMENSION_SOURCES ? STR("web") : call->node->instance.domain;
}

static int w_counted(struct json_writer *w, struct call *call, struct view *view, const struct wanted *wanted, size_t i,
                     bool *ret_partial)
{
	enum dimension dimension = (enum dimension)wanted->figures[i]->which;
	size_t limit = call_param_u64(call, "limit", PARTS_DEFAULT, 1, PARTS_MAX);
	struct dimension_parts parts;
	int r = dimensions_count(call->arena, view, dimension, wanted->subjects[i], &wanted->span, limit, &parts);

	for (size_t p = 0; r == OK && p < parts.count; p++) {
		struct str name = part_name(call, dimension, parts.parts[p].key);

		json_w_object(w);
		json_w_member_str(w, "key", name);
		json_w_member_str(w, "human_key", name);
		json_w_member_id(w, "value", parts.parts[p].value);
		json_w_object_end(w);
	}
	*ret_partial = r == OK && parts.partial;
	return r;
}

static int w_dimension(struct json_writer *w, struct call *call, struct view *view, const struct wanted *wanted, size_t i)
{
	bool partial = false;
	int r = OK;

	json_w_object(w);
	json_w_member_cstr(w, "key", wanted->figures[i]->key);
	json_w_key(w, "data");
	json_w_array(w);
	switch (wanted->figures[i]->which) {
	case SPACE_USAGE:
		r = w_space(w, call->arena, view);
		break;
	case SOFTWARE_VERSIONS:
		w_version(w, SOFTWARE_NAME, SOFTWARE_VERSION);
		w_version(w, "jansson", JANSSON_VERSION);
		break;
	default:
		r = w_counted(w, call, view, wanted, i, &partial);
	}
	json_w_array_end(w);
	if (partial)
		json_w_member_bool(w, "partial", true);
	json_w_object_end(w);
	return r;
}

int api_admin_dimensions_work(struct call *call)
{
	return show_wanted(call, w_dimension);
}

/* --- who stayed ------------------------------------------------------------------------------------------------- */

struct cohorts {
	bool monthly;
	int64_t starts_ms[COHORT_DAYS_MAX];  /* more than there may be months */
	size_t count;
	int64_t end_ms;
};

/* The first of the month `months` after the one that holds `ms`. */
static int64_t month_start(int64_t ms, int months)
{
	time_t seconds = (time_t)(ms / SECOND_MS);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	tm = (struct tm){ .tm_year = tm.tm_year, .tm_mon = tm.tm_mon + months, .tm_mday = 1 };
	return (int64_t)timegm(&tm) * SECOND_MS;
}

int api_admin_retention_check(struct call *call, struct view *view)
{
	struct cohorts *cohorts = call->state = ARENA_NEW(call->arena, struct cohorts);
	int64_t from_ms = 0, to_ms = 0;
	int r;

	(void)view;
	cohorts->monthly = str_eq(call_param(call, "frequency"), STR("month"));
	r = read_range(call, cohorts->monthly ? COHORT_MONTHS_MAX * 30 : COHORT_DAYS_MAX, &from_ms, &to_ms);
	if (r != OK)
		return r;
	for (int i = 0; cohorts->end_ms <= to_ms; i++) {
		cohorts->starts_ms[cohorts->count++] = cohorts->monthly ? month_start(from_ms, i) : from_ms + i * (int64_t)DAY_MS;
		cohorts->end_ms = cohorts->monthly ? month_start(from_ms, i + 1) : from_ms + (i + 1) * (int64_t)DAY_MS;
	}
	return OK;
}

static void w_cohort(struct json_writer *w, struct arena *arena, const struct cohorts *cohorts, const uint64_t *kept, size_t i)
{
	const uint64_t *row = kept + i * cohorts->count;

	json_w_object(w);
	json_w_member_date(w, "period", cohorts->starts_ms[i]);
	json_w_member_cstr(w, "frequency", cohorts->monthly ? "month" : "day");
	json_w_key(w, "data");
	json_w_array(w);
	for (size_t j = i; j < cohorts->count; j++) {
		double rate = row[i] ? (double)row[j] / (double)row[i] : 0.0;

		json_w_object(w);
		json_w_member_date(w, "date", cohorts->starts_ms[j]);
		json_w_member_raw(w, "rate", arena_printf(arena, "%.4f", rate));
		json_w_member_id(w, "value", row[j]);
		json_w_object_end(w);
	}
	json_w_array_end(w);
	json_w_object_end(w);
}

int api_admin_retention_work(struct call *call)
{
	const struct cohorts *cohorts = call->state;
	uint64_t *kept = ARENA_ARRAY(call->arena, uint64_t, cohorts->count * cohorts->count);
	struct answer answer;
	struct view *view;
	int r = view_begin(call->node->store, &view);

	if (r != OK)
		return r;
	r = statistics_retention(call->arena, view, cohorts->starts_ms, cohorts->count, cohorts->end_ms, kept);
	view_end(view);
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < cohorts->count; i++)
		w_cohort(&answer.w, call->arena, cohorts, kept, i);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}
