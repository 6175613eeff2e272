/* The help texts. Each command has one, with an example. What is the same in several of
 * them is in the program once: print them with cli_help_print(). */
#ifndef CONNSYNC_CLI_HELP_H
#define CONNSYNC_CLI_HELP_H

extern const char cli_help[];
extern const char cli_help_get[];
extern const char cli_help_set[];
extern const char cli_help_patch[];
extern const char cli_help_restore[];
extern const char cli_help_list[];
extern const char cli_help_import[];
extern const char cli_help_doctor[];
extern const char cli_help_validate[];
extern const char cli_help_plan[];
extern const char cli_help_apply[];
extern const char cli_help_watch[];
extern const char cli_help_watch_status[];
extern const char cli_help_flash_image[];
/* Of NOTICE, what is in this program; made by cmake/notice.cmake. */
extern const char cli_licenses[];

/* Prints one of them to standard output. */
void cli_help_print(const char *text);

#endif
