/* connsync.json in memory of its own, with its entries behind the text. What it may say is
 * config/desired.c's. */
#include "platform/posix/cli/fleet/desired_file.h"

#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/base/mapping.h"

#include "core/json/json.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* A byte more than the longest text, to tell that one from a longer one. */
#define TEXT_SIZE (CS_DESIRED_TEXT_MAX + 8u)
#define MAPPING_SIZE (TEXT_SIZE + CS_DESIRED_ENTRIES_MAX * sizeof(struct cs_desired_entry))

/* With the comma behind it, or else the one before it: a checked text has something else than white
 * space on both sides. Lines stay, for who counts them. */
static void blank(char *text, size_t from, size_t to)
{
    size_t next = to + strspn(text + to, " \t\r\n");

    if (text[next] == ',') {
        to = next + 1;
    } else {
        size_t before = from;
        while (before > 0 && strchr(" \t\r\n", text[before - 1]) != NULL) {
            before--;
        }
        if (before > 0 && text[before - 1] == ',') {
            from = before - 1;
        }
    }
    for (; from < to; from++) {
        text[from] = text[from] == '\n' ? '\n' : ' ';
    }
}

void desired_file_blank_schema(char *text, size_t length)
{
    struct cs_slice whole = cs_slice_make(text, length);
    struct cs_json_facts facts;
    struct cs_json_walk walk;
    struct cs_json_item item;

    if (cs_json_check(whole, &facts) != CONNSYNC_OK) {
        return;
    }
    cs_json_walk_begin(&walk, cs_json_trim(whole));
    while (cs_json_walk_next(&walk, &item)) {
        if (cs_value_string_is(item.name, "$schema") && cs_value_is_string(item.value)) {
            blank(text, (size_t)(item.name.data - text),
                  (size_t)(item.value.data + item.value.length - text));
            return;
        }
    }
}

static bool read_mapped(struct desired_file *file, const char *path, char *message, size_t size)
{
    char *text = file->mapping;
    struct cs_desired_entry *entries = (void *)(text + TEXT_SIZE);
    struct cs_desired_fault fault;
    char sentence[CS_DESIRED_SENTENCE_SIZE];
    struct cs_writer writer;
    ssize_t length = file_read(path, text, CS_DESIRED_TEXT_MAX + 1);

    if (length < 0) {
        (void)snprintf(message, size, "cannot read the file %.200s: %s%s", path, strerror(errno),
                       errno == ENOENT ? "; connsync import prints one of what there is" : "");
        return false;
    }
    file->length = (size_t)length;
    desired_file_blank_schema(text, file->length);
    struct cs_slice json = cs_slice_make(text, file->length);
    if (cs_desired_read(&file->desired, json, entries, CS_DESIRED_ENTRIES_MAX, &fault)) {
        return true;
    }
    cs_writer_init(&writer, sentence, sizeof sentence);
    cs_desired_explain(&fault, json, &writer);
    (void)snprintf(message, size, "%.200s: %s", path, sentence);
    return false;
}

bool desired_file_read(struct desired_file *file, const char *path, char *message, size_t size)
{
    memset(file, 0, sizeof *file);
    file->mapping = mapping_new(MAPPING_SIZE);
    if (file->mapping == NULL) {
        (void)snprintf(message, size, "no memory for the file %.200s", path);
        return false;
    }
    if (!read_mapped(file, path, message, size)) {
        desired_file_free(file);
        return false;
    }
    return true;
}

bool desired_file_hide(struct desired_file *file)
{
    static const enum cs_desired_member secrets[] = {CS_DESIRED_TOKEN, CS_DESIRED_CLIENT_SECRET};
    bool any = false;

    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++) {
        struct cs_slice body = cs_value_string_body(file->desired.strings[secrets[i]]);
        if (body.length > 0) {
            ptrdiff_t at = body.data - (const char *)file->mapping;
            memset((char *)file->mapping + at, '*', body.length);
            any = true;
        }
    }
    return any;
}

void desired_file_free(struct desired_file *file)
{
    if (file->mapping != NULL) {
        cs_wipe(file->mapping, file->length);
        mapping_free(file->mapping, MAPPING_SIZE);
    }
    memset(file, 0, sizeof *file);
}
