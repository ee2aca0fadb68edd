/*
 * Fuzzes storage/codec: the first byte chooses the record type, the rest is decoded. Whatever decodes must
 * encode to bytes that decode to the same record, and encode again to the same bytes.
 */
#include <stdlib.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct record_type *const types[] = {
		&account_type,    &account_stats_type,   &user_type,   &post_type,
		&post_stats_type, &post_edit_type,       &follow_type, &favourite_type,
		&notice_type,     &conversation_type,    &app_type,    &token_type,
		&grant_type,      &session_type,         &peer_type,   &lane_type,
		&delivery_type,   &activity_record_type, &job_type,
	};
	const struct record_type *type;
	struct str first, second;
	struct arena *arena;
	void *record;

	if (size < 1)
		return 0;
	arena = arena_new();
	type = types[data[0] % (sizeof(types) / sizeof(types[0]))];
	record = arena_alloc(arena, type->size);
	if (codec_decode(arena, type, (struct str){ (const char *)data + 1, size - 1 }, record) == OK) {
		first = codec_encode(arena, type, record);
		if (codec_decode(arena, type, first, record) != OK)
			abort();
		second = codec_encode(arena, type, record);
		if (!str_eq(first, second))
			abort();
	}
	arena_free(arena);
	return 0;
}
