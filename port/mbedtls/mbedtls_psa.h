/*
 * PSA's start and end, and with them the hook by which it draws random bytes from the world
 * that was entered last. PSA is one for the whole process: it starts for the first of its users,
 * and ends after the last, with every key that it holds. mbedTLS 3.6 needs it for sessions alone
 * (mbedtls_psa_3.c), of which each agent has one. In 4.x everything goes through it
 * (mbedtls_psa_4.c): a private key may be at work while a session is up.
 *
 * In 4.x whoever starts first must end last, since PSA keeps memory that is the first one's. In
 * 3.6 it keeps none but its keys', each of which belongs to the handshake that made it.
 */
#ifndef CONNSYNC_MBEDTLS_PSA_H
#define CONNSYNC_MBEDTLS_PSA_H

#ifdef __cplusplus
extern "C" {
#endif

/* 0, or negative where PSA did not start: for want of memory, or of entropy. */
int cs_mbedtls_psa_begin(void);

/* For each cs_mbedtls_psa_begin, in 4.x for each that gave 0. */
void cs_mbedtls_psa_end(void);

#ifdef __cplusplus
}
#endif

#endif
