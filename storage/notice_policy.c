/*
 * The policy of notices, asked when one is made. Any thread.
 */
#include "storage/notice_policy.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/graph.h"
#include "storage/notice_requests.h"
#include "storage/posts.h"
#include "storage/silence.h"
#include "storage/users.h"

enum { FOLLOWER_DAYS = 3, ACCOUNT_DAYS = 30 };

/* One question about who sent a notice. */
struct sending {
	struct arena *arena;
	struct view *view;
	const struct notice *notice;
	bool followed;  /* by whom it tells */
};

static bool is_not_followed(const struct sending *sending)
{
	return !sending->followed;
}

static bool is_no_follower(const struct sending *sending)
{
	const struct notice *notice = sending->notice;
	struct follow follow;

	return graph_follow_get(sending->arena, sending->view, notice->actor_id, notice->account_id, &follow) != OK ||
	       follow.state != FOLLOW_ACCEPTED ||
	       notice->created_ms - follow.created_ms < FOLLOWER_DAYS * (int64_t)DAY_MS;
}

static bool is_new(const struct sending *sending)
{
	struct account account;

	return accounts_get(sending->arena, sending->view, sending->notice->actor_id, &account) == OK &&
	       sending->notice->created_ms - account.created_ms < ACCOUNT_DAYS * (int64_t)DAY_MS;
}

static bool is_private(const struct sending *sending)
{
	const struct notice *notice = sending->notice;
	struct post post;

	return notice->kind == NOTICE_MENTION && !sending->followed &&
	       posts_brief(sending->view, notice->post_id, &post) == OK && post.visibility == VISIBILITY_DIRECT &&
	       post.in_reply_to_account_id != notice->account_id;
}

static bool is_limited(const struct sending *sending)
{
	return silence_hides(sending->view, sending->notice->actor_id, sending->notice->account_id);
}

static const struct {
	bool (*applies)(const struct sending *sending);
	size_t offset;  /* in struct user */
	uint8_t by_default;
} classes[SENDER_CLASSES] = {
	[SENDER_NOT_FOLLOWED] = { is_not_followed, offsetof(struct user, notices_not_followed), NOTICES_ACCEPT },
	[SENDER_NO_FOLLOWER] = { is_no_follower, offsetof(struct user, notices_no_follower), NOTICES_ACCEPT },
	[SENDER_NEW] = { is_new, offsetof(struct user, notices_new), NOTICES_ACCEPT },
	[SENDER_PRIVATE] = { is_private, offsetof(struct user, notices_private), NOTICES_ACCEPT },
	[SENDER_LIMITED] = { is_limited, offsetof(struct user, notices_limited), NOTICES_DROP },
};

uint8_t notice_policy_get(const struct user *user, enum notice_class class)
{
	uint8_t verdict = *((const uint8_t *)user + classes[class].offset);

	return verdict ? verdict : classes[class].by_default;
}

void notice_policy_set(struct user *user, enum notice_class class, uint8_t verdict)
{
	*((uint8_t *)user + classes[class].offset) = verdict;
}

static bool is_asked_for(uint8_t kind)
{
	return kind == NOTICE_POLL || kind == NOTICE_UPDATE || kind == NOTICE_QUOTED_UPDATE || kind == NOTICE_STATUS;
}

uint8_t notice_policy_judge(struct view *view, const struct notice *notice)
{
	uint8_t strictest = NOTICES_ACCEPT;
	struct sending sending;
	struct user user = { 0 };

	if (is_asked_for(notice->kind))
		return is_limited(&(struct sending){ .view = view, .notice = notice }) ? NOTICES_DROP : NOTICES_ACCEPT;
	sending = (struct sending){ arena_new(), view, notice, graph_follows(view, notice->account_id, notice->actor_id) };
	if (users_get(sending.arena, view, notice->account_id, &user) != OK)
		user = (struct user){ 0 };
	for (enum notice_class class = 0; class < SENDER_CLASSES; class++) {
		uint8_t verdict = notice_policy_get(&user, class);

		if (verdict > strictest && classes[class].applies(&sending))
			strictest = verdict;
	}
	arena_free(sending.arena);
	if (strictest != NOTICES_ACCEPT && notice_requests_lets(view, notice->account_id, notice->actor_id))
		return NOTICES_ACCEPT;
	return strictest;
}
