"""-v: each request in one line, as it went, and nothing that is nobody's business."""

import re
import unittest

from cli import CON, Fault, WireTest

LINE = re.compile(r"connsync: (GET|PATCH|POST) (/\S+): (no answer|\d{3}(?: \(\w+\))?) in (\d+) ms"
                  r"(?: after a wait of (\d+) ms)?, (\d+) bytes, connection (new|kept)"
                  r"(?:, rate limit left (\d+))?")
PATH = "/api/v2/connections/" + CON


class TraceTest(WireTest):
    """trace() runs a command, and gives the lines of its requests: method, path, status and the
    rest."""

    def trace(self, tenant, *words, code=0, **how):
        result = self.run_cli(tenant, *words, "-v", verbose=False, **how)
        self.assertEqual(result.code, code, result.err)
        return [match.groups() for match in map(LINE.fullmatch, result.err.splitlines()) if match]

    def test_a_write(self):
        tenant, con = self.one()
        lines = self.trace(tenant, "set", con, "on_first_login")
        self.assertEqual([line[:3] for line in lines],
                         [("GET", PATH, "200"), ("PATCH", PATH, "200"), ("GET", PATH, "200")])
        self.assertEqual([line[6] for line in lines], ["new", "kept", "kept"])
        self.assertEqual([int(line[7]) for line in lines], [tenant.bucket.burst - 1] * 3)
        self.assertGreater(int(lines[2][5]), len(tenant.raw_options(con)))

    def test_a_handshake(self):
        """-vv: the chain, root first, and what was agreed on."""
        tenant, con = self.one()
        for _ in range(2):
            result = self.run_cli(tenant, "set", con, "on_first_login", "-vv", verbose=False)
            lines = [line for line in result.err.splitlines() if re.search("certif|handshake:", line)]
            self.assertRegex("\n".join(lines), r"^(connsync: certificate \d of the chain: .*\n)+"
                             r"connsync: handshake: TLSv1\.[23], TLS[\w-]+, not resumed$")
            depths = [int(line.split()[2]) for line in lines[:-1]]
            self.assertEqual(depths, list(range(len(depths)))[::-1])
            self.assertIn("CN=", lines[-2])
        self.assertNotIn("handshake:", self.run_cli(tenant, "get", con, "-v", verbose=False).err)

    def test_a_chain_that_is_refused(self):
        tenant, con = self.one()
        result = self.run_cli(tenant, "get", con, "-vv", "--domain", "another.example.test",
                              verbose=False)
        self.assertEqual(result.code, 8, result.err)
        self.assertIn("connsync: certificate 0 of the chain: ", result.err)
        self.assertIn(": no answer in ", result.err)
        self.assertNotIn("handshake:", result.err)

    def test_without_it_there_is_none(self):
        tenant, con = self.one()
        self.assertEqual(self.run_cli(tenant, "get", con, verbose=False).err, "")

    def test_a_token_and_a_query(self):
        """The name that is asked for is in the query, and the path has it not."""
        tenant, _ = self.one()
        lines = self.trace(tenant, "get", "google-oauth2", "--no-token-cache",
                           env=tenant.environment(credentials=True))
        self.assertEqual([line[:3] for line in lines],
                         [("POST", "/oauth/token", "200"), ("GET", "/api/v2/connections", "200")])

    def test_failures(self):
        for fault, told in ((Fault("close_before", method="GET"), "no answer"),
                            (Fault("status", status=503), "503"),
                            (Fault("rate_limited", retry_after=1), "429")):
            with self.subTest(told):
                tenant, con = self.one()
                tenant.faults.append(fault)
                lines = self.trace(tenant, "get", con)
                self.assertEqual([line[2] for line in lines], [told, "200"])
                self.assertIsNone(lines[0][4])
                self.assertGreater(int(lines[1][4]), 100)
        tenant, con = self.one()
        tenant.faults.append(Fault("body", method="GET", data='{"a":1]'))
        self.assertEqual(self.trace(tenant, "set", con, "off", code=3)[0][5], "7")
        tenant, con = self.one()
        tenant.faults.append(Fault("close_before", method="GET", times=None))
        lines = self.trace(tenant, "get", con, "--timeout", "2", code=1)
        self.assertEqual({line[2] for line in lines}, {"no answer"})
        self.assertEqual({line[6] for line in lines}, {"new"})

    def test_a_list(self):
        """Jobs of their own, one after the other, in one line each."""
        tenant = self.tenant()
        for number in range(1, 31):
            tenant.add((b'{"id":"con_%016d","name":"n-%d","strategy":"samlp","options":{}}'
                        % (number, number)))
        lines = self.trace(tenant, "apply", "-", stdin=b'{"all":true,"set_user_root_attributes":'
                           b'"on_first_login","except":["n-3"]}')
        self.assertEqual([line[0] for line in lines], tenant.methods())
        self.assertEqual(len(lines), len(tenant.requests))
        self.assertEqual([line[1] for line in lines], [request.path for request in tenant.requests])
        self.assertEqual([line[6] for line in lines], ["new"] + ["kept"] * (len(lines) - 1))


if __name__ == "__main__":
    unittest.main()
