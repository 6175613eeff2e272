#include "platform/posix/cli/report.h"

#include "core/sentence.h"
#include "platform/posix/cli/json_out.h"
#include "platform/posix/cli/log.h"

#include <stdio.h>

#define EXIT_DRIFT 2
#define EXIT_CREDENTIALS 4

static const char *clean(char *text)
{
    cs_sentence_clean(text);
    return text;
}

/* ---- JSON ---- */

void report_json_line(const struct connsync_result *result, const char *outcome, const char *code,
                      const char *message)
{
    log_clear_progress();
    (void)putchar('{');
    json_out_member(stdout, "id", result->id);
    json_out_member(stdout, "name", result->name);
    json_out_member(stdout, "strategy", result->strategy);
    json_out_member(stdout, "before", connsync_setting_name(result->before));
    json_out_member(stdout, "after", connsync_setting_name(result->after));
    json_out_member(stdout, "status", outcome);
    json_out_member(stdout, "code", code);
    json_out_member(stdout, "message", message);
    (void)printf("\"requests\":%u}\n", (unsigned)result->requests);
}

/* ---- Words ---- */

static bool is_network(enum connsync_status status)
{
    return status >= CONNSYNC_ERR_NAME && status <= CONNSYNC_ERR_NETWORK;
}

bool report_blames_proxy(enum connsync_status status, const struct report_cause *cause)
{
    return cause->proxy != CONNSYNC_POSIX_PROXY_FINE &&
           (is_network(status) || status == CONNSYNC_ERR_TIMEOUT);
}

int report_exit_code(const struct connsync_result *result, enum connsync_status status,
                     const struct report_cause *cause)
{
    if (report_blames_proxy(status, cause) && cause->proxy == CONNSYNC_POSIX_PROXY_CREDENTIALS) {
        return EXIT_CREDENTIALS;
    }
    if (status == CONNSYNC_OK && result->outcome == CONNSYNC_WOULD_CHANGE) {
        return EXIT_DRIFT;
    }
    return connsync_status_exit_code(status);
}

void report_figures(uint64_t requests, const struct connsync *agent)
{
    log_format(LOG_NOTE, "%llu requests, %u TLS handshakes, %zu bytes of memory",
               (unsigned long long)requests, (unsigned)connsync_result(agent)->handshakes,
               connsync_memory_high_water(agent));
}

void report_error(const char *message)
{
    log_write(LOG_ERROR, message);
}

void report_item(const struct cli_options *options, const struct connsync_result *result)
{
    struct connsync_result copy = *result;

    if (options->json) {
        report_json_line(result, "unchanged", connsync_status_name(CONNSYNC_OK), "");
        return;
    }
    (void)printf("%s\t%s\t%s\t%s\n", clean(copy.id), clean(copy.strategy),
                 connsync_setting_name(copy.before), clean(copy.name));
}

static void report_success(const struct cli_options *options, const struct connsync_result *result)
{
    char line[CS_SENTENCE_SIZE];
    struct cs_writer writer;

    if (options->job.operation == CONNSYNC_LIST) {
        return;
    }
    if (options->json) {
        report_json_line(result, connsync_outcome_name(result->outcome),
                         connsync_status_name(CONNSYNC_OK), "");
        return;
    }
    if (options->job.operation == CONNSYNC_GET) {
        (void)puts(connsync_setting_name(result->before));
        return;
    }
    cs_writer_init(&writer, line, sizeof line);
    cs_sentence_connection(&writer, result, options->job.connection);
    cs_sentence_outcome(&writer, result);
    log_clear_progress();
    (void)puts(clean(line));
}

static void add_failure(struct cs_writer *line, const struct connsync_result *result,
                        enum connsync_status status, const struct report_cause *cause)
{
    if (report_blames_proxy(status, cause)) {
        cs_write_string(line, cause->reason);
        return;
    }
    if (status == CONNSYNC_ERR_RATE_LIMITED && result->wait_ms == CS_PACE_NEVER) {
        cs_write_string(line, "the tenant's rate limit allows no more requests than --leave keeps");
        return;
    }
    bool proxy = status == CONNSYNC_ERR_UNVERIFIED && report_blames_proxy(result->cause, cause);
    cs_sentence_failure(line, result, status, proxy ? cause->reason : NULL);
    if (is_network(status) && cause->reason[0] != '\0') {
        cs_write_string(line, " (");
        cs_write_string(line, cause->reason);
        cs_write_string(line, ")");
    }
}

void report_end(const struct cli_options *options, const struct connsync_result *result,
                enum connsync_status status, const struct report_cause *cause)
{
    char line[CS_SENTENCE_SIZE];
    struct cs_writer writer;

    if (status == CONNSYNC_OK) {
        report_success(options, result);
        return;
    }
    cs_writer_init(&writer, line, sizeof line);
    cs_sentence_connection(&writer, result, options->job.connection);
    size_t message = writer.length;
    add_failure(&writer, result, status, cause);
    if (options->json) {
        const char *code = report_blames_proxy(status, cause)
                               ? connsync_posix_proxy_failure_name(cause->proxy)
                               : connsync_status_name(status);
        report_json_line(result, connsync_outcome_name(result->outcome), code, line + message);
    }
    report_error(line);
}
