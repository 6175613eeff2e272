/*
 * What an answer said that was no success, as far as it may be shown: whether it was the API's at
 * all, whose it was otherwise, and the words of its reason.
 *
 * A message of the service may quote what was sent, secrets too. So of its text nothing is copied:
 * a reason is made of the words of a list here, and of the names of members that the caller knows,
 * in the order in which they occur; "..." stands for all between them.
 */
#ifndef CONNSYNC_CONFIG_ANSWER_H
#define CONNSYNC_CONFIG_ANSWER_H

#include "core/base/status.h"
#include "core/base/text.h"

/* The longest that are shown, with their NUL. A longer id is none. */
#define CS_ANSWER_ID_SIZE 65
#define CS_ANSWER_REASON_SIZE 256

struct cs_answer {
    unsigned http_status;
    bool is_page;               /* a page, or a text, in place of the API's JSON */
    bool is_empty;              /* nothing, in place of the API's JSON */
    const char *server;         /* of a list of its own; "" if it is not in that */
    const char *id_field;       /* the field that `id` is from */
    char id[CS_ANSWER_ID_SIZE]; /* of the request, by which its logs can be searched; or "" */
    char reason[CS_ANSWER_REASON_SIZE]; /* or "" */
};

/* The fields that are looked at: connsync_listener.fields. */
extern const char cs_answer_fields[];

/* Forgets the answer before. */
void cs_answer_begin(struct cs_answer *answer);

/* Takes one of those fields, by its place. */
void cs_answer_take_field(struct cs_answer *answer, unsigned place, struct cs_slice value);

/*
 * Takes the body of an answer with `http_status`, which a request is to end with as `status`.
 * `document` is JSON whose members' names may be shown, or empty: names, at any depth, that are one
 * word of ASCII. Returns `status`, or CONNSYNC_ERR_WEB_PAGE, where another one would blame the
 * token, the client or the connection for somebody else's page. What may pass stays what it is.
 */
enum connsync_status cs_answer_take_body(struct cs_answer *answer, enum connsync_status status,
                                         unsigned http_status, struct cs_slice body,
                                         struct cs_slice document);

/* Adds ": it is a web page ... (cloudflare, cf-ray 8f0c..-FRA)" or "; its words: ..." to a sentence
 * on `status`; nothing if there is nothing. */
void cs_answer_write(struct cs_writer *line, const struct cs_answer *answer,
                     enum connsync_status status);

/* Is this errorCode of the service made of words that may be shown? */
bool cs_answer_knows_code(const char *code);

#endif
