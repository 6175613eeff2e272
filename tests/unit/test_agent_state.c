/* The tables of a job's states and of its write's, against those that docs/design.md shows. */
#include "core/agent/agent_state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LINE_SIZE 512

static const char *const state_names[CS_STATES] = {"unused", "ended", "token",
                                                   "read",   "items", "write"};
static const char *const event_names[CS_EVENTS] = {
    "begun", "token needed", "token granted", "page", "decided", "again", "over"};
static const char *const write_names[CS_WRITE_STATES] = {
    "", "none", "failed", "sent", "sent again", "answered", "unanswered", "acknowledged", "seen"};
static const char *const write_event_names[CS_WRITE_EVENTS] = {
    "sent", "rejected", "error", "failed", "acknowledged", "no effect", "effect"};

/* The document, behind the line that begins this table. */
static FILE *open_table(const char *mark)
{
    const char *root = getenv("CONNSYNC_SOURCE_DIR");
    char text[LINE_SIZE];

    assert_non_null(root);
    (void)snprintf(text, sizeof text, "%s/docs/design.md", root);
    FILE *file = fopen(text, "r");
    assert_non_null(file);
    while (strncmp(text, mark, strlen(mark)) != 0) {
        assert_non_null(fgets(text, sizeof text, file));
    }
    return file;
}

/* Reads a row, which must be just so. */
static void expect_row(FILE *file, const char *first, const char *const *cells, int count)
{
    char expected[LINE_SIZE];
    char line[LINE_SIZE];
    int length = snprintf(expected, sizeof expected, "| %s |", first);

    for (int i = 0; i < count; i++) {
        length += snprintf(expected + length, sizeof expected - (size_t)length,
                           cells[i][0] != '\0' ? " %s |" : "%s |", cells[i]);
    }
    (void)snprintf(expected + length, sizeof expected - (size_t)length, "\n");
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, expected);
}

static void skip_row(FILE *file)
{
    char line[LINE_SIZE];

    assert_non_null(fgets(line, sizeof line, file));
}

static void test_states(void **unused)
{
    FILE *file = open_table("<!-- states: begin -->");
    const char *cells[CS_EVENTS];

    (void)unused;
    expect_row(file, "state", event_names, CS_EVENTS);
    skip_row(file);
    for (int state = 0; state < CS_STATES; state++) {
        for (int event = 0; event < CS_EVENTS; event++) {
            enum cs_state next = cs_state_next((enum cs_state)state, (enum cs_event)event);
            cells[event] = next == CS_STATE_UNUSED ? "" : state_names[next];
        }
        expect_row(file, state_names[state], cells, CS_EVENTS);
    }
    (void)fclose(file);
}

static void test_write_states(void **unused)
{
    FILE *file = open_table("<!-- write states: begin -->");
    const char *cells[CS_WRITE_EVENTS];

    (void)unused;
    expect_row(file, "the write is", write_event_names, CS_WRITE_EVENTS);
    skip_row(file);
    for (int state = CS_WRITE_NONE; state < CS_WRITE_STATES; state++) {
        for (int event = 0; event < CS_WRITE_EVENTS; event++) {
            enum cs_write_state next =
                cs_write_next((enum cs_write_state)state, (enum cs_write_event)event);
            cells[event] = (int)next == state ? "" : write_names[next];
        }
        expect_row(file, write_names[state], cells, CS_WRITE_EVENTS);
    }
    (void)fclose(file);
}

/* What is open stays so until the service has rejected it, and none before it may land, or a
 * read-back has shown that none had an effect and none can have one any more; and what was acknowledged or seen stays so, whatever a read-back shows then. */
static void test_open_write(void **unused)
{
    (void)unused;
    for (int state = CS_WRITE_SENT; state < CS_WRITE_STATES; state++) {
        for (int event = 0; event < CS_WRITE_EVENTS; event++) {
            enum cs_write_state next =
                cs_write_next((enum cs_write_state)state, (enum cs_write_event)event);
            bool closes = (event == CS_WRITE_EVENT_REJECTED && state == CS_WRITE_SENT) ||
                          (event == CS_WRITE_EVENT_NO_EFFECT &&
                           cs_write_may_land((enum cs_write_state)state));
            assert_int_equal(cs_write_is_open(next), !closes);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_states),
        cmocka_unit_test(test_write_states),
        cmocka_unit_test(test_open_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
