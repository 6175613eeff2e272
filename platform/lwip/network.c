/* Brings lwIP's one interface up and follows it: link, lease, date. Frames come and go through the
 * board's controller; what travels in them is for the other files. */
#include "platform/lwip/network.h"

#include "platform/lwip/connsync_board.h"

#include "lwip/dhcp.h"
#include "lwip/etharp.h"
#include "lwip/init.h"
#include "lwip/memp.h"
#include "lwip/prot/dhcp.h"
#include "lwip/stats.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"

#include <string.h>

#define ETHERNET_MTU 1500

static err_t send_frame(struct netif *netif, struct pbuf *frame)
{
    struct cs_network *network = netif->state;
    if (!connsync_board_nic_send(frame)) {
        network->frames_refused++;
        return ERR_IF;
    }
    network->frames_out++;
    return ERR_OK;
}

static err_t prepare_netif(struct netif *netif)
{
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->hostname = "connsync";
    netif->output = etharp_output;
    netif->linkoutput = send_frame;
    netif->mtu = ETHERNET_MTU;
    netif->hwaddr_len = CONNSYNC_BOARD_MAC_SIZE;
    connsync_board_mac(netif->hwaddr);
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
    return ERR_OK;
}

int cs_network_start(struct cs_network *network)
{
    memset(network, 0, sizeof *network);
    network->connection.reason = "";
    if (connsync_board_nic_start() < 0) {
        return -1;
    }
    lwip_init();
    if (netif_add(&network->netif, IP4_ADDR_ANY4, IP4_ADDR_ANY4, IP4_ADDR_ANY4, network,
                  prepare_netif, ethernet_input) == NULL) {
        return -1;
    }
    netif_set_default(&network->netif);
    netif_set_up(&network->netif);
    /* Without a link it begins to ask as soon as there is one. */
    return dhcp_start(&network->netif) == ERR_OK ? 0 : -1;
}

static void watch_link(struct cs_network *network)
{
    bool link = connsync_board_nic_link();
    if (link == (netif_is_link_up(&network->netif) != 0)) {
        return;
    }
    if (link) {
        netif_set_link_up(&network->netif); /* and DHCP confirms the lease, or gets one */
    } else {
        netif_set_link_down(&network->netif);
        cs_connection_break(&network->connection, "no link");
    }
}

static bool has_lease(const struct cs_network *network)
{
    return dhcp_supplied_address(&network->netif) != 0;
}

/* While a lease is confirmed after the link was lost, it counts as none, but what
 * it told is not forgotten. */
static void watch_lease(struct cs_network *network)
{
    const ip4_addr_t *address = netif_ip4_addr(&network->netif);
    if (ip4_addr_eq(address, &network->address)) {
        return;
    }
    ip4_addr_copy(network->address, *address);
    cs_connection_break(&network->connection, "the lease is lost or another one");
    cs_time_client_restart(&network->time);
    if (ip4_addr_isany_val(network->address)) {
        cs_resolver_forget_servers();
    }
}

/* lwIP begins anew as soon as it is refused (DHCPNAK), and would go round with a server that offers
 * and refuses as fast as the network carries it. A lease of before that is refused is another
 * matter: it is asked for anew at once. */
static void hand_over(struct cs_network *network, struct pbuf *frame)
{
    struct dhcp *dhcp = netif_dhcp_data(&network->netif);
    bool asked = dhcp->state == DHCP_STATE_REQUESTING;
    if (network->netif.input(frame, &network->netif) != ERR_OK) {
        (void)pbuf_free(frame);
    }
    if (asked && dhcp->state == DHCP_STATE_SELECTING) {
        dhcp->state = DHCP_STATE_BACKING_OFF;
        dhcp->request_timeout = CS_NETWORK_REFUSED_MS / DHCP_FINE_TIMER_MSECS;
    }
}

static bool take_frames(struct cs_network *network)
{
    uint32_t count = 0;
    while (count < CS_NETWORK_FRAMES_A_TURN && connsync_board_nic_waiting()) {
        struct pbuf *frame = connsync_board_nic_receive();
        count++;
        if (frame != NULL) {
            hand_over(network, frame);
        }
    }
    network->frames_in += count;
    return count > 0;
}

void cs_network_attend(void *network)
{
    (void)take_frames(network);
    sys_check_timeouts();
}

bool cs_network_poll(struct cs_network *network)
{
    uint32_t out_before = network->frames_out;
    watch_link(network);
    bool moved = take_frames(network);
    sys_check_timeouts();
#if LWIP_NETIF_LOOPBACK
    netif_poll_all();
#endif
    watch_lease(network);
    if (has_lease(network)) {
        cs_time_client_step(&network->time, connsync_board_ms());
    }
    cs_connection_poll(&network->connection);
    return moved || network->frames_out != out_before;
}

bool cs_network_may_sleep(const struct cs_network *network)
{
    return !connsync_board_nic_waiting() && !cs_connection_is_read(&network->connection);
}

enum cs_network_state cs_network_state(const struct cs_network *network)
{
    if (!netif_is_link_up(&network->netif)) {
        return CS_NETWORK_NO_LINK;
    }
    if (!has_lease(network)) {
        return CS_NETWORK_NO_LEASE;
    }
    return cs_time_client_known(&network->time) ? CS_NETWORK_READY : CS_NETWORK_NO_TIME;
}

void cs_network_doubt_time(struct cs_network *network)
{
    cs_time_client_doubt(&network->time);
}

const char *cs_network_state_text(enum cs_network_state state)
{
    switch (state) {
    case CS_NETWORK_NO_LINK:
        return "no link";
    case CS_NETWORK_NO_LEASE:
        return "no lease";
    case CS_NETWORK_NO_TIME:
        return "no time";
    case CS_NETWORK_READY:
        break;
    }
    return "ready";
}

void cs_network_address(const struct cs_network *network, char text[CS_NETWORK_ADDRESS_SIZE])
{
    _Static_assert(CS_NETWORK_ADDRESS_SIZE >= IP4ADDR_STRLEN_MAX, "an address must fit");
    (void)ip4addr_ntoa_r(netif_ip4_addr(&network->netif), text, (int)CS_NETWORK_ADDRESS_SIZE);
}

const char *cs_network_reason(const struct cs_network *network)
{
    return network->connection.reason;
}

static struct cs_network_mark mark_of(const struct stats_mem *stats)
{
    struct cs_network_mark mark = {stats->used, stats->max, stats->avail, stats->err};
    return mark;
}

void cs_network_figures(const struct cs_network *network, struct cs_network_figures *out)
{
    out->heap = mark_of(&lwip_stats.mem);
    out->packet_buffers = mark_of(lwip_stats.memp[MEMP_PBUF_POOL]);
    out->references = mark_of(lwip_stats.memp[MEMP_PBUF]);
    out->tcp_connections = mark_of(lwip_stats.memp[MEMP_TCP_PCB]);
    out->tcp_segments = mark_of(lwip_stats.memp[MEMP_TCP_SEG]);
    out->udp_sockets = mark_of(lwip_stats.memp[MEMP_UDP_PCB]);
    out->timeouts = mark_of(lwip_stats.memp[MEMP_SYS_TIMEOUT]);
    out->frames_in = network->frames_in;
    out->frames_out = network->frames_out;
    out->frames_refused = network->frames_refused;
}
