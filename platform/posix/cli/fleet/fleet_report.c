/* Rows, lines and the summary of a run over many connections. What became of one connection that
 * was read or written is told by job/report.c. */
#include "platform/posix/cli/fleet/fleet_report.h"

#include "config/sentence.h"
#include "config/status_text.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/base/screen.h"
#include "platform/posix/cli/job/document.h"
#include "platform/posix/cli/job/listed.h"
#include "platform/posix/cli/job/report.h"

#include <stdio.h>
#include <string.h>

/* From how many columns on a row has the id, too. */
#define WIDTH_WITH_ID 100

/* What happened, without what follows from it. */
static void first_clause(char *out, size_t size, const char *text)
{
    (void)snprintf(out, size, "%.*s", (int)strcspn(text, ";"), text);
}

void fleet_report_unchanged(const struct cli_output *output, const struct connsync_result *listed,
                            enum connsync_status code)
{
    char clause[CS_SENTENCE_SIZE] = "";

    if (!output->json) {
        return;
    }
    if (code != CONNSYNC_OK) {
        first_clause(clause, sizeof clause, cs_status_text(code));
    }
    report_json_line(listed, connsync_outcome_name(CONNSYNC_UNCHANGED), connsync_status_name(code),
                     clause, NULL);
}

/* Of a plan: on a terminal what people look for first, ids only where there is room. */
static void print_columns(const struct document_row *row, enum screen_color color,
                          enum screen_color changed)
{
    const struct screen_cell cells[] = {{row->name, 0, color},
                                        {row->strategy, LISTED_STRATEGY_COLUMNS, color},
                                        {row->before, LISTED_SETTING_COLUMNS, color},
                                        {row->after, LISTED_SETTING_COLUMNS, changed},
                                        {row->id, LISTED_ID_COLUMNS, color}};
    bool has_id = screen_room(0) >= WIDTH_WITH_ID;

    screen_row(cells, sizeof cells / sizeof cells[0] - !has_id);
    if (row->note[0] != '\0') {
        output_put("    ");
        screen_print(row->note, changed);
        output_byte('\n');
    }
}

static void print_cells(const struct document_row *row, enum screen_color changed)
{
    const struct screen_cell cells[] = {
        {row->id, 0, SCREEN_PLAIN},       {row->name, 0, SCREEN_PLAIN},
        {row->strategy, 0, SCREEN_PLAIN}, {row->before, 0, SCREEN_PLAIN},
        {row->after, 0, changed},         {row->note, 0, SCREEN_PLAIN}};

    screen_row(cells, sizeof cells / sizeof cells[0] - (row->note[0] == '\0'));
}

static void print_row(unsigned format, const struct connsync_result *listed, const char *after,
                      bool is_refused, const char *note)
{
    static const struct document_row head = {"ID", "NAME", "STRATEGY", "BEFORE", "AFTER", ""};
    static bool has_head;
    struct connsync_result copy = *listed;
    const struct document_row row = {
        copy.id, copy.name, copy.strategy, connsync_setting_name(copy.before), after, note};

    enum screen_color changed = is_refused ? SCREEN_BAD : SCREEN_GOOD;

    log_clear_progress();
    cs_sentence_clean(copy.id);
    cs_sentence_clean(copy.name);
    cs_sentence_clean(copy.strategy);
    if (format != DOCUMENT_TEXT) {
        document_row((enum document_format)format, &row);
        return;
    }
    if (!screen_is_terminal()) {
        print_cells(&row, changed);
        return;
    }
    if (!has_head) {
        print_columns(&head, SCREEN_BOLD, SCREEN_BOLD);
        has_head = true;
    }
    print_columns(&row, SCREEN_PLAIN, changed);
}

void fleet_report_row(const struct cli_output *output, const struct connsync_result *listed,
                      enum connsync_setting wanted, enum connsync_status status)
{
    struct connsync_result copy = *listed;
    char clause[CS_SENTENCE_SIZE] = "";

    if (status != CONNSYNC_OK) {
        first_clause(clause, sizeof clause, cs_status_text(status));
    }
    copy.after = status == CONNSYNC_OK ? wanted : listed->before;
    if (output->json) {
        report_json_line(
            &copy,
            connsync_outcome_name(status == CONNSYNC_OK ? CONNSYNC_WOULD_CHANGE : CONNSYNC_REFUSED),
            connsync_status_name(status), clause, NULL);
        return;
    }
    print_row(output->format, listed,
              status == CONNSYNC_OK ? connsync_setting_name(wanted) : "refused",
              status != CONNSYNC_OK, clause);
}

void fleet_report_not_tried(const struct cli_output *output, const struct connsync_result *listed,
                            enum connsync_setting wanted, const char *code)
{
    struct connsync_result copy = *listed;

    if (output->json) {
        bool unmatched = strcmp(code, "unmatched") == 0;
        copy.after = unmatched ? wanted : listed->before;
        report_json_line(
            &copy, connsync_outcome_name(unmatched ? CONNSYNC_WOULD_CHANGE : CONNSYNC_FAILED), code,
            output->may_write ? "not tried; nothing written" : "not tried", NULL);
    }
}

uint64_t fleet_report_unmatched(const char *file, const struct cs_desired *desired)
{
    struct cs_desired_fault fault;
    size_t next = 0;
    uint64_t count = 0;

    while (cs_desired_next_unmatched(desired, &next, &fault)) {
        char sentence[CS_DESIRED_SENTENCE_SIZE];
        struct cs_writer writer;

        cs_writer_init(&writer, sentence, sizeof sentence);
        cs_desired_explain(&fault, desired->text, &writer);
        log_format(LOG_ERROR, "%.200s: %s", file, sentence);
        count++;
    }
    return count;
}

void fleet_report_last_line(const struct tally *tally)
{
    log_clear_progress();
    output_put("{\"summary\":{");
    tally_write_members(output_results(), tally);
    output_print("\"would_change\":%llu,\"code\":\"%s\"}}\n",
                 (unsigned long long)tally->would_change, connsync_status_name(tally->broke_off));
}

void fleet_report_summary(const struct cli_output *output, const struct tally *tally, bool is_watch)
{
    char summary[TALLY_TEXT_SIZE];

    if (tally->warnings > 0) {
        log_format(LOG_WARNING,
                   "never_on_login also keeps connections from creating users; it is new to %llu",
                   (unsigned long long)tally->warnings);
    }
    tally_write(tally, summary, sizeof summary);
    if (output->json) {
        fleet_report_last_line(tally);
    }
    if (output->json || is_watch) {
        log_write(LOG_NOTE, summary);
        return;
    }
    log_clear_progress();
    if (output->format != DOCUMENT_TEXT) {
        document_end((enum document_format)output->format, summary);
        return;
    }
    output_print("%s\n", summary);
}
