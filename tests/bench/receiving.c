/*
 * Signed deliveries: Create activities of several remote actors, signed beforehand, into the shared inbox.
 *
 * A stub peer serves the actors and their keys. What was answered with 202 is counted in the public timeline
 * afterwards: an acknowledged delivery that is not there ends the benchmark.
 */
#include "tests/bench/measures.h"

#include <unistd.h>

#include "federation/pkey.h"
#include "federation/signature.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "tests/bench/bare_mhd.h"
#include "tests/bench/http.h"
#include "tests/bench/load.h"
#include "tests/bench/measure.h"
#include "tests/bench/process.h"
#include "tests/bench/raw_puts.h"

enum { ACTORS = 8, ANSWERS = 2 * ACTORS + 2, CONNECTIONS = 8, DELIVERIES = 10000, TURNS = 4,
       BOUND_SECONDS = 3 };

static const double RAW_SECONDS = 0.4;  /* of each turn */

#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define CONTEXT "\"@context\":[\"https://www.w3.org/ns/activitystreams\",\"https://w3id.org/security/v1\"]"

struct actor {
	struct str uri, key_id, private_pem, public_pem;
	struct pkey *key;
};

struct stub {
	struct scene *scene;
	struct arena *arena;
	const char *url, *host;        /* of the stub; Host of node a */
	uint16_t port;
	struct actor instance, actors[ACTORS];
	struct bare_answer answers[ANSWERS];
	struct str requests[DELIVERIES];
	size_t made, used;
};

static void make_actor(struct stub *stub, struct actor *actor, const char *path)
{
	actor->uri = arena_printf(stub->arena, "%s%s", stub->url, path);
	actor->key_id = arena_printf(stub->arena, "%.*s#main-key", STR_ARG(actor->uri));
	if (pkey_generate_rsa2048(stub->arena, &actor->private_pem, &actor->public_pem) != OK ||
	    pkey_parse_private(stub->arena, actor->private_pem, &actor->key) != OK)
		give_up("no RSA key");
}

static struct str document_of(struct stub *stub, const struct actor *actor, const char *type, const char *name)
{
	struct json_writer json;
	struct buf pem;

	buf_init(&pem, stub->arena, 0);
	json_writer_init(&json, &pem);
	json_w_str(&json, actor->public_pem);
	return arena_printf(stub->arena,
		"{" CONTEXT ",\"id\":\"%.*s\",\"type\":\"%s\",\"preferredUsername\":\"%s\",\"name\":\"%s\","
		"\"url\":\"%.*s\",\"inbox\":\"%.*s/inbox\",\"outbox\":\"%.*s/outbox\",\"followers\":\"%.*s/followers\","
		"\"endpoints\":{\"sharedInbox\":\"%s/inbox\"},\"publicKey\":{\"id\":\"%.*s\",\"owner\":\"%.*s\","
		"\"publicKeyPem\":%.*s}}",
		STR_ARG(actor->uri), type, name, name, STR_ARG(actor->uri), STR_ARG(actor->uri), STR_ARG(actor->uri),
		STR_ARG(actor->uri), stub->url, STR_ARG(actor->key_id), STR_ARG(actor->uri), STR_ARG(buf_str(&pem)));
}

static void make_answers(struct stub *stub)
{
	struct bare_answer *answer = stub->answers;

	make_actor(stub, &stub->instance, "/actor");
	*answer++ = (struct bare_answer){ "/actor", NULL, "application/activity+json",
	                                  document_of(stub, &stub->instance, "Application", "stub") };
	*answer++ = (struct bare_answer){
		"/.well-known/nodeinfo", NULL, "application/json",
		arena_printf(stub->arena, "{\"links\":[{\"rel\":\"https://www.w3.org/ns/activitystreams#Application\","
		             "\"href\":\"%s/actor\"}]}", stub->url) };
	for (size_t i = 0; i < ACTORS; i++) {
		const char *name = arena_printf(stub->arena, "remote%zu", i).p;
		const char *path = arena_printf(stub->arena, "/users/%s", name).p;
		const char *handle = arena_printf(stub->arena, "acct:%s@127.0.0.1:%u", name, stub->port).p;

		make_actor(stub, &stub->actors[i], path);
		*answer++ = (struct bare_answer){ path, NULL, "application/activity+json",
		                                  document_of(stub, &stub->actors[i], "Person", name) };
		*answer++ = (struct bare_answer){
			"/.well-known/webfinger", handle, "application/jrd+json",
			arena_printf(stub->arena, "{\"subject\":\"%s\",\"links\":[{\"rel\":\"self\",\"type\":"
			             "\"application/activity+json\",\"href\":\"%.*s\"}]}", handle,
			             STR_ARG(stub->actors[i].uri)) };
	}
}

/* A whole signed request: the number of the note makes it one of its kind. */
static struct str make_delivery(struct stub *stub, const struct actor *actor, size_t number)
{
	struct arena *arena = stub->arena;
	struct signature_order order = {
		.method = STR("POST"), .target = STR("/inbox"), .host = str_of(stub->host),
		.content_type = STR("application/activity+json"), .key_id = actor->key_id, .key = actor->key,
		.now_ms = clock_now_ms(),
	};
	struct header headers[SIGNATURE_MADE_HEADERS];
	struct http_request request = {
		.method = "POST", .target = "/inbox", .port = stub->scene->a.port, .type = "application/activity+json",
		.headers = headers, .header_count = SIGNATURE_MADE_HEADERS,
	};
	char date[DATE_ISO_BYTES];
	struct buf bytes;

	date_iso(order.now_ms, date);
	request.body = order.body = arena_printf(arena,
		"{" CONTEXT ",\"id\":\"%s/activities/%zu\",\"type\":\"Create\",\"actor\":\"%.*s\",\"published\":\"%s\","
		"\"to\":[\"" PUBLIC "\"],\"cc\":[\"%.*s/followers\"],\"object\":{\"id\":\"%s/notes/%zu\",\"type\":\"Note\","
		"\"attributedTo\":\"%.*s\",\"published\":\"%s\",\"to\":[\"" PUBLIC "\"],\"cc\":[\"%.*s/followers\"],"
		"\"url\":\"%s/notes/%zu\",\"content\":\"<p>%zu %.*s</p>\"}}",
		stub->url, number, STR_ARG(actor->uri), date, STR_ARG(actor->uri), stub->url, number, STR_ARG(actor->uri),
		date, STR_ARG(actor->uri), stub->url, number, number, STR_ARG(stub->scene->text));
	if (signature_make(arena, &order, headers) != OK)
		give_up("a delivery cannot be signed");
	buf_init(&bytes, arena, 0);
	http_write(&bytes, &request);
	return buf_str(&bytes);
}

static void make_deliveries(struct stub *stub)
{
	for (stub->made = 0; stub->made < DELIVERIES; stub->made++)
		stub->requests[stub->made] = make_delivery(stub, &stub->actors[stub->made % ACTORS], stub->made);
}

static bool next_delivery(void *context, unsigned connection, struct buf *request)
{
	struct stub *stub = context;

	(void)connection;
	if (stub->used == stub->made)
		return false;
	buf_add(request, stub->requests[stub->used++]);
	return true;
}

/* The deliveries of these numbers, as far as the time allows. */
static void deliver(struct stub *stub, uint16_t port, unsigned connections, size_t from, size_t to,
                    struct load_result *result)
{
	const struct load load = {
		.port = port, .connections = connections, .status = 202, .seconds = BOUND_SECONDS, .next = next_delivery,
		.context = stub,
	};
	size_t made = stub->made;

	stub->used = from;
	stub->made = to;
	load_run(&load, result);
	stub->made = made;
}

/* How many posts of the stub the public timeline of node a holds. */
static size_t count_arrived(struct stub *stub)
{
	struct arena *arena = arena_new();
	struct http_request page = { .method = "GET", .port = stub->scene->a.port, .token = stub->scene->posters[0].token };
	struct str last = STR_NONE;
	size_t arrived = 0, n = 1;
	int fd = http_connect(stub->scene->a.port);

	while (n) {
		json_t *posts;

		page.target = arena_printf(arena, "/api/v1/timelines/public?remote=true&limit=40%s%.*s",
		                           last.n ? "&max_id=" : "", STR_ARG(last)).p;
		if (json_parse(arena, http_must(arena, fd, &page, 200), &posts) != OK)
			give_up("a timeline that is no JSON");
		n = json_count(posts);
		for (size_t i = 0; i < n; i++)
			arrived += str_starts(json_member_str(json_at(posts, i), "uri"), str_of(stub->url));
		last = arena_str(stub->arena, json_member_str(json_at(posts, n ? n - 1 : 0), "id"));
		arena_reset(arena);
	}
	close(fd);
	arena_free(arena);
	return arrived;
}

/* limits */

static double raw_verifications(struct stub *stub)
{
	enum { AT_ONCE = 100 };
	struct str data = STR("what was signed"), signature;
	struct pkey *key;
	size_t count = 0;
	int64_t start;

	if (pkey_parse_public(stub->arena, stub->actors[0].public_pem, &key) != OK ||
	    pkey_sign(stub->arena, stub->actors[0].key, data, &signature) != OK)
		give_up("no signature to verify");
	for (start = now_us(); now_us() - start < 1000000; count += AT_ONCE)
		for (int i = 0; i < AT_ONCE; i++)
			if (!pkey_verify(key, PKEY_SHA256, data, signature))
				give_up("a good signature does not verify");
	return (double)count * 1e6 / (double)(now_us() - start);
}

static void start_bare_inbox(struct stub *stub, struct bare *bare)
{
	struct bare_key *keys = ARENA_ARRAY(stub->arena, struct bare_key, ACTORS);

	for (size_t i = 0; i < ACTORS; i++)
		keys[i] = (struct bare_key){ stub->actors[i].key_id, stub->actors[i].public_pem };
	bare_inbox(bare, port_take(), str_of(stub->host), keys, ACTORS);
}

struct outcome {
	struct load_result node, bare;
	struct raw_puts_result raw;
	double node_cpu_us, bare_cpu_us, grown_bytes;
};

/* All deliveries to the node and to the bare inbox, and raw puts of as many bytes, in turns. */
static void take_turns(struct stub *stub, struct outcome *outcome)
{
	struct scene *scene = stub->scene;
	struct raw_puts *puts = raw_puts_open(stub->requests[0].n);
	size_t from = ACTORS, each = (DELIVERIES - ACTORS) / TURNS;
	uint64_t bytes = node_file_bytes(&scene->a);
	double cpu_us = process_cpu_us(scene->a.pid);
	struct bare bare;

	start_bare_inbox(stub, &bare);
	for (int i = 0; i < TURNS; i++, from += each) {
		deliver(stub, scene->a.port, CONNECTIONS, from, from + each, &outcome->node);
		deliver(stub, bare.port, CONNECTIONS, from, from + each, &outcome->bare);
		raw_puts_writer(puts, CONNECTIONS, RAW_SECONDS, &outcome->raw);
	}
	outcome->node_cpu_us = process_cpu_us(scene->a.pid) - cpu_us;
	outcome->bare_cpu_us = process_cpu_us(bare.pid);
	outcome->grown_bytes = (double)(node_file_bytes(&scene->a) - bytes);
	bare_stop(&bare);
	raw_puts_close(puts);
}

static void report_inbox(struct stub *stub, struct outcome *outcome)
{
	struct report *report = stub->scene->report;
	struct figure figure = { .measure = "signed inbox, RSA, durable", .connections = CONNECTIONS }, beside;
	double count = (double)outcome->node.waits.count;

	figure_measured(&figure, &outcome->node.waits, outcome->node.seconds, outcome->node_cpu_us);
	beside = figure;
	beside.limit = "bare inbox";
	beside.ratio_at_least = 0.7;
	figure_limit(&beside, &outcome->bare.waits, outcome->bare.seconds, outcome->bare_cpu_us);
	report_add(report, &beside);
	beside = figure;
	beside.limit = arena_printf(stub->arena, "raw puts of %zu B", stub->requests[0].n).p;
	figure_limit(&beside, &outcome->raw.waits, outcome->raw.seconds, outcome->raw.cpu_us);
	report_add(report, &beside);
	beside = figure;
	beside.limit = "RSA verify, one core";
	beside.limit_per_second = raw_verifications(stub);
	report_add(report, &beside);
	report_add(report, &(struct figure){
		.measure = "disk per received post", .value = outcome->grown_bytes / count, .unit = "B", .value_at_most = 4096,
	});
}

static void measure_with(struct stub *stub)
{
	struct scene *scene = stub->scene;
	struct outcome outcome = { 0 };
	struct load_result first = { 0 };
	size_t acknowledged, arrived;

	node_command(&scene->a, (const char *const[]){ "peer", "add", stub->url + strlen("http://"), "--url", stub->url,
	                                               NULL });
	make_deliveries(stub);
	deliver(stub, scene->a.port, 1, 0, ACTORS, &first);  /* each actor is fetched once */
	take_turns(stub, &outcome);
	acknowledged = first.waits.count + outcome.node.waits.count;
	arrived = count_arrived(stub);
	if (arrived != acknowledged)
		give_up("of %zu acknowledged deliveries the timeline shows %zu", acknowledged, arrived);
	report_inbox(stub, &outcome);
	waits_clear(&first.waits);
	waits_clear(&outcome.node.waits);
	waits_clear(&outcome.bare.waits);
	waits_clear(&outcome.raw.waits);
}

void measure_inbox(struct scene *scene)
{
	struct stub *stub = ARENA_NEW(scene->arena, struct stub);
	struct bare server;

	stub->scene = scene;
	stub->arena = scene->arena;
	stub->port = port_take();
	stub->url = arena_printf(scene->arena, "http://127.0.0.1:%u", stub->port).p;
	stub->host = arena_printf(scene->arena, "127.0.0.1:%u", scene->a.port).p;
	make_answers(stub);
	bare_serve(&server, stub->port, stub->answers, ANSWERS);
	measure_with(stub);
	bare_stop(&server);
}
