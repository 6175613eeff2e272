"""Every reason to refuse, on a board: its line, its place in the count, and no write."""

import harness
from cli import SETTING, Fault, connection
from harness import BoardTest

ENCRYPTED = (b'"enabledDatabaseCustomization":true,"configuration":'
             b'{"key":"2.0$MARKER-ciphertext"}')
# Connections that say for themselves that they cannot be written: words of the line.
BY_NATURE = (
    (connection("sms", "sms", number=1), "passwordless"),
    (connection("mail", "email", number=2), "passwordless"),
    (connection("plain", "auth0", number=3), "database connection"),
    (connection("import", "auth0", number=4, options=b'"enabledDatabaseCustomization":true,'
                b'"import_mode":true'), "database connection"),
    (connection("sealed", "auth0", number=5, options=ENCRYPTED), "`options.configuration`"),
    (connection("twice", number=6, options=b'"%s":"on_each_login","%s":"on_each_login"'
                % (SETTING.encode(), SETTING.encode())), "twice"),
    (connection("number", number=7, options=b'"%s":7' % SETTING.encode()), "not a string"),
)
# What the response to a read is made into, and words of the line.
BY_ANSWER = (
    (("options_missing", {}), "no `options`"),
    (("options_is", {"value": "[]"}), "`options` is not an object"),
    (("options_is", {"value": "null"}), "`options` is not an object"),
    (("duplicate_keys", {"key": "options"}), "twice"),
    (("deep", {"depth": 70}), "64 levels"),
    (("not_json", {}), "strict JSON"),
)


class RefusalTest(BoardTest):
    """All of them in one run of the board: a refusal never stops the loop."""

    def test_by_nature_and_by_answer(self):
        answered = [connection("answer-%d" % number, number=50 + number)
                    for number in range(len(BY_ANSWER))]
        healthy = connection("healthy", number=99)
        with self.bench(*(raw for raw, _ in BY_NATURE), *answered, healthy) as bench:
            nature, answers = bench.ids[:len(BY_NATURE)], bench.ids[len(BY_NATURE):-1]
            for item, ((kind, parameters), _) in zip(answers, BY_ANSWER):
                bench.tenant.faults.append(Fault(kind, path=item, times=None, **parameters))
            bench.boot()
            cycle = bench.cycle()
            self.assertEqual(cycle.counts, (0, 1, len(BY_NATURE) + len(BY_ANSWER), 0),
                             cycle.lines)
            words = [text for _, text in BY_NATURE + BY_ANSWER]
            for item, text in zip(nature + answers, words):
                line = cycle.line_of(item)
                self.assertIn(text, line)
                self.assertIn("nothing written", line)
                self.assertEqual(len(bench.tenant.history(item)), 1, line)
            self.assertEqual(bench.tenant.methods().count("PATCH"), 1)
            self.expect_set(bench.tenant, bench.ids[-1], "on_first_login")

    def test_names(self):
        """A name that nobody has fails; one that two have is refused."""
        with self.bench(connection("double", number=1), connection("double", number=2)) as bench:
            bench.boot(connections=[{"name": name, SETTING: "on_first_login"}
                                    for name in ("nobody", "double")])
            cycle = bench.cycle()
            self.assertEqual(sum(cycle.counts[2:]), 2, cycle.lines)
            self.assertIn("no such connection", cycle.line_of("nobody"))
            self.assertIn("several connections", cycle.line_of("double"))
            self.assertNotIn("PATCH", bench.tenant.methods())

    def test_credentials(self):
        """Wrong credentials and lacking scopes: told for each connection, and tried again."""
        with self.bench(connection()) as bench:
            weak = bench.tenant.issue_token("read:connections", "read:connections_options")
            wrong = {"token": None, "client_id": bench.tenant.client_id,
                     "client_secret": "MARKER-wrong"}
            self.more_secrets += ["MARKER-wrong", "MARKER-token"]
            for changes, text in (({"token": "MARKER-token"}, "token"),
                                  ({"token": weak}, "scope"), (wrong, "client credentials")):
                bench.boot(**changes)
                for _ in range(2):
                    cycle = bench.cycle()
                    self.assertEqual(cycle.counts, (0, 0, 0, 1), cycle.lines)
                    self.assertIn(text, cycle.line_of(bench.ids[0]))
            self.assertEqual(bench.tenant.writes(), 0)


if __name__ == "__main__":
    harness.main()
