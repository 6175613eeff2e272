/* `connsync import`: one list, kept until it is whole, and then printed as connsync.json. It reads
 * no such file and changes nothing. */
#include "platform/posix/cli/fleet/import.h"

#include "config/desired.h"
#include "config/exit_code.h"
#include "config/status_text.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/job/listed.h"
#include "platform/posix/cli/job/report.h"
#include "platform/posix/cli/job/session.h"

#include <stdio.h>
#include <string.h>

#define ID_PREFIX "con_"
/* What a connsync.json may name; more would be of no use to anybody. */
#define ENTRIES_MAX CS_DESIRED_ENTRIES_MAX

/* One line of the file, until the list is whole. */
struct entry {
    char key[CONNSYNC_NAME_SIZE]; /* name or id */
    bool by_id;
    unsigned char setting; /* enum connsync_setting */
};
#define ENTRIES_SIZE (ENTRIES_MAX * sizeof(struct entry))

struct import {
    struct entry *entries; /* a mapping, of which only what is used is taken */
    size_t count;
    size_t more; /* beyond ENTRIES_MAX */
    size_t left_out;
    int code; /* other than 0 if one could not be read */
};

/* A name that looks like an id would be read as one, and no name at all as nothing. */
static bool needs_id(const char *name)
{
    return !cs_desired_can_hold(name) || strncmp(name, ID_PREFIX, strlen(ID_PREFIX)) == 0;
}

/* NULL if it is not to be left out. */
static const char *why_left_out(const struct connsync_result *result)
{
    if (result->cause != CONNSYNC_OK) {
        return cs_status_text(result->cause);
    }
    if (result->before == CONNSYNC_SETTING_UNKNOWN) {
        return "its setting has a value that is not known";
    }
    return needs_id(result->name) && !cs_desired_can_hold(result->id)
               ? "neither its name nor its id can stand in connsync.json"
               : NULL;
}

static void leave_out(struct import *import, const struct connsync_result *result)
{
    import->left_out++;
    if (listed_is_unread(result->cause)) {
        import->code = cs_exit_code(result->cause);
    }
    log_format(LOG_NOTE, "%s (%s): left out: %s", result->name, result->id, why_left_out(result));
}

static void on_item(void *context, const struct connsync_result *result)
{
    struct import *import = context;

    if (why_left_out(result) != NULL) {
        leave_out(import, result);
        return;
    }
    if (import->count == ENTRIES_MAX) {
        import->more++;
        return;
    }
    struct entry *entry = &import->entries[import->count++];
    entry->by_id = needs_id(result->name);
    entry->setting = (unsigned char)result->before;
    (void)cs_copy_string(entry->key, sizeof entry->key,
                         cs_slice_of(entry->by_id ? result->id : result->name));
}

static void print_entry(const struct entry *entry)
{
    output_print("    { \"%s\": ", entry->by_id ? "id" : "name");
    output_string(entry->key);
    output_print(", \"set_user_root_attributes\": \"%s\" }",
                 connsync_setting_name((enum connsync_setting)entry->setting));
}

static void print_head(const struct cli_tenant *tenant)
{
    output_put("{\n  \"domain\": \"");
    /* An IPv6 address with a port stands in brackets. */
    bool brackets = tenant->port_number != 0 && strchr(tenant->domain, ':') != NULL;
    output_print(brackets ? "[%s]" : "%s", tenant->domain);
    if (tenant->port_number != 0) {
        output_print(":%u", tenant->port_number);
    }
    output_put("\",\n  \"connections\": [");
}

static int print(const struct import *import, const struct cli_tenant *tenant)
{
    print_head(tenant);
    for (size_t i = 0; i < import->count; i++) {
        output_put(i == 0 ? "\n" : ",\n");
        print_entry(&import->entries[i]);
    }
    output_put("\n  ]\n}\n");
    if (!output_flush()) {
        return CS_EXIT_FAILURE;
    }
    log_format(LOG_NOTE, "%zu connection%s, %zu left out", import->count,
               import->count == 1 ? "" : "s", import->left_out);
    return import->code;
}

static int finish(const struct import *import, const struct cli_tenant *tenant)
{
    if (import->more > 0) {
        log_format(LOG_ERROR,
                   "the tenant has %zu more than the %u connections that a connsync.json may name; "
                   "nothing printed",
                   import->more, ENTRIES_MAX);
        return CS_EXIT_FAILURE;
    }
    return print(import, tenant);
}

/* Nothing stands on standard output then, a line of JSON no more than half a list. */
static int fail(const struct cli_options *options, const struct connsync_job *job,
                const struct connsync_result *result, enum connsync_status status)
{
    const struct report_cause cause = {session_failure(), NULL, NULL};
    struct cli_output output = options->output;

    output.json = false;
    report_end(&output, job, result, status, &cause);
    return report_exit_code(result, status, &cause);
}

static int list(const struct cli_options *options, struct import *import)
{
    struct connsync_job job;
    struct connsync_result result;
    enum connsync_status status = session_open();

    memset(&job, 0, sizeof job);
    memset(&result, 0, sizeof result);
    job.operation = &connsync_operation_list;
    job.allow_encrypted_configuration = options->job.allow_encrypted_configuration;
    result.outcome = CONNSYNC_FAILED;
    if (status == CONNSYNC_OK) {
        status = session_run(&job, on_item, import);
        result = *connsync_result(session_agent());
    }
    return status == CONNSYNC_OK ? finish(import, &options->tenant)
                                 : fail(options, &job, &result, status);
}

int cli_import(const struct cli_options *options)
{
    struct import import = {mapping_new(ENTRIES_SIZE), 0, 0, 0, CS_EXIT_DONE};

    if (import.entries == NULL) {
        log_error("no memory for the list");
        return CS_EXIT_FAILURE;
    }
    int code = list(options, &import);
    session_close();
    mapping_free(import.entries, ENTRIES_SIZE);
    return code;
}
