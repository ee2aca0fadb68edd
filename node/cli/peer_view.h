/*
 * How deliveries to a sibling fare, in words: for peer list, peer show, status and jobs. Reads the store, so that it says
 * the same whether or not the node serves.
 */
#ifndef NODE_CLI_PEER_VIEW_H
#define NODE_CLI_PEER_VIEW_H

#include "node/cli/cli.h"

struct lane;
struct peer;

/* "up", "down", "parked" (for so long that it is asked once a day only), "paused", "blocked", "unreachable", "new". */
const char *peer_state(struct cli *cli, struct view *view, const struct peer *peer, const struct lane *lane);
/* The last error is about how it fares now, and not a thing of the past. Pure. */
bool peer_is_troubled(const struct lane *lane);
/* The last error in words. */
struct str peer_error(struct cli *cli, const struct lane *lane);
/* A line for each sibling for which something waits that does not go now: how much, since when, next try, last error. */
int peer_view_waiting(struct cli *cli, struct view *view);

#endif
