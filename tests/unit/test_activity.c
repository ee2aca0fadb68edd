/* Foreign activities as their nodes write them (tests/unit/documents), legal ones, odd ones and illegal ones. */
#include "federation/activity.h"

#include <dirent.h>
#include <stdlib.h>

#include "federation/property.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

#define FOLDER "tests/unit/documents"
#define ANA "https://m.example/users/ana"
#define GUS "https://gts.example/users/gus"
#define FAY_NOTE "https://fedify.example/notes/1"

static const struct expected {
	const char *file;
	enum activity_type type;
	enum object_kind kind;
	const char *object_uri;
	enum activity_type inner;
} documents[] = {
	{ "mastodon-create", AS_CREATE, OBJECT_POST, ANA "/statuses/113", AS_UNKNOWN },
	{ "mastodon-question", AS_CREATE, OBJECT_POST, ANA "/statuses/120", AS_UNKNOWN },
	{ "mastodon-announce", AS_ANNOUNCE, OBJECT_URI, "https://a.example/p/9", AS_UNKNOWN },
	{ "mastodon-delete", AS_DELETE, OBJECT_TOMBSTONE, ANA "/statuses/113", AS_UNKNOWN },
	{ "mastodon-delete-account", AS_DELETE, OBJECT_URI, ANA, AS_UNKNOWN },
	{ "mastodon-undo-follow", AS_UNDO, OBJECT_ACTIVITY, "https://m.example/6ab2", AS_FOLLOW },
	{ "mastodon-like", AS_LIKE, OBJECT_URI, "https://a.example/p/9", AS_UNKNOWN },
	{ "gotosocial-create", AS_CREATE, OBJECT_POST, GUS "/statuses/01HX", AS_UNKNOWN },
	{ "gotosocial-accept", AS_ACCEPT, OBJECT_ACTIVITY, "https://a.example/a/5", AS_FOLLOW },
	{ "gotosocial-votes", AS_CREATE, OBJECT_VOTE, "https://a.example/p/9", AS_UNKNOWN },
	{ "lemmy-create-page", AS_CREATE, OBJECT_POST, "https://lemmy.example/post/3", AS_UNKNOWN },
	{ "lemmy-announce-create", AS_ANNOUNCE, OBJECT_ACTIVITY, "https://lemmy.example/activities/create/1", AS_CREATE },
	{ "lemmy-like", AS_LIKE, OBJECT_URI, "https://a.example/p/9", AS_UNKNOWN },
	{ "lemmy-follow", AS_FOLLOW, OBJECT_URI, "https://a.example/u/7", AS_UNKNOWN },
	{ "snac-create", AS_CREATE, OBJECT_POST, "https://snac.example/sam/p/17.1", AS_UNKNOWN },
	{ "snac-follow", AS_FOLLOW, OBJECT_URI, "https://a.example/u/7", AS_UNKNOWN },
	{ "snac-undo", AS_UNDO, OBJECT_ACTIVITY, "https://snac.example/sam/d/17.2/Like", AS_LIKE },
	{ "akkoma-create", AS_CREATE, OBJECT_POST, "https://akkoma.example/objects/1", AS_UNKNOWN },
	{ "akkoma-undo-announce", AS_UNDO, OBJECT_ACTIVITY, "https://akkoma.example/activities/3", AS_ANNOUNCE },
	{ "akkoma-emoji-react", AS_EMOJI_REACT, OBJECT_URI, "https://a.example/p/9", AS_UNKNOWN },
	{ "fedify-follow", AS_FOLLOW, OBJECT_URI, "https://a.example/u/7", AS_UNKNOWN },
	{ "fedify-accept", AS_ACCEPT, OBJECT_ACTIVITY, "https://a.example/a/5", AS_FOLLOW },
	{ "fedify-create", AS_CREATE, OBJECT_POST, FAY_NOTE, AS_UNKNOWN },
	{ "fedify-update-person", AS_UPDATE, OBJECT_ACTOR, "https://fedify.example/users/fay", AS_UNKNOWN },
	{ "fedify-delete", AS_DELETE, OBJECT_TOMBSTONE, FAY_NOTE, AS_UNKNOWN },
	{ "fedify-undo-announce", AS_UNDO, OBJECT_ACTIVITY, "https://fedify.example/activities/9", AS_ANNOUNCE },
	{ "odd-shapes", AS_CREATE, OBJECT_POST, "https://odd.example/n/1", AS_UNKNOWN },
};

enum { DOCUMENTS = sizeof(documents) / sizeof *documents };

static struct str load(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "rb");
	char *bytes = arena_alloc(arena, JSON_BYTES_MAX);
	size_t n;

	if (!file) {
		perror(path);
		exit(1);
	}
	n = fread(bytes, 1, JSON_BYTES_MAX, file);
	fclose(file);
	return (struct str){ bytes, n };
}

static int parse_file(struct arena *arena, const char *name, struct activity *ret_activity)
{
	struct str path = arena_printf(arena, FOLDER "/%s.json", name);
	json_t *document;
	int r = json_parse(arena, load(arena, path.p), &document);

	return r ? r : activity_parse(arena, document, ret_activity);
}

/* Of a document that must be read. */
static struct activity parsed(struct arena *arena, const char *name)
{
	struct activity a = { 0 };

	if (parse_file(arena, name, &a) || !a.draft)
		abort();
	return a;
}

static int parse_text(struct arena *arena, const char *text, struct activity *ret_activity)
{
	char *copy = arena_cstr(arena, str_of(text));
	json_t *document;

	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	if (json_parse(arena, str_of(copy), &document))
		return ERR_CORRUPT;
	return activity_parse(arena, document, ret_activity);
}

static void check_documents(void)
{
	for (size_t i = 0; i < DOCUMENTS; i++) {
		const struct expected *wanted = &documents[i];
		struct arena *arena = arena_new();
		struct activity a = { 0 };

		ok(parse_file(arena, wanted->file, &a) == OK && a.type == wanted->type &&
		           a.object_kind == wanted->kind && str_eq(a.object_uri, str_of(wanted->object_uri)) &&
		           (a.inner ? a.inner->type : AS_UNKNOWN) == wanted->inner &&
		           (a.draft != NULL) == (wanted->kind == OBJECT_POST),
		   "%s reads as what it is", wanted->file);
		arena_free(arena);
	}
}

static void check_illegal(void)
{
	DIR *folder = opendir(FOLDER);
	struct dirent *entry;
	size_t legal = 0;

	if (!folder) {
		perror(FOLDER);
		exit(1);
	}
	while ((entry = readdir(folder))) {
		struct str name = str_of(entry->d_name);
		struct arena *arena = arena_new();
		struct activity a;

		if (str_starts(name, STR("illegal-")))
			ok(parse_file(arena, arena_cstr(arena, str_sub(name, 0, name.n - 5)), &a) != OK, "%s is refused",
			   entry->d_name);
		else
			legal += str_ends(name, STR(".json"));
		arena_free(arena);
	}
	closedir(folder);
	is_int(legal, DOCUMENTS, "every document of the folder is expected by this test");
}

static void check_mastodon_note(void)
{
	struct arena *arena = arena_new();
	struct activity a = parsed(arena, "mastodon-create");
	const struct post *post;

	post = &a.draft->post;
	is_str(a.draft->attributed_to, STR(ANA), "a note has its author");
	is_str(post->spoiler, STR("lunch"), "and its warning");
	ok(post->sensitive, "and its flag");
	is_str(post->language, STR("en"), "the language is that of the text in the map");
	is_int(post->tags.count, 1, "one hashtag");
	is_str(post->tags.items[0], STR("soup"), "folded, without its sign");
	is_int(a.draft->mention_uris.count, 1, "one mention");
	is_str(a.draft->mention_uris.items[0], STR("https://a.example/u/7"), "by id");
	ok(str_find(post->attachments_json, STR("\"name\":\"A bowl of soup\"")) != SIZE_MAX &&
	           str_find(post->attachments_json, STR("\"width\":1200")) != SIZE_MAX,
	   "the picture keeps its description and size");
	ok(str_find(post->emojis_json, STR("\"shortcode\":\"spoon\"")) != SIZE_MAX, "the emoji its code");
	ok(str_find(post->content, STR("<script")) == SIZE_MAX && post->content.n > 20, "the text is there");
	is_int(a.draft->published_ms, 1795507080000, "with its date");
	is_str(post->url, STR("https://m.example/@ana/113"), "and its page");
	arena_free(arena);
}

static void check_odd_shapes(void)
{
	struct arena *arena = arena_new();
	struct activity a = parsed(arena, "odd-shapes");
	const struct post *post;

	post = &a.draft->post;
	is_str(a.actor_uri, STR("https://odd.example/u/1"), "an actor may be an object");
	ok(str_find(post->content, STR("x()")) == SIZE_MAX && str_find(post->content, STR("bold")) != SIZE_MAX,
	   "a text may be a value object; it is sanitised");
	is_str(post->tags.items[0], STR("\xc3\xbc" "ber"), "a tag may stand alone, without its sign");
	ok(str_find(post->attachments_json, STR("\"width\":640")) != SIZE_MAX, "a number may be a text");
	is_str(post->url, STR("https://odd.example/@u/1"), "an address may be a list of links");
	is_int(a.draft->published_ms, 1795507080500, "a date may have an offset and a fraction");
	is_int(a.to.count, 1, "an audience may be a single text");
	is_int(a.cc.count, 0, "or null");
	arena_free(arena);
}

static void check_gotosocial_and_lemmy(void)
{
	struct arena *arena = arena_new();
	struct activity a = parsed(arena, "gotosocial-create");

	is_str(a.draft->post.language, STR("fr"), "GoToSocial tells the language");
	is_int(a.draft->published_ms, 1795507080000, "and the date with an offset");
	ok(parse_file(arena, "gotosocial-accept", &a) == OK && a.inner &&
	           str_eq(a.inner->actor_uri, STR("https://a.example/u/7")) && str_eq(a.inner->object_uri, STR(GUS)),
	   "its Accept embeds who followed whom");
	a = parsed(arena, "lemmy-create-page");
	is_str(a.draft->post.title, STR("Best soup"), "Lemmy's posts have a title");
	is_str(a.draft->post.object_type, STR("Page"), "and their own type");
	arena_free(arena);
}

static void check_fedify(void)
{
	struct arena *arena = arena_new();
	struct activity a = parsed(arena, "fedify-create");

	is_int(a.draft->published_ms, 1795506657245, "Fedify's dates go down to the nanosecond");
	is_int((int64_t)a.draft->to.count, 1, "its audience of one is a text, not an array");
	ok(parse_file(arena, "fedify-accept", &a) == OK && a.inner &&
	           str_eq(a.inner->actor_uri, STR("https://a.example/u/7")),
	   "its Accept embeds the Follow with its whole actor");
	arena_free(arena);
}

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"

static void check_trust(void)
{
	struct arena *arena = arena_new();
	struct activity a = { 0 };

	parse_text(arena,
	           "{" AS "'id':'https://m.example/a','type':'Create','actor':'" ANA "','object':{'id':'https://m.example/n',"
	           "'type':'Note','attributedTo':'" ANA "x','content':'x'}}",
	           &a);
	ok(a.object_kind == OBJECT_URI && !a.draft, "a post of another author is not believed");
	parse_text(arena,
	           "{" AS "'id':'https://m.example/a','type':'Create','actor':'" ANA "','object':{'id':'https://x.example/n',"
	           "'type':'Note','attributedTo':'" ANA "','content':'x'}}",
	           &a);
	ok(a.object_kind == OBJECT_URI && !a.draft, "nor one of another origin");
	is_str(a.object_uri, STR("https://x.example/n"), "its address is kept");
	parse_text(arena,
	           "{" AS "'id':'https://m.example/a','type':'Update','actor':'" ANA "','object':{'id':'https://m.example/u/2',"
	           "'type':'Person','preferredUsername':'x','inbox':'https://m.example/i'}}",
	           &a);
	ok(a.object_kind == OBJECT_URI && !a.object_actor, "nor another's profile");
	is_int(parse_text(arena, "{" AS "'type':'Like','actor':'" ANA "','object':'https://a.example/p/9'}", &a), OK,
	       "a Like may have no id");
	is_int(a.uri.n, 0, "and has none");
	is_int(parse_text(arena, "{" AS "'id':null,'type':'Undo','actor':'" ANA "','object':'https://m.example/l'}", &a), OK,
	       "nor an Undo");
	arena_free(arena);
}

static void check_names(void)
{
	is_int(activity_type_parse(STR("Announce")), AS_ANNOUNCE, "types have their names");
	is_int(activity_type_parse(STR("announce")), AS_UNKNOWN, "exactly");
	is_str(str_of(activity_type_name(AS_UNDO)), STR("Undo"), "both ways");
	is_str(str_of(activity_type_name(AS_UNKNOWN)), STR(""), "the unknown has none");
}

int main(void)
{
	check_documents();
	check_illegal();
	check_mastodon_note();
	check_odd_shapes();
	check_gotosocial_and_lemmy();
	check_fedify();
	check_trust();
	check_names();
	return done();
}
