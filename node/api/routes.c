/*
 * The route table. A row that says nothing about access is for signed-in people; what is open is open here, and a
 * test walks this list. Handlers live with their subject.
 */
#include "node/api/routes.h"

#include "node/api/answer.h"
#include "node/api/discovery.h"
#include "node/api/instance.h"

/* The client API: for people, from any origin. */
#define API(verb, place, needs, counted, ...) \
	{ .method = verb, .path = place, .scopes = needs, .quota = counted, .cross_origin = true, __VA_ARGS__ }
/* For anybody. */
#define OPEN(verb, place, counted, ...) \
	{ .method = verb, .path = place, .access = ACCESS_OPEN, .quota = counted, __VA_ARGS__ }
/* Open, and read by clients of any origin. */
#define SHARED(verb, place, counted, ...) OPEN(verb, place, counted, .cross_origin = true, __VA_ARGS__)
/* For listed peers, who sign. */
#define SIGNED(verb, place, counted, ...) \
	{ .method = verb, .path = place, .access = ACCESS_SIGNED, .quota = counted, __VA_ARGS__ }

const struct route routes[] = {
	/* discovery */
	SHARED("GET", "/.well-known/webfinger", QUOTA_READ, .show = api_webfinger,
	       .summary = "a handle of ours to its actor"),
	SHARED("GET", "/.well-known/host-meta", QUOTA_READ, .show = api_host_meta, .summary = "where WebFinger is"),
	SHARED("GET", "/.well-known/nodeinfo", QUOTA_READ, .show = api_nodeinfo_links, .summary = "where NodeInfo is"),
	SHARED("GET", "/nodeinfo/2.0", QUOTA_READ, .show = api_nodeinfo_20, .summary = "NodeInfo 2.0"),
	SHARED("GET", "/nodeinfo/2.1", QUOTA_READ, .show = api_nodeinfo_21, .summary = "NodeInfo 2.1"),

	/* the node */
	OPEN("GET", "/health", QUOTA_NONE, .show = api_health, .summary = "ok, when the store can be read"),
	SHARED("GET", "/api/v1/instance", QUOTA_READ, .show = api_instance_v1, .summary = "this node, old form"),
	SHARED("GET", "/api/v2/instance", QUOTA_READ, .show = api_instance_v2, .summary = "this node"),
	SHARED("GET", "/api/v1/custom_emojis", QUOTA_READ, .show = api_show_empty_list, .summary = "own emojis: none"),
	API("GET", "/api/v1/instance/rules", 0, QUOTA_READ, .show = api_show_empty_list, .summary = "rules: none"),
	API("GET", "/api/v1/instance/peers", 0, QUOTA_READ, .show = api_instance_peers, .summary = "sibling nodes"),
	API("GET", "/api/v1/preferences", SCOPE(READ_ACCOUNTS), QUOTA_READ, .show = api_preferences,
	    .summary = "defaults of the person"),
};

const size_t route_count = sizeof(routes) / sizeof(routes[0]);

const char *access_name(enum access access)
{
	static const char *const names[] = {
		[ACCESS_PERSON] = "person", [ACCESS_TOKEN] = "token", [ACCESS_SIGNED] = "signed", [ACCESS_OPEN] = "open",
		[ACCESS_SESSION] = "session",
	};

	return (size_t)access < sizeof(names) / sizeof(names[0]) ? names[access] : "?";
}
