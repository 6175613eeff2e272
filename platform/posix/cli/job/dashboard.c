/* Which strategies are enterprise ones, and which word an entry has: config/ keeps the meaning alone,
 * and boards, that know no strategy beforehand, need no more. */
#include "platform/posix/cli/job/dashboard.h"

#include "core/auth0/auth0_connection.h"
#include "core/json/json.h"

#include <string.h>

/* As the Management API spells them (strategies of enterprise connections). */
static const char enterprise[] = "ad\0adfs\0auth0-adldap\0google-apps\0ip\0office365\0oidc\0okta\0"
                                 "pingfederate\0samlp\0sharepoint\0waad\0";

bool dashboard_is_enterprise(const char *strategy)
{
    return strategy[0] != '\0' && cs_words_find(enterprise, cs_slice_of(strategy)) >= 0;
}

/* The object that has the entry's string. Between its braces are two members whose strings can
 * have no brace in them. */
static struct cs_slice object_of(struct cs_slice text, const struct cs_desired_entry *entry)
{
    size_t first = entry->at;
    size_t last = (size_t)entry->at + entry->length;

    while (text.data[first] != '{') {
        first--;
    }
    while (text.data[last] != '}') {
        last++;
    }
    return cs_slice_make(text.data + first, last + 1 - first);
}

bool dashboard_says_off(const struct cs_desired *desired, const struct cs_desired_entry *entry)
{
    struct cs_slice object =
        entry == &desired->rest ? cs_json_trim(desired->text) : object_of(desired->text, entry);

    return cs_value_string_is(cs_json_member(object, CS_AUTH0_SETTING), "off");
}

const char *dashboard_warning(enum connsync_setting before, enum connsync_setting after)
{
    return after == CONNSYNC_NEVER_ON_LOGIN && before != after
               ? "never_on_login also keeps the connection from creating users"
               : NULL;
}
