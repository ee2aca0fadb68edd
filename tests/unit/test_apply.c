/* Stories through the one door: what our people do and what a peer sends, in any order and from the wrong hands. */
#include "federation/apply.h"

#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/conversations.h"
#include "storage/emoji_reactions.h"
#include "storage/graph.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/notices.h"
#include "storage/peers.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "storage/users.h"
#include "tests/rig/engine_mem.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define NOTE_1 "https://b.example/notes/1"

static struct rig *rig;

static bool sends(const char *needle)
{
	return str_find(rig_outgoing(rig), str_of(needle)) != SIZE_MAX;
}

static struct account stored(uint64_t id)
{
	struct account account = { 0 };

	accounts_get(rig->arena, world_read(rig->world), id, &account);
	return account;
}

static void set_locked(struct account *account)
{
	struct txn *txn = world_write(rig->world);

	account->locked = true;
	accounts_put(txn, account);
	world_commit(rig->world);
}

static uint8_t follow_state(const struct account *follower, const struct account *followee)
{
	struct follow follow;

	if (graph_follow_get(rig->arena, world_read(rig->world), follower->id, followee->id, &follow))
		return 0;
	return follow.state;
}

static void add_dave(void)
{
	struct account dave = rig->carol;

	dave.id = 0;
	dave.username = STR("dave");
	dave.uri = STR(DAVE);
	dave.inbox = STR(DAVE "/inbox");
	dave.followers_uri = STR(DAVE "/followers");
	dave.key_id = STR(DAVE "#main-key");
	world_write(rig->world);
	accounts_put(rig->world->txn, &dave);
	world_commit(rig->world);
}

/* A Create of carol's; `more` are members of the note, with a comma before. */
static const char *create(const char *number, const char *to, const char *cc, const char *more)
{
	return rig_text(rig,
	                "{" AS "'id':'https://b.example/a/%s','type':'Create','actor':'" CAROL "','to':[%s],'cc':[%s],"
	                "'object':{'id':'https://b.example/notes/%s','type':'Note','attributedTo':'" CAROL "',"
	                "'published':'2026-11-24T07:59:00Z','content':'<p>Hi</p>','to':[%s],'cc':[%s]%s}}",
	                number, to, cc, number, to, cc, more);
}

static const char *by(const char *actor, const char *id, const char *type, const char *object)
{
	return rig_text(rig, "{" AS "'id':'https://b.example/a/%s','type':'%s','actor':'%s','object':%s}", id, type,
	                actor, object);
}

static const char *uri_of(const struct str uri)
{
	return rig_text(rig, "'%.*s'", STR_ARG(uri));
}

/* follows */

static void check_follows_among_us(void)
{
	rig = rig_new();
	is_int(rig_follow(rig, &rig->alice, &rig->bob), OK, "one of us follows another");
	is_int(follow_state(&rig->alice, &rig->bob), FOLLOW_ACCEPTED, "an unlocked account is followed at once");
	is_int(rig_notices(rig, &rig->bob, NOTICE_FOLLOW), 1, "the followed one is told");
	is_int(rig_follow(rig, &rig->alice, &rig->bob), OK, "following again is no error");
	is_int(rig_notices(rig, &rig->bob, 0), 1, "and tells nobody again");
	is_int(rig_jobs(rig), 0, "nothing leaves the house");
	is_int(rig_follow(rig, &rig->alice, &rig->alice), ERR_INVALID, "nobody follows oneself");
	set_locked(&rig->alice);
	rig_follow(rig, &rig->bob, &rig->alice);
	is_int(follow_state(&rig->bob, &rig->alice), FOLLOW_REQUESTED, "a locked account is asked");
	is_int(rig_notices(rig, &rig->alice, NOTICE_FOLLOW_REQUEST), 1, "and told that it is asked");
	world_write(rig->world);
	is_int(act_answer_follow(rig->arena, rig->world->txn, rig->alice.id, rig->bob.id, true), OK, "it accepts");
	world_commit(rig->world);
	is_int(follow_state(&rig->bob, &rig->alice), FOLLOW_ACCEPTED, "then the follow stands");
	is_int(rig_notices(rig, &rig->alice, NOTICE_FOLLOW_REQUEST), 0, "and the request is no news any more");
	world_write(rig->world);
	is_int(act_unfollow(rig->arena, rig->world->txn, rig->bob.id, rig->alice.id), OK, "the follower leaves");
	is_int(act_unfollow(rig->arena, rig->world->txn, rig->bob.id, rig->alice.id), OK, "leaving twice is no error");
	world_commit(rig->world);
	is_int(follow_state(&rig->bob, &rig->alice), 0, "and the follow is gone");
	rig_free(rig);
}

static void check_follow_from_a_peer(void)
{
	const char *again;

	rig = rig_new();
	is_int(rig_apply(rig, by(CAROL, "f1", "Follow", uri_of(rig->alice.uri))), OK, "a peer's person follows ours");
	is_int(follow_state(&rig->carol, &rig->alice), FOLLOW_ACCEPTED, "an open account accepts by itself");
	rig_jobs(rig);
	ok(sends(CAROL "/inbox {"), "the Accept goes to the follower's own inbox");
	ok(sends("\"type\":\"Accept\"") && sends("\"id\":\"https://b.example/a/f1\",\"type\":\"Follow\""),
	   "the Accept embeds the Follow it answers");
	is_int(rig_apply(rig, by(CAROL, "f1", "Follow", uri_of(rig->alice.uri))), ERR_EXISTS,
	       "the same Follow has its effect once");
	rig_outgoing_clear(rig);
	again = by(CAROL, "f2", "Follow", uri_of(rig->alice.uri));
	is_int(rig_apply(rig, again), OK, "a peer that lost our answer follows again");
	rig_jobs(rig);
	ok(sends("https://b.example/a/f2"), "and is answered under the new id");
	is_int(rig_notices(rig, &rig->alice, NOTICE_FOLLOW), 1, "which is no news to the followed one");
	is_int(rig_apply(rig, by(CAROL, "u1", "Undo", "'https://b.example/a/f2'")), OK,
	       "an Undo may name the Follow by its id alone");
	is_int(follow_state(&rig->carol, &rig->alice), 0, "and ends it");
	is_int(rig_notices(rig, &rig->alice, 0), 0, "with its notice");
	is_int(rig_apply(rig, by(CAROL, "f3", "Follow", "'https://a.example/u/1'")), ERR_NOT_FOUND,
	       "nobody can follow an account that is not there");
	is_int(rig_apply(rig, by(CAROL, "f4", "Follow", "'https://b.example/users/dave'")), ERR_DENIED,
	       "a Follow of somebody else's account is not ours to take");
	is_int(rig_apply(rig, by(CAROL, "f5", "Follow", "'https://a.example/actor'")), ERR_DENIED,
	       "the instance actor has no followers");
	rig_free(rig);
}

static void check_locked_and_reject(void)
{
	rig = rig_new();
	set_locked(&rig->alice);
	rig_apply(rig, by(CAROL, "f1", "Follow", uri_of(rig->alice.uri)));
	is_int(follow_state(&rig->carol, &rig->alice), FOLLOW_REQUESTED, "a locked account answers itself");
	is_int(rig_jobs(rig), 0, "until then nothing is sent");
	world_write(rig->world);
	is_int(act_answer_follow(rig->arena, rig->world->txn, rig->alice.id, rig->carol.id, false), OK, "it refuses");
	is_int(act_answer_follow(rig->arena, rig->world->txn, rig->alice.id, rig->bob.id, true), ERR_NOT_FOUND,
	       "who did not ask cannot be answered");
	world_commit(rig->world);
	rig_jobs(rig);
	ok(sends("\"type\":\"Reject\""), "the refusal is sent");
	is_int(follow_state(&rig->carol, &rig->alice), 0, "and the request is gone");
	is_int(rig_apply(rig, by(CAROL, "u9", "Undo",
	                         rig_text(rig, "{'id':'https://b.example/a/f9','type':'Follow','actor':'" CAROL "',"
	                                       "'object':'%.*s'}", STR_ARG(rig->alice.uri)))),
	       OK, "an Undo may come before its Follow");
	is_int(rig_apply(rig, by(CAROL, "f9", "Follow", uri_of(rig->alice.uri))), ERR_EXISTS,
	       "then the late Follow is void");
	is_int(follow_state(&rig->carol, &rig->alice), 0, "and makes nothing");
	rig_free(rig);
}

/* The id of the Follow that alice sent to carol, quoted. */
static const char *sent_follow(void)
{
	struct follow follow = { 0 };

	graph_follow_get(rig->arena, world_read(rig->world), rig->alice.id, rig->carol.id, &follow);
	return uri_of(follow.uri);
}

static void check_answers_of_a_peer(void)
{
	const char *pair;

	rig = rig_new();
	add_dave();
	rig_follow(rig, &rig->alice, &rig->carol);
	is_int(follow_state(&rig->alice, &rig->carol), FOLLOW_REQUESTED, "a follow elsewhere waits for its answer");
	rig_jobs(rig);
	ok(sends("\"type\":\"Follow\"") && sends(CAROL "/inbox {"), "the Follow is sent to the person");
	is_int(rig_apply(rig, by(DAVE, "c1", "Accept", sent_follow())), ERR_DENIED,
	       "nobody accepts for somebody else");
	is_int(follow_state(&rig->alice, &rig->carol), FOLLOW_REQUESTED, "and it still waits");
	is_int(rig_apply(rig, by(CAROL, "c2", "Accept", sent_follow())), OK, "an Accept may name the Follow's id");
	is_int(follow_state(&rig->alice, &rig->carol), FOLLOW_ACCEPTED, "and the follow stands");
	is_int(rig_apply(rig, by(CAROL, "c3", "Accept", sent_follow())), ERR_EXISTS, "once is enough");
	is_int(rig_apply(rig, by(CAROL, "c4", "Reject", sent_follow())), OK, "a Reject may end it later");
	is_int(follow_state(&rig->alice, &rig->carol), 0, "and does");
	pair = rig_text(rig, "{'id':'https://a.example/a/unknown','type':'Follow','actor':'%.*s','object':'" CAROL "'}",
	                STR_ARG(rig->alice.uri));
	is_int(rig_apply(rig, by(CAROL, "c5", "Accept", pair)), ERR_DENIED,
	       "the Accept of a Follow that was never sent has no effect");
	is_int(follow_state(&rig->alice, &rig->carol), 0, "and makes no follow");
	rig_follow(rig, &rig->alice, &rig->carol);
	is_int(rig_apply(rig, by(CAROL, "c6", "Accept", pair)), OK, "an Accept that embeds another id fits by its pair");
	is_int(follow_state(&rig->alice, &rig->carol), FOLLOW_ACCEPTED, "and counts");
	is_int(rig_apply(rig, by(CAROL, "c7", "Accept", "'https://a.example/a/5'")), ERR_INVALID,
	       "an Accept of what nobody knows has no effect");
	rig_free(rig);
}

static void check_late_answers(void)
{
	const char *first, *second;
	struct follow follow;

	rig = rig_new();
	rig_follow(rig, &rig->alice, &rig->carol);
	graph_follow_get(rig->arena, world_read(rig->world), rig->alice.id, rig->carol.id, &follow);
	first = rig_text(rig, "{'id':'%.*s','type':'Follow','actor':'%.*s','object':'" CAROL "'}", STR_ARG(follow.uri),
	                 STR_ARG(rig->alice.uri));
	world_write(rig->world);
	act_unfollow(rig->arena, rig->world->txn, rig->alice.id, rig->carol.id);
	world_commit(rig->world);
	rig_follow(rig, &rig->alice, &rig->carol);
	graph_follow_get(rig->arena, world_read(rig->world), rig->alice.id, rig->carol.id, &follow);
	second = rig_text(rig, "{'id':'%.*s','type':'Follow','actor':'%.*s','object':'" CAROL "'}", STR_ARG(follow.uri),
	                  STR_ARG(rig->alice.uri));
	is_int(rig_apply(rig, by(CAROL, "l1", "Accept", first)), ERR_DENIED,
	       "the answer to a Follow that was taken back is none to the next");
	is_int(follow_state(&rig->alice, &rig->carol), FOLLOW_REQUESTED, "which waits on");
	is_int(rig_apply(rig, by(CAROL, "l2", "Reject", first)), ERR_DENIED, "nor does it end it");
	is_int(rig_apply(rig, by(CAROL, "l3", "Accept", second)), OK, "its own answer counts");
	is_int(follow_state(&rig->alice, &rig->carol), FOLLOW_ACCEPTED, "and makes the follow");
	rig_free(rig);
}

/* posts of a peer */

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

/* reactions */

static const char *like_of(struct str post, const char *number)
{
	return rig_text(rig, "{'id':'https://b.example/a/%s','type':'Like','actor':'" CAROL "','object':'%.*s'}", number,
	                STR_ARG(post));
}

static void check_likes(void)
{
	uint64_t open_id, private_id;
	struct str open, closed;

	rig = rig_new();
	add_dave();
	open = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Open", 0, &open_id);
	closed = rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "For @bob", 0, &private_id);
	is_int(rig_apply(rig, by(CAROL, "l1", "Like", uri_of(open))), OK, "a peer's person likes a post of ours");
	is_int(rig_notices(rig, &rig->alice, NOTICE_FAVOURITE), 1, "its author is told");
	is_int(rig_apply(rig, by(CAROL, "l2", "Like", uri_of(open))), ERR_EXISTS, "one like each");
	is_int(rig_apply(rig, by(CAROL, "l3", "Like", uri_of(closed))), ERR_NOT_FOUND,
	       "a post one may not see is as good as none");
	is_int(rig_apply(rig, by(CAROL, "l4", "Like", "'https://a.example/p/5'")), ERR_NOT_FOUND, "just like none");
	is_int(rig_apply(rig, by(DAVE, "l5", "Undo", like_of(open, "l1"))), ERR_DENIED, "nobody takes back another's like");
	is_int(rig_apply(rig, by(CAROL, "l6", "Undo", like_of(open, "other"))), OK, "an Undo fits by its pair, too");
	ok(!favourites_has(world_read(rig->world), open_id, rig->carol.id), "and takes the like back");
	is_int(rig_notices(rig, &rig->alice, NOTICE_FAVOURITE), 0, "with its notice");
	is_int(rig_apply(rig, by(CAROL, "l7", "Undo", like_of(open, "late"))), OK, "an Undo may come first");
	is_int(rig_apply(rig, by(CAROL, "late", "Like", uri_of(open))), ERR_EXISTS, "then the like is void");
	is_int(rig_apply(rig, by(DAVE, "l8", "Undo", like_of(open, "future"))), ERR_DENIED,
	       "an Undo names its own actor's act");
	is_int(rig_apply(rig, by(CAROL, "future", "Like", uri_of(open))), OK, "but that voids nobody else's like");
	rig_free(rig);
}

static void check_our_likes(void)
{
	uint64_t id;

	rig = rig_new();
	rig_apply(rig, create("1", "'" PUBLIC "'", "", ""));
	id = rig_find_post(rig, NOTE_1).id;
	world_write(rig->world);
	is_int(act_like(rig->arena, rig->world->txn, rig->alice.id, id), OK, "one of us likes a peer's post");
	is_int(act_like(rig->arena, rig->world->txn, rig->alice.id, id), OK, "twice is no error");
	world_commit(rig->world);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "and is told once");
	ok(sends("\"type\":\"Like\"") && sends(CAROL "/inbox {"), "to its author");
	world_write(rig->world);
	is_int(act_unlike(rig->arena, rig->world->txn, rig->alice.id, id), OK, "it is taken back");
	is_int(act_unlike(rig->arena, rig->world->txn, rig->alice.id, id), OK, "twice is no error");
	world_commit(rig->world);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 2, "and is told once");
	rig_free(rig);
}

/* An activity of Carol's with an emoji. */
static const char *emoji_by_carol(const char *id, const char *type, struct str post, const char *more)
{
	return rig_text(rig, "{" AS "'id':'https://b.example/a/%s','type':'%s','actor':'" CAROL "','object':'%.*s',%s}", id,
	                type, STR_ARG(post), more);
}

static size_t emoji_count(uint64_t post_id)
{
	struct emoji_reaction *reactions;
	size_t count = 0;

	emoji_reactions_list(rig->arena, world_read(rig->world), post_id, 100, &reactions, &count);
	return count;
}

#define SOUP "\xf0\x9f\x8d\xb2"
#define BLOB "'content':':blob:','tag':{'type':'Emoji','name':':blob:','icon':{'url':'https://b.example/b.png'}}"

static void check_emoji_reactions(void)
{
	struct emoji_reaction first;
	uint64_t id, secret_id;
	struct str open, closed;

	rig = rig_new();
	add_dave();
	open = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Open", 0, &id);
	closed = rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "For @bob", 0, &secret_id);
	is_int(rig_apply(rig, emoji_by_carol("j1", "EmojiReact", open, "'content':'" SOUP "'")), OK, "an emoji is a reaction");
	is_int(rig_notices(rig, &rig->alice, NOTICE_EMOJI_REACTION), 1, "its author is told");
	ok(!favourites_has(world_read(rig->world), id, rig->carol.id), "it is no favourite");
	is_int(rig_apply(rig, emoji_by_carol("j2", "Like", open, "'_misskey_reaction':'" SOUP "'")), ERR_EXISTS,
	       "the same again, however it is said, is the same");
	is_int(rig_apply(rig, emoji_by_carol("j3", "Like", open, BLOB)), OK, "a Like with an emoji is another");
	is_int(rig_apply(rig, emoji_by_carol("j4", "Like", open, "'content':'\xe2\x9d\xa4'")), OK, "one with a heart");
	ok(favourites_has(world_read(rig->world), id, rig->carol.id), "is a favourite");
	is_int(emoji_count(id), 2, "and no reaction");
	is_int(rig_apply(rig, emoji_by_carol("j5", "EmojiReact", open, "'content':'<b>'")), ERR_INVALID,
	       "what is no emoji is no reaction");
	is_int(rig_apply(rig, emoji_by_carol("j6", "EmojiReact", closed, "'content':'" SOUP "'")), ERR_NOT_FOUND,
	       "a post one may not see is as good as none");
	is_int(rig_apply(rig, by(DAVE, "j7", "Undo", "'https://b.example/a/j1'")), ERR_DENIED,
	       "nobody takes back another's reaction");
	is_int(rig_apply(rig, by(CAROL, "j8", "Undo", "'https://b.example/a/j1'")), OK, "an Undo fits by id");
	is_int(emoji_count(id), 1, "and takes one back");
	is_int(rig_notices(rig, &rig->alice, NOTICE_EMOJI_REACTION), 1, "the notice stays with the other");
	emoji_reactions_first(rig->arena, world_read(rig->world), id, rig->carol.id, &first);
	is_str(first.emoji, STR("blob@b.example"), "which has its host in its name");
	is_str(first.emoji_url, STR("https://b.example/b.png"), "and its picture");
	is_int(rig_apply(rig, by(CAROL, "j9", "Undo", emoji_by_carol("other", "EmojiReact", open, BLOB))), OK,
	       "or by who, what and which");
	is_int(emoji_count(id), 0, "and takes that back");
	is_int(rig_notices(rig, &rig->alice, NOTICE_EMOJI_REACTION), 0, "with the notice");
	is_int(rig_apply(rig, emoji_by_carol("j10", "Like", open, BLOB)), OK, "one may react anew");
	is_int(rig_apply(rig, by(CAROL, "j11", "Undo", emoji_by_carol("j10", "Like", open, "'x':1"))), OK,
	       "the Undo of a Like may leave the emoji out");
	is_int(emoji_count(id), 0, "and takes the reaction back");
	ok(favourites_has(world_read(rig->world), id, rig->carol.id), "not the favourite");
	is_int(rig_apply(rig, by(CAROL, "j12", "Undo", emoji_by_carol("late", "EmojiReact", open, BLOB))), OK,
	       "an Undo may come first");
	is_int(rig_apply(rig, emoji_by_carol("late", "EmojiReact", open, BLOB)), ERR_EXISTS, "then the reaction is void");
	rig_free(rig);
}

static void check_emoji_limit(void)
{
	uint64_t id;
	struct str open;
	int r = OK;

	rig = rig_new();
	open = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Open", 0, &id);
	for (int i = 0; i < EMOJI_REACTIONS_KINDS_MAX + 1; i++) {
		is_int(r, OK, "many kinds are taken");
		r = rig_apply(rig, emoji_by_carol(rig_text(rig, "k%d", i), "EmojiReact", open,
		                                  rig_text(rig, "'content':'\xf0\x9f\x8d%c'", 0x80 + i)));
	}
	is_int(r, ERR_DENIED, "but not any number of them");
	is_int(emoji_count(id), EMOJI_REACTIONS_KINDS_MAX, "of one person at one post");
	is_int(rig_apply(rig, by(CAROL, "k-end", "Delete", "'" CAROL "'")), OK, "when the account ends");
	rig_jobs(rig);
	is_int(emoji_count(id), 0, "its reactions go with it");
	is_int(rig_notices(rig, &rig->alice, NOTICE_EMOJI_REACTION), 0, "and what told of them");
	rig_free(rig);
}

static void check_our_emoji_reactions(void)
{
	uint64_t id;

	rig = rig_new();
	rig_apply(rig, create("1", "'" PUBLIC "'", "", ""));
	id = rig_find_post(rig, NOTE_1).id;
	world_write(rig->world);
	is_int(act_emoji_react(rig->arena, rig->world->txn, rig->alice.id, id, STR(SOUP)), OK, "one of us reacts");
	is_int(act_emoji_react(rig->arena, rig->world->txn, rig->alice.id, id, STR(SOUP)), OK, "twice is no error");
	world_commit(rig->world);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "and is told once");
	ok(sends("\"type\":\"EmojiReact\"") && sends("\"content\":\"" SOUP "\"") && sends(CAROL "/inbox {"),
	   "to its author");
	world_write(rig->world);
	is_int(act_emoji_unreact(rig->arena, rig->world->txn, rig->alice.id, id, STR(SOUP)), OK, "it is taken back");
	is_int(act_emoji_unreact(rig->arena, rig->world->txn, rig->alice.id, id, STR(SOUP)), OK, "twice is no error");
	world_commit(rig->world);
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 2, "and is told once");
	is_int(emoji_count(id), 0, "and it is gone");
	rig_free(rig);
}

static const char *quote_request(const char *id, struct str post, const char *instrument)
{
	return rig_text(rig,
	                "{" AS "'id':'https://b.example/a/%s','type':'QuoteRequest','actor':'" CAROL "','object':'%.*s',"
	                "'instrument':%s}",
	                id, STR_ARG(post), instrument);
}

/* The stamps that were given. */
static size_t stamps(struct activity_record *ret_last)
{
	struct prefix_walk walk;
	struct engine_item item;
	size_t count = 0;

	prefix_walk_init(&walk, world_read(rig->world), SPACE_ACTIVITY, STR_NONE, false);
	while (prefix_next(&walk, &item) == OK) {
		struct activity_record record;

		if (codec_decode(rig->arena, &activity_record_type, item.value, &record) == OK &&
		    str_eq(record.type, STR("QuoteAuthorization"))) {
			*ret_last = record;
			count++;
		}
	}
	return count;
}

static void check_quote_requests(void)
{
	struct activity_record stamp = { .id = 0 };
	struct str open, limited, hidden;
	uint64_t id;

	rig = rig_new();
	hidden = rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "For @bob", 0, &id);
	rig_follows(rig, &rig->carol, &rig->alice);
	limited = rig_post(rig, &rig->alice, VISIBILITY_FOLLOWERS, "Limited", 0, &id);
	open = rig_post(rig, &rig->alice, VISIBILITY_UNLISTED, "Open", 0, &id);
	is_int(rig_apply(rig, quote_request("q1", open, "'https://c.example/notes/q'")), ERR_INVALID,
	       "nobody asks for a post of another node");
	is_int(rig_apply(rig, quote_request("q2", open, "null")), ERR_INVALID, "or for none");
	is_int(rig_apply(rig, quote_request("q3", hidden, "'https://b.example/notes/q'")), ERR_NOT_FOUND,
	       "a post one may not see is as good as none");
	is_int(rig_apply(rig, quote_request("q4", limited, "'https://b.example/notes/q'")), OK,
	       "a quote of a limited post is answered");
	rig_jobs(rig);
	ok(sends("\"type\":\"Reject\"") && stamps(&stamp) == 0, "with no");
	is_int(rig_apply(rig, quote_request("q5", open, "{'type':'Note','id':'https://b.example/notes/q'}")), OK,
	       "one of a post for all is answered");
	is_int(rig_apply(rig, quote_request("q5", open, "'https://b.example/notes/q'")), ERR_EXISTS, "once");
	rig_jobs(rig);
	is_int(stamps(&stamp), 1, "with a stamp");
	ok(sends("\"type\":\"Accept\"") && sends("\"type\":\"QuoteRequest\"") &&
	           sends("\"instrument\":\"https://b.example/notes/q\"") &&
	           sends(rig_text(rig, "\"result\":\"%.*s\"", STR_ARG(stamp.uri))),
	   "that the Accept names, with the request that it answers");
	ok(str_find(stamp.body, STR("\"interactingObject\":\"https://b.example/notes/q\"")) != SIZE_MAX &&
	           str_find(stamp.body, str_of(rig_text(rig, "\"interactionTarget\":\"%.*s\"", STR_ARG(open)))) != SIZE_MAX &&
	           str_find(stamp.body, str_of(rig_text(rig, "\"attributedTo\":\"%.*s\"", STR_ARG(rig->alice.uri)))) !=
	                   SIZE_MAX,
	   "which says who lets what quote what");
	is_int(stamp.object_id, id, "and belongs to the quoted post");
	is_int(rig_apply(rig, by(CAROL, "q6", "Accept", quote_request("q7", open, "'https://b.example/notes/q'"))), OK,
	       "an answer that we never asked for is nothing");
	rig_free(rig);
}

static const char *boost_of(const char *number)
{
	return rig_text(rig,
	                "{" AS "'id':'https://b.example/a/%s','type':'Announce','actor':'" CAROL "','to':['" PUBLIC "'],"
	                "'object':'https://b.example/notes/%s'}",
	                number, number);
}

/* A suspended author's posts do not come in by others. */
static void check_boost_of_suspended(void)
{
	struct account dave;

	rig = rig_new();
	add_dave();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_apply(rig, by(DAVE, "s0", "Create",
	                  "{'id':'https://b.example/notes/s1','type':'Note','attributedTo':'" DAVE "','content':'x',"
	                  "'to':['" PUBLIC "']}"));
	accounts_by_uri(rig->arena, world_read(rig->world), STR(DAVE), &dave);
	dave.disabled = true;
	world_write(rig->world);
	accounts_put(rig->world->txn, &dave);
	world_commit(rig->world);
	is_int(rig_apply(rig, boost_of("s1")), ERR_DENIED, "a suspended author's post is not boosted into sight");
	rig_serve(rig, "https://b.example/notes/s2", 200, NULL,
	          "{" AS "'id':'https://b.example/notes/s2','type':'Note','attributedTo':'" DAVE "','content':'x',"
	          "'to':['" PUBLIC "']}");
	rig_deliver(rig, boost_of("s2"), STR(CAROL "#main-key"));
	is_int(rig_resolve(rig), 1, "one that is not known is asked for");
	is_int(rig_find_post(rig, "https://b.example/notes/s2").id, 0, "and not taken in");
	rig_free(rig);
}

static void check_boosts(void)
{
	uint64_t open_id, private_id, boost_id;
	struct str open, closed, need;

	rig = rig_new();
	open = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Open", 0, &open_id);
	closed = rig_post(rig, &rig->alice, VISIBILITY_FOLLOWERS, "Closed", 0, &private_id);
	is_int(rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/b1','type':'Announce','actor':'" CAROL "',"
	                                    "'to':['" PUBLIC "'],'object':'%.*s'}", STR_ARG(open))),
	       OK, "a peer's person boosts a post of ours");
	is_int(rig_notices(rig, &rig->alice, NOTICE_REBLOG), 1, "its author is told");
	is_int(posts_boost_get(world_read(rig->world), open_id, rig->carol.id, &boost_id), OK, "the boost is kept");
	is_int(rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/b2','type':'Announce','actor':'" CAROL "',"
	                                    "'to':['" PUBLIC "'],'object':'%.*s'}", STR_ARG(open))),
	       ERR_EXISTS, "one boost each");
	rig_follows(rig, &rig->carol, &rig->alice);
	is_int(rig_apply(rig, rig_text(rig, "{" AS "'id':'https://b.example/a/b3','type':'Announce','actor':'" CAROL "',"
	                                    "'to':['" PUBLIC "'],'object':'%.*s'}", STR_ARG(closed))),
	       ERR_DENIED, "what is for followers is not carried further");
	is_int(rig_apply(rig, by(CAROL, "b4", "Undo",
	                         rig_text(rig, "{'id':'https://b.example/a/b1','type':'Announce','actor':'" CAROL "',"
	                                       "'object':'%.*s'}", STR_ARG(open)))),
	       OK, "the boost is taken back");
	is_int(posts_boost_get(world_read(rig->world), open_id, rig->carol.id, &boost_id), ERR_NOT_FOUND, "and is gone");
	is_int(rig_notices(rig, &rig->alice, NOTICE_REBLOG), 0, "with its notice");
	is_int(rig_apply_need(rig, "{" AS "'id':'https://b.example/a/b5','type':'Announce','actor':'" CAROL "',"
	                           "'to':['" PUBLIC "'],'object':'https://b.example/notes/5'}", &need),
	       OK, "a boost of the unknown by somebody nobody follows is answered");
	rig_follows(rig, &rig->bob, &rig->carol);
	is_int(rig_apply_need(rig, "{" AS "'id':'https://b.example/a/b6','type':'Announce','actor':'" CAROL "',"
	                           "'to':['" PUBLIC "'],'object':'https://b.example/notes/5'}", &need),
	       NEED, "when somebody follows, what is boosted is asked for");
	is_str(need, STR("https://b.example/notes/5"), "at its address");
	is_int(rig_apply(rig, "{" AS "'id':'https://b.example/a/b7','type':'Announce','actor':'" CAROL "',"
	                      "'to':['" PUBLIC "'],'object':'https://evil.example/notes/5'}"),
	       OK, "never on an origin that is not on the list");
	is_int(rig_jobs_waiting(rig, "resolve"), 0, "so nothing is fetched there");
	rig_free(rig);
}

/* acts of ours */

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

/* A disk that fails at the n-th put, or at the commit: all of an act or nothing of it. */
static void check_failures(void)
{
	bool whole = true;
	uint64_t puts, id;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	puts = engine_mem_puts(rig->world->engine);
	rig_post(rig, &rig->alice, VISIBILITY_DIRECT, "Dear @bob, dear @carol@b.example", 0, &id);
	puts = engine_mem_puts(rig->world->engine) - puts;
	rig_free(rig);
	for (uint64_t n = 1; n <= puts + 1; n++) {
		struct post_draft draft = { .text = STR("Dear @bob"), .visibility = VISIBILITY_DIRECT };
		struct mention_target bob;
		struct post post;
		int r;

		rig = rig_new();
		rig_follows(rig, &rig->carol, &rig->alice);
		bob = (struct mention_target){ STR("bob"), rig->bob.id, rig->bob.url, rig->bob.username };
		draft.mentions = &bob;
		draft.mention_count = 1;
		if (n <= puts)
			engine_mem_fail_put(rig->world->engine, n, ERR_FULL);
		else
			engine_mem_fail_commit(rig->world->engine, 1, ERR_FULL);
		world_write(rig->world);
		r = act_create_post(rig->arena, rig->world->txn, rig->alice.id, &draft, &id);
		/* What the act says and what the commit says never disagree. */
		if (world_commit(rig->world) == OK)
			whole &= r == OK;
		whole &= rig_notices(rig, &rig->bob, 0) ==
		         (r == OK && posts_get(rig->arena, rig->world->view, id, &post) == OK);
		rig_free(rig);
	}
	ok(whole, "an act is kept whole or not at all, whichever of its %llu puts fails", (unsigned long long)puts);
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

static void check_our_boost(void)
{
	uint64_t boost_id, again_id, id;

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	rig_apply(rig, create("1", "'" PUBLIC "'", "", ""));
	id = rig_find_post(rig, NOTE_1).id;
	world_write(rig->world);
	is_int(act_announce(rig->arena, rig->world->txn, rig->alice.id, id, 0, &boost_id), OK, "one of us boosts");
	is_int(act_announce(rig->arena, rig->world->txn, rig->alice.id, id, 0, &again_id), OK, "twice");
	world_commit(rig->world);
	is_int(again_id, boost_id, "which is the same boost");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "author and followers of one node get one Announce");
	ok(sends("\"type\":\"Announce\"") && sends("\"object\":\"" NOTE_1 "\""), "that names the post");
	world_write(rig->world);
	is_int(act_unannounce(rig->arena, rig->world->txn, rig->alice.id, id), OK, "and takes it back");
	world_commit(rig->world);
	rig_jobs(rig);
	ok(sends("\"type\":\"Undo\""), "which is told the same");
	rig_free(rig);
}

/* accounts */

static void check_profiles(void)
{
	struct account account;

	rig = rig_new();
	is_int(rig_apply(rig, by(CAROL, "p1", "Update",
	                         rig_serve_actor(rig, CAROL, "Person", "Caroline"))),
	       OK, "a peer's person changes her profile");
	account = stored(rig->carol.id);
	is_str(account.display_name, STR("Caroline"), "the name is new");
	is_str(account.username, STR("carol"), "the handle is not");
	rig_follows(rig, &rig->carol, &rig->alice);
	world_write(rig->world);
	is_int(act_update_actor(rig->arena, rig->world->txn, rig->alice.id), OK, "one of us changed hers");
	world_commit(rig->world);
	rig_jobs(rig);
	ok(sends("\"type\":\"Update\"") && sends("publicKeyPem"), "followers hear of it");
	rig_free(rig);
}

static void print_finding(void *context, const char *sentence)
{
	(void)context;
	printf("# %s\n", sentence);
}

static uint64_t findings(void)
{
	uint64_t count = 0;

	maintain_check(world_read(rig->world), print_finding, NULL, &count);
	return count;
}

static void check_ends(void)
{
	uint64_t id;
	struct str uri, pem;

	rig = rig_new();
	rig_follows(rig, &rig->alice, &rig->carol);
	rig_apply(rig, create("1", "'" PUBLIC "'", "", ""));
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Liked", 0, &id);
	rig_apply(rig, by(CAROL, "f1", "Like", uri_of(uri)));
	is_int(rig_apply(rig, by(CAROL, "end", "Delete", "'" CAROL "'")), OK, "a peer's account ends");
	ok(stored(rig->carol.id).deleted, "it is a tombstone");
	is_int(rig_apply(rig, create("2", "'" PUBLIC "'", "", "")), ERR_GONE, "that says nothing any more");
	rig_jobs(rig);
	is_int(rig_find_post(rig, NOTE_1).id, 0, "its posts are removed");
	is_int(follow_state(&rig->alice, &rig->carol), 0, "and its follows");
	ok(!favourites_has(world_read(rig->world), id, rig->carol.id), "and what it favoured is favoured no more");
	is_int(findings(), 0, "and the store is sound");
	rig_free(rig);

	rig = rig_new();
	rig_follows(rig, &rig->carol, &rig->alice);
	uri = rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "Bye", 0, &id);
	rig_jobs(rig);
	rig_outgoing_clear(rig);
	world_write(rig->world);
	is_int(act_delete_actor(rig->arena, rig->world->txn, rig->alice.id), OK, "an account of ours ends");
	world_commit(rig->world);
	ok(stored(rig->alice.id).deleted, "at once");
	rig_jobs(rig);
	is_int(rig_outgoing_count(rig), 1, "its followers' node is told");
	ok(sends("\"type\":\"Delete\""), "by its Delete");
	is_int(rig_find_post(rig, rig_text(rig, "%.*s", STR_ARG(uri))).id, 0, "its posts go");
	is_int(follow_state(&rig->carol, &rig->alice), 0, "and the follows");
	is_int(accounts_private_key_get(rig->arena, world_read(rig->world), rig->alice.id, &pem), OK,
	       "its key stays for what is still to be signed");
	clock_advance_for_test((int64_t)31 * DAY_MS);
	rig_jobs(rig);
	is_int(accounts_private_key_get(rig->arena, world_read(rig->world), rig->alice.id, &pem), ERR_NOT_FOUND,
	       "for a month");
	rig_free(rig);
}

static void check_bells(void)
{
	uint64_t id;

	rig = rig_new();
	world_write(rig->world);
	act_follow(rig->arena, rig->world->txn, rig->bob.id, rig->alice.id, true, true, NULL);
	world_commit(rig->world);
	rig_post(rig, &rig->alice, VISIBILITY_PUBLIC, "News", 0, &id);
	rig_jobs(rig);
	is_int(rig_notices(rig, &rig->bob, NOTICE_STATUS), 1, "who asked to hear of each post hears of it");
	rig_free(rig);
}

static void check_table(void)
{
	const char *const *lines;
	size_t count = activity_rows(&lines);
	bool found = false;

	for (size_t i = 0; i < count; i++)
		found |= str_eq(str_of(lines[i]), STR("Undo of Follow: a follow ended by the follower"));
	ok(found, "the table can be printed");
	rig = rig_new();
	is_int(rig_apply(rig, by(CAROL, "z1", "Travel", "'https://b.example/x'")), ERR_INVALID,
	       "no row takes what we do not know");
	is_int(rig_apply(rig, by(CAROL, "z2", "Announce",
	                         "{'id':'https://b.example/a/z3','type':'Like','actor':'" CAROL "','object':'x'}")),
	       ERR_INVALID, "nor an activity inside an Announce");
	rig_free(rig);
}

int main(void)
{
	check_follows_among_us();
	check_follow_from_a_peer();
	check_locked_and_reject();
	check_answers_of_a_peer();
	check_late_answers();
	check_create();
	check_partner();
	check_wrong_hands();
	check_order();
	check_edit();
	check_edit_of_direct();
	check_likes();
	check_our_likes();
	check_emoji_reactions();
	check_emoji_limit();
	check_our_emoji_reactions();
	check_quote_requests();
	check_boosts();
	check_boost_of_suspended();
	check_our_post();
	check_witnesses();
	check_answers_go_home();
	check_failures();
	check_threads();
	check_hold();
	check_our_boost();
	check_profiles();
	check_ends();
	check_bells();
	check_table();
	return done();
}
