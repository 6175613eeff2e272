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
        wanted["con_%016d" % 5] = wanted.pop("tab\there") # which connsync.json may not hold
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

    def test_names_with_odd_characters(self):
        """What import prints is read again, and what is printed as JSON is the name as it is."""
        odd = ["\\u%04x" % code for code in (*range(1, 32), *range(0x7f, 0xa0), 0xd800, 0xdfff)]
        names = ["a%sb" % one for one in odd] + ["".join(odd[40:]), odd[0], "\\udc00\\ud800"]
        fine = ["\\u00a0", "\\u00c2\\u00bf", "\\ud83d\\ude00", "\\ud7ff\\ue000", "caf\\u00e9"]
        everything = names + fine
        tenant = self.tenant(*(connection(name, number=number)
                               for number, name in enumerate(everything, 1)))
        decoded = [json.loads('"%s"' % name) for name in everything]
        result = self.expect(self.run_cli(tenant, "import"), 0)
        self.expect_plain(result.out)
        entries = json.loads(result.out)["connections"]
        self.assertEqual([entry.get("id") for entry in entries[:len(names)]],
                         ["con_%016d" % number for number in range(1, len(names) + 1)])
        self.assertEqual([entry.get("name") for entry in entries[len(names):]],
                         decoded[len(names):])
        with tempfile.TemporaryDirectory() as folder:
            path, plan = Path(folder) / "connsync.json", Path(folder) / "plan"
            path.write_text(result.out, encoding="utf-8")
            self.expect(self.run_cli(tenant, "plan", str(path)), 0)
            path.write_text(json.dumps({"all": True, SETTING: "off"}), encoding="utf-8")
            result = self.expect(self.run_cli(tenant, "plan", str(path)), 2)
            self.expect_plain(result.out.replace("\t", "") + result.err)
            self.expect(self.run_cli(tenant, "plan", str(path), "--out", str(plan)), 2)
            self.expect_plain(plan.read_text("utf-8"))
            planned = json.loads(plan.read_bytes())["connections"]
            self.assertEqual([step["name"] for step in planned], decoded)
            result = self.run_cli(tenant, "apply", "--plan", str(plan), "--json")
        self.assertEqual(result.code, 0, result.err)
        self.expect_plain(result.out)
        self.assertEqual(sorted(line["name"] for line in result.json if "id" in line),
                         sorted(decoded))
        result = self.expect(self.run_cli(tenant, "list", "--json"), 0)
        self.expect_plain(result.out)
        self.assertEqual([line["name"] for line in result.json], decoded)
        self.expect_plain(self.run_cli(tenant, "list").out.replace("\t", ""))

    def expect_plain(self, text):
        """UTF-8, as whoever decoded it knows, and nothing in it that a terminal acts on."""
        self.assertNotRegex(text, "[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f]")

    def test_an_id_that_no_file_may_hold(self):
        """It is left out and told, since nothing else could name that connection."""
        tenant = self.tenant(connection("fine", number=2))
        tenant.add(connection("con_\\u009b").replace(b"con_%016d" % 1, b"con_\\u0085"))
        result = self.expect(self.run_cli(tenant, "import"), 0)
        self.assertEqual([one["name"] for one in json.loads(result.out)["connections"]], ["fine"])
        self.assertIn("left out: neither its name nor its id", result.err)
        self.expect_plain(result.err)

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
                self.assertIn("2 more than the 65535 connections that", result.err)


if __name__ == "__main__":
    cli.main()
