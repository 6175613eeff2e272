/*
 * Calls about the process, for the static programs: as the C library's, without its care for other
 * threads, of which there are none.
 */
#define _GNU_SOURCE

#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Kernels before Linux 2.6.36 lack the call; elsewhere all threads would be stopped for them. */
int setrlimit(int resource, const struct rlimit *limit)
{
    return prlimit(0, resource, limit, NULL);
}

pid_t fork(void)
{
    return _Fork();
}

/* Reading the time without a call to the kernel takes seven hundred bytes that search its table of
 * symbols. Where a long has 32 bits, the C library knows which of two calls a kernel has. */
#if UINTPTR_MAX > UINT32_MAX
int clock_gettime(clockid_t clock, struct timespec *out)
{
    return (int)syscall(SYS_clock_gettime, clock, out);
}

/* The C library's own name for it. */
int __clock_gettime(clockid_t clock, struct timespec *out) __attribute__((alias("clock_gettime")));
#endif
