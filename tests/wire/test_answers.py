"""Answers that cannot be believed: token answers without a token, lists without an end, and
bodies that their length shows to be too large."""

import json
import tempfile
from pathlib import Path

import cli
from cli import CON, Fault, FaultTest, connection


class TokenAnswerTest(FaultTest):
    """A token that cannot be used is an error, and no request goes without one."""

    SENTENCE = "the answer to the request for a token has none that can be used"

    def refused(self, fault):
        tenant, _ = self.one()
        tenant.faults.append(fault)
        result = self.run_cli(tenant, "set", CON, "off", "--json",
                              env=tenant.environment(credentials=True))
        self.expect(result, 1, self.SENTENCE)
        self.assertEqual(result.json[0]["code"], "unusable_token", fault)
        self.assertEqual(tenant.methods(), ["POST"], fault)

    def test_no_usable_token(self):
        values = ('""', "null", "7", "{}", '["a"]', '"a b"', '"a\\r\\nb"', '"\\u0000"',
                  '"\\u00e9"', "true")
        faults = [Fault("member_is", method="POST", key="access_token", value=value)
                  for value in values]
        faults.append(Fault("without_member", method="POST", key="access_token"))
        faults.append(Fault("duplicate_keys", method="POST", key="access_token", value='"b"'))
        faults += [Fault("body", method="POST", data=body)
                   for body in (b"[]", b"null", b'"MARKER-token"')]
        self.all_of(self.refused, faults)

    def test_where_a_write_waits_for_it(self):
        """It says what prevented the verification, and the token before is not kept."""
        with tempfile.TemporaryDirectory(prefix="connsync-cache-") as home:
            tenant, con = self.one()
            env = {**tenant.environment(credentials=True), "XDG_CACHE_HOME": home}
            self.expect(self.run_cli(tenant, "get", con, env=env), 0)
            tenant.faults += [Fault("expire_token", method="GET", occurrence=2),
                              Fault("member_is", method="POST", key="access_token", value='"a b"')]
            result = self.run_cli(tenant, "set", con, "off", env=env)
            self.expect(result, 1, "could not be verified", self.SENTENCE)
            self.assertEqual(tenant.methods()[2:], ["GET", "PATCH", "GET", "POST"])
            self.assertEqual(list(Path(home, "connsync").iterdir()), [])

    def run_many(self, command, *faults):
        """(tenant, result) of a command for three connections; tokens that are faulty are so
        for ever."""
        tenant = self.tenant(*(connection("c%d" % n, number=n) for n in (1, 2, 3)))
        tenant.faults += faults
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"all": True, "set_user_root_attributes": "off"}, file)
            file.flush()
            words = () if command == "list" else (file.name,)
            result = self.run_cli(tenant, command, *words,
                                  env=tenant.environment(credentials=True))
        self.assertEqual(result.code, 1)
        self.assertIn(self.SENTENCE, result.err)
        return tenant, result

    def test_a_fleet_ends_with_it(self):
        """No connection would fare better: each would cost the tenant one more token."""
        def empty(occurrence):
            return Fault("member_is", method="POST", occurrence=occurrence, times=None,
                         key="access_token", value='""')
        for command in ("apply", "plan", "list"):
            tenant, _ = self.run_many(command, empty(1))
            self.assertEqual(tenant.methods(), ["POST"], command)
        tenant, result = self.run_many("apply", empty(2), Fault("expire_token", method="PATCH"))
        self.assertEqual(tenant.methods().count("POST"), 2)
        self.assertIn("not tried after that: unusable_token", result.err)


class EndlessListTest(FaultTest):
    """A cursor that comes back, at once or in a circle, ends the list."""

    def test_cursors_that_come_back(self):
        def check(shape):
            lead, length = shape
            tenant, _ = self.one()
            tenant.faults.append(Fault("endless", path="take", times=None, lead=lead,
                                       length=length))
            for command in ("list", "import"):
                before = len(tenant.methods())
                result = self.run_cli(tenant, command, "--timeout", "20")
                self.expect(result, 1)
                self.assertLess(len(tenant.methods()) - before, 3 * (lead + length) + 4, shape)

        self.all_of(check, [(0, 1), (0, 3), (2, 1), (5, 7), (0, 20)])


class LengthTest(FaultTest):
    """What the length shows to be too large is refused before it is read: here it never comes."""

    def test_too_large_by_its_head(self):
        tenant, con = self.one()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90000000\r\n\r\n{"
        tenant.faults.append(Fault("raw", method="GET", data=head, times=None))
        result = self.expect(self.run_cli(tenant, "set", con, "off"), 3, "90000000 bytes")
        self.assertEqual(tenant.methods(), ["GET"])
        self.expect(result, 3, "nothing written")


if __name__ == "__main__":
    cli.main()
