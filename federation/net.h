/*
 * The one way out: a blocking GET or POST, and the rules every outbound request obeys.
 *
 * Whom we may talk to: https on port 443 of public addresses. Origins on the allow list may also use other ports and
 * private addresses; in development they may use plain http, on loopback only. The address is judged when the socket
 * is opened, so a name cannot change its mind in between. A redirect leads to the same origin or to a listed one. No proxies of the environment, no cookies, no credentials.
 * Pool threads only: it blocks. net_prepare_handle() is for federation/wire.c, which sends without blocking.
 */
#ifndef FEDERATION_NET_H
#define FEDERATION_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/header.h"
#include "storage/base/str.h"

struct arena;
struct net;
struct net_request;
struct net_response;
struct sockaddr;
struct url;

enum {
	NET_REDIRECTS_MAX = 3,
	NET_HEADERS_MAX = 64 * 1024,       /* bytes of all response headers */
	NET_BODY_MAX = 1024 * 1024,        /* default of net_options.body_max */
	NET_CONNECT_TIMEOUT_MS = 5000,     /* defaults of the time-outs */
	NET_TOTAL_TIMEOUT_MS = 15000,
};

struct net_options {
	bool development;                  /* listed origins may be reached by http, on loopback */
	/* Whether an origin ("https://host[:port]", as url_origin()) is on the allow list. Any thread; NULL: none is. */
	bool (*origin_allowed)(void *context, struct str origin);
	void *context;
	struct str user_agent;             /* copied */
	const char *ca_file;               /* copied; NULL: where libcurl was built to look */
	int64_t connect_timeout_ms;        /* 0: the defaults above */
	int64_t total_timeout_ms;          /* of all redirects together */
	size_t body_max;                   /* bytes after decompression */
	/* Tests: answers net_get() instead of the network, under no rule but its own. NULL: the network. */
	int (*answer)(void *answer_context, struct arena *arena, const struct net_request *request,
	              struct net_response *ret_response);
	void *answer_context;
};

/* Never NULL. `context` must outlive it. Call before other threads start (libcurl's global state). */
struct net *net_new(const struct net_options *options);
/* No other thread may use it any more. NULL is allowed. */
void net_free(struct net *net);
/* For a node that stops: fetches under way end within about a second, and so do all later ones, with ERR_BUSY. Any
 * thread. */
void net_cancel(struct net *net);

struct net_request {
	struct str url;
	struct str accept;                 /* of the Accept header; empty: none is sent */
	/* Headers of one hop, signatures above all; NULL: none. Asked anew after each redirect, but never for a hop toward
	 * another origin than that of `url`. Another result than OK ends the request with it. */
	int (*sign)(void *context, struct arena *arena, const struct url *url, const struct header **ret_headers,
	            size_t *ret_count);
	void *context;
	size_t body_max;                   /* 0: that of the options */
	struct str post;                   /* p != NULL: a POST of these bytes, and no redirect is followed */
	bool trusted;                      /* the operator listed the origin of `url`, though it is no peer's */
};

struct net_response {
	int status;                        /* whatever the server said, no redirect */
	struct str content_type;           /* as sent; empty if none */
	struct str final_url;              /* after redirects, without fragment */
	struct str body;                   /* decompressed */
	int64_t retry_after_ms;            /* from now; 0: nothing said; at most a day */
	unsigned redirects;                /* that were followed; also known when it failed */
};

/*
 * GET, or POST, in arena memory. An HTTP error status is an answer, not an error. ERR_INVALID: no address we accept, or an
 * answer that redirects to none. ERR_DENIED: the rules above forbid it, here or at a redirect (also one from https to
 * http, or to a place where we were). ERR_LIMIT: too many redirects, or too long an answer. ERR_NETWORK: no answer in time, no
 * connection, a bad certificate. ERR_BUSY: net_cancel() was called.
 */
int net_get(struct net *net, struct arena *arena, const struct net_request *request, struct net_response *ret_response);

/* What is known of a transfer's destination; the caller's, valid as long as the transfer. */
struct net_guard {
	bool secure;       /* https */
	bool listed;       /* on the allow list */
	bool development;
	bool refused;      /* out: an address was refused … */
	bool opened;       /* … or one was admitted and a socket opened */
};

/* Fills a guard for an address; `trusted` as in net_request. ERR_DENIED: scheme or port is not allowed there. */
int net_guard_init(const struct net *net, struct arena *arena, const struct url *url, bool trusted,
                   struct net_guard *ret_guard);
/* The address table, applied to where a socket is about to connect. */
bool net_guard_admits(const struct net_guard *guard, const struct sockaddr *address);

/* Could a request to this address go out? Nobody is asked for names: of one that leads to where we may not go this is known
 * when it is sent. ERR_DENIED: it never can. Any thread. */
int net_judge(const struct net *net, struct arena *arena, const struct url *url, bool trusted);

/* Sets URL, destination rules, TLS, time-outs, user agent and what else all requests share on a fresh or reset easy
 * handle (a CURL *). Method, headers, body and callbacks are the caller's. Errors as net_guard_init(). When the
 * transfer fails, guard->refused && !guard->opened means that the destination was forbidden. */
int net_prepare_handle(const struct net *net, struct arena *arena, void *easy, const struct url *url,
                       struct net_guard *guard);

#endif
