"""A connection's byte stream, with TLS done over memory buffers.

ssl.wrap_socket() would hide the encrypted bytes. With memory buffers the tenant
holds them in its hands: an answer can be cut in the middle of a TLS record, a
handshake after any byte, and everything can be dripped one TCP byte at a time.
"""

import socket
import ssl
import struct
import time


class Closed(Exception):
    """The connection ended, or a fault ended it."""


class Stream:
    """Bytes over a socket, encrypted when a context is given.

    `limit` bounds how many raw bytes the tenant sends in total on this
    connection (None: no limit); past it the connection ends in the way `end` says.
    """

    def __init__(self, sock, context, limit=None, end="reset"):
        self._sock = sock
        self._limit, self._end = limit, end
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = None
        if context is not None:
            self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.sent = 0
        self._closed = False

    def handshake(self):
        """Runs the TLS handshake. Raises ssl.SSLError when the two sides disagree."""
        while self._tls is not None:
            try:
                self._tls.do_handshake()
                self._flush()
                return
            except ssl.SSLWantReadError:
                self._flush()
                self._fill()
            except ssl.SSLError:
                self._flush()
                raise

    def facts(self):
        """(TLS version, cipher suite, server name asked for), or None without TLS."""
        if self._tls is None:
            return None
        return self._tls.version(), self._tls.cipher()[0], getattr(self._tls, "asked_name", None)

    def resumed(self):
        """Did the handshake go on from an earlier session?"""
        return self._tls is not None and self._tls.session_reused

    def shown(self):
        """The certificate that the client showed, as DER, or None."""
        return None if self._tls is None else self._tls.getpeercert(binary_form=True)

    def _fill(self):
        data = self._raw_recv()
        if not data:
            self._incoming.write_eof()
            raise Closed("the client ended the connection")
        self._incoming.write(data)

    def _raw_recv(self):
        try:
            return self._sock.recv(65536)
        except OSError as error:
            raise Closed(str(error)) from error

    def _flush(self):
        data = self._outgoing.read()
        if data:
            self.send_raw(data)

    def recv(self, count):
        """Up to `count` plain bytes; b"" at the end of the stream."""
        if self._tls is None:
            return self._raw_recv()
        while True:
            try:
                return self._tls.read(count)
            except ssl.SSLWantReadError:
                self._flush()
                try:
                    self._fill()
                except Closed:
                    return b""
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLError as error:
                raise Closed(str(error)) from error

    def encrypt(self, data):
        """The raw bytes that carry `data`."""
        if self._tls is None:
            return data
        self._tls.write(data)
        return self._outgoing.read()

    def send(self, data):
        """Sends plain bytes, in one go."""
        if data:
            self.send_raw(self.encrypt(data))

    def send_raw(self, data):
        """Sends bytes as they are, below TLS, up to the connection's limit."""
        if self._limit is not None and self.sent + len(data) > self._limit:
            self._send_all(data[:self._limit - self.sent])
            self.close(self._end)
            raise Closed("the connection's limit of raw bytes")
        self._send_all(data)

    def _send_all(self, data):
        try:
            self._sock.sendall(data)
        except OSError as error:
            raise Closed(str(error)) from error
        self.sent += len(data)

    def close(self, how):
        """Ends the connection: "notify" (close_notify, FIN), "fin" (no close_notify) or "reset".

        Only the first call does anything.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if how == "reset":
                linger = struct.pack("ii", 1, 0)
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            else:
                self._part_in_peace(how)
        except (OSError, ssl.SSLError, Closed):
            pass
        finally:
            self._sock.close()

    def _part_in_peace(self, how):
        """Ends with a FIN. Unread bytes would turn it into a reset, so they are read first."""
        if how == "notify" and self._tls is not None:
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                pass
            self._send_all(self._outgoing.read())
        self._sock.shutdown(socket.SHUT_WR)
        self._sock.settimeout(0.2)
        give_up = time.monotonic() + 1.0
        while time.monotonic() < give_up and self._sock.recv(65536):
            pass


def server_context(certificate, key, versions="both", ciphers=None, curve=None):
    """A server-side TLS context.

    `versions` is "both", "1.2" or "1.3". Security level 0 lets the tenant present
    the weak certificates that a client has to refuse.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(ciphers or "DEFAULT@SECLEVEL=0")
    old, new = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
    ends = {"both": (old, new), "1.2": (old, old), "1.3": (new, new)}
    context.minimum_version, context.maximum_version = ends[versions]
    if curve:
        context.set_ecdh_curve(curve)
    context.set_alpn_protocols(["http/1.1"])
    context.sni_callback = _note_name
    context.load_cert_chain(certificate, key)
    return context


def ask_for_certificate(context, authorities, required):
    """Handshakes ask for a client certificate, and do without if it is not required."""
    context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
    context.load_verify_locations(authorities)


def _note_name(tls, name, _context):
    tls.asked_name = name
