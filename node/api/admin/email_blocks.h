/*
 * Domains of mail addresses with which nobody signs up, as Admin::EmailDomainBlock: for moderators. Single addresses
 * (Admin::CanonicalEmailBlock) are not kept out.
 */
#ifndef NODE_API_ADMIN_EMAIL_BLOCKS_H
#define NODE_API_ADMIN_EMAIL_BLOCKS_H

#include "node/call.h"

int api_admin_email_blocks(struct call *call, struct view *view);
int api_admin_email_block(struct call *call, struct view *view);
/* `domain`, with all below it. */
int api_admin_email_block_add_check(struct call *call, struct view *view);
int api_admin_email_block_find_check(struct call *call, struct view *view);
int api_admin_email_block_show(struct call *call, struct view *view);
/* POST …/canonical_email_blocks/test: `email`; always an empty list. */
int api_admin_canonical_test_check(struct call *call, struct view *view);

#endif
