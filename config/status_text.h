/*
 * What a status means, in words for whoever runs the command line: they name its flags.
 * A board has words of its own (platform/lwip/console.c), an embedder likewise.
 */
#ifndef CONNSYNC_CONFIG_STATUS_TEXT_H
#define CONNSYNC_CONFIG_STATUS_TEXT_H

#include "core/base/status.h"

/* One sentence without a full stop: what happened and what to do about it. That nothing was
 * written is for the caller to add, who knows whether that is so. */
const char *cs_status_text(enum connsync_status status);

#endif
