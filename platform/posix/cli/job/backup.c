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

#define VERSION 1u
/* What surrounds `options` takes far less. */
#define TEXT_MAX (CONNSYNC_MEMORY_RECOMMENDED + 65536u)
/* Of one connection in one second. */
#define BACKUPS_MAX 1000u

static char *text;
static size_t text_length;
static char id[CONNSYNC_ID_SIZE];
static char strategy[CONNSYNC_STRATEGY_SIZE];

static void write_hex(char hex[DIGEST_HEX_SIZE], struct cs_slice options)
{
    uint8_t digest[DIGEST_SIZE];

    digest_of(digest, options.data, options.length);
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

static void write_text(FILE *out, const struct cli_tenant *tenant,
                       const struct connsync_result *result, const char *made,
                       struct cs_slice value)
{
    struct connsync_result plain = *result;
    char domain[CLI_DOMAIN_SIZE];
    char hex[DIGEST_HEX_SIZE];

    /* What it would keep in memory of its own would stay there. */
    (void)setvbuf(out, NULL, _IONBF, 0);
    make_plain(plain.id, false);
    make_plain(plain.name, false);
    make_plain(plain.strategy, false);
    cli_write_domain(domain, tenant);
    write_hex(hex, value);
    (void)fprintf(out, "{\"connsync_backup\":%u,", VERSION);
    json_out_member(out, "domain", domain);
    json_out_member(out, "made", made);
    (void)putc('\n', out);
    json_out_member(out, "id", plain.id);
    json_out_member(out, "name", plain.name);
    json_out_member(out, "strategy", plain.strategy);
    (void)putc('\n', out);
    json_out_member(out, "options_sha256", hex);
    (void)fputs("\n\"options\":", out);
    (void)fwrite(value.data, 1, value.length, out);
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
    char stem[PATH_MAX];
    char plain[CONNSYNC_ID_SIZE];
    char made[LOG_TIME_SIZE];

    memcpy(plain, result->id, sizeof plain);
    make_plain(plain, true);
    log_time(made, log_utc_now());
    int length = snprintf(stem, sizeof stem, "%s/%s-%s", directory, plain, made);
    if (length < 0 || (size_t)length >= sizeof stem) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (!atomic_file_begin(&file, stem)) {
        return false;
    }
    write_text(file.out, tenant, result, made, value);
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

/* Why it is no backup for this tenant; NULL when it is one. */
static const char *check(const struct cli_tenant *tenant, struct connsync_job *job)
{
    struct cs_slice backup = cs_slice_make(text, text_length);
    struct cs_json_facts facts;
    char ours[CLI_DOMAIN_SIZE];
    char domain[CLI_DOMAIN_SIZE];
    char hex[DIGEST_HEX_SIZE];
    uint64_t version = 0;

    if (cs_json_check(backup, &facts) != CONNSYNC_OK) {
        return "is damaged: it is not strict JSON, or is too large";
    }
    if (!cs_slice_to_u64(cs_json_member(backup, "connsync_backup"), &version) ||
        version != VERSION) {
        return "is not a backup of this version of connsync";
    }
    struct cs_slice value = cs_json_member(backup, "options");
    write_hex(hex, value);
    if (!cs_value_is_object(value) ||
        !cs_value_string_is(cs_json_member(backup, "options_sha256"), hex)) {
        return "is damaged: its options are not those that were written";
    }
    if (!read_string(backup, "id", id, sizeof id) || strncmp(id, "con_", 4) != 0 ||
        !read_string(backup, "strategy", strategy, sizeof strategy)) {
        return "is damaged: it names no connection";
    }
    cli_write_domain(ours, tenant);
    if (!read_string(backup, "domain", domain, sizeof domain) || strcmp(domain, ours) != 0) {
        return "is of another domain";
    }
    job->connection = id;
    job->document = value.data;
    job->document_length = value.length;
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
    const char *reason = check(&options->tenant, &options->job);
    if (reason != NULL) {
        (void)cli_wrong(&options->message, "the backup %.200s %s", options->file, reason);
    }
    return reason == NULL;
}

bool backup_is_strategy(const char *given)
{
    char plain[CONNSYNC_STRATEGY_SIZE];

    (void)snprintf(plain, sizeof plain, "%s", given);
    make_plain(plain, false);
    return strcmp(plain, strategy) == 0;
}

void backup_free(void)
{
    if (text != NULL) {
        cs_wipe(text, text_length);
    }
    mapping_free(text, TEXT_MAX);
    text = NULL;
}
