/*
 * One's own profile and defaults: reading and changing them.
 */
#ifndef NODE_API_PROFILE_H
#define NODE_API_PROFILE_H

#include "node/call.h"

/* CredentialAccount of the viewer. */
int api_credentials(struct call *call, struct view *view);
/* PATCH: what is absent stays, an empty text clears. Parameters: display_name, note, locked, bot, discoverable,
 * indexable, hide_collections, fields_attributes[N][name and value], source[privacy, sensitive, language]; avatar and
 * header are pictures, which the work stage makes anew. */
int api_credentials_check(struct call *call, struct view *view);
int api_credentials_work(struct call *call);
int api_credentials_write(struct call *call, struct txn *txn);
/* Profile of the viewer: the same as typed; what is not set is null. The check, work and write of a change are those above. */
int api_profile(struct call *call, struct view *view);
/* DELETE /api/v1/profile/avatar, header; the write and the show are those above. */
int api_avatar_drop_check(struct call *call, struct view *view);
int api_header_drop_check(struct call *call, struct view *view);

#endif
