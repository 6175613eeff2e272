/*
 * One connsync, one other writer, one old replica, and writes that land late or never: every
 * interleaving of them with at most DEPTH things out of the ordinary.
 *
 *     interleave TASK DEPTH DESIGN.MD
 *
 * The agent is the real one, and of --restore the command line's (change.c): only the network is the
 * world's. After each run what it sent and what it said is held against what really became of the
 * connection, and against the model. Prints how many runs there were, and what happened in them;
 * of each kind of fault the shortest run, step by step. Status: 0 without a fault.
 */
#include "tests/fault/choices.h"
#include "tests/fault/model.h"
#include "tests/fault/world_job.h"

#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/job/backup.h"
#include "platform/posix/cli/job/change.h"
#include "platform/posix/cli/job/lane.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const task_names[WORLD_TASKS] = {"set", "patch", "restore", "undo"};
static struct connsync *agent;
static enum connsync_status begun;
static bool is_cancelled;
static uint32_t timeout_ms;

/* ---- The agent ---- */

static void open_agent(void)
{
    enum connsync_status status;

    timeout_ms = world_take_timeout();
    agent = world_open(timeout_ms, &status);
    if (agent == NULL) {
        (void)fprintf(stderr, "not opened: %s\n", connsync_status_name(status));
        exit(2);
    }
    world_tell("timeout %u ms", timeout_ms);
}

/* Nobody waits: the clock goes on to where something may happen, unless a signal comes first. */
static void wait_for(const struct connsync_wait *wait, bool insists)
{
    unsigned cancels = is_cancelled ? 0 : world_odd(2);

    if (cancels > 0) {
        world_tell("cancelled%s", cancels > 1 ? " twice" : "");
        is_cancelled = true;
        world_note_cancelled();
    }
    if (cancels > 1 || (cancels == 1 && !insists)) {
        connsync_cancel(agent);
    }
    if (cancels > 1) {
        connsync_cancel(agent);
    }
    if (cancels == 0) {
        world_sleep_until(world_wakes_at(wait));
    }
}

static void begin_job(const struct connsync_job *job, bool is_undo)
{
    begun = connsync_begin(agent, job);
    world_begin_job(is_undo, timeout_ms);
}

static enum connsync_status end_job(bool is_undo)
{
    struct connsync_wait wait;
    enum connsync_status status = begun;

    while (status == CONNSYNC_OK || status == CONNSYNC_WOULD_BLOCK) {
        status = connsync_step(agent, &wait);
        if (status != CONNSYNC_WOULD_BLOCK) {
            break;
        }
        wait_for(&wait, is_undo);
    }
    world_judge(connsync_result(agent), status);
    return status;
}

/* ---- What change.c asks for ---- */

static struct lane only;
struct lane *lane = &only;

struct connsync *session_agent(void)
{
    return agent;
}

void session_begin(const struct connsync_job *job,
                   void (*on_item)(void *context, const struct connsync_result *result),
                   void *context)
{
    (void)on_item;
    (void)context;
    begin_job(job, false);
}

enum connsync_status session_end(void)
{
    return end_job(false);
}

enum connsync_status session_run_on(const struct connsync_job *job)
{
    begin_job(job, true);
    return end_job(true);
}

bool backup_write(const char *directory, const struct cli_tenant *tenant,
                  const struct connsync_result *result, struct cs_slice text)
{
    (void)directory;
    (void)tenant;
    (void)result;
    (void)text;
    return true;
}

bool backup_is_strategy(const char *strategy)
{
    (void)strategy;
    return true;
}

/* The texts are short, and the system's mappings take their time. */
#define PIECES 6
#define PIECE_SIZE 4096

static struct {
    _Alignas(16) char bytes[PIECE_SIZE];
    bool is_taken;
} pieces[PIECES];

void *mapping_new(size_t size)
{
    (void)size;
    for (int i = 0; i < PIECES; i++) {
        if (!pieces[i].is_taken) {
            memset(&pieces[i], 0, sizeof pieces[i]);
            pieces[i].is_taken = true;
            return pieces[i].bytes;
        }
    }
    return NULL;
}

void mapping_free(void *piece, size_t size)
{
    (void)size;
    for (int i = 0; i < PIECES; i++) {
        if (piece == pieces[i].bytes) {
            pieces[i].is_taken = false;
        }
    }
}

uint32_t system_random(void)
{
    return 0x5a5a5a5a;
}

/* ---- Runs ---- */

/* Before a write somebody may have to be asked, or a disk be full. */
static enum connsync_status observe(void *context, enum connsync_stage stage, const char *options,
                                    size_t length)
{
    (void)context;
    (void)options;
    (void)length;
    if (stage == CONNSYNC_STAGE_BEFORE && world_odd(1) > 0) {
        world_tell("rejected by the observer");
        return CONNSYNC_REFUSED_BACKUP;
    }
    return CONNSYNC_OK;
}

static void undo_run(const struct connsync_job *job)
{
    static struct cli_options options;
    struct connsync_result result;

    options.safeguards.restore = true;
    change_begin(&options, job);
    (void)change_end(&result);
    if (change_last()->undo == CHANGE_RESTORED) {
        world_judge_restored();
    }
    change_forget();
}

static void run(enum world_task task, unsigned depth, bool is_told)
{
    struct connsync_job job;

    world_make_job(task, &job);
    job.observer = observe;
    is_cancelled = false;
    world_begin(task, depth, is_told);
    open_agent();
    if (task == WORLD_UNDO) {
        undo_run(&job);
    } else {
        begin_job(&job, false);
        (void)end_job(false);
    }
    connsync_close(agent);
}

/* All runs of a depth. Of each fault that was not seen before, the run is told. */
static void run_all(enum world_task task, unsigned depth, bool seen[WORLD_FAULTS])
{
    memset(&world_counts, 0, sizeof world_counts);
    choices_start();
    do {
        run(task, depth, false);
        enum world_fault fault = world_fault();
        if (fault != WORLD_NO_FAULT && !seen[fault]) {
            struct world_counts counts = world_counts;
            seen[fault] = true;
            (void)printf("---- %s\n", world_fault_name(fault));
            choices_repeat();
            run(task, depth, true);
            world_counts = counts;
        }
    } while (choices_advance());
}

/* False when an end was never seen: then the runs prove nothing of it. */
static bool report_ends(void)
{
    bool is_complete = true;

    (void)printf("ends:");
    for (int i = 0; i < MODEL_ENDS; i++) {
        (void)printf("%s %" PRIu64 " %s", i > 0 ? "," : "", world_counts.ends[i],
                     model_end_name((enum model_end)i));
        is_complete = is_complete && world_counts.ends[i] > 0;
    }
    (void)putchar('\n');
    return is_complete;
}

static bool report_faults(void)
{
    uint64_t faults = 0;

    for (int i = 1; i < WORLD_FAULTS; i++) {
        if (world_counts.faults[i] > 0) {
            (void)printf("%" PRIu64 " times: %s\n", world_counts.faults[i],
                         world_fault_name((enum world_fault)i));
        }
        faults += world_counts.faults[i];
    }
    return faults == 0;
}

static bool report(enum world_task task, unsigned depth)
{
    const struct world_counts *counts = &world_counts;
    struct model_coverage coverage = model_coverage();

    (void)printf("%s, depth %u: %" PRIu64 " interleavings with %" PRIu64 " requests, %" PRIu64
                 " writes, %" PRIu64 " writes of others, %" PRIu64 " old reads, %" PRIu64
                 " late landings\n",
                 task_names[task], depth, counts->runs, counts->requests, counts->writes,
                 counts->writes_of_others, counts->stale_reads, counts->late_landings);
    (void)printf("overwritten: %" PRIu64 " changes made between a read and the write directly "
                 "behind it (%" PRIu64 " by one that landed late), %" PRIu64
                 " that an old replica did not show, %" PRIu64 " others\n",
                 counts->overwritten, counts->overwritten_late, counts->overwritten_stale,
                 counts->faults[WORLD_OVERWRITTEN]);
    (void)printf("model: %u of %u states and %u of %u transitions were seen\n",
                 coverage.states - coverage.unseen_states, coverage.states,
                 coverage.transitions - coverage.unseen_transitions, coverage.transitions);
    bool is_complete = report_ends() && counts->overwritten > counts->overwritten_late &&
                       counts->overwritten_late > 0 && counts->overwritten_stale > 0;
    return report_faults() && is_complete;
}

int main(int count, char **arguments)
{
    enum world_task task = WORLD_SET;
    bool seen[WORLD_FAULTS] = {false};

    while (count == 4 && task < WORLD_TASKS && strcmp(arguments[1], task_names[task]) != 0) {
        task++;
    }
    if (count != 4 || task == WORLD_TASKS) {
        (void)fputs("interleave TASK DEPTH DESIGN.MD\n", stderr);
        return 2;
    }
    unsigned depth = (unsigned)strtoul(arguments[2], NULL, 10);
    model_load(arguments[3]);
    for (unsigned i = 0; i <= depth; i++) {
        run_all(task, i, seen);
    }
    return report(task, depth) ? 0 : 1;
}
