/* Checks a patch as the core does, and says where it is wrong. Refuses also what is well-formed and
 * meant for something else: merged into `options`, it would add members that mean nothing there. */
#include "platform/posix/cli/job/patch_check.h"

#include "config/desired.h"
#include "core/auth0/auth0_connection.h"
#include "core/connsync.h"
#include "core/json/json.h"
#include "platform/posix/cli/base/mapping.h"

#include <string.h>

/* ---- Places ---- */

static bool fail_at(struct cs_writer *sentence, struct cs_slice patch, size_t offset,
                    const char *what)
{
    cs_desired_write_line(sentence, patch, (uint32_t)offset);
    cs_write_string(sentence, ": ");
    cs_write_string(sentence, what);
    return false;
}

static bool fail(struct cs_writer *sentence, const char *what)
{
    cs_write_string(sentence, what);
    return false;
}

/* Is the name in the object before the place where it stands? */
static bool is_repeated(struct cs_slice object, struct cs_slice name)
{
    struct cs_json_walk walk;
    struct cs_json_item item;

    cs_json_walk_begin(&walk, object);
    while (cs_json_walk_next(&walk, &item) && item.name.data != name.data) {
        if (cs_value_compare(item.name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* Where a name stands for the second time; the core says only that there is one. */
static size_t find_twin(struct cs_slice patch)
{
    struct cs_json_walk walks[CS_JSON_DEPTH_MAX];
    struct cs_slice containers[CS_JSON_DEPTH_MAX];
    struct cs_json_item item = {cs_slice_make(patch.data, 0), cs_json_trim(patch)};
    size_t depth = 0;

    do {
        if (cs_value_is_object(item.value) || cs_value_is_array(item.value)) {
            containers[depth] = item.value;
            cs_json_walk_begin(&walks[depth++], item.value);
        }
        while (depth > 0 && !cs_json_walk_next(&walks[depth - 1], &item)) {
            depth--;
        }
    } while (depth > 0 &&
             (item.name.length == 0 || !is_repeated(containers[depth - 1], item.name)));
    return depth > 0 ? (size_t)(item.name.data - patch.data) : 0;
}

/* ---- Grammar ---- */

static const char *explain(enum connsync_status status)
{
    switch (status) {
    case CONNSYNC_REFUSED_DEPTH:
    case CONNSYNC_ERR_JSON_DEPTH:
        return "nests deeper than 62 levels";
    case CONNSYNC_ERR_JSON_UTF8:
        return "not valid UTF-8";
    default:
        return "not strict JSON (RFC 8259)";
    }
}

/* As the core judges it, which without memory says how much it takes. */
static enum connsync_status judge(struct cs_slice patch)
{
    size_t size = 0;
    enum connsync_status status = connsync_patch_check(patch.data, patch.length, NULL, &size);

    if (status == CONNSYNC_ERR_MEMORY) {
        void *memory = mapping_new(size);
        if (memory == NULL) {
            return status;
        }
        status = connsync_patch_check(patch.data, patch.length, memory, &size);
        mapping_free(memory, size);
    }
    return status;
}

static bool check_grammar(struct cs_slice patch, struct cs_writer *sentence)
{
    struct cs_json_facts facts;
    enum connsync_status status = cs_json_check(patch, &facts);

    if (status != CONNSYNC_OK) {
        return fail_at(sentence, patch, facts.offset, explain(status));
    }
    status = judge(patch);
    switch (status) {
    case CONNSYNC_OK:
        return true;
    case CONNSYNC_ERR_MEMORY:
        return fail(sentence, "does not fit the memory of this machine");
    case CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT:
        return fail(sentence, "not a JSON object");
    case CONNSYNC_REFUSED_DUPLICATE:
        return fail_at(sentence, patch, find_twin(patch), "the object has this member twice");
    default:
        return fail(sentence, explain(status));
    }
}

/* ---- Documents of other kinds ---- */

/* The members of a connection beside `options`, as the API's answers and bodies of requests have
 * them, a NUL behind each. None of them tells a connection alone: options may have such names. */
static const char beside_options[] =
    "id\0name\0strategy\0display_name\0enabled_clients\0is_domain_connection\0realms\0metadata\0"
    "show_as_button\0authentication\0connected_accounts\0provisioning_ticket_url\0"
    "cross_app_access_requesting_app\0cross_app_access_resource_app\0";

static bool is_beside_options(struct cs_slice name)
{
    for (const char *word = beside_options; *word != '\0'; word += strlen(word) + 1) {
        if (cs_value_string_is(name, word)) {
            return true;
        }
    }
    return false;
}

/* An object `options`, alone or with nothing but what the API has beside it, is a connection, or
 * the body of a PATCH of one. With any other member beside it, it is an option of that name. */
static bool is_connection(struct cs_slice patch)
{
    struct cs_json_walk walk;
    struct cs_json_item item;
    bool has_options = false;

    cs_json_walk_begin(&walk, patch);
    while (cs_json_walk_next(&walk, &item)) {
        if (cs_value_string_is(item.name, "options")) {
            has_options = cs_value_is_object(item.value);
        } else if (!is_beside_options(item.name)) {
            return false;
        }
    }
    return has_options;
}

/* What connsync.json says of connections: a list of objects with the setting, or "all": true and
 * the setting. Its other members could be options. */
static bool is_desired(struct cs_slice patch)
{
    struct cs_json_walk walk;
    struct cs_json_item item = {patch, patch};
    struct cs_slice connections = cs_json_member(patch, "connections");

    if (cs_value_is_true(cs_json_member(patch, "all"))) {
        return cs_json_member(patch, CS_AUTH0_SETTING).length > 0;
    }
    cs_json_walk_begin(&walk, connections);
    return cs_value_is_array(connections) && cs_json_walk_next(&walk, &item) &&
           cs_json_member(item.value, CS_AUTH0_SETTING).length > 0;
}

static bool check_kind(struct cs_slice patch, struct cs_writer *sentence)
{
    if (cs_json_member(patch, "connsync_backup").length > 0) {
        return fail(sentence, "this is a backup: see connsync restore");
    }
    if (is_connection(patch)) {
        return fail(sentence, "all is inside of \"options\": give that object alone, since "
                              "a patch is merged into options");
    }
    return !is_desired(patch) ||
           fail(sentence,
                "this is a connsync.json: see connsync apply; a patch has members of options");
}

bool patch_check(struct cs_slice patch, struct cs_writer *sentence)
{
    if (patch.length > PATCH_FILE_MAX) {
        return fail(sentence, "larger than 65536 bytes");
    }
    return check_grammar(patch, sentence) && check_kind(cs_json_trim(patch), sentence);
}
