/*
 * The names of the streams, and who meets which post in them. Decides nothing itself: the timelines do. Any thread.
 */
#include "node/stream/channel.h"

#include <string.h>

#include "federation/text.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/graph.h"
#include "storage/lists.h"
#include "storage/posts.h"
#include "storage/timelines.h"

static const struct name {
	struct str text;
	uint8_t kind;
	bool local, remote, only_media;
} names[] = {
	{ STR("user"), CHANNEL_USER, true, true, false },
	{ STR("user:notification"), CHANNEL_NOTIFICATIONS, true, true, false },
	{ STR("public"), CHANNEL_PUBLIC, true, true, false },
	{ STR("public:local"), CHANNEL_PUBLIC, true, false, false },
	{ STR("public:remote"), CHANNEL_PUBLIC, false, true, false },
	{ STR("public:media"), CHANNEL_PUBLIC, true, true, true },
	{ STR("public:local:media"), CHANNEL_PUBLIC, true, false, true },
	{ STR("public:remote:media"), CHANNEL_PUBLIC, false, true, true },
	{ STR("hashtag"), CHANNEL_TAG, true, true, false },
	{ STR("hashtag:local"), CHANNEL_TAG, true, false, false },
	{ STR("list"), CHANNEL_LIST, true, true, false },
	{ STR("direct"), CHANNEL_DIRECT, true, true, false },
};
enum { NAME_COUNT = sizeof(names) / sizeof(names[0]) };

static int set_tag(struct channel *channel, struct str tag)
{
	struct arena *arena;
	struct str folded;
	int err = ERR_INVALID;

	if (str_starts(tag, STR("#")))
		tag = str_sub(tag, 1, SIZE_MAX);
	tag = str_trim(tag);
	if (tag.n == 0 || tag.n > CHANNEL_TAG_BYTES_MAX || !utf8_valid(tag))
		return ERR_INVALID;
	arena = arena_new();
	folded = text_fold_hashtag(arena, tag);
	if (folded.n && folded.n <= CHANNEL_TAG_BYTES_MAX) {
		memcpy(channel->tag, folded.p, folded.n);
		channel->tag_bytes = (uint8_t)folded.n;
		err = OK;
	}
	arena_free(arena);
	return err;
}

int channel_parse(struct str name, struct str tag, struct str list, struct channel *ret_channel)
{
	struct channel channel = { 0 };
	size_t i = 0;
	int err = OK;

	while (i < NAME_COUNT && !str_eq(names[i].text, name))
		i++;
	if (i == NAME_COUNT)
		return ERR_NOT_FOUND;
	channel.kind = names[i].kind;
	channel.local = names[i].local;
	channel.remote = names[i].remote;
	channel.only_media = names[i].only_media;
	if (channel.kind == CHANNEL_TAG)
		err = set_tag(&channel, tag);
	else if (channel.kind == CHANNEL_LIST)
		err = str_to_u64(list, &channel.list_id) && channel.list_id ? OK : ERR_INVALID;
	if (err == OK)
		*ret_channel = channel;
	return err;
}

static struct str tag_of(const struct channel *channel)
{
	return (struct str){ channel->tag, channel->tag_bytes };
}

static bool is_named(const struct name *name, const struct channel *channel)
{
	return name->kind == channel->kind && name->local == channel->local && name->remote == channel->remote &&
	       name->only_media == channel->only_media;
}

bool channel_eq(const struct channel *a, const struct channel *b)
{
	return a->kind == b->kind && a->local == b->local && a->remote == b->remote &&
	       a->only_media == b->only_media && a->list_id == b->list_id && str_eq(tag_of(a), tag_of(b));
}

scope_set channel_scopes(const struct channel *channel)
{
	switch (channel->kind) {
	case CHANNEL_USER: return SCOPE(READ_STATUSES) | SCOPE(READ_NOTIFICATIONS);
	case CHANNEL_NOTIFICATIONS: return SCOPE(READ_NOTIFICATIONS);
	case CHANNEL_LIST: return SCOPE(READ_STATUSES) | SCOPE(READ_LISTS);
	default: return SCOPE(READ_STATUSES);
	}
}

void channel_w_name(struct json_writer *w, const struct channel *channel)
{
	json_w_array(w);
	for (size_t i = 0; i < NAME_COUNT; i++)
		if (is_named(&names[i], channel))
			json_w_str(w, names[i].text);
	if (channel->kind == CHANNEL_TAG)
		json_w_str(w, tag_of(channel));
	else if (channel->kind == CHANNEL_LIST)
		json_w_id(w, channel->list_id);
	json_w_array_end(w);
}

/* Of a list: is it that person's, and does it take the post (NULL: any)? */
static bool list_takes(struct view *view, uint64_t list_id, uint64_t account_id, const struct post *post)
{
	struct arena *arena = arena_new();
	struct list list;
	bool takes = lists_get(arena, view, account_id, list_id, &list) == OK &&
	             (!post || timeline_list_admits(view, &list, post));

	arena_free(arena);
	return takes;
}

bool channel_is_of(struct view *view, const struct channel *channel, uint64_t account_id)
{
	return channel->kind != CHANNEL_LIST || list_takes(view, channel->list_id, account_id, NULL);
}

static bool tag_takes(struct view *view, const struct channel *channel, struct beholder beholder,
                      const struct post *post)
{
	struct tag_query query = {
		.tag = tag_of(channel), .local = channel->local, .remote = channel->remote,
		.only_media = channel->only_media,
	};

	return timeline_tag_admits(view, beholder, &query, post);
}

bool channel_takes(struct view *view, const struct channel *channel, uint64_t account_id, const struct post *post)
{
	struct beholder beholder = { BEHOLDER_LOCAL, account_id };

	switch (channel->kind) {
	case CHANNEL_USER:
		return timeline_admits(view, account_id, post);
	case CHANNEL_PUBLIC:
		return timeline_public_admits(view, beholder, channel->local, channel->remote, channel->only_media, post);
	case CHANNEL_TAG:
		return tag_takes(view, channel, beholder, post);
	case CHANNEL_LIST:
		return list_takes(view, channel->list_id, account_id, post);
	default:
		return false;
	}
}

/* A public post that is no boost, of an author who does not keep this reader out. Its tags are not known any more: those
 * who listen to a tag are told of posts that never stood there, but of none that they may not know. */
static bool public_took(struct view *view, const struct channel *channel, uint64_t account_id, uint64_t author_id,
                        uint8_t flags)
{
	bool is_remote = flags & POST_FLAG_REMOTE;

	return post_flags_visibility(flags) == VISIBILITY_PUBLIC && !(flags & POST_FLAG_BOOST) &&
	       (channel->local == channel->remote || is_remote == channel->remote) &&
	       (!channel->only_media || flags & POST_FLAG_MEDIA) && !blocks_has(view, author_id, account_id);
}

static bool home_took(struct view *view, uint64_t account_id, uint64_t author_id, uint8_t flags)
{
	return account_id == author_id || (post_flags_visibility(flags) != VISIBILITY_DIRECT &&
	                                   graph_follows(view, account_id, author_id));
}

bool channel_took(struct view *view, const struct channel *channel, uint64_t account_id, uint64_t author_id,
                  uint8_t flags)
{
	switch (channel->kind) {
	case CHANNEL_USER:
		return home_took(view, account_id, author_id, flags);
	case CHANNEL_LIST:
		return lists_have(view, channel->list_id, author_id) && home_took(view, account_id, author_id, flags);
	case CHANNEL_PUBLIC:
	case CHANNEL_TAG:
		return public_took(view, channel, account_id, author_id, flags);
	default:
		return false;
	}
}
