/*
 * HTTP/1.1 for one client: a request head, and a response parser that can stop
 * and go on at every byte (RFC 9110, RFC 9112).
 *
 * The parser owns no buffer of the caller's. Each call of `cs_http_next` takes
 * bytes from the front of `*input` and returns one event; body bytes come as
 * slices into the input, already freed of chunked framing. What is not
 * understood exactly is refused: the sender of an answer that can be read in
 * two ways may be two senders.
 */
#ifndef CONNSYNC_CORE_HTTP_HTTP_H
#define CONNSYNC_CORE_HTTP_HTTP_H

#include "core/base/status.h"
#include "core/base/text.h"

/* ---- Requests ---- */

struct cs_http_request {
    const char *method;
    const char *host;           /* the Host field: name, with a port if not 443 */
    struct cs_slice target;     /* origin form: path and query */
    struct cs_slice bearer;     /* an access token, or empty for none */
    const char *content_type;   /* NULL for a request without a body */
    uint64_t content_length;    /* used when there is a content_type */
    const char *correlation_id; /* X-Correlation-ID, or NULL */
};

/* Writes the head, with its empty line. CONNSYNC_ERR_HTTP_REQUEST when it does
 * not fit, when there is no host or a target without its slash, and when a part holds
 * anything but visible ASCII. Then nothing of it is left in the writer's buffer. */
enum connsync_status cs_http_write_request(struct cs_writer *writer,
                                           const struct cs_http_request *request);

/* ---- Responses ---- */

/* All of one head, status line and fields; also bounds a chunked trailer. */
#define CS_HTTP_HEAD_MAX 32768
/* Interim (1xx) responses accepted before the final one. */
#define CS_HTTP_INTERIM_MAX 8
/* Bytes of one chunk extension. All the extensions of one body share a budget
 * of CS_HTTP_HEAD_MAX. */
#define CS_HTTP_CHUNK_EXTENSION_MAX 256
/* The names and values that the parser looks at fit these; longer names are not
 * of interest, a longer value of an interesting field is refused. */
#define CS_HTTP_NAME_MAX 24
#define CS_HTTP_VALUE_MAX 96

#define CS_HTTP_UNKNOWN UINT64_MAX

/* What the head of the final response said. The members from `ratelimit_limit` on are
 * CS_HTTP_UNKNOWN unless the parser is given cs_http_rates, or what stands on it. */
struct cs_http_head {
    uint16_t status;
    bool keep_alive;              /* the connection may be used again afterwards */
    bool encoded;                 /* Content-Encoding other than identity */
    uint64_t content_length;      /* CS_HTTP_UNKNOWN when chunked or to the close */
    uint64_t retry_after;         /* seconds; CS_HTTP_UNKNOWN when absent or a date
                                   that cannot be compared with Date */
    uint64_t ratelimit_reset;     /* X-RateLimit-Reset, UTC seconds */
    uint64_t ratelimit_limit;     /* X-RateLimit-Limit */
    uint64_t ratelimit_remaining; /* X-RateLimit-Remaining */
    uint64_t date;                /* Date as UTC seconds */
    uint64_t retry_after_date;    /* Retry-After, where it is a date, as UTC seconds */
};

enum cs_http_event {
    CS_HTTP_MORE, /* all of the input is taken: give more, or say the stream ended */
    CS_HTTP_HEAD, /* `head` is complete; comes once, before any body */
    CS_HTTP_BODY, /* `*body` is the next piece of the body; never empty */
    CS_HTTP_DONE, /* the response is whole; bytes left in the input are not its own */
    CS_HTTP_ERROR /* `error` says why; the parser stays here */
};

struct cs_http_parser;

/* The numbers of fields that every program reads are below this one. */
#define CS_HTTP_FIELD_MORE 6

/* Fields beside those, which who needs them brings along. */
struct cs_http_more {
    /* The number, from CS_HTTP_FIELD_MORE on and below 64, of the field whose name has been read;
     * -1 for none. */
    int (*find)(const struct cs_http_parser *parser);
    /* Takes one of them. */
    void (*take)(struct cs_http_parser *parser, struct cs_slice value);
    uint64_t (*parse_date)(struct cs_slice text); /* of Retry-After */
};

/* X-RateLimit-Limit, X-RateLimit-Remaining and Date. */
extern const struct cs_http_more cs_http_rates;
/* Behind the last number of these. */
#define CS_HTTP_RATES_END (CS_HTTP_FIELD_MORE + 3)

/* The contents are the parser's own but for `head`, `error` and `body_bytes`. What every byte
 * looks at stands at the front, where short instructions reach it. */
struct cs_http_parser {
    uint8_t state;
    uint8_t body; /* the state behind the head */
    uint8_t interim;
    uint8_t name_length;
    uint8_t value_length;
    int8_t field;
    bool trailer; /* fields come behind the body now */
    bool http_1_0;
    bool wants_close;
    bool wants_keep_alive;
    uint16_t seen;
    uint32_t head_bytes;
    uint32_t extension_bytes;
    uint32_t extension_total;
    enum connsync_status error;
    const struct cs_http_more *more;
    const void *context; /* of `more` */
    struct cs_http_head head;
    uint64_t remaining;
    size_t body_bytes; /* of the body, those that have come */
    char name[CS_HTTP_NAME_MAX + 1];
    char value[CS_HTTP_VALUE_MAX];
};

/* `more` is cs_http_rates, or one that has more still; or NULL, and neither Date nor a Retry-After
 * that is one is read, nor what only they have a use for. `context` is for `more`. */
void cs_http_parser_init(struct cs_http_parser *parser, const struct cs_http_more *more,
                         const void *context);

/* Takes bytes from the front of `*input` (the slice moves on) until there is
 * something to say. After CS_HTTP_DONE or CS_HTTP_ERROR it takes nothing. */
enum cs_http_event cs_http_next(struct cs_http_parser *parser, struct cs_slice *input,
                                struct cs_slice *body);

/* The stream has ended: CS_HTTP_DONE if the body was delimited by that,
 * otherwise CS_HTTP_ERROR with CONNSYNC_ERR_HTTP_TRUNCATED (or what was wrong
 * before). A body cut short is never whole. Chunks that are none, behind a sound head, are
 * CONNSYNC_ERR_HTTP_TRUNCATED as well. */
enum cs_http_event cs_http_end(struct cs_http_parser *parser);

/* RFC 9110 section 5.6.7, the preferred form only ("Sun, 06 Nov 1994 08:49:37
 * GMT"); CS_HTTP_UNKNOWN for anything else. */
uint64_t cs_http_parse_date(struct cs_slice text);

#endif
