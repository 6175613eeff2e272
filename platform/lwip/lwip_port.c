/* The seven functions of the port, over the network. */

#include "platform/lwip/connsync_board.h"
#include "platform/lwip/network.h"

#include <string.h>

static int port_connect(void *context, const char *host, uint16_t port_number)
{
    struct cs_network *network = context;
    enum cs_network_state state = cs_network_state(network);
    /* The date is not needed to open a connection: what needs it asks for it. */
    if (state == CS_NETWORK_NO_LINK || state == CS_NETWORK_NO_LEASE) {
        cs_connection_close(&network->connection);
        network->connection.reason = cs_network_state_text(state);
        return CONNSYNC_PORT_ERR_NETWORK;
    }
    return cs_connection_connect(&network->connection, host, port_number, connsync_board_ms());
}

static int32_t port_send(void *context, const uint8_t *data, size_t length)
{
    struct cs_network *network = context;
    return cs_connection_send(&network->connection, data, length);
}

static int32_t port_recv(void *context, uint8_t *data, size_t size)
{
    struct cs_network *network = context;
    return cs_connection_recv(&network->connection, data, size);
}

static void port_close(void *context)
{
    struct cs_network *network = context;
    cs_connection_close(&network->connection);
}

static uint64_t port_monotonic_ms(void *context)
{
    (void)context;
    return connsync_board_ms();
}

static int port_utc_seconds(void *context, int64_t *seconds)
{
    const struct cs_network *network = context;
    if (!cs_time_client_known(&network->time)) {
        return CONNSYNC_PORT_ERR_TIME_UNKNOWN;
    }
    *seconds = cs_time_client_utc(&network->time, connsync_board_ms());
    return CONNSYNC_PORT_OK;
}

static int port_entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    if (connsync_board_entropy(out, length) < 0) {
        memset(out, 0, length);
        return CONNSYNC_PORT_ERR_ENTROPY;
    }
    return CONNSYNC_PORT_OK;
}

void cs_network_port(struct cs_network *network, struct connsync_port *out)
{
    out->context = network;
    out->connect = port_connect;
    out->send = port_send;
    out->recv = port_recv;
    out->close = port_close;
    out->monotonic_ms = port_monotonic_ms;
    out->utc_seconds = port_utc_seconds;
    out->entropy = port_entropy;
}
