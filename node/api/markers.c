/*
 * Read markers. They are kept with the user (storage/users.h), a table says where.
 */
#include "node/api/markers.h"

#include "node/api/answer.h"
#include "storage/users.h"

static const struct {
	const char *name, *id_name, *version_name;
	size_t id, count, ms;  /* offsets in struct user */
} timelines[] = {
	{ "home", "home[last_read_id]", "home[version]", offsetof(struct user, home_read_id),
	  offsetof(struct user, home_read_count), offsetof(struct user, home_read_ms) },
	{ "notifications", "notifications[last_read_id]", "notifications[version]",
	  offsetof(struct user, notices_read_id), offsetof(struct user, notices_read_count),
	  offsetof(struct user, notices_read_ms) },
};
enum { TIMELINES = sizeof(timelines) / sizeof(timelines[0]) };

static uint64_t *number_in(struct user *user, size_t offset)
{
	return (uint64_t *)(void *)((char *)user + offset);
}

static int64_t *time_in(struct user *user, size_t offset)
{
	return (int64_t *)(void *)((char *)user + offset);
}

static bool is_asked(struct call *call, size_t i)
{
	struct str *names;
	size_t count = call_param_list(call, "timeline", &names);

	for (size_t n = 0; n < count; n++)
		if (str_eq(names[n], str_of(timelines[i].name)))
			return true;
	return false;
}

static bool is_given(struct call *call, size_t i)
{
	return call_param(call, timelines[i].id_name).n > 0;
}

static int show(struct call *call, struct view *view, bool (*wanted)(struct call *call, size_t i))
{
	struct answer answer;
	struct user user;
	int r = users_get(call->arena, view, call->viewer.account_id, &user);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(&answer.w);
	for (size_t i = 0; i < TIMELINES; i++) {
		if (!wanted(call, i) || *number_in(&user, timelines[i].count) == 0)
			continue;
		json_w_key(&answer.w, timelines[i].name);
		json_w_object(&answer.w);
		json_w_member_id(&answer.w, "last_read_id", *number_in(&user, timelines[i].id));
		json_w_member_u64(&answer.w, "version", *number_in(&user, timelines[i].count));
		json_w_member_date(&answer.w, "updated_at", *time_in(&user, timelines[i].ms));
		json_w_object_end(&answer.w);
	}
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_markers(struct call *call, struct view *view)
{
	return show(call, view, is_asked);
}

int api_markers_show(struct call *call, struct view *view)
{
	return show(call, view, is_given);
}

static int refuse(struct call *call, const char *name, const char *what)
{
	return call_fail_status(call, ERR_INVALID, 422, NULL, "Validation failed: %s is %s", name, what);
}

int api_markers_check(struct call *call, struct view *view)
{
	(void)view;
	for (size_t i = 0; i < TIMELINES; i++) {
		struct str version = call_param(call, timelines[i].version_name);
		uint64_t number;

		if (is_given(call, i) && !str_to_u64(call_param(call, timelines[i].id_name), &number))
			return refuse(call, timelines[i].id_name, "no id");
		if (version.n && !str_to_u64(version, &number))
			return refuse(call, timelines[i].version_name, "no number");
	}
	return OK;
}

int api_markers_write(struct call *call, struct txn *txn)
{
	struct user user;
	int r = users_get(call->arena, txn_view(txn), call->viewer.account_id, &user);
	bool any = false;

	for (size_t i = 0; r == OK && i < TIMELINES; i++) {
		uint64_t *count = number_in(&user, timelines[i].count), version;

		if (!is_given(call, i))
			continue;
		if (str_to_u64(call_param(call, timelines[i].version_name), &version) && version != *count)
			return call_fail_status(call, ERR_EXISTS, 409, NULL,
			                        "Conflict during update of %s, please try again", timelines[i].name);
		str_to_u64(call_param(call, timelines[i].id_name), number_in(&user, timelines[i].id));
		*time_in(&user, timelines[i].ms) = txn_now_ms(txn);
		(*count)++;
		any = true;
	}
	return r == OK && any ? users_put(txn, &user) : r;
}
