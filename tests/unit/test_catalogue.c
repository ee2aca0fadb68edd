/* The texts of the pages: none is missing, both languages say the same things, French is set as French is. */
#include "node/web/catalogue.h"

#include "storage/scope.h"
#include "tests/unit/tap.h"

static const char *const names[TEXT_COUNT] = {
#define TEXT_NAME(name, fr, en) #name,
	TEXT_LIST(TEXT_NAME)
#undef TEXT_NAME
};

static size_t count_of(struct str text, struct str part)
{
	size_t count = 0, at;

	while ((at = str_find(text, part)) != SIZE_MAX) {
		count++;
		text = str_sub(text, at + part.n, SIZE_MAX);
	}
	return count;
}

static void test_complete(void)
{
	size_t faults = 0;

	for (int i = 0; i < TEXT_COUNT; i++) {
		struct str fr = text_in(LANGUAGE_FR, (enum text)i), en = text_in(LANGUAGE_EN, (enum text)i);

		if (fr.n && en.n && utf8_valid(fr) && utf8_valid(en) && count_of(fr, STR("{}")) == count_of(en, STR("{}")))
			continue;
		printf("# %s\n", names[i]);
		faults++;
	}
	is_int(faults, 0, "every text is there in both languages, with the same arguments");
}

static void test_french_typography(void)
{
	static const struct str bad[] = { STR(" ?"), STR(" !"), STR(" :"), STR(" ;"), STR("« "), STR(" »"), STR("'") };
	size_t faults = 0;

	for (int i = 0; i < TEXT_COUNT; i++)
		for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
			if (str_find(text_in(LANGUAGE_FR, (enum text)i), bad[k]) == SIZE_MAX)
				continue;
			printf("# %s\n", names[i]);
			faults++;
		}
	is_int(faults, 0, "French punctuation has spaces that do not break, and curved apostrophes");
}

static void test_counted(void)
{
	static const struct {
		enum language language;
		uint64_t count;
		struct str wanted;
	} cases[] = {
		{ LANGUAGE_FR, 0, STR("Abonné") }, { LANGUAGE_FR, 1, STR("Abonné") }, { LANGUAGE_FR, 2, STR("Abonnés") },
		{ LANGUAGE_EN, 0, STR("Followers") }, { LANGUAGE_EN, 1, STR("Follower") },
		{ LANGUAGE_EN, 2, STR("Followers") },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_str(text_in(cases[i].language, text_counted(cases[i].language, cases[i].count, TEXT_PROFILE_FOLLOWER,
		                                               TEXT_PROFILE_FOLLOWERS)),
		       cases[i].wanted, "a number has the form of its language");
}

static void test_languages(void)
{
	static const struct {
		struct str header;
		enum language wanted;
		const char *name;
	} cases[] = {
		{ STR("fr"), LANGUAGE_FR, "one language is taken" },
		{ STR("en-GB,en;q=0.9,fr;q=0.8"), LANGUAGE_EN, "of several, the heaviest" },
		{ STR("de, fr;q=0.5, en;q=0.7"), LANGUAGE_EN, "others do not count" },
		{ STR("FR-ca"), LANGUAGE_FR, "a region and the case do not matter" },
		{ STR("en;q=0, fr;q=0.001"), LANGUAGE_FR, "what is refused is not taken" },
		{ STR("de"), LANGUAGE_EN, "without one of ours it is the fallback" },
		{ STR(""), LANGUAGE_EN, "so it is without a header" },
		{ STR(";;q=,,=,q=9.99999,fr;q=zz"), LANGUAGE_EN, "and for nonsense" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(language_accepted(cases[i].header, LANGUAGE_EN), cases[i].wanted, cases[i].name);
}

int main(void)
{
	size_t nameless = 0;

	test_complete();
	test_french_typography();
	test_counted();
	test_languages();
	for (size_t i = 0; scope_name(i).p; i++)
		nameless += text_of_scope(scope_name(i)) == TEXT_COUNT;
	is_int(nameless, 0, "every scope is said in words");
	is_int(text_of_scope(STR("read:everything")), TEXT_COUNT, "an unknown scope is not");
	return done();
}
