/* Looks for the first end among the roots. Which are used is session.c's to decide. */
#include "platform/posix/cli/job/roots.h"

#include "core/tls/certificate.h"
#include "core/tls/certificate_trouble.h"
#include "platform/posix/cli/base/log.h"

#define DAY_S 86400

static struct cs_slice roots;

void roots_use(struct cs_slice certificates)
{
    roots = certificates;
}

bool roots_first_end(int64_t now, struct roots_end *end)
{
    struct cs_slice rest = roots;
    struct cs_certificate root;
    bool found = false;

    while (cs_certificate_next(&rest, &root)) {
        int64_t from = 0;
        int64_t until = 0;
        if (cs_certificate_dates(&root, &from, &until) && (!found || until < end->until)) {
            found = true;
            end->until = until;
            cs_certificate_name(end->subject, root.subject);
        }
    }
    end->days = found ? (end->until - now) / DAY_S : 0;
    return found;
}

void roots_warn(int64_t now)
{
    static int64_t warned_on; /* a day: watch does not say it with each run */
    struct roots_end end;
    char until[LOG_TIME_SIZE];

    if (now / DAY_S == warned_on || !roots_first_end(now, &end) || end.days >= ROOTS_WARNING_DAYS) {
        return;
    }
    warned_on = now / DAY_S;
    log_time(until, end.until);
    log_format(LOG_NOTE,
               "the compiled-in root %s ends on %.10s: get a newer connsync, or name roots with "
               "--ca-file",
               end.subject, until);
}
