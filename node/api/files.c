/*
 * Files to readers: whether, as what, and which part.
 */
#include "node/api/files.h"

#include <unistd.h>

#include "federation/budget.h"
#include "federation/net.h"
#include "federation/url.h"
#include "node/api/answer.h"
#include "node/config.h"
#include "node/media/intake.h"
#include "node/node.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/hash.h"
#include "storage/blobs.h"
#include "storage/ids.h"
#include "storage/media.h"
#include "storage/posts.h"
#include "storage/users.h"

enum {
	TAG_BYTES = 16,
	TURN_MS = 5000,    /* how long a picture waits for others of its origin */
};

/* --- whether ---------------------------------------------------------------------------------------------------- */

/* May the one whom an address was made for see what shows the file? Not who was shut out since. */
static int may_reader(struct call *call, struct view *view, uint64_t reader_id, uint64_t post_id)
{
	struct user user;
	struct post post;
	int r = users_get(call->arena, view, reader_id, &user);

	if (r == OK && user.disabled)
		r = ERR_NOT_FOUND;
	return r == OK ? access_post(call->arena, view, (struct beholder){ BEHOLDER_LOCAL, reader_id }, post_id, &post) : r;
}

/* Who knows the address has it from the author, or from somebody who may see the post: and as long as whoever it was made
 * for may, it holds. Who says who he is must be one of those himself. */
static int may_see_posted(struct call *call, struct view *view, const struct media_record *media, uint64_t reader_id)
{
	struct post post;
	int r;

	if (reader_id) {
		r = may_reader(call, view, reader_id, media->post_id);
		if (r != OK)
			return r;
	}
	if (!media->post_id)
		return !call->viewer.account_id || call->viewer.account_id == media->account_id ? OK : ERR_NOT_FOUND;
	if (call->viewer.account_id)
		return access_post(call->arena, view, answer_beholder(call), media->post_id, &post);
	r = posts_get(call->arena, view, media->post_id, &post);
	return r == OK && !ids_have(&post.media_ids, media->id) ? ERR_NOT_FOUND : r;
}

static int may_see(struct call *call, struct view *view, const struct media_record *media, uint64_t reader_id)
{
	struct account account;
	int r;

	if (media->use == MEDIA_USE_EMOJI)   /* ends with the emoji */
		return OK;
	r = accounts_get(call->arena, view, media->account_id, &account);

	if (r == OK && (account.deleted || account.withheld))
		r = ERR_NOT_FOUND;
	if (r != OK)
		return r;
	switch (media->use) {
	case MEDIA_USE_POST: return may_see_posted(call, view, media, reader_id);
	case MEDIA_USE_AVATAR: return account.avatar_id == media->id ? OK : ERR_NOT_FOUND;
	case MEDIA_USE_HEADER: return account.header_id == media->id ? OK : ERR_NOT_FOUND;
	}
	return ERR_NOT_FOUND;
}

static int find(struct call *call, struct view *view, struct media_record *media)
{
	uint64_t id, reader_id;
	int r = answer_path_id(call, &id);

	if (r == OK)
		r = media_get(call->arena, view, id, media);
	if (r == OK && (media->state != MEDIA_STATE_READY ||
	                !media_key_fits(call->arena, instance_of(view), call_path_param(call, "secret"), media->secret,
	                                &reader_id)))
		r = ERR_NOT_FOUND;
	return r == OK ? may_see(call, view, media, reader_id) : r;
}

/* --- which part ------------------------------------------------------------------------------------------------- */

struct part {
	uint64_t from, bytes;
	int status;               /* 200, 206, 416 */
};

/* RFC 9110 section 14.2: one range of bytes; more than one, or another unit, is the whole file. */
static struct part read_range(const struct call *call, struct str tag, uint64_t size)
{
	struct part whole = { 0, size, 200 }, part = { 0, size, 206 };
	struct str range = call_request_header(call, "Range"), condition = call_request_header(call, "If-Range"), first;
	uint64_t from = 0, to = 0;
	bool has_from, has_to;

	if (!str_starts(range, STR("bytes=")) || str_find_char(range, ',') != SIZE_MAX ||
	    (condition.p && !str_eq(condition, tag)))
		return whole;
	range = str_sub(range, 6, SIZE_MAX);
	if (str_find_char(range, '-') == SIZE_MAX)
		return whole;
	first = str_cut(&range, '-');
	has_from = str_to_u64(first, &from);
	has_to = str_to_u64(range, &to);
	if ((!has_from && first.n) || (!has_to && range.n) || (!has_from && !has_to) || (has_from && has_to && to < from))
		return whole;
	if (has_from ? from >= size : !to || !size)
		return (struct part){ .status = 416 };
	if (!has_from)
		from = to < size ? size - to : 0;
	part.from = from;
	part.bytes = size - from;
	if (has_from && has_to && to - from < part.bytes)
		part.bytes = to - from + 1;
	return part;
}

/* --- as what ---------------------------------------------------------------------------------------------------- */

/* Pictures were made here. Anything else is what somebody sent, and is for saving, not for opening in our name. */
static struct str disposition(struct call *call, const struct media_record *media, bool inlined)
{
	struct buf buf;

	if (inlined)
		return STR("inline");
	buf_init(&buf, call->arena, 0);
	buf_add(&buf, STR("attachment"));
	if (media->name.n) {
		buf_add(&buf, STR("; filename*=UTF-8''"));
		buf_add_percent(&buf, media->name);
	}
	return buf_str(&buf);
}

static void add_headers(struct call *call, const struct media_record *media, bool inlined, struct str tag)
{
	call_header(call, "Content-Security-Policy", STR("default-src 'none'; frame-ancestors 'none'; sandbox"));
	call_header(call, "Content-Disposition", disposition(call, media, inlined));
	/* Clients load pictures from pages of other origins. */
	call_header(call, "Cross-Origin-Resource-Policy", STR("cross-origin"));
	call_header(call, "Cache-Control", media->use == MEDIA_USE_POST    ? STR("private, max-age=300")
	                                   : media->use == MEDIA_USE_EMOJI ? STR("public, max-age=3600")
	                                                                   : STR("private, max-age=3600"));
	call_header(call, "ETag", tag);
	call_header(call, "Accept-Ranges", STR("bytes"));
}

static int send(struct call *call, struct str type, int fd, uint64_t size, struct part part)
{
	unsigned long long total = size, first = part.from, last = part.from + part.bytes - 1;

	if (part.status == 416) {
		close(fd);
		call_header(call, "Content-Range", arena_printf(call->arena, "bytes */%llu", total));
		return call_reply(call, 416, "text/plain; charset=utf-8", STR(""));
	}
	if (part.status == 206)
		call_header(call, "Content-Range", arena_printf(call->arena, "bytes %llu-%llu/%llu", first, last, total));
	if (str_starts(type, STR("text/")))
		type = arena_printf(call->arena, "%.*s; charset=utf-8", STR_ARG(type));
	return call_reply_file(call, part.status, type, fd, part.from, part.bytes);
}

/* Ends the call with the file of a record that may be seen. */
static int serve(struct call *call, const struct media_record *media, bool preview)
{
	struct str blob = preview ? media->preview_blob : media->blob, tag;
	uint64_t size;
	int fd, r = blobs_read(call->node->blobs, blob, &fd, &size);

	if (r != OK)
		return r;
	tag = arena_printf(call->arena, "\"%.*s\"", STR_ARG(hex_encode(call->arena, str_sub(blob, 0, TAG_BYTES))));
	add_headers(call, media, preview || media->kind == MEDIA_IMAGE, tag);
	if (str_eq(call_request_header(call, "If-None-Match"), tag)) {
		close(fd);
		return call_reply(call, 304, "text/plain; charset=utf-8", STR(""));
	}
	return send(call, preview ? media->preview_type : media->type, fd, size, read_range(call, tag, size));
}

int api_file_show(struct call *call, struct view *view)
{
	struct media_record media;
	int r = find(call, view, &media);

	if (r != OK)
		return r == ERR_GONE ? ERR_NOT_FOUND : r;
	return serve(call, &media, str_starts(call_path_param(call, "name"), STR("preview")));
}

/* --- foreign pictures ------------------------------------------------------------------------------------------- */

struct proxy_call {
	struct str url;
	struct media_record media;
};

static bool wants_preview(const struct call *call)
{
	return str_eq(call_path_param(call, "name"), STR("preview"));
}

static int read_proxy(struct call *call, struct view *view, struct proxy_call *proxy)
{
	const struct instance *instance = instance_of(view);
	struct post post;
	uint64_t id, reader_id;
	int r = answer_path_id(call, &id);

	if (r != OK || !instance->media_key.n || base64_decode(call->arena, call_path_param(call, "url"), &proxy->url) != OK ||
	    !media_key_fits(call->arena, instance, call_path_param(call, "secret"),
	                    media_proxy_secret(call->arena, instance, id, proxy->url), &reader_id))
		return ERR_NOT_FOUND;
	if (reader_id)
		return may_reader(call, view, reader_id, id);
	return posts_brief(view, id, &post) == OK || access_lives(view, id) ? OK : ERR_NOT_FOUND;
}

int api_proxy_check(struct call *call, struct view *view)
{
	struct proxy_call *proxy = ARENA_NEW(call->arena, struct proxy_call);
	int r = read_proxy(call, view, proxy);

	call->state = proxy;
	if (r == OK)
		r = media_copy_get(call->arena, view, proxy->url, &proxy->media);
	else
		return r;
	if (r == ERR_NOT_FOUND)
		return OK;   /* to be fetched */
	if (r == OK && proxy->media.state == MEDIA_STATE_READY)
		r = serve(call, &proxy->media, wants_preview(call));
	else if (r == OK)
		r = ERR_NOT_FOUND;
	return r == OK ? CALL_DONE : r;
}

/* In turn with all else that is fetched from there; several pictures of a page may have to wait for each other. */
static int fetch(struct call *call, struct str url, struct str *ret_bytes)
{
	const struct federation *federation = &call->node->federation;
	const struct net_request request = {
		.url = url, .accept = STR("image/*, video/*, audio/*"), .body_max = call->node->config->limits_media_bytes,
	};
	struct net_response response;
	struct url parsed;
	struct str origin;
	int r = url_parse(call->arena, url, &parsed);

	if (r != OK)
		return ERR_INVALID;
	origin = url_origin(call->arena, &parsed);
	r = budget_enter_queued(federation->budget, origin, TURN_MS);
	if (r != OK)
		return r;
	r = net_get(federation->net, call->arena, &request, &response);
	budget_leave(federation->budget, origin);
	if (r == OK && response.status != 200)
		r = ERR_NETWORK;
	if (r == OK)
		*ret_bytes = response.body;
	return r;
}

int api_proxy_work(struct call *call)
{
	struct proxy_call *proxy = call->state;
	struct intake intake = { .documents = true, .side = INTAKE_SIDE, .wait_ms = INTAKE_LONG_WAIT_MS };
	const char *reason;
	int r = fetch(call, proxy->url, &intake.bytes);

	if (r == OK && !intake.bytes.n)
		r = ERR_INVALID;
	if (r == OK)
		r = intake_take(call->node, call->arena, &intake, &proxy->media, &reason);
	if (r == ERR_BUSY || r == ERR_FULL || r == ERR_IO)
		return r;
	if (r != OK)
		proxy->media = (struct media_record){ .state = MEDIA_STATE_FAILED };
	proxy->media.remote_url = proxy->url;
	return OK;
}

int api_proxy_write(struct call *call, struct txn *txn)
{
	struct proxy_call *proxy = call->state;

	return media_copy_put(call->arena, txn, &proxy->media);
}

int api_proxy_show(struct call *call, struct view *view)
{
	struct proxy_call *proxy = call->state;

	(void)view;
	return proxy->media.state == MEDIA_STATE_READY ? serve(call, &proxy->media, wants_preview(call)) : ERR_NOT_FOUND;
}
