/*
 * Who was sent a post hears of its end: receipts (storage/receipts.h), as fan-out and the answers of peers keep them.
 * Writer thread.
 */
#ifndef FEDERATION_RECEIPT_H
#define FEDERATION_RECEIPT_H

#include <stdbool.h>

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* An activity of ours goes to a peer. `shared_inbox` (may be empty): where that peer takes what is for many. */
int receipt_note(struct txn *txn, const struct activity_record *record, struct peer *peer, struct str shared_inbox);
/* Peers that were sent the post that a Delete or an Update is about, and may hear of it though nobody there follows any
 * more: of an edit only what all may read. Of the end of an account all peers hear: any of them may have a post of it;
 * and of each change of one that ever moved, since its followers went away with the move. Empty for other activities. */
int receipt_peers(struct arena *arena, struct view *view, const struct activity_record *record,
                  struct id_list *ret_peer_ids);
/* A change of `account` is told to all peers. Pure. */
bool receipt_tells_all(const struct account *account);
/* The activity has gone to all of them: of a Delete nothing but reminders is left. */
int receipt_settle(struct txn *txn, const struct activity_record *record);

/* A delivery ended: `taken`, or refused for good. */
int receipt_judge(struct arena *arena, struct txn *txn, const struct delivery *delivery, bool taken);

#endif
