/* `connsync watch-status`: reads what status_file.c has written. Alive is a watch that goes on, be
 * its runs good or bad: to start it again would not mend those. Ready is one whose last run did well. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/watch_status.h"

#include "config/exit_code.h"
#include "core/json/json.h"
#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/base/json_out.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Four touches. */
#define MAX_AGE_S 120u
/* Its longest string, the last error, has a line of a log, in which each byte may be escaped. */
#define TEXT_SIZE 8192u
#define STATE_SIZE 16u

struct answer {
    bool alive;
    bool ready;
    int64_t age_s; /* since it was touched */
    char state[STATE_SIZE];
    uint64_t runs;
    uint64_t exit_code; /* of the last run */
    char reason[CLI_MESSAGE_SIZE];
};

static void no(struct answer *answer, const char *path, const char *why)
{
    (void)snprintf(answer->reason, sizeof answer->reason, "%.200s: %s", path, why);
}

static bool read_members(struct answer *answer, struct cs_slice text)
{
    struct cs_json_facts facts;

    return cs_json_check(text, &facts) == CONNSYNC_OK &&
           cs_value_decode(cs_json_member(text, "state"), answer->state, sizeof answer->state) &&
           cs_slice_to_u64(cs_json_member(text, "runs"), &answer->runs) &&
           cs_slice_to_u64(cs_json_member(text, "exit"), &answer->exit_code);
}

static bool read_file(struct answer *answer, const char *path)
{
    static char text[TEXT_SIZE];
    struct stat facts;
    ssize_t length = file_read(path, text, sizeof text);

    if (length < 0 || stat(path, &facts) != 0) {
        no(answer, path, strerror(errno));
        return false;
    }
    answer->age_s = log_utc_now() - (int64_t)facts.st_mtime;
    if (!read_members(answer, cs_slice_make(text, (size_t)length))) {
        no(answer, path, "this is no status file of watch");
        return false;
    }
    return true;
}

static void judge(struct answer *answer, const char *path, int64_t max_age_s)
{
    if (!read_file(answer, path)) {
        return;
    }
    if (strcmp(answer->state, "stopped") == 0) {
        no(answer, path, "watch has ended");
        return;
    }
    /* A time to come, of a clock that was set back, tells nothing either. */
    answer->alive = answer->age_s <= max_age_s && answer->age_s >= -max_age_s;
    answer->ready = answer->alive && answer->runs > 0 && answer->exit_code == CS_EXIT_DONE;
    if (!answer->alive) {
        no(answer, path, "watch has not touched it for too long; it hangs, or is not there");
    } else if (!answer->ready) {
        no(answer, path, answer->runs > 0 ? "the last run failed" : "no run has ended yet");
    }
}

static void print_json(const struct answer *answer)
{
    FILE *out = output_results();

    (void)fprintf(out, "{\"alive\":%s,\"ready\":%s,\"age_s\":%lld,\"runs\":%llu,\"exit\":%llu,",
                  answer->alive ? "true" : "false", answer->ready ? "true" : "false",
                  (long long)answer->age_s, (unsigned long long)answer->runs,
                  (unsigned long long)answer->exit_code);
    json_out_member(out, "state", answer->state);
    (void)fputs("\"message\":", out);
    json_out_string(out, answer->reason);
    (void)fputs("}\n", out);
}

int cli_watch_status(const struct cli_options *options)
{
    uint32_t max_age_s = options->fleet.max_age_s;
    struct answer answer;

    memset(&answer, 0, sizeof answer);
    judge(&answer, options->file, max_age_s != 0 ? max_age_s : MAX_AGE_S);
    bool good = options->fleet.ready ? answer.ready : answer.alive;
    if (options->output.json) {
        print_json(&answer);
    } else if (good) {
        (void)fprintf(output_results(), "%s, %lld s ago\n", answer.state, (long long)answer.age_s);
    } else {
        log_error(answer.reason);
    }
    return good ? CS_EXIT_DONE : CS_EXIT_FAILURE;
}
