/*
 * What a program of somebody else's may have beside connsync: an mbedTLS of its own, and
 * drivers that call the line of a chip select "cs". Never called; each would end the program,
 * or the linking, if it stood in for one of connsync's.
 */
#include <stdlib.h>

int mbedtls_ssl_init(void);
int mbedtls_aes_init(void);
int psa_crypto_init(void);
void jsmn_parse(void);
void cs_wipe(void);
void cs_write(void);

int mbedtls_ssl_init(void)
{
    abort();
}

int mbedtls_aes_init(void)
{
    abort();
}

int psa_crypto_init(void)
{
    abort();
}

void jsmn_parse(void)
{
    abort();
}

void cs_wipe(void)
{
    abort();
}

void cs_write(void)
{
    abort();
}
