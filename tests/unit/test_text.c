/* What counts as an address, a mention, a hashtag in what people type, and the HTML of it. */
#include "federation/text.h"

#include "federation/sanitize.h"
#include "storage/base/arena.h"
#include "tests/unit/tap.h"

static struct arena *arena;

/* The special spans of a text as "u:…", "m:name@host", "t:…", apart by blanks. */
static struct str spans_of(struct str text)
{
	static const char letters[] = "-umt";
	struct text_scanner scanner;
	struct text_span span;
	struct buf found, whole;

	buf_init(&found, arena, 0);
	buf_init(&whole, arena, 0);
	text_scan_init(&scanner, arena, text);
	while (text_scan(&scanner, &span)) {
		buf_add(&whole, span.text);
		if (span.kind == TEXT_PLAIN)
			continue;
		buf_printf(&found, "%s%c:%.*s", found.n ? " " : "", letters[span.kind], STR_ARG(span.name));
		if (span.host.n)
			buf_printf(&found, "@%.*s", STR_ARG(span.host));
	}
	if (!str_eq(buf_str(&whole), text))
		return STR("the spans are not the text");
	return buf_str(&found);
}

static const struct {
	const char *text, *spans;
} scans[] = {
	{ "", "" },
	{ "nothing here", "" },
	{ "@ana", "m:ana" },
	{ "hi @ana, @Bo_b-1.x!", "m:ana m:Bo_b-1.x" },
	{ "@ana@a.example and (@bob@B.Example).", "m:ana@a.example m:bob@b.example" },
	{ "@ana@localhost:4001", "m:ana@localhost:4001" },
	{ "@ana@127.0.0.1:4001.", "m:ana@127.0.0.1:4001" },
	{ "@ana@127.0.0.1", "m:ana@127.0.0.1" },
	{ "@ana@[::1]:4001", "m:ana@[::1]:4001" },
	{ "@ana@a.example:443", "m:ana@a.example" },
	{ "@ana@a.example: no port", "m:ana@a.example" },
	{ "@ana@a.example:2 things", "m:ana@a.example" },
	{ "@ana@b\xc3\xbc" "cher.example", "m:ana@xn--bcher-kva.example" },
	{ "@ana@", "m:ana" },
	{ "@ana@ x", "m:ana" },
	{ "@ana@127.1", "" },
	{ "@ana@a_b.example", "" },
	{ "@ana@[x", "" },
	{ "@ana@a.example:99999", "" },
	{ "mail ana@a.example", "" },
	{ "@@ana", "" },
	{ "x@ana /@ana =@ana", "" },
	{ "@ana.", "m:ana" },
	{ "@.ana @-", "" },
	{ "#tag", "t:tag" },
	{ "(#Tag), #caf\xc3\xa9! #\xe6\x97\xa5\xe6\x9c\xac", "t:Tag t:caf\xc3\xa9 t:\xe6\x97\xa5\xe6\x9c\xac" },
	{ "#2026 #1", "" },
	{ "#2026plan #a_b #_ #a-b", "t:2026plan t:a_b t:a" },
	{ "C# x#y &#39; /#z ##w", "" },
	{ "#a\xc2\xb7" "b\xc2\xb7", "t:a\xc2\xb7" "b" },
	{ "#\xe3\x85\xa4", "" },
	{ "https://a.example/x", "u:https://a.example/x" },
	{ "see HTTPS://A.example/X.", "u:https://a.example/X" },
	{ "(https://a.example/x_(y))", "u:https://a.example/x_(y)" },
	{ "<https://a.example/?a=b&c#d>", "u:https://a.example/?a=b&c#d" },
	{ "https://a.example/@ana#tag @bob", "u:https://a.example/@ana#tag m:bob" },
	{ "https://a.example/\xe2\x80\x9d, x", "u:https://a.example/" },
	{ "xhttps://a.example ftp://a.example", "" },
	{ "https://user@a.example/ http:// https://", "" },
	{ "https://a.example\xe3\x80\x80x", "u:https://a.example/" },
	{ "http://http://a.example/", "" },
	{ "http://localhost:4001/@ana", "u:http://localhost:4001/@ana" },
};

static struct str href(void *context, const struct text_span *mention)
{
	(void)context;
	if (str_eq(mention->name, STR("ana")))
		return arena_printf(arena, "https://%.*s/@ana", mention->host.n ? (int)mention->host.n : 9,
		                    mention->host.n ? mention->host.p : "a.example");
	return STR_NONE;
}

static void test_render(void)
{
	static const char end[] = " rel=\"nofollow noopener noreferrer\" target=\"_blank\">";
	struct text_links links = { STR("https://a.example/tags/"), href, NULL };

	is_str(text_render_html(arena, STR(" a\nb\r\nc \n \n\n  d "), &links), STR("<p>a<br>b<br>c </p><p>d</p>"),
	       "line ends and empty lines make breaks and paragraphs");
	is_str(text_render_html(arena, STR(" \n\t "), &links), STR(""), "white space makes nothing");
	is_str(text_render_html(arena, STR("a<b>&\"'\x01z"), &links), STR("<p>a&lt;b&gt;&amp;&quot;&#39;z</p>"),
	       "text is escaped, controls go");
	is_str(text_render_html(arena, STR("@ana\n@bob"), &links),
	       STR("<p><span class=\"h-card\"><a href=\"https://a.example/@ana\" class=\"u-url mention\">@<span>ana</span></a>"
	           "</span><br>@bob</p>"), "a known mention is linked, an unknown one is text");
	is_str(text_render_html(arena, STR("@ana@b.example:99 x"), &links),
	       STR("<p><span class=\"h-card\"><a href=\"https://b.example:99/@ana\" class=\"u-url mention\">@<span>ana</span>"
	           "</a></span> x</p>"), "the host of a mention is not shown");
	is_str(text_render_html(arena, STR("#\xc3\x89t\xc3\xa9 2"), &links),
	       STR("<p><a href=\"https://a.example/tags/%C3%A9t%C3%A9\" class=\"mention hashtag\" rel=\"tag\">#<span>"
	           "\xc3\x89t\xc3\xa9</span></a> 2</p>"), "a hashtag leads to its folded form");
	is_str(text_render_html(arena, STR("http://a.example/?a=1&b='"), &links),
	       arena_printf(arena, "<p><a href=\"http://a.example/?a=1&amp;b=\"%shttp://a.example/?a=1&amp;b=</a>&#39;</p>", end),
	       "a bare address becomes a link");
	links.mention_href = NULL;
	is_str(text_render_html(arena, STR("@ana"), &links), STR("<p>@ana</p>"), "without a resolver mentions stay text");
}

static void test_long(void)
{
	struct text_links links = { STR("/tags/"), NULL, NULL };
	struct buf buf;

	buf_init(&buf, arena, 0);
	buf_add_char(&buf, '#');
	for (int i = 0; i < TEXT_HASHTAG_MAX; i++)
		buf_add(&buf, STR("\xc3\xa9"));
	ok(spans_of(buf_str(&buf)).n > 2, "the longest hashtag is one");
	buf_add_char(&buf, 'x');
	is_str(spans_of(buf_str(&buf)), STR(""), "a longer one is none");
	buf_init(&buf, arena, 0);
	for (int i = 0; i < 20000; i++)
		buf_add(&buf, STR("http://#@[("));
	ok(text_render_html(arena, buf_str(&buf), &links).n > 0, "a long text of beginnings ends in good time");
}

static void check_length(void)
{
	static const struct { const char *text; size_t length; } texts[] = {
		{ "", 0 }, { "\xc3\xa9t\xc3\xa9", 3 }, { "#tag and so", 11 }, { "@ana", 4 },
		{ "hi @ana@a.example!", 8 }, { "https://a.example/", 23 },
		{ "see https://a.example/a/long/way/to/say/what/is/said/in/two/words.", 28 },
		{ "http://", 7 },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		is_int((long long)text_length(arena, str_of(texts[i].text), 23), (long long)texts[i].length, texts[i].text);
}

int main(void)
{
	arena = arena_new();
	for (size_t i = 0; i < sizeof(scans) / sizeof(scans[0]); i++)
		is_str(spans_of(str_of(scans[i].text)), str_of(scans[i].spans), scans[i].text);
	is_str(text_fold_hashtag(arena, STR("\xef\xbc\xa3" "AF\x45\xcc\x81")), STR("caf\xc3\xa9"),
	       "width, case and composition do not tell hashtags apart");
	test_render();
	test_long();
	check_length();
	arena_free(arena);
	return done();
}
