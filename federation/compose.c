/*
 * Mentions of a text that somebody is about to post: known ones looked up, unknown ones fetched.
 */
#include "federation/compose.h"

#include "federation/policy.h"
#include "federation/resolve.h"
#include "federation/text.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"

static struct str without_sign(struct str mention)
{
	return str_sub(mention, 1, SIZE_MAX);
}

static bool is_target(const struct mention_target *targets, size_t count, struct str acct)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(targets[i].acct, acct))
			return true;
	return false;
}

static void add_unknown(struct arena *arena, struct view *view, const struct text_span *span,
                        struct str_list *unknown)
{
	struct str acct = without_sign(span->text);
	struct peer peer;

	for (size_t i = 0; i < unknown->count; i++)
		if (str_eq_nocase(unknown->items[i], acct))
			return;
	if (unknown->count < COMPOSE_UNKNOWN_MAX && policy_peer_by_domain(arena, view, span->host, &peer) == OK)
		unknown->items[unknown->count++] = acct;
}

int compose_look_up(struct arena *arena, struct view *view, struct post_draft *draft, struct str_list *ret_unknown)
{
	const struct instance *instance = instance_of(view);
	struct mention_target *targets = ARENA_ARRAY(arena, struct mention_target, COMPOSE_MENTIONS_MAX);
	struct str_list unknown = { ARENA_ARRAY(arena, struct str, COMPOSE_UNKNOWN_MAX), 0 };
	struct text_scanner scanner;
	struct text_span span;
	size_t count = 0;

	text_scan_init(&scanner, arena, draft->text);
	while (count < COMPOSE_MENTIONS_MAX && text_scan(&scanner, &span)) {
		struct str host = str_eq_nocase(span.host, instance->domain) ? STR_NONE : span.host;
		struct account account;
		int r;

		if (span.kind != TEXT_MENTION || is_target(targets, count, without_sign(span.text)))
			continue;
		r = accounts_by_name(arena, view, span.name, host, &account);
		if (r == ERR_NOT_FOUND && host.n)
			add_unknown(arena, view, &span, &unknown);
		else if (r != OK && r != ERR_NOT_FOUND)
			return r;
		if (r != OK)
			continue;
		targets[count++] = (struct mention_target){
			.acct = without_sign(span.text), .account_id = account.id,
			.url = account.url.n ? account.url : account.uri, .username = account.username,
		};
	}
	draft->mentions = targets;
	draft->mention_count = count;
	*ret_unknown = unknown;
	return OK;
}

struct keeping {
	struct arena *arena;
	struct resolved *found;
	uint64_t account_id, post_id;
};

static int keep(struct txn *txn, void *arg)
{
	struct keeping *keeping = arg;

	keeping->account_id = keeping->post_id = 0;
	return resolve_write(keeping->arena, txn, keeping->found, &keeping->account_id, &keeping->post_id);
}

int compose_keep(struct arena *arena, struct store *store, struct writer *writer, struct resolved *found,
                 uint64_t *ret_account_id, uint64_t *ret_post_id)
{
	struct keeping keeping = { .arena = arena, .found = found };
	int r = writer ? writer_run(writer, keep, &keeping) : store_write(store, keep, &keeping, NULL, NULL);

	*ret_account_id = r == OK ? keeping.account_id : 0;
	*ret_post_id = r == OK ? keeping.post_id : 0;
	return r;
}

int compose_resolve(const struct federation *federation, struct arena *arena, struct store *store,
                    struct writer *writer, const struct str_list *unknown)
{
	for (size_t i = 0; i < unknown->count; i++) {
		struct resolved found = { 0 };
		uint64_t account_id, post_id;
		int r = resolve_acct(federation, arena, store, unknown->items[i], &found);

		if (r == OK)
			r = compose_keep(arena, store, writer, &found, &account_id, &post_id);
		if (r == ERR_IO || r == ERR_FULL || r == ERR_BUSY)
			return r;
	}
	return OK;
}
