/*
 * The route table, in the order in which rse-node routes shows it: one file of rows per theme, in routes/. A row that
 * says nothing about access is for signed-in people; what is open is open there, and a test walks this list. Handlers
 * live with their subject.
 */
#include "node/api/routes.h"

#include "node/accounts/apps.h"
#include "node/accounts/authorize.h"
#include "node/accounts/oauth.h"
#include "node/accounts/oauth_documents.h"
#include "node/accounts/registration.h"
#include "node/api/accounts.h"
#include "node/api/activitypub.h"
#include "node/api/admin/accounts.h"
#include "node/api/admin/audit.h"
#include "node/api/admin/domain_allows.h"
#include "node/api/admin/domain_blocks.h"
#include "node/api/admin/email_blocks.h"
#include "node/api/admin/ip_blocks.h"
#include "node/api/admin/reports.h"
#include "node/api/admin/roles.h"
#include "node/api/admin/rules.h"
#include "node/api/admin/second_factor.h"
#include "node/api/admin/statistics.h"
#include "node/api/admin/trends.h"
#include "node/api/announcements.h"
#include "node/api/answer.h"
#include "node/api/bookmarks.h"
#include "node/api/circle.h"
#include "node/api/confirmations.h"
#include "node/api/conversations.h"
#include "node/api/description/openapi.h"
#include "node/api/discovery.h"
#include "node/api/domain_blocks.h"
#include "node/api/emoji_reactions.h"
#include "node/api/emojis.h"
#include "node/api/exports.h"
#include "node/api/files.h"
#include "node/api/filters.h"
#include "node/api/house_rules.h"
#include "node/api/imports.h"
#include "node/api/instance.h"
#include "node/api/instance_facts.h"
#include "node/api/invitations.h"
#include "node/api/lists.h"
#include "node/api/markers.h"
#include "node/api/media.h"
#include "node/api/moving.h"
#include "node/api/notice_groups.h"
#include "node/api/notice_requests.h"
#include "node/api/notices.h"
#include "node/api/polls.h"
#include "node/api/post_collections.h"
#include "node/api/profile.h"
#include "node/api/push.h"
#include "node/api/quotes.h"
#include "node/api/reports.h"
#include "node/api/scheduled.h"
#include "node/api/search.h"
#include "node/api/second_factor.h"
#include "node/api/status_edits.h"
#include "node/api/status_views.h"
#include "node/api/statuses.h"
#include "node/api/streaming.h"
#include "node/api/tags.h"
#include "node/api/texts.h"
#include "node/api/ties.h"
#include "node/api/timelines.h"
#include "node/api/tokens.h"
#include "node/web/about.h"
#include "node/web/email.h"
#include "node/web/invitation.h"
#include "node/web/invitations.h"
#include "node/web/passkeys.h"
#include "node/web/pictures.h"
#include "node/web/reset.h"
#include "node/web/script.h"
#include "node/web/second_step.h"
#include "node/web/security.h"
#include "node/web/sessions.h"
#include "node/web/sheet.h"
#include "node/web/set_up.h"
#include "node/web/sign_in.h"
#include "node/web/style.h"

/* The client API: for people, from any origin. */
#define API(verb, place, needs, counted, ...) \
	{ .method = verb, .path = place, .scopes = needs, .quota = counted, .cross_origin = true, __VA_ARGS__ }
/* Server-sent events of the client API. */
#define STREAM(place, needs, what) \
	API("GET", place, needs, QUOTA_READ, .show = api_streaming_lines, .token_in_query = true, \
	    .answers = "text/event-stream", .summary = what)
/* For anybody. */
#define OPEN(verb, place, counted, ...) \
	{ .method = verb, .path = place, .access = ACCESS_OPEN, .quota = counted, __VA_ARGS__ }
/* Open, and read by clients of any origin. */
#define SHARED(verb, place, counted, ...) OPEN(verb, place, counted, .cross_origin = true, __VA_ARGS__)
/* For listed peers, who sign. */
#define SIGNED(verb, place, counted, ...) \
	{ .method = verb, .path = place, .access = ACCESS_SIGNED, .quota = counted, __VA_ARGS__ }

/* A CSV file for a person: for clients, and for browsers where Mastodon has it. */
#define EXPORT(api_place, page_place, needs, run, what) \
	API("GET", api_place, needs, QUOTA_READ, .work = run, .computes = true, .answers = "text/csv", .summary = what), \
	{ .method = "GET", .path = page_place, .access = ACCESS_SESSION, .scopes = needs, .quota = QUOTA_READ, .work = run, \
	  .computes = true, .answers = "text/csv", .summary = what }

/* Which of them is needed says the kind of the import. */
#define IMPORT_SCOPES (SCOPE(WRITE_FOLLOWS) | SCOPE(WRITE_BLOCKS) | SCOPE(WRITE_MUTES) | SCOPE(WRITE_LISTS) | \
                       SCOPE(WRITE_BOOKMARKS))

const struct route routes[] = {
#include "node/api/routes/node.inc"
#include "node/api/routes/people.inc"
#include "node/api/routes/posts.inc"
#include "node/api/routes/reading.inc"
#include "node/api/routes/admin.inc"
#include "node/api/routes/pages.inc"
#include "node/api/routes/federation.inc"
#include "node/api/routes/inviting.inc"
};

const size_t route_count = sizeof(routes) / sizeof(routes[0]);

const char *access_name(enum access access)
{
	static const char *const names[] = {
		[ACCESS_PERSON] = "person", [ACCESS_TOKEN] = "token", [ACCESS_SESSION] = "session",
		[ACCESS_SIGNED] = "signed", [ACCESS_OPEN] = "open",
	};

	return (size_t)access < sizeof(names) / sizeof(names[0]) ? names[access] : "?";
}
