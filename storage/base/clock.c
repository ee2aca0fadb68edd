/*
 * Time, dates on the wire, and time-ordered ids.
 *
 * Dates are computed by hand: strftime() and gmtime() go through the locale and a lock, and each answer needs
 * several. The calendar is the proleptic Gregorian one, years 0 to 9999. Any thread.
 */
#include "storage/base/clock.h"

#include <assert.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum {
	NODE_BITS = 10,
	SEQUENCE_BITS = 6,
	DAYS_TO_EPOCH = 719468,  /* from 1 March of year 0 */
	DAYS_OF_ERA = 146097,    /* of 400 years: the calendar repeats */
};

static const int64_t ID_MS_MAX = (INT64_C(1) << 47) - 1;
static const int64_t DATE_MS_MIN = INT64_C(-62167219200000);  /* 0000-01-01T00:00:00.000Z */
static const int64_t DATE_MS_MAX = INT64_C(253402300799999);  /* 9999-12-31T23:59:59.999Z */

static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char day_names[] = "SunMonTueWedThuFriSat";

static _Atomic int64_t test_ms;  /* 0: the real clocks */

static int64_t read_clock(clockid_t id)
{
	int64_t fixed = atomic_load_explicit(&test_ms, memory_order_relaxed);
	struct timespec now;

	if (fixed)
		return fixed;
	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void clock_set_for_test(int64_t ms)
{
	atomic_store(&test_ms, ms);
}

void clock_advance_for_test(int64_t ms)
{
	if (!atomic_load(&test_ms))
		clock_set_for_test(clock_now_ms());
	atomic_fetch_add(&test_ms, ms);
}

uint64_t id_of_ms(int64_t ms)
{
	if (ms < 0)
		ms = 0;
	if (ms > ID_MS_MAX)
		ms = ID_MS_MAX;
	return (uint64_t)ms << (NODE_BITS + SEQUENCE_BITS);
}

int64_t id_to_ms(uint64_t id)
{
	return (int64_t)(id >> (NODE_BITS + SEQUENCE_BITS));
}

/* When the clock has not moved on, the sequence does; when the sequence is used up, the next millisecond is borrowed. */
uint64_t id_next(struct id_source *source, int64_t now_ms)
{
	const uint64_t node = (uint64_t)(source->node & ((1 << NODE_BITS) - 1)) << SEQUENCE_BITS;
	const uint64_t sequence_mask = (1 << SEQUENCE_BITS) - 1;
	int64_t last_ms = id_to_ms(source->last);
	uint64_t id = id_of_ms(now_ms > last_ms ? now_ms : last_ms) | node;

	if (id <= source->last) {
		if ((source->last & ~sequence_mask) == id && (source->last & sequence_mask) < sequence_mask)
			id = source->last + 1;
		else
			id = id_of_ms(last_ms + 1) | node;
	}
	assert(id > source->last);
	source->last = id;
	return id;
}

struct date {
	int year, month, day;  /* month and day from 1 */
	int weekday;           /* 0: Sunday */
	int hour, minute, second, ms;
};

/*
 * The civil date of a day. Years are counted from March, so that the leap day is the last of its year and the
 * lengths of the months before it follow (153 m + 2) / 5.
 */
static void date_of_ms(int64_t ms, struct date *date)
{
	int64_t days;
	int in_day, era_year, year_day, shifted, era, era_day;

	ms = ms < DATE_MS_MIN ? DATE_MS_MIN : ms > DATE_MS_MAX ? DATE_MS_MAX : ms;
	days = ms / DAY_MS - (ms % DAY_MS < 0);
	in_day = (int)(ms - days * DAY_MS);
	date->weekday = (int)((days % 7 + 11) % 7);  /* 1970 began on a Thursday */
	days += DAYS_TO_EPOCH;
	era = (int)((days >= 0 ? days : days - DAYS_OF_ERA + 1) / DAYS_OF_ERA);
	era_day = (int)(days - (int64_t)era * DAYS_OF_ERA);
	era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
	year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
	shifted = (5 * year_day + 2) / 153;
	date->day = year_day - (153 * shifted + 2) / 5 + 1;
	date->month = shifted < 10 ? shifted + 3 : shifted - 9;
	date->year = era_year + era * 400 + (date->month <= 2);
	date->hour = in_day / HOUR_MS;
	date->minute = in_day / MINUTE_MS % 60;
	date->second = in_day / SECOND_MS % 60;
	date->ms = in_day % SECOND_MS;
}

/* The reverse, by the same count; the time of day is added as it is. */
static int64_t date_to_ms(const struct date *date)
{
	int year = date->year - (date->month <= 2);
	int era = (year >= 0 ? year : year - 399) / 400;
	int era_year = year - era * 400;
	int year_day = (153 * (date->month + (date->month > 2 ? -3 : 9)) + 2) / 5 + date->day - 1;
	int era_day = era_year * 365 + era_year / 4 - era_year / 100 + year_day;
	int64_t days = (int64_t)era * DAYS_OF_ERA + era_day - DAYS_TO_EPOCH;

	return days * DAY_MS + date->hour * (int64_t)HOUR_MS + date->minute * (int64_t)MINUTE_MS +
	       date->second * (int64_t)SECOND_MS + date->ms;
}

/* Writes `width` digits at p and returns what stands behind them. */
static char *put_digits(char *p, int value, int width)
{
	for (int i = width - 1; i >= 0; i--, value /= 10)
		p[i] = (char)('0' + value % 10);
	return p + width;
}

static char *put_pair(char *p, int value, char before)
{
	*p = before;
	return put_digits(p + 1, value, 2);
}

static char *put_iso(char *p, const struct date *date)
{
	p = put_digits(p, date->year, 4);
	p = put_pair(p, date->month, '-');
	p = put_pair(p, date->day, '-');
	p = put_pair(p, date->hour, 'T');
	p = put_pair(p, date->minute, ':');
	return put_pair(p, date->second, ':');
}

void date_iso(int64_t ms, char out[DATE_ISO_BYTES])
{
	struct date date;
	char *p;

	date_of_ms(ms, &date);
	p = put_iso(out, &date);
	*p++ = '.';
	p = put_digits(p, date.ms, 3);
	memcpy(p, "Z", 2);
}

void date_iso_seconds(int64_t ms, char out[DATE_ISO_BYTES])
{
	struct date date;

	date_of_ms(ms, &date);
	memcpy(put_iso(out, &date), "Z", 2);
}

void date_http(int64_t ms, char out[DATE_HTTP_BYTES])
{
	struct date date;
	char *p = out;

	date_of_ms(ms, &date);
	memcpy(p, day_names + 3 * date.weekday, 3);
	p[3] = ',';
	p = put_pair(p + 4, date.day, ' ');
	*p++ = ' ';
	memcpy(p, month_names + 3 * (date.month - 1), 3);
	p[3] = ' ';
	p = put_digits(p + 4, date.year, 4);
	p = put_pair(p, date.hour, ' ');
	p = put_pair(p, date.minute, ':');
	p = put_pair(p, date.second, ':');
	memcpy(p, " GMT", 5);
}

/* Takes exactly `width` digits off the front. */
static bool take_digits(struct str *text, size_t width, int *ret_value)
{
	uint64_t value;

	if (text->n < width || !str_to_u64(str_sub(*text, 0, width), &value))
		return false;
	*ret_value = (int)value;
	*text = str_sub(*text, width, SIZE_MAX);
	return true;
}

/* Takes one character off the front if it is one of `set`. */
static bool take_one_of(struct str *text, const char *set)
{
	if (text->n == 0 || text->p[0] == '\0' || !strchr(set, text->p[0]))
		return false;
	*text = str_sub(*text, 1, SIZE_MAX);
	return true;
}

/* Takes three letters off the front: the index of that name in a table of such names. */
static bool take_name(struct str *text, const char *names, int *ret_index)
{
	for (int i = 0; names[3 * i]; i++) {
		if (!str_starts(*text, (struct str){ names + 3 * i, 3 }))
			continue;
		*ret_index = i;
		*text = str_sub(*text, 3, SIZE_MAX);
		return true;
	}
	return false;
}

static bool take_time(struct str *text, struct date *date)
{
	return take_digits(text, 2, &date->hour) && take_one_of(text, ":") && take_digits(text, 2, &date->minute);
}

/* Decimals beyond the millisecond are dropped. */
static bool take_fraction(struct str *text, struct date *date)
{
	int scale = 100, digit;

	if (!take_one_of(text, "."))
		return true;
	if (!take_digits(text, 1, &digit))
		return false;
	do {
		date->ms += digit * scale;
		scale /= 10;
	} while (take_digits(text, 1, &digit));
	return true;
}

static bool take_offset(struct str *text, int64_t *ret_ms)
{
	struct date offset = { 0 };
	bool west = text->n && text->p[0] == '-';

	*ret_ms = 0;
	if (take_one_of(text, "Zz"))
		return true;
	if (!take_one_of(text, "+-") || !take_time(text, &offset) || offset.hour > 23 || offset.minute > 59)
		return false;
	*ret_ms = (offset.hour * (int64_t)HOUR_MS + offset.minute * (int64_t)MINUTE_MS) * (west ? -1 : 1);
	return true;
}

/* Every field in its range; second 60 is a leap second and reads as the start of the next minute. */
static bool date_exists(const struct date *date)
{
	static const unsigned char month_days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);

	return date->month >= 1 && date->month <= 12 && date->day >= 1 &&
	       date->day <= month_days[date->month - 1] + (leap && date->month == 2) &&
	       date->hour <= 23 && date->minute <= 59 && date->second <= 60;
}

/* Seconds may be missing: ActivityStreams 2.0 core, section 2.3, widens RFC 3339 by that. */
bool date_parse_iso(struct str text, int64_t *ret_ms)
{
	struct date date = { 0 };
	int64_t offset_ms = 0;

	if (!take_digits(&text, 4, &date.year) || !take_one_of(&text, "-") || !take_digits(&text, 2, &date.month) ||
	    !take_one_of(&text, "-") || !take_digits(&text, 2, &date.day))
		return false;
	if (text.n > 0) {
		if (!take_one_of(&text, "Tt ") || !take_time(&text, &date))
			return false;
		if (take_one_of(&text, ":") && !(take_digits(&text, 2, &date.second) && take_fraction(&text, &date)))
			return false;
		if (!take_offset(&text, &offset_ms))
			return false;
	}
	if (text.n > 0 || !date_exists(&date))
		return false;
	*ret_ms = date_to_ms(&date) - offset_ms;
	return true;
}

/* The name of the day is redundant: it must be one, but a wrong one does no harm. */
bool date_parse_http(struct str text, int64_t *ret_ms)
{
	struct date date = { 0 };

	if (!take_name(&text, day_names, &date.weekday) || !take_one_of(&text, ",") || !take_one_of(&text, " ") ||
	    !take_digits(&text, 2, &date.day) || !take_one_of(&text, " ") ||
	    !take_name(&text, month_names, &date.month) || !take_one_of(&text, " ") ||
	    !take_digits(&text, 4, &date.year) || !take_one_of(&text, " ") || !take_time(&text, &date) ||
	    !take_one_of(&text, ":") || !take_digits(&text, 2, &date.second) || !str_eq(text, STR(" GMT")))
		return false;
	date.month++;
	if (!date_exists(&date))
		return false;
	*ret_ms = date_to_ms(&date);
	return true;
}
