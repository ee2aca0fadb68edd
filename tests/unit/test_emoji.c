/* What is an emoji, and what only looks like one. */
#include "federation/emoji.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

#define JOINER "\xe2\x80\x8d"
#define WOMAN "\xf0\x9f\x91\xa9"
#define STYLE "\xef\xb8\x8f"

static void check_pictures(void)
{
	static const struct { const char *text; bool picture; const char *name; } cases[] = {
		{ "\xf0\x9f\x91\x8d", true, "a thumb is one" },
		{ "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", true, "with a colour of skin" },
		{ "\xe2\x98\x95" STYLE, true, "a symbol with its style" },
		{ WOMAN JOINER WOMAN JOINER "\xf0\x9f\x91\xa6", true, "a family" },
		{ "\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", true, "a flag" },
		{ "1" STYLE "\xe2\x83\xa3", true, "a keycap" },
		{ "", false, "nothing is none" },
		{ "a", false, "nor is a letter" },
		{ "1", false, "a digit" },
		{ "\xc3\xa9", false, "a letter beyond ASCII" },
		{ "\xe4\xb8\xad", false, "one of another script" },
		{ "<b>", false, "markup" },
		{ WOMAN WOMAN, false, "two of them" },
		{ WOMAN JOINER, false, "half a sequence" },
		{ JOINER, false, "a joiner alone" },
		{ "\xf0\x9f\x87\xab", false, "half a flag" },
		{ WOMAN "x", false, "one with a letter" },
		{ "\xf0\x9f\x91", false, "half a character" },
		{ WOMAN STYLE STYLE STYLE STYLE STYLE STYLE STYLE STYLE STYLE STYLE STYLE STYLE STYLE STYLE STYLE STYLE STYLE
		  STYLE STYLE STYLE STYLE STYLE, false, "an endless one" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof *cases; i++)
		ok(emoji_is_picture(str_of(cases[i].text)) == cases[i].picture, "%s", cases[i].name);
	ok(emoji_is_heart(STR("\xe2\x9d\xa4")) && emoji_is_heart(STR("\xe2\x9d\xa4" STYLE)), "a heart is a heart");
	ok(!emoji_is_heart(STR(WOMAN)), "nothing else is");
}

static bool parse(struct arena *arena, const char *text, struct str *ret_emoji, struct str *ret_url)
{
	json_t *document;
	struct str json = arena_str(arena, str_of(text));

	for (char *c = (char *)json.p; c < json.p + json.n; c++)
		if (*c == '\'')
			*c = '"';
	return json_parse(arena, json, &document) == OK && emoji_parse(arena, document, ret_emoji, ret_url);
}

static void check_documents(void)
{
	struct arena *arena = arena_new();
	struct str emoji, url;

	ok(parse(arena, "{'content':'" WOMAN "'}", &emoji, &url), "a reaction has its emoji as content");
	ok(str_eq(emoji, STR(WOMAN)) && !url.n, "as it is");
	ok(parse(arena, "{'_misskey_reaction':'" WOMAN "'}", &emoji, &url), "or as Misskey says it");
	ok(parse(arena, "{'content':':blob:','tag':[{'type':'Emoji','name':'blob','icon':[{'url':'https://b.example/b'}]}]}",
	         &emoji, &url),
	   "a custom one comes with its picture");
	is_str(emoji, STR("blob"), "under its name");
	is_str(url, STR("https://b.example/b"), "at its address");
	ok(!parse(arena, "{'content':':blob:'}", &emoji, &url), "without a picture it is none");
	ok(!parse(arena, "{'content':':blob:','tag':{'type':'Emoji','name':':blob:','icon':{'url':'javascript:x'}}}", &emoji,
	          &url),
	   "nor with one that is no web address");
	ok(!parse(arena, "{'content':':a b:','tag':{'type':'Emoji','name':':a b:','icon':{'url':'https://b.example/b'}}}",
	          &emoji, &url),
	   "nor under a name that is none");
	ok(!parse(arena, "{'content':'blob','tag':{'type':'Emoji','name':'blob','icon':{'url':'https://b.example/b'}}}",
	          &emoji, &url),
	   "nor without its colons");
	ok(!parse(arena, "{'content':null}", &emoji, &url), "null is nothing");
	arena_free(arena);
}

int main(void)
{
	check_pictures();
	check_documents();
	return done();
}
