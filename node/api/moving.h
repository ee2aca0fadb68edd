/*
 * Other addresses of a person, and going on elsewhere, in GoToSocial's dialect; what `rse-node user alias` and `user move` do.
 */
#ifndef NODE_API_MOVING_H
#define NODE_API_MOVING_H

#include "node/call.h"

/* also_known_as_uris[]: all of them, in place of those there were; none, or an empty one, clears. Then api_credentials(). */
int api_alias_check(struct call *call, struct view *view);
int api_alias_write(struct call *call, struct txn *txn);

/* password, moved_to_uri (an address, or name@host). The new account must name this one as an alias. Fetches and hashes. 202. */
int api_move_check(struct call *call, struct view *view);
int api_move_work(struct call *call);
int api_move_write(struct call *call, struct txn *txn);
int api_move_show(struct call *call, struct view *view);
/* password. Takes a move back; followers that left do not come back. */
int api_unmove_write(struct call *call, struct txn *txn);
int api_unmove_check(struct call *call, struct view *view);
int api_unmove_work(struct call *call);

#endif
