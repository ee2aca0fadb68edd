/*
 * /settings/invitations: people who may invite do so, and see what became of it. Of who looks after the node all
 * invitations are shown, of others their own.
 */
#ifndef NODE_WEB_INVITATIONS_H
#define NODE_WEB_INVITATIONS_H

#include "node/call.h"

int invitations_page_show(struct call *call, struct view *view);
/* Makes one (invite), sends one again (resend=ID), or those that expired (resend=expired), or takes one back (revoke=ID). */
int invitations_page_check(struct call *call, struct view *view);
int invitations_page_write(struct call *call, struct txn *txn);
int invitations_page_done(struct call *call, struct view *view);

struct html_page;
struct inviter;
/* What who is signed in on the page may invite. ERR_NOT_FOUND: nobody is, or they may not invite. */
int invitations_page_inviter(const struct html_page *page, struct view *view, struct inviter *ret_inviter);

#endif
