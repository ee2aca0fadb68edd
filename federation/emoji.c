/*
 * Emojis of reactions. The ranges are wider than what Unicode calls an emoji today, so that new ones need no new
 * release, and hold no letter of any script. Any thread.
 */
#include "federation/emoji.h"

#include "federation/property.h"
#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"

enum {
	PICTURE_BYTES_MAX = 64,    /* the longest sequences in use, families and flags of regions, have some 35 */
	NAME_BYTES_MAX = 100,
	TAGS_MAX = 100,            /* looked at */
	JOINER = 0x200d, KEYCAP = 0x20e3, TEXT_STYLE = 0xfe0e, PICTURE_STYLE = 0xfe0f,
	SKIN_FIRST = 0x1f3fb, SKIN_LAST = 0x1f3ff,
	REGION_FIRST = 0x1f1e6, REGION_LAST = 0x1f1ff,
	FLAG_TAG_FIRST = 0xe0020, FLAG_TAG_LAST = 0xe007f,
};

static const struct range {
	uint32_t first, last;
} pictures[] = {
	{ 0xa9, 0xa9 }, { 0xae, 0xae }, { 0x203c, 0x203c }, { 0x2049, 0x2049 }, { 0x2122, 0x2122 }, { 0x2139, 0x2139 },
	{ 0x2190, 0x21ff }, { 0x2300, 0x23ff }, { 0x24c2, 0x24c2 }, { 0x25a0, 0x27bf }, { 0x2900, 0x297f },
	{ 0x2b00, 0x2bff }, { 0x3030, 0x3030 }, { 0x303d, 0x303d }, { 0x3297, 0x3297 }, { 0x3299, 0x3299 },
	{ 0x1f000, 0x1faff },
};

static bool is_between(uint32_t c, uint32_t first, uint32_t last)
{
	return c >= first && c <= last;
}

static bool is_base(uint32_t c)
{
	for (size_t i = 0; i < sizeof(pictures) / sizeof *pictures; i++)
		if (is_between(c, pictures[i].first, pictures[i].last))
			return !is_between(c, REGION_FIRST, REGION_LAST);
	return false;
}

static uint32_t peek(struct str text, size_t at)
{
	return at < text.n ? utf8_next(text, &at) : 0;
}

/* "1️⃣": a digit, # or *, perhaps a style, and the cap. */
static bool is_keycap(struct str text)
{
	size_t at = 1;

	if (!((text.p[0] >= '0' && text.p[0] <= '9') || text.p[0] == '#' || text.p[0] == '*'))
		return false;
	if (peek(text, at) == PICTURE_STYLE)
		utf8_next(text, &at);
	return peek(text, at) == KEYCAP && (utf8_next(text, &at), at == text.n);
}

static bool is_flag(struct str text)
{
	size_t at = 0;

	for (int i = 0; i < 2; i++)
		if (at >= text.n || !is_between(utf8_next(text, &at), REGION_FIRST, REGION_LAST))
			return false;
	return at == text.n;
}

/* One symbol and what modifies it. */
static bool take_symbol(struct str text, size_t *at)
{
	uint32_t c;

	if (*at >= text.n || !is_base(utf8_next(text, at)))
		return false;
	for (;;) {
		c = peek(text, *at);
		if (c != TEXT_STYLE && c != PICTURE_STYLE && !is_between(c, SKIN_FIRST, SKIN_LAST) &&
		    !is_between(c, FLAG_TAG_FIRST, FLAG_TAG_LAST))
			return true;
		utf8_next(text, at);
	}
}

bool emoji_is_picture(struct str text)
{
	size_t at = 0;

	if (!text.n || text.n > PICTURE_BYTES_MAX || !utf8_valid(text))
		return false;
	if (is_keycap(text) || is_flag(text))
		return true;
	while (take_symbol(text, &at)) {
		if (at == text.n)
			return true;
		if (utf8_next(text, &at) != JOINER)
			return false;
	}
	return false;
}

bool emoji_is_heart(struct str text)
{
	return str_eq(text, STR("\xe2\x9d\xa4")) || str_eq(text, STR("\xe2\x9d\xa4\xef\xb8\x8f"));
}

static bool is_name(struct str name)
{
	if (!name.n || name.n > NAME_BYTES_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
		      c == '+'))
			return false;
	}
	return true;
}

static struct str without_colons(struct str name)
{
	if (name.n > 2 && name.p[0] == ':' && name.p[name.n - 1] == ':')
		name = str_sub(name, 1, name.n - 2);
	return name;
}

/* The picture of the custom emoji `name` among the tags. */
static struct str picture_of(struct arena *arena, const json_t *document, struct str name)
{
	const json_t *tags = json_member(document, "tag");
	struct url url;

	for (size_t i = 0; i < json_count(tags) && i < TAGS_MAX; i++) {
		const json_t *tag = json_at(tags, i), *icon = json_at(json_member(tag, "icon"), 0);
		const json_t *address = json_member(icon, "url");
		struct str uri = property_uri(address ? address : icon);

		if (property_is_a(tag, "Emoji") && url_parse(arena, uri, &url) == OK &&
		    str_eq(without_colons(property_text(json_member(tag, "name"))), name))
			return uri;
	}
	return STR_NONE;
}

bool emoji_parse(struct arena *arena, const json_t *document, struct str *ret_emoji, struct str *ret_url)
{
	struct str text = property_text(json_member(document, "content")), name, picture;

	if (!text.n)
		text = property_text(json_member(document, "_misskey_reaction"));
	*ret_url = STR_NONE;
	if (emoji_is_picture(text)) {
		*ret_emoji = text;
		return true;
	}
	name = without_colons(text);
	if (name.n == text.n || !is_name(name))
		return false;
	picture = picture_of(arena, document, name);
	if (!picture.n)
		return false;
	*ret_emoji = name;
	*ret_url = picture;
	return true;
}
