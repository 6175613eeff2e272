/* Backups, written and read. When one is made and what is restored from it is change.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/job/backup.h"

#include "core/json/json.h"
#include "platform/posix/cli/base/atomic_file.h"
#include "platform/posix/cli/base/digest.h"
#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/base/json_out.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/options/resolve.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define VERSION 2u
/* Its digest is of `options` alone. */
#define VERSION_BEFORE 1u
/* What surrounds `options` takes far less. */
#define TEXT_MAX (CONNSYNC_MEMORY_RECOMMENDED + 65536u)
/* Of one connection in one second. */
#define BACKUPS_MAX 1000u

/* All that a backup says. */
struct contents {
    char domain[CLI_DOMAIN_SIZE];
    char made[LOG_TIME_SIZE];
    char id[CONNSYNC_ID_SIZE];
    char name[CONNSYNC_NAME_SIZE];
    char strategy[CONNSYNC_STRATEGY_SIZE];
    struct cs_slice options;
};

static char *text;
static size_t text_length;
static struct contents restored; /* what restore reads */

static void write_digest(char hex[DIGEST_HEX_SIZE], const struct contents *contents)
{
    const struct cs_slice pieces[] = {
        cs_slice_with_nul(contents->domain),   cs_slice_with_nul(contents->made),
        cs_slice_with_nul(contents->id),       cs_slice_with_nul(contents->name),
        cs_slice_with_nul(contents->strategy), contents->options};
    uint8_t digest[DIGEST_SIZE];

    digest_of_pieces(digest, pieces, sizeof pieces / sizeof pieces[0]);
    digest_write_hex(hex, digest);
}

/* ---- Writing ---- */

/* What a service may put into these texts and a file cannot hold as it is: a name may have
 * half a character. */
static void make_plain(char *plain, bool for_path)
{
    for (; *plain != '\0'; plain++) {
        bool odd = (unsigned char)*plain < ' ' || (unsigned char)*plain > '~';
        if (odd || (for_path && strchr("/.", *plain) != NULL)) {
            *plain = '_';
        }
    }
}

static void fill(struct contents *contents, const struct cli_tenant *tenant,
                 const struct connsync_result *result, struct cs_slice value)
{
    cli_write_domain(contents->domain, tenant);
    log_time(contents->made, log_utc_now());
    memcpy(contents->id, result->id, sizeof contents->id);
    memcpy(contents->name, result->name, sizeof contents->name);
    memcpy(contents->strategy, result->strategy, sizeof contents->strategy);
    make_plain(contents->id, false);
    make_plain(contents->name, false);
    make_plain(contents->strategy, false);
    contents->options = value;
}

static void write_text(FILE *out, const struct contents *contents)
{
    char hex[DIGEST_HEX_SIZE];

    /* What it would keep in memory of its own would stay there. */
    (void)setvbuf(out, NULL, _IONBF, 0);
    write_digest(hex, contents);
    (void)fprintf(out, "{\"connsync_backup\":%u,", VERSION);
    json_out_member(out, "domain", contents->domain);
    json_out_member(out, "made", contents->made);
    (void)putc('\n', out);
    json_out_member(out, "id", contents->id);
    json_out_member(out, "name", contents->name);
    json_out_member(out, "strategy", contents->strategy);
    (void)putc('\n', out);
    json_out_member(out, "sha256", hex);
    (void)fputs("\n\"options\":", out);
    (void)fwrite(contents->options.data, 1, contents->options.length, out);
    (void)fputs("}\n", out);
}

/* DIR/ID-TIME.json, and with a number if that is taken. */
static bool commit(struct atomic_file *file, const char *stem)
{
    char path[PATH_MAX];

    for (unsigned number = 1; number <= BACKUPS_MAX; number++) {
        int length = number == 1 ? snprintf(path, sizeof path, "%s.json", stem)
                                 : snprintf(path, sizeof path, "%s-%u.json", stem, number);
        if (length < 0 || (size_t)length >= sizeof path) {
            errno = ENAMETOOLONG;
            return false;
        }
        if (atomic_file_commit_new(file, path)) {
            return true;
        }
        if (errno != EEXIST) {
            return false;
        }
    }
    return false;
}

bool backup_write(const char *directory, const struct cli_tenant *tenant,
                  const struct connsync_result *result, struct cs_slice value)
{
    struct atomic_file file;
    struct contents contents;
    char stem[PATH_MAX];
    char plain[CONNSYNC_ID_SIZE];

    fill(&contents, tenant, result, value);
    memcpy(plain, result->id, sizeof plain);
    make_plain(plain, true);
    int length = snprintf(stem, sizeof stem, "%s/%s-%s", directory, plain, contents.made);
    if (length < 0 || (size_t)length >= sizeof stem) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (!atomic_file_begin(&file, stem)) {
        return false;
    }
    write_text(file.out, &contents);
    bool written = commit(&file, stem);
    int error = errno;
    atomic_file_abandon(&file);
    errno = error;
    return written;
}

/* ---- Reading ---- */

static bool read_string(struct cs_slice backup, const char *name, char *out, size_t size)
{
    return cs_value_decode(cs_json_member(backup, name), out, size);
}

static const char *check_whole(struct cs_slice backup, struct contents *contents)
{
    char hex[DIGEST_HEX_SIZE];

    if (!read_string(backup, "made", contents->made, sizeof contents->made) ||
        !read_string(backup, "name", contents->name, sizeof contents->name)) {
        return "is damaged: it lacks what every backup has";
    }
    write_digest(hex, contents);
    return cs_value_string_is(cs_json_member(backup, "sha256"), hex)
               ? NULL
               : "is damaged: it is not as it was written";
}

static const char *check_options(struct cs_slice backup, const struct contents *contents)
{
    uint8_t digest[DIGEST_SIZE];
    char hex[DIGEST_HEX_SIZE];

    digest_of(digest, contents->options.data, contents->options.length);
    digest_write_hex(hex, digest);
    return cs_value_string_is(cs_json_member(backup, "options_sha256"), hex)
               ? NULL
               : "is damaged: its options are not those that were written";
}

/* Why it is no backup; NULL when it is one. */
static const char *read_contents(struct cs_slice backup, uint64_t version,
                                 struct contents *contents)
{
    contents->options = cs_json_member(backup, "options");
    if (!cs_value_is_object(contents->options)) {
        return "is damaged: it has no options";
    }
    if (!read_string(backup, "id", contents->id, sizeof contents->id) ||
        strncmp(contents->id, "con_", 4) != 0 ||
        !read_string(backup, "strategy", contents->strategy, sizeof contents->strategy)) {
        return "is damaged: it names no connection";
    }
    if (!read_string(backup, "domain", contents->domain, sizeof contents->domain)) {
        return "is damaged: it names no domain";
    }
    return version == VERSION ? check_whole(backup, contents) : check_options(backup, contents);
}

/* Why it is no backup for this tenant; NULL when it is one. */
static const char *check(const struct cli_options *options)
{
    struct cs_slice backup = cs_slice_make(text, text_length);
    struct cs_json_facts facts;
    char ours[CLI_DOMAIN_SIZE];
    uint64_t version = 0;

    if (cs_json_check(backup, &facts) != CONNSYNC_OK) {
        return "is damaged: it is not strict JSON, or is too large";
    }
    if (!cs_slice_to_u64(cs_json_member(backup, "connsync_backup"), &version) ||
        (version != VERSION && version != VERSION_BEFORE)) {
        return "is not a backup of this version of connsync";
    }
    const char *reason = read_contents(backup, version, &restored);
    if (reason != NULL) {
        return reason;
    }
    cli_write_domain(ours, &options->tenant);
    if (strcmp(restored.domain, ours) != 0) {
        return "is of another domain";
    }
    if (version == VERSION_BEFORE) {
        log_format(
            LOG_NOTE,
            "the backup %.200s is of an older connsync: its digest covers its options alone, "
            "not whose they are",
            options->file);
    }
    return NULL;
}

bool backup_read(struct cli_options *options)
{
    text = mapping_new(TEXT_MAX);
    ssize_t length = text != NULL ? file_read(options->file, text, TEXT_MAX) : -1;

    if (length < 0) {
        (void)cli_wrong(&options->message, "cannot read the backup %.200s: %s", options->file,
                        strerror(errno));
        return false;
    }
    text_length = (size_t)length;
    const char *reason = check(options);
    if (reason != NULL) {
        (void)cli_wrong(&options->message, "the backup %.200s %s", options->file, reason);
        return false;
    }
    options->job.connection = restored.id;
    options->job.document = restored.options.data;
    options->job.document_length = restored.options.length;
    return true;
}

bool backup_is_strategy(const char *given)
{
    char plain[CONNSYNC_STRATEGY_SIZE];

    (void)snprintf(plain, sizeof plain, "%s", given);
    make_plain(plain, false);
    return strcmp(plain, restored.strategy) == 0;
}

void backup_free(void)
{
    if (text != NULL) {
        cs_wipe(text, text_length);
    }
    mapping_free(text, TEXT_MAX);
    text = NULL;
}
