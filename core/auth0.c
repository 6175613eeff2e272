#include "core/auth0.h"

#include <string.h>

#define CONNECTIONS "/api/v2/connections"
#define FIELDS "fields=id,name,strategy,display_name,options&include_fields=true"

#define PAUSE_FIRST_MS 500u
#define PAUSE_DOUBLINGS_MAX 6u
/* Nobody waits for longer than this; the deadline decides long before. */
#define PAUSE_SECONDS_MAX 86400u

static const char *const setting_names[] = {"unknown", "on_each_login", "on_first_login",
                                            "never_on_login"};
/* The same as JSON texts. */
static const char *const setting_texts[] = {"null", "\"on_each_login\"", "\"on_first_login\"",
                                            "\"never_on_login\""};
#define SETTING_COUNT (sizeof setting_names / sizeof setting_names[0])

const char *connsync_setting_name(enum connsync_setting setting)
{
    return setting_names[(size_t)setting < SETTING_COUNT ? (size_t)setting : 0];
}

enum connsync_setting connsync_setting_parse(const char *text)
{
    if (strcmp(text, "on") == 0) {
        return CONNSYNC_ON_EACH_LOGIN;
    }
    if (strcmp(text, "off") == 0) {
        return CONNSYNC_ON_FIRST_LOGIN;
    }
    for (size_t i = 1; i < SETTING_COUNT; i++) {
        if (strcmp(text, setting_names[i]) == 0) {
            return (enum connsync_setting)i;
        }
    }
    return CONNSYNC_SETTING_UNKNOWN;
}

bool cs_auth0_is_id(const char *connection)
{
    return strncmp(connection, "con_", 4) == 0;
}

/* ---- Request targets ---- */

static void write_path(struct cs_writer *target, const char *id)
{
    cs_write_string(target, CONNECTIONS "/");
    cs_write_percent_encoded(target, cs_slice_of(id));
}

void cs_auth0_write_get(struct cs_writer *target, const char *id)
{
    write_path(target, id);
    cs_write_string(target, "?" FIELDS);
}

void cs_auth0_write_get_by_name(struct cs_writer *target, const char *name)
{
    cs_write_string(target, CONNECTIONS "?name=");
    cs_write_percent_encoded(target, cs_slice_of(name));
    cs_write_string(target, "&" FIELDS);
}

void cs_auth0_write_patch(struct cs_writer *target, const char *id)
{
    write_path(target, id);
}

void cs_auth0_write_list(struct cs_writer *target, unsigned take, const char *cursor)
{
    cs_write_string(target, CONNECTIONS "?take=");
    cs_write_u64(target, take);
    if (cursor[0] != '\0') {
        cs_write_string(target, "&from=");
        cs_write_percent_encoded(target, cs_slice_of(cursor));
    }
    cs_write_string(target, "&" FIELDS);
}

static void write_form_field(struct cs_writer *body, const char *name, const char *value)
{
    cs_write_string(body, name);
    cs_write_percent_encoded(body, cs_slice_of(value));
}

void cs_auth0_write_token_request(struct cs_writer *body, const struct connsync_config *config)
{
    cs_write_string(body, "grant_type=client_credentials");
    write_form_field(body, "&client_id=", config->client_id);
    write_form_field(body, "&client_secret=", config->client_secret);
    if (config->audience != NULL) {
        write_form_field(body, "&audience=", config->audience);
        return;
    }
    write_form_field(body, "&audience=https%3A%2F%2F", config->domain);
    cs_write_string(body, "%2Fapi%2Fv2%2F");
}

size_t cs_auth0_token_request_size(const struct connsync_config *config)
{
    const char *audience = config->audience != NULL ? config->audience : config->domain;

    return 128 + 3 * (strlen(config->client_id) + strlen(config->client_secret) + strlen(audience));
}

const char *cs_auth0_missing_scope(struct cs_slice granted, const struct connsync_job *job)
{
    static const char *const scopes[] = {CS_AUTH0_SCOPE_READ, CS_AUTH0_SCOPE_READ_OPTIONS,
                                         CS_AUTH0_SCOPE_UPDATE, CS_AUTH0_SCOPE_UPDATE_OPTIONS};
    size_t needed = job->operation == CONNSYNC_SET && !job->dry_run ? 4 : 2;

    for (size_t i = 0; i < needed; i++) {
        if (!cs_slice_has_word(granted, scopes[i])) {
            return scopes[i];
        }
    }
    return NULL;
}

/* ---- Answers ---- */

int cs_auth0_connections(const struct cs_json *json)
{
    int list = CS_JSON_NONE;

    if (cs_json_is_array(json, 0)) {
        return 0;
    }
    if (cs_json_find(json, 0, "connections", &list) != 1 || !cs_json_is_array(json, list)) {
        return CS_JSON_NONE;
    }
    return list;
}

bool cs_auth0_next_cursor(const struct cs_json *json, char *cursor, size_t size)
{
    int next = CS_JSON_NONE;

    cursor[0] = '\0';
    if (cs_json_find(json, 0, "next", &next) != 1) {
        return false;
    }
    return cs_json_decode(json, next, cursor, size) && cursor[0] != '\0';
}

static enum connsync_status find_string(const struct cs_json *json, int object, const char *name,
                                        int *value)
{
    size_t count = cs_json_find(json, object, name, value);

    if (count > 1) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    return count == 1 && cs_json_is_string(json, *value) ? CONNSYNC_OK : CONNSYNC_ERR_ANSWER;
}

static enum connsync_status find_options(const struct cs_json *json,
                                         struct cs_auth0_connection *connection)
{
    size_t count = cs_json_find(json, connection->object, "options", &connection->options);

    if (count == 0) {
        return CONNSYNC_REFUSED_NO_OPTIONS;
    }
    if (count > 1) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    if (!cs_json_is_object(json, connection->options)) {
        return CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT;
    }
    count = cs_json_find(json, connection->options, CS_AUTH0_SETTING, &connection->setting);
    return count > 1 ? CONNSYNC_REFUSED_DUPLICATE : CONNSYNC_OK;
}

enum connsync_status cs_auth0_read_connection(const struct cs_json *json, int object,
                                              struct cs_auth0_connection *connection)
{
    *connection = (struct cs_auth0_connection){
        object, CS_JSON_NONE, CS_JSON_NONE, CS_JSON_NONE, CS_JSON_NONE, CS_JSON_NONE, CS_JSON_NONE};
    if (!cs_json_is_object(json, object)) {
        return CONNSYNC_ERR_ANSWER;
    }
    enum connsync_status id = find_string(json, object, "id", &connection->id);
    enum connsync_status name = find_string(json, object, "name", &connection->name);
    enum connsync_status strategy = find_string(json, object, "strategy", &connection->strategy);

    if (id != CONNSYNC_OK) {
        return id;
    }
    if (name != CONNSYNC_OK) {
        return name;
    }
    if (strategy != CONNSYNC_OK) {
        return strategy;
    }
    if (cs_json_find(json, object, "display_name", &connection->display_name) > 1) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    return find_options(json, connection);
}

enum connsync_setting cs_auth0_setting(const struct cs_json *json,
                                       const struct cs_auth0_connection *connection)
{
    if (connection->setting == CS_JSON_NONE || cs_json_is_null(json, connection->setting)) {
        return CONNSYNC_ON_EACH_LOGIN;
    }
    for (size_t i = 1; i < SETTING_COUNT; i++) {
        if (cs_json_string_is(json, connection->setting, setting_names[i])) {
            return (enum connsync_setting)i;
        }
    }
    return CONNSYNC_SETTING_UNKNOWN;
}

static bool member_is_true(const struct cs_json *json, int object, const char *name)
{
    int value = CS_JSON_NONE;

    return cs_json_find(json, object, name, &value) > 0 &&
           cs_slice_is(cs_json_raw(json, value), "true");
}

static bool is_repeated(const struct cs_json *json, int object, const char *name)
{
    int value = CS_JSON_NONE;

    return cs_json_find(json, object, name, &value) > 1;
}

static enum connsync_status check_strategy(const struct cs_json *json,
                                           const struct cs_auth0_connection *connection)
{
    if (cs_json_string_is(json, connection->strategy, "email") ||
        cs_json_string_is(json, connection->strategy, "sms")) {
        return CONNSYNC_REFUSED_PASSWORDLESS;
    }
    if (!cs_json_string_is(json, connection->strategy, "auth0")) {
        return CONNSYNC_OK;
    }
    if (is_repeated(json, connection->options, "enabledDatabaseCustomization") ||
        is_repeated(json, connection->options, "import_mode")) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    /* The service takes it for custom databases with an external user store only. */
    if (!member_is_true(json, connection->options, "enabledDatabaseCustomization") ||
        member_is_true(json, connection->options, "import_mode")) {
        return CONNSYNC_REFUSED_STRATEGY;
    }
    return CONNSYNC_OK;
}

/* Absent, null, or without a member. Anything else may be ciphertext. */
static bool is_empty(const struct cs_json *json, int value)
{
    if (value == CS_JSON_NONE || cs_json_is_null(json, value)) {
        return true;
    }
    bool container = cs_json_is_object(json, value) || cs_json_is_array(json, value);
    return container && cs_json_size(json, value) == 0;
}

enum connsync_status cs_auth0_may_write(const struct cs_json *json,
                                        const struct cs_auth0_connection *connection,
                                        const struct connsync_job *job)
{
    int configuration = CS_JSON_NONE;
    enum connsync_status status = check_strategy(json, connection);

    if (status != CONNSYNC_OK) {
        return status;
    }
    if (connection->setting != CS_JSON_NONE && !cs_json_is_null(json, connection->setting) &&
        !cs_json_is_string(json, connection->setting)) {
        return CONNSYNC_REFUSED_VALUE;
    }
    if (cs_json_find(json, connection->options, "configuration", &configuration) > 1) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    if (!is_empty(json, configuration) && !job->allow_encrypted_configuration) {
        return CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION;
    }
    return CONNSYNC_OK;
}

static void add_slice(struct cs_auth0_patch *patch, struct cs_slice slice)
{
    patch->slices[patch->count++] = slice;
}

enum connsync_status cs_auth0_patch_body(struct cs_auth0_patch *patch, const struct cs_json *json,
                                         const struct cs_auth0_connection *connection,
                                         enum connsync_setting wanted)
{
    struct cs_patch options;
    enum connsync_status status = cs_patch_set_member(
        &options, json, connection->options, CS_AUTH0_SETTING, cs_slice_of(setting_texts[wanted]));

    if (status != CONNSYNC_OK) {
        return status;
    }
    patch->count = 0;
    /* The service sets display_name to the name when it is left out. */
    if (cs_json_is_string(json, connection->display_name)) {
        add_slice(patch, cs_slice_of("{\"display_name\":"));
        add_slice(patch, cs_json_raw(json, connection->display_name));
        add_slice(patch, cs_slice_of(",\"options\":"));
    } else {
        add_slice(patch, cs_slice_of("{\"options\":"));
    }
    for (size_t i = 0; i < options.count; i++) {
        add_slice(patch, options.slices[i]);
    }
    add_slice(patch, cs_slice_of("}"));
    return CONNSYNC_OK;
}

bool cs_auth0_is_derived(const struct cs_json *json, int key)
{
    /* Seen to differ after writes that left them alone: fetched from the upstream
     * provider's metadata, or kept up to date by its agents. */
    static const char *const derived[] = {
        "agentIP",
        "agentMode",
        "agentVersion",
        "app_domain",
        "cert",
        "cert_rollover_notification",
        "certs",
        "expires",
        "granted",
        "oidc_metadata",
        "prev_thumbprints",
        "subject",
        "schema_version",
        "thumbprints",
        "admin_access_token",
        "admin_access_token_expiresin",
    };

    for (size_t i = 0; i < sizeof derived / sizeof derived[0]; i++) {
        if (cs_json_string_is(json, key, derived[i])) {
            return true;
        }
    }
    return false;
}

/* ---- Errors ---- */

enum connsync_status cs_auth0_status(const struct cs_http_head *head)
{
    switch (head->status) {
    case 401:
        return CONNSYNC_ERR_UNAUTHORIZED;
    case 403:
        return CONNSYNC_ERR_FORBIDDEN;
    case 404:
        return CONNSYNC_ERR_NOT_FOUND;
    case 408:
        return CONNSYNC_ERR_SERVER;
    case 429:
        return CONNSYNC_ERR_RATE_LIMITED;
    default:
        return head->status >= 500 ? CONNSYNC_ERR_SERVER : CONNSYNC_ERR_REJECTED;
    }
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

/* Tokens enough for an error body; a longer one has no code that we would show. */
#define ERROR_TOKENS_MAX 24

void cs_auth0_service_code(struct cs_slice body, char *out, size_t size)
{
    jsmntok_t tokens[ERROR_TOKENS_MAX];
    struct cs_json_facts facts;
    struct cs_json json;
    int code = CS_JSON_NONE;

    out[0] = '\0';
    if (cs_json_check(body, &facts) != CONNSYNC_OK || facts.tokens > ERROR_TOKENS_MAX ||
        cs_json_tokenise(&json, body, tokens, ERROR_TOKENS_MAX) != CONNSYNC_OK) {
        return;
    }
    if (cs_json_find(&json, 0, "errorCode", &code) == 0) {
        (void)cs_json_find(&json, 0, "error", &code);
    }
    if (code == CS_JSON_NONE || !cs_json_decode(&json, code, out, size) || !is_plain_word(out)) {
        out[0] = '\0';
    }
}

const char *cs_auth0_scope_in_text(struct cs_slice body)
{
    /* The longer names first: each of them begins with a shorter one. */
    static const char *const scopes[] = {CS_AUTH0_SCOPE_UPDATE_OPTIONS, CS_AUTH0_SCOPE_READ_OPTIONS,
                                         CS_AUTH0_SCOPE_UPDATE, CS_AUTH0_SCOPE_READ};

    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        if (cs_slice_contains(body, scopes[i])) {
            return scopes[i];
        }
    }
    return NULL;
}

static uint64_t asked_pause_s(const struct cs_http_head *head)
{
    if (head->retry_after != CS_HTTP_UNKNOWN) {
        return head->retry_after;
    }
    if (head->status == 429 && head->ratelimit_reset != CS_HTTP_UNKNOWN &&
        head->date != CS_HTTP_UNKNOWN && head->ratelimit_reset >= head->date) {
        /* Both are whole seconds, rounded down: one more is certain. */
        return head->ratelimit_reset - head->date + 1;
    }
    return CS_HTTP_UNKNOWN;
}

uint64_t cs_auth0_pause_ms(const struct cs_http_head *head, unsigned attempt, uint32_t random)
{
    uint64_t asked = head != NULL ? asked_pause_s(head) : CS_HTTP_UNKNOWN;

    if (asked != CS_HTTP_UNKNOWN) {
        asked = asked < PAUSE_SECONDS_MAX ? asked : PAUSE_SECONDS_MAX;
        return asked * 1000 + random % 250;
    }
    uint64_t most = (uint64_t)PAUSE_FIRST_MS
                    << (attempt < PAUSE_DOUBLINGS_MAX ? attempt : PAUSE_DOUBLINGS_MAX);
    return most / 2 + random % (most / 2);
}
