/*
 * Invitations through the client API: /api/rse/v1/invitations for who invites, and what Mastodon's clients ask of the link
 * of one. People see and change their own; who looks after the node, with a token for that, everybody's.
 */
#ifndef NODE_API_INVITATIONS_H
#define NODE_API_INVITATIONS_H

#include "node/call.h"

int api_invitations(struct call *call, struct view *view);
int api_invitations_csv(struct call *call);
int api_invitation(struct call *call, struct view *view);

int api_invitation_make_check(struct call *call, struct view *view);
int api_invitation_make_write(struct call *call, struct txn *txn);
int api_invitation_revoke_check(struct call *call, struct view *view);
int api_invitation_revoke_write(struct call *call, struct txn *txn);
int api_invitation_resend_check(struct call *call, struct view *view);
int api_invitation_resend_write(struct call *call, struct txn *txn);
/* What the three above did, with the link where it is to be handed over. */
int api_invitation_done(struct call *call, struct view *view);

int api_invitations_resend_check(struct call *call, struct view *view);
int api_invitations_resend_write(struct call *call, struct txn *txn);
int api_invitations_resend_show(struct call *call, struct view *view);

int api_invitations_import_check(struct call *call, struct view *view);
int api_invitations_import_work(struct call *call);

/* GET /invite/:code, and the link itself asked for JSON: {invite_code, instance_api_url}, as Mastodon answers. 401: nobody
 * comes in by it, whatever the reason. */
int api_invite_show(struct call *call, struct view *view);

#endif
