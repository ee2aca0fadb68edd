/*
 * The control socket: commands reach the one writer of a serving node through DIR/control (a Unix socket, mode 0600).
 *
 * A request is one frame, the JSON object {"words":[…],"input":"…"}; the answer is three: the exit status as a digit,
 * what goes to standard output, and what goes to standard error. A frame is its length (4 bytes, big-endian) and its
 * bytes. A thread of its own takes one command at a time.
 */
#ifndef NODE_CLI_CONTROL_H
#define NODE_CLI_CONTROL_H

#include <stddef.h>

#include "node/cli/cli.h"

struct control;

int control_start(struct node *node, struct str data, struct control **ret_control);
void control_stop(struct control *control);

/* Client: ERR_NOT_FOUND when nobody serves there. */
int control_call(struct arena *arena, struct str data, size_t word_count, const struct str *words, struct str input,
                 int *ret_status, struct str *ret_out, struct str *ret_error);

#endif
