/*
 * Calls about the process, for the static programs: as the C library's, without its care for other
 * threads, of which there are none.
 */
#define _GNU_SOURCE

#include <sys/resource.h>
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
