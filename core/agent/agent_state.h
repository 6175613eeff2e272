/*
 * The states of a job, the events that lead from one to the next, and what became of its
 * write: the two tables are in agent_state.c, and docs/design.md shows them. What raises an
 * event is left to the other files, and the states of one exchange to exchange.h.
 */
#ifndef CONNSYNC_CORE_AGENT_AGENT_STATE_H
#define CONNSYNC_CORE_AGENT_AGENT_STATE_H

#include <stdbool.h>

enum cs_state {
    CS_STATE_UNUSED, /* no job was begun: a step is an error */
    CS_STATE_ENDED,  /* the job has ended: its status stays */
    CS_STATE_TOKEN,  /* an access token is asked for */
    CS_STATE_READ,   /* a page, or the connection: before a write, or reading back after it */
    CS_STATE_ITEMS,  /* a page is handed out */
    CS_STATE_WRITE,  /* the write is sent, and its response awaited */
    CS_STATES
};

enum cs_event {
    CS_EVENT_BEGUN,        /* a job, that has a token */
    CS_EVENT_TOKEN_NEEDED, /* there is none, or it was rejected */
    CS_EVENT_TOKEN_GRANTED,
    CS_EVENT_PAGE,    /* a page has come */
    CS_EVENT_DECIDED, /* to write what was made of the document */
    CS_EVENT_AGAIN,   /* the next request, or the same one once more */
    CS_EVENT_OVER,    /* the job, with its status */
    CS_EVENTS
};

/* In this order: from CS_WRITE_SENT on a write may have reached the service, and from
 * CS_WRITE_ACKNOWLEDGED on it has. An earlier one, if there is any, is the same write. */
enum cs_write_state {
    CS_WRITE_NONE = 1,     /* none was sent, or it certainly had no effect */
    CS_WRITE_FAILED,       /* the same, and there was no response to the last one: the next goes out
                          * on a connection of its own */
    CS_WRITE_SENT,         /* some of it may have arrived, and the response is awaited */
    CS_WRITE_SENT_AGAIN,   /* the same, and an earlier one may still land */
    CS_WRITE_ANSWERED,     /* the response leaves open what became of it (5xx, 408) */
    CS_WRITE_UNANSWERED,   /* there was none, or none that can be read */
    CS_WRITE_ACKNOWLEDGED, /* 2xx */
    CS_WRITE_SEEN,         /* not acknowledged, and a read-back shows some of it */
    CS_WRITE_STATES
};

enum cs_write_event {
    CS_WRITE_EVENT_SENT, /* a byte of it, or one more */
    CS_WRITE_EVENT_REJECTED,
    CS_WRITE_EVENT_ERROR,  /* 5xx, 408 */
    CS_WRITE_EVENT_FAILED, /* the exchange, before the response was whole */
    CS_WRITE_EVENT_ACKNOWLEDGED,
    CS_WRITE_EVENT_NO_EFFECT, /* a read-back shows nothing of it, and it cannot land any more */
    CS_WRITE_EVENT_EFFECT,    /* a read-back shows some of it, or all */
    CS_WRITE_EVENTS
};

/* The state that follows; CS_STATE_UNUSED for an event that the state does not know. */
enum cs_state cs_state_next(enum cs_state state, enum cs_event event);

/* The same of the write, which an event that its state does not know leaves as it is. */
enum cs_write_state cs_write_next(enum cs_write_state state, enum cs_write_event event);

/* May the service have it? */
static inline bool cs_write_is_open(enum cs_write_state state)
{
    return state >= CS_WRITE_SENT;
}

/* May one that was sent before still land, and none is under way? */
static inline bool cs_write_may_land(enum cs_write_state state)
{
    return state == CS_WRITE_ANSWERED || state == CS_WRITE_UNANSWERED;
}

#endif
