/*
 * The activity table and its one driver: the only door through which the social state changes, for what our people
 * do and for what peers send alike.
 *
 * Writer thread, inside a transaction. Apply never fetches: when it lacks something it returns NEED and names the
 * URI in activity->need; the caller keeps the activity and adds a JOB_RESOLVE.
 */
#ifndef FEDERATION_APPLY_H
#define FEDERATION_APPLY_H

#include "federation/activity.h"

enum origin { ORIGIN_LOCAL, ORIGIN_REMOTE };

/*
 * Seen? known? may? apply, effects, address. ERR_EXISTS: its effect is there already (duplicate; a remote caller
 * answers 202). ERR_DENIED: not this actor's to do. ERR_INVALID: no row takes it. ERR_GONE: its object is a tombstone.
 * Local: the activity gets an id and a URI (activity->uri), is rendered once, kept, put into the outbox where it belongs,
 * and a fan-out job is added, due after `hold_ms`. Everything fails before the first put unless the store fails.
 */
int activity_apply(struct arena *arena, struct txn *txn, struct activity *activity, enum origin origin);

/* Local acts, as activities. The caller checked nothing; may() does. All return what activity_apply() returns. */
struct post_draft {
	struct str text, spoiler, language;
	uint8_t visibility;               /* enum visibility */
	bool sensitive;
	uint64_t in_reply_to_id;
	uint64_t app_id;
	const struct mention_target *mentions;  /* looked up before, outside the transaction */
	size_t mention_count;
	int64_t hold_ms;
	uint64_t quote_id;                /* the post that it quotes; 0: none */
	uint8_t quote_policy;             /* set of enum quote_policy: who may quote it; 0: as usual */
	const struct poll *poll;          /* what it asks; NULL: nothing. Its end is poll_ms after the post */
	int64_t poll_ms;
	struct id_list media_ids;         /* files of the author's to show with it */
	const struct media_note *notes;   /* what is said about some of them from now on */
	size_t note_count;
	uint64_t scheduled_id;            /* what it waited as; 0: it did not */
};
struct media_note {
	uint64_t media_id;
	struct str description;           /* p == NULL: as it was */
	bool has_focus;                   /* false: as it was */
	int64_t focus_x, focus_y;         /* millionths */
};
struct media_set;
/* Says of the files of a set what the draft says of them. */
void act_note_media(const struct post_draft *draft, struct media_set *set);
struct mention_target {
	struct str acct;                  /* as written, without @ */
	uint64_t account_id;
	struct str url, username;         /* for the link */
};
/* ERR_INVALID: a parent that the author may not see. ERR_EXISTS: a file that is not there, not the author's, or shown by
 * another post; ERR_LIMIT: too many of them; ERR_BUSY: one that is not ready. ERR_DENIED: a post that it may not quote, or not see. In a limited
 * thread the visibility is narrowed, and so where one's own limited post is quoted. A quote of a post of ours stands at
 * once; one of a foreign post waits for its author's answer, which the job "quote" asks for. */
int act_create_post(struct arena *arena, struct txn *txn, uint64_t actor_id, const struct post_draft *draft,
                    uint64_t *ret_post_id);
int act_update_post(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id,
                    const struct post_draft *draft);
int act_delete_post(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id);
/* Asks the author of the foreign post that a post of ours quotes. ERR_NOT_FOUND: one of the two is gone. */
int act_ask_quote(struct arena *arena, struct txn *txn, uint64_t post_id, uint64_t quoted_id);
/* Tells those who have a post of ours that what it quotes stands otherwise now (the caller has put it). */
int act_tell_quote(struct arena *arena, struct txn *txn, uint64_t post_id);
/* Takes from a post the right to quote one of the actor's. ERR_NOT_FOUND: it does not quote any with a stamp. */
int act_revoke_quote(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t quoting_id);
/* Says who may quote a post of one's own from now on. ERR_DENIED: another's. */
int act_set_quote_policy(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, uint8_t policy);
int act_follow(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id,
               bool show_reblogs, bool notify, const struct str_list *languages);
int act_unfollow(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id);
/* Answers a request; `accept` false rejects, which also ends an accepted follow. */
int act_answer_follow(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t follower_id, bool accept);
/* Ends the follows of both, with an Undo and a Reject for peers that know no Block. Twice is no error. */
int act_block(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id);
int act_unblock(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id);
/* Shows a post first on its author's profile. ERR_DENIED: another's, a boost, or one that is not for all. ERR_LIMIT: as
 * many as may be (storage/pins.h). Twice is no error. */
int act_pin(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id);
int act_unpin(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id);
/* Keeps a report, which gets its id; forwarded: sends it to the node of the target, without its reporter's name. */
int act_flag(struct arena *arena, struct txn *txn, struct report *report);
int act_like(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id);
int act_unlike(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id);
/* A reaction with a picture (emoji_is_picture()), or with a custom emoji as struct emoji_reaction has it and the address of
 * its picture on its own node. ERR_LIMIT: too many kinds. What is not there is taken back all the same. */
int act_emoji_react(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, struct str emoji,
                    struct str emoji_url);
int act_emoji_unreact(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, struct str emoji);
/* Chooses in a poll, once and all at once. ERR_EXISTS: voted already. ERR_DENIED: it is over, or one's own. ERR_INVALID:
 * no such option, none, or too many. */
int act_vote(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, const struct id_list *choices);
int act_announce(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id, uint8_t visibility,
                 uint64_t *ret_boost_id);
int act_unannounce(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t post_id);
/* An address by which one of ours is or was known elsewhere, or not any more. ERR_EXISTS, ERR_NOT_FOUND: it is so
 * already. ERR_INVALID: no address, or the own one. ERR_LIMIT: as many as may be (federation/actor.h). */
int act_alias(struct arena *arena, struct txn *txn, uint64_t actor_id, struct str uri, bool add);
/* All of them at once, checked by the caller: ACTOR_ALIASES_MAX addresses at most, without the own one. */
int act_aliases(struct arena *arena, struct txn *txn, uint64_t actor_id, const struct str_list *uris);
/* One of ours goes on as the target, an account that is stored as its node just said. ERR_DENIED: move_obstacle() tells
 * why not (federation/on_move.h). ERR_EXISTS: moved there already. */
int act_move(struct arena *arena, struct txn *txn, uint64_t actor_id, uint64_t target_id);
/* It stays after all; followers that left do not come back. ERR_NOT_FOUND: it had not moved. */
int act_unmove(struct arena *arena, struct txn *txn, uint64_t actor_id);
/* Tells followers that the profile changed (the caller has put the account). */
int act_update_actor(struct arena *arena, struct txn *txn, uint64_t actor_id);
/* An account of ours ends: Delete of the actor to all who knew it; posts and follows go in a job. */
int act_delete_actor(struct arena *arena, struct txn *txn, uint64_t actor_id);

/* `rse-node activities` and the docs print the table: one line a row. Returns their number. */
size_t activity_rows(const char *const **ret_lines);

/*
 * What the functions of a row work on (on_post.h, on_actor.h, on_follow.h, on_react.h). may() looks up the records it
 * is about and writes nothing; apply() writes.
 */
struct apply {
	struct arena *arena;
	struct txn *txn;
	struct view *view;
	const struct instance *instance;
	struct activity *activity;
	enum origin origin;
	struct account actor;
	struct account target;        /* Follow and its answers, Block: the other side; Move: the new account */
	struct follow follow;         /* state 0: there is none */
	struct post post;             /* the post it is about; of an Announce: the boost */
	struct id_list flagged;       /* Flag: the posts of the target that it is about */
	struct post boosted;          /* id 0: it is about no boost */
	struct id_list witnesses;     /* who may hold a copy besides the audience: answered, boosted, favoured */
	struct id_list stamped;       /* Delete of a stamp: the posts that name it */
	struct id_list told;          /* Update: whom the former text mentioned */
	bool nothing;                 /* may(): it does not concern us, or came too late: no effect */
	bool unknown;                 /* what an Undo or a Delete names did not come yet */
	bool news;                    /* Update: of a post that did not come yet, so it is its Create */
	bool repeated;                /* Follow, Update: it stood already, nobody is told again */
};

#endif
