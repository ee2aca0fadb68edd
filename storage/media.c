/*
 * The records of files. Asks nobody whether something is allowed. Reads: any thread; the rest: the writer.
 */
#include "storage/media.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/codec.h"
#include "storage/ids.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/record.h"

enum { SCALE = 1000000, LOOSE_ID = 8, PROXY_SECRET_BYTES = 18, PROXY_URL_MAX = 2000 };

int media_get(struct arena *arena, struct view *view, uint64_t id, struct media_record *ret_media)
{
	struct key key;

	return record_get(arena, view, SPACE_MEDIA, key_u64(&key, id), &media_record_type, ret_media);
}

int media_get_own(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct media_record *ret_media)
{
	int r = media_get(arena, view, id, ret_media);

	if (r == OK && (ret_media->account_id != account_id || ret_media->use == MEDIA_USE_CACHED))
		return ERR_NOT_FOUND;
	return r;
}

uint64_t media_used(struct view *view, uint64_t account_id)
{
	struct key key;
	uint64_t bytes;

	return record_id(view, SPACE_MEDIA_USED, key_u64(&key, account_id), &bytes) == OK ? bytes : 0;
}

/* Of what was not taken nothing is kept; copies of foreign files and emojis are nobody's. */
uint64_t media_bytes_counted(const struct media_record *media)
{
	return media->account_id && media->state != MEDIA_STATE_FAILED ? media->bytes + media->text_bytes : 0;
}

/* One record takes the place of another; NULL: there is none. */
static void count_used(struct txn *txn, const struct media_record *old, const struct media_record *media)
{
	uint64_t account_id = media ? media->account_id : old->account_id;
	uint64_t less = old ? media_bytes_counted(old) : 0, more = media ? media_bytes_counted(media) : 0, used;
	struct key key;

	if (!account_id || less == more)
		return;
	used = media_used(txn_view(txn), account_id) - less + more;
	if (used)
		record_put_id(txn, SPACE_MEDIA_USED, key_u64(&key, account_id), used);
	else
		txn_del(txn, SPACE_MEDIA_USED, key_u64(&key, account_id));
}

int media_used_build(struct txn *txn)
{
	struct arena *scratch = arena_new();
	struct media_record media;
	struct prefix_walk walk;
	struct engine_item item;
	int r = OK;

	record_del_below(txn, SPACE_MEDIA_USED, STR_NONE);
	prefix_walk_init(&walk, txn_view(txn), SPACE_MEDIA, STR_NONE, false);
	while (r == OK && txn_err(txn) == OK && prefix_next(&walk, &item) == OK) {
		arena_reset(scratch);
		r = codec_decode(scratch, &media_record_type, item.value, &media);
		if (r == OK)
			count_used(txn, NULL, &media);
	}
	arena_free(scratch);
	return r == OK ? txn_err(txn) : r;
}

int media_text_get(struct view *view, uint64_t id, struct str *ret_text)
{
	struct key key;

	return view_get(view, SPACE_MEDIA_TEXT, key_u64(&key, id), ret_text);
}

static void text_put(struct txn *txn, const struct media_record *media)
{
	struct key key;

	if (media->text.n)
		txn_put(txn, SPACE_MEDIA_TEXT, key_u64(&key, media->id), media->text);
}

int media_add(struct arena *arena, struct txn *txn, struct media_record *media)
{
	struct key key;

	media->id = txn_new_id(txn);
	media->secret = hash_token(arena);
	if (media->use == MEDIA_USE_POST && !media->post_id)
		media->loose_ms = txn_now_ms(txn);
	count_used(txn, NULL, media);
	text_put(txn, media);
	record_put(txn, SPACE_MEDIA, key_u64(&key, media->id), &media_record_type, media);
	return index_put(txn, SPACE_MEDIA, key_u64(&key, media->id), media);
}

int media_put(struct txn *txn, const struct media_record *media)
{
	struct arena *scratch = arena_new();
	struct media_record old;
	struct key key;
	struct str at = key_u64(&key, media->id);
	int r = media_get(scratch, txn_view(txn), media->id, &old);

	if (r == OK) {
		count_used(txn, &old, media);
		text_put(txn, media);
		record_put(txn, SPACE_MEDIA, at, &media_record_type, media);
		r = index_replace(txn, SPACE_MEDIA, at, &old, media);
	}
	arena_free(scratch);
	return r;
}

int media_delete(struct txn *txn, uint64_t id)
{
	struct arena *scratch = arena_new();
	struct media_record media;
	struct key key;
	struct str at = key_u64(&key, id);
	int r = media_get(scratch, txn_view(txn), id, &media);

	if (r == OK) {
		count_used(txn, &media, NULL);
		index_del(txn, SPACE_MEDIA, at, &media);
		if (media.text_bytes)
			txn_del(txn, SPACE_MEDIA_TEXT, at);
		r = txn_del(txn, SPACE_MEDIA, at);
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

int media_hide(struct arena *arena, struct txn *txn, struct media_record *media)
{
	media->secret = hash_token(arena);
	return media_put(txn, media);
}

int media_loosen(struct txn *txn, uint64_t id)
{
	struct arena *scratch = arena_new();
	struct media_record media;
	int r = media_get(scratch, txn_view(txn), id, &media);

	if (r == OK) {
		media.post_id = media.scheduled_id = 0;
		media.loose_ms = txn_now_ms(txn);
		r = media_hide(scratch, txn, &media);
	}
	arena_free(scratch);
	return r == ERR_NOT_FOUND ? OK : r;
}

int media_set_read(struct arena *arena, struct view *view, const struct post *post, uint64_t scheduled_id,
                   const struct id_list *ids, struct media_set *ret_set)
{
	*ret_set = (struct media_set){ ARENA_ARRAY(arena, struct media_record, ids->count), ids->count, false };
	if (ids->count > MEDIA_PER_POST_MAX)
		return ERR_LIMIT;
	for (size_t i = 0; i < ids->count; i++) {
		struct media_record *file = &ret_set->files[i];
		struct id_list before = { ids->ids, i };
		int r = media_get_own(arena, view, post->account_id, ids->ids[i], file);

		if (r == OK && ids_have(&before, file->id))
			r = ERR_LIMIT;
		if (r == OK && (file->use != MEDIA_USE_POST || (file->post_id && file->post_id != post->id) ||
		                (file->scheduled_id && file->scheduled_id != scheduled_id)))
			r = ERR_NOT_FOUND;
		if (r == OK && file->state != MEDIA_STATE_READY)
			r = file->state == MEDIA_STATE_BUSY ? ERR_BUSY : ERR_NOT_FOUND;
		if (r != OK)
			return r;
	}
	return OK;
}

void media_set_show(struct arena *arena, const struct instance *instance, struct media_set *set, struct post *post)
{
	struct json_writer w;
	struct buf buf;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	post->media_ids = (struct id_list){ ARENA_ARRAY(arena, uint64_t, set->count), set->count };
	json_w_array(&w);
	for (size_t i = 0; i < set->count; i++) {
		if (set->hide)
			set->files[i].secret = hash_token(arena);
		post->media_ids.ids[i] = set->files[i].id;
		media_w(&w, arena, instance, &set->files[i]);
	}
	json_w_array_end(&w);
	post->attachments_json = set->count ? buf_str(&buf) : STR_NONE;
}

int media_set_put(struct txn *txn, const struct media_set *set, const struct post *post, const struct id_list *former)
{
	int r = OK;

	for (size_t i = 0; r == OK && i < former->count; i++)
		if (!ids_have(&post->media_ids, former->ids[i]))
			r = media_loosen(txn, former->ids[i]);
	for (size_t i = 0; r == OK && i < set->count; i++) {
		set->files[i].post_id = post->id;
		set->files[i].scheduled_id = 0;
		set->files[i].loose_ms = 0;
		r = media_put(txn, &set->files[i]);
	}
	return r;
}

int media_set_hold(struct txn *txn, const struct media_set *set, uint64_t scheduled_id)
{
	int r = OK;

	for (size_t i = 0; r == OK && i < set->count; i++) {
		set->files[i].scheduled_id = scheduled_id;
		set->files[i].loose_ms = 0;
		r = media_put(txn, &set->files[i]);
	}
	return r;
}

int media_release(struct txn *txn, const struct id_list *ids, uint64_t scheduled_id)
{
	struct arena *scratch = arena_new();
	struct media_record media;
	int r = OK;

	for (size_t i = 0; r == OK && i < ids->count; i++)
		if (media_get(scratch, txn_view(txn), ids->ids[i], &media) == OK && media.scheduled_id == scheduled_id)
			r = media_loosen(txn, media.id);
	arena_free(scratch);
	return r;
}

int media_loose(struct arena *arena, struct view *view, int64_t before_ms, size_t max, struct id_list *ret_ids)
{
	struct prefix_walk walk;
	struct engine_item item;
	int r = OK;

	*ret_ids = (struct id_list){ ARENA_ARRAY(arena, uint64_t, max), 0 };
	prefix_walk_init(&walk, view, SPACE_MEDIA_LOOSE, STR_NONE, false);
	while (ret_ids->count < max && (r = prefix_next(&walk, &item)) == OK) {
		if ((int64_t)key_read_u64(item.key, 0) >= before_ms)
			break;
		ret_ids->ids[ret_ids->count++] = key_read_u64(item.key, LOOSE_ID);
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

int media_of_account(struct arena *arena, struct view *view, uint64_t account_id, size_t max, struct id_list *ret_ids)
{
	return ids_page(arena, view, SPACE_MEDIA_OF, account_id, 0, max, NULL, ret_ids);
}

bool media_uses_blob(struct view *view, struct str sha256)
{
	struct prefix_walk walk;
	struct engine_item item;

	prefix_walk_init(&walk, view, SPACE_BLOB, sha256, false);
	return prefix_next(&walk, &item) == OK;
}

int media_each_blob(struct view *view, void (*each)(void *context, struct str sha256, uint64_t id), void *context)
{
	struct prefix_walk walk;
	struct engine_item item;
	int r;

	prefix_walk_init(&walk, view, SPACE_BLOB, STR_NONE, false);
	while ((r = prefix_next(&walk, &item)) == OK)
		each(context, str_sub(item.key, 0, SHA256_BYTES), key_read_u64(item.key, SHA256_BYTES));
	return r == ERR_NOT_FOUND ? OK : r;
}

/* --- addresses for one reader ----------------------------------------------------------------------------------- */

struct str media_reader_key(struct arena *arena, const struct instance *instance, struct str secret, uint64_t reader_id)
{
	struct str text = arena_printf(arena, "reader %llu %.*s", (unsigned long long)reader_id, STR_ARG(secret));
	uint8_t digest[SHA256_BYTES];

	hash_hmac_sha256(instance->media_key, text, digest);
	return arena_printf(arena, "r%llu.%.*s", (unsigned long long)reader_id,
	                    STR_ARG(base64url_encode(arena, (struct str){ (const char *)digest, PROXY_SECRET_BYTES })));
}

bool media_key_fits(struct arena *arena, const struct instance *instance, struct str key, struct str secret,
                    uint64_t *ret_reader_id)
{
	struct str id = str_sub(key, 1, SIZE_MAX);

	*ret_reader_id = 0;
	if (hash_equal(key, secret))
		return true;
	return str_starts(key, STR("r")) && instance->media_key.n && str_to_u64(str_cut(&id, '.'), ret_reader_id) &&
	       *ret_reader_id && hash_equal(media_reader_key(arena, instance, secret, *ret_reader_id), key);
}

/* How long a prefix of these characters `text` has. */
static size_t span(struct str text, bool digits_only)
{
	size_t n = 0;

	while (n < text.n && ((text.p[n] >= '0' && text.p[n] <= '9') ||
	                      (!digits_only && ((text.p[n] >= 'a' && text.p[n] <= 'z') || text.p[n] == '-' ||
	                                        (text.p[n] >= 'A' && text.p[n] <= 'Z') || text.p[n] == '_'))))
		n++;
	return n;
}

/* Where behind "…/media/" its secret stands: after "7/" or "proxy/7/"; SIZE_MAX: it is another address. */
static size_t secret_at(struct str rest)
{
	static const struct str proxy = STR("proxy/");
	size_t skipped = str_starts(rest, proxy) ? proxy.n : 0, digits = span(str_sub(rest, skipped, SIZE_MAX), true);
	size_t at = skipped + digits;

	return digits && at < rest.n && rest.p[at] == '/' ? at + 1 : SIZE_MAX;
}

struct str media_for_reader(struct arena *arena, const struct instance *instance, struct str json, uint64_t reader_id)
{
	struct str place = arena_printf(arena, "%.*s/media/", STR_ARG(instance->url)), rest = json;
	size_t found = str_find(json, place);
	struct buf buf;

	if (found == SIZE_MAX || !instance->media_key.n)
		return json;
	buf_init(&buf, arena, 0);
	while ((found = str_find(rest, place)) != SIZE_MAX) {
		struct str behind = str_sub(rest, found + place.n, SIZE_MAX), secret;
		size_t at = secret_at(behind);

		buf_add(&buf, str_sub(rest, 0, found + place.n));
		rest = behind;
		if (at == SIZE_MAX)
			continue;
		secret = str_sub(behind, at, span(str_sub(behind, at, SIZE_MAX), false));
		buf_add(&buf, str_sub(behind, 0, at));
		buf_add(&buf, media_reader_key(arena, instance, secret, reader_id));
		rest = str_sub(behind, at + secret.n, SIZE_MAX);
	}
	buf_add(&buf, rest);
	return buf_str(&buf);
}

/* --- copies ----------------------------------------------------------------------------------------------------- */

int media_copy_get(struct arena *arena, struct view *view, struct str remote_url, struct media_record *ret_media)
{
	struct key key;
	uint64_t id;
	int r = record_id(view, SPACE_MEDIA_COPY, key_hash(&key, remote_url), &id);

	if (r == OK)
		r = media_get(arena, view, id, ret_media);
	return r == OK && !str_eq(ret_media->remote_url, remote_url) ? ERR_NOT_FOUND : r;
}

/* Whatever is loose for MEDIA_LOOSE_HOURS goes; copies are dated so that they stay as long as they should. */
int media_copy_put(struct arena *arena, struct txn *txn, struct media_record *media)
{
	struct media_record old;
	bool failed = media->state != MEDIA_STATE_READY;
	int64_t kept_ms = failed ? (int64_t)MEDIA_FAILURE_MINUTES * MINUTE_MS : (int64_t)MEDIA_COPY_DAYS * DAY_MS;
	int r = media_copy_get(arena, txn_view(txn), media->remote_url, &old);

	if (r == OK)
		r = media_delete(txn, old.id);
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	media->use = MEDIA_USE_CACHED;
	media->loose_ms = txn_now_ms(txn) + kept_ms - (int64_t)MEDIA_LOOSE_HOURS * HOUR_MS;
	return media_add(arena, txn, media);
}

static int copies_bytes(struct arena *arena, struct view *view, uint64_t *ret_bytes)
{
	struct prefix_walk walk;
	struct engine_item item;
	struct media_record media;
	int r;

	*ret_bytes = 0;
	prefix_walk_init(&walk, view, SPACE_MEDIA_COPY, STR_NONE, false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		arena_reset(arena);
		if (media_get(arena, view, key_read_u64(item.value, 0), &media) == OK)
			*ret_bytes += media.bytes;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

int media_copies_trim(struct arena *arena, struct txn *txn, uint64_t max_bytes, size_t max, bool *ret_more)
{
	struct arena *scratch = arena_new();
	struct prefix_walk walk;
	struct engine_item item;
	uint64_t bytes;
	int r = copies_bytes(scratch, txn_view(txn), &bytes);

	prefix_walk_init(&walk, txn_view(txn), SPACE_MEDIA_LOOSE, STR_NONE, false);
	for (; r == OK && bytes > max_bytes && max && prefix_next(&walk, &item) == OK;) {
		struct media_record media;

		r = media_get(arena, txn_view(txn), key_read_u64(item.key, LOOSE_ID), &media);
		if (r != OK || media.use != MEDIA_USE_CACHED)
			continue;
		bytes -= media.bytes < bytes ? media.bytes : bytes;
		max--;
		r = media_delete(txn, media.id);
	}
	*ret_more = bytes > max_bytes && !max;
	arena_free(scratch);
	return r;
}

struct str media_proxy_secret(struct arena *arena, const struct instance *instance, uint64_t shown_by, struct str url)
{
	struct str text = arena_printf(arena, "%llu %.*s", (unsigned long long)shown_by, STR_ARG(url));
	uint8_t digest[SHA256_BYTES];

	hash_hmac_sha256(instance->media_key, text, digest);
	return base64url_encode(arena, (struct str){ (const char *)digest, PROXY_SECRET_BYTES });
}

struct str media_proxy_url(struct arena *arena, const struct instance *instance, uint64_t shown_by, struct str url)
{
	if (!url.n || url.n > PROXY_URL_MAX || !instance->media_key.n || instance_owns(instance, url))
		return url;
	return arena_printf(arena, "%.*s/media/proxy/%llu/%.*s/%.*s", STR_ARG(instance->url), (unsigned long long)shown_by,
	                    STR_ARG(media_proxy_secret(arena, instance, shown_by, url)),
	                    STR_ARG(base64url_encode(arena, url)));
}

struct str media_proxy_still(struct arena *arena, struct str url, struct str shown)
{
	return str_eq(url, shown) ? url : arena_printf(arena, "%.*s/preview", STR_ARG(shown));
}

/* --- as others see it ------------------------------------------------------------------------------------------- */

const char *media_suffix(struct str type)
{
	static const struct { struct str type; const char *suffix; } suffixes[] = {
		{ { "image/jpeg", 10 }, ".jpg" }, { { "image/png", 9 }, ".png" }, { { "image/webp", 10 }, ".webp" },
		{ { "video/mp4", 9 }, ".mp4" }, { { "video/webm", 10 }, ".webm" }, { { "audio/mpeg", 10 }, ".mp3" },
		{ { "audio/ogg", 9 }, ".ogg" },
		{ { "video/ogg", 9 }, ".ogv" }, { { "audio/mp4", 9 }, ".m4a" }, { { "audio/webm", 10 }, ".weba" },
		 { { "application/pdf", 15 }, ".pdf" }, { { "text/plain", 10 }, ".txt" },
		{ { "text/csv", 8 }, ".csv" },
	};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
		if (str_eq(type, suffixes[i].type))
			return suffixes[i].suffix;
	return "";
}

static struct str url_of(struct arena *arena, const struct instance *instance, const struct media_record *media,
                         const char *name, struct str type)
{
	return arena_printf(arena, "%.*s/media/%llu/%.*s/%s%s", STR_ARG(instance->url), (unsigned long long)media->id,
	                    STR_ARG(media->secret), name, media_suffix(type));
}

struct str media_url(struct arena *arena, const struct instance *instance, const struct media_record *media)
{
	return url_of(arena, instance, media, "file", media->type);
}

struct str media_preview_url(struct arena *arena, const struct instance *instance, const struct media_record *media)
{
	return media->preview_blob.n ? url_of(arena, instance, media, "preview", media->preview_type) : STR_NONE;
}

static void w_millionths(struct json_writer *w, int64_t value)
{
	uint64_t size = (uint64_t)(value < 0 ? -value : value);

	json_w_raw(w, arena_printf(w->buf->arena, "%s%llu.%06llu", value < 0 ? "-" : "",
	                           (unsigned long long)(size / SCALE), (unsigned long long)(size % SCALE)));
}

static void w_size(struct json_writer *w, const char *key, uint64_t value)
{
	if (value)
		json_w_member_u64(w, key, value);
}

void media_w(struct json_writer *w, struct arena *arena, const struct instance *instance, const struct media_record *media)
{
	struct str preview = media_preview_url(arena, instance, media);

	json_w_object(w);
	json_w_member_id(w, "id", media->id);
	json_w_member_cstr(w, "type", "Document");
	json_w_member_str(w, "url", media_url(arena, instance, media));
	json_w_member_str(w, "mediaType", media->type);
	json_w_member_str(w, "name", media->description.n ? media->description : media->name);
	w_size(w, "width", media->width);
	w_size(w, "height", media->height);
	if (media->blurhash.n)
		json_w_member_str(w, "blurhash", media->blurhash);
	if (media->has_focus) {
		json_w_key(w, "focalPoint");
		json_w_array(w);
		w_millionths(w, media->focus_x);
		w_millionths(w, media->focus_y);
		json_w_array_end(w);
	}
	if (preview.n)
		json_w_member_str(w, "previewUrl", preview);
	w_size(w, "previewWidth", media->preview_width);
	w_size(w, "previewHeight", media->preview_height);
	w_size(w, "durationMs", media->duration_ms);
	if (media->rate.n)
		json_w_member_str(w, "rate", media->rate);
	w_size(w, "size", media->bytes);
	if (media->name.n)
		json_w_member_str(w, "fileName", media->name);
	json_w_object_end(w);
}
