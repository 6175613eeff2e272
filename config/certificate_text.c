/* Words for anchors and extensions. See certificate_text.h. */
#include "config/certificate_text.h"

/* From CONNSYNC_ANCHOR_NONE on: of a trusted certificate that has the issuer's name. */
static const char anchors[] =
    "-\0"
    "the trusted root of the issuer's name has another key\0"
    "it has a P-521 key; RSA, P-256 or P-384 is needed\0"
    "it has an RSA key of more than 4096 bits\0"
    "it has a key of another kind than RSA, P-256 or P-384\0"
    "it has a critical extension that is not understood\0"
    "it is no authority's (CA:FALSE), and not the server's own certificate\0"
    "it may not sign certificates (key usage)\0"
    "it cannot be read\0";

/* RFC 5280, section 4.2.1. */
static const char extension_numbers[] = "2.5.29.30\0"
                                        "2.5.29.32\0"
                                        "2.5.29.33\0"
                                        "2.5.29.36\0"
                                        "2.5.29.54\0";
static const char extension_names[] =
    "nameConstraints\0certificatePolicies\0policyMappings\0policyConstraints\0inhibitAnyPolicy\0";

static bool is_of_certificate(enum connsync_status status)
{
    return status >= CONNSYNC_ERR_CERT_UNTRUSTED &&
           status <= CONNSYNC_ERR_CERT_CRITICAL_EXTENSION &&
           status != CONNSYNC_ERR_CLIENT_CERTIFICATE;
}

static void add_name(struct cs_writer *line, const char *name)
{
    cs_write_string(line, name[0] != '\0' ? name : "?");
}

static void add_extension(struct cs_writer *line, const char *extension)
{
    int known = cs_words_find(extension_numbers, cs_slice_of(extension));

    cs_write_string(line, known < 0 ? extension : cs_words_at(extension_names, (unsigned)known));
}

void cs_certificate_text_add(struct cs_writer *line, enum connsync_status status,
                             const struct connsync_certificate *certificate)
{
    bool is_known =
        certificate != NULL && (certificate->subject[0] != '\0' || certificate->issuer[0] != '\0');

    if (!is_of_certificate(status) || !is_known) {
        return;
    }
    bool has_trouble = certificate->trouble != CONNSYNC_ANCHOR_NONE;
    bool has_extension = certificate->extension[0] != '\0';
    cs_write_string(line, " (");
    if (has_trouble) {
        cs_write_string(line, cs_words_at(anchors, certificate->trouble));
    }
    if (has_extension) {
        cs_write_string(line, has_trouble ? ": " : "");
        add_extension(line, certificate->extension);
    }
    cs_write_string(line, has_trouble || has_extension ? "; certificate " : "certificate ");
    add_name(line, certificate->subject);
    cs_write_string(line, ", issued by ");
    add_name(line, certificate->issuer);
    cs_write_string(line, ")");
}
