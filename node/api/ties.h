/*
 * What people keep to themselves about others, through the client API: mutes and notes.
 *
 * Every write comes after its check and before api_relation_show() (node/api/accounts.h). All may be repeated.
 */
#ifndef NODE_API_TIES_H
#define NODE_API_TIES_H

#include "node/call.h"

/* notifications (true unless said otherwise), duration in seconds (0, or absent: for good). */
int api_mute_check(struct call *call, struct view *view);
int api_mute_write(struct call *call, struct txn *txn);
int api_unmute_write(struct call *call, struct txn *txn);  /* after api_relation_check() */
int api_mutes(struct call *call, struct view *view);
/* comment; empty, or absent: no note. */
int api_note_check(struct call *call, struct view *view);
int api_note_write(struct call *call, struct txn *txn);

#endif
