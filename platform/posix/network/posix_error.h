/*
 * What the sockets' error numbers mean to a user.
 */
#ifndef CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_ERROR_H
#define CONNSYNC_PLATFORM_POSIX_NETWORK_POSIX_ERROR_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A phrase for an errno; "failed" for one that has none. strerror() may allocate and
 * speaks the user's language; these phrases do neither. */
const char *cs_posix_error_text(int error);

/* Says whether the trouble lies on this side, before any peer was reached. */
bool cs_posix_is_network_error(int error);

#ifdef __cplusplus
}
#endif

#endif
