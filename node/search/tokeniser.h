/*
 * From text to the words that are searched: cut at what is no letter or digit, elided articles dropped, case folded, œ and æ
 * as oe and ae, accents stripped, reduced to the stem of the language. What is stored and what is asked for go the same way.
 *
 * A tokeniser is for one thread at a time.
 */
#ifndef NODE_SEARCH_TOKENISER_H
#define NODE_SEARCH_TOKENISER_H

#include <stdbool.h>

#include "storage/base/str.h"
#include "storage/model.h"

struct arena;
struct tokeniser;

enum language { LANGUAGE_FR, LANGUAGE_EN, LANGUAGE_COUNT };

enum {
	WORD_BYTES_MAX = 64,    /* longer ones are no words; they are left out */
	WORDS_MAX = 20000,      /* of one text */
};

struct tokeniser *tokeniser_new(void);
void tokeniser_free(struct tokeniser *tokeniser);

/* The stems of a text in their order, in `arena`. Malformed bytes separate words. */
struct str_list tokeniser_stems(struct tokeniser *tokeniser, struct arena *arena, enum language language, struct str text);
/* The same words as they are written, but for case and accents: what somebody has begun to type is the beginning of these
 * and not always of a stem. */
struct str_list tokeniser_words(struct tokeniser *tokeniser, struct arena *arena, struct str text);

/* The language whose small words the text has more of; `said` (a language tag, or empty) when neither has. */
enum language tokeniser_language(struct tokeniser *tokeniser, struct arena *arena, struct str text, struct str said);

/* The text of HTML as storage keeps it (federation/sanitize.h): without tags, entities as characters. */
struct str tokeniser_plain(struct arena *arena, struct str html);

#endif
