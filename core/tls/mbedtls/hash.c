/* Through psa_hash_*, which is the same in 3.6 and 4.x, and needs neither psa_crypto_init
 * nor memory. See core/tls/hash.h. */
#include "core/tls/hash.h"

#include <psa/crypto.h>

bool cs_sha256(const struct cs_slice *pieces, size_t count, uint8_t digest[CS_SHA256_SIZE])
{
    psa_hash_operation_t operation = psa_hash_operation_init();
    size_t length = 0;
    psa_status_t status = psa_hash_setup(&operation, PSA_ALG_SHA_256);

    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++) {
        status = psa_hash_update(&operation, (const uint8_t *)pieces[i].data, pieces[i].length);
    }
    if (status == PSA_SUCCESS) {
        status = psa_hash_finish(&operation, digest, CS_SHA256_SIZE, &length);
    }
    (void)psa_hash_abort(&operation);
    if (status != PSA_SUCCESS) {
        memset(digest, 0, CS_SHA256_SIZE);
    }
    return status == PSA_SUCCESS;
}
