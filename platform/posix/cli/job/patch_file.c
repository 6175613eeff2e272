/* The file of `connsync patch`, read. What speaks against it is patch_check.c's, merging the
 * core's. */
#include "platform/posix/cli/job/patch_file.h"

#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/job/patch_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A byte more than the longest, to tell that one from a longer one. */
static char text[PATCH_FILE_MAX + 1];
static size_t text_length;

bool patch_file_read(struct cli_options *options)
{
    char sentence[PATCH_SENTENCE_SIZE] = "";
    struct cs_writer writer;
    ssize_t length = file_read(options->file, text, sizeof text);

    if (length < 0) {
        (void)cli_wrong(&options->message, "cannot read the patch %.200s: %s", options->file,
                        strerror(errno));
        return false;
    }
    text_length = (size_t)length;
    cs_writer_init(&writer, sentence, sizeof sentence);
    if (!patch_check(cs_slice_make(text, text_length), &writer)) {
        (void)cli_wrong(&options->message, "the patch %.200s: %s", options->file, sentence);
        return false;
    }
    options->job.document = text;
    options->job.document_length = text_length;
    return true;
}

void patch_file_free(void)
{
    cs_wipe(text, text_length);
}
