/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012), fed with bytes or with whole words.
 *
 * For one file, into which it is compiled.
 */
#ifndef CONNSYNC_CORE_JSON_SIPHASH_H
#define CONNSYNC_CORE_JSON_SIPHASH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CS_SIP_WORD 8

struct cs_sip {
    uint64_t v[4];
    uint64_t word;  /* the bytes since the last whole word, the first one lowest */
    unsigned count; /* of all bytes */
};

static inline uint64_t cs_sip_rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

static inline void cs_sip_rounds(uint64_t v[4], int rounds)
{
    uint64_t a = v[0];
    uint64_t b = v[1];
    uint64_t c = v[2];
    uint64_t d = v[3];

    while (rounds-- > 0) {
        a += b;
        b = cs_sip_rotate(b, 13) ^ a;
        a = cs_sip_rotate(a, 32);
        c += d;
        d = cs_sip_rotate(d, 16) ^ c;
        a += d;
        d = cs_sip_rotate(d, 21) ^ a;
        c += b;
        b = cs_sip_rotate(b, 17) ^ c;
        c = cs_sip_rotate(c, 32);
    }
    v[0] = a;
    v[1] = b;
    v[2] = c;
    v[3] = d;
}

static inline void cs_sip_mix(struct cs_sip *sip, uint64_t word)
{
    sip->v[3] ^= word;
    cs_sip_rounds(sip->v, 2);
    sip->v[0] ^= word;
}

static inline void cs_sip_start(struct cs_sip *sip, uint64_t k0, uint64_t k1)
{
    sip->v[0] = k0 ^ 0x736F6D6570736575;
    sip->v[1] = k1 ^ 0x646F72616E646F6D;
    sip->v[2] = k0 ^ 0x6C7967656E657261;
    sip->v[3] = k1 ^ 0x7465646279746573;
    sip->word = 0;
    sip->count = 0;
}

static inline void cs_sip_byte(struct cs_sip *sip, unsigned byte)
{
    sip->word |= (uint64_t)byte << sip->count % CS_SIP_WORD * 8;
    sip->count++;
    if (sip->count % CS_SIP_WORD == 0) {
        cs_sip_mix(sip, sip->word);
        sip->word = 0;
    }
}

/* Has every byte so far been mixed in? */
static inline bool cs_sip_is_between_words(const struct cs_sip *sip)
{
    return sip->count % CS_SIP_WORD == 0;
}

/* Eight bytes, the first one lowest. Only between words. */
static inline void cs_sip_word(struct cs_sip *sip, uint64_t word)
{
    cs_sip_mix(sip, word);
    sip->count += CS_SIP_WORD;
}

/* The first `length` bytes of a word, fewer than eight. Only between words. */
static inline void cs_sip_part(struct cs_sip *sip, uint64_t word, unsigned length)
{
    sip->word = word & (((uint64_t)1 << length * 8) - 1);
    sip->count += length;
}

static inline uint64_t cs_sip_end(struct cs_sip *sip)
{
    cs_sip_mix(sip, sip->word | (uint64_t)sip->count << 56);
    sip->v[2] ^= 0xFF;
    cs_sip_rounds(sip->v, 4);
    return sip->v[0] ^ sip->v[1] ^ sip->v[2] ^ sip->v[3];
}

#ifdef __cplusplus
}
#endif

#endif
