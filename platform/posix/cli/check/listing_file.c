/* Reads connections where they stand. What becomes of them is fleet/'s, what may carry the setting
 * core/auth0's. */
#include "platform/posix/cli/check/listing_file.h"

#include "core/auth0/auth0_connection.h"
#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/base/mapping.h"

#include <errno.h>
#include <string.h>

/* Those that a tenant of any size has, with all their options. */
#define TEXT_MAX ((size_t)64 << 20)

static bool fail(struct listing_file *file, const char *what)
{
    file->has_failed = true;
    (void)cli_wrong(file->message, "%.200s: %s", file->path, what);
    return false;
}

static const char neither[] = "neither an array of connections nor lines of them";

/* An array, or the connections of an object; lines are left as they are. */
static bool begin(struct listing_file *file, struct cs_slice text)
{
    struct cs_json_facts facts;
    enum connsync_status status = cs_json_check(text, &facts);

    if (status != CONNSYNC_OK) {
        file->rest = text; /* lines are judged one by one */
        return cs_value_is_object(text) || fail(file, neither);
    }
    struct cs_slice whole = cs_json_trim(text);
    struct cs_slice list = cs_json_member(whole, "connections");
    if (cs_value_is_array(whole) || cs_value_is_array(list)) {
        cs_json_walk_begin(&file->walk, cs_value_is_array(whole) ? whole : list);
        return true;
    }
    file->rest = text; /* one line */
    return cs_value_is_object(whole) || fail(file, neither);
}

bool listing_file_read(struct listing_file *file, const char *path, struct cli_message *message)
{
    memset(file, 0, sizeof *file);
    file->path = path;
    file->message = message;
    file->mapping = mapping_new(TEXT_MAX);
    if (file->mapping == NULL) {
        return fail(file, "no memory for it");
    }
    ssize_t length = file_read(path, file->mapping, TEXT_MAX);
    if (length < 0) {
        return fail(file, strerror(errno));
    }
    file->length = (size_t)length;
    if (file->length == TEXT_MAX) {
        return fail(file, "too large");
    }
    return begin(file, cs_slice_make(file->mapping, file->length));
}

/* list --json ends with a line that sums up. */
static bool is_summary(struct cs_slice line)
{
    return cs_value_is_object(cs_json_member(line, "summary")) &&
           cs_json_member(line, "id").length == 0;
}

/* The next line that is not empty; empty at the end. */
static struct cs_slice next_line(struct listing_file *file)
{
    struct cs_slice line = {NULL, 0};

    while (file->rest.length > 0 && line.length == 0) {
        const char *end = memchr(file->rest.data, '\n', file->rest.length);
        size_t length = end != NULL ? (size_t)(end - file->rest.data) : file->rest.length;
        line = cs_slice_make(file->rest.data, length);
        length += end != NULL;
        file->rest = cs_slice_make(file->rest.data + length, file->rest.length - length);
    }
    return line;
}

/* Of the API's own, what it has and whether that could be written. */
static void judge(const struct listing_file *file, struct cs_slice object,
                  struct connsync_result *listed)
{
    struct cs_auth0_connection connection;

    cs_auth0_connection_init(&connection);
    cs_auth0_find_connection(&connection, object);
    listed->cause = cs_auth0_judge_connection(&connection);
    if (listed->cause == CONNSYNC_OK) {
        listed->before = cs_auth0_setting(&connection);
        listed->cause = cs_auth0_may_write(&connection, file->allow_encrypted);
    }
}

static bool read(struct listing_file *file, struct cs_slice object, struct connsync_result *listed)
{
    struct cs_slice before = cs_json_member(object, "before");
    char word[CLI_SETTING_SIZE];

    memset(listed, 0, sizeof *listed);
    if (!cs_value_decode(cs_json_member(object, "id"), listed->id, sizeof listed->id) ||
        !cs_value_decode(cs_json_member(object, "name"), listed->name, sizeof listed->name) ||
        !cs_value_decode(cs_json_member(object, "strategy"), listed->strategy,
                         sizeof listed->strategy)) {
        return fail(file, "it has something that is no connection, or is not a whole list");
    }
    if (cs_value_is_string(before)) {
        (void)cs_value_decode(before, word, sizeof word);
        listed->before = connsync_setting_parse(word);
    } else {
        judge(file, object, listed);
    }
    listed->after = listed->before;
    return true;
}

bool listing_file_next(void *context, struct connsync_result *listed)
{
    struct listing_file *file = context;
    struct cs_json_facts facts;
    struct cs_json_item item;

    if (cs_json_walk_next(&file->walk, &item)) {
        return read(file, item.value, listed);
    }
    struct cs_slice line;
    do {
        line = next_line(file);
        if (line.length == 0) {
            return false;
        }
        if (cs_json_check(line, &facts) != CONNSYNC_OK) {
            return fail(file, "a line of it is not JSON");
        }
        line = cs_json_trim(line);
    } while (is_summary(line));
    return read(file, line, listed);
}

void listing_file_free(struct listing_file *file)
{
    if (file->mapping != NULL) {
        cs_wipe(file->mapping, file->length);
        mapping_free(file->mapping, TEXT_MAX);
    }
    file->mapping = NULL;
}
