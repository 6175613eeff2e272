/* Counts what became of the connections of one run, and the worst exit code. */
#ifndef CONNSYNC_CLI_TALLY_H
#define CONNSYNC_CLI_TALLY_H

#include "core/connsync.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct tally {
    uint64_t seen; /* connections that were listed or planned */
    uint64_t unchanged;
    uint64_t changed;
    uint64_t would_change;
    uint64_t refused;
    uint64_t unread; /* of those: what they have could not be read */
    uint64_t failed;
    uint64_t skipped;   /* meant by all or a strategy, and cannot carry the setting */
    uint64_t unnamed;   /* not meant by the file */
    uint64_t unmatched; /* entries of the file that no connection matches */
    uint64_t warnings;  /* connections of which report_warning() has something to say */
    uint64_t requests;
    enum connsync_status broke_off; /* why not all were listed; CONNSYNC_OK: they were */
    bool no_plan;                   /* one was to be written, and was not */
    int exit_code;
};

/* The longest text of one. */
#define TALLY_TEXT_SIZE 320u

void tally_count(struct tally *tally, enum connsync_outcome outcome);

/* Is it known of every connection what it has, and of every entry of the file what it means? */
bool tally_is_whole(const struct tally *tally);

/* Takes over the code if it is worse: from the worst on 64, 7, 4, 8, 1, 6, 3, 5, 2, 0. */
void tally_worsen(struct tally *tally, int code);

/* "12 changed, 900 in sync, ..." without a full stop. Where not all were listed it begins with
 * that, and counts only what there was. `size`: TALLY_TEXT_SIZE. */
void tally_write(const struct tally *tally, char *out, size_t size);

/* The exit code and the counts as members of a JSON object, each with a comma behind it. */
void tally_write_members(FILE *out, const struct tally *tally);

#endif
