/* The clock, the connection, and what becomes of it beside our requests. */
#include "tests/fault/world.h"

#include "tests/fault/choices.h"
#include "tests/fault/model.h"
#include "tests/fault/world_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OTHERS_MAX 2
#define PATCHED_NUMBER 7
#define TOUCHED_NUMBER 9

static const struct world_options at_first = {.secret = 0, .number = 1, .scope = true};
static const struct world_options backup = {.secret = 0, .number = PATCHED_NUMBER};

struct world world;
struct world_counts world_counts;

const char *world_fault_name(enum world_fault fault)
{
    static const char *const names[WORLD_FAULTS] = {
        [WORLD_NO_FAULT] = "none",
        [WORLD_UNREAD] = "written without a read directly before",
        [WORLD_OTHER_BODY] = "written what the read before does not make",
        [WORLD_UNJUDGED] = "undone over something that was not judged",
        [WORLD_CROSSING] = "written while another write, that says something else, may land",
        [WORLD_UNKNOWN] = "done what the model does not know",
        [WORLD_OVERWRITTEN] = "overwritten a change that was made before the read",
        [WORLD_NOT_WRITTEN] = "said \"not written\", and a write took effect or may",
        [WORLD_VERIFIED] = "said \"verified\" of what was not compared",
        [WORLD_UNCHANGED] = "said \"unchanged\" of what is not as wanted",
        [WORLD_RESTORED] = "said \"restored\", and it is not so or may not stay so",
        [WORLD_MODEL] = "the model allows to say \"not written\", and it is not so",
        [WORLD_SAID] = "said what the model does not allow",
        [WORLD_GAVE_UP] = "ended unverified with time left",
    };

    return names[fault];
}

void world_set_fault(enum world_fault fault)
{
    world_tell("  *** %s", world_fault_name(fault));
    if (world.fault == WORLD_NO_FAULT) {
        world.fault = fault;
        world_counts.faults[fault]++;
    }
}

void world_give_up(const char *why)
{
    (void)fprintf(stderr, "%s; the first fault of this run: %s\n", why,
                  world_fault_name(world.fault));
    exit(2);
}

enum world_fault world_fault(void)
{
    return world.fault;
}

void world_tell(const char *format, ...)
{
    va_list arguments;

    if (!world.is_told) {
        return;
    }
    (void)printf("%8.3f ", (double)world.now / 1000);
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)putchar('\n');
}

unsigned world_odd(unsigned count)
{
    unsigned what = world.budget > 0 ? choices_take(count + 1) : 0;

    world.budget -= what > 0;
    return what;
}

uint64_t world_now(void)
{
    return world.now;
}

void world_sleep_until(uint64_t until)
{
    world.now = until > world.now ? until : world.now;
}

void world_begin(enum world_task task, unsigned budget, bool is_told)
{
    memset(&world, 0, sizeof world);
    world.task = task;
    world.budget = budget;
    world.is_told = is_told;
    world.now = 1000;
    world.versions[0].options = at_first;
    world.document = backup;
    world_counts.runs++;
}

void world_note_cancelled(void)
{
    world.is_cancelled = true;
}

void world_begin_job(bool is_undo, uint32_t timeout_ms)
{
    if (is_undo) {
        world.document = world.basis;
        world.judged = world.last_read.options;
    }
    world.is_undo = is_undo;
    world.deadline = world.now + timeout_ms;
    world.has_written = false;
    world.last_read.is_there = false;
    world.may_land_until = 0;
    for (unsigned i = 0; i <= world.current; i++) {
        world.versions[i].has_ours = false;
    }
    model_begin();
}

/* ---- Options ---- */

bool world_is_same(struct world_options one, struct world_options other)
{
    return one.secret == other.secret && one.number == other.number && one.scope == other.scope &&
           one.setting == other.setting;
}

struct world_options world_wanted(struct world_options options)
{
    if (world.is_undo || world.task == WORLD_RESTORE) {
        return world.document;
    }
    if (world.task == WORLD_PATCH) {
        options.number = PATCHED_NUMBER;
        options.scope = false;
    } else {
        options.setting = CONNSYNC_NEVER_ON_LOGIN;
    }
    return options;
}

size_t world_print(struct world_options options, char out[WORLD_OPTIONS_SIZE])
{
    char setting[64] = "";

    if (options.setting != 0) {
        (void)snprintf(setting, sizeof setting, ",\"set_user_root_attributes\":\"%s\"",
                       connsync_setting_name((enum connsync_setting)options.setting));
    }
    return (size_t)snprintf(out, WORLD_OPTIONS_SIZE, "{\"client_secret\":\"s%u\",\"n\":%u%s%s}",
                            options.secret, options.number,
                            options.scope ? ",\"scope\":[\"a\"]" : "", setting);
}

/* ---- What becomes of the connection ---- */

static void add_version(struct world_options options, bool by_others, bool has_ours,
                        uint64_t shown_by)
{
    if (++world.current == VERSIONS_MAX) {
        world_give_up("too many versions");
    }
    world.versions[world.current].options = options;
    world.versions[world.current].by_others = by_others;
    world.versions[world.current].has_ours = has_ours;
    world.versions[world.current].shown_by = shown_by;
}

bool world_may_land(const struct world_write *write, uint64_t since)
{
    return write->fate == WORLD_PENDING && since < write->sent_at + WORLD_LANDS_WITHIN_MS;
}

bool world_is_open(const struct world_write *write)
{
    return !write->is_acknowledged && world_may_land(write, world.now);
}

/* ---- What a write overwrites ---- */

uint8_t world_value(struct world_options options, enum world_member member)
{
    const uint8_t values[WORLD_MEMBERS] = {options.secret, options.number, options.scope,
                                           options.setting};

    return values[member];
}

/* Does it put another value in the place of what is there, and was that not in the read that
 * it was made of? */
static bool overwrites(const struct world_write *write, enum world_member member)
{
    uint8_t now = world_value(world.versions[world.current].options, member);
    uint8_t read = world_value(write->basis.options, member);
    uint8_t says = world_value(write->options, member);
    bool is_meant = now == read && says == world_value(write->expected, member);

    return now != says && !(write->basis.is_there && is_meant);
}

/* The version in which a member got the value that it has. */
static unsigned origin_of(enum world_member member)
{
    unsigned i = world.current;
    uint8_t now = world_value(world.versions[i].options, member);

    while (i > 0 && world_value(world.versions[i - 1].options, member) == now) {
        i--;
    }
    return i;
}

/*
 * What a write overwrites of others was written behind the read that is the request directly in
 * front of it, and in front of its taking effect. An old replica shows less than there was when it
 * was asked.
 */
static void look_at_overwritten(const struct world_write *write, bool is_late)
{
    for (int member = 0; member < WORLD_MEMBERS; member++) {
        unsigned origin = origin_of((enum world_member)member);
        if (!overwrites(write, (enum world_member)member) || !world.versions[origin].by_others) {
            continue;
        }
        world_tell("  and overwrites what somebody else wrote");
        if (!write->basis.is_there || origin <= write->basis.shows) {
            world_set_fault(WORLD_OVERWRITTEN);
        } else if (origin <= write->basis.current) {
            world_counts.overwritten_stale++;
        } else {
            world_counts.overwritten++;
            world_counts.overwritten_late += is_late;
        }
    }
}

void world_land(struct world_write *write, struct world_options as, bool is_late)
{
    world_tell("  the write lands%s", is_late ? " late" : "");
    look_at_overwritten(write, is_late);
    write->fate = WORLD_LANDED;
    add_version(as, false, write->is_of_undo == world.is_undo,
                write->sent_at + WORLD_LANDS_WITHIN_MS);
    world_counts.late_landings += is_late;
}

/* Somebody else writes: in one of these ways, if it changes something. */
enum others {
    ROTATES,    /* another secret */
    REVERTS,    /* that too, into what was there at first */
    DOES_IT,    /* what we would */
    TOUCHES_IT, /* one of the members that a patch names */
    OTHERS
};

static void write_as_other(enum others what)
{
    static const char *const names[OTHERS] = {"rotates the secret", "writes back what was there",
                                              "makes the same change", "changes the number"};
    const struct world_version *now = &world.versions[world.current];
    struct world_options options = what == REVERTS ? at_first : now->options;

    world.others++;
    if (what == DOES_IT) {
        options = world_wanted(options);
    } else if (what == TOUCHES_IT) {
        options.number = TOUCHED_NUMBER;
    } else {
        options.secret = (uint8_t)world.others;
    }
    world_tell("  somebody else %s", names[what]);
    world_counts.writes_of_others++;
    add_version(options, true, now->has_ours && what != REVERTS, UINT64_MAX);
}

void world_let_happen(void)
{
    for (;;) {
        struct world_write *landing[WRITES_MAX];
        unsigned count = 0;

        for (unsigned i = 0; i < world.write_count; i++) {
            if (world_may_land(&world.writes[i], world.quiet_since)) {
                landing[count++] = &world.writes[i];
            }
        }
        bool has_others = world.budget > 0 && world.others < OTHERS_MAX;
        unsigned what = choices_take(1 + count + (has_others ? OTHERS : 0));
        if (what == 0) {
            break;
        }
        if (what <= count) {
            world_land(landing[what - 1], landing[what - 1]->options, true);
        } else {
            world.budget--;
            write_as_other((enum others)(what - 1 - count));
        }
    }
    world.quiet_since = world.now;
    for (unsigned i = 0; i < world.write_count; i++) {
        struct world_write *write = &world.writes[i];
        if (write->fate == WORLD_PENDING && !world_may_land(write, world.now)) {
            write->fate = WORLD_OVER;
        }
    }
}
