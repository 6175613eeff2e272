/*
 * The printf family of the static programs, in place of the C library's, whose members are
 * linked only where nothing else has their names. platform/posix/libc/posix_format.h says why.
 */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/libc/posix_format.h"

int vsnprintf(char *out, size_t size, const char *format, va_list arguments)
{
    return cs_posix_format(out, size, format, arguments);
}

int snprintf(char *out, size_t size, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = cs_posix_format(out, size, format, arguments);
    va_end(arguments);
    return length;
}

int vfprintf(FILE *file, const char *format, va_list arguments)
{
    return cs_posix_format_to(file, format, arguments);
}

int fprintf(FILE *file, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = cs_posix_format_to(file, format, arguments);
    va_end(arguments);
    return length;
}

int printf(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    int length = cs_posix_format_to(stdout, format, arguments);
    va_end(arguments);
    return length;
}
