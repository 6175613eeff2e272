#include "platform/posix/cli/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* The result's longest text is a name of 128 bytes. */
#define CLEAN_SIZE (CONNSYNC_NAME_SIZE + 1)
#define LINE_SIZE 1024

/* A terminal acts on control characters, and a service or a caller may send any. */
static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

static const char *clean(const char *text, char out[CLEAN_SIZE])
{
    size_t length = 0;

    for (; *text != '\0' && length + 1 < CLEAN_SIZE; text++) {
        out[length++] = is_control(*text) ? '?' : *text;
    }
    out[length] = '\0';
    return out;
}

/* ---- JSON ---- */

static void print_json_string(const char *text)
{
    (void)putchar('"');
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') {
            (void)printf("\\%c", byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            (void)printf("\\u%04x", byte);
        } else {
            (void)putchar(byte);
        }
    }
    (void)putchar('"');
}

static void print_json_member(const char *name, const char *value)
{
    (void)printf("\"%s\":", name);
    print_json_string(value);
    (void)putchar(',');
}

static void print_json_line(const struct connsync_result *result, const char *outcome,
                            const char *code, const char *message)
{
    (void)putchar('{');
    print_json_member("id", result->id);
    print_json_member("name", result->name);
    print_json_member("strategy", result->strategy);
    print_json_member("before", connsync_setting_name(result->before));
    print_json_member("after", connsync_setting_name(result->after));
    print_json_member("status", outcome);
    print_json_member("code", code);
    print_json_member("message", message);
    (void)printf("\"requests\":%u}\n", (unsigned)result->requests);
}

/* ---- Words ---- */

struct line {
    char text[LINE_SIZE];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
    va_list arguments;
    size_t room = sizeof line->text - line->length;

    va_start(arguments, format);
    int written = vsnprintf(line->text + line->length, room, format, arguments);
    va_end(arguments);
    if (written > 0) {
        line->length += (size_t)written < room ? (size_t)written : room - 1;
    }
}

static void add_connection(struct line *line, const struct cli_options *options,
                           const struct connsync_result *result)
{
    char name[CLEAN_SIZE];
    char id[CLEAN_SIZE];

    if (result->name[0] != '\0') {
        add(line, "%s (%s): ", clean(result->name, name), clean(result->id, id));
    } else if (options->job.connection != NULL) {
        add(line, "%s: ", clean(options->job.connection, name));
    }
}

static void add_loss(struct line *line, const struct connsync_result *result)
{
    add(line, " (%u lost, %u changed, %u added, %u equal)", (unsigned)result->lost,
        (unsigned)result->changed, (unsigned)result->added, (unsigned)result->verified);
}

/* What prevented the verification. Such texts end in "nothing written" where they
 * stand for themselves; here something may have been. */
static void add_cause(struct line *line, const char *text)
{
    const char *claim = strstr(text, "; nothing written");
    size_t length = claim != NULL ? (size_t)(claim - text) : strlen(text);

    add(line, " (%.*s)", (int)length, text);
}

static bool is_network(enum connsync_status status)
{
    return status >= CONNSYNC_ERR_NAME && status <= CONNSYNC_ERR_NETWORK;
}

bool report_blames_proxy(enum connsync_status status, const struct report_cause *cause)
{
    return cause->proxy != CONNSYNC_POSIX_PROXY_FINE &&
           (is_network(status) || status == CONNSYNC_ERR_TIMEOUT);
}

static void add_details(struct line *line, const struct connsync_result *result,
                        enum connsync_status status, const struct report_cause *cause)
{
    char code[CLEAN_SIZE];

    if (status == CONNSYNC_ERR_LOSS) {
        add_loss(line, result);
    }
    if (status == CONNSYNC_ERR_UNVERIFIED) {
        bool proxy = report_blames_proxy(result->cause, cause);
        add_cause(line, proxy ? cause->reason : connsync_status_text(result->cause));
    }
    if (status == CONNSYNC_REFUSED_PASSWORDLESS) {
        add(line, " (strategy %s)", clean(result->strategy, code));
    }
    if (result->missing_scope != NULL) {
        add(line, " (%s)", result->missing_scope);
    }
    if (result->http_status >= 300) {
        add(line, " (HTTP %u%s%s)", (unsigned)result->http_status,
            result->service_code[0] != '\0' ? ", " : "", clean(result->service_code, code));
    }
    if (result->bytes_needed > 0) {
        add(line, " (%zu bytes are needed)", result->bytes_needed);
    }
    if (status == CONNSYNC_ERR_RATE_LIMITED) {
        add(line, " (it asks to wait %llu s)", (unsigned long long)(result->wait_ms / 1000));
    }
    if (is_network(status) && cause->reason[0] != '\0') {
        add(line, " (%s)", cause->reason);
    }
}

static void describe_success(struct line *line, const struct connsync_result *result)
{
    const char *before = connsync_setting_name(result->before);

    switch (result->outcome) {
    case CONNSYNC_CHANGED:
        add(line, "%s -> %s; %u other options verified unchanged", before,
            connsync_setting_name(result->after), (unsigned)result->verified);
        if (result->derived + result->added > 0) {
            add(line, " (%u recomputed, %u added by the service)", (unsigned)result->derived,
                (unsigned)result->added);
        }
        break;
    case CONNSYNC_WOULD_CHANGE:
        add(line, "%s, would change; nothing written", before);
        break;
    default:
        add(line, "%s already; nothing written", before);
        break;
    }
}

void report_error(const char *message)
{
    (void)fputs("connsync: ", stderr);
    for (; *message != '\0'; message++) {
        (void)fputc(is_control(*message) ? '?' : *message, stderr);
    }
    (void)fputc('\n', stderr);
}

void report_item(const struct cli_options *options, const struct connsync_result *result)
{
    char id[CLEAN_SIZE];
    char name[CLEAN_SIZE];
    char strategy[CLEAN_SIZE];

    if (options->json) {
        print_json_line(result, "unchanged", connsync_status_name(CONNSYNC_OK), "");
        return;
    }
    (void)printf("%s\t%s\t%s\t%s\n", clean(result->id, id), clean(result->strategy, strategy),
                 connsync_setting_name(result->before), clean(result->name, name));
}

static void report_success(const struct cli_options *options, const struct connsync_result *result)
{
    struct line line = {"", 0};

    if (options->job.operation == CONNSYNC_LIST) {
        return;
    }
    if (options->json) {
        print_json_line(result, connsync_outcome_name(result->outcome),
                        connsync_status_name(CONNSYNC_OK), "");
        return;
    }
    if (options->job.operation == CONNSYNC_GET) {
        (void)puts(connsync_setting_name(result->before));
        return;
    }
    add_connection(&line, options, result);
    describe_success(&line, result);
    (void)puts(line.text);
}

void report_end(const struct cli_options *options, const struct connsync_result *result,
                enum connsync_status status, const struct report_cause *cause)
{
    struct line line = {"", 0};
    const char *code = connsync_status_name(status);

    if (status == CONNSYNC_OK) {
        report_success(options, result);
        return;
    }
    if (report_blames_proxy(status, cause)) {
        code = connsync_posix_proxy_failure_name(cause->proxy);
        add(&line, "%s", cause->reason);
    } else {
        add(&line, "%s", connsync_status_text(status));
        add_details(&line, result, status, cause);
    }
    if (options->json) {
        print_json_line(result, connsync_outcome_name(result->outcome), code, line.text);
    }
    struct line whole = {"", 0};
    add_connection(&whole, options, result);
    add(&whole, "%s", line.text);
    report_error(whole.text);
}
