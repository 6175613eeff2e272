/* Strings of three lengths end to end in one buffer. Nothing is judged here. */
#include "platform/posix/cli/fleet/queue.h"

#include <string.h>

void queue_clear(struct queue *queue)
{
    queue->length = 0;
    queue->next = 0;
    queue->count = 0;
}

bool queue_has_room(const struct queue *queue, size_t count)
{
    return (sizeof queue->bytes - queue->length) / QUEUE_ITEM_MAX >= count;
}

static void put(struct queue *queue, const void *data, size_t length)
{
    memcpy(queue->bytes + queue->length, data, length);
    queue->length += length;
}

bool queue_put(struct queue *queue, const struct connsync_result *listed,
               enum connsync_setting wanted)
{
    const char values[2] = {(char)listed->before, (char)wanted};

    if (!queue_has_room(queue, 1)) {
        return false;
    }
    put(queue, values, sizeof values);
    put(queue, listed->id, strlen(listed->id) + 1);
    put(queue, listed->name, strlen(listed->name) + 1);
    put(queue, listed->strategy, strlen(listed->strategy) + 1);
    queue->count++;
    return true;
}

static void take(struct queue *queue, char *out)
{
    size_t size = strlen(queue->bytes + queue->next) + 1;

    memcpy(out, queue->bytes + queue->next, size);
    queue->next += size;
}

bool queue_take(struct queue *queue, struct connsync_result *result, enum connsync_setting *wanted)
{
    if (queue->next == queue->length) {
        return false;
    }
    memset(result, 0, sizeof *result);
    result->before = (enum connsync_setting)queue->bytes[queue->next];
    *wanted = (enum connsync_setting)queue->bytes[queue->next + 1];
    queue->next += 2;
    take(queue, result->id);
    take(queue, result->name);
    take(queue, result->strategy);
    return true;
}
