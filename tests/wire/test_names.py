"""Names as real networks answer for them: in a network namespace, with a name server and an /etc
for each row, all rows side by side."""

import itertools
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import cli  # first: it says where the others are
from cli import CON, WireTest, connection
from net import namespace
from net.name_server import (A, AAAA, NO_SUCH_NAME, REFUSED, SERVER_FAILED, SILENT, NameServer,
                             private_etc)
from tenant.service import DOMAIN

HERE = "127.0.0.1"
NOBODY_THERE = "127.0.0.99"
SEARCH = ("pods.svc.cluster.test", "svc.cluster.test", "cluster.test")
POD = "search %s\noptions ndots:5\n" % " ".join(SEARCH)
WITHIN = 6.0 * cli.SLOWNESS
"""Seconds that a row may take, by its name server's clock."""

numbers = itertools.count(1)


def fine(name, kind, _since):
    """The domain has one address of version 4."""
    if name == DOMAIN:
        return [HERE] if kind == A else []
    return NO_SUCH_NAME


def version_6_is(said):
    """As `fine`, but that is said of AAAA."""
    return lambda name, kind, since: said if kind == AAAA else fine(name, kind, since)


def searched(said, domain=SEARCH[0]):
    """As `fine`, but that is said of names in a search domain."""
    return lambda name, kind, since: (said if name == "%s.%s" % (DOMAIN, domain)
                                      else fine(name, kind, since))


def wildcard(name, kind, since):
    """Every name in a search domain has an address, where nobody is."""
    found = name.endswith("." + SEARCH[0])
    return ([NOBODY_THERE] if kind == A else []) if found else fine(name, kind, since)


def fails_at_first(name, kind, since):
    """SERVFAIL for a while, then fine."""
    return SERVER_FAILED if since < 1.0 else fine(name, kind, since)


def silent_at_first(name, kind, since):
    """No answer for a while, then fine. (Who asks again asks within the time.)"""
    return SILENT if since < 1.5 else fine(name, kind, since)


def only_version_6(said):
    """The domain has one address of version 6, and that is said of A."""
    return lambda _name, kind, _since: ["::1"] if kind == AAAA else said


# What a row is: a rule, what resolv.conf says beside the server.
ROWS = {
    "plain": (fine, ""),
    "AAAA: NXDOMAIN": (version_6_is(NO_SUCH_NAME), ""),
    "AAAA: REFUSED": (version_6_is(REFUSED), ""),
    "AAAA: SERVFAIL": (version_6_is(SERVER_FAILED), ""),
    "AAAA: dropped": (version_6_is(SILENT), ""),
    "search: no data": (searched([]), POD),
    "search: SERVFAIL": (searched(SERVER_FAILED), POD),
    "search: silent": (searched(SILENT), POD),
    "search: wildcard": (wildcard, POD),
    "SERVFAIL, then fine": (fails_at_first, ""),
    "silent, then fine": (silent_at_first, "options timeout:1 attempts:2\n"),
}
# The same with an address of version 6 alone.
ROWS_6 = {
    "A: no data": (only_version_6([]), ""),
    "A: NXDOMAIN": (only_version_6(NO_SUCH_NAME), ""),
    "A: SERVFAIL": (only_version_6(SERVER_FAILED), ""),
    "A: dropped": (only_version_6(SILENT), ""),
}


class Place:
    """A name server, and a program's own /etc."""

    def __init__(self, test, rule, more="", hosts=""):
        self.folder = Path(tempfile.mkdtemp(prefix="connsync-names-"))
        test.addCleanup(shutil.rmtree, self.folder, True)
        self.server = NameServer("127.0.1.%d" % next(numbers), rule)
        test.addCleanup(self.server.close)
        self.etc = private_etc(self.folder / "etc",
                               "nameserver %s\n%s" % (self.server.address, more), hosts)

    def names_asked(self):
        """Each once."""
        return {name for name, _, _ in self.server.asked}


class NamesTest(WireTest):
    """Whoever has a working resolver is served."""

    def served(self, **how):
        """A tenant with one connection that counts when it is connected to."""
        tenant = self.tenant(connection(), **how)
        tenant.connected_at = []
        count = tenant.journal.connected

        def connected():
            tenant.connected_at.append(time.monotonic())
            return count()

        tenant.journal.connected = connected
        return tenant

    def run_there(self, place, tenant, *arguments, domain=DOMAIN, port=None, timeout=20):
        """Runs the program; the tenant is found by its name alone."""
        environment = tenant.environment()
        environment["AUTH0_DOMAIN"] = "%s:%d" % (domain, port or tenant.port)
        command = [*place.etc, cli.binary(), *arguments, "--ca-file", str(tenant.ca_file),
                   "--timeout", "%d" % timeout, "-v", "-v"]
        process = subprocess.Popen(command, env=cli.environment(environment),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        return self.finish(process, timeout=60)

    def expect_row(self, row, host=HERE):
        """It is done within the time."""
        rule, more = row
        place, tenant = Place(self, rule, more), self.served(host=host)
        result = self.run_there(place, tenant, "set", CON, "off")
        took = place.server.since()
        self.expect(result, 0, "-> on_first_login")
        self.assertLessEqual(took, WITHIN, result.err)
        self.expect_set(tenant, CON, "on_first_login")
        self.assertEqual(place.names_asked(), {DOMAIN})

    def test_rows(self):
        self.all_of(lambda name: self.expect_row(ROWS[name]), ROWS)

    def test_rows_of_version_6(self):
        self.all_of(lambda name: self.expect_row(ROWS_6[name], "::1"), ROWS_6)

    def test_pod_dials_at_once(self):
        """Three search domains, one of them silent: what decides is the answer for the name."""
        place, tenant = Place(self, searched(SILENT, SEARCH[1]), POD), self.served()
        self.expect(self.run_there(place, tenant, "set", CON, "off"), 0)
        answered = place.server.answered[DOMAIN, A]
        self.assertLessEqual(tenant.connected_at[0] - answered, 1.0 * cli.SLOWNESS)

    def test_known_address_serves_again(self):
        """After the write there is no name server any more; the read-back has a connection of its
        own, as each request has."""
        tenant = self.served(close_each=True)
        place = Place(self, lambda name, kind, since: (
            SERVER_FAILED if "PATCH" in tenant.methods() else fine(name, kind, since)))
        result = self.run_there(place, tenant, "set", CON, "off")
        self.expect(result, 0, "-> on_first_login")
        self.expect_set(tenant, CON, "on_first_login")
        self.assertEqual(len(tenant.connected_at), 3)
        self.assertEqual(len(place.server.asked), 2)

    def test_dead_version_6_costs_a_moment(self):
        """Nobody answers there: a listener whose queue is full."""
        tenant = self.served()
        silent = socket.create_server(("::1", tenant.port), family=socket.AF_INET6, backlog=0)
        self.addCleanup(silent.close)
        for _ in range(4):
            filler = socket.socket(socket.AF_INET6)
            self.addCleanup(filler.close)
            filler.setblocking(False)
            filler.connect_ex(silent.getsockname())
        place = Place(self, lambda name, kind, since: (
            ["::1"] if kind == AAAA else fine(name, kind, since)))
        self.expect(self.run_there(place, tenant, "set", CON, "off"), 0)
        self.assertLessEqual(tenant.connected_at[0] - place.server.answered[DOMAIN, A],
                             2.0 * cli.SLOWNESS)  # not the 3.5 s that two retransmissions take

    def test_no_such_name_is_told_at_once(self):
        place, tenant = Place(self, lambda *_: NO_SUCH_NAME, POD), self.served()
        result = self.run_there(place, tenant, "get", CON, "--json")
        self.expect(result, 1, "no such name")
        self.assertEqual(result.json[0]["code"], "name_not_resolved")
        self.assertEqual(sorted(kind for _, kind, _ in place.server.asked), [A, AAAA])

    def test_failures_that_may_pass(self):
        """They are tried again until the time is over, and are not "no such name"."""
        def check(said):
            place, tenant = Place(self, lambda *_: said, "options timeout:1 attempts:1\n"), \
                self.served()
            result = self.run_there(place, tenant, "get", CON, "--json", timeout=4)
            self.expect(result, 1, "no name server")
            self.assertEqual(result.json[0]["code"], "name_temporary")
            times = [since for _, kind, since in place.server.asked if kind == A]
            self.assertGreater(len(times), 1)
            self.assertEqual(tenant.connected_at, [])

        self.all_of(check, (SERVER_FAILED, SILENT, REFUSED))

    def test_hosts_file_comes_first(self):
        place = Place(self, lambda *_: SILENT, POD, "%s other.test %s\n" % (HERE, DOMAIN.upper()))
        tenant = self.served()
        self.expect(self.run_there(place, tenant, "set", CON, "off"), 0)
        self.assertEqual(place.server.asked, [])

    def test_short_names_are_of_the_place(self):
        """A service is reached by its short name, as curl reaches it; with a final dot it is not."""
        tenant = self.served()
        names = {"proxy": SEARCH[0], "proxy.infra": SEARCH[1], "proxy.infra.svc": SEARCH[2]}
        known = {"%s.%s" % pair for pair in names.items()}
        place = Place(self, lambda name, kind, since: (
            ([HERE] if kind == A else []) if name in known else NO_SUCH_NAME), POD)
        for name in names:
            to = "%s:%d" % (name, tenant.port)
            self.expect(self.run_there(place, tenant, "get", CON, "--connect-to", to), 0)
            to = "%s.:%d" % (name, tenant.port)
            result = self.run_there(place, tenant, "get", CON, "--connect-to", to)
            self.expect(result, 1, "no such name", name + ".:")

    def test_final_dot_is_for_the_name_server_alone(self):
        tenant = self.served()
        place = Place(self, fine, POD)
        result = self.run_there(place, tenant, "set", CON, "off", domain=DOMAIN + ".")
        self.expect(result, 0)
        self.assertEqual({request.header("Host") for request in tenant.requests},
                         {"%s:%d" % (DOMAIN, tenant.port)})
        self.assertEqual(place.names_asked(), {DOMAIN})


if __name__ == "__main__":
    namespace.enter()
    cli.main()
