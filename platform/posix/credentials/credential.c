#include "platform/posix/credentials/credential.h"

static const char *const reasons[CONNSYNC_CREDENTIAL_STATUS_COUNT] = {
    [CONNSYNC_CREDENTIAL_OK] = "nothing is wrong",
    [CONNSYNC_CREDENTIAL_NO_FILE] = "there is no such file",
    [CONNSYNC_CREDENTIAL_FORBIDDEN] = "the file may not be read by this user",
    [CONNSYNC_CREDENTIAL_UNREADABLE] = "the file cannot be read",
    [CONNSYNC_CREDENTIAL_DIRECTORY] = "this is a directory",
    [CONNSYNC_CREDENTIAL_TOO_LONG] = "longer than 32768 bytes, which no key or chain is",
    [CONNSYNC_CREDENTIAL_EMPTY] = "nothing is in it",
    [CONNSYNC_CREDENTIAL_NOT_PEM] = "no PEM block is in it (a line -----BEGIN ...-----)",
    [CONNSYNC_CREDENTIAL_DAMAGED] = "the PEM text is damaged or cut off",
    [CONNSYNC_CREDENTIAL_NO_KEY] = "no private key is in it",
    [CONNSYNC_CREDENTIAL_ENCRYPTED] =
        "the private key is encrypted; decrypt it first: openssl pkey -in FILE -out NEW",
    [CONNSYNC_CREDENTIAL_PUBLIC_KEY] = "a public key; the private key of the pair is needed",
    [CONNSYNC_CREDENTIAL_CERTIFICATE] =
        "a certificate; the private key that belongs to it is needed",
    [CONNSYNC_CREDENTIAL_OPENSSH_KEY] =
        "a key in OpenSSH's own format; convert it first: ssh-keygen -p -m PEM -f FILE",
    [CONNSYNC_CREDENTIAL_SEVERAL_KEYS] = "several private keys are in it; leave one",
    [CONNSYNC_CREDENTIAL_EC_KEY] =
        "an EC key; RS256, RS384 and PS256, all that Auth0 takes, need an RSA key",
    [CONNSYNC_CREDENTIAL_EC_CURVE] = "an EC key on another curve than P-256 and P-384",
    [CONNSYNC_CREDENTIAL_OTHER_KEY] = "a private key of another kind than RSA and EC",
    [CONNSYNC_CREDENTIAL_KEY_SHORT] = "an RSA key of less than 2048 bits, which is too weak",
    [CONNSYNC_CREDENTIAL_KEY_LARGE] = "an RSA key of more than 4096 bits, which is not supported",
    [CONNSYNC_CREDENTIAL_KEY_INVALID] = "its PEM block does not hold a private key",
    [CONNSYNC_CREDENTIAL_KEY_INCONSISTENT] = "the parts of the private key contradict each other",
    [CONNSYNC_CREDENTIAL_NO_CERTIFICATE] = "no certificate is in it",
    [CONNSYNC_CREDENTIAL_CERTIFICATE_INVALID] = "one of its certificates cannot be understood",
    [CONNSYNC_CREDENTIAL_CHAIN_LONG] = "more certificates, or longer ones, than a chain has",
    [CONNSYNC_CREDENTIAL_KEY_MISMATCH] = "the private key does not belong to the first certificate",
    [CONNSYNC_CREDENTIAL_EXPIRED] = "the certificate has expired",
    [CONNSYNC_CREDENTIAL_NOT_YET_VALID] = "the certificate is not valid yet",
    [CONNSYNC_CREDENTIAL_OUTPUT] = "the client id or key id is too long for an assertion",
    [CONNSYNC_CREDENTIAL_SIGNING] = "the private key failed to sign",
    [CONNSYNC_CREDENTIAL_MEMORY] = "too little memory for this key or certificate",
    [CONNSYNC_CREDENTIAL_ENTROPY] = "no random bytes could be had",
};

const char *connsync_credential_reason(enum connsync_credential_status status)
{
    if ((unsigned)status >= CONNSYNC_CREDENTIAL_STATUS_COUNT) {
        return "unknown";
    }
    return reasons[status];
}

enum connsync_credential_status
connsync_credential_of_key(enum cs_key_status status, enum connsync_credential_status otherwise)
{
    switch (status) {
    case CS_KEY_OK:
        return CONNSYNC_CREDENTIAL_OK;
    case CS_KEY_NO_MEMORY:
        return CONNSYNC_CREDENTIAL_MEMORY;
    case CS_KEY_NO_ENTROPY:
        return CONNSYNC_CREDENTIAL_ENTROPY;
    default:
        return otherwise;
    }
}
