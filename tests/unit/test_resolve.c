/* From an address to a record, over a network that lies. */
#include "federation/resolve.h"

#include <string.h>

#include "federation/webfinger.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/peers.h"
#include "storage/posts.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define FINGER "https://b.example/.well-known/webfinger?resource=acct%3Adave%40b.example"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"

static struct rig *rig;
static struct resolved found;

static int acct(const char *text)
{
	return resolve_acct(&rig->federation, rig->arena, rig->world->store, str_of(text), &found);
}

static int uri(const char *text)
{
	return resolve_uri(&rig->federation, rig->arena, rig->world->store, str_of(text), &found);
}

static int actor(const char *text)
{
	return resolve_actor(&rig->federation, rig->arena, rig->world->store, str_of(text), &found);
}

static int put(struct rig *world, struct txn *txn, void *arg)
{
	uint64_t *ids = arg;

	return resolve_write(world->arena, txn, &found, &ids[0], &ids[1]);
}

static void add_peer_at(const char *domain, const char *url)
{
	struct peer peer = { .domain = str_of(domain), .url = str_of(url), .tier = PEER_PARTNER };

	peers_put(world_write(rig->world), &peer);
	world_commit(rig->world);
}

static void add_peer(const char *domain)
{
	add_peer_at(domain, rig_text(rig, "https://%s", domain));
}

static void check_people(void)
{
	struct account dave;
	uint64_t ids[2];

	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	is_int(acct("@dave@b.example"), OK, "a handle leads to its actor");
	is_str(found.account->uri, STR(DAVE), "by its WebFinger");
	is_int(rig_write(rig, put, ids), OK, "and is stored");
	is_int(accounts_get(rig->arena, world_read(rig->world), ids[0], &dave), OK, "as an account");
	is_str(dave.host, STR("b.example"), "of its node");
	is_int(acct("erin@b.example"), ERR_NOT_FOUND, "who is not there is not found");
	is_int(acct("erin@evil.example"), ERR_DENIED, "an origin that is not on the list is not asked");
	is_int(acct("alice@a.example"), ERR_NOT_FOUND, "nor are we");
	is_int(acct("nobody"), ERR_INVALID, "a name without a host is no handle");
	is_int(actor("https://a.example/u/1"), ERR_DENIED, "our own addresses are never fetched");
	rig_free(rig);
}

static void check_handles(void)
{
	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_serve(rig, FINGER, 200, "application/jrd+json",
	          "{'subject':'acct:dave@b.example','links':[{'rel':'self','type':'application/activity+json',"
	          "'href':'https://b.example/users/erin'}]}");
	is_int(actor(DAVE), ERR_INVALID, "a handle that names somebody else proves nothing");
	rig_serve(rig, FINGER, 404, "text/plain", "");
	is_int(actor(DAVE), ERR_INVALID, "nor does one that nobody knows");
	rig_serve(rig, FINGER, 503, "text/plain", "");
	is_int(actor(DAVE), ERR_NETWORK, "one that cannot be asked now is asked later");
	rig_serve(rig, FINGER, 200, "application/jrd+json",
	          "{'subject':'acct:d ave</a>@b.example','links':[{'rel':'self','type':'application/activity+json',"
	          "'href':'" DAVE "'}]}");
	is_int(actor(DAVE), ERR_INVALID, "a name that could end its place in an address is none");
	rig_serve(rig, FINGER, 200, "application/jrd+json",
	          "{'subject':'acct:dave@short.example','links':[{'rel':'self','type':'application/activity+json',"
	          "'href':'" DAVE "'}]}");
	is_int(actor(DAVE), OK, "a handle may live on another host");
	is_str(found.account->host, STR("b.example"), "which counts only when that host is on the list");
	add_peer("short.example");
	rig_serve(rig, "https://short.example/.well-known/webfinger?resource=acct%3Adave%40short.example", 200,
	          "application/jrd+json",
	          "{'subject':'acct:dave@short.example','links':[{'rel':'self','type':'application/activity+json',"
	          "'href':'https://short.example/u/dave'}]}");
	is_int(actor(DAVE), ERR_INVALID, "and agrees");
	rig_serve(rig, "https://short.example/.well-known/webfinger?resource=acct%3Adave%40short.example", 200,
	          "application/jrd+json",
	          "{'subject':'acct:dave@short.example','links':[{'rel':'self','type':'application/activity+json',"
	          "'href':'" DAVE "'}]}");
	is_int(actor(DAVE), OK, "when both agree");
	is_str(found.account->host, STR("short.example"), "the short handle is his");
	rig_free(rig);

	rig = rig_new();
	add_peer_at("corp.example", "https://node.corp.example");
	rig_serve_actor(rig, "https://node.corp.example/u/1", "Person", "ana");
	rig_serve(rig, "https://node.corp.example/.well-known/webfinger?resource=acct%3Aana%40corp.example", 200,
	          "application/jrd+json",
	          "{'subject':'acct:ana@corp.example','links':[{'rel':'self','type':'application/activity+json',"
	          "'href':'https://node.corp.example/u/1'}]}");
	is_int(actor("https://node.corp.example/u/1"), OK, "a peer whose address is not its domain");
	is_str(found.account->host, STR("corp.example"), "has handles of its domain");
	rig_free(rig);
}

/* Dave's document claims a handle on another host. */
static void serve_claim(const char *handle)
{
	const char *document = rig_serve_actor(rig, DAVE, "Person", "dave");

	rig_serve(rig, DAVE, 200, NULL, rig_text(rig, "{'webfinger':'%s',%s", handle, document + 1));
}

static void check_claimed_handles(void)
{
	rig = rig_new();
	serve_claim("d@corp.example");
	is_int(actor(DAVE), OK, "a claimed handle on a host that is not on the list is passed over");
	is_str(found.account->host, STR("b.example"), "for that of his node");
	add_peer("corp.example");
	rig_serve(rig, "https://corp.example/.well-known/webfinger?resource=acct%3Ad%40corp.example", 200,
	          "application/jrd+json",
	          "{'subject':'acct:d@corp.example','links':[{'rel':'self','type':'application/activity+json',"
	          "'href':'https://b.example/users/erin'}]}");
	is_int(actor(DAVE), OK, "one that is somebody else's");
	is_str(found.account->username, STR("dave"), "is not taken");
	rig_serve(rig, "https://corp.example/.well-known/webfinger?resource=acct%3Ad%40corp.example", 200,
	          "application/jrd+json",
	          "{'subject':'acct:d@corp.example','links':[{'rel':'self','type':'application/activity+json',"
	          "'href':'" DAVE "'}]}");
	is_int(actor(DAVE), OK, "one that its host confirms");
	is_str(found.account->username, STR("d"), "is his name");
	is_str(found.account->host, STR("corp.example"), "and host");
	rig_free(rig);
}

static void check_host_meta(void)
{
	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_serve(rig, FINGER, 404, "text/plain", "");
	rig_serve(rig, "https://b.example/.well-known/host-meta", 200, "application/xrd+xml",
	          "<?xml version='1.0'?><XRD><Link rel='lrdd' template='https://b.example/finger?q={uri}'/></XRD>");
	rig_serve(rig, "https://b.example/finger?q=acct%3Adave%40b.example", 200, "application/jrd+json",
	          "{'subject':'acct:dave@b.example','links':[{'rel':'self','type':'application/activity+json',"
	          "'href':'" DAVE "'}]}");
	is_int(acct("dave@b.example"), OK, "host-meta says where WebFinger is");
	is_str(webfinger_template(STR("<Link template='https://x.example/{uri}' rel='lrdd'>")),
	       STR("https://x.example/{uri}"), "its attributes come in any order");
	is_int(webfinger_template(STR("<!DOCTYPE x [<!ENTITY a 'b'>]><Link rel='lrdd' template='https://x.example/'>")).n, 0,
	       "a template without a place is none");
	is_int(webfinger_template(STR("<Link rel='lrdd' template='")).n, 0, "nor is one that does not end");
	rig_free(rig);
}

static const char *note_by(const char *id, const char *author)
{
	return rig_text(rig, "{" AS "'id':'%s','type':'Note','attributedTo':'%s','content':'x','to':'" PUBLIC "'}", id,
	                author);
}

#define KEY "https://b.example/keys/1"

static int key(const char *key_id, struct account *ret_account)
{
	return resolve_key(&rig->federation, rig->arena, rig->world->store, str_of(key_id), ret_account);
}

/* An actor of another name whose document says this of its keys. */
static void serve_keys(const char *members)
{
	const char *document = rig_serve_actor(rig, DAVE, "Person", "dave");

	rig_serve(rig, DAVE, 200, NULL, rig_text(rig, "%.*s%s}", (int)(strstr(document, "'publicKey'") - document), document,
	                                         members));
}

static const char *pem_json(void)
{
	struct buf buf;
	struct json_writer w;

	buf_init(&buf, rig->arena, 0);
	json_writer_init(&w, &buf);
	json_w_str(&w, rig->public_pem);
	return arena_cstr(rig->arena, buf_str(&buf));
}

/* Each form with the rule that the actor names the key in return; from a peer, tests/blackbox/test_keys.py. */
static void check_keys(void)
{
	struct account account;

	rig = rig_new();
	serve_keys(rig_text(rig, "'publicKey':'%s'", KEY));
	is_int(key(KEY, &account), ERR_NOT_FOUND, "a key that is named and not there is none");
	rig_serve(rig, KEY, 200, NULL, rig_text(rig, "{" AS "'id':'%s','owner':'%s','publicKeyPem':%s}", KEY, DAVE, pem_json()));
	is_int(key(KEY, &account), OK, "a document of a key is, when its owner names it");
	is_str(account.key_id, STR(KEY), "under its id");
	is_str(account.uri, STR(DAVE), "as his");
	is_str(account.key_pem, rig->public_pem, "with what it says");
	serve_keys("'publicKey':'https://b.example/keys/2'");
	is_int(key(KEY, &account), ERR_INVALID, "not when he names another");
	rig_serve(rig, KEY, 200, NULL,
	          rig_text(rig, "{" AS "'id':'%s','type':'Multikey','controller':'%s','publicKeyMultibase':'"
	                        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2'}", KEY, DAVE));
	is_int(key(KEY, &account), ERR_INVALID, "nor a Multikey");
	serve_keys(rig_text(rig, "'publicKey':'https://b.example/keys/2','assertionMethod':'%s'", KEY));
	is_int(key(KEY, &account), OK, "unless he asserts with it");
	is_str(account.proof_key_id, STR(KEY), "then it is his");
	rig_serve(rig, KEY, 200, NULL,
	          rig_text(rig, "{" AS "'id':'%s','type':'Multikey','controller':'%s','publicKeyMultibase':'"
	                        "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2'}", KEY, CAROL));
	is_int(key(KEY, &account) != OK, true, "and not if it says that it is another's");
	rig_free(rig);
}

static void check_posts(void)
{
	struct post post;
	uint64_t ids[2];

	rig = rig_new();
	rig_serve_actor(rig, DAVE, "Person", "dave");
	rig_serve(rig, "https://b.example/@dave/1", 200, NULL, note_by("https://b.example/notes/1", DAVE));
	rig_serve(rig, "https://b.example/notes/1", 200, NULL, note_by("https://b.example/notes/1", DAVE));
	is_int(uri("https://b.example/@dave/1"), OK, "the page of a post leads to it");
	ok(found.draft && found.account, "and to its author");
	is_int(rig_write(rig, put, ids), OK, "both are stored");
	post = rig_find_post(rig, "https://b.example/notes/1");
	is_int(post.id, ids[1], "the post under its id");
	is_int(post.account_id, ids[0], "by its author");
	is_int(rig_write(rig, put, ids), OK, "twice is no error");
	is_int(ids[1], post.id, "and the same post");
	rig_serve(rig, "https://b.example/notes/2", 200, NULL, note_by("https://evil.example/notes/2", DAVE));
	is_int(uri("https://b.example/notes/2"), ERR_INVALID, "a document that says it is another's is refused");
	rig_serve(rig, "https://b.example/notes/3", 200, NULL, note_by("https://a.example/p/3", DAVE));
	is_int(uri("https://b.example/notes/3"), ERR_INVALID, "above all one that says it is ours");
	rig_serve(rig, "https://b.example/notes/4", 200, "text/plain", note_by("https://b.example/notes/4", DAVE));
	is_int(uri("https://b.example/notes/4"), ERR_INVALID, "an upload is no document");
	rig_serve(rig, "https://b.example/notes/5", 200, "application/ld+json", note_by("https://b.example/notes/5", DAVE));
	is_int(uri("https://b.example/notes/5"), ERR_INVALID, "nor is other linked data");
	rig_serve(rig, "https://b.example/notes/6", 410, NULL, "{}");
	is_int(uri("https://b.example/notes/6"), ERR_GONE, "what is gone is told apart");
	rig_serve(rig, "https://b.example/notes/7", 503, NULL, "{}");
	is_int(uri("https://b.example/notes/7"), ERR_NETWORK, "from what may come back");
	is_int(uri("https://evil.example/notes/1"), ERR_DENIED, "nobody else is asked");
	rig_serve(rig, "https://b.example/notes/8", 200, NULL,
	          rig_text(rig, "{" AS "'id':'https://b.example/notes/8','type':'Note','attributedTo':'" DAVE "','content':'x',"
	                        "'to':'" PUBLIC "','@graph':[]}"));
	is_int(uri("https://b.example/notes/8"), ERR_INVALID, "a document that can be read in two ways is read in none");
	rig_free(rig);
}

static void check_thread(void)
{
	size_t rounds = 0;

	rig = rig_new();
	for (int i = 1; i <= 6; i++)
		rig_serve(rig, rig_text(rig, "https://b.example/notes/%d", i), 200, NULL,
		          rig_text(rig,
		                   "{" AS "'id':'https://b.example/notes/%d','type':'Note','content':'x','to':'" PUBLIC "',"
		                   "'attributedTo':'https://b.example/users/carol','inReplyTo':'https://b.example/notes/%d'}",
		                   i, i - 1));
	rig_apply(rig, "{" AS "'id':'https://b.example/a/1','type':'Create','actor':'https://b.example/users/carol',"
	               "'object':{'id':'https://b.example/notes/7','type':'Note','content':'x','to':'" PUBLIC "',"
	               "'attributedTo':'https://b.example/users/carol','inReplyTo':'https://b.example/notes/6'}}");
	while (rig_resolve(rig) && rounds < 20)
		rounds++;
	is_int(rounds, 3, "three posts up the thread are fetched");
	is_int(rig_find_post(rig, "https://b.example/notes/7").in_reply_to_id,
	       rig_find_post(rig, "https://b.example/notes/6").id, "an answer finds its parent when that comes");
	ok(rig_find_post(rig, "https://b.example/notes/4").id, "the third is there");
	is_int(rig_find_post(rig, "https://b.example/notes/3").id, 0, "the fourth is not");
	rig_free(rig);
}

/* Many answers to one post that nobody knows here, and boosts of another. */
static void check_one_fetch(void)
{
	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_serve(rig, "https://b.example/notes/p", 200, NULL,
	          note_by("https://b.example/notes/p", "https://b.example/users/carol"));
	rig_serve(rig, "https://b.example/notes/q", 200, NULL,
	          note_by("https://b.example/notes/q", "https://b.example/users/carol"));
	for (int i = 0; i < 10; i++) {
		rig_apply(rig, rig_text(rig,
		                        "{" AS "'id':'https://b.example/a/%d','type':'Create','actor':'https://b.example/users/"
		                        "carol','object':{'id':'https://b.example/notes/%d','type':'Note','content':'x',"
		                        "'to':'" PUBLIC "','attributedTo':'https://b.example/users/carol',"
		                        "'inReplyTo':'https://b.example/notes/p'}}", i, i));
		rig_deliver(rig, rig_text(rig,
		                          "{" AS "'id':'https://b.example/a/b%d','type':'Announce','to':'" PUBLIC "',"
		                          "'actor':'https://b.example/users/carol','object':'https://b.example/notes/q'}", i),
		            STR("https://b.example/users/carol#main-key"));
	}
	is_int(rig_resolve(rig), 20, "many wait for the same");
	is_int(rig->asked, 2, "which is fetched once");
	ok(rig_find_post(rig, "https://b.example/notes/p").id && rig_find_post(rig, "https://b.example/notes/q").id,
	   "for all");
	rig_free(rig);
}

static void check_peer(void)
{
	struct peer peer;

	rig = rig_new();
	peer = rig->peer;
	is_int(resolve_peer(&rig->federation, rig->arena, rig->world->store, &peer), ERR_NOT_FOUND,
	       "a peer may have no instance actor");
	rig_serve_actor(rig, "https://b.example/actor", "Application", "b.example");
	is_int(resolve_peer(&rig->federation, rig->arena, rig->world->store, &peer), OK, "the usual place is tried");
	is_str(peer.key_id, STR("https://b.example/actor#main-key"), "its key is learned");
	rig_serve_actor(rig, "https://b.example/i", "Application", "b.example");
	rig_serve(rig, "https://b.example/.well-known/nodeinfo", 200, "application/json",
	          "{'links':[{'rel':'https://www.w3.org/ns/activitystreams#Application','href':'https://b.example/i'}]}");
	is_int(resolve_peer(&rig->federation, rig->arena, rig->world->store, &peer), OK, "NodeInfo knows better");
	is_str(peer.actor_uri, STR("https://b.example/i"), "where it is");
	peer.key_pem = STR("another");
	is_int(resolve_peer(&rig->federation, rig->arena, rig->world->store, &peer), ERR_DENIED,
	       "another key than the pinned one is refused");
	rig_free(rig);
}

int main(void)
{
	check_people();
	check_handles();
	check_claimed_handles();
	check_host_meta();
	check_keys();
	check_posts();
	check_thread();
	check_one_fetch();
	check_peer();
	return done();
}
