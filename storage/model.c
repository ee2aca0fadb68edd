/*
 * The field tables of the stored records. The words of their enumerations are in model_words.c.
 *
 * A row names a member and the tag under which it is stored. Rows may be appended and reordered; a tag is never
 * changed and never used again after its row has gone. Pure; any thread.
 */
#include "storage/model.h"

#include "storage/codec.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The record_type over a table that is called <struct>_fields. */
#define RECORD_TYPE(type) \
	const struct record_type type##_type = { \
		#type, type##_fields, COUNT(type##_fields), sizeof(struct type) \
	}

/* The same over <struct>_brief_fields, whose tags are those of <struct>_fields. */
#define BRIEF_TYPE(type) \
	const struct record_type type##_brief_type = { \
		#type, type##_brief_fields, COUNT(type##_brief_fields), sizeof(struct type) }

static const struct field account_fields[] = {
	FIELD(1, account, id),
	FIELD(2, account, kind),
	FIELD(3, account, username),
	FIELD(4, account, host),
	FIELD(5, account, uri),
	FIELD(6, account, url),
	FIELD(7, account, display_name),
	FIELD(8, account, note),
	FIELD(9, account, note_source),
	FIELD(10, account, field_pairs),
	FIELD(11, account, avatar_url),
	FIELD(12, account, header_url),
	FIELD(13, account, locked),
	FIELD(14, account, bot),
	FIELD(15, account, discoverable),
	FIELD(16, account, indexable),
	FIELD(17, account, hide_collections),
	FIELD(18, account, disabled),
	FIELD(19, account, deleted),
	FIELD(20, account, created_ms),
	FIELD(21, account, fetched_ms),
	FIELD(22, account, inbox),
	FIELD(23, account, shared_inbox),
	FIELD(24, account, outbox),
	FIELD(25, account, followers_uri),
	FIELD(26, account, following_uri),
	FIELD(27, account, featured_uri),
	FIELD(28, account, key_id),
	FIELD(29, account, key_pem),
	FIELD(30, account, also_known_as),
	FIELD(31, account, moved_to),
	FIELD(32, account, emojis_json),
	FIELD(33, account, field_sources),
	FIELD(34, account, proof_key_id),
	FIELD(35, account, proof_key),
	FIELD(36, account, old_key_id),
	FIELD(37, account, old_key_pem),
	FIELD(38, account, old_key_last),
	FIELD(43, account, old_proof_key_id),
	FIELD(44, account, old_proof_key),
	FIELD(40, account, moved_id),
	FIELD(41, account, moved_ms),
	FIELD(55, account, avatar_id),
	FIELD(56, account, header_id),
	FIELD(57, account, withheld),
	FIELD(58, account, attribution_domains),
};
RECORD_TYPE(account);

static const struct field account_stats_fields[] = {
	FIELD(1, account_stats, statuses),
	FIELD(2, account_stats, followers),
	FIELD(3, account_stats, following),
	FIELD(4, account_stats, last_status_ms),
};
RECORD_TYPE(account_stats);

static const struct field user_fields[] = {
	FIELD(1, user, account_id),
	FIELD(2, user, email),
	FIELD(3, user, password_hash),
	FIELD(4, user, roles),
	FIELD(5, user, locale),
	FIELD(6, user, created_ms),
	FIELD(7, user, last_sign_in_ms),
	FIELD(8, user, disabled),
	FIELD(9, user, default_visibility),
	FIELD(10, user, default_sensitive),
	FIELD(11, user, default_language),
	FIELD(20, user, home_read_id),
	FIELD(21, user, home_read_count),
	FIELD(22, user, home_read_ms),
	FIELD(23, user, notices_read_id),
	FIELD(24, user, notices_read_count),
	FIELD(25, user, notices_read_ms),
	FIELD(30, user, notices_not_followed),
	FIELD(31, user, notices_no_follower),
	FIELD(32, user, notices_new),
	FIELD(33, user, notices_private),
	FIELD(34, user, notices_limited),
	FIELD(35, user, holds),
	FIELD(36, user, reason),
	FIELD(37, user, default_quote_policy),
	FIELD(40, user, invitation_id),
	FIELD(41, user, invited_by_id),
	FIELD(42, user, department),
	FIELD(43, user, communities),
	FIELD(50, user, new_email),
	FIELD(51, user, device_ids),
	FIELD(52, user, seen_locale),
	FIELD(60, user, job_title),
};
RECORD_TYPE(user);

static const struct field directory_link_fields[] = {
	FIELD(1, directory_link, account_id),
	FIELD(2, directory_link, id),
	FIELD(3, directory_link, dn),
	FIELD(4, directory_link, login),
	FIELD(5, directory_link, rule),
	FIELD(6, directory_link, base),
	FIELD(7, directory_link, locked),
	FIELD(8, directory_link, roles),
	FIELD(9, directory_link, linked_ms),
};
RECORD_TYPE(directory_link);

static const struct field directory_run_fields[] = {
	FIELD(1, directory_run, started_ms),
	FIELD(2, directory_run, ended_ms),
	FIELD(3, directory_run, whole_ms),
	FIELD(4, directory_run, actor_id),
	FIELD(5, directory_run, entries),
	FIELD(6, directory_run, made),
	FIELD(7, directory_run, changed),
	FIELD(8, directory_run, disabled),
	FIELD(9, directory_run, enabled),
	FIELD(10, directory_run, conflicts),
	FIELD(11, directory_run, failure),
};
RECORD_TYPE(directory_run);

static const struct field invitation_fields[] = {
	FIELD(1, invitation, id),
	FIELD(2, invitation, secret_hash),
	FIELD(3, invitation, sponsor_id),
	FIELD(4, invitation, roles),
	FIELD(5, invitation, department),
	FIELD(6, invitation, communities),
	FIELD(7, invitation, language),
	FIELD(8, invitation, email),
	FIELD(9, invitation, name),
	FIELD(10, invitation, display_name),
	FIELD(11, invitation, uses),
	FIELD(12, invitation, uses_max),
	FIELD(13, invitation, created_ms),
	FIELD(14, invitation, expires_ms),
	FIELD(15, invitation, revoked_ms),
	FIELD(16, invitation, mail_id),
	FIELD(17, invitation, sent_ms),
};
RECORD_TYPE(invitation);

static const struct field post_fields[] = {
	FIELD(1, post, id),
	FIELD(2, post, account_id),
	FIELD(3, post, uri),
	FIELD(4, post, url),
	FIELD(5, post, visibility),
	FIELD(6, post, content),
	FIELD(7, post, source),
	FIELD(8, post, spoiler),
	FIELD(9, post, sensitive),
	FIELD(10, post, language),
	FIELD(11, post, created_ms),
	FIELD(12, post, edited_ms),
	FIELD(13, post, in_reply_to_id),
	FIELD(14, post, in_reply_to_account_id),
	FIELD(15, post, in_reply_to_uri),
	FIELD(16, post, root_id),
	FIELD(17, post, context_uri),
	FIELD(18, post, reblog_of_id),
	FIELD(19, post, mention_ids),
	FIELD(20, post, tags),
	FIELD(21, post, attachments_json),
	FIELD(22, post, emojis_json),
	FIELD(23, post, object_type),
	FIELD(24, post, app_id),
	FIELD(25, post, remote),
	FIELD(26, post, title),
	FIELD(35, post, quote_uri),
	FIELD(36, post, quote_stamp_uri),
	FIELD(37, post, quote_id),
	FIELD(38, post, replies_uri),
	FIELD(39, post, backfilled_ms),
	FIELD(40, post, quote_state),
	FIELD(41, post, quote_policy),
	FIELD(42, post, quote_account_id),
	FIELD(50, post, media_ids),
};
RECORD_TYPE(post);

static const struct field post_brief_fields[] = {
	FIELD(1, post, id),
	FIELD(2, post, account_id),
	FIELD(5, post, visibility),
	FIELD(11, post, created_ms),
	FIELD(13, post, in_reply_to_id),
	FIELD(14, post, in_reply_to_account_id),
	FIELD(16, post, root_id),
	FIELD(18, post, reblog_of_id),
	FIELD(25, post, remote),
	FIELD(37, post, quote_id),
	FIELD(40, post, quote_state),
	FIELD(41, post, quote_policy),
};
BRIEF_TYPE(post);

static const struct field scheduled_fields[] = {
	FIELD(1, scheduled, id),
	FIELD(2, scheduled, account_id),
	FIELD(3, scheduled, at_ms),
	FIELD(4, scheduled, text),
	FIELD(5, scheduled, spoiler),
	FIELD(6, scheduled, language),
	FIELD(7, scheduled, visibility),
	FIELD(8, scheduled, sensitive),
	FIELD(9, scheduled, in_reply_to_id),
	FIELD(10, scheduled, quote_id),
	FIELD(11, scheduled, app_id),
	FIELD(12, scheduled, quote_policy),
	FIELD(13, scheduled, poll_options),
	FIELD(14, scheduled, poll_multiple),
	FIELD(15, scheduled, poll_hide_totals),
	FIELD(16, scheduled, poll_ms),
	FIELD(17, scheduled, media_ids),
};
RECORD_TYPE(scheduled);

static const struct field import_fields[] = {
	FIELD(1, import, id),
	FIELD(2, import, account_id),
	FIELD(3, import, kind),
	FIELD(4, import, overwrite),
	FIELD(5, import, cleared),
	FIELD(6, import, total),
	FIELD(7, import, done),
	FIELD(8, import, failed),
	FIELD(9, import, offset),
	FIELD(10, import, failures),
	FIELD(11, import, created_ms),
	FIELD(12, import, ended_ms),
};
RECORD_TYPE(import);

static const struct field post_stats_fields[] = {
	FIELD(1, post_stats, replies),
	FIELD(2, post_stats, reblogs),
	FIELD(3, post_stats, favourites),
	FIELD(4, post_stats, quotes),
};
RECORD_TYPE(post_stats);

static const struct field post_edit_fields[] = {
	FIELD(1, post_edit, post_id),
	FIELD(2, post_edit, created_ms),
	FIELD(3, post_edit, content),
	FIELD(4, post_edit, spoiler),
	FIELD(5, post_edit, sensitive),
	FIELD(6, post_edit, attachments_json),
};
RECORD_TYPE(post_edit);

static const struct field follow_fields[] = {
	FIELD(1, follow, follower_id),
	FIELD(2, follow, followee_id),
	FIELD(3, follow, state),
	FIELD(4, follow, show_reblogs),
	FIELD(5, follow, notify),
	FIELD(6, follow, languages),
	FIELD(7, follow, uri),
	FIELD(8, follow, created_ms),
};
RECORD_TYPE(follow);

static const struct field follow_brief_fields[] = {
	FIELD(1, follow, follower_id),
	FIELD(2, follow, followee_id),
	FIELD(3, follow, state),
	FIELD(4, follow, show_reblogs),
	FIELD(5, follow, notify),
};
BRIEF_TYPE(follow);

/* What a follow says about the timeline of who follows. */
static const struct field follow_taste_fields[] = {
	FIELD(3, follow, state),
	FIELD(4, follow, show_reblogs),
	FIELD(6, follow, languages),
};
const struct record_type follow_taste_type = {
	"follow", follow_taste_fields, COUNT(follow_taste_fields), sizeof(struct follow)
};

static const struct field block_fields[] = {
	FIELD(1, block, blocker_id),
	FIELD(2, block, blocked_id),
	FIELD(3, block, uri),
	FIELD(4, block, created_ms),
};
RECORD_TYPE(block);

static const struct field tie_fields[] = {
	FIELD(1, tie, account_id),
	FIELD(2, tie, other_id),
	FIELD(3, tie, muted),
	FIELD(4, tie, mute_notices),
	FIELD(5, tie, mute_ends_ms),
	FIELD(6, tie, note),
	FIELD(7, tie, endorsed),
	FIELD(8, tie, dismissed),
};
RECORD_TYPE(tie);

static const struct field tie_brief_fields[] = {
	FIELD(1, tie, account_id),
	FIELD(2, tie, other_id),
	FIELD(3, tie, muted),
	FIELD(4, tie, mute_notices),
	FIELD(5, tie, mute_ends_ms),
	FIELD(7, tie, endorsed),
	FIELD(8, tie, dismissed),
};
BRIEF_TYPE(tie);

static const struct field list_fields[] = {
	FIELD(1, list, id),
	FIELD(2, list, account_id),
	FIELD(3, list, title),
	FIELD(4, list, replies),
	FIELD(5, list, exclusive),
};
RECORD_TYPE(list);

static const struct field list_brief_fields[] = {
	FIELD(1, list, id),
	FIELD(2, list, account_id),
	FIELD(4, list, replies),
	FIELD(5, list, exclusive),
};
BRIEF_TYPE(list);

static const struct field filter_fields[] = {
	FIELD(1, filter, id),
	FIELD(2, filter, account_id),
	FIELD(3, filter, title),
	FIELD(4, filter, contexts),
	FIELD(5, filter, action),
	FIELD(6, filter, ends_ms),
	FIELD(7, filter, keyword_ids),
	FIELD(8, filter, keywords),
	FIELD(9, filter, whole_words),
	FIELD(10, filter, entry_ids),
	FIELD(11, filter, status_ids),
};
RECORD_TYPE(filter);

static const struct field report_fields[] = {
	FIELD(1, report, id),
	FIELD(2, report, reporter_id),
	FIELD(3, report, target_id),
	FIELD(4, report, post_ids),
	FIELD(5, report, comment),
	FIELD(6, report, category),
	FIELD(7, report, forwarded),
	FIELD(8, report, created_ms),
	FIELD(9, report, closed_ms),
	FIELD(10, report, assigned_id),
	FIELD(11, report, closed_by_id),
	FIELD(12, report, changed_ms),
	FIELD(13, report, rule_ids),
};
RECORD_TYPE(report);

static const struct field house_rule_fields[] = {
	FIELD(1, house_rule, id),
	FIELD(2, house_rule, text),
	FIELD(3, house_rule, hint),
	FIELD(4, house_rule, translations),
	FIELD(5, house_rule, place),
	FIELD(6, house_rule, created_ms),
	FIELD(7, house_rule, changed_ms),
};
RECORD_TYPE(house_rule);

static const struct field favourite_fields[] = {
	FIELD(1, favourite, id),
	FIELD(2, favourite, account_id),
	FIELD(3, favourite, post_id),
	FIELD(4, favourite, uri),
};
RECORD_TYPE(favourite);

static const struct field emoji_reaction_fields[] = {
	FIELD(1, emoji_reaction, id),
	FIELD(2, emoji_reaction, account_id),
	FIELD(3, emoji_reaction, post_id),
	FIELD(4, emoji_reaction, emoji),
	FIELD(5, emoji_reaction, emoji_url),
	FIELD(6, emoji_reaction, uri),
};
RECORD_TYPE(emoji_reaction);

static const struct field poll_fields[] = {
	FIELD(1, poll, post_id),
	FIELD(2, poll, options),
	FIELD(3, poll, counts),
	FIELD(4, poll, multiple),
	FIELD(5, poll, expires_ms),
	FIELD(6, poll, closed_ms),
	FIELD(7, poll, voters),
	FIELD(8, poll, hide_totals),
	FIELD(9, poll, pending),
	FIELD(10, poll, told),
};
RECORD_TYPE(poll);

static const struct field vote_fields[] = {
	FIELD(1, vote, post_id),
	FIELD(2, vote, account_id),
	FIELD(3, vote, choices),
};
RECORD_TYPE(vote);

static const struct field notice_fields[] = {
	FIELD(1, notice, id),
	FIELD(2, notice, account_id),
	FIELD(3, notice, kind),
	FIELD(4, notice, actor_id),
	FIELD(5, notice, post_id),
	FIELD(6, notice, created_ms),
	FIELD(10, notice, filtered),
	FIELD(11, notice, report_id),
};
RECORD_TYPE(notice);

static const struct field push_fields[] = {
	FIELD(1, push, account_id),
	FIELD(2, push, token_id),
	FIELD(3, push, endpoint),
	FIELD(4, push, public_key),
	FIELD(5, push, auth),
	FIELD(6, push, secret),
	FIELD(7, push, standard),
	FIELD(8, push, alerts),
	FIELD(9, push, policy),
	FIELD(10, push, failures),
	FIELD(11, push, wait_until_ms),
	FIELD(12, push, sealed),
};
RECORD_TYPE(push);

static const struct field announcement_fields[] = {
	FIELD(1, announcement, id),
	FIELD(2, announcement, text),
	FIELD(3, announcement, content),
	FIELD(4, announcement, starts_ms),
	FIELD(5, announcement, ends_ms),
	FIELD(6, announcement, all_day),
	FIELD(7, announcement, published_ms),
};
RECORD_TYPE(announcement);

static const struct field conversation_fields[] = {
	FIELD(1, conversation, id),
	FIELD(2, conversation, account_id),
	FIELD(3, conversation, root_id),
	FIELD(4, conversation, last_post_id),
	FIELD(5, conversation, participant_ids),
	FIELD(6, conversation, unread),
};
RECORD_TYPE(conversation);

static const struct field app_fields[] = {
	FIELD(1, app, id),
	FIELD(2, app, name),
	FIELD(3, app, website),
	FIELD(4, app, redirect_uris),
	FIELD(5, app, scopes),
	FIELD(6, app, client_id),
	FIELD(7, app, secret_hash),
	FIELD(8, app, created_ms),
	FIELD(9, app, asked_ms),
	FIELD(10, app, granted),
};
RECORD_TYPE(app);

static const struct field token_fields[] = {
	FIELD(1, token, id),
	FIELD(2, token, app_id),
	FIELD(3, token, account_id),
	FIELD(4, token, scopes),
	FIELD(5, token, created_ms),
	FIELD(6, token, used_ms),
	FIELD(7, token, expires_ms),
};
RECORD_TYPE(token);

static const struct field refresh_fields[] = {
	FIELD(1, refresh, account_id),
	FIELD(2, refresh, token_id),
	FIELD(3, refresh, scopes),
	FIELD(4, refresh, family_hash),
	FIELD(5, refresh, current_hash),
};
RECORD_TYPE(refresh);

static const struct field grant_fields[] = {
	FIELD(1, grant, app_id),
	FIELD(2, grant, account_id),
	FIELD(3, grant, redirect_uri),
	FIELD(4, grant, scopes),
	FIELD(5, grant, code_challenge),
	FIELD(6, grant, expires_ms),
	FIELD(7, grant, token_id),
};
RECORD_TYPE(grant);

static const struct field session_fields[] = {
	FIELD(1, session, account_id),
	FIELD(2, session, created_ms),
	FIELD(3, session, expires_ms),
	FIELD(4, session, used_ms),
	FIELD(5, session, browser),
	FIELD(6, session, system),
};
RECORD_TYPE(session);

static const struct field second_factor_fields[] = {
	FIELD(1, second_factor, account_id),
	FIELD(2, second_factor, totp_sealed),
	FIELD(3, second_factor, totp_ms),
	FIELD(4, second_factor, totp_step),
	FIELD(5, second_factor, pending_sealed),
	FIELD(6, second_factor, pending_ms),
	FIELD(7, second_factor, recovery),
	FIELD(8, second_factor, recovery_ms),
};
RECORD_TYPE(second_factor);

static const struct field attempts_fields[] = {
	FIELD(1, attempts, count),
	FIELD(2, attempts, last_ms),
};
RECORD_TYPE(attempts);

static const struct field passkey_fields[] = {
	FIELD(1, passkey, account_id),
	FIELD(2, passkey, id),
	FIELD(3, passkey, credential_id),
	FIELD(4, passkey, public_key),
	FIELD(5, passkey, algorithm),
	FIELD(6, passkey, counter),
	FIELD(7, passkey, name),
	FIELD(8, passkey, created_ms),
	FIELD(9, passkey, used_ms),
	FIELD(10, passkey, suspect_ms),
	FIELD(11, passkey, synced),
};
RECORD_TYPE(passkey);

static const struct field challenge_fields[] = {
	FIELD(1, challenge, account_id),
	FIELD(2, challenge, kind),
	FIELD(3, challenge, expires_ms),
};
RECORD_TYPE(challenge);

static const struct field peer_fields[] = {
	FIELD(1, peer, id),
	FIELD(2, peer, domain),
	FIELD(3, peer, url),
	FIELD(4, peer, tier),
	FIELD(5, peer, paused),
	FIELD(6, peer, actor_uri),
	FIELD(7, peer, inbox),
	FIELD(8, peer, key_id),
	FIELD(9, peer, key_pem),
	FIELD(10, peer, created_ms),
	FIELD(11, peer, contacted_ms),
	FIELD(12, peer, way),
	FIELD(13, peer, way_ms),
	FIELD(14, peer, way_tried),
	FIELD(15, peer, activities_a_minute),
	FIELD(16, peer, body_max),
	FIELD(17, peer, shared_inbox),
	FIELD(19, peer, attachments_max),
	FIELD(20, peer, media_kinds),
};
RECORD_TYPE(peer);

static const struct field rule_fields[] = {
	FIELD(1, rule, kind),
	FIELD(2, rule, value),
	FIELD(3, rule, comment),
	FIELD(4, rule, created_ms),
	FIELD(5, rule, severity),
	FIELD(6, rule, ends_ms),
};
RECORD_TYPE(rule);

static const struct field refusal_fields[] = {
	FIELD(1, refusal, id),
	FIELD(2, refusal, origin),
	FIELD(3, refusal, who),
	FIELD(4, refusal, reason),
	FIELD(5, refusal, detail),
	FIELD(6, refusal, count),
	FIELD(7, refusal, last_ms),
};
RECORD_TYPE(refusal);

static const struct field media_record_fields[] = {
	FIELD(1, media_record, id),
	FIELD(2, media_record, account_id),
	FIELD(3, media_record, post_id),
	FIELD(4, media_record, loose_ms),
	FIELD(5, media_record, use),
	FIELD(6, media_record, state),
	FIELD(7, media_record, kind),
	FIELD(8, media_record, type),
	FIELD(9, media_record, preview_type),
	FIELD(10, media_record, blob),
	FIELD(11, media_record, preview_blob),
	FIELD(12, media_record, raw_blob),
	FIELD(13, media_record, bytes),
	FIELD(14, media_record, width),
	FIELD(15, media_record, height),
	FIELD(16, media_record, preview_width),
	FIELD(17, media_record, preview_height),
	FIELD(18, media_record, blurhash),
	FIELD(19, media_record, has_focus),
	FIELD(20, media_record, focus_x),
	FIELD(21, media_record, focus_y),
	FIELD(22, media_record, description),
	FIELD(23, media_record, name),
	FIELD(24, media_record, secret),
	FIELD(25, media_record, remote_url),
	FIELD(26, media_record, duration_ms),
	FIELD(27, media_record, rate),
	FIELD(28, media_record, scheduled_id),
	FIELD(29, media_record, text_bytes),
};
RECORD_TYPE(media_record);

static const struct field emoji_fields[] = {
	FIELD(1, emoji, shortcode),
	FIELD(2, emoji, category),
	FIELD(3, emoji, media_id),
	FIELD(4, emoji, hidden),
	FIELD(5, emoji, disabled),
	FIELD(6, emoji, added_ms),
};
RECORD_TYPE(emoji);

static const struct field lane_fields[] = {
	FIELD(1, lane, peer_id),
	FIELD(2, lane, failures),
	FIELD(3, lane, down_since_ms),
	FIELD(4, lane, next_try_ms),
	FIELD(5, lane, success_ms),
	FIELD(6, lane, last_error),
	FIELD(7, lane, error_ms),
	FIELD(8, lane, dropped),
	FIELD(9, lane, dropped_reason),
	FIELD(10, lane, dropped_ms),
};
RECORD_TYPE(lane);

static const struct field delivery_fields[] = {
	FIELD(1, delivery, peer_id),
	FIELD(2, delivery, sequence),
	FIELD(3, delivery, activity_id),
	FIELD(4, delivery, actor_id),
	FIELD(5, delivery, object_key),
	FIELD(6, delivery, inbox),
	FIELD(7, delivery, tries),
	FIELD(8, delivery, not_before_ms),
	FIELD(9, delivery, expires_ms),
	FIELD(10, delivery, to_followers),
};
RECORD_TYPE(delivery);

static const struct field activity_record_fields[] = {
	FIELD(1, activity_record, id),
	FIELD(2, activity_record, uri),
	FIELD(3, activity_record, type),
	FIELD(4, activity_record, account_id),
	FIELD(5, activity_record, object_id),
	FIELD(6, activity_record, body),
	FIELD(7, activity_record, visibility),
	FIELD(8, activity_record, outbox),
};
RECORD_TYPE(activity_record);

static const struct field job_fields[] = {
	FIELD(1, job, id),
	FIELD(2, job, due_ms),
	FIELD(3, job, kind),
	FIELD(4, job, argument),
	FIELD(5, job, subject),
	FIELD(6, job, cursor),
	FIELD(7, job, tries),
	FIELD(8, job, lease),
};
RECORD_TYPE(job);

static const struct field mail_fields[] = {
	FIELD(1, mail, id),
	FIELD(2, mail, template),
	FIELD(3, mail, locale),
	FIELD(4, mail, to),
	FIELD(5, mail, to_name),
	FIELD(6, mail, account_id),
	FIELD(7, mail, asked_by),
	FIELD(8, mail, subject_id),
	FIELD(9, mail, sealed),
	FIELD(10, mail, state),
	FIELD(11, mail, tries),
	FIELD(12, mail, begun),
	FIELD(13, mail, created_ms),
	FIELD(14, mail, expires_ms),
	FIELD(16, mail, ended_ms),
	FIELD(17, mail, answer),
	FIELD(18, mail, job_id),
};
RECORD_TYPE(mail);

static const struct field email_link_fields[] = {
	FIELD(1, email_link, account_id),
	FIELD(2, email_link, kind),
	FIELD(3, email_link, email),
	FIELD(4, email_link, created_ms),
	FIELD(5, email_link, expires_ms),
};
RECORD_TYPE(email_link);
