/* The command doctor: one list, what was learnt on the way, and each connection's options looked at.
 * How damage looks is damage.c's, how findings are printed finding.c's. */
#include "platform/posix/cli/check/doctor.h"

#include "config/exit_code.h"
#include "core/base/civil.h"
#include "core/tls/certificate.h"
#include "core/tls/certificate_trouble.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/check/finding.h"
#include "platform/posix/cli/job/answered.h"
#include "platform/posix/cli/job/listed.h"
#include "platform/posix/cli/job/report.h"
#include "platform/posix/cli/job/roots.h"
#include "platform/posix/cli/job/scopes.h"
#include "platform/posix/cli/job/session.h"
#include "platform/posix/cli/job/trace.h"
#include "platform/posix/cli/options/identity.h"

#include <stdio.h>
#include <string.h>

#define TEXT_SIZE 768
/* A chain that is longer than this is told from its end. */
#define CHAIN_MAX 8u
/* Tokens and assertions are given some seconds' tolerance; a minute is no accident. */
#define CLOCK_TOLERANCE_S 5
/* A certificate is renewed well before its end; this late nobody is going to. */
#define RENEWAL_DAYS 14
#define DAY_S 86400

struct link {
    char subject[CONNSYNC_CERTIFICATE_NAME_SIZE];
    char issuer[CONNSYNC_CERTIFICATE_NAME_SIZE];
    int64_t until;
    bool is_dated;
};

static struct {
    const struct cli_options *options;
    struct link chain[CHAIN_MAX]; /* by depth */
    unsigned depth;               /* of the root, + 1; 0: there was no chain */
    bool is_dated;                /* the service told its time, */
    int64_t ahead_s;              /* and this clock was so far ahead of it */
    struct damage damage;         /* of the connection in hand, */
    bool is_damaged;              /* if it has any */
    uint64_t listed;
    uint64_t damaged;
    uint64_t unread;
    int code;
} doctor;

/* ---- What is learnt on the way ---- */

static void see_certificate(void *context, unsigned depth, const uint8_t *der, size_t length)
{
    struct cs_certificate certificate;
    int64_t from = 0;

    trace_certificate(context, depth, der, length);
    if (depth >= CHAIN_MAX ||
        !cs_certificate_read(cs_slice_make((const char *)der, length), &certificate)) {
        return;
    }
    struct link *link = &doctor.chain[depth];
    doctor.depth = depth + 1 > doctor.depth ? depth + 1 : doctor.depth;
    cs_certificate_name(link->subject, certificate.subject);
    cs_certificate_name(link->issuer, certificate.issuer);
    link->is_dated = cs_certificate_dates(&certificate, &from, &link->until);
}

static void see_clock(void)
{
    int64_t date = 0;

    if (!doctor.is_dated && answered_date(&date)) {
        doctor.is_dated = true;
        doctor.ahead_s = log_utc_now() - date;
    }
}

static enum connsync_status see_options(void *context, enum connsync_stage stage,
                                        const char *options, size_t length)
{
    const struct connsync_result *result = connsync_result(session_agent());

    (void)context;
    (void)stage;
    see_clock();
    doctor.is_damaged =
        damage_find(&doctor.damage, result->strategy, cs_slice_make(options, length));
    return CONNSYNC_OK;
}

static void on_item(void *context, const struct connsync_result *result)
{
    (void)context;
    doctor.listed++;
    if (listed_is_unread(result->cause)) {
        doctor.unread++;
        doctor.code = cs_exit_code(result->cause);
        listed_tell_unread(result);
    } else if (doctor.is_damaged) {
        doctor.damaged++;
        finding_print_damage(doctor.options->output.json, result, &doctor.damage);
    }
    doctor.is_damaged = false;
    log_progress(system_now_ms(), "connsync: connections looked at: %llu",
                 (unsigned long long)doctor.listed);
}

/* ---- What is told of it ---- */

static void tell(const char *check, const char *status, const char *text)
{
    const struct finding finding = {check, status, NULL, 0};

    finding_print(doctor.options->output.json, &finding, text);
}

static void tell_figure(const char *check, const char *status, const char *figure, int64_t value,
                        const char *text)
{
    const struct finding finding = {check, status, figure, value};

    finding_print(doctor.options->output.json, &finding, text);
}

static const char *proof(void)
{
    const struct cli_credentials *credentials = &doctor.options->credentials;

    return identity_has_key()                      ? "its private key"
           : credentials->client_secret[0] != '\0' ? "its secret"
                                                   : "its certificate";
}

static void tell_who(void)
{
    const struct identity_token *token = identity_token();
    const char *client = doctor.options->credentials.client_id;
    char text[TEXT_SIZE];
    char until[LOG_TIME_SIZE] = "";
    bool is_given = token->from != NULL && strcmp(token->from, "given") == 0;

    if (token->until > 0) {
        log_time(until, token->until);
    }
    if (is_given) {
        (void)snprintf(text, sizeof text, "a token that was given, of %s%.256s%s%s",
                       token->client_id[0] != '\0' ? "client " : "a client that it does not name",
                       token->client_id, until[0] != '\0' ? ", until " : "", until);
    } else {
        (void)snprintf(text, sizeof text,
                       "client %.256s, which proves itself with %s (client_credentials)%s%s%s%s",
                       client != NULL ? client : "", proof(), token->from != NULL ? ", token " : "",
                       token->from != NULL ? token->from : "", until[0] != '\0' ? ", until " : "",
                       until);
    }
    tell("who", "ok", text);
}

static void tell_scopes(void)
{
    const char *lacking = scopes_lacking(true);
    char text[TEXT_SIZE];

    if (lacking == NULL) {
        tell("scopes", "unknown", "the token does not say which it has");
    } else if (lacking[0] == '\0') {
        tell("scopes", "ok", "all that reading and writing connections needs");
    } else {
        (void)snprintf(text, sizeof text, "the token lacks %s", lacking);
        tell("scopes", "warning", text);
    }
}

static void tell_clock(void)
{
    int64_t ahead = doctor.ahead_s;
    int64_t off = ahead < 0 ? -ahead : ahead;
    char text[TEXT_SIZE];

    if (!doctor.is_dated) {
        tell("clock", "unknown", "no answer told the time");
        return;
    }
    (void)snprintf(text, sizeof text, "%lld s %s the service's", (long long)off,
                   ahead < 0 ? "behind" : "ahead of");
    tell_figure("clock", off <= CLOCK_TOLERANCE_S ? "ok" : "warning", "ahead_s", ahead, text);
}

static void tell_route(void)
{
    const struct cli_tenant *tenant = &doctor.options->tenant;
    char address[CONNSYNC_POSIX_ADDRESS_SIZE];
    char text[TEXT_SIZE];
    char proxy[CLI_HOST_SIZE + 32] = "";

    if (tenant->proxy.host[0] != '\0') {
        (void)snprintf(proxy, sizeof proxy, " of the proxy %.253s port %u", tenant->proxy.host,
                       (unsigned)tenant->proxy.port_number);
    }
    bool is_reached = connsync_posix_address(system_posix(), address);
    (void)snprintf(text, sizeof text, "%.253s, at %s%s%s", tenant->domain,
                   is_reached ? address : "no address that answered", proxy,
                   tenant->has_connect_to ? ", as --connect-to says" : "");
    tell("route", is_reached ? "ok" : "failed", text);
}

static void tell_link(const struct link *link)
{
    int64_t days = (link->until - log_utc_now()) / DAY_S;
    char text[TEXT_SIZE + 2 * CONNSYNC_CERTIFICATE_NAME_SIZE];
    char until[LOG_TIME_SIZE];

    if (!link->is_dated) {
        tell("certificate", "unknown", link->subject);
        return;
    }
    log_time(until, link->until);
    (void)snprintf(text, sizeof text, "%s, issued by %s, until %s", link->subject, link->issuer,
                   until);
    tell_figure("certificate", days > RENEWAL_DAYS ? "ok" : "warning", "days_left", days, text);
}

/* Of a program that brings them. */
static void tell_roots(void)
{
    struct roots_end end;
    char text[TEXT_SIZE];
    char until[LOG_TIME_SIZE];

    if (!roots_first_end(log_utc_now(), &end)) {
        return;
    }
    log_time(until, end.until);
    (void)snprintf(text, sizeof text, "compiled in; the first to end is %s, on %.10s", end.subject,
                   until);
    tell_figure("roots", end.days >= ROOTS_WARNING_DAYS ? "ok" : "warning", "days_left", end.days,
                text);
}

static void tell_rate(void)
{
    const struct connsync_pace *pace = &doctor.options->tenant.pace;
    char text[TEXT_SIZE];

    for (size_t i = 0; i < CONNSYNC_PACE_BUCKETS; i++) {
        const struct connsync_pace_bucket *bucket = &pace->buckets[i];
        if (bucket->known) {
            (void)snprintf(text, sizeof text, "%u of %u requests left", (unsigned)bucket->remaining,
                           (unsigned)bucket->limit);
            tell_figure("rate_limit", "ok", "remaining", bucket->remaining, text);
            return;
        }
    }
    tell("rate_limit", "unknown", "the answers do not state one");
}

static void tell_connections(enum connsync_status status)
{
    char text[TEXT_SIZE];
    bool is_whole = status == CONNSYNC_OK;

    (void)snprintf(text, sizeof text, "%llu looked at, %llu look damaged%s%s%s",
                   (unsigned long long)doctor.listed, (unsigned long long)doctor.damaged,
                   doctor.damaged > 0 ? " (docs/damaged.md)" : "",
                   doctor.unread > 0 ? ", some could not be read" : "",
                   is_whole ? "" : "; the list broke off");
    tell_figure("connections",
                doctor.damaged > 0               ? "damaged"
                : is_whole && doctor.unread == 0 ? "ok"
                                                 : "failed",
                "damaged", (int64_t)doctor.damaged, text);
}

static void tell_all(enum connsync_status status)
{
    see_clock();
    tell_connections(status);
    tell_who();
    tell_scopes();
    tell_clock();
    tell_route();
    for (unsigned depth = 0; depth < doctor.depth; depth++) {
        tell_link(&doctor.chain[depth]);
    }
    tell_roots();
    tell_rate();
}

/* ---- The job ---- */

static int examine(void)
{
    const struct cli_options *options = doctor.options;
    struct connsync_job job = options->job;
    struct connsync_result result;

    job.observer = see_options;
    enum connsync_status status = session_run(&job, on_item, NULL);
    result = *connsync_result(session_agent());
    tell_all(status);
    if (options->output.verbose > 0) {
        report_figures(result.requests);
    }
    if (status == CONNSYNC_OK) {
        return doctor.code != CS_EXIT_DONE ? doctor.code
               : doctor.damaged > 0        ? CS_EXIT_DRIFT
                                           : CS_EXIT_DONE;
    }
    const struct report_cause cause = {session_failure(), NULL, NULL};
    report_end(&options->output, &job, &result, status, &cause);
    return report_exit_code(&result, status, &cause);
}

int cli_doctor(const struct cli_options *options)
{
    memset(&doctor, 0, sizeof doctor);
    doctor.options = options;
    identity_watch_chains(see_certificate);
    enum connsync_status status = session_open();
    int code = cs_exit_code(status);

    if (status == CONNSYNC_OK) {
        code = examine();
    } else {
        tell("failed", "failed", connsync_status_name(status));
    }
    session_close();
    return code;
}
