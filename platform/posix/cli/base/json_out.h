/* Writing JSON: what is needed for lines and small files. */
#ifndef CONNSYNC_CLI_JSON_OUT_H
#define CONNSYNC_CLI_JSON_OUT_H

#include <stdio.h>

/* A string, with its quotes. `text` is UTF-8. */
void json_out_string(FILE *out, const char *text);

/* "name":"value" and a comma. */
void json_out_member(FILE *out, const char *name, const char *value);

#endif
