/* Answers in one way of spelling them, and all of it at once. */
#include "tests/fault/world.h"

#include <stdio.h>
#include <string.h>

void world_spell(const struct world_response *response, bool is_write, struct world_frame *frame)
{
    const char *patience = response->answer == WORLD_ASKS_FOR_PATIENCE ? "Retry-After: 30\r\n" : "";
    int length = 0;

    (void)is_write;
    frame->ends = false;
    frame->to_end = false;
    if (response->answer == WORLD_RESETS || response->answer == WORLD_SAYS_NOTHING) {
        length = 0;
    } else if (response->status == 0) {
        length = snprintf(frame->bytes, sizeof frame->bytes, "what?\r\n\r\n");
    } else {
        length = snprintf(
            frame->bytes, sizeof frame->bytes,
            "HTTP/1.1 %u x\r\nContent-Type: application/json\r\n%sContent-Length: %zu\r\n\r\n%s",
            response->status, patience, strlen(response->body), response->body);
    }
    frame->length = (size_t)length;
}

size_t world_piece(size_t length)
{
    return length;
}

uint64_t world_lag_ms(void)
{
    return 0;
}

void world_inspect(const char *body, struct world_options basis)
{
    (void)body;
    (void)basis;
}

uint32_t world_more_members(void)
{
    return 0;
}
