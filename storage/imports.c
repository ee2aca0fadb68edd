/*
 * Imports. The text stands apart from the record, which is written with every row. Reads: any thread; puts: the writer.
 */
#include "storage/imports.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/jobs.h"
#include "storage/keys.h"
#include "storage/record.h"

int imports_get(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct import *ret_import)
{
	struct key key;

	return record_get(arena, view, SPACE_IMPORT, key_u64_u64(&key, account_id, id), &import_type, ret_import);
}

int imports_text(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct str *ret_text)
{
	struct str value;
	struct key key;
	int r = view_get(view, SPACE_IMPORT_TEXT, key_u64_u64(&key, account_id, id), &value);

	if (r == OK)
		*ret_text = arena_str(arena, value);
	return r;
}

int imports_of(struct arena *arena, struct view *view, uint64_t account_id, struct import **ret_imports, size_t *ret_count)
{
	struct import *imports = ARENA_ARRAY(arena, struct import, IMPORTS_KEPT);
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_IMPORT, key_u64(&key, account_id), true);
	while (n < IMPORTS_KEPT && (r = prefix_next(&walk, &item)) == OK) {
		r = codec_decode(arena, &import_type, item.value, &imports[n++]);
		if (r != OK)
			return r;
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	*ret_imports = imports;
	*ret_count = n;
	return OK;
}

static void delete_one(struct txn *txn, uint64_t account_id, uint64_t id)
{
	struct key key;

	txn_del(txn, SPACE_IMPORT, key_u64_u64(&key, account_id, id));
	txn_del(txn, SPACE_IMPORT_TEXT, key_u64_u64(&key, account_id, id));
}

int imports_go_on(struct txn *txn, const struct import *import)
{
	struct job job = { .kind = STR("import"), .subject = import->id, .cursor = import->account_id };

	return jobs_add(txn, &job);
}

int imports_add(struct arena *arena, struct txn *txn, struct import *import, struct str text)
{
	struct import *others = NULL;
	struct key key;
	size_t count = 0;
	int r = imports_of(arena, txn_view(txn), import->account_id, &others, &count);

	if (r != OK)
		return r;
	if (count && !others[0].ended_ms && txn_now_ms(txn) - others[0].created_ms < IMPORT_DAYS * (int64_t)DAY_MS)
		return ERR_EXISTS;
	if (text.n > IMPORT_BYTES_MAX)
		return ERR_LIMIT;
	if (count == IMPORTS_KEPT)
		delete_one(txn, import->account_id, others[count - 1].id);
	import->id = txn_new_id(txn);
	import->created_ms = txn_now_ms(txn);
	record_put(txn, SPACE_IMPORT, key_u64_u64(&key, import->account_id, import->id), &import_type, import);
	txn_put(txn, SPACE_IMPORT_TEXT, key_u64_u64(&key, import->account_id, import->id), text);
	return imports_go_on(txn, import);
}

int imports_put(struct txn *txn, const struct import *import)
{
	struct key key;
	struct str at = key_u64_u64(&key, import->account_id, import->id);

	if (!view_has(txn_view(txn), SPACE_IMPORT, at))
		return ERR_NOT_FOUND;
	if (import->ended_ms)
		txn_del(txn, SPACE_IMPORT_TEXT, at);
	return record_put(txn, SPACE_IMPORT, at, &import_type, import);
}

int imports_purge(struct txn *txn, uint64_t account_id, size_t max, bool *ret_more)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	size_t n = 0;

	prefix_walk_init(&walk, txn_view(txn), SPACE_IMPORT, key_u64(&key, account_id), false);
	for (; n < max && txn_err(txn) == OK && prefix_next(&walk, &item) == OK; n++)
		delete_one(txn, account_id, key_read_u64(item.key, sizeof(account_id)));
	*ret_more = n == max;
	return txn_err(txn);
}
