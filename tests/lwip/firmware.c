/*
 * The firmware as a process of its own: what platform/lwip/main.c is on a board.
 *
 *     lwip_firmware --anchors FILE [--memory BYTES] and what host_board.c takes
 *
 * FILE has the roots as DER, one after another: those of the tests are not known when
 * this is built. The agent's block is a piece of the heap of just its size, so that a
 * sanitizer sees a step beyond it.
 */
#include "platform/lwip/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a board's 50 KB are where pointers are twice as long, with some room. */
#define MEMORY_SIZE 98304u
#define ANCHORS_MAX 65536u
#define EXIT_USAGE 64

static struct cs_run run;
static uint8_t anchors[ANCHORS_MAX];

static size_t read_anchors(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(EXIT_USAGE);
    }
    size_t length = fread(anchors, 1, sizeof anchors, file);
    (void)fclose(file);
    return length;
}

int main(int count, char **arguments)
{
    struct cs_run_parts parts = {"host", NULL, MEMORY_SIZE, anchors, 0};

    for (int i = 1; i + 1 < count; i++) {
        if (strcmp(arguments[i], "--anchors") == 0) {
            parts.anchors_length = read_anchors(arguments[i + 1]);
        } else if (strcmp(arguments[i], "--memory") == 0) {
            parts.memory_size = strtoul(arguments[i + 1], NULL, 10);
        }
    }
    parts.memory = malloc(parts.memory_size);
    if (parts.memory == NULL) {
        return EXIT_USAGE;
    }
    cs_run_forever(&run, &parts);
}
