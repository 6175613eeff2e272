/* The queue hands out what was put into it, in order and as often as one likes: out of its own memory,
 * of a file, of memory where there is no file, and of memory once the file has no more room. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/queue.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#define MANY 1000u

static struct queue queue;

/* Of lengths that differ: every third has the longest texts. */
static struct connsync_result item(unsigned number)
{
    struct connsync_result result;

    memset(&result, 0, sizeof result);
    result.before = (enum connsync_setting)(number % 3 + 1);
    (void)snprintf(result.id, sizeof result.id, "con_%u", number);
    (void)snprintf(result.name, sizeof result.name, number % 3 == 0 ? "%0128u" : "n%u", number);
    (void)snprintf(result.strategy, sizeof result.strategy, number % 3 == 0 ? "%064u" : "s%u",
                   number);
    return result;
}

static void put(unsigned from, unsigned to)
{
    for (unsigned number = from; number < to; number++) {
        struct connsync_result listed = item(number);
        assert_true(queue_put(&queue, &listed, (enum connsync_setting)(number % 2 + 1)));
    }
}

static void expect(unsigned count)
{
    struct connsync_result taken;
    enum connsync_setting wanted;

    for (int round = 0; round < 2; round++) {
        assert_true(queue_rewind(&queue));
        for (unsigned number = 0; number < count; number++) {
            struct connsync_result listed = item(number);
            assert_int_equal(queue_left(&queue), count - number);
            assert_true(queue_take(&queue, &taken, &wanted));
            assert_memory_equal(&taken, &listed, sizeof taken);
            assert_int_equal(wanted, number % 2 + 1);
        }
        assert_int_equal(queue_left(&queue), 0);
        assert_false(queue_take(&queue, &taken, &wanted));
        /* The second time, from the middle. */
        assert_true(queue_rewind(&queue));
        for (unsigned number = 0; number < count / 2; number++) {
            assert_true(queue_take(&queue, &taken, &wanted));
        }
    }
    assert_int_equal(queue.count, count);
    queue_clear(&queue);
}

static void test_counts(void **state)
{
    static const unsigned counts[] = {0, 1, 15, 40, 41, 42, 43, 44, 45, 80, MANY};

    (void)state;
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        put(0, counts[i]);
        assert_int_equal(queue.spill.has_file, counts[i] > 60);
        expect(counts[i]);
    }
}

static void test_no_folder(void **state)
{
    (void)state;
    assert_int_equal(setenv("TMPDIR", "/nowhere", 1), 0);
    put(0, MANY);
    assert_true(queue.spill.memory != NULL && !queue.spill.has_file);
    expect(MANY);
    assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void limit_files(rlim_t most)
{
    struct rlimit limit;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = most;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_full_disk(void **state)
{
    (void)state;
    (void)signal(SIGXFSZ, SIG_IGN);
    limit_files(3 * QUEUE_SIZE - 100);
    put(0, MANY);
    limit_files(RLIM_INFINITY);
    assert_true(queue.spill.memory != NULL && !queue.spill.has_file);
    expect(MANY);
}

/* A file that cannot be read any more is told from the end. */
static void test_lost_file(void **state)
{
    struct connsync_result taken;
    enum connsync_setting wanted;
    unsigned count = 0;

    (void)state;
    put(0, MANY);
    assert_true(queue_rewind(&queue));
    assert_int_equal(ftruncate(queue.spill.file, 3 * QUEUE_SIZE), 0);
    while (queue_take(&queue, &taken, &wanted)) {
        count++;
    }
    assert_int_equal(errno, EIO);
    assert_true(count > 0);
    assert_int_equal(queue_left(&queue), MANY - count);
    queue_clear(&queue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_no_folder),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_lost_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
