/* What is wrong with a connsync.json, as one sentence that begins with the place. */
#include "config/desired_state.h"

static void write_place(struct cs_writer *writer, enum cs_desired_member list, uint32_t index,
                        enum cs_desired_member member)
{
    if (list != CS_DESIRED_NO_MEMBER) {
        cs_write_string(writer, cs_desired_member_name(list));
        cs_write_string(writer, "[");
        cs_write_u64(writer, index);
        cs_write_string(writer, member == CS_DESIRED_NO_MEMBER ? "]" : "].");
    } else if (member == CS_DESIRED_NO_MEMBER) {
        cs_write_string(writer, "the document");
    }
    if (member != CS_DESIRED_NO_MEMBER) {
        cs_write_string(writer, cs_desired_member_name(member));
    }
}

/* Lines and columns are counted from 1, columns in bytes. */
static void write_line(struct cs_writer *writer, struct cs_slice text, uint32_t offset)
{
    uint32_t line = 1;
    uint32_t column = 1;

    for (uint32_t i = 0; i < offset && i < text.length; i++) {
        column++;
        if (text.data[i] == '\n') {
            line++;
            column = 1;
        }
    }
    cs_write_string(writer, "line ");
    cs_write_u64(writer, line);
    cs_write_string(writer, ", column ");
    cs_write_u64(writer, column);
}

/* Of a member's name that is not known, so much is repeated. */
#define UNKNOWN_NAME_MAX 40

/* By error. Those that end in a blank are completed by what is written behind them. */
static const char *const sentences[] = {
    "no error",
    "not strict JSON (RFC 8259)",
    "too large",
    "unknown member ",
    "is there twice",
    "must be ",
    "must not be empty",
    "too long; the most bytes are ",
    "has a character that may not be in it",
    "must be HOST or HOST:PORT, as in tenant.eu.auth0.com",
    "must be a whole number and s, m, h or d, from 1s to 30d",
    "must be on_each_login, on_first_login or never_on_login",
    "must begin with con_; is it a name",
    "begins with con_; give it as id",
    "needs exactly one of id, name and strategy",
    "is missing",
    "only goes with \"all\": true",
    "remove it, or client_id and client_secret",
    "too many; there is room for ",
    "the same as ",
    "no connection of the tenant is meant by it",
    "a board needs each connection in connections",
    "a board needs the id or the name instead",
    "a board needs a token, or client_id and client_secret",
};

/* The name at a quote, with nothing in it that could move a terminal's cursor. */
static void write_unknown_name(struct cs_writer *writer, struct cs_slice text, uint32_t offset)
{
    size_t i = (size_t)offset + 1;
    int length = 0;

    cs_write_string(writer, "\"");
    for (; i < text.length && text.data[i] != '"' && text.data[i] != '\\'; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (length++ == UNKNOWN_NAME_MAX) {
            break;
        }
        cs_write(writer, c > ' ' && c < 0x7F ? cs_slice_make(text.data + i, 1) : cs_slice_of("?"));
    }
    cs_write_string(writer, i < text.length && text.data[i] == '"' ? "\"" : "...\"");
}

static const char *type_of(const struct cs_desired_fault *fault)
{
    switch (fault->member) {
    case CS_DESIRED_ALL:
        return "true or false";
    case CS_DESIRED_EXCEPT:
    case CS_DESIRED_CONNECTIONS:
        return "a list";
    case CS_DESIRED_NO_MEMBER:
        return fault->list == CS_DESIRED_EXCEPT ? "a string" : "an object";
    default:
        return "a string";
    }
}

static void write_error(const struct cs_desired_fault *fault, struct cs_slice text,
                        struct cs_writer *writer)
{
    cs_write_string(writer, sentences[fault->error]);
    switch (fault->error) {
    case CS_DESIRED_ERR_UNKNOWN_MEMBER:
        write_unknown_name(writer, text, fault->offset);
        break;
    case CS_DESIRED_ERR_TYPE:
        cs_write_string(writer, type_of(fault));
        break;
    case CS_DESIRED_ERR_TOO_LONG:
    case CS_DESIRED_ERR_TOO_MANY:
        cs_write_u64(writer, fault->limit);
        break;
    case CS_DESIRED_ERR_REPEATED:
        write_place(writer, fault->other_list, fault->other, CS_DESIRED_NO_MEMBER);
        break;
    default:
        break;
    }
}

void cs_desired_explain(const struct cs_desired_fault *fault, struct cs_slice text,
                        struct cs_writer *writer)
{
    if (fault->error == CS_DESIRED_ERR_NOT_JSON) {
        write_line(writer, text, fault->offset);
    } else {
        write_place(writer, fault->list, fault->index, fault->member);
    }
    cs_write_string(writer, ": ");
    write_error(fault, text, writer);
}
