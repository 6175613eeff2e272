/* The main loop of a board: what a run does when. What it says is in console.c, what it is asked to
 * do in settings.c; the hardware is behind connsync_board.h. */
#include "platform/lwip/run.h"

#include <string.h>

#include "platform/lwip/failure_text.h"

#define REASON_SIZE (CS_DESIRED_SENTENCE_SIZE + 16)
#define MS_PER_S 1000u

/* ---- Turning ---- */

/* One turn of the main loop, with everything in it but the agent. */
static void turn(struct cs_run *run)
{
    connsync_board_feed_watchdog();
    bool busy = cs_network_poll(&run->network);
    if (!busy && cs_network_may_sleep(&run->network)) {
        connsync_board_sleep();
    }
}

static void tell_network(struct cs_run *run)
{
    enum cs_network_state state = cs_network_state(&run->network);

    if (state != run->told) {
        cs_console_network(&run->network, &run->port, run->told);
        run->told = state;
    }
}

/* A cycle without a network would only fail; and without the date no certificate can
 * be judged. */
static void wait_for_network(struct cs_run *run)
{
    tell_network(run);
    while (cs_network_state(&run->network) != CS_NETWORK_READY) {
        turn(run);
        tell_network(run);
    }
}

static void sleep_until(struct cs_run *run, uint64_t moment)
{
    while (connsync_board_ms() < moment) {
        turn(run);
    }
}

/* ---- One cycle ---- */

static void count(struct cs_tally *tally, enum connsync_outcome outcome)
{
    switch (outcome) {
    case CONNSYNC_UNCHANGED:
        tally->unchanged++;
        break;
    case CONNSYNC_CHANGED:
        tally->changed++;
        break;
    case CONNSYNC_REFUSED:
        tally->refused++;
        break;
    default:
        tally->failed++;
        break;
    }
}

/* A certificate that is too old or too young may be right, and the clock wrong: a time
 * server that erred once must not cost an hour of failures. */
static bool may_be_the_clock(enum connsync_status status)
{
    return status == CONNSYNC_ERR_CERT_EXPIRED || status == CONNSYNC_ERR_CERT_NOT_YET_VALID;
}

static enum connsync_status step_to_end(struct cs_run *run)
{
    struct connsync_wait wait;
    enum connsync_status status;

    while ((status = connsync_step(run->agent, &wait)) == CONNSYNC_WOULD_BLOCK) {
        turn(run);
    }
    return status;
}

static void report_job(struct cs_run *run, enum connsync_status status)
{
    const struct connsync_result *result = connsync_result(run->agent);

    cs_console_job(result, run->asked, status, &run->network);
    count(&run->tally, result->outcome);
    if (may_be_the_clock(status)) {
        cs_network_doubt_time(&run->network);
    }
}

static void run_job(struct cs_run *run, const struct cs_desired_entry *entry)
{
    struct connsync_job job;
    enum connsync_status status;

    memset(&job, 0, sizeof job);
    cs_desired_entry_text(&run->settings.desired, entry, run->asked);
    job.operation = &connsync_operation_set;
    job.connection = run->asked;
    job.wanted = (enum connsync_setting)entry->setting;
    status = connsync_begin(run->agent, &job);
    if (status == CONNSYNC_OK) {
        report_job(run, step_to_end(run));
        return;
    }
    /* The result is still that of the job before. */
    cs_console_reason(run->asked, cs_failure_text(status));
    count(&run->tally, CONNSYNC_FAILED);
}

/* Between nine and eleven tenths of `seconds`: a fleet that was switched on at the
 * same moment does not stay in step. In milliseconds. */
static uint64_t with_jitter(uint32_t seconds)
{
    uint16_t random = 0;

    if (connsync_board_entropy((uint8_t *)&random, sizeof random) < 0) {
        random = UINT16_MAX / 2;
    }
    uint64_t tenth = (uint64_t)seconds * (MS_PER_S / 10);
    return tenth * 9 + tenth * 2 * random / UINT16_MAX;
}

static uint32_t seconds_to_next(const struct cs_run *run)
{
    uint32_t every = run->settings.desired.every_s;

    if (run->failures == 0) {
        return every;
    }
    uint32_t doublings = run->failures - 1 < CS_RUN_RETRY_DOUBLINGS_MAX
                             ? run->failures - 1
                             : CS_RUN_RETRY_DOUBLINGS_MAX;
    uint32_t retry = CS_RUN_RETRY_S << doublings;
    return retry < every ? retry : every;
}

static void check_stack(void)
{
    size_t size;

    if (connsync_board_stack_high_water(&size) == 0) {
        cs_console_reason("stack", "overrun");
        connsync_board_halt(CONNSYNC_BOARD_STACK_OVERRUN);
    }
}

/* Gives the time of the next cycle. */
static uint64_t run_cycle(struct cs_run *run)
{
    const struct cs_desired *desired = &run->settings.desired;

    run->cycle++;
    memset(&run->tally, 0, sizeof run->tally);
    for (size_t i = 0; i < desired->count; i++) {
        run_job(run, &desired->entries[i]);
    }
    connsync_disconnect(run->agent);
    run->failures = run->tally.failed > 0 ? run->failures + 1 : 0;

    uint64_t pause = with_jitter(seconds_to_next(run));
    cs_console_cycle(run->cycle, &run->tally, (uint32_t)(pause / MS_PER_S));
    cs_console_memory(run->agent, run->settings.config.memory_size, &run->network);
    check_stack();
    return connsync_board_ms() + pause;
}

/* ---- Beginning ---- */

static void read_settings(struct cs_run *run, const struct cs_run_parts *parts)
{
    char text[REASON_SIZE];
    struct cs_writer reason;

    cs_writer_init(&reason, text, sizeof text);
    int code = cs_settings_read(&run->settings, parts->memory, parts->memory_size, &reason);
    if (code != 0) {
        cs_console_reason("configuration", text);
        connsync_board_halt((enum connsync_board_code)code);
    }
    cs_console_settings(&run->settings);
}

static void start_network(struct cs_run *run)
{
    if (cs_network_start(&run->network) < 0) {
        cs_console_reason("network", "the Ethernet controller does not answer");
        connsync_board_halt(CONNSYNC_BOARD_NO_NETWORK_HARDWARE);
    }
    cs_network_port(&run->network, &run->port);
}

static void open_agent(struct cs_run *run, const struct cs_run_parts *parts)
{
    struct connsync_config *config = &run->settings.config;
    enum connsync_status status;

    config->port = &run->port;
    config->anchors = parts->anchors;
    config->anchors_length = parts->anchors_length;
    config->timeout_ms = CS_RUN_JOB_MS;
    config->attend = cs_network_attend;
    config->attended = &run->network;
    connsync_session_init(&run->session, run->session_bytes, sizeof run->session_bytes, 0);
    config->session = &run->session;
    run->agent = connsync_open(config, &status);
    if (run->agent != NULL) {
        return;
    }
    cs_console_reason("agent", cs_failure_text(status));
    connsync_board_halt(status == CONNSYNC_ERR_ENTROPY ? CONNSYNC_BOARD_NO_ENTROPY
                                                       : CONNSYNC_BOARD_REFUSED_CONFIGURATION);
}

void cs_run_forever(struct cs_run *run, const struct cs_run_parts *parts)
{
    memset(run, 0, sizeof *run);
    cs_console_greet(parts->board);
    read_settings(run, parts);
    /* Before any packet leaves: without entropy there is nothing to be done. */
    start_network(run);
    open_agent(run, parts);
    cs_console_network(&run->network, &run->port, CS_NETWORK_NO_LINK);
    run->told = cs_network_state(&run->network);
    for (;;) {
        wait_for_network(run);
        sleep_until(run, run_cycle(run));
    }
}
