/*
 * Reads connsync.json in one walk over its text. The text has passed the strict check
 * by then, so the walk needs neither tokens nor a look at the text's end; and since
 * nothing unknown is passed over, it never has to step over a nested value.
 */
#include <string.h>

#include "config/desired_state.h"
#include "core/auth0/auth0.h"
#include "core/json/json.h"
#include "core/json/json_string.h"

#define KEY_MEMBERS                                                                                \
    (CS_DESIRED_BIT(CS_DESIRED_ID) | CS_DESIRED_BIT(CS_DESIRED_NAME) |                             \
     CS_DESIRED_BIT(CS_DESIRED_STRATEGY))
#define ENTRY_MEMBERS (KEY_MEMBERS | CS_DESIRED_BIT(CS_DESIRED_SETTING))
#define DOCUMENT_MEMBERS (CS_DESIRED_BIT(CS_DESIRED_NO_MEMBER) - 1 - KEY_MEMBERS)

/* Longer than any value of `every` and of the setting. */
#define WORD_SIZE 20

/* The limits of strings with their final NUL, by member. */
static const uint16_t sizes[] = {
    CS_HOST_SIZE,          CS_DESIRED_CLIENT_ID_SIZE, CS_DESIRED_CLIENT_SECRET_SIZE,
    CS_DESIRED_TOKEN_SIZE, CS_DESIRED_AUDIENCE_SIZE,  CS_HOST_SIZE, /* every: judged as a whole */
    CONNSYNC_ID_SIZE,      CONNSYNC_NAME_SIZE,        CONNSYNC_STRATEGY_SIZE,
    CS_HOST_SIZE, /* the setting: likewise */
};

struct reader {
    struct cs_desired *desired;
    struct cs_desired_fault *fault; /* its place is kept up to date on the way */
    const char *at;
    size_t capacity;
};

static bool fail(struct reader *reader, enum cs_desired_error error)
{
    reader->fault->error = error;
    reader->fault->offset = (uint32_t)(reader->at - reader->desired->text.data);
    return false;
}

/* ---- The walk ---- */

static void skip_space(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\r' ||
           *reader->at == '\t') {
        reader->at++;
    }
}

/* Steps over `mark`, or says that something of another type is here. */
static bool take_mark(struct reader *reader, char mark)
{
    if (*reader->at != mark) {
        return fail(reader, CS_DESIRED_ERR_TYPE);
    }
    reader->at++;
    return true;
}

/* Behind an opening bracket or a value: is there another item in the container? If
 * not, steps out of it. */
static bool has_next(struct reader *reader)
{
    skip_space(reader);
    if (*reader->at == ',') {
        reader->at++;
        skip_space(reader);
    }
    if (*reader->at != '}' && *reader->at != ']') {
        return true;
    }
    reader->at++;
    return false;
}

/* At a quote: gives what is up to the next one, and steps behind that. */
static struct cs_slice take_string(struct reader *reader)
{
    const char *start = ++reader->at;

    while (*reader->at != '"') {
        reader->at += *reader->at == '\\' ? 2 : 1;
    }
    reader->at++;
    return cs_slice_make(start, (size_t)(reader->at - start) - 1);
}

/* ---- Strings ---- */

static bool is_allowed(enum cs_desired_member member, int byte, int before)
{
    /* A lone half of a surrogate pair is grammatical JSON, but it is no UTF-8. */
    if (byte < ' ' || byte == 0x7F || (before == 0xED && byte >= 0xA0)) {
        return false;
    }
    return member != CS_DESIRED_TOKEN || (byte != ' ' && byte < 0x7F);
}

static bool check_string(struct reader *reader, enum cs_desired_member member, struct cs_slice body)
{
    struct cs_json_string string;
    uint32_t length = 0;
    int before = 0;
    int byte;

    cs_json_string_init(&string, body);
    while ((byte = cs_json_string_next(&string)) != CS_JSON_STRING_END) {
        if (!is_allowed(member, byte, before)) {
            return fail(reader, CS_DESIRED_ERR_CHARACTER);
        }
        if (++length == sizes[member]) {
            reader->fault->limit = length - 1;
            return fail(reader, CS_DESIRED_ERR_TOO_LONG);
        }
        before = byte;
    }
    return length > 0 || fail(reader, CS_DESIRED_ERR_EMPTY);
}

static bool read_string(struct reader *reader, enum cs_desired_member member, struct cs_slice *body)
{
    if (*reader->at != '"') {
        return fail(reader, CS_DESIRED_ERR_TYPE);
    }
    *body = take_string(reader);
    return check_string(reader, member, *body);
}

static bool read_domain(struct reader *reader, struct cs_slice body)
{
    char host[CS_HOST_SIZE];
    uint16_t port_number = 0;

    (void)cs_desired_decode(body, host, sizeof host);
    return cs_domain_read(host, &port_number) || fail(reader, CS_DESIRED_ERR_DOMAIN);
}

static bool read_credential(struct reader *reader, enum cs_desired_member member)
{
    struct cs_slice *body = &reader->desired->strings[member];

    if (!read_string(reader, member, body)) {
        return false;
    }
    return member != CS_DESIRED_DOMAIN || read_domain(reader, *body);
}

static bool read_every(struct reader *reader)
{
    struct cs_slice body;
    char word[WORD_SIZE];

    if (!read_string(reader, CS_DESIRED_EVERY, &body)) {
        return false;
    }
    if (cs_desired_decode(body, word, sizeof word) > sizeof word ||
        !cs_interval_read(word, &reader->desired->every_s)) {
        return fail(reader, CS_DESIRED_ERR_EVERY);
    }
    return true;
}

static bool read_setting(struct reader *reader, uint8_t *setting)
{
    struct cs_slice body;
    char word[WORD_SIZE];

    if (!read_string(reader, CS_DESIRED_SETTING, &body)) {
        return false;
    }
    if (cs_desired_decode(body, word, sizeof word) <= sizeof word) {
        *setting = (uint8_t)connsync_setting_parse(word);
    }
    return *setting != CONNSYNC_SETTING_UNKNOWN || fail(reader, CS_DESIRED_ERR_SETTING);
}

static bool read_all(struct reader *reader)
{
    struct cs_desired *desired = reader->desired;

    if (*reader->at != 't' && *reader->at != 'f') {
        return fail(reader, CS_DESIRED_ERR_TYPE);
    }
    desired->all = *reader->at == 't';
    reader->at += desired->all ? strlen("true") : strlen("false");
    return true;
}

/* ---- Members and entries ---- */

/* Takes a member's name and its colon, and stands at the value then. */
static bool take_member(struct reader *reader, unsigned known, unsigned *given)
{
    const char *start = reader->at;
    struct cs_slice key = take_string(reader);
    int member = 0;

    while (member < CS_DESIRED_NO_MEMBER &&
           ((known & CS_DESIRED_BIT(member)) == 0 ||
            !cs_desired_is(key, cs_desired_member_name((enum cs_desired_member)member)))) {
        member++;
    }
    reader->fault->member = (enum cs_desired_member)member;
    if (member == CS_DESIRED_NO_MEMBER) {
        reader->at = start;
        return fail(reader, CS_DESIRED_ERR_UNKNOWN_MEMBER);
    }
    if ((*given & CS_DESIRED_BIT(member)) != 0) {
        return fail(reader, CS_DESIRED_ERR_DUPLICATE_MEMBER);
    }
    *given |= CS_DESIRED_BIT(member);
    skip_space(reader);
    reader->at++;
    skip_space(reader);
    return true;
}

/* An id, a name or a strategy. An element of `except` is an id or a name by its looks,
 * as a connection on the command line is; `member` says a name then. */
static bool read_key(struct reader *reader, struct cs_desired_entry *entry,
                     enum cs_desired_member member)
{
    struct cs_slice body;
    char text[CS_DESIRED_ENTRY_SIZE];
    bool is_id;

    if (!read_string(reader, member, &body)) {
        return false;
    }
    (void)cs_desired_decode(body, text, sizeof text);
    is_id = cs_auth0_is_id(text);
    if (member == CS_DESIRED_ID && !is_id) {
        return fail(reader, CS_DESIRED_ERR_ID);
    }
    if (member == CS_DESIRED_NAME && is_id) {
        if (reader->fault->list == CS_DESIRED_CONNECTIONS) {
            return fail(reader, CS_DESIRED_ERR_NAME);
        }
        member = CS_DESIRED_ID;
    }
    entry->at = (uint32_t)(body.data - reader->desired->text.data);
    entry->length = (uint16_t)body.length;
    entry->key = (uint8_t)member;
    return true;
}

static bool read_entry_member(struct reader *reader, struct cs_desired_entry *entry, unsigned given)
{
    enum cs_desired_member member = reader->fault->member;
    unsigned keys = given & KEY_MEMBERS;

    if (member == CS_DESIRED_SETTING) {
        return read_setting(reader, &entry->setting);
    }
    if (keys != CS_DESIRED_BIT(member)) {
        reader->fault->member = CS_DESIRED_NO_MEMBER;
        return fail(reader, CS_DESIRED_ERR_KEY);
    }
    return read_key(reader, entry, member);
}

static bool read_connection(struct reader *reader, struct cs_desired_entry *entry)
{
    unsigned given = 0;

    if (!take_mark(reader, '{')) {
        return false;
    }
    while (has_next(reader)) {
        if (!take_member(reader, ENTRY_MEMBERS, &given) ||
            !read_entry_member(reader, entry, given)) {
            return false;
        }
    }
    reader->fault->member = CS_DESIRED_NO_MEMBER;
    if ((given & KEY_MEMBERS) == 0) {
        return fail(reader, CS_DESIRED_ERR_KEY);
    }
    if ((given & CS_DESIRED_BIT(CS_DESIRED_SETTING)) == 0) {
        reader->fault->member = CS_DESIRED_SETTING;
        return fail(reader, CS_DESIRED_ERR_MISSING);
    }
    return true;
}

static bool read_entry(struct reader *reader, enum cs_desired_member list)
{
    struct cs_desired *desired = reader->desired;
    struct cs_desired_entry *entry = &desired->entries[desired->count];

    memset(entry, 0, sizeof *entry);
    desired->count++;
    return list == CS_DESIRED_CONNECTIONS ? read_connection(reader, entry)
                                          : read_key(reader, entry, CS_DESIRED_NAME);
}

static bool read_list(struct reader *reader, enum cs_desired_member list)
{
    struct cs_desired_fault *fault = reader->fault;
    size_t first = reader->desired->count;

    if (!take_mark(reader, '[')) {
        return false;
    }
    while (has_next(reader)) {
        if (reader->desired->count == reader->capacity) {
            fault->limit = (uint32_t)reader->capacity;
            return fail(reader, CS_DESIRED_ERR_TOO_MANY);
        }
        fault->list = list;
        fault->index = (uint32_t)(reader->desired->count - first);
        fault->member = CS_DESIRED_NO_MEMBER;
        if (!read_entry(reader, list)) {
            return false;
        }
        fault->list = CS_DESIRED_NO_MEMBER;
        fault->member = list;
    }
    return reader->desired->count > first || fail(reader, CS_DESIRED_ERR_EMPTY);
}

static bool read_member(struct reader *reader)
{
    struct cs_desired *desired = reader->desired;

    switch (reader->fault->member) {
    case CS_DESIRED_EVERY:
        return read_every(reader);
    case CS_DESIRED_SETTING:
        return read_setting(reader, &desired->rest.setting);
    case CS_DESIRED_ALL:
        return read_all(reader);
    case CS_DESIRED_EXCEPT:
        desired->except_first = (uint16_t)desired->count;
        return read_list(reader, CS_DESIRED_EXCEPT);
    case CS_DESIRED_CONNECTIONS:
        desired->connections_first = (uint16_t)desired->count;
        return read_list(reader, CS_DESIRED_CONNECTIONS);
    default:
        return read_credential(reader, reader->fault->member);
    }
}

static bool read_document(struct reader *reader)
{
    unsigned given = 0;

    skip_space(reader);
    if (!take_mark(reader, '{')) {
        return false;
    }
    while (has_next(reader)) {
        if (!take_member(reader, DOCUMENT_MEMBERS, &given) || !read_member(reader)) {
            return false;
        }
    }
    reader->desired->given = (uint16_t)given;
    return true;
}

/* ---- The whole ---- */

/* What only shows when all members are known. */
static enum cs_desired_error check_members(const struct cs_desired *desired,
                                           enum cs_desired_member *member)
{
    *member = CS_DESIRED_TOKEN;
    if (cs_desired_has(desired, CS_DESIRED_TOKEN) &&
        (cs_desired_has(desired, CS_DESIRED_CLIENT_ID) ||
         cs_desired_has(desired, CS_DESIRED_CLIENT_SECRET))) {
        return CS_DESIRED_ERR_TWO_CREDENTIALS;
    }
    *member = CS_DESIRED_SETTING;
    if (desired->all != cs_desired_has(desired, CS_DESIRED_SETTING)) {
        return desired->all ? CS_DESIRED_ERR_MISSING : CS_DESIRED_ERR_NEEDS_ALL;
    }
    *member = CS_DESIRED_EXCEPT;
    if (!desired->all && cs_desired_has(desired, CS_DESIRED_EXCEPT)) {
        return CS_DESIRED_ERR_NEEDS_ALL;
    }
    *member = CS_DESIRED_CONNECTIONS;
    if (!desired->all && !cs_desired_has(desired, CS_DESIRED_CONNECTIONS)) {
        return CS_DESIRED_ERR_MISSING;
    }
    return CS_DESIRED_OK;
}

static bool check_text(struct reader *reader)
{
    struct cs_slice text = reader->desired->text;
    struct cs_json_facts facts;

    if (text.length > CS_DESIRED_TEXT_MAX) {
        return fail(reader, CS_DESIRED_ERR_TOO_LARGE);
    }
    if (cs_json_check(text, &facts) != CONNSYNC_OK) {
        reader->at += facts.offset;
        return fail(reader, CS_DESIRED_ERR_NOT_JSON);
    }
    return true;
}

bool cs_desired_read(struct cs_desired *desired, struct cs_slice text,
                     struct cs_desired_entry *entries, size_t capacity,
                     struct cs_desired_fault *fault)
{
    struct reader reader = {desired, fault, text.data, capacity};

    cs_desired_clear_fault(fault);
    memset(desired, 0, sizeof *desired);
    desired->text = text;
    desired->entries = entries;
    desired->every_s = CS_DESIRED_EVERY_DEFAULT_S;
    desired->rest.key = CS_DESIRED_ALL;
    if (reader.capacity > CS_DESIRED_ENTRIES_MAX) {
        reader.capacity = CS_DESIRED_ENTRIES_MAX;
    }
    if (!check_text(&reader) || !read_document(&reader)) {
        return false;
    }
    fault->error = check_members(desired, &fault->member);
    return fault->error == CS_DESIRED_OK && cs_desired_sort(desired, fault);
}
