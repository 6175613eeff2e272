/*
 * One job that may write: what is kept of `options` meanwhile, and what that is good for.
 * A backup before the write, the way back after a loss, the names of what differs, and the
 * number under which the tenant's log has the write.
 */
#ifndef CONNSYNC_CLI_CHANGE_H
#define CONNSYNC_CLI_CHANGE_H

#include "core/connsync.h"
#include "platform/posix/cli/job/names.h"
#include "platform/posix/cli/options/options.h"

#include <stdbool.h>

enum change_undo {
    CHANGE_UNDO_NOT_TRIED,
    CHANGE_RESTORED,
    CHANGE_NOT_RESTORED
};

/* What there is to say of the last job, beside its result. */
struct change {
    char correlation_id[CONNSYNC_CORRELATION_ID_SIZE]; /* "" if no write was sent */
    enum change_undo undo;
    enum connsync_status undo_status; /* why it was not restored */
    bool has_backup;                  /* was one to be made, so that restore can put it back? */
    const char *no_backup;            /* why there is none, or NULL */
    /* Are there names: of what a dry run or a restore would change (`is_plan`), or of what the
     * read-back after the write showed (--changes: `is_full`)? What the service recomputed is
     * named in any case. */
    bool has_names;
    bool is_plan;
    bool is_full;
    struct names names;
};

/* Whole connections, behind the texts of the three stages: the one that was read last, the one that a
 * write was decided on, and the one that was read back. */
enum {
    CHANGE_LATEST = 3,
    CHANGE_WHOLE_BEFORE,
    CHANGE_WHOLE_AFTER,
    CHANGE_TEXTS
};

/* Private: what is kept of a job that is under way. */
struct change_texts {
    const struct cli_safeguards *safeguards;
    const struct cli_tenant *tenant;
    const struct connsync_job *job; /* as it was given: another may observe as well */
    char *texts[CHANGE_TEXTS];      /* by enum connsync_stage, and as above; mappings */
    size_t lengths[CHANGE_TEXTS];
    bool seen[CHANGE_TEXTS];
    bool says_off;
    char number[CONNSYNC_CORRELATION_ID_SIZE];
};

/* Reads the file of patch or restore into the job. False with the options' message. */
bool change_read_file(struct cli_options *options);

/* Begins the job, which must outlive it. */
void change_begin(const struct cli_options *options, const struct connsync_job *job);

/* Waits for its end, and after a loss, with --restore, goes the way back. Its result goes to
 * `*result`. */
enum connsync_status change_end(struct connsync_result *result);

/* What is known of it until change_forget(). */
const struct change *change_last(void);

/* Wipes the texts of the last job, to which the names point. */
void change_forget(void);
/* Likewise the file. */
void change_free_file(const struct cli_options *options);

#endif
