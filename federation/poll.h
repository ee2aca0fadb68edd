/*
 * Polls on the wire: what a Question asks, and the Note that is a vote, both ways (ActivityStreams 2.0 vocabulary,
 * Question; votes as Mastodon makes them). Pure; any thread.
 */
#ifndef FEDERATION_POLL_H
#define FEDERATION_POLL_H

#include "storage/base/json.h"
#include "storage/model.h"

struct activity;
struct arena;

/* The poll of a Question, its post_id yet 0. Too many or too long options are cut. false: it offers nothing. */
bool poll_parse(struct arena *arena, const json_t *question, struct poll *ret_poll);
/* The members of a Question that its poll gives. */
void poll_w(struct json_writer *w, const struct poll *poll, int64_t now_ms);

/* The names that the objects of a Create choose, and what question they all answer: a Note with a name and without
 * content, or several (GoToSocial). false: it is no vote. */
bool poll_parse_votes(struct arena *arena, const json_t *objects, struct str actor_uri, struct str_list *ret_names,
                      struct str *ret_question);
/* The Note of a vote of ours. */
void poll_w_vote(struct json_writer *w, struct arena *arena, const struct activity *activity);

#endif
