/*
 * Words of the index that somebody may have meant.
 */
#ifndef NODE_SEARCH_SLIPS_H
#define NODE_SEARCH_SLIPS_H

#include "node/search/reader.h"

struct arena;

/* Does it stand anywhere? */
bool slips_known(struct text_reader *reader, enum text_table kind, enum language language, struct str word);
/* Words of the index that are one slip away from `word` (a letter more, less, another, or two swapped), the commonest
 * first, at most `max`. */
int slips_of(struct text_reader *reader, struct arena *arena, enum text_table kind, enum language language,
             struct str word, size_t max, struct str_list *ret_words);

#endif
