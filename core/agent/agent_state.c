/*
 * The tables of transitions. A row is a state; what it does not name does not happen there.
 */
#include "core/agent/agent_state.h"

#include <stdint.h>

enum cs_state cs_state_next(enum cs_state state, enum cs_event event)
{
    static const uint8_t next[CS_STATES][CS_EVENTS] = {
        [CS_STATE_UNUSED] =
            {[CS_EVENT_BEGUN] = CS_STATE_READ, [CS_EVENT_TOKEN_NEEDED] = CS_STATE_TOKEN},
        [CS_STATE_ENDED] =
            {[CS_EVENT_BEGUN] = CS_STATE_READ, [CS_EVENT_TOKEN_NEEDED] = CS_STATE_TOKEN},
        [CS_STATE_TOKEN] = {[CS_EVENT_TOKEN_GRANTED] = CS_STATE_READ,
                            [CS_EVENT_AGAIN] = CS_STATE_TOKEN,
                            [CS_EVENT_OVER] = CS_STATE_ENDED},
        [CS_STATE_READ] = {[CS_EVENT_TOKEN_NEEDED] = CS_STATE_TOKEN,
                           [CS_EVENT_PAGE] = CS_STATE_ITEMS,
                           [CS_EVENT_DECIDED] = CS_STATE_WRITE,
                           [CS_EVENT_AGAIN] = CS_STATE_READ,
                           [CS_EVENT_OVER] = CS_STATE_ENDED},
        [CS_STATE_ITEMS] = {[CS_EVENT_AGAIN] = CS_STATE_READ, [CS_EVENT_OVER] = CS_STATE_ENDED},
        /* A write is never repeated from memory: a read-back settles what became of it. */
        [CS_STATE_WRITE] = {[CS_EVENT_TOKEN_NEEDED] = CS_STATE_TOKEN,
                            [CS_EVENT_AGAIN] = CS_STATE_READ,
                            [CS_EVENT_OVER] = CS_STATE_ENDED},
    };

    return (enum cs_state)next[state][event];
}

enum cs_write_state cs_write_next(enum cs_write_state state, enum cs_write_event event)
{
    static const uint8_t next[CS_WRITE_STATES][CS_WRITE_EVENTS] = {
        [CS_WRITE_NONE] =
            {[CS_WRITE_EVENT_SENT] = CS_WRITE_SENT, [CS_WRITE_EVENT_FAILED] = CS_WRITE_FAILED},
        [CS_WRITE_FAILED] = {[CS_WRITE_EVENT_SENT] = CS_WRITE_SENT},
        [CS_WRITE_SENT] = {[CS_WRITE_EVENT_REJECTED] = CS_WRITE_NONE,
                           [CS_WRITE_EVENT_ERROR] = CS_WRITE_ANSWERED,
                           [CS_WRITE_EVENT_FAILED] = CS_WRITE_UNANSWERED,
                           [CS_WRITE_EVENT_ACKNOWLEDGED] = CS_WRITE_ACKNOWLEDGED},
        /* That one was rejected says nothing of those before it. */
        [CS_WRITE_SENT_AGAIN] = {[CS_WRITE_EVENT_REJECTED] = CS_WRITE_ANSWERED,
                                 [CS_WRITE_EVENT_ERROR] = CS_WRITE_ANSWERED,
                                 [CS_WRITE_EVENT_FAILED] = CS_WRITE_UNANSWERED,
                                 [CS_WRITE_EVENT_ACKNOWLEDGED] = CS_WRITE_ACKNOWLEDGED},
        [CS_WRITE_ANSWERED] = {[CS_WRITE_EVENT_SENT] = CS_WRITE_SENT_AGAIN,
                               [CS_WRITE_EVENT_FAILED] = CS_WRITE_UNANSWERED,
                               [CS_WRITE_EVENT_NO_EFFECT] = CS_WRITE_NONE,
                               [CS_WRITE_EVENT_EFFECT] = CS_WRITE_SEEN},
        [CS_WRITE_UNANSWERED] = {[CS_WRITE_EVENT_SENT] = CS_WRITE_SENT_AGAIN,
                                 [CS_WRITE_EVENT_NO_EFFECT] = CS_WRITE_FAILED,
                                 [CS_WRITE_EVENT_EFFECT] = CS_WRITE_SEEN},
        /* What was acknowledged may take a moment to be seen. */
        [CS_WRITE_ACKNOWLEDGED] = {0},
        /* A document that shows nothing of it any more is older than the one that did. */
        [CS_WRITE_SEEN] = {0},
    };
    uint8_t found = next[state][event];

    return found != 0 ? (enum cs_write_state)found : state;
}
