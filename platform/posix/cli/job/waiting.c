/* One line of progress for a pause. How long one is, is the core's to decide. */
#include "platform/posix/cli/job/waiting.h"

#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/system.h"

/* A shorter one is over before it is read. */
#define TOLD_MS 1000u
#define HTTP_TOO_MANY_REQUESTS 429

static bool is_shown;

static bool is_for_rate(const struct connsync_result *result, const struct connsync_pace *pace)
{
    for (size_t i = 0; i < CONNSYNC_PACE_BUCKETS; i++) {
        if (pace->buckets[i].waited) {
            return true;
        }
    }
    return result->http_status == HTTP_TOO_MANY_REQUESTS || pace->next_at > system_now_ms();
}

void waiting_tell(const struct connsync_wait *wait, const struct connsync_result *result,
                  const struct connsync_pace *pace)
{
    uint64_t now = system_now_ms();

    if (wait->readable || wait->writable || wait->until_ms < now + TOLD_MS) {
        return;
    }
    is_shown = true;
    log_progress(now, "connsync: waiting %llu s %s",
                 (unsigned long long)((wait->until_ms - now + 999) / 1000),
                 is_for_rate(result, pace) ? "for the rate limit" : "before another try");
}

void waiting_end(void)
{
    if (is_shown) {
        log_clear_progress();
    }
    is_shown = false;
}
