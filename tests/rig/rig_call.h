/*
 * The whole node on one thread: requests through the route table, over a rig. Nothing of HTTP but the bytes.
 *
 * What comes back lives as long as the rig.
 */
#ifndef TESTS_RIG_RIG_CALL_H
#define TESTS_RIG_RIG_CALL_H

#include "node/call.h"
#include "storage/base/json.h"
#include "tests/rig/rig.h"

struct rig_answer {
	int status;
	struct str type, body;
	json_t *json;                  /* of a JSON body; NULL otherwise */
	struct reply reply;
};

/* A request of a person of ours, with a token of all scopes (NULL: without). `target` holds path and query, `form` the
 * body of a form (NULL: none). */
struct rig_answer rig_call(struct rig *rig, const char *method, const char *target, const struct account *who,
                           const char *form);
/* With these headers and this body as they are. */
struct rig_answer rig_request(struct rig *rig, const char *method, const char *target, const struct header *headers,
                              size_t header_count, struct str body);
/* A signed GET of ActivityStreams by a key of b.example and the like. */
struct rig_answer rig_fetch(struct rig *rig, const char *target, struct str key_id);
/* A delivery to an inbox ("/inbox"), signed. Quotes in the JSON may be '. */
struct rig_answer rig_send(struct rig *rig, const char *target, const char *json, struct str key_id);

/* Makes a local account a person with a password and a token: rig_call() does it at first need. */
struct str rig_token(struct rig *rig, const struct account *who, scope_set scopes);

struct str rig_header(const struct rig_answer *answer, const char *name);
/* A value inside the JSON body: "account.acct", "0.id", "mentions.1.url". NULL: none. */
json_t *rig_at(const struct rig_answer *answer, const char *path);
struct str rig_str(const struct rig_answer *answer, const char *path);
/* Integers as they are, true 1 and false 0; -1 for anything else. */
long long rig_number(const struct rig_answer *answer, const char *path);
/* How many elements an array has ("" is the body itself). */
size_t rig_count(const struct rig_answer *answer, const char *path);
bool rig_holds(const struct rig_answer *answer, const char *text);
/* printf into the rig's arena, as a C string. */
const char *rig_line(struct rig *rig, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
