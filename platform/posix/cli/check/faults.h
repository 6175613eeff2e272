/*
 * All that is wrong with a connsync.json, where config/desired ends at the first fault: what is
 * faulty is blanked out of a copy, and that is read again.
 */
#ifndef CONNSYNC_CLI_FAULTS_H
#define CONNSYNC_CLI_FAULTS_H

#include "config/desired.h"

/* So many are told of one document. */
#define FAULTS_MAX 100u

struct fault_place {
    uint32_t offset; /* in the text */
    uint32_t line;   /* from 1 */
    uint32_t column; /* from 1, in bytes */
};

/* What is read: all of it the caller's. */
struct faults_document {
    struct cs_slice text;
    char *copy; /* room for the text */
    struct cs_desired_entry *entries;
    size_t capacity;
    struct cs_desired desired; /* of use if there are no faults; points into the copy */
};

/* Calls `tell` for each fault, with its place, in the order of the document as far as that is to be
 * had; how many there are. What only follows from a fault that was told is not told. */
size_t faults_find(struct faults_document *document,
                   void (*tell)(void *context, const struct cs_desired_fault *fault,
                                const struct fault_place *place),
                   void *context);

#endif
