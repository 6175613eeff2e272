/*
 * What an access token says of itself, if it is a JWT (RFC 9068). Nothing is decided by it: the
 * service knows what it granted.
 */
#ifndef CONNSYNC_CLI_TOKEN_CLAIM_H
#define CONNSYNC_CLI_TOKEN_CLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A claim that is a text, such as `scope`, in `out`; false, and "", if there is none: the token may
 * be opaque. */
bool token_claim_text(const char *token, const char *name, char *out, size_t size);

/* A claim that is a whole number, such as `exp`; 0 if there is none. */
uint64_t token_claim_number(const char *token, const char *name);

#endif
