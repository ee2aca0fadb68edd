/*
 * Custom emojis of this node: a shortcode, between colons in what people write, stands for a small picture.
 *
 * The picture is a media record without an owner (MEDIA_USE_EMOJI, the shortcode its name), read at an address that stays the same as long as the
 * emoji does. Emojis are for all who read what our people write: their pictures are public. No finished JSON holds them:
 * which ones a text names is looked up when it is shown, so that one that is added, hidden or removed counts at once, in
 * old texts too.
 */
#ifndef STORAGE_EMOJIS_H
#define STORAGE_EMOJIS_H

#include "storage/base/json.h"
#include "storage/engine/store.h"
#include "storage/instance.h"
#include "storage/model.h"

struct arena;

enum {
	EMOJIS_KEPT_MAX = 2000,
	EMOJIS_NAMED_MAX = 50,                                 /* of one text are shown */
	EMOJI_SHORTCODE_MIN = 2, EMOJI_SHORTCODE_MAX = 64,     /* bytes */
	EMOJI_CATEGORY_MAX = 64,                               /* characters */
	EMOJI_BYTES_MAX = 256 * 1024,                          /* of a picture as it is given */
};

/* Letters, digits and _ of ASCII. Their case counts. */
bool emojis_is_shortcode(struct str text);

int emojis_get(struct arena *arena, struct view *view, struct str shortcode, struct emoji *ret_emoji);
/* With its picture, whose record is made; fills in emoji->media_id. ERR_EXISTS; ERR_LIMIT: there are EMOJIS_KEPT_MAX. */
int emojis_add(struct arena *arena, struct txn *txn, struct emoji *emoji, struct media_record *picture);
/* With its picture. ERR_NOT_FOUND. */
int emojis_remove(struct txn *txn, struct str shortcode);
/* A disabled one is kept, and is text wherever it is named. ERR_NOT_FOUND. */
int emojis_disable(struct txn *txn, struct str shortcode, bool disabled);

/* An emoji and where its picture is read, moving and still. */
struct emoji_shown {
	struct emoji emoji;
	struct str url, static_url;
	struct str type;              /* media type of what is at url */
};

/* Is there one? Nobody need look at texts where there is none. */
bool emojis_any(struct view *view);
/* All of them by shortcode, the disabled ones too. */
int emojis_list(struct arena *arena, struct view *view, struct emoji_shown **ret_list, size_t *ret_count);
/* One that is not disabled. ERR_NOT_FOUND. */
int emojis_show(struct arena *arena, struct view *view, struct str shortcode, struct emoji_shown *ret_shown);
/* Those that are named in one of the texts, plain, HTML or JSON, as ":shortcode:"; each once, at most EMOJIS_NAMED_MAX. */
size_t emojis_named(struct arena *arena, struct view *view, const struct str *texts, size_t text_count,
                    struct emoji_shown **ret_list);

/* The client API's CustomEmoji; an array of those named in the texts. */
void emojis_w(struct json_writer *w, const struct emoji_shown *shown);
void emojis_w_named(struct json_writer *w, struct view *view, const struct str *texts, size_t text_count);

#endif
