/* What is to happen, by the bytes of an input: when they end, nothing does that is out of the ordinary. */
#include "tests/fault/choices.h"
#include "tests/fuzz/agent_peer.h"

static struct {
    const uint8_t *data;
    size_t length;
    size_t at;
} input;

void peer_set_choices(const uint8_t *data, size_t length)
{
    input.data = data;
    input.length = length;
    input.at = 0;
}

unsigned choices_take(unsigned count)
{
    return input.at < input.length && count > 1 ? input.data[input.at++] % count : 0;
}
