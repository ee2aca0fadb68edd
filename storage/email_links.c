/*
 * Links in mails. Reads: any thread; puts: the writer.
 */
#include "storage/email_links.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { OF_HASH = 8 };

static int64_t life_ms(uint8_t kind)
{
	return kind == EMAIL_LINK_RESET ? EMAIL_RESET_MINUTES * (int64_t)MINUTE_MS : EMAIL_CONFIRM_HOURS * (int64_t)HOUR_MS;
}

static int delete(struct txn *txn, struct str hash, const struct email_link *link)
{
	index_del(txn, SPACE_EMAIL_LINK, hash, link);
	return txn_del(txn, SPACE_EMAIL_LINK, hash);
}

int email_links_end(struct txn *txn, uint64_t account_id, uint8_t kind)
{
	struct arena *arena = arena_new();
	struct email_link link;
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_EMAIL_LINK_OF, key_u64(&key, account_id), false);
	while (r == OK && (r = prefix_next(&walk, &item)) == OK) {
		struct str hash = arena_str(arena, str_sub(item.key, OF_HASH, SIZE_MAX));

		r = record_get(arena, txn_view(txn), SPACE_EMAIL_LINK, hash, &email_link_type, &link);
		if (r == OK && (!kind || link.kind == kind))
			r = delete(txn, hash, &link);
	}
	arena_free(arena);
	return r == ERR_NOT_FOUND ? txn_err(txn) : r;
}

int email_links_put(struct txn *txn, struct str secret, struct email_link *link)
{
	struct key key;
	struct str hash = key_sha256(&key, secret);
	int r = email_links_end(txn, link->account_id, link->kind);

	if (r != OK)
		return r;
	link->created_ms = txn_now_ms(txn);
	link->expires_ms = link->created_ms + life_ms(link->kind);
	index_put(txn, SPACE_EMAIL_LINK, hash, link);
	return record_put(txn, SPACE_EMAIL_LINK, hash, &email_link_type, link);
}

int email_links_get(struct arena *arena, struct view *view, struct str secret, uint8_t kind, struct email_link *ret_link)
{
	struct key key;
	int r = record_get(arena, view, SPACE_EMAIL_LINK, key_sha256(&key, secret), &email_link_type, ret_link);

	return r == OK && (ret_link->kind != kind || ret_link->expires_ms <= clock_now_ms()) ? ERR_NOT_FOUND : r;
}

int email_links_expire(struct txn *txn, size_t max, bool *ret_more)
{
	struct arena *arena = arena_new();
	struct email_link link;
	struct prefix_walk walk;
	struct engine_item item;
	size_t gone = 0;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_EMAIL_LINK, STR_NONE, false);
	while (gone < max && r == OK && (r = prefix_next(&walk, &item)) == OK) {
		arena_reset(arena);
		r = codec_decode(arena, &email_link_type, item.value, &link);
		if (r != OK || link.expires_ms > txn_now_ms(txn))
			continue;
		r = delete(txn, arena_str(arena, item.key), &link);
		gone++;
	}
	arena_free(arena);
	*ret_more = gone == max;
	return r == ERR_NOT_FOUND ? txn_err(txn) : r;
}

int email_links_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	(void)max;   /* there are two at most */
	*ret_more = false;
	return email_links_end(txn, account_id, 0);
}
