/* Numbers, intervals, rates and words of the command line. Which options go together is
 * checks.c's; what the readers below set, the other parts' to use. */
#include "platform/posix/cli/options/values.h"

#include "config/flash_image.h"
#include "core/base/text.h"
#include "platform/posix/cli/base/screen.h"
#include "platform/posix/network/posix_port.h"

#include <string.h>

#define TIMEOUT_SECONDS_MAX 86400u
/* A request in 1,000 s, and more than any tenant allows. */
#define RPS_MAX 1000u
#define RPS_DIGITS_MAX 3
#define LEAVE_MAX 1000000u

enum cli_action cli_read_timeout(struct cli_options *options, const char *text)
{
    uint64_t seconds = 0;

    if (!cs_slice_to_u64(cs_slice_of(text), &seconds) || seconds == 0 ||
        seconds > TIMEOUT_SECONDS_MAX) {
        return cli_wrong(&options->message,
                         "--timeout takes whole seconds from 1 to 86400, not \"%.40s\"", text);
    }
    options->tenant.timeout_ms = (uint32_t)seconds * 1000u;
    return CLI_RUN;
}

enum cli_action cli_read_connect_to(struct cli_options *options, const char *text)
{
    options->tenant.has_connect_to = true;
    if (!cs_copy_string(options->tenant.connect_to_host, CLI_HOST_SIZE, cs_slice_of(text)) ||
        !cs_host_read(options->tenant.connect_to_host, &options->tenant.connect_to_port)) {
        return cli_wrong(&options->message,
                         "--connect-to takes ADDRESS or ADDRESS:PORT, not \"%.100s\"", text);
    }
    return CLI_RUN;
}

enum cli_action cli_read_partition_size(struct cli_options *options, const char *text)
{
    uint64_t size = 0;

    if (!cs_slice_to_u64(cs_slice_of(text), &size) || size <= CS_FLASH_IMAGE_HEAD_SIZE ||
        size > CLI_PARTITION_SIZE_MAX) {
        return cli_wrong(&options->message,
                         "--partition-size takes whole bytes from 17 to %u, not \"%.40s\"",
                         CLI_PARTITION_SIZE_MAX, text);
    }
    options->image.partition_size = (size_t)size;
    return CLI_RUN;
}

static enum cli_action read_interval(struct cli_message *message, const char *option,
                                     const char *text, uint32_t *seconds)
{
    return cs_interval_read(text, seconds)
               ? CLI_RUN
               : cli_wrong(message,
                           "%s takes a whole number and s, m, h or d, from 1s to 30d, not "
                           "\"%.40s\"",
                           option, text);
}

enum cli_action cli_read_every(struct cli_options *options, const char *text)
{
    return read_interval(&options->message, "--every", text, &options->fleet.every_s);
}

enum cli_action cli_read_max_age(struct cli_options *options, const char *text)
{
    return read_interval(&options->message, "--max-age", text, &options->fleet.max_age_s);
}

enum cli_action cli_read_log_format(struct cli_options *options, const char *text)
{
    options->output.json_logs = strcmp(text, "json") == 0;
    if (!options->output.json_logs && strcmp(text, "text") != 0) {
        return cli_wrong(&options->message, "--log-format takes text or json, not \"%.40s\"", text);
    }
    return CLI_RUN;
}

/* A number with up to three decimals, in thousandths. */
static bool read_thousandths(const char *text, uint64_t *value)
{
    const char *point = strchr(text, '.');
    size_t whole = point != NULL ? (size_t)(point - text) : strlen(text);
    uint64_t decimals = 0;
    size_t digits = point != NULL ? strlen(point + 1) : 0;

    if (!cs_slice_to_u64(cs_slice_make(text, whole), value) || *value > RPS_MAX) {
        return false;
    }
    if (point != NULL && (digits == 0 || digits > RPS_DIGITS_MAX ||
                          !cs_slice_to_u64(cs_slice_of(point + 1), &decimals))) {
        return false;
    }
    for (; digits < RPS_DIGITS_MAX; digits++) {
        decimals *= 10;
    }
    *value = *value * 1000 + decimals;
    return true;
}

enum cli_action cli_read_max_rps(struct cli_options *options, const char *text)
{
    uint64_t rate = 0;

    if (!read_thousandths(text, &rate) || rate == 0 || rate > RPS_MAX * 1000) {
        return cli_wrong(&options->message,
                         "--max-rps takes requests a second from 0.001 to %u, not \"%.40s\"",
                         RPS_MAX, text);
    }
    options->tenant.pace.interval_ms = (uint32_t)((1000000 + rate - 1) / rate);
    return CLI_RUN;
}

enum cli_action cli_read_leave(struct cli_options *options, const char *text)
{
    uint64_t count = 0;

    if (!cs_slice_to_u64(cs_slice_of(text), &count) || count > LEAVE_MAX) {
        return cli_wrong(&options->message,
                         "--leave takes a whole number of requests up to %u, not \"%.40s\"",
                         LEAVE_MAX, text);
    }
    options->tenant.pace.leave = (uint32_t)count;
    return CLI_RUN;
}

enum cli_action cli_read_parallel(struct cli_options *options, const char *text)
{
    uint64_t count = 0;

    if (!cs_slice_to_u64(cs_slice_of(text), &count) || count == 0 ||
        count > CONNSYNC_POSIX_WAIT_MAX) {
        return cli_wrong(
            &options->message,
            "--parallel takes a whole number of connections from 1 to %u, not \"%.40s\"",
            CONNSYNC_POSIX_WAIT_MAX, text);
    }
    options->fleet.parallel = (unsigned)count;
    return CLI_RUN;
}

enum cli_action cli_read_color(struct cli_options *options, const char *value)
{
    int when = cs_words_find("auto\0always\0never\0", cs_slice_of(value));

    if (when < 0) {
        return cli_wrong(&options->message, "--color takes auto, always or never, not \"%.40s\"",
                         value);
    }
    screen_set_colors((enum screen_when)when);
    return CLI_RUN;
}
