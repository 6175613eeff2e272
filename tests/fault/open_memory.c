/*
 * The command line with its memory left open: prctl(), wrapped, does nothing, so that a test of the
 * same user may look at what is there. (That it is closed otherwise is for the wire tests.)
 */
int __wrap_prctl(int option, ...);

int __wrap_prctl(int option, ...)
{
    (void)option;
    return 0;
}
