/*
 * One's own profile as Mastodon's Profile: what a form for it begins with.
 */
#include "node/api/profile.h"

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/tags.h"
#include "storage/accounts.h"

static void w_pictures(struct json_writer *w, const struct account *account)
{
	json_w_member_str_or_null(w, "avatar", account->avatar_url);
	json_w_member_str_or_null(w, "avatar_static", account->avatar_url);
	json_w_member_cstr(w, "avatar_description", "");
	json_w_member_str_or_null(w, "header", account->header_url);
	json_w_member_str_or_null(w, "header_static", account->header_url);
	json_w_member_cstr(w, "header_description", "");
}

int api_profile(struct call *call, struct view *view)
{
	struct account account;
	struct answer answer;
	struct json_writer *w = &answer.w;
	int r = accounts_get(call->arena, view, call->viewer.account_id, &account);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(w);
	json_w_member_id(w, "id", account.id);
	json_w_member_str(w, "display_name", account.display_name);
	json_w_member_str(w, "note", account.note_source);
	entity_source_fields(w, &account);
	w_pictures(w, &account);
	json_w_member_bool(w, "locked", account.locked);
	json_w_member_bool(w, "bot", account.bot);
	json_w_member_bool(w, "hide_collections", account.hide_collections);
	json_w_member_bool(w, "discoverable", account.discoverable);
	json_w_member_bool(w, "indexable", account.indexable);
	json_w_member_bool(w, "show_media", true);
	json_w_member_bool(w, "show_media_replies", true);
	json_w_member_bool(w, "show_featured", true);
	entity_attribution_domains(w, &account);
	json_w_key(w, "featured_tags");
	r = api_w_featured_tags(w, call, view, account.id);
	json_w_object_end(w);
	return answer_end(&answer, call, r);
}
