/* The one agent, its block and its jobs. */
#include "tests/fault/world_job.h"

#include "tests/fault/choices.h"

#include <string.h>

/* Less than a write may take to land, a little more, and plenty. */
static const uint32_t timeouts_ms[] = {6000, 13000, 60000};
#define TIMEOUTS (sizeof timeouts_ms / sizeof timeouts_ms[0])

static _Alignas(16) unsigned char memory[48u * 1024u];

uint32_t world_take_timeout(void)
{
    return timeouts_ms[choices_take(TIMEOUTS)];
}

struct connsync *world_open(uint32_t timeout_ms, enum connsync_status *status)
{
    static const uint8_t anchor[1];
    struct connsync_config config;

    memset(&config, 0, sizeof config);
    config.port = world_port();
    config.memory = memory;
    config.memory_size = sizeof memory;
    config.domain = "tenant.test";
    config.anchors = anchor;
    config.anchors_length = sizeof anchor;
    config.token = "token";
    config.reconnect_reserve = 1024;
    config.timeout_ms = timeout_ms;
    return connsync_open(&config, status);
}

void world_make_job(enum world_task task, struct connsync_job *job)
{
    static const struct {
        const struct connsync_operation *operation;
        enum connsync_setting wanted;
        const char *document;
    } tasks[WORLD_TASKS] = {
        [WORLD_SET] = {&connsync_operation_set, CONNSYNC_NEVER_ON_LOGIN, NULL},
        [WORLD_PATCH] = {&connsync_operation_patch, CONNSYNC_SETTING_UNKNOWN,
                         "{\"n\":7,\"scope\":null}"},
        [WORLD_RESTORE] = {&connsync_operation_restore, CONNSYNC_SETTING_UNKNOWN,
                           "{\"client_secret\":\"s0\",\"n\":7}"},
        [WORLD_UNDO] = {&connsync_operation_set, CONNSYNC_NEVER_ON_LOGIN, NULL},
    };

    memset(job, 0, sizeof *job);
    job->operation = tasks[task].operation;
    job->connection = WORLD_ID;
    job->wanted = tasks[task].wanted;
    job->document = tasks[task].document;
    job->document_length = job->document != NULL ? strlen(job->document) : 0;
}

uint64_t world_wakes_at(const struct connsync_wait *wait)
{
    uint64_t arrival = wait->readable || wait->writable ? world_next_arrival() : UINT64_MAX;

    return arrival < wait->until_ms ? arrival : wait->until_ms;
}
