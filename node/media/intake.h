/*
 * From an uploaded file to what is kept of it: the worker looks at it, its pictures become blobs, its findings a record.
 * Pool threads and threads of jobs: it blocks.
 */
#ifndef NODE_MEDIA_INTAKE_H
#define NODE_MEDIA_INTAKE_H

#include "node/node.h"
#include "storage/model.h"

struct arena;
struct job;

enum {
	INTAKE_SIDE = 4096, INTAKE_PREVIEW_SIDE = 640,     /* pixels: of a picture in a post */
	INTAKE_AVATAR_SIDE = 400, INTAKE_HEADER_SIDE = 1500,
	INTAKE_EMOJI_SIDE = 256,
	INTAKE_WAIT_MS = 3000,                             /* for a worker, before an upload is put aside for a job */
	INTAKE_LONG_WAIT_MS = 30 * 1000,                   /* where the answer must have it */
};

struct intake {
	struct str bytes;             /* the file; or, when there are none: */
	int fd;
	struct str thumbnail;         /* a picture to show in lists instead; empty: none */
	bool documents;
	bool still;                   /* of a picture that moves the first frame alone */
	unsigned side, preview_side;  /* preview 0: INTAKE_PREVIEW_SIDE */
	int64_t wait_ms;
};

/* Fills in what media->kind, types, blobs, sizes and blurhash are, and makes it ready. ERR_BUSY: no worker is free;
 * ERR_INVALID: not taken, *ret_reason says why; ERR_FULL: no room on the disk. */
int intake_take(const struct node *node, struct arena *arena, const struct intake *intake, struct media_record *media,
                const char **ret_reason);
/* Another picture for lists, of what is ready already. The same errors. */
int intake_thumbnail(const struct node *node, struct arena *arena, struct str bytes, int64_t wait_ms,
                     struct media_record *media, const char **ret_reason);
/* Keeps the bytes until the job "media" looks at them. */
int intake_put_aside(const struct node *node, struct arena *arena, struct str bytes, struct media_record *media);
/* The job. */
int intake_job(struct node *node, struct arena *arena, struct job *job);
/* The job "media_sweep": records that were loose for a day, then files that no record names. */
int intake_sweep_job(struct node *node, struct arena *arena, struct job *job);

#endif
