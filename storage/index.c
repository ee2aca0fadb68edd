/*
 * Which entries of which indexes a record has. One function per kind of record, one table. Any thread; puts
 * on the writer thread.
 */
#include "storage/index.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/keys.h"
#include "storage/links.h"
#include "storage/model.h"
#include "storage/posts.h"
#include "storage/reactions.h"

/* What the functions below are given: where the entries go, and whose they are. */
struct subject {
	struct index_sink *sink;
	const struct instance *instance;
	struct str key;
	const void *record;
};

static void give(const struct subject *subject, unsigned space, struct str key, struct str value)
{
	subject->sink->entry(subject->sink, space, key, value);
}

static void give_id(const struct subject *subject, unsigned space, struct str key, uint64_t id)
{
	uint8_t value[8];

	give(subject, space, key, value_u64(value, id));
}

static void give_made(const struct subject *subject, struct str uri, uint8_t kind, uint64_t a, uint64_t b)
{
	struct key key;
	struct made_value value;

	if (uri.n)
		give(subject, SPACE_ACTIVITY_OF, key_hash(&key, uri), made_value(&value, kind, a, b));
}

static void link_entries(const struct subject *subject, const struct post *post, struct str flags)
{
	struct arena *scratch = arena_new();
	struct str_list links = links_of_html(scratch, post->content);
	struct key key;

	for (size_t i = 0; i < links.count; i++)
		give(subject, SPACE_LINKED, key_hash_u64(&key, links.items[i], post->id), flags);
	arena_free(scratch);
}

static void original_entries(const struct subject *subject, const struct post *post, struct str flags)
{
	struct key key;

	if (post->visibility == VISIBILITY_PUBLIC) {
		give(subject, SPACE_PUBLIC, key_u64(&key, post->id), flags);
		for (size_t i = 0; i < post->tags.count; i++)
			give(subject, SPACE_TAGGED, key_hash_u64(&key, post->tags.items[i], post->id), flags);
	}
	if (post->visibility == VISIBILITY_PUBLIC)
		link_entries(subject, post, flags);
	if (post->quote_id)
		give(subject, SPACE_QUOTES, key_u64_u64(&key, post->quote_id, post->id), STR_NONE);
	if (posts_quotes_by_stamp(post))
		give(subject, SPACE_QUOTE_STAMP, key_hash_u64(&key, post->quote_stamp_uri, post->id), STR_NONE);
	if (post->in_reply_to_id)
		give(subject, SPACE_REPLIES, key_u64_u64(&key, post->in_reply_to_id, post->id), STR_NONE);
	else if (post->in_reply_to_uri.n)
		give(subject, SPACE_WAITING_REPLIES, key_hash_u64(&key, post->in_reply_to_uri, post->id),
		     STR_NONE);
	if (post->visibility >= VISIBILITY_FOLLOWERS)
		for (size_t i = 0; i < post->mention_ids.count; i++)
			give(subject, SPACE_AUDIENCE, key_u64_u64(&key, post->id, post->mention_ids.ids[i]),
			     STR_NONE);
}

static void boost_entries(const struct subject *subject, const struct post *post)
{
	struct key key;

	give_id(subject, SPACE_BOOSTS, key_u64_u64(&key, post->reblog_of_id, post->account_id), post->id);
	give_made(subject, post->uri, MADE_BOOST, post->account_id, post->id);
}

static void post_entries(const struct subject *subject)
{
	const struct post *post = subject->record;
	char flags = (char)post_flags(post);
	struct str flags_value = { &flags, 1 };
	struct key key;

	/* the id is in our own addresses: these need no entry, and posts of ours are spared a put at a random
	 * place */
	if (post->uri.n && instance_parse_id(subject->instance, "p", post->uri) != post->id)
		give_id(subject, SPACE_POST_URI, key_hash(&key, post->uri), post->id);
	give(subject, SPACE_BY_AUTHOR, key_u64_u64(&key, post->account_id, post->id), flags_value);
	if (post->reblog_of_id)
		boost_entries(subject, post);
	else
		original_entries(subject, post, flags_value);
}

static void follow_entries(const struct subject *subject)
{
	const struct follow *follow = subject->record;
	char state = (char)follow->state;
	struct key key;

	give(subject, SPACE_FOLLOWER, key_u64_u64(&key, follow->followee_id, follow->follower_id),
	     (struct str){ &state, 1 });
	if (follow->state == FOLLOW_REQUESTED)
		give(subject, SPACE_FOLLOW_REQUEST, key_u64_u64(&key, follow->followee_id, follow->follower_id),
		     STR_NONE);
	give_made(subject, follow->uri, MADE_FOLLOW, follow->follower_id, follow->followee_id);
}

static void block_entries(const struct subject *subject)
{
	const struct block *block = subject->record;
	struct key key;

	give(subject, SPACE_BLOCKED_BY, key_u64_u64(&key, block->blocked_id, block->blocker_id), STR_NONE);
	give_made(subject, block->uri, MADE_BLOCK, block->blocker_id, block->blocked_id);
}

static void bookmark_entries(const struct subject *subject)
{
	const struct str *id = subject->record;
	struct key key;

	give_id(subject, SPACE_BOOKMARK_BY, key_u64_u64(&key, key_read_u64(subject->key, 8), key_read_u64(*id, 0)),
	        key_read_u64(subject->key, 0));
}

/* The mirror of a pair. */
static void give_mirror(const struct subject *subject, unsigned space)
{
	struct key key;

	give(subject, space, key_u64_u64(&key, key_read_u64(subject->key, 8), key_read_u64(subject->key, 0)), STR_NONE);
}

static void hushed_entries(const struct subject *subject)
{
	give_mirror(subject, SPACE_HUSHED_BY);
}

static void tie_entries(const struct subject *subject)
{
	give_mirror(subject, SPACE_TIED);
}

static void list_member_entries(const struct subject *subject)
{
	const struct str *owner_id = subject->record;
	struct key key;

	give(subject, SPACE_LISTED, key_u64_u64_u64(&key, key_read_u64(subject->key, 8), key_read_u64(*owner_id, 0),
	                                            key_read_u64(subject->key, 0)), STR_NONE);
}

static void favourite_entries(const struct subject *subject)
{
	const struct favourite *favourite = subject->record;
	struct key key;

	give_id(subject, SPACE_FAVOURITE_BY, key_u64_u64(&key, favourite->account_id, favourite->id),
	        favourite->post_id);
	give_made(subject, favourite->uri, MADE_FAVOURITE, favourite->account_id, favourite->post_id);
}

static void emoji_reaction_entries(const struct subject *subject)
{
	const struct emoji_reaction *reaction = subject->record;
	struct key key;

	give_id(subject, SPACE_EMOJI_REACTION_OF,
	        key_u64_u64_emoji(&key, reaction->post_id, reaction->account_id, reaction->emoji), reaction->id);
	give_id(subject, SPACE_EMOJI_REACTION_BY, key_u64_u64(&key, reaction->account_id, reaction->id),
	        reaction->post_id);
	give_made(subject, reaction->uri, MADE_EMOJI_REACTION, reaction->post_id, reaction->id);
}

static void vote_entries(const struct subject *subject)
{
	const struct vote *vote = subject->record;
	struct key key;

	give(subject, SPACE_VOTE_BY, key_u64_u64(&key, vote->account_id, vote->post_id), STR_NONE);
}

static void notice_entries(const struct subject *subject)
{
	const struct notice *notice = subject->record;
	struct key key;

	give_id(subject, SPACE_NOTICE_OF,
	        key_notice_of(&key, notice->account_id, notice->kind, notice->actor_id, notice_subject(notice)),
	        notice->id);
	if (notice->post_id)
		give(subject, SPACE_NOTICE_ABOUT,
		     key_u64_u64_u64(&key, notice->post_id, notice->account_id, notice->id), STR_NONE);
	if (notice->filtered)
		give(subject, SPACE_NOTICE_REQUEST,
		     key_u64_u64_u64(&key, notice->account_id, notice->actor_id, notice->id), STR_NONE);
}

static void conversation_entries(const struct subject *subject)
{
	const struct conversation *conversation = subject->record;
	struct key key;

	give_id(subject, SPACE_CONVERSATION_ROOT,
	        key_u64_u64(&key, conversation->account_id, conversation->root_id), conversation->id);
	give_id(subject, SPACE_CONVERSATION_LAST,
	        key_u64_u64(&key, conversation->account_id, conversation->last_post_id), conversation->id);
}

static void account_entries(const struct subject *subject)
{
	const struct account *account = subject->record;
	struct arena *arena = arena_new();
	struct str_list words = accounts_words(arena, account);
	struct key key;

	give_id(subject, SPACE_ACCOUNT_URI, key_hash(&key, account->uri), account->id);
	/* another node may give the name of somebody gone to somebody else; ours are not given twice */
	if (!account->deleted || account->host.n == 0)
		give_id(subject, SPACE_ACCOUNT_NAME, key_name_host(&key, account->username, account->host),
		        account->id);
	if (account->key_id.n)
		give_id(subject, SPACE_ACCOUNT_KEY, key_hash(&key, account->key_id), account->id);
	if (account->proof_key_id.n && !str_eq(account->proof_key_id, account->key_id))
		give_id(subject, SPACE_ACCOUNT_KEY, key_hash(&key, account->proof_key_id), account->id);
	for (size_t i = 0; i < words.count; i++)
		give(subject, SPACE_ACCOUNT_WORD, key_word_u64(&key, words.items[i], account->id), STR_NONE);
	arena_free(arena);
}

static void invitation_entries(const struct subject *subject)
{
	const struct invitation *invitation = subject->record;
	struct arena *arena;
	struct key key;

	give_id(subject, SPACE_INVITATION_SECRET, key_text(&key, invitation->secret_hash), invitation->id);
	give(subject, SPACE_INVITATION_OF, key_u64_u64(&key, invitation->sponsor_id, invitation->id), STR_NONE);
	if (invitation->email.n == 0)
		return;
	arena = arena_new();
	give(subject, SPACE_INVITATION_EMAIL, key_hash_u64(&key, str_lower(arena, invitation->email), invitation->id),
	     STR_NONE);
	arena_free(arena);
}

static void user_entries(const struct subject *subject)
{
	const struct user *user = subject->record;
	struct arena *arena;
	struct key key;

	if (user->invitation_id)
		give(subject, SPACE_INVITED, key_u64_u64(&key, user->invitation_id, user->account_id), STR_NONE);
	if (user->email.n == 0)
		return;
	arena = arena_new();
	give_id(subject, SPACE_USER_EMAIL, key_hash(&key, str_lower(arena, user->email)), user->account_id);
	arena_free(arena);
}

static void app_entries(const struct subject *subject)
{
	const struct app *app = subject->record;
	struct key key;

	give_id(subject, SPACE_APP_CLIENT, key_hash(&key, app->client_id), app->id);
}

/* The key of a token or session is the hash of its secret. */
static void token_entries(const struct subject *subject)
{
	const struct token *token = subject->record;
	struct key key;

	give(subject, SPACE_TOKEN_OF, key_u64_u64(&key, token->account_id, token->id), subject->key);
}

static void session_entries(const struct subject *subject)
{
	const struct session *session = subject->record;
	struct key key;

	give(subject, SPACE_SESSION_OF, key_u64_bytes(&key, session->account_id, subject->key), STR_NONE);
}

static void passkey_entries(const struct subject *subject)
{
	const struct passkey *passkey = subject->record;
	struct key key, value;

	give(subject, SPACE_PASSKEY_OF, key_sha256(&key, passkey->credential_id),
	     key_u64_u64(&value, passkey->account_id, passkey->id));
}

static void directory_link_entries(const struct subject *subject)
{
	const struct directory_link *link = subject->record;
	struct key key;

	give_id(subject, SPACE_DIRECTORY_LINK_ID, key_hash(&key, link->id), link->account_id);
}

static void peer_entries(const struct subject *subject)
{
	const struct peer *peer = subject->record;
	struct key key;

	give_id(subject, SPACE_PEER_DOMAIN, key_text_lower(&key, peer->domain), peer->id);
}

static void activity_entries(const struct subject *subject)
{
	const struct activity_record *record = subject->record;
	struct key key;

	/* as with posts: the id is in our own addresses */
	if (record->uri.n && instance_parse_id(subject->instance, "a", record->uri) != record->id)
		give_id(subject, SPACE_ACTIVITY_URI, key_hash(&key, record->uri), record->id);
	if (record->outbox)
		give(subject, SPACE_OUTBOX, key_u64_u64(&key, record->account_id, record->id), STR_NONE);
}

static void media_entries(const struct subject *subject)
{
	const struct media_record *media = subject->record;
	const struct str blobs[] = { media->blob, media->preview_blob, media->raw_blob };
	struct key key;

	if (media->account_id)
		give(subject, SPACE_MEDIA_OF, key_u64_u64(&key, media->account_id, media->id), STR_NONE);
	if (media->remote_url.n)
		give_id(subject, SPACE_MEDIA_COPY, key_hash(&key, media->remote_url), media->id);
	if (media->loose_ms)
		give(subject, SPACE_MEDIA_LOOSE, key_u64_u64(&key, (uint64_t)media->loose_ms, media->id), STR_NONE);
	for (size_t i = 0; i < sizeof(blobs) / sizeof(blobs[0]); i++)
		if (blobs[i].n)
			give(subject, SPACE_BLOB, key_bytes_u64(&key, blobs[i], media->id), STR_NONE);
}

static void give_by_time(const struct subject *subject, unsigned space)
{
	const struct str *ms = subject->record;
	struct key key;

	give(subject, space, key_u64_bytes(&key, key_read_u64(*ms, 0), subject->key), STR_NONE);
}

static void seen_entries(const struct subject *subject)
{
	give_by_time(subject, SPACE_SEEN_AT);
}

static void voided_entries(const struct subject *subject)
{
	give_by_time(subject, SPACE_VOIDED_AT);
}

static void idempotency_entries(const struct subject *subject)
{
	const struct str *post_and_ms = subject->record;
	struct key key;

	give(subject, SPACE_IDEMPOTENCY_AT, key_u64_bytes(&key, key_read_u64(*post_and_ms, 8), subject->key), STR_NONE);
}

static void mail_entries(const struct subject *subject)
{
	const struct mail *mail = subject->record;
	struct arena *arena = arena_new();
	struct key key;

	give(subject, SPACE_MAIL_TO, key_hash_u64(&key, str_lower(arena, mail->to), mail->id), STR_NONE);
	if (mail->account_id)
		give(subject, SPACE_MAIL_OF, key_u64_u64(&key, mail->account_id, mail->id), STR_NONE);
	arena_free(arena);
}

static void email_link_entries(const struct subject *subject)
{
	const struct email_link *link = subject->record;
	struct key key;

	give(subject, SPACE_EMAIL_LINK_OF, key_u64_bytes(&key, link->account_id, subject->key), STR_NONE);
}

static void (*const entries_of[SPACE_COUNT])(const struct subject *subject) = {
	[SPACE_ACCOUNT] = account_entries,
	[SPACE_USER] = user_entries,
	[SPACE_INVITATION] = invitation_entries,
	[SPACE_APP] = app_entries,
	[SPACE_TOKEN] = token_entries,
	[SPACE_SESSION] = session_entries,
	[SPACE_PASSKEY] = passkey_entries,
	[SPACE_DIRECTORY_LINK] = directory_link_entries,
	[SPACE_PEER] = peer_entries,
	[SPACE_ACTIVITY] = activity_entries,
	[SPACE_SEEN] = seen_entries,
	[SPACE_VOIDED] = voided_entries,
	[SPACE_IDEMPOTENCY] = idempotency_entries,
	[SPACE_POST] = post_entries,
	[SPACE_FOLLOW] = follow_entries,
	[SPACE_BLOCK] = block_entries,
	[SPACE_FAVOURITE] = favourite_entries,
	[SPACE_BOOKMARK] = bookmark_entries,
	[SPACE_HUSHED] = hushed_entries,
	[SPACE_TIE] = tie_entries,
	[SPACE_LIST_MEMBER] = list_member_entries,
	[SPACE_EMOJI_REACTION] = emoji_reaction_entries,
	[SPACE_VOTE] = vote_entries,
	[SPACE_NOTICE] = notice_entries,
	[SPACE_CONVERSATION] = conversation_entries,
	[SPACE_MEDIA] = media_entries,
	[SPACE_MAIL] = mail_entries,
	[SPACE_EMAIL_LINK] = email_link_entries,
};

void index_each(struct index_sink *sink, const struct instance *instance, unsigned space, struct str key,
                const void *record)
{
	struct subject subject = { sink, instance, key, record };

	if (entries_of[space])
		entries_of[space](&subject);
}

/* One entry that is looked for among those of a record. */
struct search {
	struct index_sink sink;
	unsigned space;
	struct str key, value;
	bool key_found, found;
};

static void compare_entry(struct index_sink *sink, unsigned space, struct str key, struct str value)
{
	struct search *search = (struct search *)sink;

	if (space != search->space || !str_eq(key, search->key))
		return;
	search->key_found = true;
	search->found |= str_eq(value, search->value);
}

bool index_has(const struct instance *instance, unsigned space, struct str key, const void *record,
               unsigned entry_space, struct str entry_key, struct str entry_value)
{
	struct search search = { { compare_entry }, entry_space, entry_key, entry_value, false, false };

	index_each(&search.sink, instance, space, key, record);
	return search.found;
}

/* Puts or deletes the entries of one record, but leaves alone what `other` has too (NULL: nothing). */
struct change {
	struct index_sink sink;
	struct txn *txn;
	unsigned space;
	struct str key;
	const void *other;
};

static struct search search_other(const struct change *change, unsigned space, struct str key, struct str value)
{
	struct search search = { { compare_entry }, space, key, value, false, false };

	if (change->other)
		index_each(&search.sink, instance_of(txn_view(change->txn)), change->space, change->key,
		           change->other);
	return search;
}

static void put_entry(struct index_sink *sink, unsigned space, struct str key, struct str value)
{
	struct change *change = (struct change *)sink;

	if (!search_other(change, space, key, value).found)
		txn_put(change->txn, space, key, value);
}

static void del_entry(struct index_sink *sink, unsigned space, struct str key, struct str value)
{
	struct change *change = (struct change *)sink;

	if (!search_other(change, space, key, value).key_found)
		txn_del(change->txn, space, key);
}

static int apply(struct txn *txn, void (*entry)(struct index_sink *, unsigned, struct str, struct str),
                 unsigned space, struct str key, const void *record, const void *other)
{
	struct change change = { { entry }, txn, space, key, other };

	index_each(&change.sink, instance_of(txn_view(txn)), space, key, record);
	return txn_err(txn);
}

int index_put(struct txn *txn, unsigned space, struct str key, const void *record)
{
	return apply(txn, put_entry, space, key, record, NULL);
}

int index_del(struct txn *txn, unsigned space, struct str key, const void *record)
{
	return apply(txn, del_entry, space, key, record, NULL);
}

int index_replace(struct txn *txn, unsigned space, struct str key, const void *old, const void *record)
{
	if (!old)
		return index_put(txn, space, key, record);
	apply(txn, del_entry, space, key, old, record);
	return apply(txn, put_entry, space, key, record, old);
}
