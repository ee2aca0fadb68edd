/*
 * Figures of the node for those who look after it: how much of what there was on each day, and who stayed.
 *
 * Counted when asked, from what the node holds: there is no journal of visits, so somebody was active on a day on which
 * he posted, boosted or favoured, and on the day of his last sign-in. A count looks at STATISTICS_LOOKS things at most,
 * and says when that was not all. Reads only; a long one takes tenths of a second, so it is no work for HTTP threads.
 */
#ifndef STORAGE_STATISTICS_H
#define STORAGE_STATISTICS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { STATISTICS_LOOKS = 200000 };

/* Whole days (UTC) from a midnight on. */
struct span {
	int64_t from_ms;
	size_t days;
};

enum measure {
	MEASURE_ACTIVE_USERS, MEASURE_NEW_USERS, MEASURE_INTERACTIONS, MEASURE_OPENED_REPORTS, MEASURE_RESOLVED_REPORTS,
	MEASURE_TAG_ACCOUNTS, MEASURE_TAG_USES, MEASURE_TAG_SERVERS,
	MEASURE_INSTANCE_ACCOUNTS, MEASURE_INSTANCE_MEDIA, MEASURE_INSTANCE_REPORTS, MEASURE_INSTANCE_STATUSES,
	MEASURE_INSTANCE_FOLLOWS, MEASURE_INSTANCE_FOLLOWERS,
	MEASURE_LOCAL_STATUSES,      /* posts and boosts of people of ours */
	MEASURE_MEDIA,               /* bytes of all files and copies */
	MEASURE_COUNT,
};

struct measured {
	uint64_t total;              /* of the span; of a domain and of files: of all time. Somebody counts once in it */
	uint64_t *days;              /* span.days of them */
	bool partial;                /* there was more than could be looked at */
};

/* `subject` is a folded tag or a domain (HOST[:PORT], small letters), where the measure is of one. */
int statistics_measure(struct arena *arena, struct view *view, enum measure measure, struct str subject,
                       const struct span *span, struct measured *ret_measured);
/* Is its total of all time? */
bool measure_is_of_all_time(enum measure measure);

/* Those of `count` buckets that began at starts_ms[i] (and end where the next one begins, the last at end_ms): how many people
 * of ours came in bucket i (kept[i * count + i] of them), and how many of those were last seen in bucket j or later
 * (kept[i * count + j], j >= i). */
int statistics_retention(struct arena *arena, struct view *view, const int64_t *starts_ms, size_t count, int64_t end_ms,
                         uint64_t *kept);

/* A walk over marks, as the counts are made of; for storage/dimensions.c. */
struct mark {
	uint64_t who;                /* what is to count once a day */
	uint64_t weight;
	size_t day;                  /* of the span; SIZE_MAX: outside of it */
};

struct marks {
	struct arena *arena;
	struct view *view;
	const struct span *span;
	struct mark *marks;
	size_t count, room;
	size_t looks;                /* left */
	bool whole;                  /* what lies outside of the span is marked, too */
	bool partial;
};

void marks_init(struct marks *marks, struct arena *arena, struct view *view, const struct span *span);
/* One more thing that was looked at; false: no more may be. */
bool marks_look(struct marks *marks);
void marks_add(struct marks *marks, int64_t at_ms, uint64_t who, uint64_t weight);
/* A mark by account for each public post of the span that bears a tag. */
int marks_of_tag(struct marks *marks, struct str tag);
/* The accounts of a domain that are known here, by id. */
int marks_of_domain(struct marks *marks, struct str domain, struct id_list *ret_ids);
/* Calls `each` for the ids of what an account posted within the span (of all time with marks->whole), newest first. */
int marks_each_post(struct marks *marks, uint64_t account_id, void (*each)(struct marks *marks, uint64_t account_id,
                                                                          uint64_t post_id, uint8_t flags));
/* Sorts by day and by who. */
void marks_sort(struct marks *marks);

#endif
