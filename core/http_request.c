#include "core/http.h"

#include "core/version.h"

/* ---- Which bytes may stand where ---- */

static bool is_visible(struct cs_slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] <= ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return true;
}

/* One line of printable ASCII, as all of our own fields are. */
static bool is_line(struct cs_slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < ' ' || text.data[i] > '~') {
            return false;
        }
    }
    return true;
}

static bool is_method(struct cs_slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < 'A' || text.data[i] > 'Z') {
            return false;
        }
    }
    return text.length > 0;
}

/* Checked before anything is written, so that no half of a request, nor a token
 * that would be refused anyway, ever lies in the buffer. */
static bool is_sound(const struct cs_http_request *request)
{
    struct cs_slice host = cs_slice_of(request->host);

    if (!is_method(cs_slice_of(request->method)) || host.length == 0 || !is_visible(host)) {
        return false;
    }
    if (!cs_slice_starts_with(request->target, "/") || !is_visible(request->target)) {
        return false;
    }
    return is_visible(request->bearer) && is_line(cs_slice_of(request->content_type)) &&
           is_line(cs_slice_of(request->correlation_id));
}

/* ---- Writing ---- */

static void write_field(struct cs_writer *writer, const char *name, const char *value)
{
    cs_write_string(writer, name);
    cs_write_string(writer, ": ");
    cs_write_string(writer, value);
    cs_write_string(writer, "\r\n");
}

static void write_request_line(struct cs_writer *writer, const struct cs_http_request *request)
{
    cs_write_string(writer, request->method);
    cs_write_string(writer, " ");
    cs_write(writer, request->target);
    cs_write_string(writer, " HTTP/1.1\r\n");
}

static void write_content_fields(struct cs_writer *writer, const struct cs_http_request *request)
{
    if (request->content_type == NULL) {
        return;
    }
    write_field(writer, "Content-Type", request->content_type);
    cs_write_string(writer, "Content-Length: ");
    cs_write_u64(writer, request->content_length);
    cs_write_string(writer, "\r\n");
}

static void write_bearer(struct cs_writer *writer, struct cs_slice token)
{
    if (token.length == 0) {
        return;
    }
    cs_write_string(writer, "Authorization: Bearer ");
    cs_write(writer, token);
    cs_write_string(writer, "\r\n");
}

enum connsync_status cs_http_write_request(struct cs_writer *writer,
                                           const struct cs_http_request *request)
{
    if (!is_sound(request)) {
        return CONNSYNC_ERR_HTTP_REQUEST;
    }
    write_request_line(writer, request);
    write_field(writer, "Host", request->host);
    write_field(writer, "User-Agent", "connsync/" CONNSYNC_VERSION);
    write_field(writer, "Accept", "application/json");
    /* There is no decompressor: whatever comes must come as it is. */
    write_field(writer, "Accept-Encoding", "identity");
    write_bearer(writer, request->bearer);
    write_content_fields(writer, request);
    if (request->correlation_id != NULL) {
        write_field(writer, "X-Correlation-ID", request->correlation_id);
    }
    cs_write_string(writer, "\r\n");
    return writer->overflowed ? CONNSYNC_ERR_HTTP_REQUEST : CONNSYNC_OK;
}
