/* The pace against simulated token buckets: what a tenant would count, request by request. */
#include "core/auth0/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
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

/* ---- Never rejected, never too deep ---- */

static void test_any_bucket(void **state)
{
    static const uint64_t bursts[] = {1, 2, 5, 10, 50, 100};
    static const uint64_t refills[] = {834, 1000, 2000, 10000, 16000, 50000};
    static const uint64_t latencies[] = {1, 7, 40, 330, 1500};
    unsigned runs = 0;

    (void)state;
    for (unsigned i = 0; i < 6 * 6 * 5 * 2 * 4; i++) {
        uint64_t burst = bursts[i % 6];
        uint32_t leave = (uint32_t)(burst * (i / 360 % 4) / 4);
        struct tenant tenant = make(burst, refills[i / 6 % 6], (enum reset)(i / 180 % 2));
        struct connsync_pace pace = leaving(leave);
        uint64_t latency = latencies[i / 36 % 5];

        (void)drive(&pace, &tenant, 400, latency);
        if (tenant.rejected > 0 || tenant.lowest < leave) {
            fail_msg("burst %u, refill %u, reset %d, latency %u, leave %u: %u rejected, lowest %u",
                     (unsigned)burst, (unsigned)tenant.refill, (int)tenant.reset, (unsigned)latency,
                     (unsigned)leave, tenant.rejected, (unsigned)tenant.lowest);
        }
        runs++;
    }
    print_message("%u buckets, none rejected a request\n", runs);
}

/* Slower than any known tenant: what is to be left is left all the same, since a few more
 * are kept to find out with, and waits that bring nothing grow. */
static void test_slow_buckets(void **state)
{
    (void)state;
    for (uint64_t refill_rate = 100; refill_rate <= 900; refill_rate += 50) {
        for (uint32_t leave = 1; leave <= 7; leave++) {
            struct tenant tenant = make(10, refill_rate, RESET_ONE);
            struct connsync_pace pace = leaving(leave);
            (void)drive(&pace, &tenant, 60, 20);
            assert_int_equal(tenant.rejected, 0);
            assert_true(tenant.lowest >= leave);
        }
    }
}

/* An empty bucket to begin with: the first answer is 429, and no other. */
static void test_empty_bucket(void **state)
{
    (void)state;
    for (uint64_t refill_rate = 1000; refill_rate <= 20000; refill_rate += 1000) {
        for (int reset = RESET_ONE; reset <= RESET_FULL; reset++) {
            struct tenant tenant = make(10, refill_rate, (enum reset)reset);
            struct connsync_pace pace = leaving(0);
            tenant.level = 0;
            (void)drive(&pace, &tenant, 200, 20);
            assert_int_equal(tenant.rejected, 1);
        }
    }
}

static void test_no_reset(void **state)
{
    struct tenant tenant = make(10, 2000, RESET_ABSENT);
    struct connsync_pace pace = leaving(0);

    (void)state;
    (void)drive(&pace, &tenant, 200, 20);
    assert_int_equal(tenant.rejected, 0);
}

/* A bucket that is refilled at once each second seems to have a rate that it does not have. That is
 * believed once. */
static void test_bursts(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        struct tenant tenant = make(10, 10000, RESET_ONE);
        struct connsync_pace pace = leaving(0);
        tenant.tick_ms = 1000;
        (void)drive(&pace, &tenant, 400, 5);
        assert_in_range(tenant.rejected, 0, 1);
    }
}

/* ---- Not too slow either ---- */

static void test_rate_is_used(void **state)
{
    (void)state;
    for (int reset = RESET_ONE; reset <= RESET_FULL; reset++) {
        for (uint32_t leave = 0; leave <= 5; leave += 5) {
            struct tenant tenant = make(10, 10000, (enum reset)reset);
            struct connsync_pace pace = leaving(leave);
            uint64_t took = drive(&pace, &tenant, 600, 5);
            assert_in_range(took, 58000, 75000);
        }
    }
}

static void test_no_waits_while_there_are_some(void **state)
{
    struct tenant tenant = make(100, 16000, RESET_FULL);
    struct connsync_pace pace = leaving(0);

    (void)state;
    assert_int_equal(drive(&pace, &tenant, 100, 5), 500);
}

static void test_own_rate(void **state)
{
    struct tenant tenant = make(1000, 1000000, RESET_ONE);
    struct connsync_pace pace = leaving(0);

    (void)state;
    pace.interval_ms = 250;
    assert_int_equal(drive(&pace, &tenant, 41, 5), 40 * 250 + 5);
}

/* A limit that no field states: requests are spread until it is kept to, and no longer. */
static void test_a_limit_unseen(void **state)
{
    struct connsync_pace pace = leaving(0);
    struct cs_http_head head;
    uint64_t now = 1;

    (void)state;
    memset(&head, 0, sizeof head);
    head.ratelimit_limit = CS_HTTP_UNKNOWN;
    head.ratelimit_remaining = CS_HTTP_UNKNOWN;
    head.status = 429;
    for (uint32_t expected = 125; expected <= 8000; expected *= 2) {
        pace.hooks->answer(&pace, CS_PACE_WRITE, &head, now);
        pace.hooks->begin(&pace, CS_PACE_READ, now);
        assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_WRITE, now), expected);
    }
    pace.hooks->answer(&pace, CS_PACE_WRITE, &head, now);
    head.status = 200;
    for (unsigned i = 0; i < 7 * 32; i++) {
        pace.hooks->begin(&pace, CS_PACE_READ, now);
        assert_in_range(pace.hooks->wait_ms(&pace, CS_PACE_WRITE, now), 125, 8000);
        pace.hooks->answer(&pace, CS_PACE_READ, &head, now);
    }
    pace.hooks->begin(&pace, CS_PACE_READ, now);
    assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_WRITE, now), 0);
}

/* ---- What there is to know ---- */

static void test_nothing_known(void **state)
{
    struct connsync_pace pace = leaving(5);
    struct cs_http_head head;

    (void)state;
    memset(&head, 0, sizeof head);
    head.status = 200;
    head.ratelimit_limit = CS_HTTP_UNKNOWN;
    head.ratelimit_remaining = CS_HTTP_UNKNOWN;
    assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_READ, 5), 0);
    pace.hooks->answer(&pace, CS_PACE_READ, &head, 5);
    assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_READ, 5), 0);
}

static void test_all_is_to_be_left(void **state)
{
    struct tenant tenant = make(5, 1000, RESET_ONE);
    struct connsync_pace pace = leaving(5);
    struct cs_http_head head;

    (void)state;
    answer(&tenant, 1000, &head);
    pace.hooks->answer(&pace, CS_PACE_LIST, &head, 1000);
    assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_READ, 99000), CONNSYNC_PACE_NEVER);
}

/* Lists may be limited in another way than readings; a write tells nothing of either. */
static void test_buckets_of_their_own(void **state)
{
    struct tenant lists = make(5, 1000, RESET_ONE);
    struct tenant others = make(50, 16000, RESET_ONE);
    struct connsync_pace pace = leaving(0);
    struct cs_http_head head;

    (void)state;
    lists.level = 1000;
    lists.at = 1000;
    answer(&lists, 1000, &head);
    pace.hooks->answer(&pace, CS_PACE_LIST, &head, 1000);
    assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_WRITE, 1000), 1000);
    answer(&others, 2000, &head);
    pace.hooks->answer(&pace, CS_PACE_WRITE, &head, 1000);
    assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_WRITE, 1000), 0);
    assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_LIST, 1000), 1000);
    assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_READ, 1000), 1000);
    answer(&others, 2000, &head);
    pace.hooks->answer(&pace, CS_PACE_READ, &head, 1000);
    assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_READ, 1000), 0);
    assert_int_equal(pace.hooks->wait_ms(&pace, CS_PACE_LIST, 1000), 1000);
}

/* Nothing that an answer states makes a wait without an end, or one below zero. */
static void test_nonsense(void **state)
{
    static const uint64_t numbers[] = {0, 1, 2, 5, UINT32_MAX, UINT64_MAX - 1, CS_HTTP_UNKNOWN};
    struct connsync_pace pace = leaving(1);
    uint64_t now = 1;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        struct cs_http_head head;
        memset(&head, 0, sizeof head);
        head.status = random_below(9) == 0 ? 429 : 200;
        head.ratelimit_limit = numbers[random_below(7)];
        head.ratelimit_remaining = numbers[random_below(7)];
        head.ratelimit_reset = numbers[random_below(7)];
        head.date = numbers[random_below(7)];
        pace.hooks->begin(&pace, (enum cs_pace_kind)random_below(3), now);
        now += random_below(3) * random_below(100000);
        pace.hooks->answer(&pace, (enum cs_pace_kind)random_below(3), &head, now);
        (void)pace.hooks->wait_ms(&pace, (enum cs_pace_kind)random_below(3), now);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_bucket),
        cmocka_unit_test(test_slow_buckets),
        cmocka_unit_test(test_empty_bucket),
        cmocka_unit_test(test_no_reset),
        cmocka_unit_test(test_bursts),
        cmocka_unit_test(test_rate_is_used),
        cmocka_unit_test(test_no_waits_while_there_are_some),
        cmocka_unit_test(test_own_rate),
        cmocka_unit_test(test_a_limit_unseen),
        cmocka_unit_test(test_nothing_known),
        cmocka_unit_test(test_all_is_to_be_left),
        cmocka_unit_test(test_buckets_of_their_own),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
