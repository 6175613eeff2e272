/*
 * Runs a command and prints the most memory it had resident, in kilobytes, as the
 * last line on stdout. A child inherits its parent's peak, so this program is
 * linked statically and stays far below what it measures.
 */
#define _GNU_SOURCE 1

#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage usage;
    int status = 0;
    pid_t child = 0;

    if (argc < 2 || posix_spawn(&child, argv[1], NULL, NULL, argv + 1, environ) != 0 ||
        wait4(child, &status, 0, &usage) != child) {
        return 126;
    }
    (void)printf("%ld\n", usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
