/* Whole files, as they are read by every part of the command line. */
#ifndef CONNSYNC_CLI_FILE_H
#define CONNSYNC_CLI_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* Reads the file at `path` ("-" is standard input) into `out`. The bytes read, `size` if
 * there are that many or more; -1 with errno. */
ssize_t file_read(const char *path, char *out, size_t size);

#endif
