/*
 * Articles and the page of a post. Content comes from the store as clean HTML: ours rendered, foreign sanitised.
 */
#include "node/web/reading.h"

#include "storage/accounts.h"
#include "storage/base/json.h"
#include "storage/blocks.h"
#include "storage/posts.h"
#include "storage/media.h"
#include "storage/silence.h"

enum { ANCESTORS_MAX = 20, DESCENDANTS_MAX = 60, FILES_MAX = 16 };

struct beholder reading_beholder(const struct html_page *page)
{
	if (!page->account_id)
		return (struct beholder){ BEHOLDER_NOBODY, 0 };
	return (struct beholder){ BEHOLDER_LOCAL, page->account_id };
}

void reading_face(struct html_page *page, const struct account *account, const char *size)
{
	bool ours = account->avatar_url.n && instance_owns(page->instance, account->avatar_url);

	page_html(page, "<img class=\"face\" alt=\"\" src=\"");
	page_text(page, ours ? account->avatar_url : STR("/avatar.svg"));
	buf_printf(&page->body, "\" width=\"%s\" height=\"%s\">", size, size);
}

static bool is_web_address(struct str text)
{
	return str_starts(text, STR("https://")) || str_starts(text, STR("http://"));
}

/* An address of another site: it learns neither the page nor the window that led there. */
static void add_outside_href(struct html_page *page, struct str address)
{
	page_html(page, "href=\"");
	page_text(page, is_web_address(address) ? address : STR("#"));
	page_html(page, "\" rel=\"noopener noreferrer nofollow\"");
}

static void add_author_link(struct html_page *page, const struct account *account)
{
	page_html(page, "<a ");
	if (account->host.n) {
		add_outside_href(page, account->url);
	} else {
		page_html(page, "href=\"/@");
		page_text(page, account->username);
		page_html(page, "\"");
	}
	page_html(page, ">");
}

static void add_byline(struct html_page *page, const struct account *account)
{
	page_html(page, "<div class=\"by\">");
	reading_face(page, account, "48");
	add_author_link(page, account);
	page_html(page, "<strong>");
	page_text(page, account->display_name.n ? account->display_name : account->username);
	page_html(page, "</strong><small>@");
	page_text(page, accounts_acct(page->call->arena, account));
	page_html(page, "</small></a></div>\n");
}

void reading_words(struct html_page *page, struct str html)
{
	struct str link = arena_printf(page->call->arena, "<a href=\"%.*s/tags/", STR_ARG(page->instance->url)), inner;
	size_t at;

	while ((at = str_find(html, link)) != SIZE_MAX) {
		buf_add(&page->body, str_sub(html, 0, at));
		inner = str_sub(html, at, SIZE_MAX);
		inner = str_sub(inner, str_find_char(inner, '>') + 1, SIZE_MAX);
		at = str_find(inner, STR("</a>"));
		if (at == SIZE_MAX)
			at = inner.n;
		buf_add(&page->body, str_sub(inner, 0, at));
		html = str_sub(inner, at + 4, SIZE_MAX);
	}
	buf_add(&page->body, html);
}

static void add_words(struct html_page *page, const struct post *post)
{
	bool folded = post->spoiler.n > 0;

	if (folded) {
		page_html(page, "<details>");
		page_element_with(page, "summary", NULL, TEXT_POST_SPOILER, post->spoiler);
	}
	page_html(page, "<div class=\"words\"");
	if (post->language.n) {
		page_html(page, " lang=\"");
		page_text(page, post->language);
		page_html(page, "\"");
	}
	page_html(page, ">");
	if (post->title.n) {
		page_html(page, "<h3>");
		page_text(page, post->title);
		page_html(page, "</h3>");
	}
	reading_words(page, post->content);
	page_html(page, folded ? "</div></details>\n" : "</div>\n");
}

static void add_files(struct html_page *page, const struct post *post)
{
	json_t *list;
	size_t count;

	if (!post->attachments_json.n || json_parse(page->call->arena, post->attachments_json, &list) != OK)
		return;
	count = json_count(list);
	if (!count)
		return;
	page_html(page, "<ul class=\"files\">\n");
	for (size_t i = 0; i < count && i < FILES_MAX; i++) {
		struct str name = json_member_str(json_at(list, i), "name"), url = json_member_str(json_at(list, i), "url");

		/* By way of us, so that the sibling does not learn who reads. */
		if (post->remote)
			url = media_proxy_url(page->call->arena, page->instance, post->id, url);
		if (post->visibility >= VISIBILITY_FOLLOWERS)
			url = media_for_reader(page->call->arena, page->instance, url, page->call->viewer.account_id);
		page_html(page, "<li><a ");
		add_outside_href(page, url);
		page_html(page, ">");
		if (name.n)
			page_text(page, name);
		else
			page_say(page, TEXT_POST_ATTACHMENT);
		page_html(page, "</a></li>\n");
	}
	page_html(page, "</ul>\n");
}

static enum text visibility_text(uint8_t visibility)
{
	static const enum text texts[] = {
		[VISIBILITY_PUBLIC] = TEXT_VISIBILITY_PUBLIC, [VISIBILITY_UNLISTED] = TEXT_VISIBILITY_UNLISTED,
		[VISIBILITY_FOLLOWERS] = TEXT_VISIBILITY_FOLLOWERS, [VISIBILITY_DIRECT] = TEXT_VISIBILITY_DIRECT,
	};

	/* What nobody knows is shown as the narrowest. */
	return visibility && visibility < sizeof(texts) / sizeof(texts[0]) ? texts[visibility] : TEXT_VISIBILITY_DIRECT;
}

static void add_count(struct html_page *page, enum text text, uint64_t count)
{
	if (!count)
		return;
	page_html(page, "<span>");
	page_say_with(page, text, NULL, arena_printf(page->call->arena, "%llu", (unsigned long long)count));
	page_html(page, "</span>\n");
}

/* When, for whom, and what came of it. */
static void add_about(struct html_page *page, struct view *view, const struct post *post, const struct account *author)
{
	struct post_stats stats = { 0 };

	posts_stats_get(view, post->id, &stats);
	page_html(page, "<p class=\"about\">");
	if (author->host.n) {
		page_html(page, "<a ");
		add_outside_href(page, post->url.n ? post->url : post->uri);
	} else {
		page_html(page, "<a href=\"/@");
		page_text(page, author->username);
		buf_printf(&page->body, "/%llu\"", (unsigned long long)post->id);
	}
	page_html(page, ">");
	page_date(page, post->created_ms, true);
	page_html(page, "</a>\n");
	if (post->edited_ms)
		page_element(page, "span", NULL, TEXT_POST_EDITED);
	page_element(page, "span", NULL, visibility_text(post->visibility));
	add_count(page, TEXT_COUNT_REPLIES, stats.replies);
	add_count(page, TEXT_COUNT_REBLOGS, stats.reblogs);
	add_count(page, TEXT_COUNT_FAVOURITES, stats.favourites);
	page_html(page, "</p>\n");
}

static int add_article(struct html_page *page, struct view *view, const struct post *post,
                       const struct account *sharer, bool main)
{
	struct account author;
	int err = accounts_get(page->call->arena, view, post->account_id, &author);

	if (err != OK)
		return err == ERR_NOT_FOUND ? OK : err;
	page_html(page, main ? "<article class=\"sheet post main\">\n" : "<article class=\"sheet post\">\n");
	if (sharer)
		page_element_with(page, "p", "shared", TEXT_POST_BOOSTED,
		                  sharer->display_name.n ? sharer->display_name : sharer->username);
	add_byline(page, &author);
	add_words(page, post);
	add_files(page, post);
	add_about(page, view, post, &author);
	page_html(page, "</article>\n");
	return OK;
}

int reading_post(struct html_page *page, struct view *view, const struct post *post, bool main)
{
	struct account sharer;
	struct post shared;
	int err;

	if (!post->reblog_of_id)
		return add_article(page, view, post, NULL, main);
	err = access_post(page->call->arena, view, reading_beholder(page), post->reblog_of_id, &shared);
	if (err == OK)
		err = accounts_get(page->call->arena, view, post->account_id, &sharer);
	if (err != OK)
		return err == ERR_NOT_FOUND || err == ERR_GONE ? OK : err;
	return add_article(page, view, &shared, &sharer, main);
}

/* What of these the person may see and did not shut out. */
static int add_posts(struct html_page *page, struct view *view, const struct id_list *ids)
{
	struct post post;

	for (size_t i = 0; i < ids->count; i++) {
		int err = access_post(page->call->arena, view, reading_beholder(page), ids->ids[i], &post);

		if (err == OK && !silence_hides(view, post.account_id, page->account_id) &&
		    !blocks_has(view, page->account_id, post.account_id))
			err = reading_post(page, view, &post, false);
		if (err != OK && err != ERR_NOT_FOUND && err != ERR_GONE)
			return err;
	}
	return OK;
}

static int add_thread(struct html_page *page, struct view *view, const struct post *post)
{
	struct arena *arena = page->call->arena;
	struct id_list before, after;
	int err = posts_ancestors(arena, view, post, ANCESTORS_MAX, &before);

	if (err == OK)
		err = posts_descendants(arena, view, post->id, DESCENDANTS_MAX, &after);
	if (err == OK)
		err = add_posts(page, view, &before);
	if (err == OK)
		err = reading_post(page, view, post, true);
	if (err != OK || !after.count)
		return err;
	page_element(page, "h2", "section", TEXT_POST_REPLIES);
	return add_posts(page, view, &after);
}

int post_page_show(struct call *call, struct view *view)
{
	struct html_page page;
	struct account author;
	struct post post;
	int err;

	page_open(&page, call, view);
	if (!page.account_id)
		return call_send_to_sign_in(call);
	err = access_post(call->arena, view, reading_beholder(&page), call_param_id(call, "id"), &post);
	if (err == OK)
		err = accounts_get(call->arena, view, post.account_id, &author);
	/* A post has one address: below its author's name. */
	if (err == OK && (author.host.n || !str_eq_nocase(author.username, call_path_param(call, "name"))))
		err = ERR_NOT_FOUND;
	page.wide = err == OK;
	if (err == OK)
		err = add_thread(&page, view, &post);
	if (err != OK)
		return page_error(&page, err);
	return page_close(&page, 200, TEXT_POST_TITLE, author.display_name.n ? author.display_name : author.username);
}
