/* What the parts that fill the options share. How the command line, the environment and files
 * are read is theirs. */
#include "platform/posix/cli/options/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum cli_action cli_wrong(struct cli_message *message, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(message->text, sizeof message->text, format, arguments);
    va_end(arguments);
    return CLI_USAGE_ERROR;
}

bool cli_is_input(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}
