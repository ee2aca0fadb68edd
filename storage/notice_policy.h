/*
 * Whose notices somebody wants at once, whose only on request, and whose not at all.
 *
 * Each class of senders has a verdict; the strictest that applies counts. Whom the person let through, by accepting his
 * request, is never held back. What one asked for oneself (a poll's end, an edit of what one boosted, posts of somebody
 * whose bell one rang) is no matter of this.
 */
#ifndef STORAGE_NOTICE_POLICY_H
#define STORAGE_NOTICE_POLICY_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum notice_verdict { NOTICES_ACCEPT = 1, NOTICES_FILTER, NOTICES_DROP };  /* stored; 0: as the class has it by default */
enum notice_class {
	SENDER_NOT_FOLLOWED,  /* by the person */
	SENDER_NO_FOLLOWER,   /* of the person, or one of less than three days */
	SENDER_NEW,           /* an account of less than thirty days */
	SENDER_PRIVATE,       /* a direct post of somebody not followed that does not answer the person */
	SENDER_LIMITED,       /* kept to its followers by the operator (storage/silence.h): dropped by default */
	SENDER_CLASSES,
};

/* The verdict of a class as its owner chose it, or the default. */
uint8_t notice_policy_get(const struct user *user, enum notice_class class);
void notice_policy_set(struct user *user, enum notice_class class, uint8_t verdict);
/* What becomes of a notice: enum notice_verdict. For other than people of ours: accept. */
uint8_t notice_policy_judge(struct view *view, const struct notice *notice);

#endif
