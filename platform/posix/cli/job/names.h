/*
 * Which members of `options`, or of the connection beside them, differ: their names, never a value.
 */
#ifndef CONNSYNC_CLI_NAMES_H
#define CONNSYNC_CLI_NAMES_H

#include "core/base/status.h"
#include "core/json/json_digest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* So many are kept for printing; of the others there is a count. */
#define NAMES_MAX 256u
/* The bytes of one that are printed, as received. */
#define NAME_BYTES_MAX 200u

enum name_kind {
    NAME_LOST,       /* was to stay, and is gone */
    NAME_CHANGED,    /* was to stay, and has another value */
    NAME_ADDED,      /* is new, and nobody asked for it */
    NAME_DERIVED,    /* has another value, and is the service's own to compute */
    NAME_NOT_APPLIED /* was to be added, changed or removed, and is not */
};
#define NAME_KINDS 5

struct name {
    enum name_kind kind;
    bool is_beside;      /* of the connection, and not of its `options` */
    struct cs_slice raw; /* with its quotes, in the text that it was found in */
};

struct names {
    size_t count;
    size_t more;                  /* beyond that */
    struct name items[NAMES_MAX]; /* the first `count` of them */
};

/* Three texts of `options`. A write was to make `before` into `wanted`, and `after` is what
 * came of it. Without a wish of its own `wanted` is `before`. */
struct names_texts {
    struct cs_slice before;
    struct cs_slice wanted;
    struct cs_slice after;
    const char *except; /* a member that is left out, or NULL */
    bool yields;        /* a derived member may come back whatever was written */
    bool is_plan;       /* `after` is a wish, not what was read: nothing in it was computed */
    bool derived_only;  /* names of that kind alone */
    bool is_beside;     /* they are of whole connections */
};

/* Adds the names that differ. False when one of the texts is no object, or there is no memory. The
 * names point into them. */
bool names_compare(struct names *names, const struct names_texts *texts);

/* Is `now` what was judged, but for what the service may compute at any time? CONNSYNC_OK,
 * CONNSYNC_REFUSED_CHANGED, or lack of memory. Both are objects. */
enum connsync_status names_same(struct cs_slice judged, struct cs_slice now);

/* One name: a JSON string, cut where it is too long. */
void name_print(FILE *out, const struct name *name);

#endif
