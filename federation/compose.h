/*
 * From what a person typed to a draft that can be applied: mentions looked up, unknown ones named so that the work stage
 * can resolve them. Shared by the client API and `rse-node post`.
 */
#ifndef FEDERATION_COMPOSE_H
#define FEDERATION_COMPOSE_H

#include "federation/apply.h"
#include "federation/federation.h"

struct writer;

/* Fills draft->mentions from draft->text with the accounts known here; *ret_unknown: the others ("name@host" on listed
 * origins only), at most 10. Any thread. */
int compose_look_up(struct arena *arena, struct view *view, struct post_draft *draft, struct str_list *ret_unknown);
/* Resolves unknown mentions (blocking; pool thread) and stores what was found through `writer`; failures are no error:
 * the mention stays plain text. Then compose_look_up() again. */
int compose_resolve(const struct federation *federation, struct arena *arena, struct store *store,
                    struct writer *writer, const struct str_list *unknown);

#endif
