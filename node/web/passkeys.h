/*
 * Passkeys on pages: the challenge that the script asks for, and signing in with a passkey alone.
 */
#ifndef NODE_WEB_PASSKEYS_H
#define NODE_WEB_PASSKEYS_H

#include "node/web/pages.h"

/* POST /passkeys/challenge */
int passkeys_challenge_check(struct call *call, struct view *view);
int passkeys_challenge_write(struct call *call, struct txn *txn);
/* POST /sign-in/passkey */
int passkeys_sign_in_check(struct call *call, struct view *view);
int passkeys_sign_in_work(struct call *call);
int passkeys_sign_in_write(struct call *call, struct txn *txn);

/* The form of signing in with one, where our address can have passkeys; it shows once the script is at work. */
void passkeys_add_sign_in(struct html_page *page, struct str path);

#endif
