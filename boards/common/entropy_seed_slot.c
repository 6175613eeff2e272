/*
 * Entropy from a seed: 64 secret random bytes that something before the firmware, a boot
 * loader or a production line's tool, leaves at a fixed address of the RAM (board_seed,
 * the last 64 bytes) at every start from power-off. They are used once and wiped.
 *
 * From the seed grows a generator with key erasure: a 32-byte key from which SHA-256
 * makes each block of output and, before that block is given out, the next key. Neither
 * the seed nor earlier output can be computed from what is in memory at any time.
 *
 * The key lies beside the slot, in memory that a reset does not clear. So a life that
 * begins with the watchdog's reset goes on with the same generator, with no new seed;
 * one that is there all the same is mixed in. A digest beside the key tells it from what
 * a RAM happens to hold after power-on.
 *
 * What this cannot see is a seed that is always the same: whoever fills the slot must
 * fill it anew for every start and every device.
 */
#include "boards/common/common.h"

#include <mbedtls/platform_util.h>
#include <mbedtls/sha256.h>
#include <string.h>

#define SEED_SIZE 64u
#define KEY_SIZE 32u

/* One letter for each use of the hash keeps the uses apart. */
enum purpose {
    FOR_SEED = 'S',
    FOR_OUTPUT = 'O',
    FOR_NEXT_KEY = 'K',
    FOR_DIGEST = 'D'
};

struct noinit {
    uint8_t key[KEY_SIZE];
    uint8_t digest[KEY_SIZE];
    uint8_t seed[SEED_SIZE]; /* the slot: the last bytes of the RAM */
};

__attribute__((section(".noinit"))) static struct noinit kept;
_Static_assert(sizeof kept == 128, "the linker script gives this much");

/* out = SHA-256(purpose, key, more) */
static int hash(uint8_t out[KEY_SIZE], enum purpose purpose, const uint8_t *key,
                const uint8_t *more, size_t length)
{
    uint8_t letter = (uint8_t)purpose;
    mbedtls_sha256_context context;
    mbedtls_sha256_init(&context);
    int failed = mbedtls_sha256_starts(&context, 0);
    failed |= mbedtls_sha256_update(&context, &letter, sizeof letter);
    failed |= mbedtls_sha256_update(&context, key, KEY_SIZE);
    if (length > 0) {
        failed |= mbedtls_sha256_update(&context, more, length);
    }
    failed |= mbedtls_sha256_finish(&context, out);
    mbedtls_sha256_free(&context);
    return failed;
}

static bool is_one_value(const uint8_t *bytes, size_t length)
{
    return memcmp(bytes, bytes + 1, length - 1) == 0;
}

static bool key_is_ours(void)
{
    uint8_t digest[KEY_SIZE];
    bool ours = hash(digest, FOR_DIGEST, kept.key, NULL, 0) == 0 &&
                memcmp(digest, kept.digest, sizeof digest) == 0;
    mbedtls_platform_zeroize(digest, sizeof digest);
    return ours;
}

/* Replaces the key, and with it the digest. A reset between the two leaves a pair that
 * does not fit, and the generator ends: no output is ever given twice. */
static int set_key(const uint8_t key[KEY_SIZE])
{
    memcpy(kept.key, key, KEY_SIZE);
    return hash(kept.digest, FOR_DIGEST, kept.key, NULL, 0);
}

/* Takes the seed out of the slot, if there is one. An empty slot reads as all zeros when
 * it was used, and as all ones, or any other single value, when it was never filled. */
static int take_seed(void)
{
    bool running = key_is_ours();
    if (is_one_value(kept.seed, sizeof kept.seed)) {
        return running ? 0 : -1;
    }
    if (!running) {
        memset(kept.key, 0, sizeof kept.key);
    }
    uint8_t key[KEY_SIZE];
    int failed = hash(key, FOR_SEED, kept.key, kept.seed, sizeof kept.seed);
    mbedtls_platform_zeroize(kept.seed, sizeof kept.seed);
    if (failed == 0) {
        failed = set_key(key);
    }
    mbedtls_platform_zeroize(key, sizeof key);
    return failed == 0 ? 0 : -1;
}

/* One block of output, after the key that made it is gone. */
static int next_block(uint8_t block[KEY_SIZE])
{
    uint8_t key[KEY_SIZE];
    int failed = hash(block, FOR_OUTPUT, kept.key, NULL, 0);
    failed |= hash(key, FOR_NEXT_KEY, kept.key, NULL, 0);
    failed |= set_key(key);
    mbedtls_platform_zeroize(key, sizeof key);
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
    mbedtls_platform_zeroize(block, sizeof block);
    if (failed != 0) {
        mbedtls_platform_zeroize(out, length);
        return -1;
    }
    return 0;
}
