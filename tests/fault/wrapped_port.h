/*
 * What the linker's --wrap puts in front of the real port and the wait. What is done there is each
 * program's own.
 */
#ifndef CONNSYNC_TESTS_FAULT_WRAPPED_PORT_H
#define CONNSYNC_TESTS_FAULT_WRAPPED_PORT_H

#include "platform/posix/network/posix_port.h"

const struct connsync_port *__real_connsync_posix_port(struct connsync_posix *posix);
const struct connsync_port *__wrap_connsync_posix_port(struct connsync_posix *posix);
enum connsync_posix_wake
__real_connsync_posix_wait_any(const struct connsync_posix_interest *interests, size_t count,
                               uint64_t until_ms);
enum connsync_posix_wake
__wrap_connsync_posix_wait_any(const struct connsync_posix_interest *interests, size_t count,
                               uint64_t until_ms);

/* Nothing is expected of any connection: the wait is a pause. */
static inline bool is_pause(const struct connsync_posix_interest *interests, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (interests[i].want_read || interests[i].want_write) {
            return false;
        }
    }
    return true;
}

#endif
