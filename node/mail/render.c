/*
 * A template becomes a text and an HTML page of its own: no pictures, no scripts, nothing fetched from anywhere; light and
 * dark as the reader's system is. Styles stand at the elements too, since some readers drop the sheet.
 */
#include "node/mail/templates.h"

#include "node/mail/queue.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"

struct rendering {
	struct arena *arena;
	bool french;
	const struct mail_setting *setting;
	const struct mail_values *values;
	struct buf text, html;
	bool in_list;
};

static const char sheet[] =
	":root{color-scheme:light dark}"
	"@media(prefers-color-scheme:dark){body{background:#10131a!important;color:#e8ebf2!important}"
	".sheet{background:#191e29!important;border-color:#2d3545!important}"
	".hint,.foot{color:#a5afc0!important}.button{background:#4059d6!important}"
	"a:not(.button){color:#a9b9ff!important}blockquote{border-color:#79849a!important}}";

static const char *const months[2][12] = {
	{ "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
	  "December" },
	{ "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
	  "décembre" },
};

/* --- values ----------------------------------------------------------------------------------------------------- */

/* "3 mars 2026 à 14:05 (UTC)", "3 March 2026 at 14:05 (UTC)"; what is no time stays as it is. */
static struct str time_text(const struct rendering *rendering, struct str ms_text)
{
	char iso[DATE_ISO_BYTES];
	uint64_t ms, month = 1, day = 1;

	if (!str_to_u64(ms_text, &ms) || ms > INT64_MAX / 2)
		return ms_text;
	date_iso((int64_t)ms, iso);  /* 2026-01-02T03:04:05.678Z */
	str_to_u64((struct str){ iso + 5, 2 }, &month);
	str_to_u64((struct str){ iso + 8, 2 }, &day);
	return arena_printf(rendering->arena, "%u%s %s %.4s %s %.5s (UTC)", (unsigned)day,
	                    rendering->french && day == 1 ? "er" : "", months[rendering->french][(month - 1) % 12], iso,
	                    rendering->french ? "à" : "at", iso + 11);
}

static struct str value_of(const struct rendering *rendering, struct str name)
{
	const struct { struct str name, value; } settings[] = {
		{ STR("node"), rendering->setting->node }, { STR("host"), rendering->setting->host },
		{ STR("name"), rendering->setting->name }, { STR("contact"), rendering->setting->contact },
	};
	struct str value;

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		if (str_eq(name, settings[i].name))
			return settings[i].value;
	value = mail_value(rendering->values, arena_cstr(rendering->arena, name));
	return str_eq(name, STR("until")) || str_eq(name, STR("when")) ? time_text(rendering, value) : value;
}

static bool applies(const struct rendering *rendering, const struct mail_part *part)
{
	if (part->when && !value_of(rendering, str_of(part->when)).n)
		return false;
	return !part->unless || !value_of(rendering, str_of(part->unless)).n;
}

/* The words of a part with its parameters filled in; these are text, whatever they look like. */
static struct str fill(const struct rendering *rendering, const struct mail_part *part)
{
	struct str rest = str_of(rendering->french ? part->fr : part->en);
	struct buf buf;
	size_t at;

	buf_init(&buf, rendering->arena, 0);
	while ((at = str_find_char(rest, '{')) != SIZE_MAX) {
		buf_add(&buf, str_sub(rest, 0, at));
		rest = str_sub(rest, at + 1, SIZE_MAX);
		buf_add(&buf, value_of(rendering, str_cut(&rest, '}')));
	}
	buf_add(&buf, rest);
	return buf_str(&buf);
}

/* --- layout ----------------------------------------------------------------------------------------------------- */

static void add_paragraph(struct rendering *rendering, const char *open, struct str words, const char *close)
{
	buf_printf(&rendering->text, "%.*s\n\n", STR_ARG(words));
	buf_add(&rendering->html, str_of(open));
	buf_add_html(&rendering->html, words);
	buf_add(&rendering->html, str_of(close));
}

static void add_button(struct rendering *rendering, struct str words)
{
	struct str link = value_of(rendering, STR("link"));
	const char *otherwise = rendering->french ? "Si le bouton ne répond pas, copiez cette adresse\u00a0:"
	                                          : "If the button does not work, copy this address:";

	buf_printf(&rendering->text, rendering->french ? "%.*s\u00a0:\n%.*s\n\n" : "%.*s:\n%.*s\n\n", STR_ARG(words),
	           STR_ARG(link));
	buf_add(&rendering->html, STR("<p style=\"margin:24px 0\"><a class=\"button\" style=\"display:inline-block;"
	                              "padding:12px 24px;border-radius:10px;background:#2c49c9;color:#ffffff;"
	                              "font-weight:600;text-decoration:none\" href=\""));
	buf_add_html(&rendering->html, link);
	buf_add(&rendering->html, STR("\">"));
	buf_add_html(&rendering->html, words);
	buf_printf(&rendering->html, "</a></p>\n<p class=\"hint\" style=\"margin:0 0 16px;font-size:14px;color:#545e70\">%s<br>"
	           "<a style=\"color:#2c49c9;overflow-wrap:anywhere\" href=\"", otherwise);
	buf_add_html(&rendering->html, link);
	buf_add(&rendering->html, STR("\">"));
	buf_add_html(&rendering->html, link);
	buf_add(&rendering->html, STR("</a></p>\n"));
}

static void add_fact(struct rendering *rendering, struct str words)
{
	buf_printf(&rendering->text, "- %.*s\n", STR_ARG(words));
	buf_add(&rendering->html, rendering->in_list ? STR("<li>") : STR("<ul style=\"margin:0 0 16px;padding-left:20px\"><li>"));
	buf_add_html(&rendering->html, words);
	buf_add(&rendering->html, STR("</li>\n"));
	rendering->in_list = true;
}

static void end_list(struct rendering *rendering)
{
	if (!rendering->in_list)
		return;
	buf_add(&rendering->text, STR("\n"));
	buf_add(&rendering->html, STR("</ul>\n"));
	rendering->in_list = false;
}

static void add_part(struct rendering *rendering, const struct mail_part *part)
{
	struct str words = fill(rendering, part);

	if (part->kind != PART_FACT)
		end_list(rendering);
	switch (part->kind) {
	case PART_SAY:
		add_paragraph(rendering, "<p style=\"margin:0 0 16px\">", words, "</p>\n");
		break;
	case PART_QUOTE:
		add_paragraph(rendering, "<blockquote style=\"margin:0 0 16px;padding:4px 0 4px 16px;border-left:3px solid #858ea0\">",
		              words, "</blockquote>\n");
		break;
	case PART_HINT:
		add_paragraph(rendering, "<p class=\"hint\" style=\"margin:0 0 16px;font-size:14px;color:#545e70\">", words, "</p>\n");
		break;
	case PART_FACT:
		add_fact(rendering, words);
		break;
	case PART_BUTTON:
		add_button(rendering, words);
		break;
	}
}

static void begin(struct rendering *rendering, struct str subject)
{
	const struct mail_part named = { PART_SAY, NULL, NULL, "Bonjour {name},", "Hello {name}," };
	const struct mail_part plain = { PART_SAY, NULL, NULL, "Bonjour,", "Hello," };

	buf_printf(&rendering->html, "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
	           "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">"
	           "<meta name=\"supported-color-schemes\" content=\"light dark\"><title>", rendering->french ? "fr" : "en");
	buf_add_html(&rendering->html, subject);
	buf_printf(&rendering->html, "</title><style>%s</style></head>\n<body style=\"margin:0;padding:24px 12px;"
	           "background:#f3f4f8;color:#1b2130;font:16px/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',"
	           "sans-serif\">\n<div class=\"sheet\" style=\"max-width:560px;margin:0 auto;padding:28px 24px 12px;"
	           "background:#ffffff;border:1px solid #dcdfe8;border-radius:16px\">\n"
	           "<p style=\"margin:0 0 20px;font-size:18px;font-weight:650\">", sheet);
	buf_add_html(&rendering->html, rendering->setting->node);
	buf_add(&rendering->html, STR("</p>\n"));
	add_part(rendering, rendering->setting->name.n ? &named : &plain);
}

static void finish(struct rendering *rendering)
{
	const struct mail_part foot = {
		PART_SAY, NULL, NULL, "Message automatique de {node} ({host}). Merci de ne pas y répondre.",
		"Automatic message of {node} ({host}). Please do not reply.",
	};
	struct str words = fill(rendering, &foot);

	end_list(rendering);
	buf_printf(&rendering->text, "-- \n%.*s\n", STR_ARG(words));
	buf_add(&rendering->html, STR("</div>\n<p class=\"foot\" style=\"max-width:560px;margin:16px auto 0;text-align:center;"
	                              "font-size:13px;color:#545e70\">"));
	buf_add_html(&rendering->html, words);
	buf_add(&rendering->html, STR("</p>\n</body></html>\n"));
}

void mail_render(struct arena *arena, const struct mail_template *template, struct str locale,
                 const struct mail_setting *setting, const struct mail_values *values, struct mail_text *ret_text)
{
	struct rendering rendering = {
		.arena = arena, .french = str_eq(locale, STR("fr")), .setting = setting, .values = values,
	};
	const struct mail_part *subject = &template->subjects[0];

	buf_init(&rendering.text, arena, 0);
	buf_init(&rendering.html, arena, 0);
	if (!applies(&rendering, subject))
		subject++;
	ret_text->subject = fill(&rendering, subject);
	begin(&rendering, ret_text->subject);
	for (size_t i = 0; i < MAIL_TEMPLATE_PARTS && template->parts[i].kind; i++)
		if (applies(&rendering, &template->parts[i]))
			add_part(&rendering, &template->parts[i]);
	finish(&rendering);
	ret_text->text = buf_str(&rendering.text);
	ret_text->html = buf_str(&rendering.html);
}
