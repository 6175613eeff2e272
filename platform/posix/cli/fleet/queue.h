/*
 * The connections that are to be changed, between the list that found them and their
 * turn. It has one size whatever the tenant has: when it is full, the list goes on
 * later from where it was.
 */
#ifndef CONNSYNC_CLI_QUEUE_H
#define CONNSYNC_CLI_QUEUE_H

#include "core/connsync.h"

#include <stdbool.h>
#include <stddef.h>

#define QUEUE_SIZE (32u * 1024u)
/* The values, and three strings at their longest. */
#define QUEUE_ITEM_MAX (2u + CONNSYNC_ID_SIZE + CONNSYNC_NAME_SIZE + CONNSYNC_STRATEGY_SIZE)

struct queue {
    char bytes[QUEUE_SIZE];
    size_t length;
    size_t next; /* of the one whose turn it is */
    size_t count;
};

void queue_clear(struct queue *queue);

/* Is there room for so many more, whatever they are? */
bool queue_has_room(const struct queue *queue, size_t count);

/* Puts a listed connection behind the others. False if there is no room. */
bool queue_put(struct queue *queue, const struct connsync_result *listed,
               enum connsync_setting wanted);

/* Takes the first: its id, name, strategy and setting go to `result`, which is otherwise
 * cleared. False when there is none. */
bool queue_take(struct queue *queue, struct connsync_result *result, enum connsync_setting *wanted);

#endif
