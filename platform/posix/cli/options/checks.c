/* Which options go together. An option that would be passed over in silence is an error: who
 * gives --domain to flash-image expects to find it in the image, and with --dry-run none. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/options/checks.h"

#include "config/flash_image.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum cli_action cli_check_flash_image(struct cli_options *options)
{
    if (!options->is_flash_image) {
        return options->output == NULL && options->partition_size == 0
                   ? CLI_RUN
                   : cli_wrong(options, "%s",
                               "--output and --partition-size go with flash-image only");
    }
    if (options->asks_tenant) {
        return cli_wrong(options, "%s",
                         "flash-image takes all from FILE, and no options but --output and "
                         "--partition-size");
    }
    if (options->output == NULL) {
        return cli_wrong(options, "%s", "flash-image needs --output IMAGE");
    }
    if (options->partition_size == 0) {
        options->partition_size = CS_FLASH_IMAGE_PARTITION_SIZE;
    }
    return CLI_RUN;
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

static bool may_write(const struct cli_options *options)
{
    return options->of_file == CLI_APPLY || options->of_file == CLI_WATCH ||
           (options->of_file == CLI_RUN && !options->is_flash_image &&
            options->job.operation != &connsync_operation_get &&
            options->job.operation != &connsync_operation_list);
}

static enum cli_action check_directory(struct cli_options *options)
{
    int fd = open(options->backup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        return cli_wrong(options, "--backup takes a directory; %.200s: %s", options->backup,
                         strerror(errno));
    }
    (void)close(fd);
    return CLI_RUN;
}

enum cli_action cli_check_change(struct cli_options *options)
{
    const char *number = options->correlation_id;
    bool any = options->backup != NULL || options->undo || options->changes || number != NULL;

    if (any && !may_write(options)) {
        return cli_wrong(options, "%s",
                         "--backup, --restore, --changes and --correlation-id go with commands "
                         "that write: set, patch, restore, apply and watch");
    }
    if (options->undo && options->job.operation == &connsync_operation_restore) {
        return cli_wrong(options, "%s", "--restore does not go with restore");
    }
    if (number != NULL && (number[0] == '\0' || strlen(number) >= CONNSYNC_CORRELATION_ID_SIZE ||
                           !is_visible(number))) {
        return cli_wrong(options, "--correlation-id takes 1 to %d characters of visible ASCII",
                         CONNSYNC_CORRELATION_ID_SIZE - 1);
    }
    return options->backup != NULL ? check_directory(options) : CLI_RUN;
}

enum cli_action cli_check_of_file(struct cli_options *options)
{
    if (options->out != NULL && options->of_file != CLI_PLAN) {
        return cli_wrong(options, "%s", "--out goes with plan only");
    }
    if (options->plan != NULL && options->of_file != CLI_APPLY) {
        return cli_wrong(options, "%s", "--plan goes with apply only");
    }
    if (options->of_file != CLI_WATCH && (options->every_s != 0 || options->status_file != NULL)) {
        return cli_wrong(options, "%s", "--every and --status-file go with watch only");
    }
    if (options->of_file == CLI_WATCH && options->job.dry_run) {
        return cli_wrong(options, "%s", "--dry-run does not go with watch; see connsync plan");
    }
    bool key_from_input = options->private_key != NULL && strcmp(options->private_key, "-") == 0;
    if (options->of_file == CLI_WATCH && key_from_input) {
        return cli_wrong(options, "%s",
                         "watch needs a private key that can be read again, not standard input");
    }
    return CLI_RUN;
}
