/* Reads single claims of a JWT that is our own. Its signature is for others to check. */
#include "platform/posix/cli/base/token_claim.h"

#include "core/json/json.h"
#include "core/tls/base64.h"

/* Of a token, base64 and with padding; those of the service have less than one kilobyte. */
#define CLAIMS_MAX 8192u

static char encoded[CLAIMS_MAX];
static char claims[CLAIMS_MAX];

/* base64url without padding (RFC 7515 section 2) as base64; its length, 0 if it does not fit. */
static size_t to_base64(const char *text, size_t length)
{
    size_t size = (length + 3) / 4 * 4;

    if (size > CLAIMS_MAX) {
        return 0;
    }
    for (size_t i = 0; i < size; i++) {
        char c = i < length ? text[i] : '=';
        encoded[i] = (char)(c == '-' ? '+' : c == '_' ? '/' : c);
    }
    return size;
}

static struct cs_slice claim(const char *token, const char *name)
{
    const char *start = strchr(token, '.');
    size_t length = start != NULL ? strcspn(++start, ".") : 0;
    struct cs_json_sought sought = {name, CS_JSON_ROOT, 0, {NULL, 0}};
    struct cs_json_facts facts;

    length = to_base64(start, length);
    if (length == 0 ||
        cs_base64_decode((uint8_t *)claims, sizeof claims, &length,
                         cs_slice_make(encoded, length)) != CS_BASE64_OK ||
        cs_json_check_find(cs_slice_make(claims, length), &facts, &sought, 1) != CONNSYNC_OK) {
        return cs_slice_make(NULL, 0);
    }
    return sought.value;
}

bool token_claim_text(const char *token, const char *name, char *out, size_t size)
{
    return cs_value_decode(claim(token, name), out, size);
}

uint64_t token_claim_number(const char *token, const char *name)
{
    uint64_t number = 0;

    return cs_slice_to_u64(claim(token, name), &number) ? number : 0;
}
