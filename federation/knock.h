/*
 * Double knock: in which form the next request to an origin is signed, and whether one that was refused is sent once
 * more in another.
 *
 * An origin of which nothing is known is asked in the draft's form, which everybody reads; the trap is the node that
 * answers 202, verifies later and drops what it cannot read. So RFC 9421 is for those who showed that they read it:
 * they signed to us with it, asked for it, or took it after they had refused the other. What was learned holds for
 * seven days. Knows no network and no clock. Pure; any thread.
 */
#ifndef FEDERATION_KNOCK_H
#define FEDERATION_KNOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "federation/signature.h"
#include "storage/base/clock.h"

struct peer;
struct signature_wish;

enum {
	KNOCK_KEEP_MS = 7 * DAY_MS,         /* what was learned holds so long */
	KNOCK_REFRESH_MS = DAY_MS,          /* what is confirmed is written again only after this */
	KNOCK_REST_MS = 10 * MINUTE_MS,     /* after both forms were refused nobody knocks twice */
};

/* The ways to sign. Stored as numbers: never change them. */
enum knock_way {
	KNOCK_CAVAGE = 0,
	KNOCK_MESSAGE = 1,                  /* RFC 9421 with an RSA key */
	KNOCK_MESSAGE_ED25519 = 2,
	KNOCK_WAYS,
};

/* What is known of an origin; all zero: nothing. Stored with its peer, but for vain_ms. */
struct knock {
	enum knock_way way;
	int64_t learned_ms;                 /* 0: never */
	bool tried;                         /* by an answer of the origin, not by what it said or did on its own */
	int64_t vain_ms;                    /* when both forms were last refused; 0: never */
};

/* What a peer's record knows (without vain_ms), and back into it. */
struct knock knock_of(const struct peer *peer);
void knock_keep(const struct knock *knock, struct peer *peer);

/* How to sign the first request. */
enum knock_way knock_first(const struct knock *knock, int64_t now_ms);

/* `way` was answered by `status`, with `wish` (NULL: none that we can grant) in Accept-Signature. true: send the same
 * request once more, as *ret_way says; never call it for that second one. */
bool knock_again(const struct knock *knock, enum knock_way way, int status, const struct signature_wish *wish,
                 int64_t now_ms, enum knock_way *ret_way);

/* What happened, for the memory. */
enum knock_event {
	KNOCK_HEARD,         /* a request of the origin to us was signed this way and verified, or a good answer asked
	                      * for it */
	KNOCK_TOOK,          /* it took the first request, signed this way */
	KNOCK_TOOK_SECOND,   /* it took the second one, signed this way */
	KNOCK_REFUSED,       /* it refused both */
};

/* Learns from it; for KNOCK_REFUSED `way` is of no interest. true: what is to be stored changed. */
bool knock_learn(struct knock *knock, enum knock_event event, enum knock_way way, int64_t now_ms);

/* The event of the last answer: of the second request if there was one. false: it says nothing about signatures. */
bool knock_event_of(int status, bool second, enum knock_event *ret_event);

/* The way of a signature that came in, by its form and by the type of the key that verified it. */
enum knock_way knock_way_heard(enum signature_scheme scheme, bool ed25519);
/* The way that a wish asks for: Ed25519 only where it is named, since one that names nothing may not know it. */
enum knock_way knock_way_wished(const struct signature_wish *wish);
enum signature_scheme knock_scheme(enum knock_way way);

#endif
