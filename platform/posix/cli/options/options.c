/* What the parts that fill the options share. How the command line, the environment and files
 * are read is theirs. */
#include "platform/posix/cli/options/options.h"

#include "core/base/text.h"

#include <stdarg.h>
#include <stdio.h>

enum cli_action cli_wrong(struct cli_options *options, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(options->message, sizeof options->message, format, arguments);
    va_end(arguments);
    return CLI_USAGE_ERROR;
}

void cli_options_wipe(struct cli_options *options)
{
    /* A buffer that nothing was read into is not touched: that would only take memory. */
    if (options->token[0] != '\0') {
        cs_wipe(options->token, sizeof options->token);
    }
    if (options->client_secret[0] != '\0') {
        cs_wipe(options->client_secret, sizeof options->client_secret);
    }
    connsync_posix_proxy_wipe(&options->proxy);
}
