/*
 * What an access token says of itself, if it is a JWT (RFC 9068). Nothing is decided by it: the
 * service knows what it granted.
 */
#ifndef CONNSYNC_CLI_TOKEN_CLAIM_H
#define CONNSYNC_CLI_TOKEN_CLAIM_H

#include <stdbool.h>
#include <stddef.h>

/* Its `scope` in `out`; false, and "", if it tells none: it may be opaque. */
bool token_claim_scope(const char *token, char *out, size_t size);

#endif
