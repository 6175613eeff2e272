/* What a list does between two pages, at places that no test can reach page by page. */
#include "core/agent/agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TIMEOUT_MS 5000u

static uint64_t now_ms;

static uint64_t monotonic(void *context)
{
    (void)context;
    return now_ms;
}

static const struct connsync_port port = {.monotonic_ms = monotonic};

/* An agent that has handed out all of a page, the last one of so many. */
static void put_behind(struct connsync *agent, unsigned pages, const char *page)
{
    memset(agent, 0, sizeof *agent);
    agent->job.operation = &connsync_operation_list;
    agent->config.timeout_ms = TIMEOUT_MS;
    agent->exchange.port = &port;
    connsync_operation_list.begin(agent);
    agent->pages = pages - 1;
    agent->document.text = cs_slice_make(page, strlen(page));
    agent->state = CS_STATE_READ;
    assert_int_equal(connsync_operation_list.judge(agent), CONNSYNC_OK);
    assert_int_equal(agent->state, CS_STATE_ITEMS);
}

/* However many cursors there are, none of them the same: the list has an end. */
static void test_number_of_pages(void **state)
{
    static struct connsync agent;
    char page[64];

    (void)state;
    for (unsigned pages = CS_AGENT_PAGES_MAX - 2; pages <= CS_AGENT_PAGES_MAX + 1; pages++) {
        bool is_last = pages > CS_AGENT_PAGES_MAX;
        (void)snprintf(page, sizeof page, "{\"next\":\"%u\",\"connections\":[]}", pages);
        put_behind(&agent, pages, page);
        assert_int_equal(connsync_operation_list.next(&agent),
                         is_last ? CONNSYNC_ERR_ANSWER : CONNSYNC_OK);
        assert_int_equal(agent.state, is_last ? CS_STATE_ITEMS : CS_STATE_READ);
    }
}

/* The next page has all the time and all the tries, whatever this one took. */
static void test_time_of_a_page(void **state)
{
    static struct connsync agent;

    (void)state;
    put_behind(&agent, 3, "{\"next\":\"x\",\"connections\":[]}");
    agent.deadline = 1;
    agent.retries = CS_AGENT_RETRIES_MAX;
    agent.postponed = 7;
    now_ms = 1000000;
    assert_int_equal(connsync_operation_list.next(&agent), CONNSYNC_OK);
    assert_int_equal(agent.deadline, now_ms + TIMEOUT_MS);
    assert_int_equal(agent.retries + agent.postponed, 0);
}

/* Half of the connections, down to one, that one without options, and then no less; behind it as
 * many as ever. */
static void test_less_and_more(void **state)
{
    static const unsigned takes[] = {25, 12, 6, 3, 1, 1};
    static struct connsync agent;

    (void)state;
    put_behind(&agent, 1, "{\"next\":\"x\",\"connections\":[]}");
    for (size_t i = 0; i < sizeof takes / sizeof takes[0]; i++) {
        assert_true(connsync_operation_list.ask_for_less(&agent, CONNSYNC_REFUSED_DEPTH));
        assert_int_equal(agent.take, takes[i]);
    }
    assert_int_equal(agent.unread, CONNSYNC_REFUSED_DEPTH);
    assert_false(connsync_operation_list.ask_for_less(&agent, CONNSYNC_REFUSED_DEPTH));
    assert_int_equal(connsync_operation_list.next(&agent), CONNSYNC_OK);
    assert_int_equal(agent.take, CONNSYNC_PAGE_MAX);
    assert_int_equal(agent.unread, CONNSYNC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_of_pages),
        cmocka_unit_test(test_time_of_a_page),
        cmocka_unit_test(test_less_and_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
