/* core/http/http_request.c: what may end a field gets into none. */
#include "core/http/http_request.c"

#include "proof.h"

#include <string.h>

#define HEAD 16

/* Whatever is written was proved to stay within the buffer. */
void any_write(struct cs_writer *writer, struct cs_slice text)
{
    __CPROVER_assert(__CPROVER_r_ok(text.data, text.length), "a text");
    writer->length += any_size(writer->size - 1 - writer->length);
    writer->overflowed |= nondet_bool();
}

void any_write_string(struct cs_writer *writer, const char *string)
{
    __CPROVER_assert(string != NULL, "a string");
    any_write(writer, cs_slice_make("", 0));
}

void any_write_u64(struct cs_writer *writer, uint64_t value)
{
    (void)value;
    any_write(writer, cs_slice_make("", 0));
}

void any_wipe(void *memory, size_t length)
{
    memset(memory, 0, length);
}

/* Neither white space nor what is no character of ASCII that can be seen. */
static bool ends_nothing(struct cs_slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        if ((unsigned char)(text.data[i] - 0x21) > 0x7e - 0x21) {
            return false;
        }
    }
    return true;
}

void prove_http_request(void)
{
    size_t size;
    char *data = any_buffer(HEAD, &size);
    struct cs_writer writer = {data, size, 0, false};
    const char *host = any_string(BYTES);
    struct cs_http_request request = {any_string(2),
                                      host,
                                      any_text(),
                                      any_text(),
                                      nondet_bool() ? any_string(BYTES) : NULL,
                                      7,
                                      nondet_bool() ? any_string(BYTES) : NULL};

    if (cs_http_write_request(&writer, &request) == CONNSYNC_OK) {
        __CPROVER_assert(request.target.length > 0 && request.target.data[0] == '/', "a target");
        __CPROVER_assert(ends_nothing(request.target) && ends_nothing(request.bearer) &&
                             ends_nothing(cs_slice_of(host)),
                         "nothing ends a field");
    } else if (writer.length > 0) {
        __CPROVER_assert(data[any_size(writer.length - 1)] == 0, "no half of it stays");
    }
}
