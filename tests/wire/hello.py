"""TLS servers that never get beyond what is sent in the clear.

What a server says before there are keys needs no cryptography: alerts, a ServerHello of any
version, a HelloRetryRequest, the certificates of TLS 1.2. A HelloServer reads each ClientHello and
sends what its function makes of it (RFC 8446 section 4.1, RFC 5246 section 7.4).
"""

import hashlib
import socket
import threading
from types import SimpleNamespace

HANDSHAKE, ALERT = 22, 21
SERVER_HELLO, CERTIFICATE = 2, 11
SUPPORTED_GROUPS, PRE_SHARED_KEY, COOKIE, SUPPORTED_VERSIONS, KEY_SHARE = 10, 41, 44, 43, 51
SERVER_NAME = 0
X25519, P256, P521 = 0x1d, 0x17, 0x19
TLS13_AES_128, ECDHE_ECDSA_AES_128 = 0x1301, 0xc02b
# RFC 8446 section 4.1.3: the random of a HelloRetryRequest.
RETRY = hashlib.sha256(b"HelloRetryRequest").digest()
SECONDS = 20


def number(value, size):
    """As the protocol spells numbers."""
    return value.to_bytes(size, "big")


def vector(content, size):
    """A text with its length before it."""
    return number(len(content), size) + content


def record(kind, content, version=0x0303):
    """Records of this kind, as many as it takes."""
    parts = [content[at:at + 16384] for at in range(0, len(content), 16384)]
    return b"".join(number(kind, 1) + number(version, 2) + vector(part, 2) for part in parts)


def alert(description):
    """A fatal one."""
    return record(ALERT, bytes((2, description)))


def message(kind, content):
    """A handshake message in records of its own."""
    return record(HANDSHAKE, number(kind, 1) + vector(content, 3))


def server_hello(hello, suite=ECDHE_ECDSA_AES_128, version=0x0303, random=bytes(32), **extensions):
    """What answers a hello; extensions are given as `ext44=b"..."`."""
    spelled = b"".join(number(int(name[3:]), 2) + vector(value, 2)
                       for name, value in extensions.items())
    return message(SERVER_HELLO, number(version, 2) + random + vector(hello.session, 1)
                   + number(suite, 2) + b"\0" + (vector(spelled, 2) if spelled else b""))


def retry(hello, group, cookie=b""):
    """A HelloRetryRequest for another key share, with a cookie or without."""
    extensions = {"ext%d" % SUPPORTED_VERSIONS: number(0x0304, 2)}
    if cookie:
        extensions["ext%d" % COOKIE] = vector(cookie, 2)
    extensions["ext%d" % KEY_SHARE] = number(group, 2)
    return server_hello(hello, TLS13_AES_128, random=RETRY, **extensions)


def certificates(*ders):
    """The Certificate message of TLS 1.2."""
    return message(CERTIFICATE, vector(b"".join(vector(der, 3) for der in ders), 3))


def read_hello(stream):
    """The next ClientHello, or None at the end; anything else before it is passed over."""
    while True:
        head = stream.read(5)
        if len(head) < 5:
            return None
        content = stream.read(int.from_bytes(head[3:], "big"))
        if head[0] == HANDSHAKE and content[:1] == b"\1":
            return parse_hello(content[4:])


def parse_hello(body):
    """Its session id, and its extensions by their numbers."""
    def take(at, size):
        length = int.from_bytes(body[at:at + size], "big")
        return body[at + size:at + size + length], at + size + length

    session, at = take(34, 1)
    _, at = take(at, 2)
    _, at = take(at, 1)
    extensions, end = {}, len(body)
    at += 2
    while at < end:
        kind = int.from_bytes(body[at:at + 2], "big")
        extensions[kind], at = take(at + 2, 2)
    return SimpleNamespace(session=session, extensions=extensions)


class HelloServer:
    """Sends `answer(hello, number)` to each hello of a connection, 0, 1, ...; at None it closes."""

    def __init__(self, answer, host="127.0.0.1"):
        self.answer, self.hellos = answer, []
        self._listener = socket.create_server((host, 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            with peer:
                peer.settimeout(SECONDS)
                try:
                    self._talk(peer)
                except OSError:
                    pass

    def _talk(self, peer):
        stream = peer.makefile("rb")
        count = 0
        while (hello := read_hello(stream)) is not None:
            self.hellos.append(hello)
            answer = self.answer(hello, count)
            if answer is None:
                return
            peer.sendall(answer)
            count += 1

    def close(self):
        """No connection is taken any more."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
