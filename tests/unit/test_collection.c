/* Collections as peers write them, and as an attacker would. */
#include "federation/collection.h"

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "tests/unit/tap.h"

#define ID "https://b.example/p/1/replies"

static struct arena *arena;
static struct collection_page page;

static int parse(const char *text)
{
	char *json = arena_cstr(arena, str_of(text));
	json_t *document;

	for (char *c = json; *c; c++)
		if (*c == '\'')
			*c = '"';
	page = (struct collection_page){ .next = STR_NONE };
	if (json_parse(arena, str_of(json), &document))
		return ERR_INVALID;
	return collection_parse(arena, document, STR(ID), &page);
}

static void check_shapes(void)
{
	is_int(parse("{'type':'OrderedCollection','totalItems':3}"), OK, "a collection may hide what is in it");
	ok(!page.items.count && !page.next.n, "then it has nothing");
	is_int(parse("{'type':'OrderedCollection','first':'" ID "?page=1'}"), OK, "one may have pages");
	is_str(page.next, STR(ID "?page=1"), "that begin at its first");
	is_int(parse("{'type':'Collection','items':['https://b.example/1',{'id':'https://b.example/2','type':'Note'}]}"), OK,
	       "or its items in place");
	ok(page.items.count == 2 && str_eq(page.items.items[1], STR("https://b.example/2")), "of an object the id counts");
	is_int(parse("{'type':'Collection','items':'https://b.example/1'}"), OK, "a single one");
	is_int(page.items.count, 1, "need not be in an array");
	is_int(parse("{'type':'Collection','first':{'type':'CollectionPage','partOf':'" ID "','next':'" ID "?page=2',"
	             "'items':['https://b.example/1']}}"), OK, "the first page may come along");
	ok(page.items.count == 1 && str_eq(page.next, STR(ID "?page=2")), "and leads to the second");
	is_int(parse("{'type':['OrderedCollectionPage'],'partOf':{'id':'" ID "'},'orderedItems':['https://c.example/1']}"), OK,
	       "a page may hold what is elsewhere");
	ok(page.items.count == 1 && !page.next.n, "and be the last");
}

static void check_lies(void)
{
	struct buf buf;

	is_int(parse("{'type':'Note','orderedItems':['https://b.example/1']}"), ERR_INVALID, "a post is no collection");
	is_int(parse("{'type':'OrderedCollectionPage','partOf':'https://c.example/x','orderedItems':['https://b.example/1']}"),
	       ERR_INVALID, "nor is a page of another origin's a page of this one");
	is_int(parse("{'type':'OrderedCollection','first':{'type':'OrderedCollectionPage','partOf':'https://c.example/x'}}"),
	       ERR_INVALID, "also not when it came along");
	parse("{'type':'OrderedCollectionPage','next':'https://c.example/x','orderedItems':['https://b.example/1']}");
	ok(page.items.count == 1 && !page.next.n, "a collection does not lead to another origin");
	parse("{'type':'OrderedCollection','first':'https://c.example/x'}");
	ok(!page.next.n, "from its first page on");
	parse("{'type':'OrderedCollection','first':'http://b.example/x'}");
	ok(!page.next.n, "nor to another scheme");
	is_int(parse("{'type':'OrderedCollection','first':7,'orderedItems':[null,7,{},[]],'next':{}}"), OK, "nonsense");
	ok(!page.items.count && !page.next.n, "reads as nothing");
	buf_init(&buf, arena, 0);
	buf_add(&buf, STR("{'type':'Collection','items':["));
	for (int i = 0; i < 5000; i++)
		buf_add(&buf, STR("'https://b.example/1',"));
	buf_add(&buf, STR("'https://b.example/1']}"));
	is_int(parse(arena_cstr(arena, buf_str(&buf))), OK, "of many items");
	is_int(page.items.count, COLLECTION_ITEMS_MAX, "only so many are looked at");
}

int main(void)
{
	arena = arena_new();
	check_shapes();
	check_lies();
	arena_free(arena);
	return done();
}
