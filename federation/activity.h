/*
 * The verb: `struct activity`, read from JSON and written to it, and the vocabulary of types.
 *
 * A local act and a received one become the same struct and pass through the same row of federation/apply.c. An
 * embedded object is parsed at the door (check stage), so that applying touches no JSON. Source: ActivityStreams 2.0
 * vocabulary, ActivityPub sections 6 and 7. Pure; any thread.
 */
#ifndef FEDERATION_ACTIVITY_H
#define FEDERATION_ACTIVITY_H

#include "storage/base/json.h"
#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;
struct instance;

enum activity_type {
	AS_UNKNOWN = 0,
	AS_CREATE, AS_UPDATE, AS_DELETE, AS_FOLLOW, AS_ACCEPT, AS_REJECT, AS_UNDO, AS_LIKE, AS_ANNOUNCE,
	AS_EMOJI_REACT, AS_BLOCK, AS_QUOTE_REQUEST, AS_ADD, AS_REMOVE, AS_FLAG, AS_MOVE,
};

/* Kinds of objects, as bits so that a row of the activity table can say which it takes. */
enum object_kind {
	OBJECT_NONE = 0,
	OBJECT_URI = 1,        /* only an id was given */
	OBJECT_POST = 2,       /* Note, Article, Page, Question, Event … */
	OBJECT_ACTOR = 4,
	OBJECT_ACTIVITY = 8,   /* the Follow of an Accept, the Like of an Undo … */
	OBJECT_TOMBSTONE = 16,
	OBJECT_VOTE = 32,      /* Notes that choose in a poll; object_uri is the Question */
	OBJECT_STAMP = 64,     /* a QuoteAuthorization */
};

/* A post as an object says it, before names are looked up (federation/object.h). */
struct object_draft {
	struct post post;               /* ids not yet resolved: 0 */
	struct str attributed_to;       /* actor id */
	struct str_list to, cc;         /* addresses as received */
	struct str_list quote_automatic, quote_manual;  /* who may quote it, as received */
	bool quote_policy_said;
	struct str_list mention_uris;   /* hrefs of Mention tags */
	int64_t published_ms;
	struct poll *poll;              /* of a Question; NULL: none */
	bool alone;                     /* nothing is fetched for its sake: what it quotes stays a link */
};

struct activity {
	enum activity_type type;
	struct str uri;                 /* its id; empty for transient ones that give none */
	struct str actor_uri;
	uint64_t actor_id;              /* account, once known */
	enum object_kind object_kind;
	struct str object_uri;
	uint64_t object_id;             /* local record, once known */
	struct object_draft *draft;     /* OBJECT_POST */
	struct account *object_actor;   /* OBJECT_ACTOR */
	struct activity *inner;         /* OBJECT_ACTIVITY */
	struct str emoji, emoji_url;    /* EmojiReact (federation/emoji.h); our own: as struct emoji_reaction has them */
	struct str instrument_uri;      /* QuoteRequest: the post that wants to quote the object */
	struct str result_uri;          /* Accept of one: its stamp */
	struct str_list object_uris;    /* Flag: an account and posts, in any order */
	struct str content;             /* Flag: why, plain text */
	struct str target_uri;          /* Add, Remove: the collection; Move: the new account */
	struct str_list votes;          /* OBJECT_VOTE: names of options; of ours one */
	struct str_list to, cc;
	int64_t published_ms, updated_ms;
	bool totals;                    /* Update: not of what the post says, but of what was counted in a poll, or of its quote */
	struct str need;                /* set with NEED: the URI to fetch first */
	struct str fetched_uri;         /* the account that was fetched for it just now */
	const char *refusal;            /* set with ERR_DENIED: the filter that caught it (federation/policy.h), if one did */
	uint8_t visibility;             /* local ones: of the Announce */
	/* Local ones: what the actor chose besides. */
	bool show_reblogs, notify;      /* Follow */
	struct str_list languages;      /* Follow */
	int64_t hold_ms;                /* Create: goes out this much later */
	bool quiet;                     /* Update: of a post that is held back, so its Create will tell */
	uint64_t record_id;             /* its record (storage/activities.h); 0: taken when it is applied */
};

/* Reads a foreign activity. Refuses what federation-wide rules forbid: missing @context, other than one actor,
 * keywords @graph, @reverse, @included; an embedded object is kept only as its URI unless its origin is the actor's
 * and (for posts) attributedTo is the actor. Unknown types parse with type AS_UNKNOWN. ERR_INVALID otherwise.
 * Texts point into `document`, which was parsed into the same arena; HTML is sanitised here. */
int activity_parse(struct arena *arena, const json_t *document, struct activity *ret_activity);

/* The JSON of a local activity, the very bytes to be signed and served, with its object embedded where the field
 * knows it so (Create, Update; Accept and Undo embed the activity). */
struct str activity_render(struct arena *arena, struct view *view, const struct activity *activity);

/* Free of keywords ("@graph" and the like) that let one document be read in two ways. */
bool activity_reads_one_way(const json_t *document);

/* Under which name an id is remembered (storage/activities.h): with the actor, so that nobody can use up or void what
 * is another's, of the same node either. */
struct str activity_name(struct arena *arena, struct str uri, struct str actor_uri);

/* The kind of an object by its type: OBJECT_NONE for a type that we do not know. */
enum object_kind activity_object_kind(const json_t *object);

/* The type that told it; empty for one that we do not know. */
struct str activity_object_type(const json_t *object);

const char *activity_type_name(enum activity_type type);
enum activity_type activity_type_parse(struct str name);

/* @context member and its value, for all documents that we emit; every term of ours is declared inline. */
void activity_w_context(struct json_writer *w);
/* to/cc arrays */
void activity_w_uris(struct json_writer *w, const char *key, const struct str_list *uris);

#endif
