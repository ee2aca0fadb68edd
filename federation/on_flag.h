/*
 * The row of the activity table about reports. Writer thread; called by federation/apply.c only.
 */
#ifndef FEDERATION_ON_FLAG_H
#define FEDERATION_ON_FLAG_H

#include "federation/apply.h"

int flag_may(struct apply *apply);
int flag_apply(struct apply *apply);

#endif
