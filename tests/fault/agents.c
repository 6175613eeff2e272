/*
 * Several agents in one process, interleaved at each thing that one of them asks of its port.
 *
 *     agents DOMAIN PORT ROOTS TOKEN SEED COUNT
 *
 * Each has a block and a connection of its own, receives a few bytes at a time and has to wait after
 * each, and is stepped whenever the seed says so: so any of them stands anywhere in its handshake,
 * or in its job, while any other goes on. Some are cancelled, in the middle of whatever they do, and
 * some begin when others have ended; the block of one that was closed is written over, so that what
 * another still had there would be missed. Those that are not cancelled set con_0000000000000001 and so
 * on. Prints what became of each, "NUMBER STATUS OUTCOME".
 */
#include "core/connsync.h"
#include "platform/posix/network/posix_anchors.h"
#include "platform/posix/network/posix_port.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AGENTS_MAX 16u
#define BLOCK_SIZE (256u * 1024u)
#define PIECE 150u
#define ROUNDS_MAX 2000000u
/* Every so many agents one is cancelled. */
#define CANCELLED 4u

struct lane {
    unsigned number;
    uint64_t block[BLOCK_SIZE / sizeof(uint64_t)];
    struct connsync_posix posix;
    const struct connsync_port *real;
    struct connsync_port port;
    bool blocks; /* the next receive */
    struct connsync *agent;
    struct connsync_pace *pace;
    char id[CONNSYNC_ID_SIZE];
    uint64_t begins; /* in this round, */
    uint64_t ends;   /* and is cancelled in this one; 0: never */
    bool is_done;
};

static struct lane lanes[AGENTS_MAX];
static uint8_t anchors[64 * 1024];
static size_t anchors_length;
static uint64_t random_state;

static uint64_t random_below(uint64_t limit)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (random_state >> 33) % limit;
}

/* ---- Each agent's port ---- */

static int lane_connect(void *context, const char *host, uint16_t port_number)
{
    struct lane *lane = context;

    return lane->real->connect(lane->real->context, host, port_number);
}

static int32_t lane_send(void *context, const uint8_t *data, size_t length)
{
    struct lane *lane = context;

    return lane->real->send(lane->real->context, data, length < PIECE ? length : PIECE);
}

static int32_t lane_recv(void *context, uint8_t *data, size_t size)
{
    struct lane *lane = context;

    lane->blocks = !lane->blocks;
    if (lane->blocks) {
        return CONNSYNC_PORT_WOULD_BLOCK;
    }
    return lane->real->recv(lane->real->context, data, size < PIECE ? size : PIECE);
}

static void lane_close(void *context)
{
    struct lane *lane = context;

    lane->real->close(lane->real->context);
}

static uint64_t lane_clock(void *context)
{
    struct lane *lane = context;

    return lane->real->monotonic_ms(lane->real->context);
}

static int lane_utc(void *context, int64_t *seconds)
{
    struct lane *lane = context;

    return lane->real->utc_seconds(lane->real->context, seconds);
}

static int lane_entropy(void *context, uint8_t *out, size_t length)
{
    struct lane *lane = context;

    return lane->real->entropy(lane->real->context, out, length);
}

/* ---- Each agent ---- */

static void prepare(struct lane *lane, unsigned number, struct connsync_pace *pace,
                    uint16_t port_number)
{
    lane->number = number;
    lane->pace = pace;
    connsync_posix_init(&lane->posix, "127.0.0.1", port_number);
    lane->real = connsync_posix_port(&lane->posix);
    lane->port = (struct connsync_port){lane,       lane_connect, lane_send, lane_recv,
                                        lane_close, lane_clock,   lane_utc,  lane_entropy};
    (void)snprintf(lane->id, sizeof lane->id, "con_%016u", number + 1);
    lane->begins = random_below(300);
    lane->ends = number % CANCELLED == CANCELLED - 1 ? lane->begins + 1 + random_below(700) : 0;
}

static bool begin(struct lane *lane, const char *domain, const char *token)
{
    struct connsync_config config;
    struct connsync_job job;
    enum connsync_status status;

    memset(&config, 0, sizeof config);
    config.port = &lane->port;
    config.memory = lane->block;
    config.memory_size = sizeof lane->block;
    config.domain = domain;
    config.anchors = anchors;
    config.anchors_length = anchors_length;
    config.token = token;
    config.pace = lane->pace;
    lane->agent = connsync_open(&config, &status);
    if (lane->agent == NULL) {
        return false;
    }
    memset(&job, 0, sizeof job);
    job.operation = &connsync_operation_set;
    job.connection = lane->id;
    job.wanted = CONNSYNC_ON_FIRST_LOGIN;
    return connsync_begin(lane->agent, &job) == CONNSYNC_OK;
}

static void end(struct lane *lane, enum connsync_status status)
{
    (void)printf("%u %s %s\n", lane->number, connsync_status_name(status),
                 connsync_outcome_name(connsync_result(lane->agent)->outcome));
    connsync_close(lane->agent);
    memset(lane->block, 0xa5, sizeof lane->block);
    lane->is_done = true;
}

static void turn(struct lane *lane, unsigned long round)
{
    struct connsync_wait wait;

    if (lane->ends != 0 && round >= lane->ends) {
        connsync_cancel(lane->agent);
        connsync_cancel(lane->agent);
    }
    enum connsync_status status = connsync_step(lane->agent, &wait);
    if (status != CONNSYNC_WOULD_BLOCK) {
        end(lane, status);
    } else if (random_below(20) == 0) {
        (void)connsync_posix_wait(&lane->posix, wait.readable, wait.writable, lane_clock(lane) + 1);
    }
}

static bool go_on(struct lane *lane, unsigned long round, const char *domain, const char *token)
{
    if (lane->is_done || round < lane->begins) {
        return true;
    }
    if (lane->agent == NULL && !begin(lane, domain, token)) {
        return false;
    }
    turn(lane, round);
    return true;
}

static bool are_done(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (!lanes[i].is_done) {
            return false;
        }
    }
    return true;
}

int main(int count, char **words)
{
    struct connsync_posix_anchors loaded;
    struct connsync_pace pace;
    unsigned agents = count == 7 ? (unsigned)strtoul(words[6], NULL, 10) : 0;

    if (agents == 0 || agents > AGENTS_MAX ||
        connsync_posix_anchors_read(&loaded, words[3], anchors, sizeof anchors) !=
            CONNSYNC_POSIX_ANCHORS_OK) {
        return 64;
    }
    anchors_length = loaded.length;
    random_state = strtoul(words[5], NULL, 10);
    connsync_pace_init(&pace);
    pace.agents = agents;
    for (unsigned i = 0; i < agents; i++) {
        prepare(&lanes[i], i, &pace, (uint16_t)strtoul(words[2], NULL, 10));
    }
    for (unsigned long round = 0; round < ROUNDS_MAX && !are_done(agents); round++) {
        if (!go_on(&lanes[random_below(agents)], round, words[1], words[4])) {
            return 1;
        }
    }
    return are_done(agents) ? 0 : 1;
}
