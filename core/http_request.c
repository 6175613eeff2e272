#include "core/http.h"

#include "core/version.h"

/* ---- Which bytes may stand where ---- */

static bool is_within(struct cs_slice text, char first, char last)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < first || text.data[i] > last) {
            return false;
        }
    }
    return true;
}

static bool is_visible(struct cs_slice text)
{
    return is_within(text, '!', '~');
}

/* One line of printable ASCII, as all of our own fields are. NULL is none. */
static bool is_line(const char *text)
{
    return is_within(cs_slice_of(text), ' ', '~');
}

/* Checked before anything is written, so that no half of a request, nor a token
 * that would be refused anyway, ever lies in the buffer. */
static bool is_sound(const struct cs_http_request *request)
{
    struct cs_slice method = cs_slice_of(request->method);
    struct cs_slice host = cs_slice_of(request->host);

    return method.length > 0 && is_within(method, 'A', 'Z') && host.length > 0 &&
           is_visible(host) && cs_slice_starts_with(request->target, "/") &&
           is_visible(request->target) && is_visible(request->bearer) &&
           is_line(request->content_type) && is_line(request->correlation_id);
}

/* ---- Writing ---- */

/* `text` comes with the end of the line before, if that is still open. */
static void write_field(struct cs_writer *writer, const char *text, const char *value)
{
    cs_write_string(writer, text);
    cs_write_string(writer, value);
}

enum connsync_status cs_http_write_request(struct cs_writer *writer,
                                           const struct cs_http_request *request)
{
    if (!is_sound(request)) {
        return CONNSYNC_ERR_HTTP_REQUEST;
    }
    write_field(writer, request->method, " ");
    cs_write(writer, request->target);
    write_field(writer, " HTTP/1.1\r\nHost: ", request->host);
    /* There is no decompressor: whatever comes must come as it is. */
    cs_write_string(writer,
                    "\r\nUser-Agent: connsync/" CONNSYNC_VERSION "\r\nAccept: application/json"
                    "\r\nAccept-Encoding: identity");
    if (request->bearer.length > 0) {
        cs_write_string(writer, "\r\nAuthorization: Bearer ");
        cs_write(writer, request->bearer);
    }
    if (request->content_type != NULL) {
        write_field(writer, "\r\nContent-Type: ", request->content_type);
        cs_write_string(writer, "\r\nContent-Length: ");
        cs_write_u64(writer, request->content_length);
    }
#ifndef CONNSYNC_CORE_SMALL
    if (request->correlation_id != NULL) {
        write_field(writer, "\r\nX-Correlation-ID: ", request->correlation_id);
    }
#endif
    cs_write_string(writer, "\r\n\r\n");
    return writer->overflowed ? CONNSYNC_ERR_HTTP_REQUEST : CONNSYNC_OK;
}
