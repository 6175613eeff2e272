"""Prints how long `connsync apply` takes for a tenant that is some way off, and how much memory its
agents use, with one connection at a time and with several.

    fleet_parallel.py NAME=PROGRAM [--connections N] [--round-trip MS] [--write]

A tenth of the connections is out of sync. All bytes are held for half of the round trip, each way, by a
relay. The requests must be as many whatever --parallel is, and what is printed the same byte for byte;
eight at a time must take no more than a quarter of the time of one. The memory is what -v tells: the
most that the blocks of all agents had in use.

And of `watch` with eight at a time, what is resident after a run, with the smallest tenant and with
this one: it must be the same within five in a hundred. The further agents are gone by then.
"""

import asyncio
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

from fleet_memory import FILE, TOLERANCE, connection, expected_requests, resident_kb
from measuring import Tenant, parser, programs_of, show
from watching import wait_for_run

WIDTHS = (1, 2, 4, 8, 16)
CONNECTIONS, ROUND_TRIP_MS, LEAST = 10000, 20, 10
JUDGED, PART = 8, 0.25


class Relay:
    """A port before another one, from which and to which all is late."""

    def __init__(self, target, late):
        self._target, self._late = target, late
        self._loop = asyncio.new_event_loop()
        self._server = self._loop.run_until_complete(
            asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def close(self):
        """Ends it, with all that is on its way."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    async def _end(self):
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _accept(self, reader, writer):
        far_reader, far_writer = await asyncio.open_connection(*self._target)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(self._carry(reader, far_writer), self._carry(far_reader, writer))

    async def _carry(self, reader, writer):
        data = b"something"
        while data:
            try:
                data = await reader.read(65536)
            except ConnectionError:
                data = b""
            self._loop.call_later(self._late, *((writer.write, data) if data else (writer.close,)))


def filled(size):
    """A tenant with so many connections, whose limit nobody waits for, and what the program is told in
    its environment."""
    tenant = Tenant(burst=1000, refill=10000.0)
    for number in range(1, size + 1):
        tenant.add(connection(number))
    return tenant, dict(os.environ, **tenant.environment(credentials=True))


def run(program, width, size, late, file):
    """(seconds, bytes of memory, what was printed) of one apply; ends where the requests are others."""
    tenant, environment = filled(size)
    with tenant:
        relay = Relay((tenant.host, tenant.port), late)
        arguments = tenant.arguments()
        arguments[arguments.index("--connect-to") + 1] = "127.0.0.1:%d" % relay.port
        since = time.monotonic()
        result = subprocess.run([program, "apply", file, "--parallel", str(width), "--no-token-cache",
                                 "-v", *arguments], env=environment, capture_output=True, check=False)
        seconds = time.monotonic() - since
        relay.close()
        asked = (result.returncode, len(tenant.requests), tenant.methods().count("POST"))
        if asked != (0, expected_requests(size), 1):
            sys.exit("exit code, requests, token requests: %r" % (asked,))
    return seconds, int(re.search(rb"(\d+) bytes of memory", result.stderr)[1]), result.stdout


def rest(program, size, folder):
    """(resident, its own) in KB of a watch after its first run."""
    status = folder / "status.json"
    status.unlink(missing_ok=True)
    tenant, environment = filled(size)
    with tenant, subprocess.Popen(
            [program, "watch", str(folder / "connsync.json"), "--status-file", str(status),
             "--parallel", str(JUDGED), "--no-token-cache", *tenant.arguments()],
            env=environment, stdout=subprocess.DEVNULL) as process:
        if not wait_for_run(process, status):
            process.kill()
            sys.exit("watch did not come to the end of a run")
        found = resident_kb(process)
        process.terminate()
    return found


def measure_widths(program, size, late, file):
    """{width: (seconds, bytes of memory, what was printed)}; ends where the words are others."""
    found = {}
    for width in WIDTHS:
        found[width] = run(program, width, size, late, file)
        print("%d at a time: %.1f s" % (width, found[width][0]), flush=True)
        if found[width][2] != found[1][2]:
            sys.exit("other words with %d" % width)
    return found


def main():
    """The command line."""
    line = parser(__doc__)
    line.add_argument("--connections", type=int, default=CONNECTIONS)
    line.add_argument("--round-trip", type=int, default=ROUND_TRIP_MS, help="milliseconds")
    options = line.parse_args()
    (program,), size = programs_of(options).values(), options.connections
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "connsync.json").write_text(json.dumps(FILE), encoding="utf-8")
        found = measure_widths(program, size, options.round_trip / 2000, str(folder / "connsync.json"))
        least, most = (rest(program, count, folder) for count in (LEAST, size))
    show("parallel", ["`--parallel`"],
         {("%d" % width,): {"seconds": "%.1f" % seconds, "of one's": "%.2f" % (seconds / found[1][0]),
                            "bytes of memory": memory}
          for width, (seconds, memory, _) in found.items()}, options)
    growth = (most[1] - least[1]) / least[0]
    print("%d KB resident after a run with %d connections, %d KB with %d: %.1f %%"
          % (least[0], LEAST, most[0], size, 100 * growth))
    if abs(growth) > TOLERANCE or found[JUDGED][0] > PART * found[1][0]:
        sys.exit("more than %d %%, or more than %.2f of the time" % (100 * TOLERANCE, PART))


if __name__ == "__main__":
    main()
