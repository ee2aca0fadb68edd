/*
 * What is kept of an uploaded file.
 */
#include "node/media/intake.h"

#include <unistd.h>

#include "node/config.h"
#include "node/media/decoder.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/log.h"
#include "storage/blobs.h"
#include "storage/engine/writer.h"
#include "storage/jobs.h"
#include "storage/media.h"

enum { SWEEP_PAGE = 100 };

static void take_findings(const struct decoder_findings *findings, struct media_record *media)
{
	media->kind = findings->kind;
	media->type = findings->type;
	media->width = findings->width;
	media->height = findings->height;
	media->preview_type = findings->preview_type;
	media->preview_width = findings->preview_width;
	media->preview_height = findings->preview_height;
	media->blurhash = findings->blurhash;
	media->duration_ms = findings->duration_ms;
	media->rate = findings->rate;
}

/* What the worker wrote of a document's words; what cannot be read is not found. */
static void take_text(struct arena *arena, int fd, struct media_record *media)
{
	char *text = arena_alloc(arena, MEDIA_TEXT_MAX);
	ssize_t n = 1;

	for (media->text_bytes = 0; n > 0 && media->text_bytes < MEDIA_TEXT_MAX; media->text_bytes += n > 0 ? (size_t)n : 0)
		n = pread(fd, text + media->text_bytes, MEDIA_TEXT_MAX - media->text_bytes, (off_t)media->text_bytes);
	media->text = (struct str){ text, media->text_bytes };
}

/* What the worker made gets its place; a document is kept as it came, and its text with the record. */
static int keep(const struct node *node, struct arena *arena, const struct intake *intake, struct blob_file files[2],
                struct media_record *media)
{
	uint64_t preview_bytes;
	int r;

	if (media->kind == MEDIA_OTHER) {
		take_text(arena, files[0].fd, media);
		blobs_drop(node->blobs, &files[0]);
		blobs_drop(node->blobs, &files[1]);
		if (!intake->bytes.n) {
			media->blob = media->raw_blob;
			return OK;
		}
		media->bytes = intake->bytes.n;
		return blobs_add(node->blobs, arena, intake->bytes, &media->blob);
	}
	r = blobs_keep(node->blobs, arena, &files[0], &media->blob, &media->bytes);
	if (r == OK && media->preview_type.n)
		return blobs_keep(node->blobs, arena, &files[1], &media->preview_blob, &preview_bytes);
	blobs_drop(node->blobs, &files[1]);
	return r;
}

static int decode(const struct node *node, struct arena *arena, const struct intake *intake, int in,
                  struct media_record *media, const char **ret_reason)
{
	struct blob_file files[2] = { { -1, STR_NONE }, { -1, STR_NONE } };
	struct decoder_findings findings;
	struct decoder_order order = {
		.in = in, .documents = intake->documents, .still = intake->still, .side = intake->side,
		.preview_side = intake->preview_side ? intake->preview_side : INTAKE_PREVIEW_SIDE, .wait_ms = intake->wait_ms,
		.account_id = media->account_id,
	};
	int r = blobs_new(node->blobs, arena, &files[0]);

	if (r == OK)
		r = blobs_new(node->blobs, arena, &files[1]);
	if (r == OK) {
		order.out = files[0].fd;
		order.preview_out = files[1].fd;
		r = decoder_run(node->decoder, arena, &order, &findings, ret_reason);
	}
	if (r == OK) {
		take_findings(&findings, media);
		return keep(node, arena, intake, files, media);
	}
	blobs_drop(node->blobs, &files[0]);
	blobs_drop(node->blobs, &files[1]);
	return r;
}

int intake_take(const struct node *node, struct arena *arena, const struct intake *intake, struct media_record *media,
                const char **ret_reason)
{
	int fd = intake->fd;
	int r;

	if (!node->blobs || !node->decoder)   /* where nobody serves */
		return ERR_BUSY;
	r = intake->bytes.n ? decoder_input(intake->bytes, &fd) : OK;

	if (r == OK) {
		r = decode(node, arena, intake, fd, media, ret_reason);
		if (intake->bytes.n)
			close(fd);
	}
	if (r == OK && intake->thumbnail.n)
		r = intake_thumbnail(node, arena, intake->thumbnail, INTAKE_LONG_WAIT_MS, media, ret_reason);
	if (r == OK) {
		media->state = MEDIA_STATE_READY;
		media->raw_blob = STR_NONE;
	}
	return r;
}

int intake_thumbnail(const struct node *node, struct arena *arena, struct str bytes, int64_t wait_ms,
                     struct media_record *media, const char **ret_reason)
{
	const struct intake intake = { .bytes = bytes, .side = INTAKE_PREVIEW_SIDE, .wait_ms = wait_ms };
	struct media_record thumbnail = { .account_id = media->account_id };
	int r = intake_take(node, arena, &intake, &thumbnail, ret_reason);

	if (r != OK)
		return r;
	media->preview_blob = thumbnail.preview_blob;
	media->preview_type = thumbnail.preview_type;
	media->preview_width = thumbnail.preview_width;
	media->preview_height = thumbnail.preview_height;
	media->blurhash = thumbnail.blurhash;
	return OK;
}

int intake_put_aside(const struct node *node, struct arena *arena, struct str bytes, struct media_record *media)
{
	media->state = MEDIA_STATE_BUSY;
	media->bytes = bytes.n;
	return blobs_add(node->blobs, arena, bytes, &media->raw_blob);
}

/* --- jobs ------------------------------------------------------------------------------------------------------- */

struct taken {
	struct arena *arena;
	struct media_record media;
};

/* What was said about it meanwhile stands. */
static int taken_write(struct txn *txn, void *arg)
{
	struct taken *taken = arg;
	struct media_record now, *media = &taken->media;
	int r = media_get(taken->arena, txn_view(txn), media->id, &now);

	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	media->post_id = now.post_id;
	media->scheduled_id = now.scheduled_id;
	media->loose_ms = now.loose_ms;
	media->secret = now.secret;
	media->description = now.description;
	media->has_focus = now.has_focus;
	media->focus_x = now.focus_x;
	media->focus_y = now.focus_y;
	return media_put(txn, media);
}

static int read_media(struct node *node, struct arena *arena, uint64_t id, struct media_record *media)
{
	struct view *view;
	int r = view_begin(node->store, &view);

	if (r != OK)
		return r;
	r = media_get(arena, view, id, media);
	view_end(view);
	return r;
}

int intake_job(struct node *node, struct arena *arena, struct job *job)
{
	struct intake intake = { .documents = true, .side = INTAKE_SIDE, .wait_ms = INTAKE_LONG_WAIT_MS };
	struct taken taken = { .arena = arena };
	const char *reason = "";
	uint64_t size;
	int r = read_media(node, arena, job->subject, &taken.media);

	if (r != OK || taken.media.state != MEDIA_STATE_BUSY)
		return r == ERR_NOT_FOUND ? OK : r;
	r = blobs_read(node->blobs, taken.media.raw_blob, &intake.fd, &size);
	if (r == OK) {
		r = intake_take(node, arena, &intake, &taken.media, &reason);
		close(intake.fd);
	}
	if (r == ERR_BUSY || r == ERR_FULL)
		return r;
	if (r != OK) {
		taken.media.state = MEDIA_STATE_FAILED;
		taken.media.raw_blob = STR_NONE;
	}
	return writer_run(node->writer, taken_write, &taken);
}

struct loose {
	struct arena *arena;
	struct id_list ids;
};

static int loose_write(struct txn *txn, void *arg)
{
	struct loose *loose = arg;
	int64_t before_ms = txn_now_ms(txn) - (int64_t)MEDIA_LOOSE_HOURS * HOUR_MS;
	int r = media_loose(loose->arena, txn_view(txn), before_ms, SWEEP_PAGE, &loose->ids);

	for (size_t i = 0; r == OK && i < loose->ids.count; i++)
		r = media_delete(txn, loose->ids.ids[i]);
	return r;
}

struct trim {
	struct arena *arena;
	uint64_t max_bytes;
	bool more;
};

static int trim_write(struct txn *txn, void *arg)
{
	struct trim *trim = arg;

	return media_copies_trim(trim->arena, txn, trim->max_bytes, SWEEP_PAGE, &trim->more);
}

/* Yes also when it cannot be told. */
static bool uses(void *context, struct str sha256)
{
	struct store *store = context;
	struct view *view;
	bool used = true;

	if (view_begin(store, &view) == OK) {
		used = media_uses_blob(view, sha256);
		view_end(view);
	}
	return used;
}

int intake_sweep_job(struct node *node, struct arena *arena, struct job *job)
{
	struct loose loose = { .arena = arena };
	struct trim trim = { arena, UINT64_MAX, true };
	uint64_t removed = 0;
	int r;

	(void)job;
	if (node->config)
		trim.max_bytes = node->config->media_copies_mib * 1024 * 1024;
	do
		r = writer_run(node->writer, loose_write, &loose);
	while (r == OK && loose.ids.count);
	while (r == OK && trim.more)
		r = writer_run(node->writer, trim_write, &trim);
	if (r == OK)
		r = blobs_sweep(node->blobs, uses, node->store, &removed);
	if (removed)
		log_event(LOG_LEVEL_INFO, "files removed that nothing shows", "files", log_u64(removed), NULL);
	return r;
}
