/* Records of files: attached to one post of their owner, hidden when they leave it, collected when nothing shows them. */
#include "storage/media.h"

#include <stdlib.h>

#include "node/media/intake.h"
#include "storage/accounts.h"
#include "storage/base/arena.h"
#include "storage/base/clock.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/blobs.h"
#include "storage/engine/writer.h"
#include "storage/keys.h"
#include "storage/maintain.h"
#include "storage/posts.h"
#include "tests/rig/folder.h"
#include "tests/rig/world.h"
#include "tests/unit/tap.h"

enum { NOW_MS = 1000000 };

static struct world *world;
static struct account *ana, *tom;

static uint64_t add(const struct account *owner, const char *bytes, uint8_t state)
{
	struct media_record media = {
		.account_id = owner->id, .use = MEDIA_USE_POST, .state = state, .kind = MEDIA_IMAGE, .type = STR("image/jpeg"),
		.preview_type = STR("image/webp"), .width = 20, .height = 10, .description = STR("A wall"), .bytes = 100,
	};
	uint8_t *digest = arena_alloc(world->arena, SHA256_BYTES);

	hash_sha256(str_of(bytes), digest);
	if (state == MEDIA_STATE_READY)
		media.blob = media.preview_blob = (struct str){ (char *)digest, SHA256_BYTES };
	media_add(world->arena, world->txn, &media);
	return media.id;
}

static struct media_record get(uint64_t id)
{
	struct media_record media = { 0 };

	media_get(world->arena, world_read(world), id, &media);
	return media;
}

/* The files of a post that is not stored yet. */
static int attach(struct post *post, size_t count, const uint64_t *ids, const struct id_list *former, bool hide)
{
	struct id_list list = world_ids(world, count, ids);
	struct media_set set;
	int r = media_set_read(world->arena, txn_view(world->txn), post, 0, &list, &set);

	if (r)
		return r;
	set.hide = hide;
	media_set_show(world->arena, &world->instance, &set, post);
	return media_set_put(world->txn, &set, post, former);
}

static void print_finding(void *context, const char *text)
{
	(void)context;
	printf("# %s\n", text);
}

static void check_clean(const char *name)
{
	uint64_t findings = 99;

	maintain_check(world_read(world), print_finding, NULL, &findings);
	is_int((long long)findings, 0, name);
}

static void test_attaching(void)
{
	const struct id_list none = { NULL, 0 };
	uint64_t one, two, busy, toms;
	struct media_record before;
	struct id_list former;
	struct post *post;
	bool more;

	world_write(world);
	one = add(ana, "one", MEDIA_STATE_READY);
	two = add(ana, "two", MEDIA_STATE_READY);
	busy = add(ana, "busy", MEDIA_STATE_BUSY);
	toms = add(tom, "toms", MEDIA_STATE_READY);
	post = world_draft(world, ana, VISIBILITY_PUBLIC);
	is_int(attach(post, 1, &busy, &none, false), ERR_BUSY, "a file that is not ready cannot be shown");
	is_int(attach(post, 1, &toms, &none, false), ERR_NOT_FOUND, "nor another's");
	is_int(attach(post, 2, (uint64_t[]){ one, one }, &none, false), ERR_LIMIT, "nor one twice");
	is_int(attach(post, 5, (uint64_t[]){ one, two, busy, toms, one }, &none, false), ERR_LIMIT, "nor more than four");
	is_int(attach(post, 2, (uint64_t[]){ one, two }, &none, false), OK, "one's own two can");
	world_add(world, post);
	world_commit(world);
	check_clean("and the store is true");
	before = get(one);
	ok(before.post_id == post->id && !before.loose_ms, "a file knows what shows it");
	ok(str_find(post->attachments_json, before.secret) != SIZE_MAX, "the post has its address");

	world_write(world);
	is_int(attach(world_draft(world, ana, VISIBILITY_PUBLIC), 1, &one, &none, false), ERR_NOT_FOUND,
	       "another post cannot show it too");
	former = post->media_ids;
	is_int(attach(post, 1, &two, &former, true), OK, "an edit may take one away and give the other a new address");
	is_int(posts_update(world->txn, post), OK, "with the post");
	world_commit(world);
	check_clean("and the store is true again");
	ok(get(one).loose_ms && !get(one).post_id, "what was taken away is loose");
	ok(!str_eq(get(one).secret, before.secret), "under another address");

	before = get(two);
	world_write(world);
	posts_delete(world->txn, post->id, &more);
	world_commit(world);
	ok(get(two).loose_ms && !str_eq(get(two).secret, before.secret), "so is all of a post that ended");
	check_clean("and the store is true after it");
}

static void test_collecting(void)
{
	char *folder = folder_new();
	struct node node = { .store = world->store };
	struct job job = { 0 };
	struct str kept, gone;
	uint64_t young;

	world_read(world);
	view_end(world->view);
	world->view = NULL;
	is_int(blobs_open(folder, true, &node.blobs), OK, "there is a place for files");
	blobs_add(node.blobs, world->arena, STR("one"), &gone);
	blobs_add(node.blobs, world->arena, STR("young"), &kept);
	clock_advance_for_test((int64_t)(MEDIA_LOOSE_HOURS + 1) * HOUR_MS);
	world_write(world);
	young = add(ana, "young", MEDIA_STATE_READY);
	world_commit(world);
	writer_start(world->store, &(struct writer_options){ 0 }, &node.writer);
	is_int(intake_sweep_job(&node, world->arena, &job), OK, "the sweep runs");
	writer_stop(node.writer);
	is_int((long long)get(young).id, (long long)young, "what was uploaded within a day stays");
	ok(!media_uses_blob(world_read(world), gone) && media_uses_blob(world_read(world), kept),
	   "what was loose for longer is gone");
	check_clean("and the store is true after all");
	blobs_close(node.blobs);
	if (system(arena_printf(world->arena, "rm -r '%s/media'", folder).p))
		printf("# left over: %s\n", folder);
	folder_remove(folder);
}

static void test_readers(void)
{
	struct instance instance = { .url = STR("https://a.example"), .media_key = STR("key") };
	struct str json = STR("{\"url\":\"https://a.example/media/7/Sec-ret_1/file.jpg\",\"b\":\"https://a.example/media/proxy/9/xyz/aHR0\","
	                      "\"c\":\"https://a.example/media/x\",\"d\":\"https://b.example/media/7/s/f\"}");
	struct str made = media_for_reader(world->arena, &instance, json, 5), key;
	uint64_t reader = 0;

	key = media_reader_key(world->arena, &instance, STR("Sec-ret_1"), 5);
	ok(str_find(made, STR("Sec-ret_1")) == SIZE_MAX && str_find(made, STR("/xyz/")) == SIZE_MAX, "secrets do not stay");
	ok(str_find(made, arena_printf(world->arena, "https://a.example/media/7/%.*s/file.jpg", STR_ARG(key))) != SIZE_MAX,
	   "in their place stand keys of the reader");
	ok(str_find(made, STR("a.example/media/x\"")) != SIZE_MAX && str_find(made, STR("b.example/media/7/s/f\"}")) != SIZE_MAX,
	   "other addresses stay");
	ok(media_key_fits(world->arena, &instance, key, STR("Sec-ret_1"), &reader) && reader == 5, "a key says whose it is");
	ok(!media_key_fits(world->arena, &instance, key, STR("Sec-ret_2"), &reader), "and fits one file alone");
	ok(media_key_fits(world->arena, &instance, STR("s"), STR("s"), &reader) && !reader, "the secret itself is nobody's");
	ok(!media_key_fits(world->arena, &instance, STR("r5."), STR("s"), &reader) &&
	   !media_key_fits(world->arena, &instance, STR(""), STR("s"), &reader), "nothing else fits");
	ok(str_eq(media_for_reader(world->arena, &instance, STR("{}"), 5), STR("{}")), "where there is none nothing changes");
	instance.media_key = STR_NONE;
	ok(str_eq(media_proxy_url(world->arena, &instance, 1, STR("https://b.example/a.png")), STR("https://b.example/a.png")),
	   "without a key of the node foreign addresses stay");
}

static void test_counting(void)
{
	uint64_t before = media_used(world_read(world), ana->id), toms = media_used(world_read(world), tom->id), one, busy;
	struct media_record media;

	world_write(world);
	one = add(ana, "counted", MEDIA_STATE_READY);
	busy = add(ana, "counted later", MEDIA_STATE_BUSY);
	world_commit(world);
	is_int((long long)(media_used(world_read(world), ana->id) - before), 200, "the bytes of a person are counted");
	is_int((long long)media_used(world_read(world), tom->id), (long long)toms, "those of nobody else");
	check_clean("and the count is true");
	media = get(busy);
	media.state = MEDIA_STATE_READY;
	media.blob = get(one).blob;
	media.bytes = 30;
	world_write(world);
	media_put(world->txn, &media);
	world_commit(world);
	is_int((long long)(media_used(world_read(world), ana->id) - before), 130, "what a file becomes is what counts");
	media.state = MEDIA_STATE_FAILED;
	world_write(world);
	media_put(world->txn, &media);
	media_delete(world->txn, one);
	media_delete(world->txn, one);
	world_commit(world);
	is_int((long long)media_used(world_read(world), ana->id), (long long)before, "what is gone counts no more, once");
	world_write(world);
	is_int(media_used_build(world->txn), OK, "a store from before is counted");
	world_commit(world);
	is_int((long long)media_used(world_read(world), ana->id), (long long)before, "to the same");
	check_clean("and the store is true");
}

static void test_text(void)
{
	uint64_t before = media_used(world_read(world), ana->id);
	struct media_record media = {
		.account_id = ana->id, .use = MEDIA_USE_POST, .state = MEDIA_STATE_READY, .kind = MEDIA_OTHER, .bytes = 100,
		.type = STR("application/pdf"), .blob = STR("01234567890123456789012345678901"), .text = STR("a word"), .text_bytes = 6,
	};
	uint64_t findings = 0;
	struct media_record got;
	struct key key;
	struct str text;

	world_write(world);
	media_add(world->arena, world->txn, &media);
	world_commit(world);
	got = get(media.id);
	is_int(got.text_bytes, 6, "a record says how long its text is");
	is_int(media_text_get(world_read(world), media.id, &text), OK, "the text is kept");
	is_str(text, STR("a word"), "as it came");
	is_int((long long)(media_used(world_read(world), ana->id) - before), 106, "and counts with the bytes of a person");
	got.description = STR("A report");
	world_write(world);
	media_put(world->txn, &got);
	world_commit(world);
	is_int(media_text_get(world_read(world), media.id, &text), OK, "a change of the record leaves it");
	check_clean("the store is true");
	world_write(world);
	txn_put(world->txn, SPACE_MEDIA_TEXT, key_u64(&key, media.id), STR("word"));
	world_commit(world);
	maintain_check(world_read(world), print_finding, NULL, &findings);
	is_int((long long)findings, 1, "the check finds a text that is not the record's");
	world_write(world);
	media_delete(world->txn, media.id);
	world_commit(world);
	is_int(media_text_get(world_read(world), media.id, &text), ERR_NOT_FOUND, "it goes with the record");
	check_clean("and nothing of it is left");
}

int main(void)
{
	clock_set_for_test(NOW_MS);
	world = world_new();
	world_write(world);
	ana = world_account(world, "ana", "");
	tom = world_account(world, "tom", "");
	world_commit(world);
	test_attaching();
	test_collecting();
	test_readers();
	test_counting();
	test_text();
	world_free(world);
	return done();
}
