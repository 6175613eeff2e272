/* Blocks of PEM, from a file or a variable. What is in a block is private_key.c's and
 * client_certificate.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/credentials/pem.h"

#include "core/tls/base64.h"
#include "platform/posix/credentials/exposure.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BEGIN "-----BEGIN "
#define END "-----END "
#define DASHES "-----"

enum {
    QUANTUM = 4 /* base64 characters that make three bytes */
};

/* ---- Getting the text ---- */

static enum cs_credential_status status_of(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return CS_CREDENTIAL_NO_FILE;
    case EACCES:
    case EPERM:
        return CS_CREDENTIAL_FORBIDDEN;
    case EISDIR:
        return CS_CREDENTIAL_DIRECTORY;
    default:
        return CS_CREDENTIAL_UNREADABLE;
    }
}

static enum cs_credential_status status_of_full(const struct cs_pem *pem)
{
    return pem->size > CS_CREDENTIAL_TEXT_MAX ? CS_CREDENTIAL_TOO_LONG : CS_CREDENTIAL_MEMORY;
}

static enum cs_credential_status read_all(int fd, struct cs_pem *pem)
{
    while (pem->length < pem->size) {
        ssize_t got = read(fd, pem->text + pem->length, pem->size - pem->length);
        if (got == 0) {
            return CS_CREDENTIAL_OK;
        }
        if (got < 0 && errno != EINTR) {
            return status_of(errno);
        }
        pem->length += got > 0 ? (size_t)got : 0;
    }
    return status_of_full(pem);
}

static enum cs_credential_status read_file(struct cs_pem *pem, const char *path)
{
    if (strcmp(path, "-") == 0) {
        return read_all(STDIN_FILENO, pem);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        return status_of(errno);
    }
    pem->exposed = cs_is_exposed(path);
    enum cs_credential_status status = read_all(fd, pem);
    (void)close(fd);
    return status;
}

/* Copies the text; `\n` and `\r`, spelled as two characters, become a blank. Blanks
 * mean nothing in base64, and a backslash has no other use in PEM. */
static enum cs_credential_status copy_text(struct cs_pem *pem, const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        bool spelled = at[0] == '\\' && (at[1] == 'n' || at[1] == 'r');
        pem->text[pem->length] = spelled ? '\n' : at[0];
        pem->length++;
        if (pem->length == pem->size) {
            return status_of_full(pem);
        }
        at += spelled ? 1 : 0;
    }
    return CS_CREDENTIAL_OK;
}

enum cs_credential_status cs_pem_open(struct cs_pem *pem, struct cs_arena *arena,
                                      const struct cs_credential_source *source)
{
    memset(pem, 0, sizeof *pem);
    pem->text = cs_arena_allocate_largest(arena, 0, &pem->size);
    if (pem->text == NULL) {
        return CS_CREDENTIAL_MEMORY;
    }
    /* A byte more than may be used: it shows that there is more. */
    if (pem->size > CS_CREDENTIAL_TEXT_MAX + 1) {
        pem->size = CS_CREDENTIAL_TEXT_MAX + 1;
    }
    enum cs_credential_status status =
        source->path != NULL ? read_file(pem, source->path) : copy_text(pem, source->text);
    if (status == CS_CREDENTIAL_OK) {
        cs_arena_shrink(arena, pem->text, pem->length);
        status = pem->length > 0 ? CS_CREDENTIAL_OK : CS_CREDENTIAL_EMPTY;
    }
    if (status != CS_CREDENTIAL_OK) {
        cs_pem_close(pem, arena);
    }
    return status;
}

void cs_pem_close(struct cs_pem *pem, struct cs_arena *arena)
{
    if (pem->text != NULL) {
        cs_wipe(pem->text, pem->length);
        cs_arena_release(arena, pem->text);
        pem->text = NULL;
    }
}

/* ---- Blocks ---- */

/* Where `wanted` begins in the text, from `from` on; the text's length if nowhere. */
static size_t find(const struct cs_pem *pem, size_t from, const char *wanted)
{
    size_t length = strlen(wanted);

    for (size_t at = from; at + length <= pem->length; at++) {
        if (memcmp(pem->text + at, wanted, length) == 0) {
            return at;
        }
    }
    return pem->length;
}

/* RFC 1421's header fields have a colon, which base64 does not. */
static bool is_encrypted(const struct cs_pem_block *block)
{
    struct cs_slice body = cs_slice_make(block->body, block->length);

    return memchr(block->body, ':', block->length) != NULL && cs_slice_contains(body, "ENCRYPTED");
}

enum cs_credential_status cs_pem_next(struct cs_pem *pem, struct cs_pem_block *block, bool *found)
{
    size_t begin = find(pem, pem->next, BEGIN);

    *found = begin < pem->length;
    if (!*found) {
        return CS_CREDENTIAL_OK;
    }
    size_t label = begin + strlen(BEGIN);
    size_t label_end = find(pem, label, DASHES);
    size_t body = label_end + strlen(DASHES);
    size_t end = find(pem, body, DASHES);
    if (end >= pem->length) {
        return CS_CREDENTIAL_DAMAGED;
    }
    block->label = cs_slice_make(pem->text + label, label_end - label);
    block->body = pem->text + body;
    block->length = end - body;
    block->encrypted = is_encrypted(block);

    struct cs_slice rest = cs_slice_make(pem->text + end, pem->length - end);
    size_t tail = strlen(END) + block->label.length;
    if (!cs_slice_starts_with(rest, END) || rest.length < tail + strlen(DASHES) ||
        memcmp(rest.data + strlen(END), block->label.data, block->label.length) != 0 ||
        memcmp(rest.data + tail, DASHES, strlen(DASHES)) != 0) {
        return CS_CREDENTIAL_DAMAGED;
    }
    pem->next = end + tail + strlen(DASHES);
    return CS_CREDENTIAL_OK;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

enum cs_credential_status cs_pem_decode(struct cs_pem_block *block, enum cs_credential_status large,
                                        uint8_t *out, size_t size, size_t *length)
{
    size_t kept = 0;

    for (size_t i = 0; i < block->length; i++) {
        if (!is_blank(block->body[i])) {
            block->body[kept] = block->body[i];
            kept++;
        }
    }
    block->length = kept;
    *length = 0;
    if (kept == 0 || kept % QUANTUM != 0) {
        return CS_CREDENTIAL_DAMAGED;
    }
    switch (cs_base64_decode(out, size, length, cs_slice_make(block->body, kept))) {
    case CS_BASE64_OK:
        return CS_CREDENTIAL_OK;
    case CS_BASE64_TOO_LONG:
        return large;
    default:
        return CS_CREDENTIAL_DAMAGED;
    }
}
