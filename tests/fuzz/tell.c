/*
 * What the core makes of inputs, for comparison with independent readers (differential.py): a line each
 * on standard input, in hexadecimal digits, and a line each on standard output.
 *
 *     tell json          TEXT                         ok COUNT VALUE (of the member "a"), or no
 *     tell http          RESPONSE                     done STATUS TAKEN BODY, or no
 *     tell constraints   NAMES HOST CONSTRAINTS       yes or no
 */
#include "core/http/http.h"
#include "core/json/json.h"
#include "core/tls/tls_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE (1u << 20)

static char line[LINE_SIZE];

/* The next word of the line, turned into bytes where it stands. */
static struct cs_slice take_word(char **at)
{
    char *word = *at;
    size_t length = 0;

    while (cs_hex_digit(word[2 * length]) >= 0 && cs_hex_digit(word[2 * length + 1]) >= 0) {
        int byte = cs_hex_digit(word[2 * length]) << 4 | cs_hex_digit(word[2 * length + 1]);
        word[length++] = (char)byte;
    }
    *at = word + 2 * length + 1;
    return cs_slice_make(word, length);
}

static void print_hex(struct cs_slice bytes)
{
    for (size_t i = 0; i < bytes.length; i++) {
        (void)printf("%02x", (unsigned char)bytes.data[i]);
    }
}

static void tell_json(char *at)
{
    struct cs_slice text = take_word(&at);
    struct cs_json_sought member = {"a", CS_JSON_ROOT, 0, {NULL, 0}};
    struct cs_json_facts facts;

    if (cs_json_check_find(text, &facts, &member, 1) != CONNSYNC_OK) {
        (void)puts("no");
        return;
    }
    (void)printf("ok %u ", (unsigned)member.count);
    print_hex(member.value);
    (void)putchar('\n');
}

static void tell_http(char *at)
{
    struct cs_slice text = take_word(&at);
    static char body[LINE_SIZE];
    struct cs_http_parser parser;
    size_t length = 0;
    size_t whole = text.length;
    enum cs_http_event event;

    cs_http_parser_init(&parser, &cs_http_rates, NULL);
    do {
        struct cs_slice piece;
        event = cs_http_next(&parser, &text, &piece);
        if (event == CS_HTTP_BODY) {
            memcpy(body + length, piece.data, piece.length);
            length += piece.length;
        }
    } while (event == CS_HTTP_HEAD || event == CS_HTTP_BODY);
    if (event == CS_HTTP_MORE) {
        event = cs_http_end(&parser);
    }
    if (event != CS_HTTP_DONE) {
        (void)puts("no");
        return;
    }
    (void)printf("done %u %zu ", parser.head.status, whole - text.length);
    print_hex(cs_slice_make(body, length));
    (void)putchar('\n');
}

static void tell_constraints(char *at)
{
    struct cs_slice names = take_word(&at);
    struct cs_slice host = take_word(&at);
    struct cs_slice constraints = take_word(&at);

    (void)puts(cs_tls_names_permitted(names, host, constraints) ? "yes" : "no");
}

int main(int count, char **arguments)
{
    const char *what = count == 2 ? arguments[1] : "";
    void (*tell)(char *at) = strcmp(what, "json") == 0          ? tell_json
                             : strcmp(what, "http") == 0        ? tell_http
                             : strcmp(what, "constraints") == 0 ? tell_constraints
                                                                : NULL;

    if (tell == NULL) {
        (void)fputs("tell json|http|constraints\n", stderr);
        return 2;
    }
    while (fgets(line, sizeof line, stdin) != NULL) {
        tell(line);
    }
    return 0;
}
