/*
 * The one place where jsmn's functions are compiled, with the switches that
 * core/json.h sets for everybody else. jsmn's own text is not written to our
 * warning rules, so it is kept out of our other files.
 */
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>
