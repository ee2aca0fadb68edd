/* storage/base/clock: the clock set by hand, ids that never step back, dates as the wire has them. */
#include <inttypes.h>
#include <time.h>

#include "storage/base/clock.h"
#include "tests/unit/tap.h"

static void set_clock(void)
{
	int64_t before = clock_monotonic_ms(), now = clock_now_ms();

	ok(now > INT64_C(1700000000000), "the clock shows the present");
	ok(clock_monotonic_ms() >= before, "the monotonic clock does not step back");
	clock_set_for_test(1000);
	ok(clock_now_ms() == 1000 && clock_monotonic_ms() == 1000, "both clocks can be set");
	clock_advance_for_test(500);
	ok(clock_now_ms() == 1500 && clock_monotonic_ms() == 1500, "both clocks can be moved");
	clock_set_for_test(0);
	ok(clock_now_ms() >= now, "and are real again afterwards");
	clock_advance_for_test(DAY_MS);
	ok(clock_now_ms() >= now + DAY_MS, "a clock that was not set moves from the present");
	clock_set_for_test(0);
}

static void lay_out_ids(void)
{
	struct id_source source = { .node = 1023 };
	int64_t now = INT64_C(1767225600000);
	uint64_t id = id_next(&source, now);

	is_int(id, now << 16 | 1023 << 6, "an id is milliseconds, node, sequence");
	is_int(id_to_ms(id), now, "an id knows its time");
	ok(id_of_ms(now) <= id && id < id_of_ms(now + 1), "an id lies between the bounds of its millisecond");
	is_int(id_of_ms(-5), 0, "before the epoch there are no ids");
	ok(id_of_ms(INT64_MAX) < UINT64_C(1) << 63, "ids stay below 2^63");
}

/* Hands out `count` ids, the clock as `step` says; true when they only grow. */
static bool all_grow(struct id_source *source, int64_t now_ms, int step, int count)
{
	uint64_t last = source->last;
	bool grow = true;

	for (int i = 0; i < count; i++, now_ms += step) {
		uint64_t id = id_next(source, now_ms);

		grow = grow && id > last && id == source->last && (id >> 6 & 1023) == source->node;
		last = id;
	}
	return grow;
}

static void make_ids(void)
{
	struct id_source source = { .node = 3 };
	int64_t now = INT64_C(1767225600000);

	ok(all_grow(&source, now, 0, 64), "64 ids fit into a millisecond");
	is_int(id_to_ms(source.last), now, "and bear its time");
	ok(all_grow(&source, now, 0, 1), "the 65th comes");
	is_int(id_to_ms(source.last), now + 1, "and borrows the next millisecond");
	ok(all_grow(&source, now - DAY_MS, -1, 1000), "ids grow while the clock runs backwards");
	ok(all_grow(&source, now, 1, 1000), "ids grow while the clock runs behind them");
	ok(all_grow(&source, now + DAY_MS, 1, 10), "ids follow the clock when it is ahead again");
	is_int(id_to_ms(source.last), now + DAY_MS + 9, "and bear its time again");
	source = (struct id_source){ .last = id_of_ms(now) | 900 << 6 | 5, .node = 3 };
	ok(all_grow(&source, now, 0, 100), "ids grow over those that a higher node left in the store");
	source = (struct id_source){ .last = id_of_ms(now) | 2 << 6 | 5, .node = 3 };
	ok(all_grow(&source, now, 0, 100), "ids grow over those that a lower node left in the store");
}

static struct str iso(int64_t ms)
{
	static char text[DATE_ISO_BYTES];

	date_iso(ms, text);
	return str_of(text);
}

static struct str iso_seconds(int64_t ms)
{
	static char text[DATE_ISO_BYTES];

	date_iso_seconds(ms, text);
	return str_of(text);
}

static struct str http(int64_t ms)
{
	static char text[DATE_HTTP_BYTES];

	date_http(ms, text);
	return str_of(text);
}

static void write_dates(void)
{
	is_str(iso(0), STR("1970-01-01T00:00:00.000Z"), "the epoch");
	is_str(iso(INT64_C(1767323045678)), STR("2026-01-02T03:04:05.678Z"), "a date of our days");
	is_str(iso_seconds(INT64_C(1767323045678)), STR("2026-01-02T03:04:05Z"), "the same without the fraction");
	is_str(iso(-1), STR("1969-12-31T23:59:59.999Z"), "a date before the epoch");
	is_str(iso(INT64_C(951827696789)), STR("2000-02-29T12:34:56.789Z"), "the leap day of a century");
	is_str(iso(INT64_C(4107542400000)), STR("2100-03-01T00:00:00.000Z"), "2100 is no leap year");
	is_str(iso(INT64_MAX), STR("9999-12-31T23:59:59.999Z"), "dates end with the year 9999");
	is_str(iso(INT64_MIN), STR("0000-01-01T00:00:00.000Z"), "dates begin with the year 0");
	is_str(http(INT64_C(784111777000)), STR("Sun, 06 Nov 1994 08:49:37 GMT"), "the example of RFC 9110");
	is_str(http(INT64_C(1795507200999)), STR("Tue, 24 Nov 2026 08:00:00 GMT"), "a date in a header");
	is_str(http(-1), STR("Wed, 31 Dec 1969 23:59:59 GMT"), "a header before the epoch");
}

/* A prime step walks over all months, days of the week and times of day. */
static void agree_with_libc(void)
{
	bool dates = true, headers = true, back = true;

	for (int64_t s = INT64_C(-62167219200); s <= INT64_C(253402300799); s += 10000019) {
		time_t seconds = (time_t)s;
		char wanted[64];
		struct tm tm;
		int64_t ms = 0;

		gmtime_r(&seconds, &tm);
		snprintf(wanted, sizeof(wanted), "%04d-%02d-%02dT%02d:%02d:%02dZ", tm.tm_year + 1900, tm.tm_mon + 1,
		         tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
		dates = dates && str_eq(iso_seconds(s * SECOND_MS), str_of(wanted));
		back = back && date_parse_iso(iso(s * SECOND_MS + 7), &ms) && ms == s * SECOND_MS + 7;
		strftime(wanted, sizeof(wanted), "%a, %d %b ", &tm);
		headers = headers && str_starts(http(s * SECOND_MS), str_of(wanted));
		back = back && date_parse_http(http(s * SECOND_MS), &ms) && ms == s * SECOND_MS;
	}
	ok(dates, "dates agree with the calendar of libc over 10,000 years");
	ok(headers, "and so do days of the week and months");
	ok(back, "dates come back from both forms");
}

static void read_dates(void)
{
	static const struct {
		struct str text;
		int64_t ms;
	} cases[] = {
		{ STR("2026-01-02T03:04:05Z"), 1767323045000 },
		{ STR("2026-01-02t03:04:05z"), 1767323045000 },
		{ STR("2026-01-02 03:04:05Z"), 1767323045000 },
		{ STR("2026-01-02T03:04:05.6Z"), 1767323045600 },
		{ STR("2026-01-02T03:04:05.678Z"), 1767323045678 },
		{ STR("2026-01-02T03:04:05.678999999999Z"), 1767323045678 },
		{ STR("2026-01-02T05:04:05+02:00"), 1767323045000 },
		{ STR("2026-01-01T21:34:05.500-05:30"), 1767323045500 },
		{ STR("2026-01-02T03:04:05-00:00"), 1767323045000 },
		{ STR("2026-01-02T03:04Z"), 1767323040000 },
		{ STR("2026-01-02"), 1767312000000 },
		{ STR("2016-12-31T23:59:60Z"), 1483228800000 },
		{ STR("2024-02-29"), 1709164800000 },
		{ STR("2000-02-29"), 951782400000 },
		{ STR("1970-01-01T00:00:00Z"), 0 },
		{ STR("1969-12-31T23:59:59.999Z"), -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = 42;

		ok(date_parse_iso(cases[i].text, &ms), "%.*s is a date", STR_ARG(cases[i].text));
		is_int(ms, cases[i].ms, "and means this time");
	}
}

static void refuse_dates(void)
{
	static const struct str bad[] = {
		STR(""), STR("2026"), STR("2026-01"), STR("2026-1-02"), STR("2026-13-01"), STR("2026-00-01"), STR("2026-01-00"),
		STR("2026-01-32"), STR("2026-04-31"), STR("2026-02-29"), STR("2100-02-29"), STR("2026-01-02T"),
		STR("2026-01-02T03:04:05"), STR("2026-01-02T24:00:00Z"), STR("2026-01-02T03:60:00Z"),
		STR("2026-01-02T03:04:61Z"), STR("2026-01-02T03:04:05.Z"), STR("2026-01-02T03:04:05,5Z"),
		STR("2026-01-02T03:04:05+0200"), STR("2026-01-02T03:04:05+24:00"), STR("2026-01-02T03:04:05+02:60"),
		STR("2026-01-02T03:04:05ZZ"), STR("2026-01-02T03:04:05Z "), STR(" 2026-01-02"), STR("2026-01-02Z"),
		STR("-026-01-02"), STR("+2026-01-02"), STR("2026-01-02T03:04:05\0"), STR("2026-01-02\00003:04:05Z"),
		STR("2026/01/02"), STR("20260102"), STR("tomorrow"),
	};
	int64_t ms = 42;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!date_parse_iso(bad[i], &ms) && ms == 42, "\"%.*s\" is no date", STR_ARG(bad[i]));
	ok(!date_parse_iso(STR_NONE, &ms) && ms == 42, "nothing is no date");
}

static void read_headers(void)
{
	static const struct str bad[] = {
		STR(""), STR("Sun, 06 Nov 1994 08:49:37"), STR("Sun, 6 Nov 1994 08:49:37 GMT"), STR("06 Nov 1994 08:49:37 GMT"),
		STR("Sunday, 06-Nov-94 08:49:37 GMT"), STR("Sun Nov  6 08:49:37 1994"), STR("Sun, 06 Nov 1994 08:49:37 UTC"),
		STR("Sun, 06 Nov 1994 08:49:37 GMT "), STR("Sun, 31 Feb 1994 08:49:37 GMT"), STR("Xyz, 06 Nov 1994 08:49:37 GMT"),
		STR("Sun, 06 Nox 1994 08:49:37 GMT"), STR("Sun, 06 Nov 1994 24:49:37 GMT"), STR("Sun, 06 Nov 1994 08:49:37 GMT\0"),
	};
	int64_t ms = 42;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!date_parse_http(bad[i], &ms) && ms == 42, "\"%.*s\" is no date of a header", STR_ARG(bad[i]));
	ok(date_parse_http(STR("Sun, 06 Nov 1994 08:49:37 GMT"), &ms), "an IMF-fixdate is read");
	is_int(ms, INT64_C(784111777000), "and means this time");
	ok(date_parse_http(STR("Mon, 06 Nov 1994 08:49:37 GMT"), &ms), "a wrong name of the day does no harm");
}

int main(void)
{
	set_clock();
	lay_out_ids();
	make_ids();
	write_dates();
	agree_with_libc();
	read_dates();
	refuse_dates();
	read_headers();
	return done();
}
