#!/usr/bin/env python3
"""Shows connsync's main job against the fake tenant, and checks every word of what it shows.

    demo.py [PATH-TO-CONNSYNC]      without a path, the environment's CONNSYNC is shown

Everything happens on loopback. Exits with 1 when anything is not as promised.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tenant import Tenant, raw_json, samples  # noqa: E402
from tenant.client_for_tests import Client  # noqa: E402
from tenant.connections import SETTING  # noqa: E402

TWIN_ID, TWIN_NAME = "con_7tWiNbQ9fTzWkRa2", "google-oauth2-twin"
ONE_LINER = b'{"options":{"set_user_root_attributes":"on_first_login"}}'
TIME_LIMIT = 60


class Screen:
    """What is printed. Colours only on a terminal that wants them."""

    def __init__(self, stream):
        self._stream = stream
        self._colours = stream.isatty() and "NO_COLOR" not in os.environ

    def _in(self, code, text):
        return "\033[%sm%s\033[0m" % (code, text) if self._colours else text

    def line(self, text=""):
        """Plain text."""
        print(text, file=self._stream, flush=True)

    def title(self, text):
        """The start of a part."""
        self.line()
        self.line(self._in("1", text))

    def command(self, text):
        """A command as somebody would type it."""
        self.line(self._in("36", "  $ " + text))

    def result(self, right, text):
        """One promise and whether it was kept."""
        word = self._in("32", "ok    ") if right else self._in("1;31", "FAILED")
        self.line("  %s %s" % (word, text))

    def bad(self, text):
        """Something lost."""
        self.line("  " + self._in("31", text))

    def end(self, failures):
        """What it comes to; the exit code that says the same."""
        self.line()
        self.line("Everything as promised." if not failures else
                  "%d of the promises above were broken." % failures)
        return 1 if failures else 0

    def compare(self, before, after):
        """The raw `options` of a connection, before and after."""
        rows = [("", "before", "after"),
                ("options, bytes", len(before), len(after)),
                ("options, members", len(raw_json.keys(before)), len(raw_json.keys(after))),
                (SETTING, _setting(before), _setting(after)),
                ("sha256 without it", _short_digest(raw_json.without(before, SETTING)),
                 _short_digest(raw_json.without(after, SETTING)))]
        for row in rows:
            self.line("  %-27s %-21s %s" % row)


def promises(before, after):
    """[(kept, what was promised)] of the raw `options` before and after the change."""
    left = raw_json.without(after, SETTING)
    return [(raw_json.get(after, SETTING) == b'"on_first_login"', "the setting is on_first_login"),
            (left == raw_json.without(before, SETTING),
             "the other %d options are the same, byte for byte" % len(raw_json.members(left)))]


class Demo:
    """The story: look, change, look again, change again, prove, and compare."""

    def __init__(self, binary, tenant, screen):
        self.binary, self.tenant, self.screen = binary, tenant, screen
        self.failures = 0
        self.said = ""
        self.id = tenant.add(samples.google())
        self.twin = tenant.add(samples.google(TWIN_ID, TWIN_NAME))

    def promise(self, right, text):
        """States a promise, and counts it when it is broken."""
        self.failures += not right
        self.screen.result(right, text)

    def run(self, *words):
        """Runs connsync and shows it as it was typed; returns (exit code, standard output)."""
        self.screen.command("connsync " + " ".join(words))
        environment = {"PATH": os.environ.get("PATH", ""), **self.tenant.environment()}
        done = subprocess.run([self.binary, *words, *self.tenant.arguments()], env=environment,
                              capture_output=True, text=True, errors="replace", check=False,
                              stdin=subprocess.DEVNULL, timeout=TIME_LIMIT)
        for text in (done.stdout + done.stderr).splitlines():
            self.screen.line("  " + text)
        self.said += done.stdout + done.stderr
        return done.returncode, done.stdout

    def look(self, value):
        """`get` has to say that value."""
        code, text = self.run("get", self.id)
        if code != 0 or value not in text:
            self.promise(False, "get exits with 0 and says %s (exit %d)" % (value, code))

    def change(self):
        """`set` for the first time: it writes; returns the requests that it took."""
        code, _ = self.run("set", self.id, "off")
        if code != 0:
            self.promise(False, "set exits with 0 (exit %d)" % code)

    def change_again(self):
        """`set` once more: there is nothing to write."""
        self.tenant.reset()
        code, _ = self.run("set", self.id, "off")
        self.promise(code == 0 and self.tenant.methods() == ["GET"],
                     "the second set took one GET and wrote nothing")

    def prove(self, before, others_before):
        """That every byte but the setting's is the same, by the tenant's own records."""
        after = self.tenant.raw_options(self.id)
        self.screen.compare(before, after)
        for right, text in promises(before, after):
            self.promise(right, text)
        self.promise(others_before == self.others(self.id),
                     "display_name and everything else beside options is the same")

    def others(self, connection_id):
        """The top-level members apart from `options`, raw."""
        members = self.tenant.store.connections[connection_id].members
        return [(key, value) for key, _, value in members if key != "options"]

    def wire(self, requests, connections, handshakes, session):
        """The requests that the first `set` made."""
        for request in requests:
            size = "%6d bytes sent" % len(request.body) if request.body else ""
            self.screen.line(("  %d  %-5s  %s  -> %d  %s" % (
                request.number, request.method, request.path, request.status, size)).rstrip())
        self.promise([request.method for request in requests] == ["GET", "PATCH", "GET"],
                     "the first set took GET, PATCH, GET")
        self.promise((connections, handshakes) == (1, 1),
                     "on %d TCP connection with %d TLS handshake%s"
                     % (connections, handshakes, " (%s)" % session[0] if session else ""))

    def compare(self):
        """The call that is all over the web, on a twin of the connection."""
        self.screen.command("curl -X PATCH .../api/v2/connections/%s \\" % TWIN_ID)
        self.screen.line("        --data '%s'" % ONE_LINER.decode())
        before = raw_json.keys(self.tenant.raw_options(self.twin))
        name_before = self.tenant.raw_member(self.twin, "display_name")
        client = Client(self.tenant)
        status, _ = client.patch(self.twin, ONE_LINER)
        client.close()
        left = raw_json.keys(self.tenant.raw_options(self.twin))
        lost = [key for key in before if key not in left]
        self.screen.line("  HTTP %d, no word of warning, and gone are:" % status)
        for row in textwrap.wrap(", ".join(lost), 80):
            self.screen.bad("  " + row)
        self.promise(status == 200 and lost == before,
                     "that call lost all %d options of the twin; connsync lost none" % len(before))
        if self.tenant.raw_member(self.twin, "display_name") != name_before:
            self.screen.bad("display_name was reset as well")

    def keep_secrets(self):
        """Nothing that has to stay secret was printed."""
        secrets = self.tenant.secrets + samples.option_values(samples.google())
        self.promise(not any(secret in self.said for secret in secrets),
                     "no token, secret or option value was printed")

    def tell(self):
        """The whole story. Returns how many promises were broken."""
        before, others = self.tenant.raw_options(self.id), self.others(self.id)
        self.screen.line("A fake Auth0 tenant serves HTTPS on %s:%d. Nothing leaves this machine."
                         % (self.tenant.host, self.tenant.port))
        self.screen.line("AUTH0_DOMAIN, AUTH0_API_TOKEN, --connect-to and --ca-file lead connsync "
                         "there.")
        self.screen.title("Stop Google from overwriting names and pictures at every login")
        self.look("on_each_login")
        self.tenant.reset()
        self.change()
        requests = list(self.tenant.requests)
        counts = self.tenant.tcp_connections, self.tenant.handshakes
        sessions = self.tenant.journal.sessions
        self.look("on_first_login")
        self.change_again()
        self.screen.title("What the tenant holds now")
        self.prove(before, others)
        self.screen.title("What went over the wire")
        self.wire(requests, *counts, sessions[0] if sessions else None)
        self.screen.title("What the usual one-line PATCH does to the same connection")
        self.compare()
        self.keep_secrets()
        return self.failures


def _setting(options):
    value = raw_json.get(options, SETTING)
    return raw_json.text(value) if value else "(absent)"


def _short_digest(raw):
    return hashlib.sha256(raw).hexdigest()[:16] + "..."


def main():
    """Runs the demo; the exit code tells whether everything was as promised."""
    parser = argparse.ArgumentParser(description="The demo of connsync, on this machine alone.")
    parser.add_argument("binary", nargs="?", default=os.environ.get("CONNSYNC"),
                        help="the connsync to show; without it, what CONNSYNC names")
    binary = parser.parse_args().binary
    if not binary:
        parser.error("name the connsync to show")
    binary = os.path.abspath(binary)
    if not os.access(binary, os.X_OK):
        parser.error("no program at " + binary)
    screen = Screen(sys.stdout)
    try:
        with Tenant() as tenant:
            failures = Demo(binary, tenant, screen).tell()
    except subprocess.TimeoutExpired:
        screen.result(False, "connsync did not end within %d seconds" % TIME_LIMIT)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return screen.end(failures)


if __name__ == "__main__":
    sys.exit(main())
