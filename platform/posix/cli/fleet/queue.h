/*
 * The connections that are to be changed, between the list that found them and their
 * turn: all are put, then they are taken. It has one size in memory whatever the tenant has;
 * what is more than that goes into a file (base/spill.h).
 */
#ifndef CONNSYNC_CLI_QUEUE_H
#define CONNSYNC_CLI_QUEUE_H

#include "core/connsync.h"
#include "platform/posix/cli/base/spill.h"

#include <stdbool.h>
#include <stddef.h>

/* A page of memory; with ids and names as people give them some eighty connections. */
#define QUEUE_SIZE 4096u
/* The values, and three strings at their longest. */
#define QUEUE_ITEM_MAX (2u + CONNSYNC_ID_SIZE + CONNSYNC_NAME_SIZE + CONNSYNC_STRATEGY_SIZE)

struct queue {
    char bytes[QUEUE_SIZE]; /* the last that were put; or of all, those whose turn is next */
    size_t length;
    size_t next; /* of the one whose turn it is */
    size_t count;
    size_t taken;
    size_t begin;   /* where these bytes are in the file, while they are taken */
    bool is_sealed; /* the file has all of them, if there is one */
    struct spill spill;
};

/* Empties it. */
void queue_clear(struct queue *queue);

/* Puts a listed connection behind the others, before any is taken. False, with errno, if there is
 * no room. */
bool queue_put(struct queue *queue, const struct connsync_result *listed,
               enum connsync_setting wanted);

/* All have been put, or are to be taken once more: the first one is the next. False, with errno, if
 * they cannot be kept. */
bool queue_rewind(struct queue *queue);

/* How many are still to be taken. */
size_t queue_left(const struct queue *queue);

/* Takes the first: its id, name, strategy and setting go to `result`, which is otherwise
 * cleared. False when there is none; or, while queue_left() says that there is, with errno: it
 * cannot be read. */
bool queue_take(struct queue *queue, struct connsync_result *result, enum connsync_setting *wanted);

#endif
