/* The rows of `connsync list`. What becomes of the list as a whole is report.c's. */
#include "platform/posix/cli/job/listed.h"

#include "config/sentence.h"
#include "config/status_text.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/job/report.h"

#include <stdio.h>

bool listed_is_unread(enum connsync_status cause)
{
    return cause == CONNSYNC_REFUSED_NO_OPTIONS || cause == CONNSYNC_REFUSED_DEPTH ||
           cause == CONNSYNC_REFUSED_TOO_LARGE;
}

void listed_tell_unread(const struct connsync_result *result)
{
    log_format(LOG_ERROR, "%s (%s): %s", result->name, result->id, cs_status_text(result->cause));
}

static void print_row(const struct connsync_result *result)
{
    struct connsync_result copy = *result;

    cs_sentence_clean(copy.id);
    cs_sentence_clean(copy.strategy);
    cs_sentence_clean(copy.name);
    (void)fprintf(output_results(), "%s\t%s\t%s\t%s\n", copy.id, copy.strategy,
                  connsync_setting_name(copy.before), copy.name);
}

void listed_report(const struct cli_output *output, const struct connsync_result *result)
{
    bool is_unread = listed_is_unread(result->cause);
    enum connsync_status code = is_unread ? result->cause : CONNSYNC_OK;
    const char *message = is_unread ? cs_status_text(code) : "";

    if (output->json) {
        report_json_line(result,
                         connsync_outcome_name(is_unread ? CONNSYNC_REFUSED : CONNSYNC_UNCHANGED),
                         connsync_status_name(code), message, NULL);
    } else {
        print_row(result);
    }
    if (is_unread) {
        listed_tell_unread(result);
    }
}
