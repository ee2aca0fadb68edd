/* Posts on the wire: what a draft becomes in our store, and what ours look like to others. */
#include "federation/object.h"

#include "federation/attachment.h"
#include "federation/audience.h"
#include "federation/sanitize.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/posts.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define CAROL "https://b.example/users/carol"

static struct rig *rig;

static int parse(const char *json, struct object_draft *ret_draft)
{
	json_t *document;

	if (json_parse(rig->arena, rig_json(rig, json), &document))
		return ERR_CORRUPT;
	return object_parse(rig->arena, document, ret_draft);
}

static const char *note(const char *to, const char *more)
{
	return rig_text(rig,
	                "{'id':'https://b.example/notes/1','type':'Note','attributedTo':'" CAROL "','content':'x','to':[%s]%s}",
	                to, more);
}

static void check_parse(void)
{
	struct object_draft draft;
	struct buf buf;

	is_int(parse("{'type':'Note','attributedTo':'" CAROL "','content':'x'}", &draft), ERR_INVALID,
	       "a post without an id is none");
	is_int(parse("{'id':'https://evil.example/1','type':'Note','attributedTo':'" CAROL "'}", &draft), ERR_INVALID,
	       "nor is one of another origin than its author's");
	is_int(parse("{'id':'https://b.example/1','type':'Person','attributedTo':'" CAROL "'}", &draft), ERR_INVALID,
	       "nor is a person");
	is_int(parse(note("", ",'contentMap':{'de-CH':'x','fr':'y'}"), &draft), OK, "a note is read");
	is_str(draft.post.language, STR("de-ch"), "in its language");
	is_int(parse(note("", ",'url':'javascript:x()','inReplyTo':'mailto:x'"), &draft), OK, "with odd addresses");
	is_str(draft.post.url, STR("https://b.example/notes/1"), "which are not taken over");
	is_int(draft.post.in_reply_to_uri.n, 0, "none of them");
	buf_init(&buf, rig->arena, 0);
	buf_add(&buf, STR(",'tag':["));
	for (int i = 0; i < 300; i++)
		buf_printf(&buf, "%s{'type':'Mention','href':'https://b.example/%d'},{'type':'Hashtag','name':'#t%d'}",
		           i ? "," : "", i, i);
	buf_add(&buf, STR("],'attachment':["));
	for (int i = 0; i < 300; i++)
		buf_printf(&buf, "%s{'type':'Image','url':'https://b.example/%d.png'}", i ? "," : "", i);
	buf_add_char(&buf, ']');
	is_int(parse(note("", buf_str(&buf).p), &draft), OK, "too much of everything is read");
	is_int(draft.mention_uris.count, 100, "a hundred mentions are kept");
	is_int(draft.post.tags.count, 100, "and a hundred hashtags");
}

/* A note whose members are these and those that every one must have. */
static struct object_draft shaped(const char *type, const char *members)
{
	struct object_draft draft = { 0 };

	if (parse(rig_text(rig, "{'id':'https://b.example/notes/1','type':%s,'attributedTo':'" CAROL "',%s}", type, members),
	          &draft))
		abort();
	return draft;
}

static void check_shapes(void)
{
	struct object_draft draft;

	is_int(parse("{'id':'https://b.example/1','type':['https://x.example#Memo','Note'],'attributedTo':"
	             "[{'type':'Group','id':'https://c.example/g'},{'type':'Person','id':'" CAROL "'}]}", &draft),
	       OK, "several types and several authors are read");
	is_str(draft.attributed_to, STR(CAROL), "the author of the post's own origin counts");
	is_str(draft.post.object_type, STR("Note"), "and the type that we know");
	is_int(parse("{'id':'https://b.example/1','type':'Note','attributedTo':['https://c.example/x']}", &draft),
	       ERR_INVALID, "an author elsewhere is none");
	draft = shaped("'Note'", "'content':null,'contentMap':{'en':null,'fr':'<p>x</p>'},'summary':null,'tag':null,"
	               "'attachment':null,'url':null,'to':null,'inReplyTo':null,'published':null");
	is_str(draft.post.content, STR("<p>x</p>"), "a text may stand in the map of languages only");
	is_str(draft.post.language, STR("fr"), "in the language that has one");
	is_int(draft.published_ms, 0, "null is nothing");
	draft = shaped("'Note'", "'content':[{'@value':'x','@language':'de'}],'summary':{'@value':'cw'}");
	is_str(draft.post.content, STR("x"), "a text may be a value object");
	is_str(draft.post.language, STR("de"), "that tells its language");
	is_str(draft.post.spoiler, STR("cw"), "and so may a warning");
	draft = shaped("'Note'", "'to':{'id':'as:Public'},'published':{'@value':'2026-11-24T09:00:00.25+01:00'},"
	               "'updated':'2026-11-24T08:30Z'");
	is_int(audience_visibility(&draft.to, &draft.cc, STR_NONE), VISIBILITY_PUBLIC, "as:Public is public");
	is_int(draft.published_ms, RIG_NOW_MS + 250, "dates have offsets and fractions");
	is_int(draft.post.edited_ms, RIG_NOW_MS + 30 * 60000, "or no seconds");
	draft = shaped("'Note'", "'to':[],'cc':'Public','tag':[{'type':['Mention'],'href':['https://a.example/u/1']},"
	               "{'type':'Hashtag','name':{'@value':'Tag'}},{'type':'Emoji','name':':blob:',"
	               "'icon':['https://b.example/e.png']},'https://b.example/tag']");
	is_int(audience_visibility(&draft.to, &draft.cc, STR_NONE), VISIBILITY_UNLISTED, "and so is Public");
	is_int(draft.mention_uris.count + draft.post.tags.count, 2, "tags come in arrays and objects");
	ok(str_find(draft.post.emojis_json, STR("\"url\":\"https://b.example/e.png\"")) != SIZE_MAX,
	   "an emoji's picture may be an address alone");
}

static void check_links(void)
{
	struct object_draft draft;

	draft = shaped("'Page'", "'name':'Soup','url':['https://b.example/x.json',{'type':'Link','mediaType':'text/html',"
	               "'href':'https://b.example/soup'}],'attachment':{'type':'Link','href':'https://c.example/?a&b'}");
	is_str(draft.post.url, STR("https://b.example/soup"), "of several addresses the page is shown");
	is_str(draft.post.title, STR("Soup"), "with its title");
	ok(str_find(draft.post.content, STR("<a href=\"https://c.example/?a&amp;b\"")) != SIZE_MAX,
	   "what a Page links to stands in its text");
	is_int(draft.post.attachments_json.n, 0, "and is no media");
	draft = shaped("'Page'", "'attachment':[{'type':'Link','href':'javascript:x()'},'https://b.example/y']");
	is_int(draft.post.content.n + draft.post.attachments_json.n, 0, "what is no web address is left out");
}

/* The text under `key` of attachment `i`. */
static struct str medium(const struct object_draft *draft, size_t i, const char *key)
{
	json_t *list = NULL;

	json_parse(rig->arena, draft->post.attachments_json, &list);
	return json_member_str(json_at(list, i), key);
}

static void check_media(void)
{
	struct object_draft draft;
	json_t *list;

	draft = shaped("'Note'", "'attachment':[{'type':'Document','name':'A cat','blurhash':'LEHV6n','url':[{'type':'Link',"
	               "'mediaType':'image/png','href':'https://b.example/1.png','width':'640','height':480}]},"
	               "{'type':'Image','href':'https://b.example/2'},{'type':'Link','mediaType':'video/mp4',"
	               "'href':'https://b.example/3'},{'type':'PropertyValue','name':'x'}]");
	is_int(json_parse(rig->arena, draft.post.attachments_json, &list), OK, "attachments are kept");
	is_int(json_count(list), 3, "those that are media");
	is_str(medium(&draft, 0, "url"), STR("https://b.example/1.png"), "with the address of a Link");
	is_str(medium(&draft, 0, "mediaType"), STR("image/png"), "its media type");
	is_int(json_member_u64(json_at(list, 0), "width", 0), 640, "its size, also as a text");
	is_str(medium(&draft, 0, "name"), STR("A cat"), "and what describes it");
	is_str(medium(&draft, 1, "url"), STR("https://b.example/2"), "the address may be a href");
	is_str(medium(&draft, 2, "type"), STR("Document"), "a Link to a film is one");
	ok(!json_member(json_at(list, 1), "width") && !json_member(json_at(list, 1), "durationMs"), "what is not said is left out");
	draft = shaped("'Video'", "'name':'Film','duration':'PT1M2.5S','url':[{'type':'Link','mediaType':'text/html',"
	               "'href':'https://b.example/w'},"
	               "{'type':'Link','mediaType':'video/mp4','href':'https://b.example/f.mp4'}]");
	is_str(medium(&draft, 0, "url"), STR("https://b.example/f.mp4"), "a Video is its own file");
	is_int(json_parse(rig->arena, draft.post.attachments_json, &list), OK, "which reads");
	is_int(json_member_u64(json_at(list, 0), "durationMs", 0), 62500, "and is as long as it says");
	is_int(json_parse(rig->arena, attachment_publish(rig->arena, draft.post.attachments_json), &list), OK, "it can be sent");
	is_str(json_member_str(json_at(list, 0), "duration"), STR("PT62.500S"), "with its duration as others read it");
	ok(!json_member(json_at(list, 0), "durationMs"), "and not as we keep it");
	is_str(draft.post.url, STR("https://b.example/w"), "beside its page");
	draft = shaped("'Note'", "'attachment':{'type':'Document','mediaType':'audio/ogg','url':'https://b.example/4',"
	               "'duration':'P1Y','durationMs':99999999999999}");
	is_int(json_parse(rig->arena, draft.post.attachments_json, &list), OK, "what is no duration");
	ok(!json_member(json_at(list, 0), "durationMs"), "is left out");
}

static void check_parent_of_ours(uint8_t visibility, bool answered, const char *name)
{
	struct object_draft draft;
	struct str need, uri;
	uint64_t id;

	uri = rig_post(rig, &rig->alice, visibility, "Ours", 0, &id);
	parse(note("'" PUBLIC_URI "'", rig_text(rig, ",'inReplyTo':'%.*s'", STR_ARG(uri))), &draft);
	object_resolve(rig->arena, world_read(rig->world), &draft, &need);
	ok((draft.post.in_reply_to_id == id) == answered && (draft.post.in_reply_to_uri.n > 0) == answered, "%s", name);
}

static void check_resolve(void)
{
	struct object_draft draft;
	struct str need, alice = rig->alice.uri, bob = rig->bob.uri;

	parse(note(rig_text(rig, "'%.*s'", STR_ARG(alice)),
	           rig_text(rig, ",'tag':[{'type':'Mention','href':'%.*s'},{'type':'Mention','href':'%.*s'}]", STR_ARG(alice),
	                    STR_ARG(bob))),
	      &draft);
	is_int(object_resolve(rig->arena, world_read(rig->world), &draft, &need), OK, "names are looked up");
	is_int(draft.post.account_id, rig->carol.id, "the author is known");
	is_int(draft.post.visibility, VISIBILITY_DIRECT, "and who it is for");
	is_int(draft.post.mention_ids.count, 1, "a tag alone gives nobody a part in a direct post");
	is_int(draft.post.mention_ids.ids[0], rig->alice.id, "who is addressed has one");
	parse(note(rig_text(rig, "'" CAROL "/followers','%.*s'", STR_ARG(bob)), ""), &draft);
	object_resolve(rig->arena, world_read(rig->world), &draft, &need);
	is_int(draft.post.mention_ids.count, 1, "who is addressed without a tag has a part, too");
	parse(note("'" PUBLIC_URI "'", ",'inReplyTo':'https://b.example/notes/0'"), &draft);
	is_int(object_resolve(rig->arena, world_read(rig->world), &draft, &need), OK, "an unknown parent is no error");
	is_str(need, STR("https://b.example/notes/0"), "but named");
	parse(note("'" PUBLIC_URI "'", ",'inReplyTo':'https://a.example/p/5'"), &draft);
	object_resolve(rig->arena, world_read(rig->world), &draft, &need);
	is_int(need.n, 0, "unless it would be ours");
	is_int(draft.post.in_reply_to_uri.n, 0, "and then it answers nothing");
	check_parent_of_ours(VISIBILITY_DIRECT, false, "a post of ours that he does not see is none he can answer");
	check_parent_of_ours(VISIBILITY_FOLLOWERS, false, "one for followers neither");
	check_parent_of_ours(VISIBILITY_UNLISTED, true, "one that he sees is");
	parse("{'id':'https://b.example/1','type':'Note','attributedTo':'https://b.example/users/x','to':'" PUBLIC_URI "'}",
	      &draft);
	is_int(object_resolve(rig->arena, world_read(rig->world), &draft, &need), ERR_NOT_FOUND,
	       "an unknown author is told");
}

static bool says(struct str document, const char *needle)
{
	return str_find(document, str_of(needle)) != SIZE_MAX;
}

static void check_render(void)
{
	struct object_draft draft;
	struct post post;
	struct str document;
	json_t *parsed;
	uint64_t id;

	rig_post(rig, &rig->alice, VISIBILITY_UNLISTED, "Dear @carol@b.example, \"see\" #Caf\xc3\xa9", 0, &id);
	posts_get(rig->arena, world_read(rig->world), id, &post);
	document = object_render(rig->arena, rig->world->view, &post);
	is_int(json_parse(rig->arena, document, &parsed), OK, "a post of ours is JSON");
	is_int(object_parse(rig->arena, parsed, &draft), OK, "that we would take from another");
	is_str(draft.post.content, sanitize_html(rig->arena, post.content), "with the same text");
	is_int(audience_visibility(&draft.to, &draft.cc, rig->alice.followers_uri), VISIBILITY_UNLISTED,
	       "for the same people");
	is_int(draft.published_ms, post.created_ms, "of the same time");
	is_str(draft.post.language, STR("en"), "in the same language");
	ok(says(document, "\"@context\"") && says(document, "\"mediaType\":\"text/plain\""), "it says what was typed");
	ok(says(document, "\"name\":\"@carol@b.example\"") && says(document, "\"href\":\"" CAROL "\""), "whom it mentions");
	ok(!says(document, "\"publicKey\""), "and holds no key");
	ok(says(document, "\"canQuote\":{\"automaticApproval\":[\"" PUBLIC_URI "\"]}"), "it says that all may quote it");
	post.visibility = VISIBILITY_FOLLOWERS;
	document = object_render(rig->arena, rig->world->view, &post);
	ok(says(document, rig_text(rig, "\"automaticApproval\":[\"%.*s\"]", STR_ARG(rig->alice.uri))),
	   "a limited one only its author");
	document = object_render_tombstone(rig->arena, STR("https://a.example/p/1"), STR("Note"), RIG_NOW_MS);
	ok(says(document, "\"type\":\"Tombstone\"") && says(document, "\"formerType\":\"Note\"") &&
	           says(document, "\"deleted\":\"2026-11-24T08:00:00.000Z\""),
	   "a tombstone says what was there");
}

int main(void)
{
	rig = rig_new();
	check_parse();
	check_shapes();
	check_links();
	check_media();
	check_resolve();
	check_render();
	rig_free(rig);
	return done();
}
