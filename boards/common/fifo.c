/* Moves frames between packet buffers and a FIFO, word by word. Which registers are the FIFO, and
 * when a frame waits in it, is for the controllers' drivers. */
#include "boards/common/fifo.h"

#include <lwip/pbuf.h>

_Static_assert(ETH_PAD_SIZE == 0, "frames begin where a pbuf's payload does");

/* A word that is taken apart or put together, a byte at a time. */
struct word {
    uint32_t bits;
    unsigned int count; /* bytes that are in it */
};

static void drain(volatile const uint32_t *fifo, size_t words)
{
    while (words-- > 0) {
        (void)*fifo;
    }
}

/* Fills one buffer; returns how many words were read for it. */
static size_t fill(volatile const uint32_t *fifo, struct word *word, struct pbuf *buffer)
{
    uint8_t *out = (uint8_t *)buffer->payload;
    size_t words = 0;
    for (size_t i = 0; i < buffer->len; i++) {
        if (word->count == 0) {
            word->bits = *fifo;
            word->count = 4;
            words++;
        }
        out[i] = (uint8_t)word->bits;
        word->bits >>= 8;
        word->count--;
    }
    return words;
}

struct pbuf *board_fifo_receive(volatile const uint32_t *fifo, size_t words, size_t length,
                                size_t skip, uint32_t first)
{
    struct word word = {0, 0};
    size_t taken = 0;
    if (skip > 0) {
        word.bits = first >> (8 * skip);
        word.count = (unsigned int)(4 - skip);
        taken = 1;
    }
    struct pbuf *frame = NULL;
    if (length >= BOARD_FRAME_MIN && length <= BOARD_FRAME_MAX) {
        frame = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_POOL);
    }
    for (struct pbuf *part = frame; part != NULL; part = part->next) {
        taken += fill(fifo, &word, part);
    }
    drain(fifo, words - taken);
    return frame;
}

void board_fifo_send(volatile uint32_t *fifo, const struct pbuf *frame, size_t skip, uint32_t first)
{
    struct word word = {first, (unsigned int)skip};
    size_t left = frame->tot_len;
    for (const struct pbuf *part = frame; part != NULL; part = part->next) {
        const uint8_t *in = (const uint8_t *)part->payload;
        for (size_t i = 0; i < part->len; i++) {
            word.bits |= (uint32_t)in[i] << (8 * word.count);
            word.count++;
            left--;
            if (word.count == 4 || left == 0) {
                *fifo = word.bits;
                word.bits = 0;
                word.count = 0;
            }
        }
    }
}
