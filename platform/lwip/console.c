/* The console's lines. What there is to say is decided by run.c, sentences on a job are made in
 * config/sentence.c, and the bytes go out through the board. */
#include "platform/lwip/console.h"

#include "config/sentence.h"
#include "core/base/civil.h"
#include "core/base/version.h"
#include "platform/lwip/failure_text.h"

struct line {
    struct cs_writer writer;
    char text[CS_SENTENCE_SIZE];
};

static void begin(struct line *line, const char *text)
{
    /* Room is left for the end of the line. */
    cs_writer_init(&line->writer, line->text, sizeof line->text - 1);
    cs_write_string(&line->writer, text);
}

static void add(struct line *line, const char *text)
{
    cs_write_string(&line->writer, text);
}

static void add_number(struct line *line, const char *before, uint64_t number)
{
    add(line, before);
    cs_write_u64(&line->writer, number);
}

static void end(struct line *line)
{
    cs_sentence_clean(line->text);
    line->text[line->writer.length] = '\n';
    connsync_board_console_write(line->text, line->writer.length + 1);
}

void cs_console_greet(const char *board)
{
    struct line line;

    begin(&line, "connsync " CONNSYNC_VERSION " on ");
    add(&line, board);
    end(&line);
}

void cs_console_settings(const struct cs_settings *settings)
{
    struct line line;

    begin(&line, "configuration:");
    add_number(&line, " ", settings->desired.count);
    add(&line, settings->desired.count == 1 ? " connection of " : " connections of ");
    add(&line, settings->host);
    add_number(&line, ", every ", settings->desired.every_s);
    add(&line, " s");
    end(&line);
}

void cs_console_reason(const char *what, const char *reason)
{
    struct line line;

    begin(&line, what);
    add(&line, ": ");
    add(&line, reason);
    end(&line);
}

static void tell_address(const struct cs_network *network)
{
    char address[CS_NETWORK_ADDRESS_SIZE];

    cs_network_address(network, address);
    cs_console_reason("network", address);
}

static void add_two_digits(struct line *line, const char *before, int number)
{
    add(line, before);
    add_number(line, number < 10 ? "0" : "", (uint64_t)number);
}

/* As RFC 3339 writes it: 2026-11-23T12:00:00Z. */
static void add_time(struct line *line, int64_t seconds)
{
    struct cs_civil civil;

    cs_civil_from_utc(seconds, &civil);
    add_number(line, "", (uint64_t)civil.year);
    add_two_digits(line, "-", civil.month);
    add_two_digits(line, "-", civil.day);
    add_two_digits(line, "T", civil.hour);
    add_two_digits(line, ":", civil.minute);
    add_two_digits(line, ":", civil.second);
    add(line, "Z");
}

static void tell_time(const struct connsync_port *port)
{
    struct line line;
    int64_t now = 0;

    begin(&line, "time: ");
    if (port->utc_seconds(port->context, &now) == CONNSYNC_PORT_OK) {
        add_time(&line, now);
    } else {
        add(&line, "unknown");
    }
    end(&line);
}

void cs_console_network(const struct cs_network *network, const struct connsync_port *port,
                        enum cs_network_state before)
{
    enum cs_network_state state = cs_network_state(network);

    if (state < CS_NETWORK_NO_TIME) {
        cs_console_reason("network", cs_network_state_text(state));
        return;
    }
    if (before < CS_NETWORK_NO_TIME) {
        tell_address(network);
    }
    tell_time(port);
}

/* Those for which the network may have a reason. */
static bool is_network(enum connsync_status status)
{
    return status >= CONNSYNC_ERR_NAME && status <= CONNSYNC_ERR_NAME_TEMPORARY;
}

void cs_console_job(const struct connsync_result *result, const char *asked,
                    enum connsync_status status, const struct cs_network *network)
{
    struct line line;

    begin(&line, "");
    cs_sentence_connection(&line.writer, result, asked);
    if (status == CONNSYNC_OK) {
        cs_sentence_outcome(&line.writer, result);
    } else {
        cs_sentence_failure(&line.writer, result, status, cs_failure_text(status),
                            cs_failure_text(result->cause));
    }
    if (is_network(status) && cs_network_reason(network)[0] != '\0') {
        add(&line, " (");
        add(&line, cs_network_reason(network));
        add(&line, ")");
    }
    end(&line);
}

void cs_console_cycle(uint32_t cycle, const struct cs_tally *tally, uint32_t next_s)
{
    struct line line;

    begin(&line, "cycle");
    add_number(&line, " ", cycle);
    add_number(&line, ": ", tally->unchanged);
    add_number(&line, " unchanged, ", tally->changed);
    add_number(&line, " changed, ", tally->refused);
    add_number(&line, " refused, ", tally->failed);
    add_number(&line, " failed; next in ", next_s);
    add(&line, " s");
    end(&line);
}

static void add_mark(struct line *line, const char *name, const struct cs_network_mark *mark)
{
    add_number(line, name, mark->high);
    add_number(line, " of ", mark->size);
    add_number(line, ", now ", mark->used);
}

void cs_console_memory(const struct connsync *agent, size_t memory_size,
                       const struct cs_network *network)
{
    struct line line;
    struct cs_network_figures figures;
    size_t stack_size = 0;
    size_t stack = connsync_board_stack_high_water(&stack_size);

    cs_network_figures(network, &figures);
    begin(&line, "memory:");
    add_number(&line, " agent ", connsync_memory_high_water(agent));
    add_number(&line, " of ", memory_size);
    add_number(&line, ", now ", connsync_memory_in_use(agent));
    add_number(&line, "; stack ", stack);
    add_number(&line, " of ", stack_size);
    add_mark(&line, "; packets ", &figures.packet_buffers);
    add_mark(&line, "; heap ", &figures.heap);
    add_mark(&line, "; segments ", &figures.tcp_segments);
    add_mark(&line, "; connections ", &figures.tcp_connections);
    end(&line);
}
