/*
 * Conversations of the client API: threads of direct posts.
 */
#ifndef NODE_API_CONVERSATIONS_H
#define NODE_API_CONVERSATIONS_H

#include "node/call.h"

int api_conversations(struct call *call, struct view *view);
int api_conversation_read_write(struct call *call, struct txn *txn);
/* The conversation of the path, after it was marked. */
int api_conversation_show(struct call *call, struct view *view);
int api_conversation_delete_write(struct call *call, struct txn *txn);

#endif
