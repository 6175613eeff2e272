"""What goes over a wire before a server has answered, and how often one waits for the other.

nginx takes early data for the tenant (front). A Tap stands in front of a server, keeps the first
flight of each client, and can do what lossy or odd networks do: delay all, reset or swallow a connection
that begins with early data, cut one later.
"""

import contextlib
import os
import socket
import struct
import threading
import time
from types import SimpleNamespace

import servers
from hello import HANDSHAKE, PRE_SHARED_KEY, parse_hello
from tenant import Tenant, pki
from tenant.service import DOMAIN

# What is said to nginx for each port, around the words that tell how it takes early data.
TLS = "ssl_protocols TLSv1.3; ssl_session_ticket_key %s;"
THROUGH = """
location / {
    proxy_pass http://127.0.0.1:%d;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $host;
    proxy_set_header Early-Data $ssl_early_data;
}
"""
ACCEPTS = "ssl_early_data on;"

EARLY_DATA = 42
APPLICATION_DATA = 23
# Longer than what a client ends its handshake with, and shorter than any request.
FINISH_MAX = 300
# How long a client may take over a flight that it has begun.
FLIGHT_S = 10


def nginx(place, pair, back, *ways):
    """nginx before the port `back`, with a port for each way; all that are told of the same place know
    the same sessions. `pair` is (certificate, key)."""
    ticket = place / "ticket.key"
    if not ticket.exists():
        ticket.write_bytes(os.urandom(48))
    return servers.Nginx(place, *pair, *((TLS % ticket) + way + THROUGH % back for way in ways))


@contextlib.contextmanager
def front(place):
    """A tenant behind an nginx that accepts early data."""
    shop = pki.Workshop(place / "pki")
    root = shop.issue("root", shop.key("p256", 1), extensions=pki.CA_EXTENSIONS)
    leaf = shop.issue("server", shop.key("p256", 2), root, subject="/CN=" + DOMAIN,
                      extensions=pki.LEAF_EXTENSIONS + (pki.names(DOMAIN),))
    place.chmod(0o755)
    with Tenant(tls="none", port=servers.free_port()) as tenant:
        with nginx(place, (leaf.path, leaf.key), tenant.port, ACCEPTS) as served:
            tenant.port, tenant.ca_file = served.port, root.path
            yield SimpleNamespace(tenant=tenant)


def is_early(request):
    """Was the tenant told so of a request?"""
    return ["Early-Data", "1"] in map(list, request.headers)


def records(data):
    """(kind, content) of each whole record; what is cut is left out."""
    found = []
    while len(data) >= 5 and len(data) >= 5 + int.from_bytes(data[3:5], "big"):
        end = 5 + int.from_bytes(data[3:5], "big")
        found.append((data[0], data[5:end]))
        data = data[end:]
    return found


def first_flight(data):
    """Of what a client sent before it was answered: was a session offered, was early data announced,
    how many bytes there were, and how many are no hello."""
    parts = records(data)
    assert parts and parts[0][0] == HANDSHAKE, data[:20]
    extensions = parse_hello(parts[0][1][4:]).extensions
    return SimpleNamespace(length=len(data), offered=PRE_SHARED_KEY in extensions,
                           announced=EARLY_DATA in extensions,
                           behind=len(data) - 5 - len(parts[0][1]),
                           sent=any(kind == APPLICATION_DATA for kind, _ in parts[1:]))


def is_whole(data):
    """Has all come that a client sends before it is answered?"""
    parts = records(data)
    if not parts or parts[0][0] != HANDSHAKE:
        return bool(parts)
    flight = first_flight(data)
    return flight.sent or not flight.announced


class Tap:
    """Serves on a free port of loopback until it is closed.

    behind      the port of the server
    rtt         seconds from one side to the other and back
    odd         of a connection that begins with early data: "reset" or "stall"
    cut         asked before each piece of a request: is it not to arrive, and the connection to be
                reset? That is done once.
    flights     what the client of each connection sent before it was answered
    round_trips of the last connection, the one that opened it among them; with an rtt
    """

    def __init__(self, behind, rtt=0.0, odd=None, cut=None):
        self.behind, self.rtt, self.odd, self.cut = behind, rtt, odd, cut
        self._firsts, self._state = [], None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()

    @property
    def flights(self):
        """first_flight() of each connection that sent anything."""
        return [first_flight(first) for first in self._firsts if first]

    @property
    def round_trips(self):
        """Of the time until the last byte came that the client waited for, whole ones."""
        return 1 + int((self._state.last - self._state.begun) / self.rtt)

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        first = self._read_first(sock)
        self._firsts.append(first)
        self._state = state = SimpleNamespace(begun=time.monotonic(), last=0, ended=False)
        server = socket.create_connection(("127.0.0.1", self.behind))
        for end in (sock, server):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def upwards(data):
            state.ended = not data
            if data and data is first:
                return not (self.odd and first_flight(first).announced) or self._misbehave(sock)
            if self.cut and len(data) > FINISH_MAX and self.cut():
                self.cut = None
                return self._reset(sock)
            return True

        def delivers():
            state.last = state.last if state.ended else time.monotonic()

        back = threading.Thread(target=self._carry, args=(server, sock, lambda _: True, delivers),
                                daemon=True)
        back.start()
        self._carry(sock, server, upwards, lambda: None, first)
        back.join()
        sock.close()
        server.close()

    @staticmethod
    def _read_first(sock):
        """All that a client sends before it waits for an answer. The server sees it in one piece: it
        answers a hello at once, and what is early could come to it late."""
        first = b""
        sock.settimeout(FLIGHT_S)
        try:
            while not first or not is_whole(first):
                piece = sock.recv(65536)
                if not piece:
                    break
                first += piece
        except OSError:
            pass
        sock.settimeout(None)
        return first

    def _misbehave(self, sock):
        if self.odd == "reset":
            return self._reset(sock)
        return False  # and the other direction has nothing to carry

    @staticmethod
    def _reset(sock):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.close()
        return False

    def _carry(self, source, sink, look, delivers, first=b""):
        """Half a round trip for each piece, however many are on their way; `first` has been read."""
        queue, wake = [], threading.Condition()

        def deliver():
            while True:
                with wake:
                    wake.wait_for(lambda: queue)
                    due, data = queue.pop(0)
                time.sleep(max(0, due - time.monotonic()))
                if data is None:
                    break
                delivers()
                try:
                    sink.sendall(data)
                except OSError:
                    break
            try:
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        carrier = threading.Thread(target=deliver, daemon=True)
        carrier.start()
        while True:
            try:
                data = first or source.recv(65536)
            except OSError:
                data = b""
            if not look(data) and data:
                if self.odd == "stall":
                    return
                data = b""
            with wake:
                queue.append((time.monotonic() + self.rtt / 2, data or None))
                wake.notify()
            first = b""
            if not data:
                carrier.join()
                return
