#include "config/desired.h"

#include <string.h>

#include "config/desired_state.h"
#include "core/json/json_string.h"

static const char *const names[] = {
    "domain", "client_id", "client_secret", "token",    "audience",
    "every",  "id",        "name",          "strategy", "set_user_root_attributes",
    "all",    "except",    "connections",
};

const char *cs_desired_member_name(enum cs_desired_member member)
{
    return names[member];
}

bool cs_desired_has(const struct cs_desired *desired, enum cs_desired_member member)
{
    return (desired->given & CS_DESIRED_BIT(member)) != 0;
}

void cs_desired_clear_fault(struct cs_desired_fault *fault)
{
    memset(fault, 0, sizeof *fault);
    fault->list = CS_DESIRED_NO_MEMBER;
    fault->member = CS_DESIRED_NO_MEMBER;
    fault->other_list = CS_DESIRED_NO_MEMBER;
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

size_t cs_desired_decode(struct cs_slice escaped, char *out, size_t size)
{
    struct cs_json_string reader;
    size_t length = 0;
    int byte;

    cs_json_string_init(&reader, escaped);
    while (cs_json_string_next(&reader) != CS_JSON_STRING_END) {
        length++;
    }
    if (length < size) {
        cs_json_string_init(&reader, escaped);
        while ((byte = cs_json_string_next(&reader)) != CS_JSON_STRING_END) {
            *out++ = (char)byte;
        }
        *out = '\0';
    }
    return length + 1;
}

struct cs_slice cs_desired_entry_slice(const struct cs_desired *desired,
                                       const struct cs_desired_entry *entry)
{
    return cs_slice_make(desired->text.data + entry->at, entry->length);
}

size_t cs_desired_string(const struct cs_desired *desired, enum cs_desired_member member, char *out,
                         size_t size)
{
    struct cs_slice body = desired->strings[member];

    return body.data == NULL ? 0 : cs_desired_decode(body, out, size);
}

bool cs_desired_domain(const struct cs_desired *desired, char host[CS_HOST_SIZE],
                       uint16_t *port_number)
{
    return cs_desired_string(desired, CS_DESIRED_DOMAIN, host, CS_HOST_SIZE) > 0 &&
           cs_domain_read(host, port_number);
}

void cs_desired_entry_text(const struct cs_desired *desired, const struct cs_desired_entry *entry,
                           char out[CS_DESIRED_ENTRY_SIZE])
{
    (void)cs_desired_decode(cs_desired_entry_slice(desired, entry), out, CS_DESIRED_ENTRY_SIZE);
}

/* ---- Boards ---- */

static bool has_credentials(const struct cs_desired *desired)
{
    return cs_desired_has(desired, CS_DESIRED_TOKEN) ||
           (cs_desired_has(desired, CS_DESIRED_CLIENT_ID) &&
            cs_desired_has(desired, CS_DESIRED_CLIENT_SECRET));
}

static enum cs_desired_error check_board(const struct cs_desired *desired,
                                         struct cs_desired_fault *fault)
{
    fault->member = CS_DESIRED_DOMAIN;
    if (!cs_desired_has(desired, CS_DESIRED_DOMAIN)) {
        return CS_DESIRED_ERR_MISSING;
    }
    fault->member = CS_DESIRED_ALL;
    if (desired->all) {
        return CS_DESIRED_ERR_BOARD_ALL;
    }
    fault->member = CS_DESIRED_CONNECTIONS;
    fault->limit = CS_DESIRED_BOARD_ENTRIES_MAX;
    if (desired->count > CS_DESIRED_BOARD_ENTRIES_MAX) {
        return CS_DESIRED_ERR_TOO_MANY;
    }
    fault->member = CS_DESIRED_STRATEGY;
    for (size_t i = 0; i < desired->count; i++) {
        if (desired->entries[i].key == CS_DESIRED_STRATEGY) {
            cs_desired_place(desired, i, &fault->list, &fault->index);
            return CS_DESIRED_ERR_BOARD_STRATEGY;
        }
    }
    fault->member = CS_DESIRED_NO_MEMBER;
    return has_credentials(desired) ? CS_DESIRED_OK : CS_DESIRED_ERR_BOARD_CREDENTIALS;
}

bool cs_desired_check_board(const struct cs_desired *desired, struct cs_desired_fault *fault)
{
    cs_desired_clear_fault(fault);
    fault->error = check_board(desired, fault);
    return fault->error == CS_DESIRED_OK;
}
