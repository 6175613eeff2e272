/* The tenant: what it answers, what it thinks of what it is sent, and what can be known of that. */
#include "tests/fault/choices.h"
#include "tests/fault/model.h"
#include "tests/fault/world_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOST_SECRET 99

/* ---- Answers ---- */

static void answer(struct world_response *response, enum world_answer how, uint16_t status)
{
    response->answer = how;
    response->status = status;
    (void)snprintf(response->body, sizeof response->body, "{\"statusCode\":%u}", status);
}

static void answer_connection(struct world_response *response, struct world_options options)
{
    char text[WORLD_OPTIONS_SIZE];

    (void)world_print(options, text);
    response->answer = WORLD_ANSWERS;
    response->status = 200;
    (void)snprintf(response->body, sizeof response->body,
                   "{\"id\":\"" WORLD_ID "\",\"name\":\"c\",\"strategy\":\"oidc\",\"options\":%s}",
                   text);
}

/* The oldest version that a replica may still show: our writes arrive everywhere in their time. */
static unsigned oldest_shown(void)
{
    unsigned oldest = 0;

    for (unsigned i = 1; i <= world.current; i++) {
        oldest = world.serving.asked_at >= world.versions[i].shown_by ? i : oldest;
    }
    return oldest;
}

/* Older versions that differ from what there is, from new to old; how many. */
static unsigned find_old(unsigned out[VERSIONS_MAX])
{
    unsigned count = 0;
    unsigned oldest = oldest_shown();

    for (unsigned i = world.current; i-- > oldest;) {
        bool is_new =
            !world_is_same(world.versions[i].options, world.versions[world.current].options);
        for (unsigned j = 0; j < count; j++) {
            is_new =
                is_new && !world_is_same(world.versions[i].options, world.versions[out[j]].options);
        }
        if (is_new) {
            out[count++] = i;
        }
    }
    return count;
}

static void serve_read(struct world_response *response)
{
    enum {
        UNAVAILABLE = 1,
        RESETS,
        NO_JSON,
        OLD
    };
    unsigned old[VERSIONS_MAX];
    unsigned count = find_old(old);
    unsigned what = world_odd(OLD - 1 + count);
    unsigned shown = what >= OLD ? old[what - OLD] : world.current;

    world.serving.shows = shown;
    world.serving.current = world.current;
    world.serving.options = world.versions[shown].options;
    answer_connection(response, world.serving.options);
    world_tell("read: %s%s",
               what == UNAVAILABLE ? "503"
               : what == RESETS    ? "reset"
               : what == NO_JSON   ? "200, no JSON"
                                   : response->body,
               what >= OLD ? " (an old replica)" : "");
    world_counts.stale_reads += what >= OLD;
    if (what == UNAVAILABLE) {
        answer(response, WORLD_ANSWERS, 503);
    } else if (what == RESETS) {
        answer(response, WORLD_RESETS, 0);
    } else if (what == NO_JSON) {
        (void)snprintf(response->body, sizeof response->body, "<html>");
    }
}

/* What may become of a write, and what is said of it. */
struct outcome {
    const char *name;
    enum world_answer answer;
    uint16_t status;
    enum world_fate fate; /* pending: later, or never */
    bool is_lossy;        /* the service loses the secret */
};

static const struct outcome outcomes[] = {
    {"200", WORLD_ANSWERS, 200, WORLD_LANDED, false},
    {"200, late", WORLD_ANSWERS, 200, WORLD_PENDING, false},
    {"200, another secret", WORLD_ANSWERS, 200, WORLD_LANDED, true},
    {"504", WORLD_ANSWERS, 504, WORLD_PENDING, false},
    {"504 after 8 s", WORLD_ANSWERS_SLOWLY, 504, WORLD_PENDING, false},
    {"reset", WORLD_RESETS, 0, WORLD_PENDING, false},
    {"silence", WORLD_SAYS_NOTHING, 0, WORLD_PENDING, false},
    {"no HTTP", WORLD_ANSWERS, 0, WORLD_PENDING, false},
    {"429", WORLD_ANSWERS, 429, WORLD_OVER, false},
    {"429 for 30 s", WORLD_ASKS_FOR_PATIENCE, 429, WORLD_OVER, false},
    {"400", WORLD_ANSWERS, 400, WORLD_OVER, false},
};
#define OUTCOMES (sizeof outcomes / sizeof outcomes[0])
#define LOSSY 2
#define RESET_BEHIND 5

/* Without a loss there would be nothing to undo: there it is what happens ordinarily. */
static const struct outcome *take_outcome(void)
{
    unsigned what = RESET_BEHIND;

    if (world.travel != WORLD_BREAKS_BEHIND) {
        what = world_odd(OUTCOMES - 1);
    }
    return &outcomes[what == 0 && world.task == WORLD_UNDO && !world.is_undo ? LOSSY : what];
}

static uint8_t number_behind(const char *text, const char *mark)
{
    const char *at = strstr(text, mark);

    if (at != NULL) {
        return (uint8_t)strtoul(at + strlen(mark), NULL, 10);
    }
    world_give_up(text);
}

static struct world_options parse(const char *text)
{
    struct world_options options = {.secret = number_behind(text, "\"client_secret\":\"s"),
                                    .number = number_behind(text, "\"n\":")};

    options.scope = strstr(text, "\"scope\":") != NULL;
    if (strstr(text, "\"never_on_login\"") != NULL) {
        options.setting = CONNSYNC_NEVER_ON_LOGIN;
    }
    return options;
}

/* What is wrong with a write as it arrives. */
static enum world_fault look_at_write(struct world_options options)
{
    if (!world_is_same(options, world_wanted(world.basis))) {
        return WORLD_OTHER_BODY;
    }
    if (world.is_undo && !world_is_same(world.basis, world.judged)) {
        return WORLD_UNJUDGED;
    }
    for (unsigned i = 0; i < world.write_count; i++) {
        const struct world_write *earlier = &world.writes[i];
        if (world_is_open(earlier) && !world_is_same(earlier->options, options)) {
            return WORLD_CROSSING;
        }
    }
    return WORLD_NO_FAULT;
}

static void serve_write(const char *body, struct world_response *response)
{
    world_inspect(body, world.basis);
    const struct outcome *outcome = take_outcome();
    enum world_fault fault = look_at_write(parse(body));
    struct world_write *write = &world.writes[world.write_count++];

    if (world.write_count == WRITES_MAX) {
        world_give_up("too many writes");
    }
    world_tell("write: %s: %s", body, outcome->name);
    if (fault != WORLD_NO_FAULT) {
        world_set_fault(fault);
    }
    world_counts.writes++;
    write->options = parse(body);
    write->basis = world.serving;
    write->expected = world_wanted(world.basis);
    write->fate = outcome->fate;
    write->is_acknowledged = outcome->status == 200;
    write->sent_at = world.now;
    write->is_of_undo = world.is_undo;
    if (outcome->fate == WORLD_LANDED) {
        struct world_options as = write->options;
        as.secret = outcome->is_lossy ? LOST_SECRET : as.secret;
        world_land(write, as, false);
    }
    answer(response, outcome->answer, outcome->status);
}

/* ---- Requests ---- */

/* The model's answer to a write that is about to be sent. */
static void look_at_sending(void)
{
    enum model_sending may = model_may_send();
    struct world_options now = world_wanted(world.last_read.options);

    if (!world.last_read.is_there) {
        world_set_fault(WORLD_UNREAD);
    } else if (may == MODEL_SENDS_THE_SAME && !world_is_same(now, world_wanted(world.basis))) {
        world_set_fault(WORLD_CROSSING);
    } else if (may == MODEL_SENDS_NOTHING) {
        world_set_fault(WORLD_UNKNOWN);
    }
}

static void observe(enum model_event event)
{
    bool is_known = model_observe(event);

    world_tell("  known: %s (%s)", model_event_name(event), model_state_name());
    if (!is_known) {
        world_set_fault(WORLD_UNKNOWN);
    }
    if (model_may_say(MODEL_END_NOT_WRITTEN) && !world_is_untouched()) {
        world_set_fault(WORLD_MODEL);
    }
}

enum world_travel world_request_begins(bool is_write)
{
    world_counts.requests++;
    if (!is_write) {
        world.last_read.is_there = false;
        world.serving.asked_at = world.now;
        return WORLD_TRAVELS;
    }
    look_at_sending();
    world.basis = world.last_read.options;
    world.serving = world.last_read;
    world.last_read.is_there = false;
    world.has_written = true;
    observe(MODEL_SENT);
    world.travel = (enum world_travel)world_odd(WORLD_BREAKS_BEHIND);
    return world.travel;
}

void world_request(bool is_write, const char *body, struct world_response *response)
{
    world_let_happen();
    if (is_write) {
        serve_write(body, response);
    } else {
        serve_read(response);
    }
}

void world_write_moves(void)
{
    world.last_byte_at = world.now;
}

void world_request_broke(bool is_write)
{
    if (!is_write) {
        return;
    }
    uint64_t until = world.last_byte_at + WORLD_LANDS_WITHIN_MS;
    world.may_land_until = until > world.may_land_until ? until : world.may_land_until;
    observe(MODEL_NO_VERDICT);
}

/* What a read shows of the job's last write. */
static enum model_event event_of(struct world_options now)
{
    struct world_options was = world.basis;
    struct world_options wanted = world_wanted(was);
    unsigned done = 0;
    unsigned open = 0;
    unsigned differ = 0;

    for (int member = 0; member < WORLD_MEMBERS; member++) {
        uint8_t value = world_value(wanted, (enum world_member)member);
        bool is_as_wanted = value == world_value(now, (enum world_member)member);
        bool is_to_change = value != world_value(was, (enum world_member)member);
        done += is_to_change && is_as_wanted;
        open += is_to_change && !is_as_wanted;
        differ += !is_to_change && !is_as_wanted;
    }
    if (done == 0 && world.serving.asked_at >= world.may_land_until) {
        return MODEL_ABSENT;
    }
    if (done == 0) {
        return world_is_same(now, was) ? MODEL_SAME_EARLY : MODEL_OTHERS_EARLY;
    }
    if (open > 0) {
        return MODEL_PART;
    }
    return differ > 0 ? MODEL_WHOLE_OTHERS : MODEL_WHOLE;
}

void world_response_arrived(bool is_write, const struct world_response *response)
{
    if (!is_write && response->status == 200 && response->body[0] == '{') {
        world.last_read = world.serving;
        world.last_read.is_there = true;
        if (world.has_written && model_may_send() != MODEL_SENDS_ANYTHING) {
            observe(event_of(world.last_read.options));
        }
    }
    if (is_write && response->status == 200) {
        observe(MODEL_ACKNOWLEDGED);
    } else if (is_write && response->status >= 400 && response->status < 500) {
        observe(MODEL_REJECTED);
    } else if (is_write) {
        world_request_broke(true);
    }
}
