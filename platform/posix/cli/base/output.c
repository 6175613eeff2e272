/* The two streams, over descriptors that may take less than they are given. A stream of the C
 * library gives up and drops bytes where write() says EAGAIN or EINTR. What is printed, and what
 * the exit code is when it cannot be, is the callers'. */
#define _GNU_SOURCE 1 /* fopencookie() */

#include "platform/posix/cli/base/output.h"

#include "platform/posix/cli/base/json_out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#define RESULTS_SIZE 4096u
#define TICK_MS 1000
/* How many of them a reader that takes nothing is given when the program is to end. */
#define TICKS_IN_A_HURRY 5u

struct output {
    FILE *stream;
    int fd;
    int error;    /* the first one */
    bool goes_on; /* after an error: each line is of use without the others */
};

static struct output results = {NULL, STDOUT_FILENO, 0, false};
static struct output messages = {NULL, STDERR_FILENO, 0, true};
static char results_buffer[RESULTS_SIZE];
static char messages_buffer[OUTPUT_MESSAGE_SIZE];
static volatile sig_atomic_t hurry; /* how often it was asked for, up to twice */

void output_hurry(void)
{
    hurry = hurry == 0 ? 1 : 2;
}

/* Until the descriptor takes a byte or says why not. False, with errno, if it is too late for
 * that. */
static bool wait_for_room(int fd)
{
    struct pollfd room = {fd, POLLOUT, 0};
    unsigned ticks = 0;

    for (;;) {
        int count = poll(&room, 1, hurry < 2 ? TICK_MS : 0);
        if (count > 0) {
            return true;
        }
        if (count < 0 && errno != EINTR) {
            return false;
        }
        ticks += count == 0 && hurry != 0;
        if (ticks >= (hurry < 2 ? TICKS_IN_A_HURRY : 1)) {
            errno = ETIMEDOUT;
            return false;
        }
    }
}

static bool write_all(int fd, const char *data, size_t length)
{
    while (length > 0) {
        if (!wait_for_room(fd)) {
            return false;
        }
        ssize_t written = write(fd, data, length);
        if (written < 0 && errno != EINTR && errno != EAGAIN) {
            return false;
        }
        if (written > 0) {
            data += written;
            length -= (size_t)written;
        }
    }
    return true;
}

/* Behind a gap, results would pass for whole. */
static bool put(struct output *output, const char *data, size_t length)
{
    if (output->error != 0 && !output->goes_on) {
        return false;
    }
    if (write_all(output->fd, data, length)) {
        return true;
    }
    if (output->error == 0) {
        output->error = errno;
    }
    return false;
}

/* Zero is an error (fopencookie(3)). */
static ssize_t put_cookie(void *cookie, const char *data, size_t length)
{
    return put(cookie, data, length) ? (ssize_t)length : 0;
}

static bool open_stream(struct output *output, char *buffer, size_t size, int mode)
{
    const cookie_io_functions_t functions = {NULL, put_cookie, NULL, NULL};

    output->stream = fopencookie(output, "w", functions);
    return output->stream != NULL && setvbuf(output->stream, buffer, mode, size) == 0;
}

/* Takes the place of what is closed: a file that cannot be used, or where there is no /dev a socket
 * that leads nowhere. */
static int open_nothing(int mode)
{
    int fd = open("/dev/null", mode);

    return fd >= 0 ? fd : socket(AF_UNIX, SOCK_STREAM, 0);
}

/* Opened for what it is not used for: what is written to a closed standard output is lost, which
 * is to be an error. Nobody wants to know what is written to a closed standard error. */
static bool keep_standard_descriptors(void)
{
    static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY};

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open_nothing(modes[fd]) != fd) {
            return false;
        }
    }
    return true;
}

bool output_begin(void)
{
    if (!keep_standard_descriptors()) {
        return false;
    }
    /* Who looks on is shown each line. */
    int mode = isatty(STDOUT_FILENO) != 0 ? _IOLBF : _IOFBF;
    return open_stream(&results, results_buffer, RESULTS_SIZE, mode) &&
           open_stream(&messages, messages_buffer, OUTPUT_MESSAGE_SIZE, _IOFBF);
}

FILE *output_results(void)
{
    return results.stream;
}

void output_put(const char *text)
{
    (void)fputs(text, results.stream);
}

void output_byte(char byte)
{
    (void)putc((unsigned char)byte, results.stream);
}

void output_print(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    (void)vfprintf(results.stream, format, values);
    va_end(values);
}

void output_string(const char *text)
{
    json_out_string(results.stream, text);
}

void output_member(const char *name, const char *value)
{
    json_out_member(results.stream, name, value);
}

FILE *output_messages(void)
{
    return messages.stream;
}

bool output_flush(void)
{
    (void)fflush(results.stream);
    (void)fflush(messages.stream);
    return results.error == 0;
}

bool output_write_secret(const char *data, size_t length)
{
    return output_flush() && put(&results, data, length);
}

int output_results_error(void)
{
    return results.error;
}

int output_messages_error(void)
{
    return messages.error;
}
