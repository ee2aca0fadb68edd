/*
 * What this node takes from others, as a table of filters: the allow list, what one origin may send, and the operator's
 * rules against domains, accounts and words (storage/rules.h).
 *
 * Each filter has a name, the stages at which it is asked and a function. Judging reads and, but for the count of
 * activities, changes nothing. Any thread; on the writer's with the view of its transaction.
 */
#ifndef FEDERATION_POLICY_H
#define FEDERATION_POLICY_H

#include "federation/federation.h"
#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct budget;

/* A set; the filters run in the order of the table. */
enum policy_stage {
	POLICY_CONTACT = 1,   /* an origin, before anything is asked of it, taken from it or sent to it */
	POLICY_REQUEST = 2,   /* with CONTACT: a request from there, before its signature is looked at */
	POLICY_DELIVERY = 4,  /* an activity, once its signature is known to be good */
	POLICY_ACTOR = 8,     /* who did it, or wrote what was fetched */
	POLICY_TEXT = 16,     /* what it says */
};

enum policy_verdict {
	POLICY_ACCEPT,
	POLICY_REJECT,        /* the sender is told */
	POLICY_DROP,          /* the sender learns nothing: it is answered as if it had its effect */
};

enum {
	POLICY_RATE_DEFAULT = 300000,  /* activities of one origin a minute, where nothing else is configured */
	POLICY_RATE_MAX = 60000000,
};

struct policy_case {
	struct arena *arena;
	struct view *view;
	struct str uri;               /* CONTACT: any address there … */
	struct str domain;            /* … or its domain, HOST[:PORT] */
	size_t body_bytes;            /* REQUEST */
	struct budget *budget;        /* DELIVERY */
	uint64_t rate;                /* DELIVERY: of an origin without one of its own; 0: POLICY_RATE_DEFAULT */
	const struct account *actor;  /* ACTOR; may be NULL */
	bool takes_back;              /* ACTOR: a Delete or an Undo, which a blocked account may still send */
	const struct account *shown;  /* TEXT: whose display name is read; may be NULL */
	const struct post *post;      /* TEXT; may be NULL */
	const struct poll *poll;      /* TEXT: what it asks; may be NULL */
	struct peer peer;             /* CONTACT fills it, REQUEST and DELIVERY read it */
	/* result */
	enum policy_verdict verdict;
	const char *reason;           /* the filter's name, a stable word; NULL when none caught it */
	const char *detail;           /* a sentence for people */
};

/* OK: accepted. Otherwise what a filter gives: ERR_DENIED, ERR_LIMIT (too long), ERR_BUSY (too many, later again); or
 * a failure of the store, without a reason. */
int policy_judge(struct policy_case *c, unsigned stages);

/* The peer at an address or of a domain, if this node has to do with it. ERR_NOT_FOUND: not on the list, or a domain
 * rule stands against it. */
int policy_peer_by_url(struct arena *arena, struct view *view, struct str url, struct peer *ret_peer);
int policy_peer_by_domain(struct arena *arena, struct view *view, struct str domain, struct peer *ret_peer);
/* Does a domain rule stand against a listed peer? */
bool policy_blocks_peer(struct arena *arena, struct view *view, const struct peer *peer);
/* Does a rule stand against an account of another node, or its domain? */
bool policy_blocks_account(struct arena *arena, struct view *view, const struct account *account);

/* A rule's value in the form in which it is compared, from what an operator wrote: HOST[:PORT]; an actor's address or
 * name@host; one word or several in a row; a network. ERR_INVALID. */
int policy_rule_value(struct arena *arena, uint8_t kind, struct str text, struct str *ret_value);

#endif
