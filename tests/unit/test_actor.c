/* Actor documents: what is taken from a stranger's, and what ours say to whom. */
#include "federation/actor.h"

#include "federation/pkey.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define ERIN "https://b.example/users/erin"

static struct rig *rig;

static struct str pem_json(void)
{
	struct buf buf;

	buf_init(&buf, rig->arena, 0);
	for (size_t i = 0; i < rig->public_pem.n; i++) {
		if (rig->public_pem.p[i] == '\n')
			buf_add(&buf, STR("\\n"));
		else
			buf_add_char(&buf, rig->public_pem.p[i]);
	}
	return buf_str(&buf);
}

static const char *key(const char *id, const char *owner)
{
	return rig_text(rig, "{'id':'%s','owner':'%s','publicKeyPem':'%.*s'}", id, owner, STR_ARG(pem_json()));
}

/* Erin's document with these members; `keys` is the value of publicKey. */
static int parse(const char *members, const char *keys, struct account *ret_account)
{
	json_t *document;

	if (json_parse(rig->arena, rig_json(rig, rig_text(rig, "{'publicKey':%s,%s}", keys, members)), &document))
		return ERR_CORRUPT;
	return actor_parse(rig->arena, document, STR(ERIN), ret_account);
}

#define BASE "'id':'" ERIN "','type':'Person','preferredUsername':'erin','inbox':'" ERIN "/inbox'"

static void check_full(void)
{
	struct account erin = { 0 };

	is_int(parse(BASE ",'name':'Erin','summary':'<p>Hi<script>x</script></p>','url':'https://b.example/@erin',"
	             "'followers':'" ERIN "/followers','endpoints':{'sharedInbox':'https://b.example/inbox'},"
	             "'manuallyApprovesFollowers':true,'icon':{'type':'Image','url':'https://b.example/e.png'},"
	             "'attachment':[{'type':'PropertyValue','name':'Dept','value':'<b>R&amp;D</b>'}],"
	             "'published':'2020-01-01T00:00:00Z','alsoKnownAs':'https://old.example/erin'",
	             key(ERIN "#main-key", ERIN), &erin),
	       OK, "a complete document is read");
	is_str(erin.username, STR("erin"), "with its name");
	is_str(erin.host, STR("b.example"), "of its node");
	is_str(erin.display_name, STR("Erin"), "its display name");
	is_str(erin.note, STR("<p>Hi</p>"), "its sanitised text");
	is_str(erin.shared_inbox, STR("https://b.example/inbox"), "its shared inbox");
	is_str(erin.avatar_url, STR("https://b.example/e.png"), "its picture");
	is_int(erin.field_pairs.count, 2, "its fields");
	is_str(erin.key_id, STR(ERIN "#main-key"), "its key");
	ok(erin.locked, "that it is locked");
	ok(!erin.withheld, "and not suspended");
	is_int(erin.also_known_as.count, 1, "and its other names");
	is_int(erin.created_ms, 1577836800000, "since when it is there");
}

static void check_variants(void)
{
	const char *good = key(ERIN "#main-key", ERIN);
	struct account erin;

	is_int(parse(BASE, rig_text(rig, "[{'id':'" ERIN "#old','owner':'" ERIN "','publicKeyPem':'none'},%s]", good), &erin),
	       OK, "of several keys the first that can be used counts");
	is_str(erin.key_id, STR(ERIN "#main-key"), "which is this");
	is_int(parse("'id':'" ERIN "','type':['Service'],'preferredUsername':'erin','inbox':'" ERIN "/inbox'", good, &erin),
	       OK, "a service is an actor");
	ok(erin.bot && erin.kind == ACCOUNT_SERVICE, "and a bot");
	is_int(parse(BASE ",'endpoints':{'sharedInbox':'https://evil.example/inbox'}", good, &erin), OK,
	       "a shared inbox elsewhere does not spoil the rest");
	is_int(erin.shared_inbox.n, 0, "but is left out");
	is_int(parse(BASE ",'suspended':true", good, &erin), OK, "whom his node suspended is still read");
	ok(erin.withheld, "as one who is shown to nobody");
}

static void check_shapes(void)
{
	const char *good = key(ERIN "#main-key", ERIN);
	struct account erin;

	is_int(parse("'id':'" ERIN "','type':'Person','webfinger':'acct:erin@b.example','inbox':['" ERIN "/inbox'],"
	             "'name':{'@value':'Erin :blob:'},'summary':['<p>Hi</p>'],'url':[{'type':'Link','href':'https://b.example/@e'}],"
	             "'icon':[{'type':'Image','url':{'type':'Link','href':'https://b.example/e.png'}}],'image':"
	             "'https://b.example/h.png','tag':{'type':'Emoji','name':'blob','icon':{'url':'https://b.example/b.png'}},"
	             "'attachment':{'type':'PropertyValue','name':'Dept','value':null},'alsoKnownAs':null,'movedTo':null,"
	             "'endpoints':null,'followers':null,'published':'2020-01-01T01:00:00.5+01:00'", good, &erin),
	       OK, "odd shapes are read");
	is_str(erin.username, STR("erin"), "the name may stand in its handle only");
	is_str(erin.display_name, STR("Erin :blob:"), "a name may be a value object");
	is_str(erin.url, STR("https://b.example/@e"), "a page a Link");
	is_str(erin.avatar_url, STR("https://b.example/e.png"), "a picture's address, too");
	is_str(erin.header_url, STR("https://b.example/h.png"), "or the address alone");
	ok(str_find(erin.emojis_json, STR("\"shortcode\":\"blob\"")) != SIZE_MAX, "emojis of a name are kept");
	is_int(erin.field_pairs.count, 2, "and one field without an array");
	is_int(erin.created_ms, 1577836800500, "a date may have an offset and a fraction");
	is_int(parse("'id':'" ERIN "','type':'Person','webfinger':'a/b@b.example','inbox':'" ERIN "/inbox'", good, &erin),
	       ERR_INVALID, "a handle that is none gives no name");
}

static void check_refused(void)
{
	const char *good = key(ERIN "#main-key", ERIN);
	struct account erin;

	is_int(parse("'id':'https://b.example/users/x','type':'Person','preferredUsername':'x','inbox':'" ERIN "/inbox'",
	             good, &erin),
	       ERR_INVALID, "a document under another id is refused");
	is_int(parse("'id':'" ERIN "','type':'Note','preferredUsername':'erin','inbox':'" ERIN "/inbox'", good, &erin),
	       ERR_INVALID, "a note is no actor");
	is_int(parse("'id':'" ERIN "','type':'Person','inbox':'" ERIN "/inbox'", good, &erin), ERR_INVALID,
	       "who has no name is nobody");
	is_int(parse("'id':'" ERIN "','type':'Person','preferredUsername':'a@b','inbox':'" ERIN "/inbox'", good, &erin),
	       ERR_INVALID, "a name has no @");
	is_int(parse("'id':'" ERIN "','type':'Person','preferredUsername':'erin'", good, &erin), ERR_INVALID,
	       "who has no inbox cannot be reached");
	is_int(parse("'id':'" ERIN "','type':'Person','preferredUsername':'erin','inbox':'https://evil.example/i'", good,
	             &erin),
	       ERR_INVALID, "nor who has it on another node");
	is_int(parse(BASE, "{}", &erin), ERR_INVALID, "who has no key cannot speak");
	is_int(parse(BASE, key("https://evil.example/k", ERIN), &erin), ERR_INVALID, "a key of another node is none");
	is_int(parse(BASE, key(ERIN "#main-key", "https://b.example/users/x"), &erin), ERR_INVALID,
	       "nor is a key of another owner");
}

static void check_bounds(void)
{
	struct account erin;
	struct buf buf;

	buf_init(&buf, rig->arena, 0);
	buf_add(&buf, STR(BASE ",'name':'"));
	for (int i = 0; i < 5000; i++)
		buf_add_char(&buf, 'x');
	buf_add(&buf, STR("','attachment':["));
	for (int i = 0; i < 80; i++)
		buf_printf(&buf, "%s{'type':'PropertyValue','name':'n','value':'v'}", i ? "," : "");
	buf_add(&buf, STR("],'alsoKnownAs':["));
	for (int i = 0; i < 400; i++)
		buf_printf(&buf, "%s'https://b.example/%d'", i ? "," : "", i);
	buf_add_char(&buf, ']');
	is_int(parse(buf_str(&buf).p, key(ERIN "#main-key", ERIN), &erin), OK, "too much of everything is read");
	is_int(erin.display_name.n, 2048, "the name is cut");
	is_int(erin.field_pairs.count, 100, "fifty fields are kept");
	is_int(erin.also_known_as.count, 256, "and 256 other names");
}

static bool says(struct str document, const char *needle)
{
	return str_find(document, str_of(needle)) != SIZE_MAX;
}

static void check_ours(void)
{
	struct view *view = world_read(rig->world);
	struct str full, bare, site = STR("news.example");
	struct account again;
	json_t *document;

	rig->alice.note = STR("<p>About me</p>");
	rig->alice.attribution_domains = (struct str_list){ &site, 1 };
	full = actor_render(rig->arena, view, &rig->alice, false);
	bare = actor_render(rig->arena, view, &rig->alice, true);
	ok(says(full, "\"name\":\"alice\"") && says(full, "About me"), "the full document tells of the person");
	ok(says(full, "\"webfinger\":\"alice@a.example\""), "by its handle");
	ok(!says(bare, "\"name\"") && !says(bare, "About me") && !says(bare, "\"summary\""), "the bare one does not");
	ok(says(bare, "publicKeyPem") && says(bare, "\"sharedInbox\""), "but says how to reach and verify");
	ok(says(full, "\"attributionDomains\":") && says(full, "news.example"), "and where they are an author");
	rig->alice.attribution_domains = (struct str_list){ 0 };
	is_int(json_parse(rig->arena, full, &document), OK, "it is JSON");
	is_int(actor_parse(rig->arena, document, rig->alice.uri, &again), OK, "that we would take from another");
	is_str(again.username, rig->alice.username, "as the same");
	is_str(again.key_pem, rig->public_pem, "with the same key");
	ok(!again.withheld && !says(full, "\"suspended\":true"), "and not suspended");
}

static void check_suspended(void)
{
	struct account suspended = rig->alice, again = { 0 };
	json_t *document;
	struct str full;

	suspended.withheld = suspended.disabled = true;
	full = actor_render(rig->arena, world_read(rig->world), &suspended, false);
	ok(says(full, "\"suspended\":true"), "the document of who is suspended says so");
	is_int(json_parse(rig->arena, full, &document), OK, "it is JSON");
	is_int(actor_parse(rig->arena, document, rig->alice.uri, &again), OK, "that another node takes");
	ok(again.withheld, "and understands");
}

static void check_making(void)
{
	struct account gina = { 0 }, stored;
	struct str private_pem, proof_pem;
	struct pkey *pair;

	is_int(actor_prepare_local(rig->arena, &rig->world->instance, ACCOUNT_PERSON, STR("gi na"), STR(""), &gina,
	                           &private_pem),
	       ERR_INVALID, "a name has no blank");
	is_int(actor_prepare_local(rig->arena, &rig->world->instance, ACCOUNT_PERSON, STR("gina"), STR("Gina"), &gina,
	                           &private_pem),
	       OK, "an account of ours is prepared");
	is_int(pkey_parse_private(rig->arena, private_pem, &pair), OK, "with a key of its own");
	is_int(actor_create_local(world_write(rig->world), &gina, private_pem), OK, "and stored");
	world_commit(rig->world);
	accounts_get(rig->arena, world_read(rig->world), gina.id, &stored);
	is_str(stored.uri, instance_account_uri(rig->arena, &rig->world->instance, gina.id), "under its address");
	is_int(accounts_proof_key_get(rig->arena, world_read(rig->world), gina.id, &proof_pem), OK,
	       "with a second key, for proofs");
	is_int(pkey_parse_private(rig->arena, proof_pem, &pair), OK, "which can be read");
	is_int(pkey_type(pair), PKEY_ED25519, "and is of Ed25519");
	ok(str_ends(stored.proof_key_id, STR("#ed25519-key")) && str_starts(stored.proof_key, STR("z6Mk")),
	   "its public half in the account");
	gina.id = 0;
	is_int(actor_create_local(world_write(rig->world), &gina, private_pem), ERR_EXISTS, "a name is given once");
	world_abort(rig->world);
	accounts_get(rig->arena, world_read(rig->world), rig->world->instance.actor_id, &stored);
	is_str(stored.uri, STR("https://a.example/actor"), "the instance actor has its own place");
}

int main(void)
{
	rig = rig_new();
	check_full();
	check_variants();
	check_shapes();
	check_refused();
	check_bounds();
	check_ours();
	check_suspended();
	check_making();
	rig_free(rig);
	return done();
}
