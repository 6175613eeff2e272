/* Lines of a diagnosis. What is found, and what it means for the exit code, is doctor.c's. */
#include "platform/posix/cli/check/finding.h"

#include "config/sentence.h"
#include "platform/posix/cli/base/json_out.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/base/screen.h"

#include <stdio.h>
#include <string.h>

void finding_print(bool json, const struct finding *finding, const char *text)
{
    char clean[CS_SENTENCE_SIZE];
    bool is_fine = strcmp(finding->status, "ok") == 0;

    log_clear_progress();
    (void)snprintf(clean, sizeof clean, "%s", text);
    if (!json) {
        cs_sentence_clean(clean);
        (void)fprintf(output_results(), "%-12s ", finding->check);
        screen_print(is_fine ? "" : finding->status, SCREEN_BAD);
        (void)fprintf(output_results(), "%s%s\n", is_fine ? "" : ": ", clean);
        return;
    }
    (void)putc('{', output_results());
    json_out_member(output_results(), "check", finding->check);
    json_out_member(output_results(), "status", finding->status);
    if (finding->figure != NULL) {
        (void)fprintf(output_results(), "\"%s\":%lld,", finding->figure, (long long)finding->value);
    }
    (void)fputs("\"message\":", output_results());
    json_out_string(output_results(), clean);
    (void)fputs("}\n", output_results());
}

static void print_lacks(const struct damage *damage)
{
    (void)fputs("\"lacks\":[", output_results());
    for (unsigned i = 0; i < damage->count; i++) {
        (void)fputs(i > 0 ? "," : "", output_results());
        json_out_string(output_results(), damage->lacks[i]);
    }
    (void)fputs("],", output_results());
}

void finding_print_damage(bool json, const struct connsync_result *result,
                          const struct damage *damage)
{
    char line[CS_SENTENCE_SIZE];
    struct cs_writer writer;

    log_clear_progress();
    cs_writer_init(&writer, line, sizeof line);
    if (!json) {
        cs_sentence_connection(&writer, result, NULL);
        damage_write(&writer, damage);
        cs_sentence_clean(line);
        screen_print("damaged      ", SCREEN_BAD);
        (void)fprintf(output_results(), "%s\n", line);
        return;
    }
    damage_write(&writer, damage);
    (void)fputs("{\"check\":\"damage\",\"status\":\"damaged\",", output_results());
    json_out_member(output_results(), "id", result->id);
    json_out_member(output_results(), "name", result->name);
    json_out_member(output_results(), "strategy", result->strategy);
    (void)fprintf(output_results(), "\"alone\":%s,", damage->is_alone ? "true" : "false");
    print_lacks(damage);
    (void)fputs("\"message\":", output_results());
    json_out_string(output_results(), line);
    (void)fputs("}\n", output_results());
}
