/*
 * Finished client JSON of accounts and posts.
 *
 * Every member that a client may read is always written, empty or null when we have nothing to say. Pure but
 * for look-ups of mentioned accounts and the posting app.
 */
#include "storage/fragment.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/keys.h"
#include "storage/media.h"
#include "storage/tokens.h"

/* A stored JSON array, or an empty one. */
static struct str array_or_empty(struct str json)
{
	return str_starts(json, STR("[")) ? json : STR("[]");
}

void fragment_w_emojis(struct json_writer *w, const struct instance *instance, uint64_t shown_by, struct str json)
{
	struct arena *arena = w->buf->arena;
	json_t *list;

	if (!json.n || !instance->media_key.n || json_parse(arena, json, &list) != OK) {
		json_w_member_raw(w, "emojis", array_or_empty(json));
		return;
	}
	for (size_t i = 0; i < json_count(list); i++) {
		struct str url = json_member_str(json_at(list, i), "url"), shown, still;

		if (!url.n)
			continue;
		shown = media_proxy_url(arena, instance, shown_by, url);
		still = media_proxy_still(arena, url, shown);
		json_object_set_new(json_at(list, i), "url", json_stringn(shown.p, shown.n));
		json_object_set_new(json_at(list, i), "static_url", json_stringn(still.p, still.n));
		json_object_set_new(json_at(list, i), "category", json_null());
	}
	json_w_member_raw(w, "emojis", json_render(arena, list));
}

static void empty_array(struct json_writer *w, const char *key)
{
	json_w_key(w, key);
	json_w_array(w);
	json_w_array_end(w);
}

static void account_fields(struct json_writer *w, const struct str_list *pairs)
{
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

/* Pictures come in two forms, moving and still; ours are the same. */
static void account_picture(struct json_writer *w, const char *key, const char *static_key, struct str url,
                            struct str fallback)
{
	struct str shown = url.n ? url : fallback;

	json_w_member_str(w, key, shown);
	json_w_member_str(w, static_key, shown);
}

struct str fragment_account(struct arena *arena, const struct instance *instance,
                            const struct account *account)
{
	int64_t created_ms = account->created_ms > 0 ? account->created_ms : id_to_ms(account->id);
	struct json_writer writer, *w = &writer;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(w, &buf);
	json_w_member_id(w, "id", account->id);
	json_w_member_str(w, "username", account->username);
	json_w_member_str(w, "acct", accounts_acct(arena, account));
	json_w_member_str(w, "url", account->url.n ? account->url : account->uri);
	json_w_member_str(w, "uri", account->uri);
	json_w_member_str(w, "display_name", account->display_name);
	json_w_member_str(w, "note", account->note);
	account_picture(w, "avatar", "avatar_static", media_proxy_url(arena, instance, account->id, account->avatar_url),
	                arena_printf(arena, "%.*s/avatar.png", STR_ARG(instance->url)));
	account_picture(w, "header", "header_static", media_proxy_url(arena, instance, account->id, account->header_url),
	                arena_printf(arena, "%.*s/header.png", STR_ARG(instance->url)));
	json_w_member_cstr(w, "avatar_description", "");
	json_w_member_cstr(w, "header_description", "");
	json_w_member_bool(w, "locked", account->locked);
	json_w_member_bool(w, "bot", account->bot || account->kind == ACCOUNT_SERVICE ||
	                             account->kind == ACCOUNT_APPLICATION);
	json_w_member_bool(w, "group", account->kind == ACCOUNT_GROUP);
	json_w_member_bool(w, "discoverable", account->discoverable);
	json_w_member_bool(w, "indexable", account->indexable);
	json_w_member_bool(w, "noindex", !account->indexable);
	/* Only the day, as the API's model implementation does. */
	json_w_member_date(w, "created_at", created_ms - created_ms % DAY_MS);
	json_w_member_bool(w, "hide_collections", account->hide_collections);
	fragment_w_emojis(w, instance, account->id, account->emojis_json);
	account_fields(w, &account->field_pairs);
	empty_array(w, "roles");
	json_w_member_bool(w, "show_media", true);
	json_w_member_bool(w, "show_media_replies", true);
	json_w_member_bool(w, "show_featured", true);
	/* Whoever joins the fragment puts the account there (node/api/batch_write.c). */
	if (account->moved_id)
		json_w_member_id(w, "moved", account->moved_id);
	return buf_str(&buf);
}

/* "image", "video", "audio" or "unknown": by media type, or by the object's type when the media type is
 * silent. */
static const char *attachment_type(const json_t *attachment)
{
	static const struct { struct str media, object; const char *name; } kinds[] = {
		{ { "image/", 6 }, { "Image", 5 }, "image" },
		{ { "video/", 6 }, { "Video", 5 }, "video" },
		{ { "audio/", 6 }, { "Audio", 5 }, "audio" },
	};
	struct str media = json_member_str(attachment, "mediaType");
	struct str object = json_member_str(attachment, "type");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (media.n ? str_starts(media, kinds[i].media) : str_eq(object, kinds[i].object))
			return kinds[i].name;
	return "unknown";
}

static void w_size(struct json_writer *w, uint64_t width, uint64_t height)
{
	uint64_t aspect = width * 10000 / height;

	json_w_member_u64(w, "width", width);
	json_w_member_u64(w, "height", height);
	json_w_key(w, "size");
	json_w_str(w, arena_printf(w->buf->arena, "%llux%llu", (unsigned long long)width,
	                           (unsigned long long)height));
	json_w_key(w, "aspect");
	json_w_raw(w, arena_printf(w->buf->arena, "%llu.%04llu", (unsigned long long)(aspect / 10000),
	                           (unsigned long long)(aspect % 10000)));
}

static bool is_side(uint64_t pixels)
{
	enum { SIDE_MAX = 1000000 };  /* what is larger is no picture */

	return pixels > 0 && pixels <= SIDE_MAX;
}

/* Where one looks first; ActivityPub writes it as a pair (x, y). */
static void attachment_focus(struct json_writer *w, const json_t *attachment)
{
	const json_t *point = json_member(attachment, "focalPoint");

	if (json_count(point) != 2 || !json_is_number(json_at(point, 0)) || !json_is_number(json_at(point, 1)))
		return;
	json_w_key(w, "focus");
	json_w_object(w);
	json_w_member_raw(w, "x", json_render(w->buf->arena, json_at(point, 0)));
	json_w_member_raw(w, "y", json_render(w->buf->arena, json_at(point, 1)));
	json_w_object_end(w);
}

/* Film and sound: how long, how fast. */
static void w_film(struct json_writer *w, const json_t *attachment)
{
	uint64_t ms = json_member_u64(attachment, "durationMs", 0), size = json_member_u64(attachment, "size", 0);
	struct str rate = json_member_str(attachment, "rate");

	if (rate.n)
		json_w_member_str(w, "frame_rate", rate);
	if (!ms)
		return;
	json_w_member_raw(w, "duration", arena_printf(w->buf->arena, "%llu.%03llu", (unsigned long long)(ms / 1000),
	                                              (unsigned long long)(ms % 1000)));
	if (size)
		json_w_member_u64(w, "bitrate", size * 8 * 1000 / ms);
}

static void attachment_meta(struct json_writer *w, const json_t *attachment, bool visible)
{
	uint64_t width = json_member_u64(attachment, "width", 0), height = json_member_u64(attachment, "height", 0);
	uint64_t small_width = json_member_u64(attachment, "previewWidth", visible ? width : 0);
	uint64_t small_height = json_member_u64(attachment, "previewHeight", visible ? height : 0);
	bool sized = is_side(width) && is_side(height);

	json_w_key(w, "meta");
	json_w_object(w);
	if (sized || json_member_u64(attachment, "durationMs", 0)) {
		json_w_key(w, "original");
		json_w_object(w);
		if (sized)
			w_size(w, width, height);
		w_film(w, attachment);
		json_w_object_end(w);
	}
	if (is_side(small_width) && is_side(small_height)) {
		json_w_key(w, "small");
		json_w_object(w);
		w_size(w, small_width, small_height);
		json_w_object_end(w);
	}
	attachment_focus(w, attachment);
	json_w_object_end(w);
}

/* What a document is called and how long it is, which the API has no place for. */
static void attachment_file(struct json_writer *w, const json_t *attachment)
{
	struct str name = json_member_str(attachment, "fileName");

	if (!name.n)
		return;
	json_w_key(w, "file");
	json_w_object(w);
	json_w_member_str(w, "name", name);
	json_w_member_u64(w, "size", json_member_u64(attachment, "size", 0));
	json_w_member_str(w, "mime_type", json_member_str(attachment, "mediaType"));
	json_w_object_end(w);
}

void fragment_w_attachment(struct json_writer *w, const struct instance *instance, const struct post *post,
                           const json_t *attachment, size_t number)
{
	struct str url = json_member_str(attachment, "url"), id = json_member_str(attachment, "id"), shown = url;
	struct str preview = json_member_str(attachment, "previewUrl");
	const char *type = attachment_type(attachment);
	bool image = strcmp(type, "image") == 0, audio = strcmp(type, "audio") == 0;
	bool media = strcmp(type, "unknown") != 0;   /* documents are opened by people who know where they lead */
	bool for_few = post->visibility >= VISIBILITY_FOLLOWERS;

	if (!id.n)
		id = arena_printf(w->buf->arena, "%llu%02zu", (unsigned long long)post->id, number);
	if (media && post->remote)
		shown = media_proxy_url(w->buf->arena, instance, post->id, url);
	if (media && post->remote && !audio && !str_eq(shown, url)) {
		preview = arena_printf(w->buf->arena, "%.*s/preview", STR_ARG(shown));
	}
	json_w_object(w);
	json_w_member_str(w, "id", id);
	json_w_member_cstr(w, "type", type);
	json_w_member_str_or_null(w, "url", shown);
	json_w_member_str_or_null(w, "preview_url", preview.n ? preview : image ? url : STR_NONE);
	/* The address that a sibling made for all of this node would outlive the reader's own. */
	json_w_member_str_or_null(w, "remote_url", post->remote && !(for_few && media) ? url : STR_NONE);
	attachment_meta(w, attachment, image);
	json_w_member_str_or_null(w, "description", json_member_str(attachment, "name"));
	json_w_member_str_or_null(w, "blurhash", json_member_str(attachment, "blurhash"));
	attachment_file(w, attachment);
	json_w_object_end(w);
}

static void post_attachments(struct json_writer *w, struct arena *arena, const struct instance *instance,
                             const struct post *post)
{
	json_t *list = NULL;

	json_w_key(w, "media_attachments");
	json_w_array(w);
	if (post->attachments_json.n && json_parse(arena, post->attachments_json, &list) == OK)
		for (size_t i = 0; i < json_count(list); i++)
			if (json_member_str(json_at(list, i), "url").n)
				fragment_w_attachment(w, instance, post, json_at(list, i), i);
	json_w_array_end(w);
}

static void post_mentions(struct json_writer *w, struct arena *arena, struct view *view,
                          const struct id_list *ids)
{
	struct account account;

	json_w_key(w, "mentions");
	json_w_array(w);
	for (size_t i = 0; i < ids->count; i++) {
		if (accounts_get(arena, view, ids->ids[i], &account) != OK || account.deleted)
			continue;
		json_w_object(w);
		json_w_member_id(w, "id", account.id);
		json_w_member_str(w, "username", account.username);
		json_w_member_str(w, "url", account.url.n ? account.url : account.uri);
		json_w_member_str(w, "acct", accounts_acct(arena, &account));
		json_w_object_end(w);
	}
	json_w_array_end(w);
}

static void post_tags(struct json_writer *w, struct arena *arena, const struct instance *instance,
                      const struct str_list *tags)
{
	json_w_key(w, "tags");
	json_w_array(w);
	for (size_t i = 0; i < tags->count; i++) {
		json_w_object(w);
		json_w_member_str(w, "name", tags->items[i]);
		json_w_member_str(w, "url", instance_tag_url(arena, instance, tags->items[i]));
		json_w_object_end(w);
	}
	json_w_array_end(w);
}

static void post_application(struct json_writer *w, struct arena *arena, struct view *view, uint64_t app_id)
{
	struct app app;

	json_w_key(w, "application");
	if (app_id == 0 || apps_get(arena, view, app_id, &app) != OK) {
		json_w_null(w);
		return;
	}
	json_w_object(w);
	json_w_member_str(w, "name", app.name);
	json_w_member_str_or_null(w, "website", app.website);
	json_w_object_end(w);
}

/* Clients know Notes only, and a Question is one with a poll. Of anything else the title is shown as a heading, and
 * what it is in full stands behind a link. */
static struct str post_content(struct arena *arena, const struct post *post)
{
	struct str page = post->url.n ? post->url : post->uri;
	struct buf buf;

	if (!post->object_type.n || str_eq(post->object_type, STR("Note")) || str_eq(post->object_type, STR("Question")))
		return post->content;
	buf_init(&buf, arena, 0);
	if (post->title.n) {
		buf_add(&buf, STR("<h2>"));
		buf_add_html(&buf, post->title);
		buf_add(&buf, STR("</h2>"));
	}
	buf_add(&buf, post->content);
	if (page.n) {
		buf_add(&buf, STR("<p><a href=\""));
		buf_add_html(&buf, page);
		buf_add(&buf, STR("\" rel=\"nofollow noopener noreferrer\" target=\"_blank\">"));
		buf_add_html(&buf, page);
		buf_add(&buf, STR("</a></p>"));
	}
	return buf_str(&buf);
}

struct str fragment_post(struct arena *arena, struct view *view, const struct post *post)
{
	const char *visibility = visibility_name(post->visibility);
	struct json_writer writer, *w = &writer;
	struct buf buf;
	struct key key;

	buf_init(&buf, arena, 0);
	json_writer_init(w, &buf);
	json_w_member_id(w, "id", post->id);
	json_w_member_str(w, "uri", post->uri);
	json_w_member_str_or_null(w, "url", post->url.n ? post->url : post->uri);
	json_w_member_date(w, "created_at", post->created_ms > 0 ? post->created_ms : id_to_ms(post->id));
	json_w_member_date(w, "edited_at", post->edited_ms);
	json_w_member_str(w, "content", post_content(arena, post));
	json_w_member_cstr(w, "visibility", visibility ? visibility : "direct");
	json_w_member_bool(w, "sensitive", post->sensitive);
	json_w_member_str(w, "spoiler_text", post->spoiler);
	post_attachments(w, arena, instance_of(view), post);
	post_mentions(w, arena, view, &post->mention_ids);
	post_tags(w, arena, instance_of(view), &post->tags);
	fragment_w_emojis(w, instance_of(view), post->id, post->emojis_json);
	json_w_member_str_or_null(w, "language", post->language);
	json_w_member_id_or_null(w, "in_reply_to_id", post->in_reply_to_id);
	json_w_member_id_or_null(w, "in_reply_to_account_id",
	                         post->in_reply_to_id ? post->in_reply_to_account_id : 0);
	/* What changes with each vote is written by whoever shows it. */
	if (!view_has(view, SPACE_POLL, key_u64(&key, post->id)))
		json_w_member_null(w, "poll");
	json_w_member_null(w, "card");
	/* What it quotes, and whether it may be quoted, depends on the viewer. */
	if (!post->quote_id && !post->quote_state)
		json_w_member_null(w, "quote");
	post_application(w, arena, view, post->app_id);
	return buf_str(&buf);
}
