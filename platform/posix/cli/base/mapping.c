/* Memory from the system: anonymous mappings. */
#define _DEFAULT_SOURCE 1

#include "platform/posix/cli/base/mapping.h"

#include <sys/mman.h>

void *mapping_new(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

void mapping_free(void *mapping, size_t size)
{
    if (mapping != NULL) {
        (void)munmap(mapping, size);
    }
}
