/*
 * The words of an error's message that may be shown. Whatever the message is, what is written is a
 * sequence of words of the list below, names of members of the caller's document, and "...": no
 * value can come through, but for one that is such a word itself.
 */
#include "config/answer_reason.h"

#include "config/answer.h"

/* What the messages about bodies, scopes and grants are made of, in lower case; the parts of error
 * codes too. */
static const char words[] =
    "access\0additional\0allowed\0already\0and\0any\0array\0at\0attribute\0attributes\0"
    "audience\0authorized\0bad\0be\0bearer\0body\0boolean\0both\0cannot\0chars\0client\0"
    "conflict\0connection\0connections\0custom\0database\0defined\0denied\0does\0domain\0"
    "email\0empty\0enterprise\0enum\0error\0exceeds\0exist\0exists\0expected\0expired\0"
    "external\0failed\0feature\0for\0forbidden\0found\0grant\0identifier\0in\0inexistent\0"
    "insufficient\0integer\0internal\0invalid\0is\0json\0least\0length\0limit\0long\0many\0"
    "match\0maximum\0metadata\0minimum\0missing\0most\0must\0name\0no\0non\0not\0null\0"
    "number\0object\0of\0on\0one\0only\0operation\0option\0options\0or\0patch\0payload\0"
    "properties\0property\0query\0request\0requests\0required\0requires\0scope\0server\0"
    "service\0set\0set_user_root_attributes\0short\0signature\0size\0social\0store\0"
    "strategy\0string\0supported\0tenant\0than\0the\0to\0token\0too\0type\0unauthorized\0"
    "unique\0unknown\0unsupported\0uri\0url\0users\0using\0validation\0value\0values\0with\0";

bool cs_answer_is_of_word(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' ||
           c == '-';
}

static size_t word_length(const char *at, const char *end)
{
    const char *start = at;

    while (at < end && cs_answer_is_of_word(*at)) {
        at++;
    }
    return (size_t)(at - start);
}

/* NULL if it is none. */
static const char *known_word(struct cs_slice word)
{
    for (const char *at = words; *at != '\0'; at = cs_words_next(at)) {
        if (cs_slice_equal_nocase(word, cs_slice_of(at))) {
            return at;
        }
    }
    return NULL;
}

/* ---- The names of members ---- */

/* What is between the next two quotes in JSON; `*at` goes behind them. False at the end. */
static bool next_string(const char **at, const char *end, struct cs_slice *found)
{
    const char *quote = memchr(*at, '"', (size_t)(end - *at));

    if (quote == NULL) {
        return false;
    }
    const char *last = quote + 1;
    while (last < end && *last != '"') {
        last += *last == '\\' && last + 1 < end ? 2 : 1;
    }
    *found = cs_slice_make(quote + 1, (size_t)(last - quote) - 1);
    *at = last < end ? last + 1 : end;
    return true;
}

static bool is_before_colon(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at) != NULL) {
        at++;
    }
    return at < end && *at == ':';
}

/* Is `word` the name of a member of the document? */
static bool is_name(struct cs_slice document, struct cs_slice word)
{
    const char *at = document.data;
    const char *end = at + document.length;
    struct cs_slice name;

    while (at < end && next_string(&at, end, &name)) {
        if (cs_slice_equal(name, word) && is_before_colon(at, end)) {
            return true;
        }
    }
    return false;
}

/* ---- The message ---- */

/* Of a message, so many bytes are looked at. */
#define MESSAGE_MAX 2048u

/* As it is spelled in JSON; a body may be cut short. */
static struct cs_slice message_of(struct cs_slice body)
{
    const char *at = body.data;
    const char *end = at + body.length;
    struct cs_slice found;

    while (at < end && next_string(&at, end, &found)) {
        bool is_message = cs_slice_is(found, "message") || cs_slice_is(found, "error_description");
        if (is_message && is_before_colon(at, end) && next_string(&at, end, &found)) {
            found.length = found.length < MESSAGE_MAX ? found.length : MESSAGE_MAX;
            return found;
        }
    }
    return cs_slice_make("", 0);
}

/* Behind an escape, or a byte that is of no word. */
static const char *skip_separator(const char *at, const char *end)
{
    size_t length = *at != '\\' ? 1 : at + 1 < end && at[1] == 'u' ? 6 : 2;

    return length < (size_t)(end - at) ? at + length : end;
}

/* False if it does not fit any more, with what closes the reason. */
static bool add(struct cs_writer *reason, struct cs_slice word)
{
    static const char gap[] = " ...";

    if (reason->length + 1 + word.length + sizeof gap > reason->size) {
        cs_write_string(reason, gap);
        return false;
    }
    cs_write_string(reason, reason->length > 0 ? " " : "");
    cs_write(reason, word);
    return true;
}

void cs_answer_write_reason(struct cs_writer *reason, struct cs_slice body,
                            struct cs_slice document)
{
    struct cs_slice message = message_of(body);
    const char *at = message.data;
    const char *end = at + message.length;
    bool is_gap = false;
    bool has_word = false;

    while (at < end) {
        if (!cs_answer_is_of_word(*at)) {
            at = skip_separator(at, end);
            continue;
        }
        struct cs_slice word = cs_slice_make(at, word_length(at, end));
        at += word.length;
        if (!is_name(document, word)) {
            word = cs_slice_of(known_word(word));
        }
        if (word.length > 0 &&
            !((!is_gap || add(reason, cs_slice_of("..."))) && add(reason, word))) {
            break;
        }
        is_gap = word.length == 0;
        has_word |= word.length > 0;
    }
    if (is_gap && at == end) {
        (void)add(reason, cs_slice_of("..."));
    }
    if (!has_word) {
        reason->length = 0;
        reason->data[0] = '\0';
    }
}

/* ---- Codes ---- */

bool cs_answer_knows_code(const char *code)
{
    const char *start = code;

    for (const char *at = code;; at++) {
        if (*at != '_' && *at != '\0') {
            continue;
        }
        if (known_word(cs_slice_make(start, (size_t)(at - start))) == NULL) {
            return false;
        }
        if (*at == '\0') {
            return true;
        }
        start = at + 1;
    }
}
