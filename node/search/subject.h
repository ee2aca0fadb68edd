/*
 * Which words a post or a person is found by: the one answer for who writes the index and for who looks whether a hit is
 * still true.
 */
#ifndef NODE_SEARCH_SUBJECT_H
#define NODE_SEARCH_SUBJECT_H

#include "node/search/tokeniser.h"
#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Of a post: its title, warning and text, the choices of its poll, the names of its attachments. Plain text. */
struct str subject_post_own_text(struct arena *arena, struct view *view, const struct post *post);
bool subject_has_documents(struct view *view, const struct post *post);
/* All that it is found by: that, and behind it the text of its documents. */
struct str subject_post_text(struct arena *arena, struct view *view, const struct post *post);
/* Of a person: names and profile. Empty for who is not to be found: deleted, disabled, the node itself. */
struct str subject_person_text(struct arena *arena, const struct account *account);

/* As they stand in the index: stems in their order, and of a post its marks behind them. */
struct str subject_post_words(struct tokeniser *tokeniser, struct arena *arena, enum language language, struct str text,
                              const struct post *post);
/* Stems, and behind them the words as written. */
struct str subject_person_words(struct tokeniser *tokeniser, struct arena *arena, enum language language, struct str text);

/* Marks are words that nobody can type: of whom a post is, and that it carries media. */
struct str subject_author_mark(struct arena *arena, uint64_t account_id);
struct str subject_media_mark(void);

#endif
