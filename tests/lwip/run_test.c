/* The run of a board with everything under it played: what becomes of a job that cannot begin, and
 * that the one after it is done all the same. tests/boards has the firmware as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "platform/lwip/run.h"

#define LINES_SIZE 4096u

static struct cs_desired_entry entries[2];
static char lines[LINES_SIZE];
static size_t lines_length;
static jmp_buf end_of_cycle;
static int halted_with;

/* What the agent is told and says. */
static struct connsync_result result;
static enum connsync_status begin_status; /* of the first job; the second begins */
static unsigned begins;
static unsigned steps;
static bool begun;

/* ---- The agent ---- */

struct connsync *connsync_open(const struct connsync_config *config, enum connsync_status *status)
{
    /* Who computes long has the network looked after. */
    assert_ptr_equal(config->attend, cs_network_attend);
    assert_non_null(config->attended);
    *status = CONNSYNC_OK;
    return (struct connsync *)&result;
}

enum connsync_status connsync_begin(struct connsync *agent, const struct connsync_job *job)
{
    enum connsync_status status = begins++ == 0 ? begin_status : CONNSYNC_OK;

    (void)agent;
    assert_ptr_equal(job->operation, &connsync_operation_set);
    begun = status == CONNSYNC_OK;
    return status;
}

/* Without a job it repeats the end of the one before, as connsync.h says. */
enum connsync_status connsync_step(struct connsync *agent, struct connsync_wait *wait)
{
    (void)agent;
    (void)wait;
    steps++;
    return begun && steps % 2 == 1 ? CONNSYNC_WOULD_BLOCK : CONNSYNC_OK;
}

const struct connsync_result *connsync_result(const struct connsync *agent)
{
    (void)agent;
    return &result;
}

size_t connsync_memory_high_water(const struct connsync *agent)
{
    (void)agent;
    return 0;
}

size_t connsync_memory_in_use(const struct connsync *agent)
{
    (void)agent;
    return 0;
}

void connsync_disconnect(struct connsync *agent)
{
    (void)agent;
}

/* ---- Settings and network ---- */

int cs_settings_read(struct cs_settings *settings, void *memory, size_t memory_size,
                     struct cs_writer *reason)
{
    static const char text[] = "\"first\"\"second\"";

    (void)memory;
    (void)memory_size;
    (void)reason;
    settings->desired.text = cs_slice_of(text);
    settings->desired.entries = entries;
    settings->desired.count = 2;
    settings->desired.every_s = 3600;
    entries[0] =
        (struct cs_desired_entry){.at = 0, .length = 7, .setting = CONNSYNC_ON_FIRST_LOGIN};
    entries[1] =
        (struct cs_desired_entry){.at = 7, .length = 8, .setting = CONNSYNC_ON_FIRST_LOGIN};
    return 0;
}

int cs_network_start(struct cs_network *network)
{
    (void)network;
    return 0;
}

void cs_network_attend(void *network)
{
    (void)network;
}

bool cs_network_poll(struct cs_network *network)
{
    (void)network;
    return false;
}

bool cs_network_may_sleep(const struct cs_network *network)
{
    (void)network;
    return true;
}

enum cs_network_state cs_network_state(const struct cs_network *network)
{
    (void)network;
    return CS_NETWORK_READY;
}

void cs_network_doubt_time(struct cs_network *network)
{
    (void)network;
}

const char *cs_network_state_text(enum cs_network_state state)
{
    (void)state;
    return "";
}

static enum connsync_port_status no_date(void *context, int64_t *seconds)
{
    (void)context;
    (void)seconds;
    return CONNSYNC_PORT_ERR_TIME_UNKNOWN;
}

void cs_network_port(struct cs_network *network, struct connsync_port *out)
{
    (void)network;
    memset(out, 0, sizeof *out);
    out->utc_seconds = no_date;
}

void cs_network_address(const struct cs_network *network, char text[CS_NETWORK_ADDRESS_SIZE])
{
    (void)network;
    text[0] = '\0';
}

const char *cs_network_reason(const struct cs_network *network)
{
    (void)network;
    return "";
}

void cs_network_figures(const struct cs_network *network, struct cs_network_figures *out)
{
    (void)network;
    memset(out, 0, sizeof *out);
}

/* ---- The board ---- */

uint64_t connsync_board_ms(void)
{
    return 0;
}

/* The first sleep without a job is that between two cycles. */
void connsync_board_sleep(void)
{
    if (strstr(lines, "cycle 1:") != NULL) {
        longjmp(end_of_cycle, 1);
    }
}

void connsync_board_feed_watchdog(void)
{
}

void connsync_board_console_write(const char *text, size_t length)
{
    assert_true(lines_length + length < sizeof lines);
    memcpy(lines + lines_length, text, length);
    lines_length += length;
    lines[lines_length] = '\0';
}

void connsync_board_halt(enum connsync_board_code code)
{
    halted_with = (int)code;
    longjmp(end_of_cycle, 1);
}

int connsync_board_entropy(uint8_t *out, size_t length)
{
    memset(out, 0, length);
    return 0;
}

size_t connsync_board_stack_high_water(size_t *size)
{
    *size = 2;
    return 1;
}

/* ---- Tests ---- */

/* One cycle over both connections. */
static void run_cycle(enum connsync_status status)
{
    static const struct cs_run_parts parts = {"test", NULL, 0, NULL, 0};
    static struct cs_run run;

    lines[0] = '\0';
    lines_length = 0;
    halted_with = 0;
    begins = 0;
    steps = 0;
    begun = false;
    begin_status = status;
    memset(&result, 0, sizeof result);
    result.outcome = CONNSYNC_UNCHANGED;
    if (setjmp(end_of_cycle) == 0) {
        cs_run_forever(&run, &parts);
    }
    assert_int_equal(halted_with, 0);
    assert_int_equal(begins, 2);
}

static void test_both_begin(void **state)
{
    (void)state;
    run_cycle(CONNSYNC_OK);
    assert_int_equal(steps, 4);
    assert_non_null(strstr(lines, "cycle 1: 2 unchanged, 0 changed, 0 refused, 0 failed; next in"));
}

/* No step is made of what was not begun, and its end is not that of another job. */
static void test_one_cannot_begin(void **state)
{
    (void)state;
    run_cycle(CONNSYNC_ERR_ARGUMENT);
    assert_int_equal(steps, 2);
    assert_non_null(strstr(lines, "\nfirst: a setting is missing or not valid\n"));
    assert_non_null(strstr(lines, "cycle 1: 1 unchanged, 0 changed, 0 refused, 1 failed; next in"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_begin),
        cmocka_unit_test(test_one_cannot_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
