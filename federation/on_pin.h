/*
 * Rows of the activity table about the collection "featured": the posts that an actor shows first. Writer thread;
 * called by federation/apply.c only.
 */
#ifndef FEDERATION_ON_PIN_H
#define FEDERATION_ON_PIN_H

#include "federation/apply.h"

int pin_may(struct apply *apply);
int pin_apply(struct apply *apply);
int unpin_may(struct apply *apply);
int unpin_apply(struct apply *apply);

#endif
