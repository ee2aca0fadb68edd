/*
 * A browser without a network: sends requests to a table of rows over a world, keeps cookies, fills in forms.
 */
#ifndef TESTS_RIG_BROWSER_H
#define TESTS_RIG_BROWSER_H

#include "node/call.h"
#include "tests/rig/world.h"

struct browser {
	struct world *world;
	const struct route *routes;
	size_t route_count;
	struct str cookies;            /* as it sends them: "a=1; b=2" */
	struct str language;           /* Accept-Language */
	struct str authorization;      /* empty: none */
	struct node *node;             /* for rows that need one; NULL: none */
	struct reply reply;            /* the last one */
};

struct browser browser_new(struct world *world, const struct route *routes, size_t route_count);
/* One request; an empty `type` is a form. The reply's status, 0 when no row fits; it lives as long as the world. */
int browser_send(struct browser *browser, const char *method, struct str target, struct str type, struct str body);
int browser_get(struct browser *browser, struct str target);
int browser_post(struct browser *browser, struct str target, struct str form);
/* Sends the form of the page shown last: its action and hidden fields, and what `fields` adds ("a=1&b=2"). */
int browser_submit(struct browser *browser, struct str fields);
/* A header of the last reply; STR_NONE. */
struct str browser_header(const struct browser *browser, const char *name);
/* Does the last body hold this text? */
bool browser_sees(const struct browser *browser, const char *text);
/* What stands in the last body between two texts. */
struct str browser_between(const struct browser *browser, const char *before, const char *after);

#endif
