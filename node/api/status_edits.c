/*
 * The history of a post.
 */
#include "node/api/status_edits.h"

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/status_views.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/emojis.h"
#include "storage/fragment.h"
#include "storage/media.h"
#include "storage/polls.h"
#include "storage/posts.h"

struct history {
	struct call *call;
	struct view *view;
	struct post post;
	struct str account;   /* the author as text, the same for all entries */
	struct str poll;      /* what it asks, which no edit changes; or null */
};

static void set_str(json_t *object, const char *key, struct str value)
{
	json_object_set_new(object, key, json_stringn(value.p, value.n));
}

/* A file of ours as it is read today; what left the post is told of, and is not read. Its address is then the post's page,
 * since clients take a file without one for one that is still worked on. */
static void find_file(const struct history *history, json_t *attachment)
{
	struct arena *arena = history->call->arena;
	const struct instance *instance = instance_of(history->view);
	struct media_record media;
	uint64_t id;

	if (history->post.remote || !str_to_u64(json_member_str(attachment, "id"), &id))
		return;
	if (media_get(arena, history->view, id, &media) == OK && media.post_id == history->post.id) {
		set_str(attachment, "url", media_url(arena, instance, &media));
		if (media.preview_blob.n)
			set_str(attachment, "previewUrl", media_preview_url(arena, instance, &media));
		return;
	}
	set_str(attachment, "url", history->post.url);
	json_object_del(attachment, "previewUrl");
	json_object_del(attachment, "mediaType");
}

static void w_files(struct json_writer *w, const struct history *history, const struct post_edit *edit)
{
	json_t *list = NULL;

	if (edit->attachments_json.n && json_parse(history->call->arena, edit->attachments_json, &list) != OK)
		list = NULL;
	json_w_key(w, "media_attachments");
	json_w_array(w);
	for (size_t i = 0; i < json_count(list); i++) {
		find_file(history, json_at(list, i));
		fragment_w_attachment(w, instance_of(history->view), &history->post, json_at(list, i), i);
	}
	json_w_array_end(w);
}

/* Of ours those that the text of then names; a foreign post's came with the post. */
static void w_emojis(struct json_writer *w, const struct history *history, const struct post_edit *edit)
{
	const struct str texts[] = { edit->content, edit->spoiler };

	if (history->post.remote) {
		fragment_w_emojis(w, instance_of(history->view), history->post.id, history->post.emojis_json);
		return;
	}
	json_w_key(w, "emojis");
	emojis_w_named(w, history->view, texts, sizeof(texts) / sizeof(texts[0]));
}

/* What holds addresses of files, which of a post for few are made for the reader. */
static struct str addressed(const struct history *history, const struct post_edit *edit)
{
	struct arena *arena = history->call->arena;
	uint64_t reader_id = history->call->viewer.account_id;
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	w_files(&w, history, edit);
	w_emojis(&w, history, edit);
	if (history->post.visibility < VISIBILITY_FOLLOWERS || !reader_id)
		return buf_str(&buf);
	return media_for_reader(arena, instance_of(history->view), buf_str(&buf), reader_id);
}

static void w_edit(struct json_writer *w, const struct history *history, const struct post_edit *edit)
{
	json_w_object(w);
	json_w_member_str(w, "content", edit->content);
	json_w_member_str(w, "spoiler_text", edit->spoiler);
	json_w_member_bool(w, "sensitive", edit->sensitive);
	json_w_member_date(w, "created_at", edit->created_ms);
	json_w_member_raw(w, "account", history->account);
	json_w_member_raw(w, "poll", history->poll);
	buf_add_char(w->buf, ',');
	buf_add(w->buf, addressed(history, edit));
	json_w_object_end(w);
}

static int render_account(struct history *history)
{
	struct answer answer;
	int r;

	answer_begin(&answer, history->call);
	r = entity_account(&answer.w, history->call->arena, history->view, history->post.account_id);
	history->account = buf_str(&answer.buf);
	return r;
}

static int render_poll(struct history *history)
{
	struct answer answer;
	struct poll poll;
	int r = polls_get(history->call->arena, history->view, history->post.id, &poll);

	history->poll = STR("null");
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	answer_begin(&answer, history->call);
	json_w_object(&answer.w);
	json_w_key(&answer.w, "options");
	json_w_array(&answer.w);
	for (size_t i = 0; i < poll.options.count; i++) {
		json_w_object(&answer.w);
		json_w_member_str(&answer.w, "title", poll.options.items[i]);
		json_w_object_end(&answer.w);
	}
	json_w_array_end(&answer.w);
	json_w_object_end(&answer.w);
	history->poll = buf_str(&answer.buf);
	return OK;
}

int api_status_history(struct call *call, struct view *view)
{
	struct history history = { .call = call, .view = view };
	const struct post *post = &history.post;
	struct post_edit *edits = NULL, now;
	struct answer answer;
	size_t count = 0;
	int r = status_find(call, view, &history.post);

	if (r == OK)
		r = posts_edits(call->arena, view, post->id, &edits, &count);
	if (r == OK)
		r = render_account(&history);
	if (r == OK)
		r = render_poll(&history);
	if (r != OK)
		return r;
	now = (struct post_edit){
		.created_ms = post->edited_ms ? post->edited_ms : post->created_ms, .content = post->content,
		.spoiler = post->spoiler, .sensitive = post->sensitive, .attachments_json = post->attachments_json,
	};
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		w_edit(&answer.w, &history, &edits[i]);
	w_edit(&answer.w, &history, &now);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}
