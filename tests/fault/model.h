/*
 * The model of a write: what is known of the writes of one job, what the job may say of
 * them, and what it may send. The model is the table in docs/design.md, which is read from there:
 * nothing of it is written down twice. What the agent keeps to itself has no part in it.
 */
#ifndef CONNSYNC_TESTS_FAULT_MODEL_H
#define CONNSYNC_TESTS_FAULT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

enum model_event {
    MODEL_SENT,         /* a byte of a write */
    MODEL_REJECTED,     /* 3xx, 4xx but 408 */
    MODEL_NO_VERDICT,   /* 5xx, 408, an answer that cannot be read, or none */
    MODEL_ACKNOWLEDGED, /* 2xx */
    /* A read that has nothing of it, */
    MODEL_SAME_EARLY,   /* and was asked for while the write may land: what it was made of, */
    MODEL_OTHERS_EARLY, /* or something else */
    MODEL_ABSENT,       /* and was asked for later */
    MODEL_PART,         /* a read with some of it */
    MODEL_WHOLE,        /* with all of it, and everything else as it was */
    MODEL_WHOLE_OTHERS, /* with all of it, and something else lost or changed */
    MODEL_EVENTS
};

/* How a job ends. */
enum model_end {
    MODEL_END_NOT_WRITTEN, /* any failure or refusal that says so */
    MODEL_END_UNCHANGED,
    MODEL_END_CHANGED,
    MODEL_END_LOSS,
    MODEL_END_NOT_APPLIED,
    MODEL_END_UNVERIFIED,
    MODEL_ENDS
};

/* What may be sent. */
enum model_sending {
    MODEL_SENDS_NOTHING,
    MODEL_SENDS_THE_SAME, /* as the write before, to the byte or in another spelling */
    MODEL_SENDS_ANYTHING
};

/* Reads the model. Exits with a message when it is not a table as it should be. */
void model_load(const char *path);

/* A new job of which nothing is known. */
void model_begin(void);

/* False when the model does not know the event in the present state. */
bool model_observe(enum model_event event);

bool model_may_say(enum model_end end);
enum model_sending model_may_send(void);

/* Of the present state, of an end and of an event. */
const char *model_state_name(void);
const char *model_end_name(enum model_end end);
const char *model_event_name(enum model_event event);

/* Of how many states and transitions the model is, and of how many of them nothing was seen since
 * it was loaded. */
struct model_coverage {
    unsigned states;
    unsigned transitions;
    unsigned unseen_states;
    unsigned unseen_transitions;
};
struct model_coverage model_coverage(void);

#endif
