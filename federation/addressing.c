/*
 * To whom an activity of ours goes. Writer thread, before what it is about may be gone.
 */
#include "federation/addressing.h"

#include "federation/audience.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/instance.h"
#include "storage/ids.h"

static void add_id(struct id_list *list, uint64_t id)
{
	if (!ids_have(list, id))
		list->ids[list->count++] = id;
}

static struct str_list one_uri(struct arena *arena, struct str uri)
{
	struct str_list list = { ARENA_NEW(arena, struct str), 1 };

	list.items[0] = uri;
	return list;
}

void addressing_of_post(struct arena *arena, const struct post *post, size_t room, struct recipients *ret_recipients)
{
	struct id_list *ids = &ret_recipients->ids;

	ret_recipients->followers = post->visibility != VISIBILITY_DIRECT;
	*ids = (struct id_list){ ARENA_ARRAY(arena, uint64_t, post->mention_ids.count + 2 + room), 0 };
	for (size_t i = 0; i < post->mention_ids.count; i++)
		add_id(ids, post->mention_ids.ids[i]);
	/* An answer that all may read goes to whom it answers, mentioned or not. */
	if (post->in_reply_to_account_id && post->visibility <= VISIBILITY_UNLISTED)
		add_id(ids, post->in_reply_to_account_id);
	/* So does a quote of ours to whom it quotes. */
	if (post->quote_account_id && post->visibility <= VISIBILITY_UNLISTED)
		add_id(ids, post->quote_account_id);
}

/* Who was shut out gets nothing new, named in it or not; that something ended they may hear. */
static void drop_blocked(struct apply *apply, struct id_list *ids)
{
	size_t kept = 0;

	if (apply->activity->type == AS_DELETE || apply->activity->type == AS_UNDO)
		return;
	for (size_t i = 0; i < ids->count; i++)
		if (!blocks_has(apply->view, apply->actor.id, ids->ids[i]))
			ids->ids[kept++] = ids->ids[i];
	ids->count = kept;
}

/* Whoever saw the former text may learn that it ended; a new one is for whom it is written for. */
static bool may_hear(struct apply *apply, uint64_t account_id)
{
	struct beholder beholder = { BEHOLDER_REMOTE, account_id };

	return apply->activity->type == AS_DELETE || access_sees(apply->view, beholder, &apply->post);
}

static int to_audience(struct apply *apply, bool witnesses, struct recipients *recipients)
{
	const struct post *post = &apply->post;
	const struct id_list *saw = &apply->witnesses;
	struct id_list *ids = &recipients->ids;

	addressing_of_post(apply->arena, post, saw->count + 1, recipients);
	if (apply->boosted.id)
		add_id(ids, apply->boosted.account_id);
	for (size_t i = 0; witnesses && i < saw->count; i++)
		if (may_hear(apply, saw->ids[i]))
			add_id(ids, saw->ids[i]);
	drop_blocked(apply, ids);
	return audience_of_post(apply->arena, apply->view, post, &apply->activity->to, &apply->activity->cc);
}

static int to_one(struct apply *apply, uint64_t id, struct recipients *recipients)
{
	struct account account;
	int r = accounts_get(apply->arena, apply->view, id, &account);

	if (r)
		return r;
	apply->activity->to = one_uri(apply->arena, account.uri);
	recipients->ids.ids = ARENA_NEW(apply->arena, uint64_t);
	add_id(&recipients->ids, id);
	return OK;
}

static int to_followers(struct apply *apply, struct recipients *recipients)
{
	apply->activity->to = one_uri(apply->arena, STR(PUBLIC_URI));
	apply->activity->cc = one_uri(apply->arena, apply->actor.followers_uri);
	recipients->followers = true;
	recipients->ids = apply->witnesses;
	return OK;
}

int addressing_fill(struct apply *apply, enum addressing addressing, struct recipients *ret_recipients)
{
	struct recipients recipients = { 0 };
	int r = ERR_INVALID;

	switch (addressing) {
	case TO_AUDIENCE:
	case TO_WITNESSES:
		r = to_audience(apply, addressing == TO_WITNESSES, &recipients);
		break;
	case TO_TARGET:
		r = to_one(apply, apply->target.id, &recipients);
		break;
	case TO_AUTHOR:
		r = to_one(apply, apply->post.account_id, &recipients);
		break;
	case TO_NODE:
		r = to_one(apply, apply->target.id, &recipients);
		apply->activity->to.count = 0;
		break;
	case TO_FOLLOWERS:
		r = to_followers(apply, &recipients);
		break;
	}
	*ret_recipients = recipients;
	return r;
}
