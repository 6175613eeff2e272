/*
 * The roots that are compiled in grow old with the program: who uses them is told in time.
 */
#ifndef CONNSYNC_CLI_ROOTS_H
#define CONNSYNC_CLI_ROOTS_H

#include "core/base/status.h"
#include "core/base/text.h"

/* So long before the first of them ends. */
#define ROOTS_WARNING_DAYS 90

struct roots_end {
    char subject[CONNSYNC_CERTIFICATE_NAME_SIZE];
    int64_t until; /* its last second, since 1970 */
    int64_t days;  /* that are left; below 0: it is over */
};

/* DER certificates one after another that are the trusted roots, and are compiled in. Borrowed. */
void roots_use(struct cs_slice certificates);

/* The one of them that ends first. False if none is in use, or none can be read. */
bool roots_first_end(int64_t now, struct roots_end *end);

/* A note, if that is within the time above; once on each day. */
void roots_warn(int64_t now);

#endif
