/*
 * The texts as one table, and which language a reader wants. Pure; any thread.
 */
#include "node/web/catalogue.h"

#include "storage/model.h"

#include "storage/scope.h"

static const struct str texts[TEXT_COUNT][LANGUAGE_COUNT] = {
#define TEXT_ROW(name, fr, en) [TEXT_##name] = { STR(fr), STR(en) },
	TEXT_LIST(TEXT_ROW)
#undef TEXT_ROW
};

static const char *const codes[LANGUAGE_COUNT] = { [LANGUAGE_FR] = "fr", [LANGUAGE_EN] = "en" };

struct str text_in(enum language language, enum text text)
{
	return texts[text][language];
}

enum text text_counted(enum language language, uint64_t count, enum text one, enum text many)
{
	return count == 1 || (count == 0 && language == LANGUAGE_FR) ? one : many;
}

const char *language_code(enum language language)
{
	return codes[language];
}

bool language_parse(struct str tag, enum language *ret_language)
{
	struct str primary = str_cut(&tag, '-');

	for (int i = 0; i < LANGUAGE_COUNT; i++) {
		if (!str_eq_nocase(primary, str_of(codes[i])))
			continue;
		*ret_language = (enum language)i;
		return true;
	}
	return false;
}

/* Thousandths of a weight parameter: "q=0.8" is 800; 1000 when there is none. */
static unsigned weight_of(struct str parameters)
{
	struct str value = str_trim(parameters);
	unsigned weight;

	if (!str_starts(value, STR("q=")))
		return 1000;
	value = str_sub(value, 2, SIZE_MAX);
	weight = value.n && value.p[0] == '1' ? 1000 : 0;
	for (size_t i = 2, unit = 100; i < value.n && i < 5; i++, unit /= 10)
		if (value.p[i] >= '0' && value.p[i] <= '9')
			weight += (unsigned)(value.p[i] - '0') * (unsigned)unit;
	return weight > 1000 ? 1000 : weight;
}

enum language language_accepted(struct str header, enum language fallback)
{
	enum language best = fallback, language;
	unsigned best_weight = 0;

	while (header.p) {
		struct str parameters = str_cut(&header, ','), tag = str_trim(str_cut(&parameters, ';'));
		unsigned weight = weight_of(parameters);

		if (weight > best_weight && language_parse(tag, &language)) {
			best = language;
			best_weight = weight;
		}
	}
	return best;
}

enum text text_of_scope(struct str name)
{
	static const struct {
		struct str name;
		enum text text;
	} rows[] = {
		{ STR("read"), TEXT_SCOPE_READ }, { STR("write"), TEXT_SCOPE_WRITE }, { STR("follow"), TEXT_SCOPE_FOLLOW },
		{ STR("admin:read"), TEXT_SCOPE_ADMIN_READ }, { STR("admin:write"), TEXT_SCOPE_ADMIN_WRITE },
		/* A scope without a text does not compile. */
#define SCOPE_ROW(scope, scope_text) { STR(scope_text), TEXT_SCOPE_##scope },
		SCOPE_LIST(SCOPE_ROW)
#undef SCOPE_ROW
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (str_eq(name, rows[i].name))
			return rows[i].text;
	return TEXT_COUNT;
}

enum text text_of_role(uint8_t role)
{
	switch (role) {
	case ROLE_MODERATOR:
		return TEXT_ROLE_MODERATOR;
	case ROLE_PEOPLE_MANAGER:
		return TEXT_ROLE_PEOPLE_MANAGER;
	case ROLE_DATA_PROTECTION_OFFICER:
		return TEXT_ROLE_DATA_PROTECTION_OFFICER;
	case ROLE_ADMIN:
		return TEXT_ROLE_ADMIN;
	default:
		return TEXT_ROLE_MEMBER;
	}
}
