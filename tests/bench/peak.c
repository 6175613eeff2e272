/*
 * Runs a command and prints, as the last line on stdout, the processor time it took, in
 * microseconds, the memory it had resident at its end, in kilobytes, and how much of that came
 * from no file. connsync gives none back before: that is the most it had.
 *
 * What the kernel charges a process with as its peak would not do: it begins with the
 * peak of whoever started it, and is kept per processor and added up now and then. So the
 * program is held on the point of ending, and its pages are counted.
 */
#define _GNU_SOURCE 1

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_SIZE 256

static long long microseconds(struct timeval time)
{
    return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

struct memory {
    long resident_kb;
    long anonymous_kb;
};

static struct memory memory_of(pid_t child)
{
    char line[LINE_SIZE];
    struct memory found = {-1, -1};

    (void)snprintf(line, sizeof line, "/proc/%ld/smaps_rollup", (long)child);
    FILE *file = fopen(line, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        (void)sscanf(line, "Rss: %ld kB", &found.resident_kb);
        (void)sscanf(line, "Anonymous: %ld kB", &found.anonymous_kb);
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return found;
}

static void become(char **command)
{
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0) {
        (void)execv(command[0], command);
    }
    _exit(126);
}

/* What to pass on to a child that has stopped; `first` is its stop at execv(). */
static int signal_of(int status, bool first)
{
    return first || status >> 16 != 0 ? 0 : WSTOPSIG(status);
}

int main(int argc, char **argv)
{
    struct rusage usage;
    int status = 0;
    struct memory memory = {0, 0};
    pid_t child = argc < 2 ? -1 : fork();

    if (child == 0) {
        become(argv + 1);
    }
    for (bool first = true; child > 0 && wait4(child, &status, 0, &usage) == child; first = false) {
        if (!WIFSTOPPED(status)) {
            (void)printf("%lld %ld %ld\n",
                         microseconds(usage.ru_utime) + microseconds(usage.ru_stime),
                         memory.resident_kb, memory.anonymous_kb);
            return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
        }
        if (first) {
            (void)ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACEEXIT);
        } else if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXIT << 8))) {
            memory = memory_of(child);
        }
        (void)ptrace(PTRACE_CONT, child, NULL, (long)signal_of(status, first));
    }
    return 126;
}
