/*
 * Every way through a program that asks what is to happen: each run follows one sequence of
 * answers, and the next run the next one, until none is left. What there is to choose from must
 * follow from the answers before it, and from nothing else.
 */
#ifndef CONNSYNC_TESTS_FAULT_CHOICES_H
#define CONNSYNC_TESTS_FAULT_CHOICES_H

#include <stdbool.h>

/* The first run, in which each answer is 0. */
void choices_start(void);

/* An answer below `count`, which is not 0. */
unsigned choices_take(unsigned count);

/* The same run once more. */
void choices_repeat(void);

/* The next run. False when there is none. */
bool choices_advance(void);

#endif
