/*
 * Every key layout of the database: one row in the table of spaces, one function per layout.
 *
 * Keys are values on the stack. Numbers are big-endian, so that a range of a timeline is one scan. Long texts are
 * the first 16 bytes of their SHA-256; the record holds the full text, which readers compare.
 */
#ifndef STORAGE_KEYS_H
#define STORAGE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/engine/engine.h"

/* X(NAME, "name in the engine", "key", "value"). Append only: the names are stored. SPACE_META is number 0. */
#define SPACE_LIST(X) \
	X(META, "meta", "name", "engine/store's own: id high-water mark, node number; format version") \
	X(SETTING, "setting", "name", "text") \
	X(ACCOUNT, "account", "id", "account record") \
	X(ACCOUNT_STATS, "account_stats", "id", "account_stats record") \
	X(ACCOUNT_JSON, "account_json", "id", "finished client JSON") \
	X(ACCOUNT_URI, "account_uri", "hash of uri", "id") \
	X(ACCOUNT_NAME, "account_name", "folded name, 0, host", "id") \
	X(ACCOUNT_KEY, "account_key", "hash of key id", "id") \
	X(ACCOUNT_WORD, "account_word", "folded word, 0, id", "-") \
	X(PRIVATE_KEY, "private_key", "account id", "PEM") \
	X(USER, "user", "account id", "user record") \
	X(USER_EMAIL, "user_email", "hash of folded e-mail", "account id") \
	X(POST, "post", "id", "post record") \
	X(POST_STATS, "post_stats", "id", "post_stats record") \
	X(POST_JSON, "post_json", "id", "finished client JSON") \
	X(POST_URI, "post_uri", "hash of uri", "id") \
	X(POST_EDIT, "post_edit", "post id, number (8)", "post_edit record") \
	X(TOMBSTONE, "tombstone", "hash of uri", "deleted ms (8), actor uri, 0, visibility (1); older ones end with the uri") \
	X(BY_AUTHOR, "by_author", "account id, post id", "flags (1)") \
	X(PUBLIC, "public", "post id", "flags (1)") \
	X(TAGGED, "tagged", "hash of folded tag, post id", "flags (1)") \
	X(TAG, "tag", "folded tag", "hash of the tag") \
	X(REPLIES, "replies", "post id, reply id", "-") \
	X(WAITING_REPLIES, "waiting_replies", "hash of parent uri, reply id", "-") \
	X(AUDIENCE, "audience", "post id, account id", "-") \
	X(BOOSTS, "boosts", "post id, account id", "boost's post id") \
	X(FOLLOW, "follow", "follower id, followee id", "follow record") \
	X(FOLLOWER, "follower", "followee id, follower id", "state (1)") \
	X(FOLLOW_REQUEST, "follow_request", "followee id, follower id", "-") \
	X(FAVOURITE, "favourite", "post id, account id", "favourite record") \
	X(FAVOURITE_BY, "favourite_by", "account id, favourite id", "post id") \
	X(ACTIVITY_OF, "activity_of", "hash of activity uri", "kind (1), a (8), b (8): the follow, favourite, boost or reaction it made") \
	X(NOTICE, "notice", "account id, notice id", "notice record") \
	X(NOTICE_OF, "notice_of", "account id, kind (1), actor id, post or report id", "notice id") \
	X(CONVERSATION, "conversation", "account id, conversation id", "conversation record") \
	X(CONVERSATION_ROOT, "conversation_root", "account id, root post id", "conversation id") \
	X(CONVERSATION_LAST, "conversation_last", "account id, last post id", "conversation id") \
	X(APP, "app", "id", "app record") \
	X(APP_CLIENT, "app_client", "hash of client id", "id") \
	X(TOKEN, "token", "SHA-256 of the token", "token record") \
	X(TOKEN_OF, "token_of", "account id, token id", "SHA-256 of the token") \
	X(GRANT, "grant", "SHA-256 of the code", "grant record") \
	X(SESSION, "session", "SHA-256 of the cookie", "session record") \
	X(SESSION_OF, "session_of", "account id, SHA-256 of the cookie", "-") \
	X(SIGN_UP, "sign_up", "SHA-256 of the link's secret", "session record") \
	X(IDEMPOTENCY, "idempotency", "account id, hash of key", "post id (8), ms (8)") \
	X(PEER, "peer", "id", "peer record") \
	X(PEER_DOMAIN, "peer_domain", "domain", "id") \
	X(LANE, "lane", "peer id", "lane record") \
	X(DELIVERY, "delivery", "peer id, sequence", "delivery record") \
	X(ACTIVITY, "activity", "id", "activity record") \
	X(ACTIVITY_URI, "activity_uri", "hash of uri", "id") \
	X(OUTBOX, "outbox", "account id, activity id", "-") \
	X(SEEN, "seen", "hash of activity uri and actor", "ms (8)") \
	X(SEEN_AT, "seen_at", "ms (8), the same hash", "-") \
	X(VOIDED, "voided", "hash of uri and actor", "ms (8): an Undo or Delete came first") \
	X(JOB, "job", "due ms (8), id", "job record") \
	X(REFUSAL, "refusal", "id", "what REFUSED was before: a line; emptied as it fills") \
	X(NOTICE_ABOUT, "notice_about", "post id, account id, notice id", "-") \
	X(CONVERSATION_POST, "conversation_post", "account id, root post id, post id", "-") \
	X(VOIDED_AT, "voided_at", "ms (8), the same hash", "-") \
	X(IDEMPOTENCY_AT, "idempotency_at", "ms (8), account id, hash of key", "-") \
	X(EMOJI_REACTION, "emoji_reaction", "post id, reaction id", "emoji_reaction record") \
	X(EMOJI_REACTION_OF, "emoji_reaction_of", "post id, account id, hash of emoji", "reaction id") \
	X(EMOJI_REACTION_BY, "emoji_reaction_by", "account id, reaction id", "post id") \
	X(BLOCK, "block", "blocker id, blocked id", "block record") \
	X(BLOCKED_BY, "blocked_by", "blocked id, blocker id", "-") \
	X(RULE, "rule", "kind (1), value", "rule record") \
	X(REFUSED, "refused", "id", "refusal record") \
	X(PINNED, "pinned", "account id, post id", "-") \
	X(REPORT, "report", "id", "report record") \
	X(POLL, "poll", "post id", "poll record") \
	X(VOTE, "vote", "post id, account id", "vote record") \
	X(VOTE_BY, "vote_by", "account id, post id", "-") \
	X(PROOF_KEY, "proof_key", "account id", "PEM") \
	X(QUOTES, "quotes", "quoted post id, quoting post id", "-") \
	X(QUOTE_STAMP, "quote_stamp", "hash of stamp uri, quoting post id", "-") \
	X(OLD_KEY, "old_key", "account id", "PEM: what PRIVATE_KEY was before the last change") \
	X(FOLLOWER_DIGEST, "follower_digest", "account id, hash of origin", "XOR of SHA-256 of its followers' ids there (32), how many (8)") \
	X(RECEIPT, "receipt", "post id, peer id", "-") \
	X(REMINDER, "reminder", "peer id, post id", "ms (8), given up (1): the peer has not confirmed that the post ended") \
	X(BOOKMARK, "bookmark", "post id, account id", "bookmark id") \
	X(BOOKMARK_BY, "bookmark_by", "account id, bookmark id", "post id") \
	X(HUSHED, "hushed", "root post id, account id", "-") \
	X(HUSHED_BY, "hushed_by", "account id, root post id", "-") \
	X(TIE, "tie", "account id, other account id", "tie record") \
	X(TIED, "tied", "other account id, account id", "-") \
	X(LIST, "list", "account id, list id", "list record") \
	X(LIST_MEMBER, "list_member", "list id, account id", "owner's account id") \
	X(LISTED, "listed", "account id, owner's account id, list id", "-") \
	X(NAMED, "named", "account id, kind (1), name", "id") \
	X(FILTER, "filter", "account id, filter id", "filter record") \
	X(NOTICE_REQUEST, "notice_request", "account id, actor id, notice id", "-") \
	X(NOTICE_LET, "notice_let", "account id, actor id", "-") \
	X(PUSH, "push", "account id, token id", "push record") \
	X(NODE_KEY, "node_key", "name", "bytes of a key of the node's own") \
	X(SCHEDULED, "scheduled", "account id, id", "scheduled record") \
	X(ANNOUNCEMENT, "announcement", "id", "announcement record") \
	X(ANNOUNCEMENT_READ, "announcement_read", "announcement id, account id", "-") \
	X(ANNOUNCEMENT_REACTION, "announcement_reaction", "announcement id, account id, hash of emoji", "emoji") \
	X(CHANGE, "change", "sequence; 0: up to which they were forgotten", "kind (1), id (8): what search has to look at anew") \
	X(MEDIA, "media", "id", "media record") \
	X(MEDIA_OF, "media_of", "account id, media id", "-") \
	X(MEDIA_LOOSE, "media_loose", "since ms (8), media id", "-") \
	X(BLOB, "blob", "SHA-256 of a file, media id", "-") \
	X(MEDIA_COPY, "media_copy", "hash of the address of a foreign file", "media id") \
	X(EMOJI, "emoji", "shortcode", "emoji record") \
	X(LINKED, "linked", "hash of an address in its normal form, post id", "flags (1)") \
	X(IMPORT, "import", "account id, import id", "import record") \
	X(IMPORT_TEXT, "import_text", "account id, import id", "CSV") \
	X(REFRESH, "refresh", "account id, token id", "refresh record") \
	X(MEDIA_USED, "media_used", "account id", "bytes (8) of its files") \
	X(MEDIA_TEXT, "media_text", "media id", "text of a document") \
	X(MAIL, "mail", "id", "mail record") \
	X(MAIL_TO, "mail_to", "hash of folded address, mail id", "-") \
	X(MAIL_OF, "mail_of", "account id, mail id", "-") \
	X(HOUSE_RULE, "house_rule", "id", "house_rule record") \
	X(AUDIT, "audit", "sequence; 0: the head", "SHA-256 (32), audit record; of the head: the last sequence (8), its SHA-256") \
	X(SECOND_FACTOR, "second_factor", "account id", "second_factor record") \
	X(HALF_SESSION, "half_session", "SHA-256 of the cookie", "session record: who gave a password and no second factor yet") \
	X(ATTEMPTS, "attempts", "hash of whose, kind (8)", "attempts record: wrong passwords and codes in a row") \
	X(INVITATION, "invitation", "id", "invitation record") \
	X(INVITATION_SECRET, "invitation_secret", "SHA-256 of the secret", "invitation id") \
	X(INVITATION_OF, "invitation_of", "sponsor's account id, invitation id", "-") \
	X(INVITATION_EMAIL, "invitation_email", "hash of folded e-mail, invitation id", "-") \
	X(INVITED, "invited", "invitation id, account id", "-") \
	X(EMAIL_LINK, "email_link", "SHA-256 of the link's secret", "email_link record") \
	X(EMAIL_LINK_OF, "email_link_of", "account id, SHA-256 of the secret", "-") \
	X(PASSKEY, "passkey", "account id, passkey id", "passkey record") \
	X(PASSKEY_OF, "passkey_of", "SHA-256 of the credential id", "account id (8), passkey id (8)") \
	X(CHALLENGE, "challenge", "SHA-256 of the challenge", "challenge record") \
	X(DIRECTORY_LINK, "directory_link", "account id", "directory_link record") \
	X(DIRECTORY_LINK_ID, "directory_link_id", "hash of the entry's id", "account id") \
	X(DIRECTORY_RUN, "directory_run", "0 (8)", "directory_run record: the last")

enum space {
#define SPACE_ENUM(name, text, key, value) SPACE_##name,
	SPACE_LIST(SPACE_ENUM)
#undef SPACE_ENUM
	SPACE_COUNT,
};

/* For lmdb_open(): the names, indexed by enum space. */
extern const struct engine_space space_names[SPACE_COUNT];
/* For `check` and the docs. */
const char *space_key_text(enum space space);
const char *space_value_text(enum space space);

struct key {
	size_t n;
	uint8_t bytes[ENGINE_KEY_MAX + 1];
};

/* Builders. The str points into the struct key that the caller keeps. */
struct str key_u64(struct key *key, uint64_t a);
struct str key_u64_u64(struct key *key, uint64_t a, uint64_t b);
struct str key_u64_hash(struct key *key, uint64_t a, struct str text);
struct str key_u64_u64_hash(struct key *key, uint64_t a, uint64_t b, struct str text);
/* Of an emoji: those that differ in signs for how to draw them alone (U+FE0E, U+FE0F) are one. */
struct str key_u64_u64_emoji(struct key *key, uint64_t a, uint64_t b, struct str emoji);
bool emoji_same(struct str a, struct str b);
struct str key_hash(struct key *key, struct str text);                 /* first 16 bytes of SHA-256 */
struct str key_hash_u64(struct key *key, struct str text, uint64_t a);
struct str key_sha256(struct key *key, struct str secret);             /* all 32 bytes */
struct str key_bytes_u64(struct key *key, struct str hash, uint64_t a); /* the same in front; cut as text */
struct str key_u64_bytes(struct key *key, uint64_t a, struct str hash); /* a hash that is known already; cut as text */
struct str key_name_host(struct key *key, struct str name, struct str host);  /* lowers ASCII letters */
struct str key_word_u64(struct key *key, struct str folded_word, uint64_t a);
struct str key_text(struct key *key, struct str text);                 /* cut at 511 bytes */
struct str key_text_lower(struct key *key, struct str text);           /* the same, ASCII letters lowered */
struct str key_u64_u64_u64(struct key *key, uint64_t a, uint64_t b, uint64_t c);
struct str key_notice_of(struct key *key, uint64_t account_id, uint8_t kind, uint64_t actor_id, uint64_t post_id);
struct str key_named(struct key *key, uint64_t account_id, uint8_t kind, struct str name);  /* name cut at 502 bytes */
/* Readers: the number at `offset`; 0 when the key is too short. */
uint64_t key_read_u64(struct str key, size_t offset);
/* An 8-byte number as a value. */
struct str value_u64(uint8_t out[8], uint64_t a);

/* Range helpers over (prefix u64, id): ids in (after, before), both exclusive; 0 means open. The two keys are the
 * caller's memory. */
struct engine_range key_range_u64(struct key *from, struct key *to, uint64_t prefix, uint64_t after, uint64_t before,
                                  bool reverse);

#endif
