/* Any bytes as a response. The first byte says how the rest is cut and whether
 * the request was HEAD; the pieces must mean the same as the whole. */
#include "core/http/http.h"

#include <stdlib.h>

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
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
