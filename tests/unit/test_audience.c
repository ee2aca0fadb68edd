/* to and cc to visibility and back. */
#include "federation/audience.h"

#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/rig/rig.h"
#include "tests/unit/tap.h"

#define FOLLOWERS "https://b.example/users/carol/followers"

static uint8_t visibility(const char *to, const char *cc)
{
	struct str to_item = str_of(to), cc_item = str_of(cc);
	struct str_list to_list = { &to_item, to[0] != 0 }, cc_list = { &cc_item, cc[0] != 0 };

	return audience_visibility(&to_list, &cc_list, STR(FOLLOWERS));
}

static void check_reading(void)
{
	struct str_list none = { NULL, 0 };
	struct str item = STR("");
	struct str_list empty = { &item, 1 };

	is_int(visibility(PUBLIC_URI, FOLLOWERS), VISIBILITY_PUBLIC, "Public in to is public");
	is_int(visibility("as:Public", ""), VISIBILITY_PUBLIC, "as:Public is Public");
	is_int(visibility("Public", ""), VISIBILITY_PUBLIC, "so is Public alone");
	is_int(visibility(FOLLOWERS, PUBLIC_URI), VISIBILITY_UNLISTED, "Public in cc is unlisted");
	is_int(visibility(FOLLOWERS, ""), VISIBILITY_FOLLOWERS, "the followers alone are followers-only");
	is_int(visibility("https://a.example/u/1", FOLLOWERS), VISIBILITY_FOLLOWERS, "in cc, too");
	is_int(visibility("https://a.example/u/1", ""), VISIBILITY_DIRECT, "a person alone is direct");
	is_int(visibility("https://b.example/users/dave/followers", ""), VISIBILITY_DIRECT,
	       "another's followers are nobody's");
	is_int(audience_visibility(&none, &none, STR(FOLLOWERS)), VISIBILITY_DIRECT, "nobody is direct");
	is_int(audience_visibility(&empty, &none, STR_NONE), VISIBILITY_DIRECT,
	       "an author without followers has none, whatever is written");
}

static void is_list(const struct str_list *list, struct str first, struct str second, const char *name)
{
	size_t count = (first.n > 0) + (second.n > 0);

	ok(list->count == count && (count < 1 || str_eq(list->items[0], first)) &&
	           (count < 2 || str_eq(list->items[1], second)),
	   "%s", name);
}

static void check_writing(void)
{
	struct rig *rig = rig_new();
	struct view *view = world_read(rig->world);
	struct post post = { .account_id = rig->alice.id, .mention_ids = world_ids(rig->world, 1, &rig->carol.id) };
	struct str followers = rig->alice.followers_uri, public = STR(PUBLIC_URI), carol = rig->carol.uri;
	struct str_list to, cc;

	post.visibility = VISIBILITY_PUBLIC;
	is_int(audience_of_post(rig->arena, view, &post, &to, &cc), OK, "a post has an audience");
	is_list(&to, public, STR_NONE, "public: to Public");
	is_list(&cc, followers, carol, "cc followers and mentioned");
	post.visibility = VISIBILITY_UNLISTED;
	audience_of_post(rig->arena, view, &post, &to, &cc);
	is_list(&to, followers, STR_NONE, "unlisted: to followers");
	is_list(&cc, public, carol, "cc Public and mentioned");
	post.visibility = VISIBILITY_FOLLOWERS;
	audience_of_post(rig->arena, view, &post, &to, &cc);
	is_list(&to, followers, STR_NONE, "followers-only: to followers");
	is_list(&cc, carol, STR_NONE, "cc mentioned");
	post.visibility = VISIBILITY_DIRECT;
	audience_of_post(rig->arena, view, &post, &to, &cc);
	is_list(&to, carol, STR_NONE, "direct: to mentioned");
	is_list(&cc, STR_NONE, STR_NONE, "and to nobody else");
	post.account_id = 5;
	is_int(audience_of_post(rig->arena, view, &post, &to, &cc), ERR_NOT_FOUND, "nobody's post has none");
	rig_free(rig);
}

static void check_round_trip(void)
{
	struct rig *rig = rig_new();
	struct view *view = world_read(rig->world);
	struct post post = { .account_id = rig->alice.id };
	struct str_list to, cc;

	for (int v = VISIBILITY_PUBLIC; v <= VISIBILITY_DIRECT; v++) {
		post.visibility = (uint8_t)v;
		audience_of_post(rig->arena, view, &post, &to, &cc);
		is_int(audience_visibility(&to, &cc, rig->alice.followers_uri), v, "what is written reads as the same");
	}
	rig_free(rig);
}

int main(void)
{
	check_reading();
	check_writing();
	check_round_trip();
	return done();
}
