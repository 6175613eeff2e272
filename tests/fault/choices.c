/* The sequences of answers, in the order of an odometer. */
#include "tests/fault/choices.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* More answers than any run asks for. */
#define ANSWERS_MAX 4096

static struct {
    uint8_t answers[ANSWERS_MAX];
    uint8_t counts[ANSWERS_MAX];
    unsigned length;
    unsigned at;
} run;

void choices_start(void)
{
    run.length = 0;
    run.at = 0;
}

unsigned choices_take(unsigned count)
{
    if (count == 1) {
        return 0;
    }
    if (run.at == run.length) {
        run.answers[run.length] = 0;
        run.counts[run.length++] = (uint8_t)count;
    }
    if (run.at == ANSWERS_MAX - 1 || run.counts[run.at] != count) {
        (void)fputs("choices: a run that does not end, or does not repeat itself\n", stderr);
        exit(2);
    }
    return run.answers[run.at++];
}

void choices_repeat(void)
{
    run.at = 0;
}

bool choices_advance(void)
{
    run.length = run.at;
    run.at = 0;
    while (run.length > 0 && run.answers[run.length - 1] + 1 == run.counts[run.length - 1]) {
        run.length--;
    }
    if (run.length == 0) {
        return false;
    }
    run.answers[run.length - 1]++;
    return true;
}
