/* Runs a fuzz target over the files named on the command line, for compilers
 * without libFuzzer and for going back over what a fuzzer has found. A file whose
 * name ends in .lines has an input in each line, escaped as packing.py does it. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX (4u * 1024u * 1024u)
#define PACKED ".lines"

static void run(const uint8_t *data, size_t size)
{
    /* Memory of just this size lets a sanitizer see an over-read. */
    uint8_t *exact = malloc(size > 0 ? size : 1);

    if (exact == NULL) {
        exit(1);
    }
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

/* The byte that an escape at `*at` stands for, and goes on behind it. */
static uint8_t unescape(const char **at)
{
    static const char letters[] = "nrt\\";
    static const char bytes[] = "\n\r\t\\";
    const char *letter = strchr(letters, (*at)[1]);
    char digits[3] = "";

    if ((*at)[1] != '\0' && letter != NULL) {
        *at += 2;
        return (uint8_t)bytes[letter - letters];
    }
    if ((*at)[1] != 'x' || (*at)[2] == '\0' || (*at)[3] == '\0') {
        (void)fprintf(stderr, "no escape: %s", *at);
        exit(1);
    }
    memcpy(digits, *at + 2, 2);
    *at += 4;
    return (uint8_t)strtoul(digits, NULL, 16);
}

/* Unpacks a line in place: nothing becomes longer. */
static void run_line(char *line)
{
    const char *at = line;
    size_t size = 0;

    while (*at != '\0' && *at != '\n') {
        line[size++] = *at == '\\' ? (char)unescape(&at) : *at++;
    }
    run((const uint8_t *)line, size);
}

static bool is_packed(const char *path)
{
    size_t length = strlen(path);

    return length > strlen(PACKED) && strcmp(path + length - strlen(PACKED), PACKED) == 0;
}

static int replay(const char *path, char *buffer)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        perror(path);
        return 1;
    }
    if (is_packed(path)) {
        while (fgets(buffer, INPUT_MAX, file) != NULL) {
            run_line(buffer);
        }
    } else {
        run((const uint8_t *)buffer, fread(buffer, 1, INPUT_MAX, file));
    }
    (void)fclose(file);
    return 0;
}

int main(int argc, char **argv)
{
    char *buffer = malloc(INPUT_MAX);
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
