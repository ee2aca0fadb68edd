/*
 * Which words a post or a person is found by. Any thread.
 */
#include "node/search/subject.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/media.h"
#include "storage/polls.h"

/* No letter of any script, so that no word of a text is like it; the index takes it for one. */
#define MARK "\u2042"

static void add_names(struct buf *text, struct arena *arena, struct str attachments_json)
{
	json_t *list;

	if (!attachments_json.n || json_parse(arena, attachments_json, &list) != OK)
		return;
	for (size_t i = 0; i < json_count(list); i++) {
		buf_add_char(text, '\n');
		buf_add(text, json_member_str(json_at(list, i), "name"));
	}
}

static void add_choices(struct buf *text, struct arena *arena, struct view *view, uint64_t post_id)
{
	struct poll poll;

	if (polls_get(arena, view, post_id, &poll) != OK)
		return;
	for (size_t i = 0; i < poll.options.count; i++) {
		buf_add_char(text, '\n');
		buf_add(text, poll.options.items[i]);
	}
}

static void add_own(struct buf *text, struct arena *arena, struct view *view, const struct post *post)
{
	buf_add(text, post->title);
	buf_add_char(text, '\n');
	buf_add(text, post->spoiler);
	buf_add_char(text, '\n');
	buf_add(text, tokeniser_plain(arena, post->content));
	add_choices(text, arena, view, post->id);
	add_names(text, arena, post->attachments_json);
}

struct str subject_post_own_text(struct arena *arena, struct view *view, const struct post *post)
{
	struct buf text;

	buf_init(&text, arena, 0);
	add_own(&text, arena, view, post);
	return buf_str(&text);
}

bool subject_has_documents(struct view *view, const struct post *post)
{
	struct str document;

	for (size_t i = 0; i < post->media_ids.count; i++)
		if (media_text_get(view, post->media_ids.ids[i], &document) == OK)
			return true;
	return false;
}

struct str subject_post_text(struct arena *arena, struct view *view, const struct post *post)
{
	struct str document;
	struct buf text;

	buf_init(&text, arena, 0);
	add_own(&text, arena, view, post);
	for (size_t i = 0; i < post->media_ids.count; i++)
		if (media_text_get(view, post->media_ids.ids[i], &document) == OK) {
			buf_add_char(&text, '\n');
			buf_add(&text, document);
		}
	return buf_str(&text);
}

struct str subject_person_text(struct arena *arena, const struct account *account)
{
	struct buf text;

	if (account->deleted || account->disabled || account->withheld || account->kind == ACCOUNT_APPLICATION)
		return STR_NONE;
	buf_init(&text, arena, 0);
	buf_add(&text, account->username);
	buf_add_char(&text, '\n');
	buf_add(&text, account->display_name);
	buf_add_char(&text, '\n');
	buf_add(&text, tokeniser_plain(arena, account->note));
	for (size_t i = 0; i < account->field_pairs.count; i++) {
		buf_add_char(&text, '\n');
		buf_add(&text, tokeniser_plain(arena, account->field_pairs.items[i]));
	}
	return buf_str(&text);
}

static void add_words(struct buf *out, const struct str_list *words)
{
	for (size_t i = 0; i < words->count; i++) {
		if (out->n)
			buf_add_char(out, ' ');
		buf_add(out, words->items[i]);
	}
}

struct str subject_post_words(struct tokeniser *tokeniser, struct arena *arena, enum language language, struct str text,
                              const struct post *post)
{
	struct str_list stems = tokeniser_stems(tokeniser, arena, language, text);
	struct buf words;

	buf_init(&words, arena, 0);
	add_words(&words, &stems);
	buf_printf(&words, " %.*s", STR_ARG(subject_author_mark(arena, post->account_id)));
	if (post->attachments_json.n)
		buf_printf(&words, " %.*s", STR_ARG(subject_media_mark()));
	return buf_str(&words);
}

struct str subject_person_words(struct tokeniser *tokeniser, struct arena *arena, enum language language, struct str text)
{
	struct str_list stems = tokeniser_stems(tokeniser, arena, language, text);
	struct str_list written = tokeniser_words(tokeniser, arena, text);
	struct buf words;

	buf_init(&words, arena, 0);
	add_words(&words, &stems);
	add_words(&words, &written);
	return buf_str(&words);
}

struct str subject_author_mark(struct arena *arena, uint64_t account_id)
{
	return arena_printf(arena, MARK "%llu", (unsigned long long)account_id);
}

struct str subject_media_mark(void)
{
	return STR(MARK "media");
}
