/*
 * Prints how fast documents are checked, patched and digested. Given a folder, it leaves each document
 * there in a file, for others to be measured with (json_rates.py).
 *
 * "all" is what the agent does with a document: it is checked, members are found in the same
 * pass, and one is set. compare.py holds it against another build's.
 *
 * All figures of a line come from the same process, so that their ratios hold
 * even where a busy machine makes the figures themselves move. Each is the best
 * of several runs. It judges nothing: read it.
 */
#define _POSIX_C_SOURCE 200809L

/* Its own copy of jsmn, with the switches of core/json/merge.h: the core's is not to be called. */
#define JSMN_PARENT_LINKS
#define JSMN_STATIC
#include <jsmn.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/json/json_digest.h"
#include "core/json/merge.h"

#define DOCUMENT_BYTES ((size_t)1 << 20)
#define RUNS 40

struct document {
    const char *name;
    char *text;
    size_t length;
    jsmntok_t *tokens;
    size_t capacity;
    bool is_empty; /* there was nothing to make it of */
};

/* Keeps a compiler from leaving the measured work out. */
static volatile size_t sink;

static double now_seconds(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void append(struct document *document, const char *text)
{
    size_t length = strlen(text);

    memcpy(document->text + document->length, text, length);
    document->length += length;
}

static void start(struct document *document, const char *name)
{
    document->name = name;
    document->length = 0;
    document->is_empty = false;
    append(document, "{\"id\":\"con_2bXy7LmQ9fTzWkRa\",\"options\":{");
}

/* Every document ends with the brace of `options` and one member behind it. */
static void finish(struct document *document)
{
    append(document, "},\"strategy\":\"auth0\"}");
}

/* Much as connections are: short members, flags, lists, and a script now and then. */
static void make_mixed(struct document *document)
{
    char block[1024];
    int number = 0;

    start(document, "mixed");
    while (document->length < DOCUMENT_BYTES - sizeof block) {
        snprintf(block, sizeof block,
                 "%s\"block%d\":{\"mfa\":{\"active\":true,\"return_enroll_settings\":true},"
                 "\"passwordPolicy\":\"good\",\"strategy_version\":%d,"
                 "\"brute_force_protection\":true,"
                 "\"upstream_params\":null,\"domain_aliases\":[\"example.com\",\"example.org\"],"
                 "\"customScripts\":{\"login\":\"function login(email, password, callback) {\\n  "
                 "const query = \\\"SELECT id FROM users WHERE email = $1\\\";\\n  "
                 "return callback(null, { user_id: 17 });\\n}\\n\"},"
                 "\"password_complexity_options\":{\"min_length\":8},"
                 "\"limits\":[1,2.5,-3e4,100000]}",
                 number == 0 ? "" : ",", number, number);
        append(document, block);
        number++;
    }
    finish(document);
}

static void make_wide(struct document *document)
{
    char member[64];
    int number = 0;

    start(document, "wide");
    while (document->length < DOCUMENT_BYTES - 128) {
        snprintf(member, sizeof member, "%s\"m%d\":%d", number == 0 ? "" : ",", number, number);
        append(document, member);
        number++;
    }
    finish(document);
}

/* Arrays and objects in turn, down to the depth limit, again and again. */
static void make_deep(struct document *document)
{
    int levels = CS_JSON_DEPTH_MAX - 3; /* below the root, `options` and the list */

    start(document, "deep");
    append(document, "\"a\":[0");
    while (document->length < DOCUMENT_BYTES - 1024) {
        append(document, ",");
        for (int i = 0; i < levels; i++) {
            append(document, i % 2 == 0 ? "[" : "{\"k\":");
        }
        append(document, "1");
        for (int i = levels - 1; i >= 0; i--) {
            append(document, i % 2 == 0 ? "]" : "}");
        }
    }
    append(document, "]");
    finish(document);
}

static void make_strings(struct document *document)
{
    int number = 0;

    start(document, "strings");
    append(document, "\"a\":[");
    while (document->length < DOCUMENT_BYTES - 256) {
        append(document, number++ == 0 ? "" : ",");
        append(document, "\"MIIDBzCCAe+gAwIBAgIJAKuWhYbF0o3QMA0GCSqGSIb3DQEBCwUAMCExHzAdBgNVBAMT"
                         "FmV4YW1wbGUuZXUuYXV0aDAuY29tMB4XDTIwMDEwMTAwMDAwMFoXDTMzMDkwODAwMDAw\"");
    }
    append(document, "]");
    finish(document);
}

static void make_non_ascii(struct document *document)
{
    int number = 0;

    start(document, "non-ASCII");
    append(document, "\"a\":[");
    while (document->length < DOCUMENT_BYTES - 256) {
        append(document, number++ == 0 ? "" : ",");
        append(document, "\"Gr\xC3\xBC\xC3\x9F"
                         "e aus \xE6\x9D\xB1\xE4\xBA\xAC, \\u00e9t\\u00e9 "
                         "\xF0\x9F\x98\x80 \xE3\x81\x93\xE3\x82\x93\xE3\x81\xAB\xE3\x81\xA1\"");
    }
    append(document, "]");
    finish(document);
}

/* ---- Recorded connections ---- */

static bool has_ending(const char *name, const char *ending)
{
    size_t length = strlen(name);

    return length > strlen(ending) && strcmp(name + length - strlen(ending), ending) == 0;
}

/* One connection as a member of `options`, if it fits. */
static void append_file(struct document *document, const char *path, int number)
{
    size_t before = document->length;
    size_t room = DOCUMENT_BYTES - before;
    char name[32];
    FILE *file = fopen(path, "rb");

    snprintf(name, sizeof name, "%s\"c%d\":", number == 0 ? "" : ",", number);
    append(document, name);
    size_t read = file != NULL ? fread(document->text + document->length, 1, room, file) : 0;
    if (read == 0 || read == room) {
        document->length = before;
    } else {
        document->length += read;
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* Those that CONNSYNC_FIXTURES has, by name, again and again. */
static void make_recorded(struct document *document)
{
    const char *folder = getenv("CONNSYNC_FIXTURES");
    struct dirent **entries = NULL;
    int count = folder != NULL ? scandir(folder, &entries, NULL, alphasort) : 0;
    size_t before;
    int number = 0;

    start(document, "recorded");
    do {
        before = document->length;
        for (int i = 0; i < count; i++) {
            char path[1024];
            if (has_ending(entries[i]->d_name, ".json")) {
                snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
                append_file(document, path, number++);
            }
        }
    } while (document->length > before && document->length < DOCUMENT_BYTES - 16384);
    finish(document);
    document->is_empty = before == document->length && number == 0;
    for (int i = 0; i < count; i++) {
        free(entries[i]);
    }
    free(entries);
}

/* ---- What is measured ---- */

static void run_check(const struct document *document)
{
    struct cs_json_facts facts;

    if (cs_json_check(cs_slice_make(document->text, document->length), &facts) != CONNSYNC_OK) {
        fprintf(stderr, "%s: refused at %zu\n", document->name, facts.offset);
        exit(1);
    }
    sink = facts.tokens;
}

static void run_jsmn(const struct document *document)
{
    jsmn_parser parser;

    jsmn_init(&parser);
    int count = jsmn_parse(&parser, document->text, document->length, document->tokens,
                           (unsigned)document->capacity);
    if (count != (int)document->capacity) {
        exit(1);
    }
    sink = (size_t)count;
}

/* The members that the agent looks at. */
static const struct cs_json_sought agent_members[] = {
    {"id", CS_JSON_ROOT, 0, {NULL, 0}},       {"name", CS_JSON_ROOT, 0, {NULL, 0}},
    {"strategy", CS_JSON_ROOT, 0, {NULL, 0}}, {"display_name", CS_JSON_ROOT, 0, {NULL, 0}},
    {"options", CS_JSON_ROOT, 0, {NULL, 0}},  {"set_user_root_attributes", 4, 0, {NULL, 0}},
    {"configuration", 4, 0, {NULL, 0}},       {"enabledDatabaseCustomization", 4, 0, {NULL, 0}},
};

static void run_all(const struct document *document)
{
    struct cs_json_sought sought[sizeof agent_members / sizeof agent_members[0]];
    struct cs_slice pieces[8];
    struct cs_slices slices;
    struct cs_json_facts facts;

    memcpy(sought, agent_members, sizeof sought);
    cs_slices_init(&slices, pieces, 8);
    if (cs_json_check_find(cs_slice_make(document->text, document->length), &facts, sought,
                           sizeof sought / sizeof sought[0]) != CONNSYNC_OK ||
        sought[4].count != 1 ||
        cs_merge_member(&slices, sought[4].value, &sought[5], cs_slice_of("\"on_first_login\"")) !=
            CONNSYNC_OK) {
        fprintf(stderr, "%s: could not be patched\n", document->name);
        exit(1);
    }
    sink = slices.length;
}

static void run_digest(const struct document *document)
{
    struct cs_digest_key key = {1, 2};

    sink = (size_t)cs_json_digest(cs_slice_make(document->text, document->length), &key);
}

static double megabytes_per_second(void (*run)(const struct document *),
                                   const struct document *document)
{
    double best = 1e9;

    for (int i = 0; i < RUNS; i++) {
        double started = now_seconds();
        double took;

        run(document);
        took = now_seconds() - started;
        best = took < best ? took : best;
    }
    return (double)document->length / best / 1e6;
}

static void allocate_tokens(struct document *document)
{
    struct cs_json_facts facts;

    if (cs_json_check(cs_slice_make(document->text, document->length), &facts) != CONNSYNC_OK) {
        fprintf(stderr, "%s: refused at %zu\n", document->name, facts.offset);
        exit(1);
    }
    document->capacity = facts.tokens;
    document->tokens = malloc(facts.tokens * sizeof *document->tokens);
    if (document->tokens == NULL) {
        exit(1);
    }
}

static void measure(struct document *document)
{
    double check;
    double jsmn;
    double all;

    allocate_tokens(document);
    check = megabytes_per_second(run_check, document);
    jsmn = megabytes_per_second(run_jsmn, document);
    all = megabytes_per_second(run_all, document);
    printf("%-10s %9zu %8zu %9.0f %9.0f %9.0f %9.0f %9.2f\n", document->name, document->length,
           document->capacity, check, jsmn, all, megabytes_per_second(run_digest, document),
           all / jsmn);
    free(document->tokens);
}

static void measure_brackets(struct document *document)
{
    struct cs_json_facts facts;
    enum connsync_status status;
    double started;

    memset(document->text, '[', DOCUMENT_BYTES);
    started = now_seconds();
    status = cs_json_check(cs_slice_make(document->text, DOCUMENT_BYTES), &facts);
    printf("\n%zu opening brackets: status %d at byte %zu after %.6f ms\n", DOCUMENT_BYTES,
           (int)status, facts.offset, (now_seconds() - started) * 1e3);
}

static void keep(const struct document *document, const char *folder)
{
    char path[1024];

    (void)snprintf(path, sizeof path, "%s/%s.json", folder, document->name);
    FILE *file = fopen(path, "wb");
    if (file == NULL || fwrite(document->text, 1, document->length, file) != document->length ||
        fclose(file) != 0) {
        fprintf(stderr, "%s could not be written\n", path);
        exit(1);
    }
}

int main(int argc, char **argv)
{
    static void (*const make[])(struct document *) = {make_recorded, make_mixed,   make_wide,
                                                      make_deep,     make_strings, make_non_ascii};
    struct document document;

    document.text = malloc(DOCUMENT_BYTES + 1024);
    document.tokens = NULL;
    document.capacity = 0;
    if (document.text == NULL) {
        return 1;
    }
    printf("MB/s, best of %d runs\n%-10s %9s %8s %9s %9s %9s %9s %9s\n", RUNS, "document", "bytes",
           "tokens", "check", "jsmn", "all", "digest", "all/jsmn");
    for (size_t i = 0; i < sizeof make / sizeof make[0]; i++) {
        make[i](&document);
        if (!document.is_empty) {
            measure(&document);
            if (argc > 1) {
                keep(&document, argv[1]);
            }
        }
    }
    measure_brackets(&document);
    free(document.text);
    return 0;
}
