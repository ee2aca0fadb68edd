/*
 * The texts of a node: settings called "text.about", "text.privacy" and "text.terms.2026-12-31". A value is the time of its
 * last change in decimal milliseconds, a space, and the text.
 */
#include "storage/texts.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/keys.h"
#include "storage/settings.h"

#define PREFIX "text."
#define TERMS PREFIX "terms."

enum { DAY_CHARACTERS = 10 };

bool texts_is_name(struct str name)
{
	return str_eq(name, STR("about")) || str_eq(name, STR("privacy")) || str_eq(name, STR("terms"));
}

static struct str setting_name(struct arena *arena, struct str name, int64_t day_ms)
{
	char date[DATE_ISO_BYTES];

	if (!str_eq(name, STR("terms")))
		return arena_printf(arena, PREFIX "%.*s", STR_ARG(name));
	date_iso(day_ms, date);
	return arena_printf(arena, TERMS "%.*s", DAY_CHARACTERS, date);
}

static bool read_value(struct str value, struct node_text *ret_text)
{
	struct str rest = value, stamp = str_cut(&rest, ' ');
	uint64_t ms;

	if (!rest.p || !str_to_u64(stamp, &ms))
		return false;
	ret_text->content = rest;
	ret_text->changed_ms = (int64_t)ms;
	return true;
}

int texts_put(struct txn *txn, struct str name, const struct node_text *text)
{
	struct arena *scratch = arena_new();
	struct node_text *terms, former;
	size_t count = 0;
	int r = OK;

	if (!texts_is_name(name) || !str_trim(text->content).n)
		r = ERR_INVALID;
	else if (text->content.n > NODE_TEXT_BYTES_MAX)
		r = ERR_LIMIT;
	else if (texts_get(scratch, txn_view(txn), name, text->day_ms, &former) == ERR_NOT_FOUND)
		r = texts_terms(scratch, txn_view(txn), &terms, &count);
	if (r == OK && count >= NODE_TERMS_MAX && str_eq(name, STR("terms")))
		r = ERR_LIMIT;
	if (r == OK)
		r = settings_put(txn, setting_name(scratch, name, text->day_ms),
		                 arena_printf(scratch, "%lld %.*s", (long long)txn_now_ms(txn), STR_ARG(text->content)));
	arena_free(scratch);
	return r;
}

int texts_delete(struct txn *txn, struct str name, int64_t day_ms)
{
	struct arena *scratch = arena_new();
	struct node_text text;
	int r = texts_get(scratch, txn_view(txn), name, day_ms, &text);

	if (r == OK)
		r = settings_delete(txn, setting_name(scratch, name, day_ms));
	arena_free(scratch);
	return r;
}

int texts_get(struct arena *arena, struct view *view, struct str name, int64_t day_ms, struct node_text *ret_text)
{
	struct str value;
	int r = texts_is_name(name) ? settings_get(arena, view, setting_name(arena, name, day_ms), &value) : ERR_NOT_FOUND;

	if (r != OK)
		return r;
	*ret_text = (struct node_text){ .day_ms = str_eq(name, STR("terms")) ? day_ms : 0 };
	return read_value(value, ret_text) ? OK : ERR_CORRUPT;
}

int texts_terms(struct arena *arena, struct view *view, struct node_text **ret_terms, size_t *ret_count)
{
	struct node_text *terms = ARENA_ARRAY(arena, struct node_text, NODE_TERMS_MAX);
	struct prefix_walk walk;
	struct engine_item item;
	size_t n = 0;
	int r;

	prefix_walk_init(&walk, view, SPACE_SETTING, STR(TERMS), true);
	while (n < NODE_TERMS_MAX && (r = prefix_next(&walk, &item)) == OK)
		if (date_parse_iso(str_sub(item.key, sizeof(TERMS) - 1, SIZE_MAX), &terms[n].day_ms) &&
		    read_value(arena_str(arena, item.value), &terms[n]))
			n++;
	if (n < NODE_TERMS_MAX && r != ERR_NOT_FOUND)
		return r;
	*ret_terms = terms;
	*ret_count = n;
	return OK;
}
