/* Lines on stderr, as text or as JSON, and the progress that a terminal is shown. What is said,
 * and what goes to stdout, is report.c's and fleet_report.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/base/log.h"

#include "config/sentence.h"
#include "core/base/civil.h"
#include "core/base/text.h"
#include "platform/posix/cli/base/json_out.h"
#include "platform/posix/cli/base/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE (CS_SENTENCE_SIZE + 256)
#define PROGRESS_SIZE 80
#define PROGRESS_EVERY_MS 100u

static bool as_json;
static char last_error[LINE_SIZE];
static bool shows_progress;
static uint64_t progress_at;

void log_as_json(void)
{
    as_json = true;
}

int64_t log_utc_now(void)
{
    return (int64_t)time(NULL);
}

void log_time(char out[LOG_TIME_SIZE], int64_t utc_seconds)
{
    struct cs_civil civil;

    /* Not strftime(), which brings time zones and locales with it. */
    cs_civil_from_utc(utc_seconds, &civil);
    (void)snprintf(out, LOG_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02uZ",
                   (unsigned)civil.year % 10000u, (unsigned)civil.month % 100u,
                   (unsigned)civil.day % 100u, (unsigned)civil.hour % 100u,
                   (unsigned)civil.minute % 100u, (unsigned)civil.second % 100u);
}

const char *log_last_error(void)
{
    return last_error;
}

void log_forget_error(void)
{
    last_error[0] = '\0';
}

void log_clear_progress(void)
{
    if (shows_progress) {
        (void)fputs("\r\033[K", output_messages());
        (void)fflush(output_messages()); /* before what the other stream shows in its place */
        shows_progress = false;
    }
}

static void write_json(enum log_level level, const char *message)
{
    char now[LOG_TIME_SIZE];

    log_time(now, log_utc_now());
    (void)fprintf(output_messages(), "{\"time\":\"%s\",\"level\":\"%s\",\"message\":", now,
                  cs_words_at("info\0warning\0error\0", (unsigned)level));
    json_out_string(output_messages(), message);
    (void)fputs("}\n", output_messages());
}

void log_write(enum log_level level, const char *message)
{
    char line[LINE_SIZE];

    (void)snprintf(line, sizeof line, "%s", message);
    cs_sentence_clean(line);
    if (level == LOG_ERROR) {
        memcpy(last_error, line, sizeof last_error);
    }
    log_clear_progress();
    if (as_json) {
        write_json(level, line);
    } else {
        (void)fprintf(output_messages(), "connsync: %s%s\n",
                      level == LOG_WARNING ? "warning: " : "", line);
    }
    (void)fflush(output_messages());
}

void log_error(const char *message)
{
    log_write(LOG_ERROR, message);
}

void log_format(enum log_level level, const char *format, ...)
{
    char line[LINE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    log_write(level, line);
}

void log_progress(uint64_t now, const char *format, ...)
{
    char line[PROGRESS_SIZE];
    va_list arguments;

    if (as_json || isatty(STDERR_FILENO) == 0 ||
        (shows_progress && now < progress_at + PROGRESS_EVERY_MS)) {
        return;
    }
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    cs_sentence_clean(line);
    (void)fprintf(output_messages(), "\r\033[K%s", line);
    (void)fflush(output_messages());
    shows_progress = true;
    progress_at = now;
}
