/* Any text as a private key, as a client certificate and as both in one: the first byte
 * says which. What is taken is whole, of what is refused nothing is left, neither in the
 * key nor in the memory that was lent, and lines that end in the two characters \n mean
 * the same as lines that end. */
#include "platform/posix/credentials/client_certificate.h"
#include "platform/posix/credentials/pem.h"

#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (CS_CREDENTIAL_TEXT_MAX + 64u)
#define NOW INT64_C(1800000000)
/* Of the arena: what it keeps of its own in front of its pieces. */
#define HEADERS_MAX 64u

struct outcome {
    enum cs_credential_status status;
    struct cs_client_certificate certificate;
};

static unsigned char memory[CS_CREDENTIAL_SCRATCH_SIZE];
static char plain[TEXT_MAX + 1];
static char spelled[2 * TEXT_MAX + 1];
static struct outcome first;
static struct outcome second;

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* The same each time, so that a finding can be repeated. */
static int some_entropy(void *context, uint8_t *out, size_t length)
{
    (void)context;
    memset(out, 0x5a, length);
    return CONNSYNC_PORT_OK;
}

static void check_memory(void)
{
    size_t left = 0;

    for (size_t i = 0; i < sizeof memory; i++) {
        left += memory[i] != 0 ? 1 : 0;
    }
    require(left <= HEADERS_MAX);
}

static void check_outcome(const struct outcome *outcome, bool chain)
{
    const struct cs_private_key *key = &outcome->certificate.key;
    const char *reason = cs_credential_reason(outcome->status);

    require(reason[0] != '\0' && strcmp(reason, "unknown") != 0);
    check_memory();
    if (outcome->status == CS_CREDENTIAL_OK) {
        require(key->length > 0 && key->length <= sizeof key->der && key->bits >= 256);
        require(!chain ||
                (outcome->certificate.count > 0 && outcome->certificate.chain_length > 0));
        return;
    }
    require(key->length == 0);
    for (size_t i = 0; i < sizeof key->der; i++) {
        require(key->der[i] == 0);
    }
}

static void run(const char *text, uint8_t kind, struct outcome *outcome)
{
    const struct connsync_port port = {.entropy = some_entropy};
    const struct cs_key_scratch scratch = {&port, memory, sizeof memory};
    const struct cs_credential_source source = {NULL, text};
    bool chain = kind % 3 == 2;
    bool of_key = false;

    memset(outcome, 0, sizeof *outcome);
    if (chain) {
        outcome->status = cs_client_certificate_read(&outcome->certificate, &source, NULL, NOW,
                                                     &scratch, &of_key);
    } else {
        outcome->status = cs_private_key_read(
            &outcome->certificate.key,
            kind % 3 == 0 ? CS_PRIVATE_KEY_ASSERTION : CS_PRIVATE_KEY_TLS, &source, &scratch);
    }
    check_outcome(outcome, chain);
}

/* In an environment variable a text ends at the first NUL. */
static void make_texts(const uint8_t *data, size_t size)
{
    size_t length = 0;
    size_t at = 0;

    for (; at < size && at < TEXT_MAX && data[at] != '\0'; at++) {
        plain[at] = (char)data[at];
        if (plain[at] == '\n') {
            spelled[length++] = '\\';
        }
        spelled[length++] = plain[at] == '\n' ? 'n' : plain[at];
    }
    plain[at] = '\0';
    spelled[length] = '\0';
}

static bool is_same(const struct outcome *a, const struct outcome *b)
{
    const struct cs_client_certificate *one = &a->certificate;
    const struct cs_client_certificate *other = &b->certificate;

    return a->status == b->status && one->key.length == other->key.length &&
           one->key.bits == other->key.bits &&
           memcmp(one->key.der, other->key.der, one->key.length) == 0 &&
           one->count == other->count && one->chain_length == other->chain_length &&
           memcmp(one->chain, other->chain, one->chain_length) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    make_texts(data + 1, size - 1);
    run(plain, data[0], &first);
    run(spelled, data[0], &second);
    require(is_same(&first, &second));
    return 0;
}
