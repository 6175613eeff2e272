/* The help texts. Each command has one, with an example. They are printed by
 * cli_help_print(): what they share is in them as a mark only. */
#ifndef CONNSYNC_CLI_HELP_H
#define CONNSYNC_CLI_HELP_H

extern const char cli_help[];
extern const char cli_help_get[];
extern const char cli_help_set[];
extern const char cli_help_patch[];
extern const char cli_help_restore[];
extern const char cli_help_list[];
extern const char cli_help_import[];
extern const char cli_help_plan[];
extern const char cli_help_apply[];
extern const char cli_help_watch[];
extern const char cli_help_flash_image[];
extern const char cli_version[];

void cli_help_print(const char *text);

#endif
