/*
 * Search of the client API.
 */
#include "node/api/search.h"

#include "federation/actor.h"
#include "federation/compose.h"
#include "federation/policy.h"
#include "federation/resolve.h"
#include "federation/text.h"
#include "node/api/answer.h"
#include "node/api/entities.h"
#include "node/node.h"
#include "node/search/find.h"
#include "node/search/indexer.h"
#include "storage/accounts.h"
#include "storage/graph.h"
#include "storage/ids.h"
#include "storage/posts.h"
#include "storage/silence.h"
#include "storage/timelines.h"

enum { QUERY_BYTES_MAX = 2048, OFFSET_MAX = 10000, SEARCH_LIMIT = 20, SEARCH_LIMIT_MAX = 40,
       PEOPLE_LIMIT = 40, PEOPLE_LIMIT_MAX = 80 };

enum query_kind { QUERY_WORDS, QUERY_HANDLE, QUERY_URL, QUERY_TAG };

struct search_call {
	struct str query;
	enum query_kind kind;
	uint64_t account_id, post_id;  /* what an address or a handle names; 0: not known here */
	bool stale;                    /* what is known of that account is to be asked for again */
	size_t limit;
	bool people_only;
	struct id_list accounts, posts;   /* what was found */
};

static bool is_url(struct str text)
{
	return str_starts(text, STR("https://")) || str_starts(text, STR("http://"));
}

/* "name@host" without its leading '@'. */
static struct str handle_of(struct str query)
{
	return str_starts(query, STR("@")) ? str_sub(query, 1, SIZE_MAX) : query;
}

static enum query_kind kind_of(struct str query)
{
	size_t at;

	if (str_starts(query, STR("from:")) || str_starts(query, STR("has:")) || str_starts(query, STR("\"")))
		return QUERY_WORDS;
	if (is_url(query))
		return QUERY_URL;
	if (str_starts(query, STR("#")))
		return QUERY_TAG;
	if (str_find_char(query, ' ') != SIZE_MAX)
		return QUERY_WORDS;
	at = str_find_char(handle_of(query), '@');
	return at != SIZE_MAX && at != 0 ? QUERY_HANDLE : QUERY_WORDS;
}

/* --- what is known here ----------------------------------------------------------------------------------------- */

/* Our own page addresses: "…/@name" and "…/@name/123". */
static int find_page(struct call *call, struct view *view, struct str url, struct search_call *state)
{
	const struct instance *instance = &call->node->instance;
	struct str rest = str_sub(url, instance->url.n, SIZE_MAX), name;
	struct account account;
	struct post post;
	uint64_t id;
	int r;

	if (!str_starts(rest, STR("/@")))
		return OK;
	rest = str_sub(rest, 2, SIZE_MAX);
	name = str_cut(&rest, '/');
	r = accounts_by_name(call->arena, view, name, STR_NONE, &account);
	if (r != OK)
		return r == ERR_NOT_FOUND ? OK : r;
	if (!rest.n) {
		state->account_id = account.id;
		return OK;
	}
	if (!str_to_u64(rest, &id))
		return OK;
	r = posts_get(call->arena, view, id, &post);
	if (r == OK && post.account_id == account.id)
		state->post_id = id;
	return r == ERR_NOT_FOUND ? OK : r;
}

static void meet(struct search_call *state, const struct account *account)
{
	state->account_id = account->id;
	state->stale = actor_is_stale(account);
}

static int find_url(struct call *call, struct view *view, struct search_call *state)
{
	struct account account;
	struct post post;
	int r = posts_by_uri(call->arena, view, state->query, &post);

	if (r == OK)
		state->post_id = post.id;
	if (r != ERR_NOT_FOUND && r != ERR_GONE)
		return r;
	r = accounts_by_uri(call->arena, view, state->query, &account);
	if (r == OK && !account.deleted && !account.withheld)
		meet(state, &account);
	if (r != ERR_NOT_FOUND)
		return r;
	return instance_owns(&call->node->instance, state->query) ? find_page(call, view, state->query, state) : OK;
}

static int find_handle(struct call *call, struct view *view, struct search_call *state)
{
	struct account account;
	int r = accounts_by_acct(call->arena, view, handle_of(state->query), &account);

	if (r == OK)
		meet(state, &account);
	return r == ERR_NOT_FOUND || r == ERR_INVALID ? OK : r;
}

/* Is there a listed peer to ask? */
static bool may_ask(struct call *call, struct view *view, const struct search_call *state)
{
	struct str host = handle_of(state->query);
	struct peer peer;

	if (!call_param_bool(call, "resolve", false) || (state->account_id && !state->stale) || state->post_id)
		return false;
	if (state->kind == QUERY_URL)
		return !instance_owns(&call->node->instance, state->query) &&
		       policy_peer_by_url(call->arena, view, state->query, &peer) == OK;
	if (state->kind != QUERY_HANDLE)
		return false;
	str_cut(&host, '@');
	return !str_eq_nocase(host, call->node->instance.domain) &&
	       policy_peer_by_domain(call->arena, view, host, &peer) == OK;
}

static bool is_of_words(const struct search_call *state)
{
	return state->kind == QUERY_WORDS || state->kind == QUERY_TAG;
}

static int check(struct call *call, struct view *view, struct search_call *state)
{
	int r = OK;

	call->state = state;
	state->query = str_trim(call_param(call, "q"));
	if (!state->query.n)
		return call_fail(call, ERR_INVALID, "A query is needed");
	if (state->query.n > QUERY_BYTES_MAX || !utf8_valid(state->query))
		return call_fail(call, ERR_INVALID, "The query is too long or not UTF-8");
	state->kind = kind_of(state->query);
	if (state->kind == QUERY_URL)
		r = find_url(call, view, state);
	else if (state->kind == QUERY_HANDLE || str_starts(state->query, STR("@")))
		r = find_handle(call, view, state);
	if (r != OK)
		return r;
	call->computes = is_of_words(state);
	return call->computes || may_ask(call, view, state) ? OK : CALL_SKIP_WORK;
}

int api_search_check(struct call *call, struct view *view)
{
	struct search_call *state = ARENA_NEW(call->arena, struct search_call);

	state->limit = call_param_u64(call, "limit", SEARCH_LIMIT, 1, SEARCH_LIMIT_MAX);
	return check(call, view, state);
}

int api_account_search_check(struct call *call, struct view *view)
{
	struct search_call *state = ARENA_NEW(call->arena, struct search_call);

	state->people_only = true;
	state->limit = call_param_u64(call, "limit", PEOPLE_LIMIT, 1, PEOPLE_LIMIT_MAX);
	return check(call, view, state);
}

/* --- what a peer knows ------------------------------------------------------------------------------------------ */

static int ask_peer(struct call *call)
{
	struct search_call *state = call->state;
	const struct node *node = call->node;
	struct resolved found = { 0 };
	uint64_t account_id, post_id;
	int r;

	if (state->kind == QUERY_URL)
		r = resolve_uri(&node->federation, call->arena, node->store, state->query, &found);
	else
		r = resolve_acct(&node->federation, call->arena, node->store, handle_of(state->query), &found);
	if (r != OK)
		return OK;
	r = compose_keep(call->arena, node->store, node->writer, &found, &account_id, &post_id);
	if (r == OK) {
		state->account_id = account_id;
		state->post_id = post_id;
	}
	/* A post is one hit; its author came along. */
	if (state->post_id)
		state->account_id = 0;
	return r == ERR_BUSY || r == ERR_FULL || r == ERR_IO ? r : OK;
}

/* --- what is found ---------------------------------------------------------------------------------------------- */

static bool is_wanted(const struct call *call, const char *type)
{
	struct str wanted = call_param(call, "type");

	return !wanted.n || str_eq(wanted, str_of(type));
}

/* Only those one follows, when that was asked. */
static void keep_followed(struct call *call, struct view *view, struct id_list *ids)
{
	size_t kept = 0;

	if (!call_param_bool(call, "following", false))
		return;
	for (size_t i = 0; i < ids->count; i++)
		if (graph_follows(view, call->viewer.account_id, ids->ids[i]))
			ids->ids[kept++] = ids->ids[i];
	ids->count = kept;
}

/* Who is asked for by name or address is found all the same. */
static void drop_silenced(struct call *call, struct view *view, struct id_list *ids)
{
	const struct search_call *state = call->state;
	size_t kept = 0;

	for (size_t i = 0; i < ids->count; i++)
		if (ids->ids[i] == state->account_id || !silence_hides(view, ids->ids[i], call->viewer.account_id))
			ids->ids[kept++] = ids->ids[i];
	ids->count = kept;
}

static void add_new(struct id_list *ids, const struct id_list *found)
{
	for (size_t i = 0; i < found->count; i++)
		if (!ids_have(ids, found->ids[i]))
			ids->ids[ids->count++] = found->ids[i];
}

/* What goes wrong with the index leaves us with fewer hits: the names are in the store. */
static struct id_list find_profiles(struct call *call, struct view *view, size_t limit)
{
	const struct search_call *state = call->state;
	struct find find = { .text = state->query, .viewer_id = call->viewer.account_id, .limit = limit };
	struct id_list ids = { 0 };

	if (!call->node->indexer || find_people(indexer_index(call->node->indexer), call->arena, view, &find, &ids) != OK)
		ids.count = 0;
	return ids;
}

/* Who is named, then whose name it is, then whose profile says so. */
static int find_accounts(struct call *call, struct view *view, size_t limit, struct id_list *ret_ids)
{
	const struct search_call *state = call->state;
	size_t offset = call_param_u64(call, "offset", 0, 0, OFFSET_MAX), wanted = offset + limit;
	struct str words = accounts_fold(call->arena, handle_of(state->query));
	struct id_list names = { 0 }, profiles = { 0 }, ids = { ARENA_ARRAY(call->arena, uint64_t, 1 + 2 * wanted), 0 };
	int r = OK;

	if (state->account_id)
		ids.ids[ids.count++] = state->account_id;
	if (state->kind == QUERY_WORDS)
		r = accounts_search(call->arena, view, words, 0, wanted, &names);
	add_new(&ids, &names);
	if (r == OK && state->kind == QUERY_WORDS && ids.count < wanted)
		profiles = find_profiles(call, view, wanted);
	add_new(&ids, &profiles);
	keep_followed(call, view, &ids);
	drop_silenced(call, view, &ids);
	if (offset > ids.count)
		offset = ids.count;
	*ret_ids = (struct id_list){ ids.ids + offset, ids.count - offset < limit ? ids.count - offset : limit };
	return r;
}

/* As with profiles. */
static struct id_list find_words(struct call *call, struct view *view, size_t limit)
{
	const struct search_call *state = call->state;
	struct find find = {
		.text = state->query, .viewer_id = call->viewer.account_id, .account_id = call_param_id(call, "account_id"),
		.max_id = call_param_id(call, "max_id"), .min_id = call_param_id(call, "min_id"),
		.offset = call_param_u64(call, "offset", 0, 0, OFFSET_MAX), .limit = limit,
	};
	struct id_list ids = { 0 };

	if (!call->node->indexer || (call_param(call, "account_id").n && !find.account_id) ||
	    find_posts(indexer_index(call->node->indexer), call->arena, view, &find, &ids) != OK)
		ids.count = 0;
	return ids;
}

static int find_all(struct call *call, struct view *view)
{
	struct search_call *state = call->state;
	int r = OK;

	if (state->people_only || is_wanted(call, "accounts"))
		r = find_accounts(call, view, state->limit, &state->accounts);
	if (r == OK && !state->people_only && is_of_words(state) && is_wanted(call, "statuses"))
		state->posts = find_words(call, view, state->limit);
	return r;
}

/* A search for words takes its time, in which HTTP threads have others to answer. */
int api_search_work(struct call *call)
{
	struct view *view;
	int r;

	if (!is_of_words(call->state))
		return ask_peer(call);
	r = view_begin(call->node->store, &view);
	if (r != OK)
		return r;
	r = find_all(call, view);
	view_end(view);
	return r;
}

/* --- the answer ------------------------------------------------------------------------------------------------- */

/* Of an address or a handle, once it is known what it names. */
static int find_rest(struct call *call, struct view *view)
{
	return is_of_words(call->state) ? OK : find_all(call, view);
}

/* Between the search and the answer one may have lost the sight of a post. */
static int w_found(struct call *call, struct view *view, struct json_writer *w)
{
	const struct id_list *ids = &((const struct search_call *)call->state)->posts;
	struct post *posts = ARENA_ARRAY(call->arena, struct post, ids->count);
	size_t count = 0;

	for (size_t i = 0; i < ids->count; i++)
		count += access_post(call->arena, view, answer_beholder(call), ids->ids[i], &posts[count]) == OK;
	return entities_statuses(w, call->arena, view, call->viewer.account_id, posts, count);
}

static int w_statuses(struct call *call, struct view *view, struct json_writer *w)
{
	const struct search_call *state = call->state;
	struct post post;
	int r = ERR_NOT_FOUND;

	if (is_of_words(state))
		return w_found(call, view, w);
	if (state->post_id && is_wanted(call, "statuses"))
		r = access_post(call->arena, view, answer_beholder(call), state->post_id, &post);
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	return entities_statuses(w, call->arena, view, call->viewer.account_id, &post, r == OK);
}

static int w_hashtags(struct call *call, struct view *view, struct json_writer *w, size_t limit)
{
	const struct search_call *state = call->state;
	size_t offset = call_param_u64(call, "offset", 0, 0, OFFSET_MAX);
	struct str prefix = state->kind == QUERY_TAG ? str_sub(state->query, 1, SIZE_MAX) : state->query;
	struct str_list tags = { 0 };
	int r = OK;

	if (is_wanted(call, "hashtags") && (state->kind == QUERY_TAG || state->kind == QUERY_WORDS))
		r = tags_search(call->arena, view, text_fold_hashtag(call->arena, prefix), offset, limit, &tags);
	json_w_array(w);
	for (size_t i = 0; r == OK && i < tags.count; i++)
		r = entity_tag(w, call->arena, view, call->viewer.account_id, tags.items[i]);
	json_w_array_end(w);
	return r;
}

int api_search_show(struct call *call, struct view *view)
{
	const struct search_call *state = call->state;
	struct answer answer;
	int r = find_rest(call, view);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	json_w_object(&answer.w);
	json_w_key(&answer.w, "accounts");
	r = entities_accounts(&answer.w, call->arena, view, &state->accounts);
	json_w_key(&answer.w, "statuses");
	if (r == OK)
		r = w_statuses(call, view, &answer.w);
	json_w_key(&answer.w, "hashtags");
	if (r == OK)
		r = w_hashtags(call, view, &answer.w, state->limit);
	json_w_object_end(&answer.w);
	return answer_end(&answer, call, r);
}

int api_account_search_show(struct call *call, struct view *view)
{
	const struct search_call *state = call->state;
	struct answer answer;
	int r = find_rest(call, view);

	if (r != OK)
		return r;
	answer_begin(&answer, call);
	r = entities_accounts(&answer.w, call->arena, view, &state->accounts);
	return answer_end(&answer, call, r);
}
