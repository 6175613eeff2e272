"""The tenant as a server: sockets, threads, and the road of a request through the parts."""

import socket
import ssl
import threading
import time
import traceback
from dataclasses import dataclass, field
from email.utils import formatdate

from . import answers, fault_kinds, http_wire
from .delivery import Courier, Delivery
from .journal import Journal
from .tls_stream import Closed, Stream

IDLE_LIMIT = 60.0
REAL_HEADERS = (
    ("CF-Ray", "8f00c0ffee00d00d-TST"), ("cache-control", "no-cache"),
    ("vary", "origin,accept-encoding"),
    ("strict-transport-security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"), ("alt-svc", "h3=\":443\"; ma=86400"),
)


@dataclass
class ConnectionPlan:
    """What befalls a whole connection; the defaults are nothing."""

    stall: float = 0.0
    greeting: bytes = b""
    end: str = ""
    limit: int = None
    limit_end: str = "reset"


@dataclass
class Exchange:
    """One request on its way through the faults and the API."""

    tenant: object
    head: http_wire.Head
    answer: http_wire.Answer = None
    replace_later: http_wire.Answer = None
    rate_headers: bool = True
    date_header: bool = True
    delivery: Delivery = field(default_factory=Delivery)


class Server:
    """Accepts connections on a loopback address, one thread each."""

    def __init__(self, tenant, context, host, port):
        self._tenant, self._context = tenant, context
        self.journal = Journal()
        self._stop = threading.Event()
        self._open = {}
        self._lock = threading.Lock()
        self._threads = []
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family, socket.SOCK_STREAM)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._listener.bind((host, port))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def stop(self):
        """Ends the listener and every open connection, and waits for their threads."""
        self._stop.set()
        _shut(self._listener)
        self._accepting.join(5)
        self._listener.close()
        with self._lock:
            for sock in self._open.values():
                _shut(sock)
        for thread in list(self._threads):
            thread.join(5)

    def present(self, context):
        """Another TLS context, for the connections that are yet to come."""
        self._context = context

    def settle(self, seconds=5.0):
        """Waits until no connection is open any more; returns whether that came true."""
        give_up = time.monotonic() + seconds
        while self._open and time.monotonic() < give_up:
            time.sleep(0.005)
        return not self._open

    def _accept(self):
        while not self._stop.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            number = self.journal.connected()
            with self._lock:
                self._open[number] = sock
            thread = threading.Thread(target=self._serve, args=(number, sock), daemon=True)
            self._threads = [old for old in self._threads if old.is_alive()] + [thread]
            thread.start()

    def _serve(self, number, sock):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(IDLE_LIMIT)
        try:
            self._connection(number, sock)
        except (Closed, http_wire.Gone, OSError):
            pass
        except Exception:
            self.journal.crashes.append(traceback.format_exc())
            raise
        finally:
            sock.close()
            with self._lock:
                self._open.pop(number, None)

    def _connection(self, number, sock):
        plan = self._plan(number)
        stream = Stream(sock, self._context, plan.limit, plan.limit_end)
        courier = Courier(stream, self._stop)
        courier.wait(plan.stall)
        if plan.end:
            stream.send_raw(plan.greeting)
            stream.close(plan.end)
            return
        if not self._shake(stream):
            return
        reader = http_wire.Reader(stream)
        try:
            while self._exchange(number, reader, stream, courier):
                pass
            stream.close("notify")
        except http_wire.BadRequest as error:
            self.journal.broken(str(error))
            refusal = answers.error(400, "The request is no HTTP/1.1: " + str(error))
            refusal.announce_close = True
            stream.send(http_wire.encode(refusal))
            stream.close("notify")
        except http_wire.Gone:
            stream.close("notify")

    def _plan(self, number):
        plan = ConnectionPlan()
        for fault in list(self._tenant.faults):
            if fault.meets_connection(number):
                fault.fired += 1
                fault.act(fault_kinds.CONNECTION, plan)
        return plan

    def _shake(self, stream):
        try:
            stream.handshake()
        except (ssl.SSLError, Closed) as error:
            self.journal.not_shaken(str(error))
            stream.close("fin")
            return False
        if self._context is not None:
            self.journal.shaken(stream.facts(), stream.shown(), stream.resumed())
        return True

    def _exchange(self, number, reader, stream, courier):
        """One request and its answer. Returns whether the connection goes on."""
        head = reader.head()
        entry = self.journal.request(number, head)
        try:
            return self._deal(head, entry, reader, courier)
        finally:
            self.journal.over()

    def _deal(self, head, entry, reader, courier):
        x = Exchange(self._tenant, head)
        met = self._before(x, entry)
        if x.delivery.read_body:
            entry.body = reader.body(head)
        with self._tenant.lock:
            self._answer(x, entry)
            for fault in met:
                fault.act(fault_kinds.AFTER, x)
        closes = x.answer.announce_close or x.answer.framing == "close"
        if closes and x.delivery.end == "keep":
            x.delivery.end = "notify"
        data = http_wire.encode(x.answer)
        entry.status = x.answer.status if x.delivery.send else 0
        return courier.carry(data, x.delivery)

    def _before(self, x, entry):
        met = [fault for fault in list(self._tenant.faults)
               if fault.meets_request(entry.number, entry.method, entry.target)]
        for fault in met:
            fault.fired += 1
            entry.faults.append(fault.kind)
            with self._tenant.lock:
                fault.act(fault_kinds.BEFORE, x)
        return met

    def _answer(self, x, entry):
        """The plain answer, before the faults that alter it."""
        tenant = self._tenant
        if x.delivery.handle:
            x.answer = tenant.respond(x.head, entry.body)
            entry.applied = x.answer.applied
        if x.replace_later is not None:
            x.answer = x.replace_later
        if x.answer is None:
            x.answer = http_wire.Answer(200)
        self._dress(x)

    def _dress(self, x):
        """The headers that every answer carries, and the tenant's choices for all answers."""
        answer, tenant = x.answer, self._tenant
        now = tenant.utc_now()
        if x.date_header:
            answer.headers.insert(0, ("Date", formatdate(now, usegmt=True)))
        answer.headers += REAL_HEADERS
        if x.rate_headers:
            answer.headers += tenant.bucket_for(x.head.target).headers(now)
        if answer.framing == "chunked":
            answer.framing = tenant.framing
        answer.casing = tenant.casing
        if "gzip" in x.head.one("Accept-Encoding"):
            answer.gzip = True
        if x.head.one("Connection").lower() == "close" or tenant.close_each:
            answer.announce_close = True


def _shut(sock):
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
