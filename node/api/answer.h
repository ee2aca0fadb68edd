/*
 * The few steps that most handlers of the client API begin and end with. HTTP threads.
 */
#ifndef NODE_API_ANSWER_H
#define NODE_API_ANSWER_H

#include "node/call.h"
#include "storage/access.h"
#include "storage/base/json.h"

/* A JSON body in the making: begin, write to &answer.w, end. */
struct answer {
	struct buf buf;
	struct json_writer w;
};

void answer_begin(struct answer *answer, struct call *call);
/* Ends the call with what was written; `err` of the steps before goes first, then the buffer's own. */
int answer_end(struct answer *answer, struct call *call, int err);

/* Whole show stages: an empty object and an empty list. */
int api_show_nothing(struct call *call, struct view *view);
int api_show_empty_list(struct call *call, struct view *view);

/* Who asks, for storage/access.h. */
struct beholder answer_beholder(const struct call *call);
/* The number in the path's ":id"; what is no id is a record that does not exist: ERR_NOT_FOUND. */
int answer_path_id(struct call *call, uint64_t *ret_id);
/* The ids in the parameter id[]; what is no number is passed over. More than `max` are refused. */
int answer_param_ids(struct call *call, size_t max, struct id_list *ret_ids);
/* A whole show stage: for each account of id[], at most `max`, which lives what `w_one` writes. */
int answer_each_account(struct call *call, struct view *view, size_t max,
                        int (*w_one)(struct json_writer *w, struct call *call, struct view *view, uint64_t account_id));
/* 422 with the sentence that clients know for a broken rule. */
int answer_refuse(struct call *call, const char *sentence);

#endif
