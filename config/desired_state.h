/* What the files of config/desired share, and nobody else uses. No file calls one above it:
 *
 *     desired_text     what is wrong, in words      desired_read     the document's grammar
 *     desired_board    what a board can do          desired_find     the entries in order
 *     desired          what a document says: members, strings, places
 */
#ifndef CONNSYNC_CONFIG_DESIRED_STATE_H
#define CONNSYNC_CONFIG_DESIRED_STATE_H

#include "config/desired.h"

/* A set of members is a word of bits. */
#define CS_DESIRED_BIT(member) (1u << (member))

/* The member's name in the document. */
const char *cs_desired_member_name(enum cs_desired_member member);

/* Is the member in the document, outside of its lists? */
bool cs_desired_has(const struct cs_desired *desired, enum cs_desired_member member);

/* A member of the document, or with _NO_MEMBER the document. */
struct cs_desired_place cs_desired_place_of_member(enum cs_desired_member member);

/* An entry, by its number among all of them. */
struct cs_desired_place cs_desired_place_of_entry(const struct cs_desired *desired, size_t entry);

/* Fills in all of the fault. Gives true for CS_DESIRED_OK. */
bool cs_desired_settle(struct cs_desired_fault *fault, enum cs_desired_error error,
                       struct cs_desired_place place);

/* The string of an entry, as it is in the document. */
struct cs_slice cs_desired_entry_slice(const struct cs_desired *desired,
                                       const struct cs_desired_entry *entry);

/* Sorts the entries by what they mean. False, with the places of both in the fault,
 * when two mean the same. */
bool cs_desired_sort(struct cs_desired *desired, struct cs_desired_fault *fault);

#endif
