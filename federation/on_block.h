/*
 * Rows of the activity table about who shuts out whom. Writer thread; called by federation/apply.c only.
 */
#ifndef FEDERATION_ON_BLOCK_H
#define FEDERATION_ON_BLOCK_H

#include "federation/apply.h"

int block_may(struct apply *apply);
int block_apply(struct apply *apply);
int unblock_may(struct apply *apply);
int unblock_apply(struct apply *apply);

#endif
