/*
 * Bounds of what people write about themselves; the instance documents tell clients. The bound of a post is a setting
 * (node/config.h limits.post_characters). In code points unless it says otherwise.
 */
#ifndef NODE_API_LIMITS_H
#define NODE_API_LIMITS_H

enum {
	LIMIT_DISPLAY_NAME_CHARACTERS = 100,
	LIMIT_NOTE_CHARACTERS = 2000,
	LIMIT_FIELDS = 8,
	LIMIT_FIELD_CHARACTERS = 255,
	LIMIT_URL_CHARACTERS = 23,       /* what an address of any length counts in a post */
	LIMIT_LANGUAGE_BYTES = 35,       /* RFC 5646 section 4.4.1 */
	LIMIT_POLL_OPTIONS = 10,
	LIMIT_POLL_OPTION_CHARACTERS = 200,
	LIMIT_POLL_SECONDS_LOW = 300,
	LIMIT_POLL_SECONDS_HIGH = 2629746,   /* a month, as clients offer it */
	LIMIT_IMAGE_PIXELS = 50 * 1000 * 1000,  /* as node/media-worker/picture.h has it */
	LIMIT_FRAME_RATE = 120,          /* told to clients, which make films smaller; nobody counts */
	LIMIT_IDEMPOTENCY_KEY_BYTES = 255,
	LIMIT_FEATURED_TAGS = 10,
	LIMIT_ATTRIBUTION_DOMAINS = 100,
};

#endif
