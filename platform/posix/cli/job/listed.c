/* The rows of `connsync list`. What becomes of the list as a whole is report.c's. */
#include "platform/posix/cli/job/listed.h"

#include "config/sentence.h"
#include "config/status_text.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/screen.h"
#include "platform/posix/cli/job/report.h"

bool listed_is_unread(enum connsync_status cause)
{
    return cause == CONNSYNC_REFUSED_NO_OPTIONS || cause == CONNSYNC_REFUSED_DEPTH ||
           cause == CONNSYNC_REFUSED_TOO_LARGE;
}

void listed_tell_unread(const struct connsync_result *result)
{
    log_format(LOG_ERROR, "%s (%s): %s", result->name, result->id, cs_status_text(result->cause));
}

/* What people look for first comes first; programs find what they found always. */
static void print_cells(const char *id, const char *strategy, const char *setting, const char *name,
                        enum screen_color color)
{
    if (screen_is_terminal()) {
        const struct screen_cell cells[] = {{name, 0, color},
                                            {strategy, LISTED_STRATEGY_COLUMNS, color},
                                            {setting, LISTED_SETTING_COLUMNS, color},
                                            {id, LISTED_ID_COLUMNS, color}};
        screen_row(cells, sizeof cells / sizeof cells[0]);
    } else {
        const struct screen_cell cells[] = {
            {id, 0, color}, {strategy, 0, color}, {setting, 0, color}, {name, 0, color}};
        screen_row(cells, sizeof cells / sizeof cells[0]);
    }
}

static void print_row(const struct connsync_result *result)
{
    static bool has_head;
    struct connsync_result copy = *result;

    if (!has_head && screen_is_terminal()) {
        print_cells("ID", "STRATEGY", "SETTING", "NAME", SCREEN_BOLD);
    }
    has_head = true;
    cs_sentence_clean(copy.id);
    cs_sentence_clean(copy.strategy);
    cs_sentence_clean(copy.name);
    print_cells(copy.id, copy.strategy, connsync_setting_name(copy.before), copy.name,
                SCREEN_PLAIN);
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
