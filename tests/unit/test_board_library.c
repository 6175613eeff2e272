/* boards/common/library.c under names of its own, against this machine's C library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

void *board_memchr(const void *memory, int byte, size_t length);
int board_memcmp(const void *a, const void *b, size_t length);
void *board_memmove(void *to, const void *from, size_t length);
char *board_strchr(const char *text, int byte);
size_t board_strlen(const char *text);
int board_strncmp(const char *a, const char *b, size_t length);

#define memchr board_memchr
#define memcmp board_memcmp
#define memmove board_memmove
#define strchr board_strchr
#define strlen board_strlen
#define strncmp board_strncmp
#include "boards/common/library.c" /* NOLINT(bugprone-suspicious-include): under these names */
#undef memchr
#undef memcmp
#undef memmove
#undef strchr
#undef strlen
#undef strncmp

static const char *const texts[] = {"",   "a",    "b",       "ab",      "abc",
                                    "ba", "abcd", "abc\x7f", "abc\x80", "abc\xff"};
#define TEXTS (sizeof texts / sizeof texts[0])

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void test_searching(void **state)
{
    static const int bytes[] = {'a', 'b', 'c', 'd', '\0', 0x7f, 0x80, 0xff, -1, 'a' + 256};

    (void)state;
    for (size_t i = 0; i < TEXTS; i++) {
        size_t size = strlen(texts[i]) + 1;

        assert_int_equal(board_strlen(texts[i]), size - 1);
        for (size_t k = 0; k < sizeof bytes / sizeof bytes[0]; k++) {
            const char *found = strchr(texts[i], (unsigned char)bytes[k]);
            assert_ptr_equal(board_strchr(texts[i], bytes[k]), found);
            for (size_t length = 0; length <= size; length++) {
                assert_ptr_equal(board_memchr(texts[i], bytes[k], length),
                                 memchr(texts[i], bytes[k], length));
            }
        }
    }
}

static void test_comparing(void **state)
{
    (void)state;
    for (size_t i = 0; i < TEXTS; i++) {
        for (size_t k = 0; k < TEXTS; k++) {
            size_t shorter = strlen(texts[i]) < strlen(texts[k]) ? i : k;
            for (size_t length = 0; length <= 8; length++) {
                assert_int_equal(sign(board_strncmp(texts[i], texts[k], length)),
                                 sign(strncmp(texts[i], texts[k], length)));
            }
            for (size_t length = 0; length <= strlen(texts[shorter]) + 1; length++) {
                assert_int_equal(sign(board_memcmp(texts[i], texts[k], length)),
                                 sign(memcmp(texts[i], texts[k], length)));
            }
        }
    }
}

/* Every length, and every way in which the two places can overlap. */
static void test_moving(void **state)
{
    enum {
        SIZE = 24
    };

    (void)state;
    for (size_t to = 0; to < SIZE; to++) {
        for (size_t from = 0; from < SIZE; from++) {
            for (size_t length = 0; length <= SIZE - (to > from ? to : from); length++) {
                char moved[SIZE];
                char wanted[SIZE];
                for (size_t i = 0; i < SIZE; i++) {
                    moved[i] = wanted[i] = (char)i;
                }
                assert_ptr_equal(board_memmove(moved + to, moved + from, length), moved + to);
                memmove(wanted + to, wanted + from, length);
                assert_memory_equal(moved, wanted, SIZE);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_searching),
        cmocka_unit_test(test_comparing),
        cmocka_unit_test(test_moving),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
