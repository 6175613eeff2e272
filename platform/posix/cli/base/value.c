/* Marks and line ends around a value. Who may ask for it, and what is said of one that is not legal,
 * is options/'s. */
#include "platform/posix/cli/base/value.h"

#include "core/base/text.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

size_t value_tidy(char *text, size_t length)
{
    size_t mark = sizeof BYTE_ORDER_MARK - 1;
    size_t end = length;

    if (length >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0) {
        end -= mark;
        memmove(text, text + mark, end);
    }
    while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == '\r')) {
        end--;
    }
    cs_wipe(text + end, length - end);
    text[end] = '\0';
    return end;
}

bool value_is_clean(const char *text, size_t length, bool visible)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte < ' ' || byte == 0x7f || (visible && (byte == ' ' || byte > 0x7f))) {
            return false;
        }
    }
    return true;
}
