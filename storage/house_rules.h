/*
 * The rules of the house: what the people of this node agree to keep to, in order, in one or more languages. Reports cite
 * them. What keeps others out is not meant: that is storage/rules.h.
 */
#ifndef STORAGE_HOUSE_RULES_H
#define STORAGE_HOUSE_RULES_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum {
	HOUSE_RULES_MAX = 50,              /* that hold */
	HOUSE_RULE_CHARACTERS = 300,
	HOUSE_RULE_HINT_CHARACTERS = 1000,
	HOUSE_RULE_LANGUAGES_MAX = 20,     /* besides the one it is written in */
};

/* One that ended, too: a report may cite it. ERR_NOT_FOUND. */
int house_rules_get(struct arena *arena, struct view *view, uint64_t id, struct house_rule *ret_rule);
/* Those that hold, in order. */
int house_rules_list(struct arena *arena, struct view *view, struct house_rule **ret_rules, size_t *ret_count);

/* Behind the others; takes a new id. ERR_INVALID: no text, or what is too long; ERR_LIMIT: there are HOUSE_RULES_MAX. */
int house_rules_add(struct arena *arena, struct txn *txn, struct house_rule *rule);
/* Puts back what was read of one that holds in the same transaction, with other words. ERR_INVALID: as above;
 * ERR_NOT_FOUND: it ended. */
int house_rules_put(struct txn *txn, struct house_rule *rule);
/* To that place, 1 being the first; beyond the last: the last. ERR_NOT_FOUND. */
int house_rules_move(struct arena *arena, struct txn *txn, uint64_t id, uint64_t place);
/* It holds no longer, and is gone but for reports that cite it. ERR_NOT_FOUND. */
int house_rules_remove(struct arena *arena, struct txn *txn, uint64_t id);

/* Its words in a language: "fr" finds those in "fr". false, and those it is written in: there are none. */
bool house_rule_in(const struct house_rule *rule, struct str language, struct str *ret_text, struct str *ret_hint);
/* Sets its words in a language; an empty text takes them away. ERR_INVALID: that is no tag of a language, or words are too
 * long; ERR_LIMIT: there are too many languages. */
int house_rule_translate(struct arena *arena, struct house_rule *rule, struct str language, struct str text,
                         struct str hint);

#endif
