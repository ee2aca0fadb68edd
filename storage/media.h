/*
 * The records of files: whose they are, what shows them, and which bytes (storage/blobs.h) they stand for. A record that
 * nothing shows is loose and is collected after a day; bytes that no record names any more are removed by a sweep.
 *
 * The address of a file holds a secret of its record, so that who knows the address may read it: it stands in what those
 * see who may see the post. The secret is made anew when the file leaves its post or the audience shrinks, and ends with
 * the record, so that an address never outlives what it was given for.
 */
#ifndef STORAGE_MEDIA_H
#define STORAGE_MEDIA_H

#include "storage/base/json.h"
#include "storage/engine/store.h"
#include "storage/instance.h"
#include "storage/model.h"

struct arena;

enum {
	MEDIA_PER_POST_MAX = 4,
	MEDIA_LOOSE_HOURS = 24,          /* how long a file may belong to nothing */
	MEDIA_DESCRIPTION_MAX = 1500,    /* characters */
	MEDIA_NAME_MAX = 200,            /* characters */
	MEDIA_TEXT_MAX = 128 * 1024,     /* bytes: as many as the search's 20,000 words of one text have */
};

int media_get(struct arena *arena, struct view *view, uint64_t id, struct media_record *ret_media);
/* Of that owner's alone: ERR_NOT_FOUND for another's, and for copies of foreign files. */
int media_get_own(struct arena *arena, struct view *view, uint64_t account_id, uint64_t id, struct media_record *ret_media);
/* Makes id and secret, and dates it when it is loose (post_id 0 and to be used by a post). Keeps its text. */
int media_add(struct arena *arena, struct txn *txn, struct media_record *media);
/* Replaces the record, and its text when it brings one; ERR_NOT_FOUND. */
int media_put(struct txn *txn, const struct media_record *media);
/* OK when there is none. */
int media_delete(struct txn *txn, uint64_t id);
/* Its post shows it no more, and none that is scheduled will: loose from now on, under another address. OK when there is
 * none. */
int media_loosen(struct txn *txn, uint64_t id);
/* Another address. */
int media_hide(struct arena *arena, struct txn *txn, struct media_record *media);

/* The files of a post that is about to be written. */
struct media_set {
	struct media_record *files;      /* the caller may change descriptions and focus before media_set_json() */
	size_t count;
	bool hide;                       /* all get other addresses: somebody is to see them no more */
};
/* Reads them. `scheduled_id`: what the post was before, 0 when it was not scheduled. ERR_NOT_FOUND: one is not the author's,
 * or another post shows it, or will; ERR_BUSY: one is not ready; ERR_LIMIT: more than MEDIA_PER_POST_MAX, or one twice. */
int media_set_read(struct arena *arena, struct view *view, const struct post *post, uint64_t scheduled_id,
                   const struct id_list *ids, struct media_set *ret_set);
/* Keeps them for a post that is scheduled: they are not collected, and nothing else may show them. */
int media_set_hold(struct txn *txn, const struct media_set *set, uint64_t scheduled_id);
/* Loosens what still waits with a scheduled post that ends. */
int media_release(struct txn *txn, const struct id_list *ids, uint64_t scheduled_id);
/* Fills the post's media_ids and attachments_json; makes the new secrets. Puts nothing. */
void media_set_show(struct arena *arena, const struct instance *instance, struct media_set *set, struct post *post);
/* Puts them, and loosens those of `former` that are not among them. */
int media_set_put(struct txn *txn, const struct media_set *set, const struct post *post, const struct id_list *former);

/* The text of a document, as it was drawn from it: any bytes, at most MEDIA_TEXT_MAX. Valid as long as the view.
 * ERR_NOT_FOUND: it has none. */
int media_text_get(struct view *view, uint64_t id, struct str *ret_text);

/* How many bytes the files of an account of ours have, as they are kept: those in posts, those that wait and those that
 * nothing shows yet, and its pictures; not what was made for lists. Counted with each write. */
uint64_t media_used(struct view *view, uint64_t account_id);
/* The same of one that is to be added. */
uint64_t media_bytes_counted(const struct media_record *media);
/* Counts anew, for a store from before. Writer. */
int media_used_build(struct txn *txn);

/* The ids of records that were loose before `before_ms`, oldest first, at most `max`. */
int media_loose(struct arena *arena, struct view *view, int64_t before_ms, size_t max, struct id_list *ret_ids);
int media_of_account(struct arena *arena, struct view *view, uint64_t account_id, size_t max, struct id_list *ret_ids);
/* Does any record stand for these bytes? */
bool media_uses_blob(struct view *view, struct str sha256);
/* Calls `each` for the bytes of every record. */
int media_each_blob(struct view *view, void (*each)(void *context, struct str sha256, uint64_t id), void *context);

/* Where it is read. Of a record without a preview, the preview's address is empty. */
struct str media_url(struct arena *arena, const struct instance *instance, const struct media_record *media);
struct str media_preview_url(struct arena *arena, const struct instance *instance, const struct media_record *media);

/* Addresses for one reader. In what a reader of ours is shown of a post for few, the secret of each address is replaced by a
 * key that holds as long as that reader may see the post; who stops following, or is blocked, is left with nothing. */
struct str media_reader_key(struct arena *arena, const struct instance *instance, struct str secret, uint64_t reader_id);
/* `json` with all addresses of files of ours made so; `json` itself when there are none. */
struct str media_for_reader(struct arena *arena, const struct instance *instance, struct str json, uint64_t reader_id);
/* Is `key` the secret itself, or that of a reader, *ret_reader_id (0: the secret)? */
bool media_key_fits(struct arena *arena, const struct instance *instance, struct str key, struct str secret,
                    uint64_t *ret_reader_id);

/* Copies of foreign files, so that no reader's address reaches the node that has them. */
enum { MEDIA_COPY_DAYS = 7, MEDIA_FAILURE_MINUTES = 10 };
/* Our address for a foreign file that the post or the account `shown_by` shows; it ends with that. `url` itself when it is
 * empty, ours, or there is no key. */
struct str media_proxy_url(struct arena *arena, const struct instance *instance, uint64_t shown_by, struct str url);
/* A still of it: of the picture at `url`, whose address for readers is `shown`. */
struct str media_proxy_still(struct arena *arena, struct str url, struct str shown);
/* The secret part of such an address. */
struct str media_proxy_secret(struct arena *arena, const struct instance *instance, uint64_t shown_by, struct str url);
int media_copy_get(struct arena *arena, struct view *view, struct str remote_url, struct media_record *ret_media);
/* Adds or replaces the copy of media->remote_url; it is kept for MEDIA_COPY_DAYS, and what failed is not tried again for
 * MEDIA_FAILURE_MINUTES. */
int media_copy_put(struct arena *arena, struct txn *txn, struct media_record *media);
/* Deletes copies, oldest first, until those left take at most `max_bytes`; at most `max` of them at once. */
int media_copies_trim(struct arena *arena, struct txn *txn, uint64_t max_bytes, size_t max, bool *ret_more);

/* ".jpg" for a media type; "" for one that nobody made here. */
const char *media_suffix(struct str type);
/* An object as struct post keeps them in attachments_json. */
void media_w(struct json_writer *w, struct arena *arena, const struct instance *instance, const struct media_record *media);

#endif
