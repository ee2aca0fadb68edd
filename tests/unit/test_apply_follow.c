/* Follows through the one door: among ours and with a peer, asked, granted, refused, late and forged. */
#include "federation/apply.h"

#include "storage/base/err.h"
#include "storage/graph.h"
#include "tests/rig/story.h"
#include "tests/unit/tap.h"

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

int main(void)
{
	check_follows_among_us();
	check_follow_from_a_peer();
	check_locked_and_reject();
	check_answers_of_a_peer();
	check_late_answers();
	return done();
}
