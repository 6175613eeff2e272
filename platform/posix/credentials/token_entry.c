/* The text of a kept token, made and understood. Files, locks and folders are token_cache.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/credentials/token_entry.h"

#include "core/base/text.h"
#include "platform/posix/credentials/cache_folder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * An entry:
 *
 *     connsync token 1\n
 *     key HEX\n              SHA-256 of its purpose; the file's name too
 *     from SECONDS\n         when it was granted
 *     until SECONDS\n        when it expires
 *     scope LENGTH\n
 *     token LENGTH\n
 *     sum HEX\n              SHA-256 of all before this line, and of all behind it
 *     SCOPE TOKEN            as many bytes as stated, nothing between or after them
 */
#define FIRST_LINE "connsync token 1\n"

/* Longer than any head that is written. */
#define HEAD_MAX 384
/* Of two clocks that should agree, one may have been set by a little. */
#define CLOCK_SLACK_S 60
/* A number of 64 bits and a blank. */
#define NUMBER_SIZE 21

struct head {
    int64_t from;
    int64_t until;
    size_t scope_length;
    size_t token_length;
    size_t summed; /* bytes before the line of the sum */
    size_t length; /* of all lines */
    char sum[CS_TOKEN_NAME_SIZE];
};

/* ---- The name ---- */

/* Lengths keep apart what may hold any byte. */
void cs_token_entry_name(char *name, const struct cs_token_purpose *purpose)
{
    char digits[5 * NUMBER_SIZE + 1];
    struct cs_writer numbers;
    const uint64_t all[] = {purpose->port_number, purpose->secret.length, purpose->key.length,
                            purpose->certificate.length, purpose->certificate_key.length};

    cs_writer_init(&numbers, digits, sizeof digits);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        cs_write_u64(&numbers, all[i]);
        cs_write_string(&numbers, " ");
    }
    const struct cs_slice texts[] = {cs_slice_with_nul(purpose->domain),
                                     cs_slice_with_nul(digits),
                                     cs_slice_with_nul(purpose->client_id),
                                     cs_slice_with_nul(purpose->audience),
                                     purpose->secret,
                                     purpose->key,
                                     purpose->certificate,
                                     purpose->certificate_key};
    cs_cache_digest(texts, sizeof texts / sizeof texts[0], name);
}

/* ---- Reading ---- */

static bool take_text(struct cs_slice *rest, const char *text)
{
    if (!cs_slice_starts_with(*rest, text)) {
        return false;
    }
    rest->data += strlen(text);
    rest->length -= strlen(text);
    return true;
}

/* The rest of the line that begins with `name`, and its end. */
static bool take_line(struct cs_slice *rest, const char *name, struct cs_slice *value)
{
    if (!take_text(rest, name) || rest->length == 0) {
        return false;
    }
    const char *end = memchr(rest->data, '\n', rest->length);
    if (end == NULL) {
        return false;
    }
    *value = cs_slice_make(rest->data, (size_t)(end - rest->data));
    rest->data += value->length + 1;
    rest->length -= value->length + 1;
    return true;
}

static bool take_number(struct cs_slice *rest, const char *name, uint64_t most, uint64_t *number)
{
    struct cs_slice value;

    return take_line(rest, name, &value) && cs_slice_to_u64(value, number) && *number <= most;
}

static bool parse_head(struct cs_slice text, const char *name, struct head *head)
{
    struct cs_slice rest = text;
    struct cs_slice value;
    uint64_t from = 0;
    uint64_t until = 0;
    uint64_t scope = 0;
    uint64_t token = 0;

    if (!take_text(&rest, FIRST_LINE) || !take_line(&rest, "key ", &value) ||
        !cs_slice_is(value, name) || !take_number(&rest, "from ", INT64_MAX, &from) ||
        !take_number(&rest, "until ", INT64_MAX, &until) ||
        !take_number(&rest, "scope ", CS_TOKEN_SCOPE_MAX, &scope) ||
        !take_number(&rest, "token ", CS_TOKEN_MAX, &token)) {
        return false;
    }
    head->summed = text.length - rest.length;
    if (!take_line(&rest, "sum ", &value) || !cs_copy_string(head->sum, sizeof head->sum, value)) {
        return false;
    }
    head->length = text.length - rest.length;
    head->from = (int64_t)from;
    head->until = (int64_t)until;
    head->scope_length = (size_t)scope;
    head->token_length = (size_t)token;
    return true;
}

static bool is_timely(const struct head *head, int64_t now)
{
    return head->from <= head->until && head->until - head->from <= CS_TOKEN_LIFETIME_MAX_S &&
           head->from - CLOCK_SLACK_S <= now && now <= head->until - CS_TOKEN_MARGIN_S;
}

/* As a field value of HTTP may have it; a token has no blank either. */
static bool is_clean(const char *text, size_t length, char lowest)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] < lowest || text[i] > '~') {
            return false;
        }
    }
    return true;
}

static bool read_exactly(int fd, char *out, size_t length, size_t offset)
{
    size_t done = 0;

    while (done < length) {
        ssize_t got = pread(fd, out + done, length - done, (off_t)(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        done += (size_t)got;
    }
    out[length] = '\0';
    return true;
}

static bool read_payload(int fd, const struct head *head, struct cs_slice head_text,
                         struct cs_token_entry *entry)
{
    char sum[CS_TOKEN_NAME_SIZE];

    if (!read_exactly(fd, entry->scope, head->scope_length, head->length) ||
        !read_exactly(fd, entry->token, head->token_length, head->length + head->scope_length)) {
        return false;
    }
    const struct cs_slice texts[] = {head_text, cs_slice_make(entry->scope, head->scope_length),
                                     cs_slice_make(entry->token, head->token_length)};
    cs_cache_digest(texts, sizeof texts / sizeof texts[0], sum);
    return strcmp(sum, head->sum) == 0 && head->token_length > 0 &&
           is_clean(entry->token, head->token_length, '!') &&
           is_clean(entry->scope, head->scope_length, ' ');
}

bool cs_token_entry_read(int fd, const char *name, int64_t now, struct cs_token_entry *entry)
{
    char text[HEAD_MAX + 1];
    struct head head;
    struct stat facts;

    if (fstat(fd, &facts) != 0 || facts.st_size <= 0) {
        return false;
    }
    size_t size = (size_t)facts.st_size;
    size_t beginning = size < HEAD_MAX ? size : HEAD_MAX;
    bool good = read_exactly(fd, text, beginning, 0) &&
                parse_head(cs_slice_make(text, beginning), name, &head) && is_timely(&head, now) &&
                size == head.length + head.scope_length + head.token_length &&
                head.scope_length < entry->scope_size && head.token_length < entry->token_size;
    if (good && !read_payload(fd, &head, cs_slice_make(text, head.summed), entry)) {
        cs_wipe(entry->token, head.token_length + 1);
        cs_wipe(entry->scope, head.scope_length + 1);
        good = false;
    }
    cs_wipe(text, sizeof text); /* it reaches into the token */
    entry->expires = good ? head.until : 0;
    return good;
}

/* ---- Writing ---- */

static void write_number(struct cs_writer *out, const char *name, uint64_t number)
{
    cs_write_string(out, name);
    cs_write_u64(out, number);
    cs_write_string(out, "\n");
}

static bool is_storable(const struct cs_token_grant *grant)
{
    size_t token = strlen(grant->token);
    size_t scope = strlen(grant->scope);

    return grant->from >= 0 && grant->until > grant->from &&
           grant->until - grant->from <= CS_TOKEN_LIFETIME_MAX_S && token > 0 &&
           token <= CS_TOKEN_MAX && scope <= CS_TOKEN_SCOPE_MAX &&
           is_clean(grant->token, token, '!') && is_clean(grant->scope, scope, ' ');
}

bool cs_token_entry_write(int fd, const char *name, const struct cs_token_grant *grant)
{
    struct cs_slice token = cs_slice_of(grant->token);
    struct cs_slice scope = cs_slice_of(grant->scope);
    char text[HEAD_MAX];
    char sum[CS_TOKEN_NAME_SIZE];
    struct cs_writer out;

    if (!is_storable(grant)) {
        return false;
    }
    cs_writer_init(&out, text, sizeof text);
    cs_write_string(&out, FIRST_LINE "key ");
    cs_write_string(&out, name);
    cs_write_string(&out, "\n");
    write_number(&out, "from ", (uint64_t)grant->from);
    write_number(&out, "until ", (uint64_t)grant->until);
    write_number(&out, "scope ", scope.length);
    write_number(&out, "token ", token.length);
    const struct cs_slice texts[] = {cs_written(&out), scope, token};
    cs_cache_digest(texts, sizeof texts / sizeof texts[0], sum);
    cs_write_string(&out, "sum ");
    cs_write_string(&out, sum);
    cs_write_string(&out, "\n");
    return !out.overflowed && cs_cache_write(fd, cs_written(&out)) && cs_cache_write(fd, scope) &&
           cs_cache_write(fd, token);
}
