/*
 * Announcements. Whom and what the text names is looked up when it is shown: who came since is a link, who left is none.
 */
#include "node/api/announcements.h"

#include "federation/emoji.h"
#include "federation/property.h"
#include "federation/text.h"
#include "node/api/answer.h"
#include "storage/accounts.h"
#include "storage/announcements.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/emojis.h"
#include "storage/ids.h"
#include "storage/instance.h"
#include "storage/keys.h"

enum { NAMED_MAX = 50 };   /* people, or tags, that one announcement lists */

struct reading {
	struct arena *arena;
	struct view *view;
};

/* --- the text --------------------------------------------------------------------------------------------------- */

static bool find_mentioned(const struct reading *reading, const struct text_span *span, struct account *ret_account)
{
	const struct instance *instance = instance_of(reading->view);
	struct str host = str_eq_nocase(span->host, instance->domain) ? STR_NONE : span->host;

	return accounts_by_name(reading->arena, reading->view, span->name, host, ret_account) == OK;
}

static struct str mention_href(void *context, const struct text_span *mention)
{
	struct account account;

	if (!find_mentioned(context, mention, &account))
		return STR_NONE;
	return account.url.n ? account.url : account.uri;
}

static void w_content(struct json_writer *w, struct reading *reading, struct str text)
{
	struct text_links links = {
		.hashtag_base = instance_tag_url(reading->arena, instance_of(reading->view), STR_NONE),
		.mention_href = mention_href, .context = reading,
	};

	json_w_member_str(w, "content", text_render_html(reading->arena, text, &links));
}

static void w_mentions(struct json_writer *w, const struct reading *reading, struct str text)
{
	struct id_list told = { ARENA_ARRAY(reading->arena, uint64_t, NAMED_MAX), 0 };
	struct text_scanner scanner;
	struct text_span span;
	struct account account;

	json_w_key(w, "mentions");
	json_w_array(w);
	text_scan_init(&scanner, reading->arena, text);
	while (told.count < NAMED_MAX && text_scan(&scanner, &span)) {
		if (span.kind != TEXT_MENTION || !find_mentioned(reading, &span, &account) || ids_have(&told, account.id))
			continue;
		told.ids[told.count++] = account.id;
		json_w_object(w);
		json_w_member_id(w, "id", account.id);
		json_w_member_str(w, "username", account.username);
		json_w_member_str(w, "url", account.url.n ? account.url : account.uri);
		json_w_member_str(w, "acct", accounts_acct(reading->arena, &account));
		json_w_object_end(w);
	}
	json_w_array_end(w);
}

static void w_tags(struct json_writer *w, const struct reading *reading, struct str text)
{
	struct str_list told = { ARENA_ARRAY(reading->arena, struct str, NAMED_MAX), 0 };
	struct text_scanner scanner;
	struct text_span span;

	json_w_key(w, "tags");
	json_w_array(w);
	text_scan_init(&scanner, reading->arena, text);
	while (told.count < NAMED_MAX && text_scan(&scanner, &span)) {
		struct str tag = span.kind == TEXT_HASHTAG ? text_fold_hashtag(reading->arena, span.name) : STR_NONE;

		if (!tag.n || str_list_has(&told, tag))
			continue;
		told.items[told.count++] = tag;
		json_w_object(w);
		json_w_member_str(w, "name", tag);
		json_w_member_str(w, "url", instance_tag_url(reading->arena, instance_of(reading->view), tag));
		json_w_object_end(w);
	}
	json_w_array_end(w);
}

/* --- reactions -------------------------------------------------------------------------------------------------- */

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

/* --- what is answered ------------------------------------------------------------------------------------------- */

int announcement_entity_w(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id,
                          const struct announcement *announcement)
{
	struct reading reading = { arena, view };
	int r;

	json_w_object(w);
	json_w_member_id(w, "id", announcement->id);
	w_content(w, &reading, announcement->text);
	json_w_member_date(w, "starts_at", announcement->starts_ms);
	json_w_member_date(w, "ends_at", announcement->ends_ms);
	json_w_member_bool(w, "all_day", announcement->all_day);
	json_w_member_date(w, "published_at", announcement->published_ms);
	json_w_member_date(w, "updated_at", announcement->published_ms);
	json_w_member_bool(w, "read", announcements_has_read(view, announcement->id, viewer_id));
	w_mentions(w, &reading, announcement->text);
	json_w_member_raw(w, "statuses", STR("[]"));
	w_tags(w, &reading, announcement->text);
	json_w_key(w, "emojis");
	emojis_w_named(w, view, &announcement->text, 1);
	r = w_reactions(w, arena, view, viewer_id, announcement->id);
	json_w_object_end(w);
	return r;
}

int api_announcements(struct call *call, struct view *view)
{
	/* As Mastodon does, those that were read too: "read" tells them apart. */
	bool all = call_param_bool(call, "with_dismissed", true);
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
