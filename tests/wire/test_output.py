"""Every byte of output or an error: slow readers, full devices, closed descriptors."""

import fcntl
import json
import os
import select
import signal
import socket
import subprocess
import time

import cli
from cli import CON, connection
from fleet import ALL_OFF, FleetTest, entry, pages

FULL = "cannot write to standard output: No space left on device"
# A pipe of the least size that Linux has.
PIPE_SIZE = 4096
MANY = 300


class OutputTest(FleetTest):
    """run_with() runs the program with descriptors of the test's choice."""

    def begin(self, tenant, *arguments, closed=(), env=None, **streams):
        def close():
            for fd in closed:
                os.close(fd)
        command = [cli.binary(), *arguments, *(tenant.arguments() if tenant else ())]
        streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                   "stderr": subprocess.PIPE, **streams}
        env = tenant.environment() if tenant else env
        process = subprocess.Popen(command, env=cli.environment(env), preexec_fn=close, **streams)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def end(self, process):
        """As finish(), where not both streams are the test's pipes."""
        try:
            out, err = process.communicate(timeout=30)
        except subprocess.TimeoutExpired:
            raise AssertionError("it did not end") from None
        result = cli.Result(process.returncode, out or b"", err or b"", 0)
        self.printed.append(result.raw)
        return result

    def run_with(self, *arguments, **how):
        return self.end(self.begin(*arguments, **how))

    def full_pipe(self, blocking):
        """(read end, write end, how many bytes are in it): it takes no other byte."""
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, PIPE_SIZE)
        os.set_blocking(writer, False)
        count = 0
        try:
            while True:
                count += os.write(writer, b"-" * PIPE_SIZE)
        except BlockingIOError:
            pass
        os.set_blocking(writer, blocking)
        return reader, writer, count

    def read_slowly(self, reader, skip):
        """What comes through the pipe after its first bytes, in small pieces, to its end."""
        found = b""
        while True:
            ready, _, _ = select.select([reader], [], [], 30)
            self.assertTrue(ready, "nothing comes any more")
            piece = os.read(reader, 1000)
            if not piece:
                self.printed.append(found[skip:])
                return found[skip:]
            found += piece
            time.sleep(0.001)


def wait_for_requests(tenant, process, count=1):
    """So many have arrived, or it has ended."""
    limit = time.monotonic() + 20
    while len(tenant.requests) < count and process.poll() is None and time.monotonic() < limit:
        time.sleep(0.005)


class SlowReaderTest(OutputTest):
    """Pipes that are full when the program begins, with a reader that takes its time."""

    def slowly(self, tenant, arguments, which, blocking):
        reader, writer, filled = self.full_pipe(blocking)
        process = self.begin(tenant, *arguments, **{which: writer})
        os.close(writer)
        wait_for_requests(tenant, process)
        time.sleep(0.3)  # so that it meets the full pipe, as it must be able to
        text = self.read_slowly(reader, filled)
        return self.end(process), text.decode()

    def test_list(self):
        for blocking in (False, True):
            with self.subTest(blocking=blocking):
                tenant = self.many(MANY, [])
                result, text = self.slowly(tenant, ["list"], "stdout", blocking)
                self.assertEqual((result.code, result.err), (0, ""))
                self.assertEqual([line.split("\t")[0] for line in text.splitlines()],
                                 ["con_%016d" % number for number in range(1, MANY + 1)])

    def test_json(self):
        tenant = self.many(MANY, [])
        result, text = self.slowly(tenant, ["list", "--json"], "stdout", False)
        self.assertEqual((result.code, result.err), (0, ""))
        *lines, last = map(json.loads, text.splitlines())
        self.assertEqual(len({line["id"] for line in lines}), MANY)
        self.assertEqual(last["summary"]["seen"], MANY)

    def test_messages(self):
        tenant = self.tenant()
        for number in range(MANY):
            tenant.add(connection("database-%d" % number, "auth0", "x", number=number + 1))
        result, text = self.slowly(tenant, ["import", "--log-format", "json"], "stderr", False)
        self.assertEqual(result.code, 0)
        messages = [json.loads(line)["message"] for line in text.splitlines()]
        self.assertEqual(len(messages), MANY + 1)
        self.assertEqual(messages[-1], "0 connections, %d left out" % MANY)

    def test_a_signal_while_it_waits(self):
        """Nothing is lost by it: a reader that comes then still gets whole lines."""
        tenant = self.many(MANY, [])
        reader, writer, filled = self.full_pipe(True)
        process = self.begin(tenant, "list", stdout=writer)
        os.close(writer)
        wait_for_requests(tenant, process)
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        lines = self.read_slowly(reader, filled).decode().splitlines()
        result = self.end(process)
        self.assertEqual(result.code, 1, result.raw)
        self.assertIn("stopped on request", result.message)
        self.assertEqual([line.split("\t")[0] for line in lines],
                         ["con_%016d" % number for number in range(1, len(lines) + 1)])

    def test_nobody_reads(self):
        """A signal ends it after a few seconds, a second one at once."""
        for signals in (1, 2):
            with self.subTest(signals=signals):
                tenant = self.many(MANY, [])
                _, writer, _ = self.full_pipe(True)
                process = self.begin(tenant, "list", stdout=writer)
                wait_for_requests(tenant, process)
                time.sleep(0.3)
                for _ in range(signals):
                    process.send_signal(signal.SIGTERM)
                    time.sleep(0.05)
                result = self.end(process)
                os.close(writer)
                self.assertEqual(result.code, 1, result.raw)
                self.assertIn("cannot write to standard output: ", result.err)


class WholeLinesTest(OutputTest):
    """A socket that keeps apart what each call has written."""

    def test_one_call_a_line(self):
        tenant = self.many(40, [])
        tenant.add(connection("database", "auth0", "x", number=99))
        for arguments in (["get", "no\x1bbody"], ["import"], ["get", CON, "-v", "-v"]):
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with ours, theirs:
                self.run_with(tenant, *arguments, "--log-format", "json", stderr=theirs.fileno())
                theirs.close()
                calls = list(iter(lambda: ours.recv(65536), b""))
            self.printed += calls
            self.assertGreater(len(calls), 0)
            for call in calls:
                self.assertEqual(call[-1:], b"\n")
                self.assertEqual(set(json.loads(call)), {"time", "level", "message"})


class FullTest(OutputTest):
    """/dev/full in the place of a disk."""

    def full(self, tenant, *arguments, code=1, which="stdout", **how):
        with open("/dev/full", "wb") as full:
            result = self.run_with(tenant, *arguments, **{which: full}, **how)
        self.assertEqual(result.code, code, (arguments, result.raw))
        return result

    def test_nothing_was_to_be_written(self):
        tenant = self.many(3, [2])
        path = self.write(ALL_OFF)
        for arguments in (["list"], ["list", "--json"], ["get", CON], ["get", CON, "--json"],
                          ["set", CON, "on", "--dry-run"], ["plan", path], ["import"],
                          ["plan", path, "--json", "--log-format", "json"]):
            result = self.full(tenant, *arguments)
            self.assertEqual(result.err.count(FULL), 1, arguments)
            if "--json" not in arguments or arguments[0] != "plan":
                self.assertEqual(result.message, FULL)
        self.assertEqual(tenant.writes(), 0)

    def test_without_a_tenant(self):
        path = self.write({"domain": "tenant.example.auth0.test", "token": "MARKER-token",
                           "connections": [entry(name="x")]})
        self.more_secrets.append("MARKER-token")
        for arguments in (["--help"], ["list", "--help"], ["--version"], ["--licenses"],
                          ["flash-image", path, "--output", "-"],
                          ["flash-image", path, "--output", str(self.folder / "image")]):
            self.assertEqual(self.full(None, *arguments, env={}).message, FULL)

    def test_what_was_written_is_told(self):
        tenant, con = self.one()
        self.assertEqual(self.full(tenant, "set", con, "off").message,
                         FULL + "; 1 connection was changed all the same, and verified")
        self.expect_set(tenant, con, "on_first_login")
        tenant = self.many(5, [2, 4])
        self.assertEqual(self.full(tenant, "apply", self.write(ALL_OFF)).message,
                         FULL + "; 2 connections were changed all the same, and verified")
        self.assertEqual(tenant.writes(), 2)

    def test_worse_codes_stay(self):
        tenant = self.many(3, [2])
        result = self.full(tenant, "get", "nobody", "--json", code=5)
        self.assertIn(FULL, result.err)
        self.full(tenant, "get", "nobody", code=5)  # nothing was to go to standard output

    def test_messages(self):
        tenant = self.many(3, [2])
        self.full(tenant, "get", CON, code=0, which="stderr")
        self.full(tenant, "apply", self.write(ALL_OFF), "--json", which="stderr")
        self.full(tenant, "get", "nobody", code=5, which="stderr")


class GoneReaderTest(OutputTest):
    """A pipe that nobody reads any more (SIGPIPE): no other write is begun, and none is left open."""

    def test_apply(self):
        tenant = self.many(60, range(1, 61))
        reader, writer = os.pipe()
        os.close(reader)
        result = self.run_with(tenant, "apply", self.write(ALL_OFF), "--json", stdout=writer)
        os.close(writer)
        written = self.written(tenant)
        self.assertEqual(result.code, 1, result.raw)
        self.assertEqual(tenant.methods()[-2:], ["PATCH", "GET"])
        self.assertTrue(0 < len(written) < 60)
        for con in written:
            self.is_as_wanted(tenant, con)
        self.assertIn("cannot write to standard output: Broken pipe; %d connections were changed "
                      "all the same, and verified\n" % len(written), result.err)

    def test_both(self):
        """Messages that nobody reads, either, are not a second wish to end. With -v there are some
        before the write, which is not begun then."""
        for words, setting in (((), "on_first_login"), (("-v", "-v"), None)):
            tenant, con = self.one()
            reader, writer = os.pipe()
            os.close(reader)
            result = self.run_with(tenant, "set", con, "off", *words, stdout=writer, stderr=writer)
            os.close(writer)
            self.assertEqual(result.code, 1)
            if setting is None:
                self.expect_untouched(tenant, con)
            else:
                self.expect_set(tenant, con, setting)

    def test_ignored(self):
        """Who ignores the signal is not stopped by it, and told all the same."""
        tenant = self.many(60, range(1, 61))
        reader, writer = os.pipe()
        os.close(reader)
        self.assertEqual(signal.getsignal(signal.SIGPIPE), signal.SIG_IGN)  # as Python does
        result = self.run_with(tenant, "apply", self.write(ALL_OFF), "--json", stdout=writer,
                               restore_signals=False)
        os.close(writer)
        self.assertEqual(result.code, 1, result.raw)
        self.assertEqual(tenant.writes(), 60)
        self.assertIn("Broken pipe; 60 connections were", result.err)


class ClosedTest(OutputTest):
    """A socket must not come to be standard output."""

    def test_each_combination(self):
        for bits in range(1, 8):
            closed = [fd for fd in range(3) if bits >> fd & 1]
            with self.subTest(closed=closed):
                tenant, con = self.one()
                result = self.run_with(tenant, "set", con, "off", "-v", "-v", closed=closed)
                self.expect_set(tenant, con, "on_first_login")
                self.assertEqual(result.code, 1 if 1 in closed else 0, result.raw)
                self.assertEqual(tenant.handshakes, 1)
                if 2 not in closed:
                    self.assertEqual("Bad file descriptor; 1 connection was" in result.err,
                                     1 in closed, result.err)

    def test_messages_while_connected(self):
        """None of them may be sent to the tenant instead, between two of its pages."""
        tenant = self.tenant()
        for number in range(1, MANY):
            tenant.add(connection("database-%d" % number, "auth0", "x", number=number))
        for closed in ([2], [0, 2], [0, 1, 2]):
            with self.subTest(closed=closed):
                self.clean(tenant)
                before = tenant.handshakes
                result = self.run_with(tenant, "import", closed=closed)
                self.assertEqual(result.code, 1 if 1 in closed else 0)
                self.assertGreater(pages(tenant), 1)
                self.assertEqual(tenant.handshakes, before + 1)

    def test_nothing_to_read(self):
        result = self.run_with(None, "flash-image", "-", "--output", "x", closed=[0], env={})
        self.assertEqual(result.code, 64)
        self.assertIn("Bad file descriptor", result.message)


if __name__ == "__main__":
    cli.main()
