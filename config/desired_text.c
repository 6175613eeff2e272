/* What is wrong with a connsync.json, as one sentence that begins with the place. For people at a
 * terminal: a board shows the place and the number of the error. */
#include "config/desired_state.h"

void cs_desired_write_line(struct cs_writer *writer, struct cs_slice text, uint32_t offset)
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

/* Those that end in a blank are completed by what is written behind them. */
#define SENTENCES(X)                                                                               \
    X(CS_DESIRED_OK, "no error")                                                                   \
    X(CS_DESIRED_ERR_NOT_JSON, "not strict JSON (RFC 8259)")                                       \
    X(CS_DESIRED_ERR_TOO_LARGE, "too large")                                                       \
    X(CS_DESIRED_ERR_UNKNOWN_MEMBER, "unknown member ")                                            \
    X(CS_DESIRED_ERR_DUPLICATE_MEMBER, "is there twice")                                           \
    X(CS_DESIRED_ERR_TYPE, "must be ")                                                             \
    X(CS_DESIRED_ERR_EMPTY, "must not be empty")                                                   \
    X(CS_DESIRED_ERR_TOO_LONG, "too long; the most bytes are ")                                    \
    X(CS_DESIRED_ERR_CHARACTER, "has a character that may not be in it")                           \
    X(CS_DESIRED_ERR_DOMAIN, "must be HOST or HOST:PORT, as in tenant.eu.auth0.com")               \
    X(CS_DESIRED_ERR_EVERY, "must be a whole number and s, m, h or d, from 1s to 30d")             \
    X(CS_DESIRED_ERR_SETTING, "must be on_each_login, on_first_login or never_on_login")           \
    X(CS_DESIRED_ERR_ID, "must begin with con_; is it a name")                                     \
    X(CS_DESIRED_ERR_NAME, "begins with con_; give it as id")                                      \
    X(CS_DESIRED_ERR_KEY, "needs exactly one of id, name and strategy")                            \
    X(CS_DESIRED_ERR_MISSING, "is missing")                                                        \
    X(CS_DESIRED_ERR_NEEDS_ALL, "only goes with \"all\": true")                                    \
    X(CS_DESIRED_ERR_TWO_CREDENTIALS, "remove it, or client_id and client_secret")                 \
    X(CS_DESIRED_ERR_TOO_MANY, "too many; there is room for ")                                     \
    X(CS_DESIRED_ERR_REPEATED, "the same as ")                                                     \
    X(CS_DESIRED_ERR_UNMATCHED, "no connection of the tenant is meant by it")                      \
    X(CS_DESIRED_ERR_BOARD_ALL, "a board needs each connection in connections")                    \
    X(CS_DESIRED_ERR_BOARD_STRATEGY, "a board needs the id or the name instead")                   \
    X(CS_DESIRED_ERR_BOARD_CREDENTIALS, "a board needs a token, or client_id and client_secret")

#define NUMBER(error, text) error,
#define TEXT(error, text) text "\0"
static const uint8_t errors[] = {SENTENCES(NUMBER)};
static const char sentences[] = SENTENCES(TEXT);
_Static_assert(sizeof errors == CS_DESIRED_ERR_BOARD_CREDENTIALS + 1,
               "an error without a sentence");

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
    switch (fault->place.member) {
    case CS_DESIRED_ALL:
        return "true or false";
    case CS_DESIRED_EXCEPT:
    case CS_DESIRED_CONNECTIONS:
        return "a list";
    case CS_DESIRED_NO_MEMBER:
        return fault->place.list == CS_DESIRED_EXCEPT ? "a string" : "an object";
    default:
        return "a string";
    }
}

static void write_error(const struct cs_desired_fault *fault, struct cs_slice text,
                        struct cs_writer *writer)
{
    cs_write_string(writer,
                    cs_words_numbered(sentences, errors, sizeof errors, (unsigned)fault->error));
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
        cs_desired_write_place(&fault->other, writer);
        break;
    default:
        break;
    }
}

void cs_desired_explain(const struct cs_desired_fault *fault, struct cs_slice text,
                        struct cs_writer *writer)
{
    if (fault->error == CS_DESIRED_ERR_NOT_JSON) {
        cs_desired_write_line(writer, text, fault->offset);
    } else {
        cs_desired_write_place(&fault->place, writer);
    }
    cs_write_string(writer, ": ");
    write_error(fault, text, writer);
}
