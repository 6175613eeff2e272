/* The least that an agent can be opened with. */
#ifndef CONNSYNC_TESTS_UNIT_CONFIG_SUPPORT_H
#define CONNSYNC_TESTS_UNIT_CONFIG_SUPPORT_H

#include "core/connsync.h"

#include <string.h>

/* Of tenant.test, with one token, and an anchor that nobody looks at. */
static struct connsync_config config_of(const struct connsync_port *port, void *memory, size_t size)
{
    struct connsync_config config;

    memset(&config, 0, sizeof config);
    config.port = port;
    config.memory = memory;
    config.memory_size = size;
    config.domain = "tenant.test";
    config.anchors = (const uint8_t *)"";
    config.anchors_length = 1;
    config.token = "token";
    return config;
}

#endif
