/* PSA with mbedTLS 3.6. See mbedtls_psa.h. */
#include "port/mbedtls/mbedtls_psa.h"

#include "port/mbedtls/mbedtls_world.h"

#include <psa/crypto.h>

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
                                             uint8_t *output, size_t output_size,
                                             size_t *output_length)
{
    (void)context;
    const struct cs_mbedtls_world *world = cs_mbedtls_current;
    if (world == NULL || world->random(world->context, output, output_size) != 0) {
        return PSA_ERROR_INSUFFICIENT_ENTROPY;
    }
    *output_length = output_size;
    return PSA_SUCCESS;
}

static unsigned users;

int cs_mbedtls_psa_begin(void)
{
    users++; /* that did not start is ended all the same */
    return psa_crypto_init();
}

/* With the last one: the keys of a handshake of another's would go with it, into the wrong arena. */
void cs_mbedtls_psa_end(void)
{
    users--;
    if (users == 0) {
        mbedtls_psa_crypto_free();
    }
}
