"""The job, on a board: read, write, verify, over every chain and both versions of TLS."""

import re

import harness
from cli import Fault, connection, raw_json
from harness import ALL_CHAINS, BoardTest

VERSIONS = {"1.2": "TLSv1.2", "1.3": "TLSv1.3"}


class UpdateTest(BoardTest):
    """A start of the board for each case, on its own wire."""

    def update(self, case):
        tls, chain = case
        with self.bench(connection(), chain=chain, tls=tls) as bench:
            bench.boot()
            bench.line(r"^connsync \d+\.\d+\.\d+\S* on %s$" % re.escape(bench.board.name))
            bench.line(r"^configuration: 1 connections? of %s, every 1 s$"
                       % re.escape(bench.tenant.domain))
            bench.line(r"^network: 10\.77\.%d\.\d+$" % bench.wire.number)
            bench.line(r"^time: 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
            cycle = bench.cycle()
            self.assertEqual(cycle.counts, (0, 1, 0, 0), cycle.lines)
            self.assertEqual(cycle.line_of(bench.ids[0]),
                             "google-oauth2 (%s): on_each_login -> on_first_login; "
                             "6 other options verified unchanged" % bench.ids[0])
            self.assertEqual(bench.tenant.methods()[:3], ["GET", "PATCH", "GET"])
            self.assertEqual(bench.tenant.journal.sessions[0][0], VERSIONS[tls])
            self.assertEqual(bench.tenant.journal.sessions[0][2], bench.tenant.domain)
            self.expect_changed(bench)
            self.expect_room(cycle)
            self.expect_in_sync(bench)

    def expect_in_sync(self, bench):
        """The next cycle finds nothing to do: one read."""
        bench.tenant.reset()
        cycle = bench.cycle()
        self.assertEqual(cycle.counts, (1, 0, 0, 0), cycle.lines)
        self.assertIn("on_first_login already; nothing written", cycle.line_of(bench.ids[0]))
        self.assertEqual(set(bench.tenant.methods()), {"GET"})

    def test_every_chain(self):
        self.all_of(self.update, [(tls, chain) for tls in VERSIONS for chain in ALL_CHAINS], 2)


class RequestsTest(BoardTest):
    """What is asked of the tenant, and in which words."""

    def test_by_name_with_client_credentials(self):
        with self.bench(connection(), connection("other", number=2)) as bench:
            secret = bench.tenant.secrets[0]
            bench.boot(token=None, client_id=bench.tenant.client_id, client_secret=secret,
                       connections=[{"name": "google-oauth2",
                                     harness.SETTING: "never_on_login"}])
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))
            self.assertEqual(bench.tenant.methods()[0], "POST")
            self.expect_set(bench.tenant, bench.ids[0], "never_on_login")
            self.expect_untouched_but_for(bench, bench.ids[0])
            bench.tenant.reset()
            self.assertEqual(bench.cycle().counts, (1, 0, 0, 0))
            self.assertEqual(bench.cycle().counts, (1, 0, 0, 0))
            self.assertNotIn("POST", bench.tenant.methods(), "the token was not kept")

    def expect_untouched_but_for(self, bench, item):
        """No other connection was written to."""
        for other in bench.ids:
            if other != item:
                self.assertEqual(len(bench.tenant.history(other)), 1)

    def test_a_token_that_ends_is_renewed(self):
        with self.bench(connection()) as bench:
            bench.boot(token=None, client_id=bench.tenant.client_id,
                       client_secret=bench.tenant.secrets[0])
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))
            bench.tenant.faults.append(Fault("expire_token"))
            found = [bench.cycle() for _ in range(3)]
            self.assertEqual(found[-1].counts, (1, 0, 0, 0), found[-1].lines)
            self.assertEqual(bench.tenant.methods().count("POST"), 2)

    def test_content_length(self):
        self.framed(framing="length")

    def test_a_connection_for_each_answer(self):
        self.framed(close_each=True)

    def framed(self, **how):
        """The update, with answers of another form."""
        with self.bench(connection(), **how) as bench:
            bench.boot()
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))
            self.expect_changed(bench)

    def test_order_and_spelling(self):
        """Byte for byte what was read, whatever its spelling."""
        odd = ('"d":1,"d":2,"\\u0000":"\\ud83d\\ude00","lone":"\\ud800", "deep":%s,'
               '"big":123456789012345678901234567890.0e-5,"\u20ac" :\t{"%s":"inner"}'
               % ("[" * 50 + "]" * 50, harness.SETTING)).encode()
        with self.bench(connection(options=odd, extra=b'"display_name":"\\u00c4 \\/",')) as bench:
            bench.boot()
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))
            self.expect_changed(bench)
            self.assertEqual(bench.tenant.raw_member(bench.ids[0], "display_name"),
                             b'"\\u00c4 \\/"')

    def test_members_in_another_order(self):
        with self.bench(connection(options=b'"o":{"a":1,"b":[{"c":2,"d":3}]},"z":1')) as bench:
            bench.tenant.behave(reorder="deep")
            bench.boot()
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))
            self.assertEqual(bench.tenant.writes(), 1)

    def test_a_loss_is_told(self):
        with self.bench(connection()) as bench:
            bench.tenant.behave(drop=("client_secret",))
            bench.boot()
            cycle = bench.cycle()
            self.assertEqual(cycle.counts, (0, 0, 0, 1))
            self.assertIn("1 lost", cycle.line_of(bench.ids[0]))
            self.assertNotIn("nothing written", cycle.line_of(bench.ids[0]))
            self.assertIsNone(raw_json.get(bench.tenant.raw_options(bench.ids[0]),
                                           "client_secret"))

    def test_a_loss_beside_options_is_told(self):
        """Of what a board reads, whatever it is."""
        with self.bench(connection(extra=b'"display_name":"Shown",')) as bench:
            bench.tenant.faults.append(Fault("edit", method="PATCH", target=bench.ids[0],
                                             beside={"display_name": '"Theirs"'}))
            bench.boot()
            cycle = bench.cycle()
            self.assertEqual(cycle.counts, (0, 0, 0, 1))
            self.assertIn("6 equal; 1 beside options lost or changed",
                          cycle.line_of(bench.ids[0]))

    def test_the_image_is_that_of_the_command_line(self):
        with self.bench(connection()) as bench:
            self.assertEqual(self.flash_image(bench, bench.document()),
                             harness.image.make(bench.document()))
            bench.boot(self.flash_image(bench, bench.document()))
            self.assertEqual(bench.cycle().counts, (0, 1, 0, 0))


if __name__ == "__main__":
    harness.main()
