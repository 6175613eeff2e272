/* The command validate: every fault with its line and column, or what the document says. The faults
 * are faults.c's, the list listing_file.c's, and what matches fleet/'s. */
#include "platform/posix/cli/check/validate.h"

#include "config/exit_code.h"
#include "config/sentence.h"
#include "platform/posix/cli/base/file.h"
#include "platform/posix/cli/base/log.h"
#include "platform/posix/cli/base/mapping.h"
#include "platform/posix/cli/base/output.h"
#include "platform/posix/cli/check/faults.h"
#include "platform/posix/cli/check/listing_file.h"
#include "platform/posix/cli/fleet/apply.h"
#include "platform/posix/cli/fleet/desired_file.h"
#include "platform/posix/cli/fleet/fleet.h"
#include "platform/posix/cli/fleet/fleet_report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* A byte more than the longest text, to tell that one from a longer one. */
#define TEXT_SIZE (CS_DESIRED_TEXT_MAX + 8u)
#define ENTRIES_SIZE (CS_DESIRED_ENTRIES_MAX * sizeof(struct cs_desired_entry))
#define MAPPING_SIZE (2 * (size_t)TEXT_SIZE + ENTRIES_SIZE)

struct validation {
    const struct cli_options *options;
    struct faults_document document;
};

/* The sentence without the line and column that some begin with. */
static const char *without_line(const struct cs_desired_fault *fault, const char *sentence)
{
    const char *end = strstr(sentence, ": ");

    return fault->error == CS_DESIRED_ERR_NOT_JSON && end != NULL ? end + 2 : sentence;
}

static void tell(void *context, const struct cs_desired_fault *fault,
                 const struct fault_place *place)
{
    const struct validation *validation = context;
    char sentence[CS_DESIRED_SENTENCE_SIZE];
    struct cs_writer writer;

    cs_writer_init(&writer, sentence, sizeof sentence);
    cs_desired_explain(fault, validation->document.text, &writer);
    if (!validation->options->output.json) {
        char line[CS_SENTENCE_SIZE];
        (void)snprintf(line, sizeof line, "%.200s:%u:%u: %s", validation->options->file,
                       (unsigned)place->line, (unsigned)place->column,
                       without_line(fault, sentence));
        cs_sentence_clean(line);
        output_print("%s\n", line);
        return;
    }
    output_byte('{');
    output_member("file", validation->options->file);
    output_print("\"line\":%u,\"column\":%u,\"error\":%u,", (unsigned)place->line,
                 (unsigned)place->column, (unsigned)fault->error);
    output_put("\"message\":");
    output_string(without_line(fault, sentence));
    output_put("}\n");
}

/* What a plan of the listed connections would say, with its exit code. */
static int match(struct validation *validation)
{
    const struct cli_options *options = validation->options;
    struct listing_file listing;
    struct cli_message message;
    int code = CS_EXIT_USAGE;

    if (listing_file_read(&listing, options->fleet.listing, &message)) {
        listing.allow_encrypted = options->job.allow_encrypted_configuration;
        struct tally tally =
            fleet_match(options, &validation->document.desired, listing_file_next, &listing);
        code = tally.exit_code;
        if (!listing.has_failed) {
            fleet_report_summary(&options->output, &tally, false);
        }
    }
    if (listing.has_failed) {
        log_error(message.text);
        code = CS_EXIT_USAGE;
    }
    listing_file_free(&listing);
    return code;
}

static int finish(struct validation *validation, size_t faults)
{
    const struct cs_desired *desired = &validation->document.desired;

    const char *least = faults == FAULTS_MAX ? "at least " : "";

    if (faults > 0) {
        log_format(LOG_ERROR, "%.200s is not valid: %s%zu fault%s", validation->options->file,
                   least, faults, faults == 1 ? "" : "s");
        return CS_EXIT_USAGE;
    }
    log_format(LOG_NOTE, "%.200s: valid, %zu %s%s", validation->options->file, desired->count,
               desired->count == 1 ? "entry" : "entries", desired->all ? " beside all others" : "");
    return validation->options->fleet.listing != NULL ? match(validation) : CS_EXIT_DONE;
}

static int validate(struct validation *validation, char *text)
{
    const char *path = validation->options->file;
    struct faults_document *document = &validation->document;
    ssize_t length = file_read(path, text, CS_DESIRED_TEXT_MAX + 1);

    if (length < 0) {
        log_format(LOG_ERROR, "cannot read the file %.200s: %s", path, strerror(errno));
        return CS_EXIT_USAGE;
    }
    desired_file_blank_schema(text, (size_t)length);
    document->text = cs_slice_make(text, (size_t)length);
    document->copy = text + TEXT_SIZE;
    document->entries = (void *)(text + 2 * (size_t)TEXT_SIZE);
    document->capacity = CS_DESIRED_ENTRIES_MAX;
    int code = finish(validation, faults_find(document, tell, validation));
    cs_wipe(text, (size_t)length);
    cs_wipe(document->copy, (size_t)length);
    return code;
}

int cli_validate(struct cli_options *options)
{
    struct validation validation = {.options = options};
    void *mapping = mapping_new(MAPPING_SIZE);

    if (mapping == NULL) {
        log_error("no memory for the file");
        return CS_EXIT_FAILURE;
    }
    if (options->file == NULL) {
        options->file = APPLY_DEFAULT_FILE;
    }
    int code = validate(&validation, mapping);
    mapping_free(mapping, MAPPING_SIZE);
    return code;
}
