/*
 * From what a person typed to a draft that can be applied: mentions looked up, unknown ones named so that the work stage
 * can resolve them. Shared by the client API and `rse-node post`.
 */
#ifndef FEDERATION_COMPOSE_H
#define FEDERATION_COMPOSE_H

#include "federation/apply.h"
#include "federation/federation.h"

struct resolved;
struct writer;

enum { COMPOSE_MENTIONS_MAX = 100, COMPOSE_UNKNOWN_MAX = 10 };

/* Fills draft->mentions from draft->text with the accounts known here, at most COMPOSE_MENTIONS_MAX; *ret_unknown: the
 * others ("name@host" on listed origins only), at most COMPOSE_UNKNOWN_MAX. Any thread. */
int compose_look_up(struct arena *arena, struct view *view, struct post_draft *draft, struct str_list *ret_unknown);
/* Resolves unknown mentions (blocking; pool thread) and stores what was found through `writer`; failures are no error:
 * the mention stays plain text. Then compose_look_up() again. */
int compose_resolve(const struct federation *federation, struct arena *arena, struct store *store,
                    struct writer *writer, const struct str_list *unknown);

/* Stores what a fetch found, durably, and waits for it; `writer` NULL: on this thread (tests, command line). Any thread
 * but the writer's. *ret_account_id and *ret_post_id: 0 when none. */
int compose_keep(struct arena *arena, struct store *store, struct writer *writer, struct resolved *found,
                 uint64_t *ret_account_id, uint64_t *ret_post_id);

#endif
