/* A pace that several agents share: what one is told holds for all, and none of them takes what another
 * has asked for. */
#include "pace_support.h"

#define AGENTS_MAX 16u
/* Than what one agent has done alone. */
#define LATER 60000u

struct traveller {
    bool is_away;    /* a request is under way, */
    bool has_come;   /* and is with the tenant */
    uint64_t comes;  /* when it does, */
    uint64_t back;   /* and when its answer is there */
    uint64_t paused; /* until then */
    struct cs_http_head head;
};

static void step_one(struct connsync_pace *pace, struct tenant *tenant, struct traveller *one,
                     uint64_t now, uint64_t latency, uint64_t *told)
{
    if (one->is_away && !one->has_come && now >= one->comes) {
        answer(tenant, now, &one->head);
        one->has_come = true;
    }
    if (one->is_away && now >= one->back) {
        one->is_away = false;
        pace->hooks->answer(pace, CS_PACE_READ, &one->head, now);
        if (one->head.status == 429) {
            uint64_t until = now + cs_auth0_pause_ms(&one->head, 0, 0);
            *told = until > *told ? until : *told;
        }
    }
    if (!one->is_away && now >= one->paused) {
        uint32_t wait = pace->hooks->wait_ms(pace, CS_PACE_READ, now);
        one->paused = now + wait;
        if (wait == 0) {
            assert_true(now >= *told); /* by whomever */
            pace->hooks->begin(pace, CS_PACE_READ, now);
            *one = (struct traveller){.is_away = true,
                                      .comes = now + random_below(latency / 4 + 1),
                                      .back = now + latency};
        }
    }
}

/* So many agents make requests until so many have been answered well. The time that it took. */
static uint64_t drive_many(struct connsync_pace *pace, struct tenant *tenant, unsigned requests,
                           uint64_t latency)
{
    struct traveller travellers[AGENTS_MAX] = {{0}};
    uint64_t now = LATER;
    uint64_t told = 0;

    tenant->at = now;
    tenant->lowest = tenant->burst;
    for (; tenant->answered < requests; now++) {
        assert_true(now < LATER + 3600000);
        for (unsigned i = 0; i < pace->agents; i++) {
            step_one(pace, tenant, &travellers[i], now, latency, &told);
        }
    }
    return now - LATER;
}

/* Known from one answer, as after a list; then all of them at once. */
static struct connsync_pace shared(uint32_t agents, uint32_t leave, struct tenant *tenant)
{
    struct connsync_pace pace = leaving(leave);

    (void)drive(&pace, tenant, 1, 1);
    pace.agents = agents;
    return pace;
}

static void test_several_agents(void **state)
{
    static const uint32_t agents[] = {2, 3, 8, 16};
    static const uint64_t refills[] = {1000, 2000, 10000, 50000};

    (void)state;
    for (unsigned i = 0; i < 4 * 4 * 2 * 2 * 2; i++) {
        uint32_t leave = i / 32 % 2 == 0 ? 0 : 10;
        struct tenant tenant = make(50, refills[i / 4 % 4], (enum reset)(i / 16 % 2));
        struct connsync_pace pace = shared(agents[i % 4], leave, &tenant);
        uint64_t latency = i / 64 == 0 ? 20 : 400;

        (void)drive_many(&pace, &tenant, 300, latency);
        if (tenant.rejected > 0 || tenant.lowest < leave) {
            fail_msg("%u agents, refill %u, reset %d, latency %u, leave %u: %u rejected, lowest %u",
                     (unsigned)pace.agents, (unsigned)tenant.refill, (int)tenant.reset,
                     (unsigned)latency, (unsigned)leave, tenant.rejected, (unsigned)tenant.lowest);
        }
    }
}

/* Where the limit does not bind, eight take an eighth of the time. */
static void test_several_agents_are_quick(void **state)
{
    uint64_t took[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct tenant tenant = make(1000, 1000000, RESET_ONE);
        struct connsync_pace pace = shared(i == 0 ? 1 : 8, 0, &tenant);
        took[i] = drive_many(&pace, &tenant, 400, 20);
    }
    assert_true(took[1] * 15 < took[0] * 2);
}

/* What one is told holds for all, and is no more than one sign that the rate is too high. */
static void test_a_rejection_is_of_all(void **state)
{
    (void)state;
    for (int reset = RESET_ONE; reset <= RESET_ABSENT; reset++) {
        struct tenant tenant = make(50, 20000, (enum reset)reset);
        struct connsync_pace pace = shared(8, 0, &tenant);
        tenant.level = 0; /* somebody else took them */
        (void)drive_many(&pace, &tenant, 100, 20);
        assert_in_range(tenant.rejected, 1, 8);
        assert_true(pace.spread_ms <= CS_PACE_SPREAD_MS);
    }
}

/* A rate that one agent alone has measured is kept to by all, however many have just asked. */
static void test_a_rate_of_one_alone(void **state)
{
    (void)state;
    for (uint32_t leave = 0; leave <= 5; leave += 5) {
        struct tenant tenant = make(20, 40000, RESET_FULL);
        struct connsync_pace pace = leaving(leave);
        assert_true(drive(&pace, &tenant, 170, 5) < LATER - 2000);
        assert_true(pace.buckets[CS_PACE_READ].rate > 0);
        pace.agents = 8;
        uint64_t answered = tenant.answered;
        uint64_t took = drive_many(&pace, &tenant, (unsigned)answered + 300, 20);
        assert_int_equal(tenant.rejected, 0);
        assert_true(tenant.lowest >= leave);
        assert_in_range(took, 5000, 12000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_several_agents),
        cmocka_unit_test(test_several_agents_are_quick),
        cmocka_unit_test(test_a_rejection_is_of_all),
        cmocka_unit_test(test_a_rate_of_one_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
