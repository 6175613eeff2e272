/* JSON strings as this program prints them, on whatever is open. Objects and arrays around them
 * are written by who prints them. */
#include "platform/posix/cli/base/json_out.h"

void json_out_string(FILE *out, const char *text)
{
    (void)putc('"', out);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') {
            (void)fprintf(out, "\\%c", byte);
        } else if (byte < 0x20 || byte == 0x7f) {
            (void)fprintf(out, "\\u%04x", byte);
        } else {
            (void)putc(byte, out);
        }
    }
    (void)putc('"', out);
}

void json_out_member(FILE *out, const char *name, const char *value)
{
    (void)fprintf(out, "\"%s\":", name);
    json_out_string(out, value);
    (void)putc(',', out);
}
