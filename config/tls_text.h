/*
 * Why a TLS session failed, in words: the alert that the server sent, or what was found of it here.
 * For people at a command line; a board has neither the words nor the reason.
 */
#ifndef CONNSYNC_CONFIG_TLS_TEXT_H
#define CONNSYNC_CONFIG_TLS_TEXT_H

#include "core/base/text.h"
#include "core/connsync.h"

/* " (REASON)" behind the sentence of a failure with this status, or of which this is the cause;
 * nothing where TLS has no part in it. */
void cs_tls_text_add(struct cs_writer *line, const struct connsync_result *result,
                     enum connsync_status status);

#endif
