/* Followers synchronisation (FEP-8fcf): the digest, what is said and answered, what is believed, what is mended. */
#include "federation/followers_sync.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "storage/follower_digest.h"
#include "storage/graph.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define COLLECTION "https://b.example/u/carol/followers"
#define ONES "1111111111111111111111111111111111111111111111111111111111111111"
#define PARTIAL "https://b.example/u/carol/sync"

static struct rig *rig;
static unsigned made;

static const char *hex_of(const struct follower_digest *digest)
{
	return hex_encode(rig->arena, (struct str){ (const char *)digest->bytes, SHA256_BYTES }).p;
}

static struct follower_digest digest_at(uint64_t account_id, const char *uri)
{
	struct follower_digest digest;

	follower_digest_get(world_read(rig->world), account_id, str_of(uri), &digest);
	return digest;
}

static const char *digest_of(const struct account *const *people)
{
	struct follower_digest digest = { .count = 0 };

	for (; *people; people++)
		follower_digest_xor(&digest, (*people)->uri);
	return hex_of(&digest);
}

#define DIGEST_OF(...) digest_of((const struct account *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL })

/* --- the digest --------------------------------------------------------------------------------------------------- */

static void the_digest_is_that_of_the_proposal(void)
{
	struct follower_digest digest = { .count = 0 };

	rig = rig_new();
	is_str(str_of(hex_of(&digest)), STR("0000000000000000000000000000000000000000000000000000000000000000"),
	       "nobody is all zeros");
	follower_digest_xor(&digest, STR("https://testing.example.org/users/1"));
	follower_digest_xor(&digest, STR("https://testing.example.org/users/2"));
	is_str(str_of(hex_of(&digest)), STR("c33f48cd341ef046a206b8a72ec97af65079f9a3a9b90eef79c5920dce45c61f"),
	       "two are the vector of FEP-8fcf");
	rig_free(rig);
}

static void the_digest_follows_the_follows(void)
{
	struct str header;

	rig = rig_new();
	is_int(digest_at(rig->alice.id, "https://b.example").count, 0, "nobody follows");
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_follows(rig, &rig->bob, &rig->alice);
	header = followers_sync_header(rig->arena, world_read(rig->world), &rig->alice, STR("https://B.example/inbox"));
	is_str(header, rig_json(rig, rig_text(rig, "collectionId='%.*s', url='%.*s/followers_synchronization', digest='%s'",
	                               STR_ARG(rig->alice.followers_uri), STR_ARG(rig->alice.uri), DIGEST_OF(&rig->carol))),
	       "a delivery says who of its receiver's people follows, and nobody else");
	header = followers_sync_header(rig->arena, world_read(rig->world), &rig->alice, STR("https://b.example:444/inbox"));
	ok(str_find(header, STR("digest=\"0000")) != SIZE_MAX, "another port is another origin");
	graph_follow_delete(world_write(rig->world), rig->carol.id, rig->alice.id);
	world_commit(rig->world);
	is_int(digest_at(rig->alice.id, "https://b.example").count, 0, "who left is not in it");
	ok(!view_has(world_read(rig->world), SPACE_FOLLOWER_DIGEST,
	             follower_digest_key(&(struct key){ 0 }, rig->alice.id, STR("https://b.example"))),
	   "and nothing is kept of nobody");
	rig_free(rig);
}

static void a_store_of_before_gets_its_digests(void)
{
	struct follower_digest built;
	struct key key;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	txn_del(world_write(rig->world), SPACE_FOLLOWER_DIGEST,
	        follower_digest_key(&key, rig->alice.id, STR("https://b.example")));
	is_int(follower_digest_build(rig->world->txn), OK, "the migration walks all follows");
	world_commit(rig->world);
	built = digest_at(rig->alice.id, "https://b.example");
	is_str(str_of(hex_of(&built)), str_of(DIGEST_OF(&rig->carol)), "and makes the digest that was");
	is_int(built.count, 1, "with its count");
	rig_free(rig);
}

static void each_node_is_told_of_its_own(void)
{
	struct str_list uris;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_follows(rig, &rig->bob, &rig->alice);
	is_int(followers_sync_members(rig->arena, world_read(rig->world), rig->alice.id, STR("https://b.example"), &uris), OK,
	       "a signer asks");
	ok(uris.count == 1 && str_eq(uris.items[0], rig->carol.uri), "and learns of its own people alone");
	followers_sync_members(rig->arena, world_read(rig->world), rig->alice.id, STR("https://c.example"), &uris);
	is_int(uris.count, 0, "another learns of none");
	rig_free(rig);
}

/* --- what is believed --------------------------------------------------------------------------------------------- */

static void set_up(void)
{
	rig = rig_new();
	world_write(rig->world);
	rig->carol.followers_uri = STR(COLLECTION);
	accounts_put(rig->world->txn, &rig->carol);
	world_commit(rig->world);
}

static int hear(struct str key_id, const struct account *actor, const char *header, bool message)
{
	struct rig_delivery delivery = {
		.json = rig_text(rig, "{'@context':'https://www.w3.org/ns/activitystreams','id':'https://b.example/a/%u',"
		                 "'type':'Like','actor':'%.*s','object':'https://a.example/p/1'}",
		                 ++made, STR_ARG(actor->uri)),
		.key_id = key_id, .extra = { STR(FOLLOWERS_SYNC_HEADER), rig_json(rig, header) },
		.message = message,
	};
	struct incoming incoming;

	rig_sign(rig, &delivery, &incoming);
	return rig_receive(rig, &incoming);
}

static size_t sync_jobs(void)
{
	struct job *jobs;
	size_t count = 0, n = 0;

	jobs_page(rig->arena, world_read(rig->world), 100, &jobs, &count);
	for (size_t i = 0; i < count; i++)
		n += str_eq(jobs[i].kind, STR("followers_sync"));
	return n;
}

static const char *header(const char *collection, const char *url, const char *digest)
{
	return rig_text(rig, "collectionId='%s', url='%s', digest='%s'", collection, url, digest);
}

static void what_agrees_costs_nothing(void)
{
	set_up();
	rig_follows(rig, &rig->alice, &rig->carol);
	is_int(hear(rig->carol.key_id, &rig->carol, header(COLLECTION, PARTIAL, DIGEST_OF(&rig->alice)), false), OK,
	       "a delivery says what we know");
	is_int(sync_jobs(), 0, "and nothing is asked");
	rig_free(rig);
}

static void what_differs_is_asked_for_once(void)
{
	set_up();
	is_int(hear(rig->carol.key_id, &rig->carol, header(COLLECTION, PARTIAL, DIGEST_OF(&rig->alice)), false), OK,
	       "a delivery says otherwise");
	is_int(sync_jobs(), 1, "and is asked about it");
	hear(rig->carol.key_id, &rig->carol, header(COLLECTION, PARTIAL, DIGEST_OF(&rig->bob)), false);
	is_int(sync_jobs(), 1, "not twice within five minutes");
	rig_free(rig);
	set_up();
	hear(rig->carol.key_id, &rig->carol, header(COLLECTION, PARTIAL, DIGEST_OF(&rig->alice)), true);
	is_int(sync_jobs(), 1, "a signature of RFC 9421 covers the header too");
	rig_free(rig);
}

static void what_is_not_the_signers_own_is_not_heard(void)
{
	static const struct { const char *header, *name; } cases[] = {
		{ "", "an empty header" },
		{ "collectionId", "a name alone" },
		{ "collectionId='" COLLECTION "', url='" PARTIAL "'", "no digest" },
		{ "collectionId='" COLLECTION "', url='" PARTIAL "', digest='00'", "a short digest" },
		{ "collectionId='" COLLECTION "', url='" PARTIAL "', digest='1", "an open quote" },
		{ "collectionId='" COLLECTION "', url='" PARTIAL "', digest='"
		  "1111111111111111 http://evil.example/1111111111111111111111111111'", "a digest that is two words" },
		{ "collectionId='" COLLECTION "' url=''" PARTIAL "' digest='" ONES "'",
		  "no commas" },
		{ "collectionId='" COLLECTION "', collectionId='" COLLECTION "', url='" PARTIAL "', digest='"
		  ONES "'", "one thing twice" },
		{ "collectionId='https://b.example/u/erin/followers', url='" PARTIAL "', digest='"
		  ONES "'", "the followers of somebody else" },
		{ "collectionId='" COLLECTION "', url='https://evil.example/sync', digest='"
		  ONES "'", "an address elsewhere" },
		{ "collectionId='" COLLECTION "', url='https://a.example/u/1', digest='"
		  ONES "'", "an address of ours" },
		{ "collectionId='" COLLECTION "', url='http://b.example/sync', digest='"
		  ONES "'", "an address of another scheme" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set_up();
		is_int(hear(rig->carol.key_id, &rig->carol, cases[i].header, false), OK,
		       rig_text(rig, "%s spoils no delivery", cases[i].name));
		is_int(sync_jobs(), 0, "and has us ask nothing");
		rig_free(rig);
	}
}

static void an_unsigned_header_is_not_heard(void)
{
	struct rig_delivery delivery = { .json = NULL };
	struct incoming incoming;
	struct header *headers;

	set_up();
	delivery.json = rig_text(rig, "{'@context':'https://www.w3.org/ns/activitystreams','id':'https://b.example/a/x','type':'Like','object':'https://a.example/p/1','actor':'%.*s'}",
	                         STR_ARG(rig->carol.uri));
	delivery.key_id = rig->carol.key_id;
	rig_sign(rig, &delivery, &incoming);
	headers = ARENA_ARRAY(rig->arena, struct header, incoming.request.header_count + 1);
	memcpy(headers, incoming.request.headers, incoming.request.header_count * sizeof(*headers));
	headers[incoming.request.header_count++] = (struct header){
		STR(FOLLOWERS_SYNC_HEADER), rig_json(rig, header(COLLECTION, PARTIAL, DIGEST_OF(&rig->alice))),
	};
	incoming.request.headers = headers;
	is_int(rig_receive(rig, &incoming), OK, "a header that the signature does not cover spoils nothing");
	is_int(sync_jobs(), 0, "and is not believed");
	rig_free(rig);
}

/* --- what is mended ----------------------------------------------------------------------------------------------- */

static const char *listing(const struct account *const *people, const char *more)
{
	struct buf buf;

	buf_init(&buf, rig->arena, 0);
	for (bool first = true; *people; people++, first = false)
		buf_printf(&buf, "%s'%.*s'", first ? "" : ",", STR_ARG((*people)->uri));
	return rig_text(rig, "{'@context':'https://www.w3.org/ns/activitystreams','id':'" PARTIAL "','type':'OrderedCollection',"
	                "'orderedItems':[%.*s]%s}", STR_ARG(buf_str(&buf)), more);
}

#define LISTING(...) listing((const struct account *const[]){ __VA_ARGS__ __VA_OPT__(, ) NULL }, "")

/* carol's node says `digest`, and the network what it was made to. */
static int mend(const char *digest, const char *url)
{
	struct job job = {
		.subject = rig->carol.id, .argument = arena_printf(rig->arena, "%s %s", digest, url),
	};

	world_read(rig->world);
	return followers_sync_job(&rig->federation, rig->arena, rig->world->store, NULL, &job);
}

static bool follows(const struct account *follower)
{
	return graph_follows(world_read(rig->world), follower->id, rig->carol.id);
}

static void who_is_not_listed_follows_no_more(void)
{
	set_up();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_follows(rig, &rig->bob, &rig->carol);
	rig_follows(rig, &rig->bob, &rig->alice);
	rig_serve(rig, PARTIAL, 200, NULL, LISTING(&rig->alice));
	is_int(mend(DIGEST_OF(&rig->alice), PARTIAL), OK, "a node tells which of us follow");
	ok(follows(&rig->alice), "who is listed stays");
	ok(!follows(&rig->bob), "who is not, is followed no more");
	ok(graph_follows(world_read(rig->world), rig->bob.id, rig->alice.id), "whom else he follows is no matter");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "and nobody is told: the other side knows");
	rig_free(rig);
}

static void who_is_listed_and_does_not_follow_takes_it_back(void)
{
	struct str sent;

	set_up();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_serve(rig, PARTIAL, 200, NULL, LISTING(&rig->alice, &rig->bob));
	is_int(mend(DIGEST_OF(&rig->alice, &rig->bob), PARTIAL), OK, "a node lists one who does not follow");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "it is told so");
	sent = rig_outgoing(rig);
	ok(str_find(sent, STR("\"type\":\"Undo\"")) != SIZE_MAX && str_find(sent, STR("\"type\":\"Follow\"")) != SIZE_MAX &&
	           str_find(sent, rig->bob.uri) != SIZE_MAX && str_find(sent, rig->carol.uri) != SIZE_MAX,
	   "by an Undo of his follow");
	ok(!follows(&rig->bob) && !graph_requested(world_read(rig->world), rig->bob.id, rig->carol.id), "and follows not");
	ok(follows(&rig->alice), "the others go on following");
	rig_free(rig);
}

static void a_lost_answer_is_made_good(void)
{
	set_up();
	rig_follow(rig, &rig->bob, &rig->carol);
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	rig_serve(rig, PARTIAL, 200, NULL, LISTING(&rig->bob));
	is_int(mend(DIGEST_OF(&rig->bob), PARTIAL), OK, "a node lists one whose request it never answered");
	ok(follows(&rig->bob), "he follows");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "and nothing is sent");
	rig_free(rig);
}

static void what_is_not_whole_ends_nothing(void)
{
	set_up();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_follows(rig, &rig->bob, &rig->carol);
	rig_serve(rig, PARTIAL, 200, NULL, LISTING(&rig->alice));
	is_int(mend(DIGEST_OF(&rig->carol), PARTIAL), OK, "a list that has not the digest it was announced with");
	ok(follows(&rig->alice) && follows(&rig->bob), "ends nothing");
	rig_serve(rig, PARTIAL, 404, NULL, "");
	is_int(mend(DIGEST_OF(&rig->alice), PARTIAL), ERR_NOT_FOUND, "nor does one that is not there");
	ok(follows(&rig->bob), "however often");
	rig_serve(rig, "https://evil.example/sync", 200, NULL, LISTING(&rig->alice));
	is_int(mend(DIGEST_OF(&rig->alice), "https://evil.example/sync"), ERR_DENIED, "nothing is asked of another origin");
	rig_free(rig);
}

static void pages_are_read_to_an_end(void)
{
	size_t before;

	set_up();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_serve(rig, PARTIAL, 200, NULL, rig_text(rig, "{'id':'" PARTIAL "','type':'Collection','first':'" PARTIAL "/1'}"));
	rig_serve(rig, PARTIAL "/1", 200, NULL, rig_text(rig, "{'id':'" PARTIAL "/1','type':'CollectionPage','first':'" PARTIAL "/1',"
	          "'items':['%.*s'],'next':'" PARTIAL "/2'}", STR_ARG(rig->alice.uri)));
	rig_serve(rig, PARTIAL "/2", 200, NULL, rig_text(rig, "{'id':'" PARTIAL "/2','type':'CollectionPage','items':'%.*s'}",
	          STR_ARG(rig->bob.uri)));
	is_int(mend(DIGEST_OF(&rig->alice, &rig->bob), PARTIAL), OK, "a list in pages");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "is read whole");
	rig_serve(rig, PARTIAL "/2", 200, NULL, rig_text(rig, "{'id':'" PARTIAL "/2','type':'CollectionPage','items':[],"
	          "'next':'" PARTIAL "/1'}"));
	before = rig->asked;
	is_int(mend(DIGEST_OF(&rig->alice, &rig->bob), PARTIAL), OK, "one that leads in a circle");
	is_int(rig->asked - before, FOLLOWERS_SYNC_PAGES_MAX, "costs so many pages and no more");
	rig_serve(rig, PARTIAL "/1", 200, NULL, "{\"id\":\"" PARTIAL "/1\",\"type\":\"CollectionPage\",\"items\":[],"
	          "\"next\":\"https://evil.example/2\"}");
	is_int(mend(DIGEST_OF(&rig->alice, &rig->bob), PARTIAL), ERR_DENIED, "and one that leads away is left");
	rig_free(rig);
}

static void strangers_in_the_list_are_nobody(void)
{
	const struct account nobody = { .uri = STR("https://a.example/u/999999") };
	struct account instance;

	set_up();
	rig_follows(rig, &rig->alice, &rig->carol);
	accounts_get(rig->arena, world_read(rig->world), rig->federation.instance->actor_id, &instance);
	rig_serve(rig, PARTIAL, 200, NULL, LISTING(&rig->alice, &nobody, &rig->carol, &instance));
	is_int(mend(DIGEST_OF(&rig->alice, &nobody, &rig->carol, &instance), PARTIAL), OK, "a list of people who are not ours");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "has nobody send anything");
	ok(follows(&rig->alice), "or stop");
	rig_free(rig);
}

int main(void)
{
	the_digest_is_that_of_the_proposal();
	the_digest_follows_the_follows();
	a_store_of_before_gets_its_digests();
	each_node_is_told_of_its_own();
	what_agrees_costs_nothing();
	what_differs_is_asked_for_once();
	what_is_not_the_signers_own_is_not_heard();
	an_unsigned_header_is_not_heard();
	who_is_not_listed_follows_no_more();
	who_is_listed_and_does_not_follow_takes_it_back();
	a_lost_answer_is_made_good();
	what_is_not_whole_ends_nothing();
	pages_are_read_to_an_end();
	strangers_in_the_list_are_nobody();
	return done();
}
