"""tools/try-tenant against a tenant of the project's own that is not quite like the other one."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tools/try-tenant"
sys.path[:0] = [str(ROOT / "tests/wire"), str(ROOT / "tools")]
import cli  # noqa: E402
import trial  # noqa: E402
import trial_proxy  # noqa: E402
from cli import Fault, WireTest  # noqa: E402
from proxy import Proxy  # noqa: E402

SCOPES = ("create:connections", "read:connections", "update:connections", "delete:connections",
          "read:connections_options", "update:connections_options")
DOMAIN = "acme-prod.eu.auth0.test"
# What a tenant may have beside, of which no word may be told.
MARKERS = ("MARKER-value-of-a-member", "MARKER-value-of-a-header", "acme-prod")


class TryTenantTest(WireTest):
    """Each test has a tenant that takes a trial, and others' connections in it."""

    def setUp(self):
        super().setUp()
        self.there = self.tenant(cli.connection("others-of-acme", "samlp"), domain=DOMAIN,
                                 scopes=(*SCOPES, "read:users"))

    def start_tool(self, *arguments, tenant=None, env=None):
        tenant = tenant or self.there
        given = tenant.environment(credentials=True) if env is None else env
        return subprocess.Popen([sys.executable, TOOL, *arguments, *tenant.arguments(),
                                 cli.binary()],
                                env={**cli.environment(given), "PYTHONDONTWRITEBYTECODE": "1"},
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def try_it(self, *arguments, **how):
        """(code, report, what was said to the person)."""
        result = self.finish(self.start_tool("--yes", *arguments, **how), timeout=60)
        return result.code, result.out, result.err

    def made(self):
        """Connections that are there and were not."""
        return [name for name in self.there.store.connections if name != cli.CON]

    def look_for_what_is_the_tenants(self, report):
        """No domain, id, name, token, secret, value."""
        values = [text for options in trial.OPTIONS.values()
                  for text in re.findall(r'"((?:[^"\\]|\\.)*)"', json.dumps(list(
                      options.values()))) if len(text) > 12 and not text.isidentifier()]
        for word in (DOMAIN, *MARKERS, self.there.client_id, *self.there.secrets, "con_", "eyJ",
                     trial.PREFIX, "others-of-acme", *values):
            self.assertNotIn(word, report)

    def test_says_what_differs_and_nothing_of_the_tenants(self):
        self.there.behave(None, reorder="reverse", derive={
            "extra": b'{"deep":["%s"]}' % MARKERS[0].encode(), "of_acme-prod": b"1"})
        self.there.faults += [
            Fault("header", name="X-Extra", value=MARKERS[1], times=99),
            Fault("header", name="X-acme-prod", value="1", times=99),
            Fault("without_header", name="alt-svc", times=99),
            Fault("without_header", name="vary", times=99)]
        code, report, said = self.try_it()
        self.assertEqual(code, 0, said)
        self.look_for_what_is_the_tenants(report)
        self.assertEqual(self.made(), [])
        for line in ("connsync set: as at the fake tenant (exit code 0, changed)",
                     "connsync restore: differs (exit code 7, failed)\n  code: not_applied, fake: ok\n",
                     "connsync plan: as at the fake tenant (exit code 2, would_change)"):
            self.assertIn(line, report)
        after_set = report.split("\nread after set: differs\n")[1].split("\nconnsync")[0]
        for line in ("header only there: x-extra", "header only there: (withheld)",
                     "header only at the fake tenant: alt-svc",
                     "header only at the fake tenant: vary: origin,accept-encoding",
                     "member only there: options.extra (object)",
                     "member only there: options.extra.deep[] (string)",
                     "member only there: options.(withheld) (number)",
                     "options changed since: (withheld), extra, set_user_root_attributes, fake: "
                     "set_user_root_attributes"):
            self.assertIn("\n  %s\n" % line, "\n%s\n" % after_set)
        self.assertIn("order in options: scripts, scope, client_secret, client_id, tokenURL, "
                      "authorizationURL\n", report)
        self.assertIn("scopes: 1 others, create:connections, ", report)
        self.assertRegex(report, r"\n  read after set +\d+ \(\d+\)\n")

    def test_finds_nothing_where_nothing_differs(self):
        for strategy in trial.OPTIONS:
            tenant = self.tenant(domain=DOMAIN, scopes=SCOPES)
            tenant.faults.append(Fault("rate_limited", method="POST", path="/api/v2"))
            code, report, said = self.try_it("--strategy", strategy, tenant=tenant)
            self.assertEqual((code, "differs" in report), (0, False), report + said)
            self.assertEqual(report.count("as at the fake tenant"), 15)

    def test_a_token_will_do(self):
        code, report, said = self.try_it(env=self.there.environment())
        self.assertEqual(code, 0, said)
        self.assertIn("token: differs\n  not done", report)

    def test_through_a_proxy(self):
        """All of it: the tool's own requests and connsync's; not what goes to the fake tenant."""
        target = "%s:%d" % (self.there.host, self.there.port)
        with Proxy(credentials="acme:MARKER pass") as proxy:
            url = "http://acme:%s@" + proxy.address
            given = self.there.environment(credentials=True)
            code, report, said = self.try_it(env={**given, "HTTPS_PROXY": url % "MARKER%20pass"})
            self.assertEqual((code, set(proxy.targets)), (0, {target}), said)
            self.assertEqual(proxy.tunnels, self.there.tcp_connections)
            self.assertNotIn("MARKER", report + said)
            code, report, said = self.try_it(env={**given, "https_proxy": url % "wrong"})
        self.assertEqual((code, self.made()), (1, []))
        self.assertIn("try-tenant: the proxy makes no way to the tenant\n", said)

    def test_which_proxy(self):
        for environment, found in (
                ({}, None), ({"https_proxy": "", "ALL_PROXY": "a:1"}, "a:1"),
                ({"https_proxy": "http://b:2", "HTTPS_PROXY": "c:3"}, "b:2"),
                ({"https_proxy": "b:2", "no_proxy": "x, auth0.test"}, None),
                ({"https_proxy": "b:2", "NO_PROXY": "*.EU.auth0.test:443"}, None),
                ({"https_proxy": "b:2", "no_proxy": "th0.test .com", "NO_PROXY": "*"}, "b:2")):
            proxy = trial_proxy.proxy_of(DOMAIN, environment)
            self.assertEqual(proxy and proxy.netloc, found, environment)
        for url in ("https://b:2", "socks5://b:2", "http://"):
            with self.assertRaises(trial_proxy.NoTunnel):
                trial_proxy.proxy_of(DOMAIN, {"https_proxy": url})

    def interrupted(self, number, method):
        """It is interrupted while it waits for the answer to the first such request, and once more
        while it deletes, which does not work at first."""
        self.there.faults += [Fault("stall", method=method, path="/api/v2", seconds=1.0),
                              Fault("hang", method="DELETE", seconds=1.0, applied=False)]
        process = self.start_tool("--yes")
        for each in (method, "DELETE"):
            give_up = time.monotonic() + 60
            while not any(request.method == each and request.target.startswith("/api/v2")
                          for request in list(self.there.requests)):
                self.assertLess(time.monotonic(), give_up)
                time.sleep(0.01)
            process.send_signal(number)
        result = self.finish(process, timeout=60)
        self.assertEqual((result.code, result.out), (130, ""), result.err)
        self.assertIn("deleting the connection", result.err)
        self.assertEqual(self.made(), [])
        self.assertIn("DELETE", self.there.methods())

    def test_an_interruption_deletes(self):
        self.interrupted(signal.SIGINT, "PATCH")

    def test_a_lost_terminal_deletes(self):
        self.interrupted(signal.SIGHUP, "POST")

    def test_deletes_what_it_does_not_know_the_id_of(self):
        self.there.faults.append(Fault("close_after", method="POST", path="/connections"))
        code, report, said = self.try_it()
        self.assertEqual((code, self.made()), (1, []), said)
        self.look_for_what_is_the_tenants(report)

    def test_says_how_to_delete_by_hand(self):
        self.there.faults.append(Fault("status", method="DELETE", times=99, status=503))
        code, report, said = self.try_it()
        self.assertEqual(code, 1)
        left, = self.made()
        self.assertIn("COULD NOT BE DELETED", said)
        self.assertIn("auth0 api delete connections/" + left, said)
        self.assertIn(self.there.store.connections[left].text("name"), said)
        self.look_for_what_is_the_tenants(report)

    def test_may_not_make_connections(self):
        tenant = self.tenant(domain=DOMAIN, scopes=SCOPES[1:])
        code, report, said = self.try_it(tenant=tenant)
        self.assertEqual(code, 1)
        self.assertIn("403 is a scope", said)
        self.assertEqual([name for name in tenant.methods() if name != "POST"], [])
        self.look_for_what_is_the_tenants(report)

    def test_refuses(self):
        environment = self.there.environment(credentials=True)
        for arguments, given, word in (
                ([], environment, "say --yes"),
                (["--yes"], {"AUTH0_DOMAIN": DOMAIN}, "have to be in the environment"),
                (["--yes", "--client-secret", "x"], environment, "unrecognized")):
            result = self.finish(self.start_tool(*arguments, env=given))
            self.assertIn(word, result.err)
            self.assertNotEqual(result.code, 0)
        done = subprocess.run([sys.executable, TOOL, "--yes", cli.binary()], check=False,
                              capture_output=True, env=cli.environment({**environment, "CI": "1"}))
        self.assertIn(b"not in CI", done.stderr)
        self.assertEqual(self.there.requests, [])


if __name__ == "__main__":
    os.environ.pop("CI", None)
    cli.main()
