/*
 * The sentences in which connsync tells a person what became of a job: the same
 * on a terminal and on the console of a board.
 *
 *     google-oauth2 (con_2bXy7LmQ9fTzWkRa): on_each_login -> on_first_login; 14 other options
 *     verified unchanged
 *
 * No value of `options` but the setting's appears in them, and no secret.
 */
#ifndef CONNSYNC_CONFIG_SENTENCE_H
#define CONNSYNC_CONFIG_SENTENCE_H

#include "core/base/text.h"
#include "core/connsync.h"

/* Room for the longest of them: a name, an id, and the text of an error. */
#define CS_SENTENCE_SIZE 1024

/* "NAME (ID): ". Before the service has told them, what was asked for: "ASKED: ";
 * nothing when that is NULL. */
void cs_sentence_connection(struct cs_writer *line, const struct connsync_result *result,
                            const char *asked);

/* What became of a job that ended with CONNSYNC_OK. */
void cs_sentence_outcome(struct cs_writer *line, const struct connsync_result *result);

/* "14 other options verified unchanged", and what the service made of others. */
void cs_sentence_verified(struct cs_writer *line, const struct connsync_result *result);

/* Why a job failed, with the details that the result has. `text` is what the status means, in
 * words that fit who reads them; `cause` what prevented a verification, read only when the
 * status is CONNSYNC_ERR_UNVERIFIED. */
void cs_sentence_failure(struct cs_writer *line, const struct connsync_result *result,
                         enum connsync_status status, const char *text, const char *cause);

/* Puts '?' for every byte of a control character or of half a surrogate pair: a terminal acts on
 * them, and a service may send any in a name. */
void cs_sentence_clean(char *text);

#endif
