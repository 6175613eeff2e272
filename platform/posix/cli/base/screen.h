/*
 * Standard output as a person sees it: is it a terminal, how wide, and in which colours? And tables
 * that fit it: with heads and columns on a terminal; with a tab between cells, whole and without a
 * head, everywhere else.
 */
#ifndef CONNSYNC_CLI_SCREEN_H
#define CONNSYNC_CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

enum screen_color {
    SCREEN_PLAIN,
    SCREEN_BOLD,
    SCREEN_GOOD,
    SCREEN_BAD
};

/* --color: when there are colours. Without a word of the user, on a terminal; and not if NO_COLOR is
 * set, or TERM says that it cannot show them. */
enum screen_when {
    SCREEN_AUTO,
    SCREEN_ALWAYS,
    SCREEN_NEVER
};
void screen_set_colors(enum screen_when when);

bool screen_is_terminal(void);

struct screen_cell {
    const char *text; /* cleaned; borrowed */
    size_t width; /* columns on a terminal; 0: what is left of them. One cell at most has that. */
    enum screen_color color;
};

/* What of the terminal's width is left beside cells of so many columns altogether. */
size_t screen_room(size_t taken);

/* One line of results. On a terminal a text that does not fit is cut, with an ellipsis. */
void screen_row(const struct screen_cell *cells, size_t count);

/* Text in a colour, if there are colours. */
void screen_print(const char *text, enum screen_color color);

#endif
