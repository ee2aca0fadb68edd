/*
 * Quotes of foreign posts, and foreign posts that quote. Pool threads; the one write goes to the writer.
 */
#include "federation/quote.h"

#include "federation/compose.h"
#include "federation/effects.h"
#include "federation/fetch.h"
#include "federation/property.h"
#include "federation/resolve.h"
#include "federation/url.h"
#include "storage/accounts.h"
#include "storage/activities.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/engine/writer.h"
#include "storage/instance.h"
#include "storage/posts.h"

struct quoting {
	const struct federation *federation;
	struct arena *arena;
	struct store *store;
	struct post post, quoted;
	struct account author;        /* of the quoted post */
	struct activity_record ours;  /* the stamp, when it would be one of ours */
	bool allowed;
};

bool quote_is_stamped(struct arena *arena, const json_t *stamp, struct str stamp_uri, struct str author_uri,
                      struct str quoting_uri, struct str quoted_uri)
{
	return property_is_a(stamp, "QuoteAuthorization") && str_eq(json_member_str(stamp, "id"), stamp_uri) &&
	       url_same_origin(arena, stamp_uri, author_uri) &&
	       str_eq(property_uri(json_member(stamp, "attributedTo")), author_uri) &&
	       str_eq(property_uri(json_member(stamp, "interactingObject")), quoting_uri) &&
	       str_eq(property_uri(json_member(stamp, "interactionTarget")), quoted_uri);
}

bool quote_stamp_stands(struct arena *arena, struct view *view, const struct activity_record *record)
{
	struct post quoting;
	json_t *stamp;

	return !str_eq(record->type, STR("QuoteAuthorization")) || json_parse(arena, record->body, &stamp) ||
	       posts_by_uri(arena, view, json_member_str(stamp, "interactingObject"), &quoting) ||
	       quoting.quote_state != QUOTE_REVOKED;
}

/* Both posts, as far as they are here; ERR_NOT_FOUND: the quoted one is not. */
static int load(struct quoting *quoting, uint64_t post_id)
{
	struct view *view;
	int r = view_begin(quoting->store, &view);

	if (r)
		return r;
	quoting->post = (struct post){ .id = 0 };
	quoting->ours.id = 0;
	r = posts_get(quoting->arena, view, post_id, &quoting->post);
	if (!r)
		r = posts_by_uri(quoting->arena, view, quoting->post.quote_uri, &quoting->quoted);
	if (!r)
		r = accounts_get(quoting->arena, view, quoting->quoted.account_id, &quoting->author);
	if (!r && instance_owns(instance_of(view), quoting->post.quote_stamp_uri))
		activities_by_uri(quoting->arena, view, quoting->post.quote_stamp_uri, &quoting->ours);
	view_end(view);
	return r;
}

/* A chain of quotes has no end: what the quoted post itself quotes stays a link. */
static int fetch_quoted(struct quoting *quoting, struct writer *writer)
{
	struct resolved found = { .alone = true };
	uint64_t account_id, post_id;
	int r = resolve_uri(quoting->federation, quoting->arena, quoting->store, quoting->post.quote_uri, &found);

	return r ? r : compose_keep(quoting->arena, quoting->store, writer, &found, &account_id, &post_id);
}

static int find_allowed(struct quoting *quoting)
{
	struct str uri = quoting->post.quote_stamp_uri, id;
	json_t *stamp = NULL;
	int r = OK;

	quoting->allowed = quoting->quoted.account_id == quoting->post.account_id;
	if (quoting->allowed || !uri.n || quoting->author.disabled || quoting->author.deleted)
		return OK;
	if (quoting->ours.id)
		r = json_parse(quoting->arena, quoting->ours.body, &stamp);
	else
		r = fetch_document(quoting->federation, quoting->arena, quoting->store, uri, &stamp, &id);
	quoting->allowed = !r && quote_is_stamped(quoting->arena, stamp, uri, quoting->author.uri, quoting->post.uri,
	                                          quoting->quoted.uri);
	return r;
}

/* What was read may have been taken back meanwhile, by an Update of the post or the Delete of the stamp. */
static bool still_stands(const struct quoting *quoting, struct view *view, const struct post *now)
{
	struct str stamp = quoting->post.quote_stamp_uri;
	struct activity_record ours;

	if (!str_eq(now->quote_stamp_uri, stamp) || now->quote_state != quoting->post.quote_state)
		return false;
	if (!stamp.n)
		return true;
	if (quoting->ours.id)
		return activities_get(quoting->arena, view, quoting->ours.id, &ours) == OK;
	return !activities_voided(view, activity_name(quoting->arena, stamp, quoting->author.uri));
}

static int join(const struct quoting *quoting, struct txn *txn)
{
	const struct quote_standing standing = {
		.state = QUOTE_ACCEPTED, .quote_id = quoting->quoted.id, .account_id = quoting->quoted.account_id,
		.stamp_uri = quoting->post.quote_stamp_uri,
	};
	int r = posts_set_quote(txn, quoting->post.id, &standing);

	if (r)
		return r;
	if (!quoting->post.remote)
		return act_tell_quote(quoting->arena, txn, quoting->post.id);
	return effects_quoted(txn, quoting->post.id);
}

static int join_write(struct txn *txn, void *arg)
{
	const struct quoting *quoting = arg;
	struct post now;
	int r = posts_get(quoting->arena, txn_view(txn), quoting->post.id, &now);

	if (!r && still_stands(quoting, txn_view(txn), &now))
		r = join(quoting, txn);
	return r == ERR_NOT_FOUND ? OK : r;
}

static int ask_write(struct txn *txn, void *arg)
{
	const struct quoting *quoting = arg;
	int r = act_ask_quote(quoting->arena, txn, quoting->post.id, quoting->quoted.id);

	return r == ERR_NOT_FOUND ? OK : r;
}

static int run(struct quoting *quoting, struct writer *writer, int (*body)(struct txn *txn, void *arg))
{
	return writer ? writer_run(writer, body, quoting) : store_write(quoting->store, body, quoting, NULL, NULL);
}

/* A post of ours asks first; with the answer it is as any other. */
static bool is_to_ask(const struct quoting *quoting)
{
	return !quoting->post.remote && !quoting->post.quote_stamp_uri.n &&
	       quoting->post.quote_state == QUOTE_PENDING;
}

static bool is_open(const struct post *post)
{
	return post->remote ? !post->quote_state : post->quote_state == QUOTE_PENDING;
}

static bool is_later(int err)
{
	return err == ERR_NETWORK || err == ERR_BUSY || err == ERR_FULL;
}

int quote_job(const struct federation *federation, struct arena *arena, struct store *store, struct writer *writer,
              const struct job *job)
{
	struct quoting quoting = { .federation = federation, .arena = arena, .store = store };
	int r = load(&quoting, job->subject);

	if (quoting.post.id && !is_open(&quoting.post))
		return OK;
	if (r == ERR_NOT_FOUND && quoting.post.id && quoting.post.remote) {
		r = fetch_quoted(&quoting, writer);
		if (!r)
			r = load(&quoting, job->subject);
	}
	if (!r && is_to_ask(&quoting))
		return run(&quoting, writer, ask_write);
	if (!r && !quoting.quoted.reblog_of_id)
		r = find_allowed(&quoting);
	if (r || !quoting.allowed)
		return is_later(r) ? r : OK;
	return run(&quoting, writer, join_write);
}
