/*
 * Who reads the search file (node/search/index.h): walks over what matches, and the vocabulary. Readers are borrowed, each for
 * one thread at a time; none waits for another or for who writes.
 */
#ifndef NODE_SEARCH_READER_H
#define NODE_SEARCH_READER_H

#include <stdbool.h>

#include "node/search/index.h"

struct text_reader;

/* The readers of a file that is there; whoever has one gives it back before they are freed. Never NULL. */
struct text_readers *text_readers_new(const char *path);
void text_readers_free(struct text_readers *readers);
/* Another file stands there now: who still reads the former one goes on with it, and it ends when it is given back. */
void text_readers_renew(struct text_readers *readers);

int text_reader_take(struct text_readers *readers, struct text_reader **ret_reader);
void text_reader_give(struct text_readers *readers, struct text_reader *reader);
struct tokeniser *text_reader_tokeniser(struct text_reader *reader);

struct text_hit {
	uint64_t id;
	enum language language;
};

/* Begins a walk over the posts that match: one FTS5 expression per language, of quoted words. Ids in (after, before), 0 is
 * open; newest first, or oldest first. */
int text_posts_begin(struct text_reader *reader, const struct str expressions[LANGUAGE_COUNT], uint64_t after, uint64_t before,
                     bool oldest_first);
/* The people that match, the best first. */
int text_people_begin(struct text_reader *reader, const struct str expressions[LANGUAGE_COUNT]);
/* ERR_NOT_FOUND ends the walk. Versions of one post follow each other; a person may come again anywhere. */
int text_next(struct text_reader *reader, struct text_hit *ret_hit);

/* In how many rows a word stands; ERR_NOT_FOUND: in none. */
int text_word_count(struct text_reader *reader, enum text_table kind, enum language language, struct str word,
                    int64_t *ret_count);

#endif
