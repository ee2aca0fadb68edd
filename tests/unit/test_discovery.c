/* What anybody may learn: WebFinger, host-meta, NodeInfo, the instance documents, and which rows are open at all. */
#include "node/api/discovery.h"

#include "node/api/routes.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define FINGER "/.well-known/webfinger"

static struct rig *rig;

static struct rig_answer get(const char *target)
{
	return rig_call(rig, "GET", target, NULL, NULL);
}

static struct rig_answer finger(const char *resource)
{
	return get(rig_line(rig, FINGER "?resource=%s", resource));
}

static void check_webfinger(void)
{
	static const char *const names[] = {
		"acct:alice@a.example", "acct%3Aalice%40a.example", "alice@a.example", "acct:@alice@a.example",
		"acct:ALICE@A.example", "https://a.example/@alice",
	};
	static const struct { const char *resource; int status; } errors[] = {
		{ "", 400 }, { "nonsense", 400 }, { "acct:nobody@a.example", 404 }, { "acct:alice@b.example", 404 },
		{ "acct:carol@b.example", 404 }, { "https://b.example/users/carol", 404 }, { "https://a.example/u/4", 404 },
		{ "https://a.example.evil.example/@alice", 404 }, { "@a.example", 400 }, { "alice@", 400 },
	};
	struct rig_answer answer;

	rig = rig_new();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		answer = finger(names[i]);
		ok(answer.status == 200 && str_eq(rig_str(&answer, "links.0.href"), rig->alice.uri), "%s is alice", names[i]);
	}
	answer = finger(rig_line(rig, "%.*s", STR_ARG(rig->alice.uri)));
	is_str(rig_str(&answer, "subject"), STR("acct:alice@a.example"), "her id leads to her handle");
	is_str(answer.type, STR("application/jrd+json"), "as a JRD");
	is_str(rig_str(&answer, "links.0.rel"), STR("self"), "with a link to herself");
	is_str(rig_str(&answer, "links.0.type"), STR("application/activity+json"), "of the type that peers want");
	ok(!rig_holds(&answer, "display"), "and nothing else of her");
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		answer = finger(errors[i].resource);
		ok(answer.status == errors[i].status, "\"%s\" is %d", errors[i].resource, errors[i].status);
	}
	answer = finger("https://a.example/");
	is_str(rig_str(&answer, "links.0.href"), STR("https://a.example/actor"), "the origin leads to the instance actor");
	answer = finger("acct:a.example@a.example");
	is_str(rig_str(&answer, "links.0.href"), STR("https://a.example/actor"), "and so does its handle");
	rig_free(rig);
}

static void check_documents(void)
{
	struct rig_answer answer;
	uint64_t id;

	rig = rig_new();
	rig_token(rig, &rig->alice, SCOPE(READ_STATUSES));
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "x", 0, &id);
	answer = get("/.well-known/host-meta");
	ok(rig_holds(&answer, "template=\"https://a.example/.well-known/webfinger?resource={uri}\""), "host-meta says where");
	answer = get("/.well-known/nodeinfo");
	is_str(rig_str(&answer, "links.0.href"), STR("https://a.example/nodeinfo/2.1"), "NodeInfo is listed in both");
	is_str(rig_str(&answer, "links.1.href"), STR("https://a.example/nodeinfo/2.0"), "versions");
	is_str(rig_str(&answer, "links.2.href"), STR("https://a.example/actor"), "beside the instance actor");
	answer = get("/nodeinfo/2.1");
	is_str(answer.type, STR("application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/2.1#\""),
	       "with the profile of its version");
	is_str(rig_str(&answer, "software.name"), STR("rse-node"), "our name");
	is_int(rig_number(&answer, "usage.localPosts"), 1, "and figures");
	is_int(rig_number(&answer, "usage.users.total"), 1, "of people");
	is_int(rig_number(&answer, "openRegistrations"), 0, "closed as we are");
	is_str(rig_str(&answer, "metadata.upstream.name"), STR("mastodon"), "and whose client API we speak");
	answer = get("/health");
	is_str(answer.body, STR("OK"), "health is the word that Mastodon.py waits for");
	answer = get("/api/v1/custom_emojis");
	is_str(answer.body, STR("[]"), "there are no emojis of our own");
	rig_free(rig);
}

static void check_instance(void)
{
	struct rig_answer v1, v2;

	rig = rig_new();
	v1 = get("/api/v1/instance");
	v2 = get("/api/v2/instance");
	is_str(rig_str(&v2, "domain"), STR("a.example"), "the instance names its domain");
	is_str(rig_str(&v1, "uri"), STR("a.example"), "in the old form too");
	is_str(rig_str(&v2, "title"), STR("Head office"), "and its title");
	ok(str_starts(rig_str(&v2, "version"), STR("4.5.0 (compatible; rse-node ")), "its version begins with numbers");
	is_int(rig_number(&v2, "configuration.statuses.max_characters"), 5000, "clients learn the limits");
	is_int(rig_number(&v1, "configuration.statuses.max_characters"), 5000, "from both forms");
	is_int(rig_number(&v2, "registrations.enabled"), 0, "nobody registers by themselves");
	is_str(rig_str(&v2, "configuration.timelines_access.live_feeds.local"), STR("authenticated"),
	       "nothing is read without a token");
	is_str(rig_str(&v2, "configuration.urls.streaming"), STR("wss://a.example"), "and where to stream from");
	is_str(rig_str(&v1, "urls.streaming_api"), STR("wss://a.example"), "in both forms");
	ok(json_is_null(rig_at(&v1, "contact_account")), "without a contact there is none");
	rig_free(rig);
}

/* The open list of the product; whatever else is open is a mistake. */
static bool may_be_open(const char *path)
{
	static const char *const exact[] = {
		"/", "/legal", "/sign-in", "/sign-out", "/sign-up/:secret", "/health", "/actor", "/actor/outbox",
		"/actor/followers", "/actor/following", "/u/:id", "/api/v1/instance", "/api/v2/instance", "/api/v1/apps",
		"/api/v1/custom_emojis", "/emojis/:id", "/api/openapi.json", "/oauth/authorize", "/oauth/token", "/oauth/revoke",
		"/nodeinfo/2.0", "/nodeinfo/2.1",
		"/sign-in/code", "/sign-in/set-up", "/sign-in/passkey", "/passkeys/challenge", "/passkeys.js",
		"/reset", "/reset/:secret", "/confirm-email/:secret", "/invite/:code", "/invitation/:secret",
		"/avatar.svg", "/header.svg", "/avatar.png", "/header.png", "/icon.svg", "/style.css", "/api/v1/streaming/health",
		"/media/proxy/:id/:secret/:url", "/media/proxy/:id/:secret/:url/:name",
		"/media/:id/:secret/:name",   /* nobody guesses the secret, and it ends with what shows the file */
	};

	for (size_t i = 0; i < sizeof(exact) / sizeof(exact[0]); i++)
		if (strcmp(path, exact[i]) == 0)
			return true;
	return strncmp(path, "/.well-known/", strlen("/.well-known/")) == 0;
}

static void check_rows(void)
{
	for (size_t i = 0; i < route_count; i++) {
		const struct route *row = &routes[i];
		bool api = strncmp(row->path, "/api/", 5) == 0;

		if (row->access == ACCESS_OPEN)
			ok(may_be_open(row->path), "%s %s may be open", row->method, row->path);
		if (api)
			ok(row->cross_origin, "%s %s is for clients of any origin", row->method, row->path);
		if (row->access == ACCESS_SIGNED)
			ok(row->check != NULL, "%s %s checks what was signed", row->method, row->path);
		ok(row->summary && row->summary[0], "%s %s says what it is", row->method, row->path);
	}
}

/* Every row without a token or signature: closed ones answer 401 or 404, or send to sign in, and show nothing. */
static void check_closed_rows(void)
{
	struct header accept = { STR("Accept"), STR("application/activity+json") };
	uint64_t id;

	rig = rig_new();
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "wonderword", 0, &id);
	for (size_t i = 0; i < route_count; i++) {
		struct buf path;
		struct rig_answer answer;
		struct str rest = str_of(routes[i].path);

		if (routes[i].access == ACCESS_OPEN || str_find_char(rest, '@') != SIZE_MAX)
			continue;
		buf_init(&path, rig->arena, 0);
		while (rest.p && rest.n) {
			struct str part;

			rest = str_sub(rest, 1, SIZE_MAX);
			part = str_sub(rest, 0, str_find_char(rest, '/'));
			rest = str_sub(rest, part.n, SIZE_MAX);
			buf_add_char(&path, '/');
			if (str_eq(part, STR(":id")))
				buf_add_u64(&path, id);
			else
				buf_add(&path, part.p[0] == ':' ? STR("tag") : part);
		}
		answer = rig_request(rig, routes[i].method, arena_cstr(rig->arena, buf_str(&path)), &accept, 1, STR_NONE);
		ok((answer.status == 401 || answer.status == 404 || answer.status == 415 ||
		    (answer.status == 303 && routes[i].access == ACCESS_SESSION)) && !rig_holds(&answer, "wonderword"),
		   "%s %s is closed (%d)", routes[i].method, routes[i].path, answer.status);
	}
	rig_free(rig);
}

int main(void)
{
	check_webfinger();
	check_documents();
	check_instance();
	check_rows();
	check_closed_rows();
	return done();
}
