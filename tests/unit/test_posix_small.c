/* The small functions of the static programs, against those of this machine's C library. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Under names of their own, beside those that they take the place of. */
void *small_malloc(size_t size);
void *small_calloc(size_t count, size_t size);
void small_free(void *piece);
void small_qsort(void *base, size_t count, size_t width,
                 int (*compare)(const void *, const void *));
char *small_strstr(const char *text, const char *wanted);
size_t small_mbstowcs(wchar_t *out, const char *text, size_t size);
unsigned long small_strtoul(const char *text, char **end, int base);
unsigned long long small_strtoull(const char *text, char **end, int base);
char *small_strerror(int error);

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_the_heap_gives_takes_back_and_ends(void **state)
{
    (void)state;
    char *first = small_malloc(1000);
    assert_non_null(first);
    memset(first, 'x', 1000);
    small_free(first);
    /* Where it lay, and zeroed. */
    char *zeroed = small_calloc(10, 100);
    assert_ptr_equal(zeroed, first);
    for (size_t i = 0; i < 1000; i++) {
        assert_int_equal(zeroed[i], 0);
    }
    errno = 0;
    assert_null(small_malloc(1 << 20));
    assert_int_equal(errno, ENOMEM);
    errno = 0;
    assert_null(small_calloc(SIZE_MAX / 2, 3));
    assert_int_equal(errno, ENOMEM);
    small_free(zeroed);
    small_free(NULL);
}

static int compare_numbers(const void *a, const void *b)
{
    int one = 0;
    int other = 0;

    memcpy(&one, a, sizeof one);
    memcpy(&other, b, sizeof other);
    return (one > other) - (one < other);
}

static void test_sorts(void **state)
{
    (void)state;
    for (size_t count = 0; count < 40; count++) {
        int mine[40] = {0};
        int theirs[40];
        for (size_t i = 0; i < count; i++) {
            mine[i] = (int)(i * 7919 % 31) - 15;
        }
        memcpy(theirs, mine, sizeof theirs);
        small_qsort(mine, count, sizeof mine[0], compare_numbers);
        qsort(theirs, count, sizeof theirs[0], compare_numbers);
        assert_memory_equal(mine, theirs, count * sizeof mine[0]);
    }
}

static void test_finds_text(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a", "ab", "aab", "aaab", "127.0.0.1 localhost local"};
    static const char *const wanted[] = {"", "a", "b", "aab", "local", "local ", "locale", "1 l"};

    for (size_t i = 0; i < COUNT(texts); i++) {
        for (size_t k = 0; k < COUNT(wanted); k++) {
            assert_ptr_equal(small_strstr(texts[i], wanted[k]), strstr(texts[i], wanted[k]));
        }
    }
}

static void test_characters_are_bytes(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 3, 4, 8};

    assert_int_equal(small_mbstowcs(NULL, "", 0), 0);
    assert_int_equal(small_mbstowcs(NULL, "\xC3\xA4.example", 0), 10);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        wchar_t mine[8] = L"#######";
        wchar_t theirs[8] = L"#######";
        assert_int_equal(small_mbstowcs(mine, "abc", sizes[i]), mbstowcs(theirs, "abc", sizes[i]));
        assert_memory_equal(mine, theirs, sizeof mine);
    }
}

static void test_reads_numbers(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        " ",
                                        "x",
                                        "0",
                                        "00",
                                        "010",
                                        "0x",
                                        "0xg",
                                        "0x1f",
                                        "0X1Fz",
                                        "8",
                                        "08",
                                        "+5",
                                        "-5",
                                        "- 5",
                                        "--5",
                                        " \t\n12.",
                                        "4294967295",
                                        "4294967296",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "-18446744073709551615",
                                        "99999999999999999999",
                                        "zz",
                                        "7fffffff"};
    static const int bases[] = {0, 8, 10, 16, 36};

    for (size_t i = 0; i < COUNT(texts); i++) {
        for (size_t k = 0; k < COUNT(bases); k++) {
            char *mine = NULL;
            char *theirs = NULL;
            errno = 0;
            unsigned long long value = small_strtoull(texts[i], &mine, bases[k]);
            int error = errno;
            errno = 0;
            assert_true(value == strtoull(texts[i], &theirs, bases[k]));
            assert_int_equal(error == ERANGE, errno == ERANGE);
            assert_ptr_equal(mine, theirs);
            assert_true(small_strtoul(texts[i], NULL, bases[k]) ==
                        strtoul(texts[i], NULL, bases[k]));
        }
    }
}

/* The words of glibc where there are any, and else the number. */
static void test_tells_errors(void **state)
{
    (void)state;
    static const int common[] = {ENOENT, EACCES, EISDIR, ENOTDIR, ENOSPC,
                                 EROFS,  EMFILE, EIO,    ELOOP,   EDQUOT};
    char number[24];
    int known = 0;

    for (int error = 1; error < 4096; error++) {
        (void)snprintf(number, sizeof number, "error %d", error);
        known += strcmp(small_strerror(error), number) != 0;
#ifdef __GLIBC__
        if (strcmp(small_strerror(error), number) != 0) {
            assert_string_equal(small_strerror(error), strerror(error));
        }
#endif
    }
    assert_int_equal(known, 34);
    for (size_t i = 0; i < COUNT(common); i++) {
        assert_string_not_equal(small_strerror(common[i]), "");
        assert_int_not_equal(strncmp(small_strerror(common[i]), "error ", 6), 0);
    }
    assert_string_equal(small_strerror(INT_MIN), "error -2147483648");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_heap_gives_takes_back_and_ends),
        cmocka_unit_test(test_sorts),
        cmocka_unit_test(test_finds_text),
        cmocka_unit_test(test_characters_are_bytes),
        cmocka_unit_test(test_reads_numbers),
        cmocka_unit_test(test_tells_errors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
