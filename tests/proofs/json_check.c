/*
 * core/json/json_check.c: the gate. It is proved piece by piece: what reads one string, number or word
 * here with its body, and what calls them with a stand-in that goes anywhere that was proved possible.
 * So the bound is that of one piece, and not of a text.
 */
#include "core/json/json_check.c"

#include "proof.h"

#define SOUGHT 3

place any_error(struct fault *fault, place at, place end)
{
    *fault = (struct fault){at + any_size((size_t)(end - at)),
                            nondet_bool() ? CONNSYNC_ERR_JSON_SYNTAX : CONNSYNC_ERR_JSON_UTF8};
    return NULL;
}

/* Forwards by one byte at least, or an error within the text. */
place any_scan(place at, place end, struct fault *fault)
{
    __CPROVER_assert(at < end, "there is a byte");
    size_t length = any_size((size_t)(end - at));
    return length > 0 ? at + length : any_error(fault, at, end);
}

place any_word(place at, place end, const char *wanted, struct fault *fault)
{
    __CPROVER_assert(wanted[0] != '\0', "a word");
    return any_scan(at, end, fault);
}

place any_escape(place at, place end, struct fault *fault)
{
    return at < end ? any_scan(at, end, fault) : any_error(fault, at, end);
}

place any_skip(place at, place end)
{
    return at + any_size((size_t)(end - at));
}

bool any_match(struct cs_slice string, const char *wanted)
{
    __CPROVER_assert(string.length > 0 && __CPROVER_r_ok(string.data, string.length), "a name");
    __CPROVER_assert(wanted != NULL, "a name is sought");
    return nondet_bool();
}

struct cs_slice any_trimmed(struct cs_slice text)
{
    size_t front = any_size(text.length);
    return cs_slice_make(text.data + front, any_size(text.length - front));
}

/* What any_scan() stands for. */
static void check_scan(place got, place at, place end, const struct fault *fault)
{
    if (got != NULL) {
        __CPROVER_assert(got > at && got <= end, "forwards, within the text");
    } else {
        __CPROVER_assert(fault->at >= at && fault->at <= end, "an error within the text");
        __CPROVER_assert(fault->status != CONNSYNC_OK, "and its status");
    }
}

void prove_json_trim(void)
{
    struct cs_slice text = any_text();
    struct cs_slice trimmed = cs_json_trim(text);

    __CPROVER_assert(is_part(trimmed, text), "a part of it");
}

/* The definition of RFC 3629, section 3, by the number of the character. */
static size_t utf8_length(place at, size_t left)
{
    size_t length = at[0] >= 0xF0 ? 4 : at[0] >= 0xE0 ? 3 : 2;
    uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
    uint32_t number = at[0] & (0x7Fu >> length);

    if (at[0] < 0xC0 || at[0] >= 0xF8 || length > left) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xC0) != 0x80) {
            return 0;
        }
        number = number << 6 | (at[i] & 0x3Fu);
    }
    return number >= least && number <= 0x10FFFF && (number < 0xD800 || number > 0xDFFF) ? length
                                                                                         : 0;
}

void prove_json_utf8(void)
{
    struct cs_slice text = any_text();
    place at = (place)text.data;
    struct fault fault;
    __CPROVER_assume(text.length > 0 && at[0] >= 0x80);

    place got = check_utf8(at, at + text.length, &fault);
    check_scan(got, at, at + text.length, &fault);
    __CPROVER_assert((got != NULL ? (size_t)(got - at) : 0) == utf8_length(at, text.length),
                     "exactly what RFC 3629 allows");
}

void prove_json_escape(void)
{
    struct cs_slice text = any_text();
    place at = (place)text.data;
    struct fault fault;
    place got = check_escape(at, at + text.length, &fault);

    check_scan(got, at, at + text.length, &fault);
    __CPROVER_assert(got == NULL || got == at + (at[0] == 'u' ? 5 : 1),
                     "an escape is 1 or 5 bytes");
}

void prove_json_skip_plain(void)
{
    struct cs_slice text = any_text();
    place at = (place)text.data;
    place end = at + text.length;
    place got = skip_plain(at, end);
    size_t before = any_size(BYTES);

    __CPROVER_assert(got >= at && got <= end, "within the text");
    __CPROVER_assert(got == end || !is_plain(*got), "up to what is not plain");
    __CPROVER_assert(before >= (size_t)(got - at) || is_plain(at[before]), "over nothing else");
}

void prove_json_string_scan(void)
{
    struct cs_slice text = any_text();
    place at = (place)text.data;
    struct fault fault;
    __CPROVER_assume(text.length > 0 && at[0] == '"');

    place got = check_string(at, at + text.length, &fault);
    check_scan(got, at, at + text.length, &fault);
    __CPROVER_assert(got == NULL || (got[-1] == '"' && got - at >= 2), "with both its quotes");
}

/* RFC 8259, section 6, as a machine: does a number end here? */
static size_t number_length(place at, size_t left)
{
    int state = 0; /* start, sign, zero, digits, point, fraction, e, its sign, exponent */

    for (size_t i = 0; i < left; i++) {
        unsigned char c = at[i];
        bool digit = c >= '0' && c <= '9';
        if (state == 0 && c == '-') {
            state = 1;
        } else if (state <= 1 && digit) {
            state = c == '0' ? 2 : 3;
        } else if ((state == 3 || state == 5 || state == 8) && digit) {
        } else if (state == 4 && digit) {
            state = 5;
        } else if ((state == 2 || state == 3) && c == '.') {
            state = 4;
        } else if ((state == 2 || state == 3 || state == 5) && (c == 'e' || c == 'E')) {
            state = 6;
        } else if (state == 6 && (c == '+' || c == '-')) {
            state = 7;
        } else if ((state == 6 || state == 7) && digit) {
            state = 8;
        } else {
            return state == 2 || state == 3 || state == 5 || state == 8 ? i : 0;
        }
    }
    return state == 2 || state == 3 || state == 5 || state == 8 ? left : 0;
}

void prove_json_number(void)
{
    struct cs_slice text = any_text();
    place at = (place)text.data;
    struct fault fault;
    __CPROVER_assume(text.length > 0);

    place got = check_number(at, at + text.length, &fault);
    check_scan(got, at, at + text.length, &fault);
    __CPROVER_assert((got != NULL ? (size_t)(got - at) : 0) == number_length(at, text.length),
                     "exactly the numbers of RFC 8259");
}

void prove_json_primitive(void)
{
    struct cs_slice text = any_text();
    place at = (place)text.data;
    struct fault fault;
    __CPROVER_assume(text.length > 0);

    place got = check_primitive(at, at + text.length, &fault);
    check_scan(got, at, at + text.length, &fault);
}

void prove_json_white_space(void)
{
    struct cs_slice text = any_text();
    place at = (place)text.data;
    place got = skip_white_space(at, at + text.length);

    __CPROVER_assert(got >= at && got <= at + text.length, "within the text");
}

/* The members that are open are a chain of parents, as long as the finder is deep, and their values
 * have begun: before `at`. */
static bool is_chain(const struct finder *finder, place start, place at)
{
    unsigned depth = 0;
    int open = finder->open;

    for (int i = 0; i < SOUGHT && open >= 0; i++) {
        const char *begun = finder->sought[open].value.data;
        if (begun == NULL || begun < (const char *)start || begun > (const char *)at) {
            return false;
        }
        depth++;
        open = finder->sought[open].parent;
    }
    return depth == finder->depth && open == CS_JSON_ROOT;
}

static struct finder any_finder(struct cs_json_sought *sought, place start, size_t length)
{
    struct finder finder = {sought, SOUGHT, nondet_unsigned(), nondet_unsigned(), nondet_int()};

    for (int i = 0; i < SOUGHT; i++) {
        int parent = nondet_int();
        __CPROVER_assume(parent >= CS_JSON_ROOT && parent < i);
        sought[i] =
            (struct cs_json_sought){"name",
                                    parent,
                                    nondet_unsigned(),
                                    {(const char *)start + any_size(length), any_size(length)}};
        __CPROVER_assume(sought[i].count < UINT32_MAX);
    }
    __CPROVER_assume(finder.open >= CS_JSON_ROOT && finder.open < SOUGHT);
    return finder;
}

/* One step of the checker, from any state. */
void prove_json_check_next(void)
{
    struct cs_slice text = any_text();
    place start = (place)text.data;
    place end = start + text.length;
    place at = start + any_size(text.length);
    struct cs_json_sought sought[SOUGHT];
    struct finder finder = any_finder(sought, start, text.length);
    struct fault fault = {NULL, CONNSYNC_OK};
    struct checker c = {end,
                        nondet_u64(),
                        nondet_unsigned(),
                        nondet_bool(),
                        {nondet_size(), nondet_unsigned(), 0},
                        &fault,
                        &finder};
    __CPROVER_assume(at < end && c.depth <= CS_JSON_DEPTH_MAX);
    __CPROVER_assume(is_chain(&finder, start, at) && finder.depth <= c.depth);

    place got = check_next(&c, at);
    check_scan(got, at, end, &fault);
    __CPROVER_assert(c.depth <= CS_JSON_DEPTH_MAX, "no deeper than is allowed");
    __CPROVER_assert(got == NULL || is_chain(&finder, start, got), "a chain of open members still");
    __CPROVER_assert(got == NULL || finder.depth <= c.depth, "in what is open");
}

/* Any such step, and any end of the text's value. */
place any_next(struct checker *c, place at)
{
    unsigned depth = nondet_unsigned();
    __CPROVER_assume(depth <= CS_JSON_DEPTH_MAX);
    c->depth = depth;
    return any_scan(at, c->end, c->fault);
}

place any_value(struct checker *c, place at)
{
    return at < c->end ? any_scan(at, c->end, c->fault) : any_error(c->fault, at, c->end);
}

void prove_json_check_value(void)
{
    struct cs_slice text = any_text();
    place at = (place)text.data;
    struct fault fault;
    struct finder finder = start_finder(NULL, 0);
    struct checker c = {at + text.length, 0, 0, false, {0, 0, 0}, &fault, &finder};

    check_scan(check_value(&c, at), at, c.end, &fault);
    __CPROVER_assert(c.facts.tokens <= text.length, "a token is a byte at least");
}

void prove_json_check_find(void)
{
    struct cs_slice text = any_text();
    struct cs_json_facts facts;
    struct cs_json_sought sought[2] = {{any_string(2), CS_JSON_ROOT, 0, {NULL, 0}},
                                       {any_string(2), 0, 0, {NULL, 0}}};
    enum connsync_status status =
        nondet_bool() ? cs_json_check(text, &facts) : cs_json_check_find(text, &facts, sought, 2);

    __CPROVER_assert(facts.offset <= text.length, "an offset in the text");
    __CPROVER_assert(status != CONNSYNC_OK || facts.offset == text.length, "to its end");
}

void prove_json_next_value(void)
{
    struct cs_slice rest = any_text();
    struct cs_slice value = cs_json_next_value(rest);

    __CPROVER_assert(is_part(value, rest), "a part of it");
}

/* Any end of a check, and anything found. */
enum connsync_status any_found(struct cs_slice text, struct cs_json_facts *facts,
                               struct cs_json_sought *sought, size_t count)
{
    facts->offset = any_size(text.length);
    for (size_t i = 0; i < count; i++) {
        sought[i].count = nondet_unsigned();
        sought[i].value = any_trimmed(text);
    }
    return nondet_bool() ? CONNSYNC_OK : CONNSYNC_ERR_JSON_SYNTAX;
}

int any_order(struct cs_slice string, const char *text)
{
    __CPROVER_assert(string.length > 0 && string.data[0] == '"' && text[0] != '\0', "a string");
    return nondet_int();
}

void prove_json_member(void)
{
    struct cs_slice text = any_text();
    struct cs_json_sought sought = {"a", CS_JSON_ROOT, 0, {NULL, 0}};
    struct cs_slice value = cs_json_member(text, "a");

    __CPROVER_assert(value.data == NULL ? value.length == 0 : is_part(value, text),
                     "in it, or none");
    cs_json_find_members(text, &sought, 1);
    (void)cs_value_string_is(text, "a");
}
