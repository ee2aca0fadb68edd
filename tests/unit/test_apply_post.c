/* Posts through the one door: a peer's, in any order and from the wrong hands, and ours with all who must hear of them. */
#include "federation/apply.h"

#include "storage/accounts.h"
#include "storage/base/err.h"
#include "storage/conversations.h"
#include "storage/notices.h"
#include "storage/peers.h"
#include "storage/posts.h"
#include "tests/rig/story.h"
#include "tests/unit/tap.h"

static void check_create(void)
{
	struct post post;

	rig = rig_new();
	is_int(rig_apply(rig, create("1", "'" PUBLIC "'", "'" CAROL "/followers'", "")), OK,
	       "a public post of our own group's node is kept");
	post = rig_find_post(rig, NOTE_1);
	is_int(post.visibility, VISIBILITY_PUBLIC, "as what it is");
	is_int(post.account_id, rig->carol.id, "under its author");
	is_int(rig_apply(rig, create("1", "'" PUBLIC "'", "", "")), ERR_EXISTS, "once");
	is_int(rig_apply(rig, create("2", uri_of(rig->alice.uri), "",
	                             rig_text(rig, ",'tag':{'type':'Mention','href':'%.*s'}", STR_ARG(rig->alice.uri)))),
	       OK, "a direct post to one of us is kept");
	is_int(rig_find_post(rig, "https://b.example/notes/2").visibility, VISIBILITY_DIRECT, "as direct");
	is_int(rig_notices(rig, &rig->alice, NOTICE_MENTION), 1, "and the mentioned one is told");
	is_int(rig_apply(rig, create("3", "'" DAVE "'", "", "")), OK, "a direct post among others is answered");
	is_int(rig_find_post(rig, "https://b.example/notes/3").id, 0, "and not kept");
	is_int(rig_apply(rig, create("4", "'" CAROL "/followers'", "", "")), OK, "a post for followers is answered");
	is_int(rig_find_post(rig, "https://b.example/notes/4").id, 0, "and not kept when nobody here follows");
	rig_follows(rig, &rig->bob, &rig->carol);
	is_int(rig_apply(rig, create("5", "'" CAROL "/followers'", "", "")), OK, "somebody here follows");
	is_int(rig_find_post(rig, "https://b.example/notes/5").visibility, VISIBILITY_FOLLOWERS, "then it is kept");
	is_int(rig_apply(rig, create("6", "'" PUBLIC "'", "", ",'inReplyTo':'https://b.example/notes/99'")), OK,
	       "an answer to a post we do not know is kept");
	is_int(rig_jobs_waiting(rig, "resolve"), 1, "and the post it answers will be fetched");
	rig_free(rig);
}

static void check_partner(void)
{
	rig = rig_new();
	rig->peer.tier = PEER_PARTNER;
	world_write(rig->world);
	peers_put(rig->world->txn, &rig->peer);
	world_commit(rig->world);
	is_int(rig_apply(rig, create("1", "'" PUBLIC "'", "", "")), OK, "a partner's post that concerns nobody is answered");
	is_int(rig_find_post(rig, NOTE_1).id, 0, "and not kept");
	rig_free(rig);
}

static void check_wrong_hands(void)
{
	struct account dave;
	struct str need, ours;
	uint64_t id;

	rig = rig_new();
	add_dave();
	ours = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Mine", 0, &id);
	is_int(rig_apply(rig, by(CAROL, "x1", "Create",
	                         rig_text(rig, "{'id':'https://a.example/p/77','type':'Note','attributedTo':'" CAROL "',"
	                                       "'content':'x','to':['" PUBLIC "']}"))),
	       ERR_DENIED, "a remote post with an id of ours is refused");
	is_int(rig_apply(rig, by(CAROL, "x2", "Create",
	                         "{'id':'https://evil.example/n/1','type':'Note','attributedTo':'" CAROL "',"
	                         "'content':'x','to':['" PUBLIC "']}")),
	       ERR_DENIED, "a post from another origin than its author's is refused");
	is_int(rig_apply_need(rig, by(CAROL, "x3", "Create",
	                              "{'id':'https://b.example/notes/9','type':'Note','attributedTo':'" DAVE "',"
	                              "'content':'x','to':['" PUBLIC "']}"), &need),
	       NEED, "a post of somebody else is not believed");
	is_str(need, STR("https://b.example/notes/9"), "but asked for where it lives");
	rig_apply(rig, create("1", "'" PUBLIC "'", "", ""));
	is_int(rig_apply(rig, by(DAVE, "x4", "Update",
	                         "{'id':'" NOTE_1 "','type':'Note','attributedTo':'" DAVE "','content':'stolen',"
	                         "'updated':'2026-11-24T08:00:00Z','to':['" PUBLIC "']}")),
	       ERR_DENIED, "nobody else on the same node edits a post");
	is_str(rig_find_post(rig, NOTE_1).content, STR("<p>Hi</p>"), "and it stays as it was");
	is_int(rig_apply(rig, by(DAVE, "x5", "Delete", "'" NOTE_1 "'")), ERR_DENIED, "nor deletes it");
	is_int(rig_apply(rig, by(CAROL, "x6", "Delete", uri_of(ours))), ERR_DENIED, "nor one of ours");
	is_int(rig_find_post(rig, rig_text(rig, "%.*s", STR_ARG(ours))).id, id, "which stays");
	is_int(rig_apply(rig, by(CAROL, "x7", "Delete", "'https://evil.example/n/5'")), ERR_DENIED,
	       "no tombstone on another origin");
	rig_apply(rig, by(CAROL, "x8", "Update", rig_serve_actor(rig, DAVE, "Person", "Mallory")));
	accounts_by_uri(rig->arena, world_read(rig->world), STR(DAVE), &dave);
	is_str(dave.display_name, rig->carol.display_name, "another's profile is not changed by what one says");
	is_int(rig_apply(rig, "{" AS "'id':'https://a.example/a/1','type':'Like','actor':'https://a.example/u/1',"
	                      "'object':'" NOTE_1 "'}"),
	       ERR_DENIED, "nobody out there acts for ours");
	is_int(rig_apply(rig, by("https://b.example/users/erin", "x9", "Like", "'" NOTE_1 "'")), NEED,
	       "an unknown actor is asked for first");
	rig_free(rig);
}

static void check_order(void)
{
	const char *edit = "{'id':'" NOTE_1 "','type':'Note','attributedTo':'" CAROL "','content':'<p>New</p>',"
			   "'published':'2026-11-24T07:00:00Z','updated':'2026-11-24T07:59:30Z','to':['" PUBLIC "']}";
	uint64_t id;

	rig = rig_new();
	is_int(rig_apply(rig, by(CAROL, "d1", "Delete", "{'id':'" NOTE_1 "','type':'Tombstone'}")), OK,
	       "a Delete may come before its Create");
	is_int(rig_apply(rig, create("1", "'" PUBLIC "'", "", "")), ERR_GONE, "then the Create is void");
	is_int(rig_find_post(rig, NOTE_1).id, 0, "and makes nothing");
	is_int(rig_apply(rig, by(CAROL, "d2", "Update", edit)), ERR_GONE, "nor does an Update");
	rig_free(rig);

	rig = rig_new();
	add_dave();
	is_int(rig_apply(rig, by(DAVE, "d1", "Delete", "'" NOTE_1 "'")), OK, "a neighbour deletes what did not come yet");
	is_int(rig_apply(rig, by(DAVE, "1", "Like", uri_of(rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Hi", 0, &id)))), OK,
	       "and uses the id of its Create");
	is_int(rig_apply(rig, create("1", "'" PUBLIC "'", "", "")), OK, "the author's Create comes all the same");
	ok(rig_find_post(rig, NOTE_1).id, "and has its effect");
	rig_free(rig);

	rig = rig_new();
	is_int(rig_apply(rig, by(CAROL, "d3", "Update", edit)), OK, "an Update may come before its Create");
	is_str(rig_find_post(rig, NOTE_1).content, STR("<p>New</p>"), "and is taken as it");
	is_int(rig_apply(rig, create("1", "'" PUBLIC "'", "", "")), ERR_EXISTS, "the late Create changes nothing");
	is_str(rig_find_post(rig, NOTE_1).content, STR("<p>New</p>"), "of the newer text");
	is_int(rig_apply(rig, by(CAROL, "d4", "Update",
	                         "{'id':'https://b.example/notes/8','type':'Note','attributedTo':'" CAROL "',"
	                         "'content':'x','published':'2026-11-01T00:00:00Z','to':['" PUBLIC "']}")),
	       OK, "an edit of old news is answered");
	is_int(rig_find_post(rig, "https://b.example/notes/8").id, 0, "and not kept");
	rig_free(rig);
}

static const char *edit_of(const char *content, const char *updated)
{
	return rig_text(rig,
	                "{'id':'" NOTE_1 "','type':'Note','attributedTo':'" CAROL "','content':'%s','updated':'%s',"
	                "'to':['" PUBLIC "'],'cc':['" CAROL "/followers']}",
	                content, updated);
}

static void check_edit(void)
{
	struct post post;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_apply(rig, create("1", "'" CAROL "/followers'", "", ""));
	is_int(rig_apply(rig, by(CAROL, "e1", "Update", edit_of("Two", "2026-11-24T07:59:40Z"))), OK,
	       "its author edits a post");
	post = rig_find_post(rig, NOTE_1);
	is_str(post.content, STR("Two"), "the text is new");
	is_int(post.edited_ms, RIG_NOW_MS - 20000, "with the time the author gave");
	is_int(post.visibility, VISIBILITY_FOLLOWERS, "the audience is not");
	is_int(rig_apply(rig, by(CAROL, "e2", "Update", edit_of("One", "2026-11-24T07:59:20Z"))),
	       ERR_EXISTS, "an older edit that comes late is ignored");
	is_str(rig_find_post(rig, NOTE_1).content, STR("Two"), "and changes nothing");
	rig_apply(rig, by(CAROL, "e5", "Update", edit_of("Two", "2026-11-24T07:59:50Z")));
	is_int(rig_apply(rig, by(CAROL, "e6", "Update", edit_of("Between", "2026-11-24T07:59:45Z"))), ERR_EXISTS,
	       "an edit that was taken back since is ignored when it comes late");
	is_str(rig_find_post(rig, NOTE_1).content, STR("Two"), "the later one stands, though it changed nothing here");
	is_int(rig_apply(rig, by(CAROL, "e3", "Delete", "'" NOTE_1 "'")), OK, "its author removes it");
	is_int(rig_find_post(rig, NOTE_1).id, 0, "and it is gone");
	is_int(rig_apply(rig, by(CAROL, "e4", "Delete", "'" NOTE_1 "'")), ERR_GONE, "once");
	rig_free(rig);
}

/* An edit of a post for alice alone. */
static const char *edit_for_alice(const char *id, const char *content)
{
	return by(CAROL, id, "Update",
	          rig_text(rig,
	                   "{'id':'" NOTE_1 "','type':'Note','attributedTo':'" CAROL "','content':'%s',"
	                   "'published':'2026-11-24T07:00:00Z','to':['%.*s'],'tag':[{'type':'Mention','href':'%.*s'}]}",
	                   content, STR_ARG(rig->alice.uri), STR_ARG(rig->alice.uri)));
}

static void check_edit_of_direct(void)
{
	struct page page = { .limit = 20 };
	struct conversation *conversations;
	struct txn *txn;
	struct post post;
	size_t count;

	rig = rig_new();
	is_int(rig_apply(rig, edit_for_alice("u1", "One")), OK, "an Update of a direct post that did not come yet is its Create");
	conversations_page(rig->arena, world_read(rig->world), rig->alice.id, &page, &conversations, &count);
	is_int(count, 1, "it has its conversation");
	is_int(rig_notices(rig, &rig->alice, NOTICE_MENTION), 1, "and its notice");
	post = rig_find_post(rig, NOTE_1);
	txn = world_write(rig->world);
	notices_remove(txn, rig->alice.id, NOTICE_MENTION, rig->carol.id, post.id);
	world_commit(rig->world);
	is_int(rig_apply(rig, edit_for_alice("u2", "Two")), OK, "it is edited after that was put away");
	is_int(rig_notices(rig, &rig->alice, NOTICE_MENTION), 0, "who was mentioned before is not told again");
	rig_free(rig);
}

static int delete_post(const struct account *actor, uint64_t post_id)
{
	int r;

	world_write(rig->world);
	r = act_delete_post(rig->arena, rig->world->txn, actor->id, post_id);
	world_commit(rig->world);
	return r;
}

static void check_our_post(void)
{
	struct post_draft draft = { .text = STR("Better #News"), .language = STR("en") };
	uint64_t id, reply_id;
	struct str uri;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Hello @bob #News", 0, &id);
	is_int(rig_notices(rig, &rig->bob, NOTICE_MENTION), 1, "a mention is news to one of us");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "the post goes to the follower's node");
	ok(sends("https://b.example/inbox {") && sends("\"type\":\"Create\""), "as a Create to its shared inbox");
	ok(sends("\"name\":\"#news\"") && sends("\"name\":\"@bob@a.example\""), "with its hashtag and its mention");
	rig_outgoing_clear(rig);
	world_write(rig->world);
	is_int(act_update_post(rig->arena, rig->world->txn, rig->bob.id, id, &draft), ERR_DENIED,
	       "only its author edits a post");
	is_int(act_update_post(rig->arena, rig->world->txn, rig->alice.id, id, &draft), OK, "who edits it");
	world_commit(rig->world);
	rig_jobs(rig);
	ok(sends("\"type\":\"Update\"") && sends("Better") && sends("\"updated\""), "the edit follows the post");
	rig_outgoing_clear(rig);
	rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/r1','type':'Create','actor':'" CAROL "',"
	                             "'object':{'id':'https://b.example/notes/7','type':'Note','attributedTo':'" CAROL "',"
	                             "'content':'Re','inReplyTo':'%.*s','to':['" PUBLIC "']}}", STR_ARG(uri)));
	is_int(rig_find_post(rig, "https://b.example/notes/7").in_reply_to_id, id, "an answer finds its post");
	is_int(delete_post(&rig->bob, id), ERR_DENIED, "only its author removes a post");
	is_int(delete_post(&rig->alice, id), OK, "who removes it");
	rig_jobs(rig);
	ok(sends("\"type\":\"Delete\"") && sends("\"type\":\"Tombstone\""), "its removal follows it everywhere");
	is_int(rig_outgoing_count(rig), 1, "once to each node");
	is_int(delete_post(&rig->alice, id), ERR_NOT_FOUND, "it is gone");
	rig_outgoing_clear(rig);
	rig_post(rig, &rig->bob, VISIBILITY_PUBLIC, "Nobody elsewhere follows me", 0, &reply_id);
	is_int(rig_jobs(rig), 0, "what nobody elsewhere gets makes no work");
	rig_free(rig);
}

static void edit_for_bob(uint64_t id, const char *text)
{
	struct mention_target bob = { STR("bob"), rig->bob.id, rig->bob.url, rig->bob.username };
	struct post_draft draft = { .text = str_of(text), .mentions = &bob, .mention_count = 1 };

	world_write(rig->world);
	act_update_post(rig->arena, rig->world->txn, rig->alice.id, id, &draft);
	world_commit(rig->world);
}

static void check_witnesses(void)
{
	uint64_t id;
	struct str uri;

	rig = rig_new();
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Liked", 0, &id);
	rig_apply(rig, by(CAROL, "w1", "Like", uri_of(uri)));
	delete_post(&rig->alice, id);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "a removal goes to who liked it, though nobody there follows");
	rig_free(rig);

	rig = rig_new();
	rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "@carol@b.example and @bob", 0, &id);
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	edit_for_bob(id, "Only @bob now: secret");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "whom an edit of a direct post no longer names does not get its text");
	delete_post(&rig->alice, id);
	rig_jobs(rig);
	ok(!sends("secret"), "nor later");
	rig_free(rig);
}

static void check_answers_go_home(void)
{
	struct post_draft draft = { .text = STR("Dear @bob, too") };
	struct mention_target bob;
	uint64_t id;

	rig = rig_new();
	rig_apply(rig, create("1", "'" PUBLIC "'", "", ""));
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Without a mention", rig_find_post(rig, NOTE_1).id, &id);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "an answer goes to whom it answers, mentioned or not");
	bob = (struct mention_target){ STR("bob"), rig->bob.id, rig->bob.url, rig->bob.username };
	draft.mentions = &bob;
	draft.mention_count = 1;
	for (int i = 0; i < 2; i++) {
		world_write(rig->world);
		act_update_post(rig->arena, rig->world->txn, rig->alice.id, id, &draft);
		world_commit(rig->world);
	}
	is_int(rig_notices(rig, &rig->bob, NOTICE_MENTION), 1, "whom an edit mentions is told once");
	rig_free(rig);
	rig = rig_new();
	rig_apply(rig, "{" AS "'id':'https://b.example/a/1','type':'Create','actor':'" CAROL "','to':['" PUBLIC "'],"
	               "'object':{'id':'" NOTE_1 "','type':'Note','attributedTo':'" CAROL "','content':'x'}}");
	is_int(rig_find_post(rig, NOTE_1).visibility, VISIBILITY_PUBLIC, "addresses may stand on the activity alone");
	rig_free(rig);
}

static void check_threads(void)
{
	struct post_draft draft = { .text = STR("Re"), .visibility = VISIBILITY_PUBLIC };
	struct post post;
	uint64_t id, reply_id;

	rig = rig_new();
	rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "Only @bob", 0, &id);
	draft.in_reply_to_id = id;
	world_write(rig->world);
	is_int(act_create_post(rig->arena, rig->world->txn, rig->bob.id, &draft, &reply_id), OK, "who was named answers");
	posts_get(rig->arena, txn_view(rig->world->txn), reply_id, &post);
	world_commit(rig->world);
	is_int(post.visibility, VISIBILITY_DIRECT, "and the answer is never wider than what it answers");
	rig_free(rig);
	rig = rig_new();
	rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "To myself", 0, &id);
	draft.in_reply_to_id = id;
	world_write(rig->world);
	is_int(act_create_post(rig->arena, rig->world->txn, rig->bob.id, &draft, &reply_id), ERR_INVALID,
	       "nobody answers what he may not see");
	ok(!txn_touched(rig->world->txn), "and nothing was written");
	world_abort(rig->world);
	rig_free(rig);
}

static void check_hold(void)
{
	struct post_draft draft = { .text = STR("Wait"), .visibility = VISIBILITY_PUBLIC, .hold_ms = 60000 };
	struct mention_target carol;
	uint64_t id;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	world_write(rig->world);
	act_create_post(rig->arena, rig->world->txn, rig->alice.id, &draft, &id);
	world_commit(rig->world);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "a post that is held back stays here");
	is_int(delete_post(&rig->alice, id), OK, "taken back in time");
	clock_advance_for_test(61000);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "it leaves no trace elsewhere");
	world_write(rig->world);
	act_create_post(rig->arena, rig->world->txn, rig->alice.id, &draft, &id);
	world_commit(rig->world);
	clock_advance_for_test(61000);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "left alone it goes when its time has come");
	rig_free(rig);

	rig = rig_new();
	carol = (struct mention_target){ STR("carol@b.example"), rig->carol.id, STR(CAROL), STR("carol") };
	world_write(rig->world);
	draft.visibility = VISIBILITY_DIRECT;
	act_create_post(rig->arena, rig->world->txn, rig->alice.id, &draft, &id);
	draft.text = STR("Dear @carol@b.example");
	draft.mentions = &carol;
	draft.mention_count = 1;
	act_update_post(rig->arena, rig->world->txn, rig->alice.id, id, &draft);
	world_commit(rig->world);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 0, "an edit of what is held back waits, too");
	clock_advance_for_test(61000);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "it goes out as one");
	ok(sends("\"type\":\"Create\"") && sends("Dear") && !sends("Wait"), "with the last text, to whom that is for");
	rig_free(rig);
}

int main(void)
{
	check_create();
	check_partner();
	check_wrong_hands();
	check_order();
	check_edit();
	check_edit_of_direct();
	check_our_post();
	check_witnesses();
	check_answers_go_home();
	check_threads();
	check_hold();
	return done();
}
