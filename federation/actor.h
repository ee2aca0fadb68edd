/*
 * Actor documents: foreign ones to `struct account`, ours to JSON, in full or bare. Pure but for look-ups.
 */
#ifndef FEDERATION_ACTOR_H
#define FEDERATION_ACTOR_H

#include "federation/activity.h"

enum { ACTOR_ALIASES_MAX = 256 };

/* Parses Person, Group, Service, Application, Organization. `fetched_uri` is where it came from: the id must equal
 * it. Requires inbox, a name (preferredUsername, else that of `webfinger`) and a usable key; a key whose id is not below
 * the actor's own is left out, for it may be another's: federation/resolve.h finds out when it signs. Caps every text
 * (names 2048, summary 20 kB, 50 fields, 256 aliases).
 * account->host is the authority of the id (the handle's host is decided by federation/resolve.h). The inbox must be
 * of the id's origin, for only that origin is on the allow list; a shared inbox elsewhere is left out. Texts point
 * into `document`. */
int actor_parse(struct arena *arena, const json_t *document, struct str fetched_uri, struct account *ret_account);

/* The handle that a document claims as `webfinger` (FEP-2c59), "ana@a.example" with or without "acct:"; false when it
 * claims none. It is a candidate only: federation/webfinger.h proves it. */
bool actor_parse_handle(struct arena *arena, const json_t *document, struct str *ret_username, struct str *ret_host);

/* May that stand before the @ of a handle? No byte in it ends it or starts a path. */
bool actor_is_username(struct str name);

/* The key `key_id` of an actor's document, where it is embedded there: its PEM. *ret_pem is empty when the actor only
 * names it. ERR_NOT_FOUND: the key is none of the actor's. */
int actor_parse_key(const json_t *document, struct str key_id, struct str *ret_pem);

/* Of an account of another node: read while that node did not list us, for whom it has keys and inboxes only. Pure. */
bool actor_is_stub(const struct account *account);
/* Its node would perhaps say otherwise by now: a stub, or said to have moved. Who meets it asks for it again. Pure. */
bool actor_is_stale(const struct account *account);
/* Writes the document of one of ours as a value (with @context when it stands alone). */
void actor_w(struct json_writer *w, struct view *view, const struct account *account, bool bare, bool alone);
/* The document of one of ours. Bare: id, type, preferredUsername, inbox, outbox, followers, endpoints and keys. */
struct str actor_render(struct arena *arena, struct view *view, const struct account *account, bool bare);

/* A local account with its addresses and a fresh key; for `user add` and for the instance actor. Key generation takes
 * some 100 ms: never on the writer. The private half comes back in *ret_private_pem. */
int actor_prepare_local(struct arena *arena, const struct instance *instance, enum account_kind kind,
                        struct str username, struct str display_name, struct account *ret_account,
                        struct str *ret_private_pem);
/* Stores what actor_prepare_local() made: takes the id, which account->id tells, makes the addresses that depend on it
 * (…/u/ID, or …/actor for the instance actor), puts account and key. ERR_EXISTS: the name is taken. */
int actor_create_local(struct txn *txn, struct account *account, struct str private_pem);
/* Gives one of ours a key for integrity proofs, ADDRESS#`fragment`, and stores both; its texts are in `arena`. */
int actor_give_proof_key(struct arena *arena, struct txn *txn, struct account *account, struct str fragment);

/* The collection of what an actor shows first; of a foreign one empty when it named none. */
struct str actor_featured_uri(struct arena *arena, const struct account *account);

#endif
