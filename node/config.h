/*
 * The declared option table: one list makes the struct, the defaults, the parser with bounds, `config --explain` and
 * the commented file that `init` writes.
 *
 * A value comes from the default, the file (rse-node.yaml in the data folder) or the store (`config set`), the later
 * outranking the earlier.
 */
#ifndef NODE_CONFIG_H
#define NODE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "storage/base/str.h"
#include "storage/model.h"

struct arena;
struct view;

/* X(kind, member, "key", default, low, high, live, "what it is"). Kinds: TEXT, LISTEN (HOST:PORT), LEVEL (of the
 * log), DOOR (who may sign up), NUMBER, SWITCH, LIST (comma-separated in `config set`), ADDRESSES (a list of IP addresses), RELAY
 * (smtp:// or smtps://HOST[:PORT], or empty), TLS (to the relay), MAILBOX (an e-mail address, or empty), DOMAINS (a list of
 * domains, of which "*." may stand before one), ORIGINS (a list of https://HOST[:PORT]), ROLES (a list of roles, everybody or nobody), LDAP
 * (ldap:// or ldaps://HOST[:PORT], or empty), PRESET (of a directory). live: a serving node
 * takes a change at once; otherwise at its next start. For texts low and high bound the length in bytes. */
#define CONFIG_LIST(X) \
	X(TEXT, domain, "domain", "", 1, 255, false, "Host of this node's handles: HOST or HOST:PORT. Fixed by init.") \
	X(TEXT, url, "url", "", 8, 255, false, "Public address, the origin of every id: https://HOST. Fixed by init.") \
	X(LISTEN, listen, "listen", "127.0.0.1:8080", 3, 255, false, "Address the HTTP server binds: HOST:PORT.") \
	X(TEXT, title, "title", "rse-node", 1, 200, true, "Name of this node, shown to its people and peers.") \
	X(TEXT, description, "description", "", 0, 5000, true, "What this node is for, in a sentence or two.") \
	X(TEXT, contact_email, "contact.email", "", 0, 254, true, "Address of whoever runs this node.") \
	X(TEXT, contact_account, "contact.account", "", 0, 30, true, "Name of the account that stands for whoever runs this node.") \
	X(SWITCH, instance_show_domain_blocks, "instance.show_domain_blocks", 0, 0, 1, true, "Whether people of this node may read which domains it silences or keeps out.") \
	X(DOOR, registrations, "registrations", "closed", 0, 0, true, "Sign-up by apps: closed, or approval (a moderator lets each person in).") \
	X(DOMAINS, registrations_email_domains, "registrations.email_domains", "", 0, 4000, true, "Domains whose e-mail addresses may sign up: orme.example, or *.orme.example for those below it; empty: all.") \
	X(RELAY, mail_relay, "mail.relay", "", 0, 255, true, "Mail server that takes mails of this node: smtp://HOST[:PORT] or smtps://HOST[:PORT]; empty: no mail is sent.") \
	X(TLS, mail_tls, "mail.tls", "auto", 0, 0, true, "Encryption to it: required, opportunistic or off; auto: required, but toward this machine itself.") \
	X(TEXT, mail_ca_file, "mail.ca_file", "", 0, 1000, true, "Certificates (PEM) that vouch for it; empty: those of the system.") \
	X(NUMBER, mail_seconds, "mail.seconds", 120, 1, 600, true, "Longest time that handing over one mail may take.") \
	X(TEXT, mail_user, "mail.user", "", 0, 254, true, "Name by which the node signs in to it; empty: it does not.") \
	X(TEXT, mail_password_file, "mail.password_file", "", 0, 1000, true, "File whose first line is the password for that; readable for the node alone.") \
	X(MAILBOX, mail_from, "mail.from", "", 0, 254, true, "Address that mails come from; empty: no-reply@ this node's domain.") \
	X(TEXT, mail_from_name, "mail.from_name", "", 0, 100, true, "Name beside it; empty: the node's title.") \
	X(ORIGINS, push_services, "push.services", "", 0, 4000, true, "Services for Web Push inside the company: their origins, https://HOST[:PORT]; those of the Internet need no entry.") \
	X(NUMBER, invitations_per_person, "invitations.per_person", 0, 0, 1000, true, "Invitations that a member may have open at once; 0: only people managers and administrators invite.") \
	X(NUMBER, invitations_days, "invitations.days", 7, 1, 366, true, "An invitation ends after this, unless who makes it says otherwise.") \
	X(SWITCH, invitations_approval, "invitations.approval", 0, 0, 1, true, "Whether who comes by an invitation waits for a moderator, too.") \
	X(LDAP, directory_url, "directory.url", "", 0, 255, true, "The company's directory: ldap://HOST[:PORT] or ldaps://HOST[:PORT]; empty: there is none.") \
	X(PRESET, directory_preset, "directory.preset", "openldap", 0, 0, true, "What its attributes are called unless the keys below say otherwise: openldap or active_directory.") \
	X(TLS, directory_tls, "directory.tls", "auto", 0, 0, true, "StartTLS toward ldap://: required or off; auto: required, but toward this machine itself; opportunistic counts as required.") \
	X(TEXT, directory_ca_file, "directory.ca_file", "", 0, 1000, true, "Certificates (PEM) that vouch for it; empty: those of the system.") \
	X(TEXT, directory_base, "directory.base", "", 0, 1000, true, "The branch below which people are looked for: ou=people,dc=orme,dc=example.") \
	X(TEXT, directory_bind_dn, "directory.bind_dn", "", 0, 1000, true, "As whom the node reads it; empty: as nobody.") \
	X(TEXT, directory_password_file, "directory.password_file", "", 0, 1000, true, "File whose first line is the password for that; readable for the node alone.") \
	X(TEXT, directory_filter, "directory.filter", "", 0, 1000, true, "Who of that branch is one of this node's people; empty: every person. Looked at again at each synchronisation.") \
	X(TEXT, directory_id, "directory.id", "", 0, 100, true, "Attribute that stays when all others change; empty: entryUUID, or objectGUID.") \
	X(TEXT, directory_login, "directory.login", "", 0, 100, true, "Attribute of the name to sign in with; empty: uid, or sAMAccountName.") \
	X(TEXT, directory_mail, "directory.mail", "", 0, 100, true, "Attribute of the e-mail address; empty: mail.") \
	X(TEXT, directory_display_name, "directory.display_name", "", 0, 100, true, "Attribute of the name as shown; empty: displayName, and cn where there is none.") \
	X(TEXT, directory_department, "directory.department", "", 0, 100, true, "Attribute of the department; empty: ou, or department.") \
	X(TEXT, directory_job_title, "directory.job_title", "", 0, 100, true, "Attribute of the job title; empty: title.") \
	X(TEXT, directory_groups, "directory.groups", "", 0, 100, true, "Attribute with the DNs of a person's groups; empty: memberOf.") \
	X(TEXT, directory_roles, "directory.roles", "", 0, 4000, true, "Roles that groups give: ROLE: DN of the group; ROLE: DN …") \
	X(TEXT, directory_disabled, "directory.disabled", "", 0, 200, true, "What says that an entry is disabled: ATTRIBUTE=VALUE, or ATTRIBUTE&NUMBER for bits of a number; empty: nothing, or userAccountControl&2.") \
	X(SWITCH, directory_create, "directory.create", 0, 0, 1, true, "Whether somebody of the directory who signs in for the first time has an account made; otherwise the synchronisation makes it.") \
	X(NUMBER, directory_sync_minutes, "directory.sync_minutes", 60, 0, 10080, true, "Time between two synchronisations, after a first one by hand; 0: by hand only.") \
	X(NUMBER, directory_seconds, "directory.seconds", 10, 1, 120, true, "Longest time that an answer of the directory may take.") \
	X(LIST, languages, "languages", "fr,en", 0, 200, true, "Languages of this node, most used first.") \
	X(ADDRESSES, proxies, "proxies", "", 0, 2000, false, "Addresses of reverse proxies whose X-Forwarded-For is believed.") \
	X(LEVEL, log_level, "log.level", "info", 4, 7, true, "error, warning, info or debug.") \
	X(SWITCH, limits_rate, "limits.rate", 1, 0, 1, true, "Request quotas per account and address; off for benchmarks only.") \
	X(NUMBER, limits_post_characters, "limits.post_characters", 5000, 1, 100000, true, "Longest post, in characters.") \
	X(NUMBER, limits_body_bytes, "limits.body_bytes", 1048576, 65536, 16777216, false, "Largest request body, in bytes.") \
	X(NUMBER, limits_media_bytes, "limits.media_bytes", 16777216, 65536, 67108864, false, "Largest uploaded file, in bytes.") \
	X(NUMBER, limits_media_quota_mib, "limits.media_quota_mib", 0, 0, 1048576, true, "Room for the files of one person, in MiB; 0: as much as the disk has.") \
	X(NUMBER, media_copies_mib, "media.copies_mib", 2048, 0, 1048576, true, "Room for copies of siblings' pictures, in MiB.") \
	X(TEXT, media_worker, "media.worker", "", 0, 1000, false, "Path of rse-node-media; empty: beside this program.") \
	X(NUMBER, limits_connections, "limits.connections", 4096, 16, 100000, false, "HTTP connections at once.") \
	X(NUMBER, limits_idle_seconds, "limits.idle_seconds", 30, 1, 600, false, "An idle connection is closed after this; headers may take twice as long.") \
	X(NUMBER, limits_streams, "limits.streams", 5000, 0, 100000, false, "Streams at once, besides the other connections; 0: none.") \
	X(NUMBER, limits_streams_per_account, "limits.streams_per_account", 50, 1, 10000, false, "Streams of one account at once.") \
	X(NUMBER, limits_write_queue, "limits.write_queue", 4096, 16, 100000, false, "Changes waiting for the disk before the node answers 503.") \
	X(ROLES, second_factor_required_for, "second_factor.required_for", "admin,data_protection_officer", 0, 0, true, "Roles that need a second factor to sign in: a list of roles, everybody (which ends sign-up by apps) or nobody.") \
	X(NUMBER, oauth_idle_days, "oauth.idle_days", 180, 0, 3650, true, "A token that was not used for so long ends; 0: never.") \
	X(NUMBER, oauth_token_days, "oauth.token_days", 0, 0, 3650, true, "Tokens of apps that cannot renew them end after this; 0: never.") \
	X(NUMBER, oauth_access_minutes, "oauth.access_minutes", 60, 5, 10080, true, "Tokens of apps that renew them end after this.") \
	X(NUMBER, oauth_app_days, "oauth.app_days", 30, 1, 3650, true, "An app that nobody ever let in is forgotten after this; tokens of apps themselves end.") \
	X(NUMBER, federation_clock_seconds, "federation.clock_seconds", 300, 30, 3600, false, "Tolerated clock difference to a peer.") \
	X(NUMBER, federation_fetch_bytes, "federation.fetch_bytes", 1048576, 65536, 16777216, false, "Largest document fetched from a peer.") \
	X(NUMBER, federation_fetch_seconds, "federation.fetch_seconds", 15, 1, 120, false, "Longest fetch from, or delivery to, a peer.") \
	X(NUMBER, federation_peer_rate, "federation.peer_rate", 300000, 60, 60000000, false, "Activities that one peer may send a minute, unless peer limit says otherwise.") \
	X(NUMBER, federation_per_peer, "federation.per_peer", 4, 1, 32, false, "Deliveries under way to one peer at once.") \
	X(NUMBER, store_map_gib, "store.map_gib", 256, 1, 16384, false, "Address space for the store, in GiB; not disk space.") \
	X(NUMBER, threads_http, "threads.http", 0, 0, 256, false, "HTTP threads; 0: one per core.") \
	X(NUMBER, threads_pool, "threads.pool", 4, 2, 256, false, "Threads for password hashes and signatures, and as many for fetches.")

struct config {
#define CONFIG_MEMBER_TEXT(member) struct str member;
#define CONFIG_MEMBER_LISTEN(member) struct str member;
#define CONFIG_MEMBER_LEVEL(member) struct str member;
#define CONFIG_MEMBER_DOOR(member) struct str member;
#define CONFIG_MEMBER_RELAY(member) struct str member;
#define CONFIG_MEMBER_TLS(member) struct str member;
#define CONFIG_MEMBER_MAILBOX(member) struct str member;
#define CONFIG_MEMBER_LDAP(member) struct str member;
#define CONFIG_MEMBER_PRESET(member) struct str member;
#define CONFIG_MEMBER_LIST(member) struct str_list member;
#define CONFIG_MEMBER_ADDRESSES(member) struct str_list member;
#define CONFIG_MEMBER_DOMAINS(member) struct str_list member;
#define CONFIG_MEMBER_ORIGINS(member) struct str_list member;
#define CONFIG_MEMBER_ROLES(member) uint8_t member;
#define CONFIG_MEMBER_NUMBER(member) uint64_t member;
#define CONFIG_MEMBER_SWITCH(member) bool member;
#define CONFIG_MEMBER(kind, member, key, fallback, low, high, live, text) CONFIG_MEMBER_##kind(member)
	CONFIG_LIST(CONFIG_MEMBER)
#undef CONFIG_MEMBER
};

/* In a value of ROLES beside the set of enum user_role. */
enum { CONFIG_EVERYBODY = 0x80 };

/* Does `registrations` let people sign up by apps, to wait for a moderator? Not while everybody needs a second factor. */
bool config_door_is_open(const struct config *config);

enum config_source { CONFIG_DEFAULT, CONFIG_FILE, CONFIG_STORE };

/* Reads defaults, then the file (NULL: none), then the store's settings (NULL view: none). ERR_INVALID: *ret_error is
 * one line that names file, line and key. Texts live in `arena`. */
int config_load(struct arena *arena, const char *file, struct view *view, struct config *ret_config,
                struct str *ret_error);
/* Would `value` do for `key`? ERR_NOT_FOUND: no such key; ERR_INVALID: out of bounds; ERR_DENIED: fixed by init. */
int config_check(struct arena *arena, struct str key, struct str value, struct str *ret_error);
bool config_is_live(struct str key);
/* The value of a key as text, and where it comes from. */
int config_get(struct arena *arena, const char *file, struct view *view, struct str key, struct str *ret_value,
               enum config_source *ret_source, struct str *ret_error);
/* One line per key: "key = value". */
int config_print(struct arena *arena, const char *file, struct view *view, struct str *ret_text,
                 struct str *ret_error);
/* Each key with its value, where it comes from and why, and what it is. */
int config_explain(struct arena *arena, const char *file, struct view *view, struct str *ret_text,
                   struct str *ret_error);
/* The commented file that init writes. */
struct str config_template(struct arena *arena, struct str domain, struct str url, struct str listen, struct str title);

#endif
