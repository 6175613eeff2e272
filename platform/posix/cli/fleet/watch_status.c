/* `connsync watch-status`: reads what status_file.c has written. Alive is a watch that goes on, be
 * its runs good or bad: to start it again would not mend those. Ready is one whose last run did well. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/watch_status.h"

#include "config/exit_code.h"
#include "core/json/json.h"
#include "platform/posix/cli/base/file.h"
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

struct answer {
    bool alive;
    bool ready;
    long long age_s;        /* since it was touched */
    struct cs_slice status; /* what is in the file, if it is what is to be there; or null */
};

static char text[TEXT_SIZE];

/* Why the answer is not yes to both questions; "" if it is. */
static const char *judge(struct answer *answer, const char *path, long long max_age_s)
{
    struct cs_json_sought found[] = {
        {"state", CS_JSON_ROOT, 0, {NULL, 0}},
        {"runs", CS_JSON_ROOT, 0, {NULL, 0}},
        {"exit", CS_JSON_ROOT, 0, {NULL, 0}},
    };
    struct cs_json_facts facts;
    struct stat file;
    ssize_t length = file_read(path, text, sizeof text);

    if (length < 0 || stat(path, &file) != 0) {
        return strerror(errno);
    }
    struct cs_slice whole = cs_slice_make(text, (size_t)length);
    if (cs_json_check_find(whole, &facts, found, 3) != CONNSYNC_OK || found[0].count != 1 ||
        found[1].count != 1 || found[2].count != 1) {
        return "this is no status file of watch";
    }
    answer->status = cs_json_trim(whole);
    answer->age_s = (long long)log_utc_now() - (long long)file.st_mtime;
    if (cs_value_string_is(found[0].value, "stopped")) {
        return "watch has ended";
    }
    /* A time to come, of a clock that was set back, tells nothing either. */
    answer->alive = answer->age_s <= max_age_s && answer->age_s >= -max_age_s;
    if (!answer->alive) {
        return "watch has not touched it for too long; it hangs, or is not there";
    }
    if (cs_slice_is(found[1].value, "0")) {
        return "no run has ended yet";
    }
    answer->ready = cs_slice_is(found[2].value, "0");
    return answer->ready ? "" : "the last run failed";
}

int cli_watch_status(const struct cli_options *options)
{
    uint32_t max_age_s = options->fleet.max_age_s;
    struct answer answer = {false, false, 0, cs_slice_of("null")};
    const char *reason = judge(&answer, options->file, max_age_s != 0 ? max_age_s : MAX_AGE_S);
    bool good = options->fleet.ready ? answer.ready : answer.alive;

    if (options->output.json) {
        output_print("{\"alive\":%s,\"ready\":%s,\"age_s\":%lld,\"message\":\"%s\","
                     "\"status\":%.*s}\n",
                     answer.alive ? "true" : "false", answer.ready ? "true" : "false", answer.age_s,
                     reason, (int)answer.status.length, answer.status.data);
    } else if (good) {
        output_print("alive, %lld s ago\n", answer.age_s);
    } else {
        log_format(LOG_ERROR, "%.200s: %s", options->file, reason);
    }
    return good ? CS_EXIT_DONE : CS_EXIT_FAILURE;
}
