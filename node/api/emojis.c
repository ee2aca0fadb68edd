/*
 * Custom emojis for clients. Finished JSON of ours has an empty "emojis", which is filled in when it is shown: so what it
 * says is true whatever was added or removed since it was written.
 */
#include "node/api/emojis.h"

#include "federation/emoji_tag.h"
#include "node/api/answer.h"
#include "node/api/document.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/emojis.h"
#include "storage/media.h"

int api_custom_emojis(struct call *call, struct view *view)
{
	struct emoji_shown *list;
	struct answer answer;
	size_t count = 0;
	int r = emojis_list(call->arena, view, &list, &count);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		if (!list[i].emoji.disabled)
			emojis_w(&answer.w, &list[i]);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_emoji_object(struct call *call, struct view *view)
{
	struct media_record picture;
	struct emoji_shown shown;
	struct json_writer w;
	struct buf buf;
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = media_get(call->arena, view, id, &picture);
	if (r == OK && picture.use != MEDIA_USE_EMOJI)
		r = ERR_NOT_FOUND;
	if (r == OK)
		r = emojis_show(call->arena, view, picture.name, &shown);
	if (r != OK)
		return r;
	buf_init(&buf, call->arena, 0);
	json_writer_init(&w, &buf);
	emoji_tag_w(&w, instance_of(view), &shown, true);
	return document_reply(call, 200, buf_str(&buf));
}

/* What stands from the member `from` up to the member `to`; empty when one of them is not there. Member names with their
 * quotes and colon can only stand between members: a quote inside a text is escaped. */
static struct str between(struct str fragment, struct str from, struct str to)
{
	size_t start = str_find(fragment, from), end = str_find(fragment, to);

	return start == SIZE_MAX || end == SIZE_MAX || end < start ? STR_NONE : str_sub(fragment, start, end - start);
}

static struct str fill(struct arena *arena, struct view *view, struct str fragment, const struct str *texts, size_t count)
{
	static const struct str none = STR("\"emojis\":[]");
	size_t at = str_find(fragment, none);
	struct emoji_shown *list;
	struct json_writer w;
	struct buf buf;

	if (at == SIZE_MAX || !emojis_named(arena, view, texts, count, &list))
		return fragment;
	buf_init(&buf, arena, 0);
	buf_add(&buf, str_sub(fragment, 0, at));
	buf_add(&buf, STR("\"emojis\":"));
	json_writer_init(&w, &buf);
	emojis_w_named(&w, view, texts, count);
	buf_add(&buf, str_sub(fragment, at + none.n, SIZE_MAX));
	return buf_str(&buf);
}

struct str emojis_in_account(struct arena *arena, struct view *view, struct str fragment)
{
	const struct str texts[] = {
		between(fragment, STR("\"display_name\":"), STR("\"avatar\":")),
		between(fragment, STR("\"fields\":"), STR("\"roles\":")),
	};

	return emojis_is_own(fragment) ? fill(arena, view, fragment, texts, sizeof(texts) / sizeof(texts[0])) : fragment;
}

struct str emojis_in_status(struct arena *arena, struct view *view, struct str fragment, const struct poll *poll)
{
	size_t options = poll ? poll->options.count : 0;
	struct str *texts = ARENA_ARRAY(arena, struct str, 2 + options);

	texts[0] = between(fragment, STR("\"content\":"), STR("\"visibility\":"));
	texts[1] = between(fragment, STR("\"spoiler_text\":"), STR("\"media_attachments\":"));
	for (size_t i = 0; i < options; i++)
		texts[2 + i] = poll->options.items[i];
	return fill(arena, view, fragment, texts, 2 + options);
}

static bool is_in_options(struct arena *arena, const struct poll *poll, struct str shortcode)
{
	struct str name = arena_printf(arena, ":%.*s:", STR_ARG(shortcode));

	for (size_t i = 0; i < poll->options.count; i++)
		if (str_find(poll->options.items[i], name) != SIZE_MAX)
			return true;
	return false;
}

struct str emojis_in_poll(struct arena *arena, struct view *view, struct str status_fragment, bool own,
                          const struct poll *poll)
{
	struct str all = between(status_fragment, STR("\"emojis\":"), STR(",\"language\":"));
	struct json_writer w;
	struct buf buf;
	json_t *list = NULL;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	if (own) {
		emojis_w_named(&w, view, poll->options.items, poll->options.count);
		return buf_str(&buf);
	}
	if (all.n && json_parse(arena, str_sub(all, sizeof("\"emojis\":") - 1, SIZE_MAX), &list) != OK)
		list = NULL;
	json_w_array(&w);
	for (size_t i = 0; i < json_count(list); i++)
		if (is_in_options(arena, poll, json_member_str(json_at(list, i), "shortcode")))
			json_w_raw(&w, json_render(arena, json_at(list, i)));
	json_w_array_end(&w);
	return buf_str(&buf);
}

bool emojis_is_own(struct str account_fragment)
{
	struct str acct = between(account_fragment, STR("\"acct\":"), STR("\"url\":"));

	return acct.n && str_find_char(acct, '@') == SIZE_MAX;
}
