/* Files beside the store: named by content, whole or not there, removed when nothing names them. */
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"
#include "storage/blobs.h"
#include "tests/rig/folder.h"
#include "tests/unit/tap.h"

static struct arena *arena;
static struct blobs *blobs;
static const char *folder;

static bool is_used(void *context, struct str sha256)
{
	return str_eq(*(const struct str *)context, sha256);
}

static struct str path_of(struct str sha256)
{
	struct str hex = hex_encode(arena, sha256);

	return arena_printf(arena, "%s/media/%.2s/%.2s/%.*s", folder, hex.p, hex.p + 2, STR_ARG(hex));
}

static void age(struct str sha256)
{
	const struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };

	if (utimensat(AT_FDCWD, path_of(sha256).p, times, 0) != 0)
		printf("# no such file\n");
}

static void read_back(struct str sha256, const char *wanted)
{
	char text[32] = "";
	uint64_t size = 0;
	int fd = -1;

	is_int(blobs_read(blobs, sha256, &fd, &size), OK, "what was added can be read");
	is_int(read(fd, text, sizeof(text) - 1), (long long)strlen(wanted), "whole");
	is_str(str_of(text), str_of(wanted), "as it was");
	close(fd);
}

static void add_and_read(struct str *ret_one, struct str *ret_two)
{
	struct str again;
	struct stat status;
	uint8_t digest[SHA256_BYTES];

	is_int(blobs_add(blobs, arena, STR("one"), ret_one), OK, "bytes are kept");
	is_int(blobs_add(blobs, arena, STR("two"), ret_two), OK, "and others");
	is_int(blobs_add(blobs, arena, STR("one"), &again), OK, "and the same once more");
	hash_sha256(STR("one"), digest);
	ok(ret_one->n == sizeof(digest) && memcmp(ret_one->p, digest, sizeof(digest)) == 0, "their name is their hash");
	ok(str_eq(again, *ret_one), "the same bytes have the same name");
	is_int(stat(path_of(*ret_one).p, &status), 0, "a file stands in two folders of its hash");
	is_int(status.st_mode & 0777, 0600, "and is its owner's alone");
	read_back(*ret_one, "one");
}

static void sweep(struct str one, struct str two)
{
	uint64_t removed = 9;

	blobs_sweep(blobs, is_used, &one, &removed);
	is_int((long long)removed, 0, "what was just added waits for its record");
	age(one);
	age(two);
	blobs_sweep(blobs, is_used, &one, &removed);
	is_int((long long)removed, 1, "an old file that nothing names goes");
	ok(blobs_has(blobs, one) && !blobs_has(blobs, two), "and one that something names stays");
	ok(truncate(path_of(one).p, 0) == 0 && !blobs_has(blobs, one), "one that was emptied is not there");
	age(one);
	blobs_add(blobs, arena, STR("one"), &two);
	blobs_sweep(blobs, is_used, &(struct str){ "", 0 }, &removed);
	is_int((long long)removed, 0, "an old file that is added anew counts as new");
}

static void interrupted(void)
{
	struct blob_file file;
	struct str name;

	blobs_new(blobs, arena, &file);
	name = arena_printf(arena, "%s/media/new/%.*s", folder, STR_ARG(file.name));
	is_int(access(name.p, F_OK), 0, "a file that is being written lies apart");
	blobs_close(blobs);
	is_int(blobs_open(folder, false, &blobs), OK, "who only looks opens them");
	is_int(access(name.p, F_OK), 0, "and leaves it alone");
	blobs_close(blobs);
	is_int(blobs_open(folder, true, &blobs), OK, "who serves opens them");
	ok(access(name.p, F_OK) != 0, "and removes what was never finished");
	close(file.fd);
}

static void remove_all(struct str one)
{
	struct str path = path_of(one);

	unlink(path.p);
	for (int i = 0; i < 3; i++) {
		size_t n = path.n;

		while (path.p[n - 1] != '/')
			n--;
		path = arena_str(arena, str_sub(path, 0, n - 1));
		if (i == 2)
			rmdir(arena_printf(arena, "%s/media/new", folder).p);
		rmdir(path.p);
	}
}

/* As if all that is left were kept free. */
static void leave_room(void)
{
	struct blob_file file;
	struct str hash;

	blobs_leave_room(blobs, UINT64_MAX);
	is_int(blobs_new(blobs, arena, &file), ERR_FULL, "where little is left nothing is begun");
	is_int(blobs_add(blobs, arena, STR("too much"), &hash), ERR_FULL, "nor added");
	blobs_leave_room(blobs, 0);
	is_int(blobs_add(blobs, arena, STR("one"), &hash), OK, "until there is room");
}

int main(void)
{
	char *made = folder_new();
	struct str one, two, path;

	folder = made;
	arena = arena_new();
	is_int(blobs_open(folder, true, &blobs), OK, "a data folder gets its files");
	ok(!blobs_has(blobs, STR("short")), "what is no hash names nothing");
	add_and_read(&one, &two);
	path = path_of(two);
	sweep(one, two);
	leave_room();
	interrupted();
	blobs_close(blobs);
	for (size_t n = path.n, i = 0; i < 2; i++) {
		while (path.p[n - 1] != '/')
			n--;
		path = arena_str(arena, str_sub(path, 0, --n));
		rmdir(path.p);
	}
	remove_all(one);
	folder_remove(made);
	arena_free(arena);
	return done();
}
