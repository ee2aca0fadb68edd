/* Signed deliveries from their bytes to their effect: who gets in, who does not, and what is fetched meanwhile. */
#include "federation/inbox.h"

#include "federation/budget.h"
#include "federation/knock.h"
#include "federation/policy.h"
#include "federation/resolve.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "storage/peers.h"
#include "storage/posts.h"
#include "storage/refusals.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define NOTE_1 "https://b.example/notes/1"

static const struct str carols_key = { CAROL "#main-key", sizeof(CAROL "#main-key") - 1 };
static const struct str daves_key = { DAVE "#main-key", sizeof(DAVE "#main-key") - 1 };

static struct rig *rig;

static const char *note(const char *actor, const char *number)
{
	return rig_text(rig,
	                "{" AS "'id':'https://b.example/a/%s','type':'Create','actor':'%s','object':{"
	                "'id':'https://b.example/notes/%s','type':'Note','attributedTo':'%s','content':'Hi',"
	                "'to':['" PUBLIC "']}}",
	                number, actor, number, actor);
}

static size_t refusals(void)
{
	struct refusal *lines;
	size_t count;

	refusals_page(rig->arena, world_read(rig->world), STR_NONE, 100, &lines, &count);
	return count;
}

static bool known(const char *uri)
{
	struct account account;

	return accounts_by_uri(rig->arena, world_read(rig->world), str_of(uri), &account) == OK;
}

static void check_the_way_in(void)
{
	struct rig_delivery delivery = { .key_id = carols_key };
	struct incoming incoming, again;

	rig = rig_new();
	delivery.json = note(CAROL, "1");
	rig_sign(rig, &delivery, &incoming);
	again = incoming;
	is_int(rig_receive(rig, &incoming), OK, "a signed delivery of a known person gets in");
	ok(rig_find_post(rig, NOTE_1).id, "and has its effect");
	is_int(rig->asked, 0, "without asking anybody");
	is_int(rig_receive(rig, &again), OK, "the same bytes once more are answered");
	ok(again.duplicate, "as what we had");
	is_int(refusals(), 1, "with a line in the journal");
	clock_advance_for_test(SECOND_MS);
	is_int(rig_deliver(rig, delivery.json, carols_key), OK, "the same activity, signed anew, is answered");
	rig_free(rig);
}

/* A document with one thing in the id of its key for another. */
static const char *with_key(const char *document, const char *from, const char *to)
{
	const char *key = strstr(document, "'publicKey':{'id':'");
	const char *at = key ? strstr(key, from) : NULL;

	if (!at)
		abort();
	return rig_text(rig, "%.*s%s%s", (int)(at - document), document, to, at + strlen(from));
}

/* The headers of a request whose signature is another's. */
static struct header *forged(const struct incoming *incoming)
{
	struct header *headers = ARENA_ARRAY(rig->arena, struct header, incoming->request.header_count);

	for (size_t i = 0; i < incoming->request.header_count; i++) {
		headers[i] = incoming->request.headers[i];
		if (str_eq_nocase(headers[i].name, STR("Signature"))) {
			char *value = arena_cstr(rig->arena, headers[i].value);
			char *bytes = strstr(value, "signature=\"");

			bytes[11] = bytes[11] == 'A' ? 'B' : 'A';
			headers[i].value = str_of(value);
		}
	}
	return headers;
}

static void check_lost_writes(void)
{
	struct rig_delivery delivery = { .key_id = carols_key };
	struct incoming lost, again, copy;

	rig = rig_new();
	delivery.json = note(CAROL, "1");
	rig_sign(rig, &delivery, &lost);
	again = copy = lost;
	is_int(inbox_check(&lost, world_read(rig->world)), OK, "a delivery is let in, and then the disk is full");
	is_int(inbox_check(&copy, world_read(rig->world)), OK, "a second copy was under way at the same time");
	is_int(rig_receive(rig, &again), OK, "the same bytes once more are taken");
	ok(!again.duplicate && rig_find_post(rig, NOTE_1).id, "and have the effect that was lost");
	world_write(rig->world);
	is_int(inbox_write(&copy, rig->world->txn), OK, "the copy that waited is answered");
	world_commit(rig->world);
	is_int(rig_notices(rig, &rig->alice, 0), 0, "and has no effect of its own");
	rig_free(rig);
}

static void check_strangers(void)
{
	struct incoming incoming;
	struct rig_delivery delivery = { .key_id = STR("https://evil.example/u/1#main-key") };
	struct header headers[2];

	rig = rig_new();
	delivery.json = "{" AS "'id':'https://evil.example/a/1','type':'Like','actor':'https://evil.example/u/1',"
			"'object':'https://a.example/p/1'}";
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_DENIED, "an origin that is not on the list is refused");
	is_int(rig->asked, 0, "and nothing is fetched from it");
	ok(incoming.reason && strstr(incoming.reason, "allow list"), "it is told why");
	world_write(rig->world);
	is_int(inbox_refuse_write(&incoming, rig->world->txn), OK, "the journal takes the refusal");
	world_commit(rig->world);
	is_int(refusals(), 1, "as one line");
	delivery.key_id = carols_key;
	delivery.json = note(CAROL, "1");
	rig_sign(rig, &delivery, &incoming);
	memcpy(headers, incoming.request.headers, sizeof headers);
	incoming.request.headers = headers;
	incoming.request.header_count = 2;
	is_int(rig_receive(rig, &incoming), ERR_UNAUTHORIZED, "an unsigned delivery is not let in");
	rig->peer.paused = true;
	world_write(rig->world);
	peers_put(rig->world->txn, &rig->peer);
	world_commit(rig->world);
	is_int(rig_deliver(rig, delivery.json, carols_key), ERR_BUSY, "a paused peer is put off");
	rig_free(rig);
}

static void check_signatures(void)
{
	struct rig_delivery delivery = { .key_id = carols_key };
	struct incoming incoming;

	rig = rig_new();
	delivery.json = note(CAROL, "1");
	rig_sign(rig, &delivery, &incoming);
	incoming.request.body = rig_json(rig, note(CAROL, "2"));
	is_int(rig_receive(rig, &incoming), ERR_UNAUTHORIZED, "another body under the same digest is not let in");
	delivery.host = "c.example";
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_UNAUTHORIZED, "what was signed for another host is not let in");
	delivery.host = NULL;
	delivery.late_ms = HOUR_MS;
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_UNAUTHORIZED, "what was signed an hour ago is not let in");
	ok(incoming.reason && strstr(incoming.reason, "clock"), "and is told of the clock");
	delivery.late_ms = -HOUR_MS;
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_UNAUTHORIZED, "nor what will be signed in an hour");
	delivery.late_ms = 0;
	delivery.json = "{'type':";
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_INVALID, "what is no JSON is no activity");
	is_int(rig_find_post(rig, NOTE_1).id, 0, "none of it has an effect");
	is_int(rig->asked, 0, "nor is anything fetched");
	rig_free(rig);
}

/* Where the node says that something is gone, that says nothing of an actor who is still there. */
static void check_ends_of_others(void)
{
	rig = rig_new();
	rig_serve(rig, "https://b.example/gone", 410, NULL, "");
	rig_serve_actor(rig, CAROL, "Person", "carol");
	is_int(rig_deliver(rig,
	                   "{" AS "'id':'https://b.example/a/d','type':'Delete','actor':'" CAROL "','object':'" CAROL "'}",
	                   STR("https://b.example/gone#main-key")),
	       ERR_UNAUTHORIZED, "with a key that is gone, nobody ends another");
	ok(known(CAROL) && rig_deliver(rig, note(CAROL, "1"), carols_key) == OK, "who stays as he was");
	rig_serve(rig, CAROL, 410, NULL, "");
	is_int(rig_deliver(rig,
	                   "{" AS "'id':'https://b.example/a/e','type':'Delete','actor':'" CAROL "','object':'" CAROL "'}",
	                   STR("https://b.example/gone#other-key")),
	       OK, "one who is gone himself is");
	rig_free(rig);
}

static void check_actors(void)
{
	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	is_int(rig_deliver(rig, note(DAVE, "1"), carols_key), ERR_DENIED, "nobody delivers what another did");
	is_int(rig_deliver(rig,
	                   "{" AS "'id':'https://evil.example/a/1','type':'Like','actor':'https://evil.example/u/1',"
	                   "'object':'https://b.example/notes/1'}",
	                   carols_key),
	       ERR_DENIED, "least of all of another origin");
	is_int(rig_find_post(rig, NOTE_1).id, 0, "it has no effect");
	is_int(rig_deliver(rig, note(CAROL, "1"), carols_key), OK, "one's own gets in");
	is_int(rig_deliver(rig,
	                   "{" AS "'id':'https://b.example/a/d','type':'Delete','actor':'" CAROL "',"
	                   "'object':'https://evil.example/n/1'}",
	                   carols_key),
	       OK, "what is not the actor's to do is answered like anything else");
	is_int(refusals(), 1, "and stands in the journal");
	rig_free(rig);
}

/* How carol's node is signed to, for all we know. */
static struct peer peer_known(void)
{
	struct peer peer;

	if (policy_peer_by_url(rig->arena, world_read(rig->world), STR(CAROL), &peer) != OK)
		abort();
	return peer;
}

static int receive_signed(const char *json, bool message)
{
	struct rig_delivery delivery = { .json = json, .key_id = carols_key, .message = message };
	struct incoming incoming;

	rig_sign(rig, &delivery, &incoming);
	return rig_receive(rig, &incoming);
}

static void check_way_heard(void)
{
	int64_t first_ms;

	rig = rig_new();
	is_int(receive_signed(note(CAROL, "1"), false), OK, "who signs in the draft's form gets in");
	is_int(peer_known().way_ms, 0, "and nothing is learned from it");
	is_int(receive_signed(note(CAROL, "2"), true), OK, "who signs by RFC 9421 gets in");
	first_ms = peer_known().way_ms;
	ok(first_ms && peer_known().way == KNOCK_MESSAGE && !peer_known().way_tried, "and is signed to so from then on");
	is_int(receive_signed(note(CAROL, "3"), true), OK, "the next one gets in");
	is_int(peer_known().way_ms, first_ms, "and the peer is not written again");
	rig_free(rig);
}

static void check_new_keys(void)
{
	struct account carol;

	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	is_int(rig_deliver(rig, note(DAVE, "1"), daves_key), OK, "an unknown signer of a listed origin is asked for");
	ok(known(DAVE), "and kept");
	ok(rig_find_post(rig, NOTE_1).id, "and has the effect at once");
	carol = rig->carol;
	carol.key_pem = STR("-----BEGIN PUBLIC KEY-----\nnot this one\n-----END PUBLIC KEY-----\n");
	world_write(rig->world);
	accounts_put(rig->world->txn, &carol);
	world_commit(rig->world);
	rig_serve_actor(rig, CAROL, "Person", "carol");
	is_int(rig_deliver(rig, note(CAROL, "2"), carols_key), OK, "a changed key is fetched anew");
	rig->asked = 0;
	is_int(rig_deliver(rig, note(CAROL, "3"), carols_key), OK, "and known from then on");
	is_int(rig->asked, 0, "without asking again");
	rig_free(rig);

	rig = rig_new();
	is_int(rig_deliver(rig, note(DAVE, "1"), daves_key), ERR_UNAUTHORIZED, "a key that is nowhere is of no use");
	rig->asked = 0;
	clock_advance_for_test(MINUTE_MS);
	is_int(rig_deliver(rig, note(DAVE, "1"), daves_key), ERR_UNAUTHORIZED, "nor a minute later");
	is_int(rig->asked, 0, "when it is not even asked for");
	clock_advance_for_test(5 * MINUTE_MS);
	rig_serve_actor(rig, DAVE, "Person", "dave");
	is_int(rig_deliver(rig, note(DAVE, "1"), daves_key), OK, "after a while it is asked for again");
	rig_free(rig);

	rig = rig_new();
	rig_serve(rig, DAVE, 0, NULL, "");
	is_int(rig_deliver(rig, note(DAVE, "1"), daves_key), ERR_BUSY, "a node that does not answer costs a retry only");
	rig_serve_actor(rig, DAVE, "Person", "dave");
	is_int(rig_deliver(rig, note(DAVE, "2"), daves_key), OK, "and nothing when it is back");
	rig_free(rig);
}

static void check_key_budget(void)
{
	struct rig_delivery delivery;
	struct incoming incoming;
	int r = OK;

	rig = rig_new();
	for (int i = 0; i < 3 * BUDGET_KEYS; i++) {
		delivery = (struct rig_delivery){ .json = note(DAVE, "1") };
		delivery.key_id = arena_printf(rig->arena, "https://b.example/users/%d#main-key", i);
		rig_sign(rig, &delivery, &incoming);
		r = rig_receive(rig, &incoming);
	}
	is_int(r, ERR_UNAUTHORIZED, "keys that a stranger makes up are of no use");
	is_int(rig->asked, BUDGET_KEYS, "and only so many of one node are asked for");
	ok(incoming.reason && strstr(incoming.reason, "too many"), "the sender is told");
	clock_advance_for_test(SECOND_MS);
	rig->asked = 0;
	for (int i = 0; i < BUDGET_KEYS; i++) {
		delivery.key_id = arena_printf(rig->arena, "https://b.example/users/x%d#main-key", i);
		rig_sign(rig, &delivery, &incoming);
		rig_receive(rig, &incoming);
	}
	is_int(rig->asked, SECOND_MS / BUDGET_KEY_MS, "a few more each second");
	is_int(rig_deliver(rig, note(CAROL, "2"), carols_key), OK, "known keys cost nothing");
	rig_free(rig);

	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	delivery = (struct rig_delivery){ .json = note(DAVE, "1"), .key_id = daves_key };
	rig_sign(rig, &delivery, &incoming);
	incoming.request.headers = forged(&incoming);
	is_int(rig_receive(rig, &incoming), ERR_UNAUTHORIZED, "a forged signature has no effect");
	world_write(rig->world);
	inbox_refuse_write(&incoming, rig->world->txn);
	world_commit(rig->world);
	is_int(rig_deliver(rig, note(DAVE, "2"), daves_key), OK, "nor does it keep out whose it seemed to be");
	rig_free(rig);
}

static void check_set_up_anew(void)
{
	const char *again = "https://b.example/users/2";
	struct account account;

	rig = rig_new();
	rig_serve_actor(rig, again, "Person", "carol");
	is_int(rig_deliver(rig, note(again, "1"), str_of("https://b.example/users/2#main-key")), OK,
	       "a node that was set up anew may give a name again");
	accounts_by_name(rig->arena, world_read(rig->world), STR("carol"), STR("b.example"), &account);
	is_str(account.uri, str_of(again), "it is the new one's");
	accounts_get(rig->arena, rig->world->view, rig->carol.id, &account);
	ok(account.deleted, "and the old one is gone");
	rig_free(rig);

	rig = rig_new();
	rig_deliver(rig, "{" AS "'id':'" CAROL "#end','type':'Delete','actor':'" CAROL "','object':'" CAROL "'}", carols_key);
	rig_serve_actor(rig, again, "Person", "carol");
	clock_advance_for_test(SECOND_MS);
	is_int(rig_deliver(rig, note(again, "1"), str_of("https://b.example/users/2#main-key")), OK,
	       "a node may give the name of somebody gone again");
	ok(known(again), "and the new one is known");
	rig_free(rig);
}

static void check_stolen_names(void)
{
	const char *mallory = "https://b.example/users/mallory";
	const struct str key = STR("https://b.example/users/mallory#main-key");
	struct account carol;

	rig = rig_new();
	rig_serve_actor(rig, mallory, "Application", "carol");
	rig_deliver(rig, note(mallory, "1"), key);
	ok(!known(mallory), "an actor without a handle of its own takes nobody's name");
	rig_serve_actor(rig, mallory, "Person", "carol");
	rig_serve(rig, "https://b.example/.well-known/webfinger?resource=acct%3Acarol%40b.example", 404, "text/plain", "");
	clock_advance_for_test(HOUR_MS);
	rig_deliver(rig, note(mallory, "1"), key);
	ok(!known(mallory), "nor does one whose handle cannot be proved");
	accounts_get(rig->arena, world_read(rig->world), rig->carol.id, &carol);
	ok(!carol.deleted, "whose it is keeps it");
	rig_free(rig);

	rig = rig_new();
	rig_serve(rig, mallory, 200, NULL, with_key(rig_serve_actor(rig, mallory, "Person", "mallory"), mallory, DAVE));
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_serve(rig, "https://b.example/notes/7", 200, NULL,
	          rig_text(rig, "{" AS "'id':'https://b.example/notes/7','type':'Note','attributedTo':'%s','content':'x',"
	                        "'to':'" PUBLIC "'}", mallory));
	rig_deliver(rig,
	            "{" AS "'id':'https://b.example/a/8','type':'Announce','actor':'" CAROL "','to':'" PUBLIC "',"
	            "'object':'https://b.example/notes/7'}",
	            carols_key);
	rig_resolve(rig);
	ok(known(mallory), "an actor may say that he has another's key");
	rig_serve_actor(rig, DAVE, "Person", "dave");
	is_int(rig_deliver(rig, note(DAVE, "1"), daves_key), OK, "which does not keep the other one out");
	ok(rig_find_post(rig, NOTE_1).id, "nor silent");
	rig_free(rig);
}

static void check_suspended(void)
{
	struct account carol;
	struct incoming incoming;
	struct rig_delivery delivery = { .key_id = STR(CAROL "#second-key") };

	rig = rig_new();
	carol = rig->carol;
	carol.disabled = true;
	world_write(rig->world);
	accounts_put(rig->world->txn, &carol);
	world_commit(rig->world);
	is_int(rig_deliver(rig, note(CAROL, "1"), carols_key), ERR_DENIED, "who is suspended says nothing here");
	rig_serve(rig, CAROL, 200, NULL, with_key(rig_serve_actor(rig, CAROL, "Person", "carol"), "#main", "#second"));
	delivery.json = note(CAROL, "2");
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_DENIED, "not with another key either");
	rig_free(rig);
}

static void check_false_keys(void)
{
	rig = rig_new();
	rig_serve_actor(rig, "https://b.example/users/mallory", "Person", "mallory");
	rig_serve(rig, "https://b.example/keys/1", 200, NULL,
	          "{'id':'https://b.example/keys/1','owner':'" DAVE "','publicKeyPem':'x'}");
	rig_serve_actor(rig, DAVE, "Person", "dave");
	is_int(rig_deliver(rig, note(DAVE, "1"), STR("https://b.example/keys/1")), ERR_UNAUTHORIZED,
	       "a key that its owner does not name is of no use");
	rig_serve(rig, "https://b.example/users/erin", 200, "text/plain", rig_serve_actor(rig, DAVE, "Person", "dave"));
	is_int(rig_deliver(rig, note("https://b.example/users/erin", "2"), STR("https://b.example/users/erin#main-key")),
	       ERR_UNAUTHORIZED, "nor is an upload that looks like an actor");
	rig_serve(rig, "https://b.example/users/frank", 200, NULL,
	          rig_text(rig, "%s", rig_serve_actor(rig, "https://evil.example/u/1", "Person", "x")));
	is_int(rig_deliver(rig, note("https://b.example/users/frank", "3"), STR("https://b.example/users/frank#main-key")),
	       ERR_UNAUTHORIZED, "nor a document that says it is another's");
	ok(!known("https://evil.example/u/1"), "and nobody came to be known by it");
	rig_free(rig);
}

static void check_ends(void)
{
	const char *end = "{" AS "'id':'" DAVE "#delete','type':'Delete','actor':'" DAVE "','object':'" DAVE "'}";
	struct account carol;

	rig = rig_new();
	is_int(rig_deliver(rig, end, daves_key), OK, "the end of somebody unknown is answered");
	is_int(rig->asked, 0, "without a question");
	carol = rig->carol;
	carol.key_pem = STR("x");
	world_write(rig->world);
	accounts_put(rig->world->txn, &carol);
	world_commit(rig->world);
	end = "{" AS "'id':'" CAROL "#delete','type':'Delete','actor':'" CAROL "','object':'" CAROL "'}";
	is_int(rig_deliver(rig, end, carols_key), ERR_UNAUTHORIZED, "an end that cannot be proved has no effect");
	clock_advance_for_test(6 * MINUTE_MS);
	rig_serve(rig, CAROL, 410, NULL, "{}");
	is_int(rig_deliver(rig, end, carols_key), OK, "an end that the actor's node confirms is believed");
	accounts_get(rig->arena, world_read(rig->world), rig->carol.id, &carol);
	ok(carol.deleted, "and has its effect");
	rig_free(rig);
}

static void check_waiting(void)
{
	const char *boost = "{" AS "'id':'https://b.example/a/b1','type':'Announce','actor':'" CAROL "',"
			    "'to':['" PUBLIC "'],'object':'https://b.example/notes/7'}";
	const char *bare = "{" AS "'id':'https://b.example/a/c8','type':'Create','actor':'" CAROL "',"
			   "'object':'https://b.example/notes/8'}";
	struct post post;
	uint64_t boost_id;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_serve(rig, "https://b.example/notes/7", 200, NULL,
	          "{" AS "'id':'https://b.example/notes/7','type':'Note','attributedTo':'" DAVE "',"
	          "'content':'Boosted','to':'" PUBLIC "'}");
	is_int(rig_deliver(rig, boost, carols_key), OK, "a boost of the unknown is taken");
	clock_advance_for_test(SECOND_MS);
	is_int(rig_deliver(rig, boost, carols_key), OK, "twice");
	is_int(rig_resolve(rig), 1, "and waits once");
	post = rig_find_post(rig, "https://b.example/notes/7");
	is_str(post.content, STR("Boosted"), "what it boosts is fetched");
	is_int(posts_boost_get(world_read(rig->world), post.id, rig->carol.id, &boost_id), OK, "and the boost applied");
	is_int(rig_deliver(rig, bare, carols_key), OK, "a Create may name its post only");
	rig_serve(rig, "https://b.example/notes/8", 200, NULL,
	          rig_text(rig,
	                   "{" AS "'id':'https://b.example/notes/8','type':'Note','attributedTo':'" CAROL "',"
	                   "'content':'Fetched','to':'" PUBLIC "','cc':'%.*s',"
	                   "'tag':{'type':'Mention','href':'%.*s'}}",
	                   STR_ARG(rig->alice.uri), STR_ARG(rig->alice.uri)));
	is_int(rig_resolve(rig), 1, "it is fetched");
	ok(rig_find_post(rig, "https://b.example/notes/8").id, "and kept");
	is_int(rig_notices(rig, &rig->alice, NOTICE_MENTION), 1, "and tells whom it mentions");
	rig_free(rig);
}

static void check_instance(void)
{
	struct rig_delivery delivery = { .key_id = STR("https://b.example/actor#main-key") };
	struct incoming incoming;
	struct peer peer;

	rig = rig_new();
	rig_serve_actor(rig, "https://b.example/actor", "Application", "b.example");
	delivery.json = "{" AS "'id':'https://b.example/a/9','type':'View','actor':'https://b.example/actor',"
			"'object':'https://a.example/p/1'}";
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), OK, "a peer's instance actor speaks");
	peers_get(rig->arena, world_read(rig->world), rig->peer.id, &peer);
	is_str(peer.key_id, delivery.key_id, "and its key is pinned at first contact");
	is_int(peer.contacted_ms, RIG_NOW_MS, "whose time is kept");
	is_int(incoming_beholder(&incoming).kind, BEHOLDER_PEER, "it reads as the peer");
	peer.key_pem = STR("another");
	world_write(rig->world);
	peers_put(rig->world->txn, &peer);
	world_commit(rig->world);
	clock_advance_for_test(SECOND_MS);
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), ERR_UNAUTHORIZED, "another key than the pinned one is not let in");
	rig_free(rig);

	rig = rig_new();
	rig_serve_actor(rig, "https://b.example/users/bot", "Application", "bot");
	delivery.key_id = STR("https://b.example/users/bot#main-key");
	delivery.json = "{" AS "'id':'https://b.example/a/9','type':'View','actor':'https://b.example/users/bot',"
			"'object':'https://a.example/p/1'}";
	rig_sign(rig, &delivery, &incoming);
	is_int(rig_receive(rig, &incoming), OK, "an Application among the people of a peer speaks");
	peers_get(rig->arena, world_read(rig->world), rig->peer.id, &peer);
	ok(!peer.key_id.n && peer.contacted_ms, "but is not taken for the peer");
	rig_free(rig);
}

/* The last try of a job that is told to come later: what waited for it goes with it, and may be sent again. */
static void check_last_try(void)
{
	const char *boost = "{" AS "'id':'https://b.example/a/z','type':'Announce','actor':'" CAROL "','to':'" PUBLIC "',"
			    "'object':'https://b.example/notes/9'}";
	struct job *jobs, last;
	struct txn *txn;
	size_t count;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_deliver(rig, boost, carols_key);
	jobs_page(rig->arena, world_read(rig->world), 10, &jobs, &count);
	last = jobs[0];
	last.tries = RESOLVE_TRIES - 1;
	txn = world_write(rig->world);
	jobs_finish(txn, &jobs[0]);
	jobs_add(txn, &last);
	world_commit(rig->world);
	for (int i = 0; i < BUDGET_AT_ONCE; i++)
		budget_enter(rig->federation.budget, STR("https://b.example"));
	rig_resolve(rig);
	clock_advance_for_test(SECOND_MS);
	rig_deliver(rig, boost, carols_key);
	is_int(rig_jobs_waiting(rig, "resolve"), 1, "what was given up is tried anew when it comes again");
	rig_free(rig);
}

/* Hundreds of jobs that fetch something there. */
static void wait_for(const char *uri, int hundreds)
{
	struct job job = { .kind = STR("resolve"), .argument = str_of(uri) };

	for (int i = 0; i < hundreds; i++) {
		struct txn *txn = world_write(rig->world);

		for (int k = 0; k < 100; k++) {
			job.id = 0;
			jobs_add(txn, &job);
		}
		world_commit(rig->world);
	}
}

static uint64_t jobs_kept(void)
{
	uint64_t count;

	return view_count(world_read(rig->world), SPACE_JOB, &count) ? 0 : count;
}

static const char *boost_of_8(const char *number)
{
	return rig_text(rig,
	                "{" AS "'id':'https://b.example/a/%s','type':'Announce','actor':'" CAROL "','to':'" PUBLIC "',"
	                "'object':'https://b.example/notes/8'}", number);
}

/* What an origin does not answer for must not keep out what goes to others. */
static void check_shared_room(void)
{
	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	wait_for("https://b.example/slow", 50);
	is_int(rig_deliver(rig, boost_of_8("h"), carols_key), ERR_BUSY, "an origin gets half of the room at most");
	is_int(rig_deliver(rig,
	                   "{" AS "'id':'https://b.example/a/q','type':'Create','actor':'" CAROL "','object':{"
	                   "'id':'https://b.example/notes/q','type':'Note','attributedTo':'" CAROL "','content':'q',"
	                   "'to':['" PUBLIC "'],'quote':'https://b.example/slow/1','inReplyTo':'https://b.example/slow/2'}}",
	                   carols_key), OK, "a post that names more is taken");
	is_int(jobs_kept(), 5000, "without what it names");
	rig_free(rig);
}

/* What waits for a fetch is bounded: each costs a job and room until it was tried. */
static void check_waiting_room(void)
{
	char *spaces;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	spaces = arena_alloc(rig->arena, 100 * 1024);
	memset(spaces, ' ', 100 * 1024 - 1);
	is_int(rig_deliver(rig,
	                   rig_text(rig, "%s{" AS "'id':'https://b.example/a/l','type':'Announce','actor':'" CAROL "',"
	                                 "'to':'" PUBLIC "','object':'https://b.example/notes/8'}", spaces),
	                   carols_key), OK, "an activity that is large and needs a fetch is answered");
	is_int(rig_jobs_waiting(rig, "resolve"), 0, "and not kept");
	wait_for("https://c.example/slow", 50);
	is_int(rig_deliver(rig, boost_of_8("h"), carols_key), OK, "half of the room may be one origin's");
	is_int(jobs_kept(), 5001, "others find a place beside it");
	wait_for("https://b.example/slow", 50);
	is_int(rig_deliver(rig, boost_of_8("m"), carols_key), ERR_BUSY, "when too much is waiting the sender is put off");
	is_int(rig_deliver(rig, note(CAROL, "1"), carols_key), OK, "with that alone");
	rig_free(rig);
}

int main(void)
{
	check_the_way_in();
	check_lost_writes();
	check_strangers();
	check_signatures();
	check_ends_of_others();
	check_actors();
	check_way_heard();
	check_new_keys();
	check_key_budget();
	check_set_up_anew();
	check_stolen_names();
	check_suspended();
	check_false_keys();
	check_ends();
	check_waiting();
	check_instance();
	check_last_try();
	check_waiting_room();
	check_shared_room();
	return done();
}
