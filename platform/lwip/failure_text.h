/*
 * What a failed job's status means, in the few words that a board has flash for: what happened,
 * and no advice, since nobody can give a flag to a board. docs/boards.md has what to do.
 */
#ifndef CONNSYNC_FAILURE_TEXT_H
#define CONNSYNC_FAILURE_TEXT_H

#include "core/base/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A phrase without a full stop. Statuses that somebody at a board can do nothing about share
 * that of their layer. */
const char *cs_failure_text(enum connsync_status status);

#ifdef __cplusplus
}
#endif

#endif
