/*
 * Calls to an emulator or a debugger (Semihosting for AArch32 and AArch64, Arm). In a
 * build without CONNSYNC_BOARD_SEMIHOSTING there are none; in one with it they fail
 * when nobody answers (fault.c).
 */
#ifndef BOARDS_COMMON_SEMIHOSTING_H
#define BOARDS_COMMON_SEMIHOSTING_H

#include <stddef.h>
#include <stdint.h>

/* Ends the emulator's process with this exit code. Returns when there is none. */
void semihosting_exit(unsigned int code);

/* Reads `length` bytes from the beginning of a file of the host's: 0, or negative. */
int semihosting_read_file(const char *path, uint8_t *out, size_t length);

#endif
