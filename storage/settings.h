/*
 * Settings kept in the store; they outrank the configuration file. Names and meanings are node/config's.
 */
#ifndef STORAGE_SETTINGS_H
#define STORAGE_SETTINGS_H

#include "storage/engine/store.h"

struct arena;

int settings_get(struct arena *arena, struct view *view, struct str name, struct str *ret_value);
int settings_put(struct txn *txn, struct str name, struct str value);  /* emits EVENT_CONFIG */
int settings_delete(struct txn *txn, struct str name);

#endif
