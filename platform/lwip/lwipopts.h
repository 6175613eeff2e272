/*
 * lwIP's settings, for boards with 64 KB of RAM: one outgoing TCP connection, DHCP,
 * and datagrams for names and the time. lwIP includes this file by its name.
 *
 * The sizes in #ifndef are for a build that needs more room, such as tests whose
 * servers share this lwIP.
 */
#ifndef CONNSYNC_PLATFORM_LWIP_LWIPOPTS_H
#define CONNSYNC_PLATFORM_LWIP_LWIPOPTS_H

/* ---- One thread, no operating system, no heap but lwIP's own ---- */
#define NO_SYS 1
#define SYS_LIGHTWEIGHT_PROT 0
#define LWIP_SOCKET 0
#define LWIP_NETCONN 0
#define MEM_ALIGNMENT __SIZEOF_POINTER__

/* ---- Protocols ---- */
#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_ARP 1
#define LWIP_ETHERNET 1
#define LWIP_ICMP 1
#define LWIP_RAW 0
#define LWIP_UDP 1
#define LWIP_UDPLITE 0
#define LWIP_TCP 1
#define LWIP_ALTCP 0
#define LWIP_IGMP 0
#define LWIP_AUTOIP 0
#define LWIP_ACD 0
#define IP_FORWARD 0
#define IP_REASSEMBLY 0
#define IP_FRAG 0

#define LWIP_DHCP 1
/* An address is used as soon as the server has acknowledged it. RFC 2131, 2.2 and 4.4.1, would have
 * the client ask for the address first, too (SHOULD): six to nine seconds at each start (RFC
 * 5227), and its code. Servers probe before they offer; a conflict that they do not
 * see fails a job, which is tried again, and harms nothing else. */
#define LWIP_DHCP_DOES_ACD_CHECK 0
/* How far a lease is, is counted in units of this, rounded down: it is never used for longer than
 * it was given. With lwIP's own minute a lease of two would be renewed once. */
#define DHCP_COARSE_TIMER_SECS 4
#define DHCP_TIMEOUT_SIZE_T u32_t
#define DHCP_DEFINE_CUSTOM_TIMEOUTS 1
#define CS_DHCP_UNITS(seconds) LWIP_MAX((seconds) / DHCP_COARSE_TIMER_SECS, 1u)
#define DHCP_SET_TIMEOUT_FROM_OFFERED_T0_LEASE(out, dhcp)                                          \
    ((out) = CS_DHCP_UNITS((dhcp)->offered_t0_lease))
#define DHCP_SET_TIMEOUT_FROM_OFFERED_T1_RENEW(out, dhcp)                                          \
    ((out) = CS_DHCP_UNITS((dhcp)->offered_t1_renew))
#define DHCP_SET_TIMEOUT_FROM_OFFERED_T2_REBIND(out, dhcp)                                         \
    ((out) = CS_DHCP_UNITS((dhcp)->offered_t2_rebind))
/* A renewal without an answer is tried again after half of what is left, as long as that is so many
 * units. RFC 2131, 4.4.5, says 60 seconds at least (SHOULD), which of a short lease leaves
 * nothing; eight are as quiet, as each time only half is left. */
#define DHCP_NEXT_TIMEOUT_THRESHOLD 2u
/* For an answer to anything else: 2, 4, 8, 16 and 32 seconds, then a minute. */
#define DHCP_REQUEST_BACKOFF_SEQUENCE(tries) ((u16_t)(((tries) < 6 ? 1u << (tries) : 60u) * 1000u))
#define LWIP_DHCP_GET_NTP_SRV 1
#define LWIP_DHCP_MAX_NTP_SERVERS 1
/* DHCP is to deliver name servers. dns.c is not among the sources: it remembers one
 * address of a name, and the port must try them all. resolver.c takes its place. */
#define LWIP_DNS 1
#define DNS_MAX_SERVERS 2
#define LWIP_NETIF_HOSTNAME 1

/* ---- Buffers ---- */
/* Received frames lie in a chain of these while they are worked on, no longer: what
 * TCP delivers is copied out at once (see connection.h). So there is room for one
 * whole frame, and a small one. */
#ifndef PBUF_POOL_SIZE
#define PBUF_POOL_SIZE 8
#endif
#define PBUF_POOL_BUFSIZE 256
/* Everything that is sent, from its making to its acknowledgement. */
#ifndef MEM_SIZE
#define MEM_SIZE 1856
#endif
#ifndef MEMP_NUM_PBUF
#define MEMP_NUM_PBUF 4
#endif
#define ARP_TABLE_SIZE 6

/* ---- TCP ---- */
/* The least that every network carries (RFC 9293), and three of it on their way: the smallest
 * controller receives 2 KB ahead, and a window's worth comes at the speed of the line, faster
 * than it is taken out. Two full frames would be more than that, and the second be lost. */
#define TCP_MSS 536
#define TCP_CALCULATE_EFF_SEND_MSS 0 /* from an interface's MTU: it would be the same */
#define TCP_WND (3 * TCP_MSS)
#define TCP_SND_BUF (2 * TCP_MSS)
#define TCP_SND_QUEUELEN 8
#define TCP_QUEUE_OOSEQ 0
/* Room kept free behind a small write would be room taken from the next one. */
#define TCP_OVERSIZE 0
/* The first retransmission comes after a second (RFC 6298), not after three. */
#define LWIP_TCP_RTO_TIME 1000
#define LWIP_HOOK_TCP_ISN(local, local_port, remote, remote_port) cs_lwip_random()
/* lwIP's own check wants a pool that holds a whole window; ours need not, and what
 * is needed in its place is checked in connection.c. */
#define LWIP_DISABLE_TCP_SANITY_CHECKS 1

/* ---- How many of each ---- */
/* One connection, and one before it that is still saying good-bye. */
#ifndef MEMP_NUM_TCP_PCB
#define MEMP_NUM_TCP_PCB 2
#endif
#ifndef MEMP_NUM_TCP_PCB_LISTEN
#define MEMP_NUM_TCP_PCB_LISTEN 1 /* none; lwIP has no zero here */
#endif
#ifndef MEMP_NUM_TCP_SEG
#define MEMP_NUM_TCP_SEG 8
#endif
/* DHCP, a look-up for the connection, and one for or by the time client. */
#ifndef MEMP_NUM_UDP_PCB
#define MEMP_NUM_UDP_PCB 3
#endif
/* Nothing here uses timeouts of its own: lwIP's own count is right. */
#define MEMP_NUM_SYS_TIMEOUT LWIP_NUM_SYS_TIMEOUT_INTERNAL

/* ---- The loopback interface, for tests ---- */
#ifdef CONNSYNC_LWIP_LOOPBACK
#define LWIP_HAVE_LOOPIF 1
#define LWIP_NETIF_LOOPBACK 1
#define LWIP_LOOPBACK_MAX_PBUFS 16
#else
#define LWIP_HAVE_LOOPIF 0
#define LWIP_SINGLE_NETIF 1 /* no list of interfaces to search */
#define LWIP_NETIF_LOOPBACK 0
#endif

/* ---- What is counted: the use of the pools, for leak checks ---- */
#define LWIP_STATS 1
#define MEM_STATS 1
#define MEMP_STATS 1
#define LINK_STATS 0
#define ETHARP_STATS 0
#define IP_STATS 0
#define ICMP_STATS 0
#define UDP_STATS 0
#define TCP_STATS 0
#define SYS_STATS 0

/* The build says whether assertions are compiled in. */
#ifndef CONNSYNC_LWIP_ASSERT
#define LWIP_NOASSERT 1
#endif

#endif
