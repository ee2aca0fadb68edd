/*
 * Contexts and collections of posts, by rule. Any thread.
 */
#include "federation/context.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/instance.h"
#include "storage/posts.h"

bool context_begins(const struct post *post)
{
	return !post->remote && !post->reblog_of_id && !post->in_reply_to_id && !post->in_reply_to_uri.n;
}

struct str context_collection(struct arena *arena, struct str post_uri, const char *name)
{
	return arena_printf(arena, "%.*s/%s", STR_ARG(post_uri), name);
}

struct str context_of_post(struct arena *arena, struct view *view, const struct post *post)
{
	struct post root;

	if (context_begins(post))
		return context_collection(arena, post->uri, "context");
	if (post->root_id && post->root_id != post->id && posts_get(arena, view, post->root_id, &root) == OK &&
	    context_begins(&root))
		return context_collection(arena, root.uri, "context");
	return post->context_uri;
}
