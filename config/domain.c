/* Takes a host and its port out of what a person wrote, in place. Whether the name exists is for a
 * platform's resolver. */
#include "config/domain.h"

#include <string.h>

#include "core/base/text.h"

#define SCHEME "https://"

/* Nothing, which leaves `*port_number` as it is, or a colon and a number. */
static bool read_port(const char *text, uint16_t *port_number)
{
    uint64_t number = 0;

    if (*text == '\0') {
        return true;
    }
    if (*text != ':' || !cs_slice_to_u64(cs_slice_of(text + 1), &number) || number == 0 ||
        number > UINT16_MAX) {
        return false;
    }
    *port_number = (uint16_t)number;
    return true;
}

bool cs_host_read(char *text, uint16_t *port_number)
{
    char *host = text;
    char *end = strchr(text, ':');
    const char *port = end;

    if (*text == '[') {
        host++;
        end = strchr(text, ']');
        if (end == NULL) {
            return false;
        }
        port = end + 1;
    } else if (end == NULL || strchr(end + 1, ':') != NULL) { /* several colons: a bare IPv6 */
        end = text + strlen(text);
        port = end;
    }
    if (end == host || !read_port(port, port_number)) {
        return false;
    }
    *end = '\0';
    memmove(text, host, (size_t)(end - host) + 1);
    return true;
}

static bool is_host_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == ':' || c == '_';
}

bool cs_domain_read(char *text, uint16_t *port_number)
{
    size_t length = strlen(text);

    if (strncmp(text, SCHEME, strlen(SCHEME)) == 0) {
        length -= strlen(SCHEME);
        memmove(text, text + strlen(SCHEME), length + 1);
    }
    if (length > 0 && text[length - 1] == '/') {
        text[length - 1] = '\0';
    }
    if (!cs_host_read(text, port_number)) {
        return false;
    }
    length = strlen(text);
    if (text[length - 1] == '.') {
        text[--length] = '\0';
    }
    for (size_t i = 0; i < length; i++) {
        if (!is_host_byte(text[i])) {
            return false;
        }
    }
    return length > 0;
}
