/* Anonymous mappings, and tokens of JSON in one. */
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

bool mapping_tokenise(struct cs_json *json, struct cs_slice text, jsmntok_t **tokens, size_t *size)
{
    struct cs_json_facts facts;

    if (cs_json_check(text, &facts) != CONNSYNC_OK) {
        return false;
    }
    *size = facts.tokens * sizeof **tokens;
    *tokens = mapping_new(*size);
    return *tokens != NULL && cs_json_tokenise(json, text, *tokens, facts.tokens) == CONNSYNC_OK;
}
