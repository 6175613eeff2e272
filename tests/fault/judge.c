/* Holds what a job says at its end against what became of the connection, and against the model. */
#include "tests/fault/world_state.h"

/* What is left of a job's time when another read would not fit any more. */
#define LAST_PAUSE_MS 450
/* So many are tried, whatever time is left. */
#define REQUESTS_MANY 10

static enum model_end end_of(const struct connsync_result *result, enum connsync_status status)
{
    switch (status) {
    case CONNSYNC_OK:
        return result->outcome == CONNSYNC_CHANGED ? MODEL_END_CHANGED : MODEL_END_UNCHANGED;
    case CONNSYNC_ERR_LOSS:
        return MODEL_END_LOSS;
    case CONNSYNC_ERR_NOT_APPLIED:
        return MODEL_END_NOT_APPLIED;
    case CONNSYNC_ERR_UNVERIFIED:
        return MODEL_END_UNVERIFIED;
    default:
        return MODEL_END_NOT_WRITTEN;
    }
}

bool world_is_untouched(void)
{
    const struct world_version *now = &world.versions[world.current];
    struct world_options wanted = world_wanted(now->options);

    for (unsigned i = 0; i < world.write_count; i++) {
        const struct world_write *write = &world.writes[i];
        if (write->is_of_undo == world.is_undo && world_is_open(write)) {
            return false;
        }
    }
    return !now->has_ours || !world_is_same(wanted, now->options);
}

/* Of the basis, the members that no write was to change. */
static uint32_t count_staying(void)
{
    struct world_options was = world.basis;
    struct world_options wanted = world_wanted(was);

    bool scope_stays = was.scope && wanted.scope;
    bool setting_stays = was.setting != 0 && was.setting == wanted.setting;

    return (was.secret == wanted.secret ? 1u : 0u) + (was.number == wanted.number ? 1u : 0u) +
           (scope_stays ? 1u : 0u) + (setting_stays ? 1u : 0u);
}

/* Was what is called verified read after the write, and compared member by member? */
static bool is_verified(const struct connsync_result *result)
{
    return world.last_read.is_there && world.has_written && result->write == CONNSYNC_WRITTEN &&
           world_is_same(world.last_read.options, world_wanted(world.basis)) &&
           result->verified == count_staying() + world_more_members();
}

static bool is_as_wanted(const struct connsync_result *result)
{
    return result->write == CONNSYNC_NOT_WRITTEN && world.last_read.is_there &&
           world_is_same(world.last_read.options, world_wanted(world.last_read.options));
}

/*
 * Where a write is open, and what kept it from being settled may pass, is read until the time is
 * over: but for what is too short for a pause and a request. Cancelled jobs end before, and who has
 * seen a change of somebody else undone has no more to find out.
 */
static bool has_left_time(const struct connsync_result *result)
{
    static const enum connsync_status passing[] = {CONNSYNC_ERR_RESET, CONNSYNC_ERR_TIMEOUT,
                                                   CONNSYNC_ERR_SERVER, CONNSYNC_ERR_HTTP_SYNTAX};
    bool passes = false;

    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++) {
        passes = passes || result->cause == passing[i];
    }
    return passes && !world.is_cancelled && result->requests < REQUESTS_MANY &&
           world.now + LAST_PAUSE_MS < world.deadline;
}

void world_judge(const struct connsync_result *result, enum connsync_status status)
{
    enum model_end end = end_of(result, status);

    world_counts.ends[end]++;
    world_tell("the end: %s, write %d (known: %s)", connsync_status_name(status), result->write,
               model_state_name());
    if (result->write == CONNSYNC_NOT_WRITTEN && !world_is_untouched()) {
        world_set_fault(WORLD_NOT_WRITTEN);
    }
    if (end == MODEL_END_CHANGED && !is_verified(result)) {
        world_set_fault(WORLD_VERIFIED);
    }
    if (end == MODEL_END_UNCHANGED && !is_as_wanted(result)) {
        world_set_fault(WORLD_UNCHANGED);
    }
    if (end == MODEL_END_UNVERIFIED && has_left_time(result)) {
        world_set_fault(WORLD_GAVE_UP);
    }
    if (!model_may_say(end) ||
        (end == MODEL_END_NOT_WRITTEN) !=
            (result->write == CONNSYNC_NOT_WRITTEN && status != CONNSYNC_OK)) {
        world_set_fault(WORLD_SAID);
    }
}

void world_judge_restored(void)
{
    bool is_settled = true;

    for (unsigned i = 0; i < world.write_count; i++) {
        const struct world_write *write = &world.writes[i];
        is_settled =
            is_settled && (!world_is_open(write) || world_is_same(write->options, world.document));
    }
    if (!is_settled || !world.has_written || !world.last_read.is_there ||
        !world_is_same(world.last_read.options, world.document)) {
        world_set_fault(WORLD_RESTORED);
    }
}
