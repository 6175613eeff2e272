/*
 * core/json/json_digest.c. SipHash, which has a proof of its own, has a stand-in elsewhere, which
 * looks at what it is fed with.
 */
#include "core/json/json_digest.c"

#include "proof.h"

void keep_start(struct cs_sip *sip, uint64_t k0, uint64_t k1)
{
    (void)k0;
    (void)k1;
    sip->count = 0;
}

void keep_add(struct cs_sip *sip, uint64_t bytes, unsigned length)
{
    __CPROVER_assert(length <= CS_SIP_WORD, "a word at the most");
    __CPROVER_assert(length == CS_SIP_WORD || bytes >> 8 * length == 0,
                     "zeros above the last byte");
    sip->count += length;
}

uint64_t keep_end(struct cs_sip *sip)
{
    (void)sip;
    return nondet_u64();
}

void prove_sip(void)
{
    struct cs_sip sip;

    cs_sip_start(&sip, nondet_u64(), nondet_u64());
    for (int i = 0; i < 3; i++) {
        unsigned length = nondet_unsigned();
        uint64_t bytes = nondet_u64();
        __CPROVER_assume(length <= CS_SIP_WORD &&
                         (length == CS_SIP_WORD || bytes >> 8 * length == 0));
        cs_sip_add(&sip, bytes, length);
        unsigned before = sip.count % CS_SIP_WORD;
        __CPROVER_assert(sip.word >> 8 * before == 0, "no byte but those that have come");
    }
    (void)cs_sip_end(&sip);
}

/* Exponents as long as they like. */
void prove_digest_exponent(void)
{
    struct cs_slice text = any_text();
    ptrdiff_t exponent = 0;

    if (read_exponent(text.data, text.data + text.length, &exponent)) {
        __CPROVER_assert(exponent > -(ptrdiff_t)EXPONENT_END && exponent < (ptrdiff_t)EXPONENT_END,
                         "with room for a text's length besides");
    } else {
        struct cs_sip sip = {{0}, 0, 0};
        add_as_spelled(&sip, text.data, text.data + text.length);
    }
}

/* One text, which is cut in two at each place that is neither in a string nor in a number. */
static const char text_in_pieces[] = "{\"x\":[1,{ }],\"y\":\"\"}";
#define LENGTH (sizeof text_in_pieces - 1)

static void check_members(const struct cs_slice *pieces, const struct cs_digest_key *key)
{
    struct cs_digest_walk walk;
    struct cs_digested_member member;
    int count = 0;

    cs_digest_walk_begin(&walk, pieces, key);
    while (cs_digest_walk_next(&walk, &member)) {
        __CPROVER_assert(member.name.length == 3, "its name");
        __CPROVER_assert(member.is_empty == (count == 1) &&
                             member.first == (count == 0 ? '[' : '"'),
                         "its value");
        count++;
    }
    __CPROVER_assert(count == 2, "both members");
}

void prove_digest_members(void)
{
    static const size_t cuts[] = {1, 4, 5, 7, 10, 12, 13, 16, 17, 19};
    struct cs_digest_key key = {nondet_u64(), nondet_u64()};
    struct cs_slice whole[] = {{text_in_pieces, LENGTH}};

    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        struct cs_slice pieces[] = {{text_in_pieces, cuts[i]},
                                    {text_in_pieces + cuts[i], LENGTH - cuts[i]}};
        check_members(pieces, &key);
    }
    (void)cs_digest_members(whole, &key);
}

void prove_digest(void)
{
    struct cs_digest_key key = {nondet_u64(), nondet_u64()};

    (void)cs_json_digest(cs_slice_make(text_in_pieces, LENGTH), &key);
}
