/*
 * The LMDB engine: the only room that knows lmdb.h.
 *
 * One LMDB database per space, opened once by name. Full durability: no flag that weakens it. Write transactions
 * belong to one thread at a time; read transactions to any thread, one at a time each (MDB_NOTLS). A key above the
 * last of its space is appended, which fills pages whole; so the last key of each space is remembered.
 * Does not batch, retry or log.
 */
#include "storage/engine/engine.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/base/err.h"

enum {
	READERS_MAX = 1024,
	ROOM_ASKED = 2 * 1024 * 1024,  /* bytes; more than LMDB writes in one call */
};

/* The last key of a space, or one above it (a del does not lower it): only what is above the edge may be appended.
 * Known in one write transaction and in the next one if nothing came between. */
struct edge {
	bool known;
	size_t n;  /* 0: the space is empty */
	char key[ENGINE_KEY_MAX];
};

/* A cursor of a read transaction lives on over reset and renew, and is bound anew at its first use after them. */
struct read_cursor {
	MDB_cursor *cursor;
	uint64_t generation;
};

struct engine_txn {
	struct lmdb *lmdb;
	MDB_txn *txn;
	bool writes;
	int err;              /* write: of the first put or del that failed; all that follows gives it */
	uint64_t generation;  /* read: counts the renewals */
	struct read_cursor *cursors;  /* read: one per space */
};

struct lmdb {
	struct engine engine;  /* first, so that a pointer to it is a pointer to this */
	MDB_env *env;
	int folder_fd, lock_fd;
	int data_fd;       /* LMDB's own */
	atomic_bool dead;  /* the disk failed: every later begin gives ERR_IO */
	size_t space_count;
	MDB_dbi dbi[ENGINE_SPACES_MAX];

	/* What follows belongs to the write transaction that is open. */
	struct engine_txn writing;
	struct edge edges[ENGINE_SPACES_MAX];
	size_t edges_of;    /* id of the write transaction the edges are true after */
	char *value;        /* copy of the value being put */
	size_t value_room;
};

static const struct {
	int foreign, own;
} codes[] = {
	{ MDB_SUCCESS, OK },
	{ MDB_NOTFOUND, ERR_NOT_FOUND },
	{ MDB_MAP_FULL, ERR_FULL },
	{ ENOSPC, ERR_FULL },
	{ EDQUOT, ERR_FULL },
	{ EFBIG, ERR_FULL },    /* a limit on the size of files; SIGXFSZ is ignored by main() */
	{ MDB_BAD_VALSIZE, ERR_INVALID },
	{ MDB_READERS_FULL, ERR_BUSY },
	{ EWOULDBLOCK, ERR_BUSY },
	{ MDB_TXN_FULL, ERR_LIMIT },
	{ ENOMEM, ERR_LIMIT },
	{ MDB_DBS_FULL, ERR_LIMIT },
	{ MDB_CORRUPTED, ERR_CORRUPT },
	{ MDB_PAGE_NOTFOUND, ERR_CORRUPT },
	{ MDB_INVALID, ERR_CORRUPT },
	{ MDB_VERSION_MISMATCH, ERR_CORRUPT },
	{ MDB_INCOMPATIBLE, ERR_CORRUPT },
	{ EACCES, ERR_DENIED },
	{ EPERM, ERR_DENIED },
	{ EROFS, ERR_DENIED },
	{ ENOENT, ERR_NOT_FOUND },
	{ ENOTDIR, ERR_NOT_FOUND },
};

/* MDB_PANIC, EIO and all that is not expected: the disk, or the program, is broken. */
static int own_code(int foreign)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].foreign == foreign)
			return codes[i].own;
	return ERR_IO;
}

/* LMDB calls a write that was cut short EIO, and a disk that fills up cuts one short. Which of the two it was, the file
 * system says when it is asked for as much again; it has nothing to lose where writing failed anyway. */
static bool out_of_room(const struct lmdb *lmdb)
{
	struct stat st;

	return fstat(lmdb->data_fd, &st) == 0 &&
	       own_code(posix_fallocate(lmdb->data_fd, st.st_size, ROOM_ASKED)) == ERR_FULL;
}

/* The same for an open engine. A failed sync is not repeated: the kernel may have dropped the pages meanwhile and
 * report success the second time. */
static int settle(struct lmdb *lmdb, int foreign)
{
	int r = own_code(foreign);

	if (foreign == EIO && out_of_room(lmdb))
		r = ERR_FULL;
	if (r == ERR_IO)
		atomic_store(&lmdb->dead, true);
	return r;
}

static void *allocate(size_t bytes)
{
	void *p = calloc(1, bytes);

	if (!p)
		abort();
	return p;
}

static struct lmdb *lmdb_of(struct engine *engine)
{
	return (struct lmdb *)(void *)engine;
}

static MDB_dbi dbi_of(const struct engine_txn *txn, unsigned space)
{
	assert(space < txn->lmdb->space_count && txn->lmdb->dbi[space] != 0);
	return txn->lmdb->dbi[space];
}

static MDB_val val_of(struct str s)
{
	return (MDB_val){ s.n, (void *)s.p };
}

static struct str str_of_val(MDB_val val)
{
	return (struct str){ val.mv_data, val.mv_size };
}

static bool key_fits(struct str key)
{
	return key.n >= 1 && key.n <= ENGINE_KEY_MAX;
}

static int lmdb_read_begin(struct engine *engine, struct engine_txn **ret_txn)
{
	struct lmdb *lmdb = lmdb_of(engine);
	struct engine_txn *txn;
	MDB_txn *begun;
	int rc;

	if (atomic_load(&lmdb->dead))
		return ERR_IO;
	rc = mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &begun);
	if (rc != 0)
		return settle(lmdb, rc);
	txn = allocate(sizeof(*txn) + lmdb->space_count * sizeof(*txn->cursors));
	*txn = (struct engine_txn){ .lmdb = lmdb, .txn = begun, .cursors = (struct read_cursor *)(txn + 1) };
	*ret_txn = txn;
	return OK;
}

static void lmdb_read_reset(struct engine_txn *txn)
{
	mdb_txn_reset(txn->txn);
}

static int lmdb_read_renew(struct engine_txn *txn)
{
	if (atomic_load(&txn->lmdb->dead))
		return ERR_IO;
	txn->generation++;
	return settle(txn->lmdb, mdb_txn_renew(txn->txn));
}

static void lmdb_read_end(struct engine_txn *txn)
{
	for (size_t i = 0; i < txn->lmdb->space_count; i++)
		if (txn->cursors[i].cursor)
			mdb_cursor_close(txn->cursors[i].cursor);
	mdb_txn_abort(txn->txn);
	free(txn);
}

static int lmdb_get(struct engine_txn *txn, unsigned space, struct str key, struct str *ret_value)
{
	MDB_val k = val_of(key), v;
	int rc;

	if (txn->err != OK)
		return txn->err;
	if (!key_fits(key))
		return ERR_NOT_FOUND;
	rc = mdb_get(txn->txn, dbi_of(txn, space), &k, &v);
	if (rc == 0)
		*ret_value = str_of_val(v);
	return settle(txn->lmdb, rc);
}

static int lmdb_get_many(struct engine_txn *txn, unsigned space, const struct str *keys, size_t count,
                         struct str *ret_values)
{
	for (size_t i = 0; i < count; i++) {
		int r = lmdb_get(txn, space, keys[i], &ret_values[i]);

		if (r == ERR_NOT_FOUND)
			ret_values[i] = STR_NONE;
		else if (r != OK)
			return r;
	}
	return OK;
}

/* In a write transaction cursors are made for one scan: kept ones would have to follow every put. */
static int cursor_take(struct engine_txn *txn, unsigned space, MDB_cursor **ret_cursor)
{
	struct read_cursor *kept;
	int rc = 0;

	if (txn->writes)
		return mdb_cursor_open(txn->txn, dbi_of(txn, space), ret_cursor);
	dbi_of(txn, space);
	kept = &txn->cursors[space];
	if (!kept->cursor)
		rc = mdb_cursor_open(txn->txn, dbi_of(txn, space), &kept->cursor);
	else if (kept->generation != txn->generation)
		rc = mdb_cursor_renew(txn->txn, kept->cursor);
	kept->generation = txn->generation;
	*ret_cursor = kept->cursor;
	return rc;
}

static void cursor_give_back(struct engine_txn *txn, MDB_cursor *cursor)
{
	if (txn->writes)
		mdb_cursor_close(cursor);
}

/* Moves to the first item of the range in its direction, perhaps beyond its end. */
static int cursor_seek(MDB_cursor *cursor, const struct engine_range *range, MDB_val *k, MDB_val *v)
{
	int rc;

	*k = val_of(range->reverse ? range->to : range->from);
	if (k->mv_size == 0)
		return mdb_cursor_get(cursor, k, v, range->reverse ? MDB_LAST : MDB_FIRST);
	rc = mdb_cursor_get(cursor, k, v, MDB_SET_RANGE);
	if (!range->reverse)
		return rc;
	/* on the first key that is not below `to`, or behind the last */
	return mdb_cursor_get(cursor, k, v, rc == MDB_NOTFOUND ? MDB_LAST : MDB_PREV);
}

static bool in_range(const struct engine_range *range, struct str key)
{
	if (range->reverse)
		return str_cmp(key, range->from) >= 0;
	return range->to.n == 0 || str_cmp(key, range->to) < 0;
}

static int lmdb_scan(struct engine_txn *txn, unsigned space, const struct engine_range *range,
                     struct engine_item *items, size_t max, size_t *ret_count)
{
	MDB_cursor_op step = range->reverse ? MDB_PREV : MDB_NEXT;
	MDB_cursor *cursor;
	MDB_val k, v;
	size_t n = 0;
	int rc;

	if (txn->err != OK)
		return txn->err;
	rc = cursor_take(txn, space, &cursor);
	if (rc != 0)
		return settle(txn->lmdb, rc);
	if (max > 0)
		rc = cursor_seek(cursor, range, &k, &v);
	while (rc == 0 && n < max && in_range(range, str_of_val(k))) {
		items[n++] = (struct engine_item){ str_of_val(k), str_of_val(v) };
		if (n < max)
			rc = mdb_cursor_get(cursor, &k, &v, step);
	}
	cursor_give_back(txn, cursor);
	if (rc != 0 && rc != MDB_NOTFOUND)
		return settle(txn->lmdb, rc);
	*ret_count = n;
	return OK;
}

static int lmdb_count(struct engine_txn *txn, unsigned space, uint64_t *ret_count)
{
	MDB_stat stat;
	int rc;

	if (txn->err != OK)
		return txn->err;
	rc = mdb_stat(txn->txn, dbi_of(txn, space), &stat);
	if (rc == 0)
		*ret_count = stat.ms_entries;
	return settle(txn->lmdb, rc);
}

static int lmdb_write_begin(struct engine *engine, struct engine_txn **ret_txn)
{
	struct lmdb *lmdb = lmdb_of(engine);
	MDB_txn *begun;
	int rc;

	if (atomic_load(&lmdb->dead))
		return ERR_IO;
	rc = mdb_txn_begin(lmdb->env, NULL, 0, &begun);  /* waits for another write transaction */
	if (rc != 0)
		return settle(lmdb, rc);
	lmdb->writing = (struct engine_txn){ .lmdb = lmdb, .txn = begun, .writes = true };
	if (mdb_txn_id(begun) != lmdb->edges_of + 1)
		for (size_t i = 0; i < lmdb->space_count; i++)
			lmdb->edges[i].known = false;
	*ret_txn = &lmdb->writing;
	return OK;
}

static void lmdb_write_abort(struct engine_txn *txn)
{
	txn->lmdb->edges_of = 0;
	mdb_txn_abort(txn->txn);
}

static int lmdb_write_commit(struct engine_txn *txn)
{
	struct lmdb *lmdb = txn->lmdb;
	int err = txn->err;

	if (err != OK) {
		lmdb_write_abort(txn);
		return err;
	}
	/* If the commit fails, the next transaction has the same id again, and so forgets the edges. */
	lmdb->edges_of = mdb_txn_id(txn->txn);
	return settle(lmdb, mdb_txn_commit(txn->txn));
}

static int edge_learn(struct engine_txn *txn, unsigned space, struct edge *edge)
{
	MDB_cursor *cursor;
	MDB_val k, v;
	int rc = mdb_cursor_open(txn->txn, dbi_of(txn, space), &cursor);

	if (rc != 0)
		return rc;
	rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
	mdb_cursor_close(cursor);
	if (rc != 0 && rc != MDB_NOTFOUND)
		return rc;
	edge->n = rc == 0 ? k.mv_size : 0;
	if (rc == 0)
		memcpy(edge->key, k.mv_data, k.mv_size);
	edge->known = true;
	return 0;
}

/* What is put may have been read in this transaction, and LMDB moves bytes within a page before it copies. */
static struct str value_keep(struct lmdb *lmdb, struct str value)
{
	if (value.n == 0)
		return STR("");
	if (value.n > lmdb->value_room) {
		free(lmdb->value);
		lmdb->value_room = value.n < 4096 ? 4096 : 2 * value.n;
		lmdb->value = allocate(lmdb->value_room);
	}
	memcpy(lmdb->value, value.p, value.n);
	return (struct str){ lmdb->value, value.n };
}

static int put_at_edge_or_within(struct engine_txn *txn, unsigned space, struct str key, struct str value)
{
	struct edge *edge = &txn->lmdb->edges[space];
	char key_copy[ENGINE_KEY_MAX];
	MDB_val k, v;
	bool above;
	int rc;

	memcpy(key_copy, key.p, key.n);
	key.p = key_copy;
	k = val_of(key);
	v = val_of(value_keep(txn->lmdb, value));
	rc = edge->known ? 0 : edge_learn(txn, space, edge);
	if (rc != 0)
		return rc;
	above = str_cmp(key, (struct str){ edge->key, edge->n }) > 0;
	rc = mdb_put(txn->txn, dbi_of(txn, space), &k, &v, above ? MDB_APPEND : 0);
	if (rc == 0 && above) {
		memcpy(edge->key, key.p, key.n);
		edge->n = key.n;
	}
	return rc;
}

static int lmdb_put(struct engine_txn *txn, unsigned space, struct str key, struct str value)
{
	assert(txn->writes);
	if (!key_fits(key) || value.n > ENGINE_VALUE_MAX)
		return ERR_INVALID;
	if (txn->err == OK)
		txn->err = settle(txn->lmdb, put_at_edge_or_within(txn, space, key, value));
	return txn->err;
}

static int lmdb_del(struct engine_txn *txn, unsigned space, struct str key)
{
	MDB_val k = val_of(key);
	int rc;

	assert(txn->writes);
	if (!key_fits(key))
		return OK;
	if (txn->err != OK)
		return txn->err;
	rc = mdb_del(txn->txn, dbi_of(txn, space), &k, NULL);
	if (rc != 0 && rc != MDB_NOTFOUND)
		txn->err = settle(txn->lmdb, rc);
	return txn->err;
}

static int lmdb_usage(struct engine *engine, struct engine_usage *ret_usage)
{
	struct lmdb *lmdb = lmdb_of(engine);
	MDB_envinfo info;
	MDB_stat stat;
	int rc = mdb_env_info(lmdb->env, &info);

	if (rc == 0)
		rc = mdb_env_stat(lmdb->env, &stat);
	if (rc != 0)
		return own_code(rc);
	*ret_usage = (struct engine_usage){
		.bytes_used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize,
		.bytes_max = info.me_mapsize,
	};
	return OK;
}

static void lmdb_upkeep(struct engine *engine)
{
	int freed;

	/* a slot that a killed reader left would keep every page freed since */
	mdb_reader_check(lmdb_of(engine)->env, &freed);
}

/* Also of one that was opened by half. */
static void lmdb_free(struct lmdb *lmdb)
{
	if (lmdb->env)
		mdb_env_close(lmdb->env);
	if (lmdb->lock_fd >= 0)
		close(lmdb->lock_fd);
	if (lmdb->folder_fd >= 0)
		close(lmdb->folder_fd);
	free(lmdb->value);
	free(lmdb);
}

static void lmdb_close(struct engine *engine)
{
	lmdb_free(lmdb_of(engine));
}

static const struct engine_ops lmdb_ops = {
	.single_writer = true,
	.close = lmdb_close,
	.read_begin = lmdb_read_begin,
	.read_reset = lmdb_read_reset,
	.read_renew = lmdb_read_renew,
	.read_end = lmdb_read_end,
	.write_begin = lmdb_write_begin,
	.write_commit = lmdb_write_commit,
	.write_abort = lmdb_write_abort,
	.get = lmdb_get,
	.get_many = lmdb_get_many,
	.scan = lmdb_scan,
	.put = lmdb_put,
	.del = lmdb_del,
	.count = lmdb_count,
	.usage = lmdb_usage,
	.upkeep = lmdb_upkeep,
};

/* Closes the folder to others and takes its lock. flock belongs to the open file, so that it also refuses a second
 * open in this process, which LMDB forbids. */
static int folder_take(struct lmdb *lmdb, const char *path)
{
	struct stat st;

	lmdb->folder_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (lmdb->folder_fd < 0 || fstat(lmdb->folder_fd, &st) != 0)
		return own_code(errno);
	if ((st.st_mode & 077) != 0 && fchmod(lmdb->folder_fd, 0700) != 0)
		return own_code(errno);
	lmdb->lock_fd = openat(lmdb->folder_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lmdb->lock_fd < 0 || flock(lmdb->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return own_code(errno);
	return OK;
}

static int env_open(struct lmdb *lmdb, const char *path, size_t space_count, uint64_t map_bytes)
{
	int rc = mdb_env_create(&lmdb->env);

	if (rc == 0)
		rc = mdb_env_set_mapsize(lmdb->env, (size_t)map_bytes);
	if (rc == 0)
		rc = mdb_env_set_maxdbs(lmdb->env, (MDB_dbi)space_count);
	if (rc == 0)
		rc = mdb_env_set_maxreaders(lmdb->env, READERS_MAX);
	if (rc == 0)
		rc = mdb_env_open(lmdb->env, path, MDB_NOTLS | MDB_NORDAHEAD, 0600);
	if (rc == 0)
		rc = mdb_env_get_fd(lmdb->env, &lmdb->data_fd);
	if (rc == 0 && fcntl(lmdb->data_fd, F_SETFD, FD_CLOEXEC) != 0)  /* LMDB leaves this one open to child processes */
		rc = errno;
	if (rc == 0 && fchmod(lmdb->data_fd, 0600) != 0)  /* copies are made with the mode that is usual there */
		rc = errno;
	return own_code(rc);
}

static int spaces_open(struct lmdb *lmdb, const struct engine_space *spaces, size_t space_count)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(lmdb->env, NULL, 0, &txn);

	if (rc != 0)
		return own_code(rc);
	for (size_t i = 0; i < space_count && rc == 0; i++)
		if (spaces[i].name)  /* a number that is not in use any more has none */
			rc = mdb_dbi_open(txn, spaces[i].name, MDB_CREATE, &lmdb->dbi[i]);
	if (rc != 0) {
		mdb_txn_abort(txn);
		return own_code(rc);
	}
	lmdb->space_count = space_count;
	return own_code(mdb_txn_commit(txn));
}

int lmdb_open(const char *path, const struct engine_space *spaces, size_t space_count, uint64_t map_bytes,
              struct engine **ret_engine)
{
	struct lmdb *lmdb;
	int r;

	assert(space_count > 0 && space_count <= ENGINE_SPACES_MAX);
	lmdb = allocate(sizeof(*lmdb));
	lmdb->engine.ops = &lmdb_ops;
	lmdb->folder_fd = lmdb->lock_fd = -1;
	r = folder_take(lmdb, path);
	if (r == OK)
		r = env_open(lmdb, path, space_count, map_bytes);
	if (r == OK)
		r = spaces_open(lmdb, spaces, space_count);
	if (r == OK && fsync(lmdb->folder_fd) != 0)  /* the new file's name is part of what must last */
		r = own_code(errno);
	if (r != OK) {
		lmdb_free(lmdb);
		return r;
	}
	lmdb_upkeep(&lmdb->engine);
	*ret_engine = &lmdb->engine;
	return OK;
}
