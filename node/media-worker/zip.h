/*
 * ZIP archives, as far as office documents are such (APPNOTE 6.3: stored and deflated entries; no ZIP64, no encryption, one
 * disk). Reads from memory, follows nothing out of it, and unpacks piece by piece. Over zlib.
 */
#ifndef NODE_MEDIA_WORKER_ZIP_H
#define NODE_MEDIA_WORKER_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ZIP_ENTRIES_MAX = 10000 };

struct zip {
	const unsigned char *bytes;
	size_t size;
	size_t at, left;           /* of the next entry in the directory, and how many are to come */
};

struct zip_entry {
	const char *name;          /* in the archive's bytes, without an end mark */
	size_t name_bytes;
	const unsigned char *data; /* packed */
	size_t data_bytes;
	uint32_t crc;
	bool deflated;
};

/* The directory at the end; false: there is none that holds, or it has more than ZIP_ENTRIES_MAX entries. */
bool zip_open(struct zip *zip, const void *bytes, size_t size);
/* The next entry that can be read; others are passed over. false: that was all. */
bool zip_next(struct zip *zip, struct zip_entry *ret_entry);

/* The whole directory holds, and no name in it, of entries that cannot be read neither, leads out of a folder: it is not
 * absolute, goes nowhere up, has no drive and no NUL. */
bool zip_is_tame(const void *bytes, size_t size);

/* Unpacks, at most *budget bytes, and takes what was unpacked off it. `take` is given pieces and may stop by false. */
enum zip_end {
	ZIP_WHOLE,                 /* to its end, and the checksum is right */
	ZIP_STOPPED,               /* by `take` or the budget */
	ZIP_BROKEN,
};
enum zip_end zip_unpack(const struct zip_entry *entry, size_t *budget, bool (*take)(void *context, const char *bytes, size_t n),
                        void *context);

#endif
