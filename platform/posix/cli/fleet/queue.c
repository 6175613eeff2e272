/* Strings of three lengths end to end, looked at through a window. Nothing is judged here. */
#include "platform/posix/cli/fleet/queue.h"

#include <string.h>

void queue_clear(struct queue *queue)
{
    spill_free(&queue->spill);
    queue->length = 0;
    queue->next = 0;
    queue->count = 0;
    queue->taken = 0;
    queue->begin = 0;
    queue->is_sealed = false;
}

/* ---- Putting ---- */

static bool flush(struct queue *queue)
{
    if (!spill_add(&queue->spill, queue->bytes, queue->length)) {
        return false;
    }
    queue->length = 0;
    return true;
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

    if (sizeof queue->bytes - queue->length < QUEUE_ITEM_MAX && !flush(queue)) {
        return false;
    }
    put(queue, values, sizeof values);
    put(queue, listed->id, strlen(listed->id) + 1);
    put(queue, listed->name, strlen(listed->name) + 1);
    put(queue, listed->strategy, strlen(listed->strategy) + 1);
    queue->count++;
    return true;
}

/* ---- Taking ---- */

/* The window is moved to where these bytes are. */
static bool look_at(struct queue *queue, size_t begin)
{
    size_t left = queue->spill.length - begin;
    size_t length = left < sizeof queue->bytes ? left : sizeof queue->bytes;

    if (!spill_read(&queue->spill, begin, queue->bytes, length)) {
        return false;
    }
    queue->begin = begin;
    queue->length = length;
    queue->next = 0;
    return true;
}

bool queue_rewind(struct queue *queue)
{
    bool is_spilled = queue->spill.length > 0;

    queue->taken = 0;
    if (is_spilled && !queue->is_sealed && !flush(queue)) {
        return false;
    }
    queue->is_sealed = true;
    queue->next = 0;
    return !is_spilled || look_at(queue, 0);
}

size_t queue_left(const struct queue *queue)
{
    return queue->count - queue->taken;
}

/* Is the next one in the window, as a whole? */
static bool is_seen(const struct queue *queue)
{
    return queue->begin + queue->length == queue->spill.length || queue->spill.length == 0 ||
           queue->length - queue->next >= QUEUE_ITEM_MAX;
}

static void take(struct queue *queue, char *out)
{
    size_t size = strlen(queue->bytes + queue->next) + 1;

    memcpy(out, queue->bytes + queue->next, size);
    queue->next += size;
}

bool queue_take(struct queue *queue, struct connsync_result *result, enum connsync_setting *wanted)
{
    if (queue_left(queue) == 0 ||
        (!is_seen(queue) && !look_at(queue, queue->begin + queue->next))) {
        return false;
    }
    memset(result, 0, sizeof *result);
    result->before = (enum connsync_setting)queue->bytes[queue->next];
    *wanted = (enum connsync_setting)queue->bytes[queue->next + 1];
    queue->next += 2;
    take(queue, result->id);
    take(queue, result->name);
    take(queue, result->strategy);
    queue->taken++;
    return true;
}
