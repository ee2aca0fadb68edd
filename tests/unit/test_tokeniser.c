/* What is one word to the search, and what is not. */
#include "node/search/tokeniser.h"

#include "storage/base/arena.h"
#include "tests/unit/tap.h"

static struct tokeniser *tokeniser;
static struct arena *arena;

static struct str joined(struct str_list list)
{
	struct buf out;

	buf_init(&out, arena, 0);
	for (size_t i = 0; i < list.count; i++)
		buf_printf(&out, "%s%.*s", i ? " " : "", STR_ARG(list.items[i]));
	return buf_str(&out);
}

static struct str stems(enum language language, const char *text)
{
	return joined(tokeniser_stems(tokeniser, arena, language, str_of(text)));
}

struct pair {
	const char *a, *b;
};

static void check_pairs(void)
{
	static const struct pair french[] = {
		{ "réunion", "réunions" }, { "réunion", "reunion" }, { "RÉUNION", "réunion" }, { "l'atelier", "ateliers" },
		{ "l’atelier", "atelier" }, { "d'équipe", "équipes" }, { "œuvre", "oeuvre" }, { "cœur", "coeurs" },
		{ "soudage", "soudages" }, { "développement", "developpement" }, { "développer", "développé" },
		{ "formation", "formations" }, { "congés", "congé" }, { "métier", "métiers" }, { "généralement", "général" },
		{ "sécurité", "securite" }, { "qu'équipe", "équipe" }, { "jusqu'atelier", "atelier" }, { "ex æquo", "ex aequo" },
		{ "embauche", "embauches" }, { "validée", "validés" }, { "ŒUVRE", "œuvres" }, { "e\xcc\x81quipe", "équipe" },
		{ "cheval", "chevaux" }, { "publie", "publié" }, { "publiées", "publier" }, { "nationalité", "nationalites" },
		{ "décidée", "decider" }, { "management", "managements" }, { "arrivée", "arrivés" }, { "qualifié", "qualifiee" },
		{ "créée", "créé" }, { "envoyé", "envoyee" }, { "(budget)", "budgets," },
	};
	static const struct pair english[] = {
		{ "meeting", "meetings" }, { "welding", "welded" }, { "policies", "policy" }, { "John's", "john" },
		{ "naïve", "naive" }, { "BUDGET", "budgets" },
	};
	static const struct pair apart[] = {
		{ "réunion", "région" }, { "atelier", "attelage" }, { "budget", "bureau" }, { "cours", "course" },
	};

	for (size_t i = 0; i < sizeof(french) / sizeof(french[0]); i++)
		ok(str_eq(stems(LANGUAGE_FR, french[i].a), stems(LANGUAGE_FR, french[i].b)), "%s is found by %s", french[i].a,
		   french[i].b);
	for (size_t i = 0; i < sizeof(english) / sizeof(english[0]); i++)
		ok(str_eq(stems(LANGUAGE_EN, english[i].a), stems(LANGUAGE_EN, english[i].b)), "%s is found by %s", english[i].a,
		   english[i].b);
	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++)
		ok(!str_eq(stems(LANGUAGE_FR, apart[i].a), stems(LANGUAGE_FR, apart[i].b)), "%s is not %s", apart[i].a, apart[i].b);
}

static void check_words(void)
{
	struct buf longest;

	is_str(joined(tokeniser_words(tokeniser, arena, STR("L'École, #Été @ana@b.example 3,5 mm"))),
	       STR("ecole ete ana b example 3 5 mm"), "words end at what is no letter or digit");
	is_str(joined(tokeniser_words(tokeniser, arena, STR("don't can't John's d'accord"))), STR("don can john accord"),
	       "what an apostrophe leaves behind is no word");
	is_str(joined(tokeniser_words(tokeniser, arena, STR("東京 café"))), STR("東 京 cafe"), "scripts without spaces go by character");
	is_str(joined(tokeniser_words(tokeniser, arena, STR("Привет, МИР"))), STR("привет мир"), "other scripts fold their case");
	is_int((int64_t)tokeniser_words(tokeniser, arena, STR("…!?\" ' — 👍")).count, 0, "signs are no words");
	is_int((int64_t)tokeniser_words(tokeniser, arena, STR("")).count, 0, "nothing has none");
	buf_init(&longest, arena, 0);
	for (int i = 0; i < 100; i++)
		buf_add_char(&longest, 'a');
	is_int((int64_t)tokeniser_words(tokeniser, arena, buf_str(&longest)).count, 0, "what is too long is no word");
	is_int((int64_t)tokeniser_words(tokeniser, arena, STR("\xff\xfe" "abc")).count, 1, "broken bytes do no harm");
}

static void check_languages(void)
{
	is_int(tokeniser_language(tokeniser, arena, STR("Le budget de la réunion est prêt"), STR("en")), LANGUAGE_FR,
	       "a French text is French whatever the client says");
	is_int(tokeniser_language(tokeniser, arena, STR("The budget of this meeting is ready"), STR("fr")), LANGUAGE_EN,
	       "and an English one English");
	is_int(tokeniser_language(tokeniser, arena, STR("budget"), STR("en-GB")), LANGUAGE_EN, "one that does not tell is what it says");
	is_int(tokeniser_language(tokeniser, arena, STR("budget"), STR_NONE), LANGUAGE_FR, "or French");
}

static void check_html(void)
{
	is_str(tokeniser_plain(arena, STR("<p>one</p><p>two<br>three &amp; <b>fo</b>ur &lt;x&gt;</p>")),
	       STR(" one  two three & four <x> "), "blocks part words, other tags do not");
	is_str(tokeniser_plain(arena, STR("a < b & c &unknown;")), STR("a < b & c &unknown;"), "what is no markup stays");
}

int main(void)
{
	tokeniser = tokeniser_new();
	arena = arena_new();
	check_pairs();
	check_words();
	check_languages();
	check_html();
	arena_free(arena);
	tokeniser_free(tokeniser);
	return done();
}
