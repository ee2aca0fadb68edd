/*
 * Content-addressed files.
 */
#include "storage/blobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "storage/base/arena.h"
#include "storage/base/err.h"
#include "storage/base/hash.h"

enum { PATH_BYTES = 2 + 1 + 2 + 1 + 2 * SHA256_BYTES + 1 };  /* "ab/cd/" and the hash */

struct blobs {
	int root, fresh;            /* DATA/media, DATA/media/new */
	uint64_t room;              /* bytes that stay free */
	pthread_mutex_t lock;       /* a file gets its place, or loses it */
};

static const char media_name[] = "media", fresh_name[] = "new";

static int err_of_errno(void)
{
	if (errno == ENOSPC || errno == EDQUOT || errno == EMFILE || errno == ENFILE)
		return ERR_FULL;
	return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

static int open_folder(int parent, const char *name, int *ret_fd)
{
	if (mkdirat(parent, name, 0700) != 0 && errno != EEXIST)
		return err_of_errno();
	*ret_fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return *ret_fd < 0 ? err_of_errno() : OK;
}

/* Calls `each` with the name of all that lies in a folder. */
static void each_name(int parent, const char *name, void (*each)(void *context, int folder, const char *name),
                      void *context)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			each(context, dirfd(folder), entry->d_name);
	closedir(folder);
}

static void remove_left(void *context, int folder, const char *name)
{
	(void)context;
	unlinkat(folder, name, 0);
}

int blobs_open(const char *folder, bool serving, struct blobs **ret_blobs)
{
	struct blobs *blobs = calloc(1, sizeof(*blobs));
	int data = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (!blobs)
		abort();
	blobs->root = blobs->fresh = -1;
	blobs->room = BLOBS_ROOM_BYTES;
	pthread_mutex_init(&blobs->lock, NULL);
	r = data < 0 ? err_of_errno() : open_folder(data, media_name, &blobs->root);
	if (r == OK)
		r = open_folder(blobs->root, fresh_name, &blobs->fresh);
	if (r == OK && serving)
		each_name(blobs->root, fresh_name, remove_left, NULL);
	if (data >= 0)
		close(data);
	if (r == OK)
		*ret_blobs = blobs;
	else
		blobs_close(blobs);
	return r;
}

void blobs_close(struct blobs *blobs)
{
	if (!blobs)
		return;
	if (blobs->root >= 0)
		close(blobs->root);
	if (blobs->fresh >= 0)
		close(blobs->fresh);
	pthread_mutex_destroy(&blobs->lock);
	free(blobs);
}

void blobs_leave_room(struct blobs *blobs, uint64_t bytes)
{
	blobs->room = bytes;
}

/* Yes when it cannot be told: then writing tells. */
static bool has_room(const struct blobs *blobs)
{
	struct statvfs status;

	return fstatvfs(blobs->fresh, &status) != 0 || status.f_bavail > blobs->room / status.f_frsize;
}

int blobs_new(struct blobs *blobs, struct arena *arena, struct blob_file *ret_file)
{
	ret_file->fd = -1;
	if (!has_room(blobs))
		return ERR_FULL;
	ret_file->name = hash_token(arena);
	ret_file->fd = openat(blobs->fresh, ret_file->name.p, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	return ret_file->fd < 0 ? err_of_errno() : OK;
}

void blobs_drop(struct blobs *blobs, struct blob_file *file)
{
	if (file->fd < 0)
		return;
	close(file->fd);
	unlinkat(blobs->fresh, file->name.p, 0);
	file->fd = -1;
}

static void path_of(struct str sha256, char out[PATH_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	char *at = out;

	for (size_t i = 0; i < SHA256_BYTES; i++) {
		if (i == 2) {
			*at++ = '/';
			for (size_t k = 0; k < 2; k++) {   /* the name of the file is the whole hash */
				*at++ = digits[(uint8_t)sha256.p[k] >> 4];
				*at++ = digits[(uint8_t)sha256.p[k] & 15];
			}
		}
		*at++ = digits[(uint8_t)sha256.p[i] >> 4];
		*at++ = digits[(uint8_t)sha256.p[i] & 15];
		if (i == 0)
			*at++ = '/';
	}
	*at = '\0';
}

static int hash_file(int fd, uint64_t size, struct arena *arena, struct str *ret_sha256)
{
	uint8_t *digest = arena_alloc(arena, SHA256_BYTES);
	void *bytes = size ? mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0) : NULL;

	if (bytes == MAP_FAILED)
		return ERR_IO;
	hash_sha256((struct str){ bytes, size }, digest);
	if (bytes)
		munmap(bytes, size);
	*ret_sha256 = (struct str){ (const char *)digest, SHA256_BYTES };
	return OK;
}

/* The folders of a path, made if need be; *ret_fd is the inner one. */
static int open_place(struct blobs *blobs, const char *path, int *ret_fd)
{
	char name[3] = { path[0], path[1], '\0' };
	int outer = -1, r = open_folder(blobs->root, name, &outer);

	if (r != OK)
		return r;
	name[0] = path[3];
	name[1] = path[4];
	r = open_folder(outer, name, ret_fd);
	if (r == OK && (fsync(outer) != 0 || fsync(blobs->root) != 0))
		r = ERR_IO;
	close(outer);
	return r;
}

/* Under the lock. One that is there already is the same, and counts as new from now on. */
static int place(struct blobs *blobs, const struct blob_file *file, const char *path)
{
	int folder = -1, r;

	if (utimensat(blobs->root, path, NULL, AT_SYMLINK_NOFOLLOW) == 0) {
		unlinkat(blobs->fresh, file->name.p, 0);
		return OK;
	}
	r = open_place(blobs, path, &folder);
	if (r != OK)
		return r;
	if (renameat(blobs->fresh, file->name.p, blobs->root, path) != 0)
		r = err_of_errno();
	else if (fsync(folder) != 0)
		r = ERR_IO;
	close(folder);
	return r;
}

int blobs_keep(struct blobs *blobs, struct arena *arena, struct blob_file *file, struct str *ret_sha256,
               uint64_t *ret_size)
{
	char path[PATH_BYTES];
	struct stat status;
	int r = fstat(file->fd, &status) == 0 && fsync(file->fd) == 0 ? OK : err_of_errno();

	if (r == OK)
		r = hash_file(file->fd, (uint64_t)status.st_size, arena, ret_sha256);
	if (r == OK) {
		*ret_size = (uint64_t)status.st_size;
		path_of(*ret_sha256, path);
		pthread_mutex_lock(&blobs->lock);
		r = place(blobs, file, path);
		pthread_mutex_unlock(&blobs->lock);
	}
	if (r != OK) {
		blobs_drop(blobs, file);
		return r;
	}
	close(file->fd);
	file->fd = -1;
	return OK;
}

int blobs_add(struct blobs *blobs, struct arena *arena, struct str bytes, struct str *ret_sha256)
{
	struct blob_file file;
	uint64_t size;
	int r = blobs_new(blobs, arena, &file);

	if (r != OK)
		return r;
	while (bytes.n) {
		ssize_t n = write(file.fd, bytes.p, bytes.n);

		if (n < 0 && errno != EINTR) {
			r = err_of_errno();
			blobs_drop(blobs, &file);
			return r;
		}
		bytes = str_sub(bytes, n > 0 ? (size_t)n : 0, SIZE_MAX);
	}
	return blobs_keep(blobs, arena, &file, ret_sha256, &size);
}

int blobs_read(struct blobs *blobs, struct str sha256, int *ret_fd, uint64_t *ret_size)
{
	char path[PATH_BYTES];
	struct stat status;
	int fd;

	if (sha256.n != SHA256_BYTES)
		return ERR_NOT_FOUND;
	path_of(sha256, path);
	fd = openat(blobs->root, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return err_of_errno();
	if (fstat(fd, &status) != 0) {
		close(fd);
		return ERR_IO;
	}
	*ret_fd = fd;
	*ret_size = (uint64_t)status.st_size;
	return OK;
}

bool blobs_has(struct blobs *blobs, struct str sha256)
{
	char path[PATH_BYTES];
	struct stat status;

	if (sha256.n != SHA256_BYTES)
		return false;
	path_of(sha256, path);
	return faccessat(blobs->root, path, R_OK, AT_SYMLINK_NOFOLLOW) == 0 &&
	       fstatat(blobs->root, path, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
}

/* --- the sweep -------------------------------------------------------------------------------------------------- */

struct sweep {
	struct blobs *blobs;
	bool (*uses)(void *context, struct str sha256);
	void *context;
	int64_t before_ms;
	uint64_t removed;
};

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_name(const char *name, char out[SHA256_BYTES])
{
	for (size_t i = 0; i < SHA256_BYTES; i++) {
		int high = digit(name[2 * i]), low = high < 0 ? -1 : digit(name[2 * i + 1]);

		if (low < 0)
			return false;
		out[i] = (char)(high << 4 | low);
	}
	return name[2 * SHA256_BYTES] == '\0';
}

static bool is_old(const struct sweep *sweep, int folder, const char *name)
{
	struct stat status;

	return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (int64_t)status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000 < sweep->before_ms;
}

static void sweep_file(void *context, int folder, const char *name)
{
	struct sweep *sweep = context;
	char hash[SHA256_BYTES];

	if (!read_name(name, hash) || !is_old(sweep, folder, name))
		return;
	pthread_mutex_lock(&sweep->blobs->lock);
	if (is_old(sweep, folder, name) && !sweep->uses(sweep->context, (struct str){ hash, sizeof(hash) }))
		sweep->removed += unlinkat(folder, name, 0) == 0;
	pthread_mutex_unlock(&sweep->blobs->lock);
}

static void sweep_inner(void *context, int folder, const char *name)
{
	each_name(folder, name, sweep_file, context);
}

static void sweep_outer(void *context, int folder, const char *name)
{
	if (digit(name[0]) >= 0 && digit(name[1]) >= 0 && !name[2])
		each_name(folder, name, sweep_inner, context);
}

int blobs_sweep(struct blobs *blobs, bool (*uses)(void *context, struct str sha256), void *context,
                uint64_t *ret_removed)
{
	/* the clock of the file system, not the one that tests set */
	struct sweep sweep = { blobs, uses, context, (int64_t)time(NULL) * 1000 - BLOB_KEPT_MS, 0 };

	each_name(blobs->root, ".", sweep_outer, &sweep);
	*ret_removed = sweep.removed;
	return OK;
}
