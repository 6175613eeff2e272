/*
 * Frames through a controller's FIFO of 32-bit words, little-endian. Some controllers
 * put a few bytes in front of the frame, so that it does not begin on a word.
 */
#ifndef BOARDS_COMMON_FIFO_H
#define BOARDS_COMMON_FIFO_H

#include <stddef.h>
#include <stdint.h>

struct pbuf;

/* An Ethernet frame without its checksum. */
#define BOARD_FRAME_MIN 14u
#define BOARD_FRAME_MAX 1514u

/*
 * Takes a frame of `length` bytes out of the FIFO, into a chain from PBUF_POOL, and
 * drains `words` words in all, whether there was a buffer or not. The frame begins
 * `skip` bytes (0 to 3) into the first word, which the caller has read already where
 * `skip` is not 0 and passes as `first`.
 */
struct pbuf *board_fifo_receive(volatile const uint32_t *fifo, size_t words, size_t length,
                                size_t skip, uint32_t first);

/* Puts a frame into the FIFO behind `skip` bytes (0 to 3), the low ones of `first`. */
void board_fifo_send(volatile uint32_t *fifo, const struct pbuf *frame, size_t skip,
                     uint32_t first);

#endif
