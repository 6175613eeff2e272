/* Who may read a file besides its owner. What is said of it is the command line's. */
#define _POSIX_C_SOURCE 200809L

#include "platform/posix/credentials/exposure.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

bool cs_is_exposed(const char *path)
{
    struct stat facts;
    struct statvfs mount;

    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode) &&
           (facts.st_mode & (S_IRWXO | S_IWGRP)) != 0 &&
           !(statvfs(path, &mount) == 0 && (mount.f_flag & ST_RDONLY) != 0);
}
