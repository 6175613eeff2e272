/* JSON strings as this program prints them, on whatever is open. Objects and arrays around them
 * are written by who prints them. */
#include "platform/posix/cli/base/json_out.h"

#include "core/base/text.h"

/* The number of what has so many bytes, by cs_odd_length(); U+FFFD for what was cut. */
static unsigned odd_number(const char *at, size_t length)
{
    if (length == 1) {
        return (unsigned char)at[0];
    }
    if (length == 2) {
        return (unsigned char)at[0] == 0xC2 ? (unsigned char)at[1] : 0xFFFDu;
    }
    return 0xD000u | ((unsigned char)at[1] & 0x3Fu) << 6 | ((unsigned char)at[2] & 0x3Fu);
}

void json_out_string(FILE *out, const char *text)
{
    (void)putc('"', out);
    while (*text != '\0') {
        size_t length = cs_odd_length(text);
        if (length > 0) {
            (void)fprintf(out, "\\u%04x", odd_number(text, length));
            text += length;
            continue;
        }
        if (*text == '"' || *text == '\\') {
            (void)putc('\\', out);
        }
        (void)putc((unsigned char)*text++, out);
    }
    (void)putc('"', out);
}

void json_out_member(FILE *out, const char *name, const char *value)
{
    (void)fprintf(out, "\"%s\":", name);
    json_out_string(out, value);
    (void)putc(',', out);
}
