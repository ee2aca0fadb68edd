/*
 * Tries each word that one slip could have made of another: the vocabulary is asked, not walked. Whoever has the reader.
 */
#include "node/search/slips.h"

#include <string.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"

enum { NEIGHBOURS_MAX = 16 };

struct neighbours {
	struct arena *arena;
	struct text_reader *reader;
	enum text_table kind;
	enum language language;
	struct str words[NEIGHBOURS_MAX];
	int64_t counts[NEIGHBOURS_MAX];
	size_t count, max;
	int err;
};

/* Keeps the commonest, in order. */
static void neighbour_try(struct neighbours *found, const char *bytes, size_t n)
{
	struct str word = { bytes, n };
	int64_t count;
	size_t at;
	int r;

	r = text_word_count(found->reader, found->kind, found->language, word, &count);
	if (r != OK) {
		found->err = r == ERR_NOT_FOUND ? found->err : r;
		return;
	}
	for (at = 0; at < found->count; at++)
		if (str_eq(found->words[at], word))
			return;
	if (found->count < found->max)
		found->count++;
	else if (found->counts[found->max - 1] >= count)
		return;
	for (at = found->count - 1; at > 0 && found->counts[at - 1] < count; at--) {
		found->words[at] = found->words[at - 1];
		found->counts[at] = found->counts[at - 1];
	}
	found->words[at] = arena_str(found->arena, word);
	found->counts[at] = count;
}

/* A letter more, or another one, at `at`. */
static void neighbours_lettered(struct neighbours *found, struct str word, size_t at, size_t skipped)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	char bytes[WORD_BYTES_MAX + 1];

	memcpy(bytes, word.p, at);
	memcpy(bytes + at + 1, word.p + at + skipped, word.n - at - skipped);
	for (const char *letter = letters; *letter && found->err == OK; letter++) {
		if (skipped && *letter == word.p[at])
			continue;
		bytes[at] = *letter;
		neighbour_try(found, bytes, word.n + 1 - skipped);
	}
}

static void neighbours_at(struct neighbours *found, struct str word, size_t at)
{
	char bytes[WORD_BYTES_MAX + 1];

	neighbours_lettered(found, word, at, 0);
	if (at == word.n)
		return;
	neighbours_lettered(found, word, at, 1);
	memcpy(bytes, word.p, at);
	memcpy(bytes + at, word.p + at + 1, word.n - at - 1);
	neighbour_try(found, bytes, word.n - 1);
	if (at + 1 == word.n || word.p[at] == word.p[at + 1])
		return;
	memcpy(bytes, word.p, word.n);
	bytes[at] = word.p[at + 1];
	bytes[at + 1] = word.p[at];
	neighbour_try(found, bytes, word.n);
}

bool slips_known(struct text_reader *reader, enum text_table kind, enum language language, struct str word)
{
	int64_t count;

	return text_word_count(reader, kind, language, word, &count) == OK;
}

int slips_of(struct text_reader *reader, struct arena *arena, enum text_table kind, enum language language,
             struct str word, size_t max, struct str_list *ret_words)
{
	struct neighbours found = {
		.arena = arena, .reader = reader, .kind = kind, .language = language,
		.max = max < NEIGHBOURS_MAX ? max : NEIGHBOURS_MAX,
	};

	*ret_words = (struct str_list){ NULL, 0 };
	if (word.n > WORD_BYTES_MAX || !max)
		return OK;
	for (size_t at = 0; at <= word.n && found.err == OK; at++)
		neighbours_at(&found, word, at);
	ret_words->items = ARENA_ARRAY(arena, struct str, found.count);
	ret_words->count = found.count;
	for (size_t i = 0; i < found.count; i++)
		ret_words->items[i] = found.words[i];
	return found.err;
}
