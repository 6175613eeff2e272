/* The one port, and what is asked of it beside connections, which are the agent's. */
#include "platform/posix/cli/base/system.h"

#include <stdbool.h>
#include <stddef.h>

static struct connsync_posix posix;
static bool initialised;

struct connsync_posix *system_posix(void)
{
    if (!initialised) {
        connsync_posix_init(&posix, NULL, 0);
        initialised = true;
    }
    return &posix;
}

const struct connsync_port *system_port(void)
{
    return connsync_posix_port(system_posix());
}

uint64_t system_now_ms(void)
{
    const struct connsync_port *port = system_port();

    return port->monotonic_ms(port->context);
}

uint32_t system_random(void)
{
    const struct connsync_port *port = system_port();
    uint32_t random = 0;

    return port->entropy(port->context, (uint8_t *)&random, sizeof random) == CONNSYNC_PORT_OK
               ? random
               : 0;
}
