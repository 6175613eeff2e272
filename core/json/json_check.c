/*
 * The gate that every document passes: one strict RFC 8259 text, in one pass, which finds
 * members on its way.
 *
 * There is no recursion. What the grammar must remember is whether each open container is an
 * object, one bit each, in a 64-bit word that is shifted. Most functions take the place in the
 * text where they begin and give the one behind what they have checked; NULL is an error, of
 * which `fault` says what and where.
 */
#include "core/json/json.h"
#include "core/json/json_words.h"

typedef const unsigned char *place;

struct fault {
    place at;
    enum connsync_status status;
};

/* Which of the sought members' values the checker is in. Names are compared in one object at
 * a time: in the value of that member, or in the text's own object. */
struct finder {
    struct cs_json_sought *sought;
    size_t count;
    uint32_t initials; /* a bit for each byte, modulo 32, that a sought name may begin with */
    unsigned depth;    /* of the object that has the member */
    int open;          /* its index, or CS_JSON_ROOT */
};

struct checker {
    place end;
    uint64_t kinds; /* lowest bit: the innermost container is an object */
    unsigned depth;
    bool is_name_next;
    struct cs_json_facts facts;
    struct fault *fault;
    struct finder *finder;
};

static place fail(struct fault *fault, place at, enum connsync_status status)
{
    fault->at = at;
    fault->status = status;
    return NULL;
}

static inline bool is_at(place at, place end, unsigned char byte)
{
    return at < end && *at == byte;
}

struct cs_slice cs_json_trim(struct cs_slice text)
{
    while (text.length > 0 && (unsigned char)text.data[0] <= ' ') {
        text.data++;
        text.length--;
    }
    while (text.length > 0 && (unsigned char)text.data[text.length - 1] <= ' ') {
        text.length--;
    }
    return text;
}

/* ---- Finding ---- */

/* A name, and the place behind its colon. The first member of a name is open from there to
 * the end of its value. */
static void begin_member(struct finder *finder, struct cs_slice name, const char *behind)
{
    for (size_t i = 0; i < finder->count; i++) {
        struct cs_json_sought *sought = &finder->sought[i];
        if (sought->parent == finder->open && cs_value_string_is(name, sought->name) &&
            sought->count++ == 0) {
            sought->value.data = behind;
            finder->open = (int)i;
            finder->depth++;
            return;
        }
    }
}

static void end_member(struct finder *finder, const char *behind)
{
    struct cs_json_sought *sought = &finder->sought[finder->open];

    sought->value =
        cs_json_trim(cs_slice_make(sought->value.data, (size_t)(behind - sought->value.data)));
    finder->open = sought->parent;
    finder->depth--;
}

static inline uint32_t bit_of(unsigned char initial)
{
    return (uint32_t)1 << (initial & 31);
}

/* May this name, with its quote, be a sought one? Escapes may stand for any letter. */
static inline bool may_be_sought(const struct checker *c, place name)
{
    return c->depth == c->finder->depth + 1 && (c->finder->initials & bit_of(name[1])) != 0;
}

static struct finder start_finder(struct cs_json_sought *sought, size_t count)
{
    struct finder finder = {sought, count, bit_of('\\'), 0, CS_JSON_ROOT};

    for (size_t i = 0; i < count; i++) {
        /* An empty name begins with its closing quote. */
        char initial = sought[i].name[0] != '\0' ? sought[i].name[0] : '"';
        finder.initials |= bit_of((unsigned char)initial);
        sought[i].count = 0;
        sought[i].value = cs_slice_make(NULL, 0);
    }
    return finder;
}

/* ---- Strings ---- */

/* Printable ASCII but the quote and the backslash: stands for itself. */
static inline bool is_plain(unsigned char byte)
{
    return byte >= ' ' && byte < 0x80 && byte != '"' && byte != '\\';
}

/* Marks what is not plain: subtraction borrows from a control character, and from the zero
 * that a quote or a backslash becomes. */
static inline uint64_t marks_of_special(uint64_t word)
{
    return (word | (word - CS_EVERY_BYTE(' ')) | ((word ^ CS_EVERY_BYTE('"')) - CS_EVERY_BYTE(1)) |
            ((word ^ CS_EVERY_BYTE('\\')) - CS_EVERY_BYTE(1))) &
           CS_EVERY_BYTE(0x80);
}

static inline place skip_plain(place at, place end)
{
    while (CS_WORDS_FIT && end - at >= CS_WORD) {
        uint64_t marks = marks_of_special(cs_word_load(at));
        if (marks != 0) {
            return at + cs_word_before(marks);
        }
        at += CS_WORD;
    }
    while (at < end && is_plain(*at)) {
        at++;
    }
    return at;
}

static inline bool is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static inline bool is_hex_digit(unsigned char byte)
{
    unsigned char lower = byte | 0x20;

    return is_digit(byte) || (lower >= 'a' && lower <= 'f');
}

/* Behind `\u`. A lone surrogate is grammatical: RFC 8259, section 8.2. */
static inline place check_hex4(place at, place end, struct fault *fault)
{
    for (int i = 0; i < 4; i++, at++) {
        if (at == end || !is_hex_digit(*at)) {
            return fail(fault, at, CONNSYNC_ERR_JSON_SYNTAX);
        }
    }
    return at;
}

/* Behind a backslash. */
static inline place check_escape(place at, place end, struct fault *fault)
{
    static const char letters[] = "\"\\/bfnrt";

    if (is_at(at, end, 'u')) {
        return check_hex4(at + 1, end, fault);
    }
    if (at == end || memchr(letters, *at, sizeof letters - 1) == NULL) {
        return fail(fault, at, CONNSYNC_ERR_JSON_SYNTAX);
    }
    return at + 1;
}

static inline bool continues(unsigned char byte)
{
    return (byte & 0xC0) == 0x80;
}

/*
 * One character of two to four bytes, by the table of RFC 3629, section 4. The first two
 * together show what has a shorter form, is a surrogate, or lies above U+10FFFF. A text that ends
 * within one fails at its end.
 */
static inline place check_utf8(place at, place end, struct fault *fault)
{
    ptrdiff_t left = end - at;
    unsigned two = left > 1 && continues(at[1]) ? (unsigned)at[0] << 8 | at[1] : 0;
    bool of_three = two >= 0xE0A0 && two < 0xF000 && (two & 0xFFE0) != 0xEDA0;
    bool of_four = two >= 0xF090 && two <= 0xF48F;

    if (two >= 0xC280 && two < 0xE000) {
        return at + 2;
    }
    if (of_three && left > 2 && continues(at[2])) {
        return at + 3;
    }
    if (of_four && left > 3 && continues(at[2]) && continues(at[3])) {
        return at + 4;
    }
    bool ended = left == 1 ? at[0] >= 0xC2 && at[0] <= 0xF4
                           : (left == 2 && (of_three || of_four)) ||
                                 (left == 3 && of_four && continues(at[2]));
    return fail(fault, ended ? end : at, CONNSYNC_ERR_JSON_UTF8);
}

/* From the opening quote to behind the closing one. */
static place check_string(place at, place end, struct fault *fault)
{
    at++;
    do {
        at = skip_plain(at, end);
        if (is_at(at, end, '"')) {
            return at + 1;
        }
        if (at == end || *at < ' ') {
            return fail(fault, at, CONNSYNC_ERR_JSON_SYNTAX);
        }
        if (*at == '\\') {
            at = check_escape(at + 1, end, fault);
            continue;
        }
        do {
            at = check_utf8(at, end, fault);
        } while (at != NULL && at < end && *at >= 0x80);
    } while (at != NULL);
    return NULL;
}

/* ---- Numbers and words ---- */

static inline place skip_digits(place at, place end)
{
    while (at < end && is_digit(*at)) {
        at++;
    }
    return at;
}

/* RFC 8259, section 6. Where digits have to be, and are not, `from` is where they end. */
static place check_number(place at, place end, struct fault *fault)
{
    place from = at + is_at(at, end, '-');

    at = is_at(from, end, '0') ? from + 1 : skip_digits(from, end);
    if (at != from && is_at(at, end, '.')) {
        from = at + 1;
        at = skip_digits(from, end);
    }
    if (at != from && at < end && (*at | 0x20) == 'e') {
        from = at + 1;
        from += from < end && (*from == '+' || *from == '-');
        at = skip_digits(from, end);
    }
    return at != from ? at : fail(fault, at, CONNSYNC_ERR_JSON_SYNTAX);
}

static place check_word(place at, place end, const char *wanted, struct fault *fault)
{
    for (; *wanted != '\0'; wanted++) {
        if (!is_at(at, end, (unsigned char)*wanted)) {
            return fail(fault, at, CONNSYNC_ERR_JSON_SYNTAX);
        }
        at++;
    }
    return at;
}

static inline place check_primitive(place at, place end, struct fault *fault)
{
    static const char words[][sizeof "false"] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (*at == (unsigned char)words[i][0]) {
            return check_word(at, end, words[i], fault);
        }
    }
    return check_number(at, end, fault);
}

/* ---- Objects and arrays ---- */

static inline place skip_white_space(place at, place end)
{
    while (at < end && *at <= ' ' && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
        at++;
    }
    return at;
}

static inline bool is_in_object(const struct checker *c)
{
    return (c->kinds & 1) != 0;
}

/* At the bracket that closes the innermost container? */
static inline bool is_at_end(const struct checker *c, place at)
{
    return is_at(at, c->end, is_in_object(c) ? '}' : ']');
}

/* Behind a member's name: takes the colon. */
static inline place end_name(struct checker *c, place name, place behind)
{
    place at = skip_white_space(behind, c->end);

    if (!is_at(at, c->end, ':')) {
        return fail(c->fault, at, CONNSYNC_ERR_JSON_SYNTAX);
    }
    at++;
    if (may_be_sought(c, name)) {
        begin_member(c->finder, cs_slice_make((const char *)name, (size_t)(behind - name)),
                     (const char *)at);
    }
    c->is_name_next = false;
    return at;
}

/* At an opening bracket. White space behind it is skipped. */
static inline place open_container(struct checker *c, place at)
{
    if (c->depth == CS_JSON_DEPTH_MAX) {
        return fail(c->fault, at, CONNSYNC_ERR_JSON_DEPTH);
    }
    c->depth++;
    c->facts.depth = c->depth > c->facts.depth ? c->depth : c->facts.depth;
    c->is_name_next = *at == '{';
    c->kinds = c->kinds << 1 | c->is_name_next;
    return skip_white_space(at + 1, c->end);
}

/* Behind a value, or at the bracket that closes an empty container: closes all that ends
 * here, and takes the comma, unless it is the text that ends. */
static inline place end_value(struct checker *c, place at)
{
    while (c->depth > 0) {
        if (c->depth == c->finder->depth) {
            end_member(c->finder, (const char *)at);
        }
        at = skip_white_space(at, c->end);
        if (is_at(at, c->end, ',')) {
            c->is_name_next = is_in_object(c);
            return at + 1;
        }
        if (!is_at_end(c, at)) {
            return fail(c->fault, at, CONNSYNC_ERR_JSON_SYNTAX);
        }
        at++;
        c->depth--;
        c->kinds >>= 1;
    }
    return at;
}

/* One name with its colon, one value with its comma, or one opening bracket. */
static inline place check_next(struct checker *c, place at)
{
    if (*at == '"') {
        place behind = check_string(at, c->end, c->fault);
        if (behind != NULL && c->is_name_next) {
            return end_name(c, at, behind);
        }
        at = behind;
    } else if (c->is_name_next) {
        return fail(c->fault, at, CONNSYNC_ERR_JSON_SYNTAX);
    } else if (*at == '{' || *at == '[') {
        at = open_container(c, at);
        if (at != NULL && !is_at_end(c, at)) {
            return at;
        }
    } else {
        at = check_primitive(at, c->end, c->fault);
    }
    return at != NULL ? end_value(c, at) : NULL;
}

/* Goes behind the text's value. */
static place check_value(struct checker *c, place at)
{
    do {
        at = skip_white_space(at, c->end);
        if (at == c->end) {
            return fail(c->fault, at, CONNSYNC_ERR_JSON_SYNTAX);
        }
        c->facts.tokens++;
        at = check_next(c, at);
    } while (at != NULL && c->depth > 0);
    return at;
}

enum connsync_status cs_json_check_find(struct cs_slice text, struct cs_json_facts *facts,
                                        struct cs_json_sought *sought, size_t count)
{
    /* An empty text may have no address, and NULL may not be added to. */
    place start = (place)(text.length > 0 ? text.data : "");
    struct fault fault = {NULL, CONNSYNC_OK};
    struct finder finder = start_finder(sought, count);
    struct checker c = {start + text.length, 0, 0, false, {0, 0, 0}, &fault, &finder};

    place at = check_value(&c, start);

    if (at != NULL) {
        at = skip_white_space(at, c.end);
        if (at != c.end) {
            at = fail(&fault, at, CONNSYNC_ERR_JSON_SYNTAX);
        }
    }
    *facts = c.facts;
    facts->offset = (size_t)((at != NULL ? at : fault.at) - start);
    return fault.status;
}

struct cs_slice cs_json_next_value(struct cs_slice rest)
{
    struct fault fault;
    struct finder finder = start_finder(NULL, 0);
    place at = (place)rest.data;
    struct checker c = {at + rest.length, 0, 0, false, {0, 0, 0}, &fault, &finder};

    while (at < c.end && (*at <= ' ' || *at == ',' || *at == ':')) {
        at++;
    }
    place behind = check_value(&c, at);
    return cs_slice_make((const char *)at, behind != NULL ? (size_t)(behind - at) : 0);
}

struct cs_slice cs_json_member(struct cs_slice object, const char *name)
{
    struct cs_json_sought sought = {name, CS_JSON_ROOT, 0, {NULL, 0}};

    cs_json_find_members(object, &sought, 1);
    return sought.count == 1 ? sought.value : cs_slice_make(NULL, 0);
}
