/*
 * Attachments of foreign posts, in the shapes that peers write: an address, a Link, an array of Links; the media type
 * and the size beside the address or on the Link. Any thread.
 */
#include "federation/attachment.h"

#include "federation/duration.h"
#include "federation/property.h"
#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/model.h"

enum {
	ADDRESSES_MAX = 50,        /* looked at for one attachment */
	NAME_CHARS_MAX = 1500,
	WORD_BYTES_MAX = 300,      /* a media type, a blurhash */
};

struct media {
	const char *type;
	struct str url, media_type;
	const json_t *link;        /* of the url, when it is an object */
	uint64_t duration_ms;      /* 0: it has none, or does not say */
};

/* As we keep it, or as peers read it. */
enum form { FORM_KEPT, FORM_SENT };

static const char *const media_types[] = { "Image", "Video", "Audio", "Document" };

static bool is_media_type(struct str media_type)
{
	return str_starts(media_type, STR("image/")) || str_starts(media_type, STR("video/")) ||
	       str_starts(media_type, STR("audio/"));
}

/* A Link is as good as what it leads to; something unknown is a file when it says of which kind. */
static const char *type_of(const json_t *value, struct str media_type)
{
	for (size_t i = 0; i < sizeof(media_types) / sizeof *media_types; i++)
		if (property_is_a(value, media_types[i]))
			return media_types[i];
	if (property_is_a(value, "Link") && !is_media_type(media_type))
		return NULL;
	return media_type.n ? "Document" : NULL;
}

/* The first address that we can use; *ret_link is its Link, NULL when it stands alone. */
static struct str first_address(struct arena *arena, const json_t *addresses, const json_t **ret_link)
{
	struct url url;

	for (size_t i = 0; i < json_count(addresses) && i < ADDRESSES_MAX; i++) {
		const json_t *address = json_at(addresses, i);
		struct str uri = json_is_object(address) ? json_member_str(address, "href") : STR_NONE;

		if (!uri.n)
			uri = property_uri(address);
		if (url_parse(arena, uri, &url))
			continue;
		*ret_link = json_is_object(address) ? address : NULL;
		return uri;
	}
	return STR_NONE;
}

static uint64_t read_duration(const json_t *value)
{
	uint64_t ms;

	if (!duration_parse(property_text(json_member(value, "duration")), &ms))
		ms = json_member_u64(value, "durationMs", 0);  /* as we keep it */
	return ms <= UINT32_MAX ? ms : 0;
}

static bool read_media(struct arena *arena, const json_t *value, struct media *media)
{
	const json_t *addresses = json_member(value, "url");

	*media = (struct media){ .type = NULL };
	if (!json_count(addresses))
		addresses = json_member(value, "href");
	media->url = first_address(arena, addresses, &media->link);
	media->media_type = property_text(json_member(value, "mediaType"));
	if (!media->media_type.n)
		media->media_type = property_text(json_member(media->link, "mediaType"));
	media->type = type_of(value, media->media_type);
	media->duration_ms = read_duration(value);
	return media->url.n && media->type;
}

static uint64_t side_of(const json_t *value, const struct media *media, const char *key)
{
	return json_member_u64(value, key, json_member_u64(media->link, key, 0));
}

/* Where one looks first: two numbers from -1 to 1. */
static void w_focal_point(struct json_writer *w, const json_t *value)
{
	const json_t *point = json_member(value, "focalPoint");

	if (json_count(point) != 2)
		return;
	for (size_t i = 0; i < 2; i++)
		if (!json_is_number(json_at(point, i)) || !(json_number_value(json_at(point, i)) >= -1) ||
		    !(json_number_value(json_at(point, i)) <= 1))
			return;
	json_w_member_raw(w, "focalPoint", json_render(w->buf->arena, point));
}

static void w_member_if(struct json_writer *w, const char *key, uint64_t value)
{
	if (value)
		json_w_member_u64(w, key, value);
}

static void w_media(struct json_writer *w, const json_t *value, const struct media *media, enum form form)
{
	struct str blurhash = str_sub(property_text(json_member(value, "blurhash")), 0, WORD_BYTES_MAX);

	json_w_object(w);
	json_w_member_cstr(w, "type", media->type);
	json_w_member_str(w, "url", media->url);
	json_w_member_str(w, "mediaType", str_sub(media->media_type, 0, WORD_BYTES_MAX));
	json_w_member_str(w, "name", utf8_prefix(property_text(json_member(value, "name")), NAME_CHARS_MAX));
	w_member_if(w, "width", side_of(value, media, "width"));
	w_member_if(w, "height", side_of(value, media, "height"));
	if (blurhash.n)
		json_w_member_str(w, "blurhash", blurhash);
	w_focal_point(w, value);
	if (form == FORM_KEPT)
		w_member_if(w, "durationMs", media->duration_ms);
	else if (media->duration_ms)
		json_w_member_str(w, "duration", duration_render(w->buf->arena, media->duration_ms));
	json_w_object_end(w);
}

/* The file that an Image, Video, Audio or Document is itself: the first Link of its url to such a file. Its name is
 * the title of the post and stands there. */
static bool w_itself(struct json_writer *w, struct arena *arena, const json_t *document)
{
	const json_t *addresses = json_member(document, "url");
	struct media media = { .type = type_of(document, STR_NONE), .duration_ms = read_duration(document) };

	for (size_t i = 0; media.type && i < json_count(addresses) && i < ADDRESSES_MAX; i++) {
		const json_t *link = json_at(addresses, i);

		media.media_type = property_text(json_member(link, "mediaType"));
		if (!is_media_type(media.media_type))
			continue;
		media.url = first_address(arena, link, &media.link);
		if (!media.url.n)
			continue;
		w_media(w, NULL, &media, FORM_KEPT);
		return true;
	}
	return false;
}

struct str attachment_media(struct arena *arena, const json_t *document)
{
	const json_t *attachments = json_member(document, "attachment");
	struct json_writer w;
	struct media media;
	struct buf buf;
	size_t count = 0;

	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_array(&w);
	for (size_t i = 0; i < json_count(attachments) && count < ATTACHMENTS_MAX; i++) {
		if (!read_media(arena, json_at(attachments, i), &media))
			continue;
		w_media(&w, json_at(attachments, i), &media, FORM_KEPT);
		count++;
	}
	if (!count && w_itself(&w, arena, document))
		count++;
	json_w_array_end(&w);
	return count ? buf_str(&buf) : STR_NONE;
}

/* By media type, or by the object's where that says nothing. */
static uint8_t kind_of(const json_t *attachment)
{
	static const struct { const char *media, *type; uint8_t kind; } kinds[] = {
		{ "image/", "Image", MEDIA_IMAGE }, { "video/", "Video", MEDIA_VIDEO }, { "audio/", "Audio", MEDIA_AUDIO },
	};
	struct str media = json_member_str(attachment, "mediaType"), type = json_member_str(attachment, "type");

	for (size_t i = 0; i < sizeof(kinds) / sizeof *kinds; i++)
		if (media.n ? str_starts(media, str_of(kinds[i].media)) : str_eq(type, str_of(kinds[i].type)))
			return kinds[i].kind;
	return MEDIA_OTHER;
}

/* What was kept reads like what was received. `max` 0: all; `kinds` 0: of every kind. */
static struct str rewrite(struct arena *arena, struct str attachments_json, uint64_t max, uint8_t kinds, enum form form)
{
	json_t *list = NULL;
	struct json_writer w;
	struct media media;
	struct buf buf;
	uint64_t count = 0;

	if (!attachments_json.n || json_parse(arena, attachments_json, &list))
		return attachments_json;
	buf_init(&buf, arena, 0);
	json_writer_init(&w, &buf);
	json_w_array(&w);
	for (size_t i = 0; i < json_count(list) && (!max || count < max); i++) {
		const json_t *attachment = json_at(list, i);

		if ((kinds && !(kinds & kind_of(attachment))) || !read_media(arena, attachment, &media))
			continue;
		w_media(&w, attachment, &media, form);
		count++;
	}
	json_w_array_end(&w);
	return count ? buf_str(&buf) : STR_NONE;
}

struct str attachment_keep(struct arena *arena, struct str attachments_json, uint64_t max, uint8_t kinds)
{
	return max || kinds ? rewrite(arena, attachments_json, max, kinds, FORM_KEPT) : attachments_json;
}

struct str attachment_publish(struct arena *arena, struct str attachments_json)
{
	return rewrite(arena, attachments_json, ATTACHMENTS_MAX, 0, FORM_SENT);
}

struct str attachment_links(struct arena *arena, const json_t *document)
{
	const json_t *attachments = json_member(document, "attachment");
	struct media media;
	struct buf buf;
	size_t count = 0;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < json_count(attachments) && count < ATTACHMENTS_MAX; i++) {
		const json_t *value = json_at(attachments, i);

		if (!property_is_a(value, "Link") || read_media(arena, value, &media) || !media.url.n)
			continue;
		buf_add(&buf, STR("<p><a href=\""));
		buf_add_html(&buf, media.url);
		buf_add(&buf, STR("\">"));
		buf_add_html(&buf, media.url);
		buf_add(&buf, STR("</a></p>"));
		count++;
	}
	return buf_str(&buf);
}
