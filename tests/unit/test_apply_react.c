/* Reactions through the one door: favourites, emoji, quotes and boosts, a peer's and ours. */
#include "federation/apply.h"

#include "storage/accounts.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/emoji_reactions.h"
#include "storage/keys.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "tests/rig/story.h"
#include "tests/unit/tap.h"

#define SOUP "\xf0\x9f\x8d\xb2"
#define BLOB "'content':':blob:','tag':{'type':'Emoji','name':':blob:','icon':{'url':'https://b.example/b.png'}}"

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
	is_int(act_emoji_react(rig->arena, rig->world->txn, rig->alice.id, id, STR(SOUP), STR_NONE), OK, "one of us reacts");
	is_int(act_emoji_react(rig->arena, rig->world->txn, rig->alice.id, id, STR(SOUP), STR_NONE), OK, "twice is no error");
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

int main(void)
{
	check_likes();
	check_our_likes();
	check_emoji_reactions();
	check_emoji_limit();
	check_our_emoji_reactions();
	check_quote_requests();
	check_boosts();
	check_boost_of_suspended();
	check_our_boost();
	return done();
}
