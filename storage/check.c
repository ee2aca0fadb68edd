/*
 * The check of the store: a table says of each space what its keys and values are, where a primary record
 * stands, what its numbers refer to; storage/index.h says which entries a record has. What neither can say
 * (counts, threads, conversations, tags) is a function of check_people.c, check_posts.c or check_media.c. Reads
 * only; memory does not grow with the store. Any thread.
 */
#include "storage/check.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/index.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/model.h"
#include "storage/reactions.h"

enum { KEY_ANY = 255, VALUE_ANY = -1, KEY_SHOWN_MAX = 32 };

/* Bytes of an item that are (part of) a key elsewhere; `bytes` 0: nothing; `at` < 0 counts from the end. */
enum from { FROM_KEY, FROM_VALUE };
struct part {
	uint8_t from, bytes;
	int8_t at;
};
#define IN_KEY(at) { FROM_KEY, 8, (at) }
#define IN_VALUE(at) { FROM_VALUE, 8, (at) }

struct space_rule {
	uint8_t key_bytes;               /* 0: no rule, which is a finding */
	int16_t value_bytes;             /* of a value that is no record */
	const struct record_type *type;  /* of one that is */
	size_t own[2];                   /* offsets + 1 of the numbers in the record that its key begins with */
	uint8_t primary;                 /* of an index: the space of its records … */
	struct part at[2];               /* … and their key */
	struct {
		struct part id;          /* 0 is nobody and refers to nothing */
		uint8_t space;
	} refers[3];
	void (*also)(struct check *check);
};

void check_find(struct check *check, const char *format, ...)
{
	struct buf line;
	va_list args;

	buf_init(&line, check->arena, 0);
	buf_printf(&line, "%s", space_names[check->space].name);
	if (check->key.n > 0 && check->key.n % 8 == 0 && check->key.n <= 24)
		for (size_t at = 0; at < check->key.n; at += 8)
			buf_printf(&line, "%c%llu", at ? '/' : ' ',
			           (unsigned long long)key_read_u64(check->key, at));
	else
		for (size_t at = 0; at < check->key.n && at < KEY_SHOWN_MAX; at++)
			buf_printf(&line, "%s%02x", at ? "" : " ", (uint8_t)check->key.p[at]);
	va_start(args, format);
	buf_add(&line, STR(": "));
	buf_add(&line, arena_vprintf(check->arena, format, args));
	va_end(args);
	check->findings++;
	check->report(check->context, buf_str(&line).p);
}

bool check_has(struct check *check, unsigned space, uint64_t id)
{
	struct key key;

	return view_has(check->view, space, key_u64(&key, id));
}

static struct str part_of(const struct check *check, const struct part *part)
{
	struct str whole = part->from == FROM_KEY ? check->key : check->value;
	size_t at = part->at < 0 ? whole.n - (size_t)-part->at : (size_t)part->at;

	return str_sub(whole, at, part->bytes);
}

static uint64_t id_of(const struct check *check, const struct part *part)
{
	return key_read_u64(part_of(check, part), 0);
}

uint64_t check_count_below(struct check *check, unsigned space, uint64_t id,
                           bool (*counts)(struct check *check, const struct engine_item *item))
{
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	uint64_t n = 0;

	prefix_walk_init(&walk, check->view, space, key_u64(&key, id), false);
	while (prefix_next(&walk, &item) == OK)
		n += !counts || counts(check, &item);
	return n;
}

void check_compare_count(struct check *check, const char *what, uint64_t stored, uint64_t found)
{
	if (stored != found)
		check_find(check, "%llu %s are counted and %llu are there", (unsigned long long)stored, what,
		     (unsigned long long)found);
}

#define ID(type, member) (offsetof(struct type, member) + 1)
#define INDEX(primary_space, ...) .primary = SPACE_##primary_space, .at = { __VA_ARGS__ }
#define HASH_OF(type_name) .key_bytes = 32, .type = &type_name

/* Every space that keys.h lists, in its order. */
static const struct space_rule rules[SPACE_COUNT] = {
	[SPACE_META] = { .key_bytes = KEY_ANY, .value_bytes = VALUE_ANY },
	[SPACE_SETTING] = { .key_bytes = KEY_ANY, .value_bytes = VALUE_ANY },
	[SPACE_ACCOUNT] = { .key_bytes = 8, .type = &account_type, .own = { ID(account, id) },
	                    .also = check_account },
	[SPACE_ACCOUNT_STATS] = { .key_bytes = 8, .type = &account_stats_type,
	                          .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_ACCOUNT_JSON] = { .key_bytes = 8, .value_bytes = VALUE_ANY,
	                         .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_ACCOUNT_URI] = { .key_bytes = 16, .value_bytes = 8, INDEX(ACCOUNT, IN_VALUE(0)) },
	[SPACE_ACCOUNT_NAME] = { .key_bytes = KEY_ANY, .value_bytes = 8, INDEX(ACCOUNT, IN_VALUE(0)) },
	[SPACE_ACCOUNT_KEY] = { .key_bytes = 16, .value_bytes = 8, INDEX(ACCOUNT, IN_VALUE(0)) },
	[SPACE_ACCOUNT_WORD] = { .key_bytes = KEY_ANY, INDEX(ACCOUNT, IN_KEY(-8)) },
	[SPACE_PRIVATE_KEY] = { .key_bytes = 8, .value_bytes = VALUE_ANY,
	                        .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_PROOF_KEY] = { .key_bytes = 8, .value_bytes = VALUE_ANY,
	                      .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_OLD_KEY] = { .key_bytes = 8, .value_bytes = VALUE_ANY,
	                    .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_USER] = { .key_bytes = 8, .type = &user_type, .own = { ID(user, account_id) },
	                 .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_USER_EMAIL] = { .key_bytes = 16, .value_bytes = 8, INDEX(USER, IN_VALUE(0)) },
	[SPACE_POST] = { .key_bytes = 8, .type = &post_type, .own = { ID(post, id) }, .also = check_post },
	[SPACE_POST_STATS] = { .key_bytes = 8, .type = &post_stats_type, .also = check_post_stats },
	[SPACE_POST_JSON] = { .key_bytes = 8, .value_bytes = VALUE_ANY,
	                      .refers = { { IN_KEY(0), SPACE_POST } } },
	[SPACE_POST_URI] = { .key_bytes = 16, .value_bytes = 8, INDEX(POST, IN_VALUE(0)) },
	[SPACE_POST_EDIT] = { .key_bytes = 16, .type = &post_edit_type, .own = { ID(post_edit, post_id) },
	                      .refers = { { IN_KEY(0), SPACE_POST } } },
	[SPACE_TOMBSTONE] = { .key_bytes = 16, .value_bytes = VALUE_ANY },
	[SPACE_BY_AUTHOR] = { .key_bytes = 16, .value_bytes = 1, INDEX(POST, IN_KEY(8)) },
	[SPACE_PUBLIC] = { .key_bytes = 8, .value_bytes = 1, INDEX(POST, IN_KEY(0)) },
	[SPACE_TAGGED] = { .key_bytes = 24, .value_bytes = 1, INDEX(POST, IN_KEY(16)) },
	[SPACE_TAG] = { .key_bytes = KEY_ANY, .value_bytes = 16, .also = check_tag },
	[SPACE_REPLIES] = { .key_bytes = 16, INDEX(POST, IN_KEY(8)) },
	[SPACE_WAITING_REPLIES] = { .key_bytes = 24, INDEX(POST, IN_KEY(16)) },
	[SPACE_AUDIENCE] = { .key_bytes = 16, INDEX(POST, IN_KEY(0)) },
	[SPACE_BOOSTS] = { .key_bytes = 16, .value_bytes = 8, INDEX(POST, IN_VALUE(0)) },
	[SPACE_FOLLOW] = { .key_bytes = 16, .type = &follow_type,
	                   .own = { ID(follow, follower_id), ID(follow, followee_id) },
	                   .refers = { { IN_KEY(0), SPACE_ACCOUNT }, { IN_KEY(8), SPACE_ACCOUNT } },
	                   .also = check_follow },
	[SPACE_RECEIPT] = { .key_bytes = 16 },
	[SPACE_REMINDER] = { .key_bytes = 16, .value_bytes = 9 },
	[SPACE_CHANGE] = { .key_bytes = 8, .value_bytes = 9 },
	[SPACE_FOLLOWER_DIGEST] = { .key_bytes = 24, .value_bytes = 40, .refers = { { IN_KEY(0), SPACE_ACCOUNT } },
	                            .also = check_follower_digest },
	[SPACE_FOLLOWER] = { .key_bytes = 16, .value_bytes = 1, INDEX(FOLLOW, IN_KEY(8), IN_KEY(0)) },
	[SPACE_FOLLOW_REQUEST] = { .key_bytes = 16, INDEX(FOLLOW, IN_KEY(8), IN_KEY(0)) },
	[SPACE_FAVOURITE] = { .key_bytes = 16, .type = &favourite_type,
	                      .own = { ID(favourite, post_id), ID(favourite, account_id) },
	                      .refers = { { IN_KEY(8), SPACE_ACCOUNT } }, .also = check_favourite },
	[SPACE_FAVOURITE_BY] = { .key_bytes = 16, .value_bytes = 8,
	                         INDEX(FAVOURITE, IN_VALUE(0), IN_KEY(0)) },
	[SPACE_EMOJI_REACTION] = { .key_bytes = 16, .type = &emoji_reaction_type,
	                           .own = { ID(emoji_reaction, post_id), ID(emoji_reaction, id) },
	                           .also = check_emoji_reaction },
	[SPACE_EMOJI_REACTION_OF] = { .key_bytes = 32, .value_bytes = 8,
	                              INDEX(EMOJI_REACTION, IN_KEY(0), IN_VALUE(0)),
	                              .refers = { { IN_KEY(8), SPACE_ACCOUNT } } },
	[SPACE_EMOJI_REACTION_BY] = { .key_bytes = 16, .value_bytes = 8,
	                              INDEX(EMOJI_REACTION, IN_VALUE(0), IN_KEY(8)) },
	[SPACE_ACTIVITY_OF] = { .key_bytes = 16, .value_bytes = sizeof(struct made_value),
	                        .also = check_made },
	[SPACE_NOTICE] = { .key_bytes = 16, .type = &notice_type,
	                   .own = { ID(notice, account_id), ID(notice, id) },
	                   .refers = { { IN_KEY(0), SPACE_ACCOUNT } }, .also = check_notice },
	[SPACE_NOTICE_OF] = { .key_bytes = 25, .value_bytes = 8, INDEX(NOTICE, IN_KEY(0), IN_VALUE(0)) },
	[SPACE_CONVERSATION] = { .key_bytes = 16, .type = &conversation_type,
	                         .own = { ID(conversation, account_id), ID(conversation, id) },
	                         .refers = { { IN_KEY(0), SPACE_ACCOUNT } }, .also = check_conversation },
	[SPACE_CONVERSATION_ROOT] = { .key_bytes = 16, .value_bytes = 8,
	                              INDEX(CONVERSATION, IN_KEY(0), IN_VALUE(0)) },
	[SPACE_CONVERSATION_LAST] = { .key_bytes = 16, .value_bytes = 8,
	                              INDEX(CONVERSATION, IN_KEY(0), IN_VALUE(0)) },
	[SPACE_APP] = { .key_bytes = 8, .type = &app_type, .own = { ID(app, id) } },
	[SPACE_APP_CLIENT] = { .key_bytes = 16, .value_bytes = 8, INDEX(APP, IN_VALUE(0)) },
	[SPACE_TOKEN] = { HASH_OF(token_type) },
	[SPACE_TOKEN_OF] = { .key_bytes = 16, .value_bytes = 32, INDEX(TOKEN, { FROM_VALUE, 32, 0 }),
	                     .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_GRANT] = { HASH_OF(grant_type) },
	[SPACE_SESSION] = { HASH_OF(session_type) },
	[SPACE_SESSION_OF] = { .key_bytes = 40, INDEX(SESSION, { FROM_KEY, 32, 8 }),
	                       .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_SIGN_UP] = { HASH_OF(session_type) },
	[SPACE_HALF_SESSION] = { HASH_OF(session_type) },
	[SPACE_SECOND_FACTOR] = { .key_bytes = 8, .type = &second_factor_type, .own = { ID(second_factor, account_id) },
	                          .refers = { { IN_KEY(0), SPACE_USER } } },
	[SPACE_PASSKEY] = { .key_bytes = 16, .type = &passkey_type, .own = { ID(passkey, account_id), ID(passkey, id) },
	                    .refers = { { IN_KEY(0), SPACE_USER } } },
	[SPACE_PASSKEY_OF] = { .key_bytes = 32, .value_bytes = 16, INDEX(PASSKEY, IN_VALUE(0), IN_VALUE(8)) },
	[SPACE_CHALLENGE] = { HASH_OF(challenge_type) },
	[SPACE_DIRECTORY_LINK] = { .key_bytes = 8, .type = &directory_link_type, .own = { ID(directory_link, account_id) },
	                           .refers = { { IN_KEY(0), SPACE_USER } } },
	[SPACE_DIRECTORY_LINK_ID] = { .key_bytes = 16, .value_bytes = 8, INDEX(DIRECTORY_LINK, IN_VALUE(0)) },
	[SPACE_DIRECTORY_RUN] = { .key_bytes = 8, .type = &directory_run_type },
	[SPACE_ATTEMPTS] = { .key_bytes = 24, .type = &attempts_type },
	[SPACE_IDEMPOTENCY] = { .key_bytes = 24, .value_bytes = 16 },
	[SPACE_PEER] = { .key_bytes = 8, .type = &peer_type, .own = { ID(peer, id) } },
	[SPACE_PEER_DOMAIN] = { .key_bytes = KEY_ANY, .value_bytes = 8, INDEX(PEER, IN_VALUE(0)) },
	[SPACE_LANE] = { .key_bytes = 8, .type = &lane_type, .own = { ID(lane, peer_id) } },
	[SPACE_DELIVERY] = { .key_bytes = 16, .type = &delivery_type,
	                     .own = { ID(delivery, peer_id), ID(delivery, sequence) } },
	[SPACE_ACTIVITY] = { .key_bytes = 8, .type = &activity_record_type,
	                     .own = { ID(activity_record, id) } },
	[SPACE_ACTIVITY_URI] = { .key_bytes = 16, .value_bytes = 8, INDEX(ACTIVITY, IN_VALUE(0)) },
	[SPACE_OUTBOX] = { .key_bytes = 16, INDEX(ACTIVITY, IN_KEY(8)) },
	[SPACE_SEEN] = { .key_bytes = 16, .value_bytes = 8 },
	[SPACE_SEEN_AT] = { .key_bytes = 24, INDEX(SEEN, { FROM_KEY, 16, 8 }) },
	[SPACE_VOIDED] = { .key_bytes = 16, .value_bytes = 8 },
	[SPACE_VOIDED_AT] = { .key_bytes = 24, INDEX(VOIDED, { FROM_KEY, 16, 8 }) },
	[SPACE_JOB] = { .key_bytes = 16, .type = &job_type, .own = { ID(job, due_ms), ID(job, id) } },
	[SPACE_REFUSAL] = { .key_bytes = 8, .value_bytes = VALUE_ANY },
	[SPACE_RULE] = { .key_bytes = KEY_ANY, .type = &rule_type },
	[SPACE_REFUSED] = { .key_bytes = 8, .type = &refusal_type, .own = { ID(refusal, id) } },
	[SPACE_NOTICE_ABOUT] = { .key_bytes = 24, INDEX(NOTICE, IN_KEY(8), IN_KEY(16)) },
	[SPACE_IDEMPOTENCY_AT] = { .key_bytes = 32, INDEX(IDEMPOTENCY, { FROM_KEY, 24, 8 }) },
	[SPACE_CONVERSATION_POST] = { .key_bytes = 24, .also = check_conversation_post },
	[SPACE_BLOCK] = { .key_bytes = 16, .type = &block_type,
	                  .own = { ID(block, blocker_id), ID(block, blocked_id) },
	                  .refers = { { IN_KEY(0), SPACE_ACCOUNT }, { IN_KEY(8), SPACE_ACCOUNT } } },
	[SPACE_POLL] = { .key_bytes = 8, .type = &poll_type, .own = { ID(poll, post_id) },
	                 .refers = { { IN_KEY(0), SPACE_POST } }, .also = check_poll },
	[SPACE_VOTE] = { .key_bytes = 16, .type = &vote_type, .own = { ID(vote, post_id), ID(vote, account_id) },
	                 .refers = { { IN_KEY(8), SPACE_ACCOUNT } }, .also = check_vote },
	[SPACE_VOTE_BY] = { .key_bytes = 16, INDEX(VOTE, IN_KEY(8), IN_KEY(0)) },
	[SPACE_QUOTES] = { .key_bytes = 16, INDEX(POST, IN_KEY(8)) },
	[SPACE_QUOTE_STAMP] = { .key_bytes = 24, INDEX(POST, IN_KEY(16)) },
	[SPACE_BLOCKED_BY] = { .key_bytes = 16, INDEX(BLOCK, IN_KEY(8), IN_KEY(0)) },
	[SPACE_REPORT] = { .key_bytes = 8, .type = &report_type, .own = { ID(report, id) } },
	[SPACE_MEDIA] = { .key_bytes = 8, .type = &media_record_type, .own = { ID(media_record, id) }, .also = check_media },
	[SPACE_MEDIA_OF] = { .key_bytes = 16, INDEX(MEDIA, IN_KEY(8)), .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_MEDIA_LOOSE] = { .key_bytes = 16, INDEX(MEDIA, IN_KEY(8)) },
	[SPACE_MEDIA_COPY] = { .key_bytes = 16, .value_bytes = 8, INDEX(MEDIA, IN_VALUE(0)) },
	[SPACE_BLOB] = { .key_bytes = 40, INDEX(MEDIA, IN_KEY(-8)) },
	[SPACE_EMOJI] = { .key_bytes = KEY_ANY, .type = &emoji_type, .also = check_emoji },
	[SPACE_MEDIA_USED] = { .key_bytes = 8, .value_bytes = 8, .refers = { { IN_KEY(0), SPACE_ACCOUNT } },
	                       .also = check_media_used },
	[SPACE_MEDIA_TEXT] = { .key_bytes = 8, .value_bytes = VALUE_ANY, .refers = { { IN_KEY(0), SPACE_MEDIA } },
	                       .also = check_media_text },
	[SPACE_LINKED] = { .key_bytes = 24, .value_bytes = 1, INDEX(POST, IN_KEY(16)) },
	[SPACE_PINNED] = { .key_bytes = 16, .refers = { { IN_KEY(0), SPACE_ACCOUNT }, { IN_KEY(8), SPACE_POST } } },
	[SPACE_BOOKMARK] = { .key_bytes = 16, .value_bytes = 8, .refers = { { IN_KEY(8), SPACE_ACCOUNT } },
	                     .also = check_bookmark },
	[SPACE_BOOKMARK_BY] = { .key_bytes = 16, .value_bytes = 8, INDEX(BOOKMARK, IN_VALUE(0), IN_KEY(0)) },
	/* the post that began a thread may be gone */
	[SPACE_HUSHED] = { .key_bytes = 16, .refers = { { IN_KEY(8), SPACE_ACCOUNT } } },
	[SPACE_HUSHED_BY] = { .key_bytes = 16, INDEX(HUSHED, IN_KEY(8), IN_KEY(0)) },
	[SPACE_TIE] = { .key_bytes = 16, .type = &tie_type, .own = { ID(tie, account_id), ID(tie, other_id) },
	                .refers = { { IN_KEY(0), SPACE_ACCOUNT }, { IN_KEY(8), SPACE_ACCOUNT } } },
	[SPACE_TIED] = { .key_bytes = 16, INDEX(TIE, IN_KEY(8), IN_KEY(0)) },
	[SPACE_NAMED] = { .key_bytes = KEY_ANY, .value_bytes = 8, .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_LIST] = { .key_bytes = 16, .type = &list_type, .own = { ID(list, account_id), ID(list, id) },
	                 .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_FILTER] = { .key_bytes = 16, .type = &filter_type, .own = { ID(filter, account_id), ID(filter, id) },
	                   .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_NOTICE_REQUEST] = { .key_bytes = 24, INDEX(NOTICE, IN_KEY(0), IN_KEY(16)) },
	[SPACE_NOTICE_LET] = { .key_bytes = 16,
	                       .refers = { { IN_KEY(0), SPACE_ACCOUNT }, { IN_KEY(8), SPACE_ACCOUNT } } },
	[SPACE_PUSH] = { .key_bytes = 16, .type = &push_type, .own = { ID(push, account_id), ID(push, token_id) },
	                 .also = check_token },
	[SPACE_REFRESH] = { .key_bytes = 16, .type = &refresh_type, .own = { ID(refresh, account_id), ID(refresh, token_id) },
	                    .also = check_token },
	[SPACE_SCHEDULED] = { .key_bytes = 16, .type = &scheduled_type, .own = { ID(scheduled, account_id), ID(scheduled, id) },
	                      .refers = { { IN_KEY(0), SPACE_ACCOUNT } } },
	[SPACE_IMPORT] = { .key_bytes = 16, .type = &import_type, .own = { ID(import, account_id), ID(import, id) },
	                   .refers = { { IN_KEY(0), SPACE_ACCOUNT } }, .also = check_import },
	[SPACE_IMPORT_TEXT] = { .key_bytes = 16, .value_bytes = VALUE_ANY, .also = check_import_text },
	[SPACE_ANNOUNCEMENT] = { .key_bytes = 8, .type = &announcement_type, .own = { ID(announcement, id) } },
	[SPACE_HOUSE_RULE] = { .key_bytes = 8, .type = &house_rule_type, .own = { ID(house_rule, id) } },
	[SPACE_ANNOUNCEMENT_READ] = { .key_bytes = 16, .refers = { { IN_KEY(0), SPACE_ANNOUNCEMENT },
	                                                           { IN_KEY(8), SPACE_ACCOUNT } } },
	[SPACE_ANNOUNCEMENT_REACTION] = { .key_bytes = 32, .value_bytes = VALUE_ANY,
	                                  .refers = { { IN_KEY(0), SPACE_ANNOUNCEMENT }, { IN_KEY(8), SPACE_ACCOUNT } } },
	[SPACE_NODE_KEY] = { .key_bytes = KEY_ANY, .value_bytes = VALUE_ANY },
	[SPACE_LIST_MEMBER] = { .key_bytes = 16, .value_bytes = 8, .also = check_list_member },
	[SPACE_AUDIT] = { .key_bytes = 8, .value_bytes = VALUE_ANY, .also = check_audit },
	[SPACE_LISTED] = { .key_bytes = 24, INDEX(LIST_MEMBER, IN_KEY(16), IN_KEY(0)) },
	/* whom it is to may be gone: it says so */
	[SPACE_MAIL] = { .key_bytes = 8, .type = &mail_type, .own = { ID(mail, id) } },
	[SPACE_MAIL_TO] = { .key_bytes = 24, INDEX(MAIL, IN_KEY(16)) },
	[SPACE_EMAIL_LINK] = { HASH_OF(email_link_type) },
	[SPACE_EMAIL_LINK_OF] = { .key_bytes = 40, INDEX(EMAIL_LINK, { FROM_KEY, 32, 8 }) },
	[SPACE_MAIL_OF] = { .key_bytes = 16, INDEX(MAIL, IN_KEY(8)) },
	[SPACE_INVITATION] = { .key_bytes = 8, .type = &invitation_type, .own = { ID(invitation, id) } },
	[SPACE_INVITATION_SECRET] = { .key_bytes = 32, .value_bytes = 8, INDEX(INVITATION, IN_VALUE(0)) },
	[SPACE_INVITATION_OF] = { .key_bytes = 16, INDEX(INVITATION, IN_KEY(8)) },
	[SPACE_INVITATION_EMAIL] = { .key_bytes = 24, INDEX(INVITATION, IN_KEY(16)) },
	/* the invitation may be forgotten */
	[SPACE_INVITED] = { .key_bytes = 16, INDEX(USER, IN_KEY(8)) },
};

/* Fills check->record: decodes the value, or takes it as it is. */
static bool read_value(struct check *check, const struct space_rule *rule)
{
	void *record;

	check->record = &check->value;
	if (!rule->type) {
		if (rule->value_bytes != VALUE_ANY && check->value.n != (size_t)rule->value_bytes)
			check_find(check, "its value has %zu bytes instead of %d", check->value.n, rule->value_bytes);
		return rule->value_bytes == VALUE_ANY || check->value.n == (size_t)rule->value_bytes;
	}
	record = arena_alloc(check->arena, rule->type->size);
	if (codec_decode(check->arena, rule->type, check->value, record) != OK) {
		check_find(check, "the record does not decode");
		return false;
	}
	check->record = record;
	return true;
}

static bool check_own_key(struct check *check, const struct space_rule *rule)
{
	for (size_t i = 0; i < 2 && rule->own[i]; i++) {
		uint64_t number;

		memcpy(&number, (const char *)check->record + rule->own[i] - 1, sizeof(number));
		if (number != key_read_u64(check->key, 8 * i)) {
			check_find(check, "the record belongs under another key (%llu)", (unsigned long long)number);
			return false;
		}
	}
	return true;
}

struct entry_sink {
	struct index_sink sink;
	struct check *check;
};

static void check_entry(struct index_sink *sink, unsigned space, struct str key, struct str value)
{
	struct check *check = ((struct entry_sink *)sink)->check;
	struct str stored;

	if (view_get(check->view, space, key, &stored) != OK)
		check_find(check, "its entry in %s is missing", space_names[space].name);
	else if (!str_eq(stored, value))
		check_find(check, "its entry in %s is not its own", space_names[space].name);
}

/* An entry of an index is right if its record would write it. */
static void check_primary(struct check *check, const struct space_rule *rule)
{
	const struct space_rule *of = &rules[rule->primary];
	void *record = of->type ? arena_alloc(check->arena, of->type->size) : NULL;
	struct str value, at;
	struct buf key;

	buf_init(&key, check->arena, 0);
	for (size_t i = 0; i < 2 && rule->at[i].bytes; i++)
		buf_add(&key, part_of(check, &rule->at[i]));
	at = buf_str(&key);
	if (view_get(check->view, rule->primary, at, &value) != OK) {
		check_find(check, "there is no such %s", space_names[rule->primary].name);
		return;
	}
	if (of->type && codec_decode(check->arena, of->type, value, record) != OK)
		return;  /* found at the record itself */
	if (!index_has(instance_of(check->view), rule->primary, at, of->type ? record : &value, check->space,
	               check->key, check->value))
		check_find(check, "the %s is not of this entry", space_names[rule->primary].name);
}

static void check_references(struct check *check, const struct space_rule *rule)
{
	for (size_t i = 0; i < 3 && rule->refers[i].id.bytes; i++) {
		uint64_t id = id_of(check, &rule->refers[i].id);

		if (id && !check_has(check, rule->refers[i].space, id))
			check_find(check, "%s %llu is not there", space_names[rule->refers[i].space].name,
			     (unsigned long long)id);
	}
}

static void check_item(struct check *check, const struct space_rule *rule)
{
	struct entry_sink entries = { { check_entry }, check };

	if (rule->key_bytes != KEY_ANY && check->key.n != rule->key_bytes) {
		check_find(check, "its key has %zu bytes instead of %u", check->key.n, rule->key_bytes);
		return;
	}
	if (!read_value(check, rule) || !check_own_key(check, rule))
		return;
	if (rule->primary)
		check_primary(check, rule);
	index_each(&entries.sink, instance_of(check->view), check->space, check->key, check->record);
	check_references(check, rule);
	if (rule->also)
		rule->also(check);
}

static int check_space(struct check *check, const struct space_rule *rule)
{
	struct prefix_walk walk;
	struct engine_item item;
	int r;

	prefix_walk_init(&walk, check->view, check->space, STR_NONE, false);
	while ((r = prefix_next(&walk, &item)) == OK) {
		arena_reset(check->arena);
		check->key = item.key;
		check->value = item.value;
		check_item(check, rule);
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

int maintain_check(struct view *view, void (*report)(void *context, const char *sentence), void *context,
                   uint64_t *ret_findings)
{
	struct check check = { .view = view, .arena = arena_new(), .report = report, .context = context };
	int r = OK;

	for (check.space = 0; check.space < SPACE_COUNT && r == OK; check.space++) {
		check.key = STR_NONE;
		if (rules[check.space].key_bytes == 0)
			check_find(&check, "nothing is known about this space");
		else
			r = check_space(&check, &rules[check.space]);
	}
	arena_free(check.arena);
	if (r == OK)
		*ret_findings = check.findings;
	return r;
}
