/*
 * The host as a board: a Linux process with an Ethernet controller (a TAP device), a
 * configuration partition (a file), a console (standard output) and a watchdog (a
 * signal that ends the process). Any program for platform/lwip runs on it:
 *
 *     PROGRAM --tap NAME [--config FILE] [--no-entropy] ...
 *
 * The arguments are read before main() runs, since a board's main() has none.
 */
#define _GNU_SOURCE 1

#include "platform/lwip/connsync_board.h"

#include "lwip/pbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX 1514
#define PARTITION_SIZE 8192u
#define ERASED 0xff /* as flash is before it is written */
#define LINK_PERIOD_MS 10u
#define EXIT_USAGE 64

static const char *tap_name;
static bool has_entropy = true;
static uint8_t partition[PARTITION_SIZE];

static int tap = -1;
static int control = -1;           /* a socket, to ask for the state of the link */
static uint8_t waiting[FRAME_MAX]; /* the frame that was read ahead */
static size_t waiting_length;

static _Noreturn void stop(const char *subject)
{
    (void)fprintf(stderr, "host board: %s: %s\n", subject, strerror(errno));
    exit(EXIT_USAGE);
}

static void load_partition(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        stop(path);
    }
    (void)fread(partition, 1, sizeof partition, file);
    (void)fclose(file);
}

/* glibc gives a constructor what it gives to main(). */
__attribute__((constructor)) static void read_arguments(int count, char **arguments)
{
    memset(partition, ERASED, sizeof partition);
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--tap") == 0 && i + 1 < count) {
            tap_name = arguments[++i];
        } else if (strcmp(arguments[i], "--config") == 0 && i + 1 < count) {
            load_partition(arguments[++i]);
        } else if (strcmp(arguments[i], "--no-entropy") == 0) {
            has_entropy = false;
        }
    }
}

uint64_t connsync_board_ms(void)
{
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

void connsync_board_sleep(void)
{
    struct pollfd entry = {tap, POLLIN, 0};
    if (waiting_length == 0) {
        (void)poll(&entry, 1, 1);
    }
}

void connsync_board_feed_watchdog(void)
{
    (void)alarm(CONNSYNC_BOARD_WATCHDOG_S);
}

void connsync_board_console_write(const char *text, size_t length)
{
    while (length > 0) {
        ssize_t count = write(STDOUT_FILENO, text, length);
        if (count <= 0) {
            return;
        }
        text += count;
        length -= (size_t)count;
    }
}

void connsync_board_halt(enum connsync_board_code code)
{
    exit((int)code);
}

int connsync_board_entropy(uint8_t *out, size_t length)
{
    while (has_entropy && length > 0) {
        ssize_t count = getrandom(out, length, 0);
        if (count < 0) {
            return -1;
        }
        out += count;
        length -= (size_t)count;
    }
    return has_entropy ? 0 : -1;
}

void connsync_board_mac(uint8_t mac[CONNSYNC_BOARD_MAC_SIZE])
{
    static const uint8_t address[CONNSYNC_BOARD_MAC_SIZE] = {2, 0, 0, 0, 0, 2};
    memcpy(mac, address, sizeof address);
}

const uint8_t *connsync_board_configuration(size_t *size)
{
    *size = sizeof partition;
    return partition;
}

size_t connsync_board_stack_high_water(size_t *size)
{
    /* The stack is the system's, and the sanitizers watch it. */
    *size = 1;
    return 1;
}

static void name_request(struct ifreq *request)
{
    memset(request, 0, sizeof *request);
    (void)snprintf(request->ifr_name, sizeof request->ifr_name, "%s", tap_name);
}

int connsync_board_nic_start(void)
{
    if (tap_name == NULL) {
        return -1;
    }
    struct ifreq request;
    name_request(&request);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    tap = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return tap < 0 || control < 0 || ioctl(tap, TUNSETIFF, &request) != 0 ? -1 : 0;
}

/* The link is there while the other end is up, and ready: before that, the system
 * drops what it should send. Asked for now and then. */
bool connsync_board_nic_link(void)
{
    static bool link;
    static uint64_t next_ms;
    uint64_t now = connsync_board_ms();
    if (now >= next_ms) {
        struct ifreq request;
        name_request(&request);
        link = ioctl(control, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0 &&
               (request.ifr_flags & IFF_RUNNING) != 0;
        next_ms = now + LINK_PERIOD_MS;
    }
    return link;
}

bool connsync_board_nic_waiting(void)
{
    if (waiting_length == 0) {
        ssize_t count = read(tap, waiting, sizeof waiting);
        waiting_length = count > 0 ? (size_t)count : 0;
    }
    return waiting_length > 0;
}

struct pbuf *connsync_board_nic_receive(void)
{
    if (!connsync_board_nic_waiting()) {
        return NULL;
    }
    struct pbuf *frame = pbuf_alloc(PBUF_RAW, (u16_t)waiting_length, PBUF_POOL);
    if (frame != NULL) {
        (void)pbuf_take(frame, waiting, (u16_t)waiting_length);
    }
    waiting_length = 0;
    return frame;
}

bool connsync_board_nic_send(const struct pbuf *frame)
{
    uint8_t bytes[FRAME_MAX];
    u16_t length = pbuf_copy_partial(frame, bytes, sizeof bytes, 0);
    return write(tap, bytes, length) == (ssize_t)length;
}
