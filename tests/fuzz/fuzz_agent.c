/*
 * The whole agent against a peer that an input makes: what the tenant holds, how its answers
 * are spelled, framed, cut and delayed, whether somebody else writes in between, which writes land late
 * or never, when the clock runs out and when a signal comes.
 *
 * Required of each run: what is written is what was read with one change, byte for byte; nothing is
 * said that is not so (the model of docs/design.md, tests/fault/judge.c); each wait has an end,
 * requests and calls have a bound, and the agent's block is empty when it is closed.
 */
#include "tests/fault/choices.h"
#include "tests/fault/model.h"
#include "tests/fault/world_job.h"
#include "tests/fuzz/agent_peer.h"

#include "core/agent/agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUDGET_MAX 12
#define REQUESTS_MAX 64
/* Of one wait, beyond the job's own time: somebody's Retry-After. */
#define WAIT_MAX_MS 120000

static struct connsync *agent;
static bool is_cancelled;

static void open_agent(uint32_t timeout_ms)
{
    enum connsync_status status;

    agent = world_open(timeout_ms, &status);
    if (agent == NULL) {
        peer_fail("not opened");
    }
}

static void cancel(unsigned times)
{
    is_cancelled = true;
    world_note_cancelled();
    while (times-- > 0) {
        connsync_cancel(agent);
    }
}

/* Nobody waits: the clock goes on to where something may happen, unless a signal comes first. */
static void wait_for(const struct connsync_wait *wait)
{
    unsigned cancels = is_cancelled ? 0 : world_odd(2);

    if (wait->until_ms > world_now() + WAIT_MAX_MS) {
        peer_fail("a wait without an end");
    }
    if (cancels > 0) {
        cancel(cancels);
        return;
    }
    world_sleep_until(world_wakes_at(wait));
}

static enum connsync_status run_job(const struct connsync_job *job, uint32_t timeout_ms)
{
    struct connsync_wait wait = {false, false, 0};
    enum connsync_status status = connsync_begin(agent, job);

    world_begin_job(false, timeout_ms);
    while (status == CONNSYNC_OK || status == CONNSYNC_WOULD_BLOCK) {
        status = connsync_step(agent, &wait);
        if (status != CONNSYNC_WOULD_BLOCK) {
            break;
        }
        wait_for(&wait);
    }
    return status;
}

/* What a job had of the block is given back with its end; what an agent had is wiped. */
static void close_agent(void)
{
    size_t before = connsync_memory_in_use(agent);

    connsync_disconnect(agent);
    if (connsync_memory_in_use(agent) > before) {
        peer_fail("memory in use grew");
    }
    struct cs_arena arena = agent->arena;
    connsync_close(agent);
    if (cs_arena_in_use(&arena) != 0) {
        peer_fail("the block is not empty");
    }
}

static void run(enum world_task task, uint32_t timeout_ms)
{
    struct connsync_job job;

    world_make_job(task, &job);
    open_agent(timeout_ms);
    enum connsync_status status = run_job(&job, timeout_ms);
    const struct connsync_result *result = connsync_result(agent);
    world_judge(result, status);
    if (world_fault() != WORLD_NO_FAULT) {
        (void)fprintf(stderr, "%s: %s\n", connsync_status_name(status),
                      connsync_status_name(result->cause));
        peer_fail(world_fault_name(world_fault()));
    }
    if (result->requests > REQUESTS_MAX) {
        peer_fail("too many requests");
    }
    close_agent();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_loaded;

    if (!is_loaded) {
        model_load(CONNSYNC_DESIGN);
        is_loaded = true;
    }
    peer_set_choices(data, size);
    enum world_task task = (enum world_task)choices_take(WORLD_UNDO);
    uint32_t timeout_ms = world_take_timeout();
    bool is_told = getenv("FUZZ_TELL") != NULL;
    is_cancelled = false;
    world_begin(task, choices_take(BUDGET_MAX + 1), is_told);
    peer_begin(task);
    run(task, timeout_ms);
    return 0;
}
