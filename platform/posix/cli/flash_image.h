/* `connsync flash-image`: connsync.json in, the image of a board's partition out. */
#ifndef CONNSYNC_CLI_FLASH_IMAGE_H
#define CONNSYNC_CLI_FLASH_IMAGE_H

#include <stddef.h>

/*
 * Reads the file `input` ("-": standard input), checks that it is a connsync.json that
 * a board can follow and that its image fits `partition_size` bytes, and makes the file
 * `output` ("-": standard output, if that is no terminal). A file is there whole or not
 * at all, and only its owner can read it: it holds a secret. Says what it made or what
 * is wrong, and gives the exit code.
 */
int cli_flash_image(const char *input, const char *output, size_t partition_size);

#endif
