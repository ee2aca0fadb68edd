/*
 * The closed set of outcomes that mean something to a caller.
 *
 * Every function that can fail returns an int: OK, or one of the negative codes below. Codes of foreign
 * libraries are translated in the room that owns the library. A broken invariant is an assert, never a code.
 * Any thread.
 */
#ifndef STORAGE_BASE_ERR_H
#define STORAGE_BASE_ERR_H

enum err {
	NEED = 1,            /* not a failure: something must be fetched first (federation/apply) */
	OK = 0,
	ERR_NOT_FOUND = -1,  /* no such thing, or not for this viewer */
	ERR_EXISTS = -2,     /* it is there already, or a name is taken */
	ERR_DENIED = -3,     /* known, and not allowed */
	ERR_INVALID = -4,    /* the input is malformed or out of bounds */
	ERR_LIMIT = -5,      /* a quota or a size bound is exceeded */
	ERR_GONE = -6,       /* was there and was deleted: a tombstone */
	ERR_BUSY = -7,       /* try again later: a queue is full, a lock is held */
	ERR_NETWORK = -8,    /* the other side did not answer as it should */
	ERR_CORRUPT = -9,    /* stored bytes do not decode, or an index disagrees with its record */
	ERR_FULL = -10,      /* disk or map full: nothing of the change was kept */
	ERR_IO = -11,        /* the disk failed: the store cannot be used any more */
	ERR_UNAUTHORIZED = -12, /* no session, no valid token, or a signature that does not verify */
};

/* Name of a code as it appears in logs and command-line errors ("not found"). Never NULL; static storage. */
const char *err_name(int err);

#endif
