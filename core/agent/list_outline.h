/*
 * What a list keeps of a page while it is received: of each connection, as soon as all of it has
 * come, the members that a list looks at. So fifty connections take little more memory than the
 * largest of them, however much they have in `options`.
 */
#ifndef CONNSYNC_CORE_AGENT_LIST_OUTLINE_H
#define CONNSYNC_CORE_AGENT_LIST_OUTLINE_H

#include <stddef.h>
#include <stdint.h>

struct cs_exchange;

/* How far a text has been looked at. All zeros: not at all. */
struct cs_list_outline {
    size_t at;      /* bytes before this one have been looked at */
    size_t begin;   /* of the connection that is being received */
    uint32_t depth; /* containers that are open */
    uint8_t kinds;  /* of the outermost two, the brackets that they begin with: a bit, 1 an array */
    uint8_t is_string; /* 1: inside of one; 2: behind a backslash in it */
};

/*
 * Looks at what has come of the body since the last call, and shortens it. A connection that is no
 * strict JSON, nests too deep, or has a member twice that a list looks at, stays as it is: who
 * checks the whole text finds there what would have been found without this. What is dropped is
 * wiped.
 */
void cs_list_outline_take(struct cs_list_outline *outline, struct cs_exchange *exchange);

#endif
