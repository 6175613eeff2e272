"""import: a connsync.json of what there is, which a plan finds nothing wrong with."""

import json
import signal
import tempfile
import time
from pathlib import Path

import cli
from cli import SETTING, Fault, WireTest, connection


# What config/desired.h allows for a connsync.json.
ENTRIES_MAX = 65535


class ImportTest(WireTest):
    """Against small tenants with what is awkward in them."""

    def test_settings_and_names(self):
        names = ['plain', 'with "quotes" and \\', 'snow ☃', 'con_looks_like_an_id', 'tab\there']
        values = ["on_each_login", "on_first_login", "never_on_login", "on_first_login",
                  "never_on_login"]
        tenant = self.tenant()
        for number, (name, value) in enumerate(zip(names, values), 1):
            tenant.add(connection(json.dumps(name)[1:-1], number=number, options=b'"%s":"%s"' % (
                SETTING.encode(), value.encode())))
        tenant.add(connection("absent", number=10))
        result = self.expect(self.run_cli(tenant, "import"), 0)
        document = json.loads(result.out)
        self.assertEqual(document["domain"], tenant.domain)
        found = {entry.get("name", entry.get("id")): entry[SETTING]
                 for entry in document["connections"]}
        wanted = dict(zip(names, values))
        wanted["con_%016d" % 4] = wanted.pop("con_looks_like_an_id")
        wanted["absent"] = "on_each_login"
        self.assertEqual(found, wanted)
        self.assertEqual(tenant.writes(), 0)

    def test_what_cannot_carry_the_setting_is_left_out(self):
        tenant = self.tenant(connection("sms", strategy="sms"), connection("fine", number=2))
        result = self.run_cli(tenant, "import")
        self.assertEqual(result.code, 0)
        self.assertIn("sms", result.err)
        self.assertIn("left out", result.err)
        self.assertEqual([entry["name"] for entry in json.loads(result.out)["connections"]],
                         ["fine"])

    def test_encrypted_configuration(self):
        """Left out, unless those who apply the file are to go on, as they would."""
        tenant = self.tenant(connection("vault", strategy="auth0", options=(
            b'"enabledDatabaseCustomization":true,"configuration":{"k":"2.0$x"}')))
        option = "--allow-encrypted-configuration"
        result = self.run_cli(tenant, "import")
        self.assertIn("left out", result.err)
        self.assertIn(option, result.err)
        self.assertEqual(json.loads(result.out)["connections"], [])
        result = self.expect(self.run_cli(tenant, "import", option), 0)
        self.assertEqual([one["name"] for one in json.loads(result.out)["connections"]], ["vault"])

    def test_every_line_of_a_json_log_is_json(self):
        tenant = self.tenant(connection("sms", strategy="sms"), connection("fine", number=2))
        result = self.run_cli(tenant, "import", "--log-format", "json")
        lines = [json.loads(line) for line in result.err.splitlines()]
        self.assertIn("1 connection, 1 left out", [line["message"] for line in lines])
        self.assertEqual({line["level"] for line in lines}, {"info"})

    def test_a_plan_of_it_shows_no_drift(self):
        tenant = self.tenant(*[connection("c%d" % number, number=number)
                               for number in range(1, 6)])
        result = self.expect(self.run_cli(tenant, "import"), 0)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "connsync.json"
            path.write_text(result.out, encoding="utf-8")
            self.expect(self.run_cli(tenant, "plan", str(path)), 0)
        self.assertEqual(tenant.writes(), 0)

    def test_a_failure_leaves_no_whole_document(self):
        tenant, _ = self.one()
        tenant.faults.append(Fault("status", method="GET", status=500, times=None))
        result = self.run_cli(tenant, "import", "--timeout", "2")
        self.assertEqual(result.code, 1)
        with self.assertRaises(ValueError):
            json.loads(result.out)

    def test_a_failure_leaves_nothing_at_all(self):
        """On whatever page and for whatever reason: what a shell puts in a file is empty then."""
        def check(case):
            words, fault = case
            tenant = self.tenant(*[connection("c%d" % number, number=number)
                                   for number in range(1, 121)])
            tenant.faults.append(fault)
            result = self.run_cli(tenant, "import", "--timeout", "5", *words)
            self.assertNotEqual(result.code, 0)
            self.assertEqual(result.out, "")
            self.assertGreater(fault.fired, 0)
            self.assertEqual(len(result.messages), 1, result.err)

        self.all_of(check, [(words, Fault(kind, path=path, times=None, **how))
                            for words in ((), ("--json",)) for path in ("take=", "from=")
                            for kind, how in (("status", {"status": 400}), ("cut", {"bytes": 40}),
                                              ("close_before", {}),
                                              ("without_member", {"key": "connections"}))])

    def test_an_interrupted_one_leaves_nothing(self):
        tenant = self.tenant(*[connection("c%d" % number, number=number)
                               for number in range(1, 121)])
        tenant.faults.append(Fault("stall", path="from=", seconds=8))
        process = self.start(tenant, "import")
        limit = time.monotonic() + 20
        while not any("from=" in request.target for request in tenant.requests):
            self.assertLess(time.monotonic(), limit)
            time.sleep(0.005)
        process.send_signal(signal.SIGTERM)
        result = self.finish(process)
        self.assertEqual((result.code, result.out), (1, ""), result.err)

    def test_as_many_as_a_file_may_name(self):
        """A file with one more would be refused by whoever reads it."""
        for count, code in ((ENTRIES_MAX, 0), (ENTRIES_MAX + 2, 1)):
            page = ",".join('{"id":"con_%d","name":"c%d","strategy":"x","options":{}}' % (n, n)
                            for n in range(count))
            tenant = self.tenant()
            tenant.faults.append(Fault("status", path="take", status=200,
                                       body='{"connections":[%s]}' % page))
            result = self.run_cli(tenant, "import", timeout=60)
            self.assertEqual(result.code, code, result.err)
            if code == 0:
                names = [entry["name"] for entry in json.loads(result.out)["connections"]]
                self.assertEqual(names, ["c%d" % n for n in range(count)])
            else:
                self.assertEqual(result.out, "")
                self.assertIn("2 connections more than the 65535 that", result.err)


if __name__ == "__main__":
    cli.main()
