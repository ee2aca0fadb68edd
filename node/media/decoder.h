/*
 * The way into the worker (node/media-worker/): one process for one file, a few at once, each with its time. What it says
 * is read as something that a stranger may have written. Pool threads and threads of jobs: it blocks.
 */
#ifndef NODE_MEDIA_DECODER_H
#define NODE_MEDIA_DECODER_H

#include <stdbool.h>
#include <stdint.h>

#include "storage/base/str.h"

struct arena;
struct decoder;

enum {
	DECODER_PLACES = 3,           /* workers at once, … */
	DECODER_PLACES_EACH = 2,      /* … of one account, … */
	DECODER_WAITING_EACH = 3,     /* … which has so many more wait */
	DECODER_TIME_MS = 20 * 1000,  /* of one, by the clock on the wall */
};

/* Never NULL. `worker` is its path; empty: rse-node-media beside this program. */
struct decoder *decoder_new(struct str worker);
/* Ends the workers, and the waiting for one: orders under way and to come are ERR_BUSY. Any thread. */
void decoder_cancel(struct decoder *decoder);
/* No thread uses it any more. NULL is allowed. */
void decoder_free(struct decoder *decoder);

struct decoder_order {
	int in;                       /* the file, to be read from its beginning */
	int out, preview_out;         /* empty files to write to; the text of a document goes to the first */
	bool documents;               /* are taken too */
	bool still;                   /* pictures must not move; not with documents */
	unsigned side, preview_side;  /* pixels: how large pictures may be afterwards */
	int64_t wait_ms;              /* for a place */
	uint64_t account_id;          /* whose file it is; 0: a copy of a sibling's, or the operator's */
};

struct decoder_findings {
	uint8_t kind;                 /* enum media_kind. MEDIA_OTHER: the file is to be kept as it is, and is of this type */
	struct str type, preview_type;
	uint64_t width, height, preview_width, preview_height;
	struct str blurhash;          /* empty, as all of the preview is: there is none */
	uint64_t duration_ms;
	struct str rate;              /* "25/1" */
};

/* ERR_BUSY: no place within wait_ms, or the account has enough that wait, or the worker could not run. ERR_INVALID: the file is not taken, *ret_reason says why
 * in a few words for whoever sent it. */
int decoder_run(struct decoder *decoder, struct arena *arena, const struct decoder_order *order,
                struct decoder_findings *ret_findings, const char **ret_reason);
/* Bytes as a file without a name, for decoder_order.in; the caller closes it. ERR_FULL. */
int decoder_input(struct str bytes, int *ret_fd);

#endif
