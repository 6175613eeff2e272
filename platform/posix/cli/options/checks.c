/* Which options go together. An option that would be passed over in silence is an error: who
 * gives --domain to flash-image expects to find it in the image, and with --dry-run none. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/options/checks.h"

#include "config/flash_image.h"
#include "platform/posix/cli/options/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static enum cli_action check_flash_image(struct cli_options *options)
{
    if (options->command->action != CLI_FLASH_IMAGE) {
        /* `-o json`, as many programs spell it. */
        if (options->image.path != NULL && strcmp(options->image.path, "json") == 0) {
            options->output.json = true;
            options->image.path = NULL;
        }
        return options->image.path == NULL && options->image.partition_size == 0
                   ? CLI_RUN
                   : cli_wrong(&options->message,
                               "--output and --partition-size go with flash-image only");
    }
    if ((options->foreign & CLI_OF_IMAGE) != 0) {
        return cli_wrong(&options->message,
                         "flash-image takes all from FILE, and no options but --output and "
                         "--partition-size");
    }
    if (options->image.path == NULL) {
        return cli_wrong(&options->message, "flash-image needs --output IMAGE");
    }
    if (options->image.partition_size == 0) {
        options->image.partition_size = CS_FLASH_IMAGE_PARTITION_SIZE;
    }
    return CLI_RUN;
}

static enum cli_action check_status(struct cli_options *options)
{
    bool any = options->fleet.max_age_s != 0 || options->fleet.ready;
    bool foreign = (options->foreign & CLI_OF_STATUS) != 0;

    return !(options->command->action == CLI_WATCH_STATUS ? foreign : any)
               ? CLI_RUN
               : cli_wrong(&options->message,
                           "--max-age and --ready go with watch-status only, which takes no others "
                           "but --json");
}

static enum cli_action check_validate(struct cli_options *options)
{
    bool is_it = options->command->action == CLI_VALIDATE;

    if (!is_it && options->fleet.listing != NULL) {
        return cli_wrong(&options->message, "--listing goes with validate only");
    }
    return !is_it || (options->foreign & CLI_OF_FILE) == 0
               ? CLI_RUN
               : cli_wrong(&options->message,
                           "validate asks no tenant, and takes no options but --listing, --json "
                           "and --allow-encrypted-configuration");
}

static bool is_visible(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text <= ' ' || *text > '~') {
            return false;
        }
    }
    return true;
}

static enum cli_action check_directory(struct cli_options *options)
{
    int fd = open(options->safeguards.backup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        return cli_wrong(&options->message, "--backup takes a directory; %.200s: %s",
                         options->safeguards.backup, strerror(errno));
    }
    (void)close(fd);
    return CLI_RUN;
}

static enum cli_action check_safeguards(struct cli_options *options)
{
    const char *number = options->safeguards.correlation_id;
    bool any = options->safeguards.backup != NULL || options->safeguards.restore ||
               options->safeguards.changes || number != NULL;

    if (any && !options->command->writes) {
        return cli_wrong(&options->message,
                         "--backup, --restore, --changes and --correlation-id go with commands "
                         "that write: set, patch, restore, apply and watch");
    }
    if (options->safeguards.restore && options->job.operation == &connsync_operation_restore) {
        return cli_wrong(&options->message, "--restore does not go with restore");
    }
    if (number != NULL && (number[0] == '\0' || strlen(number) >= CONNSYNC_CORRELATION_ID_SIZE ||
                           !is_visible(number))) {
        return cli_wrong(&options->message,
                         "--correlation-id takes 1 to %d characters of visible ASCII",
                         CONNSYNC_CORRELATION_ID_SIZE - 1);
    }
    return options->safeguards.backup != NULL ? check_directory(options) : CLI_RUN;
}

static enum cli_action check_format(struct cli_options *options)
{
    const char *format = options->fleet.format;
    int number =
        format != NULL ? cs_words_find("text\0json\0markdown\0html\0", cs_slice_of(format)) : 0;

    if (format != NULL && options->command->action != CLI_PLAN) {
        return cli_wrong(&options->message, "--format goes with plan only");
    }
    if (number < 0 || (number > 1 && options->output.json)) {
        return cli_wrong(
            &options->message,
            "--format takes text, json, markdown or html, the last two without --json");
    }
    options->output.format = (unsigned)number;
    options->output.json |= number == 1;
    return CLI_RUN;
}

static enum cli_action check_fleet(struct cli_options *options)
{
    if (options->fleet.yes && options->command->action != CLI_APPLY) {
        return cli_wrong(&options->message, "--yes goes with apply only");
    }
    if (options->fleet.out != NULL && options->command->action != CLI_PLAN) {
        return cli_wrong(&options->message, "--out goes with plan only");
    }
    if (options->fleet.plan != NULL && options->command->action != CLI_APPLY) {
        return cli_wrong(&options->message, "--plan goes with apply only");
    }
    if (options->fleet.parallel != 0 && !cli_command_is_of_fleet(options->command)) {
        return cli_wrong(&options->message, "--parallel goes with plan, apply and watch only");
    }
    if (options->command->action != CLI_WATCH &&
        (options->fleet.every_s != 0 || options->fleet.status_file != NULL ||
         options->fleet.metrics_file != NULL)) {
        return cli_wrong(&options->message,
                         "--every, --status-file and --metrics-file go with watch only");
    }
    if (options->command->action == CLI_WATCH && options->job.dry_run) {
        return cli_wrong(&options->message, "--dry-run does not go with watch; see connsync plan");
    }
    if (options->command->action == CLI_WATCH &&
        (cli_is_input(options->sources.private_key) || cli_is_input(options->sources.token_file) ||
         cli_is_input(options->sources.client_secret_file))) {
        return cli_wrong(&options->message,
                         "watch needs credentials that can be read again, not standard input");
    }
    return CLI_RUN;
}

/* watch has the session of the run before in memory. */
static enum cli_action check_early_data(struct cli_options *options)
{
    const struct cli_credentials *credentials = &options->credentials;
    bool keeps_none = credentials->no_session_cache || credentials->no_token_cache;

    return !credentials->early_data || !keeps_none || options->command->action == CLI_WATCH
               ? CLI_RUN
               : cli_wrong(&options->message,
                           "--early-data needs a kept session: not with --no-session-cache or "
                           "--no-token-cache");
}

enum cli_action cli_check(struct cli_options *options)
{
    enum cli_action action = check_flash_image(options);

    if (action == CLI_RUN) {
        action = check_status(options);
    }
    if (action == CLI_RUN) {
        action = check_validate(options);
    }
    if (action == CLI_RUN) {
        action = check_safeguards(options);
    }
    if (action == CLI_RUN) {
        action = check_format(options);
    }
    if (action == CLI_RUN) {
        action = check_early_data(options);
    }
    return action == CLI_RUN ? check_fleet(options) : action;
}
