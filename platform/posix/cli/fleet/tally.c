/* Counts, the worst exit code, and both in one phrase. Which code a status has is config/'s. */
#include "platform/posix/cli/fleet/tally.h"

#include "config/exit_code.h"
#include "core/base/text.h"

#include <string.h>

void tally_count(struct tally *tally, enum connsync_outcome outcome)
{
    switch (outcome) {
    case CONNSYNC_UNCHANGED:
        tally->unchanged++;
        break;
    case CONNSYNC_CHANGED:
        tally->changed++;
        break;
    case CONNSYNC_WOULD_CHANGE:
        tally->would_change++;
        break;
    case CONNSYNC_REFUSED:
        tally->refused++;
        break;
    default:
        tally->failed++;
        break;
    }
}

bool tally_is_whole(const struct tally *tally)
{
    return tally->broke_off == CONNSYNC_OK && tally->failed == 0 && tally->unread == 0 &&
           tally->unmatched == 0;
}

void tally_worsen(struct tally *tally, int code)
{
    static const unsigned char rising[] = {
        CS_EXIT_DONE,         CS_EXIT_DRIFT,   CS_EXIT_NO_CONNECTION, CS_EXIT_REFUSED,
        CS_EXIT_RATE_LIMITED, CS_EXIT_FAILURE, CS_EXIT_TLS,           CS_EXIT_CREDENTIALS,
        CS_EXIT_VERIFY,       CS_EXIT_USAGE};
    const unsigned char *now = memchr(rising, tally->exit_code, sizeof rising);
    const unsigned char *then = memchr(rising, code, sizeof rising);

    if (then == NULL || now == NULL || then > now) {
        tally->exit_code = code;
    }
}

static void add(struct cs_writer *writer, uint64_t count, const char *text)
{
    if (writer->length > 0) {
        cs_write_string(writer, ", ");
    }
    cs_write_u64(writer, count);
    cs_write_string(writer, text);
}

static void add_some(struct cs_writer *writer, uint64_t count, const char *text)
{
    if (count > 0) {
        add(writer, count, text);
    }
}

static void add_end_of_list(struct cs_writer *writer, const struct tally *tally)
{
    cs_write_string(writer, tally->seen == 0 ? "none was listed (" : "not all were listed (");
    cs_write_string(writer, connsync_status_name(tally->broke_off));
    cs_write_string(writer, ")");
}

void tally_write(const struct tally *tally, char *out, size_t size)
{
    struct cs_writer writer;
    /* Without the whole list a nought would say what nobody knows. */
    void (*add_known)(struct cs_writer *, uint64_t, const char *) = add;

    cs_writer_init(&writer, out, size);
    if (tally->broke_off != CONNSYNC_OK) {
        add_end_of_list(&writer, tally);
        add_known = add_some;
    }
    add_some(&writer, tally->would_change, " would change");
    add_some(&writer, tally->changed, " changed");
    add_known(&writer, tally->unchanged, " in sync");
    add_known(&writer, tally->refused, " refused");
    add_known(&writer, tally->failed, " failed");
    add_some(&writer, tally->skipped, " cannot carry the setting");
    add_some(&writer, tally->unnamed, " not named by the file");
    add_some(&writer, tally->unmatched,
             tally->unmatched == 1 ? " entry matches no connection"
                                   : " entries match no connection");
    add(&writer, tally->requests, tally->requests == 1 ? " request" : " requests");
    if (tally->no_plan) {
        cs_write_string(&writer, ", no plan written");
    }
}

static void write_count(FILE *out, const char *name, uint64_t value)
{
    (void)fprintf(out, "\"%s\":%llu,", name, (unsigned long long)value);
}

void tally_write_members(FILE *out, const struct tally *tally)
{
    (void)fprintf(out, "\"exit\":%d,", tally->exit_code);
    write_count(out, "seen", tally->seen);
    write_count(out, "unchanged", tally->unchanged);
    write_count(out, "changed", tally->changed);
    write_count(out, "refused", tally->refused);
    write_count(out, "failed", tally->failed);
    write_count(out, "skipped", tally->skipped);
    write_count(out, "unnamed", tally->unnamed);
    write_count(out, "unmatched", tally->unmatched);
    write_count(out, "requests", tally->requests);
}
