/*
 * Actor documents: foreign ones to `struct account`, ours to JSON; and the making of ours.
 *
 * Whether a handle belongs to an actor is proved in federation/resolve.c; here a document is only read. Any thread,
 * but for the generation of a key (pool threads).
 */
#include "federation/actor.h"

#include "federation/emoji_tag.h"
#include "federation/multikey.h"
#include "federation/pkey.h"
#include "federation/object.h"
#include "federation/property.h"
#include "federation/sanitize.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/instance.h"

enum {
	USERNAME_BYTES_MAX = 255,
	NAME_CHARS_MAX = 2048,
	NOTE_CHARS_MAX = 20 * 1024,
	FIELDS_MAX = 50,
	FIELD_CHARS_MAX = 2048,
	KEYS_MAX = 10,
};

static const struct kind_row {
	enum account_kind kind;
	const char *type;
} kinds[] = {
	{ ACCOUNT_PERSON, "Person" },   { ACCOUNT_GROUP, "Group" },
	{ ACCOUNT_SERVICE, "Service" }, { ACCOUNT_APPLICATION, "Application" },
	{ ACCOUNT_ORGANIZATION, "Organization" },
};

enum { KINDS = sizeof(kinds) / sizeof *kinds };

static uint8_t kind_of(const json_t *document)
{
	for (size_t i = 0; i < KINDS; i++)
		if (property_is_a(document, kinds[i].type))
			return kinds[i].kind;
	return 0;
}

static const char *type_of(uint8_t kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == kind)
			return kinds[i].type;
	return "Person";
}

/* reading */

/* An address of the actor's own origin under `key`; anything else reads as none. */
static struct str own_address(struct arena *arena, const json_t *object, const char *key, struct str actor_uri)
{
	struct str uri = property_uri(json_member(object, key));

	return uri.n && url_same_origin(arena, uri, actor_uri) ? uri : STR_NONE;
}

static struct str web_address(struct arena *arena, const json_t *value)
{
	struct str uri = property_uri(value);
	struct url url;

	return url_parse(arena, uri, &url) == OK ? uri : STR_NONE;
}

/* "…/users/ana#main-key", or "…/users/ana/main-key". */
static bool is_below(struct str uri, struct str actor_uri)
{
	return str_starts(uri, actor_uri) && uri.n > actor_uri.n && memchr("#/?", uri.p[actor_uri.n], 3);
}

/* The first embedded key that we can use, with its id when that is plainly the actor's own. Keys given as an IRI only
 * are resolved by key id. */
static int parse_key(struct arena *arena, const json_t *document, struct account *account)
{
	const json_t *keys = json_member(document, "publicKey");
	bool linked = false;

	for (size_t i = 0; i < json_count(keys) && i < KEYS_MAX; i++) {
		const json_t *value = json_at(keys, i);
		struct str owner = property_uri(json_member(value, "owner"));
		struct str id = own_address(arena, value, "id", account->uri), pem = json_member_str(value, "publicKeyPem");
		struct pkey *key;

		linked |= json_is_string(value) && url_same_origin(arena, json_str_of(value), account->uri);
		if (!id.n || (owner.n && !str_eq(owner, account->uri)) || pkey_parse_public(arena, pem, &key))
			continue;
		if (is_below(id, account->uri)) {
			account->key_id = id;
			account->key_pem = pem;
		}
		return OK;
	}
	return linked ? OK : ERR_INVALID;
}

/* The key of its proofs; without one that we can use nothing but its proofs is missing. */
static void parse_proof_key(struct arena *arena, const json_t *document, struct account *account)
{
	struct multikey found;

	if (multikey_of_actor(arena, document, account->uri, STR_NONE, &found))
		return;
	account->proof_key_id = found.id;
	account->proof_key = found.multibase;
}

int actor_parse_key(const json_t *document, struct str key_id, struct str *ret_pem)
{
	const json_t *keys = json_member(document, "publicKey");

	for (size_t i = 0; i < json_count(keys) && i < KEYS_MAX; i++) {
		const json_t *value = json_at(keys, i);

		if (!str_eq(property_uri(value), key_id))
			continue;
		*ret_pem = json_member_str(value, "publicKeyPem");
		return OK;
	}
	return ERR_NOT_FOUND;
}

static struct str picture(struct arena *arena, const json_t *document, const char *key)
{
	const json_t *image = json_at(json_member(document, key), 0);

	if (json_is_object(image) && json_member(image, "url"))
		return web_address(arena, json_member(image, "url"));
	return web_address(arena, image);
}

static struct str_list parse_fields(struct arena *arena, const json_t *document)
{
	const json_t *attachments = json_member(document, "attachment");
	struct str_list pairs = { ARENA_ARRAY(arena, struct str, 2 * FIELDS_MAX), 0 };

	for (size_t i = 0; i < json_count(attachments) && pairs.count < 2 * FIELDS_MAX; i++) {
		const json_t *field = json_at(attachments, i);
		struct str name = property_text(json_member(field, "name"));
		struct str value = property_text(json_member(field, "value"));

		if (!property_is_a(field, "PropertyValue") || !name.n)
			continue;
		pairs.items[pairs.count++] = utf8_prefix(name, FIELD_CHARS_MAX);
		pairs.items[pairs.count++] = sanitize_html(arena, utf8_prefix(value, FIELD_CHARS_MAX));
	}
	return pairs;
}

static void parse_addresses(struct arena *arena, const json_t *document, struct account *account)
{
	account->inbox = own_address(arena, document, "inbox", account->uri);
	account->shared_inbox = own_address(arena, json_member(document, "endpoints"), "sharedInbox", account->uri);
	account->outbox = own_address(arena, document, "outbox", account->uri);
	account->followers_uri = own_address(arena, document, "followers", account->uri);
	account->following_uri = own_address(arena, document, "following", account->uri);
	account->featured_uri = own_address(arena, document, "featured", account->uri);
	account->moved_to = web_address(arena, json_member(document, "movedTo"));
	account->also_known_as = property_uris(arena, json_member(document, "alsoKnownAs"), ACTOR_ALIASES_MAX);
}

static void parse_profile(struct arena *arena, const json_t *document, struct account *account)
{
	struct str note = utf8_prefix(property_text(json_member(document, "summary")), NOTE_CHARS_MAX);

	account->note = sanitize_html(arena, note);
	account->display_name = utf8_prefix(property_text(json_member(document, "name")), NAME_CHARS_MAX);
	account->url = web_address(arena, json_member(document, "url"));
	if (!account->url.n)
		account->url = account->uri;
	account->field_pairs = parse_fields(arena, document);
	account->avatar_url = picture(arena, document, "icon");
	account->header_url = picture(arena, document, "image");
	account->locked = json_member_bool(document, "manuallyApprovesFollowers", false);
	account->discoverable = json_member_bool(document, "discoverable", false);
	account->indexable = json_member_bool(document, "indexable", false);
	account->withheld = json_member_bool(document, "suspended", false);
	account->bot = account->kind == ACCOUNT_SERVICE || account->kind == ACCOUNT_APPLICATION;
	account->created_ms = property_date(document, "published");
	account->emojis_json = object_parse_emojis(arena, document);
}

bool actor_parse_handle(struct arena *arena, const json_t *document, struct str *ret_username, struct str *ret_host)
{
	struct str rest = property_text(json_member(document, "webfinger")), username;

	if (str_starts(rest, STR("acct:")))
		rest = str_sub(rest, 5, rest.n);
	if (str_starts(rest, STR("@")))
		rest = str_sub(rest, 1, rest.n);
	username = str_cut(&rest, '@');
	if (!actor_is_username(username) || url_host_parse(arena, rest, ret_host))
		return false;
	*ret_username = username;
	return true;
}

bool actor_is_username(struct str name)
{
	if (!name.n || name.n > USERNAME_BYTES_MAX)
		return false;
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if (c <= ' ' || c == 0x7f || strchr("@/\\?#<>\"'&%", c))
			return false;
	}
	return true;
}

int actor_parse(struct arena *arena, const json_t *document, struct str fetched_uri, struct account *ret_account)
{
	struct account account = { 0 };
	struct str host;
	struct url url;
	int r;

	account.kind = kind_of(document);
	account.uri = json_member_str(document, "id");
	account.username = property_text(json_member(document, "preferredUsername"));
	if (!account.username.n)
		actor_parse_handle(arena, document, &account.username, &host);
	if (!account.kind || !str_eq(account.uri, fetched_uri) || url_parse(arena, account.uri, &url) ||
	    !actor_is_username(account.username))
		return ERR_INVALID;
	account.host = url_host_port(arena, &url);
	parse_addresses(arena, document, &account);
	if (!account.inbox.n)
		return ERR_INVALID;
	parse_proof_key(arena, document, &account);
	r = parse_key(arena, document, &account);
	if (r)
		return r;
	parse_profile(arena, document, &account);
	account.fetched_ms = clock_now_ms();
	if (!account.created_ms)
		account.created_ms = account.fetched_ms;
	*ret_account = account;
	return OK;
}

/* Ours is not stored: it follows from the id. */
struct str actor_featured_uri(struct arena *arena, const struct account *account)
{
	if (account->host.n || account->featured_uri.n)
		return account->featured_uri;
	return arena_printf(arena, "%.*s/collections/featured", STR_ARG(account->uri));
}

/* writing */

static void w_key(struct json_writer *w, struct str owner, struct str id, struct str pem)
{
	json_w_object(w);
	json_w_member_str(w, "id", id);
	json_w_member_str(w, "owner", owner);
	json_w_member_str(w, "publicKeyPem", pem);
	json_w_object_end(w);
}

/* One key is written as one, which some can read only; two as long as an old one counts. */
static void w_keys(struct json_writer *w, const struct account *account)
{
	json_w_key(w, "publicKey");
	if (!account->old_key_id.n) {
		w_key(w, account->uri, account->key_id, account->key_pem);
		return;
	}
	json_w_array(w);
	w_key(w, account->uri, account->key_id, account->key_pem);
	w_key(w, account->uri, account->old_key_id, account->old_key_pem);
	json_w_array_end(w);
}

static void w_proof_key(struct json_writer *w, struct str controller, struct str id, struct str multibase)
{
	if (!id.n)
		return;
	json_w_object(w);
	json_w_member_str(w, "id", id);
	json_w_member_cstr(w, "type", "Multikey");
	json_w_member_str(w, "controller", controller);
	json_w_member_str(w, "publicKeyMultibase", multibase);
	json_w_object_end(w);
}

/* FEP-521a: the keys of its integrity proofs. */
static void w_proof_keys(struct json_writer *w, const struct account *account)
{
	if (!account->proof_key_id.n)
		return;
	json_w_key(w, "assertionMethod");
	json_w_array(w);
	w_proof_key(w, account->uri, account->proof_key_id, account->proof_key);
	w_proof_key(w, account->uri, account->old_proof_key_id, account->old_proof_key);
	json_w_array_end(w);
}

static void w_picture(struct json_writer *w, const char *key, struct str url)
{
	if (!url.n)
		return;
	json_w_key(w, key);
	json_w_object(w);
	json_w_member_cstr(w, "type", "Image");
	json_w_member_str(w, "url", url);
	json_w_object_end(w);
}

static void w_fields(struct json_writer *w, const struct str_list *pairs)
{
	json_w_key(w, "attachment");
	json_w_array(w);
	for (size_t i = 0; i + 1 < pairs->count; i += 2) {
		json_w_object(w);
		json_w_member_cstr(w, "type", "PropertyValue");
		json_w_member_str(w, "name", pairs->items[i]);
		json_w_member_str(w, "value", pairs->items[i + 1]);
		json_w_object_end(w);
	}
	json_w_array_end(w);
}

/* FEP-2c59: the handle as its WebFinger says it. Instance actors have none. */
static void w_handle(struct json_writer *w, struct view *view, const struct account *account)
{
	if (account->kind == ACCOUNT_APPLICATION)
		return;
	json_w_key(w, "webfinger");
	json_w_str(w, arena_printf(w->buf->arena, "%.*s@%.*s", STR_ARG(account->username),
	                           STR_ARG(instance_of(view)->domain)));
}

static void w_profile(struct json_writer *w, struct view *view, const struct account *account)
{
	w_handle(w, view, account);
	json_w_member_str(w, "name", account->display_name.n ? account->display_name : account->username);
	json_w_member_str(w, "summary", account->note);
	json_w_member_str(w, "url", account->url.n ? account->url : account->uri);
	json_w_member_str(w, "following", account->following_uri);
	if (account->kind != ACCOUNT_APPLICATION)
		json_w_member_str(w, "featured", actor_featured_uri(w->buf->arena, account));
	json_w_member_date(w, "published", account->created_ms);
	json_w_member_bool(w, "manuallyApprovesFollowers", account->locked);
	json_w_member_bool(w, "discoverable", account->discoverable);
	json_w_member_bool(w, "indexable", account->indexable);
	if (account->withheld)
		json_w_member_bool(w, "suspended", true);
	json_w_key(w, "tag");
	json_w_array(w);
	emoji_tags_w_account(w, view, account);
	json_w_array_end(w);
	w_fields(w, &account->field_pairs);
	w_picture(w, "icon", account->avatar_url);
	w_picture(w, "image", account->header_url);
	if (account->also_known_as.count)
		activity_w_uris(w, "alsoKnownAs", &account->also_known_as);
	if (account->attribution_domains.count)
		activity_w_uris(w, "attributionDomains", &account->attribution_domains);
	if (account->moved_to.n)
		json_w_member_str(w, "movedTo", account->moved_to);
}

void actor_w(struct json_writer *w, struct view *view, const struct account *account, bool bare, bool alone)
{
	json_w_object(w);
	if (alone)
		activity_w_context(w);
	json_w_member_str(w, "id", account->uri);
	json_w_member_cstr(w, "type", type_of(account->kind));
	json_w_member_str(w, "preferredUsername", account->username);
	json_w_member_str(w, "inbox", account->inbox);
	json_w_member_str(w, "outbox", account->outbox);
	json_w_member_str(w, "followers", account->followers_uri);
	json_w_key(w, "endpoints");
	json_w_object(w);
	json_w_member_str(w, "sharedInbox", account->shared_inbox);
	json_w_object_end(w);
	if (!bare)
		w_profile(w, view, account);
	w_keys(w, account);
	w_proof_keys(w, account);
	json_w_object_end(w);
}

struct str actor_render(struct arena *arena, struct view *view, const struct account *account, bool bare)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	actor_w(&w, view, account, bare, true);
	return buf_str(&buf);
}

/* what is known of others */

bool actor_is_stub(const struct account *account)
{
	return account->host.n && !account->deleted && account->kind != ACCOUNT_APPLICATION &&
	       !account->display_name.n && str_eq(account->url, account->uri);
}

bool actor_is_stale(const struct account *account)
{
	return actor_is_stub(account) || (account->host.n && !account->deleted && account->moved_to.n);
}

/* making */

int actor_prepare_local(struct arena *arena, const struct instance *instance, enum account_kind kind,
                        struct str username, struct str display_name, struct account *ret_account,
                        struct str *ret_private_pem)
{
	struct account account = { 0 };
	int r;

	if (!actor_is_username(username))
		return ERR_INVALID;
	account.kind = (uint8_t)kind;
	account.username = username;
	account.display_name = display_name;
	account.url = instance_account_url(arena, instance, username);
	account.shared_inbox = arena_printf(arena, "%.*s/inbox", STR_ARG(instance->url));
	account.bot = kind == ACCOUNT_SERVICE || kind == ACCOUNT_APPLICATION;
	account.locked = kind == ACCOUNT_APPLICATION;
	account.created_ms = clock_now_ms();
	r = pkey_generate_rsa2048(arena, ret_private_pem, &account.key_pem);
	if (r)
		return r;
	*ret_account = account;
	return OK;
}

int actor_give_proof_key(struct arena *arena, struct txn *txn, struct account *account, struct str fragment)
{
	struct str pem;
	int r;

	account->proof_key_id = arena_printf(arena, "%.*s#%.*s", STR_ARG(account->uri), STR_ARG(fragment));
	r = pkey_generate_ed25519(arena, &pem, &account->proof_key);
	if (r == OK)
		r = accounts_put(txn, account);
	return r == OK ? accounts_proof_key_put(txn, account->id, pem) : r;
}

int actor_create_local(struct txn *txn, struct account *account, struct str private_pem)
{
	const struct instance *instance = instance_of(txn_view(txn));
	struct arena *arena = arena_new();
	struct account made = *account;
	int r;

	made.id = txn_new_id(txn);
	made.uri = made.kind == ACCOUNT_APPLICATION ? arena_printf(arena, "%.*s/actor", STR_ARG(instance->url))
	                                            : instance_account_uri(arena, instance, made.id);
	made.inbox = arena_printf(arena, "%.*s/inbox", STR_ARG(made.uri));
	made.outbox = arena_printf(arena, "%.*s/outbox", STR_ARG(made.uri));
	made.followers_uri = arena_printf(arena, "%.*s/followers", STR_ARG(made.uri));
	made.following_uri = arena_printf(arena, "%.*s/following", STR_ARG(made.uri));
	made.key_id = arena_printf(arena, "%.*s#main-key", STR_ARG(made.uri));
	r = actor_give_proof_key(arena, txn, &made, STR("ed25519-key"));
	if (r == OK)
		r = accounts_private_key_put(txn, made.id, private_pem);
	if (r == OK)
		account->id = made.id;
	arena_free(arena);
	return r;
}
