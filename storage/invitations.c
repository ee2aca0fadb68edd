/*
 * Invitations and their indexes. Who used one is written in the person's own record, from which the index of them
 * follows.
 */
#include "storage/invitations.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/codec.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { LOOKED_AT = 5000, FIRST_BATCH = 40, SWEPT = 2000 };

static const char *const state_names[INVITATION_STATES] = {
	[INVITATION_OPEN] = "open", [INVITATION_REVOKED] = "revoked", [INVITATION_USED] = "used",
	[INVITATION_EXPIRED] = "expired",
};

enum invitation_state invitation_state(const struct invitation *invitation, int64_t now_ms)
{
	if (invitation->revoked_ms)
		return INVITATION_REVOKED;
	if (invitation->uses >= invitation->uses_max)
		return INVITATION_USED;
	return invitation->expires_ms <= now_ms ? INVITATION_EXPIRED : INVITATION_OPEN;
}

const char *invitation_state_name(enum invitation_state state)
{
	return state_names[state];
}

int invitation_state_parse(struct str name, enum invitation_state *ret_state)
{
	for (int i = 0; i < INVITATION_STATES; i++)
		if (str_eq(name, str_of(state_names[i]))) {
			*ret_state = (enum invitation_state)i;
			return OK;
		}
	return ERR_INVALID;
}

int invitations_get(struct arena *arena, struct view *view, uint64_t id, struct invitation *ret_invitation)
{
	struct key key;

	return record_get(arena, view, SPACE_INVITATION, key_u64(&key, id), &invitation_type, ret_invitation);
}

int invitations_by_secret(struct arena *arena, struct view *view, struct str secret, struct invitation *ret_invitation)
{
	struct key key;
	uint64_t id;
	int r = record_id(view, SPACE_INVITATION_SECRET, key_sha256(&key, secret), &id);

	return r == OK ? invitations_get(arena, view, id, ret_invitation) : r;
}

int invitations_by_email(struct arena *arena, struct view *view, struct str email, int64_t now_ms,
                         struct invitation *ret_invitation)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	int r;

	prefix_walk_init(&walk, view, SPACE_INVITATION_EMAIL, key_hash(&key, str_lower(arena, email)), true);
	while ((r = prefix_next(&walk, &item)) == OK) {
		r = invitations_get(arena, view, key_read_u64(item.key, 16), ret_invitation);
		if (r != OK || (str_eq_nocase(ret_invitation->email, email) &&
		                invitation_state(ret_invitation, now_ms) == INVITATION_OPEN))
			return r;
	}
	return r;
}

int invitations_add(struct txn *txn, struct str secret, struct invitation *invitation)
{
	struct key key, hash;
	struct str at;
	uint64_t count;
	int r = view_count(txn_view(txn), SPACE_INVITATION, &count);

	if (r != OK || count >= INVITATIONS_MAX)
		return r != OK ? r : ERR_LIMIT;
	invitation->id = txn_new_id(txn);
	invitation->created_ms = txn_now_ms(txn);
	invitation->secret_hash = key_sha256(&hash, secret);
	at = key_u64(&key, invitation->id);
	index_put(txn, SPACE_INVITATION, at, invitation);
	r = record_put(txn, SPACE_INVITATION, at, &invitation_type, invitation);
	invitation->secret_hash = STR_NONE;  /* its bytes were this function's */
	return r;
}

int invitations_put(struct txn *txn, const struct invitation *invitation)
{
	struct arena *arena = arena_new();
	struct invitation old;
	struct key key;
	struct str at = key_u64(&key, invitation->id);
	int r = invitations_get(arena, txn_view(txn), invitation->id, &old);

	if (r == OK) {
		index_replace(txn, SPACE_INVITATION, at, &old, invitation);
		r = record_put(txn, SPACE_INVITATION, at, &invitation_type, invitation);
	}
	arena_free(arena);
	return r;
}

int invitations_renew(struct txn *txn, struct str secret, struct invitation *invitation)
{
	struct key hash;
	int r;

	invitation->secret_hash = key_sha256(&hash, secret);
	r = invitations_put(txn, invitation);
	invitation->secret_hash = STR_NONE;
	return r;
}

static int delete(struct txn *txn, uint64_t id)
{
	struct arena *arena = arena_new();
	struct invitation old;
	struct key key;
	struct str at = key_u64(&key, id);
	int r = invitations_get(arena, txn_view(txn), id, &old);

	if (r == OK) {
		index_del(txn, SPACE_INVITATION, at, &old);
		r = txn_del(txn, SPACE_INVITATION, at);
	}
	arena_free(arena);
	return r;
}

int invitations_accounts(struct arena *arena, struct view *view, uint64_t id, size_t max, struct id_list *ret_ids)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	int r = OK;

	*ret_ids = (struct id_list){ ARENA_ARRAY(arena, uint64_t, max), 0 };
	prefix_walk_init(&walk, view, SPACE_INVITED, key_u64(&key, id), false);
	while (ret_ids->count < max && (r = prefix_next(&walk, &item)) == OK)
		ret_ids->ids[ret_ids->count++] = key_read_u64(item.key, 8);
	return r == ERR_NOT_FOUND ? OK : r;
}

int invitations_held(struct view *view, uint64_t sponsor_id, int64_t now_ms, int64_t since_ms, size_t max,
                     size_t *ret_count)
{
	struct arena *arena = arena_new();
	struct invitation invitation;
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t count = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_INVITATION_OF, key_u64(&key, sponsor_id), true);
	for (size_t i = 0; i < max && (r = prefix_next(&walk, &item)) == OK; i++) {
		arena_reset(arena);
		r = invitations_get(arena, view, key_read_u64(item.key, 8), &invitation);
		if (r != OK)
			break;
		count += invitation_state(&invitation, now_ms) == INVITATION_OPEN ||
		         (invitation.created_ms > since_ms && !invitation.uses);
	}
	arena_free(arena);
	if (r == OK || r == ERR_NOT_FOUND)
		*ret_count = count;
	return r == ERR_NOT_FOUND ? OK : r;
}

/* --- the list --------------------------------------------------------------------------------------------------- */

static bool fits(const struct invitation *invitation, const struct invitation_filter *filter)
{
	return (!filter->of_sponsor || invitation->sponsor_id == filter->sponsor_id) &&
	       (!filter->in_state || invitation_state(invitation, filter->now_ms) == filter->state) &&
	       (!filter->email.n || str_eq_nocase(invitation->email, filter->email)) &&
	       (!filter->department.n || str_eq_nocase(invitation->department, filter->department));
}

int invitations_list(struct arena *arena, struct view *view, const struct invitation_filter *filter,
                     const struct page *page, struct invitation **ret_list, size_t *ret_count, uint64_t *ret_last)
{
	unsigned space = filter->of_sponsor ? SPACE_INVITATION_OF : SPACE_INVITATION;
	size_t room = page_limit(page), count = 0, looked_at = 0;
	struct invitation *list = ARENA_ARRAY(arena, struct invitation, room);
	const struct page_item *item = NULL;
	struct page_walk walk;
	struct key key;
	uint64_t last = 0;
	int r;

	page_walk_init(&walk, arena, view, space, filter->of_sponsor ? key_u64(&key, filter->sponsor_id) : STR_NONE, page,
	               FIRST_BATCH);
	while ((r = page_peek(&walk, &item)) == OK && item && count < room && looked_at++ < LOOKED_AT) {
		last = item->id;
		r = invitations_get(arena, view, item->id, &list[count]);
		if (r != OK)
			return r;
		count += fits(&list[count], filter);
		page_step(&walk);
	}
	if (r != OK)
		return r;
	if (page_upward(page))
		page_reverse(list, count, sizeof(*list));
	*ret_list = list;
	*ret_count = count;
	*ret_last = item ? last : 0;
	return OK;
}

/* --- their end -------------------------------------------------------------------------------------------------- */

static bool is_over(const struct invitation *invitation, int64_t before_ms)
{
	/* What was used up is kept as long as the link could have been good. */
	return (invitation->revoked_ms && invitation->revoked_ms < before_ms) || invitation->expires_ms < before_ms;
}

/* In the order of their ids: those that end late keep others from being looked at only beyond SWEPT of them. */
int invitations_forget(struct txn *txn, size_t max, bool *ret_more)
{
	int64_t before_ms = txn_now_ms(txn) - (int64_t)INVITATION_KEPT_DAYS * DAY_MS;
	struct arena *arena = arena_new();
	struct invitation invitation;
	struct prefix_walk walk;
	struct engine_item item;
	size_t forgotten = 0;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_INVITATION, STR_NONE, false);
	for (size_t i = 0; i < SWEPT && forgotten < max && (r = prefix_next(&walk, &item)) == OK; i++) {
		uint64_t id = key_read_u64(item.key, 0);

		arena_reset(arena);
		r = codec_decode(arena, &invitation_type, item.value, &invitation);
		if (r == OK && is_over(&invitation, before_ms)) {
			r = delete(txn, id);
			forgotten++;
		}
		if (r != OK)
			break;
	}
	arena_free(arena);
	*ret_more = forgotten == max;
	return r == ERR_NOT_FOUND ? txn_err(txn) : r;
}

int invitations_unname(struct txn *txn, uint64_t id)
{
	struct arena *arena = arena_new();
	struct invitation invitation;
	int r = id ? invitations_get(arena, txn_view(txn), id, &invitation) : ERR_NOT_FOUND;

	if (r == OK && invitation.uses_max == 1) {
		invitation.email = invitation.name = invitation.display_name = STR_NONE;
		r = invitations_put(txn, &invitation);
	}
	arena_free(arena);
	return r == ERR_NOT_FOUND ? OK : r;
}

int invitations_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_INVITATION_OF, key_u64(&key, account_id), false);
	for (; n < max && (r = prefix_next(&walk, &item)) == OK; n++) {
		r = delete(txn, key_read_u64(item.key, 8));
		if (r != OK)
			break;
	}
	*ret_more = n == max;
	return r == ERR_NOT_FOUND ? txn_err(txn) : r;
}
