/* What world.c keeps, tenant.c serves and judge.c judges by. Nobody else looks at it. */
#ifndef CONNSYNC_TESTS_FAULT_WORLD_STATE_H
#define CONNSYNC_TESTS_FAULT_WORLD_STATE_H

#include "core/agent/agent.h"
#include "tests/fault/model.h"
#include "tests/fault/world.h"

/* Within this time a write that was sent takes effect, and reads show it, or never. */
#define WORLD_LANDS_WITHIN_MS CS_AGENT_LANDING_MS
#define VERSIONS_MAX 32
#define WRITES_MAX 32

/* One state of the connection after the other. */
struct world_version {
    struct world_options options;
    bool by_others;
    bool has_ours;     /* it was made of one that a write of ours has made */
    uint64_t shown_by; /* from then on no read shows an older one; UINT64_MAX: never */
};

enum world_member {
    WORLD_SECRET,
    WORLD_NUMBER,
    WORLD_SCOPE,
    WORLD_SETTING,
    WORLD_MEMBERS
};

enum world_fate {
    WORLD_PENDING,
    WORLD_LANDED,
    WORLD_OVER /* it never took effect, and will not */
};

struct world_read {
    bool is_there; /* it was the last request, and its answer has arrived */
    struct world_options options;
    unsigned shows;   /* which version, */
    unsigned current; /* and which there was */
    uint64_t asked_at;
};

struct world_write {
    struct world_options options;
    struct world_options expected; /* what should be in it */
    struct world_read basis;
    enum world_fate fate;
    uint64_t sent_at; /* its last byte */
    bool is_acknowledged;
    bool is_of_undo;
};

struct world {
    enum world_task task;
    unsigned budget;
    bool is_told;
    enum world_fault fault;
    uint64_t now;
    uint64_t quiet_since; /* all that might have happened until then has happened */

    struct world_version versions[VERSIONS_MAX];
    unsigned current;
    unsigned others; /* writes of somebody else */
    struct world_write writes[WRITES_MAX];
    unsigned write_count;

    /* Of the job. */
    bool is_undo;
    bool is_cancelled;
    uint64_t deadline;
    struct world_options document; /* of a restore */
    struct world_options judged;   /* what may be undone */
    struct world_options basis;    /* of its last write */
    struct world_read serving;
    struct world_read last_read;
    bool has_written;
    enum world_travel travel; /* of its last write */
    uint64_t last_byte_at;
    uint64_t may_land_until; /* as far as can be known */
};

extern struct world world;

/* A run that goes on and on ends the program. */
_Noreturn void world_give_up(const char *why);

uint8_t world_value(struct world_options options, enum world_member member);
bool world_is_same(struct world_options one, struct world_options other);

/* Lets things happen since the last time, in any order. */
void world_let_happen(void);

/* A write takes effect, with what the service makes of it. */
void world_land(struct world_write *write, struct world_options as, bool is_late);

/* May it still take effect, when all that might have happened until `since` has? */
bool world_may_land(const struct world_write *write, uint64_t since);

/* The same from now on, and it is not known to: who acknowledges a write has it. */
bool world_is_open(const struct world_write *write);

/* Is nothing of the job's writes there, and can nothing of them come any more? */
bool world_is_untouched(void);

#endif
