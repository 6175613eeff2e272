// A consumer in C++: every public header, and the example run against no port at all.
#include "connsync.h"
#include "connsync_port.h"

enum connsync_status set(const struct connsync_port *port, const uint8_t *anchors,
                         size_t anchors_length, const char *token);

int main()
{
    // Without a port there is nothing to run on, and the library says so.
    return set(nullptr, nullptr, 0, "token") == CONNSYNC_ERR_ARGUMENT ? 0 : 1;
}
