/*
 * From text to the words that are searched. The only room with libstemmer. Pure but for the stemmers' own memory.
 */
#include "node/search/tokeniser.h"

#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "storage/base/arena.h"

struct tokeniser {
	struct sb_stemmer *stemmers[LANGUAGE_COUNT];
};

static const char *const stemmer_names[LANGUAGE_COUNT] = { [LANGUAGE_FR] = "french", [LANGUAGE_EN] = "english" };

struct tokeniser *tokeniser_new(void)
{
	struct tokeniser *tokeniser = calloc(1, sizeof(*tokeniser));

	if (!tokeniser)
		abort();
	for (int i = 0; i < LANGUAGE_COUNT; i++) {
		tokeniser->stemmers[i] = sb_stemmer_new(stemmer_names[i], NULL);
		if (!tokeniser->stemmers[i])
			abort();
	}
	return tokeniser;
}

void tokeniser_free(struct tokeniser *tokeniser)
{
	if (!tokeniser)
		return;
	for (int i = 0; i < LANGUAGE_COUNT; i++)
		sb_stemmer_delete(tokeniser->stemmers[i]);
	free(tokeniser);
}

/* --- characters ------------------------------------------------------------------------------------------------- */

enum { CODE_MALFORMED = 0xFFFD, STEM_BYTES_MIN = 4 };

static bool is_apostrophe(uint32_t code)
{
	return code == '\'' || code == 0x2019 || code == 0x02BC;
}

/* Scripts that write no spaces: each character is a word, and a query of several a conjunction. */
static bool stands_alone(uint32_t code)
{
	return (code >= 0x3040 && code <= 0x30FF) || (code >= 0x3400 && code <= 0x9FFF) ||
	       (code >= 0x20000 && code <= 0x3FFFF);
}

static bool is_of_word(uint32_t code)
{
	if (code < 0x80)  /* most are */
		return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || (code >= '0' && code <= '9');
	switch (utf8proc_category((utf8proc_int32_t)code)) {
	case UTF8PROC_CATEGORY_LU: case UTF8PROC_CATEGORY_LL: case UTF8PROC_CATEGORY_LT: case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO: case UTF8PROC_CATEGORY_MN: case UTF8PROC_CATEGORY_MC: case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
		return true;
	default:
		return false;
	}
}

static void add_lower(struct buf *word, uint32_t code)
{
	if (code < 0x80) {
		buf_add_char(word, (char)(code >= 'A' && code <= 'Z' ? code + ('a' - 'A') : code));
		return;
	}
	code = (uint32_t)utf8proc_tolower((utf8proc_int32_t)code);
	if (code == 0x153)
		buf_add(word, STR("oe"));
	else if (code == 0xE6)
		buf_add(word, STR("ae"));
	else if (code == 0xDF)
		buf_add(word, STR("ss"));
	else
		buf_add_utf8(word, code);
}

static struct str mapped(struct arena *arena, struct str text, utf8proc_option_t options)
{
	utf8proc_uint8_t *out = NULL;
	utf8proc_ssize_t n = utf8proc_map((const utf8proc_uint8_t *)text.p, (utf8proc_ssize_t)text.n, &out, options);
	struct str copy = n >= 0 ? arena_str(arena, (struct str){ (const char *)out, (size_t)n }) : STR_NONE;

	free(out);
	return copy;
}

static bool is_ascii(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] >= 0x80)
			return false;
	return true;
}

static struct str without_marks(struct arena *arena, struct str word)
{
	if (is_ascii(word))
		return word;
	return mapped(arena, word, UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD |
	                           UTF8PROC_IGNORE);
}

/* --- words ------------------------------------------------------------------------------------------------------ */

/* "l'atelier" is about the atelier. */
static bool is_elided(struct str word)
{
	static const char *const elided[] = { "l", "d", "j", "m", "t", "s", "n", "c", "qu", "lorsqu", "puisqu", "jusqu", "quoiqu" };

	for (size_t i = 0; i < sizeof(elided) / sizeof(elided[0]); i++)
		if (str_eq(word, str_of(elided[i])))
			return true;
	return false;
}

/* The next word of `text` from *at on, its case folded, into `word`; false: there is none. A word that an apostrophe ends
 * is dropped when French elides it; English leaves an "s" or "t" behind one, which is dropped too. */
static bool next_word(struct str text, size_t *at, struct buf *word)
{
	bool after_apostrophe = false;

	while (*at < text.n) {
		size_t before = *at;
		uint32_t code = utf8_next(text, at);

		if (is_of_word(code) && code != CODE_MALFORMED && !stands_alone(code)) {
			add_lower(word, code);
			continue;
		}
		if (buf_str(word).n) {
			bool drops = is_apostrophe(code) ? is_elided(buf_str(word))
			                                 : after_apostrophe && buf_str(word).n == 1;

			if (!drops) {
				*at = stands_alone(code) || is_apostrophe(code) ? before : *at;
				return true;
			}
			word->n = 0;
		}
		after_apostrophe = is_apostrophe(code);
		if (stands_alone(code)) {
			buf_add_utf8(word, code);
			return true;
		}
	}
	return buf_str(word).n > 0 && !(after_apostrophe && buf_str(word).n == 1);
}

struct words {
	struct str_list strs;
	size_t room;
};

static void list_add(struct arena *arena, struct words *list, struct str item)
{
	if (list->strs.count == list->room) {
		size_t room = list->room ? 2 * list->room : 32;

		list->strs.items = arena_grow(arena, list->strs.items, list->room * sizeof(struct str), room * sizeof(struct str));
		list->room = room;
	}
	list->strs.items[list->strs.count++] = item;
}

/* The stemmer reads accents to tell a participle ("validée") from the like; ours are gone, since many type without them. So
 * the endings of those go before it and the last "e" or "i" behind it. */
static struct str without_ending(struct str word)
{
	if (str_ends(word, STR("ees")))
		return str_sub(word, 0, word.n - 2);
	return str_ends(word, STR("ee")) ? str_sub(word, 0, word.n - 1) : word;
}

static struct str stem_of(struct tokeniser *tokeniser, struct arena *arena, enum language language, struct str word)
{
	struct sb_stemmer *stemmer = tokeniser->stemmers[language];
	const sb_symbol *stem;
	size_t n;

	if (language == LANGUAGE_FR)
		word = without_ending(word);
	stem = sb_stemmer_stem(stemmer, (const sb_symbol *)word.p, (int)word.n);
	if (!stem)
		abort();
	n = (size_t)sb_stemmer_length(stemmer);
	if (language == LANGUAGE_FR)
		while (n > STEM_BYTES_MIN && (stem[n - 1] == 'e' || stem[n - 1] == 'i'))
			n--;
	return arena_str(arena, (struct str){ (const char *)stem, n });
}

/* language LANGUAGE_COUNT: as written. */
static struct str_list tokens(struct tokeniser *tokeniser, struct arena *arena, enum language language, struct str text)
{
	struct words list = { 0 };
	struct str composed;
	struct buf word;
	size_t at = 0;

	buf_init(&word, arena, 0);
	composed = is_ascii(text) ? STR_NONE : mapped(arena, text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (composed.n)
		text = composed;
	while (list.strs.count < WORDS_MAX && next_word(text, &at, &word)) {
		struct str token = buf_str(&word);

		if (token.n <= WORD_BYTES_MAX) {
			token = without_marks(arena, arena_str(arena, token));
			if (language < LANGUAGE_COUNT)
				token = stem_of(tokeniser, arena, language, token);
			if (token.n)
				list_add(arena, &list, token);
		}
		word.n = 0;
	}
	return list.strs;
}

struct str_list tokeniser_stems(struct tokeniser *tokeniser, struct arena *arena, enum language language, struct str text)
{
	return tokens(tokeniser, arena, language, text);
}

struct str_list tokeniser_words(struct tokeniser *tokeniser, struct arena *arena, struct str text)
{
	return tokens(tokeniser, arena, LANGUAGE_COUNT, text);
}

/* --- languages -------------------------------------------------------------------------------------------------- */

static const char *const small_words[LANGUAGE_COUNT] = {
	[LANGUAGE_FR] = " le la les un une des du de et est sont pour dans sur avec que qui ne pas vous nous je il elle ce cette au aux "
	                "par plus mais ou son ses mon notre votre etre avoir fait ",
	[LANGUAGE_EN] = " the a an of and is are for in on with that which not you we i he she this to by more but or his her my our "
	                "your be have has it at from was were ",
};

enum { LANGUAGE_CHARACTERS = 1000, SMALL_WORD_BYTES = 5 };  /* enough to tell; the longest of the above */

static bool is_small_word(int language, struct str word)
{
	char spaced[SMALL_WORD_BYTES + 2];

	if (word.n > SMALL_WORD_BYTES)
		return false;
	memcpy(spaced + 1, word.p, word.n);
	spaced[0] = spaced[1 + word.n] = ' ';
	return str_find(str_of(small_words[language]), (struct str){ spaced, word.n + 2 }) != SIZE_MAX;
}

enum language tokeniser_language(struct tokeniser *tokeniser, struct arena *arena, struct str text, struct str said)
{
	struct str_list words = tokeniser_words(tokeniser, arena, utf8_prefix(text, LANGUAGE_CHARACTERS));
	size_t counts[LANGUAGE_COUNT] = { 0 };

	for (size_t i = 0; i < words.count; i++)
		for (int language = 0; language < LANGUAGE_COUNT; language++)
			counts[language] += is_small_word(language, words.items[i]);
	if (counts[LANGUAGE_FR] != counts[LANGUAGE_EN])
		return counts[LANGUAGE_FR] > counts[LANGUAGE_EN] ? LANGUAGE_FR : LANGUAGE_EN;
	return str_starts(said, STR("en")) ? LANGUAGE_EN : LANGUAGE_FR;
}

/* --- HTML ------------------------------------------------------------------------------------------------------- */

static const struct { struct str entity, text; } entities[] = {
	{ { "&amp;", 5 }, { "&", 1 } }, { { "&lt;", 4 }, { "<", 1 } }, { { "&gt;", 4 }, { ">", 1 } },
	{ { "&quot;", 6 }, { "\"", 1 } }, { { "&#39;", 5 }, { "'", 1 } }, { { "&nbsp;", 6 }, { " ", 1 } },
};

/* These stand within words ("<b>re</b>work"); other tags end one. */
static bool is_inline(struct str tag)
{
	static const char *const inlines[] = { "a", "b", "strong", "em", "i", "u", "s", "del", "code", "span" };
	size_t n = 0;

	if (str_starts(tag, STR("/")))
		tag = str_sub(tag, 1, SIZE_MAX);
	while (n < tag.n && tag.p[n] != ' ')
		n++;
	for (size_t i = 0; i < sizeof(inlines) / sizeof(inlines[0]); i++)
		if (str_eq(str_sub(tag, 0, n), str_of(inlines[i])))
			return true;
	return false;
}

static size_t add_entity(struct buf *out, struct str rest)
{
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (str_starts(rest, entities[i].entity)) {
			buf_add(out, entities[i].text);
			return entities[i].entity.n;
		}
	buf_add_char(out, '&');
	return 1;
}

struct str tokeniser_plain(struct arena *arena, struct str html)
{
	struct buf out;
	size_t at = 0;

	buf_init(&out, arena, 0);
	while (at < html.n) {
		struct str rest = str_sub(html, at, SIZE_MAX);
		size_t end;

		if (rest.p[0] == '<' && (end = str_find_char(rest, '>')) != SIZE_MAX) {
			if (!is_inline(str_sub(rest, 1, end - 1)))
				buf_add_char(&out, ' ');
			at += end + 1;
		} else if (rest.p[0] == '&') {
			at += add_entity(&out, rest);
		} else {
			buf_add_char(&out, rest.p[0]);
			at++;
		}
	}
	return buf_str(&out);
}
