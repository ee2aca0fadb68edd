/*
 * Profiles. Notes and field values are HTML that our own rooms rendered. HTTP threads.
 */
#include "node/web/profile.h"

#include "node/web/reading.h"
#include "storage/accounts.h"
#include "storage/timelines.h"

enum { POSTS_PER_PAGE = 20 };

static void add_fields(struct html_page *page, const struct account *account)
{
	const struct str_list *pairs = &account->field_pairs;

	if (pairs->count < 2)
		return;
	page_html(page, "<dl class=\"fields\">\n");
	for (size_t i = 0; i + 1 < pairs->count; i += 2) {
		page_html(page, "<dt>");
		page_text(page, pairs->items[i]);
		page_html(page, "</dt><dd>");
		reading_words(page, pairs->items[i + 1]);
		page_html(page, "</dd>\n");
	}
	page_html(page, "</dl>\n");
}

static void add_count(struct html_page *page, enum text one, enum text many, uint64_t count)
{
	page_html(page, "<div><dt>");
	page_say(page, text_counted(page->language, count, one, many));
	buf_printf(&page->body, "</dt><dd>%llu</dd></div>\n", (unsigned long long)count);
}

static void add_counts(struct html_page *page, struct view *view, const struct account *account)
{
	struct account_stats stats = { 0 };

	accounts_stats_get(view, account->id, &stats);
	page_html(page, "<dl class=\"counts\">\n");
	add_count(page, TEXT_PROFILE_POST, TEXT_PROFILE_POSTS, stats.statuses);
	if (!account->hide_collections || account->id == page->account_id) {
		add_count(page, TEXT_PROFILE_FOLLOWING_ONE, TEXT_PROFILE_FOLLOWING, stats.following);
		add_count(page, TEXT_PROFILE_FOLLOWER, TEXT_PROFILE_FOLLOWERS, stats.followers);
	}
	page_html(page, "</dl>\n");
}

/* "Member since {}" with the date as an element of its own. */
static void add_since(struct html_page *page, const struct account *account)
{
	struct html_page date = *page;
	struct str text = text_in(page->language, TEXT_PROFILE_SINCE);
	size_t at = str_find(text, STR("{}"));

	buf_init(&date.body, page->call->arena, 0);
	page_date(&date, account->created_ms, false);
	page_html(page, "<p class=\"since\">");
	page_text(page, str_sub(text, 0, at));
	buf_add(&page->body, buf_str(&date.body));
	page_html(page, "</p>\n");
}

/* Where the account went, if it did. */
static void add_moved(struct html_page *page, struct view *view, const struct account *account)
{
	struct account moved;

	if (!account->moved_id || accounts_get(page->call->arena, view, account->moved_id, &moved) || moved.deleted)
		return;
	page_html(page, "<p class=\"moved\">");
	page_say(page, TEXT_PROFILE_MOVED);
	page_html(page, " <a href=\"");
	page_text(page, moved.url.n ? moved.url : moved.uri);
	page_html(page, "\">@");
	page_text(page, accounts_acct(page->call->arena, &moved));
	page_html(page, "</a></p>\n");
}

static void add_card(struct html_page *page, struct view *view, const struct account *account)
{
	bool own_banner = account->header_url.n && instance_owns(page->instance, account->header_url);

	page_html(page, "<section class=\"sheet\">\n<img class=\"banner\" alt=\"\" src=\"");
	page_text(page, own_banner ? account->header_url : STR("/header.svg"));
	page_html(page, "\">\n<div class=\"profile\">\n");
	reading_face(page, account, "96");
	page_html(page, "<h1>");
	page_text(page, account->display_name.n ? account->display_name : account->username);
	page_html(page, "</h1>\n<p class=\"handle\">@");
	page_text(page, account->username);
	page_html(page, "@");
	page_text(page, page->instance->domain);
	page_html(page, "</p>\n");
	add_moved(page, view, account);
	if (account->note.n) {
		page_html(page, "<div class=\"words\">");
		reading_words(page, account->note);
		page_html(page, "</div>\n");
	}
	add_fields(page, account);
	add_counts(page, view, account);
	add_since(page, account);
	page_html(page, "</div>\n</section>\n");
}

static void add_page_links(struct html_page *page, const struct post_page *posts, bool newest)
{
	struct arena *arena = page->call->arena;
	struct str path = page->call->request.path;

	if (newest && !posts->more)
		return;
	page_html(page, "<p class=\"pages\">");
	if (!newest)
		page_link(page, NULL, path, TEXT_PROFILE_NEWEST);
	if (posts->more && posts->count)
		page_link(page, NULL,
		          arena_printf(arena, "%.*s?max_id=%llu", STR_ARG(path),
		                       (unsigned long long)posts->posts[posts->count - 1].id), TEXT_PROFILE_OLDER);
	page_html(page, "</p>\n");
}

static int add_posts(struct html_page *page, struct view *view, const struct account *account)
{
	struct page range = { .max_id = call_param_id(page->call, "max_id"), .limit = POSTS_PER_PAGE };
	struct account_query query = { .account_id = account->id, .exclude_replies = true };
	struct post_page posts = { 0 };
	int err = timeline_account(page->call->arena, view, reading_beholder(page), &query, &range, &posts);

	page_element(page, "h2", "section", TEXT_PROFILE_POSTS);
	for (size_t i = 0; err == OK && i < posts.count; i++)
		err = reading_post(page, view, &posts.posts[i], false);
	if (err != OK)
		return err;
	if (!posts.count)
		page_element(page, "p", "section lead", TEXT_PROFILE_EMPTY);
	add_page_links(page, &posts, !range.max_id);
	return OK;
}

int profile_show(struct call *call, struct view *view)
{
	struct html_page page;
	struct account account;
	int err;

	page_open(&page, call, view);
	if (!page.account_id)
		return call_send_to_sign_in(call);
	err = accounts_by_name(call->arena, view, call_path_param(call, "name"), STR_NONE, &account);
	page.wide = err == OK;
	if (err == OK) {
		add_card(&page, view, &account);
		err = add_posts(&page, view, &account);
	}
	if (err != OK)
		return page_error(&page, err);
	return page_close(&page, 200, TEXT_ARGUMENT, account.display_name.n ? account.display_name : account.username);
}
