"""The shapes of the client API, as clients read them: every key, its type, whether it may be null. check() lists
what is wrong with an answer; a client throws on any one of these."""

import re

# name:type, with ? for "may be null" and ~ for "may be absent".
# s text, i integer, n number, b boolean, d instant, D day, u absolute URL, o any object, [X] list of X; a name is
# that entity.
_ENTITIES = {
    "CustomEmoji": "shortcode:s url:u static_url:u visible_in_picker:b category:s?",
    "Field": "name:s value:s verified_at:d?",
    "Account": """id:id username:s acct:s url:u uri:u display_name:s note:s avatar:u avatar_static:u header:u
        header_static:u locked:b bot:b group:b discoverable:b? indexable:b created_at:d last_status_at:D?
        statuses_count:i followers_count:i following_count:i hide_collections:b? emojis:[CustomEmoji]
        fields:[Field]""",
    "Source": """note:s fields:[Field] privacy:visibility sensitive:b language:s? follow_requests_count:i
        hide_collections:b? discoverable:b? indexable:b""",
    "Role": "id:s name:s color:s permissions:s highlighted:b",
    "CredentialAccount": "+Account source:Source role:Role",
    "Mention": "id:id username:s url:u acct:s",
    "StatusTag": "name:s url:u",
    "Application": "name:s website:s?",
    "QuoteApproval": "automatic:[s] manual:[s] current_user:s",
    "Status": """id:id uri:u url:u? created_at:d edited_at:d? account:Account content:s visibility:visibility
        sensitive:b spoiler_text:s media_attachments:[o] mentions:[Mention] tags:[StatusTag]
        emojis:[CustomEmoji] reblogs_count:i favourites_count:i replies_count:i in_reply_to_id:id?
        in_reply_to_account_id:id? reblog:Status? poll:o? card:o? language:s? application:Application?~""",
    "OwnStatus": "+Status favourited:b reblogged:b muted:b bookmarked:b filtered:[o]",
    "Context": "ancestors:[Status] descendants:[Status]",
    "StatusSource": "id:id text:s spoiler_text:s",
    "StatusEdit": """content:s spoiler_text:s sensitive:b created_at:d account:Account media_attachments:[o]
        emojis:[CustomEmoji]""",
    "Relationship": """id:id following:b showing_reblogs:b notifying:b languages:[s]? followed_by:b blocking:b
        blocked_by:b muting:b muting_notifications:b muting_expires_at:d? requested:b requested_by:b domain_blocking:b endorsed:b
        note:s""",
    "FamiliarFollowers": "id:id accounts:[Account]",
    "Suggestion": "source:s sources:[s] account:Account",
    "List": "id:id title:s replies_policy:s exclusive:b",
    "FilterKeyword": "id:id keyword:s whole_word:b",
    "FilterStatus": "id:id status_id:id",
    "FilterHead": "id:id title:s context:[s] expires_at:d? filter_action:s",
    "Filter": "+FilterHead keywords:[FilterKeyword] statuses:[FilterStatus]",
    "FilterResult": "filter:FilterHead keyword_matches:[s]? status_matches:[id]?",
    "Filter1": "id:id phrase:s context:[s] expires_at:d? irreversible:b whole_word:b",
    "Notification": "id:id type:s group_key:s created_at:d account:Account status:Status?~",
    "WebPushSubscription": "id:id endpoint:u standard:b server_key:s alerts:o policy:s",
    "ScheduledPoll": "options:[s] expires_in:i multiple:b hide_totals:b",
    "ScheduledParams": """text:s visibility:visibility poll:ScheduledPoll? media_ids:[id]? sensitive:b spoiler_text:s?
        in_reply_to_id:id? language:s? application_id:id? idempotency:s? with_rate_limit:b quoted_status_id:id?~""",
    "ScheduledStatus": "id:id scheduled_at:d params:ScheduledParams media_attachments:[o]",
    "AnnouncementReaction": "name:s count:i me:b url:u~ static_url:u~",
    "Reaction": "name:s count:i me:b url:u? static_url:u? accounts:[Account]",
    "Announcement": """id:id content:s starts_at:d? ends_at:d? all_day:b published_at:d updated_at:d read:b mentions:[o]
        statuses:[o] tags:[o] emojis:[CustomEmoji] reactions:[AnnouncementReaction]""",
    "PartialAccount": "id:id acct:s url:u avatar:u avatar_static:u locked:b bot:b",
    "NotificationGroup": """group_key:s notifications_count:i type:s most_recent_notification_id:id page_min_id:id
        page_max_id:id latest_page_notification_at:d sample_account_ids:[id] status_id:id~""",
    "NotificationGroups": """accounts:[Account] statuses:[Status] partial_accounts:[PartialAccount]~
        notification_groups:[NotificationGroup]""",
    "PolicySummary": "pending_requests_count:i pending_notifications_count:i",
    "NotificationPolicy": """for_not_following:s for_not_followers:s for_new_accounts:s for_private_mentions:s
        for_limited_accounts:s summary:PolicySummary""",
    "NotificationRequest": """id:id created_at:d updated_at:d account:Account notifications_count:s
        last_status:Status?""",
    "Conversation": "id:id unread:b accounts:[Account] last_status:Status?",
    "Preferences": """posting:default:visibility=visibility posting:default:sensitive=b
        posting:default:language=s? reading:expand:media=s reading:expand:spoilers=b""",
    "TagHistory": "day:s uses:s accounts:s",
    "Tag": "id:s name:s url:u history:[TagHistory] following:b featuring:b",
    "FeaturedTag": "id:id name:s url:u statuses_count:s last_status_at:D?",
    "Search": "accounts:[Account] statuses:[Status] hashtags:[Tag]",
    "Rule": "id:s text:s",
    "Urls": "streaming:s",
    "StatusLimits": "max_characters:i max_media_attachments:i characters_reserved_per_url:i",
    "AccountLimits": "max_featured_tags:i",
    "MediaLimits": """supported_mime_types:[s] image_size_limit:i image_matrix_limit:i video_size_limit:i
        video_frame_rate_limit:i video_matrix_limit:i""",
    "PollLimits": "max_options:i max_characters_per_option:i min_expiration:i max_expiration:i",
    "Translation": "enabled:b",
    "Configuration2": """urls:Urls accounts:AccountLimits statuses:StatusLimits media_attachments:MediaLimits
        polls:PollLimits translation:Translation""",
    "Configuration1": "accounts:AccountLimits statuses:StatusLimits media_attachments:MediaLimits polls:PollLimits",
    "ActiveUsers": "active_month:i",
    "Usage": "users:ActiveUsers",
    "Thumbnail": "url:u",
    "Registrations": "enabled:b approval_required:b message:s?~",
    "ApiVersions": "mastodon:i",
    "Contact": "email:s account:Account?",
    "Instance2": """domain:s title:s version:s source_url:s description:s usage:Usage thumbnail:Thumbnail
        languages:[s] configuration:Configuration2 registrations:Registrations api_versions:ApiVersions
        contact:Contact rules:[Rule]""",
    "StreamingUrl": "streaming_api:s",
    "Stats": "user_count:i status_count:i domain_count:i",
    "Instance1": """uri:s title:s short_description:s description:s email:s version:s urls:StreamingUrl
        stats:Stats thumbnail:s? languages:[s] registrations:b approval_required:b invites_enabled:b
        configuration:Configuration1 contact_account:Account? rules:[Rule]""",
    "TokenInfo": "id:id created_at:d last_used:d scope:s application:Application",
    "CredentialApplication": """id:s name:s website:s? scopes:[s] redirect_uris:[s] redirect_uri:s client_id:s
        client_secret:s client_secret_expires_at:i""",
    "Token": "access_token:s token_type:s scope:s created_at:i",
    "Error": "error:s error_description:s?~",
}

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_LEAVES = {
    "s": lambda v: isinstance(v, str),
    "i": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "n": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "b": lambda v: isinstance(v, bool),
    "d": lambda v: isinstance(v, str) and bool(_INSTANT.fullmatch(v)),
    "D": lambda v: isinstance(v, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", v)),
    "u": lambda v: isinstance(v, str) and bool(re.match(r"https?://[^/]+/", v + "/")),
    "o": lambda v: isinstance(v, dict),
    "id": lambda v: isinstance(v, str) and v.isdecimal(),
    "visibility": lambda v: v in ("public", "unlisted", "private", "direct"),
}


def _fields(name):
    for word in _ENTITIES[name].split():
        if word.startswith("+"):
            yield from _fields(word[1:])
            continue
        key, _, kind = word.rpartition("=") if "=" in word else word.rpartition(":")
        yield key, kind.rstrip("?~"), "?" in kind[-2:], kind.endswith("~")


def problems(value, kind, path="", null=False):
    path = path or kind
    if value is None:
        return [] if null else [f"{path} is null"]
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{path} is no list: {value!r:.80}"]
        return [p for i, item in enumerate(value) for p in problems(item, kind[1:-1], f"{path}[{i}]")]
    if kind in _LEAVES:
        return [] if _LEAVES[kind](value) else [f"{path} is no {kind}: {value!r:.80}"]
    if not isinstance(value, dict):
        return [f"{path} is no object: {value!r:.80}"]
    found = []
    for key, inner, nullable, optional in _fields(kind):
        if key not in value:
            found += [] if optional else [f"{path}.{key} is missing"]
        else:
            found += problems(value[key], inner, f"{path}.{key}", nullable)
    return found


def check(value, kind):
    """Insists that an answer has the shape of an entity ("Status", "[Account]")."""
    found = problems(value, kind)
    assert not found, "\n".join(found)
    return value
