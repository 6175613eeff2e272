/* One job that may write, with the texts of `options` that it sees on the way. It decides about
 * backups, restoring and names; it prints nothing, which is report.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/job/change.h"

#include "core/auth0/auth0_connection.h"
#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/job/backup.h"
#include "platform/posix/cli/job/dashboard.h"
#include "platform/posix/cli/job/patch_file.h"
#include "platform/posix/cli/job/session.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The longest `options` that the agent's block can hold. */
#define TEXT_MAX CONNSYNC_MEMORY_RECOMMENDED
/* Whole connections, behind the texts of the three stages: the one that was read last, the one that a
 * write was decided on, and the one that was read back. */
#define LATEST 3
#define WHOLE_BEFORE 4
#define WHOLE_AFTER 5
#define TEXTS 6
/* Hexadecimal digits of a number that nobody else has, four times so many bits. */
#define RANDOM_WORDS 4

static struct change last;
static struct {
    const struct cli_safeguards *safeguards;
    const struct cli_tenant *tenant;
    const struct connsync_job *job; /* as it was given: another may observe as well */
    char *texts[TEXTS];             /* by enum connsync_stage, and as above; mappings */
    size_t lengths[TEXTS];
    bool seen[TEXTS];
    bool says_off;
} kept;

/* ---- The file ---- */

bool change_read_file(struct cli_options *options)
{
    if (options->job.operation == &connsync_operation_patch) {
        return patch_file_read(options);
    }
    return options->job.operation != &connsync_operation_restore || backup_read(options);
}

void change_free_file(const struct cli_options *options)
{
    if (options->job.operation == &connsync_operation_patch) {
        patch_file_free();
    }
    backup_free();
}

/* ---- What is kept ---- */

static bool append(unsigned stage, struct cs_slice text)
{
    char **place = &kept.texts[stage];
    size_t length = kept.lengths[stage];

    if (*place == NULL) {
        *place = mapping_new(TEXT_MAX);
    }
    if (*place == NULL || text.length > TEXT_MAX - length) {
        return false;
    }
    memcpy(*place + length, text.data, text.length);
    kept.lengths[stage] = length + text.length;
    kept.seen[stage] = true;
    return true;
}

static void forget(unsigned stage)
{
    if (kept.texts[stage] != NULL) {
        cs_wipe(kept.texts[stage], kept.lengths[stage]);
    }
    kept.lengths[stage] = 0;
    kept.seen[stage] = false;
}

static bool keep(unsigned stage, struct cs_slice text)
{
    forget(stage);
    return append(stage, text);
}

/* What was read last is the connection of that kind. The one before it is written over. */
static void keep_latest_as(unsigned stage)
{
    char *text = kept.texts[stage];

    forget(stage);
    kept.texts[stage] = kept.texts[LATEST];
    kept.lengths[stage] = kept.lengths[LATEST];
    kept.seen[stage] = kept.seen[LATEST];
    kept.texts[LATEST] = text;
    kept.lengths[LATEST] = 0;
    kept.seen[LATEST] = false;
}

static struct cs_slice text_of(unsigned stage)
{
    return cs_slice_make(kept.texts[stage], kept.lengths[stage]);
}

static bool is_rewriting(void)
{
    return kept.job->operation == &connsync_operation_patch ||
           kept.job->operation == &connsync_operation_restore;
}

static bool shows_plan(void)
{
    return kept.job->operation == &connsync_operation_restore ||
           (is_rewriting() && kept.job->dry_run);
}

/* What the service recomputes is named after each write, and that takes the texts. */
static bool needs_texts(void)
{
    return !kept.job->dry_run || shows_plan();
}

/* After a write that had no answer and no effect it is decided afresh: what is the same is
 * backed up already. */
static bool is_backed_up(struct cs_slice text)
{
    return kept.seen[CONNSYNC_STAGE_BEFORE] && cs_slice_equal(text_of(CONNSYNC_STAGE_BEFORE), text);
}

static enum connsync_status observe_before(struct cs_slice text)
{
    const struct cli_safeguards *safeguards = kept.safeguards;
    const struct connsync_result *result = connsync_result(session_agent());

    if (kept.job->operation == &connsync_operation_restore &&
        !backup_is_strategy(result->strategy)) {
        return CONNSYNC_REFUSED_OTHER_CONNECTION;
    }
    if (kept.says_off && dashboard_is_enterprise(result->strategy)) {
        return CONNSYNC_REFUSED_WORD;
    }
    if (safeguards->backup != NULL && !kept.job->dry_run && !is_backed_up(text) &&
        !backup_write(safeguards->backup, kept.tenant, result, text)) {
        last.no_backup = strerror(errno);
        return CONNSYNC_REFUSED_BACKUP;
    }
    kept.seen[CONNSYNC_STAGE_AFTER] = false;
    kept.seen[WHOLE_AFTER] = false;
    forget(CONNSYNC_STAGE_PLANNED); /* which follows, piece by piece */
    keep_latest_as(WHOLE_BEFORE);
    if (!needs_texts()) {
        return CONNSYNC_OK;
    }
    return keep(CONNSYNC_STAGE_BEFORE, text) ? CONNSYNC_OK : CONNSYNC_ERR_MEMORY;
}

static enum connsync_status observe(void *context, enum connsync_stage stage, const char *options,
                                    size_t length)
{
    struct cs_slice text = cs_slice_make(options, length);

    (void)context;
    if (stage == CONNSYNC_STAGE_CONNECTION) {
        return keep(LATEST, text) ? CONNSYNC_OK : CONNSYNC_ERR_MEMORY;
    }
    if (stage == CONNSYNC_STAGE_AFTER) {
        keep_latest_as(WHOLE_AFTER);
        return keep(stage, text) ? CONNSYNC_OK : CONNSYNC_ERR_MEMORY;
    }
    if (stage == CONNSYNC_STAGE_PLANNED) {
        return !needs_texts() || append(stage, text) ? CONNSYNC_OK : CONNSYNC_ERR_MEMORY;
    }
    if (kept.job->observer != NULL) {
        enum connsync_status status =
            kept.job->observer(kept.job->observer_context, stage, options, length);
        if (status != CONNSYNC_OK) {
            return status;
        }
    }
    return observe_before(text);
}

void change_forget(void)
{
    for (int i = 0; i < TEXTS; i++) {
        if (kept.texts[i] != NULL) {
            cs_wipe(kept.texts[i], kept.lengths[i]);
            mapping_free(kept.texts[i], TEXT_MAX);
        }
    }
    memset(&kept, 0, sizeof kept);
    memset(&last, 0,
           offsetof(struct change, names.items)); /* they take pages if they are touched */
}

const struct change *change_last(void)
{
    return &last;
}

/* ---- After the job ---- */

/* What the read-back after the write found, of all kinds or of the service's own alone. */
static bool compare_found(struct names_texts texts, bool derived_only)
{
    bool is_planned = kept.seen[CONNSYNC_STAGE_PLANNED];

    texts.wanted = text_of(is_planned ? CONNSYNC_STAGE_PLANNED : CONNSYNC_STAGE_BEFORE);
    texts.after = text_of(CONNSYNC_STAGE_AFTER);
    texts.derived_only = derived_only;
    return names_compare(&last.names, &texts);
}

/* What a write would change, or, of a restore, has changed. */
static bool compare_plan(struct names_texts texts)
{
    texts.wanted = texts.before;
    texts.after = text_of(CONNSYNC_STAGE_PLANNED);
    texts.is_plan = true;
    return names_compare(&last.names, &texts);
}

/* And beside `options`. */
static bool compare_beside(void)
{
    struct names_texts texts;

    memset(&texts, 0, sizeof texts);
    texts.before = text_of(WHOLE_BEFORE);
    texts.wanted = texts.before;
    texts.after = text_of(WHOLE_AFTER);
    texts.except = "options";
    texts.is_beside = true;
    return names_compare(&last.names, &texts);
}

/* What the service recomputed is looked for only where the job counted any. */
static bool compare_read_back(struct names_texts texts, const struct connsync_result *result)
{
    if (last.is_full) {
        return compare_found(texts, false) && compare_beside();
    }
    return result->derived == 0 || compare_found(texts, true);
}

static void compare_names(const struct connsync_result *result)
{
    bool is_found = kept.seen[CONNSYNC_STAGE_AFTER];
    bool is_full = is_found && kept.safeguards->changes;
    struct names_texts texts;

    memset(&texts, 0, sizeof texts);
    if (!kept.seen[CONNSYNC_STAGE_BEFORE]) {
        return;
    }
    texts.before = text_of(CONNSYNC_STAGE_BEFORE);
    texts.except = is_rewriting() ? NULL : CS_AUTH0_SETTING;
    texts.yields = kept.job->operation == &connsync_operation_restore;
    last.is_plan = shows_plan() && !is_full;
    last.is_full = is_full;
    if (is_found) {
        last.has_names = compare_read_back(texts, result);
    }
    if (last.is_plan) {
        last.has_names = compare_plan(texts) || last.has_names;
    }
}

/* Only what was judged is written over: somebody may have written since the read-back. */
static enum connsync_status observe_undo(void *context, enum connsync_stage stage,
                                         const char *options, size_t length)
{
    (void)context;
    if (stage != CONNSYNC_STAGE_BEFORE) {
        return CONNSYNC_OK;
    }
    return kept.seen[CONNSYNC_STAGE_AFTER]
               ? names_same(text_of(CONNSYNC_STAGE_AFTER), cs_slice_make(options, length))
               : CONNSYNC_ERR_MEMORY;
}

/* One attempt, verified like any other write. Who interrupts a write would have it end well:
 * the bytes that are to be put back may be nowhere else. Where nothing is left to put back,
 * somebody has written since, or an old replica has answered. */
static void undo(const struct connsync_result *result, const char *correlation_id)
{
    struct connsync_job job = *kept.job;
    struct cs_slice before = text_of(CONNSYNC_STAGE_BEFORE);

    job.operation = &connsync_operation_restore;
    job.connection = result->id;
    job.document = before.data;
    job.document_length = before.length;
    job.correlation_id = correlation_id;
    job.observer = observe_undo;
    last.undo_status = session_run_on(&job);
    if (connsync_result(session_agent())->outcome == CONNSYNC_UNCHANGED) {
        last.undo_status = CONNSYNC_REFUSED_CHANGED;
    }
    last.undo = last.undo_status == CONNSYNC_OK ? CHANGE_RESTORED : CHANGE_NOT_RESTORED;
}

static void make_correlation_id(char out[CONNSYNC_CORRELATION_ID_SIZE], const char *given)
{
    struct cs_writer writer;

    cs_writer_init(&writer, out, CONNSYNC_CORRELATION_ID_SIZE);
    if (given != NULL) {
        cs_write_string(&writer, given);
        return;
    }
    cs_write_string(&writer, "connsync-");
    for (int i = 0; i < RANDOM_WORDS; i++) {
        char word[9];
        (void)snprintf(word, sizeof word, "%08x", (unsigned)system_random());
        cs_write_string(&writer, word);
    }
}

enum connsync_status change_run(const struct cli_options *options, const struct connsync_job *job,
                                struct connsync_result *result)
{
    struct connsync_job copy = *job;
    char number[CONNSYNC_CORRELATION_ID_SIZE];

    change_forget();
    kept.safeguards = &options->safeguards;
    kept.tenant = &options->tenant;
    kept.says_off = options->says_off;
    last.has_backup = options->safeguards.backup != NULL;
    kept.job = job;
    make_correlation_id(number, options->safeguards.correlation_id);
    copy.correlation_id = number;
    copy.observer = observe;
    copy.shows_connection = options->safeguards.changes && !job->dry_run;
    enum connsync_status status = session_run(&copy, NULL, NULL);
    *result = *connsync_result(session_agent());
    if (result->writes > 0) {
        memcpy(last.correlation_id, number, sizeof number);
    }
    compare_names(result);
    bool is_loss = status == CONNSYNC_ERR_LOSS && result->lost + result->changed > 0;
    if (is_loss && options->safeguards.restore) {
        undo(result, number);
        result->requests += connsync_result(session_agent())->requests;
    }
    return status;
}
