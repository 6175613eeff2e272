/*
 * A reason that can be shown, out of a message that cannot.
 */
#ifndef CONNSYNC_CONFIG_ANSWER_REASON_H
#define CONNSYNC_CONFIG_ANSWER_REASON_H

#include "core/base/text.h"

/* Of the message in an error's body, whole or cut short, the words that are in the list and the
 * names of members of `document`, with "..." for what is between; nothing if there are none. */
void cs_answer_write_reason(struct cs_writer *reason, struct cs_slice body,
                            struct cs_slice document);

/* Is it a letter, a digit, '_' or '-'? ASCII alone: what is shown of an answer is nothing else. */
bool cs_answer_is_of_word(char c);

#endif
