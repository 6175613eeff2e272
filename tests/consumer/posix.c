/*
 * An agent on the POSIX port, as C and as C++. The job is cancelled before its first step, so
 * that nothing is dialled; what is tried here is that all of the library links and opens.
 */
#include "connsync.h"
#include "connsync_port.h"
#include "core/connsync.h"
#include "port/connsync_port.h"

#include <connsync/connsync_port.h>
#include <connsync/posix_anchors.h>
#include <connsync/posix_port.h>
#include <connsync/posix_proxy.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static unsigned char memory[CONNSYNC_MEMORY_MIN];

int main(void)
{
    struct connsync_posix posix;
    struct connsync_posix_anchors anchors;
    struct connsync_posix_proxy proxy;
    struct connsync_posix_proxy_choice choice;
    struct connsync_config config;
    struct connsync_job job;
    struct connsync_wait wait;
    uint8_t der[1];
    enum connsync_status status = CONNSYNC_OK;

    connsync_posix_init(&posix, NULL, 0);
    if (connsync_posix_anchors_read(&anchors, "/nonexistent/roots.pem", der, sizeof der) !=
        CONNSYNC_POSIX_ANCHORS_NO_FILE) {
        return 1;
    }
    memset(&proxy, 0, sizeof proxy);
    memset(&choice, 0, sizeof choice);
    choice.url = "http://proxy.test:3128";
    choice.exceptions = "";
    choice.host = "tenant.test";
    choice.port_number = 443;
    if (connsync_posix_proxy_choose(&proxy, &choice) != NULL) {
        return 1;
    }
    posix.proxy = &proxy;
    memset(&config, 0, sizeof config);
    config.port = connsync_posix_port(&posix);
    config.memory = memory;
    config.memory_size = sizeof memory;
    config.domain = "tenant.test";
    config.anchors = der;
    config.anchors_length = sizeof der;
    config.token = "token";

    struct connsync *agent = connsync_open(&config, &status);
    if (agent == NULL) {
        return 1;
    }
    memset(&job, 0, sizeof job);
    job.operation = &connsync_operation_get;
    job.connection = "google-oauth2";
    status = connsync_begin(agent, &job);
    connsync_cancel(agent);
    if (status == CONNSYNC_OK) {
        status = connsync_step(agent, &wait);
    }
    connsync_close(agent);
    (void)printf("%s\n", connsync_status_name(status));
    return status == CONNSYNC_ERR_CANCELLED ? 0 : 1;
}
