/*
 * The Management API's URLs and forms, scopes, lists, error bodies and pauses. What of a
 * connection may be written is left to auth0_connection.c, when to send to pace.c.
 */
#include "core/auth0/auth0.h"

#include <string.h>

#define CONNECTIONS "/api/v2/connections"
#define FEW_FIELDS "fields=id,name,strategy,display_name"
#define FIELDS FEW_FIELDS ",options"
#define INCLUDED "&include_fields=true"

/* The longest form without what the caller gives. */
#define FORM_BASE 128

#define PAUSE_FIRST_MS 500u
#define PAUSE_DOUBLINGS_MAX 6u
#define PAUSE_SPREAD_MS 250u
/* Nobody waits for longer than this; the deadline decides long before. */
#define PAUSE_SECONDS_MAX 86400u

/* ---- The setting ---- */

/* In the order of enum connsync_setting. */
static const char setting_names[] = "unknown\0on_each_login\0on_first_login\0never_on_login\0";

const char *connsync_setting_name(enum connsync_setting setting)
{
    unsigned index = (unsigned)setting;

    return cs_words_at(setting_names, index <= CONNSYNC_NEVER_ON_LOGIN ? index : 0);
}

enum connsync_setting connsync_setting_parse(const char *text)
{
    struct cs_slice word = cs_slice_of(text);
    int found = cs_words_find(setting_names, word);

    if (cs_slice_is(word, "on")) {
        return CONNSYNC_ON_EACH_LOGIN;
    }
    if (cs_slice_is(word, "off")) {
        return CONNSYNC_ON_FIRST_LOGIN;
    }
    return found > 0 ? (enum connsync_setting)found : CONNSYNC_SETTING_UNKNOWN;
}

/* ---- Requests ---- */

bool cs_auth0_is_id(const char *connection)
{
    return strncmp(connection, "con_", 4) == 0;
}

/* `before` as it stands, and a value that may hold anything. */
static void write_value(struct cs_writer *writer, const char *before, const char *value)
{
    cs_write_string(writer, before);
    cs_write_percent_encoded(writer, cs_slice_of(value));
}

void cs_auth0_write_get(struct cs_writer *target, const char *connection, bool by_id,
                        const char *more)
{
    write_value(target, by_id ? CONNECTIONS "/" : CONNECTIONS "?name=", connection);
    cs_write_string(target, by_id ? "?" FIELDS : "&" FIELDS);
    cs_write_string(target, more);
    cs_write_string(target, INCLUDED);
}

void cs_auth0_write_patch(struct cs_writer *target, const char *id)
{
    write_value(target, CONNECTIONS "/", id);
}

void cs_auth0_write_list(struct cs_writer *target, unsigned take, const char *cursor,
                         bool with_options)
{
    cs_write_string(target, CONNECTIONS "?take=");
    cs_write_u64(target, take);
    write_value(target, cursor[0] != '\0' ? "&from=" : "", cursor);
    cs_write_string(target, with_options ? "&" FIELDS INCLUDED : "&" FEW_FIELDS INCLUDED);
}

void cs_auth0_write_token_request(struct cs_writer *body, const struct connsync_config *config)
{
    write_value(body, "grant_type=client_credentials&client_id=", config->client_id);
    if (config->client_secret != NULL) {
        write_value(body, "&client_secret=", config->client_secret);
    }
    if (config->audience != NULL) {
        write_value(body, "&audience=", config->audience);
    } else {
        write_value(body, "&audience=https%3A%2F%2F", config->domain);
        cs_write_string(body, "%2Fapi%2Fv2%2F");
    }
}

size_t cs_auth0_token_request_size(const struct connsync_config *config)
{
    const char *audience = config->audience != NULL ? config->audience : config->domain;
    size_t secret = cs_slice_of(config->client_secret).length;

    return FORM_BASE + 3 * (strlen(config->client_id) + secret + strlen(audience));
}

/* ---- Scopes ---- */

/* In the order in which a job needs them: two to read, two more to write. Names that
 * begin with another one stand behind it. */
#define SCOPES_TO_READ 2
#define SCOPES_TO_WRITE 4
static const char scopes[] = "read:connections\0read:connections_options\0"
                             "update:connections\0update:connections_options\0";

_Static_assert(sizeof scopes + SCOPES_TO_WRITE <= CONNSYNC_SCOPES_SIZE,
               "all are named in one text");

bool cs_auth0_missing_scopes(struct cs_slice granted, bool writes, char out[CONNSYNC_SCOPES_SIZE])
{
    unsigned needed = writes ? SCOPES_TO_WRITE : SCOPES_TO_READ;
    struct cs_writer writer;

    cs_writer_init(&writer, out, CONNSYNC_SCOPES_SIZE);
    for (unsigned i = 0; i < needed; i++) {
        const char *scope = cs_words_at(scopes, i);
        if (!cs_slice_has_word(granted, scope)) {
            cs_write_string(&writer, writer.length > 0 ? ", " : "");
            cs_write_string(&writer, scope);
        }
    }
    return writer.length > 0;
}

const char *cs_auth0_scope_in_text(struct cs_slice body)
{
    /* From behind, so that a name is not taken for the shorter one it begins with. */
    for (unsigned i = SCOPES_TO_WRITE; i > 0; i--) {
        const char *scope = cs_words_at(scopes, i - 1);
        if (cs_slice_contains(body, scope)) {
            return scope;
        }
    }
    return NULL;
}

/* ---- Lists ---- */

struct cs_slice cs_auth0_connections(struct cs_slice answer)
{
    return cs_value_is_array(answer) ? answer : cs_json_member(answer, "connections");
}

bool cs_auth0_next_cursor(struct cs_slice answer, char *cursor, size_t size)
{
    return cs_value_decode(cs_json_member(answer, "next"), cursor, size) && cursor[0] != '\0';
}

/* ---- Errors ---- */

enum connsync_status cs_auth0_status(const struct cs_http_head *head)
{
    static const struct {
        uint16_t http;
        uint8_t status;
    } rows[] = {{401, CONNSYNC_ERR_UNAUTHORIZED},
                {403, CONNSYNC_ERR_FORBIDDEN},
                {404, CONNSYNC_ERR_NOT_FOUND},
                {408, CONNSYNC_ERR_SERVER},
                {429, CONNSYNC_ERR_RATE_LIMITED}};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].http == head->status) {
            return (enum connsync_status)rows[i].status;
        }
    }
    return head->status >= 500 ? CONNSYNC_ERR_SERVER : CONNSYNC_ERR_REJECTED;
}

static bool is_plain_word(const char *text)
{
    for (; *text != '\0'; text++) {
        bool letter = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
        if (!letter && *text != '_') {
            return false;
        }
    }
    return true;
}

void cs_auth0_service_code(struct cs_slice answer, char *out, size_t size)
{
    struct cs_json_sought codes[] = {{"errorCode", CS_JSON_ROOT, 0, {NULL, 0}},
                                     {"error", CS_JSON_ROOT, 0, {NULL, 0}}};

    cs_json_find_members(answer, codes, 2);
    struct cs_slice code = codes[0].count > 0 ? codes[0].value : codes[1].value;
    if (!cs_value_decode(code, out, size) || !is_plain_word(out)) {
        out[0] = '\0';
    }
}

/* CS_HTTP_UNKNOWN when the answer asks for none. */
static uint64_t asked_pause_s(const struct cs_http_head *head)
{
    if (head->retry_after != CS_HTTP_UNKNOWN) {
        return head->retry_after;
    }
    /* An unknown date is later than any other. */
    if (head->status == 429 && head->ratelimit_reset != CS_HTTP_UNKNOWN &&
        head->ratelimit_reset >= head->date) {
        /* Both are whole seconds, rounded down: one more is certain. */
        return head->ratelimit_reset - head->date + 1;
    }
    return CS_HTTP_UNKNOWN;
}

uint32_t cs_auth0_pause_ms(const struct cs_http_head *head, unsigned attempt, uint32_t random)
{
    uint64_t asked = head != NULL ? asked_pause_s(head) : CS_HTTP_UNKNOWN;

    if (asked != CS_HTTP_UNKNOWN) {
        uint32_t seconds = asked < PAUSE_SECONDS_MAX ? (uint32_t)asked : PAUSE_SECONDS_MAX;
        return seconds * 1000 + random % PAUSE_SPREAD_MS;
    }
    uint32_t half = PAUSE_FIRST_MS / 2
                    << (attempt < PAUSE_DOUBLINGS_MAX ? attempt : PAUSE_DOUBLINGS_MAX);
    return half + random % half;
}
