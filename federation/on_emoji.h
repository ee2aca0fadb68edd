/*
 * Rows of the activity table about reactions with an emoji. Writer thread; called by federation/apply.c only.
 */
#ifndef FEDERATION_ON_EMOJI_H
#define FEDERATION_ON_EMOJI_H

#include "federation/apply.h"

int emoji_react_may(struct apply *apply);
int emoji_react_apply(struct apply *apply);
int emoji_unreact_may(struct apply *apply);
int emoji_unreact_apply(struct apply *apply);

#endif
