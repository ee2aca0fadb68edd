/*
 * The format version of the store and the way from older ones. Runs at start, before any other thread.
 */
#include "storage/maintain.h"

#include "storage/announcements.h"
#include "storage/base/err.h"
#include "storage/emoji_reactions.h"
#include "storage/engine/writer.h"
#include "storage/jobs.h"
#include "storage/follower_digest.h"
#include "storage/keys.h"
#include "storage/links.h"
#include "storage/media.h"
#include "storage/quotes.h"
#include "storage/tokens.h"
#include "storage/users.h"

#define KEY_FORMAT STR("format")  /* 8 bytes: the version */

static int to_3(struct txn *txn)
{
	struct job job = { .kind = STR("proof_keys") };
	int r = jobs_add(txn, &job);

	if (r == OK)
		r = quotes_migrate(txn);
	return r == OK ? follower_digest_build(txn) : r;
}

static int to_4(struct txn *txn)
{
	int r = emoji_reactions_migrate(txn);

	if (r == OK)
		r = announcements_migrate(txn);
	if (r == OK)
		r = links_build(txn);
	if (r == OK)
		r = media_used_build(txn);
	/* apps of before are not told from those that nobody ever let in */
	return r == OK ? apps_keep_all(txn) : r;
}

static int to_5(struct txn *txn)
{
	return users_migrate_roles(txn);
}

/* Version 1 is the first. 2 to 5 have spaces that an older build would leave behind when it deletes what they are
 * about. */
static const struct migration all_migrations[] = {
	{ 2, NULL },
	{ 3, to_3 },
	{ 4, to_4 },
	{ 5, to_5 },
	{ 0, NULL },
};

static int format_put(struct txn *txn, uint64_t version)
{
	uint8_t value[8];

	return txn_put(txn, SPACE_META, KEY_FORMAT, value_u64(value, version));
}

static int format_get(struct view *view, uint64_t *ret_version)
{
	struct str value;
	int r = view_get(view, SPACE_META, KEY_FORMAT, &value);

	if (r != OK)
		return r;
	if (value.n != 8)
		return ERR_CORRUPT;
	*ret_version = key_read_u64(value, 0);
	return OK;
}

/* A step and the number it leads to are one transaction: a step that was cut short runs again. */
static int run_step(struct txn *txn, void *arg)
{
	const struct migration *migration = arg;
	int r = migration->run ? migration->run(txn) : OK;

	return r == OK ? format_put(txn, migration->version) : r;
}

static int step(struct store *store, const struct migration *migration)
{
	return store_write(store, run_step, (void *)migration, NULL, NULL);
}

static int found_version(struct store *store, uint64_t *ret_version)
{
	struct view *view;
	int r = view_begin(store, &view);

	if (r != OK)
		return r;
	r = format_get(view, ret_version);
	view_end(view);
	return r;
}

int maintain_migrate_by(struct store *store, const struct migration *migrations, uint64_t current,
                        uint64_t *ret_found)
{
	const struct migration first = { current, NULL };
	uint64_t version;
	int r = found_version(store, &version);

	if (r == ERR_NOT_FOUND) {
		r = step(store, &first);
		version = current;
	}
	if (r != OK)
		return r;
	*ret_found = version;
	if (version > current)
		return ERR_INVALID;
	for (; migrations->version && r == OK; migrations++)
		if (migrations->version > version && migrations->version <= current)
			r = step(store, migrations);
	return r;
}

int maintain_migrate(struct store *store, uint64_t *ret_found)
{
	return maintain_migrate_by(store, all_migrations, STORE_FORMAT_VERSION, ret_found);
}
