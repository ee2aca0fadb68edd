/*
 * Announcements.
 */
#include "node/api/announcements.h"

#include "federation/emoji.h"
#include "node/api/answer.h"
#include "storage/announcements.h"
#include "storage/base/clock.h"
#include "storage/emojis.h"
#include "storage/keys.h"

/* Of a custom emoji of this node. */
static void w_picture(struct json_writer *w, struct arena *arena, struct view *view, struct str emoji)
{
	struct emoji_shown shown;

	if (emojis_show(arena, view, emoji, &shown) != OK)
		return;
	json_w_member_str(w, "url", shown.url);
	json_w_member_str(w, "static_url", shown.static_url);
}

static int w_reactions(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id, uint64_t id)
{
	struct announcement_reaction *reactions;
	size_t count = 0;
	int r = announcements_reactions(arena, view, id, viewer_id, &reactions, &count);

	json_w_key(w, "reactions");
	json_w_array(w);
	for (size_t i = 0; i < count; i++) {
		json_w_object(w);
		json_w_member_str(w, "name", reactions[i].emoji);
		json_w_member_u64(w, "count", reactions[i].count);
		json_w_member_bool(w, "me", reactions[i].mine);
		w_picture(w, arena, view, reactions[i].emoji);
		json_w_object_end(w);
	}
	json_w_array_end(w);
	return r;
}

int announcement_reaction_w(struct json_writer *w, struct arena *arena, struct view *view, uint64_t id, struct str emoji)
{
	struct announcement announcement;
	struct announcement_reaction *reactions;
	size_t count = 0, given = 0;
	int r = announcements_get(arena, view, id, &announcement);

	if (r == OK)
		r = announcements_reactions(arena, view, id, 0, &reactions, &count);
	if (r != OK)
		return r;
	for (size_t i = 0; i < count; i++)
		if (emoji_same(reactions[i].emoji, emoji)) {
			emoji = reactions[i].emoji;   /* as the list has it */
			given = reactions[i].count;
		}
	json_w_object(w);
	json_w_member_str(w, "name", emoji);
	json_w_member_u64(w, "count", given);
	w_picture(w, arena, view, emoji);
	json_w_member_id(w, "announcement_id", id);
	json_w_object_end(w);
	return OK;
}

int announcement_entity_w(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id,
                          const struct announcement *announcement)
{
	static const char *const empty[] = { "mentions", "statuses", "tags" };
	int r;

	json_w_object(w);
	json_w_member_id(w, "id", announcement->id);
	json_w_member_str(w, "content", announcement->content);
	json_w_member_date(w, "starts_at", announcement->starts_ms);
	json_w_member_date(w, "ends_at", announcement->ends_ms);
	json_w_member_bool(w, "all_day", announcement->all_day);
	json_w_member_date(w, "published_at", announcement->published_ms);
	json_w_member_date(w, "updated_at", announcement->published_ms);
	json_w_member_bool(w, "read", announcements_has_read(view, announcement->id, viewer_id));
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		json_w_member_raw(w, empty[i], STR("[]"));
	json_w_key(w, "emojis");
	emojis_w_named(w, view, &announcement->text, 1);
	r = w_reactions(w, arena, view, viewer_id, announcement->id);
	json_w_object_end(w);
	return r;
}

int api_announcements(struct call *call, struct view *view)
{
	bool all = call_param_bool(call, "with_dismissed", false);
	struct announcement *list;
	struct answer answer;
	size_t count = 0;
	int r = announcements_list(call->arena, view, &list, &count);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; r == OK && i < count; i++) {
		bool read = announcements_has_read(view, list[i].id, call->viewer.account_id);

		if (!announcement_ended(&list[i], clock_now_ms()) && (all || !read))
			r = announcement_entity_w(&answer.w, call->arena, view, call->viewer.account_id, &list[i]);
	}
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_announcement_dismiss_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? announcements_mark_read(txn, id, call->viewer.account_id) : r;
}

int api_announcement_react_check(struct call *call, struct view *view)
{
	struct str name = call_path_param(call, "name");
	struct announcement announcement;
	struct emoji_shown shown;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = announcements_get(call->arena, view, id, &announcement);
	if (r == OK && !emoji_is_picture(name) && emojis_show(call->arena, view, name, &shown) != OK)
		r = answer_refuse(call, "Validation failed: name is not a recognized emoji");
	return r;
}

/* Whatever became of the emoji. */
int api_announcement_unreact_check(struct call *call, struct view *view)
{
	struct announcement announcement;
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? announcements_get(call->arena, view, id, &announcement) : r;
}

int api_announcement_react_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = announcements_react(call->arena, txn, id, call->viewer.account_id, call_path_param(call, "name"));
	return r == ERR_LIMIT ? answer_refuse(call, "Validation failed: name: there are as many kinds of reactions as may be") : r;
}

int api_announcement_unreact_write(struct call *call, struct txn *txn)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	return r == OK ? announcements_unreact(txn, id, call->viewer.account_id, call_path_param(call, "name")) : r;
}
