/*
 * The rules of the house (storage/house_rules.h) in the client API. They are made on the command line
 * (node/cli/commands_house_rule.c).
 */
#ifndef NODE_API_HOUSE_RULES_H
#define NODE_API_HOUSE_RULES_H

#include "node/call.h"
#include "storage/base/json.h"
#include "storage/model.h"

int api_house_rules(struct call *call, struct view *view);

/* Those that hold, as the value of a key. */
int house_rules_w(struct json_writer *w, struct arena *arena, struct view *view);
/* Those a report cites, as far as they are known yet, ended ones too. */
int house_rules_w_cited(struct json_writer *w, struct arena *arena, struct view *view, const struct report *report);

/* The parameter rule_ids[] of what makes or changes `report`: each holds, or is cited by it already. Those that are given
 * take the place of the former and make it a violation. 422 for any other. */
int house_rules_read_cited(struct call *call, struct view *view, struct report *report);

#endif
