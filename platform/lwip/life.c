#include "platform/lwip/life.h"

#include <string.h>

#include "platform/lwip/failure_text.h"

#define REASON_SIZE (CS_DESIRED_SENTENCE_SIZE + 16)
#define MS_PER_S 1000u

/* ---- Turning ---- */

/* One turn of the main loop, with everything in it but the agent. */
static void turn(struct connsync_life *life)
{
    connsync_board_feed_watchdog();
    bool busy = connsync_network_poll(&life->network);
    if (!busy && connsync_network_may_sleep(&life->network)) {
        connsync_board_sleep();
    }
}

static void tell_network(struct connsync_life *life)
{
    enum connsync_network_state state = connsync_network_state(&life->network);

    if (state != life->told) {
        connsync_console_network(&life->network, &life->port, life->told);
        life->told = state;
    }
}

/* A cycle without a network would only fail; and without the date no certificate can
 * be judged. */
static void wait_for_network(struct connsync_life *life)
{
    tell_network(life);
    while (connsync_network_state(&life->network) != CONNSYNC_NETWORK_READY) {
        turn(life);
        tell_network(life);
    }
}

static void sleep_until(struct connsync_life *life, uint64_t moment)
{
    while (connsync_board_ms() < moment) {
        turn(life);
    }
}

/* ---- One cycle ---- */

static void count(struct connsync_tally *tally, enum connsync_outcome outcome)
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

static void run_job(struct connsync_life *life, const struct cs_desired_entry *entry)
{
    struct connsync_job job;
    struct connsync_wait wait;
    enum connsync_status status;

    memset(&job, 0, sizeof job);
    cs_desired_entry_text(&life->settings.desired, entry, life->asked);
    job.operation = &connsync_operation_set;
    job.connection = life->asked;
    job.wanted = (enum connsync_setting)entry->setting;
    (void)connsync_begin(life->agent, &job);
    for (;;) {
        status = connsync_step(life->agent, &wait);
        if (status != CONNSYNC_WOULD_BLOCK) {
            break;
        }
        turn(life);
    }
    const struct connsync_result *result = connsync_result(life->agent);
    connsync_console_job(result, life->asked, status, &life->network);
    count(&life->tally, result->outcome);
    if (may_be_the_clock(status)) {
        connsync_network_doubt_time(&life->network);
    }
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

static uint32_t seconds_to_next(const struct connsync_life *life)
{
    uint32_t every = life->settings.desired.every_s;

    if (life->failures == 0) {
        return every;
    }
    uint32_t doublings = life->failures - 1 < CONNSYNC_LIFE_RETRY_DOUBLINGS_MAX
                             ? life->failures - 1
                             : CONNSYNC_LIFE_RETRY_DOUBLINGS_MAX;
    uint32_t retry = CONNSYNC_LIFE_RETRY_S << doublings;
    return retry < every ? retry : every;
}

static void check_stack(void)
{
    size_t size;

    if (connsync_board_stack_high_water(&size) == 0) {
        connsync_console_reason("stack", "overrun");
        connsync_board_halt(CONNSYNC_BOARD_STACK_OVERRUN);
    }
}

/* Gives the time of the next cycle. */
static uint64_t run_cycle(struct connsync_life *life)
{
    const struct cs_desired *desired = &life->settings.desired;

    life->cycle++;
    memset(&life->tally, 0, sizeof life->tally);
    for (size_t i = 0; i < desired->count; i++) {
        run_job(life, &desired->entries[i]);
    }
    connsync_disconnect(life->agent);
    life->failures = life->tally.failed > 0 ? life->failures + 1 : 0;

    uint64_t pause = with_jitter(seconds_to_next(life));
    connsync_console_cycle(life->cycle, &life->tally, (uint32_t)(pause / MS_PER_S));
    connsync_console_memory(life->agent, life->settings.config.memory_size, &life->network);
    check_stack();
    return connsync_board_ms() + pause;
}

/* ---- Beginning ---- */

static void read_settings(struct connsync_life *life, const struct connsync_life_parts *parts)
{
    char text[REASON_SIZE];
    struct cs_writer reason;

    cs_writer_init(&reason, text, sizeof text);
    int code = connsync_settings_read(&life->settings, parts->memory, parts->memory_size, &reason);
    if (code != 0) {
        connsync_console_reason("configuration", text);
        connsync_board_halt((enum connsync_board_code)code);
    }
    connsync_console_settings(&life->settings);
}

static void start_network(struct connsync_life *life)
{
    if (connsync_network_start(&life->network) < 0) {
        connsync_console_reason("network", "the Ethernet controller does not answer");
        connsync_board_halt(CONNSYNC_BOARD_NO_NETWORK_HARDWARE);
    }
    connsync_network_port(&life->network, &life->port);
}

static void open_agent(struct connsync_life *life, const struct connsync_life_parts *parts)
{
    struct connsync_config *config = &life->settings.config;
    enum connsync_status status;

    config->port = &life->port;
    config->anchors = parts->anchors;
    config->anchors_length = parts->anchors_length;
    config->timeout_ms = CONNSYNC_LIFE_JOB_MS;
    life->agent = connsync_open(config, &status);
    if (life->agent != NULL) {
        return;
    }
    connsync_console_reason("agent", connsync_failure_text(status));
    connsync_board_halt(status == CONNSYNC_ERR_ENTROPY ? CONNSYNC_BOARD_NO_ENTROPY
                                                       : CONNSYNC_BOARD_REFUSED_CONFIGURATION);
}

void connsync_life_run(struct connsync_life *life, const struct connsync_life_parts *parts)
{
    memset(life, 0, sizeof *life);
    connsync_console_greet(parts->board);
    read_settings(life, parts);
    /* Before any packet leaves: without entropy there is nothing to be done. */
    start_network(life);
    open_agent(life, parts);
    connsync_console_network(&life->network, &life->port, CONNSYNC_NETWORK_NO_LINK);
    life->told = connsync_network_state(&life->network);
    for (;;) {
        wait_for_network(life);
        sleep_until(life, run_cycle(life));
    }
}
