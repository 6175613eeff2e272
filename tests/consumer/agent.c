/*
 * An agent on a port of one's own, in what C and C++ have in common: it is compiled as both.
 * The port knows no name, so that the job ends with a status that nothing else gives.
 */
#include <connsync/connsync.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static unsigned char memory[CONNSYNC_MEMORY_MIN];
static uint64_t now_ms;

static int no_name(void *context, const char *host, uint16_t port_number)
{
    (void)context, (void)host, (void)port_number;
    return CONNSYNC_PORT_ERR_NAME;
}

static int32_t no_send(void *context, const uint8_t *data, size_t length)
{
    (void)context, (void)data, (void)length;
    return CONNSYNC_PORT_ERR_RESET;
}

static int32_t no_recv(void *context, uint8_t *data, size_t size)
{
    (void)context, (void)data, (void)size;
    return CONNSYNC_PORT_ERR_RESET;
}

static void nothing_to_close(void *context)
{
    (void)context;
}

static uint64_t monotonic_ms(void *context)
{
    (void)context;
    return now_ms;
}

static int utc_seconds(void *context, int64_t *seconds)
{
    (void)context;
    *seconds = INT64_C(1769850000);
    return CONNSYNC_PORT_OK;
}

/* Good enough for a job that never sends a byte, and for nothing else. */
static int entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    memset(out, 0x5a, length);
    return CONNSYNC_PORT_OK;
}

static enum connsync_status run(struct connsync *agent)
{
    struct connsync_job job;
    struct connsync_wait wait;
    enum connsync_status status;

    memset(&job, 0, sizeof job);
    job.operation = &connsync_operation_get;
    job.connection = "google-oauth2";
    status = connsync_begin(agent, &job);
    while (status == CONNSYNC_OK || status == CONNSYNC_WOULD_BLOCK) {
        status = connsync_step(agent, &wait);
        now_ms = wait.until_ms;
    }
    return status;
}

int main(void)
{
    const struct connsync_port port = {
        NULL, no_name, no_send, no_recv, nothing_to_close, monotonic_ms, utc_seconds, entropy};
    const uint8_t no_anchors[] = {0};
    enum connsync_status status = CONNSYNC_OK;
    struct connsync_config config;

    memset(&config, 0, sizeof config);
    config.port = &port;
    config.memory = memory;
    config.memory_size = sizeof memory;
    config.domain = "tenant.test";
    config.anchors = no_anchors;
    config.anchors_length = sizeof no_anchors;
    config.token = "token";

    struct connsync *agent = connsync_open(&config, &status);
    if (agent != NULL) {
        status = run(agent);
    }
    connsync_close(agent);
    (void)printf("%s\n", connsync_status_name(status));
    return status == CONNSYNC_ERR_NAME ? 0 : 1;
}
