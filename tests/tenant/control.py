"""A second, plain HTTP port for those who cannot call Python: shells, C, people.

    GET    /state                        counters, sessions, errors
    GET    /requests                     the journal
    GET    /connections/ID               the connection as it is now, raw
    GET    /connections/ID/options       the raw bytes of `options`
    POST   /connections                  adds the connection in the body
    POST   /faults                       adds a fault: {"kind": "close_after", "method": "PATCH"}
    DELETE /faults                       takes all faults away
    POST   /behaviour[/ID]               {"reorder": "reverse"}; member values as JSON text
    POST   /reset                        forgets journal and faults
"""

import json
import socket
import threading

from . import answers, faults
from .http_wire import Answer, BadRequest, Gone, Reader, encode
from .tls_stream import Closed, Stream


class Control:
    """Serves one request a connection, on a loopback port of its own."""

    def __init__(self, tenant, port=0):
        self._tenant = tenant
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self._thread.start()

    def close(self):
        """Stops listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self._listener.close()

    def _loop(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.settimeout(5)
            with sock:
                self._serve(Stream(sock, None))

    def _serve(self, stream):
        try:
            reader = Reader(stream)
            head = reader.head()
            answer = self._answer(head, reader.body(head))
        except (BadRequest, ValueError, KeyError, TypeError) as error:
            answer = answers.error(400, "%s: %s" % (type(error).__name__, error))
        except (Closed, Gone):
            return
        answer.framing, answer.announce_close = "length", True
        try:
            stream.send(encode(answer))
        except Closed:
            return
        stream.close("fin")

    def _answer(self, head, body):
        steps = [step for step in head.target.split("/") if step]
        handler = getattr(self, "_%s_%s" % (head.method.lower(), steps[0] if steps else ""), None)
        if handler is None:
            return answers.error(404, "No such control")
        with self._tenant.lock:
            return handler(steps[1:], body) or Answer(200, b"{}")

    def _get_state(self, _steps, _body):
        tenant, journal = self._tenant, self._tenant.journal
        return Answer(200, answers.as_json({
            "tcp_connections": journal.tcp_connections, "handshakes": journal.handshakes,
            "requests": len(journal.requests), "writes": tenant.writes(),
            "methods": tenant.methods(), "lowest_remaining": tenant.lowest_remaining,
            "rate_limited": tenant.bucket.refused, "sessions": journal.sessions,
            "handshake_errors": journal.handshake_errors, "malformed": journal.malformed,
            "crashes": journal.crashes,
            "faults": [[fault.kind, fault.fired] for fault in tenant.faults]}))

    def _get_requests(self, _steps, _body):
        return Answer(200, answers.as_json([r.as_json() for r in self._tenant.requests]))

    def _get_connections(self, steps, _body):
        connection = self._tenant.store.connections[steps[0]]
        if steps[1:] == ["options"]:
            return Answer(200, connection.get("options") or b"")
        behaviour = self._tenant.store.default
        return Answer(200, connection.render(connection.members, behaviour))

    def _post_connections(self, _steps, body):
        return Answer(200, answers.as_json({"id": self._tenant.add(body)}))

    def _post_faults(self, _steps, body):
        self._tenant.faults.append(faults.from_json(json.loads(body)))

    def _delete_faults(self, _steps, _body):
        self._tenant.faults.clear()

    def _post_behaviour(self, steps, body):
        changes = json.loads(body)
        for name in ("derive", "change"):
            if name in changes:
                changes[name] = {key: raw.encode() for key, raw in changes[name].items()}
        self._tenant.behave(steps[0] if steps else None, **changes)

    def _post_reset(self, _steps, _body):
        self._tenant.reset()
