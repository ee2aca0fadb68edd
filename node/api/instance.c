/*
 * The node about itself. Figures that need a walk over all people are counted once an hour, since anybody may ask.
 */
#include "node/api/instance.h"

#include <pthread.h>

#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/api/house_rules.h"
#include "node/api/limits.h"
#include "node/api/media.h"
#include "node/api/quotes.h"
#include "node/config.h"
#include "node/node.h"
#include "node/push.h"
#include "node/version.h"
#include "storage/accounts.h"
#include "storage/media.h"
#include "storage/peers.h"
#include "storage/pins.h"
#include "storage/posts.h"
#include "storage/texts.h"
#include "storage/users.h"

/* --- figures ---------------------------------------------------------------------------------------------------- */

struct figures {
	uint64_t users, active_month, active_half_year, posts, peers;
};

/* Who posted lately. */
struct activity_count {
	const struct store *store;
	int64_t counted_ms;
	uint64_t month, half_year;
};

static pthread_mutex_t activity_lock = PTHREAD_MUTEX_INITIALIZER;
static struct activity_count activity_last;

static int count_active(struct arena *arena, struct view *view, int64_t now_ms, struct activity_count *count)
{
	enum { PAGE = 500, MONTH_DAYS = 30, HALF_YEAR_DAYS = 180 };
	struct account_stats stats;
	struct id_list ids;
	uint64_t after = 0;
	int r;

	do {
		r = accounts_local_each(arena, view, after, PAGE, &ids);
		for (size_t i = 0; r == OK && i < ids.count; i++) {
			after = ids.ids[i];
			if (accounts_stats_get(view, after, &stats) != OK || !stats.last_status_ms)
				continue;
			count->month += stats.last_status_ms > now_ms - MONTH_DAYS * (int64_t)DAY_MS;
			count->half_year += stats.last_status_ms > now_ms - HALF_YEAR_DAYS * (int64_t)DAY_MS;
		}
	} while (r == OK && ids.count == PAGE);
	return r;
}

static int read_active(struct call *call, struct view *view, struct figures *figures)
{
	const struct store *store = view_store(view);
	int64_t now_ms = clock_now_ms();
	struct activity_count count;
	int r = OK;

	pthread_mutex_lock(&activity_lock);
	count = activity_last;
	pthread_mutex_unlock(&activity_lock);
	if (count.store != store || now_ms - count.counted_ms > HOUR_MS || now_ms < count.counted_ms) {
		count = (struct activity_count){ .store = store, .counted_ms = now_ms };
		r = count_active(call->arena, view, now_ms, &count);
		pthread_mutex_lock(&activity_lock);
		activity_last = count;
		pthread_mutex_unlock(&activity_lock);
	}
	figures->active_month = count.month;
	figures->active_half_year = count.half_year;
	return r;
}

static int read_figures(struct call *call, struct view *view, struct figures *figures)
{
	struct peer *peers;
	size_t peer_count;
	int r = users_count(view, &figures->users);

	if (r == OK)
		r = posts_count_local(view, &figures->posts);
	if (r == OK)
		r = peers_each(call->arena, view, &peers, &peer_count);
	if (r == OK)
		figures->peers = peer_count;
	return r == OK ? read_active(call, view, figures) : r;
}

/* --- instance documents ----------------------------------------------------------------------------------------- */

static struct str version_text(struct call *call)
{
	return arena_printf(call->arena, "4.5.0 (compatible; %s %s)", SOFTWARE_NAME, SOFTWARE_VERSION);
}

/* Leaves *ret_id 0 when nobody is named or the name is nobody's. */
static uint64_t contact_id(struct call *call, struct view *view)
{
	struct str name = call->node->config->contact_account;
	struct account account;

	if (!name.n || accounts_by_name(call->arena, view, name, STR_NONE, &account) != OK)
		return 0;
	return account.id;
}

static void w_status_limits(struct json_writer *w, const struct config *config)
{
	json_w_key(w, "statuses");
	json_w_object(w);
	json_w_member_u64(w, "max_characters", config->limits_post_characters);
	json_w_member_u64(w, "max_media_attachments", MEDIA_PER_POST_MAX);
	json_w_member_u64(w, "characters_reserved_per_url", LIMIT_URL_CHARACTERS);
	json_w_member_raw(w, "supported_mime_types", STR("[\"text/plain\"]"));
	json_w_object_end(w);
}

static void w_account_limits(struct json_writer *w)
{
	json_w_key(w, "accounts");
	json_w_object(w);
	json_w_member_u64(w, "max_featured_tags", LIMIT_FEATURED_TAGS);
	json_w_member_u64(w, "max_pinned_statuses", PINS_MAX);
	json_w_member_u64(w, "max_profile_fields", LIMIT_FIELDS);
	json_w_member_u64(w, "profile_field_name_limit", LIMIT_FIELD_CHARACTERS);
	json_w_member_u64(w, "profile_field_value_limit", LIMIT_FIELD_CHARACTERS);
	json_w_member_u64(w, "max_display_name_length", LIMIT_DISPLAY_NAME_CHARACTERS);
	json_w_member_u64(w, "max_note_length", LIMIT_NOTE_CHARACTERS);
	json_w_member_u64(w, "max_avatar_description_length", 0);
	json_w_member_u64(w, "max_header_description_length", 0);
	json_w_object_end(w);
}

static void w_other_limits(struct json_writer *w, const struct config *config)
{
	json_w_key(w, "media_attachments");
	json_w_object(w);
	json_w_member_raw(w, "supported_mime_types", media_types_json());
	json_w_member_u64(w, "description_limit", MEDIA_DESCRIPTION_MAX);
	json_w_member_u64(w, "image_size_limit", config->limits_media_bytes);
	json_w_member_u64(w, "image_matrix_limit", LIMIT_IMAGE_PIXELS);
	json_w_member_u64(w, "video_size_limit", config->limits_media_bytes);
	json_w_member_u64(w, "video_frame_rate_limit", LIMIT_FRAME_RATE);
	json_w_member_u64(w, "video_matrix_limit", LIMIT_IMAGE_PIXELS);
	json_w_object_end(w);
	json_w_key(w, "polls");
	json_w_object(w);
	json_w_member_u64(w, "max_options", LIMIT_POLL_OPTIONS);
	json_w_member_u64(w, "max_characters_per_option", LIMIT_POLL_OPTION_CHARACTERS);
	json_w_member_u64(w, "min_expiration", LIMIT_POLL_SECONDS_LOW);
	json_w_member_u64(w, "max_expiration", LIMIT_POLL_SECONDS_HIGH);
	json_w_object_end(w);
}

static void w_languages(struct json_writer *w, const struct config *config)
{
	json_w_key(w, "languages");
	json_w_array(w);
	for (size_t i = 0; i < config->languages.count; i++)
		json_w_str(w, config->languages.items[i]);
	json_w_array_end(w);
}

static int w_contact_account(struct json_writer *w, struct call *call, struct view *view, const char *key)
{
	json_w_key(w, key);
	return entity_account(w, call->arena, view, contact_id(call, view));
}

static struct str picture_url(struct call *call)
{
	return arena_printf(call->arena, "%.*s/header.png", STR_ARG(call->node->instance.url));
}

/* Where clients of Pleroma's dialect look, without asking whether it is there. */
static void w_pleroma_limits(struct json_writer *w, const struct config *config)
{
	json_w_member_u64(w, "max_toot_chars", config->limits_post_characters);
	json_w_key(w, "poll_limits");
	json_w_object(w);
	json_w_member_u64(w, "max_options", LIMIT_POLL_OPTIONS);
	json_w_member_u64(w, "max_option_chars", LIMIT_POLL_OPTION_CHARACTERS);
	json_w_member_u64(w, "min_expiration", LIMIT_POLL_SECONDS_LOW);
	json_w_member_u64(w, "max_expiration", LIMIT_POLL_SECONDS_HIGH);
	json_w_object_end(w);
}

/* Our address for WebSockets: http becomes ws, https wss. */
static struct str streaming_url(struct call *call)
{
	return arena_printf(call->arena, "ws%.*s", STR_ARG(str_sub(call->node->instance.url, 4, SIZE_MAX)));
}

int api_instance_v1(struct call *call, struct view *view)
{
	const struct config *config = call->node->config;
	struct figures figures = { 0 };
	struct answer answer;
	struct json_writer *w = &answer.w;
	int r = read_figures(call, view, &figures);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(w);
	json_w_member_str(w, "uri", call->node->instance.domain);
	json_w_member_str(w, "title", config->title);
	json_w_member_str(w, "short_description", config->description);
	json_w_member_str(w, "description", config->description);
	json_w_member_str(w, "email", config->contact_email);
	json_w_member_str(w, "version", version_text(call));
	json_w_key(w, "urls");
	json_w_object(w);
	json_w_member_str(w, "streaming_api", streaming_url(call));
	json_w_object_end(w);
	json_w_key(w, "stats");
	json_w_object(w);
	json_w_member_u64(w, "user_count", figures.users);
	json_w_member_u64(w, "status_count", figures.posts);
	json_w_member_u64(w, "domain_count", figures.peers);
	json_w_object_end(w);
	json_w_member_str(w, "thumbnail", picture_url(call));
	w_languages(w, config);
	json_w_member_bool(w, "registrations", config_door_is_open(config));
	json_w_member_bool(w, "approval_required", config_door_is_open(config));
	json_w_member_bool(w, "invites_enabled", config->invitations_per_person);
	json_w_key(w, "configuration");
	json_w_object(w);
	w_account_limits(w);
	w_status_limits(w, config);
	w_other_limits(w, config);
	json_w_object_end(w);
	w_pleroma_limits(w, config);
	r = w_contact_account(w, call, view, "contact_account");
	json_w_key(w, "rules");
	if (r == OK)
		r = house_rules_w(w, call->arena, view);
	json_w_object_end(w);
	return answer_end(&answer, call, r);
}

/* Nothing but signing in works without a token; clients that know the key hide what would be refused. */
static void w_access(struct json_writer *w)
{
	static const char *const feeds[] = { "live_feeds", "hashtag_feeds", "trending_link_feeds" };

	json_w_key(w, "timelines_access");
	json_w_object(w);
	for (size_t i = 0; i < sizeof(feeds) / sizeof(feeds[0]); i++) {
		const char *access = i == 2 ? "disabled" : "authenticated";

		json_w_key(w, feeds[i]);
		json_w_object(w);
		json_w_member_cstr(w, "local", access);
		json_w_member_cstr(w, "remote", access);
		json_w_object_end(w);
	}
	json_w_object_end(w);
}

/* Where people read the operator's texts before they sign in; null for what there is not. */
static void w_text_urls(struct json_writer *w, struct call *call, struct view *view)
{
	struct str page = arena_printf(call->arena, "%.*s/legal", STR_ARG(call->node->instance.url));
	struct node_text privacy, *terms;
	size_t count = 0;
	bool has_privacy = texts_get(call->arena, view, STR("privacy"), 0, &privacy) == OK;
	bool has_terms = texts_terms(call->arena, view, &terms, &count) == OK && count > 0;

	json_w_member_str_or_null(w, "privacy_policy",
	                          has_privacy ? arena_printf(call->arena, "%.*s#privacy", STR_ARG(page)) : STR_NONE);
	json_w_member_str_or_null(w, "terms_of_service",
	                          has_terms ? arena_printf(call->arena, "%.*s#terms", STR_ARG(page)) : STR_NONE);
}

static void w_configuration(struct json_writer *w, struct call *call, struct view *view)
{
	json_w_key(w, "configuration");
	json_w_object(w);
	json_w_key(w, "urls");
	json_w_object(w);
	json_w_member_str(w, "streaming", streaming_url(call));
	json_w_member_null(w, "status");
	json_w_member_str(w, "about", arena_printf(call->arena, "%.*s/legal", STR_ARG(call->node->instance.url)));
	w_text_urls(w, call, view);
	json_w_object_end(w);
	json_w_key(w, "vapid");
	json_w_object(w);
	json_w_member_str(w, "public_key", push_public_key(call->arena, view));
	json_w_object_end(w);
	w_account_limits(w);
	w_status_limits(w, call->node->config);
	w_other_limits(w, call->node->config);
	json_w_member_raw(w, "translation", STR("{\"enabled\":false}"));
	w_access(w);
	json_w_member_bool(w, "limited_federation", true);
	json_w_object_end(w);
}

static void w_registrations(struct json_writer *w, const struct config *config)
{
	json_w_key(w, "registrations");
	json_w_object(w);
	json_w_member_bool(w, "enabled", config_door_is_open(config));
	json_w_member_bool(w, "approval_required", config_door_is_open(config));
	json_w_member_bool(w, "reason_required", false);
	json_w_member_null(w, "message");
	json_w_member_null(w, "min_age");
	json_w_member_null(w, "url");
	json_w_object_end(w);
}

int api_instance_v2(struct call *call, struct view *view)
{
	const struct config *config = call->node->config;
	struct figures figures = { 0 };
	struct answer answer;
	struct json_writer *w = &answer.w;
	int r = read_active(call, view, &figures);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(w);
	json_w_member_str(w, "domain", call->node->instance.domain);
	json_w_member_str(w, "title", config->title);
	json_w_member_str(w, "version", version_text(call));
	json_w_member_cstr(w, "source_url", "");
	json_w_member_str(w, "description", config->description);
	json_w_key(w, "usage");
	json_w_object(w);
	json_w_key(w, "users");
	json_w_object(w);
	json_w_member_u64(w, "active_month", figures.active_month);
	json_w_object_end(w);
	json_w_object_end(w);
	json_w_key(w, "thumbnail");
	json_w_object(w);
	json_w_member_str(w, "url", picture_url(call));
	json_w_object_end(w);
	json_w_member_raw(w, "icon", STR("[]"));
	w_languages(w, config);
	w_configuration(w, call, view);
	w_registrations(w, config);
	json_w_key(w, "api_versions");
	json_w_object(w);
	json_w_member_u64(w, "mastodon", CLIENT_API_LEVEL);
	json_w_object_end(w);
	json_w_key(w, "contact");
	json_w_object(w);
	json_w_member_str(w, "email", config->contact_email);
	r = w_contact_account(w, call, view, "account");
	json_w_object_end(w);
	json_w_key(w, "rules");
	if (r == OK)
		r = house_rules_w(w, call->arena, view);
	json_w_object_end(w);
	return answer_end(&answer, call, r);
}

int api_instance_peers(struct call *call, struct view *view)
{
	struct answer answer;
	struct peer *peers;
	size_t count;
	int r = peers_each(call->arena, view, &peers, &count);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_array(&answer.w);
	for (size_t i = 0; i < count; i++)
		json_w_str(&answer.w, peers[i].domain);
	json_w_array_end(&answer.w);
	return answer_end(&answer, call, OK);
}

int api_preferences(struct call *call, struct view *view)
{
	const char *visibility;
	struct answer answer;
	struct json_writer *w = &answer.w;
	struct user user;
	int r = users_get(call->arena, view, call->viewer.account_id, &user);

	if (r != OK)
		return r;
	visibility = visibility_name(user.default_visibility);
	answer_begin(&answer, call);
	json_w_object(w);
	json_w_member_cstr(w, "posting:default:visibility", visibility ? visibility : "public");
	json_w_member_bool(w, "posting:default:sensitive", user.default_sensitive);
	json_w_member_str_or_null(w, "posting:default:language", user.default_language);
	json_w_member_cstr(w, "posting:default:quote_policy", quote_policy_word(user.default_quote_policy));
	json_w_member_cstr(w, "reading:expand:media", "default");
	json_w_member_bool(w, "reading:expand:spoilers", false);
	json_w_object_end(w);
	return answer_end(&answer, call, OK);
}

int api_health(struct call *call, struct view *view)
{
	uint64_t users;
	int r = users_count(view, &users);

	return r == OK ? call_reply(call, 200, "text/plain; charset=utf-8", STR("OK")) : r;
}

/* --- NodeInfo --------------------------------------------------------------------------------------------------- */

static void w_nodeinfo_link(struct json_writer *w, struct call *call, const char *rel, const char *path)
{
	json_w_object(w);
	json_w_member_cstr(w, "rel", rel);
	json_w_member_str(w, "href", arena_printf(call->arena, "%.*s%s", STR_ARG(call->node->instance.url), path));
	json_w_object_end(w);
}

int api_nodeinfo_links(struct call *call, struct view *view)
{
	struct answer answer;
	struct json_writer *w = &answer.w;

	(void)view;
	answer_begin(&answer, call);
	json_w_object(w);
	json_w_key(w, "links");
	json_w_array(w);
	w_nodeinfo_link(w, call, "http://nodeinfo.diaspora.software/ns/schema/2.1", "/nodeinfo/2.1");
	w_nodeinfo_link(w, call, "http://nodeinfo.diaspora.software/ns/schema/2.0", "/nodeinfo/2.0");
	w_nodeinfo_link(w, call, "https://www.w3.org/ns/activitystreams#Application", "/actor");  /* FEP-2677 */
	json_w_array_end(w);
	json_w_object_end(w);
	return answer_end(&answer, call, OK);
}

static void w_nodeinfo_usage(struct json_writer *w, const struct figures *figures)
{
	json_w_key(w, "usage");
	json_w_object(w);
	json_w_key(w, "users");
	json_w_object(w);
	json_w_member_u64(w, "total", figures->users);
	json_w_member_u64(w, "activeMonth", figures->active_month);
	json_w_member_u64(w, "activeHalfyear", figures->active_half_year);
	json_w_object_end(w);
	json_w_member_u64(w, "localPosts", figures->posts);
	json_w_member_u64(w, "localComments", 0);
	json_w_object_end(w);
}

static int nodeinfo(struct call *call, struct view *view, const char *version)
{
	const struct config *config = call->node->config;
	struct figures figures = { 0 };
	struct answer answer;
	struct json_writer *w = &answer.w;
	int r = read_figures(call, view, &figures);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(w);
	json_w_member_cstr(w, "version", version);
	json_w_key(w, "software");
	json_w_object(w);
	json_w_member_cstr(w, "name", SOFTWARE_NAME);
	json_w_member_cstr(w, "version", SOFTWARE_VERSION);
	json_w_object_end(w);
	json_w_member_raw(w, "protocols", STR("[\"activitypub\"]"));
	json_w_member_raw(w, "services", STR("{\"inbound\":[],\"outbound\":[]}"));
	json_w_member_bool(w, "openRegistrations", config_door_is_open(config));
	w_nodeinfo_usage(w, &figures);
	json_w_key(w, "metadata");
	json_w_object(w);
	json_w_member_str(w, "nodeName", config->title);
	json_w_member_str(w, "nodeDescription", config->description);
	/* Whose client API this is: clients built on megalodon refuse a name they do not know unless this says so. */
	json_w_key(w, "upstream");
	json_w_object(w);
	json_w_member_cstr(w, "name", "mastodon");
	json_w_object_end(w);
	json_w_object_end(w);
	json_w_object_end(w);
	call->reply.content_type = arena_printf(call->arena,
		"application/json; profile=\"http://nodeinfo.diaspora.software/ns/schema/%s#\"", version);
	return answer_end(&answer, call, OK);
}

int api_nodeinfo_20(struct call *call, struct view *view)
{
	return nodeinfo(call, view, "2.0");
}

int api_nodeinfo_21(struct call *call, struct view *view)
{
	return nodeinfo(call, view, "2.1");
}
