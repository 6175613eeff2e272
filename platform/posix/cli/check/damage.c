/* The table of what strategies need, and what one connection lacks of it. What is printed of
 * it is doctor.c's; values are looked at only to see whether there is one. */
#include "platform/posix/cli/check/damage.h"

#include "core/auth0/auth0_connection.h"
#include "core/json/json.h"

#include <string.h>

/* Each with its NUL: the strategy, then what it needs, then an empty one. Of several names in one
 * word one is enough. Social strategies are not here: without keys of their own they use the
 * service's, and have none of the members that could be missed. */
static const char needs[] =
    "adfs\0adfs_server fedMetadataXml\0\0"
    "auth0\0customScripts\0enabledDatabaseCustomization\0\0"
    "oauth2\0client_id\0authorizationURL\0tokenURL\0\0"
    "oidc\0client_id\0authorization_endpoint discovery_url issuer oidc_metadata\0\0"
    "okta\0client_id\0domain issuer authorization_endpoint oidc_metadata\0\0"
    "pingfederate\0pingFederateBaseUrl\0\0"
    "samlp\0signInEndpoint metadataUrl metadataXml\0signingCert cert metadataUrl metadataXml\0\0"
    "waad\0client_id\0\0";

/* Nothing, null and an empty text are the same. */
static bool has(struct cs_slice options, const char *name, size_t length)
{
    struct cs_json_walk walk;
    struct cs_json_item item;
    char wanted[64];

    memcpy(wanted, name, length);
    wanted[length] = '\0';
    cs_json_walk_begin(&walk, options);
    while (cs_json_walk_next(&walk, &item)) {
        bool is_empty = cs_value_is_null(item.value) || cs_slice_is(item.value, "\"\"");
        if (!is_empty && cs_value_string_is(item.name, wanted)) {
            return true;
        }
    }
    return false;
}

static bool has_any(struct cs_slice options, const char *group)
{
    while (*group != '\0') {
        size_t length = strcspn(group, " ");
        if (has(options, group, length)) {
            return true;
        }
        group += length + (group[length] == ' ');
    }
    return false;
}

static const char *next_word(const char *word)
{
    return word + strlen(word) + 1;
}

/* The first thing that the strategy needs; an empty word if it is not in the table. */
static const char *needs_of(const char *strategy)
{
    const char *at = needs;

    while (*at != '\0' && strcmp(at, strategy) != 0) {
        while (*at != '\0') {
            at = next_word(at);
        }
        at++;
    }
    return *at != '\0' ? next_word(at) : at;
}

bool damage_find(struct damage *damage, const char *strategy, struct cs_slice options)
{
    memset(damage, 0, sizeof *damage);
    if (!has(options, CS_AUTH0_SETTING, sizeof CS_AUTH0_SETTING - 1)) {
        return false;
    }
    damage->is_alone = cs_json_size_of(options) == 1;
    for (const char *need = needs_of(strategy); !damage->is_alone && *need != '\0';
         need = next_word(need)) {
        if (!has_any(options, need) && damage->count < DAMAGE_LACKS_MAX) {
            damage->lacks[damage->count++] = need;
        }
    }
    return damage->is_alone || damage->count > 0;
}

static void write_group(struct cs_writer *writer, const char *group)
{
    for (;;) {
        size_t length = strcspn(group, " ");
        cs_write(writer, cs_slice_make(group, length));
        if (group[length] == '\0') {
            return;
        }
        cs_write_string(writer, " or ");
        group += length + 1;
    }
}

void damage_write(struct cs_writer *writer, const struct damage *damage)
{
    if (damage->is_alone) {
        cs_write_string(writer, "options hold the setting alone");
        return;
    }
    for (unsigned i = 0; i < damage->count; i++) {
        cs_write_string(writer, i == 0 ? "options lack " : ", ");
        write_group(writer, damage->lacks[i]);
    }
}
