#define _DEFAULT_SOURCE 1

#include "platform/posix/cli/fleet/desired_file.h"

#include "platform/posix/cli/options/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A byte more than the longest text, to tell that one from a longer one. */
#define TEXT_SIZE (CONNSYNC_DESIRED_TEXT_MAX + 8u)
#define MAPPING_SIZE                                                                               \
    (TEXT_SIZE + CONNSYNC_DESIRED_ENTRIES_MAX * sizeof(struct connsync_desired_entry))

void *mapping_new(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}

bool mapping_tokenise(struct cs_json *json, struct cs_slice text, jsmntok_t **tokens, size_t *size)
{
    struct cs_json_facts facts;

    if (cs_json_check(text, &facts) != CONNSYNC_OK) {
        return false;
    }
    *size = facts.tokens * sizeof **tokens;
    *tokens = mapping_new(*size);
    return *tokens != NULL && cs_json_tokenise(json, text, *tokens, facts.tokens) == CONNSYNC_OK;
}

void mapping_free(void *mapping, size_t size)
{
    if (mapping != NULL) {
        (void)munmap(mapping, size);
    }
}

ssize_t mapping_read(const char *path, char *out, size_t size)
{
    int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0) {
        return -1;
    }
    ssize_t length = cli_read_all(fd, out, size);
    int error = errno;
    if (fd > STDIN_FILENO) {
        (void)close(fd);
    }
    errno = error;
    return length;
}

static bool read_mapped(struct desired_file *file, const char *path, char *message, size_t size)
{
    char *text = file->mapping;
    struct connsync_desired_entry *entries = (void *)(text + TEXT_SIZE);
    struct connsync_desired_fault fault;
    char sentence[CONNSYNC_DESIRED_SENTENCE_SIZE];
    struct cs_writer writer;
    ssize_t length = mapping_read(path, text, CONNSYNC_DESIRED_TEXT_MAX + 1);

    if (length < 0) {
        (void)snprintf(message, size, "cannot read the file %.200s: %s", path, strerror(errno));
        return false;
    }
    file->length = (size_t)length;
    struct cs_slice json = cs_slice_make(text, file->length);
    if (connsync_desired_read(&file->desired, json, entries, CONNSYNC_DESIRED_ENTRIES_MAX,
                              &fault)) {
        return true;
    }
    cs_writer_init(&writer, sentence, sizeof sentence);
    connsync_desired_explain(&fault, json, &writer);
    (void)snprintf(message, size, "%.200s: %s", path, sentence);
    return false;
}

bool desired_file_read(struct desired_file *file, const char *path, char *message, size_t size)
{
    memset(file, 0, sizeof *file);
    file->mapping = mapping_new(MAPPING_SIZE);
    if (file->mapping == NULL) {
        (void)snprintf(message, size, "no memory for the file %.200s", path);
        return false;
    }
    if (!read_mapped(file, path, message, size)) {
        desired_file_free(file);
        return false;
    }
    return true;
}

void desired_file_free(struct desired_file *file)
{
    if (file->mapping != NULL) {
        cs_wipe(file->mapping, file->length);
        mapping_free(file->mapping, MAPPING_SIZE);
    }
    memset(file, 0, sizeof *file);
}
