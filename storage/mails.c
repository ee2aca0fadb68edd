/*
 * Mails and their fate. Reads: any thread; puts: the writer.
 */
#include "storage/mails.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/index.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { OF_ID = 8, TO_ID = 16 };  /* where the mail's id stands in the keys of the indexes */

static bool has_ended(const struct mail *mail)
{
	return mail->state != MAIL_WAITING;
}

int mails_get(struct arena *arena, struct view *view, uint64_t id, struct mail *ret_mail)
{
	struct key key;

	return record_get(arena, view, SPACE_MAIL, key_u64(&key, id), &mail_type, ret_mail);
}

/* The entries of the indexes follow from what never changes. */
static int put(struct txn *txn, const struct mail *mail)
{
	struct key key;

	return record_put(txn, SPACE_MAIL, key_u64(&key, mail->id), &mail_type, mail);
}

static int delete(struct txn *txn, const struct mail *mail)
{
	struct key key;
	struct str id = key_u64(&key, mail->id);

	index_del(txn, SPACE_MAIL, id, mail);
	return txn_del(txn, SPACE_MAIL, id);
}

/* The job that is in charge from now on. */
static int give_job(struct txn *txn, struct mail *mail)
{
	struct job job = { .kind = STR("mail"), .subject = mail->id };
	int r = jobs_add(txn, &job);

	mail->job_id = job.id;
	return r;
}

/* So that nobody has a hundred addresses of strangers written to. */
static bool is_over(struct view *view, uint64_t account_id, int64_t since_ms)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, view, SPACE_MAIL_OF, key_u64(&key, account_id), true);
	while (account_id && n < MAILS_OF_ONE_AN_HOUR && prefix_next(&walk, &item) == OK &&
	       id_to_ms(key_read_u64(item.key, OF_ID)) >= since_ms)
		n++;
	return n == MAILS_OF_ONE_AN_HOUR;
}

int mails_add(struct txn *txn, struct mail *mail)
{
	int64_t now_ms = txn_now_ms(txn);
	struct key key;
	int r;

	if (mails_count_to(txn_view(txn), mail->to, STR_NONE, now_ms - HOUR_MS, MAILS_AN_HOUR) == MAILS_AN_HOUR ||
	    is_over(txn_view(txn), mail->account_id, now_ms - HOUR_MS))
		return ERR_LIMIT;
	if (!mail->id)
		mail->id = txn_new_id(txn);
	mail->state = MAIL_WAITING;
	mail->created_ms = now_ms;
	if (!mail->expires_ms)
		mail->expires_ms = now_ms + MAILS_HOURS * (int64_t)HOUR_MS;
	r = give_job(txn, mail);
	if (r == OK)
		r = put(txn, mail);
	return r == OK ? index_put(txn, SPACE_MAIL, key_u64(&key, mail->id), mail) : r;
}

int mails_put(struct txn *txn, struct mail *mail)
{
	if (has_ended(mail)) {
		if (!mail->ended_ms)
			mail->ended_ms = txn_now_ms(txn);
		mail->sealed = STR_NONE;
	}
	return put(txn, mail);
}

int mails_withdraw(struct txn *txn, uint64_t id)
{
	struct arena *scratch = arena_new();
	struct mail mail;
	int r = mails_get(scratch, txn_view(txn), id, &mail);

	if (r == OK && !has_ended(&mail)) {
		mail.state = MAIL_VOID;
		r = mails_put(txn, &mail);
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

int mails_retry(struct txn *txn, uint64_t id)
{
	struct arena *scratch = arena_new();
	struct mail mail;
	int r = mails_get(scratch, txn_view(txn), id, &mail);

	if (r == OK && has_ended(&mail))
		r = ERR_GONE;
	if (r == OK) {
		mail.begun = 0;
		r = give_job(txn, &mail);
	}
	if (r == OK)
		r = put(txn, &mail);
	arena_free(scratch);
	return r;
}

/* The newest entry of an address. */
static void walk_to(struct prefix_walk *walk, struct view *view, struct str address)
{
	struct arena *scratch = arena_new();
	struct key key;

	prefix_walk_init(walk, view, SPACE_MAIL_TO, key_hash(&key, str_lower(scratch, address)), true);
	arena_free(scratch);
}

int mails_newest_to(struct arena *arena, struct view *view, struct str address, struct mail *ret_mail)
{
	struct prefix_walk walk;
	struct engine_item item;
	int r;

	walk_to(&walk, view, address);
	r = prefix_next(&walk, &item);
	return r == OK ? mails_get(arena, view, key_read_u64(item.key, TO_ID), ret_mail) : r;
}

size_t mails_count_to(struct view *view, struct str address, struct str template, int64_t since_ms, size_t max)
{
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct mail mail;
	size_t n = 0;

	walk_to(&walk, view, address);
	while (n < max && prefix_next(&walk, &item) == OK && id_to_ms(key_read_u64(item.key, TO_ID)) >= since_ms) {
		arena_reset(scratch);
		n += !template.n || (mails_get(scratch, view, key_read_u64(item.key, TO_ID), &mail) == OK &&
		                     str_eq(mail.template, template));
	}
	arena_free(scratch);
	return n;
}

int mails_list(struct arena *arena, struct view *view, uint64_t before, uint8_t state, size_t max, struct mail **ret_mails,
               size_t *ret_count)
{
	struct mail *mails = ARENA_ARRAY(arena, struct mail, max);
	struct prefix_walk walk;
	struct engine_item item;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_MAIL, STR_NONE, true);
	while (n < max && r == OK && (r = prefix_next(&walk, &item)) == OK) {
		if (before && key_read_u64(item.key, 0) >= before)
			continue;
		r = codec_decode(arena, &mail_type, item.value, &mails[n]);
		n += r == OK && (!state || mails[n].state == state);
	}
	*ret_mails = mails;
	*ret_count = n;
	return r == ERR_NOT_FOUND ? OK : r;
}

int mails_expire(struct txn *txn, size_t max, bool *ret_more)
{
	uint64_t until = id_of_ms(txn_now_ms(txn) - MAILS_KEPT_DAYS * (int64_t)DAY_MS);
	struct arena *arena = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct mail mail;
	size_t gone = 0;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_MAIL, STR_NONE, false);
	while (gone < max && r == OK && (r = prefix_next(&walk, &item)) == OK && key_read_u64(item.key, 0) < until) {
		arena_reset(arena);
		r = codec_decode(arena, &mail_type, item.value, &mail);
		if (r == OK)
			r = delete(txn, &mail);
		gone++;
	}
	arena_free(arena);
	*ret_more = gone == max;
	return r == ERR_NOT_FOUND ? txn_err(txn) : r;
}

int mails_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	struct arena *arena = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	struct mail mail;
	struct key key;
	size_t gone = 0;
	int r = OK;

	prefix_walk_init(&walk, txn_view(txn), SPACE_MAIL_OF, key_u64(&key, account_id), false);
	while (gone < max && r == OK && (r = prefix_next(&walk, &item)) == OK) {
		arena_reset(arena);
		r = mails_get(arena, txn_view(txn), key_read_u64(item.key, OF_ID), &mail);
		if (r == OK)
			r = delete(txn, &mail);
		gone++;
	}
	arena_free(arena);
	*ret_more = gone == max;
	return r == ERR_NOT_FOUND ? txn_err(txn) : r;
}
