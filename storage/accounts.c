/*
 * People, services and the instance actor: records, indexes, tombstones, search by name.
 *
 * What is compared without case is folded here, in one way. Whether somebody may do something to an account
 * is not decided here. Reads: any thread; accounts_put() and its like: the writer's.
 */
#include "storage/accounts.h"

#include <utf8proc.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/changes.h"
#include "storage/codec.h"
#include "storage/fragment.h"
#include "storage/index.h"
#include "storage/instance.h"
#include "storage/keys.h"
#include "storage/record.h"

enum {
	NAME_MAX_BYTES = 200, HOST_MAX_BYTES = 260,  /* together well below a key */
	WORDS_MAX = 32,          /* words by which one account is found */
	WORD_MAX_BYTES = 64,     /* the rest of a word is not compared */
	QUERY_WORDS_MAX = 8,
	SEARCH_SCAN_MAX = 2000,  /* index entries that one search looks at */
	LOCAL_BATCH = 64,
};

/* Folding and words. */

struct str accounts_fold(struct arena *arena, struct str text)
{
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE |
	                                  UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.p;
	utf8proc_ssize_t count, n;
	utf8proc_int32_t *points;
	size_t ascii = 0;

	while (ascii < text.n && (unsigned char)text.p[ascii] < 0x80)
		ascii++;
	if (ascii == text.n)
		return str_lower(arena, text);
	count = utf8proc_decompose(bytes, (utf8proc_ssize_t)text.n, NULL, 0, options);
	if (count < 0)
		return str_lower(arena, text);
	/* Encoding happens in place and puts a NUL behind the end. */
	points = ARENA_ARRAY(arena, utf8proc_int32_t, (size_t)count + 1);
	utf8proc_decompose(bytes, (utf8proc_ssize_t)text.n, points, count, options);
	n = utf8proc_reencode(points, count, options);
	return n < 0 ? str_lower(arena, text) : (struct str){ (const char *)points, (size_t)n };
}

static bool is_word_point(uint32_t point)
{
	utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)point);

	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

static bool has_word(const struct str_list *list, struct str word)
{
	for (size_t i = 0; i < list->count; i++)
		if (str_eq(list->items[i], word))
			return true;
	return false;
}

/* The words of a folded text, each once, until `list` holds `max`, for which it has the room. */
static void add_words(struct str_list *list, size_t max, struct str folded)
{
	size_t start = 0, at = 0;

	while (start < folded.n && list->count < max) {
		struct str word;
		size_t next = start;

		do
			at = next;
		while (at < folded.n && is_word_point(utf8_next(folded, &next)));
		word = str_sub(folded, start, at - start < WORD_MAX_BYTES ? at - start : WORD_MAX_BYTES);
		if (word.n && !has_word(list, word))
			list->items[list->count++] = word;
		start = next;
	}
}

struct str_list accounts_words(struct arena *arena, const struct account *account)
{
	struct str_list list = { ARENA_ARRAY(arena, struct str, WORDS_MAX), 0 };

	if (account->deleted || account->withheld)
		return list;
	add_words(&list, WORDS_MAX, accounts_fold(arena, account->username));
	add_words(&list, WORDS_MAX, accounts_fold(arena, account->display_name));
	return list;
}

struct str accounts_acct(struct arena *arena, const struct account *account)
{
	if (account->host.n == 0)
		return account->username;
	return arena_printf(arena, "%.*s@%.*s", STR_ARG(account->username), STR_ARG(account->host));
}

/* Look-ups. */

int accounts_get(struct arena *arena, struct view *view, uint64_t id, struct account *ret_account)
{
	struct key key;

	return record_get(arena, view, SPACE_ACCOUNT, key_u64(&key, id), &account_type, ret_account);
}

/* Follows an index entry to its account; one that leads nowhere is damage, not absence. */
static int get_indexed(struct arena *arena, struct view *view, unsigned space, struct str key,
                       struct account *ret_account)
{
	uint64_t id;
	int r = record_id(view, space, key, &id);

	if (r != OK)
		return r;
	r = accounts_get(arena, view, id, ret_account);
	return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
}

int accounts_by_uri(struct arena *arena, struct view *view, struct str uri, struct account *ret_account)
{
	struct key key;
	int r = get_indexed(arena, view, SPACE_ACCOUNT_URI, key_hash(&key, uri), ret_account);

	if (r == OK && !str_eq(ret_account->uri, uri))
		return ERR_NOT_FOUND;
	return r;
}

int accounts_id_by_uri(struct view *view, struct str uri, uint64_t *ret_id)
{
	struct key key;

	return record_id(view, SPACE_ACCOUNT_URI, key_hash(&key, uri), ret_id);
}

int accounts_of_name(struct arena *arena, struct view *view, struct str username, struct str host,
                     struct account *ret_account)
{
	struct key key;
	int r;

	/* Longer ones are not stored, and a key would cut them. */
	if (username.n > NAME_MAX_BYTES || host.n > HOST_MAX_BYTES)
		return ERR_NOT_FOUND;
	r = get_indexed(arena, view, SPACE_ACCOUNT_NAME, key_name_host(&key, username, host), ret_account);
	return r == OK && ret_account->deleted ? ERR_NOT_FOUND : r;
}

int accounts_by_name(struct arena *arena, struct view *view, struct str username, struct str host,
                     struct account *ret_account)
{
	int r = accounts_of_name(arena, view, username, host, ret_account);

	return r == OK && ret_account->withheld ? ERR_NOT_FOUND : r;
}

int accounts_by_acct(struct arena *arena, struct view *view, struct str acct, struct account *ret_account)
{
	struct str host = acct, username;

	if (str_starts(host, STR("acct:")))
		host = str_sub(host, 5, host.n);
	if (str_starts(host, STR("@")))
		host = str_sub(host, 1, host.n);
	username = str_cut(&host, '@');
	if (str_eq_nocase(host, instance_of(view)->domain))
		host = STR_NONE;
	return accounts_by_name(arena, view, username, host, ret_account);
}

int accounts_by_key_id(struct arena *arena, struct view *view, struct str key_id, struct account *ret_account)
{
	struct key key;
	int r = get_indexed(arena, view, SPACE_ACCOUNT_KEY, key_hash(&key, key_id), ret_account);

	if (r == OK && !str_eq(ret_account->key_id, key_id) && !str_eq(ret_account->proof_key_id, key_id))
		return ERR_NOT_FOUND;
	return r;
}

/* Changes. */

/* ERR_EXISTS when `key` leads to another account than `id`. */
static int check_free(struct view *view, unsigned space, struct str key, uint64_t id)
{
	uint64_t holder;
	int r = record_id(view, space, key, &holder);

	if (r == OK)
		return holder == id ? OK : ERR_EXISTS;
	return r == ERR_NOT_FOUND ? OK : r;
}

static int check_put(struct view *view, const struct account *account)
{
	struct key key;
	int r;

	if (account->uri.n == 0 || account->username.n == 0 || account->username.n > NAME_MAX_BYTES ||
	    account->host.n > HOST_MAX_BYTES)
		return ERR_INVALID;
	r = check_free(view, SPACE_ACCOUNT_URI, key_hash(&key, account->uri), account->id);
	if (r == OK && (!account->deleted || account->host.n == 0))
		r = check_free(view, SPACE_ACCOUNT_NAME, key_name_host(&key, account->username, account->host),
		               account->id);
	/* Somebody who claims another's key must not take its signatures over. */
	if (r == OK && account->key_id.n)
		r = check_free(view, SPACE_ACCOUNT_KEY, key_hash(&key, account->key_id), account->id);
	if (r == OK && account->proof_key_id.n)
		r = check_free(view, SPACE_ACCOUNT_KEY, key_hash(&key, account->proof_key_id), account->id);
	return r;
}

int accounts_put(struct txn *txn, struct account *account)
{
	struct arena *arena = arena_new();
	struct view *view = txn_view(txn);
	struct account old;
	struct key key;
	struct str id, record, json;
	int r = check_put(view, account);

	if (r != OK)
		goto out;
	if (account->id == 0)
		account->id = txn_new_id(txn);
	r = accounts_get(arena, view, account->id, &old);
	if (r != OK && r != ERR_NOT_FOUND)
		goto out;
	id = key_u64(&key, account->id);
	record = codec_encode(arena, &account_type, account);
	json = fragment_account(arena, instance_of(view), account);
	if (record.n > ENGINE_VALUE_MAX || json.n > ENGINE_VALUE_MAX) {
		r = ERR_LIMIT;
		goto out;
	}
	index_replace(txn, SPACE_ACCOUNT, id, r == OK ? &old : NULL, account);
	txn_put(txn, SPACE_ACCOUNT, id, record);
	changes_note(txn, CHANGE_ACCOUNT, account->id);
	if (account->deleted || account->withheld)
		r = txn_del(txn, SPACE_ACCOUNT_JSON, id);
	else
		r = txn_put(txn, SPACE_ACCOUNT_JSON, id, json);
out:
	arena_free(arena);
	return r;
}

int accounts_delete(struct txn *txn, uint64_t id)
{
	struct arena *arena = arena_new();
	struct account account, grave;
	struct key key;
	int r = accounts_get(arena, txn_view(txn), id, &account);

	if (r == OK) {
		/* The public key stays: what it signed before may still be on its way. */
		grave = (struct account){
			.id = id, .kind = account.kind, .username = account.username, .host = account.host,
			.uri = account.uri, .key_id = account.key_id, .key_pem = account.key_pem,
			.proof_key_id = account.proof_key_id, .proof_key = account.proof_key,
			.created_ms = account.created_ms, .deleted = true,
		};
		r = accounts_put(txn, &grave);
	}
	if (r == OK)
		r = txn_del(txn, SPACE_PRIVATE_KEY, key_u64(&key, id));
	if (r == OK)
		r = txn_del(txn, SPACE_PROOF_KEY, key_u64(&key, id));
	if (r == OK)
		r = accounts_old_key_delete(txn, id);
	arena_free(arena);
	return r;
}

int accounts_forget(struct txn *txn, uint64_t id)
{
	static const unsigned spaces[] = {
		SPACE_ACCOUNT, SPACE_ACCOUNT_STATS, SPACE_ACCOUNT_JSON, SPACE_PRIVATE_KEY, SPACE_PROOF_KEY,
	};
	struct arena *arena = arena_new();
	struct account account;
	struct key key;
	struct str at = key_u64(&key, id);
	int r = accounts_get(arena, txn_view(txn), id, &account);

	if (r == OK)
		r = index_del(txn, SPACE_ACCOUNT, at, &account);
	for (size_t i = 0; r == OK && i < sizeof(spaces) / sizeof(spaces[0]); i++)
		r = txn_del(txn, spaces[i], at);
	if (r == OK) {
		changes_note(txn, CHANGE_ACCOUNT, id);
		r = txn_err(txn);
	}
	arena_free(arena);
	return r;
}

/* Counts and keys. */

int accounts_stats_get(struct view *view, uint64_t id, struct account_stats *ret_stats)
{
	struct key key;
	int r = record_get(NULL, view, SPACE_ACCOUNT_STATS, key_u64(&key, id), &account_stats_type,
	                   ret_stats);

	if (r == ERR_NOT_FOUND) {
		*ret_stats = (struct account_stats){ 0 };
		return OK;
	}
	return r;
}

static uint64_t moved_count(uint64_t count, int by)
{
	if (by >= 0)
		return count + (uint64_t)by;
	return count > (uint64_t)-(int64_t)by ? count - (uint64_t)-(int64_t)by : 0;
}

int accounts_stats_add(struct txn *txn, uint64_t id, int statuses, int followers, int following,
                       int64_t last_status_ms)
{
	struct account_stats stats;
	struct key key;
	int r = accounts_stats_get(txn_view(txn), id, &stats);

	if (r != OK)
		return r;
	stats.statuses = moved_count(stats.statuses, statuses);
	stats.followers = moved_count(stats.followers, followers);
	stats.following = moved_count(stats.following, following);
	if (last_status_ms > stats.last_status_ms)
		stats.last_status_ms = last_status_ms;
	return record_put(txn, SPACE_ACCOUNT_STATS, key_u64(&key, id), &account_stats_type, &stats);
}

static int pem_get(struct arena *arena, struct view *view, enum space space, uint64_t id, struct str *ret_pem)
{
	struct key key;
	struct str value;
	int r = view_get(view, space, key_u64(&key, id), &value);

	if (r == OK)
		*ret_pem = arena_str(arena, value);
	return r;
}

int accounts_private_key_get(struct arena *arena, struct view *view, uint64_t id, struct str *ret_pem)
{
	return pem_get(arena, view, SPACE_PRIVATE_KEY, id, ret_pem);
}

int accounts_private_key_put(struct txn *txn, uint64_t id, struct str pem)
{
	struct key key;

	return txn_put(txn, SPACE_PRIVATE_KEY, key_u64(&key, id), pem);
}

int accounts_proof_key_get(struct arena *arena, struct view *view, uint64_t id, struct str *ret_pem)
{
	return pem_get(arena, view, SPACE_PROOF_KEY, id, ret_pem);
}

int accounts_proof_key_put(struct txn *txn, uint64_t id, struct str pem)
{
	struct key key;

	return txn_put(txn, SPACE_PROOF_KEY, key_u64(&key, id), pem);
}

int accounts_old_key_get(struct arena *arena, struct view *view, uint64_t id, struct str *ret_pem)
{
	return pem_get(arena, view, SPACE_OLD_KEY, id, ret_pem);
}

int accounts_old_key_put(struct txn *txn, uint64_t id, struct str pem)
{
	struct key key;

	return txn_put(txn, SPACE_OLD_KEY, key_u64(&key, id), pem);
}

int accounts_old_key_delete(struct txn *txn, uint64_t id)
{
	struct key key;

	return txn_del(txn, SPACE_OLD_KEY, key_u64(&key, id));
}

/* Lists. */

static bool begins_a_word(const struct str_list *words, struct str prefix)
{
	for (size_t i = 0; i < words->count; i++)
		if (str_starts(words->items[i], prefix))
			return true;
	return false;
}

static bool found_by(struct arena *arena, struct view *view, const struct account *account,
                     const struct str_list *query)
{
	struct str_list words;

	if (account->deleted || account->withheld || account->disabled || account->id == instance_of(view)->actor_id)
		return false;
	words = accounts_words(arena, account);
	for (size_t i = 0; i < query->count; i++)
		if (!begins_a_word(&words, query->items[i]))
			return false;
	return true;
}

static bool has_id(const struct id_list *list, uint64_t id)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->ids[i] == id)
			return true;
	return false;
}

/* Accounts that match all of `query`, by way of its longest word, which is the rarest: ours and others. */
static int collect(struct arena *arena, struct view *view, const struct str_list *query, size_t wanted,
                   struct id_list *ours, struct id_list *others)
{
	struct str longest = query->items[0];
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	int r = OK;

	ours->ids = ARENA_ARRAY(arena, uint64_t, SEARCH_SCAN_MAX);
	others->ids = ARENA_ARRAY(arena, uint64_t, SEARCH_SCAN_MAX);
	for (size_t i = 1; i < query->count; i++)
		if (query->items[i].n > longest.n)
			longest = query->items[i];
	prefix_walk_init(&walk, view, SPACE_ACCOUNT_WORD, longest, false);
	for (size_t i = 0; i < SEARCH_SCAN_MAX && ours->count < wanted; i++) {
		struct account account;
		struct id_list *list;
		uint64_t id;

		r = prefix_next(&walk, &item);
		if (r != OK)
			break;
		id = key_read_u64(item.key, item.key.n - 8);
		r = accounts_get(scratch, view, id, &account);
		if (r != OK) {
			r = r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
			break;
		}
		list = account.host.n ? others : ours;
		if (!has_id(list, id) && found_by(scratch, view, &account, query))
			list->ids[list->count++] = id;
		arena_reset(scratch);
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

int accounts_search(struct arena *arena, struct view *view, struct str query, size_t offset, size_t limit,
                    struct id_list *ret_ids)
{
	struct str_list words = { ARENA_ARRAY(arena, struct str, QUERY_WORDS_MAX), 0 };
	struct id_list ours = { NULL, 0 }, others = { NULL, 0 };
	int r;

	*ret_ids = (struct id_list){ NULL, 0 };
	add_words(&words, QUERY_WORDS_MAX, accounts_fold(arena, query));
	if (words.count == 0 || offset >= SEARCH_SCAN_MAX || limit == 0)
		return OK;
	if (limit > SEARCH_SCAN_MAX)
		limit = SEARCH_SCAN_MAX;
	r = collect(arena, view, &words, offset + limit, &ours, &others);
	if (r != OK)
		return r;
	ret_ids->ids = ARENA_ARRAY(arena, uint64_t, limit);
	for (size_t i = offset; i < ours.count + others.count && ret_ids->count < limit; i++)
		ret_ids->ids[ret_ids->count++] = i < ours.count ? ours.ids[i] : others.ids[i - ours.count];
	return OK;
}

int accounts_local_each(struct arena *arena, struct view *view, uint64_t after, size_t max,
                        struct id_list *ret_ids)
{
	struct engine_item items[LOCAL_BATCH];
	struct key from;
	size_t count = LOCAL_BATCH;
	int r = OK;

	ret_ids->ids = ARENA_ARRAY(arena, uint64_t, max);
	ret_ids->count = 0;
	while (r == OK && count == LOCAL_BATCH && ret_ids->count < max) {
		struct engine_range range = { .from = key_u64(&from, after + 1) };

		r = view_scan(view, SPACE_USER, &range, items, LOCAL_BATCH, &count);
		for (size_t i = 0; r == OK && i < count && ret_ids->count < max; i++) {
			struct account account;

			after = key_read_u64(items[i].key, 0);
			r = accounts_get(arena, view, after, &account);
			if (r == OK && !account.deleted)
				ret_ids->ids[ret_ids->count++] = after;
		}
	}
	return r == ERR_NOT_FOUND ? ERR_CORRUPT : r;
}

void accounts_walk(struct page_walk *walk, struct arena *arena, struct view *view, const struct page *page)
{
	page_walk_init(walk, arena, view, SPACE_ACCOUNT, STR_NONE, page, LOCAL_BATCH);
}
