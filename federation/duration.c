/*
 * xsd:duration of days, hours, minutes and seconds; years and months have no length.
 */
#include "federation/duration.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"

enum { DAYS_MAX = 100, DIGITS_MAX = 9, THOUSANDTHS = 3 };

static const struct { char letter; bool of_day; int64_t ms; } units[] = {
	{ 'D', false, DAY_MS }, { 'H', true, HOUR_MS }, { 'M', true, 60 * SECOND_MS }, { 'S', true, SECOND_MS },
};

/* The digits that `text` begins with, which are cut off; false: there are none, or too many. */
static bool cut_digits(struct str *text, struct str *ret_digits)
{
	size_t n = 0;

	while (n < text->n && text->p[n] >= '0' && text->p[n] <= '9')
		n++;
	*ret_digits = str_sub(*text, 0, n);
	*text = str_sub(*text, n, SIZE_MAX);
	return n > 0 && n <= DIGITS_MAX;
}

/* ".5" behind seconds, in milliseconds; what is finer is left out. */
static bool cut_fraction(struct str *text, uint64_t *ms)
{
	struct str digits;

	if (!str_starts(*text, STR(".")))
		return true;
	*text = str_sub(*text, 1, SIZE_MAX);
	if (!cut_digits(text, &digits) || !str_starts(*text, STR("S")))
		return false;
	for (size_t i = 0, unit = 100; i < THOUSANDTHS; i++, unit /= 10)
		*ms += i < digits.n ? (uint64_t)(digits.p[i] - '0') * unit : 0;
	return true;
}

bool duration_parse(struct str text, uint64_t *ret_ms)
{
	struct str rest = str_sub(text, 1, SIZE_MAX), digits;
	uint64_t sum = 0, count;
	bool in_day = false;
	size_t unit = 0;

	if (!str_starts(text, STR("P")) || !rest.n || str_ends(text, STR("T")))
		return false;
	while (rest.n) {
		if (!in_day && str_starts(rest, STR("T"))) {
			in_day = true;
			rest = str_sub(rest, 1, SIZE_MAX);
		}
		if (!cut_digits(&rest, &digits) || !str_to_u64(digits, &count) || !cut_fraction(&rest, &sum) || !rest.n)
			return false;
		while (unit < sizeof(units) / sizeof(units[0]) &&
		       (units[unit].letter != rest.p[0] || units[unit].of_day != in_day))
			unit++;
		if (unit == sizeof(units) / sizeof(units[0]))
			return false;
		sum += count * (uint64_t)units[unit++].ms;
		rest = str_sub(rest, 1, SIZE_MAX);
		if (sum >= (uint64_t)DAYS_MAX * DAY_MS)
			return false;
	}
	*ret_ms = sum;
	return true;
}

struct str duration_render(struct arena *arena, uint64_t ms)
{
	return arena_printf(arena, "PT%llu.%03lluS", (unsigned long long)(ms / SECOND_MS),
	                    (unsigned long long)(ms % SECOND_MS));
}
