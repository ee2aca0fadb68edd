/*
 * The one answer to "may this viewer see this". Pages, timelines, search, notifications, conversations and
 * federation all ask here; nobody else decides.
 */
#ifndef STORAGE_ACCESS_H
#define STORAGE_ACCESS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

/* Who looks. A person of ours, a person of a listed peer who signed, or a listed peer's instance actor. */
enum beholder_kind { BEHOLDER_NOBODY = 0, BEHOLDER_LOCAL, BEHOLDER_REMOTE, BEHOLDER_PEER };
struct beholder {
	uint8_t kind;             /* enum beholder_kind */
	uint64_t account_id;      /* BEHOLDER_LOCAL, BEHOLDER_REMOTE */
};

/* Public and unlisted posts: any beholder but nobody. Followers-only: the author, accepted followers, and who is
 * mentioned. Direct: author and mentioned. A boost is seen when the boost and what it boosts both are. Posts of
 * deleted and withheld accounts: nobody. */
bool access_sees(struct view *view, struct beholder beholder, const struct post *post);
/* The same over id alone; decodes what it must. ERR_NOT_FOUND when missing or not for this beholder. */
int access_post(struct arena *arena, struct view *view, struct beholder beholder, uint64_t id,
                struct post *ret_post);
/* The account is known and was neither deleted nor is withheld; one read. */
bool access_lives(struct view *view, uint64_t account_id);
/* Narrower of two visibilities (a reply to a limited thread is never wider than its parent). */
uint8_t access_narrower(uint8_t a, uint8_t b);

#endif
