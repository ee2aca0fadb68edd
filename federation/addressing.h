/*
 * To whom an activity of ours goes: its to and cc, and the accounts whose inboxes get it.
 */
#ifndef FEDERATION_ADDRESSING_H
#define FEDERATION_ADDRESSING_H

#include "federation/apply.h"

enum addressing {
	TO_AUDIENCE,   /* of the post it is about */
	TO_WITNESSES,  /* that audience, and who else may hold a copy */
	TO_TARGET,     /* the other side of a follow */
	TO_AUTHOR,     /* of what was favoured */
	TO_NODE,       /* of the target: nobody is named */
	TO_FOLLOWERS,  /* of the actor */
};

struct recipients {
	bool followers;       /* of the actor */
	struct id_list ids;   /* accounts, ours among them */
};

/* Fills to and cc of apply->activity. The recipients are in apply->arena. */
int addressing_fill(struct apply *apply, enum addressing addressing, struct recipients *ret_recipients);

/* To whom a post goes by itself, with room for so many more ids. */
void addressing_of_post(struct arena *arena, const struct post *post, size_t room, struct recipients *ret_recipients);

#endif
