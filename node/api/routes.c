/*
 * The route table. A row that says nothing about access is for signed-in people; what is open is open here, and a
 * test walks this list. Handlers live with their subject.
 */
#include "node/api/routes.h"

#include "node/accounts/apps.h"
#include "node/accounts/authorize.h"
#include "node/accounts/oauth.h"
#include "node/api/accounts.h"
#include "node/api/activitypub.h"
#include "node/api/answer.h"
#include "node/api/bookmarks.h"
#include "node/api/circle.h"
#include "node/api/conversations.h"
#include "node/api/discovery.h"
#include "node/api/domain_blocks.h"
#include "node/api/emoji_reactions.h"
#include "node/api/polls.h"
#include "node/api/post_collections.h"
#include "node/api/quotes.h"
#include "node/api/instance.h"
#include "node/api/lists.h"
#include "node/api/markers.h"
#include "node/api/notices.h"
#include "node/api/profile.h"
#include "node/api/reports.h"
#include "node/api/search.h"
#include "node/api/status_views.h"
#include "node/api/statuses.h"
#include "node/api/streaming.h"
#include "node/api/tags.h"
#include "node/api/ties.h"
#include "node/api/timelines.h"
#include "node/web/about.h"
#include "node/web/pictures.h"
#include "node/web/sign_in.h"
#include "node/web/style.h"

/* The client API: for people, from any origin. */
#define API(verb, place, needs, counted, ...) \
	{ .method = verb, .path = place, .scopes = needs, .quota = counted, .cross_origin = true, __VA_ARGS__ }
/* Server-sent events of the client API. */
#define STREAM(place, needs, what) \
	API("GET", place, needs, QUOTA_READ, .show = api_streaming_lines, .token_in_query = true, .summary = what)
/* For anybody. */
#define OPEN(verb, place, counted, ...) \
	{ .method = verb, .path = place, .access = ACCESS_OPEN, .quota = counted, __VA_ARGS__ }
/* Open, and read by clients of any origin. */
#define SHARED(verb, place, counted, ...) OPEN(verb, place, counted, .cross_origin = true, __VA_ARGS__)
/* For listed peers, who sign. */
#define SIGNED(verb, place, counted, ...) \
	{ .method = verb, .path = place, .access = ACCESS_SIGNED, .quota = counted, __VA_ARGS__ }

const struct route routes[] = {
	/* discovery */
	SHARED("GET", "/.well-known/webfinger", QUOTA_READ, .show = api_webfinger,
	       .summary = "a handle of ours to its actor"),
	SHARED("GET", "/.well-known/host-meta", QUOTA_READ, .show = api_host_meta,
	       .summary = "where WebFinger is"),
	SHARED("GET", "/.well-known/nodeinfo", QUOTA_READ, .show = api_nodeinfo_links,
	       .summary = "where NodeInfo is"),
	SHARED("GET", "/nodeinfo/2.0", QUOTA_READ, .show = api_nodeinfo_20, .summary = "NodeInfo 2.0"),
	SHARED("GET", "/nodeinfo/2.1", QUOTA_READ, .show = api_nodeinfo_21, .summary = "NodeInfo 2.1"),

	/* the node */
	OPEN("GET", "/health", QUOTA_NONE, .show = api_health, .summary = "OK, when the store can be read"),
	SHARED("GET", "/api/v1/instance", QUOTA_READ, .show = api_instance_v1,
	       .summary = "this node, old form"),
	SHARED("GET", "/api/v2/instance", QUOTA_READ, .show = api_instance_v2, .summary = "this node"),
	SHARED("GET", "/api/v1/custom_emojis", QUOTA_READ, .show = api_show_empty_list,
	       .summary = "own emojis: none"),
	API("GET", "/api/v1/instance/rules", 0, QUOTA_READ, .show = api_show_empty_list,
	    .summary = "rules: none"),
	API("GET", "/api/v1/instance/peers", 0, QUOTA_READ, .show = api_instance_peers,
	    .summary = "sibling nodes"),

	/* sign-in of apps */
	SHARED("POST", "/api/v1/apps", QUOTA_APP, .check = apps_create_check, .write = apps_create_write,
	       .summary = "registers an app"),
	{ .method = "GET", .path = "/api/v1/apps/verify_credentials", .access = ACCESS_TOKEN, .quota = QUOTA_READ,
	  .show = apps_verify_show, .cross_origin = true, .summary = "the app of a token" },
	OPEN("GET", "/oauth/authorize", QUOTA_READ, .show = authorize_show,
	     .summary = "asks a person to let an app in"),
	OPEN("POST", "/oauth/authorize", QUOTA_SIGN_IN, .check = authorize_check, .work = authorize_work,
	     .computes = true, .write = authorize_write, .summary = "the person's answer"),
	SHARED("POST", "/oauth/token", QUOTA_TOKEN, .check = oauth_token_check, .write = oauth_token_write,
	       .summary = "a token for a code, or for an app itself"),
	SHARED("POST", "/oauth/revoke", QUOTA_TOKEN, .check = oauth_revoke_check, .write = oauth_revoke_write,
	       .summary = "ends a token"),
	API("GET", "/oauth/userinfo", SCOPE(PROFILE), QUOTA_READ, .show = oauth_userinfo_show,
	    .summary = "who signed in"),
	SHARED("GET", "/.well-known/oauth-authorization-server", QUOTA_READ, .show = oauth_metadata_show,
	       .summary = "what OAuth here is like"),

	/* oneself */
	API("GET", "/api/v1/accounts/verify_credentials", SCOPE(PROFILE) | SCOPE(READ_ACCOUNTS), QUOTA_READ,
	    .show = api_credentials, .summary = "one's own account"),
	API("PATCH", "/api/v1/accounts/update_credentials", SCOPE(WRITE_ACCOUNTS), QUOTA_POST,
	    .check = api_credentials_check, .write = api_credentials_write, .show = api_credentials,
	    .summary = "changes one's profile and defaults"),
	API("GET", "/api/v1/preferences", SCOPE(READ_ACCOUNTS), QUOTA_READ, .show = api_preferences,
	    .summary = "one's defaults"),

	/* people */
	API("GET", "/api/v1/accounts/lookup", SCOPE(READ_ACCOUNTS), QUOTA_READ, .show = api_account_lookup,
	    .summary = "an account by its handle"),
	API("GET", "/api/v1/accounts/search", SCOPE(READ_ACCOUNTS), QUOTA_READ, .check = api_search_check,
	    .work = api_search_work, .show = api_account_search_show, .summary = "accounts by name or handle"),
	API("GET", "/api/v1/accounts/relationships", SCOPE(READ_FOLLOWS), QUOTA_READ, .show = api_relationships,
	    .summary = "how one stands to accounts"),
	API("GET", "/api/v1/accounts", SCOPE(READ_ACCOUNTS), QUOTA_READ, .show = api_accounts,
	    .summary = "accounts by their ids"),
	API("GET", "/api/v1/accounts/familiar_followers", SCOPE(READ_FOLLOWS), QUOTA_READ, .show = api_familiar_followers,
	    .summary = "whom one follows who follow an account"),
	API("GET", "/api/v1/accounts/:id", SCOPE(READ_ACCOUNTS), QUOTA_READ, .show = api_account_get,
	    .summary = "an account"),
	API("GET", "/api/v1/accounts/:id/statuses", SCOPE(READ_STATUSES), QUOTA_READ,
	    .show = api_account_statuses,
	    .summary = "what an account posted"),
	API("GET", "/api/v1/accounts/:id/followers", SCOPE(READ_ACCOUNTS), QUOTA_READ,
	    .show = api_account_followers,
	    .summary = "who follows an account"),
	API("GET", "/api/v1/accounts/:id/following", SCOPE(READ_ACCOUNTS), QUOTA_READ,
	    .show = api_account_following,
	    .summary = "whom an account follows"),
	API("GET", "/api/v1/accounts/:id/featured_tags", SCOPE(READ_ACCOUNTS), QUOTA_READ,
	    .show = api_account_featured_tags,
	    .summary = "tags on a profile"),
	API("GET", "/api/v1/accounts/:id/lists", SCOPE(READ_LISTS), QUOTA_READ, .show = api_account_lists,
	    .summary = "one's lists that hold an account"),
	API("POST", "/api/v1/accounts/:id/follow", SCOPE(WRITE_FOLLOWS), QUOTA_POST, .check = api_follow_check,
	    .work = api_follow_work, .write = api_follow_write, .show = api_relation_show, .summary = "follows, or asks to"),
	API("POST", "/api/v1/accounts/:id/unfollow", SCOPE(WRITE_FOLLOWS), QUOTA_POST, .check = api_relation_check,
	    .write = api_unfollow_write, .show = api_relation_show,
	    .summary = "ends a follow, or takes a request back"),
	API("POST", "/api/v1/accounts/:id/remove_from_followers", SCOPE(WRITE_FOLLOWS), QUOTA_POST,
	    .check = api_relation_check, .write = api_remove_follower_write, .show = api_relation_show,
	    .summary = "ends somebody's follow of oneself"),
	API("POST", "/api/v1/accounts/:id/block", SCOPE(WRITE_BLOCKS), QUOTA_POST, .check = api_relation_check,
	    .write = api_block_write, .show = api_relation_show, .summary = "shuts somebody out"),
	API("POST", "/api/v1/accounts/:id/unblock", SCOPE(WRITE_BLOCKS), QUOTA_POST, .check = api_relation_check,
	    .write = api_unblock_write, .show = api_relation_show, .summary = "ends a block"),
	API("POST", "/api/v1/accounts/:id/mute", SCOPE(WRITE_MUTES), QUOTA_POST, .check = api_mute_check,
	    .write = api_mute_write, .show = api_relation_show, .summary = "hides somebody from one's timelines"),
	API("POST", "/api/v1/accounts/:id/unmute", SCOPE(WRITE_MUTES), QUOTA_POST, .check = api_relation_check,
	    .write = api_unmute_write, .show = api_relation_show, .summary = "ends a mute"),
	API("GET", "/api/v1/mutes", SCOPE(READ_MUTES), QUOTA_READ, .show = api_mutes, .summary = "whom one mutes"),
	API("POST", "/api/v1/accounts/:id/note", SCOPE(WRITE_ACCOUNTS), QUOTA_POST, .check = api_note_check,
	    .write = api_note_write, .show = api_relation_show, .summary = "a note to oneself about somebody"),
	API("GET", "/api/v1/accounts/:id/endorsements", SCOPE(READ_ACCOUNTS), QUOTA_READ,
	    .show = api_account_endorsements, .summary = "whom an account recommends"),
	API("GET", "/api/v1/endorsements", SCOPE(READ_ACCOUNTS), QUOTA_READ, .show = api_endorsements,
	    .summary = "whom one recommends"),
	API("POST", "/api/v1/accounts/:id/endorse", SCOPE(WRITE_ACCOUNTS), QUOTA_POST, .check = api_endorse_check,
	    .write = api_endorse_write, .show = api_relation_show, .summary = "recommends somebody on one's profile"),
	API("POST", "/api/v1/accounts/:id/unendorse", SCOPE(WRITE_ACCOUNTS), QUOTA_POST, .check = api_relation_check,
	    .write = api_unendorse_write, .show = api_relation_show, .summary = "takes it back"),
	API("POST", "/api/v1/accounts/:id/pin", SCOPE(WRITE_ACCOUNTS), QUOTA_POST, .check = api_endorse_check,
	    .write = api_endorse_write, .show = api_relation_show, .summary = "the same, under its former name"),
	API("POST", "/api/v1/accounts/:id/unpin", SCOPE(WRITE_ACCOUNTS), QUOTA_POST, .check = api_relation_check,
	    .write = api_unendorse_write, .show = api_relation_show, .summary = "takes it back"),
	API("GET", "/api/v2/suggestions", SCOPE(READ_ACCOUNTS), QUOTA_READ, .show = api_suggestions,
	    .summary = "whom one might want to follow, and why"),
	API("GET", "/api/v1/suggestions", SCOPE(READ_ACCOUNTS), QUOTA_READ, .show = api_suggested_accounts,
	    .summary = "the same, without reasons"),
	API("DELETE", "/api/v1/suggestions/:id", SCOPE(READ_ACCOUNTS), QUOTA_POST, .check = api_relation_check,
	    .write = api_suggestion_dismiss_write, .show = api_show_nothing, .summary = "wants that one suggested no more"),
	API("GET", "/api/v1/directory", SCOPE(READ_ACCOUNTS), QUOTA_READ, .show = api_directory,
	    .summary = "people who want to be found"),
	API("GET", "/api/v1/blocks", SCOPE(READ_BLOCKS), QUOTA_READ, .show = api_blocks, .summary = "whom one shuts out"),
	API("GET", "/api/v1/domain_blocks", SCOPE(READ_BLOCKS), QUOTA_READ, .show = api_domain_blocks,
	    .summary = "domains one shuts out"),
	API("POST", "/api/v1/domain_blocks", SCOPE(WRITE_BLOCKS), QUOTA_POST, .check = api_domain_block_check,
	    .write = api_domain_block_write, .show = api_show_nothing, .summary = "shuts a domain out"),
	API("DELETE", "/api/v1/domain_blocks", SCOPE(WRITE_BLOCKS), QUOTA_POST, .check = api_domain_block_check,
	    .write = api_domain_unblock_write, .show = api_show_nothing, .summary = "takes it back"),
	API("GET", "/api/v1/follow_requests", SCOPE(READ_FOLLOWS), QUOTA_READ, .show = api_requests,
	    .summary = "who asks to follow"),
	API("POST", "/api/v1/follow_requests/:id/authorize", SCOPE(WRITE_FOLLOWS), QUOTA_POST,
	    .check = api_relation_check, .write = api_request_accept_write, .show = api_relation_show,
	    .summary = "lets somebody follow"),
	API("POST", "/api/v1/follow_requests/:id/reject", SCOPE(WRITE_FOLLOWS), QUOTA_POST,
	    .check = api_relation_check, .write = api_request_reject_write, .show = api_relation_show,
	    .summary = "refuses a request to follow"),

	API("POST", "/api/v1/reports", SCOPE(WRITE_REPORTS), QUOTA_POST, .check = api_report_check,
	    .write = api_report_write, .show = api_report_show, .summary = "reports somebody to those who run the node"),

	/* statuses */
	API("POST", "/api/v1/statuses", SCOPE(WRITE_STATUSES), QUOTA_POST, .check = api_status_check,
	    .work = api_status_work, .write = api_status_write, .show = api_status_show, .summary = "posts"),
	API("GET", "/api/v1/statuses", SCOPE(READ_STATUSES), QUOTA_READ, .show = api_statuses,
	    .summary = "statuses by their ids"),
	API("GET", "/api/v1/statuses/:id", SCOPE(READ_STATUSES), QUOTA_READ, .show = api_status_get,
	    .summary = "a status"),
	API("PUT", "/api/v1/statuses/:id", SCOPE(WRITE_STATUSES), QUOTA_POST, .check = api_status_edit_check,
	    .work = api_status_work, .write = api_status_edit_write, .show = api_status_show,
	    .summary = "edits a status"),
	API("DELETE", "/api/v1/statuses/:id", SCOPE(WRITE_STATUSES), QUOTA_DELETE, .check = api_status_delete_check,
	    .write = api_status_delete_write, .summary = "deletes a status and gives its text back"),
	API("GET", "/api/v1/polls/:id", SCOPE(READ_STATUSES), QUOTA_READ, .check = api_poll_check, .show = api_poll_show,
	    .summary = "the poll of a status"),
	API("POST", "/api/v1/polls/:id/votes", SCOPE(WRITE_STATUSES), QUOTA_POST, .check = api_poll_vote_check,
	    .write = api_poll_vote_write, .show = api_poll_show, .summary = "votes in it"),
	API("GET", "/api/v1/statuses/:id/context", SCOPE(READ_STATUSES), QUOTA_READ,
	    .check = api_status_context_check, .work = api_status_context_work, .computes = true, .show = api_status_context,
	    .summary = "the thread around a status"),
	API("GET", "/api/v1/statuses/:id/source", SCOPE(READ_STATUSES), QUOTA_READ, .show = api_status_source,
	    .summary = "a status of one's own as typed"),
	API("GET", "/api/v1/statuses/:id/history", SCOPE(READ_STATUSES), QUOTA_READ, .show = api_status_history,
	    .summary = "earlier texts of a status"),
	API("GET", "/api/v1/statuses/:id/reblogged_by", SCOPE(READ_STATUSES), QUOTA_READ,
	    .show = api_status_boosted_by,
	    .summary = "who boosted"),
	API("GET", "/api/v1/statuses/:id/quotes", SCOPE(READ_STATUSES), QUOTA_READ, .show = api_status_quotes,
	    .summary = "what quotes a status"),
	API("POST", "/api/v1/statuses/:id/quotes/:quoting/revoke", SCOPE(WRITE_STATUSES), QUOTA_POST,
	    .check = api_quote_revoke_check, .write = api_quote_revoke_write, .show = api_quote_show,
	    .summary = "takes from a status the right to quote one's own"),
	API("PUT", "/api/v1/statuses/:id/interaction_policy", SCOPE(WRITE_STATUSES), QUOTA_POST,
	    .check = api_quote_policy_check, .write = api_quote_policy_write, .show = api_quote_show,
	    .summary = "says who may quote a status of one's own"),
	API("GET", "/api/v1/statuses/:id/favourited_by", SCOPE(READ_STATUSES), QUOTA_READ,
	    .show = api_status_favoured_by,
	    .summary = "who favoured"),
	API("POST", "/api/v1/statuses/:id/favourite", SCOPE(WRITE_FAVOURITES), QUOTA_POST,
	    .check = api_status_react_check, .write = api_status_favourite_write, .show = api_status_show,
	    .summary = "favours a status"),
	API("POST", "/api/v1/statuses/:id/unfavourite", SCOPE(WRITE_FAVOURITES), QUOTA_POST,
	    .check = api_status_react_check, .write = api_status_unfavourite_write, .show = api_status_show,
	    .summary = "takes it back"),
	API("POST", "/api/v1/statuses/:id/reblog", SCOPE(WRITE_STATUSES), QUOTA_POST, .check = api_status_react_check,
	    .write = api_status_boost_write, .show = api_status_show, .summary = "boosts a status"),
	API("POST", "/api/v1/statuses/:id/unreblog", SCOPE(WRITE_STATUSES), QUOTA_DELETE,
	    .check = api_status_react_check, .write = api_status_unboost_write, .show = api_status_show,
	    .summary = "takes it back"),
	API("GET", "/api/v1/pleroma/statuses/:id/reactions", SCOPE(READ_STATUSES), QUOTA_READ,
	    .show = api_emoji_reactions, .summary = "who reacted with which emoji"),
	API("GET", "/api/v1/pleroma/statuses/:id/reactions/:emoji", SCOPE(READ_STATUSES), QUOTA_READ,
	    .show = api_emoji_reactions, .summary = "who reacted with an emoji"),
	API("PUT", "/api/v1/pleroma/statuses/:id/reactions/:emoji", SCOPE(WRITE_FAVOURITES), QUOTA_POST,
	    .check = api_emoji_react_check, .write = api_emoji_react_write, .show = api_emoji_react_show,
	    .summary = "reacts with an emoji"),
	API("DELETE", "/api/v1/pleroma/statuses/:id/reactions/:emoji", SCOPE(WRITE_FAVOURITES), QUOTA_POST,
	    .check = api_emoji_react_check, .write = api_emoji_unreact_write, .show = api_emoji_react_show,
	    .summary = "takes it back"),

	API("POST", "/api/v1/statuses/:id/bookmark", SCOPE(WRITE_BOOKMARKS), QUOTA_POST,
	    .check = api_status_react_check, .write = api_status_bookmark_write, .show = api_status_show,
	    .summary = "keeps a status to find it again"),
	API("POST", "/api/v1/statuses/:id/unbookmark", SCOPE(WRITE_BOOKMARKS), QUOTA_POST,
	    .check = api_status_react_check, .write = api_status_unbookmark_write, .show = api_status_show,
	    .summary = "takes it back"),
	API("GET", "/api/v1/bookmarks", SCOPE(READ_BOOKMARKS), QUOTA_READ, .show = api_bookmarks,
	    .summary = "what one keeps, the last first"),
	API("GET", "/api/v1/favourites", SCOPE(READ_FAVOURITES), QUOTA_READ, .show = api_favourites,
	    .summary = "what one favoured, the last first"),
	API("POST", "/api/v1/statuses/:id/mute", SCOPE(WRITE_MUTES), QUOTA_POST, .check = api_status_react_check,
	    .write = api_status_hush_write, .show = api_status_show, .summary = "wants to hear no more of a thread"),
	API("POST", "/api/v1/statuses/:id/unmute", SCOPE(WRITE_MUTES), QUOTA_POST, .check = api_status_react_check,
	    .write = api_status_unhush_write, .show = api_status_show, .summary = "takes it back"),

	API("POST", "/api/v1/statuses/:id/pin", SCOPE(WRITE_ACCOUNTS), QUOTA_POST, .check = api_status_pin_check,
	    .write = api_status_pin_write, .show = api_status_show, .summary = "puts a status on top of one's profile"),
	API("POST", "/api/v1/statuses/:id/unpin", SCOPE(WRITE_ACCOUNTS), QUOTA_POST, .check = api_status_pin_check,
	    .write = api_status_unpin_write, .show = api_status_show, .summary = "takes it back"),

	/* streams */
	SHARED("GET", "/api/v1/streaming/health", QUOTA_READ, .show = api_streaming_health,
	       .summary = "OK, when streams are served"),
	API("GET", "/api/v1/streaming", SCOPE(READ_STATUSES) | SCOPE(READ_NOTIFICATIONS) | SCOPE(READ_LISTS), QUOTA_READ,
	    .show = api_streaming_socket, .token_in_query = true, .summary = "a WebSocket for all streams"),
	STREAM("/api/v1/streaming/user", SCOPE(READ_STATUSES) | SCOPE(READ_NOTIFICATIONS),
	       "what comes into one's home, and one's notifications"),
	STREAM("/api/v1/streaming/user/notification", SCOPE(READ_NOTIFICATIONS), "one's notifications"),
	STREAM("/api/v1/streaming/public", SCOPE(READ_STATUSES), "public posts"),
	STREAM("/api/v1/streaming/public/local", SCOPE(READ_STATUSES), "public posts of this node"),
	STREAM("/api/v1/streaming/public/remote", SCOPE(READ_STATUSES), "public posts of others"),
	STREAM("/api/v1/streaming/hashtag", SCOPE(READ_STATUSES), "public posts with a tag"),
	STREAM("/api/v1/streaming/hashtag/local", SCOPE(READ_STATUSES), "public posts of this node with a tag"),
	STREAM("/api/v1/streaming/list", SCOPE(READ_STATUSES) | SCOPE(READ_LISTS), "a list of one's own"),
	STREAM("/api/v1/streaming/direct", SCOPE(READ_STATUSES), "one's conversations"),

	/* timelines, notifications, conversations, search */
	API("GET", "/api/v1/timelines/home", SCOPE(READ_STATUSES), QUOTA_READ, .show = api_timeline_home,
	    .summary = "one's own posts and those of whom one follows"),
	API("GET", "/api/v1/timelines/public", SCOPE(READ_STATUSES), QUOTA_READ, .show = api_timeline_public,
	    .summary = "public posts, of here or of everywhere"),
	API("GET", "/api/v1/timelines/tag/:hashtag", SCOPE(READ_STATUSES), QUOTA_READ, .show = api_timeline_tag,
	    .summary = "public posts with a tag"),
	API("GET", "/api/v1/timelines/list/:id", SCOPE(READ_LISTS), QUOTA_READ, .show = api_timeline_list,
	    .summary = "posts of who is in a list"),
	API("GET", "/api/v1/lists", SCOPE(READ_LISTS), QUOTA_READ, .show = api_lists, .summary = "one's lists"),
	API("POST", "/api/v1/lists", SCOPE(WRITE_LISTS), QUOTA_POST, .check = api_list_create_check,
	    .write = api_list_write, .show = api_list_show, .summary = "makes a list"),
	API("GET", "/api/v1/lists/:id", SCOPE(READ_LISTS), QUOTA_READ, .show = api_list_get, .summary = "a list"),
	API("PUT", "/api/v1/lists/:id", SCOPE(WRITE_LISTS), QUOTA_POST, .check = api_list_edit_check,
	    .write = api_list_write, .show = api_list_show, .summary = "changes a list"),
	API("DELETE", "/api/v1/lists/:id", SCOPE(WRITE_LISTS), QUOTA_DELETE, .write = api_list_delete_write,
	    .show = api_show_nothing, .summary = "deletes a list"),
	API("GET", "/api/v1/lists/:id/accounts", SCOPE(READ_LISTS), QUOTA_READ, .show = api_list_accounts,
	    .summary = "who is in a list"),
	API("POST", "/api/v1/lists/:id/accounts", SCOPE(WRITE_LISTS), QUOTA_POST, .check = api_list_accounts_check,
	    .write = api_list_add_write, .show = api_show_nothing, .summary = "puts people into a list"),
	API("DELETE", "/api/v1/lists/:id/accounts", SCOPE(WRITE_LISTS), QUOTA_POST, .check = api_list_accounts_check,
	    .write = api_list_remove_write, .show = api_show_nothing, .summary = "takes people out of it"),
	API("GET", "/api/v1/tags/:name", 0, QUOTA_READ, .check = api_tag_check, .show = api_tag, .summary = "a tag"),
	API("POST", "/api/v1/tags/:name/follow", SCOPE(WRITE_FOLLOWS), QUOTA_POST, .check = api_tag_check,
	    .write = api_tag_follow_write, .show = api_tag, .summary = "wants its posts at home"),
	API("POST", "/api/v1/tags/:name/unfollow", SCOPE(WRITE_FOLLOWS), QUOTA_POST, .check = api_tag_check,
	    .write = api_tag_unfollow_write, .show = api_tag, .summary = "takes it back"),
	API("POST", "/api/v1/tags/:name/feature", SCOPE(WRITE_ACCOUNTS), QUOTA_POST, .check = api_tag_check,
	    .write = api_tag_feature_write, .show = api_tag, .summary = "shows a tag on one's profile"),
	API("POST", "/api/v1/tags/:name/unfeature", SCOPE(WRITE_ACCOUNTS), QUOTA_POST, .check = api_tag_check,
	    .write = api_tag_unfeature_write, .show = api_tag, .summary = "takes it back"),
	API("GET", "/api/v1/followed_tags", SCOPE(READ_FOLLOWS), QUOTA_READ, .show = api_followed_tags,
	    .summary = "tags one follows"),
	API("GET", "/api/v1/featured_tags", SCOPE(READ_ACCOUNTS), QUOTA_READ, .show = api_featured_tags,
	    .summary = "tags on one's profile"),
	API("POST", "/api/v1/featured_tags", SCOPE(WRITE_ACCOUNTS), QUOTA_POST, .check = api_featured_tag_check,
	    .write = api_tag_feature_write, .show = api_featured_tag_show, .summary = "shows a tag on one's profile"),
	API("GET", "/api/v1/featured_tags/suggestions", SCOPE(READ_ACCOUNTS), QUOTA_READ,
	    .show = api_featured_tag_suggestions, .summary = "tags one uses much"),
	API("DELETE", "/api/v1/featured_tags/:id", SCOPE(WRITE_ACCOUNTS), QUOTA_DELETE,
	    .write = api_featured_tag_delete_write, .show = api_show_nothing, .summary = "takes a tag off one's profile"),
	API("GET", "/api/v1/trends/tags", 0, QUOTA_READ, .show = api_trends_tags,
	    .summary = "tags of the last days, by how many used them"),
	API("GET", "/api/v1/trends/statuses", 0, QUOTA_READ, .show = api_trends_statuses,
	    .summary = "posts of the last days, by what they moved"),
	API("GET", "/api/v1/trends/links", 0, QUOTA_READ, .show = api_show_empty_list, .summary = "links: none"),
	API("GET", "/api/v1/notifications", SCOPE(READ_NOTIFICATIONS), QUOTA_READ, .show = api_notifications,
	    .summary = "what one is told about"),
	API("GET", "/api/v1/notifications/:id", SCOPE(READ_NOTIFICATIONS), QUOTA_READ, .show = api_notification,
	    .summary = "one notification"),
	API("GET", "/api/v1/markers", SCOPE(READ_STATUSES), QUOTA_READ, .show = api_markers,
	    .summary = "how far one read"),
	API("POST", "/api/v1/markers", SCOPE(WRITE_STATUSES), QUOTA_POST, .check = api_markers_check,
	    .write = api_markers_write, .show = api_markers_show, .summary = "says how far one read"),
	API("GET", "/api/v1/conversations", SCOPE(READ_STATUSES), QUOTA_READ, .show = api_conversations,
	    .summary = "threads of direct posts"),
	API("POST", "/api/v1/conversations/:id/read", SCOPE(WRITE_CONVERSATIONS), QUOTA_POST,
	    .write = api_conversation_read_write, .show = api_conversation_show,
	    .summary = "marks a conversation read"),
	API("DELETE", "/api/v1/conversations/:id", SCOPE(WRITE_CONVERSATIONS), QUOTA_DELETE,
	    .write = api_conversation_delete_write, .summary = "removes a conversation from one's list"),
	API("GET", "/api/v2/search", SCOPE(READ_SEARCH), QUOTA_READ, .check = api_search_check, .work = api_search_work,
	    .show = api_search_show, .summary = "accounts, hashtags, and what stands at an address"),

	/* asked by clients at their start; there are none of these yet */
	API("GET", "/api/v1/announcements", 0, QUOTA_READ, .show = api_show_empty_list,
	    .summary = "announcements: none"),

	/* pages */
	OPEN("GET", "/", QUOTA_READ, .show = home_show, .summary = "the front page"),
	OPEN("GET", "/legal", QUOTA_READ, .show = legal_show, .summary = "the legal notice"),
	OPEN("GET", "/sign-in", QUOTA_READ, .show = sign_in_show, .summary = "the sign-in form"),
	OPEN("POST", "/sign-in", QUOTA_SIGN_IN, .check = sign_in_check, .work = sign_in_work, .write = sign_in_write,
	     .computes = true, .summary = "signs a browser in"),
	OPEN("POST", "/sign-out", QUOTA_TOKEN, .check = sign_out_check, .write = sign_out_write,
	     .summary = "signs it out"),
	OPEN("GET", "/sign-up/:secret", QUOTA_SIGN_IN, .show = sign_up_show,
	     .summary = "the form of a sign-up link"),
	OPEN("POST", "/sign-up/:secret", QUOTA_SIGN_IN, .check = sign_up_check, .work = sign_up_work,
	     .computes = true, .write = sign_up_write, .summary = "sets the password of a new person"),
	SIGNED("GET", "/@:name", QUOTA_READ, .check = api_page_check, .work = api_fetch_work,
	       .show = api_profile_page_show, .summary = "a profile, to people with a session"),
	SIGNED("GET", "/@:name/:id", QUOTA_READ, .check = api_page_check, .work = api_fetch_work,
	       .show = api_post_page_show, .summary = "a post and its thread, to people with a session"),
	OPEN("GET", "/style.css", QUOTA_NONE, .show = style_show, .summary = "the style sheet of pages"),
	OPEN("GET", "/avatar.svg", QUOTA_NONE, .show = avatar_show, .summary = "the default picture, for pages"),
	OPEN("GET", "/header.svg", QUOTA_NONE, .show = header_show, .summary = "the default banner, for pages"),
	SHARED("GET", "/avatar.png", QUOTA_NONE, .show = avatar_png_show,
	       .summary = "the default picture of a person"),
	SHARED("GET", "/header.png", QUOTA_NONE, .show = header_png_show, .summary = "the default banner"),
	OPEN("GET", "/icon.svg", QUOTA_NONE, .show = icon_show, .summary = "the icon of pages"),

	/* federation */
	OPEN("GET", "/actor", QUOTA_INBOX, .show = api_instance_actor, .summary = "the instance actor"),
	OPEN("GET", "/actor/outbox", QUOTA_INBOX, .show = api_instance_actor_collection, .summary = "empty"),
	OPEN("GET", "/actor/followers", QUOTA_INBOX, .show = api_instance_actor_collection, .summary = "empty"),
	OPEN("GET", "/actor/following", QUOTA_INBOX, .show = api_instance_actor_collection, .summary = "empty"),
	OPEN("GET", "/u/:id", QUOTA_INBOX, .check = api_actor_check, .work = api_actor_work,
	     .show = api_actor_show,
	     .summary = "an actor, bare to the unsigned"),
	SIGNED("GET", "/u/:id/inbox", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_inbox_collection_show, .summary = "empty: nobody reads another's inbox"),
	SIGNED("GET", "/u/:id/outbox", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_outbox_show, .summary = "an actor's activities"),
	SIGNED("GET", "/u/:id/followers", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_followers_show, .summary = "who follows an actor"),
	SIGNED("GET", "/u/:id/followers_synchronization", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_followers_synchronization_show, .summary = "those of the signer's node who follow an actor"),
	SIGNED("GET", "/u/:id/following", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_following_show, .summary = "whom an actor follows"),
	SIGNED("GET", "/u/:id/collections/featured", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_featured_show, .summary = "what an actor shows first"),
	SIGNED("GET", "/p/:id", QUOTA_INBOX, .check = api_object_check, .work = api_fetch_work,
	       .show = api_object_show,
	       .summary = "a post as an object"),
	SIGNED("GET", "/p/:id/replies", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_post_replies_show, .summary = "what answers a post"),
	SIGNED("GET", "/p/:id/likes", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_post_likes_show, .summary = "how many favoured a post"),
	SIGNED("GET", "/p/:id/shares", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_post_shares_show, .summary = "how many boosted a post"),
	SIGNED("GET", "/p/:id/context", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_post_context_show, .summary = "the thread that a post began"),
	SIGNED("GET", "/a/:id", QUOTA_INBOX, .check = api_fetch_check, .work = api_fetch_work,
	       .show = api_activity_show,
	       .summary = "an activity"),
	SIGNED("POST", "/inbox", QUOTA_INBOX, .check = api_inbox_check, .work = api_inbox_work,
	       .write = api_inbox_write, .show = api_inbox_show, .summary = "deliveries for everybody here"),
	SIGNED("POST", "/actor/inbox", QUOTA_INBOX, .check = api_inbox_check, .work = api_inbox_work,
	       .write = api_inbox_write, .show = api_inbox_show,
	       .summary = "deliveries for the instance actor"),
	SIGNED("POST", "/u/:id/inbox", QUOTA_INBOX, .check = api_inbox_check, .work = api_inbox_work,
	       .write = api_inbox_write, .show = api_inbox_show, .summary = "deliveries for one person"),
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
