#include "core/auth0/auth0.h"

#include <string.h>

#define CONNECTIONS "/api/v2/connections"
#define FIELDS "fields=id,name,strategy,display_name,options&include_fields=true"

#define CLIENT "grant_type=client_credentials&client_id=@"

/* The longest form without what the caller gives. */
#define FORM_BASE 128

#define PAUSE_FIRST_MS 500u
#define PAUSE_DOUBLINGS_MAX 6u
#define PAUSE_SPREAD_MS 250u
/* Nobody waits for longer than this; the deadline decides long before. */
#define PAUSE_SECONDS_MAX 86400u

/* In the order of enum connsync_setting; behind them the Dashboard's words for the first
 * two that can be set. */
static const char setting_names[] = "unknown\0on_each_login\0on_first_login\0never_on_login\0"
                                    "on\0off\0";

/* What the service means by the word that was found at this place in the list. */
static enum connsync_setting setting_at(int found)
{
    return found > 0 && found <= CONNSYNC_NEVER_ON_LOGIN ? (enum connsync_setting)found
                                                         : CONNSYNC_SETTING_UNKNOWN;
}

const char *connsync_setting_name(enum connsync_setting setting)
{
    unsigned index = (unsigned)setting;

    return cs_words_at(setting_names, index <= CONNSYNC_NEVER_ON_LOGIN ? index : 0);
}

enum connsync_setting connsync_setting_parse(const char *text)
{
    int found = cs_words_find(setting_names, cs_slice_of(text));

    return setting_at(found > CONNSYNC_NEVER_ON_LOGIN ? found - CONNSYNC_NEVER_ON_LOGIN : found);
}

bool cs_auth0_is_id(const char *connection)
{
    return strncmp(connection, "con_", 4) == 0;
}

/* ---- Request targets ---- */

void cs_auth0_write_get(struct cs_writer *target, const char *connection, bool by_id)
{
    cs_write_form(target, CONNECTIONS "$@$" FIELDS, by_id ? "/" : "?name=", connection,
                  by_id ? "?" : "&");
}

void cs_auth0_write_patch(struct cs_writer *target, const char *id)
{
    cs_write_form(target, CONNECTIONS "/@", id);
}

void cs_auth0_write_list(struct cs_writer *target, unsigned take, const char *cursor)
{
    cs_write_string(target, CONNECTIONS "?take=");
    cs_write_u64(target, take);
    cs_write_form(target, "$@&" FIELDS, cursor[0] != '\0' ? "&from=" : "", cursor);
}

void cs_auth0_write_token_request(struct cs_writer *body, const struct connsync_config *config)
{
    bool own = config->audience == NULL;

    if (config->client_secret == NULL) {
        cs_write_form(body, CLIENT, config->client_id);
    } else {
        cs_write_form(body, CLIENT "&client_secret=@", config->client_id, config->client_secret);
    }
    cs_write_form(body, own ? "&audience=https%3A%2F%2F@%2Fapi%2Fv2%2F" : "&audience=@",
                  own ? config->domain : config->audience);
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

/* ---- Looking at answers ---- */

/* A look-up of several members. The first that is there twice, or is not what it has to
 * be, decides the status: a sequence of look-ups needs one check, at its end. */
struct search {
    const struct cs_json *json;
    enum connsync_status status;
};

static void require(struct search *search, bool condition, enum connsync_status otherwise)
{
    if (search->status == CONNSYNC_OK && !condition) {
        search->status = otherwise;
    }
}

/* The value of a member that may be absent. */
static int find(struct search *search, int object, const char *name)
{
    int value = CS_JSON_NONE;
    bool once = cs_json_find(search->json, object, name, &value) <= 1;

    require(search, once, CONNSYNC_REFUSED_DUPLICATE);
    return value;
}

static int find_string(struct search *search, int object, const char *name)
{
    int value = find(search, object, name);

    require(search, cs_json_is_string(search->json, value), CONNSYNC_ERR_ANSWER);
    return value;
}

/* Which of the `words` a string is, or -1. */
static int find_word(const struct cs_json *json, int string, const char *words)
{
    for (int i = 0; *words != '\0'; i++) {
        if (cs_json_string_is(json, string, words)) {
            return i;
        }
        words = cs_words_next(words);
    }
    return -1;
}

static bool is_absent(const struct cs_json *json, int value)
{
    return value == CS_JSON_NONE || cs_json_is_null(json, value);
}

int cs_auth0_connections(const struct cs_json *json)
{
    int list = cs_json_is_array(json, 0) ? 0 : cs_json_find_one(json, 0, "connections");

    return cs_json_is_array(json, list) ? list : CS_JSON_NONE;
}

bool cs_auth0_next_cursor(const struct cs_json *json, char *cursor, size_t size)
{
    return cs_json_decode(json, cs_json_find_one(json, 0, "next"), cursor, size) &&
           cursor[0] != '\0';
}

enum connsync_status cs_auth0_read_connection(const struct cs_json *json, int object,
                                              struct cs_auth0_connection *connection)
{
    struct search search = {json, CONNSYNC_OK};

    require(&search, cs_json_is_object(json, object), CONNSYNC_ERR_ANSWER);
    connection->id = find_string(&search, object, "id");
    connection->name = find_string(&search, object, "name");
    connection->strategy = find_string(&search, object, "strategy");
    connection->display_name = find(&search, object, "display_name");
    connection->options = find(&search, object, "options");
    require(&search, connection->options != CS_JSON_NONE, CONNSYNC_REFUSED_NO_OPTIONS);
    require(&search, cs_json_is_object(json, connection->options),
            CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT);
    connection->setting = find(&search, connection->options, CS_AUTH0_SETTING);
    return search.status;
}

enum connsync_setting cs_auth0_setting(const struct cs_json *json,
                                       const struct cs_auth0_connection *connection)
{
    if (is_absent(json, connection->setting)) {
        return CONNSYNC_ON_EACH_LOGIN;
    }
    return setting_at(find_word(json, connection->setting, setting_names));
}

/* ---- Writing ---- */

/* The service takes the setting for custom databases with an external user store only. */
static void check_database(struct search *search, int options)
{
    int custom = find(search, options, "enabledDatabaseCustomization");
    int import = find(search, options, "import_mode");

    require(search, cs_json_is_true(search->json, custom) && !cs_json_is_true(search->json, import),
            CONNSYNC_REFUSED_STRATEGY);
}

/* Absent, null, or without a member. Anything else may be ciphertext. */
static bool is_empty(const struct cs_json *json, int value)
{
    bool container = cs_json_is_object(json, value) || cs_json_is_array(json, value);

    return container ? cs_json_size(json, value) == 0 : is_absent(json, value);
}

static void check_configuration(struct search *search, int options, const struct connsync_job *job)
{
    int configuration = find(search, options, "configuration");

    require(search, job->allow_encrypted_configuration || is_empty(search->json, configuration),
            CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION);
}

enum connsync_status cs_auth0_may_write(const struct cs_json *json,
                                        const struct cs_auth0_connection *connection,
                                        const struct connsync_job *job)
{
    struct search search = {json, CONNSYNC_OK};
    int setting = connection->setting;

    if (find_word(json, connection->strategy, "email\0sms\0") >= 0) {
        return CONNSYNC_REFUSED_PASSWORDLESS;
    }
    if (cs_json_string_is(json, connection->strategy, "auth0")) {
        check_database(&search, connection->options);
    }
    require(&search, is_absent(json, setting) || cs_json_is_string(json, setting),
            CONNSYNC_REFUSED_VALUE);
    check_configuration(&search, connection->options, job);
    return search.status;
}

enum connsync_status cs_auth0_may_restore(const struct cs_json *options,
                                          const struct connsync_job *job)
{
    struct search search = {options, CONNSYNC_OK};

    check_configuration(&search, 0, job);
    return search.status;
}

/* All that stands before `options`. */
static void begin_body(struct cs_patch *body, const struct cs_json *json,
                       const struct cs_auth0_connection *connection)
{
    cs_patch_begin(body);
    cs_patch_add_text(body, "{");
    /* The service sets display_name to the name when it is left out. */
    if (cs_json_is_string(json, connection->display_name)) {
        struct cs_slice name = cs_json_raw(json, connection->display_name);
        cs_patch_add_text(body, "\"display_name\":");
        cs_patch_add(body, name.data, name.length);
        cs_patch_add_text(body, ",");
    }
    cs_patch_add_text(body, "\"options\":");
}

enum connsync_status cs_auth0_patch_body(struct cs_auth0_patch *patch, const struct cs_json *json,
                                         const struct cs_auth0_connection *connection,
                                         enum connsync_setting wanted)
{
    struct cs_patch *body = &patch->body;
    struct cs_writer value;

    cs_writer_init(&value, patch->value, sizeof patch->value);
    cs_write_form(&value, "\"$\"", connsync_setting_name(wanted));

    begin_body(body, json, connection);
    enum connsync_status status =
        cs_patch_add_object(body, json, connection->options, CS_AUTH0_SETTING, cs_written(&value));
    cs_patch_add_text(body, "}");
    return status;
}

void cs_auth0_rewrite_body(struct cs_auth0_patch *patch, const struct cs_json *json,
                           const struct cs_auth0_connection *connection, struct cs_slice options)
{
    begin_body(&patch->body, json, connection);
    cs_patch_add(&patch->body, options.data, options.length);
    cs_patch_add_text(&patch->body, "}");
}

bool cs_auth0_is_derived(const struct cs_json *json, int key)
{
    /* Seen to differ after writes that left them alone: fetched from the upstream
     * provider's metadata, or kept up to date by its agents. */
    static const char derived[] = "agentIP\0"
                                  "agentMode\0"
                                  "agentVersion\0"
                                  "app_domain\0"
                                  "cert\0"
                                  "cert_rollover_notification\0"
                                  "certs\0"
                                  "expires\0"
                                  "granted\0"
                                  "oidc_metadata\0"
                                  "prev_thumbprints\0"
                                  "subject\0"
                                  "schema_version\0"
                                  "thumbprints\0"
                                  "admin_access_token\0"
                                  "admin_access_token_expiresin\0";

    return find_word(json, key, derived) >= 0;
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

void cs_auth0_service_code(const struct cs_json *json, char *out, size_t size)
{
    int code = CS_JSON_NONE;

    if (cs_json_find(json, 0, "errorCode", &code) == 0) {
        (void)cs_json_find(json, 0, "error", &code);
    }
    if (!cs_json_decode(json, code, out, size) || !is_plain_word(out)) {
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
