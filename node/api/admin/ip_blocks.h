/*
 * Networks that are kept out, or whose people do not sign up (storage/networks.h), as Admin::IpBlock: for moderators.
 */
#ifndef NODE_API_ADMIN_IP_BLOCKS_H
#define NODE_API_ADMIN_IP_BLOCKS_H

#include "node/call.h"

int api_admin_ip_blocks(struct call *call, struct view *view);
int api_admin_ip_block(struct call *call, struct view *view);
/* `ip` (an address or a network), `severity`, `comment`, `expires_in` (seconds; 0 or empty: it does not end). 422 for a
 * network that would shut out who asks. */
int api_admin_ip_block_add_check(struct call *call, struct view *view);
int api_admin_ip_block_edit_check(struct call *call, struct view *view);
int api_admin_ip_block_find_check(struct call *call, struct view *view);
int api_admin_ip_block_write(struct call *call, struct txn *txn);
int api_admin_ip_block_show(struct call *call, struct view *view);

#endif
