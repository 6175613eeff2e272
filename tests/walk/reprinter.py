"""A proxy that opens TLS connections and prints JSON anew, in both directions.

    with Reprinter(tenant.domain, tenant.port) as proxy:
        run({"HTTPS_PROXY": proxy.url}, ["--ca-file", proxy.root])

It presents a certificate of an authority of its own, and holds numbers as doubles, as programs in
JavaScript do: what it prints of 12345678901234567890 is 12345678901234567000. `tenant_port` serves without TLS.
"""

import http.client
import json
import tempfile
import threading
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from proxy import Proxy
from tenant.pki import CA_EXTENSIONS, LEAF_EXTENSIONS, Workshop, names
from tenant.tls_stream import server_context

AUTHORITY = "/O=Example Corp/CN=Inspection root"
# They are of one connection, not of what is sent over it.
HOP_BY_HOP = ("connection", "content-length", "keep-alive", "transfer-encoding")


def _double(digits):
    return int(Decimal(repr(float(digits))))


def reprint(body):
    """The same JSON in another program's spelling; what is no JSON as it is."""
    try:
        value = json.loads(body, parse_int=_double)
    except ValueError:
        return body
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


class _Handler(BaseHTTPRequestHandler):
    """Asks the tenant the same, reprinted."""

    protocol_version = "HTTP/1.1"

    def _pass_on(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = reprint(self.rfile.read(length)) if length else None
        fields = {name: value for name, value in self.headers.items()
                  if name.lower() not in HOP_BY_HOP}
        tenant = http.client.HTTPConnection("127.0.0.1", self.server.tenant_port, timeout=30)
        tenant.request(self.command, self.path, body, fields)
        answer = tenant.getresponse()
        data = reprint(answer.read())
        tenant.close()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_PATCH = do_POST = _pass_on

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    """Each connection shakes hands on its own thread; who breaks off is no error."""

    def finish_request(self, request, client_address):
        with self.tls.wrap_socket(request, server_side=True) as opened:
            super().finish_request(opened, client_address)

    def handle_error(self, request, client_address):
        pass


class Reprinter:
    """Serves on loopback until it is closed."""

    def __init__(self, domain, tenant_port):
        self._folder = tempfile.TemporaryDirectory()
        workshop = Workshop(self._folder.name)
        root = workshop.issue("root", workshop.key("p256", 1), subject=AUTHORITY,
                              extensions=CA_EXTENSIONS)
        leaf = workshop.issue("leaf", workshop.key("p256", 2), root, subject="/CN=" + domain,
                              extensions=LEAF_EXTENSIONS + (names(domain),))
        self.root = workshop.chain("root", root)
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.tls = server_context(workshop.chain("leaf", leaf), leaf.key, "both", None, None)
        self._server.tenant_port = tenant_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self._proxy = Proxy(routes={domain + ":443": self._server.server_address})
        self.url = self._proxy.url

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._proxy.close()
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()
