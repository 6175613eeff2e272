/*
 * Standard output and standard error: every byte is written, or it is known that one was not.
 *
 * A descriptor that does not take all at once (a signal came, or it is in non-blocking mode and its
 * reader is slow) is waited for. Nothing else of the program prints to stdout or stderr.
 */
#ifndef CONNSYNC_CLI_OUTPUT_H
#define CONNSYNC_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* To be called before any file or socket is opened, which would else take the place of a standard
 * descriptor that the caller has closed. False if that cannot be prevented, or without memory. */
bool output_begin(void);

/* What was asked for, on standard output. */
FILE *output_results(void);
void output_put(const char *text);
void output_byte(char byte);
void output_print(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* As JSON: a string, and a member of an object with the comma behind it (json_out.h). */
void output_string(const char *text);
void output_member(const char *name, const char *value);

/* What is said beside it, on standard error. What fits into OUTPUT_MESSAGE_SIZE goes out in one
 * call when it is flushed. */
FILE *output_messages(void);
#define OUTPUT_MESSAGE_SIZE 16384u

/* Writes out what is in memory. False if standard output has lost a byte, now or before. */
bool output_flush(void);

/* Writes bytes of a secret to standard output, of which no copy stays in memory. */
bool output_write_secret(const char *data, size_t length);

/* The errno of what standard output lost first; 0 if it has all bytes. */
int output_results_error(void);
/* The same of standard error, which is tried again by each line. */
int output_messages_error(void);

/* The program is to end, says a signal handler: a reader that takes nothing is waited for no
 * longer than a few seconds from now on, and after the second call not at all. */
void output_hurry(void);

#endif
