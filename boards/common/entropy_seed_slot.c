/*
 * Entropy from a seed: 64 secret random bytes that something before the firmware, a boot
 * loader or a production line's tool, leaves in the last 64 bytes of the RAM whenever the
 * device is switched on. They are used once and wiped.
 *
 * From the seed grows a generator with key erasure: a 32-byte key from which SHA-256
 * makes each block of output and, before that block is given out, the next key. Neither
 * the seed nor earlier output can be computed from what is in memory at any time.
 *
 * The key lies beside the slot, in memory that a reset does not clear. So a run that
 * begins with the watchdog's reset goes on with the same generator, with no new seed;
 * one that is there all the same is mixed in. A digest beside the key tells it from what
 * a RAM happens to hold after power-on.
 *
 * What this cannot see is a seed that is always the same: whoever fills the slot must
 * fill it anew for every start and every device.
 */
#include "boards/common/common.h"
#include "core/tls/hash.h"

#include <string.h>

#define SEED_SIZE 64u
#define KEY_SIZE CS_SHA256_SIZE

/* One letter for each use of the hash keeps the uses apart. */
enum purpose {
    FOR_SEED = 'S',
    FOR_OUTPUT = 'O',
    FOR_NEXT_KEY = 'K',
    FOR_DIGEST = 'D'
};

struct kept {
    uint8_t key[KEY_SIZE];
    uint8_t digest[KEY_SIZE];
    uint8_t seed[SEED_SIZE]; /* the slot: the last bytes of the RAM */
};

/* The linker script's region NOINIT: neither the start-up code nor a loader clears it. */
extern struct kept board_kept;
_Static_assert(sizeof board_kept == 128, "memory.ld gives this much");

/* out = SHA-256(purpose, key, more) */
static int hash(uint8_t out[KEY_SIZE], enum purpose purpose, const uint8_t *key,
                const uint8_t *more, size_t length)
{
    const char letter = (char)purpose;
    const struct cs_slice pieces[] = {cs_slice_make(&letter, 1),
                                      cs_slice_make((const char *)key, KEY_SIZE),
                                      cs_slice_make((const char *)more, length)};

    return cs_sha256(pieces, sizeof pieces / sizeof pieces[0], out) ? 0 : -1;
}

static bool is_one_value(const uint8_t *bytes, size_t length)
{
    return memcmp(bytes, bytes + 1, length - 1) == 0;
}

static bool key_is_ours(void)
{
    uint8_t digest[KEY_SIZE];
    bool ours = hash(digest, FOR_DIGEST, board_kept.key, NULL, 0) == 0 &&
                memcmp(digest, board_kept.digest, sizeof digest) == 0;
    cs_wipe(digest, sizeof digest);
    return ours;
}

/* Replaces the key, and with it the digest. A reset between the two leaves a pair that
 * does not fit, and the generator ends: no output is ever given twice. */
static int set_key(const uint8_t key[KEY_SIZE])
{
    memcpy(board_kept.key, key, KEY_SIZE);
    return hash(board_kept.digest, FOR_DIGEST, board_kept.key, NULL, 0);
}

/* Takes the seed out of the slot, if there is one. An empty slot reads as all zeros when
 * it was used, and as all ones, or any other single value, when it was never filled. */
static int take_seed(void)
{
    bool running = key_is_ours();
    if (is_one_value(board_kept.seed, sizeof board_kept.seed)) {
        return running ? 0 : -1;
    }
    if (!running) {
        memset(board_kept.key, 0, sizeof board_kept.key);
    }
    uint8_t key[KEY_SIZE];
    int failed = hash(key, FOR_SEED, board_kept.key, board_kept.seed, sizeof board_kept.seed);
    cs_wipe(board_kept.seed, sizeof board_kept.seed);
    if (failed == 0) {
        failed = set_key(key);
    }
    cs_wipe(key, sizeof key);
    return failed == 0 ? 0 : -1;
}

/* One block of output, after the key that made it is gone. */
static int next_block(uint8_t block[KEY_SIZE])
{
    uint8_t key[KEY_SIZE];
    int failed = hash(block, FOR_OUTPUT, board_kept.key, NULL, 0);
    failed |= hash(key, FOR_NEXT_KEY, board_kept.key, NULL, 0);
    failed |= set_key(key);
    cs_wipe(key, sizeof key);
    return failed;
}

int connsync_board_entropy(uint8_t *out, size_t length)
{
    if (take_seed() != 0) {
        return -1;
    }
    uint8_t block[KEY_SIZE];
    int failed = 0;
    for (size_t done = 0; done < length && failed == 0; done += sizeof block) {
        size_t part = length - done < sizeof block ? length - done : sizeof block;
        failed = next_block(block);
        memcpy(out + done, block, part);
    }
    cs_wipe(block, sizeof block);
    if (failed != 0) {
        cs_wipe(out, length);
        return -1;
    }
    return 0;
}
