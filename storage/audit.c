/*
 * The audit journal. An item is the 32 bytes of its hash and the encoded record; the item under sequence number 0 is
 * the head: the last number and its hash. Hashes are taken over the bytes as they are kept, so that a newer build
 * with more fields verifies what an older one wrote. Puts: the writer; the rest: any thread.
 */
#include "storage/audit.h"

#include <string.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { HEAD_BYTES = 8 + SHA256_BYTES };

static const struct field audit_fields[] = {
	FIELD(1, audit_record, sequence),
	FIELD(2, audit_record, at_ms),
	FIELD(3, audit_record, actor_id),
	FIELD(4, audit_record, action),
	FIELD(5, audit_record, subject_id),
	FIELD(6, audit_record, subject),
	FIELD(7, audit_record, detail),
};
static const struct record_type audit_type = {
	"audit", audit_fields, sizeof(audit_fields) / sizeof(audit_fields[0]), sizeof(struct audit_record),
};

struct head {
	uint64_t sequence;           /* 0: there is no entry */
	uint8_t hash[SHA256_BYTES];  /* before the first: zeros */
};

static void chain_hash(struct arena *scratch, const uint8_t before[SHA256_BYTES], struct str bytes,
                       uint8_t out[SHA256_BYTES])
{
	struct buf buf;

	buf_init(&buf, scratch, 0);
	buf_add(&buf, (struct str){ (const char *)before, SHA256_BYTES });
	buf_add(&buf, bytes);
	hash_sha256(buf_str(&buf), out);
}

static int head_read(struct str value, struct head *ret_head)
{
	if (value.n != HEAD_BYTES)
		return ERR_CORRUPT;
	ret_head->sequence = key_read_u64(value, 0);
	memcpy(ret_head->hash, value.p + 8, SHA256_BYTES);
	return OK;
}

static int head_get(struct view *view, struct head *ret_head)
{
	struct key key;
	struct str value;
	int r = view_get(view, SPACE_AUDIT, key_u64(&key, 0), &value);

	*ret_head = (struct head){ 0 };
	return r == OK ? head_read(value, ret_head) : r == ERR_NOT_FOUND ? OK : r;
}

static int head_put(struct txn *txn, const struct head *head)
{
	char value[HEAD_BYTES];
	struct key key;

	value_u64((uint8_t *)value, head->sequence);
	memcpy(value + 8, head->hash, SHA256_BYTES);
	return txn_put(txn, SPACE_AUDIT, key_u64(&key, 0), (struct str){ value, HEAD_BYTES });
}

/* --- writing ---------------------------------------------------------------------------------------------------- */

static bool is_action(const char *action)
{
	size_t n = action ? strlen(action) : 0;

	return n && n <= AUDIT_ACTION_MAX && strspn(action, "abcdefghijklmnopqrstuvwxyz0123456789._-") == n;
}

/* UTF-8 on one line, whole characters only. */
static struct str tidy(struct arena *scratch, struct str text, size_t max)
{
	struct buf buf;

	buf_init(&buf, scratch, 0);
	for (size_t at = 0, kept = 0; at < text.n;) {
		uint32_t c = utf8_next(text, &at);

		if (c < ' ' || (c >= 0x7f && c < 0xa0))
			c = ' ';
		kept += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		if (kept > max)
			break;
		buf_add_utf8(&buf, c);
	}
	return buf_str(&buf);
}

static int entry_put(struct txn *txn, uint64_t sequence, const uint8_t hash[SHA256_BYTES], struct str bytes,
                     struct arena *scratch)
{
	struct buf value;
	struct key key;

	buf_init(&value, scratch, 0);
	buf_add(&value, (struct str){ (const char *)hash, SHA256_BYTES });
	buf_add(&value, bytes);
	return txn_put(txn, SPACE_AUDIT, key_u64(&key, sequence), buf_str(&value));
}

int audit_append(struct txn *txn, const struct audit_entry *entry)
{
	struct arena *scratch = arena_new();
	struct key key;
	struct head head;
	struct str bytes;
	int r = is_action(entry->action) ? head_get(txn_view(txn), &head) : ERR_INVALID;

	if (r == OK) {
		bool names_account = entry->subject_id && view_has(txn_view(txn), SPACE_ACCOUNT, key_u64(&key, entry->subject_id));
		struct audit_record record = {
			.sequence = head.sequence + 1, .at_ms = txn_now_ms(txn), .actor_id = entry->actor_id,
			.action = str_of(entry->action), .subject_id = entry->subject_id,
			.subject = names_account ? STR_NONE : tidy(scratch, entry->subject, AUDIT_SUBJECT_MAX),
			.detail = tidy(scratch, entry->detail, AUDIT_DETAIL_MAX),
		};

		bytes = codec_encode(scratch, &audit_type, &record);
		chain_hash(scratch, head.hash, bytes, head.hash);
		head.sequence++;
		entry_put(txn, head.sequence, head.hash, bytes, scratch);
		r = head_put(txn, &head);
	}
	arena_free(scratch);
	/* An act without its entry must not be: also when the act itself was put before. */
	return r != OK && txn_touched(txn) ? txn_fail(txn, r) : r;
}

uint64_t audit_count(struct view *view)
{
	struct head head;

	return head_get(view, &head) == OK ? head.sequence : 0;
}

/* --- reading ---------------------------------------------------------------------------------------------------- */

static int decode(struct arena *arena, struct str value, struct audit_record *ret_record)
{
	int r;

	if (value.n < SHA256_BYTES)
		return ERR_CORRUPT;
	r = codec_decode(arena, &audit_type, str_sub(value, SHA256_BYTES, SIZE_MAX), ret_record);
	memcpy(ret_record->hash, value.p, SHA256_BYTES);
	return r;
}

static bool has_action(struct str action, struct str wanted)
{
	return !wanted.n || str_eq(action, wanted) ||
	       (str_starts(action, wanted) && (wanted.p[wanted.n - 1] == '.' || action.p[wanted.n] == '.'));
}

static bool is_wanted(const struct audit_record *record, const struct audit_query *query)
{
	return (!query->account_id || record->actor_id == query->account_id || record->subject_id == query->account_id) &&
	       has_action(record->action, query->action) && record->at_ms >= query->since_ms;
}

int audit_list(struct arena *arena, struct view *view, const struct audit_query *query, const struct page *page,
               struct audit_record **ret_records, size_t *ret_count, uint64_t *ret_next)
{
	size_t max = page_limit(page), n = 0, looked_at = 0;
	struct audit_record *records = ARENA_ARRAY(arena, struct audit_record, max);
	const struct page_item *item;
	struct page_walk walk;
	uint64_t last = 0;
	int r;

	page_walk_init(&walk, arena, view, SPACE_AUDIT, STR_NONE, page, max);
	/* Number 0 is the head, the lowest key there is. */
	while ((r = page_peek(&walk, &item)) == OK && item && item->id) {
		if (n == max || (query->looked_at_max && looked_at++ == query->looked_at_max))
			break;
		last = item->id;
		r = decode(arena, item->value, &records[n]);
		if (r != OK)
			break;
		n += is_wanted(&records[n], query);
		page_step(&walk);
	}
	*ret_next = r == OK && item && item->id ? last : 0;
	*ret_records = records;
	*ret_count = n;
	return r;
}

/* --- verifying -------------------------------------------------------------------------------------------------- */

/* What is wrong with an entry behind one of that number and hash. */
static const char *link_fault(struct arena *scratch, const struct head *before, struct str key, struct str value)
{
	uint8_t hash[SHA256_BYTES];
	struct audit_record record;

	if (key.n != 8 || key_read_u64(key, 0) != before->sequence + 1)
		return "it is missing";
	if (value.n < SHA256_BYTES)
		return "it is cut short";
	chain_hash(scratch, before->hash, str_sub(value, SHA256_BYTES, SIZE_MAX), hash);
	if (memcmp(hash, value.p, SHA256_BYTES) != 0)
		return "its hash is not that of its bytes behind the entry before it";
	if (decode(scratch, value, &record) != OK)
		return "it does not decode";
	return record.sequence == before->sequence + 1 ? NULL : "it has another's place";
}

static const char *head_fault(const struct head *head, const struct head *last)
{
	if (head->sequence > last->sequence)
		return "it is missing, and all that follow it up to the head";
	if (head->sequence < last->sequence)
		return "it is beyond the head";
	return memcmp(head->hash, last->hash, SHA256_BYTES) ? "its hash is not that of the head" : NULL;
}

static void verdict_end(struct audit_verdict *verdict, const struct head *head, const struct head *last)
{
	verdict->count = last->sequence;
	memcpy(verdict->head, last->hash, SHA256_BYTES);
	if (verdict->fault) {
		verdict->bad = last->sequence + 1;
		return;
	}
	verdict->fault = head_fault(head, last);
	if (verdict->fault)
		verdict->bad = head->sequence > last->sequence ? last->sequence + 1
		             : head->sequence < last->sequence ? head->sequence + 1 : last->sequence;
}

int audit_verify(struct view *view, struct str noted, struct audit_verdict *ret_verdict)
{
	struct arena *scratch = arena_new();
	struct head head, last = { 0 };
	struct prefix_walk walk;
	struct engine_item item;
	int r = head_get(view, &head);

	*ret_verdict = (struct audit_verdict){ 0 };
	if (r == ERR_CORRUPT) {
		head = (struct head){ 0 };
		r = OK;
	}
	prefix_walk_init(&walk, view, SPACE_AUDIT, STR_NONE, false);
	while (r == OK && !ret_verdict->fault && (r = prefix_next(&walk, &item)) == OK) {
		if (item.key.n == 8 && !key_read_u64(item.key, 0))
			continue;
		arena_reset(scratch);
		ret_verdict->fault = link_fault(scratch, &last, item.key, item.value);
		if (ret_verdict->fault)
			break;
		last.sequence++;
		memcpy(last.hash, item.value.p, SHA256_BYTES);
		if (noted.n == SHA256_BYTES && !memcmp(noted.p, last.hash, SHA256_BYTES))
			ret_verdict->noted = last.sequence;
	}
	verdict_end(ret_verdict, &head, &last);
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

/* The entry of that number as the head that it once was. ERR_NOT_FOUND. */
static int head_at(struct view *view, uint64_t sequence, struct head *ret_head)
{
	struct key key;
	struct str value;
	int r = OK;

	*ret_head = (struct head){ .sequence = sequence };
	if (sequence)
		r = view_get(view, SPACE_AUDIT, key_u64(&key, sequence), &value);
	if (r == OK && sequence && value.n >= SHA256_BYTES)
		memcpy(ret_head->hash, value.p, SHA256_BYTES);
	return r;
}

const char *audit_item_fault(struct arena *arena, struct view *view, struct str key, struct str value)
{
	uint64_t sequence = key_read_u64(key, 0);
	struct head head, other;

	if (!sequence) {
		if (head_read(value, &head) != OK)
			return "the head has another length";
		return head_at(view, head.sequence, &other) == OK ? head_fault(&head, &other) : "the entry of the head is missing";
	}
	if (head_get(view, &head) != OK || head.sequence < sequence)
		return "it is beyond the head";
	if (head_at(view, sequence - 1, &other) != OK)
		return "the entry before it is missing";
	return link_fault(arena, &other, key, value);
}
