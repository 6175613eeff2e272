"""What the tenant's own tests share: a small HTTPS client, and a tenant to be unkind to."""

import http.client
import json
import socket
import ssl
import unittest

from . import samples
from .faults import Fault
from .service import Tenant

PATCH_BODY = b'{"options":{"set_user_root_attributes":"on_first_login"}}'


class Client:
    """One kept-alive connection through http.client, verified against the tenant's root."""

    def __init__(self, tenant, timeout=5, token=None):
        self.tenant, self.token = tenant, token or tenant.token
        self._context = ssl.create_default_context(cafile=str(tenant.ca_file))
        self._timeout = timeout
        self._http = None

    def _connect(self):
        sock = socket.create_connection((self.tenant.host, self.tenant.port), self._timeout)
        connection = http.client.HTTPConnection(self.tenant.domain, timeout=self._timeout)
        connection.sock = self._context.wrap_socket(sock, server_hostname=self.tenant.domain)
        return connection

    def open(self):
        """The connection under http.client, made when there is none."""
        if self._http is None or self._http.sock is None:
            self._http = self._connect()
        return self._http

    def close(self):
        """Ends the connection."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def ask(self, method, target, body=None, **headers):
        """(status, body bytes, headers) of one request."""
        connection = self.open()
        sent = {"Authorization": "Bearer " + self.token}
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent.update({key.replace("_", "-"): value for key, value in headers.items()})
        sent = {key: value for key, value in sent.items() if value is not None}
        connection.request(method, target, body, sent)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers

    def get(self, target, **headers):
        """A GET below /api/v2: (status, body)."""
        return self.ask("GET", "/api/v2/" + target, **headers)[:2]

    def patch(self, connection_id, body, **headers):
        """A PATCH of one connection: (status, body)."""
        return self.ask("PATCH", "/api/v2/connections/" + connection_id, body, **headers)[:2]

    def json(self, target):
        """A GET's document."""
        return json.loads(self.get(target)[1])

    def raw(self, data, seconds=3):
        """Sends bytes on a new connection; returns (all that came back, how it ended).

        How: "close" for an orderly end, "cut" for a FIN without close_notify, "reset",
        or "timeout".
        """
        address = (self.tenant.host, self.tenant.port)
        with socket.create_connection(address, seconds) as sock:
            return _talk(sock, self._context, self.tenant.domain, data)

    def plain(self, method, target, body=b"", connection="close"):
        """The bytes of a whole request, for raw()."""
        return ("%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n"
                "Content-Type: application/json\r\nConnection: %s\r\n\r\n"
                % (method, target, self.tenant.domain, self.token, len(body),
                   connection)).encode() + body


def _talk(sock, context, name, data):
    """TLS over memory buffers: wrap_socket() reports a reset as an ordinary end."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=name)
    got, shaken = b"", False
    while True:
        try:
            if not shaken:
                tls.do_handshake()
                tls.write(data)
                shaken = True
            part = tls.read(65536)
            if not part:
                return got, "close"
            got += part
            continue
        except ssl.SSLWantReadError:
            pass
        try:
            sock.sendall(outgoing.read())
            part = sock.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            return got, "reset"
        except TimeoutError:
            return got, "timeout"
        if not part:
            return got, "cut"
        incoming.write(part)


class FaultCase(unittest.TestCase):
    """A tenant with one connection."""

    how = {}

    def setUp(self):
        self.tenant = Tenant(**self.how)
        self.addCleanup(self.tenant.close)
        self.id = self.tenant.add(samples.google())
        self.before = self.tenant.raw_options(self.id)
        self.one = "/api/v2/connections/" + self.id
        self.client = Client(self.tenant)
        self.addCleanup(self.client.close)

    def tearDown(self):
        self.assertEqual(self.tenant.journal.crashes, [])

    def fault(self, kind, **how):
        """Adds a fault, and expects at the end of the test that it has acted."""
        fault = Fault(kind, **how)
        self.tenant.faults.append(fault)
        self.addCleanup(lambda: self.assertGreater(fault.fired, 0, kind))
        return fault

    def get_raw(self, connection="close", seconds=3):
        """A GET on a connection of its own: (bytes, how it ended)."""
        return self.client.raw(self.client.plain("GET", self.one, connection=connection), seconds)

    def patch_raw(self):
        """The same for a PATCH."""
        return self.client.raw(self.client.plain("PATCH", self.one, PATCH_BODY))

    def applied(self):
        """Whether the connection's options have changed."""
        return self.tenant.raw_options(self.id) != self.before
