/* What the commands do; the table is in commands.c. */
#ifndef APP_COMMANDS_H
#define APP_COMMANDS_H
#include "app/args.h"

#define COMMAND(f) enum rc f(struct app *app, const struct args *a, struct err *e)
COMMAND(cmd_help);
COMMAND(cmd_version);
COMMAND(cmd_init);
COMMAND(cmd_key_new);
COMMAND(cmd_key_rotate);
COMMAND(cmd_upgrade);
COMMAND(cmd_check);
COMMAND(cmd_compact);
COMMAND(cmd_policy_check);
COMMAND(cmd_policy_test);
COMMAND(cmd_policy_diff);
COMMAND(cmd_policy_list);
COMMAND(cmd_policy_explain);
COMMAND(cmd_policy_load);
COMMAND(cmd_param_list);
COMMAND(cmd_param_set);
COMMAND(cmd_import);
COMMAND(cmd_layout_look);
COMMAND(cmd_layout_list);
COMMAND(cmd_layout_import);
COMMAND(cmd_layout_forget);
COMMAND(cmd_deliveries);
COMMAND(cmd_withdraw);
COMMAND(cmd_status);
COMMAND(cmd_screen);
COMMAND(cmd_checks);
COMMAND(cmd_checks_list);
COMMAND(cmd_checks_return);
COMMAND(cmd_checks_answers);
COMMAND(cmd_checks_accept);
COMMAND(cmd_checks_exceptions);
COMMAND(cmd_checks_revoke);
COMMAND(cmd_whatif);
COMMAND(cmd_match_list);
COMMAND(cmd_match_show);
COMMAND(cmd_match_auto);
COMMAND(cmd_match_decide);
COMMAND(cmd_match_undo);
COMMAND(cmd_match_log);
COMMAND(cmd_match_links);
COMMAND(cmd_match_duplicates);
COMMAND(cmd_match_merge);
COMMAND(cmd_match_apart);
COMMAND(cmd_explain);
COMMAND(cmd_history);
COMMAND(cmd_backtest);
COMMAND(cmd_generate);
COMMAND(cmd_divisions_import);
COMMAND(cmd_divisions_find);
#undef COMMAND
#endif
