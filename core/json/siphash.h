/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012), fed with up to eight bytes at a time.
 *
 * For one file, into which it is compiled.
 */
#ifndef CONNSYNC_CORE_JSON_SIPHASH_H
#define CONNSYNC_CORE_JSON_SIPHASH_H

#include <stdint.h>

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
    while (rounds-- > 0) {
        v[0] += v[1];
        v[1] = cs_sip_rotate(v[1], 13) ^ v[0];
        v[0] = cs_sip_rotate(v[0], 32);
        v[2] += v[3];
        v[3] = cs_sip_rotate(v[3], 16) ^ v[2];
        v[0] += v[3];
        v[3] = cs_sip_rotate(v[3], 21) ^ v[0];
        v[2] += v[1];
        v[1] = cs_sip_rotate(v[1], 17) ^ v[2];
        v[2] = cs_sip_rotate(v[2], 32);
    }
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

/* Up to eight bytes: the first one lowest, and zeros above the last. */
static inline void cs_sip_add(struct cs_sip *sip, uint64_t bytes, unsigned length)
{
    unsigned before = sip->count % CS_SIP_WORD;

    sip->count += length;
    sip->word |= bytes << before * 8;
    if (before + length >= CS_SIP_WORD) {
        cs_sip_mix(sip, sip->word);
        /* Shifting by all bits of a word is undefined. */
        sip->word = before > 0 ? bytes >> (CS_SIP_WORD - before) * 8 : 0;
    }
}

static inline uint64_t cs_sip_end(struct cs_sip *sip)
{
    cs_sip_mix(sip, sip->word | (uint64_t)sip->count << 56);
    sip->v[2] ^= 0xFF;
    cs_sip_rounds(sip->v, 4);
    return sip->v[0] ^ sip->v[1] ^ sip->v[2] ^ sip->v[3];
}

#endif
