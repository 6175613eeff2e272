/*
 * Writes request heads (RFC 9112 section 3), and lets nothing into them that would end a
 * field. What is asked for, and the body, are the caller's.
 */
#include "core/http/http.h"

#include "core/base/version.h"

/* Only visible ASCII, whatever the locale: no byte that would end a field, or a part of
 * the request line. */
static bool is_visible(struct cs_slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return true;
}

/* `before` comes with the end of the line before, if that is still open. A value that may
 * not stand in a request counts as one that does not fit. */
static void write_slice(struct cs_writer *writer, const char *before, struct cs_slice value)
{
    cs_write_string(writer, before);
    cs_write(writer, value);
    writer->overflowed |= !is_visible(value);
}

static void write_string(struct cs_writer *writer, const char *before, const char *value)
{
    write_slice(writer, before, cs_slice_of(value));
}

static void write_head(struct cs_writer *writer, const struct cs_http_request *request)
{
    write_string(writer, "", request->method);
    write_slice(writer, " ", request->target);
    write_string(writer, " HTTP/1.1\r\nHost: ", request->host);
    /* There is no decompressor: whatever comes must come as it is. */
    cs_write_string(writer,
                    "\r\nUser-Agent: connsync/" CONNSYNC_VERSION "\r\nAccept: application/json"
                    "\r\nAccept-Encoding: identity");
    if (request->bearer.length > 0) {
        write_slice(writer, "\r\nAuthorization: Bearer ", request->bearer);
    }
    if (request->content_type != NULL) {
        write_string(writer, "\r\nContent-Type: ", request->content_type);
        cs_write_string(writer, "\r\nContent-Length: ");
        cs_write_u64(writer, request->content_length);
    }
    if (request->correlation_id != NULL) {
        write_string(writer, "\r\nX-Correlation-ID: ", request->correlation_id);
    }
    cs_write_string(writer, "\r\n\r\n");
}

enum connsync_status cs_http_write_request(struct cs_writer *writer,
                                           const struct cs_http_request *request)
{
    write_head(writer, request);
    if (!writer->overflowed && request->host[0] != '\0' &&
        cs_slice_starts_with(request->target, "/")) {
        return CONNSYNC_OK;
    }
    /* No half of a request stays, nor a token that would be refused anyway. */
    cs_wipe(writer->data, writer->length);
    return CONNSYNC_ERR_HTTP_REQUEST;
}
