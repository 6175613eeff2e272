/*
 * A tenant with one connection, and all that may happen around it: somebody else who writes
 * between any two requests, reads from an older replica, writes that land late, answers that do
 * not come, and a clock that nobody waits for. What happens is taken from choices.h, and each thing
 * that is out of the ordinary costs one of what a run is allowed.
 *
 * The tenant sees requests as bytes, and knows nothing of the agent. It keeps what really became
 * of every write, looks over what is sent, and tells the model (model.h) what can be known of it.
 */
#ifndef CONNSYNC_TESTS_FAULT_WORLD_H
#define CONNSYNC_TESTS_FAULT_WORLD_H

#include "core/connsync.h"
#include "tests/fault/model.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORLD_ID "con_0123456789abcdef"
/* The longest text of `options`. */
#define WORLD_OPTIONS_SIZE 160

/* `options`: a secret, which only others change; two members that a patch names; the setting. */
struct world_options {
    uint8_t secret;
    uint8_t number;
    bool scope;
    uint8_t setting; /* as enum connsync_setting; 0 where the member is absent */
};

enum world_task {
    WORLD_SET,
    WORLD_PATCH,
    WORLD_RESTORE,
    WORLD_UNDO, /* what the first job of `--restore` lost, put back by the second one */
    WORLD_TASKS
};

/* What a run may not show. */
enum world_fault {
    WORLD_NO_FAULT,
    WORLD_UNREAD,      /* a write without a read directly before it */
    WORLD_OTHER_BODY,  /* a write that is not what that read makes of it */
    WORLD_UNJUDGED,    /* an undoing over something else than what was judged */
    WORLD_CROSSING,    /* a write while another one, that says something else, may still land */
    WORLD_UNKNOWN,     /* something that the model does not know in its state */
    WORLD_OVERWRITTEN, /* somebody's change, and it was made before the read */
    WORLD_NOT_WRITTEN, /* said, and a write took effect, or may */
    WORLD_VERIFIED,    /* said, and not compared */
    WORLD_UNCHANGED,   /* said, and it is not as wanted */
    WORLD_RESTORED,    /* said, and it is not so, or an earlier write may still land on it */
    WORLD_MODEL,       /* what the model allows to say, and it is not so */
    WORLD_SAID,        /* an end that the model does not allow */
    WORLD_GAVE_UP,     /* unverified, with time left */
    WORLD_FAULTS
};

const char *world_fault_name(enum world_fault fault);

/* What all runs together have shown. */
struct world_counts {
    uint64_t runs;
    uint64_t requests;
    uint64_t writes;
    uint64_t writes_of_others;
    uint64_t stale_reads;
    uint64_t late_landings;
    uint64_t overwritten;       /* of others, between a read and the write that followed it */
    uint64_t overwritten_late;  /* the same, by a write that landed late */
    uint64_t overwritten_stale; /* before the request, but later than what an old replica showed */
    uint64_t ends[MODEL_ENDS];
    uint64_t faults[WORLD_FAULTS];
};

extern struct world_counts world_counts;

/* A run, with so many things out of the ordinary. `is_told`: each on a line of standard output. */
void world_begin(enum world_task task, unsigned budget, bool is_told);

/* Has the run shown a fault, and which was the first? */
enum world_fault world_fault(void);
void world_set_fault(enum world_fault fault);

/* A line of what happens, if it is told. */
__attribute__((format(printf, 1, 2))) void world_tell(const char *format, ...);

/* Is something to happen that is out of the ordinary? 0 if not, or one of `count` things. */
unsigned world_odd(unsigned count);

/* ---- The clock ---- */

uint64_t world_now(void);
void world_sleep_until(uint64_t until);

/* ---- Jobs ---- */

/* Another job begins: the first, or that which undoes it. */
void world_begin_job(bool is_undo, uint32_t timeout_ms);
void world_note_cancelled(void);

/* What a write makes of `options`. */
struct world_options world_wanted(struct world_options options);

/* Holds what a job says at its end against what became of the connection. */
void world_judge(const struct connsync_result *result, enum connsync_status status);

/* The same for an undoing that says that it has restored what was there. */
void world_judge_restored(void);

/* `options` as JSON; the text's length. */
size_t world_print(struct world_options options, char out[WORLD_OPTIONS_SIZE]);

/* ---- The network (network.c) ---- */

/* The port of the agent: bytes in the clear, which TLS would carry. */
const struct connsync_port *world_port(void);

/* Until when nothing more will come. UINT64_MAX: never. */
uint64_t world_next_arrival(void);

/* ---- Between the network and the tenant ---- */

/* How a write travels. */
enum world_travel {
    WORLD_TRAVELS,
    WORLD_TRAVELS_SLOWLY, /* five seconds between its first byte and its last */
    WORLD_BREAKS,         /* it never arrives as a whole */
    WORLD_BREAKS_BEHIND,  /* it arrives, and the sender is told that it broke */
};

enum world_answer {
    WORLD_ANSWERS,
    WORLD_ANSWERS_SLOWLY,    /* eight seconds later */
    WORLD_ASKS_FOR_PATIENCE, /* of thirty seconds */
    WORLD_RESETS,
    WORLD_SAYS_NOTHING,
};

struct world_response {
    enum world_answer answer;
    uint16_t status; /* 0: bytes that are no HTTP */
    char body[512];
};

/* The first byte of a request has come. */
enum world_travel world_request_begins(bool is_write);
/* All of it has; `body` is that of a write. */
void world_request(bool is_write, const char *body, struct world_response *response);
/* Bytes of a write were taken. */
void world_write_moves(void);
/* What was sent broke, or what was answered has arrived in whole. */
void world_request_broke(bool is_write);
void world_response_arrived(bool is_write, const struct world_response *response);

/* ---- How it goes over the wire (plain_wire.c; a fuzzer has another one) ---- */

struct world_frame {
    char bytes[8192];
    size_t length;
    bool ends;   /* the connection, in good order, behind the last byte */
    bool to_end; /* and only that tells that it is whole */
};

/* An answer as bytes; of one that does not come, those that come before that. */
void world_spell(const struct world_response *response, bool is_write, struct world_frame *frame);

/* Of so many bytes, at least one, how many go at once. */
size_t world_piece(size_t length);

/* How long the next piece of an answer is under way. */
uint64_t world_lag_ms(void);

/* A write has arrived, and has not been looked at. */
void world_inspect(const char *body, struct world_options basis);

/* Members of `options` that the tenant does not know, and shows in each answer. */
uint32_t world_more_members(void);

#endif
