/* The client assertion: its texts, encoded as they are written. Signing is the core's, through
 * core/tls/key.h; the key comes from private_key.c. */
#include "platform/posix/credentials/assertion.h"

#include "core/base/text.h"

#include <string.h>

#define JTI_BYTES 16
#define SIGNATURE_MAX (CS_PRIVATE_KEY_BITS_MAX / 8)

static const struct {
    const char *name;
    enum cs_key_algorithm algorithm;
} algorithms[] = {
    [CS_ASSERTION_RS256] = {"RS256", CS_KEY_RS256},
    [CS_ASSERTION_RS384] = {"RS384", CS_KEY_RS384},
    [CS_ASSERTION_PS256] = {"PS256", CS_KEY_PS256},
};

bool cs_assertion_algorithm_parse(const char *text, enum cs_assertion_algorithm *algorithm)
{
    for (size_t i = 0; i < sizeof algorithms / sizeof algorithms[0]; i++) {
        if (strcmp(text, algorithms[i].name) == 0) {
            *algorithm = (enum cs_assertion_algorithm)i;
            return true;
        }
    }
    return false;
}

/* ---- base64url without padding (RFC 7515, section 2), a byte at a time ---- */

struct encoder {
    struct cs_writer *out;
    uint32_t bits; /* those that wait for the rest of their character */
    unsigned count;
};

static void put_character(struct encoder *encoder, uint32_t value)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    cs_write(encoder->out, cs_slice_make(&alphabet[value & 0x3Fu], 1));
}

static void put_byte(struct encoder *encoder, uint8_t byte)
{
    encoder->bits = encoder->bits << 8 | byte;
    encoder->count += 8;
    while (encoder->count >= 6) {
        encoder->count -= 6;
        put_character(encoder, encoder->bits >> encoder->count);
    }
}

static void put_bytes(struct encoder *encoder, const uint8_t *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        put_byte(encoder, bytes[i]);
    }
}

static void put_end(struct encoder *encoder)
{
    if (encoder->count > 0) {
        put_character(encoder, encoder->bits << (6 - encoder->count));
    }
    encoder->bits = 0;
    encoder->count = 0;
}

static void put_text(struct encoder *encoder, const char *text)
{
    put_bytes(encoder, (const uint8_t *)text, strlen(text));
}

/* ---- JSON ---- */

static void put_number(struct encoder *encoder, int64_t number)
{
    char digits[24];
    struct cs_writer writer;

    cs_writer_init(&writer, digits, sizeof digits);
    cs_write_u64(&writer, number > 0 ? (uint64_t)number : 0);
    put_text(encoder, digits);
}

/* RFC 8259, section 7: quotes, backslashes and control characters are escaped. */
static void put_escaped(struct encoder *encoder, const char *text)
{
    static const char hex[] = "0123456789abcdef";

    for (; *text != '\0'; text++) {
        uint8_t byte = (uint8_t)*text;
        if (byte < 0x20) {
            put_text(encoder, "\\u00");
            put_byte(encoder, (uint8_t)hex[byte >> 4]);
            put_byte(encoder, (uint8_t)hex[byte & 0xFu]);
            continue;
        }
        if (byte == '"' || byte == '\\') {
            put_byte(encoder, '\\');
        }
        put_byte(encoder, byte);
    }
}

static void put_member(struct encoder *encoder, const char *before, const char *value,
                       const char *after)
{
    put_text(encoder, before);
    put_escaped(encoder, value);
    put_text(encoder, after);
}

static void write_header(struct cs_writer *out, const struct cs_assertion *assertion)
{
    struct encoder encoder = {out, 0, 0};

    put_member(&encoder, "{\"alg\":\"", algorithms[assertion->algorithm].name,
               "\",\"typ\":\"JWT\"");
    if (assertion->key_id != NULL) {
        put_member(&encoder, ",\"kid\":\"", assertion->key_id, "\"");
    }
    put_text(&encoder, "}");
    put_end(&encoder);
}

static enum cs_credential_status write_claims(struct cs_writer *out,
                                              const struct cs_assertion *assertion, int64_t now)
{
    const struct connsync_port *port = assertion->scratch.port;
    struct encoder encoder = {out, 0, 0};
    uint8_t random[JTI_BYTES];
    char jti[JTI_BYTES * 2];
    struct cs_writer jti_writer;
    struct encoder jti_encoder = {&jti_writer, 0, 0};

    if (port->entropy(port->context, random, sizeof random) != CONNSYNC_PORT_OK) {
        return CS_CREDENTIAL_ENTROPY;
    }
    cs_writer_init(&jti_writer, jti, sizeof jti);
    put_bytes(&jti_encoder, random, sizeof random);
    put_end(&jti_encoder);

    put_member(&encoder, "{\"iss\":\"", assertion->client_id, "\"");
    put_member(&encoder, ",\"sub\":\"", assertion->client_id, "\"");
    put_member(&encoder, ",\"aud\":\"https://", assertion->domain, "/\"");
    put_text(&encoder, ",\"iat\":");
    put_number(&encoder, now);
    put_text(&encoder, ",\"exp\":");
    put_number(&encoder, now + CS_ASSERTION_LIFETIME_S);
    put_member(&encoder, ",\"jti\":\"", jti, "\"}");
    put_end(&encoder);
    return CS_CREDENTIAL_OK;
}

/* ---- Signing ---- */

static enum cs_credential_status write_signature(struct cs_writer *out,
                                                 const struct cs_assertion *assertion, size_t start)
{
    const struct cs_private_key *key = assertion->key;
    struct encoder encoder = {out, 0, 0};
    uint8_t signature[SIGNATURE_MAX];
    size_t length = 0;
    enum cs_key_status status =
        cs_key_sign(&assertion->scratch, cs_slice_make((const char *)key->der, key->length),
                    algorithms[assertion->algorithm].algorithm,
                    cs_slice_make(out->data + start, out->length - start), signature, &length);

    if (status == CS_KEY_OK) {
        cs_write_string(out, ".");
        put_bytes(&encoder, signature, length);
        put_end(&encoder);
    }
    return cs_credential_of_key(status, CS_CREDENTIAL_SIGNING);
}

static enum cs_credential_status write_assertion(struct cs_writer *out,
                                                 const struct cs_assertion *assertion, int64_t now)
{
    size_t start = out->length;

    write_header(out, assertion);
    cs_write_string(out, ".");
    enum cs_credential_status status = write_claims(out, assertion, now);
    if (status == CS_CREDENTIAL_OK && !out->overflowed) {
        status = write_signature(out, assertion, start);
    }
    if (status == CS_CREDENTIAL_OK && out->overflowed) {
        status = CS_CREDENTIAL_OUTPUT;
    }
    if (status != CS_CREDENTIAL_OK) {
        cs_wipe(out->data, out->length + 1);
    }
    return status;
}

enum cs_credential_status cs_assertion_write(const struct cs_assertion *assertion, int64_t now,
                                             char *out, size_t size)
{
    struct cs_writer writer;

    cs_writer_init(&writer, out, size);
    return write_assertion(&writer, assertion, now);
}
