/*
 * What the rows of the command table run, by subject: a file commands_….c for each.
 * Each returns an exit status; the place (store, writer, instance) is filled by cli.c.
 */
#ifndef NODE_CLI_COMMANDS_H
#define NODE_CLI_COMMANDS_H

#include "node/cli/cli.h"

int command_init(struct cli *cli);
int command_serve(struct cli *cli);
int command_routes(struct cli *cli);
int command_version(struct cli *cli);
int command_status(struct cli *cli);
int command_jobs(struct cli *cli);
int command_check(struct cli *cli);
int command_reindex(struct cli *cli);
int command_config(struct cli *cli);
int command_config_get(struct cli *cli);
int command_config_set(struct cli *cli);

int command_user_add(struct cli *cli);
int command_user_list(struct cli *cli);
int command_user_show(struct cli *cli);
int command_user_sessions(struct cli *cli);
int command_user_factor_list(struct cli *cli);
int command_user_factor_remove(struct cli *cli);
int command_user_disable(struct cli *cli);
int command_user_enable(struct cli *cli);
int command_user_password(struct cli *cli);
int command_user_email(struct cli *cli);
int command_user_rotate_keys(struct cli *cli);
int command_user_alias(struct cli *cli);
int command_user_move(struct cli *cli);
int command_user_unmove(struct cli *cli);
int command_user_export(struct cli *cli);
int command_user_import(struct cli *cli);
int command_invite_create(struct cli *cli);
int command_invite_list(struct cli *cli);
int command_invite_show(struct cli *cli);
int command_invite_revoke(struct cli *cli);
int command_invite_resend(struct cli *cli);
int command_data_export(struct cli *cli);
int command_data_import(struct cli *cli);
int command_data_imports(struct cli *cli);
int command_token_create(struct cli *cli);
int command_house_rule_add(struct cli *cli);
int command_house_rule_list(struct cli *cli);
int command_house_rule_edit(struct cli *cli);
int command_house_rule_move(struct cli *cli);
int command_house_rule_remove(struct cli *cli);
int command_announcement_add(struct cli *cli);
int command_announcement_list(struct cli *cli);
int command_announcement_remove(struct cli *cli);
int command_emoji_add(struct cli *cli);
int command_emoji_list(struct cli *cli);
int command_emoji_disable(struct cli *cli);
int command_emoji_enable(struct cli *cli);
int command_emoji_remove(struct cli *cli);
int command_text_set(struct cli *cli);
int command_text_show(struct cli *cli);
int command_text_remove(struct cli *cli);
int command_post(struct cli *cli);

int command_peer_add(struct cli *cli);
int command_peer_list(struct cli *cli);
int command_peer_show(struct cli *cli);
int command_peer_remove(struct cli *cli);
int command_peer_pause(struct cli *cli);
int command_peer_resume(struct cli *cli);
int command_peer_limit(struct cli *cli);

int command_rule_add(struct cli *cli);
int command_rule_list(struct cli *cli);
int command_rule_remove(struct cli *cli);
int command_refusals(struct cli *cli);

int command_report_list(struct cli *cli);
int command_report_show(struct cli *cli);
int command_report_close(struct cli *cli);

/* How words and messages list the roles. */
#define ROLE_WORDS "moderator, people_manager, data_protection_officer and admin"

int command_role_grant(struct cli *cli);
int command_role_revoke(struct cli *cli);
int command_role_list(struct cli *cli);
int command_role_actions(struct cli *cli);

int command_audit_list(struct cli *cli);
int command_audit_verify(struct cli *cli);

int command_directory_test(struct cli *cli);
int command_directory_preview(struct cli *cli);
int command_directory_sync(struct cli *cli);
int command_directory_status(struct cli *cli);
int command_directory_link(struct cli *cli);
/* What the directory has to do with somebody, as lines of `user show`. */
struct view;
void cli_print_directory(struct cli *cli, struct view *view, uint64_t account_id);

int command_mail_list(struct cli *cli);
int command_mail_show(struct cli *cli);
int command_mail_retry(struct cli *cli);
int command_mail_test(struct cli *cli);
/* What mail_queue() needs (node/mail/queue.h), wherever the command runs. ERR_IO: the key beside the store. */
struct mailer;
int cli_mailer(struct cli *cli, struct mailer *ret_mailer);

#endif
