/*
 * The style sheet and the stand-in pictures, as literals: the node is one file. Light and dark follow the system; text
 * keeps a contrast of 4.5 to 1 or better, and everything that can be pressed is at least 44 pixels high.
 */
#include "node/web/style.h"

#include <pthread.h>
#include <stdio.h>

#include "storage/base/hash.h"

static const char style[] =
	/* Colours */
	":root{color-scheme:light dark;--ground:#f3f4f8;--surface:#fff;--text:#1b2130;--muted:#545e70;--line:#dcdfe8;"
	"--edge:#858ea0;--accent:#2c49c9;--fill:#2c49c9;--fill-hover:#2139a3;--on-fill:#fff;--tint:#eef1fd;"
	"--bad:#a61b1b;--bad-tint:#fdeeee;--shadow:0 1px 2px rgb(20 28 50/.06),0 10px 30px rgb(20 28 50/.07)}\n"
	"@media(prefers-color-scheme:dark){:root{--ground:#10131a;--surface:#191e29;--text:#e8ebf2;--muted:#a5afc0;"
	"--line:#2d3545;--edge:#79849a;--accent:#a9b9ff;--fill:#4059d6;--fill-hover:#5069e4;--tint:#222a44;"
	"--bad:#ffb3ad;--bad-tint:#3b1d20;--shadow:none}}\n"
	/* Ground */
	"*,::before,::after{box-sizing:border-box}\n"
	"html{-webkit-text-size-adjust:100%}\n"
	"body{margin:0;min-height:100vh;min-height:100dvh;display:flex;flex-direction:column;background:var(--ground);"
	"color:var(--text);font:1rem/1.55 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Noto Sans\",\"Liberation Sans\","
	"sans-serif;overflow-wrap:break-word}\n"
	"a{color:var(--accent);text-underline-offset:.2em}\n"
	":focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:4px}\n"
	"h1{margin:0 0 .75rem;font-size:1.5rem;line-height:1.25;letter-spacing:-.01em;text-wrap:balance}\n"
	"h2{margin:2rem 0 .5rem;font-size:1.125rem;line-height:1.3}\n"
	"p{margin:0 0 1rem}\n"
	".lead{color:var(--muted)}\n"
	"[hidden]{display:none!important}\n"
	".skip{position:absolute;left:-999rem}\n"
	".skip:focus{left:1rem;top:1rem;z-index:1;padding:.6rem 1rem;background:var(--surface)}\n"
	/* Header and footer */
	".top{display:flex;align-items:center;justify-content:space-between;gap:.5rem 1.5rem;width:100%;"
	"max-width:40rem;margin:0 auto;padding:1rem}\n"
	".narrow .top{max-width:28rem;padding-inline:0}\n"
	".brand{display:flex;align-items:center;gap:.625rem;min-width:0;min-height:2.75rem;color:var(--text);font-weight:650;"
	"text-decoration:none}\n"
	".brand span{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden;overflow-wrap:anywhere}\n"
	".brand img{flex:none}\n"
	".top nav{display:flex;align-items:baseline;flex:none;max-width:70%;gap:0 1.25rem;font-size:.9375rem;white-space:nowrap}\n"
	".top nav a,.top nav button{display:inline-flex;align-items:center;min-height:2.75rem}\n"
	".top nav>a:not(.language){display:block;line-height:2.75rem;min-width:0;overflow:hidden;text-overflow:ellipsis}\n"
	"footer{display:flex;flex-wrap:wrap;justify-content:center;gap:0 1.25rem;padding:1rem 1.25rem 1.5rem;"
	"color:var(--muted);font-size:.875rem}\n"
	"footer span,footer a{display:inline-flex;align-items:center;min-height:2.75rem;color:inherit}\n"
	/* The card, and the column for reading */
	"main{width:100%;margin:0 auto}\n"
	".narrow main{max-width:28rem;margin:auto;padding:2rem;background:var(--surface);border-radius:16px;"
	"box-shadow:var(--shadow)}\n"
	".narrow main>:last-child,.narrow form>:last-child{margin-bottom:0}\n"
	".wide main{max-width:40rem;flex:1;padding:0 1rem}\n"
	"@media(prefers-color-scheme:dark){.narrow main,.sheet{border:1px solid var(--line)}}\n"
	"@media(max-width:31rem){.narrow main{margin:0;padding:1.5rem 1.25rem;border-radius:0;box-shadow:none;"
	"border:solid var(--line);border-width:1px 0}.wide main{padding:0}"
	".narrow .top,.wide .top{padding-inline:1.25rem;gap:.75rem}.top nav{gap:0 .75rem;font-size:.875rem}"
	".brand{font-size:.9375rem;line-height:1.25}}\n"
	/* Forms */
	"form{margin:0}\n"
	".field{margin:0 0 1.125rem}\n"
	"label{display:block;margin:0 0 .375rem;font-weight:600}\n"
	"input{display:block;width:100%;min-height:2.875rem;padding:.5rem .75rem;border:1px solid var(--edge);"
	"border-radius:10px;background:var(--surface);color:inherit;font:inherit}\n"
	"input:focus-visible{outline-offset:0;border-color:var(--accent);border-radius:10px}\n"
	"select{display:block;width:100%;min-height:2.875rem;padding:.5rem .75rem;border:1px solid var(--edge);"
	"border-radius:10px;background:var(--surface);color:inherit;font:inherit}\n"
	"input[aria-invalid]{border-color:var(--bad)}\n"
	".unseen{position:absolute;width:1px;height:1px;min-height:0;padding:0;border:0;clip-path:inset(50%)}\n"
	".hint{margin:.375rem 0 0;color:var(--muted);font-size:.875rem}\n"
	".alert{padding:.75rem 1rem;border-left:4px solid var(--bad);border-radius:4px 10px 10px 4px;"
	"background:var(--bad-tint);color:var(--bad);font-weight:600}\n"
	"button,.button{display:inline-flex;align-items:center;justify-content:center;min-height:2.875rem;"
	"padding:.5rem 1.25rem;border:1px solid transparent;border-radius:10px;background:none;color:inherit;"
	"font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}\n"
	"button:focus-visible,.button:focus-visible{border-radius:10px}\n"
	".primary{background:var(--fill);color:var(--on-fill)}\n"
	".primary:hover{background:var(--fill-hover)}\n"
	".quiet{border-color:var(--edge);color:var(--text)}\n"
	".quiet:hover{border-color:var(--accent);color:var(--accent)}\n"
	".plain{padding:0;border:0;color:var(--accent);font-weight:400;text-decoration:underline;"
	"text-underline-offset:.2em}\n"
	".actions{display:flex;flex-direction:column;gap:.75rem;margin-top:1.5rem}\n"
	".actions>*,.actions button{width:100%}\n"
	".beside{margin:.5rem 0 -.75rem;text-align:center}\n"
	".beside a{display:inline-flex;align-items:center;min-height:2.75rem}\n"
	".aside{margin:1.5rem 0 0;padding-top:1.25rem;border-top:1px solid var(--line);color:var(--muted);"
	"font-size:.9375rem}\n"
	".rules li+li{margin-top:.75rem}.rules .hint{margin:0}\n"
	/* What an app may do */
	".may{margin-bottom:.5rem}\n"
	".scopes{margin:0 0 1.25rem;padding:.25rem 1rem;border-radius:12px;background:var(--tint);list-style:none}\n"
	".scopes li{position:relative;padding:.625rem 0 .625rem 1.875rem;line-height:1.4}\n"
	".scopes li+li{border-top:1px solid var(--line)}\n"
	".scopes li::before{content:\"\";position:absolute;left:.25rem;top:.85rem;width:.45rem;height:.8rem;"
	"border:solid var(--accent);border-width:0 2.5px 2.5px 0;transform:rotate(42deg)}\n"
	".person{display:flex;align-items:center;justify-content:space-between;flex-wrap:wrap;gap:0 1rem;"
	"margin:0 0 1rem}\n"
	".person a{display:inline-flex;align-items:center;min-height:2.75rem}\n"
	".code{display:block;margin:0 0 1rem;padding:1rem .25rem;border:1px dashed var(--edge);border-radius:12px;"
	"background:var(--tint);font:600 clamp(.625rem,3.1vw,.8125rem)/1.5 ui-monospace,\"Liberation Mono\",monospace;"
	"overflow-wrap:anywhere;text-align:center;user-select:all;-webkit-user-select:all}\n"
	/* Second factors */
	".qr{display:block;width:100%;max-width:14.5rem;height:auto;margin:0 auto 1rem;border-radius:12px}\n"
	".recovery{display:grid;grid-template-columns:repeat(auto-fill,minmax(12rem,1fr));gap:.25rem 1rem;margin:0 0 1rem;"
	"padding:1rem 1rem 1rem 2.75rem;border:1px dashed var(--edge);border-radius:12px;background:var(--tint)}\n"
	".recovery code{font:600 .9375rem/1.7 ui-monospace,\"Liberation Mono\",monospace;user-select:all;"
	"-webkit-user-select:all}\n"
	".passkeys{margin:0 0 1rem}.held.passkeys>li{padding-inline:0}\n"
	".actions+.new{margin-top:1.75rem}\n"
	".passkeys .alert{margin-top:.5rem}\n"
	/* What has access to an account */
	".done{padding:.75rem 1rem;border-left:4px solid var(--accent);border-radius:4px 10px 10px 4px;"
	"background:var(--tint);font-weight:600}\n"
	".held{padding:0;list-style:none}\n"
	".held>li{display:grid;grid-template-columns:1fr auto;align-items:center;gap:.5rem 1.25rem;padding:1.125rem 1.5rem}\n"
	".held>li+li{border-top:1px solid var(--line)}\n"
	".held p{margin:0}\n"
	".held .about{display:flex;flex-wrap:wrap;gap:0 1.25rem;color:var(--muted);font-size:.9375rem}\n"
	".held button{grid-column:2;grid-row:1}\n"
	".held .deeds{grid-column:2;grid-row:1;display:flex;flex-wrap:wrap;justify-content:flex-end;gap:.5rem}\n"
	".held .over{background:none;border:1px solid var(--line);color:var(--muted)}\n"
	".lines{width:100%;border-collapse:collapse}.lines th,.lines td{padding:.5rem .75rem;border-top:1px solid var(--line);"
	"text-align:left;vertical-align:top}.lines tr:first-child th{border:0}.lines :first-child{padding-left:0}"
	".lines td:nth-child(2){min-width:9rem;overflow-wrap:anywhere}.lines code{font-size:.8125rem;overflow-wrap:anywhere}.lines .refused{color:var(--bad)}\n"
	".choice{display:flex;align-items:center;gap:.625rem;min-height:2.75rem;font-weight:400}"
	".choice input{width:1.25rem;min-height:1.25rem;margin:0}\n"
	".desk{padding:1.5rem}.done p:last-child{margin:0}.done .code{font-weight:600;font-size:.8125rem}\n"
	".held details{grid-column:1/-1}\n"
	".held .scopes{margin:0}\n"
	".mark{display:inline-block;margin-left:.625rem;padding:.0625rem .625rem;border-radius:99px;background:var(--tint);"
	"color:var(--accent);font-size:.875rem;font-weight:600}\n"
	"@media(max-width:31rem){.held>li{grid-template-columns:1fr;padding-inline:1.25rem}.desk{padding-inline:1.25rem}"
	".held button,.held .deeds{grid-column:1;grid-row:auto}.held .deeds{justify-content:flex-start}.section>button{width:100%}}\n"
	"@media(max-width:22rem){.narrow .top,.wide .top{gap:.5rem}"
	".top nav{gap:0 .5rem;max-width:calc(100% - 2.5rem)}.brand{gap:.375rem}"
	".top:has(form) .brand span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}\n"
	/* Profiles and posts */
	".sheet{margin:0 0 1rem;background:var(--surface);border-radius:16px;box-shadow:var(--shadow);overflow:hidden}\n"
	".banner{display:block;width:100%;height:9rem;object-fit:cover}\n"
	".profile{padding:0 1.5rem 1.5rem}\n"
	".profile .face{display:block;margin:-2.75rem 0 .75rem -4px;border:4px solid var(--surface);border-radius:50%;"
	"background:var(--surface)}\n"
	".profile h1{margin:0}\n"
	".handle{margin:0 0 .75rem;color:var(--muted)}\n"
	".profile .words{margin:0 0 1rem}\n"
	".fields{display:grid;grid-template-columns:fit-content(40%) 1fr;gap:.25rem 1.25rem;margin:0 0 1rem}\n"
	".fields dt{color:var(--muted)}\n"
	".fields dd,.counts dd{margin:0}\n"
	".counts{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;margin:0}\n"
	".counts div{display:flex;gap:.375rem;align-items:baseline}\n"
	".counts div{flex-direction:row-reverse}\n"
	".counts dt{color:var(--muted)}\n"
	".counts dd{font-weight:650;font-variant-numeric:tabular-nums}\n"
	".moved{margin:.75rem 0}\n"
	".since{margin:.75rem 0 0;color:var(--muted);font-size:.9375rem}\n"
	".section{margin:1.5rem 1.5rem .75rem}\n"
	".post{padding:1.25rem 1.5rem}\n"
	".post .by{display:flex;align-items:center;gap:.75rem;margin:0 0 .75rem;line-height:1.3}\n"
	".post .face{flex:none;border-radius:50%}\n"
	".post .by a{color:inherit;text-decoration:none}\n"
	".post .by a:hover strong{text-decoration:underline}\n"
	".post .by small,.post .about,.shared{color:var(--muted);font-size:.9375rem}\n"
	".post .by small{display:block}\n"
	".post .about{display:flex;flex-wrap:wrap;gap:0 1.25rem;margin:.875rem 0 0}\n"
	".post .about a{color:inherit}\n"
	".shared{margin:0 0 .625rem}\n"
	".post.main .words{font-size:1.125rem}\n"
	".words>:last-child{margin-bottom:0}\n"
	".words pre{overflow-x:auto}\n"
	".words blockquote{margin:0 0 1rem;padding-left:1rem;border-left:3px solid var(--line);color:var(--muted)}\n"
	".words .invisible{display:none}\n"
	".words .ellipsis::after{content:\"…\"}\n"
	"details{padding:0 1rem;border:1px solid var(--line);border-radius:10px}\n"
	"details[open]{padding-bottom:1rem}\n"
	"summary{min-height:2.75rem;padding:.625rem 0;font-weight:600;cursor:pointer}\n"
	".files{margin:.75rem 0 0;padding-left:1.25rem}\n"
	".pages{display:flex;justify-content:space-between;gap:1rem;margin:0 0 1rem;padding:0 1.5rem}\n"
	".pages a{display:inline-flex;align-items:center;min-height:2.75rem}\n"
	"@media(max-width:31rem){.sheet{border-radius:0;box-shadow:none;border:solid var(--line);border-width:1px 0}"
	".post,.pages{padding-inline:1.25rem}.profile{padding-inline:1.25rem}.counts{gap:.25rem .75rem;font-size:.875rem}"
	".section{margin-inline:1.25rem}}\n"
	"@media(prefers-reduced-motion:no-preference){button,.button{transition:background .15s,border-color .15s}}\n"
	"@media(forced-colors:active){.scopes li::before{border-color:CanvasText}button,.button{border-color:ButtonText}}\n";

/* Somebody, before they chose a picture. */
static const char avatar[] =
	"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\" height=\"400\" viewBox=\"0 0 400 400\">"
	"<rect width=\"400\" height=\"400\" fill=\"#c9d2f4\"/>"
	"<circle cx=\"200\" cy=\"160\" r=\"70\" fill=\"#5a70cf\"/>"
	"<path d=\"M60 400c0-88 62-144 140-144s140 56 140 144z\" fill=\"#5a70cf\"/></svg>\n";

static const char header[] =
	"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1500\" height=\"500\" viewBox=\"0 0 1500 500\" "
	"preserveAspectRatio=\"xMidYMid slice\">"
	"<defs><linearGradient id=\"g\" x1=\"0\" y1=\"0\" x2=\"1\" y2=\"1\"><stop offset=\"0\" stop-color=\"#3650c9\"/>"
	"<stop offset=\"1\" stop-color=\"#7b8fe8\"/></linearGradient></defs>"
	"<rect width=\"1500\" height=\"500\" fill=\"url(#g)\"/>"
	"<g fill=\"none\" stroke=\"#fff\" stroke-opacity=\".22\" stroke-width=\"6\">"
	"<path d=\"M180 420 520 190 880 330 1290 90M520 190 760 40M880 330 1120 470\"/></g>"
	"<g fill=\"#fff\" fill-opacity=\".35\"><circle cx=\"180\" cy=\"420\" r=\"26\"/><circle cx=\"520\" cy=\"190\" r=\"38\"/>"
	"<circle cx=\"880\" cy=\"330\" r=\"30\"/><circle cx=\"1290\" cy=\"90\" r=\"42\"/><circle cx=\"760\" cy=\"40\" r=\"20\"/>"
	"<circle cx=\"1120\" cy=\"470\" r=\"22\"/></g></svg>\n";

/* Two houses and what joins them. */
static const char icon[] =
	"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"64\" height=\"64\" viewBox=\"0 0 64 64\">"
	"<rect width=\"64\" height=\"64\" rx=\"16\" fill=\"#2c49c9\"/>"
	"<path d=\"M22 42 42 22\" stroke=\"#fff\" stroke-width=\"6\"/>"
	"<circle cx=\"21\" cy=\"43\" r=\"10\" fill=\"#fff\"/>"
	"<circle cx=\"43\" cy=\"21\" r=\"7.5\" fill=\"#2c49c9\" stroke=\"#fff\" stroke-width=\"5\"/></svg>\n";

static pthread_once_t path_once = PTHREAD_ONCE_INIT;
static char path[sizeof("/style.css?v=") + 8];

static void make_path(void)
{
	uint8_t digest[SHA256_BYTES];

	hash_sha256((struct str){ style, sizeof(style) - 1 }, digest);
	snprintf(path, sizeof(path), "/style.css?v=%02x%02x%02x%02x", digest[0], digest[1], digest[2], digest[3]);
}

struct str style_path(void)
{
	pthread_once(&path_once, make_path);
	return str_of(path);
}

static int show(struct call *call, const char *type, const char *text, const char *keep)
{
	call_header(call, "Cache-Control", str_of(keep));
	return call_reply(call, 200, type, str_of(text));
}

int style_show(struct call *call, struct view *view)
{
	(void)view;
	return show(call, "text/css; charset=utf-8", style, "public, max-age=31536000, immutable");
}

static int show_picture(struct call *call, const char *picture)
{
	return show(call, "image/svg+xml", picture, "public, max-age=86400");
}

int avatar_show(struct call *call, struct view *view)
{
	(void)view;
	return show_picture(call, avatar);
}

int header_show(struct call *call, struct view *view)
{
	(void)view;
	return show_picture(call, header);
}

int icon_show(struct call *call, struct view *view)
{
	(void)view;
	return show_picture(call, icon);
}
