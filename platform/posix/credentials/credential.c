/* The reasons in words. Each is raised where it is found, in the files beside this one. */
#include "platform/posix/credentials/credential.h"

#include "core/base/text.h"

#define REASONS(X)                                                                                 \
    X(CS_CREDENTIAL_OK, "nothing is wrong")                                                        \
    X(CS_CREDENTIAL_NO_FILE, "there is no such file")                                              \
    X(CS_CREDENTIAL_FORBIDDEN, "the file may not be read by this user")                            \
    X(CS_CREDENTIAL_UNREADABLE, "the file cannot be read")                                         \
    X(CS_CREDENTIAL_DIRECTORY, "this is a directory")                                              \
    X(CS_CREDENTIAL_TOO_LONG, "longer than 32768 bytes, which no key or chain is")                 \
    X(CS_CREDENTIAL_EMPTY, "nothing is in it")                                                     \
    X(CS_CREDENTIAL_NOT_PEM, "no PEM block is in it (a line -----BEGIN ...-----)")                 \
    X(CS_CREDENTIAL_DAMAGED, "the PEM text is damaged or cut off")                                 \
    X(CS_CREDENTIAL_NO_KEY, "no private key is in it")                                             \
    X(CS_CREDENTIAL_ENCRYPTED,                                                                     \
      "the private key is encrypted; decrypt it first: openssl pkey -in FILE -out NEW")            \
    X(CS_CREDENTIAL_PUBLIC_KEY, "a public key; the private key of the pair is needed")             \
    X(CS_CREDENTIAL_CERTIFICATE, "a certificate; the private key that belongs to it is needed")    \
    X(CS_CREDENTIAL_OPENSSH_KEY,                                                                   \
      "a key in OpenSSH's own format; convert it first: ssh-keygen -p -m PEM -f FILE")             \
    X(CS_CREDENTIAL_SEVERAL_KEYS, "several private keys are in it; leave one")                     \
    X(CS_CREDENTIAL_EC_KEY,                                                                        \
      "an EC key; RS256, RS384 and PS256, all that Auth0 takes, need an RSA key")                  \
    X(CS_CREDENTIAL_EC_CURVE, "an EC key on another curve than P-256 and P-384")                   \
    X(CS_CREDENTIAL_OTHER_KEY, "a private key of another kind than RSA and EC")                    \
    X(CS_CREDENTIAL_KEY_SHORT, "an RSA key of less than 2048 bits, which is too weak")             \
    X(CS_CREDENTIAL_KEY_LARGE, "an RSA key of more than 4096 bits, which is not supported")        \
    X(CS_CREDENTIAL_KEY_INVALID, "its PEM block does not hold a private key")                      \
    X(CS_CREDENTIAL_KEY_INCONSISTENT, "the parts of the private key contradict each other")        \
    X(CS_CREDENTIAL_NO_CERTIFICATE, "no certificate is in it")                                     \
    X(CS_CREDENTIAL_CERTIFICATE_INVALID, "one of its certificates cannot be understood")           \
    X(CS_CREDENTIAL_CHAIN_LONG, "more certificates, or longer ones, than a chain has")             \
    X(CS_CREDENTIAL_KEY_MISMATCH, "the private key does not belong to the first certificate")      \
    X(CS_CREDENTIAL_EXPIRED, "the certificate has expired")                                        \
    X(CS_CREDENTIAL_NOT_YET_VALID, "the certificate is not valid yet")                             \
    X(CS_CREDENTIAL_OUTPUT, "the client id or key id is too long for an assertion")                \
    X(CS_CREDENTIAL_SIGNING, "the private key failed to sign")                                     \
    X(CS_CREDENTIAL_MEMORY, "too little memory for this key or certificate")                       \
    X(CS_CREDENTIAL_ENTROPY, "no random bytes could be had")

#define STATUS(status, text) status,
#define TEXT(status, text) text "\0"
static const uint8_t statuses[] = {REASONS(STATUS)};
static const char reasons[] = REASONS(TEXT);
_Static_assert(sizeof statuses == CS_CREDENTIAL_STATUS_COUNT, "a status without a reason");

const char *cs_credential_reason(enum cs_credential_status status)
{
    const char *reason = cs_words_numbered(reasons, statuses, sizeof statuses, (unsigned)status);

    return reason != NULL ? reason : "unknown";
}

enum cs_credential_status cs_credential_of_key(enum cs_key_status status,
                                               enum cs_credential_status otherwise)
{
    switch (status) {
    case CS_KEY_OK:
        return CS_CREDENTIAL_OK;
    case CS_KEY_NO_MEMORY:
        return CS_CREDENTIAL_MEMORY;
    case CS_KEY_NO_ENTROPY:
        return CS_CREDENTIAL_ENTROPY;
    default:
        return otherwise;
    }
}
