/* Takes the number of the mutant from the environment before main(), and a file to mark what was reached. */
#include "core/base/mutant.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>

unsigned cs_mutant;
unsigned char *cs_mutant_reached;

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("CONNSYNC_MUTANT");
    const char *path = getenv("CONNSYNC_MUTANTS_REACHED");

    cs_mutant = number != NULL ? (unsigned)strtoul(number, NULL, 10) : 0;
    if (path == NULL) {
        return;
    }
    int file = open(path, O_RDWR);
    void *shared =
        file < 0 ? MAP_FAILED : mmap(NULL, CS_MUTANTS, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) {
        cs_mutant_reached = shared;
    }
}
