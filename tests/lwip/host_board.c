/*
 * The host as a board: a Linux process with an Ethernet controller (a TAP device), a
 * configuration partition (a file), a console (standard output) and a watchdog (a
 * signal that starts the program anew). Any program for platform/lwip runs on it:
 *
 *     PROGRAM --tap NAME [--config FILE] [--capture FILE] [--no-entropy] ...
 *
 * The arguments are read before main() runs, since a board's main() has none. All
 * frames go to the capture as well (pcap, without times). SIGUSR1 makes the program
 * hang, as a defect would, until the watchdog notices.
 */
#define _GNU_SOURCE 1

#include "platform/lwip/connsync_board.h"

#include "lwip/pbuf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
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

/* The capture: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-03.html */
#define CAPTURE_MAGIC 0xA1B2C3D4u
#define CAPTURE_VERSION 0x00040002u /* 2.4, as two words of 16 bits, little end first */
#define CAPTURE_ETHERNET 1u

/* No figure of a measurement: the stack is the system's, and the sanitizers watch it. */
#define STACK_SIZE 8192u
#define STACK_USED 1u

static char **arguments;
static const char *tap_name;
static bool has_entropy = true;
static uint8_t partition[PARTITION_SIZE];

static int capture = -1;
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
    if (fread(partition, 1, sizeof partition, file) == 0 && ferror(file) != 0) {
        stop(path);
    }
    (void)fclose(file);
}

static void write_all(int file, const void *data, size_t length)
{
    const char *at = data;
    while (length > 0) {
        ssize_t count = write(file, at, length);
        if (count <= 0) {
            return;
        }
        at += count;
        length -= (size_t)count;
    }
}

static void open_capture(const char *path)
{
    const uint32_t head[6] = {CAPTURE_MAGIC, CAPTURE_VERSION, 0, 0, FRAME_MAX, CAPTURE_ETHERNET};
    capture = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (capture < 0) {
        stop(path);
    }
    write_all(capture, head, sizeof head);
}

static void keep_frame(const uint8_t *bytes, size_t length)
{
    const uint32_t head[4] = {0, 0, (uint32_t)length, (uint32_t)length};
    if (capture >= 0) {
        write_all(capture, head, sizeof head);
        write_all(capture, bytes, length);
    }
}

static void hang(int number)
{
    (void)number;
    for (;;) {
        (void)pause();
    }
}

/* A reset: the program begins anew, with nothing of this run but its arguments. */
static void bite(int number)
{
    static const char line[] = "connsync: watchdog: stuck; restarting\n";
    (void)number;
    write_all(STDOUT_FILENO, line, sizeof line - 1);
    (void)execv("/proc/self/exe", arguments);
    _exit(EXIT_USAGE);
}

/* Without the flag a signal would stay blocked over the reset. */
static void catch_signal(int number, void (*handler)(int))
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = SA_NODEFER;
    (void)sigaction(number, &action, NULL);
}

/* glibc gives a constructor what it gives to main(). */
__attribute__((constructor)) static void read_arguments(int count, char **given)
{
    arguments = given;
    memset(partition, ERASED, sizeof partition);
    for (int i = 1; i < count; i++) {
        if (strcmp(given[i], "--tap") == 0 && i + 1 < count) {
            tap_name = given[++i];
        } else if (strcmp(given[i], "--config") == 0 && i + 1 < count) {
            load_partition(given[++i]);
        } else if (strcmp(given[i], "--capture") == 0 && i + 1 < count) {
            open_capture(given[++i]);
        } else if (strcmp(given[i], "--no-entropy") == 0) {
            has_entropy = false;
        }
    }
    catch_signal(SIGALRM, bite);
    catch_signal(SIGUSR1, hang);
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
    write_all(STDOUT_FILENO, text, length);
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
    *size = STACK_SIZE;
    return STACK_USED;
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
    keep_frame(waiting, waiting_length);
    waiting_length = 0;
    return frame;
}

bool connsync_board_nic_send(const struct pbuf *frame)
{
    uint8_t bytes[FRAME_MAX];
    u16_t length = pbuf_copy_partial(frame, bytes, sizeof bytes, 0);
    keep_frame(bytes, length);
    return write(tap, bytes, length) == (ssize_t)length;
}
