/*
 * A request without a socket: what came in, who asks, what goes out, and which stage is due.
 *
 * Handlers see this and nothing of HTTP servers or threads. A route has up to four stages, each on one kind of
 * thread: check (HTTP thread, reads), work (pool thread, may block), write (writer thread, the only place where
 * state changes), show (HTTP thread, a fresh snapshot). A call is used by one thread at a time.
 */
#ifndef NODE_CALL_H
#define NODE_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "node/permission.h"
#include "storage/audit.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/header.h"
#include "storage/base/str.h"
#include "storage/engine/store.h"
#include "storage/engine/writer.h"
#include "storage/scope.h"

struct call;
struct node;

/* Positive results of a stage. */
enum {
	CALL_SKIP_WORK = 100,  /* of check: the work stage is not needed this time */
	CALL_DONE,             /* of any stage: the reply is complete (a redirect, a page), no further stage runs */
};

/* Who may call a route. The zero value is the closed one: a route that says nothing is for signed-in people. */
enum access {
	ACCESS_PERSON = 0,  /* a token of a person, with the row's scope */
	ACCESS_TOKEN,       /* any valid token, an app's too */
	ACCESS_SIGNED,      /* an HTTP signature from a listed origin; the row's check verifies it */
	ACCESS_OPEN,        /* anybody; listed by `rse-node routes --open` */
	ACCESS_SESSION,     /* a page for people who signed in with a browser; others are sent to /sign-in. Of a row with scopes
	                       a token of a person does as well */
};

enum quota { QUOTA_NONE = 0, QUOTA_READ, QUOTA_POST, QUOTA_DELETE, QUOTA_APP, QUOTA_SIGN_IN, QUOTA_TOKEN, QUOTA_INBOX,
             QUOTA_MEDIA, QUOTA_SIGN_UP };

typedef int call_stage(struct call *call, struct view *view);

struct route {
	const char *method;    /* "GET" also answers HEAD */
	const char *path;      /* "/api/v1/statuses/:id/context"; ":name" is one segment, "@:name" one
	                          behind a prefix; "*" at the end is the rest */
	enum access access;
	scope_set scopes;      /* a token must hold one of these; 0: any token */
	enum staff_action action;    /* what the person must be allowed to by a role (node/permission.h) */
	const char *act;       /* of a row with an action: what its write is called in the audit journal, "rule.add" */
	enum quota quota;
	call_stage *check;
	int (*work)(struct call *call);
	int (*write)(struct call *call, struct txn *txn);
	call_stage *show;
	bool computes;         /* its work takes processor time and waits for nobody; the work of others may fetch */
	bool token_in_query;   /* a token also counts as ?access_token= or as the sub-protocol of a WebSocket: for streams,
	                          which browsers open without headers of their own */
	bool files;            /* its work is about files, in a pool of its own: others do not wait behind them */
	bool copies;           /* its work fetches files of others, which may take long: yet another pool */
	bool uploads;          /* its body may be as long as a file (server_options.upload_max), for those who signed in */
	bool waiting;          /* also for who signed up and waits to be let in */
	bool cross_origin;     /* CORS headers and preflight: the client API and discovery */
	const char *answers;   /* the media type of its success, when that is not application/json */
	const char *summary;   /* one line for `rse-node routes` */
};

/* One parameter. Query, form, multipart and JSON bodies alike become a flat list in this form: nested members as
 * name[member], arrays as name[] in order, arrays of objects as name[0][member]. JSON null is absent. */
struct param {
	struct str name, value;
	struct str file_name, content_type;  /* multipart files only */
};

struct request {
	struct str method;        /* "GET"; HEAD arrives as "GET" with `head` set */
	struct str target;        /* the raw request target: percent-encoding and query as sent */
	struct str path;          /* percent-decoded, without query and without a trailing slash */
	struct str peer_address;  /* of the client, after trusted proxies: "203.0.113.5" */
	struct str body;          /* raw bytes */
	const struct header *headers;
	size_t header_count;
	const struct param *params;      /* query first, then body */
	size_t param_count;
	struct param path_params[4];     /* ":name" captures, then what "*" matched under the name "*" */
	size_t path_param_count;
	bool head;
};

/* Whom a token speaks for. All zero: nobody. */
struct viewer {
	uint64_t account_id;   /* 0: nobody, or an app */
	uint64_t app_id;
	uint64_t token_id;
	int64_t expires_ms;    /* of the token; 0: it has no end of its own */
	scope_set scopes;
	uint8_t roles;         /* set of enum user_role */
};

struct reply {
	int status;                 /* 0: 200, or what the error says */
	struct str content_type;    /* default: application/json; charset=utf-8 */
	struct str body;
	struct header *headers;     /* more headers, by call_header() */
	size_t header_count, header_capacity;
	struct stream_ticket *stream;  /* the body is a stream, or the connection becomes one (node/stream/hub.h) */
	int file;                   /* a descriptor + 1, the reply's own: the body is this file's; 0: it is not */
	uint64_t file_from, file_bytes;
};

struct call {
	struct node *node;
	struct arena *arena;
	struct request request;
	const struct route *route;
	struct viewer viewer;
	struct reply reply;
	void *state;           /* the handler's own, from stage to stage; arena memory */
	int err;               /* the outcome so far */
	struct str error;      /* the sentence for the human */
	struct str error_code; /* call_fail_status(): an OAuth-style code, or STR_NONE */
	int error_status;      /* call_fail_status(): 0: what the code says */
	struct reply reply_before_write;  /* write bodies may run again: each run starts from this */
	bool write_ran;        /* at least once … */
	int write_result;      /* … and what came of it the last time */
	struct write write;    /* the writer's */
	bool computes;         /* set by check: work computes this time, whatever the row says */
	int stage;             /* call_next()'s */
	bool authenticated;    /* the viewer was looked up */
	struct audit_entry audited;  /* what check and write say of the act beyond the row: action, subject, detail */
};

enum call_due { CALL_DUE_CHECK, CALL_DUE_WORK, CALL_DUE_WRITE, CALL_DUE_SHOW, CALL_DUE_REPLY };

/* Parameters. The first of that name; STR_NONE when absent (an empty value has p != NULL). */
struct str call_param(const struct call *call, const char *name);
/* Every name[] , name[N] and plain name, in order; *ret_values in the arena. Returns their number. */
size_t call_param_list(struct call *call, const char *name, struct str **ret_values);
/* "fields_attributes[3][name]" of the list "fields_attributes": its element "3" and member "name". false: it is none. */
bool param_member(struct str name, const char *list, struct str *ret_element, struct str *ret_member);
/* true, 1, "true", "True", "on", "t" and their opposites; `fallback` when absent or empty or unreadable. */
bool call_param_bool(const struct call *call, const char *name, bool fallback);
/* A decimal number; `fallback` when absent; clamped to [low, high]; unreadable text gives `fallback`. */
uint64_t call_param_u64(const struct call *call, const char *name, uint64_t fallback, uint64_t low, uint64_t high);
/* An id parameter of query, body or path: 0 when absent or not a decimal id. */
uint64_t call_param_id(const struct call *call, const char *name);
/* The capture ":name" of the path (percent-decoded); STR_NONE when there is none. */
struct str call_path_param(const struct call *call, const char *name);
/* A request header by case-insensitive name; STR_NONE when absent. Repeated ones: the first. */
struct str call_request_header(const struct call *call, const char *name);
size_t call_request_header_count(const struct call *call, const char *name);

/* Outcome. Sets the error and the sentence; returns `err`, so handlers write: return call_fail(call, ERR_…, "…"); */
int call_fail(struct call *call, int err, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* As call_fail() with an HTTP status of its own (422 where the code would give 400, say) and an OAuth-style code in
 * "error" with the sentence in "error_description" when `code` is not NULL. */
int call_fail_status(struct call *call, int err, int status, const char *code, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
/* One more header; control characters in `value` become spaces. */
void call_header(struct call *call, const char *name, struct str value);
/* Ends with a JSON body. */
int call_reply_json(struct call *call, struct str body);
int call_reply(struct call *call, int status, const char *content_type, struct str body);
/* The body is part of a file, which the reply closes. */
int call_reply_file(struct call *call, int status, struct str content_type, int fd, uint64_t from, uint64_t bytes);
int call_redirect(struct call *call, int status, struct str location);
/* Sends a browser to sign in and then back here. Returns CALL_DONE. */
int call_send_to_sign_in(struct call *call);
/* The HTTP status of an error code (the one table): ERR_NOT_FOUND 404, ERR_DENIED 403, ERR_FULL 507, … */
int call_status_of(int err);

/* Looks up the bearer token, if there is one, into call->viewer (node/accounts/viewer.c). */
int call_authenticate(struct call *call, struct view *view);
/* OK when a role of the viewer allows the action; otherwise 403 with the roles that would. */
int call_may(struct call *call, enum staff_action action);
/* Refuses by the route's access, scope and action columns: 401 or 403 with the sentences that clients know. */
int call_admit(struct call *call);
/* The first thing of every call, in the view of its first stage: call_authenticate(), then call_admit(); once. A
 * token that is not valid counts as none on rows that are open or signed. */
int call_enter(struct call *call, struct view *view);

/* The driver's questions: what is due, and what came of it. call_next() never returns a stage the route lacks. */
enum call_due call_next(struct call *call);
void call_stage_done(struct call *call, int err);
/* Fills the reply from the error, if it ended in one and has no body of its own. */
void call_finish(struct call *call);
/* The write stage as a body for the writer; `arg` is the call. May run more than once. Of a row with an action it leaves an
 * entry in the audit journal, by the viewer, about the path's :id, unless the write appends its own. */
int call_write_body(struct txn *txn, void *arg);
/* Runs all stages in a row on this thread, over `store`: tests and the command line. The call's arena, request and
 * route are set; afterwards its reply is complete. */
void call_run(struct call *call, struct store *store);

#endif
