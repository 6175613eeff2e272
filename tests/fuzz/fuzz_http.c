/* Any bytes as a response. The first byte says how the rest is cut and whether dates are
 * read; the pieces must mean the same as the whole. If it is 0xFF, the rest is the parts of
 * a request: what is written of them is one head, with just those parts in it. */
#include "core/http/http.h"

#include <stdlib.h>
#include <string.h>

#define REQUEST 0xFF
#define REQUEST_SIZE 512

struct summary {
    enum cs_http_event last;
    enum connsync_status error;
    uint16_t status;
    size_t taken;
    uint64_t body; /* a checksum that does not depend on the cuts */
};

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void add_body(struct summary *summary, struct cs_slice piece)
{
    for (size_t i = 0; i < piece.length; i++) {
        summary->body = summary->body * 31 + (unsigned char)piece.data[i] + 1;
    }
}

static void feed(struct cs_http_parser *parser, struct summary *summary, struct cs_slice input)
{
    size_t length = input.length;
    size_t events = 0;

    do {
        struct cs_slice piece;
        summary->last = cs_http_next(parser, &input, &piece);
        require(summary->last != CS_HTTP_BODY || piece.length > 0);
        require(++events <= length + 2);
        add_body(summary, piece);
    } while (summary->last == CS_HTTP_HEAD || summary->last == CS_HTTP_BODY);
    require(input.length == 0 || summary->last != CS_HTTP_MORE);
    summary->taken += length - input.length;
}

static struct summary run(struct cs_slice text, size_t step, bool dated)
{
    struct summary summary = {CS_HTTP_MORE, CONNSYNC_OK, 0, 0, 0};
    struct cs_http_parser parser;

    cs_http_parser_init(&parser, dated ? &cs_http_rates : NULL, NULL);
    for (size_t at = 0; at < text.length && summary.last == CS_HTTP_MORE; at += step) {
        size_t rest = text.length - at;
        feed(&parser, &summary, cs_slice_make(text.data + at, rest < step ? rest : step));
    }
    if (summary.last == CS_HTTP_MORE) {
        summary.last = cs_http_end(&parser);
    }
    summary.error = parser.error;
    summary.status = parser.head.status;
    return summary;
}

/* ---- Requests ---- */

/* The next part, up to a NUL; an empty one where there is none. */
static const char *take_part(const char **at, const char *end)
{
    const char *part = *at;

    *at = part < end ? part + strlen(part) + 1 : part;
    return part < end ? part : "";
}

static size_t count_lines(struct cs_slice head)
{
    size_t count = 0;

    for (size_t i = 0; i < head.length; i++) {
        unsigned char byte = (unsigned char)head.data[i];
        require(byte == '\r' || byte == '\n' || (byte >= ' ' && byte < 0x7f));
        require((byte == '\n') == (i > 0 && head.data[i - 1] == '\r'));
        count += byte == '\n';
    }
    return count;
}

static void write_request(const char *at, const char *end)
{
    struct cs_http_request request = {
        take_part(&at, end), take_part(&at, end), {NULL, 0}, {NULL, 0}, NULL, 1, NULL};
    char text[REQUEST_SIZE] = {0};
    struct cs_writer writer;

    request.target = cs_slice_of(take_part(&at, end));
    request.bearer = cs_slice_of(take_part(&at, end));
    request.content_type = at < end ? take_part(&at, end) : NULL;
    request.correlation_id = at < end ? take_part(&at, end) : NULL;
    cs_writer_init(&writer, text, sizeof text);
    if (cs_http_write_request(&writer, &request) != CONNSYNC_OK) {
        for (size_t i = 0; i < sizeof text; i++) {
            require(text[i] == '\0');
        }
        return;
    }
    size_t lines = request.bearer.length > 0 ? 7 : 6;
    lines += request.content_type != NULL ? 2 : 0;
    lines += request.correlation_id != NULL ? 1 : 0;
    require(count_lines(cs_written(&writer)) == lines);
    require(request.host[0] != '\0' && request.target.data[0] == '/');
}

static void write_request_of(const uint8_t *data, size_t size)
{
    char parts[REQUEST_SIZE + 1];
    size_t length = size < REQUEST_SIZE ? size : REQUEST_SIZE;

    memcpy(parts, data, length);
    parts[length] = '\0';
    write_request(parts, parts + length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    if (data[0] == REQUEST) {
        write_request_of(data + 1, size - 1);
        return 0;
    }
    struct cs_slice text = cs_slice_make((const char *)data + 1, size - 1);
    bool dated = (data[0] & 0x80) != 0;
    struct summary whole = run(text, size, dated);
    struct summary cut = run(text, (data[0] & 0x7fu) + 1u, dated);

    require(whole.last == CS_HTTP_DONE || whole.last == CS_HTTP_ERROR);
    require((whole.last == CS_HTTP_ERROR) == (whole.error != CONNSYNC_OK));
    require(whole.last == cut.last && whole.error == cut.error && whole.status == cut.status);
    require(whole.taken == cut.taken && whole.body == cut.body);
    return 0;
}
