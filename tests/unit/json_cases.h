/*
 * Documents that are, and are not, one strict RFC 8259 text.
 *
 * Each case gives the bytes (with their number, since some hold NUL) and, for
 * those refused, the reason. Written for connsync from the grammar's sections.
 */
#ifndef CONNSYNC_TESTS_UNIT_JSON_CASES_H
#define CONNSYNC_TESTS_UNIT_JSON_CASES_H

#include "core/json.h"

struct json_case {
    const char *text;
    size_t length;
    enum connsync_status status;
    int offset; /* where the error is found; -1 where that is not the point */
};

#define GOOD(text) {text, sizeof(text) - 1, CONNSYNC_OK, -1}
#define BAD(text) {text, sizeof(text) - 1, CONNSYNC_ERR_JSON_SYNTAX, -1}
#define BAD_AT(text, offset) {text, sizeof(text) - 1, CONNSYNC_ERR_JSON_SYNTAX, offset}
#define BAD_UTF8(text) {text, sizeof(text) - 1, CONNSYNC_ERR_JSON_UTF8, -1}
#define BAD_UTF8_AT(text, offset) {text, sizeof(text) - 1, CONNSYNC_ERR_JSON_UTF8, offset}

static const struct json_case json_cases[] = {
    /* Section 3: values of every kind, also as the whole text. */
    GOOD("null"), GOOD("true"), GOOD("false"), GOOD("0"), GOOD("\"\""), GOOD("[]"), GOOD("{}"),
    GOOD("[null]"), GOOD("[true,false]"), GOOD("{\"a\":null}"), GOOD("[[],{},[{}],{\"a\":[]}]"),
    GOOD("\"a string\""), GOOD("  7"), GOOD("7 "), GOOD("\t-1.5e3\r\n"),
    BAD(""), BAD(" "), BAD("\t\r\n"), BAD("nul"), BAD("nulL"), BAD("Null"), BAD("nulll"),
    BAD("NULL"), BAD("True"), BAD("TRUE"), BAD("tru"), BAD("truee"), BAD("fals"), BAD("falsee"),
    BAD("undefined"), BAD("NaN"), BAD("Infinity"), BAD("-Infinity"), BAD("nan"), BAD("[NaN]"),
    BAD("a"), BAD("[a]"), BAD("'a'"), BAD("{\"a\":b}"), BAD("t"), BAD("[t]"), BAD("[n]"),

    /* Section 2: white space is four characters, and structure is exact. */
    GOOD(" \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n"), GOOD("{ \"a\" : 1 , \"b\" : 2 }"),
    GOOD("{ }"), GOOD("[ ]"), GOOD("[\n]"), GOOD("{\"a\":{\"b\":{\"c\":[1,[2,[3]]]}}}"),
    BAD_AT("\xEF\xBB\xBF{}", 0), BAD("\xFE\xFF"), BAD("\v[]"), BAD("\f[]"), BAD("[\v]"),
    BAD("\xC2\xA0[]"), BAD("[]\xC2\xA0"), BAD("[\xE2\x80\xA8]"), BAD("{}\0"), BAD("\0"),
    BAD("[\0]"),
    BAD("[1]\0"), BAD_AT("[] []", 3), BAD("{}{}"), BAD("1 2"), BAD("\"a\"\"b\""), BAD("[]]"),
    BAD("{}}"), BAD("[]x"), BAD("[],"), BAD("null null"), BAD("// c\n1"), BAD("[1/**/]"),
    BAD("# c\n[]"),

    /* Sections 4 and 5: objects and arrays. */
    GOOD("{\"\":0}"), GOOD("{\"a\":1,\"a\":2}"), GOOD("{\"a b\":[],\"c\\n\":{}}"),
    GOOD("{\"__proto__\":1}"), GOOD("[[[[[[]]]]]]"), GOOD("[1,\"2\",[3],{\"4\":5},null]"),
    BAD("["), BAD("]"), BAD("{"), BAD("}"), BAD("[}"), BAD("{]"), BAD("[1}"), BAD("{\"a\":1]"),
    BAD("[[]"), BAD("[{]}"), BAD("{\"a\":[}]"), BAD("[1"), BAD("[1,"), BAD_AT("[1,]", 3),
    BAD_AT("[,1]", 1), BAD("[,]"), BAD("[1,,2]"), BAD("[1 2]"), BAD("[1:2]"), BAD("[\"a\":1]"),
    BAD("[1;2]"), BAD("[\"a\" \"b\"]"), BAD("[][]"), BAD(","), BAD(":"),
    BAD("{\"a\"}"), BAD("{\"a\":}"), BAD("{\"a\":1"), BAD("{\"a\":1,"), BAD_AT("{\"a\":1,}", 7),
    BAD("{,\"a\":1}"), BAD("{,}"), BAD("{\"a\":1,,\"b\":2}"), BAD("{\"a\":1 \"b\":2}"),
    BAD("{\"a\" 1}"), BAD("{\"a\"::1}"), BAD("{\"a\",1}"), BAD("{\"a\":1:2}"), BAD("{\"a\":1;}"),
    BAD("{a:1}"), BAD("{'a':1}"), BAD("{1:1}"), BAD("{null:1}"), BAD("{[]:1}"), BAD("{{}:1}"),
    BAD("{:1}"), BAD("{\"a\"=1}"), BAD("{\"a\":\"b\":\"c\"}"), BAD("{\"a\":1}}"), BAD("{\"a\""),
    BAD("{\"a\":"), BAD("{\"a\" \"b\"}"), BAD("{\"a\":1,\"b\"}"), BAD("{true:1}"), BAD("{1}"),

    /* Section 6: numbers. */
    GOOD("-0"), GOOD("1"), GOOD("-1"), GOOD("10"), GOOD("1234567890123456789012345678901234567890"),
    GOOD("0.0"), GOOD("-0.0"), GOOD("1.0"), GOOD("0.10"), GOOD("1e0"), GOOD("1E0"), GOOD("1e+0"),
    GOOD("1e-0"), GOOD("0e0"), GOOD("1e007"), GOOD("1.5E+300"), GOOD("123e-10000000"),
    GOOD("1e999999999999999999999999"), GOOD("[0]"), GOOD("[-0,0.5]"), GOOD("{\"a\":-1e-1}"),
    BAD("-"), BAD("+"), BAD("+1"), BAD("--1"), BAD("-+1"), BAD("01"), BAD("00"), BAD("-01"),
    BAD("012"), BAD("1."), BAD(".5"), BAD("-.5"), BAD("1.e1"), BAD("0.e1"), BAD("1.2.3"),
    BAD("1..2"),
    BAD("1e"), BAD("1E"), BAD("1e+"), BAD("1e-"), BAD("1e1.5"), BAD("1ee1"), BAD("1e1e1"),
    BAD("e1"),
    BAD("1e+-1"), BAD("0x1"), BAD("0x"), BAD("0b1"), BAD("1_000"), BAD("1,000"), BAD("1 000"),
    BAD("1f"), BAD("1L"), BAD("[01]"), BAD_AT("[1.]", 3), BAD("[-]"), BAD("[+1]"), BAD("[1.e2]"),
    BAD("{\"a\":01}"), BAD("- 1"), BAD("1a"), BAD("1.0x"), BAD("1-1"), BAD("\xEF\xBC\x91"),

    /* Section 7: strings, escapes, control characters. */
    GOOD("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), GOOD("\"\\u0000\""), GOOD("\"\\u00e9\\u00E9\""),
    GOOD("\"\\uFFFF\""), GOOD("\"\\ud83d\\ude00\""), GOOD("\"\\ud83d\""), GOOD("\"\\ude00\""),
    GOOD("\"\\ude00\\ud83d\""), GOOD("\"\\uD800x\""), GOOD("\"\x7F\""), GOOD("\"/\""),
    GOOD("\"'\""),
    GOOD("\"{}[],:\""), GOOD("\"// no comment\""), GOOD("{\"\\u0061\":1}"), GOOD("\"12345678\""),
    GOOD("\"1234567890123456\\n\""), GOOD("\"1234567\\\\\""), GOOD("\"123456789\\\"0123456789\""),
    BAD("\""), BAD("\"a"), BAD("\"\\\""), BAD("\"\\"), BAD("\"\\u"), BAD("\"\\u\""),
    BAD("\"\\u1\""),
    BAD("\"\\u12\""), BAD("\"\\u123\""), BAD_AT("\"\\u123g\"", 6), BAD("\"\\u 123\""),
    BAD("\"\\U0041\""),
    BAD("\"\\u+123\""), BAD("\"\\u{41}\""), BAD("\"\\ud83d\\u\""), BAD("\"\\x41\""), BAD("\"\\a\""),
    BAD("\"\\0\""), BAD("\"\\v\""), BAD("\"\\'\""), BAD("\"\\e\""), BAD("\"\\ \""), BAD("\"\\\n\""),
    BAD("\"\\\0\""), BAD("\"\\N\""), BAD("\"\\\xC3\xA9\""), BAD_AT("\"a\nb\"", 2), BAD("\"\t\""),
    BAD("\"\r\""), BAD("\"\0\""), BAD("\"\x1F\""), BAD("\"\x01\""),
    BAD("\"12345678\x1F""12345678\""),
    BAD("\"1234567\x08\""), BAD("{\"a\n\":1}"), BAD("{\"a\\x\":1}"), BAD("\"a\"b"), BAD("'"),

    /* RFC 3629: shortest form, no surrogates, nothing above U+10FFFF. */
    GOOD("\"\xC2\x80\""), GOOD("\"\xDF\xBF\""), GOOD("\"\xE0\xA0\x80\""), GOOD("\"\xEF\xBF\xBF\""),
    GOOD("\"\xED\x9F\xBF\""), GOOD("\"\xEE\x80\x80\""), GOOD("\"\xF0\x90\x80\x80\""),
    GOOD("\"\xF4\x8F\xBF\xBF\""), GOOD("\"\xEF\xBB\xBF\""), GOOD("\"1234567\xC3\xA9""1234567\""),
    GOOD("{\"\xC3\xA9\":\"\xE6\x9D\xB1\xE4\xBA\xAC\"}"), GOOD("\"\xE2\x80\xA8\""),
    BAD_UTF8("\"\x80\""), BAD_UTF8("\"\xBF\""), BAD_UTF8("\"\xC0\x80\""), BAD_UTF8("\"\xC0\xAF\""),
    BAD_UTF8("\"\xC1\xBF\""), BAD_UTF8("\"\xC2\""), BAD_UTF8("\"\xC2"), BAD_UTF8("\"\xC2\xC0\""),
    BAD_UTF8("\"\xC2\x7F\""), BAD_UTF8("\"\xE0\x80\xAF\""), BAD_UTF8("\"\xE0\x9F\xBF\""),
    BAD_UTF8("\"\xE0\xA0\""), BAD_UTF8("\"\xE2\x82\""), BAD_UTF8("\"\xE2\x28\xA1\""),
    BAD_UTF8("\"\xE2\x82\x28\""), BAD_UTF8("\"\xE2\x82\xC0\""), BAD_UTF8("\"\xED\xA0\x80\""),
    BAD_UTF8("\"\xED\xBF\xBF\""), BAD_UTF8("\"\xED\xA0\xBD\xED\xB8\x80\""), BAD_UTF8("\"\xE2\x82"),
    BAD_UTF8("\"\xF0\x80\x80\x80\""), BAD_UTF8("\"\xF0\x8F\xBF\xBF\""),
    BAD_UTF8("\"\xF0\x90\x80\""),
    BAD_UTF8("\"\xF0\x90\x80"), BAD_UTF8("\"\xF0\x90\x28\xBC\""), BAD_UTF8("\"\xF0\x90\x80\x28\""),
    BAD_UTF8("\"\xF4\x90\x80\x80\""), BAD_UTF8("\"\xF5\x80\x80\x80\""),
    BAD_UTF8("\"\xF8\x88\x80\x80\x80\""),
    BAD_UTF8("\"\xFC\x84\x80\x80\x80\x80\""), BAD_UTF8("\"\xFE\""), BAD_UTF8("\"\xFF\""),
    BAD_UTF8_AT("{\"\xFF\":1}", 2), BAD_UTF8_AT("[\"12345678\xE9 12345678\"]", 10),
    BAD_UTF8("\"gr\xFCn\""), BAD("\xFF"), BAD("[\xC3\xA9]"), BAD("{\xC3\xA9:1}"),
};

#define JSON_CASES (sizeof json_cases / sizeof json_cases[0])

#endif
