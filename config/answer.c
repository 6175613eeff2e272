/* Whose an answer was that was no success, from its fields and its first byte. What its words say
 * is answer_reason.c's. */
#include "config/answer.h"

#include "config/answer_reason.h"

const char cs_answer_fields[] = "cf-ray\0x-auth0-requestid\0x-request-id\0server\0";
#define FIELD_SERVER 3

/* The beginnings of Server fields: software, of which the version is nobody's business. Those that
 * begin with another stand before it. */
static const char servers[] = "cloudflare\0cloudfront\0akamaighost\0awselb\0envoy\0nginx\0apache\0"
                              "microsoft-iis\0squid\0zscaler\0bigip\0caddy\0lighttpd\0h2o\0";

void cs_answer_begin(struct cs_answer *answer)
{
    memset(answer, 0, sizeof *answer);
    answer->server = "";
    answer->id_field = "";
}

/* ---- Fields ---- */

static void take_id(struct cs_answer *answer, const char *field, struct cs_slice value)
{
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] != '.' && !cs_answer_is_of_word(value.data[i])) {
            return;
        }
    }
    if (value.length > 0 && cs_copy_string(answer->id, sizeof answer->id, value)) {
        answer->id_field = field;
    }
}

static void take_server(struct cs_answer *answer, struct cs_slice value)
{
    for (const char *at = servers; *at != '\0'; at = cs_words_next(at)) {
        size_t length = strlen(at);
        if (value.length >= length &&
            cs_slice_equal_nocase(cs_slice_make(value.data, length), cs_slice_of(at))) {
            answer->server = at;
        }
    }
}

void cs_answer_take_field(struct cs_answer *answer, unsigned place, struct cs_slice value)
{
    if (place == FIELD_SERVER) {
        take_server(answer, value);
    } else if (answer->id[0] == '\0' || place == 0) {
        /* What the edge calls a request is what its operators ask for. */
        take_id(answer, cs_words_at(cs_answer_fields, place), value);
    }
}

/* ---- The body ---- */

/* Its first byte behind a mark of the byte order and white space; 0 if there is none. */
static char first_of(struct cs_slice body)
{
    size_t at = cs_slice_starts_with(body, "\xEF\xBB\xBF") ? 3 : 0;

    while (at < body.length && strchr(" \t\r\n", body.data[at]) != NULL) {
        at++;
    }
    return at < body.length ? body.data[at] : '\0';
}

/* JSON never begins with a '<'. Edges say no in plain text as well; with 401 so does the service. */
static bool is_page(unsigned http_status, struct cs_slice body)
{
    char first = first_of(body);
    bool is_error = http_status >= 300 && http_status != 401;

    return first == '<' || (is_error && first != '\0' && strchr("{[\"", first) == NULL);
}

/* Nginx lets a client without its certificate in, and says in a page what is missing. */
static bool is_about_certificate(unsigned http_status, struct cs_slice body)
{
    return http_status == 400 && first_of(body) == '<' &&
           cs_slice_contains(body, "SSL certificate");
}

/* What may pass is tried again whoever says so. */
static bool may_pass(enum connsync_status status)
{
    return status == CONNSYNC_ERR_SERVER || status == CONNSYNC_ERR_RATE_LIMITED ||
           status == CONNSYNC_ERR_HTTP_TRUNCATED;
}

/* Of what passes, or is told in full already, the words would add nothing. */
static bool has_reason(enum connsync_status status)
{
    return status == CONNSYNC_ERR_REJECTED || status == CONNSYNC_ERR_FORBIDDEN ||
           status == CONNSYNC_ERR_UNAUTHORIZED || status == CONNSYNC_ERR_CLIENT_CREDENTIALS;
}

enum connsync_status cs_answer_take_body(struct cs_answer *answer, enum connsync_status status,
                                         unsigned http_status, struct cs_slice body,
                                         struct cs_slice document)
{
    answer->http_status = http_status;
    answer->is_page = is_page(http_status, body);
    answer->is_empty = http_status >= 300 && first_of(body) == '\0';
    answer->reason[0] = '\0';
    if (is_about_certificate(http_status, body)) {
        return CONNSYNC_ERR_CLIENT_CERTIFICATE;
    }
    if (answer->is_page) {
        return may_pass(status) ? status : CONNSYNC_ERR_WEB_PAGE;
    }
    if (has_reason(status)) {
        struct cs_writer reason;
        cs_writer_init(&reason, answer->reason, sizeof answer->reason);
        cs_answer_write_reason(&reason, body, document);
    }
    return status;
}

/* ---- The sentence ---- */

static void write_sender(struct cs_writer *line, const struct cs_answer *answer)
{
    if (answer->server[0] == '\0' && answer->id[0] == '\0') {
        return;
    }
    cs_write_string(line, " (");
    cs_write_string(line, answer->server);
    cs_write_string(line, answer->server[0] != '\0' && answer->id[0] != '\0' ? ", " : "");
    if (answer->id[0] != '\0') {
        cs_write_string(line, answer->id_field);
        cs_write_string(line, " ");
        cs_write_string(line, answer->id);
    }
    cs_write_string(line, ")");
}

void cs_answer_write(struct cs_writer *line, const struct cs_answer *answer,
                     enum connsync_status status)
{
    if (answer->is_page) {
        cs_write_string(line, status != CONNSYNC_ERR_WEB_PAGE
                                  ? "; the answer is a web page, not the API's"
                                  : "");
        if (answer->http_status < 300) { /* of others it is told already */
            cs_write_string(line, " (HTTP ");
            cs_write_u64(line, answer->http_status);
            cs_write_string(line, ")");
        }
        write_sender(line, answer);
    } else if (answer->is_empty) {
        cs_write_string(line, "; the answer is empty, and the API's are not");
        write_sender(line, answer);
    } else if (answer->reason[0] != '\0') {
        cs_write_string(line, "; its words: ");
        cs_write_string(line, answer->reason);
    }
}
