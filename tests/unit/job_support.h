/* Whole jobs of the agent against the service of service_support.h. */
#ifndef CONNSYNC_TESTS_UNIT_JOB_SUPPORT_H
#define CONNSYNC_TESTS_UNIT_JOB_SUPPORT_H

#include "config_support.h"
#include "service_support.h"

#include "core/agent/agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MEMORY_SIZE 65536
#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define OIDC "\"strategy\":\"oidc\""
#define WANTED "\"set_user_root_attributes\":\"on_first_login\""

static unsigned char memory[MEMORY_SIZE];
static struct connsync_config config;
static struct connsync_job job;
static struct connsync_result result;

/* ---- In the place of what a client adds to TLS ---- */

enum connsync_status cs_tls_identify(struct cs_tls *tls, struct cs_slice chain, struct cs_slice key)
{
    (void)tls, (void)chain, (void)key;
    return CONNSYNC_OK;
}

struct cs_tls_reason cs_tls_take_reason(struct cs_tls *tls)
{
    (void)tls;
    return (struct cs_tls_reason){.code = 0x1234, .why = 40};
}

enum connsync_status cs_tls_send_early(struct cs_tls *tls, const struct cs_tls_early *who)
{
    (void)tls, (void)who;
    return CONNSYNC_OK;
}

void cs_tls_tell(struct cs_tls *tls, struct connsync_certificate *told)
{
    (void)tls, (void)told;
}

void cs_tls_show(struct cs_tls *tls,
                 void (*certified)(void *context, unsigned depth, const uint8_t *der,
                                   size_t length),
                 void *context)
{
    (void)tls, (void)certified, (void)context;
}

void cs_tls_ask_for_anchors(struct cs_tls *tls,
                            const uint8_t *(*anchors)(void *context, const uint8_t *der,
                                                      size_t length, size_t *size),
                            void *context)
{
    (void)tls, (void)anchors, (void)context;
}

/* ---- Jobs ---- */

static void begin(const struct connsync_operation *operation)
{
    service_begin("{\"a\":1}");
    config = config_of(&service_port, memory, sizeof memory);
    memset(&job, 0, sizeof job);
    job.operation = operation;
    job.connection = operation->lists ? NULL : "con_1";
    job.wanted =
        operation == &connsync_operation_set ? CONNSYNC_ON_FIRST_LOGIN : CONNSYNC_SETTING_UNKNOWN;
}

static enum connsync_status go_on(struct connsync *agent)
{
    struct connsync_wait wait;
    enum connsync_status status;

    while ((status = connsync_step(agent, &wait)) == CONNSYNC_WOULD_BLOCK) {
        if (wait.until_ms > service.now) {
            service_pass(wait.until_ms - service.now);
        }
    }
    result = *connsync_result(agent);
    return status;
}

static struct connsync *open(void)
{
    enum connsync_status status;
    struct connsync *agent = connsync_open(&config, &status);

    assert_non_null(agent);
    return agent;
}

static enum connsync_status run(void)
{
    struct connsync *agent = open();

    assert_int_equal(connsync_begin(agent, &job), CONNSYNC_OK);
    enum connsync_status status = go_on(agent);
    connsync_close(agent);
    return status;
}

static void expect_in(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("no %s in %s", part, text);
    }
}

#endif
