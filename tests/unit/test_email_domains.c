/* Whose e-mail addresses may sign up: domains in full, those below one, and none that only looks like them. */
#include "node/accounts/email_domains.h"

#include "node/config.h"
#include "storage/base/arena.h"
#include "tests/unit/tap.h"

int main(void)
{
	static struct str listed[] = { STR("orme.example"), STR("*.hetre.example"), STR("b\xc3\xbc" "cher.example"),
		                           STR("Saule.Example") };
	static const char *const good[] = {
		"x@orme.example", "X.Y+z@ORME.Example", "x@a.hetre.example", "x@b.a.hetre.example", "x@b\xc3\xbc" "cher.example",
		"x@xn--bcher-kva.example", "x@saule.example",
	};
	static const char *const bad[] = {
		"x@orme.example.evil.test", "x@sub.orme.example", "x@hetre.example", "x@xhetre.example", "x@evilorme.example",
		"x@orme.exampl", "x@orme.example.", "x@.orme.example", "x@evil.test@orme.example", "\"x@orme.example\"@evil.test",
		"\"a b\"@orme.example", "x(@orme.example)@evil.test", "x@orme.example(evil.test)", "x@orme.example\n", "x@orme.example\r\nx",
		"x@orme.example,evil.test", "<x@orme.example>", "x@[orme.example]", "orme.example", "@orme.example", "",
		"x@\xd0\xberme.example",             /* a Cyrillic o */
		"x@xn--rme-7cd.example", "x@orme.ex\xd0\xb0mple",
		"x@\xef\xbd\x8frme.example",         /* a full-width o, which DNS would take for o */
		"x@orme\xef\xbc\x8e" "example",      /* a full-width dot */
		"x@orme\xe3\x80\x82" "example",      /* an ideographic one */
		"x@orm\xe2\x80\x8b" "e.example",     /* a space of no width */
		"x@or\xc2\xadme.example",            /* a soft hyphen */
		"x@\xd0\xb0.hetre.example", "x@xn--80a.hetre.example", "x@\xef\xbd\x81.hetre.example", "x@orm\xc3\xa9.example",
		"x@xn--orme-.example", "x@b\xc3\xbc" "cher.example.evil.test", "x@sub.b\xc3\xbc" "cher.example", "\xd1\x85@orme.example",
		"x@orme.example:25", "x@127.0.0.1",
	};
	struct config config = { .registrations_email_domains = { listed, sizeof(listed) / sizeof(listed[0]) } };
	struct config open = { 0 };
	struct arena *arena = arena_new();
	struct str error = STR_NONE;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(email_domain_is_allowed(arena, &config, str_of(good[i])), "%s may sign up", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!email_domain_is_allowed(arena, &config, str_of(bad[i])), "number %zu may not", i);
	ok(email_domain_is_allowed(arena, &open, STR("x@anywhere.example")), "without a list every domain may");
	ok(!email_domain_is_allowed(arena, &open, STR("x@anywhere.example.")), "but not what is no address");
	is_int(config_check(arena, STR("registrations.email_domains"), STR("orme.example, *.hetre.example"), &error), 0,
	       "domains and those below are a setting");
	for (size_t i = 0; i < 6; i++) {
		static const char *const patterns[] = { "*", "*orme.example", "@orme.example", "or*me.example", "*.*.example", "orme.example." };

		ok(config_check(arena, STR("registrations.email_domains"), str_of(patterns[i]), &error) != 0, "%s is none", patterns[i]);
	}
	arena_free(arena);
	return done();
}
