/*
 * The job "mail": one queued mail goes to the relay, and what came of it is noted (storage/mails.h).
 */
#ifndef NODE_MAIL_SEND_H
#define NODE_MAIL_SEND_H

struct arena;
struct job;
struct node;

/* ERR_NETWORK: the relay did not take it now. Blocks. */
int mail_job(struct node *node, struct arena *arena, struct job *job);

#endif
