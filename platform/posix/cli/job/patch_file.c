/* The file of `connsync patch`, read and checked. Merging is the core's. */
#include "platform/posix/cli/job/patch_file.h"

#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/base/mapping.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A byte more than the longest, to tell that one from a longer one. */
static char text[PATCH_FILE_MAX + 1];
static size_t text_length;

static const char *explain(enum connsync_status status)
{
    switch (status) {
    case CONNSYNC_OK:
        return NULL;
    case CONNSYNC_REFUSED_OPTIONS_NOT_OBJECT:
        return "is not a JSON object";
    case CONNSYNC_REFUSED_DUPLICATE:
        return "has a member twice in one object";
    case CONNSYNC_REFUSED_DEPTH:
    case CONNSYNC_ERR_JSON_DEPTH:
        return "nests deeper than 62 levels";
    case CONNSYNC_ERR_JSON_UTF8:
        return "is not valid UTF-8";
    default:
        return "is not strict JSON";
    }
}

/* What is wrong with the patch; NULL when nothing is. */
static const char *check(struct cs_slice patch)
{
    size_t size = 0;

    if (patch.length > PATCH_FILE_MAX) {
        return "is larger than 65536 bytes";
    }
    /* Without memory it says how much it takes. */
    enum connsync_status status = connsync_patch_check(patch.data, patch.length, NULL, &size);
    if (status == CONNSYNC_ERR_MEMORY) {
        void *memory = mapping_new(size);
        if (memory == NULL) {
            return "does not fit the memory of this machine";
        }
        status = connsync_patch_check(patch.data, patch.length, memory, &size);
        mapping_free(memory, size);
    }
    return explain(status);
}

bool patch_file_read(struct cli_options *options)
{
    ssize_t length = file_read(options->file, text, sizeof text);

    if (length < 0) {
        (void)cli_wrong(&options->message, "cannot read the patch %.200s: %s", options->file,
                        strerror(errno));
        return false;
    }
    text_length = (size_t)length;
    const char *reason = check(cs_slice_make(text, text_length));
    if (reason != NULL) {
        (void)cli_wrong(&options->message, "the patch %.200s %s", options->file, reason);
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
