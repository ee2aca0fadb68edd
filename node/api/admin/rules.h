/*
 * What the methods of moderators about rules of one kind (storage/rules.h) have in common. A rule has no number; to clients
 * it is known by one that is made of its value. HTTP threads.
 */
#ifndef NODE_API_ADMIN_RULES_H
#define NODE_API_ADMIN_RULES_H

#include "node/call.h"
#include "storage/base/json.h"
#include "storage/model.h"

enum { RULES_PAGE = 100, RULES_PAGE_MAX = 200 };

uint64_t admin_rule_id(struct str value);
/* One that has not ended. ERR_NOT_FOUND. */
int admin_rule_find(struct call *call, struct view *view, uint8_t kind, uint64_t id, struct rule *ret_rule);
/* The rule of the path's :id, by a moderator: the whole check of what changes one. call->state is the struct rule. */
int admin_rule_find_check(struct call *call, struct view *view, uint8_t kind);
/* Whole show stages: a page of those that have not ended, and the one in call->state as it is now. */
typedef void admin_rule_writer(struct json_writer *w, const struct rule *rule);
int admin_rules_list(struct call *call, struct view *view, uint8_t kind, admin_rule_writer *w_rule);
int admin_rule_show(struct call *call, struct view *view, admin_rule_writer *w_rule);
/* Names the rule to the audit journal as the command line does: the kind, and its value. */
void admin_rule_audit(struct call *call, const struct rule *rule);
/* Whole write stages, of the rule in call->state. */
int admin_rule_put(struct call *call, struct txn *txn);
int admin_rule_delete(struct call *call, struct txn *txn);
/* Is it a comment: one line, not too long? */
bool admin_rule_is_line(struct str text);

#endif
