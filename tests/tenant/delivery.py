"""How an answer travels: whole, in drops, late, cut short, or not at all."""

import threading
from dataclasses import dataclass

from .tls_stream import Closed

LONGEST_STALL = 120.0


@dataclass
class Delivery:
    """What happens to one request and to its answer. The defaults are a healthy server."""

    read_body: bool = True     # False: answer (or end) without reading the request's body
    handle: bool = True        # False: the request has no effect
    send: bool = True          # False: no answer at all
    end: str = "keep"          # afterwards: "keep", "notify", "fin" or "reset"
    end_after: float = 0.0     # seconds between the answer and an unannounced end
    cut: int = None            # end after this many bytes of the answer
    cut_level: str = "http"    # "http": plain bytes, "tls": raw bytes of the records
    piece: int = 0             # bytes at a time; 0 sends all in one go
    pause: float = 0.0         # seconds between two pieces
    piece_level: str = "http"  # "http": a TLS record for each piece, "tls": raw bytes
    stall: float = 0.0         # seconds of silence before or within the answer
    stall_at: int = 0          # bytes of the answer that go before the silence


class Courier:
    """Carries answers out over one stream. `stop` ends every wait early."""

    def __init__(self, stream, stop=None):
        self._stream = stream
        self._stop = stop or threading.Event()

    def wait(self, seconds):
        """Silence, bounded, and over at once when the tenant stops."""
        if seconds > 0:
            self._stop.wait(min(seconds, LONGEST_STALL))

    def carry(self, data, delivery):
        """Sends the answer as told. Returns whether the connection goes on."""
        if delivery.send:
            self._send(data, delivery)
        else:
            self.wait(delivery.stall)
        if delivery.end == "keep":
            return True
        self.wait(delivery.end_after)
        self._stream.close(delivery.end)
        return False

    def _send(self, data, delivery):
        if delivery.stall > 0:
            early = data[:delivery.stall_at]
            self._stream.send(early)
            self.wait(delivery.stall)
            data = data[delivery.stall_at:]
        if delivery.cut is not None and delivery.cut_level == "http":
            data = data[:delivery.cut]
        raw = delivery.piece_level == "tls" or delivery.cut_level == "tls"
        if raw:
            data = self._stream.encrypt(data)
            if delivery.cut is not None and delivery.cut_level == "tls":
                data = data[:delivery.cut]
        put = self._stream.send_raw if raw else self._stream.send
        self._pieces(put, data, delivery)

    def _pieces(self, put, data, delivery):
        size = delivery.piece or len(data) or 1
        for start in range(0, len(data), size):
            if self._stop.is_set():
                raise Closed("the tenant stops")
            if start:
                self.wait(delivery.pause)
            put(data[start:start + size])
