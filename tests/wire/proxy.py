"""A small HTTP proxy that knows CONNECT and nothing else, and misbehaves on request.

    with Proxy(credentials="user:password") as proxy:
        run(["--proxy", proxy.url])
        assert proxy.targets == ["127.0.0.1:8443"]

What it answers is an Answer: the next of `answers`, then always `default`. A proxy
with `credentials` answers 407 to whoever does not send them.
"""

import base64
import socket
import struct
import threading
import time

ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
REQUEST_MAX = 65536


class Answer:
    """Bytes to send, how many at once (None: all), and what comes after them."""

    def __init__(self, data=ESTABLISHED, piece=None, then="tunnel", pause=0.001):
        self.data, self.piece, self.then, self.pause = data, piece, then, pause

    @classmethod
    def status(cls, number, *fields, body=b"<html>MARKER-proxy-page</html>"):
        """An error with a body, as proxies send them, and the end of the connection."""
        head = b"".join(b"%s\r\n" % field for field in (b"HTTP/1.1 %d MARKER-phrase" % number,
                                                       b"Content-Length: %d" % len(body),
                                                       *fields))
        return cls(head + b"\r\n" + body, then="close")


class Request:
    """The head of one CONNECT request as it came."""

    def __init__(self, raw):
        self.raw = raw
        lines = raw.decode("latin-1").split("\r\n")
        self.line = lines[0]
        self.fields = dict(line.split(": ", 1) for line in lines[1:] if line)
        self.target = self.line.split(" ")[1] if self.line.count(" ") == 2 else ""


class Proxy:
    """Serves on a free port of loopback until it is closed."""

    def __init__(self, credentials=None, host="127.0.0.1", routes=None, answers=(), default=None):
        self.credentials = credentials
        self.routes = routes or {}  # "host:port" in CONNECT -> (address, port) to dial
        self.answers = list(answers)
        self.default = default or Answer()
        self.requests = []
        self.connections = 0  # accepted, whatever they then asked for
        self.tunnels = 0
        self._open = set()
        self._lock = threading.Lock()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family)
        self.port = self._listener.getsockname()[1]
        self.address = "[%s]:%d" % (host, self.port) if ":" in host else "%s:%d" % (host, self.port)
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def url(self):
        """Without credentials."""
        return "http://" + self.address

    @property
    def targets(self):
        """What was asked for, in order."""
        return [request.target for request in self.requests]

    def close(self):
        """Ends the listener and every tunnel."""
        try:
            self._listener.shutdown(socket.SHUT_RDWR)  # closing alone does not wake accept()
        except OSError:
            pass
        self._listener.close()
        with self._lock:
            still_open = list(self._open)
        for sock in still_open:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _keep(self, sock):
        with self._lock:
            self._open.add(sock)
        return sock

    def _drop(self, sock):
        with self._lock:
            self._open.discard(sock)
        sock.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(self._keep(client),), daemon=True).start()

    def _serve(self, client):
        try:
            self._answer(client)
        except OSError:
            pass
        finally:
            self._drop(client)

    def _answer(self, client):
        raw = b""
        while b"\r\n\r\n" not in raw and len(raw) < REQUEST_MAX:
            data = client.recv(4096)
            if not data:
                return
            raw += data
        request = Request(raw)
        self.requests.append(request)
        answer = self._choose(request)
        self._send(client, answer)
        if answer.then == "tunnel":
            self._tunnel(client, request.target)
        elif answer.then == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif answer.then == "hold":
            while client.recv(4096):
                pass

    def _choose(self, request):
        with self._lock:
            if self.answers:
                return self.answers.pop(0)
        if self.credentials is not None:
            wanted = "Basic " + base64.b64encode(self.credentials.encode()).decode()
            if request.fields.get("Proxy-Authorization") != wanted:
                return Answer.status(407, b'Proxy-Authenticate: Basic realm="MARKER-realm"')
        return self.default

    def _send(self, client, answer):
        # Without delay, so that each piece is a segment of its own.
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        step = answer.piece or max(len(answer.data), 1)
        for start in range(0, len(answer.data), step):
            client.sendall(answer.data[start:start + step])
            if answer.piece:
                time.sleep(answer.pause)

    def _tunnel(self, client, target):
        host, port = target.rsplit(":", 1)
        address = self.routes.get(target, (host.strip("[]"), int(port)))
        server = self._keep(socket.create_connection(address, timeout=10))
        server.settimeout(None)
        self.tunnels += 1
        try:
            back = threading.Thread(target=copy, args=(server, client), daemon=True)
            back.start()
            copy(client, server)
            back.join(timeout=10)
        finally:
            self._drop(server)


def copy(source, sink):
    """Bytes from one socket to the other, and the end of them."""
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
    except OSError:
        pass
    try:
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
