/*
 * The words by which browsers and systems give themselves away.
 */
#include "node/accounts/agent.h"

struct mark {
	struct str word;
	uint8_t kind;
};

/* The first that fits: most browsers also claim to be those below them. */
static const struct mark browsers[] = {
	{ STR("Firefox/"), BROWSER_FIREFOX }, { STR("FxiOS/"), BROWSER_FIREFOX },
	{ STR("Edg/"), BROWSER_EDGE }, { STR("EdgA/"), BROWSER_EDGE }, { STR("EdgiOS/"), BROWSER_EDGE },
	{ STR("OPR/"), BROWSER_OPERA }, { STR("SamsungBrowser/"), BROWSER_SAMSUNG },
	{ STR("Chrome/"), BROWSER_CHROME }, { STR("CriOS/"), BROWSER_CHROME }, { STR("Chromium/"), BROWSER_CHROME },
	{ STR("Safari/"), BROWSER_SAFARI },
};

static const struct mark systems[] = {
	{ STR("Android"), SYSTEM_ANDROID }, { STR("iPhone"), SYSTEM_IOS }, { STR("iPad"), SYSTEM_IOS },
	{ STR("Windows"), SYSTEM_WINDOWS }, { STR("Macintosh"), SYSTEM_MACOS }, { STR("CrOS"), SYSTEM_CHROMEOS },
	{ STR("Linux"), SYSTEM_LINUX },
};

enum { READ_BYTES = 512 };

static uint8_t find(const struct mark *marks, size_t count, struct str text)
{
	for (size_t i = 0; i < count; i++)
		if (str_find(text, marks[i].word) != SIZE_MAX)
			return marks[i].kind;
	return 0;
}

void agent_read(struct str user_agent, uint8_t *ret_browser, uint8_t *ret_system)
{
	user_agent = str_sub(user_agent, 0, READ_BYTES);
	*ret_browser = find(browsers, sizeof(browsers) / sizeof(browsers[0]), user_agent);
	*ret_system = find(systems, sizeof(systems) / sizeof(systems[0]), user_agent);
}

struct str agent_browser_name(uint8_t browser)
{
	static const struct str names[] = {
		[BROWSER_FIREFOX] = STR("Firefox"), [BROWSER_EDGE] = STR("Edge"), [BROWSER_OPERA] = STR("Opera"),
		[BROWSER_SAMSUNG] = STR("Samsung Internet"), [BROWSER_CHROME] = STR("Chrome"),
		[BROWSER_SAFARI] = STR("Safari"),
	};

	return browser < sizeof(names) / sizeof(names[0]) ? names[browser] : STR_NONE;
}

struct str agent_system_name(uint8_t system)
{
	static const struct str names[] = {
		[SYSTEM_ANDROID] = STR("Android"), [SYSTEM_IOS] = STR("iOS"), [SYSTEM_WINDOWS] = STR("Windows"),
		[SYSTEM_MACOS] = STR("macOS"), [SYSTEM_CHROMEOS] = STR("ChromeOS"), [SYSTEM_LINUX] = STR("Linux"),
	};

	return system < sizeof(names) / sizeof(names[0]) ? names[system] : STR_NONE;
}
