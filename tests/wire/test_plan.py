"""connsync plan, and what apply makes of a plan."""

import hashlib
import json
import os
import stat

import cli
from cli import SETTING, Fault, connection
from fleet import ALL_OFF, FleetTest, count_of, entry, json_of, leftovers, numbered
from tenant import raw_json, samples


class PlanTest(FleetTest):
    """plan(document) runs plan; plan_out() also keeps it in a file."""

    def plan(self, tenant, *arguments, document=ALL_OFF, **how):
        return self.apply(tenant, *arguments, document=document, command="plan", **how)

    def plan_out(self, tenant, code=2, document=ALL_OFF):
        """The path of a plan that was made."""
        path = str(self.folder / "plan.json")
        result = self.plan(tenant, "--out", path, document=document)
        self.assertEqual(result.code, code, result.err)
        return path

    def apply_plan(self, tenant, path, *arguments, **how):
        tenant.reset()
        return self.run_cli(tenant, "apply", self.write(ALL_OFF), "--plan", path, "--json",
                            *arguments, **how)

    def refused_plan(self, tenant, text, *words):
        """Exit 64, for these reasons, before any request."""
        path = self.folder / "wrong.json"
        path.write_bytes(text if isinstance(text, bytes) else json.dumps(text).encode())
        self.expect(self.apply_plan(tenant, str(path)), 64, "wrong.json", *words)
        self.assertEqual(tenant.requests, [])


class TableTest(PlanTest):
    """What plan shows, and its exit code."""

    def test_table(self):
        tenant = self.tenant(connection("a", "samlp", number=1), samples.sms(),
                             connection("b\u00fc", "oidc", "never_on_login", number=2),
                             connection("c", "oidc", "on_first_login", number=3))
        result = self.plan(tenant, document={**ALL_OFF, "connections": [entry(name="sms")]})
        self.assertEqual(result.code, 3, result.err)
        rows = [line.split() for line in result.out.splitlines()]
        self.assertEqual(rows[0], [numbered(1), "a", "samlp", "on_each_login", "on_first_login"])
        self.assertEqual(rows[1][:5], ["con_8sPqNc1VhL6zBtWe", "sms", "sms", "on_each_login",
                                       "refused"])
        self.assertIn("passwordless connections cannot carry", result.out)
        self.assertEqual(rows[2], [numbered(2), "b\u00fc", "oidc", "never_on_login",
                                   "on_first_login"])
        self.assertIn("2 would change, 1 in sync, 1 refused, 0 failed, 1 request", result.out)
        self.assertEqual(tenant.methods(), ["GET"])

    def test_in_sync(self):
        result = self.plan(self.many(5, []))
        self.expect(result, 0, "5 in sync")
        self.assertNotIn("strategy", result.out)

    def test_drift(self):
        self.expect(self.plan(self.many(5, [2])), 2, "1 would change, 4 in sync")

    def test_json(self):
        result = self.plan(self.many(3, [2]), "--json")
        self.assertEqual(result.code, 2)
        self.assertEqual(self.codes(result), {numbered(2): ("would_change", "ok")})
        line = self.lines(result)[numbered(2)]
        self.assertEqual((line["before"], line["after"], line["name"], line["strategy"]),
                         ("on_each_login", "on_first_login", "conn-2", "samlp"))
        self.assertEqual(len(result.json), 3)

    def test_unmatched(self):
        result = self.plan(self.many(3, [2]), document={"connections": [entry(name="conn-9")]})
        self.assertEqual(result.code, 5)
        self.assertIn("connections[0].name: no connection", result.err)


class PlanFileTest(PlanTest):
    """plan --out, and apply --plan."""

    def test_round_trip(self):
        tenant = self.many(60, [2, 55])
        path = self.plan_out(tenant)
        self.assertEqual(count_of(tenant, "GET"), 2 + 2)
        plan = json_of(path)
        self.assertEqual((plan["connsync_plan"], plan["domain"]), (1, tenant.domain))
        self.assertEqual((plan["listed"], plan["changes"]), (60, 2))
        self.assertEqual([step["id"] for step in plan["connections"]], [numbered(2), numbered(55)])
        for step in plan["connections"]:
            raw = tenant.raw_options(step["id"])
            self.assertEqual(step["options_sha256"], hashlib.sha256(raw).hexdigest())
            self.assertEqual((step["before"], step[SETTING]), ("on_each_login", "on_first_login"))
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(tenant.writes(), 0)

        result = self.apply_plan(tenant, path)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"] * 2)
        self.assertEqual(tenant.handshakes, 1)

    def test_no_content(self):
        """Nothing of any connection but id, name, strategy and the setting is in the file."""
        tenant = self.tenant(*[raw for raw in samples.able()])
        path = self.plan_out(tenant, document={**ALL_OFF, SETTING: "never_on_login"})
        plan = json_of(path)
        self.printed.append(json.dumps(plan["connections"]).encode())
        self.assertGreater(len(plan["connections"]), 3)
        self.assertEqual(set(plan), {"connsync_plan", "domain", "made", "connections", "listed",
                                     "changes"})

    def test_twice(self):
        """What is as wanted by now is in sync: a plan can be applied again."""
        tenant = self.many(3, [2])
        path = self.plan_out(tenant)
        self.assertEqual(self.apply_plan(tenant, path).code, 0)
        result = self.apply_plan(tenant, path)
        self.assertEqual((result.code, self.codes(result)), (0, {}), result.err)
        self.assertEqual(tenant.methods(), ["GET"])

    def test_changed_since(self):
        """Any change refuses that connection, and that one only."""
        for change in (lambda raw: raw_json.put(raw, "client_secret", b'"MARKER-rotated"'),
                       lambda raw: raw_json.put(raw, "new", b"1"),
                       lambda raw: raw_json.without(raw, "client_id"),
                       lambda raw: raw_json.spaced(raw),
                       lambda raw: raw_json.put(raw, SETTING, b'"never_on_login"')):
            tenant = self.many(4, [1, 2, 3])
            path = self.plan_out(tenant)
            with tenant.lock:
                item = tenant.store.connections[numbered(2)]
                item.put("options", change(item.get("options")))
            result = self.apply_plan(tenant, path)
            self.assertEqual(result.code, 3)
            self.assertEqual(self.codes(result),
                             {numbered(1): ("changed", "ok"), numbered(3): ("changed", "ok"),
                              numbered(2): ("refused", "changed_since_plan")})
            self.assertIn("make a new plan; nothing written", result.err)
            self.assertEqual(self.written(tenant), [numbered(1), numbered(3)])

    def test_gone_since(self):
        tenant = self.many(4, [1, 2])
        path = self.plan_out(tenant)
        with tenant.lock:
            del tenant.store.connections[numbered(1)]
        result = self.apply_plan(tenant, path)
        self.assertEqual(result.code, 5)
        self.assertEqual(self.codes(result), {numbered(1): ("failed", "no_such_connection"),
                                              numbered(2): ("changed", "ok")})
        self.assertEqual(self.lines(result)[numbered(1)]["name"], "conn-1")

    def test_dry_run(self):
        tenant = self.many(3, [1])
        path = self.plan_out(tenant)
        result = self.apply_plan(tenant, path, "--dry-run")
        self.assertEqual((result.code, tenant.methods()), (2, ["GET"]))

    def test_without_the_file(self):
        """Domain and credentials from the environment do."""
        tenant = self.many(3, [1])
        path = self.plan_out(tenant)
        tenant.reset()
        result = self.run_cli(tenant, "apply", "--plan", path)
        self.assertEqual((result.code, tenant.writes()), (0, 1), result.err)

    def test_empty_plan(self):
        tenant = self.many(3, [])
        path = self.plan_out(tenant, 0)
        plan = json_of(path)
        self.assertEqual((plan["connections"], plan["listed"], plan["changes"]), ([], 3, 0))
        self.assertEqual(self.apply_plan(tenant, path).code, 0)
        self.assertEqual(tenant.requests, [])

    def test_no_plan_of_a_part(self):
        """One that could not be read is not passed over: the old plan stays."""
        tenant = self.many(5, range(1, 6))
        path = self.plan_out(tenant)
        with open(path, "rb") as file:
            before = file.read()
        tenant.reset()
        tenant.faults.append(Fault("status", path=numbered(3), status=400))
        result = self.plan(tenant, "--out", path)
        self.assertEqual(result.code, 1)
        self.assertIn("no plan was written", result.err)
        result = self.plan(tenant, "--out", path, document={"connections": [entry(name="none")]})
        self.assertEqual(result.code, 5)
        with open(path, "rb") as file:
            self.assertEqual(file.read(), before)
        self.assertEqual(leftovers(self.folder), [])

    def no_plan(self, tenant, code, kind, **how):
        """With this fault there is none afterwards, and one that was there is as it was."""
        for before in (None, b"the old one"):
            path = self.folder / "another.json"
            path.unlink(missing_ok=True)
            if before is not None:
                path.write_bytes(before)
            tenant.reset()
            tenant.faults.append(Fault(kind, times=None, **how))
            result = self.plan(tenant, "--out", str(path))
            self.assertEqual(result.code, code, result.err)
            self.assertIn("no plan was written", result.err)
            self.assertRegex(result.out, r", no plan written\n$")
            self.assertNotIn("0 in sync, 0 refused, 0 failed", result.out)
            self.assertEqual(path.read_bytes() if path.exists() else None, before)
            self.assertEqual(leftovers(self.folder), [])

    def test_no_plan_of_a_list_that_breaks_off(self):
        """On whatever page, and whether or not something before it would change."""
        for out_of_sync in ([], [2], [2, 55]):
            for page in ("take", "from="):
                self.no_plan(self.many(60, out_of_sync), 1, "status", path=page, status=400,
                             body="management")
        self.no_plan(self.many(60, [2]), 1, "endless", path="take", lead=1, length=2)

    def test_no_plan_without_the_options(self):
        """Refused for what the answer lacks: what the connection has is not known."""
        self.no_plan(self.many(3, [1, 2]), 3, "without_member", path=numbered(1), key="options")

    def test_a_plan_beside_what_is_refused(self):
        """Refused for what the connection is: it was read, and the plan covers it."""
        tenant = self.tenant(connection("a", "samlp", number=1), samples.sms())
        document = {**ALL_OFF, "connections": [entry(name="sms")]}
        plan = json_of(self.plan_out(tenant, 3, document))
        self.assertEqual((plan["listed"], plan["changes"]), (2, 1))

    def test_somebody_was_quicker(self):
        """The list is not the last word: the read is."""
        tenant = self.many(3, [1])
        tenant.faults.append(Fault("edit", path="take", target=numbered(1),
                                   change={SETTING: b'"on_first_login"'}))
        path = self.plan_out(tenant, 0)
        self.assertEqual(json_of(path)["connections"], [])

    def test_places_that_cannot_be_written(self):
        tenant = self.many(3, [1])
        for path in ("/nowhere/plan.json", str(self.folder), "/dev/null"):
            result = self.plan(tenant, "--out", path)
            self.assertEqual(result.code, 1)
            self.assertIn("cannot write the plan " + path, result.err)
        self.assertIn(": Is a directory", self.plan(tenant, "--out", str(self.folder)).err)
        self.assertEqual(tenant.requests, [])


class WrongPlanTest(PlanTest):
    """A file that is no plan, or not for this tenant."""

    def test_wrong_plans(self):
        tenant = self.many(3, [1])
        good = json_of(self.plan_out(tenant))
        step = good["connections"][0]
        tenant.reset()

        def with_step(**members):
            found = {key: value for key, value in {**step, **members}.items() if value is not None}
            return {**good, "connections": [step, found]}

        self.refused_plan(tenant, {**good, "domain": "other.test"}, "another domain")
        for version in (2, 0, "1", None, 1.5):
            self.refused_plan(tenant, {**good, "connsync_plan": version}, "not a plan")
        for text in (b"", b"{", b"[]", b"null", b'{"connsync_plan":1}x',
                     json.dumps(good).encode()[:-1]):
            self.refused_plan(tenant, text, "wrong.json")
        self.refused_plan(tenant, {**good, "connections": {}}, "no list")
        for wrong in ({"id": None}, {"id": "okta"}, {"id": 5}, {"id": "con_" + "x" * 70},
                      {SETTING: None}, {SETTING: "sometimes"}, {SETTING: True},
                      {"options_sha256": None}, {"options_sha256": "0" * 63},
                      {"options_sha256": "0" * 65}, {"options_sha256": "g" * 64},
                      {"options_sha256": ""}):
            self.refused_plan(tenant, with_step(**wrong), "damaged")
        self.refused_plan(tenant, {**good, "connections": [7]}, "damaged")
        for counts in ({"listed": None}, {"changes": None}, {"listed": "3"}, {"listed": 0},
                       {"changes": 0}, {"changes": 2}, {"changes": -1}, {"connections": []},
                       {"connections": [step, step]}):
            found = {key: value for key, value in {**good, **counts}.items() if value is not None}
            self.refused_plan(tenant, found, "not whole", "make a new one")
        self.expect(self.apply_plan(tenant, "/nowhere/plan.json"), 64, "cannot read the plan")


if __name__ == "__main__":
    cli.main()
