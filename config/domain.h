/*
 * Hosts as people write them: HOST, HOST:PORT, [ADDRESS]:PORT, and a tenant's
 * domain as it is copied from a browser, with a scheme and a slash.
 */
#ifndef CONNSYNC_CONFIG_DOMAIN_H
#define CONNSYNC_CONFIG_DOMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest host with its final NUL (RFC 1035, section 2.3.4, and a little more). */
#define CS_HOST_SIZE 256

/*
 * Reads HOST or HOST:PORT. An IPv6 address with a port stands in brackets, which are
 * taken off; one without a port may stand bare. `text` is changed in place, to the
 * host alone. `*port_number` stays as it is when no port is given. False when
 * `text` is neither; it may have been changed then.
 */
bool cs_host_read(char *text, uint16_t *port_number);

/* The same for a tenant's domain, which may begin with "https://" and end with a
 * slash. The dot of the DNS root is taken off, since it is in no certificate, and
 * only letters, digits, "-", ".", ":" and "_" may be in the host. */
bool cs_domain_read(char *text, uint16_t *port_number);

#endif
