/*
 * The bytes of files, beside the store: DATA/media/ab/cd/HASH, named by their SHA-256 (hexadecimal), mode 0600.
 *
 * A file appears whole and synced before any record names it (write under another name, sync, rename, sync the folder),
 * and is only removed when none does. So kill -9 leaves at worst a file too many, which a sweep removes, and half files in
 * DATA/media/new, which the next start removes. Any thread; the process that serves is the only one that adds and removes.
 */
#ifndef STORAGE_BLOBS_H
#define STORAGE_BLOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/str.h"

struct arena;
struct blobs;
struct view;

/* How old a file must be before a sweep looks whether a record names it: what was just added waits for its record. */
enum { BLOB_KEPT_MS = 60 * 60 * 1000 };

/* Over `folder`, the data folder, which exists; what lies in media/new is removed when `serving`. ERR_IO, ERR_FULL. */
int blobs_open(const char *folder, bool serving, struct blobs **ret_blobs);
/* NULL is allowed. */
void blobs_close(struct blobs *blobs);

/* A new empty file to write, without a name that others know; the caller closes it with blobs_keep() or blobs_drop(). */
struct blob_file {
	int fd;
	struct str name;   /* in media/new */
};
/* ERR_FULL also when the file system would have less than BLOBS_ROOM_BYTES left: the store, beside which the files lie,
 * must go on when people fill the rest. */
enum { BLOBS_ROOM_BYTES = 256 * 1024 * 1024 };
int blobs_new(struct blobs *blobs, struct arena *arena, struct blob_file *ret_file);
/* Another bound than that, for tests. */
void blobs_leave_room(struct blobs *blobs, uint64_t bytes);
/* Gives the file its place and syncs it; *ret_sha256 are 32 bytes in `arena`, *ret_size its length. Closes it, also when it
 * fails: ERR_FULL, ERR_IO. */
int blobs_keep(struct blobs *blobs, struct arena *arena, struct blob_file *file, struct str *ret_sha256,
               uint64_t *ret_size);
void blobs_drop(struct blobs *blobs, struct blob_file *file);
/* The same for bytes that are at hand. */
int blobs_add(struct blobs *blobs, struct arena *arena, struct str bytes, struct str *ret_sha256);

/* Opens for reading; the caller closes *ret_fd. ERR_NOT_FOUND. */
int blobs_read(struct blobs *blobs, struct str sha256, int *ret_fd, uint64_t *ret_size);
/* Not one that is empty, as a damaged disk leaves them: nothing empty is kept. */
bool blobs_has(struct blobs *blobs, struct str sha256);
/* Removes every file that is older than BLOB_KEPT_MS and that `uses` says no to; *ret_removed, how many. Each question is
 * asked while nobody adds a file, so that what is added anew meanwhile stays. */
int blobs_sweep(struct blobs *blobs, bool (*uses)(void *context, struct str sha256), void *context,
                uint64_t *ret_removed);

#endif
