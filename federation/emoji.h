/*
 * What counts as the emoji of a reaction (FEP-c0e0): one grapheme that is a picture, or a custom one by its name. Pure.
 */
#ifndef FEDERATION_EMOJI_H
#define FEDERATION_EMOJI_H

#include <stdbool.h>

#include "storage/base/json.h"

struct arena;

/* One picture: a symbol with its modifiers, a joined sequence, a flag, a keycap. Never letters or markup. */
bool emoji_is_picture(struct str text);
/* A heart, which as a reaction is a favourite. */
bool emoji_is_heart(struct str text);
/* The emoji of a foreign EmojiReact, or of a Like that carries one (`content`, `_misskey_reaction`): a picture, or a
 * name without its colons, the picture's address then in *ret_url. false: there is none. */
bool emoji_parse(struct arena *arena, const json_t *document, struct str *ret_emoji, struct str *ret_url);

#endif
