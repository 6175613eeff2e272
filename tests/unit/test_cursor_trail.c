/* Lists whose cursors come back, and lists with too many of them. */
#include "platform/posix/cli/fleet/cursor_trail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* How many pages are asked for until a circle of `length` that begins after `lead` is found. */
static unsigned pages_until(unsigned lead, unsigned length)
{
    struct cursor_trail trail;
    char cursor[16];
    unsigned number = 0;

    memset(&trail, 0, sizeof trail);
    for (unsigned pages = 1;; pages++) {
        number = number == lead + length - 1 ? lead : number + 1;
        (void)snprintf(cursor, sizeof cursor, "c%u", number);
        const char *fault = cursor_trail_step(&trail, cursor);
        if (fault != NULL) {
            assert_string_equal(fault, "a cursor of the list came back, so it has no end");
            return pages;
        }
    }
}

static void test_circles(void **unused)
{
    (void)unused;
    for (unsigned lead = 1; lead < 70; lead++) {
        for (unsigned length = 1; length < 70; length++) {
            unsigned pages = pages_until(lead, length);
            assert_in_range(pages, lead + length, 3 * (lead + length));
        }
    }
}

/* A long cursor that differs in its last byte alone is another one. */
static void test_longest_cursors(void **unused)
{
    struct cursor_trail trail;
    char cursor[CONNSYNC_CURSOR_SIZE];

    (void)unused;
    memset(&trail, 0, sizeof trail);
    memset(cursor, 'c', sizeof cursor - 1);
    cursor[sizeof cursor - 1] = '\0';
    assert_null(cursor_trail_step(&trail, cursor));
    cursor[sizeof cursor - 2] = 'd';
    assert_null(cursor_trail_step(&trail, cursor));
    assert_non_null(cursor_trail_step(&trail, cursor));
}

static void test_too_many_pages(void **unused)
{
    struct cursor_trail trail;
    char cursor[16];

    (void)unused;
    memset(&trail, 0, sizeof trail);
    for (unsigned page = 0; page < CURSOR_TRAIL_PAGES_MAX; page++) {
        (void)snprintf(cursor, sizeof cursor, "%u", page);
        assert_null(cursor_trail_step(&trail, cursor));
    }
    assert_string_equal(cursor_trail_step(&trail, "another"),
                        "the list has more than 100,000 pages");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_circles),
        cmocka_unit_test(test_longest_cursors),
        cmocka_unit_test(test_too_many_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
