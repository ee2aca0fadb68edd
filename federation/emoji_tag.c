/*
 * Emoji objects. Any thread.
 */
#include "federation/emoji_tag.h"

#include "federation/activity.h"
#include "storage/base/arena.h"

static void w_icon(struct json_writer *w, struct str url, struct str type)
{
	json_w_key(w, "icon");
	json_w_object(w);
	json_w_member_cstr(w, "type", "Image");
	if (type.n)
		json_w_member_str(w, "mediaType", type);
	json_w_member_str(w, "url", url);
	json_w_object_end(w);
}

static void w_name(struct json_writer *w, const char *key, struct str name)
{
	json_w_member_str(w, key, arena_printf(w->buf->arena, ":%.*s:", STR_ARG(name)));
}

void emoji_tag_w(struct json_writer *w, const struct instance *instance, const struct emoji_shown *shown, bool alone)
{
	json_w_object(w);
	if (alone)
		activity_w_context(w);
	json_w_member_str(w, "id", arena_printf(w->buf->arena, "%.*s/emojis/%llu", STR_ARG(instance->url),
	                                        (unsigned long long)shown->emoji.media_id));
	json_w_member_cstr(w, "type", "Emoji");
	w_name(w, "name", shown->emoji.shortcode);
	json_w_member_date(w, "updated", shown->emoji.added_ms);
	w_icon(w, shown->url, shown->type);
	json_w_object_end(w);
}

static void w_named(struct json_writer *w, struct view *view, const struct str *texts, size_t text_count)
{
	struct emoji_shown *list;
	size_t count = emojis_named(w->buf->arena, view, texts, text_count, &list);

	for (size_t i = 0; i < count; i++)
		emoji_tag_w(w, instance_of(view), &list[i], false);
}

void emoji_tags_w_post(struct json_writer *w, struct view *view, const struct post *post, const struct poll *poll)
{
	size_t options = poll ? poll->options.count : 0, n = 0;
	struct str *texts = ARENA_ARRAY(w->buf->arena, struct str, 2 + options);

	texts[n++] = post->content;
	texts[n++] = post->spoiler;
	for (size_t i = 0; i < options; i++)
		texts[n++] = poll->options.items[i];
	w_named(w, view, texts, n);
}

void emoji_tags_w_account(struct json_writer *w, struct view *view, const struct account *account)
{
	size_t n = 0;
	struct str *texts = ARENA_ARRAY(w->buf->arena, struct str, 2 + account->field_pairs.count);

	texts[n++] = account->display_name;
	texts[n++] = account->note;
	for (size_t i = 0; i < account->field_pairs.count; i++)
		texts[n++] = account->field_pairs.items[i];
	w_named(w, view, texts, n);
}

void emoji_tag_w_reaction(struct json_writer *w, struct str emoji, struct str url)
{
	struct str host = emoji, name = str_cut(&host, '@');

	if (!url.n) {
		json_w_member_str(w, "content", emoji);
		return;
	}
	w_name(w, "content", name);
	json_w_key(w, "tag");
	json_w_array(w);
	json_w_object(w);
	json_w_member_cstr(w, "type", "Emoji");
	w_name(w, "name", name);
	w_icon(w, url, STR_NONE);
	json_w_object_end(w);
	json_w_array_end(w);
}
