/* What a document says: names of members, strings, places in it. Whether it says it rightly is
 * for desired_read.c. */
#include "config/desired.h"

#include <string.h>

#include "config/desired_state.h"
#include "core/json/json.h"

static const char *const names[] = {
    [CS_DESIRED_DOMAIN] = "domain",
    [CS_DESIRED_CLIENT_ID] = "client_id",
    [CS_DESIRED_CLIENT_SECRET] = "client_secret",
    [CS_DESIRED_TOKEN] = "token",
    [CS_DESIRED_AUDIENCE] = "audience",
    [CS_DESIRED_EVERY] = "every",
    [CS_DESIRED_ID] = "id",
    [CS_DESIRED_NAME] = "name",
    [CS_DESIRED_STRATEGY] = "strategy",
    [CS_DESIRED_SETTING] = "set_user_root_attributes",
    [CS_DESIRED_ALL] = "all",
    [CS_DESIRED_EXCEPT] = "except",
    [CS_DESIRED_CONNECTIONS] = "connections",
};
_Static_assert(sizeof names / sizeof names[0] == CS_DESIRED_NO_MEMBER, "a member without a name");

const char *cs_desired_member_name(enum cs_desired_member member)
{
    return names[member];
}

bool cs_desired_has(const struct cs_desired *desired, enum cs_desired_member member)
{
    return (desired->given & CS_DESIRED_BIT(member)) != 0;
}

bool cs_interval_read(const char *text, uint32_t *seconds)
{
    static const char units[] = "smhd";
    static const uint32_t factors[] = {1, 60, 3600, 86400};
    struct cs_slice digits = cs_slice_of(text);
    const char *unit;
    uint64_t number = 0;

    if (digits.length == 0) {
        return false;
    }
    unit = strchr(units, text[--digits.length]);
    if (unit == NULL || !cs_slice_to_u64(digits, &number) || number == 0 ||
        number > CS_DESIRED_EVERY_MAX_S / factors[unit - units]) {
        return false;
    }
    *seconds = (uint32_t)number * factors[unit - units];
    return true;
}

/* ---- Strings ---- */

size_t cs_desired_string(const struct cs_desired *desired, enum cs_desired_member member, char *out,
                         size_t size)
{
    struct cs_slice string = desired->strings[member];
    size_t needed = 1;

    if (string.data == NULL) {
        return 0;
    }
    struct cs_json_string reader = cs_json_string_open(string);
    while (cs_json_string_next(&reader) != CS_JSON_STRING_END) {
        needed++;
    }
    if (needed <= size) {
        (void)cs_value_decode(string, out, size);
    }
    return needed;
}

bool cs_desired_domain(const struct cs_desired *desired, char host[CS_HOST_SIZE],
                       uint16_t *port_number)
{
    return cs_value_decode(desired->strings[CS_DESIRED_DOMAIN], host, CS_HOST_SIZE) &&
           cs_domain_read(host, port_number);
}

struct cs_slice cs_desired_entry_slice(const struct cs_desired *desired,
                                       const struct cs_desired_entry *entry)
{
    return cs_slice_make(desired->text.data + entry->at, entry->length);
}

void cs_desired_entry_text(const struct cs_desired *desired, const struct cs_desired_entry *entry,
                           char out[CS_DESIRED_ENTRY_SIZE])
{
    (void)cs_value_decode(cs_desired_entry_slice(desired, entry), out, CS_DESIRED_ENTRY_SIZE);
}

/* ---- Places ---- */

struct cs_desired_place cs_desired_place_of_member(enum cs_desired_member member)
{
    return (struct cs_desired_place){CS_DESIRED_NO_MEMBER, 0, member};
}

struct cs_desired_place cs_desired_place_of_entry(const struct cs_desired *desired, size_t entry)
{
    bool is_exception = desired->entries[entry].setting == CONNSYNC_SETTING_UNKNOWN;
    size_t first = is_exception ? desired->except_first : desired->connections_first;

    return (struct cs_desired_place){is_exception ? CS_DESIRED_EXCEPT : CS_DESIRED_CONNECTIONS,
                                     (uint32_t)(entry - first), CS_DESIRED_NO_MEMBER};
}

bool cs_desired_settle(struct cs_desired_fault *fault, enum cs_desired_error error,
                       struct cs_desired_place place)
{
    memset(fault, 0, sizeof *fault);
    fault->error = error;
    fault->place = place;
    return error == CS_DESIRED_OK;
}

void cs_desired_write_place(const struct cs_desired_place *place, struct cs_writer *writer)
{
    bool has_member = place->member != CS_DESIRED_NO_MEMBER;

    if (place->list != CS_DESIRED_NO_MEMBER) {
        cs_write_string(writer, names[place->list]);
        cs_write_string(writer, "[");
        cs_write_u64(writer, place->index);
        cs_write_string(writer, has_member ? "]." : "]");
    } else if (!has_member) {
        cs_write_string(writer, "the document");
    }
    if (has_member) {
        cs_write_string(writer, names[place->member]);
    }
}
