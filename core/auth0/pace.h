/*
 * Keeps a client within a tenant's rate limit, and below a rate of its own.
 *
 * The service has token buckets: so many requests at once, and then as many a second
 * as are refilled. Each answer says how many are left (X-RateLimit-Remaining, and
 * -Limit for the size of the bucket). While there are any, nothing waits. When there
 * are none, or no more than are to be left to others, the next request waits until
 * there must be one again: by the rate of refilling that was measured from the answers so
 * far, or before there is one, by X-RateLimit-Reset and the answer's own Date.
 * The local clock counts milliseconds and is never asked for the date.
 *
 * X-RateLimit-Reset tells when the bucket is full, or when it is not empty any more:
 * services differ. Either way an empty bucket has a request by then, and a bucket that
 * is not empty may still have no more than it had. So with `leave`, until a rate is
 * measured, two more are left than asked for: these are what may be spent on finding out.
 *
 * Lists, single reads and writes may draw from buckets of their own; buckets are told apart
 * by their limit. Other clients may draw at the same time, which no client can see, and
 * there may be limits that no field states: a rejection (429, and 503, with which proxies
 * limit) is waited out by the agent, after a 429 what was learnt is forgotten, and requests
 * are spread: the rate goes down by halves and up by steps. A step is a part of the rate that
 * was rejected, so that any limit is come close to in as many answers; and rejections that
 * have nothing to do with the rate, up to one in some ten, do not wear it down.
 *
 * Several agents that share a pace may each have one request under way, of which the last answer does
 * not know yet: so many more are left. No rate is measured then, for it is not known which request was
 * sent when. A rejection of one holds all of them back, until the latest time that any was told.
 *
 * The agent reaches this through hooks that connsync_pace_init sets, so that only who calls
 * that links pace.c.
 */
#ifndef CONNSYNC_CORE_AUTH0_PACE_H
#define CONNSYNC_CORE_AUTH0_PACE_H

#include "core/connsync.h"
#include "core/http/http.h"

enum cs_pace_kind {
    CS_PACE_LIST,
    CS_PACE_READ,
    CS_PACE_WRITE,
    CS_PACE_KINDS /* CONNSYNC_PACE_BUCKETS */
};

/* Left beyond what was asked for, until a rate is measured. */
#define CS_PACE_SLACK 2u
/* The pause where Reset or Date are absent or equal ... */
#define CS_PACE_PAUSE_MS 1000u
/* ... and where the next request might take one that is to be left: in this time
 * every known tenant refills more than one (the slowest 50 a minute). */
#define CS_PACE_CAREFUL_MS 5000u
/* After each wait that failed the next one is twice as long, so often. */
#define CS_PACE_DOUBLINGS_MAX 6u
/* A measurement takes this long at least, and begins afresh after so many answers. */
#define CS_PACE_MEASURE_MS 1000u
#define CS_PACE_MEASURE_ANSWERS 100u

/* After a rejection requests are twice as far apart as before, and this far at least; at the most
 * so far. Each answer without one adds to the rate a step: after so many it is again what it was
 * when it was halved. Spread so little they are not spread at all. */
#define CS_PACE_SPREAD_MS 125u
#define CS_PACE_SPREAD_MAX_MS 8000u
#define CS_PACE_SPREAD_MIN_MS 16u
#define CS_PACE_STEPS 8u

struct connsync_pace_hooks {
    /* How many milliseconds from `now` on a request of this kind has to wait; 0: none.
     * CONNSYNC_PACE_NEVER when more are to be left than the bucket holds. */
    uint32_t (*wait_ms)(const struct connsync_pace *pace, enum cs_pace_kind kind, uint64_t now);
    /* A request is begun. */
    void (*begin)(struct connsync_pace *pace, enum cs_pace_kind kind, uint64_t now);
    /* It was answered. */
    void (*answer)(struct connsync_pace *pace, enum cs_pace_kind kind,
                   const struct cs_http_head *head, uint64_t now);
    const struct cs_http_more *more; /* for it needs the dates of answers */
};

#endif
