/*
 * The rules by which an operator keeps domains, accounts and words out, or from all but followers. What they mean is federation/policy.h's; here
 * they are kept and found under the very form in which they are compared.
 */
#ifndef STORAGE_RULES_H
#define STORAGE_RULES_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { RULE_VALUE_BYTES_MAX = 400, RULE_COMMENT_BYTES_MAX = 1000, RULES_MAX = 10000 };

/* Puts a rule; one of the same kind and value is replaced, but keeps its created_ms. ERR_INVALID: no kind, or a value
 * that is empty or too long. ERR_LIMIT: RULES_MAX of them are there. Writer thread; emits EVENT_PEER, since it may
 * change who is delivered to. */
int rules_put(struct txn *txn, const struct rule *rule);
/* ERR_NOT_FOUND. */
int rules_delete(struct txn *txn, uint8_t kind, struct str value);

/* Is there any at all? Costs no look at a record, so that a node without rules pays nothing for them. */
bool rules_any(struct view *view);
/* The same for one kind, at the price of a seek. */
bool rules_any_of(struct view *view, uint8_t kind);
/* ERR_NOT_FOUND. */
int rules_get(struct arena *arena, struct view *view, uint8_t kind, struct str value, struct rule *ret_rule);
bool rules_has(struct view *view, uint8_t kind, struct str value);
/* Of a kind whose values are domains: one holds for all below it, one without a port for every port. `host_port` is in
 * small letters. */
bool rules_cover_host(struct view *view, uint8_t kind, struct str host_port);
/* All of a kind (0: of every kind), by kind and value; texts live in `arena`. */
int rules_each(struct arena *arena, struct view *view, uint8_t kind, struct rule **ret_rules, size_t *ret_count);

#endif
