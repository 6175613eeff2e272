/* What became of a job, in words. The words of a status are the caller's: status_text.c has those
 * of the command line, platform/lwip/failure_text.c those of boards. */
#include "config/sentence.h"

#include <string.h>

static void add(struct cs_writer *line, const char *text)
{
    cs_write_string(line, text);
}

/* `number` and then `text`. */
static void add_count(struct cs_writer *line, uint64_t number, const char *text)
{
    cs_write_u64(line, number);
    add(line, text);
}

void cs_sentence_clean(char *text)
{
    while (*text != '\0') {
        size_t length = cs_odd_length(text);
        memset(text, '?', length);
        text += length > 0 ? length : 1;
    }
}

void cs_sentence_connection(struct cs_writer *line, const struct connsync_result *result,
                            const char *asked)
{
    if (result->name[0] != '\0') {
        add(line, result->name);
        add(line, " (");
        add(line, result->id);
        add(line, "): ");
    } else if (asked != NULL) {
        add(line, asked);
        add(line, ": ");
    }
}

void cs_sentence_verified(struct cs_writer *line, const struct connsync_result *result)
{
    add_count(line, result->verified, " other options verified unchanged");
    if (result->derived + result->added > 0) {
        add(line, " (");
        add_count(line, result->derived, " recomputed, ");
        add_count(line, result->added, " added by the service)");
    }
}

void cs_sentence_outcome(struct cs_writer *line, const struct connsync_result *result)
{
    if (result->outcome == CONNSYNC_CHANGED) {
        add(line, connsync_setting_name(result->before));
        add(line, " -> ");
        add(line, connsync_setting_name(result->after));
        add(line, "; ");
        cs_sentence_verified(line, result);
        return;
    }
    add(line, connsync_setting_name(result->before));
    add(line, result->outcome == CONNSYNC_WOULD_CHANGE ? ", would change; nothing written"
                                                       : " already; nothing written");
}

static void add_loss(struct cs_writer *line, const struct connsync_result *result)
{
    add(line, " (");
    add_count(line, result->lost, " lost, ");
    add_count(line, result->changed, " changed, ");
    add_count(line, result->added, " added, ");
    add_count(line, result->verified, " equal");
    if (result->beside > 0) {
        add(line, "; ");
        add_count(line, result->beside, " beside options lost or changed");
    }
    add(line, ")");
}

static void add_http(struct cs_writer *line, const struct connsync_result *result)
{
    add(line, " (HTTP ");
    cs_write_u64(line, result->http_status);
    if (result->service_code[0] != '\0') {
        add(line, ", ");
        add(line, result->service_code);
    }
    add(line, ")");
}

static void add_parenthesis(struct cs_writer *line, const char *before, const char *text)
{
    add(line, before);
    add(line, text);
    add(line, ")");
}

/* Statuses that say that nothing was written. */
static bool claims_no_write(enum connsync_status status)
{
    return connsync_status_is_refusal(status) || status == CONNSYNC_ERR_CANCELLED ||
           status == CONNSYNC_ERR_WEB_PAGE;
}

static void add_numbers(struct cs_writer *line, const struct connsync_result *result,
                        enum connsync_status status)
{
    enum connsync_status cause = status == CONNSYNC_ERR_UNVERIFIED ? result->cause : status;

    if (result->bytes_needed > 0) {
        add(line, " (");
        add_count(line, result->bytes_needed, " bytes are needed)");
    }
    if (cause == CONNSYNC_ERR_HTTP_TRUNCATED) {
        add(line, " (");
        add_count(line, result->bytes_received, " bytes of it came)");
    }
    if (status == CONNSYNC_ERR_RATE_LIMITED) {
        add(line, " (it asks to wait ");
        add_count(line, result->wait_ms / 1000, " s)");
    }
}

void cs_sentence_failure(struct cs_writer *line, const struct connsync_result *result,
                         enum connsync_status status, const char *text, const char *cause)
{
    add(line, text);
    if (claims_no_write(status)) {
        add(line, "; nothing written");
    }
    if (status == CONNSYNC_ERR_LOSS) {
        add_loss(line, result);
    }
    if (status == CONNSYNC_ERR_UNVERIFIED) {
        add_parenthesis(line, " (", cause);
    }
    if (status == CONNSYNC_REFUSED_PASSWORDLESS) {
        add_parenthesis(line, " (strategy ", result->strategy);
    }
    if (result->missing_scope != NULL) {
        add_parenthesis(line, " (", result->missing_scope);
    }
    if (result->http_status >= 300) {
        add_http(line, result);
    }
    add_numbers(line, result, status);
}
