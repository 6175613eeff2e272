"""patch: what goes over the wire, what stays, what is refused, and what verifying finds."""

import json
import re
import tempfile

import cli
from cli import CON, SETTING, Fault, WireTest, connection, raw_json

OPTIONS = (b' "client_id" : "MARKER-id-is-here" ,\n "client_secret":"MARKER-secret", "scope":'
           b'["email","profile"],"n":1.50E+2, "gateway" : { "url" : "MARKER-gateway", "x":[1] },'
           b'"e":"\\u00e9\\/MARKER","empty":{ } ')
PATCH = b'{"n":7,"new":"MARKER-is-new","gateway":{"x":null,"y":{"z":null}},"e":null}'
PATCHED = (b'{ "client_id" : "MARKER-id-is-here" ,\n "client_secret":"MARKER-secret", "scope":'
           b'["email","profile"],"n":7, "gateway" : { "url" : "MARKER-gateway","y":{} },'
           b'"empty":{ },"new":"MARKER-is-new" }')


class PatchTest(WireTest):
    """Patches come from standard input unless a test is about files."""

    def setUp(self):
        super().setUp()
        self.more_secrets += [b"MARKER-is-new", b"MARKER-id-is-here", b"MARKER-gateway"]

    def patch(self, tenant, *arguments, patch=PATCH, key=CON, **how):
        return self.run_cli(tenant, "patch", key, "-", *arguments, stdin=patch, **how)

    def names(self, result):
        """The lines of names on stdout: [kind, name]."""
        return [line.split("\t") for line in result.out.splitlines() if "\t" in line]


class WriteTest(PatchTest):
    """A patch that is applied."""

    def test_the_bytes(self):
        tenant, con = self.one(options=OPTIONS, extra=b'"display_name":"Shown",')
        result = self.expect(self.patch(tenant), 0)
        self.assertEqual(tenant.raw_options(con), PATCHED)
        self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"])
        write = tenant.requests[1]
        self.assertEqual(raw_json.keys(write.body), ["display_name", "options"])
        self.assertEqual(raw_json.get(write.body, "options"), PATCHED)
        self.assertEqual(result.out, "google-oauth2 (%s): 4 options patched; 4 other options "
                         "verified unchanged\n" % con)

    def test_a_file_and_a_name(self):
        tenant, con = self.one(options=OPTIONS)
        with tempfile.NamedTemporaryFile() as file:
            file.write(PATCH)
            file.flush()
            self.expect(self.run_cli(tenant, "patch", "google-oauth2", file.name), 0)
        self.assertEqual(tenant.raw_options(con), PATCHED)

    def test_in_and_out_again(self):
        """A member that a patch adds, another removes; then every byte is as before."""
        tenant, con = self.one(options=OPTIONS)
        self.expect(self.patch(tenant, patch=b'{"gateway":{"m":{"a":1}},"m":2}'), 0)
        self.expect(self.patch(tenant, patch=b'{"gateway":{"m":null},"m":null}'), 0)
        self.assertEqual(tenant.raw_options(con), tenant.history(con)[0])

    def test_the_setting(self):
        tenant, con = self.one(options=OPTIONS)
        patch = b'{"%s":"never_on_login"}' % SETTING.encode()
        line = self.patch(tenant, "--json", patch=patch).json[0]
        self.assertEqual((line["before"], line["after"], line["status"]),
                         ("on_each_login", "never_on_login", "changed"))
        self.expect_set(tenant, con, "never_on_login")

    def test_nothing_to_change(self):
        for patch in (b"{}", b'{"absent":null}', b'{"n":150,"gateway":{"url":"MARKER-gateway"}}',
                      b'{"empty":{}}'):
            with self.subTest(patch):
                tenant, con = self.one(options=OPTIONS)
                self.expect(self.patch(tenant, patch=patch), 0, "already; nothing written")
                self.expect_untouched(tenant, con)
                self.assertEqual(tenant.methods(), ["GET"])
                tenant.close()

    def test_dry_run(self):
        tenant, con = self.one(options=OPTIONS)
        result = self.expect(self.patch(tenant, "--dry-run"), 2, "would change; nothing written")
        self.assertEqual(self.names(result), [["changes", '"n"'], ["changes", '"gateway"'],
                                              ["removes", '"e"'], ["adds", '"new"']])
        line = self.expect(self.patch(tenant, "--dry-run", "--json"), 2).json[0]
        self.assertEqual((line["changes"], line["removes"], line["adds"], line["status"]),
                         (["n", "gateway"], ["e"], ["new"], "would_change"))
        self.expect_untouched(tenant, con)

    def test_a_plan_for_what_the_service_computes(self):
        """It is changed like any other: nobody has computed anything yet."""
        tenant, con = self.one(options=OPTIONS + b',"certs":["MARKER-old"]')
        patch = b'{"certs":[],"n":1}'
        result = self.expect(self.patch(tenant, "--dry-run", patch=patch), 2)
        self.assertEqual(self.names(result), [["changes", '"n"'], ["changes", '"certs"']])
        line = self.expect(self.patch(tenant, "--dry-run", "--json", patch=patch), 2).json[0]
        self.assertEqual(line["changes"], ["n", "certs"])
        self.expect_untouched(tenant, con)

    def test_names_that_a_terminal_would_obey(self):
        tenant, _ = self.one(options=b'"\\u001b[2J":1,"\x7f\xc2\x9b":2,"long%s":3,"%s":4'
                             % (b"\\u0041" * 300, b"\xc3\xa9" * 300))
        names = raw_json.keys(tenant.raw_options(CON))
        patch = json.dumps(dict.fromkeys(names)).encode()
        result = self.expect(self.patch(tenant, "--dry-run", patch=patch), 2)
        for byte in b"\x1b\x7f":
            self.assertNotIn(byte, result.raw)
        printed = [json.loads(name) for _, name in self.names(result)]
        self.assertEqual(printed[:2], names[:2])
        for name, full in zip(printed[2:], names[2:]):
            self.assertTrue(name.endswith("...") and full.startswith(name[:-3]), name)

    def test_spelled_anew_by_the_service(self):
        for how in ({"reorder": "deep"}, {"spaced": True}, {"stale_reads": 2}):
            tenant, con = self.one(options=OPTIONS)
            tenant.behave(con, **how)
            self.expect(self.patch(tenant), 0, "4 options patched; 4 other")
            tenant.close()


class RefusalTest(PatchTest):
    """Nothing is written, and where the patch is wrong nothing is asked."""

    def test_wrong_patches(self):
        deep = b'{"a":' * 62 + b"{}" + b"}" * 62
        tenant, con = self.one(options=OPTIONS)
        for patch, text in ((b"", "not strict JSON"), (b"{'a':1}", "not strict JSON"),
                            (b"{}{}", "not strict JSON"), (b"[]", "not a JSON object"),
                            (b"null", "not a JSON object"), (b'"a"', "not a JSON object"),
                            (b'{"a":1,"b":2,"a":1}', "member twice"),
                            (b'{"a":[{"b":1,"\\u0062":2}]}', "member twice"),
                            (deep, "deeper than 62 levels"),
                            (b'{"a":' * 70 + b"1" + b"}" * 70, "deeper than 62 levels"),
                            (b'{"a":"\xff"}', "not valid UTF-8"),
                            (b'{"a":"%s"}' % (b"m" * 65536), "larger than 65536 bytes")):
            with self.subTest(patch[:40]):
                result = self.expect(self.patch(tenant, patch=patch), 64, "the patch -: ", text)
                self.assertEqual(result.out, "")
        self.expect(self.run_cli(tenant, "patch", con, "/nonexistent"), 64, "cannot read")
        self.expect(self.run_cli(tenant, "patch", con), 64, "connsync patch CONNECTION FILE")
        self.expect(self.run_cli(tenant, "patch", con, "-", "more"), 64, "unexpected argument")
        self.assertEqual(tenant.requests, [])

    def test_where_a_patch_is_wrong(self):
        tenant, _ = self.one(options=OPTIONS)
        deep = b'{"a":' * 70 + b"1" + b"}" * 70
        for patch, told in (
                (b"", "line 1, column 1: not strict JSON (RFC 8259)"),
                (b'{"a":1,\n 2}', "line 2, column 2: not strict JSON (RFC 8259)"),
                (b'{"a":1,}\n', "line 1, column 8: not strict JSON (RFC 8259)"),
                (b'{"a":\n"\xff"}', "line 2, column 2: not valid UTF-8"),
                (deep, "line 1, column 321: nests deeper than 62 levels"),
                (b'{"a":1,\n"b":2,"a":1}', "line 2, column 7: the object has this member twice"),
                (b'{"a":[1,{"b":1},{"b":{"c":1},\n\n  "\\u0062":2}],"b":1}',
                 "line 3, column 3: the object has this member twice")):
            with self.subTest(patch[:40]):
                result = self.expect(self.patch(tenant, patch=patch), 64)
                self.assertEqual(result.message, "the patch -: " + told)
        self.assertEqual(tenant.requests, [])

    def test_what_is_no_patch(self):
        """Well-formed, and meant for something else."""
        tenant, con = self.one(options=OPTIONS)
        inside = 'all is inside of "options": give that object alone, since a patch is merged ' \
                 "into options"
        desired = "this is a connsync.json: see connsync apply; a patch has members of options"
        whole = connection(options=OPTIONS, extra=b'"display_name":"d","realms":["r"],')
        for patch, told in (
                (b'{"options":{"%s":"never_on_login"}}' % SETTING.encode(), inside),
                (b' {"options" : {}}', inside), (b'{"\\u006fptions":{"a":1}}', inside), (whole, inside),
                (b'{"enabled_clients":[],"options":{"a":1},"show_as_button":true}', inside),
                (b'{"connections":[{"name":"n","%s":"off"}]}' % SETTING.encode(), desired),
                (b'{"domain":"d.test","connections":[{"%s":"on","id":"con_1"}]}' % SETTING.encode(),
                 desired),
                (b'{"%s":"on","all":true}' % SETTING.encode(), desired),
                (b'{"connsync_backup":2,"options":{}}', "this is a backup: see connsync restore")):
            with self.subTest(patch[:60]):
                result = self.expect(self.patch(tenant, patch=patch), 64)
                self.assertEqual(result.message, "the patch -: " + told)
        self.assertEqual(tenant.requests, [])
        self.expect_untouched(tenant, con)

    def test_options_of_these_names(self):
        """What could be a member of options is merged."""
        for patch in (b'{"options":"x"}', b'{"options":null,"name":"x"}', b'{"options":[{"a":1}]}',
                      b'{"options":{"a":1},"other":1}', b'{"connections":[]}', b'{"all":true}',
                      b'{"connections":[{"name":"x"}]}', b'{"connections":{"%s":"x"}}'
                      % SETTING.encode(), b'{"all":"x","%s":"on_each_login"}' % SETTING.encode(),
                      b'{"domain":"x","client_id":"y"}'):
            with self.subTest(patch):
                tenant, con = self.one(options=OPTIONS)
                self.expect(self.patch(tenant, patch=patch), 0)
                for name, value in json.loads(patch).items():
                    self.assertEqual(json.loads(tenant.raw_options(con)).get(name), value)

    def test_the_largest_patches(self):
        tenant, con = self.one(options=OPTIONS)
        self.expect(self.patch(tenant, patch=b'{"a":' * 61 + b"{}" + b"}" * 61), 0)
        self.expect(self.patch(tenant, patch=b'{"m":"%s"}' % (b"m" * (65536 - 8))), 0)
        self.assertEqual(len(raw_json.get(tenant.raw_options(con), "m")), 65536 - 6)

    def refused(self, code, *texts, exit_code=3, fault=None, arguments=(), **how):
        tenant, con = self.one(**how)
        if fault:
            tenant.faults.append(fault)
        result = self.expect(self.patch(tenant, "--json", *arguments), exit_code, *texts)
        self.assertEqual(result.json[0]["code"], code)
        self.assertNotIn("correlation_id", result.json[0])
        self.expect_untouched(tenant, con)

    def test_as_of_set(self):
        encrypted = b'"enabledDatabaseCustomization":true,"configuration":{"k":"2.0$MARKER-c"}'
        self.refused("passwordless", "passwordless", name="sms", strategy="sms")
        self.refused("strategy", "database", name="db", strategy="auth0")
        self.refused("encrypted_configuration", "--allow-encrypted", name="db", strategy="auth0",
                     options=encrypted)
        self.refused("duplicate_member", "twice", options=OPTIONS + b',"n":2')
        self.refused("unknown_value", "not a string", options=b'"%s":7' % SETTING.encode())
        for kind, how, code in (("options_missing", {}, "missing_options"),
                                ("body", {"data": '{"a":1]'}, "not_json"), ("deep", {}, "too_deep")):
            self.refused(code, "nothing written", fault=Fault(kind, method="GET", **how))
        self.refused("options_not_object", "not an object",
                     fault=Fault("options_is", method="GET", value="[]"))

    def test_missing_scope(self):
        tenant, con = self.one(options=OPTIONS)
        token = tenant.issue_token("read:connections", "read:connections_options")
        result = self.expect(self.patch(tenant, env=tenant.environment(token)), 4,
                             "update:connections")
        self.assertEqual(result.out, "")
        self.assertEqual(tenant.history(con), tenant.history(con)[:1])

    def test_too_large(self):
        """Found out before the write; and what is needed is more than there is."""
        members = b",".join(b'"m%d":1' % number for number in range(350000))
        tenant, con = self.one(options=b'"a":1,' + members)
        result = self.expect(self.patch(tenant, patch=b'{"a":2}'), 3, "larger than the memory")
        needed = int(re.search(r"\((\d+) bytes are needed\)", result.message).group(1))
        self.assertGreater(needed, 8 * 1024 * 1024)
        self.expect_untouched(tenant, con)

    def test_twins_that_are_not_named(self):
        tenant, con = self.one(options=b'"d":1,"d":2,"n":1')
        self.expect(self.patch(tenant, patch=b'{"n":2}'), 0, "2 other options")
        self.assertEqual(tenant.raw_options(con), b'{"d":1,"d":2,"n":2}')


class VerifyTest(PatchTest):
    """What the read-back after the write finds."""

    def verified(self, exit_code, code, patch=PATCH, **behaviour):
        tenant, con = self.one(options=OPTIONS)
        tenant.behave(con, **behaviour)
        result = self.patch(tenant, "--json", "--changes", patch=patch)
        line = result.json[0]
        self.assertEqual((result.code, line["code"]), (exit_code, code), result.raw)
        return line

    def check_names(self, line, **wanted):
        for kind in ("lost", "changed", "added", "derived", "not_applied"):
            self.assertEqual(line[kind], wanted.get(kind, []), (kind, line))

    def test_loss(self):
        line = self.verified(7, "verify_loss", drop=("scope", "client_secret"))
        self.check_names(line, lost=["client_secret", "scope"])
        self.assertIn("2 lost, 0 changed", line["message"])
        line = self.verified(7, "verify_loss", change={"client_id": b'"MARKER-another"'})
        self.check_names(line, changed=["client_id"])
        # What a patch names in part may lose the rest of it.
        line = self.verified(7, "verify_loss", change={"gateway": b'{"y":{}}'})
        self.check_names(line, changed=["gateway"])
        line = self.verified(7, "verify_loss", drop=("gateway",))
        self.check_names(line, lost=["gateway"])

    def test_not_applied(self):
        line = self.verified(7, "not_applied", ignore_patch=True)
        self.check_names(line, not_applied=["n", "gateway", "new", "e"])
        self.assertIn("4 of the options", line["message"])
        line = self.verified(7, "not_applied", drop=("new",), change={"e": b'"back"', "n": b"8"})
        self.check_names(line, not_applied=["n", "new", "e"])

    def test_what_the_service_adds(self):
        line = self.verified(0, "ok", derive={"certs": b'["MARKER-c"]', "more": b"1"})
        self.check_names(line, added=["certs", "more"])
        tenant, con = self.one(options=OPTIONS + b',"certs":["MARKER-old"]')
        tenant.behave(con, derive={"certs": b'["MARKER-c"]'})
        result = self.expect(self.patch(tenant, "--changes"), 0, "(1 recomputed, 0 added")
        self.assertEqual(self.names(result), [["derived", '"certs"']])
        # Named by the patch, it is to be as the patch says.
        result = self.patch(tenant, "--changes", patch=b'{"certs":[]}')
        self.assertEqual((result.code, self.names(result)), (7, [["not_applied", '"certs"']]))

    def test_lost_answers(self):
        """A write without an answer is settled by a read-back, and sent again if it had no effect."""
        for fault, writes in ((Fault("close_after", method="PATCH"), 1),
                              (Fault("reset_before", method="PATCH"), 1),
                              (Fault("applied_then_error", method="PATCH"), 1),
                              (Fault("status", method="PATCH", status=500), 1),
                              (Fault("rate_limited", method="PATCH", retry_after=0), 1)):
            with self.subTest(fault.kind):
                tenant, con = self.one(options=OPTIONS)
                tenant.faults.append(fault)
                self.expect(self.patch(tenant, timeout=60), 0, "4 options patched")
                self.assertEqual(tenant.raw_options(con), PATCHED)
                self.assertEqual(len(tenant.history(con)), 1 + writes)
                tenant.close()

    def test_unverified(self):
        tenant, con = self.one(options=OPTIONS)
        tenant.faults.append(Fault("status", method="GET", occurrence=2, times=None, status=404))
        line = self.patch(tenant, "--json").json[0]
        self.assertEqual(line["code"], "unverified")
        self.assertEqual(tenant.raw_options(con), PATCHED)


class CorrelationTest(PatchTest):
    """X-Correlation-ID: on writes alone, and told."""

    def test_random(self):
        seen = set()
        for _ in range(2):
            tenant, _ = self.one(options=OPTIONS)
            result = self.patch(tenant, "--json")
            number = result.json[0]["correlation_id"]
            self.assertRegex(number, r"^connsync-[0-9a-f]{32}$")
            self.assertEqual([request.header("X-Correlation-ID") for request in tenant.requests],
                             [None, number, None])
            self.assertIn("connsync: %s: correlation id %s\n" % (CON, number), result.err)
            seen.add(number)
        self.assertEqual(len(seen), 2)

    def test_given(self):
        tenant, con = self.one(options=OPTIONS)
        given = "change-request/4711\"" + "x" * 44
        result = self.run_cli(tenant, "set", con, "off", "--json", "--correlation-id", given)
        self.assertEqual(result.json[0]["correlation_id"], given)
        self.assertEqual(tenant.requests[1].header("X-Correlation-ID"), given)
        # Nothing is written, so there is nothing to look for.
        again = self.run_cli(tenant, "set", con, "off", "--json", "--correlation-id", given)
        self.assertNotIn("correlation_id", again.json[0])
        self.assertIsNone(re.search("correlation", again.err))

    def test_wrong(self):
        tenant, con = self.one(options=OPTIONS)
        for given in ("", "x" * 65, "two words", "\u00e9", "line\nbreak"):
            self.expect(self.run_cli(tenant, "set", con, "off", "--correlation-id", given), 64,
                        "--correlation-id takes 1 to 64 characters of visible ASCII")
        self.assertEqual(tenant.requests, [])


class UsageTest(PatchTest):
    """Options that belong to commands that write."""

    def test_where_they_do_not_belong(self):
        tenant, con = self.one(options=OPTIONS)
        for command in (("get", con), ("list",), ("import",), ("plan", "x.json")):
            for option in (("--backup", "/tmp"), ("--restore",), ("--changes",),
                           ("--correlation-id", "x")):
                self.expect(self.run_cli(tenant, *command, *option), 64, "commands that write")
        self.expect(self.run_cli(tenant, "restore", "x.json", "--restore"), 64,
                    "--restore does not go with restore")
        self.assertEqual(tenant.requests, [])


if __name__ == "__main__":
    cli.main()
