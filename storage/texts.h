/*
 * The texts with which those who run a node tell its people what it is, what it keeps of them and what they agree to.
 *
 * Kept among the settings, as typed; who shows them renders them. "about" and "privacy" are one each; of "terms" there is
 * one for each day from which terms hold, so that former ones stay to be read and coming ones can be announced.
 */
#ifndef STORAGE_TEXTS_H
#define STORAGE_TEXTS_H

#include "storage/engine/store.h"

struct arena;

enum { NODE_TEXT_BYTES_MAX = 60 * 1024, NODE_TERMS_MAX = 100 };

struct node_text {
	struct str content;     /* plain text, or HTML that is not to be trusted */
	int64_t changed_ms;
	int64_t day_ms;         /* terms: from when they hold (a midnight); otherwise 0 */
};

/* "about", "privacy" or "terms"? */
bool texts_is_name(struct str name);
/* Replaces. text->changed_ms is the transaction's. ERR_INVALID: no such name, or an empty text; ERR_LIMIT: it is too long, or
 * there are NODE_TERMS_MAX terms. */
int texts_put(struct txn *txn, struct str name, const struct node_text *text);
/* day_ms as above. ERR_NOT_FOUND. */
int texts_delete(struct txn *txn, struct str name, int64_t day_ms);
int texts_get(struct arena *arena, struct view *view, struct str name, int64_t day_ms, struct node_text *ret_text);
/* All terms, those of the latest day first. */
int texts_terms(struct arena *arena, struct view *view, struct node_text **ret_terms, size_t *ret_count);

#endif
