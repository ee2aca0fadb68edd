/*
 * Activities: what we saw (each has its effect once), what we keep to serve and deliver, and outboxes.
 */
#ifndef STORAGE_ACTIVITIES_H
#define STORAGE_ACTIVITIES_H

#include "storage/engine/store.h"
#include "storage/model.h"

/* A foreign activity that had its effect: an id, or whatever else names it. */
bool activities_seen(struct view *view, struct str uri);
int activities_mark_seen(struct txn *txn, struct str uri);
/* Forgets ids seen before `before_ms`, and what was voided more than 30 days ago; at most `max`, *ret_more:
 * call again. */
int activities_forget(struct txn *txn, int64_t before_ms, size_t max, bool *ret_more);
/* An Undo or a Delete that came before what it takes back: a late original is void (kept 30 days). */
bool activities_voided(struct view *view, struct str uri);
int activities_void(struct txn *txn, struct str uri);

/* Inserts or replaces. record->id must be set (it is part of a local URI), otherwise ERR_INVALID. Indexes the
 * URI (an activity without one is found by id only) and, when record->outbox, the outbox. ERR_EXISTS: another
 * activity has the URI. ERR_LIMIT: larger than a value may be. */
int activities_put(struct txn *txn, const struct activity_record *record);
int activities_get(struct arena *arena, struct view *view, uint64_t id, struct activity_record *ret_record);
int activities_by_uri(struct arena *arena, struct view *view, struct str uri,
                      struct activity_record *ret_record);
/* Absent is OK. */
int activities_delete(struct txn *txn, uint64_t id);
/* Outbox ids newest first, older than `before` (0: newest). */
int activities_outbox(struct arena *arena, struct view *view, uint64_t account_id, uint64_t before,
                      size_t max, struct id_list *ret_ids);

#endif
