/*
 * The room for what waits to be fetched. Whose it is mostly is judged by the jobs that are due next: what is answered
 * is soon gone from there, what is not comes back.
 */
#include "federation/waiting.h"

#include "federation/url.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/keys.h"
#include "storage/model.h"

enum { LOOKED_AT = 200 };

static bool goes_to(struct arena *arena, struct str value, struct str uri)
{
	struct job job;
	size_t space;

	if (codec_decode(arena, &job_type, value, &job) != OK)
		return false;
	space = str_find_char(job.argument, ' ');
	if (space != SIZE_MAX)
		job.argument = str_sub(job.argument, space + 1, SIZE_MAX);
	return url_same_origin(arena, job.argument, uri);
}

static bool goes_there_mostly(struct view *view, struct str uri)
{
	struct arena *arena = arena_new();
	size_t looked = 0, there = 0;
	struct prefix_walk walk;
	struct engine_item item;

	prefix_walk_init(&walk, view, SPACE_JOB, STR_NONE, false);
	for (; looked < LOOKED_AT && prefix_next(&walk, &item) == OK; looked++) {
		arena_reset(arena);
		there += goes_to(arena, item.value, uri);
	}
	arena_free(arena);
	return 2 * there > looked;
}

bool waiting_has_room(struct view *view, struct str uri)
{
	uint64_t jobs;

	if (view_count(view, SPACE_JOB, &jobs) != OK || jobs >= WAITING_MAX)
		return false;
	return jobs < WAITING_MAX / 2 || !goes_there_mostly(view, uri);
}
