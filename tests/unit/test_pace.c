/* The pace against simulated token buckets: what a tenant would count, request by request. */
#include "pace_support.h"

#include <stdio.h>

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

/* ---- Limits that no field states ---- */

static struct cs_http_head plain_head(uint16_t status)
{
    struct cs_http_head head;

    memset(&head, 0, sizeof head);
    head.status = status;
    head.date = CS_HTTP_UNKNOWN;
    head.retry_after = CS_HTTP_UNKNOWN;
    head.ratelimit_limit = CS_HTTP_UNKNOWN;
    head.ratelimit_remaining = CS_HTTP_UNKNOWN;
    head.ratelimit_reset = CS_HTTP_UNKNOWN;
    return head;
}

/* So far apart are two requests after such an answer. */
static uint32_t spread_after(struct connsync_pace *pace, uint16_t status)
{
    struct cs_http_head head = plain_head(status);

    pace->hooks->answer(pace, CS_PACE_WRITE, &head, 1);
    pace->hooks->begin(pace, CS_PACE_READ, 1);
    return pace->hooks->wait_ms(pace, CS_PACE_WRITE, 1);
}

/* The rate is halved by each rejection, and goes up by a sixteenth of what it was before the last
 * one with each other answer. */
static void test_down_by_halves_and_up_by_steps(void **state)
{
    static const uint16_t rejections[] = {429, 503};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct connsync_pace pace = leaving(0);
        uint32_t expected = 0;
        for (expected = 125; expected <= 8000; expected *= 2) {
            assert_int_equal(spread_after(&pace, rejections[i]), expected);
        }
        assert_int_equal(spread_after(&pace, rejections[i]), 8000);
        for (uint32_t steps = 1; steps <= 8 * 499; steps++) {
            assert_int_equal(spread_after(&pace, 200), 8 * 8000 / (8 + steps));
        }
        assert_int_equal(spread_after(&pace, 200), 0);
    }
}

/* From the rate that was reached, not from the first one; other errors say nothing of a rate. */
static void test_rejected_again(void **state)
{
    static const struct {
        int answers;
        uint32_t spread;
    } cases[] = {{0, 2000}, {1, 1388}, {4, 1166}, {7, 1033}, {8, 1000}, {24, 500}};

    (void)state;
    for (int i = 0; i < 6; i++) {
        struct connsync_pace pace = leaving(0);
        assert_int_equal(spread_after(&pace, 500), 0);
        for (int rejections = 0; rejections < 4; rejections++) {
            (void)spread_after(&pace, 429);
        }
        for (int answers = 0; answers < cases[i].answers; answers++) {
            (void)spread_after(&pace, 404);
        }
        assert_int_equal(spread_after(&pace, 429), cases[i].spread);
    }
}

/* What is limited without a word, and how: a request that comes too early for `gap_ms`, beyond so
 * many that may; or one in `one_in` that falls to chance. */
struct gate {
    uint64_t gap_ms;
    uint64_t burst;
    uint64_t one_in;
    uint16_t rejection;
    uint64_t retry_after;
    uint64_t debt; /* of the accepted ones, in milliseconds */
    uint64_t at;
    unsigned rejected;
    unsigned rejected_late; /* in the second half */
};

static struct cs_http_head pass(struct gate *gate, uint64_t now)
{
    uint64_t gone = now - gate->at;
    uint64_t debt = gate->debt > gone ? gate->debt - gone : 0;
    bool rejected = gate->one_in > 0 && random_below(gate->one_in) == 0;

    if (rejected || (gate->gap_ms > 0 && debt > gate->burst * gate->gap_ms)) {
        struct cs_http_head head = plain_head(gate->rejection);
        head.retry_after = gate->retry_after;
        gate->rejected++;
        return head;
    }
    gate->debt = debt + gate->gap_ms;
    gate->at = now;
    return plain_head(200);
}

/* Until so many requests were answered, each sent again as the agent does it. The time. */
static uint64_t drive_through(struct gate *gate, unsigned requests, uint64_t latency)
{
    struct connsync_pace pace = leaving(0);
    uint64_t now = 1000;
    unsigned attempt = 0;

    for (unsigned answered = 0; answered < requests;) {
        now += pace.hooks->wait_ms(&pace, CS_PACE_READ, now);
        pace.hooks->begin(&pace, CS_PACE_READ, now);
        struct cs_http_head head = pass(gate, now);
        now += latency;
        pace.hooks->answer(&pace, CS_PACE_READ, &head, now);
        if (head.status == 200) {
            answered++;
            attempt = 0;
            continue;
        }
        gate->rejected_late += answered > requests / 2;
        assert_true(attempt < 8); /* the agent would give up */
        now += cs_auth0_pause_ms(&head, attempt++, (uint32_t)random_below(1u << 30));
    }
    return now - 1000;
}

/* The rate comes to swing about the limit: no more than one request in seven is rejected then, and
 * half of the limit is used. */
static void test_converges(void **state)
{
    static const uint64_t gaps[] = {80, 100, 200, 500, 1000, 3000};

    (void)state;
    for (unsigned i = 0; i < 6 * 3 * 2 * 2; i++) {
        uint64_t gap = gaps[i % 6];
        uint64_t latency = i / 36 == 0 ? 5 : 40;
        struct gate gate = {.gap_ms = gap,
                            .burst = i / 6 % 3 * 5,
                            .rejection = i / 18 % 2 == 0 ? 429 : 503,
                            .retry_after = CS_HTTP_UNKNOWN};
        uint64_t took = drive_through(&gate, 600, latency);
        if (gate.rejected_late > 300 / 6 || took > 2 * 600 * (gap > latency ? gap : latency)) {
            fail_msg("a gap of %u ms, a burst of %u: %u rejected late, %u ms for %u", (unsigned)gap,
                     (unsigned)gate.burst, gate.rejected_late, (unsigned)took,
                     (unsigned)(600 * gap));
        }
    }
}

/* A rejection that has nothing to do with the rate costs the pause that it asks for, and little
 * more: no run takes twice the time or the requests. */
static void test_one_in_twenty(void **state)
{
    static const uint64_t latencies[] = {75, 100, 200, 400};
    static const unsigned requests = 3000;

    (void)state;
    for (unsigned i = 0; i < 4 * 2 * 2 * 3; i++) {
        uint64_t latency = latencies[i % 4];
        bool states_pause = i / 8 % 2 != 0;
        struct gate gate = {.one_in = 20,
                            .rejection = i / 4 % 2 == 0 ? 429 : 503,
                            .retry_after = states_pause ? 1 : CS_HTTP_UNKNOWN};
        if (states_pause && latency < 200) {
            continue; /* what is asked for takes about as long as the twenty requests */
        }
        uint64_t took = drive_through(&gate, requests, latency);
        assert_in_range(gate.rejected, requests / 30, requests / 10);
        if (took > 2 * requests * latency) {
            fail_msg("%u ms each: %u ms for %u", (unsigned)latency, (unsigned)took,
                     (unsigned)(requests * latency));
        }
    }
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
        cmocka_unit_test(test_down_by_halves_and_up_by_steps),
        cmocka_unit_test(test_rejected_again),
        cmocka_unit_test(test_converges),
        cmocka_unit_test(test_one_in_twenty),
        cmocka_unit_test(test_nothing_known),
        cmocka_unit_test(test_all_is_to_be_left),
        cmocka_unit_test(test_buckets_of_their_own),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
