/* Results and failures of one connection in words and in JSON. It decides nothing but the words;
 * the sentences that boards say too are config/'s. */
#include "platform/posix/cli/job/report.h"

#include "config/certificate_text.h"
#include "config/exit_code.h"
#include "config/sentence.h"
#include "config/status_text.h"
#include "config/tls_text.h"
#include "core/auth0/auth0.h"
#include "core/auth0/auth0_connection.h"
#include "core/json/json.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/job/change.h"
#include "platform/posix/cli/job/dashboard.h"
#include "platform/posix/cli/job/scopes.h"

#include <stdio.h>
#include <string.h>

static unsigned changed; /* connections */

static const char *clean(char *text)
{
    cs_sentence_clean(text);
    return text;
}

/* ---- Names ---- */

/* What is said of a name: what would become of it, or what the read-back after the write found.
 * Of a plan only the first three can be, and what the service recomputed when it was carried
 * out. */
static const char *word_of(const struct change *change, enum name_kind kind)
{
    static const char plan[] = "removes\0changes\0adds\0derived\0\0";
    static const char found[] = "lost\0changed\0added\0derived\0not_applied\0";

    return cs_words_at(change->is_plan ? plan : found, (unsigned)kind);
}

/* One a line, the kind and a tab before it. */
static void print_names(const struct change *change)
{
    if (change == NULL || !change->has_names) {
        return;
    }
    log_clear_progress();
    for (size_t i = 0; i < change->names.count; i++) {
        output_print("%s\t", word_of(change, change->names.items[i].kind));
        name_print(output_results(), &change->names.items[i]);
        output_put(change->names.items[i].is_beside ? "\tbeside options\n" : "\n");
    }
    if (change->names.more > 0) {
        output_print("and %zu more\n", change->names.more);
    }
}

/* ---- JSON ---- */

/* For arrays: names beside `options` are in one of their own. */
#define BESIDE NAME_KINDS

static bool is_of(const struct name *name, int kind)
{
    return kind == (name->is_beside ? BESIDE : (int)name->kind);
}

static void print_array(const struct names *names, int kind, const char *word)
{
    const char *before = "";

    output_print("\"%s\":[", word);
    for (size_t i = 0; i < names->count; i++) {
        if (is_of(&names->items[i], kind)) {
            output_put(before);
            name_print(output_results(), &names->items[i]);
            before = ",";
        }
    }
    output_put("],");
}

static bool has_kind(const struct names *names, int kind)
{
    for (size_t i = 0; i < names->count; i++) {
        if (is_of(&names->items[i], kind)) {
            return true;
        }
    }
    return false;
}

static bool is_looked_for(const struct change *change, enum name_kind kind)
{
    return change->is_full || (change->is_plan && kind < NAME_DERIVED);
}

static void print_change(const struct change *change)
{
    if (change->correlation_id[0] != '\0') {
        output_member("correlation_id", change->correlation_id);
    }
    if (change->undo != CHANGE_UNDO_NOT_TRIED) {
        output_print("\"restored\":%s,", change->undo == CHANGE_RESTORED ? "true" : "false");
    }
    if (!change->has_names) {
        return;
    }
    for (int kind = 0; kind < NAME_KINDS; kind++) {
        /* An empty array says that the kind was looked for. */
        if (is_looked_for(change, (enum name_kind)kind) || has_kind(&change->names, kind)) {
            print_array(&change->names, kind, word_of(change, (enum name_kind)kind));
        }
    }
    if (has_kind(&change->names, BESIDE)) {
        print_array(&change->names, BESIDE, "beside_options");
    }
    if (change->names.more > 0) {
        output_print("\"more_names\":%zu,", change->names.more);
    }
}

static void print_connection(const struct connsync_result *result)
{
    output_member("id", result->id);
    output_member("name", result->name);
    output_member("strategy", result->strategy);
    output_member("before", connsync_setting_name(result->before));
    output_member("after", connsync_setting_name(result->after));
}

static void print_line(const struct connsync_result *result, const char *outcome, const char *code,
                       const char *message, const struct change *change, const char *warning)
{
    log_clear_progress();
    output_byte('{');
    if (result->id[0] != '\0' || result->name[0] != '\0') {
        print_connection(result);
    } else if (result->page > 0) {
        output_print("\"page\":%u,", (unsigned)result->page);
    }
    output_member("status", outcome);
    output_member("code", code);
    output_member("message", message);
    if (warning != NULL) {
        output_member("warning", warning);
    }
    if (change != NULL) {
        print_change(change);
    }
    output_print("\"requests\":%u}\n", (unsigned)result->requests);
}

void report_json_line(const struct connsync_result *result, const char *outcome, const char *code,
                      const char *message, const struct change *change)
{
    print_line(result, outcome, code, message, change,
               dashboard_warning(result->before, result->after));
}

/* ---- Words ---- */

static bool is_network(enum connsync_status status)
{
    return (status >= CONNSYNC_ERR_NAME && status <= CONNSYNC_ERR_NETWORK) ||
           status == CONNSYNC_ERR_NAME_TEMPORARY;
}

bool report_blames_proxy(enum connsync_status status, const struct report_cause *cause)
{
    return cause->failure.proxy != CONNSYNC_POSIX_PROXY_FINE &&
           (is_network(status) || status == CONNSYNC_ERR_TIMEOUT);
}

int report_exit_code(const struct connsync_result *result, enum connsync_status status,
                     const struct report_cause *cause)
{
    if (report_blames_proxy(status, cause) &&
        cause->failure.proxy == CONNSYNC_POSIX_PROXY_CREDENTIALS) {
        return CS_EXIT_CREDENTIALS;
    }
    if (status == CONNSYNC_OK && result->outcome == CONNSYNC_WOULD_CHANGE) {
        return CS_EXIT_DRIFT;
    }
    return cs_exit_code(status);
}

void report_figures(uint64_t requests)
{
    const struct session_figures figures = session_figures();

    log_format(LOG_NOTE, "%llu requests, %u TLS handshakes, %zu bytes of memory",
               (unsigned long long)requests, (unsigned)figures.handshakes, figures.memory);
}

static void add_rewritten(struct cs_writer *line, const struct connsync_job *job,
                          const struct connsync_result *result)
{
    bool restores = job->operation == &connsync_operation_restore;

    if (result->outcome == CONNSYNC_CHANGED) {
        cs_write_u64(line, result->applied);
        cs_write_string(line, result->applied == 1 ? " option " : " options ");
        cs_write_string(line, restores ? "restored; " : "patched; ");
        cs_sentence_verified(line, result);
        return;
    }
    if (result->outcome == CONNSYNC_WOULD_CHANGE) {
        cs_write_string(line, "would change; nothing written");
        return;
    }
    cs_write_string(line, restores ? "as in the backup already; nothing written"
                                   : "as the patch wants it already; nothing written");
}

static bool is_wish(const struct connsync_job *job, const struct connsync_result *result)
{
    return result->outcome == CONNSYNC_WOULD_CHANGE && job->operation == &connsync_operation_set;
}

/* What a write that is only tried would make of it. */
static void add_wish(struct cs_writer *line, const struct connsync_job *job,
                     const struct connsync_result *result)
{
    cs_write_string(line, connsync_setting_name(result->before));
    cs_write_string(line, " -> ");
    cs_write_string(line, connsync_setting_name(job->wanted));
    cs_write_string(line, ", would change; nothing written");
}

/* Would a patch or a restore that is only tried bring the value that is warned of? */
static bool would_bring_never(const struct connsync_job *job, const struct connsync_result *result)
{
    struct cs_slice document = cs_slice_make(job->document, job->document_length);

    return result->outcome == CONNSYNC_WOULD_CHANGE && document.data != NULL &&
           cs_value_string_is(cs_json_member(document, CS_AUTH0_SETTING), "never_on_login");
}

const char *report_warning(const struct connsync_job *job, const struct connsync_result *result)
{
    enum connsync_setting after = is_wish(job, result) ? job->wanted : result->after;

    if (would_bring_never(job, result)) {
        after = CONNSYNC_NEVER_ON_LOGIN;
    }
    return dashboard_warning(result->before, after);
}

static void report_success(const struct cli_output *output, const struct connsync_job *job,
                           const struct connsync_result *result, const struct change *change)
{
    char line[CS_SENTENCE_SIZE];
    struct cs_writer writer;

    if (job->operation == &connsync_operation_list) {
        return;
    }
    if (output->json) {
        struct connsync_result told = *result;
        told.after = is_wish(job, result) ? job->wanted : told.after;
        print_line(&told, connsync_outcome_name(result->outcome), connsync_status_name(CONNSYNC_OK),
                   "", change, report_warning(job, result));
        return;
    }
    if (job->operation == &connsync_operation_get) {
        output_print("%s\n", connsync_setting_name(result->before));
        return;
    }
    cs_writer_init(&writer, line, sizeof line);
    cs_sentence_connection(&writer, result, job->connection);
    if (is_wish(job, result)) {
        add_wish(&writer, job, result);
    } else if (job->operation == &connsync_operation_set || output->names_each) {
        cs_sentence_outcome(&writer, result);
    } else {
        add_rewritten(&writer, job, result);
    }
    log_clear_progress();
    output_print("%s\n", clean(line));
    print_names(change);
}

/* Of several connections their run warns, once. */
static void warn(const struct cli_output *output, const struct connsync_job *job,
                 const struct connsync_result *result)
{
    char line[CS_SENTENCE_SIZE];
    struct cs_writer writer;

    if (report_warning(job, result) != NULL && !output->names_each) {
        cs_writer_init(&writer, line, sizeof line);
        cs_sentence_connection(&writer, result, job->connection);
        cs_write_string(&writer, report_warning(job, result));
        log_write(LOG_WARNING, line);
    }
}

/* Is it UTF-8? Words of the command line may be anything. */
static bool is_utf8(const char *word)
{
    char text[CONNSYNC_NAME_SIZE + 2];
    struct cs_json_facts facts;
    size_t length = strlen(word);

    text[0] = '"';
    for (size_t i = 0; i < length; i++) {
        text[1 + i] = (unsigned char)word[i] < 0x80 ? 'a' : word[i];
    }
    text[1 + length] = '"';
    return cs_json_check(cs_slice_make(text, length + 2), &facts) == CONNSYNC_OK;
}

/* The word, or what of it fits and can be spelled. */
static void copy_word(char *out, size_t size, const char *word)
{
    (void)snprintf(out, size, "%s", word);
    if (strlen(word) < size && is_utf8(out)) {
        return;
    }
    for (; *out != '\0'; out++) {
        *out = (unsigned char)*out < 0x80 ? *out : '?';
    }
}

/* Of a connection that the service told nothing of, what was asked for is known. The last one
 * that was listed has nothing to do with the end of a list. */
static struct connsync_result named(const struct connsync_result *result,
                                    const struct connsync_job *job)
{
    struct connsync_result copy = *result;
    const char *asked = job->connection;

    if (job->operation == &connsync_operation_list) {
        copy.id[0] = '\0';
        copy.name[0] = '\0';
        return copy;
    }
    if (asked == NULL || copy.id[0] != '\0' || copy.name[0] != '\0') {
        return copy;
    }
    if (cs_auth0_is_id(asked)) {
        copy_word(copy.id, sizeof copy.id, asked);
    } else {
        copy_word(copy.name, sizeof copy.name, asked);
    }
    return copy;
}

/* Of what before the first page was there or not, no page is to be told. */
static bool is_of_page(const struct connsync_result *result, enum connsync_status status)
{
    int code = cs_exit_code(status);
    bool before = is_network(status) || code == CS_EXIT_CREDENTIALS || code == CS_EXIT_TLS;

    return result->page > (before ? 1 : 0);
}

static void add_subject(struct cs_writer *line, const struct connsync_result *result,
                        const struct connsync_job *job, enum connsync_status status)
{
    if (job->operation != &connsync_operation_list) {
        cs_sentence_connection(line, result, job->connection);
    } else if (is_of_page(result, status)) {
        cs_write_string(line, "page ");
        cs_write_u64(line, result->page);
        cs_write_string(line, " of the list: ");
    }
}

static void add_reason(struct cs_writer *line, const char *reason)
{
    cs_write_string(line, " (");
    cs_write_string(line, reason);
    cs_write_string(line, ")");
}

static void add_failure(struct cs_writer *line, const struct connsync_job *job,
                        const struct connsync_result *result, enum connsync_status status,
                        const struct report_cause *cause)
{
    if (report_blames_proxy(status, cause)) {
        cs_write_string(line, cause->failure.reason);
        return;
    }
    if (status == CONNSYNC_ERR_RATE_LIMITED && result->wait_ms == CONNSYNC_PACE_NEVER) {
        cs_write_string(line, "the tenant's rate limit allows no more requests than --leave keeps");
        return;
    }
    if (status == CONNSYNC_ERR_NOT_APPLIED && result->pending > 0) {
        cs_write_string(line, "the service accepted the write but ");
        cs_write_u64(line, result->pending);
        cs_write_string(line, " of the options to be written are not as wanted");
        return;
    }
    bool proxy = status == CONNSYNC_ERR_UNVERIFIED && report_blames_proxy(result->cause, cause);
    struct connsync_result shown = *result;
    if (!cs_answer_knows_code(shown.service_code)) {
        shown.service_code[0] = '\0';
    }
    enum connsync_status why = status == CONNSYNC_ERR_UNVERIFIED ? result->cause : status;
    const char *scopes = scopes_of_failure(&shown, job, why);
    cs_sentence_failure(line, &shown, status, cs_status_text(status),
                        proxy ? cause->failure.reason : cs_status_text(result->cause));
    cs_tls_text_add(line, result, why);
    cs_certificate_text_add(line, why, cause->failure.certificate);
    if (is_network(status) && cause->failure.reason[0] != '\0') {
        add_reason(line, cause->failure.reason);
    }
    if (cause->detail != NULL) {
        add_reason(line, cause->detail);
    }
    cs_write_string(line, scopes);
    /* After a loss it is that of the undoing. */
    if (cause->failure.answer != NULL && status != CONNSYNC_ERR_LOSS) {
        cs_answer_write(line, cause->failure.answer, why);
    }
}

/* What became of the way back after a loss, and where there is another. */
static void add_undo(struct cs_writer *line, const struct connsync_result *result,
                     const struct change *change)
{
    if (result->lost + result->changed == 0) {
        cs_write_string(line, "; options are as they were to be, only they can be restored");
        return;
    }
    if (change->undo == CHANGE_RESTORED) {
        cs_write_string(line, result->beside > 0
                                  ? "; options restored as before, and verified, but not the rest"
                                  : "; restored as before, and verified");
        return;
    }
    if (change->undo == CHANGE_NOT_RESTORED) {
        bool since = change->undo_status == CONNSYNC_REFUSED_CHANGED;
        const char *text = since ? "changed since" : cs_status_text(change->undo_status);
        cs_write_string(line, "; not restored: ");
        /* What follows from it would be wrong here: something was written. */
        cs_write(line, cs_slice_make(text, strcspn(text, ";")));
    }
    cs_write_string(line, change->has_backup ? "; connsync restore puts the backup back"
                                             : "; restore them");
}

/* What became of it after the failure, and why there is no backup. */
static void add_change(struct cs_writer *line, const struct connsync_result *result,
                       enum connsync_status status, const struct change *change)
{
    if (change == NULL) {
        return;
    }
    if (status == CONNSYNC_ERR_LOSS) {
        add_undo(line, result, change);
    }
    if (status == CONNSYNC_REFUSED_BACKUP && change->no_backup != NULL) {
        add_reason(line, change->no_backup);
    }
}

/* Of a command that only reads, that nothing was written goes without saying. */
static void leave_out_writing(struct cs_writer *line, size_t from)
{
    static const char clause[] = "; nothing written";
    char *found = strstr(line->data + from, clause);

    if (found != NULL) {
        char *rest = found + sizeof clause - 1;
        memmove(found, rest, strlen(rest) + 1);
        line->length -= sizeof clause - 1;
    }
}

/* The names that a failure has to do with. The failure itself is told elsewhere: where there
 * are several connections, the one that they are of is named before them. */
static void print_names_of_failure(const struct cli_output *output, const struct connsync_job *job,
                                   const struct connsync_result *result,
                                   enum connsync_status status, const struct change *change)
{
    char line[CS_SENTENCE_SIZE];
    struct cs_writer writer;

    if (change == NULL || !change->has_names || change->names.count == 0) {
        return;
    }
    if (output->names_each) {
        cs_writer_init(&writer, line, sizeof line);
        cs_sentence_connection(&writer, result, job->connection);
        cs_write_string(&writer, connsync_status_name(status));
        log_clear_progress();
        output_print("%s\n", clean(line));
    }
    print_names(change);
}

/* So that the tenant's log can be searched for the write. */
static void note_correlation_id(const struct cli_output *output,
                                const struct connsync_result *result, const struct change *change)
{
    if (output->verbose > 0 && change != NULL && change->correlation_id[0] != '\0') {
        log_format(LOG_NOTE, "%s: correlation id %s", result->id, change->correlation_id);
    }
}

unsigned report_changed(void)
{
    return changed;
}

void report_end(const struct cli_output *output, const struct connsync_job *job,
                const struct connsync_result *result, enum connsync_status status,
                const struct report_cause *cause)
{
    char line[CS_SENTENCE_SIZE];
    struct cs_writer writer;

    note_correlation_id(output, result, cause->change);
    if (status == CONNSYNC_OK) {
        changed += result->outcome == CONNSYNC_CHANGED;
        report_success(output, job, result, cause->change);
        warn(output, job, result);
        return;
    }
    cs_writer_init(&writer, line, sizeof line);
    add_subject(&writer, result, job, status);
    size_t message = writer.length;
    add_failure(&writer, job, result, status, cause);
    add_change(&writer, result, status, cause->change);
    if (!output->may_write) {
        leave_out_writing(&writer, message);
    }
    if (!output->json) {
        print_names_of_failure(output, job, result, status, cause->change);
    } else {
        const char *code = report_blames_proxy(status, cause)
                               ? connsync_posix_proxy_failure_name(cause->failure.proxy)
                               : connsync_status_name(status);
        struct connsync_result known = named(result, job);
        report_json_line(&known, connsync_outcome_name(result->outcome), code, line + message,
                         cause->change);
    }
    log_error(line);
}
