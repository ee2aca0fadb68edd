/* storage/fragment: the part of a Status that is the same for every viewer. */
#include "storage/fragment.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/json.h"
#include "storage/tokens.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

static struct world *world;

/* The fragment of `post` as a JSON object; NULL when it is none. */
static json_t *rendered(const struct post *post)
{
	struct str fragment = fragment_post(world->arena, world->view, post);
	json_t *object = NULL;

	json_parse(world->arena, arena_printf(world->arena, "{%.*s}", STR_ARG(fragment)), &object);
	return object;
}

static bool is_null(const json_t *object, const char *key)
{
	return json_is_null(json_object_get(object, key));
}

static void test_keys(void)
{
	static const char *const keys[] = {
		"id", "uri", "url", "created_at", "edited_at", "content", "visibility", "sensitive", "spoiler_text",
		"media_attachments", "mentions", "tags", "emojis", "language", "in_reply_to_id",
		"in_reply_to_account_id", "poll", "card", "quote", "application",
	};
	const struct post bare = {
		.id = 900, .uri = STR("https://a.example/p/900"), .visibility = VISIBILITY_FOLLOWERS,
		.created_ms = INT64_C(1795521600123), .object_type = STR("Note"),
	};
	json_t *object = rendered(&bare);
	bool all = true;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		all &= json_object_get(object, keys[i]) != NULL;
	ok(all, "every member is written, also when there is nothing to say");
	is_int(json_object_size(object), sizeof(keys) / sizeof(keys[0]), "and nothing else");
	is_str(json_member_str(object, "id"), STR("900"), "an id is a text");
	is_str(json_member_str(object, "url"), bare.uri, "without a page the id is the address");
	is_str(json_member_str(object, "created_at"), STR("2026-11-24T12:00:00.123Z"), "the date has milliseconds");
	is_str(json_member_str(object, "visibility"), STR("private"), "followers-only is called private");
	ok(json_is_string(json_object_get(object, "spoiler_text")), "no warning is an empty text");
	ok(is_null(object, "edited_at") && is_null(object, "language") && is_null(object, "in_reply_to_id") &&
	   is_null(object, "application"), "what is not there is null");
}

static void test_contents(void)
{
	struct str tags[] = { STR("news"), STR("caf\xc3\xa9") };
	struct account *ana, *bob, *gone;
	struct app app = { .name = STR("Elk") };
	uint64_t ids[4] = { 0, 0, 0, 12345 };
	struct post post;
	json_t *object, *mentions;

	world_write(world);
	ana = world_account(world, "ana", "");
	bob = world_account(world, "bob", "b.example");
	gone = world_account(world, "gone", "b.example");
	accounts_delete(world->txn, gone->id);
	apps_put(world->arena, world->txn, &app);
	world_commit(world);
	world_read(world);
	ids[0] = ana->id;
	ids[1] = bob->id;
	ids[2] = gone->id;
	post = (struct post){
		.id = 901, .uri = STR("https://a.example/p/901"), .url = STR("https://a.example/@ana/901"),
		.visibility = VISIBILITY_DIRECT, .content = STR("<p>\"hi\"</p>"), .spoiler = STR("cw"),
		.sensitive = true, .language = STR("fr"), .created_ms = 1, .edited_ms = 2, .in_reply_to_id = 5,
		.in_reply_to_account_id = 6, .mention_ids = { ids, 4 }, .tags = { tags, 2 }, .app_id = app.id,
		.emojis_json = STR("[{\"shortcode\":\"blob\"}]"), .object_type = STR("Note"), .title = STR("No"),
	};
	object = rendered(&post);
	is_str(json_member_str(object, "content"), post.content, "the text of a Note is shown as it is");
	is_str(json_member_str(object, "in_reply_to_account_id"), STR("6"), "a reply says to whom");
	mentions = json_member(object, "mentions");
	is_int(json_count(mentions), 2, "deleted and unknown accounts are not mentioned");
	is_str(json_member_str(json_at(mentions, 0), "acct"), STR("ana"), "ours are mentioned by name");
	is_str(json_member_str(json_at(mentions, 1), "acct"), STR("bob@b.example"), "others with their host");
	is_str(json_member_str(json_at(json_member(object, "tags"), 1), "url"),
	       STR("https://a.example/tags/caf%C3%A9"), "tags lead to our pages");
	is_int(json_count(json_member(object, "emojis")), 1, "emojis are joined");
	is_str(json_member_str(json_member(object, "application"), "name"), STR("Elk"), "the app is named");
}

#define LINK(uri) "<p><a href=\"" uri "\" rel=\"nofollow noopener noreferrer\" target=\"_blank\">" uri "</a></p>"

static void test_title(void)
{
	struct post post = {
		.id = 902, .object_type = STR("Article"), .title = STR("Cats & <dogs>"), .content = STR("<p>x</p>"),
		.uri = STR("https://b.example/1"), .url = STR("https://b.example/?a&b"),
	};

	is_str(json_member_str(rendered(&post), "content"),
	       STR("<h2>Cats &amp; &lt;dogs&gt;</h2><p>x</p>" LINK("https://b.example/?a&amp;b")),
	       "the title of an Article is a heading, escaped, and its page is linked");
	post.object_type = STR("Event");
	post.title = post.url = post.content = STR_NONE;
	is_str(json_member_str(rendered(&post), "content"), STR(LINK("https://b.example/1")),
	       "of what says nothing the link remains");
	post.object_type = STR("Question");
	post.content = STR("<p>x</p>");
	is_str(json_member_str(rendered(&post), "content"), post.content, "a Question is shown as a Note");
}

static void test_attachments(void)
{
	struct post post = {
		.id = 903, .remote = true, .attachments_json =
		STR("[{\"url\":\"https://b.example/1.png\",\"mediaType\":\"image/png\",\"name\":\"A cat\","
		    "\"width\":300,\"height\":200,\"blurhash\":\"LEHV6n\"},"
		    "{\"url\":\"https://b.example/2.pdf\",\"mediaType\":\"application/pdf\",\"type\":\"Image\"},"
		    "{\"url\":\"https://b.example/3\",\"type\":\"Video\",\"width\":99999999,\"height\":1},"
		    "{\"mediaType\":\"image/png\"}, 7]"),
	};
	json_t *list = json_member(rendered(&post), "media_attachments");
	json_t *image = json_at(list, 0), *size = json_member(json_member(image, "meta"), "original");

	is_int(json_count(list), 3, "an attachment without an address is left out");
	is_str(json_member_str(image, "id"), STR("90300"), "an attachment has an id");
	is_str(json_member_str(image, "type"), STR("image"), "a picture is an image");
	is_str(json_member_str(image, "description"), STR("A cat"), "with its description");
	is_str(json_member_str(image, "preview_url"), STR("https://b.example/1.png"), "it is its own preview");
	is_str(json_member_str(image, "remote_url"), STR("https://b.example/1.png"), "and lives elsewhere");
	is_str(json_member_str(size, "size"), STR("300x200"), "its size is known");
	ok(json_real_value(json_member(size, "aspect")) == 1.5, "and its aspect a number");
	is_str(json_member_str(json_at(list, 1), "type"), STR("unknown"), "a document is unknown, whatever it says it is");
	ok(is_null(json_at(list, 1), "preview_url") && is_null(json_at(list, 1), "description"),
	   "and has no preview");
	is_str(json_member_str(json_at(list, 2), "type"), STR("video"), "without a media type the type counts");
	is_int(json_object_size(json_member(json_at(list, 2), "meta")), 0, "an absurd size is not shown");
	post.visibility = VISIBILITY_FOLLOWERS;
	list = json_member(rendered(&post), "media_attachments");
	ok(is_null(json_at(list, 0), "remote_url"), "of a post for few, where a picture lives is not told");
	is_str(json_member_str(json_at(list, 1), "remote_url"), STR("https://b.example/2.pdf"), "but where a document does");
	post.attachments_json = STR("not JSON");
	post.emojis_json = STR("\"x\"");
	ok(json_count(json_member(rendered(&post), "media_attachments")) == 0, "damaged parts are left out");
}

int main(void)
{
	world = world_new();
	world_read(world);
	test_keys();
	test_contents();
	test_title();
	test_attachments();
	world_free(world);
	return done();
}
