"""connsync watch: again and again, through signals, a file that changes, and systemd's eyes."""

import json
import os
import signal
import socket
import stat
import time

import cli
from cli import Fault, connection
from fleet import ALL_OFF, FleetTest, count_of, entry, json_of, leftovers, numbered, pages
from tenant import raw_json
from tenant.oauth import SCOPES

PATIENCE = 20


def until(condition, seconds=PATIENCE):
    """Waits until the condition holds; its value."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        found = condition()
        if found:
            return found
        time.sleep(0.005)
    raise AssertionError("it did not come true within %d s" % seconds)


class WatchTest(FleetTest):
    """watch() starts it; end() tells it to stop and returns what it printed."""

    def watch(self, tenant, *arguments, document=ALL_OFF, every="1s", env=None):
        self.path = self.write(document)
        more = ["--every", every] if every else []
        process = self.start(tenant, "watch", self.path, *more, *arguments, env=env)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def end(self, process, number=signal.SIGTERM):
        process.send_signal(number)
        result = self.finish(process)
        self.assertEqual(result.code, 0, result.err)
        return result


class RunsTest(WatchTest):
    """One run after the other."""

    def test_drift_is_put_right(self):
        tenant = self.many(5, [2])
        process = self.watch(tenant)
        until(lambda: tenant.writes() == 1 and pages(tenant) >= 2)
        with tenant.lock:
            item = tenant.store.connections[numbered(4)]
            item.put("options", item.history[0].replace(b"on_first_login", b"never_on_login"))
        until(lambda: tenant.writes() == 2)
        until(lambda: pages(tenant) >= 4)
        result = self.end(process)
        self.assertEqual(self.written(tenant), [numbered(2), numbered(4)])
        self.assertIn("conn-4 (%s): never_on_login -> on_first_login" % numbered(4), result.out)
        self.assertIn("5 in sync, 0 refused, 0 failed, 1 request", result.err)

    def test_one_token_for_all_runs(self):
        """And a new one when the tenant does not take it any more."""
        tenant = self.many(5, [])
        process = self.watch(tenant, env=tenant.environment(credentials=True))
        until(lambda: pages(tenant) >= 3)
        self.assertEqual(count_of(tenant, "POST"), 1)
        with tenant.lock:
            tenant.tokens.revoke_all()
        before = pages(tenant)
        until(lambda: pages(tenant) >= before + 4)
        result = self.end(process)
        self.assertEqual(count_of(tenant, "POST"), 2)
        self.assertNotIn("unauthorized", result.err)
        self.assertNotIn("1 failed", result.err)

    def test_scopes_that_are_granted_later(self):
        """A token that serves for the list alone is not kept for as long as it lives."""
        tenant = self.many(3, [2])
        tenant.tokens.scopes = ("read:connections", "read:connections_options")
        process = self.watch(tenant, env=tenant.environment(credentials=True))
        until(lambda: count_of(tenant, "PATCH") == 1)
        with tenant.lock:
            tenant.tokens.scopes = SCOPES
        until(lambda: tenant.writes() == 1)
        result = self.end(process)
        self.assertIn("update:connections", result.err)
        self.is_as_wanted(tenant, numbered(2))

    def test_a_run_that_fails(self):
        """Nothing ends but the run."""
        tenant = self.many(5, [2])
        tenant.faults.append(Fault("status", status=400, body="json", times=2))
        process = self.watch(tenant)
        until(lambda: tenant.writes() == 1)
        result = self.end(process)
        self.assertIn("the service declined the request", result.err)

    def test_the_interval_of_the_file(self):
        tenant = self.many(2, [])
        process = self.watch(tenant, every=None, document={**ALL_OFF, "every": "1s"})
        until(lambda: pages(tenant) >= 2)
        self.end(process)

    def test_json(self):
        tenant = self.many(2, [1])
        process = self.watch(tenant, "--json", every="1h")
        until(lambda: tenant.writes() == 1 and len(tenant.requests) == 4)
        lines = [process.stdout.readline() for _ in range(2)]
        self.end(process)
        self.assertEqual({json.loads(line)["status"] for line in lines}, {"changed", "unchanged"})


class ChangeTest(WatchTest):
    """--backup, --restore and --changes, in each run anew."""

    OPTIONS = b'"scope":["email"],"client_secret":"MARKER-secret"'

    def put_back(self, tenant, con):
        """Somebody takes the setting away again."""
        with tenant.lock:
            tenant.store.connections[con].put("options", b"{" + self.OPTIONS + b"}")

    def test_a_loss_and_then_none(self):
        tenant = self.many(2, [1], options=self.OPTIONS)
        con = numbered(1)
        before = tenant.raw_options(con)
        tenant.faults.append(Fault("edit", method="PATCH", target=con, drop=("scope",)))
        backups = self.folder / "backups"
        backups.mkdir()
        process = self.watch(tenant, "--json", "--backup", str(backups), "--restore", "--changes")
        # The write, the way back, and the write of the next run, which keeps everything.
        until(lambda: tenant.writes() >= 3 and pages(tenant) >= 3)
        result = self.end(process)
        lines = [line for line in result.json if line.get("id") == con and line["code"] != "ok"
                 or line["status"] == "changed"]
        self.assertEqual([(line["code"], line.get("restored"), line["lost"]) for line in lines],
                         [("verify_loss", True, ["scope"]), ("ok", None, [])])
        self.assertEqual(tenant.history(con)[-2], before)
        self.is_as_wanted(tenant, con)
        self.assertIn("; restored as before, and verified", result.err)
        # One for each write that was asked for, with the same bytes; none for the way back.
        kept = [path.read_bytes() for path in backups.iterdir()]
        self.assertEqual([raw_json.get(raw, "options") for raw in kept], [before] * 2)

    def test_a_folder_that_goes_away(self):
        """Without a backup no write, run by run; and writes again once the folder is back."""
        tenant = self.many(1, [1], options=self.OPTIONS)
        backups = self.folder / "backups"
        backups.mkdir()
        process = self.watch(tenant, "--backup", str(backups))
        until(lambda: tenant.writes() == 1 and pages(tenant) >= 2)
        moved = backups.rename(self.folder / "moved")
        self.put_back(tenant, numbered(1))
        seen = pages(tenant)
        until(lambda: pages(tenant) >= seen + 3)
        self.assertEqual(tenant.writes(), 1)
        moved.rename(backups)
        until(lambda: tenant.writes() == 2 and len(list(backups.iterdir())) == 2)
        result = self.end(process)
        self.assertIn("the backup cannot be written; nothing written (No such file or directory)",
                      result.err)


class SignalTest(WatchTest):
    """The connection in hand is finished; then it ends with 0."""

    def test_while_it_waits(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGPIPE):
            tenant = self.many(2, [])
            status = self.folder / number.name
            process = self.watch(tenant, "--status-file", str(status), every="1d")
            until(lambda: tenant.requests)
            time.sleep(0.05)
            self.end(process, number)
            self.assertEqual(json_of(status)["state"], "stopped")

    def test_in_the_middle_of_a_write(self):
        tenant = self.many(20, range(1, 21))
        tenant.faults.append(Fault("stall", method="PATCH", occurrence=3, seconds=0.4))
        process = self.watch(tenant, every="1d")
        until(lambda: count_of(tenant, "PATCH") == 3)
        time.sleep(0.05)
        self.end(process)
        self.assertEqual(self.written(tenant), [numbered(1), numbered(2), numbered(3)])
        self.assertEqual(tenant.methods()[-2:], ["PATCH", "GET"])
        for number in (1, 2, 3):
            self.is_as_wanted(tenant, numbered(number))

    def test_before_a_write(self):
        tenant = self.many(20, range(1, 21))
        tenant.faults.append(Fault("stall", method="GET", path=numbered(4), seconds=8))
        process = self.watch(tenant, every="1d")
        until(lambda: any(numbered(4) in request.target for request in tenant.requests))
        time.sleep(0.05)
        result = self.end(process)
        self.assertLess(result.seconds, 5 * self.slowness + self.slack)
        self.assertEqual(len(self.written(tenant)), 3)

    def test_apply_is_interrupted(self):
        """apply has not done what it was asked for: it says so."""
        tenant = self.many(20, range(1, 21))
        tenant.faults.append(Fault("stall", method="PATCH", occurrence=2, seconds=0.4))
        process = self.start(tenant, "apply", self.write(ALL_OFF), "--json")
        until(lambda: count_of(tenant, "PATCH") == 2)
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual(result.code, 1)
        self.assertEqual(len(self.written(tenant)), 2)
        self.assertEqual([line["code"] for line in result.json], ["ok"] * 2 + ["not_tried"] * 18)

    def test_hangup(self):
        """The file is read again and applied at once; a broken one is not."""
        tenant = self.many(4, [])
        process = self.watch(tenant, every="1d",
                             document={"connections": [entry(name="conn-1")]})
        until(lambda: pages(tenant) == 1)
        time.sleep(0.05)
        self.write({"connections": [entry("on", name="conn-1")]})
        process.send_signal(signal.SIGHUP)
        until(lambda: tenant.writes() == 1)
        for count, broken in ((3, b"{"), (4, {"connections": [entry(name="a"), entry(name="a")]}),
                              (5, {**ALL_OFF, "domain": tenant.domain, "client_id": "x",
                                   "client_secret": "", })):
            self.write(broken)
            until(lambda: len(tenant.requests) >= 5)
            time.sleep(0.1)
            process.send_signal(signal.SIGHUP)
            until(lambda count=count: pages(tenant) == count)
        os.unlink(self.path)
        time.sleep(0.1)
        process.send_signal(signal.SIGHUP)
        until(lambda: pages(tenant) == 6)
        result = self.end(process)
        self.assertEqual(tenant.writes(), 1)
        self.assertEqual(result.err.count("going on with the file as it was"), 4)
        self.assertEqual(result.err.count("was read again"), 1)

    def test_another_tenant(self):
        """The file may name other credentials: they are used from then on."""
        tenant = self.many(2, [])
        process = self.watch(tenant, every="1d", document={**ALL_OFF, "token": tenant.token})
        until(lambda: pages(tenant) == 1)
        time.sleep(0.05)
        token = tenant.issue_token("read:connections", "read:connections_options")
        self.more_secrets.append(token)
        self.write({**ALL_OFF, "token": token})
        process.send_signal(signal.SIGHUP)
        until(lambda: pages(tenant) == 2)
        self.end(process)
        first, second = (request.header("authorization") for request in tenant.requests)
        self.assertNotEqual(first, second)

    def test_a_secret_that_is_gone(self):
        """With it everything stays as it was."""
        tenant = self.many(2, [])
        token = self.write(tenant.token.encode(), "token")
        process = self.watch(tenant, "--token-file", token, every="1d",
                             env={"AUTH0_DOMAIN": tenant.domain})
        until(lambda: pages(tenant) == 1)
        time.sleep(0.05)
        os.unlink(token)
        process.send_signal(signal.SIGHUP)
        until(lambda: pages(tenant) == 2)
        result = self.end(process)
        self.assertIn("cannot read the file %s: No such file or directory; going on" % token, result.err)
        self.assertEqual([request.status for request in tenant.requests], [200, 200])


class SystemdTest(WatchTest):
    """What a service manager is told."""

    def listener(self, address):
        receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(receiver.close)
        receiver.bind(address)
        receiver.settimeout(PATIENCE)
        return receiver

    def told(self, receiver, beginning):
        """The next message that begins so; those before it."""
        before = []
        while True:
            message = receiver.recv(4096).decode()
            if message.startswith(beginning):
                return message, before
            before.append(message)

    def env(self, tenant, path, **more):
        return {**tenant.environment(), "NOTIFY_SOCKET": path, **more}

    def test_a_life(self):
        tenant = self.many(3, [2])
        path = str(self.folder / "notify")
        receiver = self.listener(path)
        process = self.watch(tenant, every="1d", env=self.env(tenant, path))
        self.assertEqual(self.told(receiver, "READY=1"), ("READY=1", []))
        status, before = self.told(receiver, "STATUS=")
        self.assertEqual(before, [])
        self.assertIn("1 changed, 2 in sync, 0 refused, 0 failed, 4 requests; exit 0", status)
        process.send_signal(signal.SIGHUP)
        message, before = self.told(receiver, "RELOADING=1")
        self.assertRegex(message, r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
        self.assertEqual(self.told(receiver, "READY=1"), ("READY=1", []))
        self.told(receiver, "STATUS=")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.told(receiver, "STOPPING=1"), ("STOPPING=1", []))
        self.assertEqual(self.finish(process).code, 0)

    def test_abstract_address(self):
        name = "connsync-test-%d" % os.getpid()
        receiver = self.listener("\0" + name)
        tenant = self.many(3, [])
        process = self.watch(tenant, every="1d", env=self.env(tenant, "@" + name))
        self.assertEqual(self.told(receiver, "READY=1"), ("READY=1", []))
        self.end(process)

    def test_watchdog(self):
        """While it waits, and while a tenant keeps it waiting."""
        tenant = self.many(3, [])
        path = str(self.folder / "notify")
        receiver = self.listener(path)
        tenant.faults.append(Fault("stall", seconds=1.0))
        process = self.watch(tenant, every="1d", env=self.env(tenant, path, WATCHDOG_USEC="100000"))
        _, before = self.told(receiver, "STATUS=")
        self.assertGreater(before.count("WATCHDOG=1"), 4)
        for _ in range(5):
            self.assertEqual(receiver.recv(4096), b"WATCHDOG=1")
        self.end(process)

    def test_a_watchdog_of_others(self):
        tenant = self.many(3, [])
        path = str(self.folder / "notify")
        receiver = self.listener(path)
        process = self.watch(tenant, every="1d",
                             env=self.env(tenant, path, WATCHDOG_USEC="10000", WATCHDOG_PID="1"))
        self.assertEqual(self.told(receiver, "STATUS=")[1], ["READY=1"])
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(self.told(receiver, "STOPPING=1")[1], [])
        self.finish(process)

    def test_nobody_listens(self):
        tenant = self.many(3, [])
        for path in ("/nowhere/socket", "relative", "", "@", "/" + "x" * 300):
            process = self.watch(tenant, every="1d", env=self.env(tenant, path))
            tenant.reset()
            until(lambda: tenant.requests)
            time.sleep(0.05)
            self.end(process)


class StatusFileTest(WatchTest):
    """--status-file: whole at any moment."""

    def status(self, state, runs):
        """The file, once it says so."""
        def ready():
            if not self.file.exists():
                return None
            found = json_of(self.file)
            return found if (found["state"], found["runs"]) == (state, runs) else None
        return until(ready)

    def setUp(self):
        super().setUp()
        self.file = self.folder / "status.json"

    def test_a_life(self):
        tenant = self.many(4, [2])
        began = int(time.time())
        process = self.watch(tenant, "--status-file", str(self.file), every="1h",
                             document={"connections": [entry(strategy="samlp")]})
        found = self.status("waiting", 1)
        self.assertEqual((found["exit"], found["seen"], found["changed"], found["unchanged"],
                          found["requests"], found["last_error"], found["pid"]),
                         (0, 4, 1, 3, 4, "", process.pid))
        self.assertGreaterEqual(found["time_unix"], began)
        self.assertGreaterEqual(found["last_success_unix"], began)
        wait = found["next_run_unix"] - found["time_unix"]
        self.assertTrue(3239 <= wait <= 3961, wait)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o644)

        tenant.faults.append(Fault("status", method="GET", status=400, body="json"))
        process.send_signal(signal.SIGHUP)
        failed = self.status("waiting", 2)
        self.assertEqual((failed["exit"], failed["changed"]), (1, 0))
        self.assertIn("the service declined the request", failed["last_error"])
        self.assertEqual(failed["last_success_unix"], found["last_success_unix"])

        process.send_signal(signal.SIGHUP)
        self.assertEqual(self.status("waiting", 3)["last_error"], "")
        self.end(process)
        stopped = self.status("stopped", 3)
        self.assertEqual(stopped["next_run_unix"], 0)
        self.assertEqual(leftovers(self.folder), [])

    def test_a_place_that_cannot_be_written(self):
        """That is said, and the work goes on."""
        tenant = self.many(2, [1])
        process = self.watch(tenant, "--status-file", "/nowhere/status.json", every="1d")
        until(lambda: tenant.writes() == 1)
        self.assertIn("cannot write the status file /nowhere/status.json", self.end(process).err)

    def test_jitter(self):
        """The waits differ, and by no more than a tenth."""
        tenant = self.many(1, [])
        waits = set()
        process = self.watch(tenant, "--status-file", str(self.file), every="10h")
        for run in range(1, 6):
            found = self.status("waiting", run)
            waits.add(found["next_run_unix"] - found["time_unix"])
            process.send_signal(signal.SIGHUP)
        self.status("waiting", 6)
        self.end(process)
        self.assertGreater(len(waits), 1)
        for wait in waits:
            self.assertTrue(32399 <= wait <= 39601, wait)


class ProbeTest(WatchTest):
    """watch-status: alive is a watch that goes on, ready one whose last run did well."""

    def setUp(self):
        super().setUp()
        self.file = self.folder / "status.json"

    def ask(self, *options):
        return self.run_cli(None, "watch-status", str(self.file), *options, verbose=False)

    def start_watch(self, tenant, **how):
        """A service manager that wants to hear of it five times a second has the file touched as
        often."""
        return self.watch(tenant, "--status-file", str(self.file), env={
            **tenant.environment(), "NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "400000"}, **how)

    def becomes(self, code, *options):
        return until(lambda: (lambda result: result if result.code == code else None)(
            self.ask("--max-age", "3s", *options)))

    def test_a_life(self):
        tenant = self.many(2, [])
        self.expect(self.ask(), 1, "%s: No such file" % self.file)
        tenant.faults.append(Fault("stall", seconds=4.5))
        process = self.start_watch(tenant, every="1d")
        first = self.becomes(0)
        self.assertRegex(first.out, r"^alive, \d s ago\n$")
        self.expect(self.ask("--ready"), 1, "no run has ended yet")
        while tenant.requests[-1:] == [] or json_of(self.file)["state"] == "running":
            self.expect(self.ask("--max-age", "3s"), 0, "ago")  # at work for longer than that
        self.expect(self.ask("--ready"), 0, "alive, ")
        found, = self.ask("--json", "--ready").json
        self.assertLessEqual(found.pop("age_s"), 3)
        self.assertEqual(found, {"alive": True, "ready": True, "message": "",
                                 "status": json_of(self.file)})
        process.send_signal(signal.SIGSTOP)
        self.assertIn("watch has not touched it for too long", self.becomes(1).message)
        found, = self.ask("--json", "--max-age", "3s").json
        self.assertEqual((found["alive"], found["ready"], found["status"]["exit"]),
                         (False, False, 0))
        self.assertGreater(found["age_s"], 3)
        process.send_signal(signal.SIGCONT)
        self.becomes(0)
        self.end(process)
        self.expect(self.ask(), 1, "watch has ended")

    def test_a_run_that_fails(self):
        """Starting it again would not help: alive, and not ready."""
        tenant = self.many(2, [])
        tenant.faults.append(Fault("status", status=400, times=None))
        process = self.start_watch(tenant, every="1d")
        until(lambda: self.file.exists() and json_of(self.file)["runs"] == 1)
        self.expect(self.ask(), 0, "alive")
        self.expect(self.ask("--ready"), 1, "the last run failed")
        found, = self.ask("--json", "--ready").json
        self.assertEqual((found["alive"], found["ready"], found["status"]["exit"]),
                         (True, False, 1))
        self.end(process)

    def test_a_clock_that_was_set_back(self):
        self.file.write_text('{"state":"waiting","runs":1,"exit":0}')
        ahead = time.time() + 3600
        os.utime(self.file, (ahead, ahead))
        self.expect(self.ask(), 1, "has not touched it for too long")
        self.expect(self.ask("--max-age", "2h"), 0, "-3")

    def test_what_is_no_status_file(self):
        whole = b'{"state":"waiting","runs":1,"exit":0,"last_error":""}'
        files = [whole[:cut] for cut in range(len(whole))]
        files += [whole + b"}", whole.replace(b'""', b'"%s"' % (b"x" * 9000)), b"[]", b"\0" * 64,
                  whole.replace(b"last_error", b"exit"), whole.replace(b"exit", b"code")]

        def check(number):
            path = self.folder / ("broken%d" % number)
            path.write_bytes(files[number])
            self.expect(self.run_cli(None, "watch-status", str(path), verbose=False), 1,
                        "%s: this is no status file of watch" % path)
        self.all_of(check, range(len(files)))
        self.file.write_bytes(whole)
        self.expect(self.ask(), 0)
        self.assertIsNone(self.run_cli(None, "watch-status", str(self.folder / "broken0"), "--json",
                                       verbose=False).json[0]["status"])

    def test_usage(self):
        for arguments, text in (((), "usage: connsync watch-status FILE"),
                                (("x", "y"), "unexpected argument"),
                                (("x", "--max-age", "2"), "--max-age takes"),
                                (("x", "--dry-run"), "takes no others but"),
                                (("x", "--domain", "y"), "takes no others but")):
            self.expect(self.run_cli(None, "watch-status", *arguments, verbose=False), 64, text)
        for option in (("--ready",), ("--max-age", "2m")):
            self.expect(self.run_cli(None, "watch", *option, verbose=False), 64, "watch-status only")
            self.expect(self.run_cli(None, "flash-image", "x", "-o", "y", *option, verbose=False),
                        64, "flash-image takes all from FILE")


class UsageTest(WatchTest):
    """What is wrong at the start ends it."""

    def test_usage(self):
        good = self.write(ALL_OFF)
        tenant = self.many(1, [])
        for arguments, text in (
                (["watch", "/nowhere/file"], "cannot read the file"),
                (["watch", self.write(b"{", "broken")], "broken: "),
                (["watch", "-"], "standard input"),
                (["watch", good, "--every", "1.5h"], "--every takes"),
                (["watch", good, "--dry-run"], "--dry-run does not go with watch"),
                (["apply", good, "--every", "1h"], "go with watch only"),
                (["plan", good, "--status-file", "x"], "go with watch only"),
                (["apply", good, "--out", "x"], "--out goes with plan only"),
                (["plan", good, "--plan", "x"], "--plan goes with apply only"),
                (["list", "--out", "x"], "--out goes with plan only"),
                (["watch", good, "more"], "unexpected argument"),
                (["list", "--log-format", "xml"], "--log-format takes text or json")):
            with self.subTest(arguments):
                self.expect(self.run_cli(tenant, *arguments), 64, text)
        self.assertEqual(tenant.requests, [])

    def test_help(self):
        for command in ("plan", "apply", "watch"):
            result = self.run_cli(None, command, "--help", env={}, verbose=False)
            self.assertEqual((result.code, result.err), (0, ""))
            for word in ("Usage: connsync %s [FILE]" % command, "--max-rps", "--leave",
                         "--log-format", "--json", "--allow-encrypted", "connsync.json",
                         "Exit codes"):
                self.assertIn(word, result.out)
            self.assertLessEqual(max(map(len, result.out.splitlines())), 80)


if __name__ == "__main__":
    cli.main()
