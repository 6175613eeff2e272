/*
 * Connections of a page are told from all else by the brackets around them, in one pass over the
 * bytes as they come; each is then checked by itself. One strict object stands in the place of
 * another, so that the text as a whole is strict JSON, or cut short, if it was before.
 */
#include "core/agent/list_outline.h"

#include "core/agent/exchange.h"
#include "core/auth0/auth0_connection.h"

#include <string.h>

/* Connections are elements of an array that is the answer, or a member of it. */
#define LEVELS 2u

/* ---- One connection ---- */

static void write_member(struct cs_writer *writer, const struct cs_json_sought *sought)
{
    if (sought->value.data == NULL) {
        return;
    }
    if (writer->length > 0 && writer->data[writer->length - 1] != '{') {
        cs_write_string(writer, ",");
    }
    cs_write_string(writer, "\"");
    cs_write_string(writer, sought->name);
    cs_write_string(writer, "\":");
    cs_write(writer, sought->value);
}

static void write_outline(struct cs_writer *writer, const struct cs_auth0_connection *connection)
{
    const struct cs_json_sought *parts = connection->parts;

    cs_write_string(writer, "{");
    for (int part = CS_AUTH0_ID; part < CS_AUTH0_DISPLAY_NAME; part++) {
        write_member(writer, &parts[part]);
    }
    if (parts[CS_AUTH0_OPTIONS].value.data != NULL) {
        cs_write_string(writer, writer->length > 1 ? ",\"options\":{" : "\"options\":{");
        for (int part = CS_AUTH0_OPTIONS + 1; part < CS_AUTH0_PARTS; part++) {
            write_member(writer, &parts[part]);
        }
        cs_write_string(writer, "}");
    }
    cs_write_string(writer, "}");
}

/* Is it a connection, in the array at this depth, of which an outline tells all that is asked? */
static bool has_outline(struct cs_auth0_connection *connection, struct cs_slice object,
                        uint32_t depth)
{
    struct cs_json_facts facts;

    cs_auth0_connection_init(connection);
    if (cs_json_check_find(object, &facts, connection->parts, CS_AUTH0_PARTS) != CONNSYNC_OK ||
        facts.depth + depth > CS_JSON_DEPTH_MAX) {
        return false;
    }
    for (int part = 0; part < CS_AUTH0_PARTS; part++) {
        if (connection->parts[part].count > 1) {
            return false;
        }
    }
    struct cs_slice options = cs_auth0_part(connection, CS_AUTH0_OPTIONS);
    return options.data == NULL || cs_value_is_object(options);
}

/* Puts its outline in the place of the connection that ends before `end`, by way of what is free
 * behind the body. */
static size_t shorten(const struct cs_list_outline *outline, struct cs_exchange *exchange,
                      size_t end)
{
    char *object = exchange->body + outline->begin;
    size_t length = end - outline->begin;
    size_t whole = exchange->body_length;
    struct cs_auth0_connection connection;
    struct cs_writer writer;

    if (whole == exchange->body_size ||
        !has_outline(&connection, cs_slice_make(object, length), outline->depth)) {
        return end;
    }
    cs_writer_init(&writer, exchange->body + whole, exchange->body_size - whole);
    write_outline(&writer, &connection);
    if (writer.overflowed || writer.length >= length) {
        cs_wipe(writer.data, writer.length);
        return end;
    }
    memcpy(object, writer.data, writer.length);
    memmove(object + writer.length, exchange->body + end, whole - end);
    exchange->body_length = whole - (length - writer.length);
    cs_wipe(exchange->body + exchange->body_length, length);
    return outline->begin + writer.length;
}

/* ---- All of the text ---- */

static bool is_in_array(const struct cs_list_outline *outline)
{
    return outline->depth > 0 && outline->depth <= LEVELS &&
           (outline->kinds >> (outline->depth - 1) & 1) != 0;
}

static void open_bracket(struct cs_list_outline *outline, char bracket)
{
    if (bracket == '{' && is_in_array(outline)) {
        outline->begin = outline->at;
    }
    if (outline->depth < LEVELS) {
        uint8_t bit = (uint8_t)(1u << outline->depth);
        outline->kinds = (uint8_t)(bracket == '[' ? outline->kinds | bit : outline->kinds & ~bit);
    }
    outline->depth++;
}

/* Of more than were opened none can be told. */
static void close_bracket(struct cs_list_outline *outline, struct cs_exchange *exchange,
                          char bracket)
{
    if (outline->depth == 0) {
        return;
    }
    outline->depth--;
    if (bracket == '}' && is_in_array(outline) && exchange->body[outline->begin] == '{') {
        outline->at = shorten(outline, exchange, outline->at + 1) - 1;
    }
}

static void look_at_string(struct cs_list_outline *outline, char byte)
{
    if (outline->is_string == 2) {
        outline->is_string = 1;
    } else if (byte == '\\') {
        outline->is_string = 2;
    } else if (byte == '"') {
        outline->is_string = 0;
    }
}

/* What is kept in the end is not the most that there was. */
static void mark(const struct cs_exchange *exchange)
{
    struct cs_arena *arena = exchange->arena;
    size_t end = (size_t)((const unsigned char *)exchange->body - arena->base) +
                 exchange->body_length + arena->cut;

    if (end > arena->high_water) {
        arena->high_water = end;
    }
}

void cs_list_outline_take(struct cs_list_outline *outline, struct cs_exchange *exchange)
{
    mark(exchange);
    for (; outline->at < exchange->body_length; outline->at++) {
        char byte = exchange->body[outline->at];

        if (outline->is_string != 0) {
            look_at_string(outline, byte);
        } else if (byte == '"') {
            outline->is_string = 1;
        } else if (byte == '{' || byte == '[') {
            open_bracket(outline, byte);
        } else if (byte == '}' || byte == ']') {
            close_bracket(outline, exchange, byte);
        }
    }
}
