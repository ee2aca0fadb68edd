/* Foreign HTML: what is kept, what becomes of the rest, and that nothing dangerous or unstable comes out. */
#include "federation/sanitize.h"

#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "tests/unit/tap.h"

#define END " rel=\"nofollow noopener noreferrer\" target=\"_blank\">"

static struct arena *arena;

static const struct {
	const char *name, *html, *result;
} cases[] = {
	{ "plain text stays", "a b", "a b" },
	{ "what is beyond all characters", "a&#x1FFFFFF2FF;b&#x110000;", "a\xef\xbf\xbd" "b\xef\xbf\xbd" },
	{ "controls go, and what is no character", "a&#x1;b&#x81;c&#xFDD0;d&#xFFFF;e&#x1FFFE;f", "abcdef" },
	{ "the small subset stays",
	  "<p>a<br/><b>b</b><strong>c</strong><em>d</em><i>e</i><u>f</u><s>g</s><del>h</del><code>i</code></p>",
	  "<p>a<br><b>b</b><strong>c</strong><em>d</em><i>e</i><u>f</u><s>g</s><del>h</del><code>i</code></p>" },
	{ "blocks and lists stay", "<h1>a</h1><blockquote><p>b</p></blockquote><ul><li>c<ol><li>d</ol></ul><pre>e\n f</pre>",
	  "<h1>a</h1><blockquote><p>b</p></blockquote><ul><li>c<ol><li>d</li></ol></li></ul><pre>e\n f</pre>" },
	{ "entities are read and written", "&lt;b&gt;&amp;amp; &eacute;&#x41;&quot;", "&lt;b&gt;&amp;amp; \xc3\xa9" "A&quot;" },
	{ "tags in any case are the same", "<P>a</p><STRIKE>b</STRIKE>", "<p>a</p><s>b</s>" },
	{ "attributes go", "<p style=\"x\" onclick=\"y\" id=z lang=en>a</p>", "<p>a</p>" },
	{ "unknown tags are unwrapped", "<x-y>a</x-y><font color=red>b</font><img src=x onerror=y>c", "abc" },
	{ "blocks that are not kept leave line breaks", "<div>a</div><div>b<section>c</section></div>d", "a<br>b<br>c<br>d" },
	{ "no empty lines come of them", "<div><div><p>a</p></div></div><div> </div><div><p>b</p></div>", "<p>a</p><p>b</p>" },
	{ "a table becomes lines", "<table><tr><td>a<td>b<tr><td>c<td>d</table>", "a b <br>c d " },
	{ "scripts and styles go with their content",
	  "a<script>alert(1)</script><style>b{}</style><noscript><p>x</p></noscript><iframe>y</iframe>c", "ac" },
	{ "foreign namespaces go", "a<svg><p>b</p><style><img src=x onerror=alert(1)></style></svg>c<math><mi>d</mi></math>",
	  "ac" },
	{ "comments and doctypes go", "<!doctype html>a<!-- b --><!--><b>c</b>-->d<![CDATA[e]]>", "a<b>c</b>--&gt;d" },
	{ "links keep http and https", "<a href=\"https://a.example/x\">a</a><a href='http://b.example'>b</a>",
	  "<a href=\"https://a.example/x\"" END "a</a><a href=\"http://b.example/\"" END "b</a>" },
	{ "other links are unwrapped",
	  "<a href=\"javascript:alert(1)\">a</a><a href=\"JaVaScRiPt&colon;alert(1)\">b</a><a href=\"&#1;javascript:x\">c</a>"
	  "<a href=\"java\tscript:x\">d</a><a href=\"data:text/html,x\">e</a><a href=\"/f\">f</a><a href=\"//g.example\">g</a>"
	  "<a href=\"mailto:h@h.example\">h</a><a>i</a><a href=\"vbscript:x\">j</a><a href=\"\">k</a>", "abcdefghijk" },
	{ "links that deceive are unwrapped",
	  "<a href=\"https://bank.example@a.example/\">a</a><a href=\"https://\xe2\x80\xae" "a.example/\">b</a>"
	  "<a href=\"https:\\\\a.example\">c</a><a href=\"https://0x7f.1/\">d</a>", "abcd" },
	{ "an address in an attribute cannot leave it", "<a href='https://a.example/?\"onmouseover=\"x'>a</a><a "
	  "href=\"https://a.example/?a&amp;b='\">b</a>", "a<a href=\"https://a.example/?a&amp;b=&#39;\"" END "b</a>" },
	{ "known classes stay, others go",
	  "<span class=\"h-card evil\"><a href=\"https://a.example/@ana\" class=\"u-url mention x\">@<span>ana</span></a></span>"
	  "<a href=\"https://a.example/tags/t\" class=\"mention hashtag\" rel=\"tag\">#<span>t</span></a><p class=\"mention\">x</p>",
	  "<span class=\"h-card\"><a href=\"https://a.example/@ana\" class=\"u-url mention\"" END "@<span>ana</span></a></span>"
	  "<a href=\"https://a.example/tags/t\" class=\"mention hashtag\"" END "#<span>t</span></a><p>x</p>" },
	{ "a link that is its address may be shortened",
	  "<a href=\"https://www.a.example/long/way\"><span class=\"invisible\">https://www.</span><span class=\"ellipsis\">"
	  "a.example/long</span><span class=\"invisible\">/way</span></a>",
	  "<a href=\"https://www.a.example/long/way\"" END "<span class=\"invisible\">https://www.</span><span class=\"ellipsis\">"
	  "a.example/long</span><span class=\"invisible\">/way</span></a>" },
	{ "but the host of it cannot be hidden",
	  "<a href=\"https://evil.example/bank.example\"><span class=\"invisible\">https://evil.example/</span>bank.example</a>",
	  "<a href=\"https://evil.example/bank.example\"" END "<span>https://evil.example/</span>bank.example</a>" },
	{ "nor a part of it",
	  "<a href=\"https://bank.example.evil.example/\"><span class=\"invisible\">https://</span>bank.example<span "
	  "class=\"invisible\">.evil.example/</span></a>",
	  "<a href=\"https://bank.example.evil.example/\"" END "<span class=\"invisible\">https://</span>bank.example<span>"
	  ".evil.example/</span></a>" },
	{ "nothing is hidden elsewhere", "<span class=\"invisible ellipsis\">a</span><a href=\"https://a.example/\"><span "
	  "class=\"invisible\">https://</span>b.example</a>",
	  "<span>a</span><a href=\"https://a.example/\"" END "<span>https://</span>b.example</a>" },
	{ "a link holds no link", "<a href=\"https://a.example/\">a<table><td><a href=\"https://b.example/\">b</a></table></a>",
	  NULL },
	{ "a paragraph holds no block", "<p>a<object><p>b</p></object><button><p>c</p></button></p><p><marquee><p>d</p></marquee>",
	  NULL },
	{ "items need a list", "<li>a</li><ul><b><li>b</li></b></ul>", NULL },
	{ "the first line end in <pre> stays", "<pre>\n\na</pre>", "<pre>\n\na</pre>" },
	{ "also when what stood before it goes", "<pre>\n\f\na</pre>", "<pre>\n\na</pre>" },
	{ "controls become visible or go", "a\x01" "b\x7f" "c&#2;d", "a\xef\xbf\xbd" "b\xef\xbf\xbd" "cd" },
	{ "misnested tags are put right", "<b><i>a</b>b</i><p><b>c</p>d</b>", NULL },
	{ "what is not closed is closed", "<p><b>a", "<p><b>a</b></p>" },
};

/* Known ways past sanitisers; none may leave a tag or an attribute that is not ours. */
static const char *const attacks[] = {
	"<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
	"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
	"<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
	"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
	"<svg><script>alert&#40;1)</script>", "<img src=x onerror=alert(1)//", "<scr<script>ipt>alert(1)</script>",
	"<a href=\"https://a.example/\" onclick=alert(1)>x</a>", "<p/onclick=alert(1)>x", "<iframe srcdoc=\"<script>x</script>\">",
	"<math><annotation-xml encoding=\"text/html\"><style><img src=x onerror=alert(1)></style></annotation-xml></math>",
	"<template><script>alert(1)</script></template>", "<xmp><script>x</script></xmp>", "<plaintext><script>x",
	"<title><script>x</script></title>", "<textarea><script>x</script></textarea>", "<!--><img src=x onerror=alert(1)>-->",
	"<![CDATA[><img src=x onerror=alert(1)>]]>", "<?xml version=\"1.0\"?><script>x</script>", "<a href=https://a.example/x\"y>z",
	"<base href=\"https://evil.example/\"><meta http-equiv=refresh content=0><link rel=stylesheet href=x>",
	"<svg><foreignObject><p><svg><style><p title=\"</style><img src onerror=alert(1)>\">", "<b <script>alert(1)</script>",
	"<table><p><form><table><td><script>x</script>", "<select><style></select><svg onload=alert(1)></style></select>",
	"<p\0onclick=x>y</p>", "<embed src=x><object data=x><param name=y>", "<video><source onerror=alert(1)>",
	"<frameset onload=alert(1)><body onload=alert(1)>", "&lt;script&gt;alert(1)&lt;/script&gt;", "<bdo dir=rtl>x",
};

/* Every '<' of the result opens one of our tags, and none carries an attribute we do not write. */
static bool is_ours(struct str html)
{
	static const char *const tags[] = { "p", "br", "a", "span", "strong", "b", "em", "i", "u", "s", "del", "code", "pre",
		                            "blockquote", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6" };
	static const char *const attributes[] = { "href", "class", "rel", "target" };

	for (size_t at = 0; at < html.n; at++) {
		struct str rest = str_sub(html, at + 1, SIZE_MAX), tag, part;
		bool known = false;

		if (html.p[at] != '<')
			continue;
		tag = str_cut(&rest, '>');
		if (!rest.p)
			return false;
		part = str_cut(&tag, ' ');
		if (str_starts(part, STR("/")))
			part = str_sub(part, 1, SIZE_MAX);
		for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
			known = known || str_eq(part, str_of(tags[i]));
		if (!known)
			return false;
		while (tag.p && tag.n) {
			struct str attribute = str_cut(&tag, '=');

			known = false;
			for (size_t i = 0; i < 4; i++)
				known = known || str_eq(attribute, str_of(attributes[i]));
			if (!known || !str_starts(tag, STR("\"")))
				return false;
			tag = str_sub(tag, 1, SIZE_MAX);
			str_cut(&tag, '"');
			tag = str_trim(tag);
		}
	}
	return true;
}

static void test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str result = sanitize_html(arena, str_of(cases[i].html));

		if (cases[i].result)
			is_str(result, str_of(cases[i].result), cases[i].name);
		ok(is_ours(result), "%s: nothing foreign in it", cases[i].name);
		is_str(sanitize_html(arena, result), result, "and it reads the same again");
	}
	for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		struct str result = sanitize_html(arena, str_of(attacks[i]));

		ok(is_ours(result), "harmless: %.*s", STR_ARG(result));
		is_str(sanitize_html(arena, result), result, "and stable");
	}
	ok(is_ours(sanitize_html(arena, (struct str){ "<p\0onclick=x>y\0</p>\xff\xc3", 22 })), "NUL and bad UTF-8 do no harm");
}

static struct str repeat(const char *piece, size_t times, const char *tail)
{
	struct buf buf;

	buf_init(&buf, arena, 0);
	for (size_t i = 0; i < times; i++)
		buf_add(&buf, str_of(piece));
	buf_add(&buf, str_of(tail));
	return buf_str(&buf);
}

static void test_bounds(void)
{
	static const char *const worst[] = { "<div>", "<b>", "<a href=x>", "<table>", "<p><b><i><u>", "<font a=b>", "<li>", "&", "<!--",
		                             "<svg>", "<b><p>", "<a href=http://a.example>x</a>" };
	struct str result;
	int64_t start;

	result = sanitize_html(arena, repeat("<a href=http://a.example>x</a>", 160, ""));
	ok(str_starts(result, STR("<a ")), "end tags have no attributes");
	result = sanitize_html(arena, repeat("\"", SANITIZE_BYTES_MAX + 1, ""));
	is_str(sanitize_html(arena, result), result, "a long document becomes no text that is too long");
	result = sanitize_html(arena, repeat("x", SANITIZE_BYTES_MAX + 1, "<b>&"));
	ok(str_starts(result, STR("<p>xxx")) && result.n <= SANITIZE_BYTES_MAX, "a long document is shown as text");
	result = sanitize_html(arena, repeat("<i>", SANITIZE_TAGS_MAX + 1, "a<b>b & c"));
	is_str(result, STR("<p>a b &amp; c</p>"), "one of many tags, too");
	result = sanitize_html(arena, arena_printf(arena, "<p%.*s>a", STR_ARG(repeat(" x=y", SANITIZE_ATTRIBUTES_MAX + 1, ""))));
	is_str(result, STR("<p>a</p>"), "one of many attributes, too");
	result = sanitize_html(arena, repeat("<i>", SANITIZE_TAGS_MAX + 1, "a\xc2\x9a" "b\xef\xb7\x90" "c"));
	is_str(result, STR("<p>abc</p>"), "without controls and what is no character");
	result = sanitize_html(arena, repeat("<blockquote>", SANITIZE_DEPTH_MAX, "a"));
	is_str(result, STR("<p>a</p>"), "one nested too deep, too");
	is_str(sanitize_html(arena, STR("")), STR(""), "nothing stays nothing");
	for (size_t i = 0; i < sizeof(worst) / sizeof(worst[0]); i++) {
		start = clock_monotonic_ms();
		result = sanitize_html(arena, repeat(worst[i], 60000 / strlen(worst[i]) < 3990 ? 60000 / strlen(worst[i]) : 3990, "x"));
		sanitize_plain_text(arena, result);
		ok(result.n <= SANITIZE_BYTES_MAX && clock_monotonic_ms() - start < 10000, "bounded: many %s (%lld ms)",
		   worst[i], (long long)(clock_monotonic_ms() - start));
		is_str(sanitize_html(arena, result), result, "and stable");
	}
}

static void test_plain(void)
{
	static const char *const texts[][2] = {
		{ "<p>a  b\n c</p><p>d<br>e</p>", "a b c\n\nd\ne" },
		{ "<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc" },
		{ "x<script>y</script>&amp;&lt;b&gt;", "x&<b>" },
		{ "<div>a</div><div>b</div>", "a\nb" },
		{ "<a href=\"https://a.example/\"><span class=\"invisible\">https://</span>a.example/</a>", "https://a.example/" },
		{ "<b>a</b><i>b</i> <br><br><br> c", "ab\n\nc" },
		{ "<table><tr><td>a</td><td>b</td></tr></table>", "a b" },
		{ "a&#x1FFFFFF2FF;b", "a\xef\xbf\xbd" "b" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		is_str(sanitize_plain_text(arena, str_of(texts[i][0])), str_of(texts[i][1]), "HTML becomes plain text");
	is_str(sanitize_plain_text(arena, repeat("<i>", SANITIZE_TAGS_MAX + 1, "a<b>b & c")), STR("a b & c"),
	       "also when it is too much to parse");
}

int main(void)
{
	arena = arena_new();
	test_cases();
	test_bounds();
	test_plain();
	arena_free(arena);
	return done();
}
