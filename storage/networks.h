/*
 * Networks that are kept out, or whose people do not sign up: rules of the kind RULE_NETWORK, whose value is a network in
 * its usual form, "203.0.113.0/24" or "2001:db8::/32".
 *
 * What an address is subject to costs a look for each length that a network may have, however many rules there are.
 */
#ifndef STORAGE_NETWORKS_H
#define STORAGE_NETWORKS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* An address, or one with "/LENGTH", in the form of a rule's value; bits beyond the length are dropped, and IPv4 in IPv6
 * clothes is IPv4. ERR_INVALID. */
int networks_parse(struct arena *arena, struct str text, struct str *ret_network);
/* Is the address in the network, both in their usual forms? */
bool networks_hold(struct arena *arena, struct str network, struct str address);
/* The set of 1 << enum network_severity of the rules that hold the address and have not ended. A node without such rules
 * pays one look at a count. */
unsigned networks_severities(struct view *view, struct str address, int64_t now_ms);
/* Removes rules that have ended, at most `max`. Writer thread. */
int networks_forget(struct txn *txn, size_t max);

#endif
