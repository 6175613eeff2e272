/*
 * The fields of answers that a listener asks for, beside those that rates need. What they say is
 * the listener's affair; when a failure is told is agent_flow.c's.
 */
#include "core/connsync.h"
#include "core/http/http.h"

static int find(const struct cs_http_parser *parser)
{
    const struct connsync_listener *listener = parser->context;
    int found = cs_http_rates.find(parser);

    if (found >= 0) {
        return found;
    }
    found = cs_words_find(listener->fields, cs_slice_make(parser->name, parser->name_length));
    return found < 0 ? found : CS_HTTP_RATES_END + found;
}

static void take(struct cs_http_parser *parser, struct cs_slice value)
{
    const struct connsync_listener *listener = parser->context;

    if (parser->field < CS_HTTP_RATES_END) {
        cs_http_rates.take(parser, value);
        return;
    }
    listener->field(listener->context, (unsigned)parser->field - CS_HTTP_RATES_END, value.data,
                    value.length);
}

void connsync_listener_init(struct connsync_listener *listener)
{
    static const struct cs_http_more more = {find, take, cs_http_parse_date};

    memset(listener, 0, sizeof *listener);
    listener->more = &more;
}
