/*
 * The option table: sources in their rank, bounds, and errors that name file, line and key.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/config.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

static struct arena *arena;

static const char *file_with(const char *text)
{
	static char path[] = "/tmp/test_config_XXXXXX";
	static bool made;
	FILE *stream;

	if (!made) {
		close(mkstemp(path));
		made = true;
	}
	stream = fopen(path, "we");
	if (!stream)
		abort();
	fputs(text, stream);
	fclose(stream);
	return path;
}

static int load(const char *text, struct config *config, struct str *error)
{
	*error = STR_NONE;
	return config_load(arena, file_with(text), NULL, config, error);
}

static void values_come_from_the_file_over_the_default(void)
{
	struct config config;
	struct str error;

	is_int(load("domain: a.example\nlimits:\n  rate: off\n  post_characters: 700\nproxies: [10.0.0.1, 10.0.0.2]\n",
	            &config, &error), OK, "a file with nested keys and a list loads");
	is_str(config.domain, STR("a.example"), "a text comes from the file");
	ok(!config.limits_rate, "a switch comes from the file");
	is_int(config.limits_post_characters, 700, "a number comes from the file");
	is_int(config.proxies.count, 2, "a list has its items");
	is_str(config.proxies.items[1], STR("10.0.0.2"), "in their order");
	is_str(config.listen, STR("127.0.0.1:8080"), "what the file leaves out keeps its default");
}

static void proxies_are_addresses(void)
{
	struct config config;
	struct str error;

	is_int(load("proxies: \"10.0.0.1, 2001:db8::1\"\nlog.level: debug\n", &config, &error), OK, "of either kind");
	is_int(config.proxies.count, 2, "as many as are named");
	is_int(load("proxies: \"\"\n", &config, &error), OK, "or none");
}

static void dotted_keys_are_the_same(void)
{
	struct config config;
	struct str error;

	is_int(load("limits.rate: no\n", &config, &error), OK, "a dotted key loads");
	ok(!config.limits_rate, "and means the nested one");
}

static void mistakes_are_named_with_their_line(void)
{
	static const struct { const char *text, *what; } rows[] = {
		{ "domain: a\nlimts.rate: on\n", "line 2: unknown key" },
		{ "limits.rate: perhaps\n", "must be on or off" },
		{ "limits.post_characters: 80a\n", "must be a number" },
		{ "limits.post_characters: -5\n", "must be a number" },
		{ "limits.post_characters: 0\n", "must be a number" },
		{ "title: a\ntitle: b\n", "given twice" },
		{ "a: &x [1]\nb: *x\n", "unknown key" },
		{ "title: *x\n", "line 1" },
		{ "\ttitle: a\n", "line 1" },
		{ "- a\n- b\n", "does not belong" },
		{ "title:\n  deep:\n    deeper:\n      still:\n        more: 1\n", "line" },
		{ "title: \"a\\nb\"\n", "must be one line" },
		{ "log.level: verbose\n", "log.level must be error, warning, info or debug" },
		{ "proxies: [10.0.0.1, proxy.example]\n", "proxies must be IP addresses" },
		{ "proxies: 10.0.0.0/8\n", "proxies must be IP addresses" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct config config;
		struct str error;
		int err = load(rows[i].text, &config, &error);

		ok(err == ERR_INVALID && str_find(error, str_of(rows[i].what)) != SIZE_MAX,
		   "refused: %s (%.*s)", rows[i].what, STR_ARG(error));
	}
}

static void what_is_no_plain_short_file_is_not_read(void)
{
	static char large[300 * 1024];
	struct config config;
	struct str error = STR_NONE;

	memset(large, '#', sizeof(large) - 1);
	ok(load(large, &config, &error) == ERR_NOT_FOUND && str_find(error, STR("too large")) != SIZE_MAX,
	   "a file of 300 KiB is refused (%.*s)", STR_ARG(error));
	ok(config_load(arena, "/dev/zero", NULL, &config, &error) == ERR_NOT_FOUND, "a device is refused");
	ok(config_load(arena, "/tmp", NULL, &config, &error) == ERR_NOT_FOUND, "so is a folder");
	ok(config_load(arena, "/nonexistent", NULL, &config, &error) == ERR_NOT_FOUND &&
	   str_find(error, STR("No such file")) != SIZE_MAX, "and what is not there");
}

static void an_empty_file_is_all_defaults(void)
{
	struct config config;
	struct str error;

	is_int(load("", &config, &error), OK, "an empty file loads");
	is_int(load("# only a comment\n", &config, &error), OK, "so does one of comments");
	ok(config.limits_rate, "and the defaults hold");
}

static void the_template_loads_as_written(void)
{
	struct config config;
	struct str error = STR_NONE;
	struct str text = config_template(arena, STR("a.example:8443"), STR("https://a.example:8443"), STR("[::1]:80"),
	                                  STR("Quotes \" and \\ too"));

	is_int(load(arena_cstr(arena, text), &config, &error), OK, "what init writes loads");
	is_str(config.domain, STR("a.example:8443"), "with its domain");
	is_str(config.title, STR("Quotes \" and \\ too"), "and its title, whatever it holds");
}

static void set_is_checked(void)
{
	struct str error;

	is_int(config_check(arena, STR("limits.rate"), STR("off"), &error), OK, "a good value passes");
	is_int(config_check(arena, STR("limits.rate"), STR("maybe"), &error), ERR_INVALID, "a bad one does not");
	is_int(config_check(arena, STR("no.such"), STR("1"), &error), ERR_NOT_FOUND, "an unknown key is said to be one");
	is_int(config_check(arena, STR("url"), STR("https://b.example"), &error), ERR_DENIED, "the address is fixed");
	ok(config_is_live(STR("limits.rate")) && !config_is_live(STR("listen")), "some keys take effect at once");
}

int main(void)
{
	arena = arena_new();
	values_come_from_the_file_over_the_default();
	dotted_keys_are_the_same();
	proxies_are_addresses();
	mistakes_are_named_with_their_line();
	what_is_no_plain_short_file_is_not_read();
	an_empty_file_is_all_defaults();
	the_template_loads_as_written();
	set_is_checked();
	unlink(file_with(""));
	arena_free(arena);
	return done();
}
