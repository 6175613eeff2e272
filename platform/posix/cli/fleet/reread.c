/* Whether files have changed. What is read of them, and what becomes of one that is wrong, is
 * watch.c's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/cli/fleet/reread.h"

#include "core/base/text.h"
#include "platform/posix/cli/base/environment.h"
#include "platform/posix/cli/base/system.h"
#include "platform/posix/cli/fleet/apply.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 6u
#define PIECE_SIZE 4096u
/* FNV-1a of 64 bits: against chance, not against somebody, who would have to write the file. */
#define BASIS 0xcbf29ce484222325u
#define PRIME 0x100000001b3u

struct files {
    const char *paths[FILES]; /* NULL: not given */
    uint64_t digests[FILES];
};

static struct files noted; /* as they were when they were read */
static struct files seen;  /* as they are now, and that is not so */
static uint64_t seen_at;
static bool settling;

/* Of one that cannot be read, it is that of nothing; the reader says why. */
static uint64_t digest(const char *path)
{
    unsigned char piece[PIECE_SIZE];
    uint64_t value = BASIS;
    ssize_t got;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    while (fd >= 0 && (got = read(fd, piece, sizeof piece)) > 0) {
        for (ssize_t i = 0; i < got; i++) {
            value = (value ^ piece[i]) * PRIME;
        }
    }
    if (fd >= 0) {
        value ^= 1; /* an empty one is there */
        (void)close(fd);
    }
    cs_wipe(piece, sizeof piece);
    return value;
}

/* False if one of them is a pipe or its like: what is read of it is gone. */
static bool take(const struct cli_options *options, struct files *files)
{
    const struct cli_sources *sources = &options->sources;
    const char *key = sources->private_key;
    const char *const paths[FILES] = {
        options->file != NULL ? options->file : APPLY_DEFAULT_FILE,
        sources->token_file,
        sources->client_secret_file,
        key != NULL ? key : environment_get("AUTH0_CLIENT_SIGNING_KEY_PATH"),
        sources->client_certificate,
        sources->client_key};
    struct stat facts;

    for (size_t i = 0; i < FILES; i++) {
        files->paths[i] = paths[i];
        if (paths[i] != NULL && stat(paths[i], &facts) == 0 && !S_ISREG(facts.st_mode)) {
            return false;
        }
        files->digests[i] = paths[i] != NULL ? digest(paths[i]) : 0;
    }
    return true;
}

/* The first that differs; NULL if none does. */
static const char *differing(const struct files *now, const struct files *before)
{
    for (size_t i = 0; i < FILES; i++) {
        if (now->digests[i] != before->digests[i]) {
            return now->paths[i];
        }
    }
    return NULL;
}

void reread_note(const struct cli_options *options)
{
    settling = false;
    (void)take(options, &noted);
}

const char *reread_look(const struct cli_options *options)
{
    struct files now;
    uint64_t at = system_now_ms();

    if (!take(options, &now)) {
        return NULL;
    }
    const char *path = differing(&now, &noted);
    if (path == NULL) {
        settling = false;
        return NULL;
    }
    if (!settling || differing(&now, &seen) != NULL) {
        settling = true;
        seen = now;
        seen_at = at;
        return NULL;
    }
    if (at < seen_at + REREAD_SETTLE_MS) {
        return NULL;
    }
    settling = false;
    noted = now;
    return path;
}

bool reread_is_settling(void)
{
    return settling;
}

uint32_t reread_wait_ms(void)
{
    return settling ? REREAD_SETTLE_MS : REREAD_LOOK_MS;
}
