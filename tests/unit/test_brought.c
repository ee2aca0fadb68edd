/* What another brings than its actor: believed by its proof, asked for by hearsay, or not at all. */
#include "federation/brought.h"

#include "federation/multikey.h"
#include "federation/pkey.h"
#include "federation/proof.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define CONTEXTS "'@context':['https://www.w3.org/ns/activitystreams','https://w3id.org/security/data-integrity/v1'],"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define NOTE_1 "https://b.example/notes/1"

static const struct str carols_key = { CAROL "#main-key", sizeof(CAROL "#main-key") - 1 };
static const struct str daves_key = { DAVE "#main-key", sizeof(DAVE "#main-key") - 1 };

struct pair {
	struct pkey *key;
	struct str key_id;
	struct str multibase;
};

static struct rig *rig;
static struct pair carols;

static struct pair make_pair(const char *key_id)
{
	struct pair pair = { .key_id = str_of(key_id) };
	struct str pem;

	if (pkey_generate_ed25519(rig->arena, &pem, &pair.multibase) || pkey_parse_private(rig->arena, pem, &pair.key))
		abort();
	return pair;
}

/* The actor's document lists the pair from now on. */
static void serve_pair(const char *uri, const char *name, const struct pair *pair)
{
	const char *document = rig_serve_actor(rig, uri, "Person", name);

	rig_serve(rig, uri, 200, NULL,
	          rig_text(rig,
	                   "{'assertionMethod':[{'id':'%.*s','type':'Multikey','controller':'%s','publicKeyMultibase':"
	                   "'%.*s'}],%s",
	                   STR_ARG(pair->key_id), uri, STR_ARG(pair->multibase), document + 1));
}

static void begin(void)
{
	rig = rig_new();
	carols = make_pair(CAROL "#proofs");
	serve_pair(CAROL, "carol", &carols);
	rig_serve_actor(rig, DAVE, "Person", "dave");
}

/* A post of `actor`, `extra` in it. */
static const char *note(const char *actor, const char *number, const char *extra)
{
	return rig_text(rig,
	                "{" CONTEXTS "'id':'https://b.example/a/%s','type':'Create','actor':'%s','object':{"
	                "'id':'https://b.example/notes/%s','type':'Note','attributedTo':'%s','content':'Hi'%s,"
	                "'to':['" PUBLIC "']}}",
	                number, actor, number, actor, extra);
}

static const char *proved_then(const struct pair *pair, int64_t created_ms, const char *json)
{
	const struct proof_order order = { .key = pair->key, .key_id = pair->key_id, .created_ms = created_ms };
	struct str text;

	if (proof_add(rig->arena, rig_json(rig, json), &order, &text))
		abort();
	return arena_cstr(rig->arena, text);
}

static const char *proved(const struct pair *pair, const char *json)
{
	return proved_then(pair, RIG_NOW_MS, json);
}

static const char *replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		abort();
	return rig_text(rig, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

static int refuse_body(struct rig *r, struct txn *txn, void *arg)
{
	(void)r;
	return inbox_refuse_write(arg, txn);
}

/* As a request is answered: a refusal is journalled. */
static int deliver(const char *json, struct str key_id)
{
	struct rig_delivery delivery = { .json = json, .key_id = key_id };
	struct incoming incoming;
	int r;

	rig_sign(rig, &delivery, &incoming);
	r = rig_receive(rig, &incoming);
	if (r)
		rig_write(rig, refuse_body, &incoming);
	return r;
}

static void check_proofs(void)
{
	const char *first;
	size_t asked;

	begin();
	first = proved(&carols, note(CAROL, "1", ""));
	is_int(deliver(note(CAROL, "1", ""), daves_key), ERR_DENIED, "nobody's word counts for another's");
	is_int(deliver(first, daves_key), OK, "with his proof, an activity may come by another");
	ok(rig_find_post(rig, NOTE_1).account_id == rig->carol.id, "and is its actor's");
	asked = rig->asked;
	is_int(deliver(proved(&carols, note(CAROL, "2", "")), daves_key), OK, "another one does, too");
	is_int(rig->asked, asked, "without a question: the key is known");
	ok(rig_find_post(rig, "https://b.example/notes/2").id, "and has its effect");
	clock_advance_for_test(SECOND_MS);
	is_int(deliver(first, daves_key), OK, "what was brought once is answered again");
	is_int(deliver(proved(&carols, note(CAROL, "3", "")), carols_key), OK, "his own need no proof but may have one");
	rig_free(rig);
}

static void check_forgeries(void)
{
	struct pair daves, stolen;
	const char *good;

	begin();
	daves = make_pair(DAVE "#proofs");
	serve_pair(DAVE, "dave", &daves);
	stolen = make_pair(CAROL "#proofs");
	good = proved(&carols, note(CAROL, "1", ""));
	is_int(deliver(replaced(good, "\"Hi\"", "\"Ha\""), daves_key), ERR_UNAUTHORIZED,
	       "a changed activity is not believed");
	is_int(deliver(proved(&daves, note(CAROL, "1", "")), daves_key), ERR_UNAUTHORIZED,
	       "nor one with the proof of somebody else");
	is_int(deliver(proved(&stolen, note(CAROL, "1", "")), daves_key), ERR_UNAUTHORIZED,
	       "nor one proved with another key under the same name");
	is_int(rig_find_post(rig, NOTE_1).id, 0, "none of it has an effect");
	is_int(deliver(good, daves_key), OK, "and none keeps the true one away");
	rig_free(rig);
}

static void check_bounds(void)
{
	struct pair evil;
	const char *text;
	char *filler;
	size_t asked;

	begin();
	is_int(deliver(proved_then(&carols, RIG_NOW_MS - (int64_t)31 * DAY_MS, note(CAROL, "1", "")), daves_key),
	       ERR_UNAUTHORIZED, "a proof from before our memory of activities is refused");
	is_int(deliver(proved_then(&carols, RIG_NOW_MS + DAY_MS, note(CAROL, "1", "")), daves_key),
	       ERR_UNAUTHORIZED, "as is one from the future");
	filler = arena_alloc(rig->arena, BROUGHT_BYTES_MAX + 1);
	memset(filler, 'x', BROUGHT_BYTES_MAX);
	filler[BROUGHT_BYTES_MAX] = 0;
	is_int(deliver(proved(&carols, note(CAROL, "1", rig_text(rig, ",'x':'%s'", filler))), daves_key), ERR_LIMIT,
	       "nor what is very long");
	text = "{" CONTEXTS "'type':'Like','actor':'" CAROL "','object':'" NOTE_1 "'}";
	is_int(deliver(proved(&carols, text), daves_key), ERR_DENIED, "what has no id comes from its actor alone");
	evil = make_pair("https://evil.example/u/1#proofs");
	serve_pair("https://evil.example/u/1", "mallory", &evil);
	asked = rig->asked;
	text = "{" CONTEXTS "'id':'https://evil.example/a/1','type':'Like','actor':'https://evil.example/u/1','object':'" NOTE_1
	       "'}";
	is_int(deliver(proved(&evil, text), carols_key), ERR_DENIED, "nobody brings what an unlisted origin says");
	is_int(rig->asked, asked, "and it is asked nothing");
	is_int(rig_find_post(rig, NOTE_1).id, 0, "none of it has an effect");
	rig_free(rig);
}

static void check_new_keys(void)
{
	struct pair next;
	size_t asked;

	begin();
	deliver(proved(&carols, note(CAROL, "1", "")), daves_key);
	next = make_pair(CAROL "#proofs-2");
	serve_pair(CAROL, "carol", &next);
	is_int(deliver(proved(&next, note(CAROL, "2", "")), daves_key), OK, "a new key is asked for");
	ok(rig_find_post(rig, "https://b.example/notes/2").id, "and believed");
	next.key_id = STR(CAROL "#none");
	is_int(deliver(proved(&next, note(CAROL, "3", "")), daves_key), ERR_UNAUTHORIZED,
	       "one that he does not list is not");
	asked = rig->asked;
	is_int(deliver(proved(&next, note(CAROL, "4", "")), daves_key), ERR_UNAUTHORIZED, "a second time neither");
	is_int(rig->asked, asked, "and nothing is asked meanwhile");
	rig_free(rig);
}

/* An old Update with a proof that still holds says who he was, and which keys he had. */
static void check_profiles(void)
{
	struct account carol;
	const char *then;

	begin();
	deliver(proved(&carols, note(CAROL, "1", "")), daves_key);
	then = rig_text(rig, "{" CONTEXTS "'id':'https://b.example/a/u','type':'Update','actor':'" CAROL "','object':%s}",
	                replaced(rig_serve_actor(rig, CAROL, "Person", "carol"), "#main-key", "#stolen-key"));
	then = proved(&carols, replaced(then, "'name':'carol'", "'name':'Yesterday'"));
	serve_pair(CAROL, "carol", &carols);
	is_int(deliver(then, daves_key), OK, "a profile may be brought");
	accounts_by_uri(rig->arena, world_read(rig->world), STR(CAROL), &carol);
	is_str(carol.display_name, STR("carol"), "as its own node has it now, not as it was");
	is_str(carol.key_id, carols_key, "with the key that he has now");
	rig_free(rig);
}

static void check_hearsay(void)
{
	struct str ours, hidden;
	const char *answer;

	begin();
	ours = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "A question", 0, &(uint64_t){ 0 });
	answer = note(DAVE, "1", rig_text(rig, ",'inReplyTo':'%.*s'", STR_ARG(ours)));
	is_int(deliver(note(DAVE, "2", ",'inReplyTo':'https://b.example/notes/none'"), carols_key), ERR_DENIED,
	       "an answer to what is not here is brought in vain");
	hidden = rig_post(rig, &rig->alice, VISIBILITY_FOLLOWERS, "For followers", 0, &(uint64_t){ 0 });
	is_int(deliver(note(DAVE, "3", rig_text(rig, ",'inReplyTo':'%.*s'", STR_ARG(hidden))), carols_key), ERR_DENIED,
	       "one to what who brings it does not see, too");
	is_int(deliver(replaced(answer, "'Hi'", "'Forged'"), carols_key), OK, "an answer to ours may be brought by another");
	is_int(rig_find_post(rig, NOTE_1).id, 0, "but not a word of it is believed");
	is_int(rig_jobs_waiting(rig, "resolve"), 1, "its own node is asked");
	rig_serve(rig, NOTE_1, 200, NULL,
	          rig_text(rig,
	                   "{" CONTEXTS "'id':'" NOTE_1 "','type':'Note','attributedTo':'" DAVE "','content':'Hi',"
	                   "'inReplyTo':'%.*s','to':['" PUBLIC "']}",
	                   STR_ARG(ours)));
	rig_resolve(rig);
	is_str(rig_find_post(rig, NOTE_1).content, STR("Hi"), "and what it says is here");
	is_int(deliver(answer, carols_key), OK, "brought again, it is answered");
	is_int(rig_jobs_waiting(rig, "resolve"), 0, "and nothing is asked");
	rig_free(rig);
}

int main(void)
{
	check_proofs();
	check_forgeries();
	check_bounds();
	check_new_keys();
	check_profiles();
	check_hearsay();
	return done();
}
