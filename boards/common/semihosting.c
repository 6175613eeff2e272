/* Semihosting calls by these processors' instruction, or functions that do nothing, as the build
 * says. */
#include "boards/common/semihosting.h"

#if defined(CONNSYNC_BOARD_SEMIHOSTING)

#include <string.h>

enum {
    SYS_OPEN = 0x01,
    SYS_CLOSE = 0x02,
    SYS_READ = 0x06,
    SYS_EXIT_EXTENDED = 0x20,
    OPEN_RB = 1,
    APPLICATION_EXIT = 0x20026
};

static int call(int operation, const volatile void *block)
{
    register int result __asm("r0") = operation;
    register const volatile void *argument __asm("r1") = block;
    __asm volatile("bkpt 0xab" : "+r"(result) : "r"(argument) : "memory");
    return result;
}

void semihosting_exit(unsigned int code)
{
    const volatile uint32_t block[2] = {APPLICATION_EXIT, code};
    (void)call(SYS_EXIT_EXTENDED, block);
}

int semihosting_read_file(const char *path, uint8_t *out, size_t length)
{
    const volatile uintptr_t open_block[3] = {(uintptr_t)path, OPEN_RB, strlen(path)};
    int handle = call(SYS_OPEN, open_block);
    if (handle < 0) {
        return -1;
    }
    const volatile uintptr_t read_block[3] = {(uintptr_t)handle, (uintptr_t)out, length};
    /* It returns how many bytes are missing, and -1 where there is nobody. */
    int missing = call(SYS_READ, read_block);
    const volatile uintptr_t close_block[1] = {(uintptr_t)handle};
    (void)call(SYS_CLOSE, close_block);
    return missing == 0 ? 0 : -1;
}

#else

void semihosting_exit(unsigned int code)
{
    (void)code;
}

#endif
