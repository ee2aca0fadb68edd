/*
 * What a post quotes (FEP-044f): whether it may, and which post of ours or others that is. Pool threads: it blocks.
 */
#ifndef FEDERATION_QUOTE_H
#define FEDERATION_QUOTE_H

#include "federation/federation.h"
#include "storage/base/json.h"
#include "storage/model.h"

struct arena;
struct store;
struct view;
struct writer;

/* Does the stamp at `stamp_uri` prove that `author_uri`, who wrote `quoted_uri`, lets `quoting_uri` quote it? All three
 * names must be right, and the stamp of the author's own origin. Pure. */
bool quote_is_stamped(struct arena *arena, const json_t *stamp, struct str stamp_uri, struct str author_uri,
                      struct str quoting_uri, struct str quoted_uri);

/* Is this anything but a stamp of ours for a post that may quote no more? Who asked before the post came may have several
 * stamps for it. Any thread. */
bool quote_stamp_stands(struct arena *arena, struct view *view, const struct activity_record *record);

/* JOB "quote" (job->subject: the quoting post): finds the quoted post, on listed origins only, and joins the two when
 * both have one author or the stamp holds. For a post of ours without a stamp it asks for one; with it, it tells of it. What is not proved stays as it is, which is no error. `writer` NULL: on this
 * thread. */
int quote_job(const struct federation *federation, struct arena *arena, struct store *store, struct writer *writer,
              const struct job *job);

#endif
