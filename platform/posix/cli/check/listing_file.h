/*
 * A tenant's connections from a file: the lines that `connsync list --json` prints, or what the
 * Management API answers, an array or an object that has it as `connections`.
 */
#ifndef CONNSYNC_CLI_LISTING_FILE_H
#define CONNSYNC_CLI_LISTING_FILE_H

#include "core/connsync.h"
#include "core/json/json.h"
#include "platform/posix/cli/options/options.h"

struct listing_file {
    const char *path;
    void *mapping; /* the text, which may hold secrets */
    size_t length;
    struct cs_slice rest;     /* lines that are left, */
    struct cs_json_walk walk; /* or elements */
    bool allow_encrypted;
    bool has_failed;
    struct cli_message *message; /* what is wrong then */
};

/* Reads the file. False, with the message, if it cannot be read or is no such thing. */
bool listing_file_read(struct listing_file *file, const char *path, struct cli_message *message);

/* The next connection; false behind the last one, and with `has_failed` at one that is none. */
bool listing_file_next(void *file, struct connsync_result *listed);

/* Wipes and gives back. */
void listing_file_free(struct listing_file *file);

#endif
