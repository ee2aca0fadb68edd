/*
 * The command table, nothing else: what the command line offers.
 */
#include "node/cli/commands.h"

static const struct option_row init_options[] = {
	{ "data", "DIR", true, "the data folder to make" },
	{ "domain", "HOST[:PORT]", true, "the host part of this node's handles" },
	{ "url", "URL", false, "public address (default https://DOMAIN); http:// for loopback only" },
	{ "listen", "HOST:PORT", false, "address to bind (default 127.0.0.1:8080, or where an http:// URL points)" },
	{ "title", "TEXT", false, "name of the node" },
	{ 0 },
};

static const struct option_row serve_options[] = {
	{ "data", "DIR", true, "the data folder" },
	{ 0 },
};

static const struct option_row routes_options[] = {
	{ "open", NULL, false, "only those that answer without signature or session" },
	{ 0 },
};

static const struct option_row user_add_options[] = {
	{ "email", "ADDR", true, "e-mail address" },
	{ "display-name", "TEXT", false, "name as shown" },
	{ "role", "ROLES", false, "member (default), or of " ROLE_WORDS " one or several, with commas between" },
	{ "password-stdin", NULL, false, "read the password from standard input; otherwise a sign-up link is printed" },
	{ 0 },
};

static const struct option_row user_password_options[] = {
	{ "password-stdin", NULL, false, "read the password from standard input; otherwise a one-time link is printed" },
	{ 0 },
};

static const struct option_row token_options[] = {
	{ "scopes", "SCOPES", true, "separated by spaces: read, write, follow, push, profile, read:statuses, admin:read …" },
	{ 0 },
};

static const struct option_row peer_add_options[] = {
	{ "url", "URL", false, "its address when it is not https://DOMAIN" },
	{ "tier", "TIER", false, "group (default) or partner" },
	{ 0 },
};

static const struct option_row peer_limit_options[] = {
	{ "rate", "N", false, "activities a minute; 0: the node's default" },
	{ "size", "BYTES", false, "length of one, 16384 at least; 0: the node's default" },
	{ "attachments", "N", false, "media kept of a post, by reference; 0: the node's default" },
	{ "media", "KINDS", false, "which: all, none, or image, video, audio and other with commas between" },
	{ 0 },
};

static const struct option_row rule_add_options[] = {
	{ "comment", "TEXT", false, "why, for those who read the list" },
	{ 0 },
};

static const struct option_row rotate_keys_options[] = {
	{ "at-once", NULL, false, "the former keys are in wrong hands and count no more" },
	{ 0 },
};

static const struct option_row refusals_options[] = {
	{ "origin", "DOMAIN", false, "only what came from there" },
	{ 0 },
};

static const struct option_row report_list_options[] = {
	{ "all", NULL, false, "the closed ones too" },
	{ 0 },
};

static const struct option_row house_rule_add_options[] = {
	{ "hint", "TEXT", false, "more about it, such as an example" },
	{ 0 },
};

static const struct option_row house_rule_edit_options[] = {
	{ "text", "TEXT", false, "its new words" },
	{ "hint", "TEXT", false, "its new hint" },
	{ "language", "TAG", false, "what they are in: a translation, such as fr; --text '' takes one away" },
	{ 0 },
};

static const struct option_row directory_sync_options[] = {
	{ "confirm-disable", "N", false, "that so many accounts are to be disabled, as the preview said" },
	{ 0 },
};

static const struct option_row mail_list_options[] = {
	{ "state", "STATE", false, "only these: waiting, sent, bounced, given-up or void" },
	{ 0 },
};

static const struct option_row announcement_options[] = {
	{ "starts", "TIME", false, "of what is announced, for clients to show" },
	{ "ends", "TIME", false, "the same; from then on it is not shown" },
	{ "all-day", NULL, false, "of the two times only the days count" },
	{ 0 },
};

static const struct option_row emoji_options[] = {
	{ "category", "TEXT", false, "under which clients show it" },
	{ "hidden", NULL, false, "clients do not offer it" },
	{ 0 },
};

static const struct option_row invite_create_options[] = {
	{ "email", "ADDR", false, "whose it is: only with this address somebody comes by it" },
	{ "name", "NAME", false, "the name that the form proposes" },
	{ "display-name", "TEXT", false, "the name as shown that it proposes" },
	{ "role", "ROLES", false, "what they are beside a member: " ROLE_WORDS ", with commas between" },
	{ "department", "TEXT", false, "where they work" },
	{ "communities", "NAMES", false, "to join, with commas between; kept until this node has communities" },
	{ "language", "LANGUAGE", false, "fr or en" },
	{ "days", "N", false, "it ends after so many; otherwise invitations.days" },
	{ "uses", "N", false, "how many may come by it (default 1)" },
	{ "sponsor", "NAME", false, "who answers for it; otherwise who runs the node" },
	{ 0 },
};

static const struct option_row invite_list_options[] = {
	{ "state", "STATE", false, "only those that are open, used, expired or revoked" },
	{ "sponsor", "NAME", false, "only that person's" },
	{ 0 },
};

static const struct option_row invite_resend_options[] = {
	{ "open", NULL, false, "all that are open" },
	{ "expired", NULL, false, "all that expired" },
	{ 0 },
};

static const struct option_row user_import_options[] = {
	{ "dry-run", NULL, false, "say what would come of each line, and invite nobody" },
	{ 0 },
};

static const struct option_row import_options[] = {
	{ "overwrite", NULL, false, "what is not in FILE goes" },
	{ 0 },
};

static const struct option_row jobs_options[] = {
	{ "kinds", NULL, false, "the kinds that there are instead, and what they do" },
	{ 0 },
};

static const struct option_row text_options[] = {
	{ "from", "DAY", false, "terms: from which day they hold; otherwise from today" },
	{ 0 },
};

static const struct option_row audit_list_options[] = {
	{ "account", "NAME", false, "only what this person did, or what was done to them; #ID for who is gone" },
	{ "action", "WORD", false, "only this act, user.add, or all that begin so: user" },
	{ "since", "TIME", false, "nothing older" },
	{ "limit", "N", false, "how many (default 100)" },
	{ 0 },
};

static const struct option_row audit_verify_options[] = {
	{ "from", "HASH", false, "printed by an earlier audit verify and noted elsewhere: fails unless it is still in the journal" },
	{ 0 },
};

static const struct option_row config_options[] = {
	{ "explain", NULL, false, "each key with its value, where it comes from and what it is" },
	{ 0 },
};

const struct command commands[] = {
	{ "init", "", init_options, PLACE_ALONE, false, command_init, "makes a data folder with configuration and keys" },
	{ "serve", "", serve_options, PLACE_ALONE, false, command_serve, "runs the node until SIGTERM or Ctrl-C" },
	{ "user add", "NAME", user_add_options, PLACE_STORE, true, command_user_add, "adds a person" },
	{ "user list", "", NULL, PLACE_STORE, false, command_user_list, "lists the people of this node" },
	{ "user show", "NAME", NULL, PLACE_STORE, false, command_user_show, "one person: state, posts, room that files take, and the invitation by which they came" },
	{ "user sessions", "NAME", NULL, PLACE_STORE, false, command_user_sessions,
	  "the browsers and apps that have access to a person's account: since when, day of the last use, scopes" },
	{ "user factor list", "NAME", NULL, PLACE_STORE, false, command_user_factor_list,
	  "what a person shows behind the password: kind, since when" },
	{ "user factor remove", "NAME", NULL, PLACE_STORE, false, command_user_factor_remove,
	  "takes all of it away, for who lost their device; they are signed out everywhere" },
	{ "user disable", "NAME", NULL, PLACE_STORE, false, command_user_disable,
	  "ends a person's sessions and tokens and refuses new ones" },
	{ "user enable", "NAME", NULL, PLACE_STORE, false, command_user_enable, "lets a person sign in who waits, or who was disabled or suspended" },
	{ "user password", "NAME", user_password_options, PLACE_STORE, true, command_user_password,
	  "sets a password, or prints a one-time link to choose one" },
	{ "user email", "NAME ADDRESS", NULL, PLACE_STORE, false, command_user_email,
	  "gives a person another e-mail address; the former one is told" },
	{ "user rotate-keys", "NAME", rotate_keys_options, PLACE_STORE, false, command_user_rotate_keys,
	  "gives a person new signing keys; the former ones count for 48 hours more" },
	{ "user alias", "NAME ACTION [ADDRESS]", NULL, PLACE_STORE, false, command_user_alias,
	  "other addresses or handles of a person, who may move here from there; ACTION is add, remove or list" },
	{ "user move", "NAME TARGET", NULL, PLACE_STORE, false, command_user_move,
	  "a person goes on as TARGET, a handle or address that has this one as an alias; followers follow" },
	{ "user unmove", "NAME", NULL, PLACE_STORE, false, command_user_unmove,
	  "takes a move back; followers who left do not return" },
	{ "user import", "FILE", user_import_options, PLACE_STORE, false, command_user_import,
	  "invites the people of a CSV file; prints a line for each: accepted or refused, why, and the link\n\n"
	  "The first row names the columns: name, email, display_name, role, department, communities, language (or in\n"
	  "French). Only email must be there. Commas, semicolons or tabs separate. A line whose person is here or invited\n"
	  "already is refused, so that the same file may be run again." },
	{ "user export", "", NULL, PLACE_STORE, false, command_user_export, "prints the people of this node as such a file" },
	{ "invite create", "", invite_create_options, PLACE_STORE, false, command_invite_create,
	  "prints the id of a new invitation, and the link by which somebody makes an account" },
	{ "invite list", "", invite_list_options, PLACE_STORE, false, command_invite_list,
	  "lists the invitations: id, state, uses, end, sponsor, role, e-mail, department" },
	{ "invite show", "ID", NULL, PLACE_STORE, false, command_invite_show, "one invitation, and who came by it" },
	{ "invite revoke", "ID", NULL, PLACE_STORE, false, command_invite_revoke, "lets nobody in by it any more" },
	{ "invite resend", "[ID]", invite_resend_options, PLACE_STORE, false, command_invite_resend,
	  "gives an invitation a new link and time anew; the former link is good no longer" },
	{ "data export", "NAME TYPE", NULL, PLACE_STORE, false, command_data_export,
	  "prints what a person may take along, as CSV; TYPE is follows, blocks, mutes, lists, domain_blocks or bookmarks" },
	{ "data import", "NAME TYPE FILE", import_options, PLACE_STORE, false, command_data_import,
	  "brings such a file of theirs from elsewhere" },
	{ "data imports", "NAME", NULL, PLACE_STORE, false, command_data_imports,
	  "what they brought, the latest first: id, type, since when, running or done, rows, done, failed; then which, and why" },
	{ "role grant", "NAME ROLE", NULL, PLACE_STORE, false, command_role_grant,
	  "gives a person a role beside those they have; counts at once\n\n"
	  "ROLE:\n"
	  "  moderator                reads reports, acts on accounts, says what is kept out\n"
	  "  people_manager           has people join, leave and sign in again\n"
	  "  data_protection_officer  reads the audit journal, erases what somebody left\n"
	  "  admin                    looks after the machine and gives roles; does not read what people write\n"
	  "\nWhat exactly each may do in a client: rse-node role actions" },
	{ "role revoke", "NAME ROLE", NULL, PLACE_STORE, false, command_role_revoke,
	  "takes it away; counts at once. The last administrator stays one" },
	{ "role list", "", NULL, PLACE_STORE, false, command_role_list, "who has which roles" },
	{ "role actions", "", NULL, PLACE_ALONE, false, command_role_actions, "which roles may do what in a client" },
	{ "token create", "NAME", token_options, PLACE_STORE, false, command_token_create,
	  "prints a client API token for a person" },
	{ "peer add", "DOMAIN", peer_add_options, PLACE_STORE, false, command_peer_add,
	  "puts a sibling node on the allow list" },
	{ "peer list", "", NULL, PLACE_STORE, false, command_peer_list, "lists the siblings and how deliveries fare" },
	{ "peer show", "DOMAIN", NULL, PLACE_STORE, false, command_peer_show,
	  "how deliveries to a sibling fare, and which posts it has not confirmed to have ended" },
	{ "peer remove", "DOMAIN", NULL, PLACE_STORE, false, command_peer_remove,
	  "takes a sibling off the list with what waits for it" },
	{ "peer pause", "DOMAIN", NULL, PLACE_STORE, false, command_peer_pause,
	  "stops traffic both ways; deliveries wait" },
	{ "peer resume", "DOMAIN", NULL, PLACE_STORE, false, command_peer_resume, "ends a pause" },
	{ "peer limit", "DOMAIN", peer_limit_options, PLACE_STORE, false, command_peer_limit,
	  "bounds what a sibling may send, and prints the bounds; without options it only prints them" },
	{ "rule add", "KIND VALUE", rule_add_options, PLACE_STORE, false, command_rule_add,
	  "keeps something out, or from all but followers; KIND says what VALUE is\n\n"
	  "KIND:\n"
	  "  domain             a node and all below its domain: kept out\n"
	  "  account            an account, by address or name@host: kept out\n"
	  "  word               posts of other nodes with this word, or these in a row: kept out\n"
	  "  silence-domain     only followers meet who is of that domain\n"
	  "  silence-account    only followers meet that account\n"
	  "  sensitive-account  its media stand behind a warning\n"
	  "  network            addresses, such as 203.0.113.0/24: no access\n"
	  "  email-domain       nobody signs up with an address of that domain or below it" },
	{ "rule list", "", NULL, PLACE_STORE, false, command_rule_list, "lists the rules" },
	{ "rule remove", "KIND VALUE", NULL, PLACE_STORE, false, command_rule_remove, "takes a rule away" },
	{ "refusals", "", refusals_options, PLACE_STORE, false, command_refusals,
	  "what was not taken in lately, and why" },
	{ "report list", "", report_list_options, PLACE_STORE, false, command_report_list,
	  "what was reported and is open, the newest first" },
	{ "report show", "ID", NULL, PLACE_STORE, false, command_report_show,
	  "one report with its comment, and the addresses and texts of its posts" },
	{ "report close", "ID", NULL, PLACE_STORE, false, command_report_close, "puts a report aside" },
	{ "house-rule add", "TEXT", house_rule_add_options, PLACE_STORE, false, command_house_rule_add,
	  "a rule that people of this node keep to; clients and the page /legal show it, and reports cite it" },
	{ "house-rule list", "", NULL, PLACE_STORE, false, command_house_rule_list,
	  "the rules in order: id, language (- is their own), text, hint" },
	{ "house-rule edit", "ID", house_rule_edit_options, PLACE_STORE, false, command_house_rule_edit,
	  "changes its words, or those of a translation" },
	{ "house-rule move", "ID PLACE", NULL, PLACE_STORE, false, command_house_rule_move, "puts it elsewhere; 1 is the first" },
	{ "house-rule remove", "ID", NULL, PLACE_STORE, false, command_house_rule_remove,
	  "it holds no longer; reports that cite it keep it" },
	{ "audit list", "", audit_list_options, PLACE_STORE, false, command_audit_list,
	  "who did what to people's access and to the node, the newest first; - is the command line" },
	{ "audit verify", "", audit_verify_options, PLACE_STORE, false, command_audit_verify,
	  "follows the journal's chain of hashes; prints how many entries it has and its last hash, to note elsewhere" },
	{ "mail list", "", mail_list_options, PLACE_STORE, false, command_mail_list,
	  "mails of the last month, the newest first: to whom, what about, what came of it" },
	{ "mail show", "ID", NULL, PLACE_STORE, false, command_mail_show, "one mail: to whom, tries, what the relay said" },
	{ "mail retry", "ID", NULL, PLACE_STORE, false, command_mail_retry, "tries one that waits now" },
	{ "mail test", "ADDRESS", NULL, PLACE_STORE, false, command_mail_test,
	  "sends a test message and prints its ID, for mail show" },
	{ "directory test", "[NAME]", NULL, PLACE_STORE, false, command_directory_test,
	  "asks the company's directory how many people it has, or who somebody is there" },
	{ "directory preview", "", NULL, PLACE_STORE, false, command_directory_preview,
	  "what a synchronisation would do, line by line; changes nothing" },
	{ "directory sync", "", directory_sync_options, PLACE_STORE, false, command_directory_sync,
	  "does it: makes, changes, disables and enables accounts as the directory says" },
	{ "directory status", "[NAME]", NULL, PLACE_STORE, false, command_directory_status,
	  "how the last synchronisation went, or what the directory says of somebody and which rule matched" },
	{ "directory link", "NAME LOGIN", NULL, PLACE_STORE, false, command_directory_link,
	  "makes an account that is there that of LOGIN in the directory: its password is the directory's from then on" },
	{ "announcement add", "TEXT", announcement_options, PLACE_STORE, false, command_announcement_add,
	  "says something to all people of this node" },
	{ "announcement list", "", NULL, PLACE_STORE, false, command_announcement_list,
	  "lists the announcements, the newest first, with when they end" },
	{ "announcement remove", "ID", NULL, PLACE_STORE, false, command_announcement_remove, "takes one away" },
	{ "emoji add", "SHORTCODE FILE", emoji_options, PLACE_STORE, false, command_emoji_add,
	  "a picture for :SHORTCODE: in what people write: PNG, GIF or WebP, up to 256 KiB" },
	{ "emoji list", "", NULL, PLACE_STORE, false, command_emoji_list, "the emojis, with category, state and address" },
	{ "emoji disable", "SHORTCODE", NULL, PLACE_STORE, false, command_emoji_disable, "keeps it, but shows it as text" },
	{ "emoji enable", "SHORTCODE", NULL, PLACE_STORE, false, command_emoji_enable, "shows it again" },
	{ "emoji remove", "SHORTCODE", NULL, PLACE_STORE, false, command_emoji_remove, "takes one away; it is text from then on" },
	{ "text set", "NAME FILE", text_options, PLACE_STORE, false, command_text_set,
	  "says what the node is (about), what it keeps (privacy) or what one agrees to (terms): text or HTML\n\n"
	  "NAME:\n"
	  "  about    what the node is; clients show it (/api/v1/instance/extended_description), no page does\n"
	  "  privacy  what it keeps of people; on the page /legal, and in clients\n"
	  "  terms    what one agrees to; on the page /legal, and in clients" },
	{ "text show", "NAME", NULL, PLACE_STORE, false, command_text_show, "prints such a text" },
	{ "text remove", "NAME", text_options, PLACE_STORE, false, command_text_remove, "takes one away" },
	{ "post", "NAME TEXT", NULL, PLACE_STORE, false, command_post, "posts in a person's name" },
	{ "config", "", config_options, PLACE_STORE, false, command_config, "prints the configuration that holds" },
	{ "config get", "KEY", NULL, PLACE_STORE, false, command_config_get, "prints one value" },
	{ "config set", "KEY [VALUE]", NULL, PLACE_STORE, false, command_config_set,
	  "keeps a value in the store, which outranks the file; without VALUE forgets it" },
	{ "status", "", NULL, PLACE_STORE, false, command_status, "what the node holds and what waits" },
	{ "jobs", "", jobs_options, PLACE_STORE, false, command_jobs,
	  "waiting jobs: when due, kind, what about, tries\n\n"
	  "A job whose matter is gone, such as a post of a schedule that was changed, stands there until it is due, and ends then." },
	{ "check", "", NULL, PLACE_STORE, false, command_check, "verifies every index against its primary record" },
	{ "reindex", "", NULL, PLACE_STORE, false, command_reindex, "builds the search file anew from the store" },
	{ "routes", "", routes_options, PLACE_ALONE, false, command_routes, "prints the route table" },
	{ "version", "", NULL, PLACE_ALONE, false, command_version, "prints the version" },
};

const size_t command_count = sizeof(commands) / sizeof(commands[0]);
