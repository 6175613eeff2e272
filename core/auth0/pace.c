/*
 * The pace: how long a request has to wait, and what an answer teaches. Waiting itself, and
 * what follows a 429, are left to the agent.
 */
#include "core/auth0/pace.h"

#include "core/auth0/auth0.h"

#include <string.h>

_Static_assert(CS_PACE_KINDS == CONNSYNC_PACE_BUCKETS, "a bucket for each kind of request");

#define RATE_UNIT UINT64_C(1000000) /* requests per 1,000 s, in milliseconds */

static uint32_t to_u32(uint64_t value)
{
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Requests of the other agents that may be under way. */
static uint32_t others(const struct connsync_pace *pace)
{
    return pace->agents > 1 ? pace->agents - 1 : 0;
}

/* ---- Waiting ---- */

/* So many are kept: those to be left, those that others may be taking, and until a rate is measured
 * some to find out with. */
static uint32_t reserve_of(const struct connsync_pace *pace,
                           const struct connsync_pace_bucket *bucket)
{
    uint32_t spare = bucket->limit - pace->leave - 1;
    uint32_t more = others(pace);

    if (pace->leave > 0 && bucket->rate == 0) {
        more += CS_PACE_SLACK;
    }
    return pace->leave + (spare < more ? spare : more);
}

static bool has_to_wait(const struct connsync_pace *pace, const struct connsync_pace_bucket *bucket)
{
    return bucket->known && bucket->remaining <= reserve_of(pace, bucket);
}

static uint64_t pause_without_rate(const struct connsync_pace_bucket *bucket, uint32_t leave)
{
    uint64_t pause = bucket->reset_ms > 0 ? bucket->reset_ms : CS_PACE_PAUSE_MS;

    if (leave > 0 && bucket->remaining <= leave && pause < CS_PACE_CAREFUL_MS) {
        pause = CS_PACE_CAREFUL_MS;
    }
    return pause << (bucket->failed_waits < CS_PACE_DOUBLINGS_MAX ? bucket->failed_waits
                                                                  : CS_PACE_DOUBLINGS_MAX);
}

/* When the bucket has one that may be taken. */
static uint64_t ready_at(const struct connsync_pace *pace,
                         const struct connsync_pace_bucket *bucket)
{
    if (bucket->rate == 0) {
        return bucket->answered_at + pause_without_rate(bucket, pace->leave);
    }
    uint64_t missing = (uint64_t)reserve_of(pace, bucket) + 1 - bucket->remaining;
    return bucket->answered_at + (missing * RATE_UNIT + bucket->rate - 1) / bucket->rate;
}

static uint32_t wait_ms(const struct connsync_pace *pace, enum cs_pace_kind kind, uint64_t now)
{
    const struct connsync_pace_bucket *bucket = &pace->buckets[kind];
    uint64_t until = pace->next_at;

    if (bucket->known && bucket->limit <= pace->leave) {
        return CONNSYNC_PACE_NEVER;
    }
    if (has_to_wait(pace, bucket)) {
        uint64_t ready = ready_at(pace, bucket);
        until = ready > until ? ready : until;
    }
    return until > now ? to_u32(until - now) : 0;
}

/* The rate is 1 / spread_ms after a rejection, and an eighth of that more with each answer since. */
static uint32_t spread_now(const struct connsync_pace *pace)
{
    return pace->spread_ms * CS_PACE_STEPS / (CS_PACE_STEPS + pace->quiet);
}

/* There may be one again, and not one for each: the others wait for what is answered to the first. */
static void wait_anew(struct connsync_pace *pace, uint32_t limit, uint64_t now)
{
    for (int i = 0; i < CONNSYNC_PACE_BUCKETS; i++) {
        if (pace->buckets[i].limit == limit) {
            pace->buckets[i].answered_at = now;
        }
    }
}

static void begin(struct connsync_pace *pace, enum cs_pace_kind kind, uint64_t now)
{
    struct connsync_pace_bucket *bucket = &pace->buckets[kind];

    bucket->waited = bucket->known && bucket->limit > pace->leave && has_to_wait(pace, bucket);
    if (bucket->waited && others(pace) > 0) {
        wait_anew(pace, bucket->limit, now);
    }
    pace->sent_at = now;
    pace->next_at = now + larger(pace->interval_ms, spread_now(pace));
}

/* ---- Learning ---- */

static void begin_measurement(struct connsync_pace_bucket *bucket, uint64_t sent_at)
{
    bucket->measured_since = sent_at;
    bucket->measured_from = bucket->remaining;
    bucket->measured_answers = 0;
}

/*
 * What was refilled since the measurement began is what remains now, less what remained then,
 * and the requests that we sent. Others can only have taken. Both numbers are whole
 * parts, so one less is certain; and so is it in no less time than this, from the
 * sending of the first request to the answer of the last.
 */
static void measure(struct connsync_pace_bucket *bucket, uint64_t sent_at, uint64_t now)
{
    uint64_t elapsed = now - bucket->measured_since;
    uint64_t left = (uint64_t)bucket->remaining + ++bucket->measured_answers;

    if (!bucket->bursty && elapsed >= CS_PACE_MEASURE_MS && left > bucket->measured_from) {
        uint64_t rate = (left - bucket->measured_from - 1) * RATE_UNIT / elapsed;
        if (rate > bucket->rate) {
            bucket->rate = to_u32(rate);
        }
    }
    /* A full bucket hides what would have been refilled. */
    if (bucket->remaining + 1 >= bucket->limit ||
        bucket->measured_answers >= CS_PACE_MEASURE_ANSWERS) {
        begin_measurement(bucket, sent_at);
    }
}

static uint32_t reset_after_ms(const struct cs_http_head *head)
{
    if (head->ratelimit_reset == CS_HTTP_UNKNOWN || head->date == CS_HTTP_UNKNOWN ||
        head->ratelimit_reset <= head->date) {
        return 0;
    }
    uint64_t seconds = head->ratelimit_reset - head->date;
    return seconds < UINT32_MAX / 1000u ? (uint32_t)seconds * 1000u : UINT32_MAX;
}

static void learn(const struct connsync_pace *pace, struct connsync_pace_bucket *bucket,
                  const struct cs_http_head *head, uint64_t now)
{
    uint64_t sent_at = pace->sent_at;
    uint32_t before = bucket->remaining;
    uint32_t limit = to_u32(head->ratelimit_limit);
    bool fresh = !bucket->known || bucket->limit != limit;

    if (fresh) {
        bool bursty = bucket->bursty;
        memset(bucket, 0, sizeof *bucket);
        bucket->bursty = bursty;
        bucket->known = true;
        bucket->limit = limit;
    }
    bucket->remaining = to_u32(head->ratelimit_remaining);
    bucket->reset_ms = reset_after_ms(head);
    bucket->answered_at = now;
    if (fresh) {
        begin_measurement(bucket, sent_at);
        return;
    }
    bucket->failed_waits =
        bucket->waited && bucket->remaining < before ? bucket->failed_waits + 1 : 0;
    if (others(pace) == 0) { /* else it is not known when this one was sent */
        measure(bucket, sent_at, now);
    }
}

/* Rejected all the same: what was learnt of the bucket is wrong, if it was relied upon. */
static void forget(struct connsync_pace_bucket *bucket)
{
    bool bursty = bucket->bursty || (bucket->rate > 0 && bucket->waited);

    memset(bucket, 0, sizeof *bucket);
    bucket->bursty = bursty;
}

/* Half the rate, which is no more than one request for each answer. On the way up to a rate that
 * was kept to before, chance is as likely a cause: then it is by less than half. */
static void lower_rate(struct connsync_pace *pace, uint64_t now)
{
    uint64_t apart = 2 * (uint64_t)larger(spread_now(pace), to_u32(now - pace->sent_at));

    if (pace->quiet > 0 && pace->quiet < CS_PACE_STEPS) {
        apart = (apart + pace->spread_ms) / 2;
    }
    pace->spread_ms = larger(to_u32(apart), CS_PACE_SPREAD_MS);
    if (pace->spread_ms > CS_PACE_SPREAD_MAX_MS) {
        pace->spread_ms = CS_PACE_SPREAD_MAX_MS;
    }
    pace->quiet = 0;
}

static void raise_rate(struct connsync_pace *pace)
{
    pace->quiet += pace->spread_ms > 0;
    if (spread_now(pace) < CS_PACE_SPREAD_MIN_MS) {
        pace->spread_ms = 0;
        pace->quiet = 0;
    }
}

/* One that is told to wait is told so for all of them. Until then none is begun, and what is rejected
 * had been begun before: it is no sign that the rate is too high still. */
static void reject(struct connsync_pace *pace, const struct cs_http_head *head, uint64_t now)
{
    if (others(pace) == 0) {
        lower_rate(pace, now);
        return;
    }
    if (now >= pace->held_until) {
        lower_rate(pace, now);
        pace->held_until = now + pace->spread_ms;
    }
    uint64_t told = now + cs_auth0_pause_ms(head, 0, 0);
    pace->held_until = told > pace->held_until ? told : pace->held_until;
    pace->next_at = pace->held_until > pace->next_at ? pace->held_until : pace->next_at;
}

static void take_answer(struct connsync_pace *pace, enum cs_pace_kind kind,
                        const struct cs_http_head *head, uint64_t now)
{
    struct connsync_pace_bucket *bucket = &pace->buckets[kind];
    bool rejected = head->status == 429;

    if (rejected || head->status == 503) {
        reject(pace, head, now);
    } else {
        raise_rate(pace);
    }
    if (rejected) {
        forget(bucket);
    } else {
        if (head->ratelimit_limit == CS_HTTP_UNKNOWN ||
            head->ratelimit_remaining == CS_HTTP_UNKNOWN) {
            return;
        }
        learn(pace, bucket, head, now);
    }
    /* A bucket that has not been seen yet, or has this limit, is taken for the same. */
    for (int i = 0; i < CONNSYNC_PACE_BUCKETS; i++) {
        struct connsync_pace_bucket *other = &pace->buckets[i];
        if (!other->known || rejected || other->limit == bucket->limit) {
            *other = *bucket;
        }
    }
}

/* ---- The caller's ---- */

void connsync_pace_init(struct connsync_pace *pace)
{
    static const struct connsync_pace_hooks hooks = {wait_ms, begin, take_answer, &cs_http_rates};

    memset(pace, 0, sizeof *pace);
    pace->hooks = &hooks;
}

void connsync_pace_forget(struct connsync_pace *pace)
{
    struct connsync_pace fresh;

    connsync_pace_init(&fresh);
    fresh.interval_ms = pace->interval_ms;
    fresh.leave = pace->leave;
    fresh.agents = pace->agents;
    *pace = fresh;
}
