/* Custom emojis: kept with their pictures, named in texts, and never stale in what was written before. */
#include "storage/emojis.h"

#include "node/api/emojis.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/media.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

static struct rig *rig;

static int add_body(struct rig *world, struct txn *txn, void *arg)
{
	uint8_t *digest = arena_alloc(rig->world->arena, SHA256_BYTES);
	struct media_record picture = {
		.state = MEDIA_STATE_READY, .kind = MEDIA_IMAGE, .type = STR("image/png"), .preview_type = STR("image/webp"),
	};

	(void)world;
	hash_sha256(((struct emoji *)arg)->shortcode, digest);
	picture.blob = picture.preview_blob = (struct str){ (char *)digest, SHA256_BYTES };
	return emojis_add(rig->world->arena, txn, arg, &picture);
}

static int add(const char *shortcode, const char *category)
{
	struct emoji emoji = { .shortcode = str_of(shortcode), .category = str_of(category) };

	return rig_write(rig, add_body, &emoji);
}

static int remove_body(struct rig *world, struct txn *txn, void *arg)
{
	(void)world;
	return emojis_remove(txn, str_of(arg));
}

static int disable_body(struct rig *world, struct txn *txn, void *arg)
{
	(void)world;
	return emojis_disable(txn, str_of(arg), true);
}

static int enable_body(struct rig *world, struct txn *txn, void *arg)
{
	(void)world;
	return emojis_disable(txn, str_of(arg), false);
}

static size_t named(const char *text)
{
	struct emoji_shown *list;
	struct str texts[] = { str_of(text), STR("") };

	return emojis_named(rig->world->arena, world_read(rig->world), texts, 2, &list);
}

static void print_finding(void *context, const char *text)
{
	(void)context;
	printf("# %s\n", text);
}

static uint64_t findings(void)
{
	uint64_t count = 0;

	maintain_check(world_read(rig->world), print_finding, NULL, &count);
	return count;
}

static void check_keeping(void)
{
	struct rig_answer answer;

	rig = rig_new();
	is_int(rig_count((answer = rig_call(rig, "GET", "/api/v1/custom_emojis", NULL, NULL), &answer), ""), 0, "none at first");
	is_int(add("wave", "greetings"), OK, "one is added");
	is_int(add("wave", ""), ERR_EXISTS, "once");
	is_int(add("Wave", ""), OK, "the case of its letters counts");
	is_int(add("a-b", ""), ERR_INVALID, "its name is letters, digits and _");
	is_int(add("a", ""), ERR_INVALID, "two at least");
	answer = rig_call(rig, "GET", "/api/v1/custom_emojis", NULL, NULL);
	ok(rig_count(&answer, "") == 2 && str_eq(rig_str(&answer, "1.shortcode"), STR("wave")) &&
	   str_eq(rig_str(&answer, "1.category"), STR("greetings")) && rig_number(&answer, "1.visible_in_picker") == 1 &&
	   str_ends(rig_str(&answer, "1.url"), STR("/file.png")) && str_ends(rig_str(&answer, "1.static_url"),
	   STR("/preview.webp")), "clients are told of them");
	is_int(findings(), 0, "the store is true");
	is_int(rig_write(rig, disable_body, (void *)"Wave"), OK, "one is disabled");
	answer = rig_call(rig, "GET", "/api/v1/custom_emojis", NULL, NULL);
	is_int(rig_count(&answer, ""), 1, "and is not told of");
	is_int(rig_write(rig, enable_body, (void *)"Wave"), OK, "and comes back");
	is_int(rig_write(rig, remove_body, (void *)"nobody"), ERR_NOT_FOUND, "what is not there is not removed");
}

static void check_names(void)
{
	is_int(named(":wave:"), 1, "a name between colons is an emoji");
	is_int(named("so :wave: and :Wave: and :wave:"), 2, "each once");
	is_int(named("<p>:wave:</p>"), 1, "in HTML too");
	is_int(named("\\n:wave:"), 1, "and behind an escape of JSON");
	is_int(named(":nobody: :wave"), 0, "what is none is text");
	is_int(named("10:wave:20 x:wave: :wave:x ::wave:"), 0, "inside of words there is none");
	is_int(named("::::"), 0, "nor where nothing stands");
}

static void check_showing(void)
{
	struct rig_answer post, answer;
	struct str id;

	post = rig_call(rig, "POST", "/api/v1/statuses", &rig->alice, "status=hello+:wave:+:smile:&spoiler_text=:Wave:");
	id = rig_str(&post, "id");
	is_int(rig_count(&post, "emojis"), 2, "a post shows those it names");
	rig_call(rig, "PATCH", "/api/v1/accounts/update_credentials", &rig->alice,
	         "display_name=Alice+:wave:&note=hi+:Wave:&fields_attributes[0][name]=x&fields_attributes[0][value]=:wave:");
	answer = rig_call(rig, "GET", "/api/v1/accounts/verify_credentials", &rig->alice, NULL);
	is_int(rig_count(&answer, "emojis"), 2, "so does a profile");
	is_int(add("smile", ""), OK, "another one is added");
	answer = rig_call(rig, "GET", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(id)), &rig->alice, NULL);
	ok(rig_count(&answer, "emojis") == 3 && rig_count(&answer, "account.emojis") == 2, "and old posts show it");
	rig_write(rig, remove_body, (void *)"wave");
	answer = rig_call(rig, "GET", rig_line(rig, "/api/v1/statuses/%.*s", STR_ARG(id)), &rig->bob, NULL);
	ok(rig_count(&answer, "emojis") == 2 && rig_count(&answer, "account.emojis") == 1, "one that is removed is text again");
	is_int(findings(), 0, "the store is true");
}

int main(void)
{
	check_keeping();
	check_names();
	check_showing();
	return done();
}
