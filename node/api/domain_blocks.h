/*
 * Domains that a person shuts out for himself, through the client API. What the operator keeps out is no matter here.
 */
#ifndef NODE_API_DOMAIN_BLOCKS_H
#define NODE_API_DOMAIN_BLOCKS_H

#include "node/call.h"

int api_domain_blocks(struct call *call, struct view *view);
/* domain: a host, with a port where the handles of its people have one. Then api_show_nothing(). */
int api_domain_block_check(struct call *call, struct view *view);
int api_domain_block_write(struct call *call, struct txn *txn);
int api_domain_unblock_write(struct call *call, struct txn *txn);

#endif
