"""Answers that cannot be believed: token answers without a token, lists without an end, and
bodies that their length shows to be too large."""

import cli
from cli import CON, Fault, FaultTest


class TokenAnswerTest(FaultTest):
    """A token that cannot be used is an error, and no request goes without one."""

    def refused(self, fault):
        tenant, _ = self.one()
        tenant.faults.append(fault)
        result = self.run_cli(tenant, "set", CON, "off", "--json",
                              env=tenant.environment(credentials=True))
        self.expect(result, 1)
        self.assertEqual(result.json[0]["code"], "unexpected_answer", fault)
        self.assertEqual(tenant.methods(), ["POST"], fault)

    def test_no_usable_token(self):
        values = ('""', "null", "7", "{}", '["a"]', '"a b"', '"a\\r\\nb"', '"\\u0000"',
                  '"\\u00e9"', "true")
        faults = [Fault("member_is", method="POST", key="access_token", value=value)
                  for value in values]
        faults.append(Fault("without_member", method="POST", key="access_token"))
        faults.append(Fault("duplicate_keys", method="POST", key="access_token", value='"b"'))
        self.all_of(self.refused, faults)


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
