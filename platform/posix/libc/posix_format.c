/* The conversions, and the two ends that text goes to. The standard's names are printf.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/libc/posix_format.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define NO_PRECISION SIZE_MAX
/* 2^64 has 20 digits. */
#define DIGITS_MAX 20u

/* Where the text goes: a file, or `size` bytes at `out`. */
struct sink {
    FILE *file;
    char *out;
    size_t size;
    size_t length; /* what has been written, and what would have been */
    bool failed;
};

/* A va_list may be an array, which a pointer to a parameter would not be. */
struct arguments {
    va_list list;
};

/* One conversion, as between % and its letter. */
struct conversion {
    bool left;
    bool zeros;
    size_t width;
    size_t precision;
    size_t bytes; /* of an integer argument */
};

static void put(struct sink *sink, const char *text, size_t length)
{
    if (sink->file != NULL) {
        sink->failed = sink->failed || fwrite(text, 1, length, sink->file) != length;
    } else if (sink->length < sink->size) {
        size_t room = sink->size - sink->length;
        memcpy(sink->out + sink->length, text, length < room ? length : room);
    }
    sink->length += length;
}

static void fill(struct sink *sink, char with, size_t count)
{
    while (count-- > 0) {
        put(sink, &with, 1);
    }
}

static void put_padded(struct sink *sink, const struct conversion *conversion, const char *text,
                       size_t length)
{
    size_t padding = conversion->width > length ? conversion->width - length : 0;

    fill(sink, ' ', conversion->left ? 0 : padding);
    put(sink, text, length);
    fill(sink, ' ', conversion->left ? padding : 0);
}

static void put_string(struct sink *sink, const struct conversion *conversion, const char *text)
{
    if (text == NULL) {
        text = "(null)";
    }
    put_padded(sink, conversion, text, strnlen(text, conversion->precision));
}

/* The digits of `value`, at the end of `digits`; how many there are. Zero has none. */
static size_t spell(char digits[DIGITS_MAX], uintmax_t value, char letter)
{
    const char *alphabet = letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    bool is_decimal = letter != 'x' && letter != 'X';
    size_t count = 0;

    for (; value != 0; value = is_decimal ? value / 10 : value >> 4) {
        digits[DIGITS_MAX - ++count] = alphabet[is_decimal ? value % 10 : value & 15];
    }
    return count;
}

static void put_number(struct sink *sink, const struct conversion *conversion, uintmax_t value,
                       bool negative, char letter)
{
    char digits[DIGITS_MAX];
    size_t count = spell(digits, value, letter);
    size_t sign = negative ? 1 : 0;
    bool plain = conversion->precision == NO_PRECISION;
    size_t zeros = plain ? 1 : conversion->precision;

    if (plain && conversion->zeros && !conversion->left && conversion->width > sign + 1) {
        zeros = conversion->width - sign;
    }
    zeros = zeros > count ? zeros - count : 0;
    size_t length = sign + zeros + count;
    size_t padding = conversion->width > length ? conversion->width - length : 0;

    fill(sink, ' ', conversion->left ? 0 : padding);
    fill(sink, '-', sign);
    fill(sink, '0', zeros);
    put(sink, digits + DIGITS_MAX - count, count);
    fill(sink, ' ', conversion->left ? padding : 0);
}

/* A number of the format, or of the arguments; *negative if the latter is below zero. */
static size_t read_count(const char **at, struct arguments *arguments, bool *negative)
{
    size_t count = 0;

    *negative = false;
    if (**at == '*') {
        int given = va_arg(arguments->list, int);
        (*at)++;
        *negative = given < 0;
        return (size_t)(given < 0 ? -(long long)given : given);
    }
    while (**at >= '0' && **at <= '9' && count < INT_MAX / 10) {
        count = count * 10 + (size_t)(*(*at)++ - '0');
    }
    return count;
}

static size_t read_length(const char **at)
{
    size_t bytes = sizeof(int);

    for (;; (*at)++) {
        switch (**at) {
        case 'h':
            bytes = bytes == sizeof(short) ? sizeof(char) : sizeof(short);
            break;
        case 'l':
            /* Where long is no longer than int, the second l must still be seen. */
            bytes = (*at)[-1] == 'l' ? sizeof(long long) : sizeof(long);
            break;
        case 'j':
            bytes = sizeof(intmax_t);
            break;
        case 'z':
        case 't':
            bytes = sizeof(size_t);
            break;
        default:
            return bytes;
        }
    }
}

static void read_conversion(struct conversion *conversion, const char **at,
                            struct arguments *arguments)
{
    bool negative;

    memset(conversion, 0, sizeof *conversion);
    for (; **at == '-' || **at == '0'; (*at)++) {
        conversion->left = conversion->left || **at == '-';
        conversion->zeros = conversion->zeros || **at == '0';
    }
    conversion->width = read_count(at, arguments, &negative);
    conversion->left = conversion->left || negative;
    conversion->precision = NO_PRECISION;
    if (**at == '.') {
        (*at)++;
        size_t precision = read_count(at, arguments, &negative);
        conversion->precision = negative ? NO_PRECISION : precision;
    }
    conversion->bytes = read_length(at);
}

static intmax_t next_signed(struct arguments *arguments, size_t bytes)
{
    intmax_t value =
        bytes > sizeof(int) ? va_arg(arguments->list, long long) : va_arg(arguments->list, int);

    return bytes == sizeof(char)    ? (signed char)value
           : bytes == sizeof(short) ? (short)value
                                    : value;
}

static uintmax_t next_unsigned(struct arguments *arguments, size_t bytes)
{
    uintmax_t value = bytes > sizeof(int) ? va_arg(arguments->list, unsigned long long)
                                          : va_arg(arguments->list, unsigned);

    return bytes == sizeof(char)    ? (unsigned char)value
           : bytes == sizeof(short) ? (unsigned short)value
                                    : value;
}

static void convert_integer(struct sink *sink, const struct conversion *conversion, char letter,
                            struct arguments *arguments)
{
    if (letter == 'd' || letter == 'i') {
        intmax_t value = next_signed(arguments, conversion->bytes);
        bool negative = value < 0;
        put_number(sink, conversion, negative ? 0 - (uintmax_t)value : (uintmax_t)value, negative,
                   letter);
    } else {
        put_number(sink, conversion, next_unsigned(arguments, conversion->bytes), false, letter);
    }
}

/* Writes one conversion; false for one that is not known. */
static bool convert(struct sink *sink, const char **at, struct arguments *arguments)
{
    struct conversion conversion;
    char byte;

    read_conversion(&conversion, at, arguments);
    char letter = *(*at)++;
    switch (letter) {
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
        convert_integer(sink, &conversion, letter, arguments);
        return true;
    case 'c':
        byte = (char)va_arg(arguments->list, int);
        put_padded(sink, &conversion, &byte, 1);
        return true;
    case 's':
        put_string(sink, &conversion, va_arg(arguments->list, const char *));
        return true;
    case '%':
        put(sink, "%", 1);
        return true;
    default:
        return false;
    }
}

static int format_into(struct sink *sink, const char *format, va_list list)
{
    struct arguments arguments;
    bool known = true;

    va_copy(arguments.list, list);
    while (known && *format != '\0') {
        size_t plain = strcspn(format, "%");
        put(sink, format, plain);
        format += plain;
        if (*format == '%') {
            format++;
            known = convert(sink, &format, &arguments);
        }
    }
    va_end(arguments.list);
    return known && !sink->failed && sink->length <= INT_MAX ? (int)sink->length : -1;
}

int cs_posix_format(char *out, size_t size, const char *format, va_list arguments)
{
    struct sink sink = {NULL, out, size > 0 ? size - 1 : 0, 0, false};
    int length = format_into(&sink, format, arguments);

    if (size > 0) {
        out[sink.length < sink.size ? sink.length : sink.size] = '\0';
    }
    return length;
}

int cs_posix_format_to(FILE *file, const char *format, va_list arguments)
{
    struct sink sink = {file, NULL, 0, 0, false};

    return format_into(&sink, format, arguments);
}
