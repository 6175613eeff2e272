"""`watch --metrics-file`: Prometheus' text format, whole at any moment, with what each run added;
and what systemd is told of a reload, which it waits for with Type=notify-reload."""

import shutil
import signal
import socket
import stat
import subprocess
import time
import unittest

import cli
import exposition
from cli import Fault
from fleet import entry
from test_watch import WatchTest, leftovers, until

GOOD = "# HELP a_total A.\n# TYPE a_total counter\na_total{b=\"c\"} 1\n"
PREFIX = "connsync_"


class ExpositionTest(unittest.TestCase):
    """What the metrics are read with refuses what Prometheus would."""

    def test_it_can_fail(self):
        self.assertEqual(exposition.parse(GOOD),
                         ({("a_total", (("b", "c"),)): 1.0}, {"a_total": "counter"}))
        for before, after in (("a_total", "a"), ("counter", "gauge"), ("} 1", "} x"),
                              ("# HELP a_total A.\n", ""), ("c\"", "c"), (" 1\n", " 1"),
                              ("# TYPE", "# TIPE"), ("a_total{b", "b_total{b"),
                              ("1\n", "1\na_total{b=\"c\"} 2\n"), ("1\n", "1\n" + GOOD),
                              ("a_total", "a_milliseconds_total")):
            with self.subTest(after), self.assertRaises(ValueError):
                exposition.parse(GOOD.replace(before, after))


class MetricsTest(WatchTest):
    """The file."""

    def setUp(self):
        super().setUp()
        self.file = self.folder / "connsync.prom"

    def metrics(self, tenant, runs):
        """name, or (name, result) -> value, once so many runs have ended; each has the domain."""
        domain = "%s:%d" % (tenant.domain, tenant.port) if ":" in tenant.domain else tenant.domain

        def ready():
            if not self.file.exists():
                return None
            found = {}
            for (name, labels), value in exposition.parse(self.file.read_text("utf-8"))[0].items():
                labels = dict(labels)
                self.assertEqual(labels.pop("domain"), domain)
                name = name[len(PREFIX):]
                found[(name, labels["result"]) if labels else name] = value
            return found if (found["runs_total"] == runs and
                             found["next_run_timestamp_seconds"] > 0) else None
        return until(ready)

    def test_a_life(self):
        tenant = self.many(4, [2])
        began = int(time.time())
        process = self.watch(tenant, "--metrics-file", str(self.file), every="1h",
                             document={"connections": [entry(strategy="samlp")]})
        first = self.metrics(tenant, 1)
        text = self.file.read_text("utf-8")
        self.assertEqual(
            {key: value for key, value in first.items() if "timestamp" not in key},
            {"runs_total": 1, "failed_runs_total": 0, "requests_total": 4,
             "changed_connections_total": 1, "last_run_exit_code": 0, "unmatched_entries": 0,
             **{("connections", result): value for result, value in (
                 ("unchanged", 3), ("changed", 1), ("refused", 0), ("failed", 0), ("skipped", 0),
                 ("unnamed", 0))}})
        self.assertGreaterEqual(first["last_run_timestamp_seconds"], began)
        self.assertEqual(first["last_run_timestamp_seconds"],
                         first["last_success_timestamp_seconds"])
        self.assertGreater(first["next_run_timestamp_seconds"], began + 3000)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o644)

        tenant.faults.append(Fault("status", method="GET", status=400, body="json"))
        process.send_signal(signal.SIGHUP)
        failed = self.metrics(tenant, 2)
        self.assertEqual([failed[name] for name in (
            "failed_runs_total", "requests_total", "changed_connections_total",
            "last_run_exit_code")], [1, 5, 1, 1])
        self.assertEqual(failed["last_success_timestamp_seconds"],
                         first["last_success_timestamp_seconds"])
        self.end(process)
        self.assertEqual(leftovers(self.folder), [])
        if shutil.which("promtool"):
            subprocess.run(["promtool", "check", "metrics"], input=text, text=True, check=True)

    def test_a_place_that_cannot_be_written(self):
        """That is said, and the work goes on."""
        tenant = self.many(2, [1])
        process = self.watch(tenant, "--metrics-file", "/nowhere/connsync.prom", every="1d")
        until(lambda: tenant.writes() == 1)
        self.assertIn("cannot write the metrics file /nowhere/connsync.prom",
                      self.end(process).err)


class ReloadTest(WatchTest):
    """systemd's Type=notify-reload takes a RELOADING=1 for an answer to its signal only if its
    MONOTONIC_USEC is not before that signal."""

    def test_the_time_is_not_before_the_signal(self):
        tenant = self.many(1, [])
        path = str(self.folder / "notify")
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(receiver.close)
        receiver.bind(path)
        receiver.settimeout(30)
        process = self.watch(tenant, every="1d",
                             env={**tenant.environment(), "NOTIFY_SOCKET": path})
        times = []
        for _ in range(4):
            while not receiver.recv(4096).startswith(b"STATUS="):
                pass
            sent = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            process.send_signal(signal.SIGHUP)
            lines = receiver.recv(4096).decode().split("\n")
            self.assertEqual(lines[0], "RELOADING=1")
            times.append(int(lines[1].removeprefix("MONOTONIC_USEC=")))
            self.assertLessEqual(sent, times[-1])
            self.assertLessEqual(times[-1], time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000)
            self.assertEqual(receiver.recv(4096), b"READY=1")
        self.assertTrue(any(one % 1000 for one in times), "to the millisecond only: %r" % times)
        self.end(process)


if __name__ == "__main__":
    cli.main()
