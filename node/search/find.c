/*
 * Searching. Any thread, best one that others do not wait for; the view is the caller's, the reader is borrowed for the one
 * search.
 */
#include "node/search/find.h"

#include "node/search/index.h"
#include "node/search/reader.h"
#include "node/search/slips.h"
#include "node/search/subject.h"
#include "storage/access.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/blocks.h"
#include "storage/graph.h"
#include "storage/ids.h"
#include "storage/posts.h"
#include "storage/reactions.h"
#include "storage/shuns.h"
#include "storage/silence.h"

enum {
	TERMS_MAX = 16,          /* further words are not looked at */
	LOOKED_AT_MAX = 4000,    /* hits, of one search */
	READ_BYTES_MAX = 2 << 20,  /* of their text: long posts take as long as many */
	SLIP_LOOKED_AT_MAX = 200,
	SLIP_WORDS = 4,          /* that are tried for one */
	SLIP_BYTES_MIN = 4,      /* shorter words have too many neighbours */
};

/* Words that stand side by side, mostly one. */
struct term {
	struct str_list stems;
	struct str beginning;    /* people, last word: as typed so far */
};

struct plan {
	struct term terms[TERMS_MAX];
	size_t count;
};

struct search {
	struct text_reader *reader;
	struct tokeniser *tokeniser;
	struct arena *arena, *scratch;  /* the scratch is reset for each hit */
	struct view *view;
	const struct find *find;
	size_t read;             /* bytes of text */
	uint64_t author_id;      /* from: */
	bool has_media, nobody;  /* from: somebody unknown */
	struct plan plans[LANGUAGE_COUNT];
};

/* --- what was typed --------------------------------------------------------------------------------------------- */

static void add_phrase(struct search *search, struct str text)
{
	for (int language = 0; language < LANGUAGE_COUNT; language++) {
		struct plan *plan = &search->plans[language];
		struct str_list stems = tokeniser_stems(search->tokeniser, search->arena, language, text);

		if (stems.count && plan->count < TERMS_MAX)
			plan->terms[plan->count++] = (struct term){ .stems = stems };
	}
}

static void add_words(struct search *search, struct str text)
{
	struct str_list written = tokeniser_words(search->tokeniser, search->arena, text);

	for (int language = 0; language < LANGUAGE_COUNT; language++) {
		struct plan *plan = &search->plans[language];
		struct str_list stems = tokeniser_stems(search->tokeniser, search->arena, language, text);

		for (size_t i = 0; i < stems.count && plan->count < TERMS_MAX; i++)
			plan->terms[plan->count++] = (struct term){
				.stems = { &stems.items[i], 1 },
				.beginning = stems.count == written.count ? written.items[i] : STR_NONE,
			};
	}
}

static bool take_operator(struct search *search, struct str word)
{
	struct account account;

	if (str_eq(word, STR("has:media"))) {
		search->has_media = true;
		return true;
	}
	if (!str_starts(word, STR("from:")))
		return false;
	word = str_sub(word, 5, SIZE_MAX);
	if (str_eq(word, STR("me")))
		search->author_id = search->find->viewer_id;
	else if (accounts_by_acct(search->arena, search->view, word, &account) == OK)
		search->author_id = account.id;
	else
		search->nobody = true;
	return true;
}

static void read_words(struct search *search, struct str text)
{
	while (text.p) {
		struct str word = str_cut(&text, ' ');

		if (!take_operator(search, word))
			add_words(search, word);
	}
}

/* Every other part between quotes is a phrase; one that does not end is none. */
static void read_text(struct search *search, struct str text)
{
	bool quoted = false;

	while (text.p) {
		struct str part = str_cut(&text, '"');

		if (quoted && text.p)
			add_phrase(search, part);
		else
			read_words(search, part);
		quoted = !quoted;
	}
}

/* --- expressions ------------------------------------------------------------------------------------------------ */

static void add_and(struct buf *out)
{
	if (out->n)
		buf_add(out, STR(" AND "));
}

static void add_term(struct buf *out, const struct term *term)
{
	add_and(out);
	buf_add_char(out, '"');
	for (size_t i = 0; i < term->stems.count; i++)
		buf_printf(out, "%s%.*s", i ? " " : "", STR_ARG(term->stems.items[i]));
	buf_add_char(out, '"');
}

/* All words are of letters and digits (and marks), so that quotes hold them. */
static struct str post_expression(struct search *search, const struct plan *plan)
{
	struct buf out;

	buf_init(&out, search->arena, 0);
	for (size_t i = 0; i < plan->count; i++)
		add_term(&out, &plan->terms[i]);
	if (search->author_id) {
		add_and(&out);
		buf_printf(&out, "\"%.*s\"", STR_ARG(subject_author_mark(search->arena, search->author_id)));
	}
	if (search->has_media) {
		add_and(&out);
		buf_printf(&out, "\"%.*s\"", STR_ARG(subject_media_mark()));
	}
	return buf_str(&out);
}

static struct str people_expression(struct search *search, const struct plan *plan)
{
	struct buf out;

	buf_init(&out, search->arena, 0);
	for (size_t i = 0; i < plan->count; i++) {
		const struct term *term = &plan->terms[i];

		if (i + 1 < plan->count || !term->beginning.n) {
			add_term(&out, term);
			continue;
		}
		add_and(&out);
		buf_printf(&out, "(\"%.*s\" OR \"%.*s\" *)", STR_ARG(term->stems.items[0]), STR_ARG(term->beginning));
	}
	return buf_str(&out);
}

/* --- is a hit true, and for this person? ------------------------------------------------------------------------ */

static bool is_tired(const struct search *search)
{
	return search->read >= READ_BYTES_MAX;
}

static bool stand_at(const struct str_list *words, size_t at, const struct str_list *stems)
{
	for (size_t i = 0; i < stems->count; i++)
		if (at + i >= words->count || !str_eq(words->items[at + i], stems->items[i]))
			return false;
	return true;
}

static bool has_term(const struct str_list *words, const struct term *term)
{
	for (size_t at = 0; at < words->count; at++)
		if (stand_at(words, at, &term->stems))
			return true;
	return false;
}

static bool has_beginning(const struct str_list *written, const struct term *term)
{
	for (size_t i = 0; term->beginning.n && i < written->count; i++)
		if (str_starts(written->items[i], term->beginning))
			return true;
	return false;
}

/* Posts of who does not want to be found are for those who had to do with them already. */
static bool lets_be_found(struct search *search, const struct post *post)
{
	uint64_t viewer_id = search->find->viewer_id, boost_id;
	struct account author;

	if (post->account_id == viewer_id || ids_have(&post->mention_ids, viewer_id))
		return true;
	if (accounts_get(search->scratch, search->view, post->account_id, &author) == OK && author.indexable)
		return true;
	return favourites_has(search->view, post->id, viewer_id) ||
	       posts_boost_get(search->view, post->id, viewer_id, &boost_id) == OK;
}

static bool has_terms(struct search *search, enum language language, const struct plan *plan, struct str text)
{
	struct str_list words = tokeniser_stems(search->tokeniser, search->scratch, language, text);

	search->read += text.n;
	for (size_t i = 0; i < plan->count; i++)
		if (!has_term(&words, &plan->terms[i]))
			return false;
	return true;
}

/* Documents are long: they are read only where the post's own words are not enough. */
static bool has_words(struct search *search, const struct text_hit *hit, const struct plan *plan, const struct post *post)
{
	struct arena *scratch = search->scratch;

	return has_terms(search, hit->language, plan, subject_post_own_text(scratch, search->view, post)) ||
	       (subject_has_documents(search->view, post) &&
	        has_terms(search, hit->language, plan, subject_post_text(scratch, search->view, post)));
}

static bool is_shown_post(struct search *search, const struct text_hit *hit, const struct plan *plan)
{
	struct beholder beholder = { BEHOLDER_LOCAL, search->find->viewer_id };
	struct post post;

	if (access_post(search->scratch, search->view, beholder, hit->id, &post) != OK ||
	    silence_hides_post(search->view, &post, search->find->viewer_id) || !lets_be_found(search, &post))
		return false;
	if (!search->author_id && shuns(search->view, search->find->viewer_id, post.account_id))
		return false;
	if ((search->author_id && post.account_id != search->author_id) || (search->has_media && !post.attachments_json.n))
		return false;
	return has_words(search, hit, plan, &post);
}

static bool is_shown_person(struct search *search, const struct text_hit *hit)
{
	const struct plan *plan = &search->plans[hit->language];
	uint64_t viewer_id = search->find->viewer_id;
	struct str_list stems, written;
	struct account account;
	struct str text;

	if (accounts_get(search->scratch, search->view, hit->id, &account) != OK ||
	    (!account.discoverable && account.id != viewer_id && !graph_follows(search->view, viewer_id, account.id)) ||
	    blocks_between(search->view, viewer_id, account.id))
		return false;
	text = subject_person_text(search->scratch, &account);
	search->read += text.n;
	stems = tokeniser_stems(search->tokeniser, search->scratch, hit->language, text);
	written = tokeniser_words(search->tokeniser, search->scratch, text);
	for (size_t i = 0; i < plan->count; i++)
		if (!has_term(&stems, &plan->terms[i]) && !(i + 1 == plan->count && has_beginning(&written, &plan->terms[i])))
			return false;
	return text.n > 0;
}

/* --- walks ------------------------------------------------------------------------------------------------------ */

static int begin_posts(struct search *search, const struct plan plans[LANGUAGE_COUNT], bool oldest_first)
{
	struct str expressions[LANGUAGE_COUNT];

	for (int language = 0; language < LANGUAGE_COUNT; language++)
		expressions[language] = post_expression(search, &plans[language]);
	return text_posts_begin(search->reader, expressions, search->find->min_id, search->find->max_id, oldest_first);
}

/* Takes up to `max` posts behind the first `skipped`, in the order of the walk. */
static int walk_posts(struct search *search, const struct plan plans[LANGUAGE_COUNT], size_t looked_at_max, size_t skipped,
                      size_t max, struct id_list *ids)
{
	struct text_hit hit;
	uint64_t last = 0;
	int r = OK;

	for (size_t i = 0; i < looked_at_max && ids->count < max && !is_tired(search); i++) {
		r = text_next(search->reader, &hit);
		if (r != OK)
			break;
		arena_reset(search->scratch);
		if (hit.id == last || !is_shown_post(search, &hit, &plans[hit.language]))
			continue;
		last = hit.id;
		if (skipped)
			skipped--;
		else
			ids->ids[ids->count++] = hit.id;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

static void reverse(struct id_list *ids)
{
	for (size_t i = 0, j = ids->count; i + 1 < j; i++) {
		uint64_t id = ids->ids[i];

		ids->ids[i] = ids->ids[--j];
		ids->ids[j] = id;
	}
}

static int page_of_posts(struct search *search, struct id_list *ids)
{
	const struct find *find = search->find;
	int r = begin_posts(search, search->plans, find->min_id != 0);

	if (r == OK)
		r = walk_posts(search, search->plans, LOOKED_AT_MAX, find->offset, find->limit, ids);
	if (find->min_id)
		reverse(ids);
	return r;
}

/* --- slips ------------------------------------------------------------------------------------------------------ */

/* Is there a post with this one word that the viewer may see? What others may see must not tell. */
static bool is_found_alone(struct search *search, enum language language, struct str word)
{
	struct plan plans[LANGUAGE_COUNT] = { 0 };
	uint64_t room[1];
	struct id_list ids = { room, 0 };

	for (int i = 0; i < LANGUAGE_COUNT; i++) {
		plans[i].count = 1;
		plans[i].terms[0].stems = (struct str_list){ &word, 1 };
	}
	if (begin_posts(search, plans, false) != OK)
		return false;
	for (size_t i = 0; i < SLIP_LOOKED_AT_MAX && !ids.count && !is_tired(search); i++) {
		struct text_hit hit;

		if (text_next(search->reader, &hit) != OK)
			break;
		arena_reset(search->scratch);
		if (hit.language == language && is_shown_post(search, &hit, &plans[language]))
			ids.count = 1;
	}
	return ids.count > 0;
}

static bool mend_term(struct search *search, enum language language, struct term *term)
{
	struct str_list candidates;

	if (term->stems.count != 1 || term->stems.items[0].n < SLIP_BYTES_MIN ||
	    is_found_alone(search, language, term->stems.items[0]) ||
	    slips_of(search->reader, search->arena, TEXT_POST, language, term->stems.items[0], SLIP_WORDS,
	             &candidates) != OK)
		return false;
	for (size_t i = 0; i < candidates.count; i++)
		if (is_found_alone(search, language, candidates.items[i])) {
			term->stems.items = &candidates.items[i];
			return true;
		}
	return false;
}

static bool mend_slips(struct search *search)
{
	bool mended = false;

	for (int language = 0; language < LANGUAGE_COUNT; language++)
		for (size_t i = 0; i < search->plans[language].count; i++)
			mended |= mend_term(search, language, &search->plans[language].terms[i]);
	return mended;
}

/* --- the two searches ------------------------------------------------------------------------------------------- */

static int begin(struct search *search, struct text_index *index)
{
	int r = text_reader_take(text_index_readers(index), &search->reader);

	if (r != OK)
		return r;
	search->scratch = arena_new();
	search->tokeniser = text_reader_tokeniser(search->reader);
	search->author_id = search->find->account_id;
	read_text(search, search->find->text);
	return OK;
}

static void end(struct search *search, struct text_index *index)
{
	arena_free(search->scratch);
	text_reader_give(text_index_readers(index), search->reader);
}

int find_posts(struct text_index *index, struct arena *arena, struct view *view, const struct find *find,
               struct id_list *ret_ids)
{
	struct search search = { .arena = arena, .view = view, .find = find };
	bool first_page = !find->max_id && !find->min_id && !find->offset;
	int r = begin(&search, index);

	*ret_ids = (struct id_list){ ARENA_ARRAY(arena, uint64_t, find->limit), 0 };
	if (r != OK)
		return r;
	if (!search.nobody && (search.plans[0].count || search.author_id || search.has_media)) {
		r = page_of_posts(&search, ret_ids);
		if (r == OK && !ret_ids->count && first_page && mend_slips(&search))
			r = page_of_posts(&search, ret_ids);
	}
	end(&search, index);
	return r;
}

static int walk_people(struct search *search, struct id_list *ids)
{
	struct str expressions[LANGUAGE_COUNT];
	struct text_hit hit;
	int r;

	for (int language = 0; language < LANGUAGE_COUNT; language++)
		expressions[language] = people_expression(search, &search->plans[language]);
	r = text_people_begin(search->reader, expressions);
	for (size_t i = 0; r == OK && i < LOOKED_AT_MAX && ids->count < search->find->limit && !is_tired(search); i++) {
		r = text_next(search->reader, &hit);
		if (r != OK)
			break;
		arena_reset(search->scratch);
		if (!ids_have(ids, hit.id) && is_shown_person(search, &hit))
			ids->ids[ids->count++] = hit.id;
	}
	return r == ERR_NOT_FOUND ? OK : r;
}

/* Names and profiles are no secret, so which words there are may tell a slip. */
static bool mend_people(struct search *search)
{
	bool mended = false;

	for (int language = 0; language < LANGUAGE_COUNT; language++)
		for (size_t i = 0; i < search->plans[language].count; i++) {
			struct term *term = &search->plans[language].terms[i];
			struct str_list candidates;

			if (term->stems.count != 1 || term->stems.items[0].n < SLIP_BYTES_MIN ||
			    slips_known(search->reader, TEXT_PERSON, language, term->stems.items[0]) ||
			    slips_of(search->reader, search->arena, TEXT_PERSON, language, term->stems.items[0], 1,
			             &candidates) != OK || !candidates.count)
				continue;
			*term = (struct term){ .stems = candidates };
			mended = true;
		}
	return mended;
}

int find_people(struct text_index *index, struct arena *arena, struct view *view, const struct find *find,
                struct id_list *ret_ids)
{
	struct search search = { .arena = arena, .view = view, .find = find };
	int r = begin(&search, index);

	*ret_ids = (struct id_list){ ARENA_ARRAY(arena, uint64_t, find->limit), 0 };
	if (r != OK)
		return r;
	if (search.plans[0].count) {
		r = walk_people(&search, ret_ids);
		if (r == OK && !ret_ids->count && mend_people(&search))
			r = walk_people(&search, ret_ids);
	}
	end(&search, index);
	return r;
}
