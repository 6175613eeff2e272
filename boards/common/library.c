/*
 * Functions of the C library, small. The library's own read words to be fast in long texts and
 * take three to ten times the flash; what is searched, compared and moved here is short. What
 * carries the bytes of records and keys (memcpy, memset) stays the library's.
 *
 * The compiler must not make calls to these functions out of their own loops: see
 * cmake/firmware.cmake.
 */
#include <stddef.h>
#include <string.h>

void *memchr(const void *memory, int byte, size_t length)
{
    const unsigned char *at = memory;

    for (; length > 0; at++, length--) {
        if (*at == (unsigned char)byte) {
            return (void *)(size_t)at;
        }
    }
    return NULL;
}

int memcmp(const void *a, const void *b, size_t length)
{
    const unsigned char *left = a;
    const unsigned char *right = b;

    for (size_t i = 0; i < length; i++) {
        if (left[i] != right[i]) {
            return left[i] - right[i];
        }
    }
    return 0;
}

void *memmove(void *to, const void *from, size_t length)
{
    unsigned char *out = to;
    const unsigned char *in = from;

    if (out < in) {
        for (size_t i = 0; i < length; i++) {
            out[i] = in[i];
        }
    } else {
        while (length > 0) {
            length--;
            out[length] = in[length];
        }
    }
    return to;
}

char *strchr(const char *text, int byte)
{
    for (; *text != (char)byte; text++) {
        if (*text == '\0') {
            return NULL;
        }
    }
    return (char *)(size_t)text;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0') {
        length++;
    }
    return length;
}

int strncmp(const char *a, const char *b, size_t length)
{
    for (; length > 0; a++, b++, length--) {
        int difference = (unsigned char)*a - (unsigned char)*b;
        if (difference != 0 || *a == '\0') {
            return difference;
        }
    }
    return 0;
}
