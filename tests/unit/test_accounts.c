/* storage/accounts, users and settings over the memory engine. */
#include "storage/accounts.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/json.h"
#include "storage/keys.h"
#include "storage/settings.h"
#include "storage/users.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;

/* How many entries a space holds. */
static uint64_t entries(enum space space)
{
	uint64_t count = 0;

	view_count(world->view, space, &count);
	return count;
}

static void test_look_ups(void)
{
	struct account *ana, *bob, found;
	struct view *view;

	world = world_new();
	world_write(world);
	ana = world_account(world, "Ana", "");
	bob = world_account(world, "bob", "b.example:8443");
	is_int(world_commit(world), OK, "accounts are stored");
	view = world_read(world);

	is_int(accounts_get(world->arena, view, ana->id, &found), OK, "an account is found by id");
	is_str(found.username, STR("Ana"), "as its owner writes it");
	is_int(accounts_by_uri(world->arena, view, bob->uri, &found), OK, "one is found by its URI");
	ok(found.id == bob->id, "and is the right one");
	is_int(accounts_by_uri(world->arena, view, STR("https://b.example/other"), &found), ERR_NOT_FOUND,
	       "an unknown URI is not found");
	is_int(accounts_by_name(world->arena, view, STR("aNA"), STR_NONE, &found), OK,
	       "case of a name does not matter");
	is_int(accounts_by_name(world->arena, view, STR("bob"), STR_NONE, &found), ERR_NOT_FOUND,
	       "a foreign name is none of ours");
	is_int(accounts_by_acct(world->arena, view, STR("@bob@B.example:8443"), &found), OK,
	       "a handle is found");
	is_int(accounts_by_acct(world->arena, view, STR("acct:ana@A.example"), &found), OK,
	       "our own domain is no host");
	is_int(accounts_by_acct(world->arena, view, STR("ana"), &found), OK, "a name alone is ours");
	is_int(accounts_by_acct(world->arena, view, STR("@"), &found), ERR_NOT_FOUND, "nothing is nobody");
	is_int(accounts_by_key_id(world->arena, view, bob->key_id, &found), OK, "one is found by key id");
	ok(found.id == bob->id, "and owns the key");
	is_str(accounts_acct(world->arena, bob), STR("bob@b.example:8443"), "a foreign handle has a host");
	is_str(accounts_acct(world->arena, ana), STR("Ana"), "ours has none");
	world_free(world);
}

static void test_conflicts(void)
{
	struct account *ana, other;
	struct txn *txn;

	world = world_new();
	txn = world_write(world);
	ana = world_account(world, "ana", "");
	other = (struct account){ .username = STR("ANA"), .uri = STR("https://a.example/u/5") };
	is_int(accounts_put(txn, &other), ERR_EXISTS, "a name is taken in any case");
	ok(other.id == 0, "and no id was used");
	other = (struct account){ .username = STR("eve"), .host = STR("b.example"), .uri = ana->uri };
	is_int(accounts_put(txn, &other), ERR_EXISTS, "a URI is taken");
	other.uri = STR("https://b.example/eve");
	other.key_id = ana->key_id;
	is_int(accounts_put(txn, &other), ERR_EXISTS, "somebody else's key id cannot be claimed");
	other.key_id = STR("https://b.example/eve#key");
	other.username = STR_NONE;
	is_int(accounts_put(txn, &other), ERR_INVALID, "a nameless account is refused");
	is_int(txn_err(txn), OK, "a refusal touches nothing");
	other.username = STR("eve");
	is_int(accounts_put(txn, &other), OK, "an account of its own is taken");
	ok(other.id > ana->id, "with a new id");
	is_int(world_commit(world), OK, "and the rest is kept");
	world_free(world);
}

static void test_rename(void)
{
	struct account *ana, found;
	struct id_list ids;
	struct view *view;

	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "b.example");
	ana->display_name = STR("Ana Lima");
	accounts_put(world->txn, ana);
	world_commit(world);
	world_write(world);
	ana->username = STR("anna");
	ana->display_name = STR("Anna Souza");
	ana->key_id = STR("https://b.example/u/ana#second");
	is_int(accounts_put(world->txn, ana), OK, "an account is replaced");
	world_commit(world);
	view = world_read(world);
	is_int(accounts_by_acct(world->arena, view, STR("ana@b.example"), &found), ERR_NOT_FOUND,
	       "the old name is free");
	is_int(accounts_by_acct(world->arena, view, STR("anna@b.example"), &found), OK,
	       "the new one leads to it");
	is_int(accounts_search(world->arena, view, STR("lima"), 0, 10, &ids), OK,
	       "a search for the old words works");
	is_int(ids.count, 0, "and finds nothing");
	is_int(entries(SPACE_ACCOUNT_NAME), 1, "one name entry is left");
	is_int(entries(SPACE_ACCOUNT_KEY), 1, "one key entry is left");
	is_int(entries(SPACE_ACCOUNT_WORD), 2, "two words are left");
	world_free(world);
}

static void test_too_large(void)
{
	struct account *ana;
	char *text;

	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "b.example");
	world_commit(world);
	world_write(world);
	text = arena_alloc(world->arena, ENGINE_VALUE_MAX);
	memset(text, '"', ENGINE_VALUE_MAX);
	ana->note = (struct str){ text, ENGINE_VALUE_MAX / 2 };
	is_int(accounts_put(world->txn, ana), ERR_LIMIT, "an account whose JSON is larger than a value is refused");
	ana->note.n = ENGINE_VALUE_MAX;
	is_int(accounts_put(world->txn, ana), ERR_LIMIT, "and one whose record is");
	ok(!txn_touched(world->txn), "before anything is written");
	world_abort(world);
	world_free(world);
}

static void test_delete(void)
{
	struct account *ana, found, again;
	struct str pem;
	struct view *view;

	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	ana->note = STR("<p>private</p>");
	accounts_put(world->txn, ana);
	accounts_private_key_put(world->txn, ana->id, STR("SECRET"));
	accounts_proof_key_put(world->txn, ana->id, STR("PROVES"));
	world_commit(world);
	is_int(accounts_private_key_get(world->arena, world_read(world), ana->id, &pem), OK,
	       "a private key is kept");
	is_str(pem, STR("SECRET"), "as it was");
	is_int(accounts_proof_key_get(world->arena, world_read(world), ana->id, &pem), OK,
	       "so is the key of its proofs");
	is_str(pem, STR("PROVES"), "which is another one");
	world_write(world);
	is_int(accounts_delete(world->txn, ana->id), OK, "an account is deleted");
	again = (struct account){ .username = STR("ana"), .uri = STR("https://a.example/u/99") };
	is_int(accounts_put(world->txn, &again), ERR_EXISTS, "its name is not given out again");
	is_int(accounts_delete(world->txn, 12345), ERR_NOT_FOUND, "an unknown one cannot be deleted");
	is_int(world_commit(world), OK, "the tombstone is stored");
	view = world_read(world);
	is_int(accounts_by_uri(world->arena, view, ana->uri, &found), OK, "its URI still leads to it");
	ok(found.deleted && found.note.n == 0 && found.display_name.n == 0, "as a tombstone without texts");
	is_int(accounts_by_name(world->arena, view, STR("ana"), STR_NONE, &found), ERR_NOT_FOUND,
	       "its name does not");
	is_int(accounts_private_key_get(world->arena, view, ana->id, &pem), ERR_NOT_FOUND,
	       "its private key is gone");
	is_int(accounts_proof_key_get(world->arena, view, ana->id, &pem), ERR_NOT_FOUND,
	       "and the key of its proofs");
	is_int(entries(SPACE_ACCOUNT_WORD), 0, "its words are gone");
	is_int(entries(SPACE_ACCOUNT_JSON), 0, "its fragment is gone");
	world_free(world);
}

/* Whatever put of it fails, an account is there with all its entries or not at all. */
static void test_failing_disk(void)
{
	struct account account = {
		.kind = ACCOUNT_PERSON, .username = STR("ana"), .uri = STR("https://a.example/u/1"),
		.display_name = STR("Ana Lima"), .key_id = STR("https://a.example/u/1#key"),
	};
	uint64_t before, puts;
	bool told = true;
	int r = OK;

	world = world_new();
	before = engine_mem_puts(world->engine);
	world_write(world);
	accounts_put(world->txn, &account);
	puts = engine_mem_puts(world->engine) - before;
	world_abort(world);
	for (uint64_t n = 1; n <= puts; n++) {
		engine_mem_fail_put(world->engine, n, ERR_FULL);
		world_write(world);
		r = accounts_put(world->txn, &account);
		told &= r == ERR_FULL && world_commit(world) == ERR_FULL;
	}
	ok(puts >= 7, "an account has a record, a fragment, three indexes and its words");
	ok(told, "a full disk is told, whichever put meets it");
	world_read(world);
	is_int(entries(SPACE_ACCOUNT) + entries(SPACE_ACCOUNT_URI) + entries(SPACE_ACCOUNT_WORD), 0,
	       "and nothing of the account is left");
	world_free(world);
}

static void test_stats(void)
{
	struct account_stats stats;
	struct view *view;

	world = world_new();
	world_write(world);
	accounts_stats_add(world->txn, 7, 2, 1, 0, 5000);
	accounts_stats_add(world->txn, 7, -1, -5, 3, 4000);
	world_commit(world);
	view = world_read(world);
	is_int(accounts_stats_get(view, 7, &stats), OK, "counts are read");
	ok(stats.statuses == 1 && stats.following == 3, "and were added up");
	is_int(stats.followers, 0, "no count falls below 0");
	is_int(stats.last_status_ms, 5000, "the last post does not move back");
	is_int(accounts_stats_get(view, 8, &stats), OK, "nothing was counted yet");
	is_int(stats.statuses, 0, "is 0");
	world_free(world);
}

static struct account *named(const char *username, const char *host, const char *display_name)
{
	struct account *account = world_account(world, username, host);

	account->display_name = str_of(display_name);
	accounts_put(world->txn, account);
	return account;
}

static void is_found(const char *query, const struct account *first, size_t count, const char *name)
{
	struct id_list ids;
	int r = accounts_search(world->arena, world->view, str_of(query), 0, 10, &ids);

	ok(r == OK && ids.count == count && (count == 0 || ids.ids[0] == first->id), "%s", name);
}

static void test_search(void)
{
	struct account *jose, *gone, *far, *anna, *off, *service;
	struct id_list ids;

	world = world_new();
	world_write(world);
	far = named("jo", "b.example", "Josephine Lima");
	jose = named("jose", "", "Jos\xc3\xa9 da Silva");
	anna = named("anna_k", "", "\xc3\x85NNA \xe2\x80\x94 Sales");
	gone = named("jon", "", "Jon");
	off = named("jonas", "", "Jonas");
	off->disabled = true;
	accounts_put(world->txn, off);
	service = named("josbot", "", "Jos");
	world->instance.actor_id = service->id;
	accounts_delete(world->txn, gone->id);
	world_commit(world);
	world_read(world);
	is_found("jo", jose, 2,
	         "a search finds by the front of a word, ours first, without deleted and disabled");
	is_found("JOSE silva", jose, 1, "case and marks do not matter, and every word must match");
	is_found("ann sal", anna, 1, "letters with marks are found without them");
	is_found("k", anna, 1, "a name is made of words");
	is_found("lima jose", far, 1, "the order of words does not matter");
	is_found("osephine", NULL, 0, "the middle of a word is not found");
	is_found("\xe2\x80\x94", NULL, 0, "a query without words finds nothing");
	is_found("\xff\xfe", NULL, 0, "nor does one that is no text");
	is_int(accounts_search(world->arena, world->view, STR("jo"), 1, 10, &ids), OK,
	       "a search goes on from an offset");
	ok(ids.count == 1 && ids.ids[0] == far->id, "with what comes next");
	accounts_search(world->arena, world->view, STR("jo"), SIZE_MAX, 10, &ids);
	is_int(ids.count, 0, "an absurd offset finds nothing");
	world_free(world);
}

static void test_folding(void)
{
	struct arena *arena = arena_new();

	is_str(accounts_fold(arena, STR("STRA\xc3\x9f" "E")), STR("strasse"), "folding folds fully");
	is_str(accounts_fold(arena, STR("\xef\xac\x81n")), STR("fin"), "ligatures come apart");
	is_str(accounts_fold(arena, STR("Caf\xc3\xa9")), accounts_fold(arena, STR("cafe\xcc\x81")),
	       "both ways to write a mark are the same");
	is_str(accounts_fold(arena, STR("\xd0\x96")), STR("\xd0\xb6"), "other scripts have cases too");
	is_str(accounts_fold(arena, STR("")), STR(""), "nothing folds to nothing");
	arena_free(arena);
}

static void test_users(void)
{
	struct user *users, found;
	struct account *ana, *bob;
	struct id_list ids;
	struct view *view;
	uint64_t count;
	size_t n;

	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	bob = world_account(world, "bob", "");
	is_int(users_put(world->txn, &(struct user){ .account_id = ana->id, .email = STR("Ana@a.example") }),
	       OK, "a user is stored");
	is_int(users_put(world->txn, &(struct user){ .account_id = bob->id, .email = STR("ana@A.example") }),
	       ERR_EXISTS, "an e-mail address belongs to one, in any case");
	users_put(world->txn, &(struct user){ .account_id = bob->id, .roles = ROLE_ADMIN });
	world_commit(world);
	view = world_read(world);
	is_int(users_by_email(world->arena, view, STR("ANA@a.example"), &found), OK,
	       "a user is found by e-mail");
	ok(found.account_id == ana->id, "and is the right one");
	is_int(users_by_email(world->arena, view, STR_NONE, &found), ERR_NOT_FOUND,
	       "no address finds nobody");
	is_int(users_get(world->arena, view, bob->id, &found), OK, "a user needs no address");
	is_int(users_each(world->arena, view, ana->id, 10, &users, &n), OK, "users are listed after one");
	ok(n == 1 && users[0].account_id == bob->id && users[0].roles == ROLE_ADMIN, "in order of ids");
	users_count(view, &count);
	is_int(count, 2, "and counted");
	is_int(accounts_local_each(world->arena, view, 0, 10, &ids), OK, "local people are listed");
	ok(ids.count == 2 && ids.ids[0] == ana->id, "in order of ids");
	accounts_local_each(world->arena, view, ana->id, 1, &ids);
	ok(ids.count == 1 && ids.ids[0] == bob->id, "and paged");

	world_write(world);
	users_put(world->txn, &(struct user){ .account_id = ana->id, .email = STR("lima@a.example") });
	is_int(users_put(world->txn, &(struct user){ .account_id = bob->id, .email = STR("ana@a.example") }),
	       OK, "a given-up address is free");
	is_int(users_delete(world->txn, bob->id), OK, "a user is deleted");
	accounts_delete(world->txn, ana->id);
	world_commit(world);
	view = world_read(world);
	is_int(users_by_email(world->arena, view, STR("ana@a.example"), &found), ERR_NOT_FOUND,
	       "with the address");
	accounts_local_each(world->arena, view, 0, 10, &ids);
	is_int(ids.count, 0, "the deleted are not listed");
	world_free(world);
}

static void test_settings(void)
{
	struct str value;

	world = world_new();
	world_write(world);
	settings_put(world->txn, STR("instance.title"), STR("A"));
	is_int(settings_put(world->txn, STR_NONE, STR("x")), ERR_INVALID, "a setting has a name");
	world_commit(world);
	is_int(world_events(world, EVENT_CONFIG), 1, "a changed setting is told");
	is_int(settings_get(world->arena, world_read(world), STR("instance.title"), &value), OK,
	       "a setting is read");
	is_str(value, STR("A"), "as it was put");
	world_write(world);
	settings_delete(world->txn, STR("instance.title"));
	world_commit(world);
	is_int(settings_get(world->arena, world_read(world), STR("instance.title"), &value), ERR_NOT_FOUND,
	       "a deleted one is not");
	world_free(world);
}

/* The stored fragment of an account as a JSON object. */
static json_t *fragment(uint64_t id)
{
	struct key key;
	struct str value = STR_NONE;
	json_t *object = NULL;

	view_get(world->view, SPACE_ACCOUNT_JSON, key_u64(&key, id), &value);
	json_parse(world->arena, arena_printf(world->arena, "{%.*s}", STR_ARG(value)), &object);
	return object;
}

static void test_fragment(void)
{
	static const char *const keys[] = {
		"id", "username", "acct", "url", "uri", "display_name", "note", "avatar", "avatar_static",
		"header", "header_static", "avatar_description", "header_description", "locked", "bot", "group",
		"discoverable", "indexable", "noindex", "created_at", "hide_collections", "emojis", "fields",
		"roles", "show_media", "show_media_replies", "show_featured",
	};
	struct str pairs[] = { STR("Team"), STR("\"Sales\"") };
	struct account *ana;
	json_t *object;
	bool all = true;

	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	ana->field_pairs = (struct str_list){ pairs, 2 };
	ana->created_ms = INT64_C(1795565000000);
	ana->kind = ACCOUNT_SERVICE;
	accounts_put(world->txn, ana);
	world_commit(world);
	world_read(world);
	object = fragment(ana->id);
	ok(object != NULL, "the stored fragment is the inside of a JSON object");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		all &= json_member(object, keys[i]) != NULL;
	ok(all, "with every member a client reads");
	is_int(json_object_size(object), sizeof(keys) / sizeof(keys[0]), "and nothing else");
	is_str(json_member_str(object, "created_at"), STR("2026-11-25T00:00:00.000Z"),
	       "the first day is cut to midnight");
	is_str(json_member_str(object, "avatar_static"), STR("https://a.example/avatar.png"),
	       "there is a default picture");
	ok(json_member_bool(object, "bot", false), "a service is shown as a bot");
	is_str(json_member_str(json_at(json_member(object, "fields"), 0), "value"), STR("\"Sales\""),
	       "fields are shown");
	world_free(world);
}

int main(void)
{
	test_look_ups();
	test_conflicts();
	test_rename();
	test_too_large();
	test_delete();
	test_failing_disk();
	test_stats();
	test_search();
	test_folding();
	test_users();
	test_settings();
	test_fragment();
	return done();
}
