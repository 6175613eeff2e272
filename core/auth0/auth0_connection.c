/*
 * Reads a connection's parts, knows which connections may carry the setting, and puts the body of
 * a write around their `options`. What is written in the place of a value is left to core/agent.
 */
#include "core/auth0/auth0_connection.h"

#include <string.h>

/* ---- Parts ---- */

/* Each as it is before it was looked for. */
static const struct cs_json_sought parts[CS_AUTH0_PARTS] = {
    [CS_AUTH0_ID] = {.name = "id", .parent = CS_JSON_ROOT},
    [CS_AUTH0_NAME] = {.name = "name", .parent = CS_JSON_ROOT},
    [CS_AUTH0_STRATEGY] = {.name = "strategy", .parent = CS_JSON_ROOT},
    [CS_AUTH0_DISPLAY_NAME] = {.name = "display_name", .parent = CS_JSON_ROOT},
    [CS_AUTH0_OPTIONS] = {.name = "options", .parent = CS_JSON_ROOT},
    [CS_AUTH0_OPTIONS_SETTING] = {.name = CS_AUTH0_SETTING, .parent = CS_AUTH0_OPTIONS},
    [CS_AUTH0_OPTIONS_CONFIGURATION] = {.name = "configuration", .parent = CS_AUTH0_OPTIONS},
    [CS_AUTH0_OPTIONS_CUSTOM_DATABASE] = {.name = "enabledDatabaseCustomization",
                                          .parent = CS_AUTH0_OPTIONS},
    [CS_AUTH0_OPTIONS_IMPORT_MODE] = {.name = "import_mode", .parent = CS_AUTH0_OPTIONS},
};

void cs_auth0_connection_init(struct cs_auth0_connection *connection)
{
    memcpy(connection->parts, parts, sizeof parts);
}

void cs_auth0_find_connection(struct cs_auth0_connection *connection, struct cs_slice object)
{
    cs_auth0_connection_init(connection);
    cs_json_find_members(object, connection->parts, CS_AUTH0_PARTS);
}

struct cs_slice cs_auth0_part(const struct cs_auth0_connection *connection, enum cs_auth0_part part)
{
    return connection->parts[part].value;
}

static bool is_twice(const struct cs_auth0_connection *connection, enum cs_auth0_part part)
{
    return connection->parts[part].count > 1;
}

/* Absent or null. */
static bool is_nothing(struct cs_slice value)
{
    return value.data == NULL || cs_value_is_null(value);
}

enum connsync_status cs_auth0_judge_connection(const struct cs_auth0_connection *connection)
{
    for (enum cs_auth0_part part = CS_AUTH0_ID; part <= CS_AUTH0_OPTIONS; part++) {
        if (is_twice(connection, part)) {
            return CONNSYNC_REFUSED_DUPLICATE;
        }
        if (part <= CS_AUTH0_STRATEGY && !cs_value_is_string(cs_auth0_part(connection, part))) {
            return CONNSYNC_ERR_ANSWER;
        }
    }
    struct cs_slice options = cs_auth0_part(connection, CS_AUTH0_OPTIONS);
    if (options.data == NULL) {
        return CONNSYNC_REFUSED_NO_OPTIONS;
    }
    if (!cs_value_is_object(options)) {
        return CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT;
    }
    return is_twice(connection, CS_AUTH0_OPTIONS_SETTING) ? CONNSYNC_REFUSED_DUPLICATE
                                                          : CONNSYNC_OK;
}

enum connsync_setting cs_auth0_setting(const struct cs_auth0_connection *connection)
{
    struct cs_slice value = cs_auth0_part(connection, CS_AUTH0_OPTIONS_SETTING);

    if (is_nothing(value)) {
        return CONNSYNC_ON_EACH_LOGIN;
    }
    for (int setting = CONNSYNC_ON_EACH_LOGIN; setting <= CONNSYNC_NEVER_ON_LOGIN; setting++) {
        if (cs_value_string_is(value, connsync_setting_name((enum connsync_setting)setting))) {
            return (enum connsync_setting)setting;
        }
    }
    return CONNSYNC_SETTING_UNKNOWN;
}

/* ---- What may be written ---- */

/* The service takes the setting for custom databases with an external user store only. */
static enum connsync_status judge_database(const struct cs_auth0_connection *connection)
{
    struct cs_slice custom = cs_auth0_part(connection, CS_AUTH0_OPTIONS_CUSTOM_DATABASE);
    struct cs_slice import = cs_auth0_part(connection, CS_AUTH0_OPTIONS_IMPORT_MODE);

    if (is_twice(connection, CS_AUTH0_OPTIONS_CUSTOM_DATABASE) ||
        is_twice(connection, CS_AUTH0_OPTIONS_IMPORT_MODE)) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    return cs_value_is_true(custom) && !cs_value_is_true(import) ? CONNSYNC_OK
                                                                 : CONNSYNC_REFUSED_STRATEGY;
}

/* Absent, null, or without a member. Anything else may be ciphertext. */
static bool is_empty(struct cs_slice value)
{
    struct cs_json_walk walk;
    struct cs_json_item item;

    if (!cs_value_is_object(value) && !cs_value_is_array(value)) {
        return is_nothing(value);
    }
    cs_json_walk_begin(&walk, value);
    return !cs_json_walk_next(&walk, &item);
}

static enum connsync_status judge_configuration(const struct cs_json_sought *configuration,
                                                bool allow_encrypted)
{
    if (configuration->count > 1) {
        return CONNSYNC_REFUSED_DUPLICATE;
    }
    return allow_encrypted || is_empty(configuration->value)
               ? CONNSYNC_OK
               : CONNSYNC_REFUSED_ENCRYPTED_CONFIGURATION;
}

enum connsync_status cs_auth0_may_write(const struct cs_auth0_connection *connection,
                                        bool allow_encrypted)
{
    struct cs_slice strategy = cs_auth0_part(connection, CS_AUTH0_STRATEGY);
    struct cs_slice setting = cs_auth0_part(connection, CS_AUTH0_OPTIONS_SETTING);
    enum connsync_status status = CONNSYNC_OK;

    if (cs_value_string_is(strategy, "email") || cs_value_string_is(strategy, "sms")) {
        return CONNSYNC_REFUSED_PASSWORDLESS;
    }
    if (cs_value_string_is(strategy, "auth0")) {
        status = judge_database(connection);
    }
    if (status == CONNSYNC_OK && !is_nothing(setting) && !cs_value_is_string(setting)) {
        status = CONNSYNC_REFUSED_VALUE;
    }
    return status != CONNSYNC_OK
               ? status
               : judge_configuration(&connection->parts[CS_AUTH0_OPTIONS_CONFIGURATION],
                                     allow_encrypted);
}

enum connsync_status cs_auth0_may_restore(struct cs_slice options, bool allow_encrypted)
{
    struct cs_json_sought configuration = {"configuration", CS_JSON_ROOT, 0, {NULL, 0}};

    cs_json_find_members(options, &configuration, 1);
    return judge_configuration(&configuration, allow_encrypted);
}

bool cs_auth0_is_derived(struct cs_slice name)
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

    for (const char *word = derived; *word != '\0'; word = cs_words_next(word)) {
        if (cs_value_string_is(name, word)) {
            return true;
        }
    }
    return false;
}

/* ---- The body of a write ---- */

void cs_auth0_begin_body(struct cs_slices *body, const struct cs_auth0_connection *connection)
{
    struct cs_slice display_name = cs_auth0_part(connection, CS_AUTH0_DISPLAY_NAME);

    /* The service sets display_name to the name when it is left out. */
    if (cs_value_is_string(display_name)) {
        cs_slices_add_text(body, "{\"display_name\":");
        cs_slices_add(body, display_name);
        cs_slices_add_text(body, ",\"options\":");
    } else {
        cs_slices_add_text(body, "{\"options\":");
    }
}

void cs_auth0_end_body(struct cs_slices *body)
{
    cs_slices_add_text(body, "}");
}
