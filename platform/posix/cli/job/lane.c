/* The lanes, the signals that end their jobs, and waiting for all of them at once. What is done in a
 * job, and what its end means, is session.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/job/lane.h"

#include "core/agent/agent.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/job/waiting.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* So that what is used of it lies in one page. */
static _Alignas(2048) struct lane first;
struct lane *lane = &first;
struct lane *volatile lanes[LANES_MAX] = {&first};

static uint32_t pulse_every_ms;
static void (*pulse)(void);
static uint64_t pulse_at;

static volatile sig_atomic_t asked;   /* how often somebody did, up to twice */
static volatile sig_atomic_t stopped; /* 1: when the write is settled; 2: at once */
static volatile sig_atomic_t hung_up;
static int wake_pipe[2] = {-1, -1};

/* ---- Signals ---- */

static void wake(void)
{
    const char byte = 0;
    ssize_t written = write(wake_pipe[1], &byte, 1);

    (void)written; /* a full pipe wakes as well */
}

/* Cancelled twice, a job ends whatever it has sent. */
static void ask_to_end(const struct lane *one)
{
    struct connsync *job = one->running;

    if (one->insists == 0 || stopped > 1) {
        connsync_cancel(job);
    }
    if (one->insists != 0 && stopped > 1) {
        connsync_cancel(job);
    }
}

void lane_run(void)
{
    /* First this, then the question: a signal between the two is not lost. */
    lane->running = lane->agent;
    if (stopped != 0) {
        ask_to_end(lane);
    }
}

/* Would a second one say that somebody has lost patience? A terminal that goes sends more than one
 * SIGHUP, and each line into a pipe that nobody reads brings a SIGPIPE. */
static bool is_of_somebody(int number)
{
    return number != SIGHUP && number != SIGPIPE;
}

static void on_stop(int number)
{
    if (is_of_somebody(number) && asked < 2) {
        asked++;
    }
    if (stopped == (asked < 2 ? 1 : 2)) {
        return;
    }
    stopped = asked < 2 ? 1 : 2;
    output_hurry();
    for (unsigned i = 0; i < LANES_MAX; i++) {
        if (lanes[i] != NULL && lanes[i]->running != NULL) {
            ask_to_end(lanes[i]);
        }
    }
    wake();
}

static void on_hangup(int number)
{
    (void)number;
    hung_up = 1;
    wake();
}

static void catch_signal(int number, void (*handler)(int))
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    (void)sigfillset(&action.sa_mask); /* the handlers count */
    (void)sigaction(number, &action, NULL);
}

/* nohup, shells (of what they start in the background) and service managers mean it. */
static bool is_ignored(int number)
{
    struct sigaction action;

    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void lane_catch_signals(bool reads_again)
{
    static const int others[] = {SIGHUP, SIGQUIT, SIGPIPE};

    if (pipe(wake_pipe) == 0) {
        for (int i = 0; i < 2; i++) {
            (void)fcntl(wake_pipe[i], F_SETFL, O_NONBLOCK);
            (void)fcntl(wake_pipe[i], F_SETFD, FD_CLOEXEC);
        }
        system_posix()->wake_fd = wake_pipe[0];
    }
    catch_signal(SIGINT, on_stop);
    catch_signal(SIGTERM, on_stop);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (others[i] == SIGHUP && reads_again) {
            catch_signal(SIGHUP, on_hangup);
        } else if (!is_ignored(others[i])) {
            catch_signal(others[i], on_stop);
        }
    }
}

bool session_stopped(void)
{
    return stopped != 0;
}

bool session_take_hangup(void)
{
    bool came = hung_up != 0;

    hung_up = 0;
    return came;
}

static void drain_wake_pipe(void)
{
    char bytes[16];

    while (wake_pipe[0] >= 0 && read(wake_pipe[0], bytes, sizeof bytes) > 0) {
    }
}

/* ---- Waiting ---- */

void session_set_pulse(uint32_t every_ms, void (*function)(void))
{
    pulse_every_ms = every_ms;
    pulse = function;
    pulse_at = 0;
}

/* The end of a wait, or the next pulse if that comes first. One that is due is given. */
static uint64_t until_pulse(uint64_t until)
{
    uint64_t now = system_now_ms();

    if (pulse == NULL) {
        return until;
    }
    if (now >= pulse_at) {
        pulse();
        pulse_at = now + pulse_every_ms;
    }
    return until < pulse_at ? until : pulse_at;
}

/* The one that asks for a token, if one does. */
static const struct lane *asking(void)
{
    for (unsigned i = 0; i < LANES_MAX; i++) {
        const struct lane *one = lanes[i];
        if (one != NULL && one->running != NULL && one->agent->state == CS_STATE_TOKEN) {
            return one;
        }
    }
    return NULL;
}

bool lane_is_due(const struct lane *one)
{
    const struct lane *first_to_ask = asking();

    return one != NULL && one->running != NULL && (first_to_ask == NULL || first_to_ask == one);
}

void lane_wait(const struct connsync_pace *pace)
{
    struct connsync_posix_interest waits[LANES_MAX];
    struct connsync_wait any = {false, false, UINT64_MAX};
    size_t count = 0;

    for (unsigned i = 0; i < LANES_MAX; i++) {
        const struct lane *one = lanes[i];
        if (lane_is_due(one)) {
            waits[count++] = (struct connsync_posix_interest){one->posix, one->wait.readable,
                                                              one->wait.writable};
            any.readable |= one->wait.readable;
            any.writable |= one->wait.writable;
            any.until_ms = one->wait.until_ms < any.until_ms ? one->wait.until_ms : any.until_ms;
        }
    }
    waiting_tell(&any, connsync_result(lane->agent), pace);
    (void)connsync_posix_wait_any(waits, count, until_pulse(any.until_ms));
    drain_wake_pipe();
}

void session_sleep(uint64_t ms)
{
    const struct connsync_posix_interest nothing = {system_posix(), false, false};
    uint64_t until = system_now_ms() + ms;

    while (stopped == 0 && hung_up == 0 && system_now_ms() < until) {
        (void)connsync_posix_wait_any(&nothing, 1, until_pulse(until));
        drain_wake_pipe();
    }
}
