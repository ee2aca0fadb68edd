/* Which permission each method of the client API asks of a token: every route against the list that clients know, and
 * every scope against every route. */
#include <stdlib.h>

#include "node/api/routes.h"
#include "tests/rig/rig_call.h"
#include "tests/unit/tap.h"

#define READ(name) SCOPE(READ_##name)
#define WRITE(name) SCOPE(WRITE_##name)
#define BOTH(name) SCOPE(READ_##name), SCOPE(WRITE_##name)
#define ADMIN(name) SCOPE(ADMIN_READ_##name), SCOPE(ADMIN_WRITE_##name)

/* What the documentation of Mastodon's API says of a path, for reading and for writing; the first row whose text the
 * path begins with. A path of which nothing is said here must ask for something. "*" is anything within a segment. 0: any token of a person will do. */
static const struct {
	const char *path;
	scope_set read, write;
} known[] = {
	{ "/oauth/userinfo", SCOPE(PROFILE), 0 },
	{ "/api/v1/admin/accounts", ADMIN(ACCOUNTS) },
	{ "/api/v2/admin/accounts", ADMIN(ACCOUNTS) },
	{ "/api/v1/admin/reports", ADMIN(REPORTS) },
	{ "/api/v1/admin/domain_allows", ADMIN(DOMAIN_ALLOWS) },
	{ "/api/v1/admin/domain_blocks", ADMIN(DOMAIN_BLOCKS) },
	{ "/api/v1/admin/ip_blocks", ADMIN(IP_BLOCKS) },
	{ "/api/v1/admin/email_domain_blocks", ADMIN(EMAIL_DOMAIN_BLOCKS) },
	{ "/api/v1/admin/canonical_email_blocks/test", 0, SCOPE(ADMIN_READ_CANONICAL_EMAIL_BLOCKS) },
	{ "/api/v1/admin/canonical_email_blocks", ADMIN(CANONICAL_EMAIL_BLOCKS) },
	/* figures: of whatever may read accounts, which they are about */
	{ "/api/v1/admin/measures", 0, SCOPE(ADMIN_READ_ACCOUNTS) },
	{ "/api/v1/admin/dimensions", 0, SCOPE(ADMIN_READ_ACCOUNTS) },
	{ "/api/v1/admin/retention", 0, SCOPE(ADMIN_READ_ACCOUNTS) },
	{ "/api/v1/admin/trends", SCOPE(ADMIN_READ_ACCOUNTS), 0 },
	{ "/api/v1/instance", 0, 0 },
	{ "/api/v1/trends/statuses", READ(STATUSES), 0 },  /* open to all with Mastodon, which nothing is here */
	{ "/api/v1/trends", 0, 0 },
	{ "/api/v1/accounts/verify_credentials", SCOPE(PROFILE) | READ(ACCOUNTS), 0 },
	{ "/api/v1/accounts/relationships", READ(FOLLOWS), 0 },
	{ "/api/v1/accounts/familiar_followers", READ(FOLLOWS), 0 },
	{ "/api/v1/accounts/*/statuses", READ(STATUSES), 0 },
	{ "/api/v1/accounts/*/lists", READ(LISTS), 0 },
	{ "/api/v1/accounts/*/follow$", 0, WRITE(FOLLOWS) },
	{ "/api/v1/accounts/*/unfollow", 0, WRITE(FOLLOWS) },
	{ "/api/v1/accounts/*/remove_from_followers", 0, WRITE(FOLLOWS) },
	{ "/api/v1/accounts/*/block", 0, WRITE(BLOCKS) },
	{ "/api/v1/accounts/*/unblock", 0, WRITE(BLOCKS) },
	{ "/api/v1/accounts/*/mute", 0, WRITE(MUTES) },
	{ "/api/v1/accounts/*/unmute", 0, WRITE(MUTES) },
	{ "/api/v1/tokens", BOTH(ACCOUNTS) },
	{ "/api/v1/accounts", BOTH(ACCOUNTS) },
	{ "/api/v1/profile$", SCOPE(PROFILE) | READ(ACCOUNTS), WRITE(ACCOUNTS) },
	{ "/api/v1/profile", BOTH(ACCOUNTS) },
	{ "/api/v1/preferences", READ(ACCOUNTS), 0 },
	{ "/api/v1/endorsements", READ(ACCOUNTS), 0 },
	{ "/api/v1/suggestions", READ(ACCOUNTS), READ(ACCOUNTS) },
	{ "/api/v2/suggestions", READ(ACCOUNTS), 0 },
	{ "/api/v1/directory", READ(ACCOUNTS), 0 },
	{ "/api/v1/mutes", READ(MUTES), 0 },
	{ "/api/v1/blocks", READ(BLOCKS), 0 },
	{ "/api/v1/domain_blocks", BOTH(BLOCKS) },
	{ "/api/v1/follow_requests", BOTH(FOLLOWS) },
	{ "/api/v1/followed_tags", READ(FOLLOWS), 0 },
	{ "/api/v1/tags/*/feature", 0, WRITE(ACCOUNTS) },
	{ "/api/v1/tags/*/unfeature", 0, WRITE(ACCOUNTS) },
	{ "/api/v1/tags", 0, WRITE(FOLLOWS) },
	{ "/api/v1/featured_tags", BOTH(ACCOUNTS) },
	{ "/api/v1/reports", 0, WRITE(REPORTS) },
	{ "/api/v1/media", WRITE(MEDIA), WRITE(MEDIA) },
	{ "/api/v2/media", WRITE(MEDIA), WRITE(MEDIA) },
	{ "/api/v1/statuses/*/favourite$", 0, WRITE(FAVOURITES) },
	{ "/api/v1/statuses/*/unfavourite", 0, WRITE(FAVOURITES) },
	{ "/api/v1/statuses/*/bookmark", 0, WRITE(BOOKMARKS) },
	{ "/api/v1/statuses/*/unbookmark", 0, WRITE(BOOKMARKS) },
	{ "/api/v1/statuses/*/mute", 0, WRITE(MUTES) },
	{ "/api/v1/statuses/*/unmute", 0, WRITE(MUTES) },
	{ "/api/v1/statuses/*/pin", 0, WRITE(ACCOUNTS) },
	{ "/api/v1/statuses/*/unpin", 0, WRITE(ACCOUNTS) },
	{ "/api/v1/statuses", BOTH(STATUSES) },
	{ "/api/v1/pleroma/statuses/*/reactions", READ(STATUSES), WRITE(FAVOURITES) },
	{ "/api/v1/scheduled_statuses", BOTH(STATUSES) },
	{ "/api/v1/polls", BOTH(STATUSES) },
	{ "/api/v1/bookmarks", READ(BOOKMARKS), 0 },
	{ "/api/v1/favourites", READ(FAVOURITES), 0 },
	{ "/api/v1/streaming$", READ(STATUSES) | READ(NOTIFICATIONS) | READ(LISTS), 0 },
	{ "/api/v1/streaming/user$", READ(STATUSES) | READ(NOTIFICATIONS), 0 },
	{ "/api/v1/streaming/user/notification", READ(NOTIFICATIONS), 0 },
	{ "/api/v1/streaming/list", READ(STATUSES) | READ(LISTS), 0 },
	{ "/api/v1/streaming", READ(STATUSES), 0 },
	{ "/api/v1/timelines/list", READ(LISTS), 0 },
	{ "/api/v1/timelines", READ(STATUSES), 0 },
	{ "/api/v1/lists", BOTH(LISTS) },
	{ "/api/v1/filters", BOTH(FILTERS) },
	{ "/api/v2/filters", BOTH(FILTERS) },
	{ "/api/v1/notifications", BOTH(NOTIFICATIONS) },
	{ "/api/v2/notifications", BOTH(NOTIFICATIONS) },
	{ "/api/v2_alpha/notifications", BOTH(NOTIFICATIONS) },
	{ "/api/v1/push/subscription", SCOPE(PUSH), SCOPE(PUSH) },
	{ "/api/v1/markers", BOTH(STATUSES) },
	{ "/api/v1/conversations", READ(STATUSES), WRITE(CONVERSATIONS) },
	{ "/api/v1/search", READ(SEARCH), 0 },
	{ "/api/v2/search", READ(SEARCH), 0 },
	{ "/api/v1/announcements/*/reactions", 0, WRITE(FAVOURITES) },
	{ "/api/v1/announcements", 0, WRITE(ACCOUNTS) },
};

static bool fits(const char *path, const char *pattern)
{
	for (; *pattern; pattern++) {
		if (*pattern == '$')
			return !*path;
		if (*pattern != '*') {
			if (*pattern != *path++)
				return false;
			continue;
		}
		while (*path && *path != '/')
			path++;
	}
	return true;
}

static bool expected(const struct route *route, scope_set *ret_scopes)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!fits(route->path, known[i].path))
			continue;
		*ret_scopes = strcmp(route->method, "GET") == 0 ? known[i].read : known[i].write;
		return true;
	}
	return false;
}

static bool is_of_people(const struct route *route)
{
	return route->access == ACCESS_PERSON;
}

static void test_table(void)
{
	size_t wrong = 0, unknown = 0, count = 0;
	scope_set scopes;

	for (size_t i = 0; i < route_count; i++) {
		if (!is_of_people(&routes[i]))
			continue;
		count++;
		if (!expected(&routes[i], &scopes)) {
			if (!routes[i].scopes)
				printf("# %s %s asks for nothing\n", routes[i].method, routes[i].path);
			unknown += !routes[i].scopes;
		} else if (scopes != routes[i].scopes) {
			printf("# %s %s asks for other scopes\n", routes[i].method, routes[i].path);
			wrong++;
		}
	}
	ok(count > 150, "there are %zu routes for people", count);
	is_int(unknown, 0, "none asks for nothing, but those that may");
	is_int(wrong, 0, "and what they ask for is what clients expect");
}

/* Each route with a token of each single scope. */
static void test_each_scope(void)
{
	struct arena *arena = arena_new();
	size_t wrong = 0;

	for (size_t i = 0; i < route_count; i++)
		for (unsigned bit = 0; is_of_people(&routes[i]) && bit < SCOPE_COUNT; bit++) {
			struct call call = {
				.arena = arena, .route = &routes[i],
				.viewer = { .account_id = 1, .app_id = 2, .token_id = 3, .scopes = (scope_set)1 << bit,
				            .roles = ROLES_ALL },
			};
			bool may = !routes[i].scopes || routes[i].scopes >> bit & 1;

			if (call_admit(&call) == (may ? OK : ERR_DENIED))
				continue;
			printf("# %s %s with scope %u\n", routes[i].method, routes[i].path, bit);
			wrong++;
		}
	is_int(wrong, 0, "a single scope opens the routes that ask for it, and no other");
	arena_free(arena);
}

/* ":id" is "1". */
static const char *target_of(struct rig *rig, const char *path)
{
	struct buf buf;

	buf_init(&buf, rig->arena, 0);
	while (*path)
		if (*path == ':') {
			buf_add_char(&buf, '1');
			while (*path && *path != '/')
				path++;
		} else {
			buf_add_char(&buf, *path++);
		}
	return arena_cstr(rig->arena, buf_str(&buf));
}

/* Over the whole way: all scopes but those that the route asks for. */
static void test_refusal(struct rig *rig)
{
	const scope_set all = ((scope_set)1 << SCOPE_COUNT) - 1;
	size_t wrong = 0;

	for (size_t i = 0; i < route_count; i++) {
		struct header header = { .name = STR("Authorization") };
		struct rig_answer answer;

		if (!is_of_people(&routes[i]) || !routes[i].scopes)
			continue;
		header.value = arena_printf(rig->arena, "Bearer %.*s",
		                            STR_ARG(rig_token(rig, &rig->alice, all & ~routes[i].scopes)));
		answer = rig_request(rig, routes[i].method, target_of(rig, routes[i].path), &header, 1, STR_NONE);
		if (answer.status == 403 && str_eq(rig_str(&answer, "error"), STR("This action is outside the authorized scopes")))
			continue;
		printf("# %s %s: %d\n", routes[i].method, routes[i].path, answer.status);
		wrong++;
	}
	is_int(wrong, 0, "a token of all other scopes is told that the action is outside of them");
}

int main(void)
{
	struct rig *rig = rig_new();

	test_table();
	test_each_scope();
	test_refusal(rig);
	rig_free(rig);
	return done();
}
