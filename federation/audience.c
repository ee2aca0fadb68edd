/*
 * to and cc to visibility and back. Pure but for look-ups of addresses.
 */
#include "federation/audience.h"

#include "federation/property.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/instance.h"
#include "storage/posts.h"

static bool has_public(const struct str_list *list)
{
	return str_list_has(list, STR(PUBLIC_URI)) || str_list_has(list, STR("as:Public")) ||
	       str_list_has(list, STR("Public"));
}

uint8_t audience_visibility(const struct str_list *to, const struct str_list *cc, struct str followers_uri)
{
	if (has_public(to))
		return VISIBILITY_PUBLIC;
	if (has_public(cc))
		return VISIBILITY_UNLISTED;
	if (followers_uri.n && (str_list_has(to, followers_uri) || str_list_has(cc, followers_uri)))
		return VISIBILITY_FOLLOWERS;
	return VISIBILITY_DIRECT;
}

static void add(struct str_list *list, struct str uri)
{
	if (uri.n && !str_list_has(list, uri))
		list->items[list->count++] = uri;
}

/* Whom a boost names besides followers: the author of what it boosts. */
static int boosted_author(struct arena *arena, struct view *view, const struct post *boost, struct account *ret_author)
{
	struct post post;
	int r = posts_get(arena, view, boost->reblog_of_id, &post);

	return r ? r : accounts_get(arena, view, post.account_id, ret_author);
}

int audience_of_post(struct arena *arena, struct view *view, const struct post *post, struct str_list *ret_to,
                     struct str_list *ret_cc)
{
	size_t room = post->mention_ids.count + 3;
	struct str_list to = { ARENA_ARRAY(arena, struct str, room), 0 };
	struct str_list cc = { ARENA_ARRAY(arena, struct str, room), 0 };
	struct str_list *named = post->visibility == VISIBILITY_DIRECT ? &to : &cc;
	struct account account;
	int r = accounts_get(arena, view, post->account_id, &account);

	if (r)
		return r;
	if (post->visibility == VISIBILITY_PUBLIC)
		add(&to, STR(PUBLIC_URI));
	if (post->visibility == VISIBILITY_UNLISTED)
		add(&cc, STR(PUBLIC_URI));
	if (post->visibility != VISIBILITY_DIRECT)
		add(post->visibility == VISIBILITY_PUBLIC ? &cc : &to, account.followers_uri);
	for (size_t i = 0; i < post->mention_ids.count; i++)
		if (accounts_get(arena, view, post->mention_ids.ids[i], &account) == OK)
			add(named, account.uri);
	if (post->reblog_of_id && boosted_author(arena, view, post, &account) == OK)
		add(named, account.uri);
	*ret_to = to;
	*ret_cc = cc;
	return OK;
}
