/* `connsync import`: one list, printed as connsync.json. It reads no such file and changes
 * nothing. */
#include "platform/posix/cli/fleet/import.h"

#include "config/exit_code.h"
#include "config/status_text.h"
#include "platform/posix/cli/base/json_out.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/job/report.h"
#include "platform/posix/cli/job/session.h"

#include <stdio.h>
#include <string.h>

#define ID_PREFIX "con_"

struct import {
    unsigned written;
    unsigned left_out;
};

static void leave_out(struct import *import, const struct connsync_result *result)
{
    import->left_out++;
    log_format(LOG_NOTE, "%s (%s): left out: %s", result->name, result->id,
               result->cause != CONNSYNC_OK ? cs_status_text(result->cause)
                                            : "its setting has a value that is not known");
}

/* A name that looks like an id would be read as one, and no name at all as nothing. */
static bool needs_id(const char *name)
{
    return name[0] == '\0' || strncmp(name, ID_PREFIX, strlen(ID_PREFIX)) == 0;
}

static void on_item(void *context, const struct connsync_result *result)
{
    struct import *import = context;
    bool by_id = needs_id(result->name);

    if (result->cause != CONNSYNC_OK || result->before == CONNSYNC_SETTING_UNKNOWN) {
        leave_out(import, result);
        return;
    }
    (void)fputs(import->written++ == 0 ? "\n" : ",\n", stdout);
    (void)printf("    { \"%s\": ", by_id ? "id" : "name");
    json_out_string(stdout, by_id ? result->id : result->name);
    (void)printf(", \"set_user_root_attributes\": \"%s\" }", connsync_setting_name(result->before));
}

static void print_head(const struct cli_tenant *tenant)
{
    (void)fputs("{\n  \"domain\": \"", stdout);
    /* An IPv6 address with a port stands in brackets. */
    bool brackets = tenant->port_number != 0 && strchr(tenant->domain, ':') != NULL;
    (void)printf(brackets ? "[%s]" : "%s", tenant->domain);
    if (tenant->port_number != 0) {
        (void)printf(":%u", tenant->port_number);
    }
    (void)fputs("\",\n  \"connections\": [", stdout);
}

static int finish(const struct import *import)
{
    (void)fputs("\n  ]\n}\n", stdout);
    if (fflush(stdout) != 0 || ferror(stdout) != 0) {
        log_error("cannot write to standard output");
        return CS_EXIT_FAILURE;
    }
    log_format(LOG_NOTE, "%u connection%s, %u left out", import->written,
               import->written == 1 ? "" : "s", import->left_out);
    return 0;
}

int cli_import(const struct cli_options *options)
{
    struct connsync_job job;
    struct connsync_result result;
    struct report_cause cause = {{"", CONNSYNC_POSIX_PROXY_FINE}, NULL, NULL};
    struct import import = {0, 0};
    enum connsync_status status = session_open();

    memset(&job, 0, sizeof job);
    memset(&result, 0, sizeof result);
    job.operation = &connsync_operation_list;
    job.allow_encrypted_configuration = options->job.allow_encrypted_configuration;
    result.outcome = CONNSYNC_FAILED;
    if (status == CONNSYNC_OK) {
        print_head(&options->tenant);
        status = session_run(&job, on_item, &import);
        result = *connsync_result(session_agent());
        cause.failure = session_failure();
    }
    int code = report_exit_code(&result, status, &cause);
    if (status == CONNSYNC_OK) {
        code = finish(&import);
    } else {
        report_end(&options->output, &job, &result, status, &cause);
    }
    session_close();
    return code;
}
