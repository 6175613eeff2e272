/* Plans, written and read. Whether a connection is still as it was planned is judged in fleet.c,
 * when it is read. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/plan_file.h"

#include "core/json/json.h"
#include "platform/posix/cli/base/atomic_file.h"
#include "platform/posix/cli/base/digest.h"
#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/base/json_out.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/fleet/desired_file.h"
#include "platform/posix/cli/options/resolve.h"

#include <errno.h>
#include <string.h>

#define VERSION 1u
/* 400 bytes a connection, and as many connections as connsync.json may have. */
#define TEXT_MAX (32u * 1024u * 1024u)

static struct atomic_file written;
static size_t added;

/* What is being read. */
static char *text;
static struct cs_json_walk steps; /* that are still to be handed out */
static size_t count;

/* ---- Writing ---- */

static bool cannot_write(const char *path)
{
    log_format(LOG_ERROR, "cannot write the plan %.200s: %s", path, strerror(errno));
    return false;
}

bool plan_file_begin(const char *path, const struct cli_tenant *tenant)
{
    char domain[CLI_DOMAIN_SIZE];
    char made[LOG_TIME_SIZE];

    if (!atomic_file_begin(&written, path)) {
        return cannot_write(path);
    }
    added = 0;
    cli_write_domain(domain, tenant);
    log_time(made, log_utc_now());
    (void)fprintf(written.out, "{\"connsync_plan\":%u,", VERSION);
    json_out_member(written.out, "domain", domain);
    json_out_member(written.out, "made", made);
    (void)fputs("\n\"connections\":[", written.out);
    return true;
}

void plan_file_add(const struct plan_step *step)
{
    FILE *out = written.out;
    char hex[DIGEST_HEX_SIZE];

    digest_write_hex(hex, step->digest);
    (void)fputs(added++ == 0 ? "\n{" : ",\n{", out);
    json_out_member(out, "id", step->id);
    json_out_member(out, "name", step->name);
    json_out_member(out, "strategy", step->strategy);
    json_out_member(out, "before", connsync_setting_name(step->before));
    json_out_member(out, "set_user_root_attributes", connsync_setting_name(step->wanted));
    (void)fprintf(out, "\"options_sha256\":\"%s\"}", hex);
}

bool plan_file_commit(uint64_t listed)
{
    (void)fprintf(written.out, "\n],\n\"listed\":%llu,\"changes\":%zu}\n",
                  (unsigned long long)listed, added);
    return atomic_file_commit(&written, 0600) || cannot_write(written.path);
}

void plan_file_abandon(void)
{
    atomic_file_abandon(&written);
}

/* ---- Reading ---- */

static bool read_string(struct cs_slice object, const char *name, char *out, size_t size)
{
    return cs_value_decode(cs_json_member(object, name), out, size);
}

static bool read_setting(struct cs_slice object, const char *name, enum connsync_setting *setting)
{
    char word[CLI_SETTING_SIZE];

    if (!read_string(object, name, word, sizeof word)) {
        return false;
    }
    *setting = connsync_setting_parse(word);
    return true;
}

static bool read_hex(uint8_t *digest, const char *hex)
{
    for (size_t i = 0; i < DIGEST_SIZE; i++) {
        int high = cs_hex_digit(hex[2 * i]);
        int low = high >= 0 ? cs_hex_digit(hex[2 * i + 1]) : -1;
        if (low < 0) {
            return false;
        }
        digest[i] = (uint8_t)(high << 4 | low);
    }
    return hex[DIGEST_HEX_SIZE - 1] == '\0';
}

static bool read_step(struct cs_slice object, struct plan_step *step)
{
    char hex[DIGEST_HEX_SIZE];

    memset(step, 0, sizeof *step);
    return read_string(object, "id", step->id, sizeof step->id) && cs_value_is_object(object) &&
           strncmp(step->id, "con_", 4) == 0 &&
           read_string(object, "name", step->name, sizeof step->name) &&
           read_string(object, "strategy", step->strategy, sizeof step->strategy) &&
           read_setting(object, "before", &step->before) &&
           read_setting(object, "set_user_root_attributes", &step->wanted) &&
           step->wanted != CONNSYNC_SETTING_UNKNOWN &&
           read_string(object, "options_sha256", hex, sizeof hex) &&
           strlen(hex) == DIGEST_HEX_SIZE - 1 && read_hex(step->digest, hex);
}

/* Does it have what it says it covers? */
static bool is_whole(struct cs_slice plan)
{
    uint64_t listed = 0;
    uint64_t changes = 0;

    return cs_slice_to_u64(cs_json_member(plan, "listed"), &listed) &&
           cs_slice_to_u64(cs_json_member(plan, "changes"), &changes) && changes == count &&
           listed >= changes;
}

/* Why it is no plan for this tenant; NULL when it is one. */
static const char *check(struct cs_slice plan, const struct cli_tenant *tenant)
{
    char planned[CLI_DOMAIN_SIZE];
    char ours[CLI_DOMAIN_SIZE];
    uint64_t version = 0;
    struct cs_json_facts facts;
    struct cs_json_item item;
    struct plan_step step;

    if (cs_json_check(plan, &facts) != CONNSYNC_OK) {
        return "is not strict JSON, or is too large";
    }
    if (!cs_slice_to_u64(cs_json_member(plan, "connsync_plan"), &version) || version != VERSION) {
        return "is not a plan of this version of connsync";
    }
    cli_write_domain(ours, tenant);
    if (!read_string(plan, "domain", planned, sizeof planned) || strcmp(planned, ours) != 0) {
        return "is the plan of another domain";
    }
    struct cs_slice list = cs_json_member(plan, "connections");
    if (!cs_value_is_array(list)) {
        return "has no list of connections";
    }
    cs_json_walk_begin(&steps, list);
    for (count = 0; cs_json_walk_next(&steps, &item); count++) {
        if (!read_step(item.value, &step)) {
            return "has a connection that is damaged";
        }
    }
    if (!is_whole(plan)) {
        return "is not whole, or of an older connsync; make a new one";
    }
    cs_json_walk_begin(&steps, list);
    return NULL;
}

bool plan_file_open(const char *path, const struct cli_tenant *tenant, struct cli_message *message)
{
    text = mapping_new(TEXT_MAX);
    ssize_t length = text != NULL ? file_read(path, text, TEXT_MAX) : -1;

    if (length < 0) {
        (void)cli_wrong(message, "cannot read the plan %.200s: %s", path, strerror(errno));
        return false;
    }
    const char *reason = check(cs_slice_make(text, (size_t)length), tenant);
    if (reason != NULL) {
        (void)cli_wrong(message, "the plan %.200s %s", path, reason);
        return false;
    }
    return true;
}

bool plan_file_next(struct plan_step *step)
{
    struct cs_json_item item;

    return cs_json_walk_next(&steps, &item) && read_step(item.value, step);
}

size_t plan_file_count(void)
{
    return count;
}

void plan_file_close(void)
{
    mapping_free(text, TEXT_MAX);
    text = NULL;
}
