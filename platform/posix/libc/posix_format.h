/*
 * The part of printf() that connsync uses, in a kilobyte or two.
 *
 * musl's own is twelve times as large as need be for a program that never prints a floating
 * point number, and on processors whose long double is wider than their registers it brings
 * an emulation of that with it. The static programs have this one instead, under the
 * standard names (platform/posix/libc/printf.c); others have their C library's.
 *
 * Known: the flags - and 0, width and precision (also as *), the lengths hh, h, l, ll, j, z and t,
 * and the conversions d, i, u, x, X, c, s and %. Each of them does what ISO C says. Any other
 * conversion ends the output, and the result is negative; tests/lint looks for them.
 */
#ifndef CONNSYNC_PLATFORM_POSIX_LIBC_POSIX_FORMAT_H
#define CONNSYNC_PLATFORM_POSIX_LIBC_POSIX_FORMAT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As vsnprintf(): what fits into `out` with its NUL; returns what would have been written. */
int cs_posix_format(char *out, size_t size, const char *format, va_list arguments);

/* As vfprintf(). */
int cs_posix_format_to(FILE *file, const char *format, va_list arguments);

#ifdef __cplusplus
}
#endif

#endif
