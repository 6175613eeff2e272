"""Lists of several pages: each page has its own time and tries, a failure names the page, and one
connection that cannot be read does not stop the other ones."""

import json

import cli
from cli import SETTING, Fault, connection
from fleet import ALL_OFF, FleetTest, numbered, pages

COMMANDS = ("list", "import", "plan", "apply")


class ListTest(FleetTest):
    """run() runs a command on a tenant with some pages."""

    def run_on(self, tenant, command, *arguments, **how):
        if command in ("plan", "apply"):
            return self.apply(tenant, *arguments, command=command, **how)
        return self.run_cli(tenant, command, *arguments, **how)

    def in_sync(self, count):
        """None of them is to be changed."""
        return self.many(count, [])


class PagesTest(ListTest):
    """What each page has for itself."""

    def test_each_page_has_the_whole_time(self):
        def check(command):
            tenant = self.in_sync(230)
            tenant.faults.append(Fault("stall", path="take=", times=None, seconds=1.2))
            self.expect(self.run_on(tenant, command, "--timeout", "4"), 0)
            self.assertGreaterEqual(pages(tenant), 5)

        self.all_of(check, COMMANDS)

    def test_one_page_has_no_more(self):
        def check(command):
            tenant = self.in_sync(130)
            tenant.faults.append(Fault("stall", path="from=", times=None, seconds=6))
            result = self.run_on(tenant, command, "--timeout", "2")
            self.expect(result, 1) if command == "list" else self.assertEqual(result.code, 1)
            self.assertLess(result.seconds, 5 * self.slowness + self.slack)

        self.all_of(check, COMMANDS)

    def test_each_page_has_all_tries(self):
        """Twelve failures, two for each page."""
        def check(command):
            tenant = self.in_sync(300)
            tenant.faults += [Fault("status", at=at, times=2, status=500)
                              for at in range(1, 19, 3)]
            self.expect(self.run_on(tenant, command), 0)
            self.assertEqual(len(tenant.requests), pages(tenant) + 12)

        self.all_of(check, ("list", "import"))

    def test_a_failure_names_the_page(self):
        """And no connection, for none has to do with it."""
        def check(case):
            command, page, (kind, how), exit_code = case
            tenant = self.in_sync(200)
            tenant.faults.append(Fault(kind, path="take=", occurrence=page, times=None, **how))
            result = self.run_on(tenant, command, "--timeout", "3")
            self.assertEqual(result.code, exit_code, result.err)
            self.assertIn("connsync: page %d of the list: " % page, result.err)
            self.assertNotIn("conn-", result.err)
            if command == "import":
                return
            result = self.run_on(tenant, command, "--timeout", "3", "--json")
            line = result.json[-1]
            self.assertEqual((line["page"], line["status"]), (1, "failed"))
            self.assertFalse({"id", "name", "before"} & set(line))

        self.all_of(check, [(command, page, fault, exit_code)
                            for command in COMMANDS for page in (1, 3)
                            for fault, exit_code in ((("status", {"status": 400}), 1),
                                                     (("status", {"status": 500}), 1),
                                                     (("rate_limited", {"retry_after": 9}), 6))])

    def test_what_comes_before_the_list_is_of_no_page(self):
        tenant = self.in_sync(3)
        tenant.faults.append(Fault("status", method="POST", status=400, body="json",
                                   times=None))
        for command in COMMANDS:
            result = self.run_on(tenant, command, env=tenant.environment(credentials=True))
            self.assertEqual(result.code, 4, result.err)
            self.assertNotIn("page", result.err)


class UnreadTest(ListTest):
    """Among connections of two pages some that cannot be read with the others."""

    DEEP = b'"deep":' + b"[" * 61 + b"]" * 61
    LARGE = b'"large":' + b" " * 9600000 + b"1"
    ODD = {8: "too_deep", 33: "missing_options", 60: "too_large", 61: "too_deep"}
    WORDS = {"too_deep": "deeper than 64 levels", "missing_options": "has no `options`",
             "too_large": "larger than the memory"}

    def awkward(self, setting="on_each_login"):
        tenant = self.tenant(framing="length")
        for number in range(1, 101):
            options = {"too_deep": self.DEEP, "too_large": self.LARGE}.get(self.ODD.get(number))
            text = connection("conn-%d" % number, "samlp", setting, number=number, options=options)
            if self.ODD.get(number) == "missing_options":
                text = json.dumps({key: value for key, value in json.loads(text).items()
                                   if key != "options"}).encode()
            tenant.add(text)
        return tenant

    def names_them(self, result, numbers=ODD):
        """Each is named on stderr, with the reason, and no other."""
        lines = [line for line in result.messages if "(con_" in line]
        self.assertEqual(len(lines), len(numbers), result.err)
        for number, line in zip(sorted(numbers), lines):
            self.assertIn("conn-%d (%s): " % (number, numbered(number)), line)
            self.assertIn(self.WORDS[self.ODD[number]], line)

    def test_list(self):
        tenant = self.awkward()
        result = self.run_cli(tenant, "list")
        self.assertEqual(result.code, 3, result.err)
        rows = [line.split("\t") for line in result.out.splitlines()]
        self.assertEqual([row[0] for row in rows], [numbered(number) for number in range(1, 101)])
        self.assertEqual([number for number, row in enumerate(rows, 1) if row[2] == "unknown"],
                         sorted(self.ODD))
        self.names_them(result)
        self.assertLess(pages(tenant), 40)

    def test_list_as_json(self):
        result = self.run_cli(self.awkward(), "list", "--json")
        self.assertEqual(result.code, 3, result.err)
        self.assertEqual(len(self.lines(result)), 100)
        self.assertEqual(self.codes(result), {numbered(number): ("refused", code)
                                              for number, code in self.ODD.items()})

    def test_import(self):
        result = self.run_cli(self.awkward(), "import")
        self.assertEqual(result.code, 3, result.err)
        self.assertEqual([entry["name"] for entry in json.loads(result.out)["connections"]],
                         ["conn-%d" % n for n in range(1, 101) if n not in self.ODD])
        self.assertIn("96 connections, 4 left out", result.err)
        self.names_them(result)

    def test_plan_and_apply(self):
        for command, status in (("plan", "would_change"), ("apply", "changed")):
            tenant = self.awkward()
            result = self.apply(tenant, "--json", command=command)
            self.assertEqual(result.code, 3, result.err)
            codes = self.codes(result)
            for number, code in self.ODD.items():
                self.assertEqual(codes.pop(numbered(number)), ("refused", code))
            self.assertEqual(set(codes.values()), {(status, "ok")})
            self.assertEqual(len(codes), 96)
            self.assertEqual(tenant.writes(), 96 if command == "apply" else 0)

    def test_what_the_file_does_not_mean(self):
        """It has nothing to do with it."""
        tenant = self.awkward()
        document = {"connections": [{"name": "conn-2", SETTING: "on_first_login"}]}
        self.assertEqual(self.apply(tenant, document=document).code, 0)
        self.assertEqual(tenant.writes(), 1)

    def test_on_a_page_of_its_own(self):
        """The last one, when nothing shows any more that others have options."""
        tenant = self.many(50, [])
        text = json.loads(connection("conn-51", number=51))
        del text["options"]
        tenant.add(json.dumps(text).encode())
        result = self.run_cli(tenant, "list")
        self.assertEqual((result.code, len(result.out.splitlines())), (3, 51))
        self.assertIn("conn-51 (%s): the answer has no `options`" % numbered(51), result.err)

    def test_without_the_scope(self):
        """None has options then: it is said once, and of all."""
        tenant = self.many(60, [])
        env = tenant.environment(token=tenant.issue_token("read:connections"))
        for command in COMMANDS:
            result = self.run_on(tenant, command, env=env)
            self.assertEqual(result.code, 3)
            self.assertIn("read:connections_options", result.messages[0])
            self.assertNotIn("conn-", result.err)
            self.assertEqual(result.out.count("conn-"), 0)

    def test_deep_all_by_itself(self):
        """What is too deep without its options, too, ends the list."""
        tenant, _ = self.one()
        tenant.faults.append(Fault("body", path="take=", times=None, data='{"connections":%s}' % (
            "[" * 70 + "]" * 70)))
        self.expect(self.run_cli(tenant, "list"), 3, "page 1 of the list", "deeper than 64 levels")
        self.assertEqual([request.query["take"][0] for request in tenant.requests],
                         ["50", "25", "12", "6", "3", "1", "1"])


if __name__ == "__main__":
    cli.main()
