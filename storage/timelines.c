/*
 * Timelines: walks over indexes, cut by flags before a record is read, and by storage/access.h. One loop
 * serves all; a timeline says what it walks and what it takes. Reads only. Any thread.
 */
#include "storage/timelines.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/codec.h"
#include "storage/graph.h"
#include "storage/keys.h"
#include "storage/lists.h"
#include "storage/merge.h"
#include "storage/named.h"
#include "storage/posts.h"
#include "storage/record.h"
#include "storage/shuns.h"
#include "storage/silence.h"

enum {
	AUTHOR_BATCH = 2,   /* of each author one follows; most of them give a page nothing */
	TAG_WALKS_MAX = 16, /* the tags of one query that widen it */
};

/* What a timeline takes. `walk` is the number of the walk an id came from. */
struct taste {
	void *arg;
	/* by the flags of the index, before the record is read */
	bool (*takes_flags)(void *arg, struct view *view, size_t walk, uint64_t id, uint8_t flags);
	/* by the record; NULL: the flags said it all */
	bool (*takes_post)(void *arg, struct view *view, const struct post *post);
	bool each_once;  /* of a post and its boosts only the first on the page */
};

/* Is there what `post` shows on the page already? */
static bool is_shown(const struct post_page *page, const struct post *post)
{
	uint64_t shows = post->reblog_of_id ? post->reblog_of_id : post->id;

	for (size_t i = 0; i < page->count; i++) {
		const struct post *other = &page->posts[i];

		if (shows == (other->reblog_of_id ? other->reblog_of_id : other->id))
			return true;
	}
	return false;
}

static int fill_page(struct arena *arena, struct view *view, struct merge *merge, const struct taste *taste,
                     const struct page *page, struct post_page *ret_page)
{
	size_t limit = page_limit(page), walk = 0;
	struct post_page filled = { ARENA_ARRAY(arena, struct post, limit), 0, false };
	struct page_item item;
	uint64_t last = 0;
	int r = OK;

	while (filled.count < limit && (r = merge_next(merge, &item, &walk)) == OK) {
		struct post *post = &filled.posts[filled.count];

		if (item.id == last || item.value.n != 1 ||
		    !taste->takes_flags(taste->arg, view, walk, item.id, (uint8_t)item.value.p[0]))
			continue;
		last = item.id;
		r = posts_get(arena, view, item.id, post);
		if (r != OK && r != ERR_NOT_FOUND)
			return r;
		if (r == OK && !(taste->each_once && is_shown(&filled, post)) &&
		    (!taste->takes_post || taste->takes_post(taste->arg, view, post)))
			filled.count++;
	}
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	if (limit > 0 && filled.count == limit)
		r = merge_more(merge, &filled.more);
	if (page_upward(page))
		page_reverse(filled.posts, filled.count, sizeof(*filled.posts));
	if (r == OK || r == ERR_NOT_FOUND)
		*ret_page = filled;
	return r == ERR_NOT_FOUND ? OK : r;
}

/* The same over a single walk. */
static int fill_from(struct arena *arena, struct view *view, struct page_walk *walk, const struct taste *taste,
                     const struct page *page, struct post_page *ret_page)
{
	struct merge merge;
	int r = merge_init(&merge, arena, walk, 1);

	return r == OK ? fill_page(arena, view, &merge, taste, page, ret_page) : r;
}

/* Whom one shuns one does not meet in a timeline, not in a boost either, nor whom the operator keeps from all
 * but followers; at their own profile one still may look. */
static bool is_met(struct view *view, struct beholder beholder, const struct post *post)
{
	struct post boosted;

	if (beholder.kind != BEHOLDER_LOCAL)
		return true;
	if (silence_hides_post(view, post, beholder.account_id))
		return false;
	if (shuns(view, beholder.account_id, post->account_id))
		return false;
	return !post->reblog_of_id || posts_brief(view, post->reblog_of_id, &boosted) != OK ||
	       !shuns(view, beholder.account_id, boosted.account_id);
}

/* Home. */

enum lives { LIVES_UNKNOWN, LIVES_YES, LIVES_NO };

struct author {
	uint64_t account_id;
	bool boosts;    /* shown */
	uint8_t lives;  /* enum lives: asked once, and only of those who have something on the page */
	struct str_list languages;  /* those that are wanted of this one; none: all */
	struct str tag; /* no author, but a tag that is followed */
};

/* The home timeline of an account, or one of its lists. */
struct home {
	uint64_t account_id;
	const struct list *list;  /* NULL: home */
	bool shuns, excludes;     /* may shun somebody; may keep somebody in a list and out of the home */
	bool chooses;             /* wants of somebody some languages only */
	struct author *authors;   /* the first is oneself */
	struct page_walk *walks;  /* one each */
	size_t count, room;
};

/* Whether a post of somebody one follows belongs into one's home, but for what the follow says about boosts.
 * A short look (posts_brief()) is enough. */
static bool home_takes(struct view *view, uint64_t account_id, const struct post *post)
{
	struct beholder beholder = { BEHOLDER_LOCAL, account_id };
	uint64_t answered = post->in_reply_to_account_id;

	if (!access_sees(view, beholder, post) || !is_met(view, beholder, post))
		return false;
	if (post->in_reply_to_id == 0 && post->in_reply_to_uri.n == 0)
		return true;
	return answered && (answered == account_id || answered == post->account_id ||
	                    graph_follows(view, account_id, answered));
}

/* May an author stand here at all? Whom one muted, or keeps in a list and out of the home, may not. */
static bool takes_author(const struct home *home, struct view *view, uint64_t author_id)
{
	if (author_id == home->account_id)
		return access_lives(view, author_id);
	return access_lives(view, author_id) && !(home->shuns && shuns(view, home->account_id, author_id)) &&
	       !(home->excludes && lists_exclude(view, home->account_id, author_id));
}

static bool author_lives(const struct home *home, struct author *author, struct view *view)
{
	if (author->lives == LIVES_UNKNOWN)
		author->lives = takes_author(home, view, author->account_id) ? LIVES_YES : LIVES_NO;
	return author->lives == LIVES_YES;
}

/* Which answers to others a list shows; those to its owner always. */
static bool list_takes_reply(struct view *view, const struct list *list, const struct post *post)
{
	uint64_t answered = post->in_reply_to_account_id;

	if (!answered || answered == post->account_id || answered == list->account_id)
		return true;
	return list->replies == LIST_REPLIES_FOLLOWED ||
	       (list->replies == LIST_REPLIES_LIST && lists_have(view, list->id, answered));
}

/* At home one does not read of whom one shuns either: posts of others that mention them are left out. */
static bool reads_of_nobody_shunned(struct view *view, uint64_t account_id, const struct post *post)
{
	for (size_t i = 0; i < post->mention_ids.count && post->account_id != account_id; i++)
		if (shuns(view, account_id, post->mention_ids.ids[i]))
			return false;
	return true;
}

static bool has_tag(const struct post *post, struct str tag)
{
	for (size_t i = 0; i < post->tags.count; i++)
		if (str_eq(post->tags.items[i], tag))
			return true;
	return false;
}

/* Is a post in a language that is wanted of its author? "fr" is "fr-CA" too; what has no language is, and boosts are. */
static bool speaks(const struct str_list *wanted, const struct post *post)
{
	struct str tag = post->language;

	if (!wanted->count || !tag.n || post->reblog_of_id)
		return true;
	for (size_t i = 0; i < wanted->count; i++) {
		struct str language = wanted->items[i];

		if (str_eq_nocase(str_sub(tag, 0, language.n), language) && (tag.n == language.n || tag.p[language.n] == '-'))
			return true;
	}
	return false;
}

/* A post that is here for a tag is here in any language. */
static bool home_takes_language(const struct home *home, const struct post *post)
{
	bool spoken = true, tagged = false;

	for (size_t i = 0; home->chooses && i < home->count; i++) {
		const struct author *author = &home->authors[i];

		if (author->tag.n)
			tagged = tagged || (post->visibility == VISIBILITY_PUBLIC && has_tag(post, author->tag));
		else if (author->account_id == post->account_id)
			spoken = speaks(&author->languages, post);
	}
	return spoken || tagged;
}

static bool home_takes_post(void *arg, struct view *view, const struct post *post)
{
	const struct home *home = arg;

	return home_takes_language(home, post) &&
	       (!home->shuns || reads_of_nobody_shunned(view, home->account_id, post));
}

/* A public post with a tag that is followed, whoever wrote it. */
static bool takes_tagged(const struct home *home, struct view *view, const struct post *post)
{
	struct beholder beholder = { BEHOLDER_LOCAL, home->account_id };

	return takes_author(home, view, post->account_id) && access_sees(view, beholder, post) &&
	       is_met(view, beholder, post);
}

static bool home_takes_flags(void *arg, struct view *view, size_t walk, uint64_t id, uint8_t flags)
{
	struct home *home = arg;
	struct author *author = &home->authors[walk];
	bool own = author->account_id == home->account_id;
	bool to_others = flags & POST_FLAG_REPLY && !(flags & POST_FLAG_REPLY_TO_SELF);
	struct post post;

	if (author->tag.n)
		return posts_brief(view, id, &post) == OK && takes_tagged(home, view, &post);
	if (!author_lives(home, author, view)) {
		/* however much he posted: none of it is for here */
		page_end(&home->walks[walk]);
		return false;
	}
	if (flags & POST_FLAG_BOOST && !author->boosts)
		return false;
	if (!(flags & POST_FLAG_BOOST) &&
	    (own || (!to_others && post_flags_visibility(flags) != VISIBILITY_DIRECT)))
		return true;
	if (posts_brief(view, id, &post) != OK)
		return false;
	/* a reply to somebody not known has its parent's address only, which a short look leaves out */
	if (to_others && post.in_reply_to_account_id == 0)
		return false;
	if (home->list && to_others && !list_takes_reply(view, home->list, &post))
		return false;
	return home_takes(view, home->account_id, &post);
}

static struct author *add_author(struct arena *arena, struct home *home, uint64_t account_id, bool boosts,
                                 struct str_list languages)
{
	if (home->count == home->room) {
		size_t room = 2 * home->room + 16;

		home->authors = arena_grow(arena, home->authors, home->room * sizeof(*home->authors),
		                           room * sizeof(*home->authors));
		home->room = room;
	}
	home->authors[home->count] = (struct author){ .account_id = account_id, .boosts = boosts, .languages = languages };
	home->chooses = home->chooses || languages.count;
	return &home->authors[home->count++];
}

static int add_followed_tags(struct arena *arena, struct view *view, struct home *home)
{
	struct named *tags = NULL;
	size_t count = 0;
	int r = named_of(arena, view, home->account_id, NAMED_FOLLOWED_TAG, &tags, &count);

	for (size_t i = 0; r == OK && i < count; i++)
		add_author(arena, home, 0, false, (struct str_list){ 0 })->tag = tags[i].name;
	return r;
}

static int add_followed(struct arena *arena, struct view *view, struct home *home)
{
	const struct page all = { .limit = 0 };
	const struct page_item *item;
	struct page_walk walk;
	struct key key;
	int r;

	page_walk_init(&walk, arena, view, SPACE_FOLLOW, key_u64(&key, home->account_id), &all, 16);
	while ((r = page_peek(&walk, &item)) == OK && item) {
		struct follow follow;

		r = codec_decode(arena, &follow_taste_type, item->value, &follow);
		if (r != OK)
			return r;
		if (follow.state == FOLLOW_ACCEPTED)
			add_author(arena, home, item->id, follow.show_reblogs, follow.languages);
		page_step(&walk);
	}
	return r;
}

/* The page that the authors of `home` make together. */
static int fill_home(struct arena *arena, struct view *view, struct home *home, const struct page *page,
                     struct post_page *ret_page)
{
	struct taste taste = { home, home_takes_flags, home_takes_post, true };
	struct merge merge;
	struct key key;
	int r;

	home->shuns = shuns_anybody(view, home->account_id);
	home->excludes = !home->list && lists_any_exclusive(view, home->account_id);
	home->walks = ARENA_ARRAY(arena, struct page_walk, home->count);
	for (size_t i = 0; i < home->count; i++)
		page_walk_init(&home->walks[i], arena, view, home->authors[i].tag.n ? SPACE_TAGGED : SPACE_BY_AUTHOR,
		               home->authors[i].tag.n ? key_hash(&key, home->authors[i].tag)
		                                      : key_u64(&key, home->authors[i].account_id),
		               page, AUTHOR_BATCH);
	r = merge_init(&merge, arena, home->walks, home->count);
	return r == OK ? fill_page(arena, view, &merge, &taste, page, ret_page) : r;
}

int timeline_home(struct arena *arena, struct view *view, uint64_t account_id, const struct page *page,
                  struct post_page *ret_page)
{
	struct home home = { .account_id = account_id };
	int r;

	add_author(arena, &home, account_id, true, (struct str_list){ 0 });
	r = add_followed(arena, view, &home);
	if (r == OK)
		r = add_followed_tags(arena, view, &home);
	return r == OK ? fill_home(arena, view, &home, page, ret_page) : r;
}

/* The follow of an author; false: there is none that was granted. */
static bool is_followed(struct arena *arena, struct view *view, uint64_t account_id, uint64_t author_id,
                        struct follow *ret_follow)
{
	struct key key;

	return record_get(arena, view, SPACE_FOLLOW, key_u64_u64(&key, account_id, author_id), &follow_taste_type,
	                  ret_follow) == OK && ret_follow->state == FOLLOW_ACCEPTED;
}

int timeline_list(struct arena *arena, struct view *view, const struct list *list, const struct page *page,
                  struct post_page *ret_page)
{
	struct home home = { .account_id = list->account_id, .list = list };
	struct id_list members = { NULL, 0 };
	struct follow follow;
	int r = lists_members(arena, view, list->id, 0, LIST_MEMBERS_MAX, &members);

	if (r != OK)
		return r;
	for (size_t i = 0; i < members.count; i++)
		if (members.ids[i] == list->account_id)
			add_author(arena, &home, list->account_id, true, (struct str_list){ 0 });
		else if (is_followed(arena, view, list->account_id, members.ids[i], &follow))
			add_author(arena, &home, members.ids[i], follow.show_reblogs, follow.languages);
	return fill_home(arena, view, &home, page, ret_page);
}

/* Is the author followed, and is such a post wanted of him? */
static bool follow_takes(struct view *view, uint64_t account_id, const struct post *post)
{
	struct arena *arena = arena_new();
	struct follow follow;
	bool takes = is_followed(arena, view, account_id, post->account_id, &follow) &&
	             (!post->reblog_of_id || follow.show_reblogs) && speaks(&follow.languages, post);

	arena_free(arena);
	return takes;
}

/* One post alone, where the authors are not walked. */
static bool admits(struct view *view, const struct home *home, const struct post *post)
{
	struct beholder beholder = { BEHOLDER_LOCAL, home->account_id };

	if (post->account_id == home->account_id)
		return access_sees(view, beholder, post);
	return follow_takes(view, home->account_id, post) && takes_author(home, view, post->account_id) &&
	       home_takes(view, home->account_id, post) && reads_of_nobody_shunned(view, home->account_id, post);
}

bool timeline_admits(struct view *view, uint64_t account_id, const struct post *post)
{
	struct home home = { .account_id = account_id, .shuns = true, .excludes = true };

	if (admits(view, &home, post))
		return true;
	for (size_t i = 0; i < post->tags.count && post->visibility == VISIBILITY_PUBLIC && !post->reblog_of_id; i++)
		if (named_has(view, account_id, NAMED_FOLLOWED_TAG, post->tags.items[i]))
			return takes_tagged(&home, view, post) && reads_of_nobody_shunned(view, account_id, post);
	return false;
}

bool timeline_list_admits(struct view *view, const struct list *list, const struct post *post)
{
	struct home home = { .account_id = list->account_id, .list = list, .shuns = true };

	return lists_have(view, list->id, post->account_id) && list_takes_reply(view, list, post) &&
	       admits(view, &home, post);
}

/* Public and tags: whose posts, and which. */

struct selection {
	struct beholder beholder;
	bool local, remote, only_media;
	const struct tag_query *tags;  /* NULL: any */
};

static bool selection_takes_flags(void *arg, struct view *view, size_t walk, uint64_t id, uint8_t flags)
{
	const struct selection *selection = arg;
	bool is_remote = flags & POST_FLAG_REMOTE;

	(void)view;
	(void)walk;
	(void)id;
	if (selection->local != selection->remote && is_remote != selection->remote)
		return false;
	return !selection->only_media || flags & POST_FLAG_MEDIA;
}

static size_t count_tags(const struct post *post, const struct str_list *tags)
{
	size_t n = 0;

	for (size_t i = 0; i < tags->count; i++)
		n += has_tag(post, tags->items[i]);
	return n;
}

static bool selection_takes_post(void *arg, struct view *view, const struct post *post)
{
	const struct selection *selection = arg;
	const struct tag_query *tags = selection->tags;

	if (tags && ((!has_tag(post, tags->tag) && count_tags(post, &tags->any) == 0) ||
	             count_tags(post, &tags->all) < tags->all.count || count_tags(post, &tags->none) > 0))
		return false;
	return access_sees(view, selection->beholder, post) && is_met(view, selection->beholder, post);
}

int timeline_public(struct arena *arena, struct view *view, struct beholder beholder, bool local, bool remote,
                    bool only_media, const struct page *page, struct post_page *ret_page)
{
	struct selection selection = { beholder, local, remote, only_media, NULL };
	struct taste taste = { &selection, selection_takes_flags, selection_takes_post, false };
	struct page_walk walk;

	page_walk_init(&walk, arena, view, SPACE_PUBLIC, STR_NONE, page, page_limit(page));
	return fill_from(arena, view, &walk, &taste, page, ret_page);
}

int timeline_tag(struct arena *arena, struct view *view, struct beholder beholder,
                 const struct tag_query *query, const struct page *page, struct post_page *ret_page)
{
	struct selection selection = { beholder, query->local, query->remote, query->only_media, query };
	struct taste taste = { &selection, selection_takes_flags, selection_takes_post, false };
	struct page_walk walks[TAG_WALKS_MAX];
	size_t count = 0;
	struct merge merge;
	struct key key;
	int r;

	page_walk_init(&walks[count++], arena, view, SPACE_TAGGED, key_hash(&key, query->tag), page,
	               page_limit(page));
	for (size_t i = 0; i < query->any.count && count < TAG_WALKS_MAX; i++)
		page_walk_init(&walks[count++], arena, view, SPACE_TAGGED,
		               key_hash(&key, query->any.items[i]), page, AUTHOR_BATCH);
	r = merge_init(&merge, arena, walks, count);
	return r == OK ? fill_page(arena, view, &merge, &taste, page, ret_page) : r;
}

int timeline_link(struct arena *arena, struct view *view, struct beholder beholder, struct str address,
                  const struct page *page, struct post_page *ret_page)
{
	struct selection selection = { beholder, true, true, false, NULL };
	struct taste taste = { &selection, selection_takes_flags, selection_takes_post, false };
	struct page_walk walk;
	struct key key;

	page_walk_init(&walk, arena, view, SPACE_LINKED, key_hash(&key, address), page, page_limit(page));
	return fill_from(arena, view, &walk, &taste, page, ret_page);
}

/* What stands in the index of public posts, and in those of their tags (storage/index.c). */
static bool selection_admits(struct selection *selection, struct view *view, const struct post *post)
{
	return post->visibility == VISIBILITY_PUBLIC && !post->reblog_of_id &&
	       selection_takes_flags(selection, view, 0, post->id, post_flags(post)) &&
	       selection_takes_post(selection, view, post);
}

bool timeline_public_admits(struct view *view, struct beholder beholder, bool local, bool remote, bool only_media,
                            const struct post *post)
{
	struct selection selection = { beholder, local, remote, only_media, NULL };

	return selection_admits(&selection, view, post);
}

bool timeline_tag_admits(struct view *view, struct beholder beholder, const struct tag_query *query,
                         const struct post *post)
{
	struct selection selection = { beholder, query->local, query->remote, query->only_media, query };

	return selection_admits(&selection, view, post);
}

/* One account. */

struct profile {
	struct beholder beholder;
	const struct account_query *query;
};

static bool profile_takes_flags(void *arg, struct view *view, size_t walk, uint64_t id, uint8_t flags)
{
	const struct profile *profile = arg;
	const struct account_query *query = profile->query;
	struct post post;

	(void)walk;
	if ((query->exclude_replies && flags & POST_FLAG_REPLY && !(flags & POST_FLAG_REPLY_TO_SELF)) ||
	    (query->exclude_reblogs && flags & POST_FLAG_BOOST) ||
	    (query->only_media && !(flags & POST_FLAG_MEDIA)))
		return false;
	if (post_flags_visibility(flags) <= VISIBILITY_UNLISTED)
		return true;
	return posts_brief(view, id, &post) == OK && access_sees(view, profile->beholder, &post);
}

static bool profile_takes_post(void *arg, struct view *view, const struct post *post)
{
	const struct profile *profile = arg;

	return (profile->query->tagged.n == 0 || has_tag(post, profile->query->tagged)) &&
	       access_sees(view, profile->beholder, post);
}

int timeline_account(struct arena *arena, struct view *view, struct beholder beholder,
                     const struct account_query *query, const struct page *page, struct post_page *ret_page)
{
	struct profile profile = { beholder, query };
	struct taste taste = { &profile, profile_takes_flags, profile_takes_post, false };
	struct page_walk walk;
	struct key key;

	page_walk_init(&walk, arena, view, SPACE_BY_AUTHOR, key_u64(&key, query->account_id), page,
	               page_limit(page));
	return fill_from(arena, view, &walk, &taste, page, ret_page);
}

int tags_search(struct arena *arena, struct view *view, struct str prefix, size_t offset, size_t limit,
                struct str_list *ret_tags)
{
	struct str_list tags = { ARENA_ARRAY(arena, struct str, limit), 0 };
	struct prefix_walk walk;
	struct engine_item item;
	struct key key;
	int r = OK;

	prefix_walk_init(&walk, view, SPACE_TAG, key_text(&key, prefix), false);
	while (tags.count < limit && (r = prefix_next(&walk, &item)) == OK)
		if (offset > 0)
			offset--;
		else
			tags.items[tags.count++] = arena_str(arena, item.key);
	if (r != OK && r != ERR_NOT_FOUND)
		return r;
	*ret_tags = tags;
	return OK;
}
