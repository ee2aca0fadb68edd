/*
 * Custom emojis of this node. Reads: any thread; puts: the writer.
 */
#include "storage/emojis.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/media.h"
#include "storage/record.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool emojis_is_shortcode(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!is_letter(text.p[i]))
			return false;
	return text.n >= EMOJI_SHORTCODE_MIN && text.n <= EMOJI_SHORTCODE_MAX;
}

int emojis_get(struct arena *arena, struct view *view, struct str shortcode, struct emoji *ret_emoji)
{
	struct key key;

	if (!emojis_is_shortcode(shortcode))
		return ERR_NOT_FOUND;
	return record_get(arena, view, SPACE_EMOJI, key_text(&key, shortcode), &emoji_type, ret_emoji);
}

static int put(struct txn *txn, const struct emoji *emoji)
{
	struct key key;

	return record_put(txn, SPACE_EMOJI, key_text(&key, emoji->shortcode), &emoji_type, emoji);
}

int emojis_add(struct arena *arena, struct txn *txn, struct emoji *emoji, struct media_record *picture)
{
	struct key key;
	uint64_t count;
	int r;

	if (!emojis_is_shortcode(emoji->shortcode))
		return ERR_INVALID;
	if (view_has(txn_view(txn), SPACE_EMOJI, key_text(&key, emoji->shortcode)))
		return ERR_EXISTS;
	r = view_count(txn_view(txn), SPACE_EMOJI, &count);
	if (r != OK || count >= EMOJIS_KEPT_MAX)
		return r != OK ? r : ERR_LIMIT;
	picture->account_id = 0;
	picture->use = MEDIA_USE_EMOJI;
	picture->name = emoji->shortcode;
	r = media_add(arena, txn, picture);
	emoji->media_id = picture->id;
	emoji->added_ms = txn_now_ms(txn);
	return r == OK ? put(txn, emoji) : r;
}

int emojis_remove(struct txn *txn, struct str shortcode)
{
	struct arena *scratch = arena_new();
	struct emoji emoji;
	struct key key;
	int r = emojis_get(scratch, txn_view(txn), shortcode, &emoji);

	if (r == OK)
		r = media_delete(txn, emoji.media_id);
	if (r == OK)
		r = txn_del(txn, SPACE_EMOJI, key_text(&key, shortcode));
	arena_free(scratch);
	return r;
}

int emojis_disable(struct txn *txn, struct str shortcode, bool disabled)
{
	struct arena *scratch = arena_new();
	struct emoji emoji;
	int r = emojis_get(scratch, txn_view(txn), shortcode, &emoji);

	emoji.disabled = disabled;
	if (r == OK)
		r = put(txn, &emoji);
	arena_free(scratch);
	return r;
}

/* Fills in the rest of shown->emoji. */
static int complete(struct arena *arena, struct view *view, struct emoji_shown *shown)
{
	struct media_record picture;
	int r = media_get(arena, view, shown->emoji.media_id, &picture);

	if (r != OK)
		return r;
	shown->url = media_url(arena, instance_of(view), &picture);
	shown->static_url = picture.preview_blob.n ? media_preview_url(arena, instance_of(view), &picture) : shown->url;
	shown->type = picture.type;
	return OK;
}

bool emojis_any(struct view *view)
{
	uint64_t count;

	return view_count(view, SPACE_EMOJI, &count) == OK && count;
}

int emojis_list(struct arena *arena, struct view *view, struct emoji_shown **ret_list, size_t *ret_count)
{
	struct prefix_walk walk;
	struct engine_item item;
	uint64_t room;
	size_t n = 0;
	int r = view_count(view, SPACE_EMOJI, &room);

	*ret_count = 0;
	*ret_list = NULL;
	if (r != OK || !room)
		return r;
	*ret_list = ARENA_ARRAY(arena, struct emoji_shown, room);
	prefix_walk_init(&walk, view, SPACE_EMOJI, STR_NONE, false);
	while (n < room && (r = prefix_next(&walk, &item)) == OK) {
		struct emoji_shown *shown = &(*ret_list)[n];

		r = codec_decode(arena, &emoji_type, item.value, &shown->emoji);
		if (r == OK)
			r = complete(arena, view, shown);
		if (r != OK)
			return r;
		n++;
	}
	*ret_count = n;
	return r == ERR_NOT_FOUND ? OK : r;
}

int emojis_show(struct arena *arena, struct view *view, struct str shortcode, struct emoji_shown *ret_shown)
{
	int r = emojis_get(arena, view, shortcode, &ret_shown->emoji);

	if (r == OK && ret_shown->emoji.disabled)
		r = ERR_NOT_FOUND;
	return r == OK ? complete(arena, view, ret_shown) : r;
}

/* --- texts ------------------------------------------------------------------------------------------------------ */

/* Does a word end just before `at`? Behind a backslash stands the letter of an escape, as in "\n:wave:". */
static bool follows_word(struct str text, size_t at)
{
	if (at == 0)
		return false;
	return text.p[at - 1] == ':' || (is_letter(text.p[at - 1]) && !(at > 1 && text.p[at - 2] == '\\'));
}

/* The next ":shortcode:" from *at on, which moves behind its name: "10:30:45" is none. */
static bool next_name(struct str text, size_t *at, struct str *ret_name)
{
	while (*at < text.n) {
		const char *colon = memchr(text.p + *at, ':', text.n - *at);
		size_t start, end;

		if (!colon)
			return false;
		start = end = (size_t)(colon - text.p) + 1;
		while (end < text.n && is_letter(text.p[end]))
			end++;
		*at = end > start ? end : start;
		if (end == text.n || text.p[end] != ':' || follows_word(text, start - 1) ||
		    (end + 1 < text.n && is_letter(text.p[end + 1])))
			continue;
		*ret_name = str_sub(text, start, end - start);
		if (emojis_is_shortcode(*ret_name)) {
			*at = end + 1;
			return true;
		}
	}
	return false;
}

static bool is_among(const struct emoji_shown *list, size_t count, struct str shortcode)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(list[i].emoji.shortcode, shortcode))
			return true;
	return false;
}

size_t emojis_named(struct arena *arena, struct view *view, const struct str *texts, size_t text_count,
                    struct emoji_shown **ret_list)
{
	struct emoji_shown *list = NULL;
	size_t count = 0;

	*ret_list = NULL;
	if (!emojis_any(view))
		return 0;
	for (size_t i = 0; i < text_count; i++) {
		struct str name;

		for (size_t at = 0; count < EMOJIS_NAMED_MAX && next_name(texts[i], &at, &name);) {
			if (!list)
				list = ARENA_ARRAY(arena, struct emoji_shown, EMOJIS_NAMED_MAX);
			if (!is_among(list, count, name) && emojis_show(arena, view, name, &list[count]) == OK)
				count++;
		}
	}
	*ret_list = list;
	return count;
}

/* --- as clients see them ---------------------------------------------------------------------------------------- */

void emojis_w(struct json_writer *w, const struct emoji_shown *shown)
{
	json_w_object(w);
	json_w_member_str(w, "shortcode", shown->emoji.shortcode);
	json_w_member_str(w, "url", shown->url);
	json_w_member_str(w, "static_url", shown->static_url);
	json_w_member_bool(w, "visible_in_picker", !shown->emoji.hidden);
	json_w_member_str_or_null(w, "category", shown->emoji.category);
	json_w_object_end(w);
}

void emojis_w_named(struct json_writer *w, struct view *view, const struct str *texts, size_t text_count)
{
	struct emoji_shown *list;
	size_t count = emojis_named(w->buf->arena, view, texts, text_count, &list);

	json_w_array(w);
	for (size_t i = 0; i < count; i++)
		emojis_w(w, &list[i]);
	json_w_array_end(w);
}
