/* Width, colours and columns of standard output. What stands in a table is its owner's; how wide a
 * text is, text_width.c's. */
#define _DEFAULT_SOURCE 1

#include "platform/posix/cli/base/screen.h"

#include "platform/posix/cli/base/environment.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/base/text_width.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Of a terminal that does not tell. */
#define WIDTH_DEFAULT 80u
/* Less than that nothing can be read in. */
#define WIDTH_LEAST 10u
#define GAP 2u

static enum screen_when colors;

void screen_set_colors(enum screen_when when)
{
    colors = when;
}

bool screen_is_terminal(void)
{
    return isatty(STDOUT_FILENO) != 0;
}

static bool has_colors(void)
{
    const char *term = environment_get("TERM");

    if (colors != SCREEN_AUTO) {
        return colors == SCREEN_ALWAYS;
    }
    return screen_is_terminal() && environment_get("NO_COLOR") == NULL && term != NULL &&
           strcmp(term, "dumb") != 0;
}

size_t screen_room(size_t taken)
{
    struct winsize size;
    size_t width = WIDTH_DEFAULT;

    memset(&size, 0, sizeof size);
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        width = size.ws_col;
    }
    return width > taken + WIDTH_LEAST ? width - taken : WIDTH_LEAST;
}

void screen_print(const char *text, enum screen_color color)
{
    static const char *const starts[] = {"", "\033[1m", "\033[32m", "\033[31m"};
    bool is_colored = color != SCREEN_PLAIN && text[0] != '\0' && has_colors();

    output_print("%s%s%s", is_colored ? starts[color] : "", text, is_colored ? "\033[0m" : "");
}

/* A cell as wide as it is to be, but for blanks at the end of a line. */
static void print_fitted(const struct screen_cell *cell, size_t width, bool is_last)
{
    char text[256];
    size_t columns = 0;
    size_t length = text_fit(cell->text, width, &columns);
    bool is_cut = cell->text[length] != '\0';

    if (is_cut) {
        length = text_fit(cell->text, width - 1, &columns);
        columns++;
    }
    if (length > sizeof text - sizeof "\u2026") {
        length = 0;
    }
    memcpy(text, cell->text, length);
    memcpy(text + length, is_cut ? "\u2026" : "", is_cut ? sizeof "\u2026" : 1);
    screen_print(text, cell->color);
    for (; !is_last && columns < width + GAP; columns++) {
        output_byte(' ');
    }
}

static void print_columns(const struct screen_cell *cells, size_t count)
{
    size_t taken = (count - 1) * GAP;

    for (size_t i = 0; i < count; i++) {
        taken += cells[i].width;
    }
    for (size_t i = 0; i < count; i++) {
        size_t width = cells[i].width > 0 ? cells[i].width : screen_room(taken);
        print_fitted(&cells[i], width, i + 1 == count);
    }
}

void screen_row(const struct screen_cell *cells, size_t count)
{
    if (screen_is_terminal()) {
        print_columns(cells, count);
    } else {
        for (size_t i = 0; i < count; i++) {
            output_put(i > 0 ? "\t" : "");
            screen_print(cells[i].text, cells[i].color);
        }
    }
    output_byte('\n');
}
