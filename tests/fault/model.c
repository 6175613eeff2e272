/* Reads the table of the model and walks in it. */
#include "tests/fault/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN "<!-- model of a write: begin -->"
#define LINE_SIZE 512
#define NAME_SIZE 24
#define STATES_MAX 12
/* In front of the events the state, behind them what may be said and what may be sent. */
#define CELLS (MODEL_EVENTS + 3)
#define UNKNOWN 0xFF

static const char *const event_names[MODEL_EVENTS] = {
    "sent",          "rejected", "no verdict", "acknowledged", "same, early",
    "others, early", "absent",   "part",       "whole",        "whole, others"};
static const char *const end_names[MODEL_ENDS] = {"not written", "unchanged",   "changed",
                                                  "loss",        "not applied", "unverified"};
static const char *const sending_names[] = {"nothing", "the same", "anything"};

struct state {
    char name[NAME_SIZE];
    uint8_t next[MODEL_EVENTS];
    bool says[MODEL_ENDS];
    enum model_sending sends;
    bool seen;
    bool taken[MODEL_EVENTS];
};

static struct {
    struct state states[STATES_MAX];
    unsigned count;
    unsigned now;
} table;

/* ---- The table ---- */

static void give_up(const char *what, const char *where)
{
    (void)fprintf(stderr, "the model in docs/design.md: %s: %s\n", what, where);
    exit(2);
}

/* Cuts a row into its cells, without the blanks around them. */
static bool cut(char *line, char *cells[CELLS])
{
    static char empty[1];
    char *at = line;

    for (unsigned i = 0; i < CELLS; i++) {
        char *first = at + 1 + strspn(at + 1, " ");
        char *bar = *at == '|' ? strchr(first, '|') : NULL;
        char *end = bar;

        if (bar == NULL) {
            return false;
        }
        while (end > first && end[-1] == ' ') {
            end--;
        }
        cells[i] = end > first ? first : empty;
        if (end > first) {
            *end = '\0'; /* the bar stays: a blank stands in front of it */
        }
        at = bar;
    }
    return true;
}

static bool read_row(FILE *file, char line[LINE_SIZE], char *cells[CELLS])
{
    return fgets(line, LINE_SIZE, file) != NULL && line[0] == '|' && cut(line, cells);
}

static unsigned find_state(const char *name)
{
    for (unsigned i = 0; i < table.count; i++) {
        if (strcmp(table.states[i].name, name) == 0) {
            return i;
        }
    }
    give_up("no such state", name);
    return 0;
}

static void read_ends(struct state *state, char *cell)
{
    for (char *word = strtok(cell, ","); word != NULL; word = strtok(NULL, ",")) {
        bool known = false;

        word += strspn(word, " ");
        for (unsigned i = 0; i < MODEL_ENDS; i++) {
            if (strcmp(word, end_names[i]) == 0) {
                state->says[i] = true;
                known = true;
            }
        }
        if (!known) {
            give_up("no such end", word);
        }
    }
}

static void read_sending(struct state *state, const char *cell)
{
    for (unsigned i = 0; i < sizeof sending_names / sizeof sending_names[0]; i++) {
        if (strcmp(cell, sending_names[i]) == 0) {
            state->sends = (enum model_sending)i;
            return;
        }
    }
    give_up("no such thing to send", cell);
}

static void read_head(FILE *file)
{
    char line[LINE_SIZE];
    char *cells[CELLS];

    if (!read_row(file, line, cells)) {
        give_up("no table behind", BEGIN);
    }
    for (unsigned i = 0; i < MODEL_EVENTS; i++) {
        if (strcmp(cells[i + 1], event_names[i]) != 0) {
            give_up("another column was expected than", cells[i + 1]);
        }
    }
    if (fgets(line, sizeof line, file) == NULL) {
        give_up("ends too early", BEGIN);
    }
}

void model_load(const char *path)
{
    static char nexts[STATES_MAX][MODEL_EVENTS][NAME_SIZE];
    FILE *file = fopen(path, "r");
    char line[LINE_SIZE];
    char *cells[CELLS];

    if (file == NULL) {
        give_up("cannot be read", path);
    }
    do {
        if (fgets(line, sizeof line, file) == NULL) {
            give_up("is not there", BEGIN);
        }
    } while (strncmp(line, BEGIN, strlen(BEGIN)) != 0);
    read_head(file);
    while (table.count < STATES_MAX && read_row(file, line, cells)) {
        struct state *state = &table.states[table.count];
        (void)snprintf(state->name, sizeof state->name, "%s", cells[0]);
        for (unsigned i = 0; i < MODEL_EVENTS; i++) {
            (void)snprintf(nexts[table.count][i], NAME_SIZE, "%s", cells[i + 1]);
        }
        read_ends(state, cells[MODEL_EVENTS + 1]);
        read_sending(state, cells[MODEL_EVENTS + 2]);
        table.count++;
    }
    (void)fclose(file);
    for (unsigned i = 0; i < table.count; i++) {
        for (unsigned j = 0; j < MODEL_EVENTS; j++) {
            const char *name = nexts[i][j];
            table.states[i].next[j] = name[0] != '\0' ? (uint8_t)find_state(name) : UNKNOWN;
        }
    }
}

/* ---- Walking ---- */

void model_begin(void)
{
    table.now = 0;
    table.states[0].seen = true;
}

bool model_observe(enum model_event event)
{
    struct state *state = &table.states[table.now];

    if (state->next[event] == UNKNOWN) {
        return false;
    }
    state->taken[event] = true;
    table.now = state->next[event];
    table.states[table.now].seen = true;
    return true;
}

bool model_may_say(enum model_end end)
{
    return table.states[table.now].says[end];
}

enum model_sending model_may_send(void)
{
    return table.states[table.now].sends;
}

const char *model_state_name(void)
{
    return table.states[table.now].name;
}

const char *model_end_name(enum model_end end)
{
    return end_names[end];
}

const char *model_event_name(enum model_event event)
{
    return event_names[event];
}

struct model_coverage model_coverage(void)
{
    struct model_coverage coverage = {table.count, 0, 0, 0};

    for (unsigned i = 0; i < table.count; i++) {
        const struct state *state = &table.states[i];
        coverage.unseen_states += !state->seen;
        for (unsigned j = 0; j < MODEL_EVENTS; j++) {
            coverage.transitions += state->next[j] != UNKNOWN;
            coverage.unseen_transitions += state->next[j] != UNKNOWN && !state->taken[j];
        }
    }
    return coverage;
}
