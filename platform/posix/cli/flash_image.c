/* `connsync flash-image`: reads, checks and writes files; a usage error writes none. How an image
 * is laid out, and what a board can follow, is config/'s. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/flash_image.h"

#include "config/desired.h"
#include "config/exit_code.h"
#include "config/flash_image.h"
#include "platform/posix/cli/base/atomic_file.h"
#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/fleet/desired_file.h"
#include "platform/posix/cli/job/report.h"
#include "platform/posix/cli/options/options.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The head, and the text behind it. A byte more than the largest partition, so that
 * what is too large can be told from what just fits. */
static char image[CLI_PARTITION_SIZE_MAX + 1];
static struct cs_desired_entry entries[CS_DESIRED_BOARD_ENTRIES_MAX];

__attribute__((format(printf, 2, 3))) static int wrong(int code, const char *format, ...)
{
    char message[CLI_MESSAGE_SIZE];
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    log_error(message);
    return code;
}

/* ---- In ---- */

static int read_input(const char *path, struct cs_slice *json)
{
    char *text = image + CS_FLASH_IMAGE_HEAD_SIZE;
    size_t room = sizeof image - CS_FLASH_IMAGE_HEAD_SIZE;
    ssize_t length = file_read(path, text, room);

    if (length < 0) {
        return wrong(CS_EXIT_USAGE, "cannot read the file %.200s: %s", path, strerror(errno));
    }
    desired_file_blank_schema(text, (size_t)length);
    *json = cs_slice_make(text, (size_t)length);
    return 0;
}

static int check(const char *path, struct cs_slice json, size_t partition_size,
                 struct cs_desired *desired)
{
    char sentence[CS_DESIRED_SENTENCE_SIZE];
    struct cs_desired_fault fault;
    struct cs_writer writer;
    size_t size = CS_FLASH_IMAGE_HEAD_SIZE + json.length;

    if (size > sizeof image - 1) {
        return wrong(CS_EXIT_USAGE, "%.200s: too large for any board", path);
    }
    if (!cs_desired_read(desired, json, entries, CS_DESIRED_BOARD_ENTRIES_MAX, &fault) ||
        !cs_desired_check_board(desired, &fault)) {
        cs_writer_init(&writer, sentence, sizeof sentence);
        cs_desired_explain(&fault, json, &writer);
        return wrong(CS_EXIT_USAGE, "%.200s: %s", path, sentence);
    }
    if (size > partition_size) {
        return wrong(CS_EXIT_USAGE,
                     "%.200s: its image has %zu bytes, and the partition %zu; shorten the file, "
                     "or give the board a larger one and say so with --partition-size",
                     path, size, partition_size);
    }
    return 0;
}

/* ---- Out ---- */

static bool replace(const char *path, size_t length)
{
    struct atomic_file file;

    if (!atomic_file_begin(&file, path)) {
        return false;
    }
    /* The C library would keep a copy of the secret. */
    (void)setvbuf(file.out, NULL, _IONBF, 0);
    if (fwrite(image, 1, length, file.out) != length) {
        int error = errno;
        atomic_file_abandon(&file);
        errno = error;
        return false;
    }
    return atomic_file_commit(&file, S_IRUSR | S_IWUSR);
}

/* An interrupt waits, so that it leaves no temporary file with a secret behind. */
static bool replace_undisturbed(const char *path, size_t length)
{
    sigset_t all;
    sigset_t before;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    bool done = replace(path, length);
    int error = errno;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return done;
}

static int write_file(const char *path, size_t length)
{
    struct stat status;

    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        return wrong(CS_EXIT_USAGE,
                     "%.200s is not a file: the image holds a secret and goes into one", path);
    }
    if (!replace_undisturbed(path, length)) {
        return wrong(CS_EXIT_FAILURE, "cannot write %.200s: %s", path, strerror(errno));
    }
    return 0;
}

static int write_stdout(size_t length)
{
    if (isatty(STDOUT_FILENO) != 0) {
        return wrong(CS_EXIT_USAGE, "the image is not written to a terminal: it holds a secret");
    }
    return output_write_secret(image, length) ? 0 : CS_EXIT_FAILURE;
}

static int make(const char *input, const char *output, size_t partition_size)
{
    struct cs_desired desired;
    uint8_t head[CS_FLASH_IMAGE_HEAD_SIZE];
    struct cs_slice json = {NULL, 0};
    int code = read_input(input, &json);

    memset(&desired, 0, sizeof desired);
    if (code == 0) {
        code = check(input, json, partition_size, &desired);
    }
    if (code != 0) {
        return code;
    }
    (void)cs_flash_image_head(head, json);
    memcpy(image, head, sizeof head);
    size_t length = sizeof head + json.length;
    if (strcmp(output, "-") == 0) {
        return write_stdout(length);
    }
    code = write_file(output, length);
    if (code == 0) {
        output_print("%s: %zu of %zu bytes, %zu connection%s, every %u s; it holds a secret\n",
                     output, length, partition_size, desired.count, desired.count == 1 ? "" : "s",
                     (unsigned)desired.every_s);
    }
    return code;
}

int cli_flash_image(const char *input, const char *output, size_t partition_size)
{
    int code = make(input, output, partition_size);

    cs_wipe(image, sizeof image);
    return code;
}
