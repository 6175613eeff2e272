/*
 * The commands: what each is called, does and takes, and what it says of itself.
 */
#ifndef CONNSYNC_CLI_COMMANDS_H
#define CONNSYNC_CLI_COMMANDS_H

#include "platform/posix/cli/options/options.h"

struct cli_command {
    const char *name;
    const struct connsync_operation *operation; /* of its job */
    const char *usage;                          /* what is to follow its name */
    const char *help;
    enum cli_action action;
    int arguments; /* plan, apply, watch and validate take none or one */
    bool writes;   /* to the tenant */
};

/* NULL if no command has this name. */
const struct cli_command *cli_command_find(const char *name);

/* Says that none has this name, and which one may be meant. CLI_USAGE_ERROR. */
enum cli_action cli_command_unknown(struct cli_message *message, const char *name);

/* May a FILE stand behind it? */
bool cli_command_takes_file(const struct cli_command *command);

/* Does it bring many connections to what connsync.json says? */
bool cli_command_is_of_fleet(const struct cli_command *command);

/* Reads what stands behind the command: gives its action, or CLI_USAGE_ERROR with the message. */
enum cli_action cli_command_read(struct cli_options *options, int count, char **words);

#endif
