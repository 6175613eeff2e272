/* The hooks that mbedTLS calls without a context, each passed on to the world that was
 * entered last. What a world does is the core's: core/tls/mbedtls/library.c. */
#include "port/mbedtls/mbedtls_world.h"

#include <mbedtls/build_info.h>
#include <mbedtls/platform_time.h>
#include <string.h>

const struct cs_mbedtls_world *cs_mbedtls_current;

void cs_mbedtls_enter(const struct cs_mbedtls_world *world)
{
    cs_mbedtls_current = world;
}

void *cs_mbedtls_calloc(size_t count, size_t size)
{
    if (cs_mbedtls_current == NULL || (size != 0 && count > SIZE_MAX / size)) {
        return NULL;
    }
    void *memory = cs_mbedtls_current->allocate(cs_mbedtls_current->context, count * size);
    if (memory != NULL) {
        memset(memory, 0, count * size);
    }
    return memory;
}

void cs_mbedtls_free(void *memory)
{
    if (cs_mbedtls_current != NULL) {
        cs_mbedtls_current->release(cs_mbedtls_current->context, memory);
    }
}

mbedtls_ms_time_t mbedtls_ms_time(void)
{
    return cs_mbedtls_current != NULL ? cs_mbedtls_current->now_ms(cs_mbedtls_current->context) : 0;
}
