/* What the files of config/desired share, and nobody else uses. */
#ifndef CONNSYNC_CONFIG_DESIRED_STATE_H
#define CONNSYNC_CONFIG_DESIRED_STATE_H

#include "config/desired.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A set of members is a word of bits. */
#define CS_DESIRED_BIT(member) (1u << (member))

/* Is the member in the document, outside of its lists? */
bool cs_desired_has(const struct cs_desired *desired, enum cs_desired_member member);

/* No error, and no place. */
void cs_desired_clear_fault(struct cs_desired_fault *fault);

/* The text of an entry, still escaped. */
struct cs_slice cs_desired_entry_slice(const struct cs_desired *desired,
                                       const struct cs_desired_entry *entry);

/* The member's name in the document. */
const char *cs_desired_member_name(enum cs_desired_member member);

/* Sorts the entries by what they mean. False, with the places of both in the fault,
 * when two mean the same. */
bool cs_desired_sort(struct cs_desired *desired, struct cs_desired_fault *fault);

/* Puts list and index of an entry into a fault. */
void cs_desired_place(const struct cs_desired *desired, size_t entry, enum cs_desired_member *list,
                      uint32_t *index);

/* Is the string of a checked text, still escaped, this plain text? */
bool cs_desired_is(struct cs_slice escaped, const char *plain);

/* Decodes a string of a checked text; gives the bytes needed with the final NUL, and
 * writes nothing when they are more than `size`. */
size_t cs_desired_decode(struct cs_slice escaped, char *out, size_t size);

#ifdef __cplusplus
}
#endif

#endif
