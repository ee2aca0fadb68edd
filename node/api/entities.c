/*
 * Records to client JSON: lists through batch.h, and the entities that are written field by field.
 */
#include "node/api/entities.h"

#include "node/permission.h"
#include "node/api/answer.h"
#include "node/api/batch.h"
#include "node/api/paging.h"
#include "node/api/quotes.h"
#include "node/api/reports.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/clock.h"
#include "storage/blocks.h"
#include "storage/emoji_reactions.h"
#include "storage/graph.h"
#include "storage/instance.h"
#include "storage/named.h"
#include "storage/media.h"
#include "storage/notice_groups.h"
#include "storage/posts.h"
#include "storage/reports.h"
#include "storage/shuns.h"
#include "storage/ties.h"
#include "storage/trends.h"
#include "storage/users.h"

int entities_accounts(struct json_writer *w, struct arena *arena, struct view *view, const struct id_list *ids)
{
	struct batch batch;
	int r;

	batch_init(&batch, arena, view, 0);
	for (size_t i = 0; i < ids->count; i++)
		batch_add_account(&batch, ids->ids[i]);
	r = batch_load(&batch);
	json_w_array(w);
	for (size_t i = 0; r == OK && i < ids->count; i++)
		if (batch_has_account(&batch, ids->ids[i]))
			batch_w_account(&batch, w, ids->ids[i]);
	json_w_array_end(w);
	return r;
}

int entity_account(struct json_writer *w, struct arena *arena, struct view *view, uint64_t account_id)
{
	struct batch batch;
	int r;

	batch_init(&batch, arena, view, 0);
	batch_add_account(&batch, account_id);
	r = batch_load(&batch);
	batch_w_account(&batch, w, account_id);
	return r;
}

int entities_statuses(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id,
                      const struct post *posts, size_t count)
{
	struct batch batch;
	int r;

	batch_init(&batch, arena, view, viewer_id);
	for (size_t i = 0; i < count; i++)
		batch_add_post(&batch, &posts[i]);
	r = batch_load(&batch);
	json_w_array(w);
	for (size_t i = 0; r == OK && i < count; i++)
		if (batch_has_status(&batch, posts[i].id))
			batch_w_status(&batch, w, posts[i].id);
	json_w_array_end(w);
	return r;
}

int entity_status(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id,
                  const struct post *post)
{
	struct batch batch;
	int r;

	batch_init(&batch, arena, view, viewer_id);
	batch_add_post(&batch, post);
	r = batch_load(&batch);
	batch_w_status(&batch, w, post->id);
	return r;
}

int entities_answer_posts(struct call *call, struct view *view, const struct page *page, const struct post_page *found)
{
	struct answer answer;
	int r;

	if (found->count)
		paging_link(call, page, found->posts[0].id, found->posts[found->count - 1].id, found->more);
	answer_begin(&answer, call);
	r = entities_statuses(&answer.w, call->arena, view, call->viewer.account_id, found->posts, found->count);
	return answer_end(&answer, call, r);
}

int entities_answer_accounts(struct call *call, struct view *view, const struct page *page, struct id_list *ids)
{
	struct answer answer;
	int r;

	paging_cut_after(call, page, ids);
	answer_begin(&answer, call);
	r = entities_accounts(&answer.w, call->arena, view, ids);
	return answer_end(&answer, call, r);
}

/* --- one's own account ------------------------------------------------------------------------------------------ */

void entity_source_fields(struct json_writer *w, const struct account *account)
{
	const struct str_list *pairs = account->field_sources.count ? &account->field_sources : &account->field_pairs;

	json_w_key(w, "fields");
	json_w_array(w);
	for (size_t i = 0; i + 1 < pairs->count; i += 2) {
		json_w_object(w);
		json_w_member_str(w, "name", pairs->items[i]);
		json_w_member_str(w, "value", pairs->items[i + 1]);
		json_w_member_null(w, "verified_at");
		json_w_object_end(w);
	}
	json_w_array_end(w);
}

void entity_attribution_domains(struct json_writer *w, const struct account *account)
{
	json_w_key(w, "attribution_domains");
	json_w_array(w);
	for (size_t i = 0; i < account->attribution_domains.count; i++)
		json_w_str(w, account->attribution_domains.items[i]);
	json_w_array_end(w);
}

static int w_source(struct json_writer *w, struct arena *arena, struct view *view, const struct account *account,
                    const struct user *user)
{
	enum { REQUESTS_COUNTED = 200 };
	const char *privacy = visibility_name(user->default_visibility);
	struct id_list requests = { 0 };
	int r = graph_requests(arena, view, account->id, 0, REQUESTS_COUNTED, &requests);

	json_w_key(w, "source");
	json_w_object(w);
	json_w_member_str(w, "note", account->note_source);
	entity_source_fields(w, account);
	json_w_member_cstr(w, "privacy", privacy ? privacy : "public");
	json_w_member_bool(w, "sensitive", user->default_sensitive);
	json_w_member_str_or_null(w, "language", user->default_language);
	json_w_member_u64(w, "follow_requests_count", requests.count);
	json_w_member_bool(w, "hide_collections", account->hide_collections);
	json_w_member_bool(w, "discoverable", account->discoverable);
	json_w_member_bool(w, "indexable", account->indexable);
	entity_attribution_domains(w, account);
	json_w_key(w, "also_known_as_uris");
	json_w_array(w);
	for (size_t i = 0; i < account->also_known_as.count; i++)
		json_w_str(w, account->also_known_as.items[i]);
	json_w_array_end(w);
	json_w_member_cstr(w, "quote_policy", quote_policy_word(user->default_quote_policy));
	json_w_object_end(w);
	return r;
}

/* Clients know one role of a person: that is the set of them. */
void entity_role(struct json_writer *w, uint8_t roles)
{
	static const struct { uint8_t role; const char *name; } names[] = {
		{ ROLE_MODERATOR, "Moderator" }, { ROLE_PEOPLE_MANAGER, "People manager" },
		{ ROLE_DATA_PROTECTION_OFFICER, "Data protection officer" }, { ROLE_ADMIN, "Admin" },
	};
	struct buf name;

	buf_init(&name, w->buf->arena, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (roles & names[i].role)
			buf_printf(&name, "%s%s", buf_str(&name).n ? ", " : "", names[i].name);
	json_w_key(w, "role");
	json_w_object(w);
	json_w_member_id(w, "id", roles);
	json_w_member_str(w, "name", buf_str(&name).n ? buf_str(&name) : STR(""));
	json_w_member_cstr(w, "color", "");
	json_w_member_id(w, "permissions", roles_permissions(roles));
	json_w_member_bool(w, "highlighted", false);
	json_w_object_end(w);
}

int entity_account_begin(struct json_writer *w, struct arena *arena, struct view *view, uint64_t account_id)
{
	struct json_writer inner;
	struct str object;
	struct buf buf;
	int r;

	buf_init(&buf, arena, 0);
	json_writer_init(&inner, &buf);
	r = entity_account(&inner, arena, view, account_id);
	object = buf_str(&buf);
	if (r != OK || !str_starts(object, STR("{")))
		return r != OK ? r : ERR_NOT_FOUND;
	json_w_object(w);
	buf_add(w->buf, str_sub(object, 1, object.n - 2));  /* the account's members without its braces */
	w->comma = true;
	return OK;
}

int entity_credential_account(struct json_writer *w, struct arena *arena, struct view *view, uint64_t account_id)
{
	struct account account;
	struct user user;
	int r = accounts_get(arena, view, account_id, &account);

	if (r == OK)
		r = users_get(arena, view, account_id, &user);
	if (r == OK)
		r = entity_account_begin(w, arena, view, account_id);
	if (r != OK)
		return r;
	r = w_source(w, arena, view, &account, &user);
	entity_role(w, user.roles);
	json_w_object_end(w);
	return r;
}

/* --- between two people ----------------------------------------------------------------------------------------- */

static void w_languages(struct json_writer *w, const struct str_list *languages)
{
	json_w_key(w, "languages");
	if (!languages->count) {
		json_w_null(w);
		return;
	}
	json_w_array(w);
	for (size_t i = 0; i < languages->count; i++)
		json_w_str(w, languages->items[i]);
	json_w_array_end(w);
}

int entity_relationship(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id,
                        uint64_t account_id)
{
	struct follow follow = { 0 };
	int r = graph_follow_get(arena, view, viewer_id, account_id, &follow);
	bool following = r == OK && follow.state == FOLLOW_ACCEPTED, requested = r == OK && !following, muting;
	struct tie tie;
	int kept = ties_get(arena, view, viewer_id, account_id, &tie);

	if (kept != OK && kept != ERR_NOT_FOUND)
		return kept;
	muting = tie_mutes(&tie, clock_now_ms());
	json_w_object(w);
	json_w_member_id(w, "id", account_id);
	json_w_member_bool(w, "following", following);
	json_w_member_bool(w, "showing_reblogs", r == OK && follow.show_reblogs);
	json_w_member_bool(w, "notifying", r == OK && follow.notify);
	w_languages(w, &follow.languages);
	json_w_member_bool(w, "followed_by", graph_follows(view, account_id, viewer_id));
	json_w_member_bool(w, "blocking", blocks_has(view, viewer_id, account_id));
	json_w_member_bool(w, "blocked_by", blocks_has(view, account_id, viewer_id));
	json_w_member_bool(w, "muting", muting);
	json_w_member_bool(w, "muting_notifications", muting && tie.mute_notices);
	json_w_member_date(w, "muting_expires_at", muting ? tie.mute_ends_ms : 0);
	json_w_member_bool(w, "requested", requested);
	json_w_member_bool(w, "requested_by", graph_requested(view, account_id, viewer_id));
	json_w_member_bool(w, "domain_blocking", shuns_domain(view, viewer_id, account_id));
	json_w_member_bool(w, "endorsed", tie.endorsed);
	json_w_member_str(w, "note", tie.note);
	json_w_object_end(w);
	return r == ERR_NOT_FOUND ? OK : r;
}

/* --- notifications and conversations ---------------------------------------------------------------------------- */

/* Of a notice for moderators what was reported; nothing of one that is forgotten meanwhile. */
static int w_report_of(struct json_writer *w, struct arena *arena, struct view *view, const struct notice *notice)
{
	struct report report;
	int r = reports_get(arena, view, notice->report_id, &report);

	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	json_w_key(w, "report");
	return entity_report(w, arena, view, &report);
}

static int w_notification(struct json_writer *w, struct arena *arena, struct batch *batch,
                           const struct notice *notice)
{
	const char *type = notice_kind_name(notice->kind);
	struct emoji_reaction reaction;
	struct str url, static_url;
	int r = OK;

	json_w_object(w);
	json_w_member_id(w, "id", notice->id);
	json_w_member_cstr(w, "type", type ? type : "unknown");
	json_w_member_str(w, "group_key", notice_group_key(arena, notice, NOTICE_GROUPED_KINDS));
	json_w_member_date(w, "created_at", notice->created_ms);
	json_w_key(w, "account");
	batch_w_account(batch, w, notice->actor_id);
	if (notice->post_id) {
		json_w_key(w, "status");
		batch_w_status(batch, w, notice->post_id);
	}
	if (notice->kind == NOTICE_EMOJI_REACTION &&
	    emoji_reactions_first(batch->arena, batch->view, notice->post_id, notice->actor_id, &reaction) == OK) {
		emoji_reactions_picture(arena, batch->view, &reaction, &url, &static_url);
		json_w_member_str(w, "emoji", reaction.emoji);
		json_w_member_str_or_null(w, "emoji_url", url);
	}
	if (notice->report_id)
		r = w_report_of(w, arena, batch->view, notice);
	if (notice->filtered)
		json_w_member_bool(w, "filtered", true);
	json_w_object_end(w);
	return r;
}

/* What a notice is about may be gone, or no longer for the one it told: then it tells nothing. */
static bool notice_holds(const struct batch *batch, const struct notice *notice)
{
	return batch_has_account(batch, notice->actor_id) &&
	       (!notice->post_id || batch_has_status(batch, notice->post_id));
}

int entities_notifications(struct json_writer *w, struct arena *arena, struct view *view,
                           const struct notice *notices, size_t count)
{
	struct batch batch;
	struct post post;
	int r;

	batch_init(&batch, arena, view, count ? notices[0].account_id : 0);
	for (size_t i = 0; i < count; i++) {
		struct beholder beholder = { BEHOLDER_LOCAL, notices[i].account_id };

		batch_add_account(&batch, notices[i].actor_id);
		if (notices[i].post_id && access_post(arena, view, beholder, notices[i].post_id, &post) == OK)
			batch_add_post(&batch, &post);
	}
	r = batch_load(&batch);
	json_w_array(w);
	for (size_t i = 0; r == OK && i < count; i++)
		if (notice_holds(&batch, &notices[i]))
			r = w_notification(w, arena, &batch, &notices[i]);
	json_w_array_end(w);
	return r;
}

int entity_notification(struct json_writer *w, struct arena *arena, struct view *view, const struct notice *notice)
{
	struct beholder beholder = { BEHOLDER_LOCAL, notice->account_id };
	struct batch batch;
	struct post post;
	int r;

	batch_init(&batch, arena, view, notice->account_id);
	batch_add_account(&batch, notice->actor_id);
	if (notice->post_id && access_post(arena, view, beholder, notice->post_id, &post) == OK)
		batch_add_post(&batch, &post);
	r = batch_load(&batch);
	if (r != OK || !notice_holds(&batch, notice))
		return r != OK ? r : ERR_NOT_FOUND;
	return w_notification(w, arena, &batch, notice);
}

int entity_conversation(struct json_writer *w, struct arena *arena, struct view *view,
                        const struct conversation *conversation)
{
	struct beholder beholder = { BEHOLDER_LOCAL, conversation->account_id };
	struct post post;
	int r;

	json_w_object(w);
	json_w_member_id(w, "id", conversation->id);
	json_w_member_bool(w, "unread", conversation->unread);
	json_w_key(w, "accounts");
	r = entities_accounts(w, arena, view, &conversation->participant_ids);
	json_w_key(w, "last_status");
	if (r == OK && access_post(arena, view, beholder, conversation->last_post_id, &post) == OK)
		r = entity_status(w, arena, view, conversation->account_id, &post);
	else
		json_w_null(w);
	json_w_object_end(w);
	return r;
}

int entity_tag(struct json_writer *w, struct arena *arena, struct view *view, uint64_t viewer_id, struct str tag)
{
	int64_t now_ms = clock_now_ms(), today_ms = now_ms / DAY_MS * DAY_MS;
	struct tag_use use = { 0 };
	int r = trends_tag_use(view, tag, now_ms, &use);

	json_w_object(w);
	json_w_member_str(w, "id", tag);
	json_w_member_str(w, "name", tag);
	json_w_member_str(w, "url", instance_tag_url(arena, instance_of(view), tag));
	json_w_key(w, "history");
	json_w_array(w);
	for (int day = 0; day < TREND_DAYS; day++) {
		json_w_object(w);
		json_w_member_id(w, "day", (uint64_t)((today_ms - (int64_t)day * DAY_MS) / SECOND_MS));
		json_w_member_id(w, "uses", use.uses[day]);
		json_w_member_id(w, "accounts", use.accounts[day]);
		json_w_object_end(w);
	}
	json_w_array_end(w);
	json_w_member_bool(w, "following", named_has(view, viewer_id, NAMED_FOLLOWED_TAG, tag));
	json_w_member_bool(w, "featuring", named_has(view, viewer_id, NAMED_FEATURED_TAG, tag));
	json_w_object_end(w);
	return r;
}
