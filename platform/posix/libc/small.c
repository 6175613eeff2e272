/*
 * Functions of the C library that its resolver and we call, small, for the static programs: musl's
 * are made for large inputs and for locales that we never set.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/sort.h"

struct qsort_items {
    unsigned char *base;
    size_t width;
    int (*compare)(const void *, const void *);
};

static bool goes_before(const void *context, size_t a, size_t b)
{
    const struct qsort_items *items = context;

    return items->compare(items->base + a * items->width, items->base + b * items->width) < 0;
}

static void swap(void *context, size_t a, size_t b)
{
    const struct qsort_items *items = context;
    unsigned char *one = items->base + a * items->width;
    unsigned char *other = items->base + b * items->width;

    for (size_t i = 0; i < items->width; i++) {
        unsigned char kept = one[i];
        one[i] = other[i];
        other[i] = kept;
    }
}

/* A heapsort, as the core's. */
void qsort(void *base, size_t count, size_t width, int (*compare)(const void *, const void *))
{
    struct qsort_items items = {base, width, compare};

    cs_sort(&items, count, &(struct cs_sort_by){goes_before, swap});
}

/* For lines of a hosts file: n times m in the worst case. */
char *strstr(const char *text, const char *wanted)
{
    size_t length = strlen(wanted);

    for (; strncmp(text, wanted, length) != 0; text++) {
        if (*text == '\0') {
            return NULL;
        }
    }
    return (char *)(uintptr_t)text;
}

/* Of the locale "C", whose characters are bytes; no other one is ever set. */
size_t mbstowcs(wchar_t *out, const char *text, size_t size)
{
    size_t length = strlen(text);

    for (size_t i = 0; out != NULL && i < size && i <= length; i++) {
        out[i] = (unsigned char)text[i];
    }
    return out == NULL || length < size ? length : size;
}

static unsigned digit_of(char text)
{
    if (isdigit((unsigned char)text)) {
        return (unsigned)(text - '0');
    }
    return isalpha((unsigned char)text) ? (unsigned)((text | 0x20) - 'a') + 10 : UINT_MAX;
}

/* What a number's digits begin with says its base, where `base` is 0. */
static unsigned base_of(const char **digits, int base)
{
    const char *at = *digits;

    if ((base == 0 || base == 16) && at[0] == '0' && (at[1] | 0x20) == 'x' &&
        digit_of(at[2]) < 16) {
        *digits = at + 2;
        return 16;
    }
    if (base == 0) {
        return at[0] == '0' ? 8 : 10;
    }
    return (unsigned)base;
}

static unsigned long long number(const char *text, char **end, int base, unsigned long long most)
{
    const char *at = text + strspn(text, " \t\n\v\f\r");
    bool negative = *at == '-';
    bool over = false;
    unsigned long long value = 0;

    at += *at == '-' || *at == '+';
    unsigned by = base_of(&at, base);
    const char *first = at;
    for (; digit_of(*at) < by; at++) {
        over = over || value > (most - digit_of(*at)) / by;
        value = value * by + digit_of(*at);
    }
    if (end != NULL) {
        *end = (char *)(uintptr_t)(at == first ? text : at);
    }
    if (over) {
        errno = ERANGE;
        return most;
    }
    return negative ? -value : value;
}

unsigned long strtoul(const char *text, char **end, int base)
{
    return (unsigned long)number(text, end, base, ULONG_MAX);
}

unsigned long long strtoull(const char *text, char **end, int base)
{
    return number(text, end, base, ULLONG_MAX);
}
