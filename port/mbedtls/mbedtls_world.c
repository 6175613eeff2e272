/* The hooks that mbedTLS calls without a context, each passed on to the world that was
 * entered last. What a world does is the core's: core/tls/mbedtls/library.c. */
#include "port/mbedtls/mbedtls_world.h"

#include <psa/crypto.h>
#include <string.h>

static const struct cs_mbedtls_world *current;

void cs_mbedtls_enter(const struct cs_mbedtls_world *world)
{
    current = world;
}

void *cs_mbedtls_calloc(size_t count, size_t size)
{
    if (current == NULL || (size != 0 && count > SIZE_MAX / size)) {
        return NULL;
    }
    void *memory = current->allocate(current->context, count * size);
    if (memory != NULL) {
        memset(memory, 0, count * size);
    }
    return memory;
}

void cs_mbedtls_free(void *memory)
{
    if (current != NULL) {
        current->release(current->context, memory);
    }
}

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context,
                                             uint8_t *output, size_t output_size,
                                             size_t *output_length)
{
    (void)context;
    if (current == NULL || current->random(current->context, output, output_size) != 0) {
        return PSA_ERROR_INSUFFICIENT_ENTROPY;
    }
    *output_length = output_size;
    return PSA_SUCCESS;
}
