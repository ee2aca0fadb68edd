/*
 * What a commit was about, as one listener is told: the name of the event, its payload, and the two ways to write them.
 */
#ifndef NODE_STREAM_NEWS_H
#define NODE_STREAM_NEWS_H

#include "node/stream/channel.h"
#include "storage/engine/store.h"
#include "storage/scope.h"

struct arena;

struct news {
	const char *event;    /* "update", "delete" … as clients know them */
	struct str payload;   /* one line of JSON, or a bare id; empty: none */
	scope_set scopes;     /* a stream needs one of these to be told */
};

/* A post that stands: "update", or "status.update" when `edited`; as `account_id` sees it, who may (channel_takes()). */
int news_of_post(struct arena *arena, struct view *view, uint64_t account_id, const struct post *post, bool edited,
                 struct news *ret_news);
struct news news_of_end(struct arena *arena, uint64_t post_id);
/* By the rules of the list of notifications: ERR_NOT_FOUND for one that it would leave out. */
int news_of_notice(struct arena *arena, struct view *view, uint64_t account_id, uint64_t notice_id,
                   struct news *ret_news);
int news_of_conversation(struct arena *arena, struct view *view, uint64_t account_id, uint64_t conversation_id,
                         struct news *ret_news);
struct news news_of_filters(void);
int news_of_announcement(struct arena *arena, struct view *view, uint64_t id, struct news *ret_news);
/* "announcement.reaction": how many gave this emoji by now. */
int news_of_reaction(struct arena *arena, struct view *view, uint64_t announcement_id, struct str emoji,
                     struct news *ret_news);
struct news news_of_merging(void);
struct news news_of_announcement_end(struct arena *arena, uint64_t id);

/* As a server-sent event: its lines and the empty one behind them. */
struct str news_as_lines(struct arena *arena, const struct news *news);
/* As the text of a WebSocket message: the payload is a string in the JSON. */
struct str news_as_message(struct arena *arena, const struct news *news, const struct channel *channel);

#endif
