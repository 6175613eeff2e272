/*
 * Responses and what must be made of them; `test_http.c` runs each whole and cut
 * at every place. Facts are the words that `render_facts` gives for a head.
 */
#ifndef CONNSYNC_TESTS_HTTP_CASES_H
#define CONNSYNC_TESTS_HTTP_CASES_H

#include "core/http/http.h"

struct http_case {
    const char *name;
    const char *text;
    size_t length;
    enum connsync_status error; /* CONNSYNC_OK for a valid response */
    uint16_t status;
    const char *body;
    const char *facts;
    size_t leftover;
    bool ends; /* the body goes on until the stream ends */
};

#define TEXT(string) string, sizeof(string) - 1
#define SYNTAX CONNSYNC_ERR_HTTP_SYNTAX
#define OK200 "HTTP/1.1 200 OK\r\n"
#define CHUNKED OK200 "Transfer-Encoding: chunked\r\n\r\n"
#define EMPTY "Content-Length: 0\r\n\r\n"
#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
#define DATE_FACT "date=784111777"

static const struct http_case valid_cases[] = {
    /* Lengths, and responses without a body. */
    {"length", TEXT(OK200 "Content-Length: 5\r\n\r\nhello"), CONNSYNC_OK, 200, "hello",
     .facts = "keep length=5"},
    {"length 1", TEXT(OK200 "Content-Length: 1\r\n\r\n!"), CONNSYNC_OK, 200, "!",
     .facts = "keep length=1"},
    {"length, pipelined", TEXT(OK200 "Content-Length: 2\r\n\r\nokHTTP"), CONNSYNC_OK, 200, "ok",
     .facts = "keep length=2", .leftover = 4},
    {"length 0", TEXT(OK200 EMPTY "x"), CONNSYNC_OK, 200, "", .facts = "keep length=0",
     .leftover = 1},
    {"leading zeros", TEXT(OK200 "Content-Length: 003\r\n\r\nabc"), CONNSYNC_OK, 200, "abc",
     .facts = "keep length=3"},
    {"body is not text", TEXT(OK200 "Content-Length: 4\r\n\r\n\r\n\0\n"), CONNSYNC_OK, 200, NULL,
     .facts = "keep length=4"},
    {"204", TEXT("HTTP/1.1 204 No Content\r\n\r\nHTTP"), CONNSYNC_OK, 204, "", .facts = "keep",
     .leftover = 4},
    {"204 with length 0", TEXT("HTTP/1.1 204 No Content\r\n" EMPTY), CONNSYNC_OK, 204, "",
     .facts = "keep length=0"},
    {"304 with length", TEXT("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"), CONNSYNC_OK,
     304, "", .facts = "keep length=9"},
    {"304 chunked", TEXT("HTTP/1.1 304 -\r\nTransfer-Encoding: chunked\r\n\r\n0"), CONNSYNC_OK, 304,
     "", .facts = "keep", .leftover = 1},

    /* Status lines. */
    {"empty reason", TEXT("HTTP/1.1 200 \r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0"},
    {"no reason", TEXT("HTTP/1.1 200\r\n" EMPTY), CONNSYNC_OK, 200, "", .facts = "keep length=0"},
    {"reason with obs-text", TEXT("HTTP/1.1 599 \x80\xff\t x\r\n" EMPTY), CONNSYNC_OK, 599, "",
     .facts = "keep length=0"},

    /* Chunks. */
    {"chunked", TEXT(CHUNKED "5\r\nhello\r\n0\r\n\r\n"), CONNSYNC_OK, 200, "hello",
     .facts = "keep"},
    {"chunked, pieces", TEXT(CHUNKED "1\r\na\r\n2\r\nbc\r\n0\r\n\r\nnext"), CONNSYNC_OK, 200, "abc",
     .facts = "keep", .leftover = 4},
    {"chunked, empty", TEXT(CHUNKED "0\r\n\r\n"), CONNSYNC_OK, 200, "", .facts = "keep"},
    {"chunked, several zeros", TEXT(CHUNKED "000\r\n\r\n"), CONNSYNC_OK, 200, "", .facts = "keep"},
    {"chunked, hex",
     TEXT(CHUNKED "0aA\r\n0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
                  "UVWXYZabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                  "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
                  "\r\n0\r\n\r\n"),
     CONNSYNC_OK, 200, NULL, .facts = "keep"},
    {"chunked, 16 digits", TEXT(CHUNKED "0000000000000001\r\nx\r\n0\r\n\r\n"), CONNSYNC_OK, 200,
     "x", .facts = "keep"},
    {"chunked, extensions", TEXT(CHUNKED "1;a=b\r\nx\r\n1;c=\"d;e\"\r\ny\r\n0;z\r\n\r\n"),
     CONNSYNC_OK, 200, "xy", .facts = "keep"},
    {"chunked, trailer", TEXT(CHUNKED "1\r\nx\r\n0\r\nA: b\r\nX-Y:\r\n\r\nz"), CONNSYNC_OK, 200,
     "x", .facts = "keep", .leftover = 1},
    {"trailer changes nothing", TEXT(CHUNKED "0\r\nContent-Length: 7\r\nConnection: close\r\n\r\n"),
     CONNSYNC_OK, 200, "", .facts = "keep"},
    {"chunk holding a chunk's end", TEXT(CHUNKED "5\r\n0\r\n\r\n\r\n0\r\n\r\n"), CONNSYNC_OK, 200,
     "0\r\n\r\n", .facts = "keep"},
    {"coding in capitals", TEXT(OK200 "TRANSFER-ENCODING:CHUNKED\r\n\r\n0\r\n\r\n"), CONNSYNC_OK,
     200, "", .facts = "keep"},

    /* To the close. */
    {"close-delimited", TEXT(OK200 "\r\nall of it"), CONNSYNC_OK, 200, "all of it", .facts = "",
     .ends = true},
    {"close-delimited, empty", TEXT(OK200 "\r\n"), CONNSYNC_OK, 200, "", .facts = "", .ends = true},
    {"close-delimited beats keep-alive", TEXT(OK200 "Connection: keep-alive\r\n\r\nx"), CONNSYNC_OK,
     200, "x", .facts = "", .ends = true},

    /* The connection afterwards. */
    {"close", TEXT(OK200 "Connection: close\r\n" EMPTY), CONNSYNC_OK, 200, "", .facts = "length=0"},
    {"close in a list", TEXT(OK200 "Connection: a, CLOSE ,b\r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "length=0"},
    {"close in a second line", TEXT(OK200 "Connection: a\r\nConnection: close\r\n" EMPTY),
     CONNSYNC_OK, 200, "", .facts = "length=0"},
    {"close beats keep-alive", TEXT(OK200 "Connection: close, keep-alive\r\n" EMPTY), CONNSYNC_OK,
     200, "", .facts = "length=0"},
    {"not quite close", TEXT(OK200 "Connection: closed,,x-close\r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0"},
    {"1.0 closes", TEXT("HTTP/1.0 200 OK\r\n" EMPTY), CONNSYNC_OK, 200, "", .facts = "length=0"},
    {"1.0 keep-alive", TEXT("HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" EMPTY), CONNSYNC_OK,
     200, "", .facts = "keep length=0"},

    /* Interim responses. */
    {"100 first", TEXT("HTTP/1.1 100 Continue\r\n\r\n" OK200 EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0"},
    {"103 is forgotten",
     TEXT("HTTP/1.1 103 Early\r\nConnection: close\r\nContent-Type: application/json\r\n"
          "Retry-After: 3\r\n\r\n" OK200 "Content-Length: 1\r\n\r\nx"),
     CONNSYNC_OK, 200, "x", .facts = "keep length=1"},
    {"100 with length 0 is forgotten", TEXT("HTTP/1.1 100 Continue\r\n" EMPTY OK200 EMPTY),
     CONNSYNC_OK, 200, "", .facts = "keep length=0"},
    {"1.0 interim is forgotten", TEXT("HTTP/1.0 102 -\r\n\r\n" OK200 EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0"},

    /* Fields. */
    {"what the body is said to be is ignored",
     TEXT(OK200 "Content-Type: application/json\r\nContent-Type: text/html\r\n" EMPTY), CONNSYNC_OK,
     200, "", .facts = "keep length=0"},
    {"identity", TEXT(OK200 "Content-Encoding: Identity\r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0"},
    {"gzip", TEXT(OK200 "Content-Encoding: gzip\r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep encoded length=0"},
    {"identity in a list with gaps",
     TEXT(OK200 "Content-Encoding: , identity,,identity,\r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0"},
    {"gzip in a list", TEXT(OK200 "Content-Encoding: identity, br\r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep encoded length=0"},
    {"rate limit",
     TEXT("HTTP/1.1 429 Too Many Requests\r\nx-ratelimit-limit: 10\r\n"
          "X-RateLimit-Remaining:0\r\nX-RATELIMIT-RESET: \t 1700000000 \t\r\n"
          "Retry-After: 7\r\n" EMPTY),
     CONNSYNC_OK, 429, "", .facts = "keep length=0 retry=7 limit=10 remaining=0 reset=1700000000"},
    {"rate limit of nonsense",
     TEXT(OK200 "X-RateLimit-Limit: ten\r\nX-RateLimit-Remaining: -1\r\nX-RateLimit-Reset:\r\n"
                "Retry-After: 1.5\r\nDate: today\r\n" EMPTY),
     CONNSYNC_OK, 200, "", .facts = "keep length=0"},
    {"rate limit said twice",
     TEXT(OK200 "X-RateLimit-Limit: 1\r\nX-RateLimit-Limit: 2\r\nX-RateLimit-Limit: 2\r\n"
                "X-RateLimit-Reset: 3\r\nX-RateLimit-Reset: 3\r\n" EMPTY),
     CONNSYNC_OK, 200, "", .facts = "keep length=0 reset=3"},
    {"retry date before Date",
     TEXT(OK200 "Retry-After: Sun, 06 Nov 1994 08:50:37 GMT\r\n" DATE EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0 retry=60 " DATE_FACT},
    {"retry date after Date",
     TEXT(OK200 DATE "Retry-After: Mon, 07 Nov 1994 08:49:37 GMT\r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0 retry=86400 " DATE_FACT},
    {"retry seconds with Date", TEXT(OK200 DATE "Retry-After: 7\r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0 retry=7 " DATE_FACT},
    {"retry date in the past",
     TEXT(OK200 DATE "Retry-After: Sun, 06 Nov 1994 08:49:36 GMT\r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0 retry=0 " DATE_FACT},
    {"retry date without Date", TEXT(OK200 "Retry-After: Sun, 06 Nov 1994 08:49:36 GMT\r\n" EMPTY),
     CONNSYNC_OK, 200, "", .facts = "keep length=0"},
    {"names of every length",
     TEXT(OK200 "a:b\r\n!#$%&'*+-.^_`|~09:\x80\xff\r\nx-ratelimit-limit-and-so-on: 1\r\n"
                "Content-Lengt: 1\r\nContent-Length2: 1\r\nX-ContentLength-0123456: 1\r\n" EMPTY),
     CONNSYNC_OK, 200, "", .facts = "keep length=0"},
    {"value with colons and tabs", TEXT(OK200 "A: \t:b:\tc : \r\n" EMPTY), CONNSYNC_OK, 200, "",
     .facts = "keep length=0"},
};

#define REFUSED(name, text)                                                                        \
    {                                                                                              \
        name, TEXT(text), .error = SYNTAX                                                          \
    }
#define BROKEN(name, text)                                                                         \
    {                                                                                              \
        name, TEXT(text), .error = CONNSYNC_ERR_HTTP_TRUNCATED                                     \
    }

static const struct http_case refused_cases[] = {
    /* Status lines. */
    REFUSED("empty line first", "\r\n" OK200 EMPTY),
    REFUSED("lower case", "http/1.1 200 OK\r\n" EMPTY),
    REFUSED("HTTP/1.2", "HTTP/1.2 200 OK\r\n" EMPTY),
    REFUSED("HTTP/2", "HTTP/2 200 OK\r\n" EMPTY),
    REFUSED("HTTP/1.10", "HTTP/1.10 200 OK\r\n" EMPTY),
    REFUSED("two spaces", "HTTP/1.1  200 OK\r\n" EMPTY),
    REFUSED("tab", "HTTP/1.1\t200 OK\r\n" EMPTY),
    REFUSED("two digits", "HTTP/1.1 20 OK\r\n" EMPTY),
    REFUSED("no digit", "HTTP/1.1 20/ OK\r\n" EMPTY),
    REFUSED("no digit, above", "HTTP/1.1 20: OK\r\n" EMPTY),
    REFUSED("four digits", "HTTP/1.1 2000 OK\r\n" EMPTY),
    REFUSED("status 099", "HTTP/1.1 099 OK\r\n" EMPTY),
    REFUSED("status 600", "HTTP/1.1 600 OK\r\n" EMPTY),
    REFUSED("status 101", "HTTP/1.1 101 Switching Protocols\r\n\r\n"),
    REFUSED("no space before the reason", "HTTP/1.1 200OK\r\n" EMPTY),
    REFUSED("NUL in the reason", "HTTP/1.1 200 O\0K\r\n" EMPTY),
    REFUSED("bare LF after the status line", "HTTP/1.1 200 OK\n" EMPTY),
    REFUSED("bare CR in the reason", "HTTP/1.1 200 O\rK\r\n" EMPTY),

    /* Field lines. */
    REFUSED("bare LF after a field", OK200 "A: b\n" EMPTY),
    REFUSED("bare CR in a value", OK200 "A: b\rc\r\n" EMPTY),
    REFUSED("bare LF ends the head", OK200 "A: b\r\n\nx"),
    REFUSED("bare CR ends the head", OK200 "A: b\r\n\rx"),
    REFUSED("folded line", OK200 "A: b\r\n c\r\n" EMPTY),
    REFUSED("folded by a tab", OK200 "A: b\r\n\tc\r\n" EMPTY),
    REFUSED("folded at once", OK200 " A: b\r\n" EMPTY),
    REFUSED("space before the colon", OK200 "Content-Length : 0\r\n\r\n"),
    REFUSED("tab before the colon", OK200 "A\t: 0\r\n" EMPTY),
    REFUSED("no colon", OK200 "A\r\n" EMPTY),
    REFUSED("no name", OK200 ": b\r\n" EMPTY),
    REFUSED("name with a quote", OK200 "A\": b\r\n" EMPTY),
    REFUSED("name with obs-text", OK200 "A\x80: b\r\n" EMPTY),
    REFUSED("NUL in a name", OK200 "A\0: b\r\n" EMPTY),
    REFUSED("NUL in a value", OK200 "A: b\0\r\n" EMPTY),
    REFUSED("DEL in a name", OK200 "A\x7f: b\r\n" EMPTY),
    REFUSED("DEL in a value", OK200 "A: b\x7f\r\n" EMPTY),
    REFUSED("ESC in a value", OK200 "A: \x1b[0m\r\n" EMPTY),

    /* Framing. */
    REFUSED("two lengths", OK200 "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
    REFUSED("one length twice", OK200 "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello"),
    REFUSED("list of lengths", OK200 "Content-Length: 5, 5\r\n\r\nhello"),
    REFUSED("length with a sign", OK200 "Content-Length: +5\r\n\r\nhello"),
    REFUSED("negative length", OK200 "Content-Length: -5\r\n\r\nhello"),
    REFUSED("hex length", OK200 "Content-Length: 0x5\r\n\r\nhello"),
    REFUSED("length and more", OK200 "Content-Length: 5 x\r\n\r\nhello"),
    REFUSED("empty length", OK200 "Content-Length:\r\n\r\nhello"),
    REFUSED("length of 2^64", OK200 "Content-Length: 18446744073709551616\r\n\r\nhello"),
    REFUSED("length of 2^64-1", OK200 "Content-Length: 18446744073709551615\r\n\r\nhello"),
    REFUSED("length of many digits",
            OK200 "Content-Length: 00000000000000000000099999999999999999999999\r\n\r\nhello"),
    REFUSED("length, then chunked",
            OK200 "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    REFUSED("chunked, then length",
            OK200 "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
    REFUSED("gzip, chunked", OK200 "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    REFUSED("chunked, identity", OK200 "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    REFUSED("chunked with a comma", OK200 "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
    REFUSED("identity", OK200 "Transfer-Encoding: identity\r\n\r\nx"),
    REFUSED("no coding", OK200 "Transfer-Encoding:\r\n\r\nx"),
    REFUSED("chunked twice", OK200 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"
                                   "\r\n0\r\n\r\n"),
    REFUSED("HTTP/1.0 chunked", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    REFUSED("204 with a length", "HTTP/1.1 204 -\r\nContent-Length: 1\r\n\r\nx"),
    REFUSED("204 chunked", "HTTP/1.1 204 -\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    REFUSED("100 with a length", "HTTP/1.1 100 -\r\nContent-Length: 1\r\n\r\n" OK200 EMPTY),

    /* Chunks: the head is sound, so that what breaks is the transfer. */
    BROKEN("no size", CHUNKED "\r\nx\r\n0\r\n\r\n"),
    BROKEN("space before the size", CHUNKED " 1\r\nx\r\n0\r\n\r\n"),
    BROKEN("space after the size", CHUNKED "1 \r\nx\r\n0\r\n\r\n"),
    BROKEN("size with 0x", CHUNKED "0x1\r\nx\r\n0\r\n\r\n"),
    BROKEN("negative size", CHUNKED "-1\r\nx\r\n0\r\n\r\n"),
    BROKEN("junk after the size", CHUNKED "1g\r\nx\r\n0\r\n\r\n"),
    BROKEN("17 digits", CHUNKED "00000000000000001\r\nx\r\n0\r\n\r\n"),
    BROKEN("size of 2^64", CHUNKED "10000000000000000\r\nx"),
    BROKEN("extension without a size", CHUNKED ";a\r\nx\r\n0\r\n\r\n"),
    BROKEN("bare LF after the size", CHUNKED "1\nx\r\n0\r\n\r\n"),
    BROKEN("bare CR after the size", CHUNKED "1\rx\r\n0\r\n\r\n"),
    BROKEN("bare LF in an extension", CHUNKED "1;a\nx\r\n0\r\n\r\n"),
    BROKEN("NUL in an extension", CHUNKED "1;\0\r\nx\r\n0\r\n\r\n"),
    BROKEN("more data than the size", CHUNKED "1\r\nxy\r\n0\r\n\r\n"),
    BROKEN("bare LF after the data", CHUNKED "1\r\nx\n0\r\n\r\n"),
    BROKEN("bare CR after the data", CHUNKED "1\r\nx\r0\r\n\r\n"),
    BROKEN("another byte for the CR after the data", CHUNKED "1\r\nx!\n0\r\n\r\n"),
    BROKEN("another byte for the LF after the data", CHUNKED "1\r\nx\r!0\r\n\r\n"),
    BROKEN("bare LF after the last chunk", CHUNKED "0\n\r\n"),
    BROKEN("bare LF after the trailer", CHUNKED "0\r\nA: b\n\r\n"),
    BROKEN("bare LF ends the trailer", CHUNKED "0\r\n\n"),
    BROKEN("folded trailer", CHUNKED "0\r\nA: b\r\n c\r\n\r\n"),
    BROKEN("junk for a trailer", CHUNKED "0\r\nHTTP/1.1 200 OK\r\n\r\n"),
};

#endif
