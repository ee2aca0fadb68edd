/*
 * Domains that are kept out of the node, or heard by followers alone, for those who look after it.
 */
#ifndef NODE_API_ADMIN_DOMAIN_BLOCKS_H
#define NODE_API_ADMIN_DOMAIN_BLOCKS_H

#include "node/call.h"

/* The newest id first, which says nothing of their age. */
int api_admin_domain_blocks(struct call *call, struct view *view);
int api_admin_domain_block(struct call *call, struct view *view);
/* `domain`, `severity` (silence, which it is when absent, or suspend) and `private_comment`; 422 for one that is there. */
int api_admin_domain_block_add_check(struct call *call, struct view *view);
/* `severity` and `private_comment`, each only where it is given. */
int api_admin_domain_block_edit_check(struct call *call, struct view *view);
int api_admin_domain_block_write(struct call *call, struct txn *txn);
int api_admin_domain_block_show(struct call *call, struct view *view);
int api_admin_domain_block_find_check(struct call *call, struct view *view);
int api_admin_domain_block_delete_write(struct call *call, struct txn *txn);

#endif
