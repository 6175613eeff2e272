/*
 * The one rule for a value that stands alone in a variable of the environment or in a file, as
 * a token, a secret, an id or a domain does: a byte order mark before it and line ends (CR, LF)
 * behind it are not part of it. Editors, `echo` and tables of secrets leave them there.
 */
#ifndef CONNSYNC_CLI_VALUE_H
#define CONNSYNC_CLI_VALUE_H

#include <stdbool.h>
#include <stddef.h>

/* Cuts both off, in place. `text` has room for a NUL behind its `length` bytes, which is put there;
 * what is cut off is wiped. The length that is left. */
size_t value_tidy(char *text, size_t length);

/* Has it no control character, such as a line end or a NUL in its midst? `visible`: nor anything
 * else than visible ASCII (RFC 6750 section 2.1, for tokens). */
bool value_is_clean(const char *text, size_t length, bool visible);

#endif
