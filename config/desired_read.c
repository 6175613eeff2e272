/*
 * The grammar of connsync.json, over the values of a checked text. Nothing unknown is passed
 * over, so that a member that a later version knows is never ignored by this one.
 */
#include <string.h>

#include "config/desired_state.h"
#include "core/auth0/auth0.h"
#include "core/json/json.h"

#define KEY_MEMBERS                                                                                \
    (CS_DESIRED_BIT(CS_DESIRED_ID) | CS_DESIRED_BIT(CS_DESIRED_NAME) |                             \
     CS_DESIRED_BIT(CS_DESIRED_STRATEGY))
#define ENTRY_MEMBERS (KEY_MEMBERS | CS_DESIRED_BIT(CS_DESIRED_SETTING))
#define DOCUMENT_MEMBERS (CS_DESIRED_BIT(CS_DESIRED_NO_MEMBER) - 1 - KEY_MEMBERS)

/* Longer than any value of `every` and of the setting. */
#define WORD_SIZE 20

/* The limits of strings with their final NUL. */
static const uint16_t sizes[] = {
    [CS_DESIRED_DOMAIN] = CS_HOST_SIZE,
    [CS_DESIRED_CLIENT_ID] = CS_DESIRED_CLIENT_ID_SIZE,
    [CS_DESIRED_CLIENT_SECRET] = CS_DESIRED_CLIENT_SECRET_SIZE,
    [CS_DESIRED_TOKEN] = CS_DESIRED_TOKEN_SIZE,
    [CS_DESIRED_AUDIENCE] = CS_DESIRED_AUDIENCE_SIZE,
    [CS_DESIRED_EVERY] = CS_HOST_SIZE, /* judged as a whole */
    [CS_DESIRED_ID] = CONNSYNC_ID_SIZE,
    [CS_DESIRED_NAME] = CONNSYNC_NAME_SIZE,
    [CS_DESIRED_STRATEGY] = CONNSYNC_STRATEGY_SIZE,
    [CS_DESIRED_SETTING] = CS_HOST_SIZE, /* likewise */
};
_Static_assert(sizeof sizes / sizeof sizes[0] == CS_DESIRED_ALL, "a string without a limit");

struct reader {
    struct cs_desired *desired;
    struct cs_desired_fault *fault;
    struct cs_desired_place place; /* of what is being read */
    size_t capacity;
};

static bool fail(struct reader *reader, enum cs_desired_error error)
{
    return cs_desired_settle(reader->fault, error, reader->place);
}

static bool fail_at_limit(struct reader *reader, enum cs_desired_error error, size_t limit)
{
    (void)fail(reader, error);
    reader->fault->limit = (uint32_t)limit;
    return false;
}

static bool fail_at(struct reader *reader, enum cs_desired_error error, const char *at)
{
    (void)fail(reader, error);
    reader->fault->offset = (uint32_t)(at - reader->desired->text.data);
    return false;
}

/* ---- Strings ---- */

static bool is_allowed(enum cs_desired_member member, int byte, int before)
{
    if (cs_is_odd((unsigned char)before, (unsigned char)byte)) {
        return false;
    }
    return member != CS_DESIRED_TOKEN || (byte != ' ' && byte < 0x7F);
}

bool cs_desired_can_hold(const char *text)
{
    int before = 0;
    const char *at = text;

    for (; *at != '\0'; at++) {
        if (!is_allowed(CS_DESIRED_NAME, (unsigned char)*at, before)) {
            return false;
        }
        before = (unsigned char)*at;
    }
    return at > text;
}

/* Is the value a string that the member can be? */
static bool check_string(struct reader *reader, enum cs_desired_member member,
                         struct cs_slice value)
{
    struct cs_json_string string = cs_json_string_open(value);
    size_t length = 0;
    int before = 0;
    int byte;

    if (!cs_value_is_string(value)) {
        return fail(reader, CS_DESIRED_ERR_TYPE);
    }
    while ((byte = cs_json_string_next(&string)) != CS_JSON_STRING_END) {
        if (!is_allowed(member, byte, before)) {
            return fail(reader, CS_DESIRED_ERR_CHARACTER);
        }
        if (++length == sizes[member]) {
            return fail_at_limit(reader, CS_DESIRED_ERR_TOO_LONG, length - 1);
        }
        before = byte;
    }
    return length > 0 || fail(reader, CS_DESIRED_ERR_EMPTY);
}

static bool read_credential(struct reader *reader, struct cs_slice value)
{
    char host[CS_HOST_SIZE];
    uint16_t port_number = 0;

    if (!check_string(reader, reader->place.member, value)) {
        return false;
    }
    reader->desired->strings[reader->place.member] = value;
    return reader->place.member != CS_DESIRED_DOMAIN ||
           cs_desired_domain(reader->desired, host, &port_number) ||
           fail(reader, CS_DESIRED_ERR_DOMAIN);
}

static bool read_every(struct reader *reader, struct cs_slice value)
{
    char word[WORD_SIZE];

    if (!check_string(reader, CS_DESIRED_EVERY, value)) {
        return false;
    }
    return (cs_value_decode(value, word, sizeof word) &&
            cs_interval_read(word, &reader->desired->every_s)) ||
           fail(reader, CS_DESIRED_ERR_EVERY);
}

static bool read_setting(struct reader *reader, struct cs_slice value, uint8_t *setting)
{
    char word[WORD_SIZE];

    if (!check_string(reader, CS_DESIRED_SETTING, value)) {
        return false;
    }
    if (cs_value_decode(value, word, sizeof word)) {
        *setting = (uint8_t)connsync_setting_parse(word);
    }
    return *setting != CONNSYNC_SETTING_UNKNOWN || fail(reader, CS_DESIRED_ERR_SETTING);
}

static bool read_all(struct reader *reader, struct cs_slice value)
{
    reader->desired->all = cs_value_is_true(value);
    return reader->desired->all || cs_value_begins_with(value, 'f') ||
           fail(reader, CS_DESIRED_ERR_TYPE);
}

/* ---- Members and entries ---- */

/* Makes the member with this name the place, if it is one of `known` and not in `given`. */
static bool enter(struct reader *reader, struct cs_slice name, unsigned known, unsigned *given)
{
    int member = 0;

    while (member < CS_DESIRED_NO_MEMBER &&
           ((known & CS_DESIRED_BIT(member)) == 0 ||
            !cs_value_string_is(name, cs_desired_member_name((enum cs_desired_member)member)))) {
        member++;
    }
    reader->place.member = (enum cs_desired_member)member;
    if (member == CS_DESIRED_NO_MEMBER) {
        return fail_at(reader, CS_DESIRED_ERR_UNKNOWN_MEMBER, name.data);
    }
    if ((*given & CS_DESIRED_BIT(member)) != 0) {
        return fail(reader, CS_DESIRED_ERR_DUPLICATE_MEMBER);
    }
    *given |= CS_DESIRED_BIT(member);
    return true;
}

/* An id, a name or a strategy. An element of `except` is an id or a name by its looks,
 * as a connection on the command line is; `member` says a name then. */
static bool read_key(struct reader *reader, struct cs_desired_entry *entry,
                     enum cs_desired_member member, struct cs_slice value)
{
    char text[CS_DESIRED_ENTRY_SIZE];
    bool is_id;

    if (!check_string(reader, member, value)) {
        return false;
    }
    (void)cs_value_decode(value, text, sizeof text);
    is_id = cs_auth0_is_id(text);
    if (member == CS_DESIRED_ID && !is_id) {
        return fail(reader, CS_DESIRED_ERR_ID);
    }
    if (member == CS_DESIRED_NAME && is_id) {
        if (reader->place.list == CS_DESIRED_CONNECTIONS) {
            return fail(reader, CS_DESIRED_ERR_NAME);
        }
        member = CS_DESIRED_ID;
    }
    entry->at = (uint32_t)(value.data - reader->desired->text.data);
    entry->length = (uint16_t)value.length;
    entry->key = (uint8_t)member;
    return true;
}

static bool read_entry_member(struct reader *reader, struct cs_desired_entry *entry, unsigned given,
                              struct cs_slice value)
{
    enum cs_desired_member member = reader->place.member;

    if (member == CS_DESIRED_SETTING) {
        return read_setting(reader, value, &entry->setting);
    }
    if ((given & KEY_MEMBERS) != CS_DESIRED_BIT(member)) {
        reader->place.member = CS_DESIRED_NO_MEMBER;
        return fail(reader, CS_DESIRED_ERR_KEY);
    }
    return read_key(reader, entry, member, value);
}

static bool read_connection(struct reader *reader, struct cs_desired_entry *entry,
                            struct cs_slice value)
{
    struct cs_json_walk walk;
    struct cs_json_item item;
    unsigned given = 0;

    if (!cs_value_is_object(value)) {
        return fail(reader, CS_DESIRED_ERR_TYPE);
    }
    cs_json_walk_begin(&walk, value);
    while (cs_json_walk_next(&walk, &item)) {
        if (!enter(reader, item.name, ENTRY_MEMBERS, &given) ||
            !read_entry_member(reader, entry, given, item.value)) {
            return false;
        }
    }
    reader->place.member = CS_DESIRED_NO_MEMBER;
    if ((given & KEY_MEMBERS) == 0) {
        return fail(reader, CS_DESIRED_ERR_KEY);
    }
    reader->place.member = CS_DESIRED_SETTING;
    return (given & CS_DESIRED_BIT(CS_DESIRED_SETTING)) != 0 ||
           fail(reader, CS_DESIRED_ERR_MISSING);
}

static bool read_element(struct reader *reader, struct cs_slice value)
{
    struct cs_desired *desired = reader->desired;
    struct cs_desired_entry *entry = &desired->entries[desired->count];

    memset(entry, 0, sizeof *entry);
    desired->count++;
    return reader->place.list == CS_DESIRED_CONNECTIONS
               ? read_connection(reader, entry, value)
               : read_key(reader, entry, CS_DESIRED_NAME, value);
}

/* `*first` is set to where the list begins among the entries. */
static bool read_list(struct reader *reader, struct cs_slice value, uint16_t *first)
{
    const struct cs_desired_place here = reader->place;
    struct cs_desired *desired = reader->desired;
    struct cs_json_walk walk;
    struct cs_json_item item;

    *first = (uint16_t)desired->count;
    if (!cs_value_is_array(value)) {
        return fail(reader, CS_DESIRED_ERR_TYPE);
    }
    cs_json_walk_begin(&walk, value);
    while (cs_json_walk_next(&walk, &item)) {
        if (desired->count == reader->capacity) {
            return fail_at_limit(reader, CS_DESIRED_ERR_TOO_MANY, reader->capacity);
        }
        reader->place.list = here.member;
        reader->place.index = (uint32_t)(desired->count - *first);
        reader->place.member = CS_DESIRED_NO_MEMBER;
        if (!read_element(reader, item.value)) {
            return false;
        }
        reader->place = here;
    }
    return desired->count > *first || fail(reader, CS_DESIRED_ERR_EMPTY);
}

static bool read_member(struct reader *reader, struct cs_slice value)
{
    struct cs_desired *desired = reader->desired;

    switch (reader->place.member) {
    case CS_DESIRED_EVERY:
        return read_every(reader, value);
    case CS_DESIRED_SETTING:
        return read_setting(reader, value, &desired->rest.setting);
    case CS_DESIRED_ALL:
        return read_all(reader, value);
    case CS_DESIRED_EXCEPT:
        return read_list(reader, value, &desired->except_first);
    case CS_DESIRED_CONNECTIONS:
        return read_list(reader, value, &desired->connections_first);
    default:
        return read_credential(reader, value);
    }
}

static bool read_document(struct reader *reader, struct cs_slice value)
{
    struct cs_json_walk walk;
    struct cs_json_item item;
    unsigned given = 0;

    if (!cs_value_is_object(value)) {
        return fail(reader, CS_DESIRED_ERR_TYPE);
    }
    cs_json_walk_begin(&walk, value);
    while (cs_json_walk_next(&walk, &item)) {
        reader->place.member = CS_DESIRED_NO_MEMBER;
        if (!enter(reader, item.name, DOCUMENT_MEMBERS, &given) ||
            !read_member(reader, item.value)) {
            return false;
        }
    }
    reader->desired->given = (uint16_t)given;
    return true;
}

/* ---- The whole ---- */

/* What only shows when all members are known. */
static bool check_members(const struct cs_desired *desired, struct cs_desired_fault *fault)
{
    bool all = desired->all;
    enum cs_desired_error error = CS_DESIRED_OK;
    enum cs_desired_member member = CS_DESIRED_NO_MEMBER;

    if (cs_desired_has(desired, CS_DESIRED_TOKEN) &&
        (cs_desired_has(desired, CS_DESIRED_CLIENT_ID) ||
         cs_desired_has(desired, CS_DESIRED_CLIENT_SECRET))) {
        error = CS_DESIRED_ERR_TWO_CREDENTIALS;
        member = CS_DESIRED_TOKEN;
    } else if (all != cs_desired_has(desired, CS_DESIRED_SETTING)) {
        error = all ? CS_DESIRED_ERR_MISSING : CS_DESIRED_ERR_NEEDS_ALL;
        member = CS_DESIRED_SETTING;
    } else if (!all && cs_desired_has(desired, CS_DESIRED_EXCEPT)) {
        error = CS_DESIRED_ERR_NEEDS_ALL;
        member = CS_DESIRED_EXCEPT;
    } else if (!all && !cs_desired_has(desired, CS_DESIRED_CONNECTIONS)) {
        error = CS_DESIRED_ERR_MISSING;
        member = CS_DESIRED_CONNECTIONS;
    }
    return cs_desired_settle(fault, error, cs_desired_place_of_member(member));
}

static bool read_text(struct reader *reader, struct cs_slice text)
{
    struct cs_json_facts facts;

    if (text.length > CS_DESIRED_TEXT_MAX) {
        return fail(reader, CS_DESIRED_ERR_TOO_LARGE);
    }
    if (cs_json_check(text, &facts) != CONNSYNC_OK) {
        return fail_at(reader, CS_DESIRED_ERR_NOT_JSON, text.data + facts.offset);
    }
    /* A checked text has something else than space in it. */
    while (*text.data <= ' ') {
        text.data++;
        text.length--;
    }
    return read_document(reader, text);
}

bool cs_desired_read(struct cs_desired *desired, struct cs_slice text,
                     struct cs_desired_entry *entries, size_t capacity,
                     struct cs_desired_fault *fault)
{
    struct reader reader = {desired, fault, cs_desired_place_of_member(CS_DESIRED_NO_MEMBER),
                            capacity};

    memset(desired, 0, sizeof *desired);
    desired->text = text;
    desired->entries = entries;
    desired->every_s = CS_DESIRED_EVERY_DEFAULT_S;
    desired->rest.key = CS_DESIRED_ALL;
    if (reader.capacity > CS_DESIRED_ENTRIES_MAX) {
        reader.capacity = CS_DESIRED_ENTRIES_MAX;
    }
    return read_text(&reader, text) && check_members(desired, fault) &&
           cs_desired_sort(desired, fault);
}
