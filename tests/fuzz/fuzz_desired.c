/* Any bytes as a board's configuration partition and as a connsync.json. A document that
 * is read keeps its promises to those who use it; one that is not has a sentence. */
#include "config/desired.h"
#include "config/flash_image.h"

#include <stdlib.h>
#include <string.h>

#define ENTRIES_MAX 256

static struct cs_desired_entry entries[ENTRIES_MAX];
static char decoded[CS_DESIRED_TOKEN_SIZE];

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_fault(const struct cs_desired_fault *fault, struct cs_slice text)
{
    char sentence[CS_DESIRED_SENTENCE_SIZE];
    struct cs_writer writer;

    require(fault->error != CS_DESIRED_OK && fault->offset <= text.length);
    cs_writer_init(&writer, sentence, sizeof sentence);
    cs_desired_explain(fault, text, &writer);
    require(!writer.overflowed && writer.length > 0);
    for (size_t i = 0; i < writer.length; i++) {
        require(sentence[i] >= ' ' && sentence[i] < 0x7F);
    }
}

/* An entry is found by what it says, and by nothing else of its kind. */
static void check_entry(struct cs_desired *desired, size_t index)
{
    const struct cs_desired_entry *entry = &desired->entries[index];
    const char *texts[] = {"", "", ""};
    char text[CS_DESIRED_ENTRY_SIZE];

    cs_desired_entry_text(desired, entry, text);
    require(text[0] != '\0' && strlen(text) < sizeof text);
    require(entry->key >= CS_DESIRED_ID && entry->key <= CS_DESIRED_STRATEGY);
    texts[entry->key - CS_DESIRED_ID] = text;
    require(cs_desired_match(desired, texts[0], texts[1], texts[2]) ==
            (entry->setting == CONNSYNC_SETTING_UNKNOWN ? NULL : entry));
    require(entry->matched);
}

static void check_document(struct cs_desired *desired)
{
    struct cs_desired_fault fault;
    uint16_t port_number = 0;
    size_t next = 0;

    for (int member = 0; member <= CS_DESIRED_AUDIENCE; member++) {
        size_t size =
            cs_desired_string(desired, (enum cs_desired_member)member, decoded, sizeof decoded);
        require(size == 0 || strlen(decoded) == size - 1);
    }
    if (cs_desired_string(desired, CS_DESIRED_DOMAIN, NULL, 0) > 0) {
        require(cs_desired_domain(desired, decoded, &port_number) && decoded[0] != '\0');
    }
    require(desired->count > 0 || desired->all);
    require(desired->every_s > 0 && desired->every_s <= CS_DESIRED_EVERY_MAX_S);
    for (size_t i = 0; i < desired->count; i++) {
        check_entry(desired, i);
    }
    require(!cs_desired_next_unmatched(desired, &next, &fault));
    if (!cs_desired_check_board(desired, &fault)) {
        check_fault(&fault, desired->text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cs_slice text = cs_slice_make((const char *)data, size);
    struct cs_desired_fault fault;
    struct cs_desired desired;
    struct cs_slice inside;

    if (cs_flash_image_read(data, size, &inside) == CS_FLASH_IMAGE_OK) {
        require(inside.data == text.data + CS_FLASH_IMAGE_HEAD_SIZE);
        require(inside.length <= size - CS_FLASH_IMAGE_HEAD_SIZE);
        text = inside;
    }
    if (cs_desired_read(&desired, text, entries, ENTRIES_MAX, &fault)) {
        check_document(&desired);
    } else {
        check_fault(&fault, text);
    }
    return 0;
}
