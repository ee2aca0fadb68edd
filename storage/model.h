/*
 * The nouns of all layers: plain records with ids, and the tables of their stored fields.
 *
 * A record read from the store lives in the arena it was decoded into. Text members are never NULL-terminated by
 * contract; an absent text has n == 0. Field tags are stored: a new field takes a new tag, a tag is never reused,
 * and unknown tags are skipped, so that older bytes stay readable and newer ones do no harm.
 */
#ifndef STORAGE_MODEL_H
#define STORAGE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/str.h"
#include "storage/scope.h"

struct id_list {
	uint64_t *ids;
	size_t count;
};

struct str_list {
	struct str *items;
	size_t count;
};

enum account_kind { ACCOUNT_PERSON = 1, ACCOUNT_GROUP, ACCOUNT_SERVICE, ACCOUNT_APPLICATION, ACCOUNT_ORGANIZATION };

/* An actor, ours or another node's. */
struct account {
	uint64_t id;
	uint8_t kind;                 /* enum account_kind */
	struct str username;          /* as its owner writes it */
	struct str host;              /* HOST[:PORT] of the handle; empty: ours */
	struct str uri;               /* ActivityPub id */
	struct str url;               /* profile page */
	struct str display_name;
	struct str note;              /* HTML: ours rendered, foreign sanitised */
	struct str note_source;       /* ours: as typed */
	struct str_list field_pairs;  /* name, value, name, value …; values HTML */
	struct str_list field_sources;  /* ours: the same as typed */
	struct str avatar_url, header_url;  /* empty: the default picture */
	bool locked, bot, discoverable, indexable, hide_collections;
	bool disabled;                /* ours: sign-in refused and hidden from new contact */
	bool withheld;                /* suspended by its node, or ours and not let in yet; nobody is shown it or its posts */
	bool deleted;                 /* tombstone */
	int64_t created_ms;           /* when the account began, as told by its node */
	int64_t fetched_ms;           /* foreign: when the document was last read */
	struct str inbox, shared_inbox, outbox, followers_uri, following_uri, featured_uri;
	struct str key_id, key_pem;   /* the public key that signs for it */
	struct str proof_key_id, proof_key;   /* of its integrity proofs, a Multikey text; empty: none known */
	struct str old_key_id, old_key_pem;  /* ours: those before the last change, as long as they count */
	struct str old_proof_key_id, old_proof_key;
	uint64_t old_key_last;        /* the last activity that the old key signs */
	struct str_list also_known_as;
	struct str_list attribution_domains;  /* ours: websites that may name them as an author */
	struct str moved_to;          /* as its owner says */
	uint64_t moved_id;            /* that account, when it is known here and says the same; 0: none */
	int64_t moved_ms;             /* the last Move; 0: never */
	struct str emojis_json;       /* CustomEmoji array as JSON, or empty */
	uint64_t avatar_id, header_id;  /* ours: the media behind avatar_url and header_url; 0: none */
};

struct account_stats {
	uint64_t statuses, followers, following;
	int64_t last_status_ms;
};

/* Why somebody of ours may not sign in; a set. */
enum user_hold {
	HOLD_DISABLED = 1,            /* by who runs the node */
	HOLD_SUSPENDED = 2,           /* and is not shown, until let in again or erased */
	HOLD_PENDING = 4,             /* signed up, and waits to be let in */
	HOLD_UNCONFIRMED = 8,         /* signed up, and has not shown yet that the e-mail address is theirs */
	HOLD_DIRECTORY = 16,          /* the company's directory says so, or has them no longer; it alone lifts this */
	HOLD_SIGN_UP = HOLD_PENDING | HOLD_UNCONFIRMED,
};
/* What somebody is here beside a member, as a set: one person may be several. Which may do what says
 * node/permission.h. */
enum user_role {
	ROLE_MEMBER = 0, ROLE_MODERATOR = 1, ROLE_PEOPLE_MANAGER = 2, ROLE_DATA_PROTECTION_OFFICER = 4, ROLE_ADMIN = 8,
	ROLES_ALL = 15,
};
enum visibility { VISIBILITY_PUBLIC = 1, VISIBILITY_UNLISTED, VISIBILITY_FOLLOWERS, VISIBILITY_DIRECT };

/* What lets a person of ours sign in. */
struct user {
	uint64_t account_id;
	struct str email;
	struct str new_email;         /* waits to be confirmed, and takes its place then; empty: none */
	struct id_list device_ids;    /* browsers that signed in: of each 8 bytes of the SHA-256 of its cookie */
	struct str password_hash;     /* crypt(3) string; empty: has not chosen one yet */
	uint8_t roles;                /* set of enum user_role */
	struct str locale;            /* "fr", "en"; empty: from the browser */
	struct str seen_locale;       /* in which they signed in last: for mails, when `locale` does not say */
	int64_t created_ms, last_sign_in_ms;
	bool disabled;                /* may not sign in */
	uint8_t holds;                /* set of enum user_hold: why; 0 with `disabled`: from before there were reasons */
	struct str reason;            /* why they want to be let in, as they wrote */
	uint8_t default_visibility;   /* enum visibility; 0: public */
	uint8_t default_quote_policy; /* set of enum quote_policy, for posts to come; 0: as usual */
	bool default_sensitive;
	struct str default_language;
	uint64_t home_read_id, notices_read_id;  /* how far was read, as the client says; 0: it never did */
	uint64_t home_read_count, notices_read_count;  /* how often it said so */
	int64_t home_read_ms, notices_read_ms;   /* and when last */
	uint8_t notices_not_followed, notices_no_follower, notices_new;  /* enum notice_verdict for a class of senders, */
	uint8_t notices_private, notices_limited;                        /* 0: the default (storage/notice_policy.h) */
	uint64_t invitation_id;       /* by which they came; 0: by none. It is forgotten before they are */
	uint64_t invited_by_id;       /* whose invitation that was; 0: nobody's account */
	struct str department;        /* as the invitation or the company's directory said */
	struct str_list communities;  /* names of those to join, as the invitation said */
	struct str job_title;         /* as the directory said */
};

/* What the company's directory keeps of somebody, and they do not change here; a set. */
enum directory_lock { LOCK_DISPLAY_NAME = 1, LOCK_MAIL = 2, LOCK_DEPARTMENT = 4, LOCK_JOB_TITLE = 8 };

/* Who somebody is in the company's directory (storage/directory_links.h). */
struct directory_link {
	uint64_t account_id;
	struct str id;                /* the entry's stable id as text: entryUUID, or objectGUID */
	struct str dn;                /* where it was seen last */
	struct str login;             /* its name there */
	struct str rule;              /* the filter that matched */
	struct str base;              /* below which it was searched for */
	uint8_t locked;               /* set of enum directory_lock */
	uint8_t roles;                /* set of enum user_role: those that its groups gave */
	int64_t linked_ms;
};

/* How the last synchronisation with the directory went. */
struct directory_run {
	int64_t started_ms, ended_ms;
	int64_t whole_ms;             /* when one was last done to its end; 0: never */
	uint64_t actor_id;            /* who asked for it; 0: the command line, or its time had come */
	uint64_t entries, made, changed, disabled, enabled, conflicts;
	struct str failure;           /* why nothing or not all was done; empty: all was */
};

/* Lets somebody make an account who has its secret (storage/invitations.h). */
struct invitation {
	uint64_t id;
	struct str secret_hash;       /* SHA-256, raw bytes */
	uint64_t sponsor_id;          /* who answers for it; 0: the command line */
	uint8_t roles;                /* set of enum user_role: what those who come by it are */
	struct str department;
	struct str_list communities;  /* names, kept until there are communities to join */
	struct str language;          /* "fr", "en"; empty: as they choose */
	struct str email;             /* whose it is, and only with this address they come; empty: whoever has the link */
	struct str name, display_name;  /* that are proposed; may be empty */
	uint64_t uses, uses_max;      /* how often it was used, and may be */
	int64_t created_ms, expires_ms;
	int64_t revoked_ms;           /* 0: not */
	uint64_t mail_id;             /* the last mail with its link (storage/mails.h); it is forgotten first. 0: none was sent */
	int64_t sent_ms;              /* when that was put on its way */
};

/* A post, or a boost of one (reblog_of_id). */
struct post {
	uint64_t id;
	uint64_t account_id;
	struct str uri, url;
	uint8_t visibility;           /* enum visibility */
	struct str content;           /* HTML: ours rendered, foreign sanitised */
	struct str source;            /* ours: as typed */
	struct str spoiler;
	bool sensitive;
	struct str language;
	int64_t created_ms, edited_ms;
	uint64_t in_reply_to_id, in_reply_to_account_id;
	struct str in_reply_to_uri;   /* kept also while the parent is unknown */
	uint64_t root_id;             /* first post of the thread as far as known; own id when it is the first */
	struct str context_uri;
	uint64_t reblog_of_id;        /* a boost: its own content is empty */
	struct id_list mention_ids;   /* accounts */
	struct str_list tags;         /* folded, without # */
	struct str attachments_json;  /* array of {url, mediaType, type, name, width, height, blurhash}, or empty */
	struct str emojis_json;
	struct str object_type;       /* "Note", "Article", … as published */
	uint64_t app_id;              /* ours: the client that posted it */
	bool remote;                  /* of another node */
	struct str title;             /* Article, Page, Event … */
	struct str replies_uri;       /* foreign: the collection of answers to it, on its origin */
	int64_t backfilled_ms;        /* of a root: when what its thread lacks was last asked for (federation/backfill.h) */
	struct str quote_uri;         /* what it says it quotes */
	struct str quote_stamp_uri;   /* and who lets it, as it says; ours: as its author's node said */
	uint64_t quote_id;            /* the quoted post, once it is proved that it may be quoted; 0: it is not */
	uint8_t quote_state;          /* enum quote_state; 0: foreign and not proved, or it quotes nothing */
	uint64_t quote_account_id;    /* whose post it quotes, once known */
	uint8_t quote_policy;         /* set of enum quote_policy: who may quote this post, as its author said; 0: nothing */
	struct id_list media_ids;     /* ours: what stands in attachments_json (storage/media.h) */
};

enum quote_state { QUOTE_PENDING = 1, QUOTE_ACCEPTED, QUOTE_REJECTED, QUOTE_REVOKED };

/* Whom an author lets quote at once, and after having been asked. Stored. */
enum quote_policy {
	QUOTE_SAID = 1,               /* there is a policy, be it that nobody may */
	QUOTE_AUTOMATIC_PUBLIC = 2, QUOTE_AUTOMATIC_FOLLOWERS = 4, QUOTE_AUTOMATIC_FOLLOWING = 8,
	QUOTE_MANUAL_PUBLIC = 16, QUOTE_MANUAL_FOLLOWERS = 32, QUOTE_MANUAL_FOLLOWING = 64,
};

/* A post that is to appear later, as it was asked for. */
struct scheduled {
	uint64_t id;
	uint64_t account_id;
	int64_t at_ms;
	struct str text, spoiler, language;
	uint8_t visibility;           /* enum visibility */
	bool sensitive;
	uint64_t in_reply_to_id, quote_id, app_id;
	uint8_t quote_policy;         /* set of enum quote_policy; 0: as usual */
	struct str_list poll_options; /* none: it asks nothing */
	bool poll_multiple, poll_hide_totals;
	int64_t poll_ms;              /* how long the poll lasts */
	struct id_list media_ids;     /* files that wait with it */
};

struct post_stats {
	uint64_t replies, reblogs, favourites, quotes;
};

/* What a post said and showed before an edit. */
struct post_edit {
	uint64_t post_id;
	int64_t created_ms;
	struct str content, spoiler;
	bool sensitive;
	struct str attachments_json;  /* as the post had it: addresses of ours may lead nowhere by now */
};

enum follow_state { FOLLOW_REQUESTED = 1, FOLLOW_ACCEPTED = 2 };

struct follow {
	uint64_t follower_id, followee_id;
	uint8_t state;                /* enum follow_state */
	bool show_reblogs, notify;
	struct str_list languages;
	struct str uri;               /* id of the Follow activity */
	int64_t created_ms;
};

/* Who wants nothing to do with whom. */
struct block {
	uint64_t blocker_id, blocked_id;
	struct str uri;               /* id of the Block activity */
	int64_t created_ms;
};

/* What one of ours keeps to himself about another account. */
struct tie {
	uint64_t account_id, other_id;
	bool muted, mute_notices;     /* hidden from timelines; from notifications too */
	int64_t mute_ends_ms;         /* 0: not by itself */
	struct str note;              /* plain text */
	bool endorsed;                /* recommended on the profile */
	bool dismissed;               /* not to be suggested */
};

/* Whose answers to whom a list shows. */
enum list_replies { LIST_REPLIES_FOLLOWED = 1, LIST_REPLIES_LIST, LIST_REPLIES_NONE };

/* A group of those one follows. */
struct list {
	uint64_t id;
	uint64_t account_id;          /* whose it is */
	struct str title;
	uint8_t replies;              /* enum list_replies */
	bool exclusive;               /* its members are not in the home timeline */
};

enum filter_action { FILTER_WARN = 1, FILTER_HIDE, FILTER_BLUR };
/* Where a filter counts; a set. */
enum filter_context {
	FILTER_HOME = 1, FILTER_NOTIFICATIONS = 2, FILTER_PUBLIC = 4, FILTER_THREAD = 8, FILTER_ACCOUNT = 16,
	FILTER_CONTEXTS = 5,
};

/* What a person does not want to meet, or only behind a warning. The lists go in parallel. */
struct filter {
	uint64_t id;
	uint64_t account_id;          /* whose it is */
	struct str title;
	uint8_t contexts;             /* set of enum filter_context */
	uint8_t action;               /* enum filter_action */
	int64_t ends_ms;              /* 0: not by itself */
	struct id_list keyword_ids;
	struct str_list keywords;     /* as typed */
	struct id_list whole_words;   /* 1: the keyword is not looked for inside of words */
	struct id_list entry_ids;
	struct id_list status_ids;    /* of each entry the post; it may be gone by now */
};

/* What somebody holds against an account, for those who run the node. */
struct report {
	uint64_t id;
	uint64_t reporter_id;         /* an instance actor, when another node does not name who it was */
	uint64_t target_id;
	struct id_list post_ids;      /* of the target; they may be gone by now */
	struct str comment;           /* plain text */
	struct str category;          /* "spam", "legal", "violation", "other" */
	bool forwarded;               /* to the node of the target */
	int64_t created_ms, closed_ms;  /* closed 0: open */
	uint64_t assigned_id;         /* the moderator who took it on; 0: nobody */
	uint64_t closed_by_id;        /* who closed it; 0: the command line, or it is open */
	int64_t changed_ms;           /* 0: never since it was made */
	struct id_list rule_ids;      /* of house rules; one may be gone by now */
};

/* What the people of this node agree to keep to. */
struct house_rule {
	uint64_t id;
	struct str text, hint;        /* plain text */
	struct str_list translations; /* language, text, hint, language, text, hint … */
	uint64_t place;               /* among those that hold, ascending; 0: it ended, and reports cite it */
	int64_t created_ms, changed_ms;
};

struct favourite {
	uint64_t id;                  /* time-ordered, pages the account's favourites */
	uint64_t account_id, post_id;
	struct str uri;               /* id of the Like activity */
};

/* A reaction with an emoji. */
struct emoji_reaction {
	uint64_t id;                  /* time-ordered */
	uint64_t account_id, post_id;
	struct str emoji;             /* the picture itself; a custom one's name@host, or name when it is ours */
	struct str emoji_url;         /* custom: its picture */
	struct str uri;               /* id of the activity */
};

/* What a Question asks. */
struct poll {
	uint64_t post_id;
	struct str_list options;
	struct id_list counts;        /* votes for each option */
	bool multiple;
	int64_t expires_ms;           /* 0: open for ever */
	int64_t closed_ms;            /* foreign: when its author ended it; 0: not told */
	uint64_t voters;              /* foreign: 0 when the author does not say */
	bool hide_totals;             /* nobody sees the counts before the end */
	bool pending;                 /* a job will tell what was counted */
	bool told;                    /* the end was told, or a job will tell it */
};

/* What an account chose in a poll. */
struct vote {
	uint64_t post_id, account_id;
	struct id_list choices;       /* indexes of options, in the order of voting */
};

enum media_state { MEDIA_STATE_BUSY = 1, MEDIA_STATE_READY, MEDIA_STATE_FAILED };
enum media_use { MEDIA_USE_POST = 1, MEDIA_USE_AVATAR, MEDIA_USE_HEADER, MEDIA_USE_CACHED, MEDIA_USE_EMOJI };

/* A file that somebody of ours gave us, or a copy of one that a foreign post shows. Its bytes lie beside the store
 * (storage/blobs.h). */
struct media_record {
	uint64_t id;
	uint64_t account_id;          /* whose it is */
	uint64_t post_id;             /* that shows it; 0: none yet, or none any more */
	uint64_t scheduled_id;        /* the scheduled post that it waits with; 0: none */
	int64_t loose_ms;             /* since when nothing shows it; 0: something does, or will */
	uint8_t use;                  /* enum media_use */
	uint8_t state;                /* enum media_state */
	uint8_t kind;                 /* enum media_kind */
	struct str type, preview_type;  /* media types */
	struct str blob, preview_blob;  /* SHA-256 of the bytes, raw; the preview's is empty where there is none */
	struct str raw_blob;          /* while busy: what was uploaded */
	uint64_t bytes, width, height, preview_width, preview_height;
	struct str blurhash;
	bool has_focus;
	int64_t focus_x, focus_y;     /* millionths, -1,000,000 to 1,000,000; up and right are positive */
	struct str description;
	struct str name;              /* a document's */
	struct str secret;            /* the part of its address that nobody can guess */
	struct str remote_url;        /* of a copy */
	uint64_t duration_ms;         /* of film and sound */
	struct str rate;              /* frames a second of a film: "25/1" */
	uint64_t text_bytes;          /* of a document: how long the text is that search finds it by */
	struct str text;              /* that text on its way in; it is kept beside the record (media_text_get()) */
};

/* A custom emoji of this node (storage/emojis.h). */
struct emoji {
	struct str shortcode;
	struct str category;          /* empty: none */
	uint64_t media_id;            /* its picture */
	bool hidden;                  /* from the pickers of clients */
	bool disabled;
	int64_t added_ms;
};

enum notice_kind {
	NOTICE_MENTION = 1, NOTICE_STATUS, NOTICE_REBLOG, NOTICE_FOLLOW, NOTICE_FOLLOW_REQUEST, NOTICE_FAVOURITE,
	NOTICE_UPDATE,
	NOTICE_POLL = 8,              /* it ended */
	NOTICE_EMOJI_REACTION = 9,
	NOTICE_QUOTE = 15,            /* a post of theirs was quoted */
	NOTICE_QUOTED_UPDATE = 16,    /* what a post of theirs quotes was edited; it is about theirs */
	NOTICE_SIGN_UP = 17,          /* for moderators: somebody signed up, and is let in */
	NOTICE_REPORT = 18,           /* for moderators */
};

struct notice {
	uint64_t id;
	uint64_t account_id;          /* whom it tells */
	uint8_t kind;                 /* enum notice_kind */
	uint64_t actor_id;            /* who did it */
	uint64_t post_id;             /* 0 when it is about no post */
	uint64_t report_id;           /* 0 when it is about no report */
	int64_t created_ms;
	bool filtered;                /* held back until its recipient lets its actor through */
};

/* What it is about beside its actor: a post, a report, or nothing (0). */
static inline uint64_t notice_subject(const struct notice *notice)
{
	return notice->post_id ? notice->post_id : notice->report_id;
}

enum push_policy { PUSH_ALL = 1, PUSH_FOLLOWED, PUSH_FOLLOWERS, PUSH_NONE };

/* Where a client wants to be told of notices (Web Push). */
struct push {
	uint64_t account_id, token_id;
	struct str endpoint;          /* of the push service */
	struct str public_key, auth;  /* the receiver's, as bytes */
	struct str secret;            /* of the token: the messages name it. Of an older store; empty since it is … */
	struct str sealed;            /* … sealed by a key that is not in the store (node/push.h) */
	bool standard;                /* RFC 8291; otherwise the draft before it */
	uint64_t alerts;              /* set of 1 << enum notice_kind */
	uint8_t policy;               /* enum push_policy: whose notices */
	uint64_t failures;            /* in a row */
	int64_t wait_until_ms;        /* the service does not answer: new messages wait so long; 0: they do not */
};

enum import_kind {
	IMPORT_FOLLOWS = 1, IMPORT_BLOCKS, IMPORT_MUTES, IMPORT_LISTS, IMPORT_DOMAIN_BLOCKS, IMPORT_BOOKMARKS,
};

/* What somebody brings as CSV, and how far it has come. */
struct import {
	uint64_t id;
	uint64_t account_id;          /* whose it is */
	uint8_t kind;                 /* enum import_kind */
	bool overwrite;               /* what is not in it goes; otherwise it is added to what there is */
	bool cleared;                 /* that was done */
	uint64_t total, done, failed; /* rows */
	uint64_t offset;              /* in the text: where the next row begins */
	struct str_list failures;     /* row, why, row, why … of the first ones */
	int64_t created_ms, ended_ms; /* ended 0: not yet */
};

/* What those who run the node say to all its people. */
struct announcement {
	uint64_t id;
	struct str text;              /* as typed */
	struct str content;           /* HTML, rendered */
	int64_t starts_ms, ends_ms;   /* of what is announced; 0: not told. What is over is not shown */
	bool all_day;                 /* of the two only the days count */
	int64_t published_ms;
};

/* A thread of direct posts, as one of its participants sees it. */
struct conversation {
	uint64_t id;
	uint64_t account_id;          /* the viewer */
	uint64_t root_id;
	uint64_t last_post_id;
	struct id_list participant_ids;  /* the others */
	bool unread;
};

struct app {
	uint64_t id;
	struct str name, website;
	struct str_list redirect_uris;
	scope_set scopes;
	struct str client_id;
	struct str secret_hash;       /* SHA-256, raw bytes */
	int64_t created_ms;
	int64_t asked_ms;             /* when it last asked for a code or a token of its own, to the day */
	bool granted;                 /* somebody let it in once: posts may name it, it stays */
};

struct token {
	uint64_t id;
	uint64_t app_id, account_id;  /* account 0: an app's own token */
	scope_set scopes;
	int64_t created_ms;
	int64_t used_ms;              /* to the hour (storage/keyring.h); 0: of a store from before */
	int64_t expires_ms;           /* 0: it has no end of its own */
};

/* What renews a token (storage/refresh.h). */
struct refresh {
	uint64_t account_id, token_id;
	scope_set scopes;                      /* that were allowed */
	struct str family_hash, current_hash;  /* SHA-256, raw bytes */
};

/* An authorization code. */
struct grant {
	uint64_t app_id, account_id;
	struct str redirect_uri;
	scope_set scopes;
	struct str code_challenge;    /* S256; empty: without PKCE */
	int64_t expires_ms;
	uint64_t token_id;            /* what it was redeemed for; 0: not yet */
};

/* A browser that signed in on the node's own pages, or a one-time sign-up link. */
struct session {
	uint64_t account_id;
	int64_t created_ms, expires_ms;
	int64_t used_ms;              /* to the hour; 0: not since it began */
	uint8_t browser, system;      /* of node/accounts/agent.h; 0: not known */
};

/* What somebody shows behind their password. What opens it is sealed (node/accounts/factor.h); a code for the day when the
 * device is lost is kept as its hash. */
struct second_factor {
	uint64_t account_id;
	struct str totp_sealed;       /* the secret that an authenticator app has; empty: none */
	int64_t totp_ms;              /* since when */
	uint64_t totp_step;           /* of the last code that was taken: neither it nor one before it is taken again */
	struct str pending_sealed;    /* a secret that was shown and not confirmed yet */
	int64_t pending_ms;
	struct str_list recovery;     /* SHA-256 of each recovery code that was not used */
	int64_t recovery_ms;          /* when they were made */
};

enum passkey_algorithm { PASSKEY_ES256 = 1, PASSKEY_EDDSA = 2 };

/* A key pair on a device of the person's, of which we have the public half (WebAuthn). */
struct passkey {
	uint64_t account_id, id;
	struct str credential_id;     /* what the device calls it: up to 1023 bytes */
	struct str public_key;        /* ES256: x and y, 64 bytes; EdDSA: 32 */
	uint8_t algorithm;            /* enum passkey_algorithm */
	uint64_t counter;             /* as it was last; 0: the device does not count */
	struct str name;              /* as the person calls it */
	int64_t created_ms, used_ms;
	int64_t suspect_ms;           /* when the counter went back: there may be a copy; 0: never */
	bool synced;                  /* the device may share it with others of the person's */
};

enum challenge_kind { CHALLENGE_CREATE = 1, CHALLENGE_SECOND_STEP, CHALLENGE_SIGN_IN };

/* What a device is asked to sign, once. */
struct challenge {
	uint64_t account_id;          /* for whom; 0: whoever answers */
	uint8_t kind;                 /* enum challenge_kind */
	int64_t expires_ms;
};

/* Wrong passwords or codes in a row. */
struct attempts {
	uint64_t count;
	int64_t last_ms;
};

enum peer_tier { PEER_GROUP = 1, PEER_PARTNER = 2 };

/* A sibling node on the allow list. */
struct peer {
	uint64_t id;
	struct str domain;            /* HOST[:PORT], lower case */
	struct str url;               /* origin: "https://b.example" */
	uint8_t tier;                 /* enum peer_tier */
	bool paused;
	struct str actor_uri;         /* its instance actor; empty: has none, or not asked yet */
	struct str inbox;             /* of the instance actor */
	struct str key_id, key_pem;   /* pinned at first contact; empty: unpinned */
	int64_t created_ms;
	int64_t contacted_ms;         /* first successful contact; 0: never */
	uint8_t way;                  /* how to sign to it (federation/knock.h), learned then; 0: never */
	int64_t way_ms;
	bool way_tried;
	uint64_t activities_a_minute; /* that it may send us; 0: the node's default */
	uint64_t body_max;            /* bytes of one; 0: the node's default */
	struct str shared_inbox;      /* where deliveries for many there go; empty: not known */
	uint64_t attachments_max;     /* kept of a post from there; 0: the node's default */
	uint8_t media_kinds;          /* set of enum media_kind that are kept; 0: all */
};

enum media_kind { MEDIA_IMAGE = 1, MEDIA_VIDEO = 2, MEDIA_AUDIO = 4, MEDIA_OTHER = 8, MEDIA_NONE = 16 };

enum rule_kind { RULE_DOMAIN = 1, RULE_ACCOUNT, RULE_WORD, RULE_SILENCE_DOMAIN, RULE_SILENCE_ACCOUNT,
                 RULE_SENSITIVE_ACCOUNT, RULE_NETWORK, RULE_EMAIL_DOMAIN };
/* What a rule about a network means. */
enum network_severity { NETWORK_NO_ACCESS = 0, NETWORK_APPROVAL, NETWORK_NO_SIGN_UP };

/* What an operator keeps out (federation/policy.h), from all but followers (storage/silence.h), or behind a veil
 * (storage/veil.h). */
struct rule {
	uint8_t kind;                 /* enum rule_kind */
	struct str value;             /* in the form in which it is compared */
	struct str comment;           /* the operator's own */
	int64_t created_ms;
	uint8_t severity;             /* RULE_NETWORK: enum network_severity */
	int64_t ends_ms;              /* RULE_NETWORK: 0: not by itself */
};

/* A line of the journal of refusals: what was not taken in, and why. */
struct refusal {
	uint64_t id;
	struct str origin;            /* of the sender; of one without a readable key id, its network address */
	struct str who;               /* key id or actor; may be empty */
	struct str reason;            /* a stable word: "signature", "not-listed", "domain" … */
	struct str detail;            /* a sentence for people */
	uint64_t count;               /* how often within a minute, as far as it was written */
	int64_t last_ms;
};

/* How deliveries to a peer fare. */
struct lane {
	uint64_t peer_id;
	uint64_t failures;            /* in a row */
	int64_t down_since_ms;        /* first failure in a row; 0: up */
	int64_t next_try_ms;          /* not before */
	int64_t success_ms;           /* last one */
	struct str last_error;
	int64_t error_ms;             /* when it was noted; 0: none is */
	uint64_t dropped;             /* deliveries given up for good, in all */
	struct str dropped_reason;    /* of the last one */
	int64_t dropped_ms;           /* when that was; 0: never */
};

/* One activity for one inbox. */
struct delivery {
	uint64_t peer_id;
	uint64_t sequence;            /* order within the peer */
	uint64_t activity_id;         /* storage/activities.h: the exact bytes */
	uint64_t actor_id;            /* who signs */
	uint64_t object_key;          /* deliveries of the same (actor, object) never run side by side */
	struct str inbox;
	uint64_t tries;
	int64_t not_before_ms;
	int64_t expires_ms;
	bool to_followers;            /* of the actor, whoever else is addressed */
};

/* An activity that we keep: ours to deliver and to serve at its id, or a foreign one that waits for what it needs. */
struct activity_record {
	uint64_t id;
	struct str uri;
	struct str type;              /* "Create" … */
	uint64_t account_id;          /* its actor */
	uint64_t object_id;           /* the post or account it is about, when known */
	struct str body;              /* JSON, the bytes to be signed or applied */
	uint8_t visibility;           /* who may fetch it: enum visibility; 0: the object's audience alone */
	bool outbox;                  /* listed in the actor's outbox */
};

enum email_link_kind { EMAIL_LINK_CONFIRM = 1, EMAIL_LINK_RESET };

/* A one-time link in a mail (storage/email_links.h). */
struct email_link {
	uint64_t account_id;
	uint8_t kind;                 /* enum email_link_kind */
	struct str email;             /* the address it went to, and may confirm */
	int64_t created_ms, expires_ms;
};

enum mail_state {
	MAIL_WAITING = 1,
	MAIL_SENT,                    /* the relay took it */
	MAIL_BOUNCED,                 /* the relay refused it for good */
	MAIL_GIVEN_UP,                /* the relay did not take it in time */
	MAIL_VOID,                    /* what it says was over before it could be sent */
};

/* A mail of the node's (storage/mails.h). */
struct mail {
	uint64_t id;
	struct str template;          /* a word of node/mail/templates.h: "invitation" … */
	struct str locale;            /* "fr", "en" */
	struct str to, to_name;       /* the address; the name may be empty */
	uint64_t account_id;          /* whose of ours it is; 0: nobody's yet */
	uint64_t asked_by;            /* who had it sent; 0: the node itself, or who is written to */
	uint64_t subject_id;          /* the record it is about, an invitation say; 0: none */
	struct str sealed;            /* the parameters; empty once it ended */
	uint64_t job_id;              /* the job that sends it; another one leaves it alone */
	uint8_t state;                /* enum mail_state */
	uint64_t tries;
	uint64_t begun;               /* tries of which nobody knows how they ended */
	int64_t created_ms, expires_ms;
	int64_t ended_ms;             /* 0: waits */
	struct str answer;            /* what the relay said last, or why it was not reached */
};

struct job {
	uint64_t id;
	int64_t due_ms;
	struct str kind;              /* a row of node/jobs.c */
	struct str argument;          /* the kind's own */
	uint64_t subject;             /* the record it is about */
	uint64_t cursor;              /* where a paged job goes on */
	uint64_t tries;
	uint64_t lease;               /* start id of the process that runs it; 0: free */
};

/* The field tables (model.c), read by codec.h. */
struct field;
struct record_type {
	const char *name;
	const struct field *fields;
	size_t field_count;
	size_t size;
};

extern const struct record_type account_type, account_stats_type, user_type, post_type, post_stats_type,
	post_edit_type, follow_type, block_type, report_type, favourite_type, emoji_reaction_type, poll_type, vote_type, notice_type, conversation_type, app_type, token_type, grant_type,
	session_type, peer_type, lane_type, delivery_type, activity_record_type, job_type;
extern const struct record_type refresh_type, mail_type, email_link_type, house_rule_type;
extern const struct record_type directory_link_type, directory_run_type;
extern const struct record_type second_factor_type, attempts_type, passkey_type, challenge_type;
extern const struct record_type invitation_type;
extern const struct record_type import_type, rule_type, refusal_type, tie_type, list_type, filter_type, push_type, scheduled_type, announcement_type, media_record_type, emoji_type;

/* Short looks at a record: the same struct, but only its numbers that decide who sees it where are read and all else
 * is empty. Decoding needs no arena. For reading only: what was read so must not be stored again. */
extern const struct record_type post_brief_type, follow_brief_type, follow_taste_type, tie_brief_type, list_brief_type;

/* Words for enumerations, as the client API and the command line say them; NULL for an unknown number. */
const char *visibility_name(uint8_t visibility);        /* "public", "unlisted", "private", "direct" */
uint8_t visibility_parse(struct str name);              /* 0: unknown */
/* Which roles it concerns, of notices about the work of those who look after the node; 0: it is none of them. */
uint8_t notice_roles(uint8_t kind);

struct arena;
/* Of one role, "people_manager"; "member" of none. */
const char *role_name(uint8_t role);
/* One role; "member" is 0. ERR_INVALID. */
int role_parse(struct str name, uint8_t *ret_role);
/* "moderator,admin"; "member" of the empty set. */
struct str roles_render(struct arena *arena, uint8_t roles);
/* The same read. ERR_INVALID. */
int roles_parse(struct str names, uint8_t *ret_roles);
const char *tier_name(uint8_t tier);
uint8_t tier_parse(struct str name);
const char *rule_kind_name(uint8_t kind);              /* "domain", "silence-account" … */
uint8_t rule_kind_parse(struct str name);
const char *list_replies_name(uint8_t replies);        /* "followed", "list", "none" */
uint8_t list_replies_parse(struct str name);
const char *filter_action_name(uint8_t action);         /* "warn", "hide", "blur" */
uint8_t filter_action_parse(struct str name);
const char *filter_context_name(uint8_t i);             /* of the bit 1 << i: "home" … */
uint8_t filter_context_parse(struct str name);          /* its bit; 0: unknown */
const char *push_policy_name(uint8_t policy);           /* "all", "followed", "follower", "none" */
uint8_t push_policy_parse(struct str name);
const char *import_kind_name(uint8_t kind);             /* "follows", "blocks", "mutes", "lists", "domain_blocks", "bookmarks" */
uint8_t import_kind_parse(struct str name);             /* and what other servers call them; 0: unknown */
const char *mail_state_name(uint8_t state);             /* "waiting", "sent", "bounced", "given-up", "void" */
uint8_t mail_state_parse(struct str name);              /* 0: unknown */
const char *notice_kind_name(uint8_t kind);
uint8_t notice_kind_parse(struct str name);

#endif
