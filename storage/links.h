/*
 * What posts link to. A public post stands in the index LINKED under each address in its text, in a form in which addresses
 * that mean the same are the same. Mentions and tags are no links.
 */
#ifndef STORAGE_LINKS_H
#define STORAGE_LINKS_H

#include "storage/engine/store.h"
#include "storage/model.h"

struct arena;

enum { LINKS_PER_POST_MAX = 20, LINK_BYTES_MAX = 2000 };

/* An http or https address with its scheme and host in small letters, without the port that is meant anyway and without
 * the fragment; STR_NONE for anything else. */
struct str links_normalise(struct arena *arena, struct str address);
/* Those of a post's HTML (ours rendered, foreign sanitised), normalised, each once, the first LINKS_PER_POST_MAX. */
struct str_list links_of_html(struct arena *arena, struct str html);
/* The entries of all posts that are there: for a store from before the index. Writer. */
int links_build(struct txn *txn);

#endif
