/*
 * What kind of browser a session is, for its owner to know it again: two small numbers out of User-Agent, nothing of it
 * is kept beside. A guess by the usual words; browsers say what they like. Pure.
 */
#ifndef NODE_ACCOUNTS_AGENT_H
#define NODE_ACCOUNTS_AGENT_H

#include <stdint.h>

#include "storage/base/str.h"

/* Stored: never renumber, only append. 0: not known. */
enum agent_browser { BROWSER_FIREFOX = 1, BROWSER_EDGE, BROWSER_OPERA, BROWSER_SAMSUNG, BROWSER_CHROME, BROWSER_SAFARI };
enum agent_system { SYSTEM_ANDROID = 1, SYSTEM_IOS, SYSTEM_WINDOWS, SYSTEM_MACOS, SYSTEM_CHROMEOS, SYSTEM_LINUX };

void agent_read(struct str user_agent, uint8_t *ret_browser, uint8_t *ret_system);
/* Names as their makers write them; STR_NONE: not known. */
struct str agent_browser_name(uint8_t browser);
struct str agent_system_name(uint8_t system);

#endif
