/*
 * The words in which stories about the one door are told (tests/unit/test_apply*.c): one rig at a time, ours against
 * Carol and Dave of b.example.
 */
#ifndef TESTS_RIG_STORY_H
#define TESTS_RIG_STORY_H

#include "tests/rig/rig.h"

#define AS "'@context':'https://www.w3.org/ns/activitystreams',"
#define CAROL "https://b.example/users/carol"
#define DAVE "https://b.example/users/dave"
#define PUBLIC "https://www.w3.org/ns/activitystreams#Public"
#define NOTE_1 "https://b.example/notes/1"

/* The one that the story plays in; made and freed by it. */
extern struct rig *rig;

/* Does that stand in anything that waits for b.example? */
bool sends(const char *needle);
struct account stored(uint64_t id);
void set_locked(struct account *account);
/* enum follow_state; 0: there is none. */
uint8_t follow_state(const struct account *follower, const struct account *followee);
/* Dave, whom nobody knows in a new rig, becomes known. */
void add_dave(void);

/* A Create of Carol's; `more` are members of the note, with a comma before. */
const char *create(const char *number, const char *to, const char *cc, const char *more);
/* An activity, `object` being JSON. */
const char *by(const char *actor, const char *id, const char *type, const char *object);
/* An address as JSON. */
const char *uri_of(struct str uri);

#endif
