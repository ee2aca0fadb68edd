"""Which entity each route of the client API answers with, and the look at every answer that any test gets: node.py and
streams.py hand them here. A route that is not named here makes the test fail that asks it."""

import re

from entities import problems

_ROUTES = """
GET /api/v1/instance Instance1
GET /api/v2/instance Instance2
GET /api/openapi.json o
GET /api/v1/custom_emojis [CustomEmoji]
GET /api/v1/instance/rules [Rule]
GET /api/v1/instance/peers [s]
GET /api/v1/instance/activity [Week]
GET /api/v1/instance/domain_blocks [DomainBlock]
GET /api/v1/instance/extended_description NodeText
GET /api/v1/instance/privacy_policy NodeText
GET /api/v1/instance/terms_of_service Terms
GET /api/v1/instance/terms_of_service/:date Terms
GET /api/v1/instance/translation_languages o
POST /api/v1/apps CredentialApplication
GET /api/v1/apps/verify_credentials Application
POST /oauth/token Token
POST /oauth/revoke Empty
GET /oauth/userinfo UserInfo
GET /.well-known/oauth-authorization-server o
GET /.well-known/nodeinfo NodeInfoLinks
GET /nodeinfo/2.0 NodeInfo
GET /nodeinfo/2.1 NodeInfo

GET /api/v1/accounts/verify_credentials CredentialAccount
PATCH /api/v1/accounts/update_credentials CredentialAccount
DELETE /api/v1/profile/avatar CredentialAccount
DELETE /api/v1/profile/header CredentialAccount
GET /api/v1/profile Profile
PATCH /api/v1/profile Profile
PUT /api/v1/profile Profile
POST /api/v1/accounts Token
GET /api/v1/tokens [TokenInfo]
GET /api/v1/tokens/:id TokenInfo
POST /api/v1/tokens/:id/invalidate TokenInfo
GET /api/rse/v1/second_factor SecondFactor
POST /api/rse/v1/second_factor/app SecondFactorApp
POST /api/rse/v1/second_factor/app/confirm RecoveryCodes
DELETE /api/rse/v1/second_factor/app SecondFactor
POST /api/rse/v1/second_factor/recovery_codes RecoveryCodes
DELETE /api/rse/v1/second_factor/passkeys/:id SecondFactor
POST /api/v1/accounts/alias CredentialAccount
POST /api/v1/accounts/move CredentialAccount
POST /api/v1/accounts/unmove CredentialAccount
POST /api/v1/import Import
GET /api/v1/imports [Import]
GET /api/v1/imports/:id Import
GET /api/v1/annual_reports AnnualReports
GET /api/v1/annual_reports/:year AnnualReports
GET /api/v1/annual_reports/:year/state AnnualReportState
POST /api/v1/annual_reports/:year/read Empty
POST /api/v1/annual_reports/:year/generate Empty
GET /api/v1/accounts/:id/identity_proofs [o]
GET /api/v1/preferences Preferences
POST /api/v1/emails/confirmations Empty
GET /api/v1/emails/check_confirmation b

GET /api/v1/accounts/lookup Account
GET /api/v1/accounts/search [Account]
GET /api/v1/accounts/relationships [Relationship]
GET /api/v1/accounts [Account]
GET /api/v1/accounts/familiar_followers [FamiliarFollowers]
GET /api/v1/accounts/:id Account
GET /api/v1/accounts/:id/statuses [Status]
GET /api/v1/accounts/:id/followers [Account]
GET /api/v1/accounts/:id/following [Account]
GET /api/v1/accounts/:id/featured_tags [FeaturedTag]
GET /api/v1/accounts/:id/lists [List]
GET /api/v1/accounts/:id/endorsements [Account]
POST /api/v1/accounts/:id/follow Relationship
POST /api/v1/accounts/:id/unfollow Relationship
POST /api/v1/accounts/:id/remove_from_followers Relationship
POST /api/v1/accounts/:id/block Relationship
POST /api/v1/accounts/:id/unblock Relationship
POST /api/v1/accounts/:id/mute Relationship
POST /api/v1/accounts/:id/unmute Relationship
POST /api/v1/accounts/:id/note Relationship
POST /api/v1/accounts/:id/endorse Relationship
POST /api/v1/accounts/:id/unendorse Relationship
POST /api/v1/accounts/:id/pin Relationship
POST /api/v1/accounts/:id/unpin Relationship
GET /api/v1/mutes [MutedAccount]
GET /api/v1/blocks [Account]
GET /api/v1/endorsements [Account]
GET /api/v2/suggestions [Suggestion]
GET /api/v1/suggestions [Account]
DELETE /api/v1/suggestions/:id Empty
GET /api/v1/directory [Account]
GET /api/v1/domain_blocks [s]
POST /api/v1/domain_blocks Empty
DELETE /api/v1/domain_blocks Empty
GET /api/v1/follow_requests [Account]
POST /api/v1/follow_requests/:id/authorize Relationship
POST /api/v1/follow_requests/:id/reject Relationship
POST /api/v1/reports Report
POST /api/v1/import Import
GET /api/v1/imports [Import]
GET /api/v1/imports/:id Import

POST /api/v1/media MediaAttachment
POST /api/v2/media MediaAttachment
GET /api/v1/media/:id MediaAttachment
PUT /api/v1/media/:id MediaAttachment
DELETE /api/v1/media/:id Empty

POST /api/v1/statuses Status ScheduledStatus
GET /api/v1/statuses [Status]
GET /api/v1/scheduled_statuses [ScheduledStatus]
GET /api/v1/scheduled_statuses/:id ScheduledStatus
PUT /api/v1/scheduled_statuses/:id ScheduledStatus
DELETE /api/v1/scheduled_statuses/:id Empty
GET /api/v1/statuses/:id Status
PUT /api/v1/statuses/:id Status
DELETE /api/v1/statuses/:id DeletedStatus
GET /api/v1/statuses/:id/context Context
GET /api/v1/statuses/:id/source StatusSource
GET /api/v1/statuses/:id/history [StatusEdit]
GET /api/v1/statuses/:id/reblogged_by [Account]
GET /api/v1/statuses/:id/favourited_by [Account]
GET /api/v1/statuses/:id/quotes [Status]
POST /api/v1/statuses/:id/quotes/:id/revoke Status
PUT /api/v1/statuses/:id/interaction_policy Status
POST /api/v1/statuses/:id/favourite Status
POST /api/v1/statuses/:id/unfavourite Status
POST /api/v1/statuses/:id/reblog Status
POST /api/v1/statuses/:id/unreblog Status
POST /api/v1/statuses/:id/bookmark Status
POST /api/v1/statuses/:id/unbookmark Status
POST /api/v1/statuses/:id/mute Status
POST /api/v1/statuses/:id/unmute Status
POST /api/v1/statuses/:id/pin Status
POST /api/v1/statuses/:id/unpin Status
GET /api/v1/bookmarks [Status]
GET /api/v1/favourites [Status]
GET /api/v1/polls/:id Poll
POST /api/v1/polls/:id/votes Poll
GET /api/v1/pleroma/statuses/:id/reactions [ReactionPeople]
GET /api/v1/pleroma/statuses/:id/reactions/:emoji [ReactionPeople]
PUT /api/v1/pleroma/statuses/:id/reactions/:emoji Status
DELETE /api/v1/pleroma/statuses/:id/reactions/:emoji Status

GET /api/v1/timelines/home [Status]
GET /api/v1/timelines/public [Status]
GET /api/v1/timelines/tag/:hashtag [Status]
GET /api/v1/timelines/list/:id [Status]
GET /api/v1/timelines/link [Status]
GET /api/v1/lists [List]
POST /api/v1/lists List
GET /api/v1/lists/:id List
PUT /api/v1/lists/:id List
DELETE /api/v1/lists/:id Empty
GET /api/v1/lists/:id/accounts [Account]
POST /api/v1/lists/:id/accounts Empty
DELETE /api/v1/lists/:id/accounts Empty
GET /api/v1/tags/:name Tag
POST /api/v1/tags/:name/follow Tag
POST /api/v1/tags/:name/unfollow Tag
POST /api/v1/tags/:name/feature Tag
POST /api/v1/tags/:name/unfeature Tag
GET /api/v1/followed_tags [Tag]
GET /api/v1/featured_tags [FeaturedTag]
POST /api/v1/featured_tags FeaturedTag
GET /api/v1/featured_tags/suggestions [Tag]
DELETE /api/v1/featured_tags/:id Empty
GET /api/v1/trends/tags [Tag]
GET /api/v1/trends/statuses [Status]
GET /api/v1/trends/links [PreviewCard]

GET /api/v2/filters [Filter]
POST /api/v2/filters Filter
GET /api/v2/filters/:id Filter
PUT /api/v2/filters/:id Filter
DELETE /api/v2/filters/:id Empty
GET /api/v2/filters/:id/keywords [FilterKeyword]
POST /api/v2/filters/:id/keywords FilterKeyword
GET /api/v2/filters/keywords/:id FilterKeyword
PUT /api/v2/filters/keywords/:id FilterKeyword
DELETE /api/v2/filters/keywords/:id Empty
GET /api/v2/filters/:id/statuses [FilterStatus]
POST /api/v2/filters/:id/statuses FilterStatus
GET /api/v2/filters/statuses/:id FilterStatus
DELETE /api/v2/filters/statuses/:id Empty
GET /api/v1/filters [Filter1]
POST /api/v1/filters Filter1
GET /api/v1/filters/:id Filter1
PUT /api/v1/filters/:id Filter1
DELETE /api/v1/filters/:id Empty

GET /api/v1/notifications [Notification]
GET /api/v1/notifications/:id Notification
GET /api/v1/notifications/unread_count Count
POST /api/v1/notifications/clear Empty
POST /api/v1/notifications/dismiss Empty
POST /api/v1/notifications/:id/dismiss Empty
GET /api/v1/notifications/requests [NotificationRequest]
GET /api/v1/notifications/requests/merged Merged
GET /api/v1/notifications/requests/:id NotificationRequest
POST /api/v1/notifications/requests/accept Empty
POST /api/v1/notifications/requests/:id/accept Empty
POST /api/v1/notifications/requests/dismiss Empty
POST /api/v1/notifications/requests/:id/dismiss Empty
GET /api/v2/notifications/policy NotificationPolicy
PATCH /api/v2/notifications/policy NotificationPolicy
PUT /api/v2/notifications/policy NotificationPolicy
GET /api/v2/notifications NotificationGroups
GET /api/v2/notifications/unread_count Count
GET /api/v2/notifications/:key NotificationGroups
POST /api/v2/notifications/:key/dismiss Empty
GET /api/v2/notifications/:key/accounts [Account]
GET /api/v2_alpha/notifications NotificationGroups
GET /api/v2_alpha/notifications/unread_count Count
GET /api/v2_alpha/notifications/:key NotificationGroups
POST /api/v2_alpha/notifications/:key/dismiss Empty
GET /api/v1/push/subscription WebPushSubscription
POST /api/v1/push/subscription WebPushSubscription
PUT /api/v1/push/subscription WebPushSubscription
DELETE /api/v1/push/subscription Empty
GET /api/v1/markers Markers
POST /api/v1/markers Markers
GET /api/v1/conversations [Conversation]
POST /api/v1/conversations/:id/read Conversation
DELETE /api/v1/conversations/:id Empty
GET /api/v2/search Search
GET /api/v1/search Search
GET /api/v1/announcements [Announcement]
POST /api/v1/announcements/:id/dismiss Empty
PUT /api/v1/announcements/:id/reactions/:name Empty
DELETE /api/v1/announcements/:id/reactions/:name Empty

GET /api/v1/admin/accounts [AdminAccount]
GET /api/v2/admin/accounts [AdminAccount]
GET /api/v1/admin/accounts/:id AdminAccount
POST /api/v1/admin/accounts/:id/action Empty
POST /api/v1/admin/accounts/:id/unsensitive AdminAccount
DELETE /api/v1/admin/accounts/:id AdminAccount
POST /api/v1/admin/accounts/:id/approve AdminAccount
POST /api/v1/admin/accounts/:id/reject AdminAccount
POST /api/v1/admin/accounts/:id/enable AdminAccount
POST /api/v1/admin/accounts/:id/unsilence AdminAccount
POST /api/v1/admin/accounts/:id/unsuspend AdminAccount
GET /api/v1/admin/domain_allows [AdminDomainAllow]
POST /api/v1/admin/domain_allows AdminDomainAllow
DELETE /api/v1/admin/domain_allows/:id Empty
GET /api/v1/admin/domain_allows/:id AdminDomainAllow
GET /api/v1/admin/domain_blocks [AdminDomainBlock]
POST /api/v1/admin/domain_blocks AdminDomainBlock
GET /api/v1/admin/domain_blocks/:id AdminDomainBlock
PUT /api/v1/admin/domain_blocks/:id AdminDomainBlock
DELETE /api/v1/admin/domain_blocks/:id Empty
GET /api/v1/admin/ip_blocks [AdminIpBlock]
POST /api/v1/admin/ip_blocks AdminIpBlock
GET /api/v1/admin/ip_blocks/:id AdminIpBlock
PUT /api/v1/admin/ip_blocks/:id AdminIpBlock
DELETE /api/v1/admin/ip_blocks/:id Empty
GET /api/v1/admin/email_domain_blocks [AdminEmailDomainBlock]
POST /api/v1/admin/email_domain_blocks AdminEmailDomainBlock
GET /api/v1/admin/email_domain_blocks/:id AdminEmailDomainBlock
DELETE /api/v1/admin/email_domain_blocks/:id Empty
GET /api/v1/admin/canonical_email_blocks [o]
POST /api/v1/admin/canonical_email_blocks/test [o]
GET /api/rse/v1/admin/roles [RoleHolders]
POST /api/rse/v1/admin/accounts/:id/roles AdminAccount
DELETE /api/rse/v1/admin/accounts/:id/roles/:role AdminAccount
DELETE /api/rse/v1/admin/accounts/:id/second_factor AdminAccount
GET /api/rse/v1/invitations [Invitation]
POST /api/rse/v1/invitations Invitation
GET /api/rse/v1/invitations/:id Invitation
POST /api/rse/v1/invitations/:id/revoke Invitation
POST /api/rse/v1/invitations/:id/resend Invitation
POST /api/rse/v1/invitations/resend [Invitation]
POST /api/rse/v1/invitations/import [InvitationLine]
GET /invite/:code Invite
GET /api/rse/v1/admin/audit [AuditEntry]
GET /api/rse/v1/admin/audit/verify AuditVerdict
GET /api/v1/admin/reports [AdminReport]
GET /api/v1/admin/reports/:id AdminReport
PUT /api/v1/admin/reports/:id AdminReport
POST /api/v1/admin/reports/:id/assign_to_self AdminReport
POST /api/v1/admin/reports/:id/unassign AdminReport
POST /api/v1/admin/reports/:id/resolve AdminReport
POST /api/v1/admin/reports/:id/reopen AdminReport
POST /api/v1/admin/measures [AdminMeasure]
POST /api/v1/admin/dimensions [AdminDimension]
POST /api/v1/admin/retention [AdminCohort]
GET /api/v1/admin/trends/tags [AdminTag]
GET /api/v1/admin/trends/statuses [AdminTrendStatus]
GET /api/v1/admin/trends/links [PreviewCard]
"""

_EVENTS = {"update": "Status", "status.update": "Status", "delete": "i", "notification": "Notification",
           "conversation": "Conversation", "announcement": "Announcement", "announcement.delete": "i",
           "announcement.reaction": "AnnouncementReactionEvent", "filters_changed": None, "notifications_merged": None}

_FIXED, _PATTERNS = {}, []
for _line in _ROUTES.split("\n"):
    if _line:
        _method, _path, *_kinds = _line.split()
        if ":" in _path:
            _PATTERNS.append((_method, re.compile(re.sub(r":\w+", "[^/]+", _path)), _kinds))
        else:
            _FIXED[_method, _path] = _kinds


def entities_of(method, path):
    """The entities that a route may answer with; none for a route that is not named."""
    path = path.rstrip("/")
    if (method, path) in _FIXED:
        return _FIXED[method, path]
    return next((kinds for verb, pattern, kinds in _PATTERNS if verb == method and pattern.fullmatch(path)), [])


def look_at(method, url, answer, signed_in):
    """Insists that an answer of the client API is what its route promises; says nothing of other answers."""
    path = re.sub(r"^https?://[^/]+|[?#].*", "", url)
    kind = answer.headers.get("Content-Type", "")
    if method == "HEAD" or not kind.startswith("application/json") or not re.match("/api/|/oauth/|/nodeinfo/", path):
        return
    kinds = ["Error"] if answer.status_code >= 400 else entities_of(method, path)
    assert kinds, f"{method} {path} answers with what answers.py does not name: {answer.text[:300]}"
    found = [problems(answer.json(), kind, signed_in=signed_in) for kind in kinds]
    assert not min(found, key=len), f"{method} {path}: " + "\n".join(min(found, key=len)[:20])


def look_at_event(name, payload):
    """The same of an event of a stream; what depends on the reader is not in it."""
    assert name in _EVENTS, f"no client knows {name} events"
    found = problems(payload, _EVENTS[name], name) if _EVENTS[name] else []
    assert not found, "\n".join(found[:20])
