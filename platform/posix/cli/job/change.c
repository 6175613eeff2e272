/* One job that may write, with the texts of `options` that it sees on the way. It decides about
 * backups, restoring and names; it prints nothing, which is report.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/job/change.h"

#include "core/auth0/auth0_connection.h"
#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/job/backup.h"
#include "platform/posix/cli/job/dashboard.h"
#include "platform/posix/cli/job/lane.h"
#include "platform/posix/cli/job/patch_file.h"
#include "platform/posix/cli/job/session.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

/* The longest `options` that the agent's block can hold. */
#define TEXT_MAX CONNSYNC_MEMORY_RECOMMENDED
/* Hexadecimal digits of a number that nobody else has, four times so many bits. */
#define RANDOM_WORDS 4

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
    char **place = &lane->texts.texts[stage];
    size_t length = lane->texts.lengths[stage];

    if (*place == NULL) {
        *place = mapping_new(TEXT_MAX);
    }
    if (*place == NULL || text.length > TEXT_MAX - length) {
        return false;
    }
    memcpy(*place + length, text.data, text.length);
    lane->texts.lengths[stage] = length + text.length;
    lane->texts.seen[stage] = true;
    return true;
}

static void forget(unsigned stage)
{
    if (lane->texts.texts[stage] != NULL) {
        cs_wipe(lane->texts.texts[stage], lane->texts.lengths[stage]);
    }
    lane->texts.lengths[stage] = 0;
    lane->texts.seen[stage] = false;
}

static bool keep(unsigned stage, struct cs_slice text)
{
    forget(stage);
    return append(stage, text);
}

/* What was read last is the connection of that kind. The one before it is written over. */
static void keep_latest_as(unsigned stage)
{
    char *text = lane->texts.texts[stage];

    forget(stage);
    lane->texts.texts[stage] = lane->texts.texts[CHANGE_LATEST];
    lane->texts.lengths[stage] = lane->texts.lengths[CHANGE_LATEST];
    lane->texts.seen[stage] = lane->texts.seen[CHANGE_LATEST];
    lane->texts.texts[CHANGE_LATEST] = text;
    lane->texts.lengths[CHANGE_LATEST] = 0;
    lane->texts.seen[CHANGE_LATEST] = false;
}

static struct cs_slice text_of(unsigned stage)
{
    return cs_slice_make(lane->texts.texts[stage], lane->texts.lengths[stage]);
}

static bool is_rewriting(void)
{
    return lane->texts.job->operation == &connsync_operation_patch ||
           lane->texts.job->operation == &connsync_operation_restore;
}

static bool shows_plan(void)
{
    return lane->texts.job->operation == &connsync_operation_restore ||
           (is_rewriting() && lane->texts.job->dry_run);
}

/* What the service recomputes is named after each write, and that takes the texts. */
static bool needs_texts(void)
{
    return !lane->texts.job->dry_run || shows_plan();
}

/* After a write that had no answer and no effect it is decided afresh: what is the same is
 * backed up already. */
static bool is_backed_up(struct cs_slice text)
{
    return lane->texts.seen[CONNSYNC_STAGE_BEFORE] &&
           cs_slice_equal(text_of(CONNSYNC_STAGE_BEFORE), text);
}

static enum connsync_status observe_before(struct cs_slice text)
{
    const struct cli_safeguards *safeguards = lane->texts.safeguards;
    const struct connsync_result *result = connsync_result(session_agent());

    if (lane->texts.job->operation == &connsync_operation_restore &&
        !backup_is_strategy(result->strategy)) {
        return CONNSYNC_REFUSED_OTHER_CONNECTION;
    }
    if (lane->texts.says_off && dashboard_is_enterprise(result->strategy)) {
        return CONNSYNC_REFUSED_WORD;
    }
    if (safeguards->backup != NULL && !lane->texts.job->dry_run && !is_backed_up(text) &&
        !backup_write(safeguards->backup, lane->texts.tenant, result, text)) {
        lane->change.no_backup = strerror(errno);
        return CONNSYNC_REFUSED_BACKUP;
    }
    lane->texts.seen[CONNSYNC_STAGE_AFTER] = false;
    lane->texts.seen[CHANGE_WHOLE_AFTER] = false;
    forget(CONNSYNC_STAGE_PLANNED); /* which follows, piece by piece */
    keep_latest_as(CHANGE_WHOLE_BEFORE);
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
        return keep(CHANGE_LATEST, text) ? CONNSYNC_OK : CONNSYNC_ERR_MEMORY;
    }
    if (stage == CONNSYNC_STAGE_AFTER) {
        keep_latest_as(CHANGE_WHOLE_AFTER);
        return keep(stage, text) ? CONNSYNC_OK : CONNSYNC_ERR_MEMORY;
    }
    if (stage == CONNSYNC_STAGE_PLANNED) {
        return !needs_texts() || append(stage, text) ? CONNSYNC_OK : CONNSYNC_ERR_MEMORY;
    }
    if (lane->texts.job->observer != NULL) {
        enum connsync_status status =
            lane->texts.job->observer(lane->texts.job->observer_context, stage, options, length);
        if (status != CONNSYNC_OK) {
            return status;
        }
    }
    return observe_before(text);
}

void change_forget(void)
{
    for (int i = 0; i < CHANGE_TEXTS; i++) {
        if (lane->texts.texts[i] != NULL) {
            cs_wipe(lane->texts.texts[i], lane->texts.lengths[i]);
            mapping_free(lane->texts.texts[i], TEXT_MAX);
        }
    }
    memset(&lane->texts, 0, sizeof lane->texts);
    memset(&lane->change, 0,
           offsetof(struct change, names.items)); /* they take pages if they are touched */
}

const struct change *change_last(void)
{
    return &lane->change;
}

/* ---- After the job ---- */

/* What the read-back after the write found, of all kinds or of the service's own alone. */
static bool compare_found(struct names_texts texts, bool derived_only)
{
    bool is_planned = lane->texts.seen[CONNSYNC_STAGE_PLANNED];

    texts.wanted = text_of(is_planned ? CONNSYNC_STAGE_PLANNED : CONNSYNC_STAGE_BEFORE);
    texts.after = text_of(CONNSYNC_STAGE_AFTER);
    texts.derived_only = derived_only;
    return names_compare(&lane->change.names, &texts);
}

/* What a write would change, or, of a restore, has changed. */
static bool compare_plan(struct names_texts texts)
{
    texts.wanted = texts.before;
    texts.after = text_of(CONNSYNC_STAGE_PLANNED);
    texts.is_plan = true;
    return names_compare(&lane->change.names, &texts);
}

/* And beside `options`. */
static bool compare_beside(void)
{
    struct names_texts texts;

    memset(&texts, 0, sizeof texts);
    texts.before = text_of(CHANGE_WHOLE_BEFORE);
    texts.wanted = texts.before;
    texts.after = text_of(CHANGE_WHOLE_AFTER);
    texts.except = "options";
    texts.is_beside = true;
    return names_compare(&lane->change.names, &texts);
}

/* What the service recomputed is looked for only where the job counted any. */
static bool compare_read_back(struct names_texts texts, const struct connsync_result *result)
{
    if (lane->change.is_full) {
        return compare_found(texts, false) && compare_beside();
    }
    return result->derived == 0 || compare_found(texts, true);
}

static void compare_names(const struct connsync_result *result)
{
    bool is_found = lane->texts.seen[CONNSYNC_STAGE_AFTER];
    bool is_full = is_found && lane->texts.safeguards->changes;
    struct names_texts texts;

    memset(&texts, 0, sizeof texts);
    if (!lane->texts.seen[CONNSYNC_STAGE_BEFORE]) {
        return;
    }
    texts.before = text_of(CONNSYNC_STAGE_BEFORE);
    texts.except = is_rewriting() ? NULL : CS_AUTH0_SETTING;
    texts.yields = lane->texts.job->operation == &connsync_operation_restore;
    lane->change.is_plan = shows_plan() && !is_full;
    lane->change.is_full = is_full;
    if (is_found) {
        lane->change.has_names = compare_read_back(texts, result);
    }
    if (lane->change.is_plan) {
        lane->change.has_names = compare_plan(texts) || lane->change.has_names;
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
    return lane->texts.seen[CONNSYNC_STAGE_AFTER]
               ? names_same(text_of(CONNSYNC_STAGE_AFTER), cs_slice_make(options, length))
               : CONNSYNC_ERR_MEMORY;
}

/* One attempt, verified like any other write. Who interrupts a write would have it end well:
 * the bytes that are to be put back may be nowhere else. Where nothing is left to put back,
 * somebody has written since, or an old replica has answered. */
static void undo(const struct connsync_result *result, const char *correlation_id)
{
    struct connsync_job job = *lane->texts.job;
    struct cs_slice before = text_of(CONNSYNC_STAGE_BEFORE);

    job.operation = &connsync_operation_restore;
    job.connection = result->id;
    job.document = before.data;
    job.document_length = before.length;
    job.correlation_id = correlation_id;
    job.observer = observe_undo;
    lane->change.undo_status = session_run_on(&job);
    if (connsync_result(session_agent())->outcome == CONNSYNC_UNCHANGED) {
        lane->change.undo_status = CONNSYNC_REFUSED_CHANGED;
    }
    lane->change.undo =
        lane->change.undo_status == CONNSYNC_OK ? CHANGE_RESTORED : CHANGE_NOT_RESTORED;
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

void change_begin(const struct cli_options *options, const struct connsync_job *job)
{
    struct change_texts *texts = &lane->texts;
    struct connsync_job copy = *job;

    change_forget();
    texts->safeguards = &options->safeguards;
    texts->tenant = &options->tenant;
    texts->says_off = options->says_off;
    texts->job = job;
    lane->change.has_backup = options->safeguards.backup != NULL;
    make_correlation_id(texts->number, options->safeguards.correlation_id);
    copy.correlation_id = texts->number;
    copy.observer = observe;
    copy.shows_connection = options->safeguards.changes && !job->dry_run;
    session_begin(&copy, NULL, NULL);
}

enum connsync_status change_end(struct connsync_result *result)
{
    struct change_texts *texts = &lane->texts;
    enum connsync_status status = session_end();

    *result = *connsync_result(session_agent());
    if (result->writes > 0) {
        memcpy(lane->change.correlation_id, texts->number, sizeof texts->number);
    }
    compare_names(result);
    bool is_loss = status == CONNSYNC_ERR_LOSS && result->lost + result->changed > 0;
    if (is_loss && texts->safeguards->restore) {
        undo(result, texts->number);
        result->requests += connsync_result(session_agent())->requests;
    }
    return status;
}
