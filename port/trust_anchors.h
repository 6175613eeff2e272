/*
 * The trust anchors that the build put into the program (cmake/anchors.cmake): a firmware,
 * or a static program that runs where there is no bundle. DER certificates one after
 * another, as `struct connsync_config` takes them, used in place.
 */
#ifndef CONNSYNC_TRUST_ANCHORS_H
#define CONNSYNC_TRUST_ANCHORS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const uint8_t connsync_trust_anchors[];
extern const size_t connsync_trust_anchors_length;

#ifdef __cplusplus
}
#endif

#endif
