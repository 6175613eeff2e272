/* Runs a fuzz target over the files named on the command line, for compilers
 * without libFuzzer and for going back over what a fuzzer has found. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX (4u * 1024u * 1024u)

static int replay(const char *path, uint8_t *buffer)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        perror(path);
        return 1;
    }
    size_t size = fread(buffer, 1, INPUT_MAX, file);
    fclose(file);

    /* Memory of just this size lets a sanitizer see an over-read. */
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (exact == NULL) {
        return 1;
    }
    memcpy(exact, buffer, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    uint8_t *buffer = malloc(INPUT_MAX);
    int failures = 0;

    for (int i = 1; i < argc && buffer != NULL; i++) {
        failures += replay(argv[i], buffer);
    }
    if (buffer == NULL) {
        return 1;
    }
    free(buffer);
    return failures > 0 ? 1 : 0;
}
