/*
 * The version of this build, as NodeInfo, the instance documents and `rse-node version` say it.
 */
#ifndef NODE_VERSION_H
#define NODE_VERSION_H

#define SOFTWARE_NAME "rse-node"
#define SOFTWARE_VERSION "0.1.0"
/* Highest level of the client API whose additions this build keeps whole (client API: api_versions.mastodon). */
enum { CLIENT_API_LEVEL = 7 };

#endif
