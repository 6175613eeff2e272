/* Lines of a diagnosis. What is found, and what it means for the exit code, is doctor.c's. */
#include "platform/posix/cli/check/finding.h"

#include "config/sentence.h"
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
        output_print("%-12s ", finding->check);
        screen_print(is_fine ? "" : finding->status, SCREEN_BAD);
        output_print("%s%s\n", is_fine ? "" : ": ", clean);
        return;
    }
    output_byte('{');
    output_member("check", finding->check);
    output_member("status", finding->status);
    if (finding->figure != NULL) {
        output_print("\"%s\":%lld,", finding->figure, (long long)finding->value);
    }
    output_put("\"message\":");
    output_string(clean);
    output_put("}\n");
}

static void print_lacks(const struct damage *damage)
{
    output_put("\"lacks\":[");
    for (unsigned i = 0; i < damage->count; i++) {
        output_put(i > 0 ? "," : "");
        output_string(damage->lacks[i]);
    }
    output_put("],");
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
        output_print("%s\n", line);
        return;
    }
    damage_write(&writer, damage);
    output_put("{\"check\":\"damage\",\"status\":\"damaged\",");
    output_member("id", result->id);
    output_member("name", result->name);
    output_member("strategy", result->strategy);
    output_print("\"alone\":%s,", damage->is_alone ? "true" : "false");
    print_lacks(damage);
    output_put("\"message\":");
    output_string(line);
    output_put("}\n");
}
