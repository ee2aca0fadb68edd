/*
 * People, services and the instance actor, ours and foreign: records, names, addresses, keys, tombstones.
 *
 * Keeps every index of an account and its finished client JSON true. Texts that come back live in `arena`.
 */
#ifndef STORAGE_ACCOUNTS_H
#define STORAGE_ACCOUNTS_H

#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/page.h"

struct arena;

int accounts_get(struct arena *arena, struct view *view, uint64_t id, struct account *ret_account);
/* By ActivityPub id. Deleted accounts are found too, with account->deleted set. */
int accounts_by_uri(struct arena *arena, struct view *view, struct str uri, struct account *ret_account);
/* By handle; host empty means ours. ASCII case does not matter. ERR_NOT_FOUND for deleted and withheld ones. */
int accounts_by_name(struct arena *arena, struct view *view, struct str username, struct str host,
                     struct account *ret_account);
/* The same, for those who look after the node: withheld ones too. */
int accounts_of_name(struct arena *arena, struct view *view, struct str username, struct str host,
                     struct account *ret_account);
/* By "name", "@name", "name@host", "acct:name@host"; our own domain counts as no host. */
int accounts_by_acct(struct arena *arena, struct view *view, struct str acct, struct account *ret_account);
/* Whose public key, of either kind, has this key id. */
int accounts_by_key_id(struct arena *arena, struct view *view, struct str key_id,
                       struct account *ret_account);
/* id only, without decoding; ERR_NOT_FOUND. */
int accounts_id_by_uri(struct view *view, struct str uri, uint64_t *ret_id);

/* Inserts (account->id == 0: takes a new id and sets it; an unknown id from txn_new_id() is taken as it is,
 * for a URI that holds it) or replaces, with all indexes and the fragment. ERR_EXISTS: the name, the URI or
 * the key id belongs to another account. ERR_INVALID: no name or URI, a name of more than 200 bytes, a host
 * of more than 260. ERR_LIMIT: all its texts together are more than a value may hold. All leave the txn
 * untouched. */
int accounts_put(struct txn *txn, struct account *account);
/* Tombstone: keeps id, URI and name so that they are not used again; drops texts, words, fragment and
 * private key. The public key stays for what is still on its way. The caller removes posts, follows and the
 * user. */
int accounts_delete(struct txn *txn, uint64_t id);
/* Of one that nobody ever was shown and that did nothing: no trace stays, its name is free. ERR_NOT_FOUND. */
int accounts_forget(struct txn *txn, uint64_t id);

int accounts_stats_get(struct view *view, uint64_t id, struct account_stats *ret_stats);
/* Adds to the counts (negative subtracts, never below 0); last_status_ms moves forward only (0: leave). */
int accounts_stats_add(struct txn *txn, uint64_t id, int statuses, int followers, int following,
                       int64_t last_status_ms);

/* The private half of the key of one of ours. */
int accounts_private_key_get(struct arena *arena, struct view *view, uint64_t id, struct str *ret_pem);
int accounts_private_key_put(struct txn *txn, uint64_t id, struct str pem);
/* Likewise of the key that makes its integrity proofs. ERR_NOT_FOUND: an account of before there were any. */
int accounts_proof_key_get(struct arena *arena, struct view *view, uint64_t id, struct str *ret_pem);
int accounts_proof_key_put(struct txn *txn, uint64_t id, struct str pem);
/* The private key of before a change of keys (federation/rotate.h). Deleting what is absent is OK. */
int accounts_old_key_get(struct arena *arena, struct view *view, uint64_t id, struct str *ret_pem);
int accounts_old_key_put(struct txn *txn, uint64_t id, struct str pem);
int accounts_old_key_delete(struct txn *txn, uint64_t id);

/* Accounts one of whose name words begins with the folded `query` (every word of it must match), ours first,
 * at most `limit`, from the `offset`-th on. Deleted, disabled and the instance actor are left out. One search
 * looks at 2,000 index entries at most. */
int accounts_search(struct arena *arena, struct view *view, struct str query, size_t offset, size_t limit,
                    struct id_list *ret_ids);
/* Local people in id order after `after` (0: from the start); paged. */
int accounts_local_each(struct arena *arena, struct view *view, uint64_t after, size_t max,
                        struct id_list *ret_ids);
/* A walk (storage/page.h) over all accounts by id, ours and foreign, tombstones too. */
void accounts_walk(struct page_walk *walk, struct arena *arena, struct view *view, const struct page *page);
/* Case-folded and stripped of marks: how names and words are compared. */
struct str accounts_fold(struct arena *arena, struct str text);
/* The folded words by which an account is found, each once, at most 32; none for one that
 * is deleted or withheld. */
struct str_list accounts_words(struct arena *arena, const struct account *account);
/* "name" for ours, "name@host" for others. */
struct str accounts_acct(struct arena *arena, const struct account *account);

#endif
