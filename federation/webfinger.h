/*
 * Whose handle is that: WebFinger (RFC 7033), with host-meta as the fallback. Pool threads: it blocks.
 */
#ifndef FEDERATION_WEBFINGER_H
#define FEDERATION_WEBFINGER_H

#include "federation/federation.h"
#include "storage/model.h"

struct arena;
struct store;

struct webfinger {
	struct str username, host;   /* of the subject, the handle's own form; host as url_host_parse() gives it */
	struct str self;             /* the actor */
};

/* Asks `host` (on the allow list) about `username`@`host`. ERR_NOT_FOUND: it knows nobody of that name. Other errors
 * as fetch_text(). */
int webfinger_ask(const struct federation *federation, struct arena *arena, struct store *store, struct str username,
                  struct str host, struct webfinger *ret_answer);

/* Finds the handle of a foreign actor and proves it both ways: the host of the handle names the actor, the actor's
 * origin names the handle. Sets account->username and host: the peer's domain, or another listed host that both name.
 * ERR_INVALID: it cannot be proved, or is somebody else's. ERR_NETWORK, ERR_BUSY: it cannot be asked now. */
int webfinger_prove(const struct federation *federation, struct arena *arena, struct store *store,
                    struct account *account);

/* Proves the handle that the actor's own document claims (FEP-2c59): `host` (on the allow list) must name the actor for
 * it, under that very name. Sets account->username and host. ERR_INVALID: it is not so; else as webfinger_ask(). */
int webfinger_prove_claim(const struct federation *federation, struct arena *arena, struct store *store,
                          struct str username, struct str host, struct account *account);

/* Reads the JRD of an answer; its texts live in the arena. ERR_INVALID: no JRD, or no handle in it; ERR_NOT_FOUND: it names
 * no actor. Pure. */
int webfinger_read(struct arena *arena, struct str jrd, struct webfinger *ret_answer);

/* Template of the lrdd link in a host-meta document, its {uri} included; STR_NONE when there is none. A scan, not an
 * XML parser: no entities, no DTD. */
struct str webfinger_template(struct str host_meta);

#endif
