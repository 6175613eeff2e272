#include "core/http_field.h"

#include "core/civil.h"

#define SECONDS_PER_DAY 86400

/* ---- Dates ---- */

/* 'a' stands for any byte, looked at later, and '0' for a digit. */
static const char date_shape[] = "aaa, 00 aaa 0000 00:00:00 GMT";
static const char day_names[] = "MonTueWedThuFriSatSun";
static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

static bool has_date_shape(struct cs_slice text)
{
    if (text.length != sizeof date_shape - 1) {
        return false;
    }
    for (size_t i = 0; i < text.length; i++) {
        char shape = date_shape[i];
        char c = text.data[i];
        bool fits = shape == 'a' || (shape == '0' ? c >= '0' && c <= '9' : c == shape);
        if (!fits) {
            return false;
        }
    }
    return true;
}

/* Which of the three-letter `names` stands at `text`; -1 for none. */
static int name_index(const char *text, const char *names)
{
    for (int i = 0; names[i * 3] != '\0'; i++) {
        const char *name = names + i * 3;
        if (text[0] == name[0] && text[1] == name[1] && text[2] == name[2]) {
            return i;
        }
    }
    return -1;
}

static int digits(const char *text, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

uint64_t cs_http_parse_date(struct cs_slice text)
{
    struct cs_civil civil;

    if (!has_date_shape(text)) {
        return CS_HTTP_UNKNOWN;
    }
    civil.day = digits(text.data + 5, 2);
    civil.month = name_index(text.data + 8, month_names) + 1;
    civil.year = digits(text.data + 12, 4);
    civil.hour = digits(text.data + 17, 2);
    civil.minute = digits(text.data + 20, 2);
    civil.second = digits(text.data + 23, 2);
    if (!cs_civil_is_valid(&civil) || civil.year < 1970) {
        return CS_HTTP_UNKNOWN;
    }
    uint64_t utc = (uint64_t)cs_civil_to_utc(&civil);
    /* A leap second counts for the day that it ends; 1970-01-01 was a Thursday. */
    uint64_t day = (utc - (uint64_t)civil.second) / SECONDS_PER_DAY;
    return name_index(text.data, day_names) == (int)((day + 3) % 7) ? utc : CS_HTTP_UNKNOWN;
}

/* ---- Lists and numbers ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct cs_slice trim(struct cs_slice text)
{
    while (text.length > 0 && is_blank(text.data[0])) {
        text = cs_slice_make(text.data + 1, text.length - 1);
    }
    while (text.length > 0 && is_blank(text.data[text.length - 1])) {
        text.length--;
    }
    return text;
}

/* Cuts `text` at the first `separator` and moves it past that; gives what stood
 * before, trimmed. */
static struct cs_slice take_until(struct cs_slice *text, char separator)
{
    struct cs_slice whole = *text;
    size_t end = 0;

    while (end < whole.length && whole.data[end] != separator) {
        end++;
    }
    size_t next = end < whole.length ? end + 1 : end;
    *text = cs_slice_make(whole.data + next, whole.length - next);
    return trim(cs_slice_make(whole.data, end));
}

static bool is_word(struct cs_slice text, const char *word)
{
    return cs_slice_equal_nocase(text, cs_slice_of(word));
}

static uint64_t number_or_unknown(struct cs_slice value)
{
    uint64_t number = 0;

    return cs_slice_to_u64(value, &number) ? number : CS_HTTP_UNKNOWN;
}

/* Two lines of one field that say different things have said nothing. */
static void set_once(uint64_t *kept, bool repeated, uint64_t value)
{
    *kept = repeated && *kept != value ? CS_HTTP_UNKNOWN : value;
}

/* ---- Each field ---- */

/* The order is that of `field_names`. */
enum field {
    FIELD_CONNECTION,
    FIELD_CONTENT_ENCODING,
    FIELD_CONTENT_LENGTH,
    FIELD_CONTENT_TYPE,
    FIELD_DATE,
    FIELD_RETRY_AFTER,
    FIELD_TRANSFER_ENCODING,
    FIELD_RATELIMIT_LIMIT,
    FIELD_RATELIMIT_REMAINING,
    FIELD_RATELIMIT_RESET,
    FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT] = {"connection",
                                                     "content-encoding",
                                                     "content-length",
                                                     "content-type",
                                                     "date",
                                                     "retry-after",
                                                     "transfer-encoding",
                                                     "x-ratelimit-limit",
                                                     "x-ratelimit-remaining",
                                                     "x-ratelimit-reset"};

uint8_t cs_http_field_find(struct cs_slice name)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (cs_slice_is(name, field_names[i])) {
            return (uint8_t)i;
        }
    }
    return CS_HTTP_FIELD_OTHER;
}

static bool was_seen(const struct cs_http_parser *parser, enum field field)
{
    return (parser->seen >> field & 1u) != 0;
}

static void take_connection(struct cs_http_parser *parser, struct cs_slice list)
{
    while (list.length > 0) {
        struct cs_slice option = take_until(&list, ',');
        parser->wants_close = parser->wants_close || is_word(option, "close");
        parser->wants_keep_alive = parser->wants_keep_alive || is_word(option, "keep-alive");
    }
}

static void take_content_encoding(struct cs_http_parser *parser, struct cs_slice list)
{
    while (list.length > 0) {
        struct cs_slice coding = take_until(&list, ',');
        if (coding.length > 0 && !is_word(coding, "identity")) {
            parser->head.encoded = true;
        }
    }
}

static bool is_json_type(struct cs_slice value)
{
    struct cs_slice type = take_until(&value, ';');
    const size_t suffix = sizeof "+json" - 1;

    if (is_word(type, "application/json")) {
        return true;
    }
    return type.length > suffix &&
           is_word(cs_slice_make(type.data + type.length - suffix, suffix), "+json");
}

/* The body's length may be said once and in one way only: a peer that says more
 * is read differently by different readers. */
static bool is_framing_said(const struct cs_http_parser *parser)
{
    return was_seen(parser, FIELD_CONTENT_LENGTH) || was_seen(parser, FIELD_TRANSFER_ENCODING);
}

static enum connsync_status take_content_length(struct cs_http_parser *parser,
                                                struct cs_slice value)
{
    uint64_t length = number_or_unknown(value);

    if (is_framing_said(parser) || length == CS_HTTP_UNKNOWN) {
        return CONNSYNC_ERR_HTTP_SYNTAX;
    }
    parser->head.content_length = length;
    return CONNSYNC_OK;
}

static enum connsync_status take_transfer_encoding(const struct cs_http_parser *parser,
                                                   struct cs_slice value)
{
    /* HTTP/1.0 has no transfer codings: RFC 9112 section 6.1 calls it faulty. */
    if (is_framing_said(parser) || parser->http_1_0 || !is_word(value, "chunked")) {
        return CONNSYNC_ERR_HTTP_SYNTAX;
    }
    return CONNSYNC_OK;
}

/* The fields that can hold nonsense without making the message unsound. */
static void take_advice(struct cs_http_parser *parser, enum field field, struct cs_slice value)
{
    struct cs_http_head *head = &parser->head;
    bool repeated = was_seen(parser, field);

    if (field == FIELD_DATE) {
        set_once(&head->date, repeated, cs_http_parse_date(value));
    } else if (field == FIELD_RETRY_AFTER) {
        set_once(&head->retry_after, repeated, number_or_unknown(value));
        set_once(&parser->retry_after_date, repeated, cs_http_parse_date(value));
    } else if (field == FIELD_RATELIMIT_LIMIT) {
        set_once(&head->ratelimit_limit, repeated, number_or_unknown(value));
    } else if (field == FIELD_RATELIMIT_REMAINING) {
        set_once(&head->ratelimit_remaining, repeated, number_or_unknown(value));
    } else if (field == FIELD_RATELIMIT_RESET) {
        set_once(&head->ratelimit_reset, repeated, number_or_unknown(value));
    }
}

static enum connsync_status take(struct cs_http_parser *parser, enum field field,
                                 struct cs_slice value)
{
    switch (field) {
    case FIELD_CONNECTION:
        take_connection(parser, value);
        return CONNSYNC_OK;
    case FIELD_CONTENT_ENCODING:
        take_content_encoding(parser, value);
        return CONNSYNC_OK;
    case FIELD_CONTENT_LENGTH:
        return take_content_length(parser, value);
    case FIELD_CONTENT_TYPE:
        parser->head.json = is_json_type(value) && (parser->head.json || !was_seen(parser, field));
        return CONNSYNC_OK;
    case FIELD_TRANSFER_ENCODING:
        return take_transfer_encoding(parser, value);
    default:
        take_advice(parser, field, value);
        return CONNSYNC_OK;
    }
}

enum connsync_status cs_http_field_take(struct cs_http_parser *parser, uint8_t field,
                                        struct cs_slice value)
{
    if (field >= FIELD_COUNT) {
        return CONNSYNC_OK;
    }
    enum connsync_status status = take(parser, (enum field)field, value);
    parser->seen = (uint16_t)(parser->seen | 1u << field);
    return status;
}

/* ---- All fields together ---- */

void cs_http_fields_reset(struct cs_http_parser *parser)
{
    struct cs_http_head head = {0};

    head.content_length = CS_HTTP_UNKNOWN;
    head.retry_after = CS_HTTP_UNKNOWN;
    head.ratelimit_limit = CS_HTTP_UNKNOWN;
    head.ratelimit_remaining = CS_HTTP_UNKNOWN;
    head.ratelimit_reset = CS_HTTP_UNKNOWN;
    head.date = CS_HTTP_UNKNOWN;
    parser->head = head;
    parser->retry_after_date = CS_HTTP_UNKNOWN;
    parser->framing = CS_HTTP_FRAMING_OPEN;
    parser->seen = 0;
    parser->wants_close = false;
    parser->wants_keep_alive = false;
}

static void settle_retry_after(struct cs_http_parser *parser)
{
    struct cs_http_head *head = &parser->head;
    uint64_t when = parser->retry_after_date;

    if (when != CS_HTTP_UNKNOWN && head->date != CS_HTTP_UNKNOWN) {
        head->retry_after = when > head->date ? when - head->date : 0;
    }
}

static enum cs_http_framing choose_framing(const struct cs_http_parser *parser)
{
    uint16_t status = parser->head.status;

    if (parser->head_request || status < 200 || status == 204 || status == 304) {
        return CS_HTTP_FRAMING_NONE;
    }
    if (was_seen(parser, FIELD_TRANSFER_ENCODING)) {
        return CS_HTTP_FRAMING_CHUNKED;
    }
    if (!was_seen(parser, FIELD_CONTENT_LENGTH)) {
        return CS_HTTP_FRAMING_CLOSE;
    }
    return parser->head.content_length > 0 ? CS_HTTP_FRAMING_LENGTH : CS_HTTP_FRAMING_NONE;
}

/* RFC 9110 section 8.6 and RFC 9112 section 6.1 forbid a 1xx and a 204 to announce
 * a body; one that does may be followed by it. A length of 0 is common, and clear. */
static bool is_body_forbidden(const struct cs_http_parser *parser)
{
    uint16_t status = parser->head.status;

    if (status >= 200 && status != 204) {
        return false;
    }
    return was_seen(parser, FIELD_TRANSFER_ENCODING) ||
           (was_seen(parser, FIELD_CONTENT_LENGTH) && parser->head.content_length > 0);
}

enum connsync_status cs_http_fields_settle(struct cs_http_parser *parser)
{
    if (is_body_forbidden(parser)) {
        return CONNSYNC_ERR_HTTP_SYNTAX;
    }
    enum cs_http_framing framing = choose_framing(parser);
    bool persistent = parser->http_1_0 ? parser->wants_keep_alive : true;

    parser->framing = (uint8_t)framing;
    parser->head.keep_alive =
        persistent && !parser->wants_close && framing != CS_HTTP_FRAMING_CLOSE;
    settle_retry_after(parser);
    return CONNSYNC_OK;
}
