/*
 * Files of one's own. What a file is, its content decides (node/media-worker/); names and types that clients send are only
 * told to readers.
 */
#include "node/api/media.h"

#include <math.h>
#include <stdlib.h>

#include "node/api/answer.h"
#include "node/config.h"
#include "node/media/intake.h"
#include "node/node.h"
#include "storage/fragment.h"
#include "storage/jobs.h"
#include "storage/media.h"

enum { NOTES_MAX = 16, SCALE = 1000000 };

struct media_call {
	struct media_record media;
	struct str file, thumbnail;
	struct media_note note;      /* what the request says about it */
};

static struct media_call *state_of(struct call *call)
{
	if (!call->state)
		call->state = ARENA_NEW(call->arena, struct media_call);
	return call->state;
}

struct str media_types_json(void)
{
	return STR("[\"image/jpeg\",\"image/png\",\"image/webp\",\"image/gif\",\"image/heic\",\"image/heif\",\"image/avif\","
	           "\"video/mp4\",\"video/quicktime\",\"video/webm\",\"video/ogg\",\"audio/mpeg\",\"audio/mp3\",\"audio/ogg\","
	           "\"audio/mp4\",\"audio/webm\","
	           "\"application/pdf\",\"application/vnd.oasis.opendocument.text\","
	           "\"application/vnd.oasis.opendocument.spreadsheet\","
	           "\"application/vnd.oasis.opendocument.presentation\","
	           "\"application/vnd.openxmlformats-officedocument.wordprocessingml.document\","
	           "\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet\","
	           "\"application/vnd.openxmlformats-officedocument.presentationml.presentation\","
	           "\"text/plain\",\"text/csv\"]");
}

/* --- what is said about a file ---------------------------------------------------------------------------------- */

static bool read_coordinate(struct arena *arena, struct str text, int64_t *ret_millionths)
{
	const char *number = arena_cstr(arena, str_trim(text));
	char *rest;
	double value = strtod(number, &rest);

	if (!*number || *rest || !(value >= -1 && value <= 1))
		return false;
	*ret_millionths = llround(value * SCALE);
	return true;
}

/* "x,y"; absent or empty is nothing said. */
static int read_focus(struct call *call, struct str text, struct media_note *note)
{
	struct str rest = text, x;

	if (!str_trim(text).n)
		return OK;
	x = str_cut(&rest, ',');
	if (text.n > 100 || !read_coordinate(call->arena, x, &note->focus_x) ||
	    !read_coordinate(call->arena, rest, &note->focus_y))
		return answer_refuse(call, "Validation failed: focus is two numbers from -1 to 1");
	note->has_focus = true;
	return OK;
}

static int read_description(struct call *call, struct str text, struct media_note *note)
{
	if (!utf8_valid(text))
		return answer_refuse(call, "Validation failed: description is not UTF-8");
	if (utf8_length(text) > MEDIA_DESCRIPTION_MAX)
		return answer_refuse(call, "Validation failed: description is too long (maximum is 1500 characters)");
	note->description = text;
	return OK;
}

static int read_note(struct call *call, struct media_note *note)
{
	int r = read_description(call, call_param(call, "description"), note);

	return r == OK ? read_focus(call, call_param(call, "focus"), note) : r;
}

static void take_note(const struct media_note *note, struct media_record *media)
{
	if (note->description.p)
		media->description = str_trim(note->description);
	if (note->has_focus) {
		media->has_focus = true;
		media->focus_x = note->focus_x;
		media->focus_y = note->focus_y;
	}
}

/* --- entity ----------------------------------------------------------------------------------------------------- */

static void w_busy(struct json_writer *w, const struct media_record *media)
{
	json_w_object(w);
	json_w_member_id(w, "id", media->id);
	json_w_member_cstr(w, "type", "unknown");
	json_w_member_null(w, "url");
	json_w_member_null(w, "preview_url");
	json_w_member_null(w, "remote_url");
	json_w_member_null(w, "meta");
	json_w_member_str_or_null(w, "description", media->description);
	json_w_member_null(w, "blurhash");
	json_w_object_end(w);
}

void media_w_entity(struct json_writer *w, struct call *call, struct view *view, const struct media_record *media)
{
	struct json_writer inner;
	json_t *attachment;
	struct buf buf;

	if (media->state != MEDIA_STATE_READY) {
		w_busy(w, media);
		return;
	}
	buf_init(&buf, call->arena, 0);
	json_writer_init(&inner, &buf);
	media_w(&inner, call->arena, instance_of(view), media);
	if (json_parse(call->arena, buf_str(&buf), &attachment) == OK)
		fragment_w_attachment(w, instance_of(view), &(struct post){ .id = media->post_id }, attachment, 0);
}

static int show(struct call *call, struct view *view, const struct media_record *media, int busy_status)
{
	struct answer answer;
	int r;

	if (media->state == MEDIA_STATE_FAILED)
		return call_fail_status(call, ERR_INVALID, 422, NULL, "Error processing media: the file was not taken");
	answer_begin(&answer, call);
	media_w_entity(&answer.w, call, view, media);
	r = answer_end(&answer, call, OK);
	if (r == OK && media->state == MEDIA_STATE_BUSY)
		call->reply.status = busy_status;
	return r;
}

/* --- uploading -------------------------------------------------------------------------------------------------- */

static const struct param *find_file(const struct call *call, const char *name)
{
	for (size_t i = 0; i < call->request.param_count; i++)
		if (str_eq(call->request.params[i].name, str_of(name)))
			return &call->request.params[i];
	return NULL;
}

/* What breaks a line or turns the direction of a text makes a name look like another ("exe.txt" for what ends in .exe). */
static bool misleads(uint32_t c)
{
	return c < ' ' || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069);
}

/* The last part of what the client calls it, as far as it can be shown. */
static struct str file_name(struct call *call, struct str name)
{
	struct buf buf;
	size_t at = 0;

	for (size_t i = name.n; i > 0; i--)
		if (name.p[i - 1] == '/' || name.p[i - 1] == '\\') {
			name = str_sub(name, i, SIZE_MAX);
			break;
		}
	if (!utf8_valid(name))
		return STR_NONE;
	name = utf8_prefix(str_trim(name), MEDIA_NAME_MAX);
	buf_init(&buf, call->arena, 0);
	while (at < name.n) {
		size_t start = at;
		uint32_t c = utf8_next(name, &at);

		buf_add(&buf, misleads(c) ? STR("_") : str_sub(name, start, at - start));
	}
	return buf_str(&buf);
}

static int check_size(struct call *call, struct str file)
{
	uint64_t max = call->node->config->limits_media_bytes;

	if (file.n <= max)
		return OK;
	return call_fail_status(call, ERR_LIMIT, 422, NULL, "Validation failed: file is too large (maximum is %llu bytes)",
	                        (unsigned long long)max);
}

/* That `bytes` more do not take its person over what one may have. */
static int check_quota(struct call *call, struct view *view, uint64_t bytes)
{
	uint64_t max = call->node->config->limits_media_quota_mib * 1024 * 1024;

	if (!max || media_used(view, call->viewer.account_id) + bytes <= max)
		return OK;
	return call_fail_status(call, ERR_LIMIT, 422, NULL,
	                        "Validation failed: file: your files would take more than %llu MiB, as much as you may have",
	                        (unsigned long long)call->node->config->limits_media_quota_mib);
}

int api_media_check(struct call *call, struct view *view)
{
	struct media_call *state = state_of(call);
	const struct param *file = find_file(call, "file");
	int r = check_quota(call, view, 1);   /* how large it will be is not known yet */

	if (r != OK)
		return r;
	if (!file || !file->value.n)
		return answer_refuse(call, "Validation failed: File can't be blank");
	state->file = file->value;
	state->thumbnail = call_param(call, "thumbnail");
	state->media = (struct media_record){
		.account_id = call->viewer.account_id, .use = MEDIA_USE_POST, .kind = MEDIA_OTHER,
		.name = file_name(call, file->file_name),
	};
	r = check_size(call, state->file);
	if (r == OK)
		r = check_size(call, state->thumbnail);
	if (r == OK)
		r = read_note(call, &state->note);
	take_note(&state->note, &state->media);
	return r;
}

static int refuse_file(struct call *call, int err, const char *reason)
{
	if (err != ERR_INVALID)
		return err;
	return call_fail_status(call, ERR_INVALID, 422, NULL, "Validation failed: %s", reason);
}

static int take(struct call *call, int64_t wait_ms)
{
	struct media_call *state = state_of(call);
	const struct intake intake = {
		.bytes = state->file, .thumbnail = state->thumbnail, .documents = true, .side = INTAKE_SIDE, .wait_ms = wait_ms,
	};
	const char *reason = "";
	int r = intake_take(call->node, call->arena, &intake, &state->media, &reason);

	/* Only documents have names: those of pictures and films are made up by phones. */
	if (r == OK && state->media.kind != MEDIA_OTHER)
		state->media.name = STR_NONE;
	return r == ERR_BUSY ? r : refuse_file(call, r, reason);
}

int api_media_work_v1(struct call *call)
{
	return take(call, INTAKE_LONG_WAIT_MS);
}

int api_media_work(struct call *call)
{
	struct media_call *state = state_of(call);
	int r = take(call, INTAKE_WAIT_MS);

	return r == ERR_BUSY ? intake_put_aside(call->node, call->arena, state->file, &state->media) : r;
}

int api_media_write(struct call *call, struct txn *txn)
{
	struct media_record *media = &state_of(call)->media;
	struct job job = { .kind = STR("media") };
	int r = check_quota(call, txn_view(txn), media_bytes_counted(media));

	if (r == OK)
		r = media_add(call->arena, txn, media);
	if (r != OK || media->state != MEDIA_STATE_BUSY)
		return r;
	job.subject = media->id;
	return jobs_add(txn, &job);
}

int api_media_show(struct call *call, struct view *view)
{
	return show(call, view, &state_of(call)->media, 202);
}

/* --- afterwards ------------------------------------------------------------------------------------------------- */

static int find_own(struct call *call, struct view *view, struct media_record *media)
{
	uint64_t id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = media_get_own(call->arena, view, call->viewer.account_id, id, media);
	return r == OK && media->use != MEDIA_USE_POST ? ERR_NOT_FOUND : r;
}

int api_media_get(struct call *call, struct view *view)
{
	struct media_record media;
	int r = find_own(call, view, &media);

	return r == OK ? show(call, view, &media, 206) : r;
}

int api_media_edit_check(struct call *call, struct view *view)
{
	struct media_call *state = state_of(call);
	int r = find_own(call, view, &state->media);

	/* What others read is changed with the post: media_attributes. */
	if (r == OK && state->media.post_id)
		r = ERR_NOT_FOUND;
	if (r == OK)
		r = read_note(call, &state->note);
	state->thumbnail = call_param(call, "thumbnail");
	if (r == OK)
		r = check_size(call, state->thumbnail);
	return r == OK && !state->thumbnail.n ? CALL_SKIP_WORK : r;
}

int api_media_edit_work(struct call *call)
{
	struct media_call *state = state_of(call);
	const char *reason = "";

	if (state->media.state != MEDIA_STATE_READY)
		return answer_refuse(call, "Validation failed: the file is still being read");
	return refuse_file(call, intake_thumbnail(call->node, call->arena, state->thumbnail, INTAKE_LONG_WAIT_MS,
	                                          &state->media, &reason), reason);
}

int api_media_edit_write(struct call *call, struct txn *txn)
{
	struct media_call *state = state_of(call);
	struct media_record now;
	int r = media_get_own(call->arena, txn_view(txn), call->viewer.account_id, state->media.id, &now);

	if (r != OK || now.post_id)
		return r == OK ? ERR_NOT_FOUND : r;
	if (state->thumbnail.n) {
		now.preview_blob = state->media.preview_blob;
		now.preview_type = state->media.preview_type;
		now.preview_width = state->media.preview_width;
		now.preview_height = state->media.preview_height;
		now.blurhash = state->media.blurhash;
	}
	take_note(&state->note, &now);
	state->media = now;
	return media_put(txn, &now);
}

int api_media_delete_check(struct call *call, struct view *view)
{
	struct media_call *state = state_of(call);
	int r = find_own(call, view, &state->media);

	if (r == OK && (state->media.post_id || state->media.scheduled_id))
		return answer_refuse(call, "Validation failed: a post shows this file");
	return r;
}

int api_media_delete_write(struct call *call, struct txn *txn)
{
	struct media_call *state = state_of(call);
	int r = media_get_own(call->arena, txn_view(txn), call->viewer.account_id, state->media.id, &state->media);

	if (r == OK && (state->media.post_id || state->media.scheduled_id))
		return answer_refuse(call, "Validation failed: a post shows this file");
	return r == OK ? media_delete(txn, state->media.id) : r;
}

/* --- of posts --------------------------------------------------------------------------------------------------- */

static int read_attributes(struct call *call, struct post_draft *draft)
{
	struct media_note *notes = ARENA_ARRAY(call->arena, struct media_note, NOTES_MAX);
	struct str *elements = ARENA_ARRAY(call->arena, struct str, NOTES_MAX);
	size_t count = 0;
	int r = OK;

	for (size_t i = 0; r == OK && i < call->request.param_count; i++) {
		const struct param *param = &call->request.params[i];
		struct str element, member;
		size_t k = 0;

		if (!param_member(param->name, "media_attributes", &element, &member))
			continue;
		while (k < count && !str_eq(elements[k], element))
			k++;
		if (k == NOTES_MAX)
			return answer_refuse(call, "Validation failed: there are too many media_attributes");
		elements[k] = element;
		count += k == count;
		if (str_eq(member, STR("id")) && !str_to_u64(param->value, &notes[k].media_id))
			r = answer_refuse(call, "Validation failed: media_attributes[id] is no id");
		else if (str_eq(member, STR("description")))
			r = read_description(call, param->value, &notes[k]);
		else if (str_eq(member, STR("focus")))
			r = read_focus(call, param->value, &notes[k]);
	}
	draft->notes = notes;
	draft->note_count = count;
	return r;
}

int media_read_draft(struct call *call, struct post_draft *draft)
{
	struct str *values;
	size_t count = call_param_list(call, "media_ids", &values);

	draft->media_ids = (struct id_list){ ARENA_ARRAY(call->arena, uint64_t, MEDIA_PER_POST_MAX), 0 };
	for (size_t i = 0; i < count; i++) {
		if (!values[i].n)
			continue;
		if (draft->media_ids.count == MEDIA_PER_POST_MAX)
			return answer_refuse(call, "Validation failed: Cannot attach more than 4 files");
		if (!str_to_u64(values[i], &draft->media_ids.ids[draft->media_ids.count++]))
			return answer_refuse(call, "Validation failed: media_ids names a file that is not there");
	}
	if (draft->media_ids.count && draft->poll)
		return answer_refuse(call, "Validation failed: Cannot attach files to a post that asks a poll");
	return read_attributes(call, draft);
}

int media_refuse(struct call *call, int err)
{
	switch (err) {
	case ERR_EXISTS: return answer_refuse(call, "Validation failed: media_ids names a file that is not there");
	case ERR_LIMIT: return answer_refuse(call, "Validation failed: Cannot attach more than 4 files");
	case ERR_BUSY: return answer_refuse(call, "Validation failed: Cannot attach files that have not finished "
	                                          "processing. Try again in a moment!");
	}
	return err;
}

int media_read_waiting(struct call *call, struct view *view, const struct post_draft *draft, struct media_set *ret_set)
{
	const struct post post = { .account_id = call->viewer.account_id };
	int r = media_set_read(call->arena, view, &post, 0, &draft->media_ids, ret_set);

	act_note_media(draft, ret_set);
	return r == OK ? OK : media_refuse(call, r == ERR_NOT_FOUND ? ERR_EXISTS : r);
}
