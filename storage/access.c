/*
 * Who may see a post. The visibility decides for the many, the audience and the follow for the few. Any thread.
 */
#include "storage/access.h"

#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/graph.h"
#include "storage/keys.h"
#include "storage/posts.h"

bool access_lives(struct view *view, uint64_t account_id)
{
	struct key key;

	/* the finished JSON goes with the account: nothing need be decoded */
	return view_has(view, SPACE_ACCOUNT_JSON, key_u64(&key, account_id));
}

/* The post itself, whatever it boosts. */
static bool sees_itself(struct view *view, struct beholder beholder, const struct post *post)
{
	bool is_person = beholder.kind == BEHOLDER_LOCAL || beholder.kind == BEHOLDER_REMOTE;

	if (!is_person && beholder.kind != BEHOLDER_PEER)
		return false;
	if (!access_lives(view, post->account_id))
		return false;
	if (is_person && blocks_has(view, post->account_id, beholder.account_id))
		return false;
	if (post->visibility == VISIBILITY_PUBLIC || post->visibility == VISIBILITY_UNLISTED)
		return true;
	if (!is_person || beholder.account_id == 0)
		return false;
	if (post->visibility != VISIBILITY_FOLLOWERS && post->visibility != VISIBILITY_DIRECT)
		return false;
	return beholder.account_id == post->account_id ||
	       (post->visibility == VISIBILITY_FOLLOWERS &&
	        graph_follows(view, beholder.account_id, post->account_id)) ||
	       posts_addressed(view, post->id, beholder.account_id);
}

bool access_sees(struct view *view, struct beholder beholder, const struct post *post)
{
	struct post boosted;

	if (!sees_itself(view, beholder, post))
		return false;
	if (post->reblog_of_id == 0)
		return true;
	return posts_brief(view, post->reblog_of_id, &boosted) == OK && boosted.reblog_of_id == 0 &&
	       sees_itself(view, beholder, &boosted);
}

int access_post(struct arena *arena, struct view *view, struct beholder beholder, uint64_t id,
                struct post *ret_post)
{
	struct post post;
	int r = posts_get(arena, view, id, &post);

	if (r != OK)
		return r;
	if (!access_sees(view, beholder, &post))
		return ERR_NOT_FOUND;
	*ret_post = post;
	return OK;
}

uint8_t access_narrower(uint8_t a, uint8_t b)
{
	return a > b ? a : b;
}
