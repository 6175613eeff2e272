/* Words of the command line that plan, apply and watch brought: intervals, rates, the form of the
 * log. Which of them go together is checks.c's. */
#include "platform/posix/cli/options/options_of_file.h"

#include "platform/posix/cli/options/help.h"

#include <string.h>

/* A request in 1,000 s, and more than any tenant allows. */
#define RPS_MAX 1000u
#define RPS_DIGITS_MAX 3
#define LEAVE_MAX 1000000u

bool cli_read_command_of_file(struct cli_options *options, const char *command)
{
    static const char commands[] = "plan\0apply\0watch\0";
    int found = cs_words_find(commands, cs_slice_of(command));

    if (found < 0) {
        return false;
    }
    options->of_file = (enum cli_action)(CLI_PLAN + found);
    options->job.operation = &connsync_operation_set;
    return true;
}

const char *cli_help_of_file(const struct cli_options *options)
{
    if (options->of_file == CLI_PLAN) {
        return cli_help_plan;
    }
    return options->of_file == CLI_APPLY ? cli_help_apply : cli_help_watch;
}

enum cli_action cli_read_every(struct cli_options *options, const char *text)
{
    if (!cs_interval_read(text, &options->every_s)) {
        return cli_wrong(options,
                         "--every takes a whole number and s, m, h or d, from 1s to 30d, not "
                         "\"%.40s\"",
                         text);
    }
    return CLI_RUN;
}

enum cli_action cli_read_log_format(struct cli_options *options, const char *text)
{
    options->json_logs = strcmp(text, "json") == 0;
    if (!options->json_logs && strcmp(text, "text") != 0) {
        return cli_wrong(options, "--log-format takes text or json, not \"%.40s\"", text);
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
        return cli_wrong(options,
                         "--max-rps takes requests a second from 0.001 to %u, not \"%.40s\"",
                         RPS_MAX, text);
    }
    options->pace.interval_ms = (uint32_t)((1000000 + rate - 1) / rate);
    return CLI_RUN;
}

enum cli_action cli_read_leave(struct cli_options *options, const char *text)
{
    uint64_t count = 0;

    if (!cs_slice_to_u64(cs_slice_of(text), &count) || count > LEAVE_MAX) {
        return cli_wrong(options,
                         "--leave takes a whole number of requests up to %u, not \"%.40s\"",
                         LEAVE_MAX, text);
    }
    options->pace.leave = (uint32_t)count;
    return CLI_RUN;
}
