/* Whether a file with a secret in it is one for others too. */
#ifndef CONNSYNC_POSIX_EXPOSURE_H
#define CONNSYNC_POSIX_EXPOSURE_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * May everybody read the file at `path`, or anybody but its owner change it? That the group may
 * read it is taken for intended. Never of what is no regular file: a pipe has no readers but those
 * who were handed it. Nor of a file that is mounted to be read only, as the kubelet does it with
 * secrets, at mode 0644: who reads it there has no say in its mode, and nobody else is there.
 */
bool cs_is_exposed(const char *path);

#ifdef __cplusplus
}
#endif

#endif
