/*
 * The token cache, in a folder that is made for each test: what is kept comes back, and
 * nothing else ever does.
 */
#define _GNU_SOURCE 1

#include "platform/posix/credentials/token_cache.h"

#include "core/base/text.h"
#include "core/tls/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define NOW 1790000000
#define DAY 86400
#define TOKEN "eyJhbGciOiJSUzI1NiJ9.eyJtYXJrZXIiOiJzZWNyZXQifQ.c2lnbmF0dXJl"
#define SCOPE "read:connections update:connections"
#define NOBODY 65534

enum {
    FILE_MAX = 40000,
    WRITER_RUNS = 300,
    KILLS = 60
};

static char folder[64];      /* XDG_CACHE_HOME */
static char entry_path[256]; /* of the cache that the test opened last */
static char token[CS_TOKEN_MAX + 1];
static char scope[CS_TOKEN_SCOPE_MAX + 1];
static struct cs_token_entry entry;

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
    (void)facts;
    (void)kind;
    (void)place;
    return remove(path);
}

static unsigned files_counted;

static int count_one(const char *path, const struct stat *facts, int kind, struct FTW *place)
{
    (void)path;
    (void)facts;
    (void)place;
    files_counted += kind == FTW_F ? 1 : 0;
    return 0;
}

static unsigned count_files(void)
{
    files_counted = 0;
    assert_int_equal(nftw(folder, count_one, 8, FTW_PHYS), 0);
    return files_counted;
}

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/connsync_cache_XXXXXX");
    assert_non_null(mkdtemp(folder));
    setenv("XDG_CACHE_HOME", folder, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Of a client with a secret. */
static struct cs_token_purpose usual_purpose(void)
{
    const struct cs_token_purpose purpose = {.domain = "tenant.example",
                                             .client_id = "client",
                                             .audience = "https://tenant.example/api/v2/",
                                             .port_number = 443,
                                             .secret = cs_slice_of("secret")};
    return purpose;
}

static struct cs_token_cache open_cache(const struct cs_token_purpose *purpose)
{
    struct cs_token_cache cache;
    if (!cs_token_cache_open(&cache, purpose)) {
        fail_msg("%s", cache.note);
    }
    snprintf(entry_path, sizeof entry_path, "%s/connsync/%s", folder, cache.name);
    return cache;
}

static struct cs_token_cache usual_cache(void)
{
    const struct cs_token_purpose purpose = usual_purpose();
    return open_cache(&purpose);
}

/* Of no client in particular: whether it opens is what counts. */
static bool open_any(struct cs_token_cache *cache)
{
    const struct cs_token_purpose purpose = {
        .domain = "d", .client_id = "c", .audience = "a", .port_number = 1};
    return cs_token_cache_open(cache, &purpose);
}

static bool store_for(struct cs_token_cache *cache, int64_t from, int64_t seconds)
{
    const struct cs_token_grant grant = {from, from + seconds, TOKEN, SCOPE};
    return cs_token_cache_store(cache, &grant);
}

static bool load(struct cs_token_cache *cache, int64_t now)
{
    entry.token = token;
    entry.token_size = sizeof token;
    entry.scope = scope;
    entry.scope_size = sizeof scope;
    memset(token, 0, sizeof token);
    memset(scope, 0, sizeof scope);
    return cs_token_cache_load(cache, now, &entry);
}

static bool is_zero(const char *data, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (data[i] != 0) {
            return false;
        }
    }
    return true;
}

/* Nothing is loaded, nothing is left in the memory, and there is a word about it. */
static void expect_nothing(struct cs_token_cache *cache, const char *why)
{
    if (load(cache, NOW) || !is_zero(token, sizeof token) || !is_zero(scope, sizeof scope)) {
        fail_msg("%s: a token came, or was left in memory", why);
    }
    assert_non_null(cache->note);
    assert_null(strstr(cache->note, TOKEN));
}

static void expect_usual(struct cs_token_cache *cache)
{
    assert_true(load(cache, NOW));
    assert_string_equal(token, TOKEN);
    assert_string_equal(scope, SCOPE);
    assert_null(cache->note);
}

static size_t read_file(const char *path, char *data)
{
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    ssize_t length = read(fd, data, FILE_MAX);
    close(fd);
    assert_true(length >= 0 && length < FILE_MAX);
    return (size_t)length;
}

/* Over what is there, with the mode that it has; a new file has 0600. */
static void write_file(const char *path, const char *data, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, data, length), (ssize_t)length);
    close(fd);
}

static mode_t mode_of(const char *path)
{
    struct stat facts;
    assert_int_equal(lstat(path, &facts), 0);
    return facts.st_mode & 07777;
}

static void a_token_comes_back(void **state)
{
    (void)state;
    struct cs_token_cache cache = usual_cache();
    assert_false(load(&cache, NOW));
    assert_null(cache.note); /* an empty cache is nothing to talk about */
    mode_t old = umask(0);
    assert_true(store_for(&cache, NOW, DAY));
    umask(old);
    assert_null(cache.note);
    expect_usual(&cache);
    assert_int_equal(entry.expires, NOW + DAY);
    assert_int_equal(mode_of(entry_path), 0600);
    cs_token_cache_close(&cache);
    assert_false(load(&cache, NOW)); /* a closed one is harmless */
    assert_false(store_for(&cache, NOW, DAY));
    cs_token_cache_close(&cache);

    cache = usual_cache();
    expect_usual(&cache);
    cs_token_cache_forget(&cache);
    assert_false(load(&cache, NOW));
    cs_token_cache_close(&cache);
    snprintf(entry_path, sizeof entry_path, "%s/connsync", folder);
    assert_int_equal(mode_of(entry_path), 0700);
}

/* Of the usual purpose's token nothing is to be had for this one, also where its file has the
 * name that it should have. */
static void expect_another(const struct cs_token_purpose *purpose)
{
    char data[FILE_MAX];
    struct cs_token_cache cache = usual_cache();
    assert_true(store_for(&cache, NOW, DAY));
    size_t length = read_file(entry_path, data);
    cs_token_cache_close(&cache);
    cache = open_cache(purpose);
    assert_false(load(&cache, NOW));
    assert_null(cache.note);
    write_file(entry_path, data, length);
    expect_nothing(&cache, "another's entry");
    cs_token_cache_close(&cache);
}

static void a_token_is_for_one_purpose(void **state)
{
    (void)state;
    static const struct {
        const char *domain;
        uint16_t port_number;
        const char *client;
        const char *audience;
    } others[] = {
        {"tenant.example", 444, "client", "https://tenant.example/api/v2/"},
        {"tenant.examplf", 443, "client", "https://tenant.example/api/v2/"},
        {"tenant.example", 443, "Client", "https://tenant.example/api/v2/"},
        {"tenant.example", 443, "client", "https://tenant.example/api/v2"},
        {"tenant.example4", 43, "client", "https://tenant.example/api/v2/"},
        {"tenant.example", 443, "clienth", "ttps://tenant.example/api/v2/"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct cs_token_purpose purpose = usual_purpose();
        purpose.domain = others[i].domain;
        purpose.port_number = others[i].port_number;
        purpose.client_id = others[i].client;
        purpose.audience = others[i].audience;
        expect_another(&purpose);
    }
}

/* Whoever has another secret, key or certificate, less, or more, or the same bytes as
 * something else, finds nothing. */
static void a_token_is_for_who_has_the_credential(void **state)
{
    (void)state;
    static const struct {
        const char *secret;
        const char *key;
        const char *certificate;
        const char *certificate_key;
    } others[] = {
        {"Secret", "", "", ""},   {"secre", "", "", ""},    {"secrets", "", "", ""},
        {"", "", "", ""},         {"", "secret", "", ""},   {"", "", "secret", ""},
        {"", "", "", "secret"},   {"secre", "t", "", ""},   {"secre", "", "t", ""},
        {"secret", "k", "", ""},  {"secret", "", "c", ""},  {"secret", "", "c", "k"},
        {"secret", "", "c", "l"}, {"secret", "", "ck", ""}, {"", "k", "", ""},
        {"", "k", "c", "l"},      {"", "", "", "k"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct cs_token_purpose purpose = usual_purpose();
        purpose.secret = cs_slice_of(others[i].secret);
        purpose.key = cs_slice_of(others[i].key);
        purpose.certificate = cs_slice_of(others[i].certificate);
        purpose.certificate_key = cs_slice_of(others[i].certificate_key);
        expect_another(&purpose);
        struct cs_token_cache cache = open_cache(&purpose);
        assert_true(store_for(&cache, NOW, DAY));
        expect_usual(&cache);
        cs_token_cache_close(&cache);
    }
    /* Each had a file of its own, beside the usual one. */
    assert_int_equal(count_files(), sizeof others / sizeof others[0] + 1);
}

static void a_token_is_good_for_a_time(void **state)
{
    (void)state;
    struct cs_token_cache cache = usual_cache();
    assert_true(store_for(&cache, NOW, DAY));
    assert_true(load(&cache, NOW + DAY - CS_TOKEN_MARGIN_S));
    assert_false(load(&cache, NOW + DAY - CS_TOKEN_MARGIN_S + 1));
    assert_true(load(&cache, NOW - 60));
    assert_false(load(&cache, NOW - 61)); /* one of the two clocks is wrong */
    assert_false(load(&cache, 0));
    assert_false(load(&cache, INT64_MAX));
    assert_false(load(&cache, INT64_MIN));
    assert_false(store_for(&cache, NOW, 0));
    assert_non_null(cache.note);
    assert_false(store_for(&cache, NOW, -1));
    assert_false(store_for(&cache, NOW, CS_TOKEN_LIFETIME_MAX_S + 1));
    assert_false(store_for(&cache, -1, DAY));
    expect_usual(&cache); /* what could not replace it left it alone */
    assert_true(store_for(&cache, NOW, CS_TOKEN_LIFETIME_MAX_S));
    cs_token_cache_close(&cache);
}

static void any_damage_is_found(void **state)
{
    (void)state;
    char data[FILE_MAX];
    struct cs_token_cache cache = usual_cache();
    assert_true(store_for(&cache, NOW, DAY));
    size_t length = read_file(entry_path, data);
    for (size_t cut = 0; cut < length; cut++) {
        write_file(entry_path, data, cut);
        expect_nothing(&cache, "cut");
    }
    for (size_t place = 0; place < length; place++) {
        for (int bit = 0; bit < 8; bit++) {
            data[place] = (char)(data[place] ^ (1 << bit));
            write_file(entry_path, data, length);
            expect_nothing(&cache, "a bit");
            data[place] = (char)(data[place] ^ (1 << bit));
        }
    }
    data[length] = '\n';
    write_file(entry_path, data, length + 1);
    expect_nothing(&cache, "longer");
    write_file(entry_path, data, length);
    expect_usual(&cache);
    cs_token_cache_close(&cache);
}

/* Writes an entry with a right sum; `head` is all up to the line of the sum. */
static void forge(const char *head, const char *payload, size_t payload_length)
{
    static char data[FILE_MAX];
    uint8_t sum[32];
    size_t length = strlen(head);
    memcpy(data, head, length);
    memcpy(data + length, payload, payload_length);
    const struct cs_slice all = cs_slice_make(data, length + payload_length);
    assert_true(cs_sha256(&all, 1, sum));
    length += (size_t)sprintf(data + length, "sum ");
    for (size_t i = 0; i < sizeof sum; i++) {
        length += (size_t)sprintf(data + length, "%02x", (unsigned)sum[i]);
    }
    data[length++] = '\n';
    memcpy(data + length, payload, payload_length);
    write_file(entry_path, data, length + payload_length);
}

static void entries_that_are_odd_are_not_used(void **state)
{
    (void)state;
    static const struct {
        const char *lines;
        const char *payload;
        bool good;
    } cases[] = {
        {"from 1790000000\nuntil 1790086400\nscope 1\ntoken 4\n", "a bcd", false},
        {"from 1790000000\nuntil 1790086400\nscope 3\ntoken 2\n", "a bcd", true},
        {"from 1790000000\nuntil 1790086400\nscope 0\ntoken 5\n", "abcde", true},
        {"from 1790000000\nuntil 1790086400\nscope 5\ntoken 0\n", "abcde", false},
        {"from 1790000000\nuntil 1790086400\nscope 0\ntoken 4\n", "abcde", false},
        {"from 1790000000\nuntil 1790086400\nscope 0\ntoken 6\n", "abcde", false},
        {"from 1790000000\nuntil 1790086400\nscope 0\ntoken 5\n", "ab\rde", false},
        {"from 1790000000\nuntil 1790086400\nscope 0\ntoken 5\n", "ab de", false},
        {"from 1790000000\nuntil 1790086400\nscope 0\ntoken 5\n",
         "ab\x7f"
         "de",
         false},
        {"from 1790000000\nuntil 1790086400\nscope 0\ntoken 5\n",
         "ab\xc3\xa9"
         "e",
         false},
        {"from 1790000000\nuntil 1790086400\nscope 2\ntoken 3\n", "\nabcd", false},
        {"from 1790000000\nuntil 1789999999\nscope 0\ntoken 5\n", "abcde", false},
        {"from 1790000000\nuntil 1892592001\nscope 0\ntoken 5\n", "abcde", false},
        {"from 0\nuntil 9223372036854775807\nscope 0\ntoken 5\n", "abcde", false},
        {"from 0\nuntil 18446744073709551615\nscope 0\ntoken 5\n", "abcde", false},
        {"from -1\nuntil 1790086400\nscope 0\ntoken 5\n", "abcde", false},
        {"from 1790000000\nuntil 1790086400\nscope 18446744073709551611\ntoken 10\n", "abcde",
         false},
        {"from 1790000000\nuntil 1790086400\nscope 16385\ntoken 5\n", "abcde", false},
        {"from 1790000000\nuntil 1790086400\ntoken 5\nscope 0\n", "abcde", false},
        {"from 1790000000\nuntil 1790086400\nscope 0\ntoken 5\nmore 1\n", "abcde", false},
        {"", "abcde", false},
    };
    struct cs_token_cache cache = usual_cache();
    assert_true(store_for(&cache, NOW, DAY));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char head[512];
        snprintf(head, sizeof head, "connsync token 1\nkey %s\n%s", cache.name, cases[i].lines);
        forge(head, cases[i].payload, strlen(cases[i].payload));
        if (load(&cache, NOW) != cases[i].good) {
            fail_msg("case %u", (unsigned)i);
        }
        assert_true(cases[i].good ||
                    (is_zero(token, sizeof token) && is_zero(scope, sizeof scope)));
    }
    cs_token_cache_close(&cache);
}

static void lengths_have_limits(void **state)
{
    (void)state;
    static char long_token[CS_TOKEN_MAX + 2];
    static char long_scope[CS_TOKEN_SCOPE_MAX + 2];
    struct cs_token_cache cache = usual_cache();
    struct cs_token_grant grant = {NOW, NOW + DAY, long_token, long_scope};
    assert_false(cs_token_cache_store(&cache, &grant)); /* an empty token */
    memset(long_token, 't', sizeof long_token - 1);
    memset(long_scope, 's', sizeof long_scope - 1);
    assert_false(cs_token_cache_store(&cache, &grant));
    long_token[CS_TOKEN_MAX] = '\0';
    assert_false(cs_token_cache_store(&cache, &grant));
    long_scope[CS_TOKEN_SCOPE_MAX] = '\0';
    assert_true(cs_token_cache_store(&cache, &grant));
    assert_true(load(&cache, NOW));
    assert_string_equal(token, long_token);
    assert_string_equal(scope, long_scope);
    entry.token_size--;
    memset(token, 0, sizeof token);
    assert_false(cs_token_cache_load(&cache, NOW, &entry));
    assert_true(is_zero(token, sizeof token));
    long_token[3] = '\n';
    assert_false(cs_token_cache_store(&cache, &grant));
    cs_token_cache_close(&cache);
}

static void files_of_others_are_not_used(void **state)
{
    (void)state;
    static const mode_t modes[] = {0640, 0620, 0610, 0604, 0602, 0601, 0666};
    char other[128];
    snprintf(other, sizeof other, "%s/other", folder);
    struct cs_token_cache cache = usual_cache();
    assert_true(store_for(&cache, NOW, DAY));
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(entry_path, modes[i]), 0);
        expect_nothing(&cache, "mode");
    }
    assert_int_equal(chmod(entry_path, 0600), 0);
    expect_usual(&cache);
    if (geteuid() == 0) {
        assert_int_equal(chown(entry_path, NOBODY, NOBODY), 0);
        expect_nothing(&cache, "owner");
        assert_int_equal(chown(entry_path, 0, 0), 0);
        expect_usual(&cache);
    }
    assert_int_equal(rename(entry_path, other), 0);
    assert_int_equal(symlink(other, entry_path), 0);
    expect_nothing(&cache, "symbolic link");
    assert_int_equal(unlink(entry_path), 0);
    assert_int_equal(mkfifo(entry_path, 0600), 0);
    expect_nothing(&cache, "pipe");           /* and does not wait */
    assert_true(store_for(&cache, NOW, DAY)); /* what is in the way is replaced */
    expect_usual(&cache);
    assert_int_equal(unlink(entry_path), 0);
    assert_int_equal(mkdir(entry_path, 0700), 0);
    expect_nothing(&cache, "directory");
    assert_false(store_for(&cache, NOW, DAY));
    assert_non_null(cache.note);
    cs_token_cache_close(&cache);
}

static void folders_of_others_are_not_used(void **state)
{
    (void)state;
    static const mode_t modes[] = {0750, 0720, 0705, 0702, 0777};
    char path[128];
    char other[128];
    snprintf(path, sizeof path, "%s/connsync", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    struct cs_token_cache cache = usual_cache();
    cs_token_cache_close(&cache);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_false(open_any(&cache));
        assert_non_null(cache.note);
        assert_false(store_for(&cache, NOW, DAY));
        assert_false(load(&cache, NOW));
    }
    assert_int_equal(chmod(path, 0700), 0);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink(other, path), 0);
    assert_false(open_any(&cache));
    assert_int_equal(unlink(path), 0);
    write_file(path, "", 0);
    assert_false(open_any(&cache));
    assert_int_equal(unlink(path), 0);
    if (geteuid() == 0) { /* nothing is made in somebody else's folder */
        assert_int_equal(chown(folder, NOBODY, NOBODY), 0);
        assert_false(open_any(&cache));
        assert_int_equal(access(path, F_OK), -1);
    }
}

static void the_environment_names_the_folder(void **state)
{
    (void)state;
    char path[128];
    struct cs_token_cache cache;
    setenv("HOME", folder, 1);
    static const char *const useless[] = {"", "relative", NULL};
    for (size_t i = 0; i < sizeof useless / sizeof useless[0]; i++) {
        if (useless[i] != NULL) {
            setenv("XDG_CACHE_HOME", useless[i], 1);
        } else {
            unsetenv("XDG_CACHE_HOME");
        }
        assert_true(open_any(&cache));
        cs_token_cache_close(&cache);
        snprintf(path, sizeof path, "%s/.cache/connsync", folder);
        assert_int_equal(mode_of(path), 0700);
        assert_int_equal(rmdir(path), 0);
    }
    snprintf(path, sizeof path, "%s/none/none", folder);
    setenv("HOME", path, 1);
    assert_false(open_any(&cache));
    assert_non_null(cache.note);
    unsetenv("HOME");
    assert_false(open_any(&cache));
    snprintf(path, sizeof path, "%s/made", folder);
    setenv("XDG_CACHE_HOME", path, 1);
    assert_true(open_any(&cache));
    cs_token_cache_close(&cache);
    assert_int_equal(mode_of(path), 0700);
}

static void the_temporary_file_has_one_writer(void **state)
{
    (void)state;
    char path[300];
    char other[128];
    struct cs_token_cache cache = usual_cache();
    snprintf(path, sizeof path, "%s.new", entry_path);
    snprintf(other, sizeof other, "%s/other", folder);
    write_file(path,
               "left by one that was killed, and longer than an entry, "
               "left by one that was killed, and longer than an entry",
               107);
    assert_true(store_for(&cache, NOW, DAY));
    expect_usual(&cache);
    assert_int_equal(access(path, F_OK), -1);

    write_file(path, "", 0);
    int fd = open(path, O_WRONLY);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    assert_false(store_for(&cache, NOW + 1, DAY));
    assert_non_null(strstr(cache.note, "another run"));
    expect_usual(&cache);
    close(fd);
    assert_true(store_for(&cache, NOW, DAY));

    write_file(other, "precious", 8);
    assert_int_equal(symlink(other, path), 0);
    assert_false(store_for(&cache, NOW, DAY));
    char data[FILE_MAX];
    assert_int_equal(read_file(other, data), 8);
    assert_memory_equal(data, "precious", 8);
    expect_usual(&cache);
    cs_token_cache_close(&cache);
}

/* A token and scope that say who wrote them, of different lengths. */
static void make_grant(struct cs_token_grant *grant, char *text, char who)
{
    size_t length = who == 'a' ? 900 : 7000;
    memset(text, who, length);
    text[length] = '\0';
    grant->from = NOW;
    grant->until = NOW + DAY;
    grant->token = text;
    grant->scope = text + length - 30;
}

static void write_for_ever(char who)
{
    char text[8000];
    struct cs_token_grant grant;
    struct cs_token_cache cache = usual_cache();
    make_grant(&grant, text, who);
    for (;;) {
        (void)cs_token_cache_store(&cache, &grant);
    }
}

static pid_t start_writer(char who)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        write_for_ever(who);
    }
    return child;
}

static void stop_writer(pid_t child)
{
    int status = 0;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
}

/* A whole entry of one writer. */
static void expect_whole(char who)
{
    size_t length = strlen(token);
    assert_true(length == (who == 'a' ? 900 : 7000));
    assert_int_equal(strspn(token, (const char[]){who, '\0'}), length);
    assert_int_equal(strlen(scope), 30);
    assert_int_equal(scope[0], who);
}

static void two_writers_and_a_reader(void **state)
{
    (void)state;
    unsigned seen[2] = {0, 0};
    struct cs_token_cache cache = usual_cache();
    assert_true(store_for(&cache, NOW, DAY));
    pid_t first = start_writer('a');
    pid_t second = start_writer('b');
    time_t limit = time(NULL) + 60;
    while ((seen[0] < WRITER_RUNS || seen[1] < WRITER_RUNS) && time(NULL) < limit) {
        assert_true(load(&cache, NOW));
        if (token[0] == 'a' || token[0] == 'b') {
            expect_whole(token[0]);
            seen[token[0] - 'a']++;
        }
    }
    stop_writer(first);
    stop_writer(second);
    assert_true(seen[0] > 0 && seen[1] > 0);
    assert_true(load(&cache, NOW));
    assert_true(store_for(&cache, NOW, DAY));
    expect_usual(&cache);
    cs_token_cache_close(&cache);
}

static void writers_that_are_killed_leave_whole_entries(void **state)
{
    (void)state;
    struct cs_token_cache cache = usual_cache();
    assert_true(store_for(&cache, NOW, DAY));
    for (unsigned i = 0; i < KILLS; i++) {
        pid_t child = start_writer(i % 2 == 0 ? 'a' : 'b');
        const struct timespec pause = {0, 500000L + (long)i * 173000L};
        (void)nanosleep(&pause, NULL);
        stop_writer(child);
        assert_true(load(&cache, NOW));
    }
    assert_in_range(count_files(), 1, 2);
    assert_true(store_for(&cache, NOW, DAY));
    expect_usual(&cache);
    cs_token_cache_close(&cache);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_FOLDER(a_token_comes_back),
        IN_A_FOLDER(a_token_is_for_one_purpose),
        IN_A_FOLDER(a_token_is_for_who_has_the_credential),
        IN_A_FOLDER(a_token_is_good_for_a_time),
        IN_A_FOLDER(any_damage_is_found),
        IN_A_FOLDER(entries_that_are_odd_are_not_used),
        IN_A_FOLDER(lengths_have_limits),
        IN_A_FOLDER(files_of_others_are_not_used),
        IN_A_FOLDER(folders_of_others_are_not_used),
        IN_A_FOLDER(the_environment_names_the_folder),
        IN_A_FOLDER(the_temporary_file_has_one_writer),
        IN_A_FOLDER(two_writers_and_a_reader),
        IN_A_FOLDER(writers_that_are_killed_leave_whole_entries),
    };
    return cmocka_run_group_tests_name("token_cache", tests, NULL, NULL);
}
