/*
 * Signing in with the password of the company's directory. Who is linked to it has no other password; who is not has the
 * node's own, and comes in by that when the directory is down. A name that is known neither here nor there, one that is
 * known in either, and a wrong password cost the same questions and get the same answer.
 *
 * An account is found by the entry's stable id alone. One that has the same name or mail address and is not linked is
 * nobody's to come in by: it is linked by who looks after people (rse-node directory link).
 */
#ifndef NODE_ACCOUNTS_DIRECTORY_SIGN_IN_H
#define NODE_ACCOUNTS_DIRECTORY_SIGN_IN_H

#include "node/accounts/guard.h"
#include "node/accounts/people.h"
#include "node/directory/client.h"
#include "node/web/catalogue.h"

/* Who came by the directory; from work to write. */
struct directory_arrival {
	bool came;                 /* otherwise by the node's own password */
	bool makes;                /* has no account yet */
	uint64_t account_id;
	struct directory_settings settings;
	struct directory_entry entry;
	struct new_person person;
};

/* Is there a directory to ask? Then the work waits for another machine, and does not belong among what computes. */
bool directory_is_asked(const struct call *call);
/* Proves who somebody is by the password of a try that may come now: by that of `user` (all zero: nobody of ours has that
 * name), or by the directory. Pool threads. ERR_LIMIT, ERR_DENIED: as guard_password(). ERR_NETWORK: the directory does not
 * answer. ERR_EXISTS: it was right in the directory, but an account here that is not linked has the name or the address.
 * ERR_GONE: it was right, but there is no account yet. */
int sign_in_prove(struct call *call, const struct guard *guard, const struct user *user, struct str name,
                  struct str password, struct directory_arrival *ret_arrival);
/* Is that the password of an account that is linked? ERR_NOT_FOUND: it is not linked. ERR_DENIED; ERR_NETWORK. */
int directory_own_password(struct call *call, uint64_t account_id, struct str password);
/* The text of such an error and the status of its page; TEXT_COUNT: of another. */
enum text sign_in_fault(int err, int *ret_status);
/* Makes what is to be made, and lets the directory's word of now count. *account_id: of `user`; of whoever came. Writer
 * thread. ERR_NOT_FOUND: not any more. */
int directory_arrival_write(struct call *call, struct txn *txn, const struct directory_arrival *arrival,
                            uint64_t *account_id);

#endif
