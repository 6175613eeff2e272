/* Simulated token buckets, as a tenant has them, and a client that keeps to a pace. */
#ifndef CONNSYNC_TESTS_UNIT_PACE_SUPPORT_H
#define CONNSYNC_TESTS_UNIT_PACE_SUPPORT_H

#include "core/auth0/auth0.h"
#include "core/auth0/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define UTC INT64_C(1767225600)

/* What X-RateLimit-Reset means to a service: not empty, or full again. */
enum reset {
    RESET_ONE,
    RESET_FULL,
    RESET_ABSENT
};

/* Levels in thousandths of a request; time in milliseconds. */
struct tenant {
    uint64_t burst;
    uint64_t refill; /* thousandths a second */
    enum reset reset;
    uint64_t tick_ms; /* refilled at once, each so long; 0: steadily */
    uint64_t level;
    uint64_t at;
    uint64_t lowest; /* X-RateLimit-Remaining */
    unsigned rejected;
    unsigned answered;
};

static uint64_t random_state = 1;

static uint64_t random_below(uint64_t limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (random_state >> 33) % limit;
}

static void refill(struct tenant *tenant, uint64_t now)
{
    uint64_t from = tenant->at;
    uint64_t to = now;

    if (tenant->tick_ms > 0) {
        from -= from % tenant->tick_ms;
        to -= to % tenant->tick_ms;
    }
    tenant->level += (to - from) * tenant->refill / 1000;
    if (tenant->level > tenant->burst * 1000) {
        tenant->level = tenant->burst * 1000;
    }
    tenant->at = now;
}

static uint64_t seconds_until(const struct tenant *tenant, uint64_t level)
{
    uint64_t missing = level > tenant->level ? level - tenant->level : 0;
    uint64_t seconds = (missing + tenant->refill - 1) / tenant->refill;

    return seconds > 0 ? seconds : 1;
}

static void answer(struct tenant *tenant, uint64_t now, struct cs_http_head *head)
{
    refill(tenant, now);
    memset(head, 0, sizeof *head);
    head->status = 200;
    if (tenant->level < 1000) {
        head->status = 429;
        tenant->rejected++;
    } else {
        tenant->level -= 1000;
        tenant->answered++;
    }
    head->date = (uint64_t)UTC + now / 1000;
    head->retry_after = CS_HTTP_UNKNOWN;
    head->ratelimit_limit = tenant->burst;
    head->ratelimit_remaining = tenant->level / 1000;
    head->ratelimit_reset = CS_HTTP_UNKNOWN;
    if (tenant->reset != RESET_ABSENT) {
        head->ratelimit_reset =
            head->date +
            seconds_until(tenant, tenant->reset == RESET_ONE ? 1000 : tenant->burst * 1000);
    }
    if (head->ratelimit_remaining < tenant->lowest) {
        tenant->lowest = head->ratelimit_remaining;
    }
}

/* Sends so many requests at the pace, each with its time on the way. A 429 is waited out
 * as the agent does it. The time that it all took. */
static uint64_t drive(struct connsync_pace *pace, struct tenant *tenant, unsigned requests,
                      uint64_t latency)
{
    uint64_t now = 1000 + random_below(1000);
    uint64_t start = now;
    struct cs_http_head head;

    tenant->at = now;
    tenant->lowest = tenant->burst;
    for (unsigned i = 0; i < requests; i++) {
        enum cs_pace_kind kind = (enum cs_pace_kind)(i % 3);
        uint32_t wait = pace->hooks->wait_ms(pace, kind, now);
        assert_true(wait < 1000000);
        now += wait;
        assert_int_equal(pace->hooks->wait_ms(pace, kind, now), 0);
        pace->hooks->begin(pace, kind, now);
        uint64_t there = random_below(latency + 1);
        answer(tenant, now + there, &head);
        now += latency;
        pace->hooks->answer(pace, kind, &head, now);
        if (head.status == 429) {
            now +=
                (head.ratelimit_reset == CS_HTTP_UNKNOWN ? 1
                                                         : head.ratelimit_reset - head.date + 1) *
                1000;
        }
    }
    return now - start;
}

static struct tenant make(uint64_t burst, uint64_t refill_a_second_1000, enum reset reset)
{
    struct tenant tenant;

    memset(&tenant, 0, sizeof tenant);
    tenant.burst = burst;
    tenant.refill = refill_a_second_1000;
    tenant.reset = reset;
    tenant.level = burst * 1000;
    return tenant;
}

static struct connsync_pace leaving(uint32_t leave)
{
    struct connsync_pace pace;

    connsync_pace_init(&pace);
    pace.leave = leave;
    return pace;
}

#endif
