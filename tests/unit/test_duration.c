#include "federation/duration.h"

#include "storage/base/arena.h"
#include "tests/unit/tap.h"

static uint64_t ms_of(const char *text)
{
	uint64_t ms = 0;

	return duration_parse(str_of(text), &ms) ? ms : UINT64_MAX;
}

int main(void)
{
	static const char *const none[] = {
		"", "P", "T", "PT", "P1DT", "PT5", "5S", "-PT5S", "PT-5S", "PT.5S", "PT5.S", "PT1.5M", "P1Y", "P1M", "P5S", "PT1D",
		"PT5S1M", "PT1M1M", "PT5Sx", "P100D", "PT8640000S", "PT99999999999S", "PT1e3S", "P T5S", "PTT5S", "pt5s",
		"PT1.1234567890S", "PT9999999999999999999999S",
	};
	struct arena *arena = arena_new();

	is_int((long long)ms_of("PT2S"), 2000, "seconds are read");
	is_int((long long)ms_of("PT2.04S"), 2040, "and parts of them");
	is_int((long long)ms_of("PT0.0009S"), 0, "what is finer than a thousandth is left out");
	is_int((long long)ms_of("PT1H2M3.5S"), 3723500, "hours and minutes count");
	is_int((long long)ms_of("P1DT1S"), 86401000, "and days");
	is_int((long long)ms_of("P2D"), 172800000, "alone too");
	is_int((long long)ms_of("PT90M"), 5400000, "a unit may hold more than the next larger one");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		ok(ms_of(none[i]) == UINT64_MAX, "'%s' is none", none[i]);
	is_str(duration_render(arena, 3723500), STR("PT3723.500S"), "a duration is written in seconds");
	is_int((long long)ms_of("PT3723.500S"), 3723500, "and read again");
	arena_free(arena);
	return done();
}
