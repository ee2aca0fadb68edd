"""The shapes of the client API, as clients read them: every key, its type, whether it may be null, and no key that is
not named here. check() lists what is wrong with an answer; a client throws on any one of these. Which route answers
with which: answers.py, which looks at every answer that any test gets."""

import re

# name:type, with ? for "may be null", ~ for "may be absent", ! for "there when somebody signed in asks". Where names
# hold colons, = stands between. s text, i integer, n number, b boolean, d instant, D day, u absolute URL, o any object,
# [X] list of X, {X} map of names to X, (a|b) one of these words; a name is that entity.
_ENTITIES = {
    "CustomEmoji": "shortcode:s url:u static_url:u visible_in_picker:b category:s?",
    "Field": "name:s value:s verified_at:d?",
    "AccountRole": "id:id name:s color:s",
    "Account": """id:id username:s acct:s url:u uri:u display_name:s note:s avatar:u avatar_static:u header:u
        header_static:u avatar_description:s header_description:s locked:b bot:b group:b discoverable:b? indexable:b
        noindex:b?~ created_at:d last_status_at:D? statuses_count:i followers_count:i following_count:i
        hide_collections:b? emojis:[CustomEmoji] fields:[Field] roles:[AccountRole] moved:Account?~ suspended:b~ limited:b~
        memorial:b~ show_media:b show_media_replies:b show_featured:b feature_approval:QuoteApproval~""",
    "Source": """note:s fields:[Field] privacy:visibility sensitive:b language:s? follow_requests_count:i
        hide_collections:b? discoverable:b? indexable:b attribution_domains:[s]
        also_known_as_uris:[u] quote_policy:(public|followers|nobody)""",
    "Role": "id:id name:s color:s permissions:s highlighted:b",
    "CredentialAccount": "+Account source:Source role:Role",
    "MutedAccount": "+Account mute_expires_at:d?",
    "Mention": "id:id username:s url:u acct:s",
    "StatusTag": "name:s url:u",
    "StatusApplication": "name:s website:s?",
    "QuoteApproval": "automatic:[circle] manual:[circle] current_user:(automatic|manual|denied|unknown)",
    "Quote": """state:(pending|accepted|rejected|revoked|deleted|unauthorized|blocked_account|blocked_domain|muted_account)
        quoted_status:Status?~ quoted_status_id:id?~""",
    "Size": "width:i~ height:i~ size:s~ aspect:n~ frame_rate:s~ duration:n~ bitrate:i~",
    "Point": "x:n y:n",
    "MediaMeta": "original:Size~ small:Size~ focus:Point~",
    "MediaFile": "name:s size:i mime_type:s",
    "MediaAttachment": """id:id type:(image|gifv|video|audio|unknown) url:u? preview_url:u? remote_url:u? meta:MediaMeta?
        description:s? blurhash:s?""",
    "PollOption": "title:s votes_count:i?",
    "Poll": """id:id expires_at:d? expired:b multiple:b votes_count:i voters_count:i? options:[PollOption]
        emojis:[CustomEmoji] voted:b! own_votes:[i]!""",
    "CardAuthor": "name:s url:s account:Account?",
    "PreviewCard": """url:u title:s description:s type:(link|photo|video|rich) authors:[CardAuthor] author_name:s
        author_url:s provider_name:s provider_url:s html:s width:i height:i image:u? image_description:s embed_url:s
        blurhash:s? published_at:d? language:s? history:[TagHistory]~""",
    "Status": """id:id uri:u url:u? created_at:d edited_at:d? account:Account content:s visibility:visibility
        sensitive:b spoiler_text:s media_attachments:[MediaAttachment] mentions:[Mention] tags:[StatusTag]
        emojis:[CustomEmoji] reblogs_count:i favourites_count:i replies_count:i quotes_count:i in_reply_to_id:id?
        in_reply_to_account_id:id? reblog:Status? poll:Poll? card:PreviewCard? language:s?
        application:StatusApplication?~ text:s~ quote:Quote? quote_approval:QuoteApproval favourited:b! reblogged:b!
        muted:b! bookmarked:b! pinned:b~ filtered:[FilterResult]!""",
    "DeletedStatus": "+Status text:s",
    "Context": "ancestors:[Status] descendants:[Status]",
    "StatusSource": "id:id text:s spoiler_text:s",
    "EditOption": "title:s",
    "EditPoll": "options:[EditOption]",
    "StatusEdit": """content:s spoiler_text:s sensitive:b created_at:d account:Account poll:EditPoll?~
        media_attachments:[MediaAttachment] emojis:[CustomEmoji] quote:Quote?~""",
    "Reaction": "name:s count:i me:b url:u~ static_url:u~",
    "ReactionPeople": "+Reaction accounts:[Account]",
    "Relationship": """id:id following:b showing_reblogs:b notifying:b languages:[s]? followed_by:b blocking:b
        blocked_by:b muting:b muting_notifications:b muting_expires_at:d? requested:b requested_by:b domain_blocking:b
        endorsed:b note:s""",
    "FamiliarFollowers": "id:id accounts:[Account]",
    "Suggestion": "source:s sources:[s] account:Account",
    "List": "id:id title:s replies_policy:(followed|list|none) exclusive:b",
    "FilterKeyword": "id:id keyword:s whole_word:b",
    "FilterStatus": "id:id status_id:id",
    "FilterHead": """id:id title:s context:[(home|notifications|public|thread|account)] expires_at:d?
        filter_action:(warn|hide|blur)""",
    "Filter": "+FilterHead keywords:[FilterKeyword] statuses:[FilterStatus]",
    "FilterResult": "filter:FilterHead keyword_matches:[s]? status_matches:[id]?",
    "Filter1": """id:id phrase:s context:[(home|notifications|public|thread|account)] expires_at:d? irreversible:b
        whole_word:b""",
    "Notification": """id:id type:notice group_key:s created_at:d account:Account status:Status~ report:Report~
        event:o~ moderation_warning:o~""",
    "Count": "count:i",
    "WebPushSubscription": "id:id endpoint:u standard:b server_key:s alerts:{b} policy:(all|followed|follower|none)",
    "ScheduledPoll": "options:[s] expires_in:i multiple:b hide_totals:b",
    "ScheduledParams": """text:s visibility:visibility poll:ScheduledPoll? media_ids:[id]? sensitive:b? spoiler_text:s?
        in_reply_to_id:id? language:s? application_id:id? idempotency:s? with_rate_limit:b quoted_status_id:id?~
        scheduled_at:d?~""",
    "ScheduledStatus": "id:id scheduled_at:d params:ScheduledParams media_attachments:[MediaAttachment]",
    "AnnouncementStatus": "id:id url:u",
    "Announcement": """id:id content:s starts_at:d? ends_at:d? all_day:b published_at:d updated_at:d read:b
        mentions:[Mention] statuses:[AnnouncementStatus] tags:[StatusTag] emojis:[CustomEmoji] reactions:[Reaction]""",
    "AnnouncementReactionEvent": "name:s count:i url:u~ static_url:u~ announcement_id:id",
    "PartialAccount": "id:id acct:s url:u avatar:u avatar_static:u locked:b bot:b",
    "NotificationGroup": """group_key:s notifications_count:i type:notice most_recent_notification_id:id page_min_id:id
        page_max_id:id latest_page_notification_at:d sample_account_ids:[id] status_id:id~
        report:Report~""",
    "NotificationGroups": """accounts:[Account] statuses:[Status] partial_accounts:[PartialAccount]~
        notification_groups:[NotificationGroup]""",
    "PolicySummary": "pending_requests_count:i pending_notifications_count:i",
    "NotificationPolicy": """for_not_following:verdict for_not_followers:verdict for_new_accounts:verdict
        for_private_mentions:verdict for_limited_accounts:verdict summary:PolicySummary""",
    "NotificationRequest": """id:id created_at:d updated_at:d account:Account notifications_count:id
        last_status:Status?""",
    "Merged": "merged:b",
    "Conversation": "id:id unread:b accounts:[Account] last_status:Status?",
    "Preferences": """posting:default:visibility=visibility posting:default:sensitive=b posting:default:language=s?
        posting:default:quote_policy=(public|followers|nobody)
        reading:expand:media=(default|show_all|hide_all) reading:expand:spoilers=b""",
    "Marker": "last_read_id:id version:i updated_at:d",
    "Markers": "home:Marker~ notifications:Marker~",
    "TagHistory": "day:id uses:id accounts:id",
    "Tag": "id:s name:s url:u history:[TagHistory] following:b~ featuring:b~",
    "FeaturedTag": "id:id name:s url:u statuses_count:id last_status_at:D?",
    "Search": "accounts:[Account] statuses:[Status] hashtags:[Tag]",
    "Report": """id:id action_taken:b action_taken_at:d? category:(spam|legal|violation|other) comment:s forwarded:b
        created_at:d status_ids:[id]? rule_ids:[id]? target_account:Account""",
    "TranslatedMedia": "id:id description:s",
    "Translation": """content:s spoiler_text:s language:s detected_source_language:s provider:s poll:o?
        media_attachments:[TranslatedMedia]""",
    "ImportFailure": "row:s reason:s",
    "Import": """id:id type:s mode:(merge|overwrite) state:(waiting|running|done) total:i done:i failed:i created_at:d
        finished_at:d? failures:[ImportFailure]~""",
    "Rule": "id:id text:s hint:s translations:o",
    "Urls": "streaming:s status:u? about:u privacy_policy:u? terms_of_service:u?",
    "Vapid": "public_key:s",
    "StatusLimits": "max_characters:i max_media_attachments:i characters_reserved_per_url:i supported_mime_types:[s]",
    "AccountLimits": """max_featured_tags:i max_pinned_statuses:i max_profile_fields:i profile_field_name_limit:i
        profile_field_value_limit:i max_display_name_length:i max_note_length:i max_avatar_description_length:i
        max_header_description_length:i""",
    "MediaLimits": """supported_mime_types:[s] description_limit:i image_size_limit:i image_matrix_limit:i
        video_size_limit:i video_frame_rate_limit:i video_matrix_limit:i""",
    "PollLimits": "max_options:i max_characters_per_option:i min_expiration:i max_expiration:i",
    "TranslationLimits": "enabled:b",
    "FeedAccess": "local:(public|authenticated|disabled) remote:(public|authenticated|disabled)",
    "TimelinesAccess": "live_feeds:FeedAccess hashtag_feeds:FeedAccess trending_link_feeds:FeedAccess",
    "Configuration1": "accounts:AccountLimits statuses:StatusLimits media_attachments:MediaLimits polls:PollLimits",
    "Configuration2": """+Configuration1 urls:Urls vapid:Vapid translation:TranslationLimits
        timelines_access:TimelinesAccess limited_federation:b""",
    "ActiveUsers": "active_month:i",
    "Usage": "users:ActiveUsers",
    "Thumbnail": "url:u blurhash:s~ description:s~ versions:o~",
    "Icon": "src:u size:s",
    "Registrations": "enabled:b approval_required:b reason_required:b? message:s? min_age:i? url:u?",
    "ApiVersions": "mastodon:i",
    "Contact": "email:s account:Account?",
    "Instance2": """domain:s title:s version:s source_url:s description:s usage:Usage thumbnail:Thumbnail icon:[Icon]
        languages:[s] configuration:Configuration2 registrations:Registrations api_versions:ApiVersions
        contact:Contact rules:[Rule]""",
    "StreamingUrl": "streaming_api:s",
    "Stats": "user_count:i status_count:i domain_count:i",
    "Instance1": """uri:s title:s short_description:s description:s email:s version:s urls:StreamingUrl
        stats:Stats thumbnail:s? languages:[s] registrations:b approval_required:b invites_enabled:b
        configuration:Configuration1 contact_account:Account? rules:[Rule]""",
    "TokenInfo": "id:id created_at:d last_used:d scope:s application:StatusApplication",
    "SecondFactor": "required:b app_since:d? recovery_codes_left:i passkeys:[Passkey]",
    "Passkey": "id:id name:s created_at:d last_used:d? synced:b suspect:b",
    "SecondFactorApp": "secret:s uri:s",
    "RecoveryCodes": "recovery_codes:[s]",
    "Application": "id:id name:s website:s? scopes:[s] redirect_uris:[s]",
    "CredentialApplication": """+Application redirect_uri:s client_id:s client_secret:s client_secret_expires_at:i
        vapid_key:s""",
    "Token": "access_token:s token_type:s scope:s created_at:i expires_in:i~ refresh_token:s~",
    "UserInfo": "iss:u sub:u name:s preferred_username:s profile:u picture:u~",
    "Week": "week:id statuses:id logins:id registrations:id",
    "DomainBlock": "domain:s digest:s severity:(silence|suspend) comment:s?",
    "NodeText": "updated_at:d content:s",
    "Terms": "effective_date:D effective:b content:s succeeded_by:D?",
    "Profile": """id:id display_name:s note:s fields:[Field] avatar:u? avatar_static:u? avatar_description:s header:u?
        header_static:u? header_description:s locked:b bot:b hide_collections:b? discoverable:b? indexable:b show_media:b
        show_media_replies:b show_featured:b attribution_domains:[s] featured_tags:[FeaturedTag]""",
    "ImportFailure": "row:s reason:s",
    "Import": """id:id type:(follows|blocks|mutes|lists|domain_blocks|bookmarks) mode:(merge|overwrite)
        state:(waiting|running|done) total:i done:i failed:i created_at:d finished_at:d? failures:[ImportFailure]""",
    "AnnualReports": "annual_reports:[o] accounts:[Account] statuses:[Status]",
    "AnnualReportState": "state:(available|generating|ineligible|eligible)",
    "AdminIp": "ip:s used_at:d",
    "AdminAccount": """id:id username:s domain:s? created_at:d email:s ip:o? ips:[AdminIp] locale:s? invite_request:s?
        invited_by_account_id:id~ role:Role? confirmed:b approved:b disabled:b sensitized:b~ silenced:b suspended:b account:Account""",
    "AdminReport": """id:id action_taken:b action_taken_at:d? category:(spam|legal|violation|other) comment:s forwarded:b
        created_at:d updated_at:d account:AdminAccount target_account:AdminAccount assigned_account:AdminAccount?
        action_taken_by_account:AdminAccount? statuses:[Status] rules:[Rule]""",
    "Invitation": """id:id state:(open|used|expired|revoked) link:u? sponsor_id:id? role:s department:s? communities:[s]
        language:s? email:s? name:s? display_name:s? uses:i uses_max:i created_at:d expires_at:d revoked_at:d? sent_at:d?
        mail:s? mail_answer:s? account_ids:[id]""",
    "InvitationLine": "line:i name:s email:s accepted:b reason:s? invitation_id:id? link:u?",
    "Invite": "invite_code:s instance_api_url:u",
    "AdminDomainAllow": "id:id domain:s created_at:d",
    "AdminDomainBlock": """id:id domain:s digest:s created_at:d severity:(noop|silence|suspend) reject_media:b
        reject_reports:b private_comment:s? public_comment:s? obfuscate:b""",
    "AdminIpBlock": """id:id ip:s severity:(sign_up_requires_approval|sign_up_block|no_access) comment:s created_at:d
        expires_at:d?""",
    "RoleHolder": "id:id username:s disabled:b",
    "RoleHolders": "role:(moderator|people_manager|data_protection_officer|admin) actions:[s] accounts:[RoleHolder]",
    "AuditEntry": "id:id created_at:d actor_id:id? actor:s? action:s subject_id:id? subject:s? detail:s hash:s",
    "AuditVerdict": "whole:b entries:i head:s first_bad_id:id? fault:s? noted_id:id?",
    "AdminEmailDomainBlock": "id:id domain:s created_at:d history:[o]",
    "MeasureDay": "date:d value:id",
    "AdminMeasure": "key:s unit:s? total:id human_value:s~ previous_total:id~ data:[MeasureDay] partial:b~",
    "DimensionPart": "key:s human_key:s value:s unit:s~ human_value:s~",
    "AdminDimension": "key:s data:[DimensionPart] partial:b~",
    "CohortDay": "date:d rate:n value:id",
    "AdminCohort": "period:d frequency:(day|month) data:[CohortDay]",
    "AdminTag": "+Tag trendable:b usable:b requires_review:b listable:b~",
    "AdminTrendStatus": "+Status requires_review:b~ trendable:b~",
    "NodeInfoLink": "rel:u href:u",
    "NodeInfoLinks": "links:[NodeInfoLink]",
    "NodeInfoSoftware": "name:s version:s",
    "NodeInfoServices": "inbound:[s] outbound:[s]",
    "NodeInfoUsers": "total:i activeMonth:i activeHalfyear:i",
    "NodeInfoUsage": "users:NodeInfoUsers localPosts:i localComments:i~",
    "NodeInfo": """version:s software:NodeInfoSoftware protocols:[s] services:NodeInfoServices usage:NodeInfoUsage
        openRegistrations:b metadata:o""",
    # What clients send.
    "ProfileField": "name:s value:s",
    "MediaAttributes": "id:id description:s~ focus:s~ thumbnail:file~",
    "KeywordAttributes": "id:id~ keyword:s~ whole_word:b~ _destroy:b~",
    "Empty": "",
    "Error": "error:s error_description:s?~ details:o~",
}

# What other servers add and their clients read; where it is there, it has this shape.
_EXTENSIONS = {
    "Status": """pleroma:PleromaStatus emoji_reactions:[Reaction] local_only:b~ content_type:s?~ interaction_policy:o~""",
    "PleromaStatus": "emoji_reactions:[Reaction]",
    "MediaAttachment": "file:MediaFile~",
    "Notification": "emoji:s~ emoji_url:u?~ filtered:b~",
    "Instance1": "max_toot_chars:i poll_limits:PleromaPollLimits",
    "PleromaPollLimits": "max_options:i max_option_chars:i min_expiration:i max_expiration:i",
    "Suggestion": "reasons:SuggestionReasons~",
    "SuggestionReasons": "friends:[Account] friends_count:i fields:[SuggestionField]",
    "SuggestionField": "name:s value:s",
    "Application": "redirect_uri:s~ vapid_key:s~",
}

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_WORDS = {
    "visibility": ("public", "unlisted", "private", "direct"),
    "circle": ("public", "followers", "following", "unsupported_policy"),
    "verdict": ("accept", "filter", "drop"),
    "notice": ("mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "admin.sign_up",
               "admin.report", "severed_relationships", "moderation_warning", "quote", "quoted_update",
               "added_to_collection", "collection_update", "reaction", "pleroma:emoji_reaction"),
}
_LEAVES = {
    "s": lambda v: isinstance(v, str),
    "i": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "n": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "b": lambda v: isinstance(v, bool),
    "d": lambda v: isinstance(v, str) and bool(_INSTANT.fullmatch(v)),
    "D": lambda v: isinstance(v, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\d", v)),
    "u": lambda v: isinstance(v, str) and bool(re.match(r"https?://[^/]+/", v + "/")),
    "o": lambda v: isinstance(v, dict),
    "id": lambda v: isinstance(v, str) and v.isdecimal() and v.isascii(),
    **{name: lambda v, words=words: v in words for name, words in _WORDS.items()},
}


def _read(text):
    """The fields of a table's line: key to (kind, marks)."""
    found = {}
    for word in text.split():
        if word.startswith("+"):
            found.update(_FIELDS[word[1:]] if word[1:] in _FIELDS else _read(_ENTITIES[word[1:]] + " " +
                                                                            _EXTENSIONS.get(word[1:], "")))
            continue
        key, _, kind = word.rpartition("=") if "=" in word else word.rpartition(":")
        bare = kind.rstrip("?~!")
        found[key] = bare, kind[len(bare):]
    return found


_FIELDS = {}
_FIELDS.update({name: _read(f"{_ENTITIES.get(name, '')} {_EXTENSIONS.get(name, '')}")
                for name in {**_ENTITIES, **_EXTENSIONS}})


def fields(name):
    """The table of an entity: key to (kind, marks)."""
    return _FIELDS[name]


def _object_problems(value, kind, path, signed_in):
    found = [f"{path}.{key} is no key of {kind}" for key in value if key not in _FIELDS[kind]]
    for key, (inner, marks) in _FIELDS[kind].items():
        if key in value:
            found += problems(value[key], inner, f"{path}.{key}", "?" in marks, signed_in)
        elif not ("~" in marks or ("!" in marks and not signed_in)):
            found.append(f"{path}.{key} is missing")
    return found


def problems(value, kind, path="", null=False, signed_in=False):
    """What is wrong with a value; signed_in: who asked has a user's token."""
    path = path or kind
    if value is None:
        return [] if null else [f"{path} is null"]
    if kind.startswith("["):
        if not isinstance(value, list):
            return [f"{path} is no list: {value!r:.80}"]
        return [p for i, item in enumerate(value) for p in problems(item, kind[1:-1], f"{path}[{i}]", False, signed_in)]
    if kind.startswith("("):
        return [] if value in kind[1:-1].split("|") else [f"{path} is not {kind}: {value!r:.80}"]
    if kind in _LEAVES:
        return [] if _LEAVES[kind](value) else [f"{path} is no {kind}: {value!r:.80}"]
    if not isinstance(value, dict):
        return [f"{path} is no object: {value!r:.80}"]
    if kind.startswith("{"):
        return [p for key, item in value.items() for p in problems(item, kind[1:-1], f"{path}.{key}", False, signed_in)]
    return _object_problems(value, kind, path, signed_in)


def check(value, kind):
    """Insists that an answer has the shape of an entity ("Status", "[Account]"); "OwnStatus" is a Status that somebody
    signed in sees."""
    found = problems(value, kind.replace("OwnStatus", "Status"), kind, signed_in="OwnStatus" in kind)
    assert not found, "\n".join(found)
    return value
