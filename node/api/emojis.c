/*
 * Custom emojis for clients. Finished JSON of ours has an empty "emojis", which is filled in when it is shown: so what it
 * says is true whatever was added or removed since it was written.
 */
#include "node/api/emojis.h"

#include "node/api/answer.h"
#include "storage/emojis.h"

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

struct str emojis_in_status(struct arena *arena, struct view *view, struct str fragment)
{
	const struct str texts[] = {
		between(fragment, STR("\"content\":"), STR("\"visibility\":")),
		between(fragment, STR("\"spoiler_text\":"), STR("\"media_attachments\":")),
	};

	return fill(arena, view, fragment, texts, sizeof(texts) / sizeof(texts[0]));
}

bool emojis_is_own(struct str account_fragment)
{
	struct str acct = between(account_fragment, STR("\"acct\":"), STR("\"url\":"));

	return acct.n && str_find_char(acct, '@') == SIZE_MAX;
}
