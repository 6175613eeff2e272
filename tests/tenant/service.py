"""The Tenant class: what tests hold in their hands."""

import ssl
import threading
import time

from . import answers, pki as pki_module
from .api import Api
from .assertions import Assertions
from .connections import Store
from .http_wire import BadRequest
from .oauth import SCOPES, Tokens
from .ratelimit import Bucket
from .server import Server
from .tls_stream import ask_for_certificate, server_context

DOMAIN = "tenant.example.auth0.test"
CLIENT_ID = "fIcTiTiOuS0cLiEnT1iDvAlUe2xYz3Ab"
CLIENT_SECRET = "SECRETclient+/=&%~ \u00fcZ-tenant"


class Tenant:
    """A fake Auth0 tenant on a loopback port.

        with Tenant() as tenant:
            connection_id = tenant.add(samples.google())
            tenant.faults.append(Fault("close_after", method="PATCH"))
            run(tenant.environment(), tenant.arguments())
            assert [r.method for r in tenant.requests] == ["GET", "PATCH", "GET"]
            assert tenant.raw_options(connection_id) == ...

    domain, host, port    the name that clients verify, the address served, 0 for any free port
    certificate, key      PEM files for the server; without them a throw-away PKI is made
    pki                   a pki.Pki to use in their place
    tls                   "both", "1.2", "1.3", or "none" for plain TCP
    ciphers, curve        an OpenSSL cipher list; the only curve to offer
    framing               of all answers: "chunked", "length" or "close"
    casing                of header names: "mixed", "lower", "upper" or "odd"
    close_each            `Connection: close` on every answer
    scopes                what tokens are issued with
    burst, refill         the Management API's token bucket; enforced when either is given
    check_host            refuse requests whose Host is not the domain
    client_ca             PEM file: handshakes ask for a client certificate of this authority
    client_certificates   "required" or "optional", with client_ca
    """

    def __init__(self, domain=DOMAIN, host="127.0.0.1", port=0, *, certificate=None, key=None,
                 pki=None, tls="both", ciphers=None, curve=None, framing="chunked",
                 casing="mixed", close_each=False, client_id=CLIENT_ID,
                 client_secret=CLIENT_SECRET, audience=None, scopes=SCOPES, token_lifetime=86400,
                 burst=None, refill=None, page_limit=100, check_host=True,
                 client_ca=None, client_certificates="required"):
        self.domain, self.host = domain, host
        self.framing, self.casing, self.close_each = framing, casing, close_each
        self.check_host = check_host
        self.client_id = client_id
        self._secret = client_secret.encode() if isinstance(client_secret, str) else client_secret
        self.audience = audience or "https://%s/api/v2/" % domain
        self.clock_offset = 0
        self.lock = threading.RLock()
        self.faults = []
        self.gate_passed, self.chance_hits = 0.0, 0  # of fault_limits.py
        self.store = Store()
        self.tokens = Tokens(self.audience, client_id, self._secret, tuple(scopes),
                             token_lifetime)
        self.tokens.assertions = Assertions(client_id, "https://%s/" % domain, self.utc_now)
        self.api = Api(self.store, self.tokens, page_limit)
        limited = burst is not None or refill is not None
        self.bucket = Bucket(50 if burst is None else burst, 16.0 if refill is None else refill,
                             limited)
        self.token_bucket = Bucket(100, 30.0)
        self.token = self.tokens.issue()
        def make_context():
            context = self._context(certificate, key, pki, tls, ciphers, curve)
            if client_ca is not None:
                ask_for_certificate(context, client_ca, client_certificates == "required")
            return context

        self._make_context = make_context
        self._server = Server(self, make_context(), host, port)
        self.port = self._server.port

    def _context(self, certificate, key, pki, tls, ciphers, curve):
        self.ca_file = None
        if tls == "none":
            return None
        if certificate is None:
            pki = pki or pki_module.throw_away(self.domain)
            certificate, key, self.ca_file = pki.chain, pki.key, pki.root
        return server_context(certificate, key, tls, ciphers, curve)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the server and every connection."""
        self._server.stop()

    # What the tests look at.

    @property
    def requests(self):
        """The journal's requests, oldest first: journal.Request."""
        return self._server.journal.requests

    @property
    def tcp_connections(self):
        """How many TCP connections were accepted."""
        return self._server.journal.tcp_connections

    @property
    def handshakes(self):
        """How many TLS handshakes were completed."""
        return self._server.journal.handshakes

    @property
    def journal(self):
        """The whole journal: sessions, handshake_errors, malformed, ..."""
        return self._server.journal

    @property
    def secrets(self):
        """Every credential in play: none of them may appear in any output."""
        return [self._secret.decode("utf-8", "surrogateescape")] + list(self.tokens.issued)

    def methods(self):
        """The methods of all requests, in order: the shortest account of what happened."""
        return [request.method for request in self.requests]

    def writes(self):
        """How many PATCHes took effect."""
        return sum(request.applied for request in self.requests)

    def raw_options(self, connection_id):
        """The bytes of a connection's `options`, or None."""
        with self.lock:
            return self.store.connections[connection_id].get("options")

    def raw_member(self, connection_id, key):
        """The bytes of any top-level member, or None."""
        with self.lock:
            return self.store.connections[connection_id].get(key)

    def history(self, connection_id):
        """The bytes of `options` at the start and after each write."""
        with self.lock:
            return list(self.store.connections[connection_id].history)

    @property
    def lowest_remaining(self):
        """The least X-RateLimit-Remaining that the bucket ever reached."""
        return self.bucket.lowest_remaining

    def settle(self, seconds=5.0):
        """Waits until every connection has ended, so that the journal is complete."""
        return self._server.settle(seconds)

    # What the tests arrange.

    def add(self, raw):
        """Adds a connection given as its JSON text; returns its id."""
        with self.lock:
            return self.store.add(raw)

    def behave(self, connection_id=None, **changes):
        """Changes the service's behaviour (connections.Behaviour) for one connection or all."""
        with self.lock:
            self.store.behave(connection_id, changes)

    def present(self, certificate, key, tls="both"):
        """From the next connection on, handshakes are answered with another chain."""
        self._server.present(server_context(certificate, key, tls))

    def demand_certificates(self):
        """From the next connection on, a client without a certificate is turned away, as by a server
        that was started anew: it knows no session. Only where they are asked for already:
        `client_certificates` is "optional"."""
        context = self._make_context()
        context.verify_mode = ssl.CERT_REQUIRED
        self._server.present(context)

    def reset(self):
        """Forgets the journal and all faults; connections and tokens stay."""
        self.faults.clear()
        self._server.journal.clear()

    def trust_key(self, public_key, key_id="the-key"):
        """Registers a client's public key, PEM bytes; what its assertions are checked with."""
        with self.lock:
            self.tokens.assertions.keys[key_id] = public_key

    def issue_token(self, *scopes, lifetime=None):
        """A token with just these scopes (none given: with none)."""
        with self.lock:
            return self.tokens.issue(scopes, lifetime)

    def environment(self, token=None, credentials=False):
        """The environment for the command line: a token, or client credentials."""
        if credentials:
            return {"AUTH0_DOMAIN": self.domain, "AUTH0_CLIENT_ID": self.client_id,
                    "AUTH0_CLIENT_SECRET": self._secret.decode("utf-8", "surrogateescape")}
        return {"AUTH0_DOMAIN": self.domain, "AUTH0_API_TOKEN": token or self.token}

    def arguments(self):
        """The options that lead the command line here: --ca-file, --connect-to."""
        host = "[%s]" % self.host if ":" in self.host else self.host
        found = ["--connect-to", "%s:%d" % (host, self.port)]
        if self.ca_file:
            found += ["--ca-file", str(self.ca_file)]
        return found

    # What the server asks.

    def utc_now(self):
        """The tenant's own idea of UTC: clock_offset moves it."""
        return int(time.time()) + self.clock_offset

    def bucket_for(self, target):
        """The bucket that a request draws from."""
        return self.token_bucket if target.startswith("/oauth/") else self.bucket

    def respond(self, head, body):
        """The answer to a request that no fault kept from being handled."""
        names = head.all("Host")
        if len(names) != 1:
            raise BadRequest("%d Host headers" % len(names))
        if self.check_host and not self._is_ours(names[0]):
            return answers.html(404)
        if not self.bucket_for(head.target).take():
            return answers.too_many()
        return self.api.handle(head, body)

    def _is_ours(self, host):
        name = self.domain.lower()
        bracketed = "[%s]" % name if ":" in name else name
        return host.lower() in (bracketed, "%s:%d" % (bracketed, self.port),
                                "%s:443" % bracketed)
