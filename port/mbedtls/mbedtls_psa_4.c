/* PSA with mbedTLS 4.x, whose generator is its own and draws its seed here. See mbedtls_psa.h. */
#include "port/mbedtls/mbedtls_psa.h"

#include "port/mbedtls/mbedtls_world.h"

#include <mbedtls/platform.h>
#include <psa/crypto.h>

static unsigned users;

int mbedtls_platform_get_entropy(psa_driver_get_entropy_flags_t flags, size_t *estimate_bits,
                                 unsigned char *output, size_t output_size)
{
    const struct cs_mbedtls_world *world = cs_mbedtls_current;

    if (flags != PSA_DRIVER_GET_ENTROPY_FLAGS_NONE) {
        return PSA_ERROR_NOT_SUPPORTED;
    }
    if (world == NULL || world->random(world->context, output, output_size) != 0) {
        return PSA_ERROR_INSUFFICIENT_ENTROPY;
    }
    *estimate_bits = 8 * output_size;
    return 0;
}

int cs_mbedtls_psa_begin(void)
{
    if (users == 0 && psa_crypto_init() != PSA_SUCCESS) {
        return -1;
    }
    users++;
    return 0;
}

void cs_mbedtls_psa_end(void)
{
    users--;
    if (users == 0) {
        mbedtls_psa_crypto_free();
    }
}
