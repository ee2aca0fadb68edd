/*
 * The storage seam: ordered bytes in numbered spaces. Two bodies exist: lmdb.c, and tests/rig/engine_mem.c for
 * tests with failure injection; tests/unit/test_engine.c is the contract and runs against both.
 *
 * Keys compare by memcmp, a shorter prefix first; 1 to 511 bytes. Values are 0 bytes to 1 MiB. What a read returns
 * points into the engine and is valid until the transaction ends, or, inside a write transaction, until its next
 * put or del (which may be given what was just read). After a put or del failed with anything but ERR_INVALID, all
 * that follows in its transaction gives the same error, the commit too. A key out of bounds is an absent key to reads
 * and to del. A write body (storage/engine/writer.h) may be run again, so it has no effect outside its transaction.
 *
 * A read transaction sees one snapshot. There may be many at once, one per thread or per call; each is used by one
 * thread at a time. There is one write transaction at a time.
 */
#ifndef STORAGE_ENGINE_ENGINE_H
#define STORAGE_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/str.h"

enum { ENGINE_KEY_MAX = 511, ENGINE_VALUE_MAX = 1024 * 1024, ENGINE_SPACES_MAX = 192 };

struct engine_item {
	struct str key, value;
};

/* A range of one space: keys k with from <= k < to (an empty `to` is open), ascending, or descending when
 * `reverse`. */
struct engine_range {
	struct str from, to;
	bool reverse;
};

struct engine_usage {
	uint64_t bytes_used;      /* of the file */
	uint64_t bytes_max;       /* the map size */
	uint64_t oldest_reader_ms; /* not known: 0 */
};

struct engine_txn;  /* a read or a write transaction; each engine has its own */

struct engine {
	const struct engine_ops *ops;
	/* an engine's own state follows in its own struct */
};

struct engine_ops {
	bool single_writer;  /* true: writer batches bodies; false: bodies run at once and are rerun on conflict */

	void (*close)(struct engine *engine);

	/* Begins a read transaction. A transaction that was reset is taken up again by renew without allocation. */
	int (*read_begin)(struct engine *engine, struct engine_txn **ret_txn);
	void (*read_reset)(struct engine_txn *txn);
	int (*read_renew)(struct engine_txn *txn);
	void (*read_end)(struct engine_txn *txn);

	int (*write_begin)(struct engine *engine, struct engine_txn **ret_txn);
	/* Durable on disk when it returns OK. ERR_FULL: nothing was kept; ERR_IO: the engine is dead. Ends the txn. */
	int (*write_commit)(struct engine_txn *txn);
	void (*write_abort)(struct engine_txn *txn);

	/* One value. ERR_NOT_FOUND is ordinary. */
	int (*get)(struct engine_txn *txn, unsigned space, struct str key, struct str *ret_value);
	/* `count` values at once; a missing one gets p == NULL. */
	int (*get_many)(struct engine_txn *txn, unsigned space, const struct str *keys, size_t count,
	                struct str *ret_values);
	/* The first up to `max` items of `range`; *ret_count < max means the range ended. */
	int (*scan)(struct engine_txn *txn, unsigned space, const struct engine_range *range,
	            struct engine_item *items, size_t max, size_t *ret_count);
	/* Insert or replace. ERR_FULL, ERR_INVALID (key or value out of bounds), ERR_IO. */
	int (*put)(struct engine_txn *txn, unsigned space, struct str key, struct str value);
	/* Absent is OK. */
	int (*del)(struct engine_txn *txn, unsigned space, struct str key);
	/* Number of keys of a space, as cheap as the engine knows it. */
	int (*count)(struct engine_txn *txn, unsigned space, uint64_t *ret_count);

	int (*usage)(struct engine *engine, struct engine_usage *ret_usage);
	/* Frees what killed readers left behind; called at start and each minute. */
	void (*upkeep)(struct engine *engine);
};

/*
 * Opens the LMDB engine on `path` (a folder that exists), with the named spaces (LMDB databases are called by
 * these names, so that a renumbering does not move data). Full durability: no flag that weakens it is set.
 * One process at a time: a second open of the same folder gives ERR_BUSY (an flock on "lock" in the folder).
 */
struct engine_space {
	const char *name;
};

int lmdb_open(const char *path, const struct engine_space *spaces, size_t space_count, uint64_t map_bytes,
              struct engine **ret_engine);

#endif
