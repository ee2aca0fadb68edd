/*
 * From a record to the relay.
 */
#include "node/mail/send.h"

#include "storage/base/err.h"

int mail_job(struct node *node, struct arena *arena, struct job *job)
{
	(void)node;
	(void)arena;
	(void)job;
	return ERR_NETWORK;
}
