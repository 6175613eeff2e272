"""TLS 1.3's early data (--early-data): the first read of a run goes with the hello, where a kept
session allows it; nothing else ever does, and a server that will not have it costs a round trip.

nginx stands in front of the tenant, a port for each way in which it can take early data. A Tap between
it and the program sees what was sent before the server has answered.
"""

import itertools
import shutil
import tempfile
import time
from pathlib import Path

import cli
import servers
from cli import CON, WireTest, connection
from early import ACCEPTS, Tap, is_early, nginx
from proxy import Proxy
from tenant import pki
from tenant.service import DOMAIN

OTHER = "other.example.auth0.test"
RTT_S = 0.25
LIFE_S = 4
TOO_EARLY_TRIES = 3
TAMPER_EVERY = 96
# What the packet that opens a connection may hold, of 1,500 bytes with its heads.
SYN_MAX = 1460
ACCEPTED, REFUSED = ", resumed, early data accepted", ", resumed, early data refused"

# How each takes it; all know the same sessions.
WAYS = {"accepts": ACCEPTS, "refuses": "",
        "retries": ACCEPTS + " ssl_ecdh_curve secp384r1;",
        "too_early": ACCEPTS + " if ($ssl_early_data) { return 425; }",
        "too_early_closes": ACCEPTS + " keepalive_timeout 0;"
                            " if ($ssl_early_data) { return 425; }",
        "always_too_early": ACCEPTS + " if ($request_method = GET) { return 425; }"}


class EarlyDataTest(WireTest):
    """Each test has a cache of its own, and the same servers."""

    @classmethod
    def setUpClass(cls):
        cls.place = Path(tempfile.mkdtemp(prefix="connsync-early-"))
        cls.place.chmod(0o755)
        cls.addClassCleanup(shutil.rmtree, cls.place)
        cls.shop = pki.Workshop(cls.place / "pki")
        cls.root = cls.shop.issue("root", cls.shop.key("p256", 1), extensions=pki.CA_EXTENSIONS)
        cls.other_root = cls.shop.issue("other", cls.shop.key("p256", 2),
                                        extensions=pki.CA_EXTENSIONS)
        cls.back = servers.free_port()
        cls.front = nginx(cls.place, cls.issue("server"), cls.back, *WAYS.values())
        cls.addClassCleanup(cls.front.close)
        cls.ports = dict(zip(WAYS, cls.front.ports))

    @classmethod
    def issue(cls, name, **dates):
        """(chain, key) of a server that has both names."""
        leaf = cls.shop.issue(name, cls.shop.key("p256", 3), cls.root, subject="/CN=" + DOMAIN,
                              extensions=pki.LEAF_EXTENSIONS + (pki.names(DOMAIN, OTHER),), **dates)
        return leaf.path, leaf.key

    def setUp(self):
        super().setUp()
        self.home = self.place / ("home-" + self.id().rsplit(".", 1)[1])
        self.folder = self.home / "connsync"
        self.served = self.behind()

    def behind(self, domain=DOMAIN):
        """The tenant behind nginx."""
        tenant = self.tenant(connection(), tls="none", port=self.back, domain=domain)
        tenant.ca_file = self.root.path
        return tenant

    def ask(self, port, *words, code=0, env=None, tenant=None, early=True, more=()):
        """One run against that port."""
        tenant = tenant or self.served
        tenant.port = port
        words = (*(words or ("get", CON)), *more, *(("--early-data",) if early else ()))
        env = {**(env or tenant.environment()), "XDG_CACHE_HOME": str(self.home)}
        result = self.run_cli(tenant, *words, env=env)
        self.assertEqual(result.code, code, result.raw)
        return result

    def tapped(self, way, *words, tap=None, **how):
        """The same with a Tap between; what each connection began with."""
        with Tap(self.ports.get(way, way), **(tap or {})) as between:
            self.result = self.ask(between.port, *words, **how)
            self.between = between
            return between.flights

    def entry(self):
        (path,) = self.folder.glob("*.session")
        return path

    def early_ones(self, since=0):
        """Of the requests that the tenant was told to have been early."""
        return [is_early(request) for request in self.served.requests[since:]]

    def expect_none(self, flights):
        """Nothing but hellos was sent, and none of them announced more."""
        self.assertTrue(flights)
        for flight in flights:
            self.assertFalse(flight.announced)
            self.assertEqual(flight.behind, 0)

    def expect_sent(self, flight):
        self.assertTrue(flight.offered and flight.announced and flight.sent)

    # ---- Where it is accepted ----

    def test_the_first_read_and_nothing_else(self):
        self.expect_none(self.tapped("accepts", "set", CON, "off"))
        for value in ("on", "off"):
            since = len(self.served.requests)
            (flight,) = self.tapped("accepts", "set", CON, value)
            self.expect_sent(flight)
            self.assertGreater(flight.length, SYN_MAX, "TCP Fast Open would not save a round trip")
            self.assertIn(ACCEPTED, self.result.err)
            self.assertEqual(self.served.methods()[since:], ["GET", "PATCH", "GET"])
            self.assertEqual(self.early_ones(since), [True, False, False])
        self.assertEqual(self.served.writes(), 3)

    def test_only_on_request(self):
        for _ in range(2):
            self.expect_none(self.tapped("accepts", early=False))
        self.assertIn(", resumed", self.result.err)
        self.assertNotIn("early", self.result.err)

    def test_lists_and_a_tunnel(self):
        self.ask(self.ports["accepts"])
        with Proxy() as proxy:
            result = self.ask(self.ports["accepts"], "list", more=("--proxy", proxy.url))
        self.assertIn(ACCEPTED, result.err)
        self.assertEqual(self.early_ones(), [False, True])

    def test_a_token_is_never_asked_for_early(self):
        env = self.served.environment(credentials=True)
        self.ask(self.ports["accepts"], env=env)
        (token,) = [path for path in self.folder.iterdir() if path != self.entry()]
        token.unlink()
        self.expect_none(self.tapped("accepts", env=env))
        self.assertIn(", resumed", self.result.err)
        self.expect_sent(self.tapped("accepts", env=env)[0])
        self.assertEqual(self.early_ones(), [False] * 4 + [True])
        self.assertEqual(self.served.methods(), ["POST", "GET"] * 2 + ["GET"])

    def test_a_read_back_is_never_early(self):
        """The connection is cut when what was written is to be read back."""
        self.ask(self.ports["accepts"])
        first, second = self.tapped("accepts", "set", CON, "off",
                                    tap={"cut": lambda: self.served.writes() > 0})
        self.expect_sent(first)
        self.assertTrue(second.offered)
        self.expect_none([second])
        self.assertEqual(self.served.methods()[1:], ["GET", "PATCH", "GET"])
        self.assertEqual(self.early_ones(1), [True, False, False])

    def test_a_request_that_does_not_fit(self):
        self.ask(self.ports["accepts"])
        env = {**self.served.environment(), "AUTH0_API_TOKEN": "x" * 4000}
        self.expect_none(self.tapped("accepts", env=env, code=4))
        self.assertIn(", resumed", self.result.err)

    # ---- Where it is not ----

    def test_servers_that_refuse(self):
        """One that does not know early data, and one that wants another key: HelloRetryRequest."""
        self.ask(self.ports["accepts"])
        for way in ("refuses", "retries"):
            kept = self.entry().read_bytes()
            since = len(self.served.requests)
            (flight,) = self.tapped(way, "set", CON, "off" if way == "refuses" else "on")
            self.expect_sent(flight)
            self.assertIn(REFUSED, self.result.err)
            self.assertEqual(self.served.methods()[since:], ["GET", "PATCH", "GET"])
            self.assertEqual(self.early_ones(since), [False] * 3)
            self.entry().write_bytes(kept)

    def test_too_early(self):
        """On the connection that there is, or on others without early data."""
        self.ask(self.ports["accepts"])
        values = itertools.cycle(("off", "on"))
        for way, flights in (("too_early", 1), ("too_early_closes", 4)):
            since, found = self.told_too_early(way, values)
            self.assertEqual(len(found), flights)
            self.expect_sent(found[0])
            self.assertEqual([flight.announced for flight in found[1:]], [False] * (flights - 1))
            self.assertEqual(self.served.methods()[since:], ["GET", "PATCH", "GET"])
            self.assertIn("4 requests", self.result.err)

    def told_too_early(self, way, values):
        """How many requests the tenant has had before, and what each connection began with. A server
        that is slow to read finds the handshake complete: its request was not early then."""
        for value in itertools.islice(values, TOO_EARLY_TRIES):
            since = len(self.served.requests)
            found = self.tapped(way, "set", CON, value)
            self.assertIn("resumed, early data", self.result.err)
            if "425 in" in self.result.err:
                return since, found
        self.fail("never told 425")

    def test_always_too_early(self):
        """It is asked once more, and no longer."""
        self.ask(self.ports["accepts"])
        self.tapped("always_too_early", code=1)
        self.assertEqual(self.result.err.count(": 425 in"), 2)
        self.assertLess(self.result.seconds, 2 * self.slowness)

    def test_a_server_that_breaks_off(self):
        self.ask(self.ports["accepts"])
        first, second = self.tapped("accepts", "set", CON, "off", tap={"odd": "reset"})
        self.expect_sent(first)
        self.assertFalse(second.offered)
        self.expect_none([second])
        self.assertEqual(self.early_ones(), [False] * 4)

    def test_a_server_that_says_nothing(self):
        self.ask(self.ports["accepts"])
        flights = self.tapped("accepts", tap={"odd": "stall"}, code=1, more=("--timeout", "1"))
        self.expect_sent(flights[0])
        self.assertEqual(list(self.folder.glob("*.session")), [])

    # ---- What a session rests on ----

    def test_other_roots(self):
        self.ask(self.ports["accepts"])
        self.served.ca_file = self.other_root.path
        self.expect_none(self.tapped("accepts", code=8))
        self.assertEqual(len(self.served.requests), 1)

    def test_another_tenant(self):
        """Its session under the right name, and the certificate has both names."""
        self.ask(self.ports["accepts"])
        kept = self.entry().read_bytes()
        shutil.rmtree(self.folder)
        self.served.close()
        self.served = self.behind(domain=OTHER)
        self.ask(self.ports["accepts"])
        self.entry().write_bytes(kept)
        self.expect_none(self.tapped("accepts"))
        self.assertIn("not resumed", self.result.err)

    def test_a_chain_that_has_expired_meanwhile(self):
        place = self.place / "short"
        place.mkdir()
        begun = time.time()
        pair = self.issue("short", end=LIFE_S * cli.SLOWNESS / 86400)
        with nginx(place, pair, self.back, ACCEPTS) as front:
            self.ask(front.port)
            if time.time() - begun < LIFE_S * cli.SLOWNESS - 1:
                self.expect_sent(self.tapped(front.port)[0])
            since = len(self.served.requests)
            time.sleep(max(0, begun + LIFE_S * cli.SLOWNESS + 1.5 - time.time()))
            self.expect_none(self.tapped(front.port, code=8))
            self.assertEqual(len(self.served.requests), since)

    def test_a_file_that_is_damaged(self):
        self.ask(self.ports["accepts"])
        kept = self.entry().read_bytes()
        cuts = [kept[:length] for length in (0, 48, len(kept) - 1)]
        changed = [kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1:]
                   for at in range(0, len(kept), TAMPER_EVERY)]
        for text in cuts + changed + [kept + b"\0"]:
            self.entry().write_bytes(text)
            self.expect_none(self.tapped("accepts"))
        self.entry().write_bytes(kept)
        self.expect_sent(self.tapped("accepts")[0])

    # ---- What it is for ----

    def test_round_trips(self):
        """Of a change that is read back, from the connection's beginning to the last answer."""
        found = {}
        self.ask(self.ports["accepts"])
        for early in (False, True):
            self.tapped("accepts", "set", CON, "on" if early else "off", early=early,
                        tap={"rtt": RTT_S * self.slowness})
            found[early] = self.between.round_trips
        self.assertEqual(found, {False: 5, True: 4})

    def test_words_that_contradict(self):
        for word in ("--no-session-cache", "--no-token-cache"):
            result = self.ask(self.ports["accepts"], more=(word,), code=64)
            self.assertIn("--early-data needs a kept session", result.message)
        self.assertEqual(self.served.requests, [])


if __name__ == "__main__":
    cli.main()
