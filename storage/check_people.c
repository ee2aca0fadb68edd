/*
 * The check of accounts, of who follows whom, and of what people keep. Reads only.
 */
#include "storage/check.h"

#include "storage/accounts.h"
#include "storage/audit.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/follower_digest.h"
#include "storage/keys.h"
#include "storage/model.h"
#include "storage/posts.h"

static bool is_no_direct_post(struct check *check, const struct engine_item *item)
{
	(void)check;
	return item->value.n == 1 && post_flags_visibility((uint8_t)item->value.p[0]) != VISIBILITY_DIRECT;
}

static bool is_accepted_mirror(struct check *check, const struct engine_item *item)
{
	(void)check;
	return item->value.n == 1 && item->value.p[0] == FOLLOW_ACCEPTED;
}

static bool is_accepted_follow(struct check *check, const struct engine_item *item)
{
	struct follow follow;

	(void)check;
	return codec_decode(NULL, &follow_brief_type, item->value, &follow) == OK &&
	       follow.state == FOLLOW_ACCEPTED;
}

/* All followers there, added up anew. The key holds the origin's hash alone, so the first of them says which it is. */
void check_follower_digest(struct check *check)
{
	uint64_t followee_id = key_read_u64(check->key, 0);
	struct follower_digest digest = { .count = 0 };
	struct prefix_walk walk;
	struct engine_item item;
	struct arena *scratch = arena_new();
	struct account follower;
	struct key prefix, key;

	prefix_walk_init(&walk, check->view, SPACE_FOLLOWER, key_u64(&prefix, followee_id), false);
	while (prefix_next(&walk, &item) == OK) {
		arena_reset(scratch);
		if (!is_accepted_mirror(check, &item) ||
		    accounts_get(scratch, check->view, key_read_u64(item.key, 8), &follower) != OK ||
		    !str_eq(follower_digest_key(&key, followee_id, follower.uri), check->key))
			continue;
		follower_digest_xor(&digest, follower.uri);
		digest.count++;
	}
	arena_free(scratch);
	if (!follower_digest_is(check->value, &digest))
		check_find(check, "it is not that of the %llu followers there", (unsigned long long)digest.count);
}

void check_follow(struct check *check)
{
	const struct follow *follow = check->record;
	struct account follower;
	struct key key;

	if (follow->state == FOLLOW_ACCEPTED &&
	    accounts_get(check->arena, check->view, follow->follower_id, &follower) == OK &&
	    !view_has(check->view, SPACE_FOLLOWER_DIGEST,
	              follower_digest_key(&key, follow->followee_id, follower.uri)))
		check_find(check, "the digest of such followers is missing");
}

void check_account(struct check *check)
{
	const struct account *account = check->record;
	struct account_stats stats;

	if (check_has(check, SPACE_ACCOUNT_JSON, account->id) == (account->deleted || account->withheld))
		check_find(check, "%s finished JSON", account->deleted ? "it is deleted and has" :
		                                account->withheld ? "it is withheld and has" : "it has no");
	if (accounts_stats_get(check->view, account->id, &stats) != OK)
		return;  /* found at the counts themselves */
	check_compare_count(check, "posts", stats.statuses,
	              check_count_below(check, SPACE_BY_AUTHOR, account->id, is_no_direct_post));
	check_compare_count(check, "followers", stats.followers,
	              check_count_below(check, SPACE_FOLLOWER, account->id, is_accepted_mirror));
	check_compare_count(check, "followed", stats.following,
	              check_count_below(check, SPACE_FOLLOW, account->id, is_accepted_follow));
}

void check_list_member(struct check *check)
{
	uint64_t owner_id = key_read_u64(check->value, 0), list_id = key_read_u64(check->key, 0);
	uint64_t member_id = key_read_u64(check->key, 8);
	struct key key;

	if (!view_has(check->view, SPACE_LIST, key_u64_u64(&key, owner_id, list_id)))
		check_find(check, "there is no such list of account %llu", (unsigned long long)owner_id);
	if (member_id != owner_id && !view_has(check->view, SPACE_FOLLOW, key_u64_u64(&key, owner_id, member_id)))
		check_find(check, "account %llu does not follow it", (unsigned long long)owner_id);
}

void check_import(struct check *check)
{
	const struct import *import = check->record;

	if (view_has(check->view, SPACE_IMPORT_TEXT, check->key) != (import->ended_ms == 0))
		check_find(check, import->ended_ms ? "it is done and has a text" : "it has no text");
}

void check_import_text(struct check *check)
{
	if (!view_has(check->view, SPACE_IMPORT, check->key))
		check_find(check, "there is no such import");
}

void check_token(struct check *check)
{
	if (!view_has(check->view, SPACE_TOKEN_OF, check->key))
		check_find(check, "there is no such token");
}

void check_audit(struct check *check)
{
	const char *fault = audit_item_fault(check->arena, check->view, check->key, check->value);

	if (fault)
		check_find(check, "%s", fault);
}
