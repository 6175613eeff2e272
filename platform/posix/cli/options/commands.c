/* The table of commands, and the reading of what stands behind one. Options, wherever they stand,
 * are command_line.c's. */
#include "platform/posix/cli/options/commands.h"

#include "platform/posix/cli/options/help.h"
#include "platform/posix/cli/options/spelling.h"

#include <string.h>

static const char listed[] = "there are get, set, patch, restore, list, doctor, validate, plan, "
                             "apply, watch, watch-status, import and flash-image";

static const struct cli_command commands[] = {
    {"get", &connsync_operation_get, "CONNECTION", cli_help_get, CLI_RUN, 1, false},
    {"set", &connsync_operation_set, "CONNECTION VALUE", cli_help_set, CLI_RUN, 2, true},
    {"patch", &connsync_operation_patch, "CONNECTION FILE", cli_help_patch, CLI_RUN, 2, true},
    {"restore", &connsync_operation_restore, "FILE", cli_help_restore, CLI_RUN, 1, true},
    {"list", &connsync_operation_list, "", cli_help_list, CLI_RUN, 0, false},
    {"doctor", &connsync_operation_list, "", cli_help_doctor, CLI_DOCTOR, 0, false},
    {"validate", &connsync_operation_get, "[FILE]", cli_help_validate, CLI_VALIDATE, 0, false},
    {"plan", &connsync_operation_set, "", cli_help_plan, CLI_PLAN, 0, false},
    {"apply", &connsync_operation_set, "", cli_help_apply, CLI_APPLY, 0, true},
    {"watch", &connsync_operation_set, "", cli_help_watch, CLI_WATCH, 0, true},
    {"watch-status", &connsync_operation_get, "FILE", cli_help_watch_status, CLI_WATCH_STATUS, 1,
     false},
    {"import", &connsync_operation_list, "", cli_help_import, CLI_IMPORT, 0, false},
    {"flash-image", &connsync_operation_get, "FILE -o IMAGE", cli_help_flash_image, CLI_FLASH_IMAGE,
     1, false},
};

const struct cli_command *cli_command_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

/* Commands of other programs (kubectl, terraform, gh) and ours. */
static const char foreign[] = "ls\0list\0show\0get\0describe\0get\0edit\0set\0update\0patch\0"
                              "diff\0plan\0preview\0plan\0rollback\0restore\0undo\0restore\0"
                              "export\0import\0dump\0import\0pull\0import\0push\0apply\0";

enum cli_action cli_command_unknown(struct cli_message *message, const char *name)
{
    const char *meant = spelling_translate(foreign, cs_slice_of(name));
    unsigned least = meant != NULL ? 0 : SPELLING_FAR;

    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        unsigned distance = spelling_distance(cs_slice_of(name), commands[i].name);
        if (distance < least) {
            least = distance;
            meant = commands[i].name;
        }
    }
    return meant != NULL ? cli_wrong(message, "unknown command \"%.60s\"; did you mean %s? %s",
                                     name, meant, listed)
                         : cli_wrong(message, "unknown command \"%.60s\"; %s", name, listed);
}

bool cli_command_takes_file(const struct cli_command *command)
{
    return cli_command_is_of_fleet(command) || strstr(command->usage, "FILE") != NULL;
}

bool cli_command_is_of_fleet(const struct cli_command *command)
{
    return command->action == CLI_PLAN || command->action == CLI_APPLY ||
           command->action == CLI_WATCH;
}

static enum cli_action read_setting(struct cli_options *options, const char *word)
{
    options->job.wanted = connsync_setting_parse(word);
    options->says_off = strcmp(word, "off") == 0;
    return options->job.wanted != CONNSYNC_SETTING_UNKNOWN
               ? CLI_RUN
               : cli_wrong(&options->message,
                           "VALUE is on_each_login, on_first_login, never_on_login, on or off; "
                           "not \"%.60s\"",
                           word);
}

/* Of get, set and patch: the connection comes first. */
static enum cli_action read_connection(struct cli_options *options, char **words)
{
    options->job.connection = words[0];
    if (words[0][0] == '\0') {
        return cli_wrong(&options->message, "CONNECTION is empty: give an id (con_...) or a name");
    }
    if (options->command->operation == &connsync_operation_patch) {
        options->file = words[1];
    }
    return options->command->operation == &connsync_operation_set ? read_setting(options, words[1])
                                                                  : CLI_RUN;
}

enum cli_action cli_command_read(struct cli_options *options, int count, char **words)
{
    const struct cli_command *command = options->command;
    bool takes_file = cli_command_is_of_fleet(command) || command->action == CLI_VALIDATE;
    int taken = takes_file && count > 0 ? 1 : command->arguments;

    if (count < taken) {
        return cli_wrong(&options->message, "usage: connsync %s %s", command->name, command->usage);
    }
    if (count > taken) {
        return cli_wrong(&options->message, "unexpected argument \"%.60s\"", words[taken]);
    }
    if (taken > 0 &&
        (command->action != CLI_RUN || command->operation == &connsync_operation_restore)) {
        options->file = words[0];
    } else if (taken > 0) {
        return read_connection(options, words);
    }
    return command->action;
}
