/*
 * What a client can listen to: the streams of the client API (section 6.1) by their names, which scopes they take, and
 * whose posts they carry. A channel is a value; its tag stands in place, so that a stream of one channel is one block.
 */
#ifndef NODE_STREAM_CHANNEL_H
#define NODE_STREAM_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/json.h"
#include "storage/engine/store.h"
#include "storage/model.h"
#include "storage/scope.h"

enum channel_kind {
	CHANNEL_USER = 1,
	CHANNEL_NOTIFICATIONS,
	CHANNEL_PUBLIC,      /* public, public:local, public:remote, each with or without :media */
	CHANNEL_TAG,         /* hashtag, hashtag:local */
	CHANNEL_LIST,
	CHANNEL_DIRECT,
};

enum { CHANNEL_TAG_BYTES_MAX = 250 };

struct channel {
	uint8_t kind;                      /* enum channel_kind */
	bool local, remote, only_media;    /* as timeline_public() takes them */
	uint8_t tag_bytes;                 /* CHANNEL_TAG: of the tag, folded */
	uint64_t list_id;                  /* CHANNEL_LIST */
	char tag[CHANNEL_TAG_BYTES_MAX];
};

/* "public:local:media", "hashtag" with its tag, "list" with its id. ERR_NOT_FOUND: there is no such stream;
 * ERR_INVALID: it lacks its tag or list. */
int channel_parse(struct str name, struct str tag, struct str list, struct channel *ret_channel);
bool channel_eq(const struct channel *a, const struct channel *b);
/* A token needs one of these to listen. */
scope_set channel_scopes(const struct channel *channel);
/* The JSON array of strings that says in a WebSocket which stream an event is of: its name, then its tag or list. */
void channel_w_name(struct json_writer *w, const struct channel *channel);

/* Is the list of a CHANNEL_LIST one of this account's? true for all other channels. */
bool channel_is_of(struct view *view, const struct channel *channel, uint64_t account_id);
/* Does `account_id` meet this post there? By the predicates of the timelines. */
bool channel_takes(struct view *view, const struct channel *channel, uint64_t account_id, const struct post *post);
/* The same of a post that is gone: where it may have stood. `author_id` wrote it; `flags` is what post_flags() was. Whom
 * it named and nobody else could see is not asked here (EVENT_POST_WITHDRAWN). */
bool channel_took(struct view *view, const struct channel *channel, uint64_t account_id, uint64_t author_id,
                  uint8_t flags);

#endif
