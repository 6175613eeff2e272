"""--backup, restore, --restore and --changes: the way back, and what is said of it."""

import hashlib
import json
import os
import re
import signal
import stat
import time

import cli
from cli import CON, SETTING, Fault, connection, raw_json
from fleet import FleetTest, numbered

OPTIONS = (b' "client_id" : "MARKER-id-is-here" ,\n "client_secret":"MARKER-secret", "scope":'
           b'["email","profile"],"n":1.50E+2, "e":"\\u00e9\\/MARKER","empty":{ } ')
KILLS = 60
COVERED = ("domain", "made", "id", "name", "strategy")


def digest_of(raw):
    """What `sha256` of a backup has to be: five texts with a NUL behind each, and the options."""
    texts = [json.loads(raw_json.get(raw, key)) + "\0" for key in COVERED]
    return hashlib.sha256("".join(texts).encode() + raw_json.get(raw, "options")).hexdigest()


def changed(raw, **members):
    """A backup with other values, whole again."""
    for key, value in members.items():
        raw = raw_json.put(raw, key, value)
    return raw_json.put(raw, "sha256", b'"%s"' % digest_of(raw).encode())


def as_before(raw):
    """The backup that an older connsync would have made."""
    digest = hashlib.sha256(raw_json.get(raw, "options")).hexdigest().encode()
    raw = raw.replace(b'"connsync_backup":2,', b'"connsync_backup":1,')
    return re.sub(rb'"sha256":"[0-9a-f]{64}"', b'"options_sha256":"%s"' % digest, raw, count=1)


class BackupTest(FleetTest):
    """Backups go to self.backups."""

    def setUp(self):
        super().setUp()
        self.backups = self.folder / "backups"
        self.backups.mkdir()

    def files(self):
        return sorted(self.backups.iterdir())

    def set(self, tenant, *arguments, value="off", key=CON, **how):
        return self.run_cli(tenant, "set", key, value, *arguments, **how)

    def backed_up(self):
        """(tenant, the file): a connection that was set with a backup."""
        tenant, con = self.one(options=OPTIONS)
        self.expect(self.set(tenant, "--backup", str(self.backups)), 0)
        self.assertNotEqual(tenant.raw_options(con), tenant.history(con)[0])
        return tenant, self.files()[-1]

    def names(self, result):
        return [line.split("\t") for line in result.out.splitlines() if "\t" in line]

    def expect_backup(self, path, tenant, options, name="google-oauth2"):
        raw = path.read_bytes()
        self.assertEqual(raw_json.get(raw, "options"), options)
        self.assertTrue(raw.endswith(b'"options":' + options + b"}\n"), raw)
        told = json.loads(raw)
        self.assertEqual((told["connsync_backup"], told["name"], told["sha256"]),
                         (2, name, digest_of(raw)))
        self.assertEqual(list(told), ["connsync_backup", *COVERED, "sha256", "options"])
        self.assertEqual(told["domain"], tenant.domain)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        self.assertRegex(path.name, "^%s-%s(-[0-9]+)?.json$" % (told["id"], told["made"]))


class WriteTest(BackupTest):
    """A backup is made directly before a write."""

    def test_the_bytes(self):
        tenant, path = self.backed_up()
        self.expect_backup(path, tenant, tenant.history(CON)[0])

    def test_none_without_a_write(self):
        tenant, con = self.one(options=OPTIONS)
        how = ("--backup", str(self.backups))
        self.expect(self.set(tenant, *how, value="on"), 0, "already")
        self.expect(self.set(tenant, *how, "--dry-run"), 2)
        self.expect(self.run_cli(tenant, "patch", con, "-", "--dry-run", *how, stdin=b'{"n":1}'), 2)
        sms = tenant.add(connection("sms", "sms", number=2))
        self.expect(self.set(tenant, *how, key=sms), 3)
        self.assertEqual(self.files(), [])

    def test_each_has_a_file(self):
        """Several within a second, and none in the place of another."""
        tenant, con = self.one(options=OPTIONS)
        for value in ("off", "on", "off", "never_on_login", "off"):
            self.expect(self.set(tenant, "--backup", str(self.backups), value=value), 0)
        kept = sorted(raw_json.get(path.read_bytes(), "options") for path in self.files())
        self.assertEqual(kept, sorted(tenant.history(con)[:-1]))

    def test_a_write_that_is_sent_again(self):
        """What is the same is backed up once."""
        tenant, con = self.one(options=OPTIONS)
        tenant.faults.append(Fault("reset_before", method="PATCH"))
        self.expect(self.set(tenant, "--backup", str(self.backups), timeout=60), 0)
        self.assertEqual(len(self.files()), 1)
        # Somebody else was quicker: the second write has another state before it.
        tenant.faults += [Fault("status", method="PATCH", status=429, body="json"),
                          Fault("edit", method="GET", target=con, change={"n": "151"})]
        self.set(tenant, "--backup", str(self.backups), value="on", timeout=60)
        kept = {raw_json.get(raw_json.get(path.read_bytes(), "options"), "n")
                for path in self.files()}
        self.assertEqual(kept, {b"1.50E+2", b"151"})

    def test_cannot_be_written(self):
        tenant, con = self.one(options=OPTIONS)
        for wrong in (self.folder / "absent", self.write({}, "file")):
            self.expect(self.set(tenant, "--backup", str(wrong)), 64, "--backup takes a directory")
        self.assertEqual(tenant.requests, [])
        if os.geteuid() == 0:
            # Who may do anything cannot be kept from it by a mode; /proc takes no file.
            wrong = "/proc/self/fd"
        else:
            self.backups.chmod(0o500)
            wrong = str(self.backups)
        result = self.expect(self.set(tenant, "--backup", wrong, "--json"), 3,
                             "the backup cannot be written; nothing written (")
        self.assertEqual(result.json[0]["code"], "no_backup")
        self.expect_untouched(tenant, con)

    def test_an_id_that_is_a_path(self):
        tenant = self.tenant()
        tenant.add(connection("odd").replace(CON.encode(), b"con_/../../up"))
        self.expect(self.set(tenant, "--backup", str(self.backups), key="odd"), 0)
        path = self.files()[0]
        self.assertRegex(path.name, r"^con________up-")
        self.assertEqual(json.loads(path.read_bytes())["id"], "con_/../../up")

    def test_apply(self):
        tenant = self.many(6, (2, 3, 5), options=OPTIONS)
        before = {numbered(n): tenant.raw_options(numbered(n)) for n in range(1, 7)}
        self.expect(self.apply(tenant, "--backup", str(self.backups)), 0)
        kept = {json.loads(path.read_bytes())["id"]: path for path in self.files()}
        self.assertEqual(sorted(kept), [numbered(n) for n in (2, 3, 5)])
        for key, path in kept.items():
            self.expect_backup(path, tenant, before[key], json.loads(path.read_bytes())["name"])

    def test_a_plan_and_a_backup(self):
        """Both look at the same bytes: what has changed since the plan is refused first."""
        tenant = self.many(2, (1, 2), options=OPTIONS)
        plan = str(self.folder / "plan")
        self.expect(self.apply(tenant, "--out", plan, command="plan"), 2)
        with tenant.lock:
            tenant.store.connections[numbered(2)].put("options", b'{"n":1}')
        result = self.run_cli(tenant, "apply", "--plan", plan, "--backup", str(self.backups))
        self.assertEqual(result.code, 3)
        self.assertEqual([json.loads(path.read_bytes())["id"] for path in self.files()],
                         [numbered(1)])


class RestoreTest(BackupTest):
    """connsync restore FILE."""

    def restore(self, tenant, path, *arguments, **how):
        return self.run_cli(tenant, "restore", str(path), *arguments, **how)

    def test_there_and_back(self):
        tenant, path = self.backed_up()
        result = self.expect(self.restore(tenant, path), 0)
        self.assertEqual(tenant.raw_options(CON), tenant.history(CON)[0])
        self.assertEqual(result.out, "google-oauth2 (%s): 1 option restored; 6 other options "
                         "verified unchanged\nremoves\t\"%s\"\n" % (CON, SETTING))
        self.assertEqual(tenant.methods()[3:], ["GET", "PATCH", "GET"])
        self.expect(self.restore(tenant, path), 0, "as in the backup already; nothing written")
        self.assertEqual(tenant.methods()[6:], ["GET"])

    def test_after_the_careless_call(self):
        tenant, path = self.backed_up()
        with tenant.lock:
            tenant.store.connections[CON].put("options", b'{"%s":"on_each_login","x":1}'
                                              % SETTING.encode())
        result = self.expect(self.restore(tenant, path, "--dry-run"), 2, "would change")
        self.assertEqual(len(self.names(result)), 8)
        self.assertEqual(tenant.writes(), 1)
        line = self.expect(self.restore(tenant, path, "--json", "--backup", str(self.backups)),
                           0).json[0]
        self.assertEqual(line["removes"], [SETTING, "x"])
        self.assertEqual(line["adds"], ["client_id", "client_secret", "scope", "n", "e", "empty"])
        self.assertEqual(tenant.raw_options(CON), tenant.history(CON)[0])
        self.assertEqual(len(self.files()), 2)
        # That one was backed up too, and comes back likewise.
        other = [file for file in self.files() if file.read_bytes() != path.read_bytes()]
        self.expect(self.restore(tenant, other[0]), 0)
        self.assertEqual(raw_json.keys(tenant.raw_options(CON)), [SETTING, "x"])

    def test_from_standard_input(self):
        tenant, path = self.backed_up()
        self.expect(self.restore(tenant, "-", stdin=path.read_bytes()), 0)
        self.assertEqual(tenant.raw_options(CON), tenant.history(CON)[0])

    def test_damaged(self):
        """Cut anywhere, and with any member gone, twice or another: nothing is asked."""
        tenant, path = self.backed_up()
        tenant.reset()
        whole = path.read_bytes()
        wrong = [whole[:cut] for cut in range(0, len(whole) - 2, 23)]
        for key in raw_json.keys(whole):
            value = raw_json.get(whole, key)
            wrong += [raw_json.without(whole, key), raw_json.put(whole, key, b"null"),
                      raw_json.put(whole, key, b'""'), raw_json.put(whole, key, b"[]"),
                      whole.replace(b'"%s":' % key.encode(), b'"%s":%s,"%s":' % (
                          key.encode(), value, key.encode()), 1)]
        wrong += [raw_json.put(whole, "options", b'{"a":1}'),
                  whole.replace(b"1.50E+2", b"1.51E+2"), whole + b"{}", b"[]",
                  raw_json.put(whole, "connsync_backup", b"3"),
                  raw_json.put(whole, "connsync_backup", b"0"),
                  raw_json.put(whole, "connsync_backup", b"1"),
                  changed(whole, id=b'"google-oauth2"'), changed(whole, options=b"[]"),
                  raw_json.put(whole, "sha256", b'"%s"' % digest_of(whole).upper().encode()),
                  whole.replace(b'"options":', b'"options":{},"options":')]
        wrong += self.spoiled(as_before(whole))

        def check(content):
            file = self.folder / hashlib.sha256(content).hexdigest()
            file.write_bytes(content)
            self.expect(self.restore(tenant, file), 64, "the backup ")
        self.all_of(check, wrong)
        self.expect(self.restore(tenant, self.folder / "absent"), 64, "cannot read the backup")
        self.expect(self.run_cli(tenant, "restore"), 64, "connsync restore FILE")
        self.assertEqual(tenant.requests, [])

    @staticmethod
    def spoiled(old):
        """What is wrong with a backup of an older connsync, whose digest is of the options."""
        wrong = [raw_json.without(old, key) for key in raw_json.keys(old)
                 if key not in ("name", "made")]
        return wrong + [raw_json.put(old, "options", b'{"a":1}'),
                        raw_json.put(old, "options", b"[]"),
                        old.replace(b"1.50E+2", b"1.51E+2"),
                        raw_json.put(old, "connsync_backup", b"2"),
                        raw_json.put(old, "id", b'"google-oauth2"')]

    def test_the_digest_covers_whose_options_they_are(self):
        """Other bytes of the same kind: each would be a good backup, but not this one."""
        tenant, path = self.backed_up()
        tenant.add(connection("twin", number=2, options=OPTIONS))
        tenant.reset()
        whole = path.read_bytes()
        others = {"id": numbered(2), "name": "twin", "strategy": "samlp",
                  "made": "2020-01-01T00:00:00Z", "domain": "other.example"}
        for key, value in others.items():
            wrong = self.write(raw_json.put(whole, key, b'"%s"' % value.encode()), "other")
            self.expect(self.restore(tenant, wrong), 64, "the backup ",
                        "is damaged: it is not as it was written")
        # What stands in one text's place may not stand in its neighbour's.
        joined = raw_json.put(raw_json.put(whole, "id", b'"%sg"' % CON.encode()), "name",
                              b'"oogle-oauth2"')
        self.expect(self.restore(tenant, self.write(joined, "other")), 64, "is damaged")
        self.assertEqual(tenant.requests, [])

    def test_spelled_otherwise(self):
        """With other white space, and in another order, it is the same backup."""
        tenant, path = self.backed_up()
        raw = path.read_bytes()
        pairs = [(key, raw_json.get(raw, key)) for key in reversed(raw_json.keys(raw))]
        other = b"{\n" + b",\n  ".join(b'"%s" : %s' % (key.encode(), value)
                                       for key, value in pairs) + b"\n}"
        self.expect(self.restore(tenant, self.write(other, "other")), 0, "1 option restored")
        self.assertEqual(tenant.raw_options(CON), tenant.history(CON)[0])
        nameless = self.write(changed(raw, name=b'""'), "nameless")
        self.expect(self.restore(tenant, nameless), 0, "as in the backup already")

    def test_of_an_older_connsync(self):
        """It is read, and it is said what nobody vouches for."""
        tenant, path = self.backed_up()
        old = as_before(path.read_bytes())
        word = "older connsync"
        for content in (old, raw_json.without(raw_json.without(old, "name"), "made")):
            result = self.expect(self.restore(tenant, self.write(content, "old")), 0, "1 option")
            self.assertIn(word, result.err)
            self.assertIn("covers its options alone", result.err)
            self.assertEqual(tenant.raw_options(CON), tenant.history(CON)[0])
            self.expect(self.set(tenant), 0)
        result = self.restore(tenant, self.folder / "old", "--log-format", "json", "--dry-run")
        self.assertIn(word, json.loads(result.err.splitlines()[0])["message"])
        self.assertNotIn(word, self.restore(tenant, path).err)

    def test_of_another_tenant_or_connection(self):
        tenant, path = self.backed_up()
        raw = path.read_bytes()
        other = self.write(changed(raw, domain=b'"other.example"'), "other")
        tenant.reset()
        self.expect(self.restore(tenant, other), 64, "is of another domain")
        self.assertEqual(tenant.requests, [])
        gone = self.write(changed(raw, id=b'"con_gone"'), "gone")
        self.expect(self.restore(tenant, gone), 5)
        strategy = self.write(changed(raw, strategy=b'"samlp"'), "strategy")
        result = self.expect(self.restore(tenant, strategy, "--json"), 3, "another strategy")
        self.assertEqual(result.json[0]["code"], "other_connection")
        self.assertEqual(tenant.writes(), 0)

    def test_what_came_back_encrypted(self):
        """A backup may hold ciphertext of a connection that has lost it meanwhile."""
        options = (b'"enabledDatabaseCustomization":true,'
                   b'"configuration":{"k":"2.0$MARKER-ciphertext"}')
        tenant, con = self.one("db", "auth0", options=options)
        how = ("--allow-encrypted-configuration",)
        self.expect(self.set(tenant, "--backup", str(self.backups), *how), 0)
        with tenant.lock:
            tenant.store.connections[con].put("options", b'{"enabledDatabaseCustomization":true}')
        tenant.reset()
        self.expect(self.restore(tenant, self.files()[0]), 3, "--allow-encrypted-configuration")
        self.assertEqual(tenant.writes(), 0)
        self.expect(self.restore(tenant, self.files()[0], *how), 0)
        self.assertEqual(tenant.raw_options(con), tenant.history(con)[0])

    def test_what_came_back_encrypted_in_another_form(self):
        """Whatever is not plainly empty may be ciphertext; so may one of two."""
        _, path = self.backed_up()
        raw = path.read_bytes()
        for inside in (b'"configuration":"2.0$MARKER-ciphertext"',
                       b'"configuration":["2.0$MARKER-ciphertext"]', b'"configuration":true',
                       b'"configuration":{},"\\u0063onfiguration":{"k":"2.0$MARKER-ciphertext"}'):
            options = b"{" + inside + b"}"
            with self.subTest(inside):
                tenant, con = self.one(options=OPTIONS)
                file = self.write(changed(raw, options=options,
                                          domain=b'"' + tenant.domain.encode() + b'"'), "other")
                self.expect(self.restore(tenant, file), 3, "nothing written")
                self.expect_untouched(tenant, con)

    def test_what_the_service_computes(self):
        """Another value for those is no failure; that they are gone is."""
        tenant, con = self.one(options=OPTIONS + b',"certs":["MARKER-old"],"expires":1')
        self.expect(self.set(tenant, "--backup", str(self.backups)), 0)
        tenant.behave(con, change={"certs": b'["MARKER-new"]', "expires": b"2"})
        self.expect(self.set(tenant, value="on"), 0, "2 recomputed")
        tenant.behave(con, change={"certs": b'["MARKER-third"]', "expires": b"3"})
        result = self.expect(self.restore(tenant, self.files()[0]), 0, "(2 recomputed, 0 added")
        self.assertEqual(self.names(result), [["derived", '"certs"'], ["derived", '"expires"'],
                                              ["changes", '"certs"'], ["changes", '"expires"'],
                                              ["removes", '"%s"' % SETTING]])
        self.expect(self.set(tenant, value="off"), 0)
        line = self.expect(self.restore(tenant, self.files()[0], "--json"), 0).json[0]
        self.assertEqual((line["derived"], line["removes"]), (["certs", "expires"], [SETTING]))
        tenant.behave(con, change={"certs": b'["MARKER-new"]', "expires": b"2"})
        self.expect(self.set(tenant, value="off"), 0)
        result = self.expect(self.restore(tenant, self.files()[0], "--changes"), 0,
                             "(2 recomputed, 0 added")
        self.assertEqual([name for kind, name in self.names(result) if kind == "derived"],
                         ['"certs"', '"expires"'])
        tenant.behave(con, change={"certs": b"[]"})
        self.expect(self.restore(tenant, self.files()[0]), 7, "1 lost, 0 changed")
        tenant.behave(con, drop=("client_secret",))
        self.assertEqual(self.restore(tenant, self.files()[0]).code, 7)


    def test_what_the_service_has_computed_since(self):
        """It is not in the backup, and comes back whatever is written."""
        tenant, path = self.backed_up()
        tenant.behave(CON, derive={"certs": b'["MARKER-c"]'})
        self.expect(self.set(tenant, value="on"), 0)
        result = self.expect(self.restore(tenant, path, "--changes"), 0, "(1 recomputed, 0 added")
        self.assertEqual(self.names(result), [["derived", '"certs"']])

    def test_lost_where_only_computed_members_differ(self):
        """Another value there proves nothing: a write without an answer is sent again."""
        options = OPTIONS + b',"certs":["MARKER-old"]'
        tenant, con = self.one(options=options)
        self.expect(self.set(tenant, "--backup", str(self.backups)), 0)
        with tenant.lock:
            tenant.store.connections[con].put("options", b"{" + options.replace(b"-old", b"-new")
                                              + b"}")
        tenant.faults.append(Fault("reset_before", method="PATCH"))
        self.expect(self.restore(tenant, self.files()[0], timeout=60), 0, "1 option restored")
        self.assertEqual(tenant.raw_options(con), tenant.history(con)[0])

    def test_readings_that_are_not_its_result(self):
        """Without what was sent, whatever else differs: an older replica's is read again, and a
        write that never was is made once more."""
        older = Fault("options_is", method="GET", occurrence=2, value='{"n":1}')
        never = Fault("reset_before", method="PATCH")
        for faults, wanted in (((older,), ["GET", "PATCH", "GET", "GET"]),
                               ((never, older), ["GET", "PATCH"] * 2 + ["GET"])):
            tenant, path = self.backed_up()
            with tenant.lock:
                tenant.store.connections[CON].put("options", b'{"n":7,"client_secret":"MARKER-x"}')
            tenant.faults += faults
            before = len(tenant.methods())
            self.expect(self.restore(tenant, path, timeout=60), 0, "restored")
            self.assertEqual(tenant.methods()[before:], wanted)
            self.assertEqual(tenant.raw_options(CON), tenant.history(CON)[0])


class UndoTest(BackupTest):
    """--restore: one attempt to undo a write that lost something."""

    def losing(self, times=1, **behaviour):
        """A tenant that loses on the first PATCH only: it mends its ways at the second."""
        tenant, con = self.one(options=OPTIONS)
        tenant.faults.append(Fault("edit", method="PATCH", times=times, target=con, **behaviour))
        return tenant, con

    def test_restored(self):
        for behaviour in ({"drop": ("client_secret",)}, {"change": {"scope": "[]"}}):
            tenant, con = self.losing(**behaviour)
            result = self.expect(self.set(tenant, "--restore", "--json", "--changes"), 7,
                                 "options lost or changed", "; restored as before, and verified")
            self.assertEqual(tenant.raw_options(con), tenant.history(con)[0])
            self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET"] * 2)
            line = result.json[0]
            self.assertIs(line["restored"], True)
            self.assertEqual(line["requests"], 6)
            self.assertEqual(line["lost"] + line["changed"],
                             list(behaviour.get("drop") or behaviour["change"]))
            numbers = {r.header("X-Correlation-ID") for r in tenant.requests
                       if r.method == "PATCH"}
            self.assertEqual(numbers, {line["correlation_id"]})

    def test_not_restored(self):
        tenant, con = self.losing(times=None, drop=("client_secret",))
        result = self.expect(self.set(tenant, "--restore", "--json"), 7, "; not restored: ")
        self.assertIs(result.json[0]["restored"], False)
        self.assertEqual(tenant.writes(), 2)
        self.assertIsNone(raw_json.get(tenant.raw_options(con), "client_secret"))
        tenant, con = self.losing(drop=("client_secret",))
        tenant.faults.append(Fault("status", method="PATCH", occurrence=2, times=None, status=403,
                                   body="json"))
        self.expect(self.set(tenant, "--restore"), 7, "; not restored: the token may not")

    def test_what_is_said_of_a_failure(self):
        """No word that nothing was written, but one on the backup that is there."""
        for more, hint in (((), "; restore them"), (("--backup", str(self.backups)),
                                                   "; connsync restore puts the backup back")):
            tenant, con = self.losing(drop=("client_secret",))
            tenant.faults.append(Fault("body", method="GET", occurrence=3, data='{"a":1]'))
            result = self.expect(self.set(tenant, "--restore", *more), 7)
            self.assertTrue(result.message.endswith(
                "; not restored: the answer is not strict JSON" + hint), result.message)
            self.assertEqual(tenant.writes(), 1)

    def test_changed_since(self):
        """Somebody wrote after the read-back that was judged: that is not written over."""
        def changed(*command, again=None, stdin=None, **since):
            tenant, con = self.losing(drop=("client_secret",))
            tenant.faults.append(Fault("edit", method="GET", occurrence=2, target=con, **since))
            if again:
                tenant.faults.append(again)
            result = self.run_cli(tenant, *command, "--restore", "--json", stdin=stdin)
            self.expect(result, 7, "; not restored: changed since")
            self.assertEqual((result.json[0]["code"], result.json[0]["restored"]),
                             ("verify_loss", False))
            self.assertEqual(tenant.raw_options(con), tenant.history(con)[-1])
            self.assertIsNone(raw_json.get(tenant.raw_options(con), "client_secret"))
            return tenant

        self.more_secrets.append(b"MARKER-since")
        patch = b'{"n":1,"m":2}'
        for since in ({"change": {"client_id": '"MARKER-since"'}}, {"change": {"other": "1"}},
                      {"drop": ("scope",)}, {"change": {SETTING: '"never_on_login"'}}):
            for command, stdin in ((("set", CON, "off"), None), (("patch", CON, "-"), patch)):
                with self.subTest((command, since)):
                    tenant = changed(*command, stdin=stdin, **since)
                    self.assertEqual(tenant.methods(), ["GET", "PATCH", "GET", "GET"])
        # A write of the undo's that had no effect is decided afresh, and compared again.
        tenant, con = self.losing(drop=("client_secret",))
        tenant.faults += [Fault("edit", method="GET", occurrence=3, target=con,
                                change={"client_id": '"MARKER-since"'}),
                          Fault("reset_before", method="PATCH", occurrence=2)]
        self.expect(self.set(tenant, "--restore", timeout=60), 7, "; not restored: changed since")
        self.assertEqual(raw_json.get(tenant.raw_options(con), "client_id"), b'"MARKER-since"')
        self.assertEqual(tenant.writes(), 1)

    def test_computed_since(self):
        """What the service computes by itself between the two keeps nothing from being restored,
        and neither does another spelling."""
        tenant, con = self.one(options=OPTIONS + b',"certs":["MARKER-old"]')
        tenant.faults += [Fault("edit", method="PATCH", target=con, drop=("client_secret",)),
                          Fault("edit", method="GET", occurrence=2, target=con,
                                change={"certs": '[ "MARKER-new"]', "n": "15e1"})]
        self.expect(self.set(tenant, "--restore"), 7, "; restored as before, and verified")
        self.assertEqual(tenant.raw_options(con), tenant.history(con)[0])

    def interrupted(self, ready, stall, signals):
        """A write that loses something, interrupted when that many PATCHes are on their way."""
        tenant, con = self.losing(drop=("client_secret",))
        tenant.faults.append(Fault("stall", method="PATCH", occurrence=ready, seconds=stall))
        process = self.start(tenant, "set", con, "off", "--restore")
        while tenant.methods().count("PATCH") < ready and process.poll() is None:
            time.sleep(0.002)
        for number in signals:
            process.send_signal(number)
        return tenant, con, self.finish(process)

    def test_what_the_service_computes_meanwhile(self):
        tenant, con = self.losing(drop=("client_secret",))
        tenant.behave(con, derive={"certs": b'["MARKER-c"]'})
        self.expect(self.set(tenant, "--restore"), 7, "; restored as before, and verified")

    def test_interrupted(self):
        """The way back is a part of the write: a first interrupt leaves it alone."""
        for ready in (1, 2):
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
                tenant, con, result = self.interrupted(ready, 0.5, (number,))
                self.expect(result, 7, "; restored as before, and verified")
                self.assertEqual(tenant.raw_options(con), tenant.history(con)[0])

    def test_interrupted_twice(self):
        # Two of one kind might become one on their way.
        tenant, _, result = self.interrupted(2, 8, (signal.SIGTERM, signal.SIGINT))
        self.expect(result, 7, "; not restored: a write was sent and could not be verified")
        self.assertEqual(tenant.writes(), 2)

    def test_patch(self):
        tenant, con = self.losing(drop=("client_secret",))
        result = self.run_cli(tenant, "patch", con, "-", "--restore", stdin=b'{"n":1,"m":2}')
        self.expect(result, 7, "; restored as before, and verified")
        self.assertEqual(tenant.raw_options(con), tenant.history(con)[0])

    def test_not_for_less(self):
        """A write that was not applied lost nothing; a good one is left alone."""
        tenant, con = self.one(options=OPTIONS)
        self.expect(self.set(tenant, "--restore"), 0)
        tenant.behave(con, ignore_setting=True)
        self.expect(self.set(tenant, "--restore", value="on"), 7, "did not change")
        self.assertEqual(tenant.writes(), 2)

    def test_without(self):
        tenant, _ = self.losing(drop=("client_secret",))
        result = self.expect(self.set(tenant, "--changes"), 7, "1 lost", "; restore them")
        self.assertEqual(result.out, 'lost\t"client_secret"\n')
        tenant, _ = self.losing(drop=("client_secret",))
        self.expect(self.set(tenant, "--backup", str(self.backups)), 7,
                    "; connsync restore puts the backup back")

    def test_apply(self):
        tenant = self.many(4, (1, 2, 3), options=OPTIONS)
        before = {numbered(n): tenant.raw_options(numbered(n)) for n in range(1, 5)}
        tenant.faults.append(Fault("edit", method="PATCH", path=numbered(2), target=numbered(2),
                                   drop=("scope",)))
        result = self.apply(tenant, "--restore", "--changes", "--json")
        self.assertEqual(result.code, 7)
        lines = self.lines(result)
        self.assertIs(lines[numbered(2)]["restored"], True)
        self.assertEqual(lines[numbered(2)]["lost"], ["scope"])
        self.assertEqual(lines[numbered(3)]["lost"], [])
        self.assertEqual(tenant.raw_options(numbered(2)), before[numbered(2)])
        self.assertEqual(len({line["correlation_id"] for line in lines.values()
                              if "correlation_id" in line}), 3)


    def test_whose_names_they_are(self):
        """On standard output, names stand below the connection that they are of."""
        tenant = self.many(3, (1, 2, 3), options=OPTIONS)
        tenant.faults.append(Fault("edit", method="PATCH", path=numbered(2), target=numbered(2),
                                   drop=("scope",)))
        result = self.apply(tenant, "--changes")
        lines = result.out.splitlines()
        at = lines.index('lost\t"scope"')
        self.assertEqual(lines[at - 1], "conn-2 (%s): verify_loss" % numbered(2))
        self.assertTrue(lines[at - 2].startswith("conn-1 ("), lines)
        self.assertTrue(lines[at + 1].startswith("conn-3 ("), lines)


class KillTest(BackupTest):
    """SIGKILL at any moment: before a write there is a whole backup of what was."""

    def test_any_moment(self):
        tenant, con = self.one(options=OPTIONS)
        before = tenant.raw_options(con)
        kinds = {"before": 0, "after": 0}
        for number in range(KILLS):
            folder = self.folder / str(number)
            folder.mkdir()
            with tenant.lock:
                tenant.store.connections[con].put("options", before)
            tenant.reset()
            process = self.start(tenant, "patch", con, self.write({"n": 7}), "--backup",
                                 str(folder))
            wanted = number % 3
            while len(tenant.requests) < wanted and process.poll() is None:
                time.sleep(0.0002)
            time.sleep((number // 3) * 0.0002)
            process.send_signal(signal.SIGKILL)
            out, err = process.communicate(timeout=20)
            self.printed.append(out + err)
            tenant.settle()
            whole = [path for path in folder.iterdir() if path.suffix == ".json"]
            for path in whole:
                self.expect_backup(path, tenant, before)
            if tenant.writes() == 0:
                kinds["before"] += 1
                continue
            kinds["after"] += 1
            self.assertEqual(len(whole), 1, "a write without a backup")
            self.expect(self.run_cli(tenant, "restore", str(whole[0])), 0)
            self.assertEqual(tenant.raw_options(con), before)
        print("%d kills: %s" % (KILLS, kinds))
        self.assertGreater(min(kinds.values()), 0)


if __name__ == "__main__":
    cli.main()
