/*
 * The command line with the heap trapped: from the first step of a job to its
 * end, any call of malloc, calloc, realloc or free ends the program. What the C
 * library needs before and after (a buffer for stdout) passes.
 */
#include "core/connsync.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef __GLIBC__
/* The linker's --wrap is in the way of the names (CMakeLists.txt). */
#define __libc_malloc __real_malloc
#define __libc_calloc __real_calloc
#define __libc_realloc __real_realloc
#define __libc_free __real_free
#define malloc __wrap_malloc
#define calloc __wrap_calloc
#define realloc __wrap_realloc
#define free __wrap_free
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *memory, size_t size);
void free(void *memory);
#endif

/* The C library's own entry points, beneath the names that are replaced here. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

struct connsync *__real_connsync_open(const struct connsync_config *config,
                                      enum connsync_status *status);
struct connsync *__wrap_connsync_open(const struct connsync_config *config,
                                      enum connsync_status *status);
void __real_connsync_close(struct connsync *agent);
void __wrap_connsync_close(struct connsync *agent);
enum connsync_status __real_connsync_step(struct connsync *agent, struct connsync_wait *wait);
enum connsync_status __wrap_connsync_step(struct connsync *agent, struct connsync_wait *wait);

static bool trapped;

static void check(void)
{
    static const char message[] = "heap trap: a heap function was called inside the flow\n";

    if (trapped) {
        ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
        (void)written;
        _exit(99);
    }
}

void *malloc(size_t size)
{
    check();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    check();
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    check();
    return __libc_realloc(memory, size);
}

void free(void *memory)
{
    if (memory != NULL) {
        check();
    }
    __libc_free(memory);
}

struct connsync *__wrap_connsync_open(const struct connsync_config *config,
                                      enum connsync_status *status)
{
    trapped = true;
    struct connsync *agent = __real_connsync_open(config, status);
    /* With CONNSYNC_HEAP_TRAP_TEST the trap is shown to work. */
    if (getenv("CONNSYNC_HEAP_TRAP_TEST") != NULL) {
        void *volatile memory = malloc(1);
        free(memory);
    }
    trapped = false;
    return agent;
}

enum connsync_status __wrap_connsync_step(struct connsync *agent, struct connsync_wait *wait)
{
    trapped = true;
    enum connsync_status status = __real_connsync_step(agent, wait);
    trapped = false;
    return status;
}

void __wrap_connsync_close(struct connsync *agent)
{
    trapped = true;
    __real_connsync_close(agent);
    trapped = false;
}
