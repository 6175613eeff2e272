/* The servers that share lwIP with the port, and the turning of its wheels. */

#include "tests/lwip/lwip_support.h"

#include "lwip/ip.h"
#include "lwip/tcp.h"
#include "lwip/udp.h"

#include <string.h>

struct cs_network network;
struct connsync_port port;
struct name_server name_server;
struct time_server time_server;
struct peer peer;
uint8_t pattern[LARGE];
uint8_t received[LARGE];

/* ---- Names ---- */

static uint16_t add_record(uint8_t *message, uint16_t length, uint16_t type, const uint8_t *data,
                           uint8_t size)
{
    const uint8_t head[] = {0xc0, 12, 0, (uint8_t)type, 0, 1, 0, 0, 0, 60, 0, size};
    memcpy(message + length, head, sizeof head);
    memcpy(message + length + sizeof head, data, size);
    return (uint16_t)(length + sizeof head + size);
}

static uint16_t answer_name(uint8_t *message, uint16_t length)
{
    message[2] = 0x81;
    message[3] = (uint8_t)(0x80 | name_server.code);
    message[7] = (uint8_t)(name_server.count + (name_server.alias ? 1 : 0));
    if (name_server.alias) {
        static const uint8_t target[] = {3, 'a', 'b', 'c', 0xc0, 12};
        length = add_record(message, length, 5, target, sizeof target);
    }
    for (uint8_t i = 0; i < name_server.count; i++) {
        ip4_addr_t address;
        assert_true(cs_resolver_literal(name_server.addresses[i], &address));
        length = add_record(message, length, 1, (const uint8_t *)&address, 4);
    }
    return length;
}

static void on_question(void *argument, struct udp_pcb *socket, struct pbuf *packet,
                        const ip_addr_t *sender, u16_t port_number)
{
    (void)argument;
    uint8_t message[NAME_MESSAGE_MAX + 128];
    uint16_t length = pbuf_copy_partial(packet, message, NAME_MESSAGE_MAX, 0);
    (void)pbuf_free(packet);
    name_server.questions++;
    if (name_server.silent) {
        return;
    }
    length = answer_name(message, length);
    if (name_server.change != NULL) {
        length = name_server.change(message, length);
    }
    if (length > 0) {
        struct pbuf *reply = pbuf_alloc(PBUF_TRANSPORT, length, PBUF_RAM);
        assert_non_null(reply);
        (void)pbuf_take(reply, message, length);
        (void)udp_sendto(socket, reply, sender, port_number);
        (void)pbuf_free(reply);
    }
}

/* ---- The time ---- */

static void on_time_request(void *argument, struct udp_pcb *socket, struct pbuf *packet,
                            const ip_addr_t *sender, u16_t port_number)
{
    (void)argument;
    uint8_t message[48];
    (void)pbuf_copy_partial(packet, message, sizeof message, 0);
    (void)pbuf_free(packet);
    time_server.requests++;
    if (time_server.silent) {
        return;
    }
    memcpy(message + 24, message + 40, 8);
    message[0] = 0x24;
    message[1] = 2;
    uint32_t stamp = (uint32_t)(time_server.utc + 2208988800);
    for (size_t i = 0; i < 4; i++) {
        message[40 + i] = (uint8_t)(stamp >> (24 - 8 * i));
    }
    memset(message + 44, 0, 4);
    message[44] = 0x80; /* half a second */
    if (time_server.change != NULL) {
        time_server.change(message);
    }
    struct pbuf *reply = pbuf_alloc(PBUF_TRANSPORT, sizeof message, PBUF_RAM);
    assert_non_null(reply);
    (void)pbuf_take(reply, message, sizeof message);
    (void)udp_sendto(socket, reply, sender, port_number);
    (void)pbuf_free(reply);
}

/* ---- The peer ---- */

static void on_peer_error(void *argument, err_t error)
{
    (void)argument;
    (void)error;
    peer.pcb = NULL;
    peer.failed = true;
}

static err_t on_peer_received(void *argument, struct tcp_pcb *pcb, struct pbuf *packet, err_t error)
{
    (void)argument;
    (void)error;
    if (packet == NULL) {
        peer.ended = true;
        return ERR_OK;
    }
    assert_true(peer.count + packet->tot_len <= sizeof peer.received);
    (void)pbuf_copy_partial(packet, peer.received + peer.count, packet->tot_len, 0);
    peer.count += packet->tot_len;
    if (peer.reads) {
        tcp_recved(pcb, packet->tot_len);
    } else {
        peer.untaken += packet->tot_len;
    }
    (void)pbuf_free(packet);
    return ERR_OK;
}

static err_t on_accepted(void *argument, struct tcp_pcb *pcb, err_t error)
{
    (void)argument;
    (void)error;
    peer.pcb = pcb;
    peer.accepted++;
    tcp_nagle_disable(pcb);
    tcp_recv(pcb, on_peer_received);
    tcp_err(pcb, on_peer_error);
    return ERR_OK;
}

void peer_reset(void)
{
    if (peer.pcb != NULL) {
        peer_abort();
    }
    uint32_t accepted = peer.accepted;
    memset(&peer, 0, sizeof peer);
    peer.accepted = accepted;
    peer.reads = true;
}

void peer_send(const uint8_t *data, size_t length)
{
    uint32_t patience = 30000;
    while (length > 0 && patience-- > 0) {
        assert_non_null(peer.pcb);
        size_t part = LWIP_MIN(length, (size_t)tcp_sndbuf(peer.pcb));
        if (part > 0 && tcp_write(peer.pcb, data, (u16_t)part, TCP_WRITE_FLAG_COPY) == ERR_OK) {
            data += part;
            length -= part;
        }
        (void)tcp_output(peer.pcb);
        if (length > 0) {
            pass(1);
        }
    }
    assert_int_equal(length, 0);
}

static struct tcp_pcb *let_go(void)
{
    struct tcp_pcb *pcb = peer.pcb;
    assert_non_null(pcb);
    peer.pcb = NULL;
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_err(pcb, NULL);
    return pcb;
}

void peer_finish(void)
{
    assert_int_equal(tcp_shutdown(peer.pcb, 0, 1), ERR_OK);
}

void peer_abort(void)
{
    tcp_abort(let_go());
}

void peer_take_all(void)
{
    peer.reads = true;
    tcp_recved(peer.pcb, (u16_t)peer.untaken);
    peer.untaken = 0;
}

/* ---- Turns ---- */

static struct udp_pcb *serve_datagrams(uint16_t port_number, udp_recv_fn receive)
{
    struct udp_pcb *socket = udp_new();
    ip_addr_t loop;
    IP4_ADDR(&loop, 127, 0, 0, 1);
    assert_non_null(socket);
    assert_int_equal(udp_bind(socket, &loop, port_number), ERR_OK);
    udp_recv(socket, receive, NULL);
    return socket;
}

static void serve_streams(void)
{
    struct tcp_pcb *pcb = tcp_new();
    assert_non_null(pcb);
    assert_int_equal(tcp_bind(pcb, IP4_ADDR_ANY, PEER_PORT), ERR_OK);
    pcb = tcp_listen(pcb);
    assert_non_null(pcb);
    tcp_accept(pcb, on_accepted);
}

void start_network(void)
{
    world.dhcp_host = 2;
    time_server.utc = CONNSYNC_TEST_BUILD_EPOCH + 1000;
    name_server.count = 1;
    name_server.addresses[0] = LOOP_ADDRESS;
    peer.reads = true;
    for (size_t i = 0; i < sizeof pattern; i++) {
        pattern[i] = (uint8_t)(i * 7 + i / 251);
    }
    assert_int_equal(cs_network_start(&network), 0);
    cs_network_port(&network, &port);
    (void)serve_datagrams(53, on_question);
    (void)serve_datagrams(123, on_time_request);
    serve_streams();
}

int start_ready(void **state)
{
    (void)state;
    start_network();
    world.link = true;
    return pass_until(CS_NETWORK_READY, 10000) ? 0 : -1;
}

void pass(uint32_t ms)
{
    for (uint32_t i = 0; i < ms; i++) {
        world.now_ms++;
        (void)cs_network_poll(&network);
    }
}

bool pass_until(enum cs_network_state state, uint32_t at_most_ms)
{
    for (uint32_t i = 0; i < at_most_ms; i++) {
        if (cs_network_state(&network) == state) {
            return true;
        }
        pass(1);
    }
    return cs_network_state(&network) == state;
}

int connect_fully(const char *host, uint16_t port_number, uint32_t *took_ms)
{
    uint64_t begin = world.now_ms;
    int status = port.connect(port.context, host, port_number);
    while (status == CONNSYNC_PORT_WOULD_BLOCK && world.now_ms - begin < 60000) {
        pass(1);
        status = port.connect(port.context, host, port_number);
    }
    if (took_ms != NULL) {
        *took_ms = (uint32_t)(world.now_ms - begin);
    }
    return status;
}

void send_all(const uint8_t *data, size_t length, size_t piece)
{
    uint32_t patience = 300000;
    while (length > 0 && patience-- > 0) {
        size_t part = piece < length ? piece : length;
        int32_t count = port.send(port.context, data, part);
        if (count == CONNSYNC_PORT_WOULD_BLOCK) {
            pass(1);
            continue;
        }
        assert_in_range(count, 1, part);
        data += count;
        length -= (size_t)count;
    }
    assert_int_equal(length, 0);
}

int32_t recv_fully(uint8_t *data, size_t size)
{
    int32_t count = port.recv(port.context, data, size);
    for (int i = 0; i < 30000 && count == CONNSYNC_PORT_WOULD_BLOCK; i++) {
        pass(1);
        count = port.recv(port.context, data, size);
    }
    return count;
}

void open_pair(const char *address)
{
    peer_reset();
    uint32_t before = peer.accepted;
    assert_int_equal(connect_fully(address, PEER_PORT, NULL), CONNSYNC_PORT_OK);
    pass(5);
    assert_int_equal(peer.accepted, before + 1);
}

void close_pair(void)
{
    port.close(port.context);
    pass(5);
    peer_reset();
    pass(5);
}

struct cs_network_figures figures(void)
{
    struct cs_network_figures now;
    cs_network_figures(&network, &now);
    return now;
}

void assert_nothing_lost(const struct cs_network_figures *before)
{
    pass(130000); /* TIME-WAIT lasts two minutes */
    struct cs_network_figures now = figures();
    assert_int_equal(now.heap.used, before->heap.used);
    assert_int_equal(now.packet_buffers.used, 0);
    assert_int_equal(now.references.used, 0);
    assert_int_equal(now.tcp_connections.used, before->tcp_connections.used);
    assert_int_equal(now.tcp_segments.used, 0);
    assert_int_equal(now.udp_sockets.used, before->udp_sockets.used);
    assert_in_range(now.timeouts.used, 0, before->timeouts.used);
    assert_int_equal(now.timeouts.failed, 0);
    assert_int_equal(now.packet_buffers.failed, 0);
}
