/*
 * What goes to stderr: errors and notes, one line each, and on a terminal one line of
 * progress that the next line takes the place of.
 */
#ifndef CONNSYNC_CLI_LOG_H
#define CONNSYNC_CLI_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum log_level {
    LOG_NOTE,
    LOG_WARNING,
    LOG_ERROR
};

/* "2026-01-31T09:00:00Z" with its final NUL. */
#define LOG_TIME_SIZE 21

/* From now on a line is a JSON object with time, level and message. Else it is
 * "connsync: " and the message. */
void log_as_json(void);

/* One line; control characters are replaced. */
void log_write(enum log_level level, const char *message);
/* The same for an error. */
void log_error(const char *message);
__attribute__((format(printf, 2, 3))) void log_format(enum log_level level, const char *format,
                                                      ...);

/* The last error that was written, without a name of the program; "" if there was none
 * since the last call of log_forget_error(). */
const char *log_last_error(void);
void log_forget_error(void);

/* Shows progress, if stderr is a terminal and takes text; not more often than it can be
 * read. `now` is in milliseconds. */
__attribute__((format(printf, 2, 3))) void log_progress(uint64_t now, const char *format, ...);
/* Before anything is written to stdout, which may be the same terminal. */
void log_clear_progress(void);

/* RFC 3339, in UTC. */
void log_time(char out[LOG_TIME_SIZE], int64_t utc_seconds);
/* Seconds since 1970. */
int64_t log_utc_now(void);

#endif
